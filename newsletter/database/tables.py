"""The tables of the database. A migration in `migrations/versions/` for every change here.

A test compares the two.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect

__all__ = [
    "METADATA",
    "aliases",
    "decisions",
    "deliveries",
    "entries",
    "farewells",
    "incoming_mails",
    "merges",
    "outcomes",
    "pauses",
    "plans",
    "requests",
    "sendings",
    "sightings",
    "sources",
    "subscribers",
    "suppressions",
    "wishes",
]


class UtcDateTime(sa.types.TypeDecorator[datetime]):
    """An aware UTC datetime.

    Kept as text in ISO form, so that SQLite sorts it and people can read it.
    """

    impl = sa.String(32)
    cache_ok = True

    # given
    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        return None if value is None else value.astimezone(UTC).isoformat(timespec="microseconds")

    # given
    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        return None if value is None else datetime.fromisoformat(value)


METADATA = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

ROW_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
"""A number that counts up by itself: SQLite does so for INTEGER alone."""

entries = sa.Table(
    "entries",
    METADATA,
    sa.Column("key", sa.String(300), primary_key=True),
    sa.Column("first_seen_at", UtcDateTime, nullable=False, index=True),
    sa.Column("dated", sa.String(10)),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column(
        "kind", sa.String(10), nullable=False
    ),  # trial, event, grant; empty for papers and news
    sa.Column("record", sa.Text, nullable=False),  # the whole Entry as JSON
    comment="every entry ever seen",
)

aliases = sa.Table(
    "aliases",
    METADATA,
    sa.Column(
        "alias", sa.String(600), primary_key=True
    ),  # "doi:…", "pmid:…", "title:…"; weak ones may name several
    sa.Column(
        "key",
        sa.String(300),
        sa.ForeignKey("entries.key", onupdate="CASCADE", ondelete="CASCADE"),
        primary_key=True,
        index=True,
    ),
    comment="the names under which an entry may be known again",
)

merges = sa.Table(
    "merges",
    METADATA,
    sa.Column("alias", sa.String(600), primary_key=True),
    sa.Column("key", sa.String(300), nullable=False, index=True),
    sa.Column("merged_at", UtcDateTime, nullable=False),
    comment="what a person said is one thing: whatever comes under this name goes into that entry",
)

sightings = sa.Table(
    "sightings",
    METADATA,
    sa.Column("source", sa.String(200), primary_key=True),
    sa.Column(
        "key",
        sa.String(300),
        sa.ForeignKey("entries.key", onupdate="CASCADE", ondelete="CASCADE"),
        primary_key=True,
        index=True,
    ),
    sa.Column("first_seen_at", UtcDateTime, nullable=False),
    sa.Column("last_seen_at", UtcDateTime, nullable=False),
    sa.Column("record", sa.Text, nullable=False),  # the Entry as this source gave it, as JSON
    comment="which source gave which entry, when first and when last",
)

decisions = sa.Table(
    "decisions",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("key", sa.String(300), nullable=False, index=True),
    sa.Column("verdict", sa.String(10), nullable=False),
    sa.Column("why", sa.Text, nullable=False, default=""),
    sa.Column("section", sa.String(100)),
    sa.Column("issue", sa.String(100), nullable=False, default=""),
    sa.Column("decided_at", UtcDateTime, nullable=False),
    comment="what editors decided; the newest row of a key counts",
)

sources = sa.Table(
    "sources",
    METADATA,
    sa.Column("name", sa.String(200), primary_key=True),
    sa.Column("url", sa.Text, nullable=False, default=""),
    sa.Column("etag", sa.Text, nullable=False, default=""),
    sa.Column("last_modified", sa.Text, nullable=False, default=""),
    sa.Column("content_digest", sa.String(64), nullable=False, default=""),
    sa.Column("entries", sa.Integer, nullable=False, default=0),  # in its last good answer
    sa.Column("checked_at", UtcDateTime),
    sa.Column("succeeded_at", UtcDateTime),
    sa.Column("changed_at", UtcDateTime),  # when it last gave an entry never seen before
    sa.Column("failing_since_at", UtcDateTime),
    sa.Column("error", sa.Text, nullable=False, default=""),
    comment="how each source fared, and what to send it with the next request",
)

subscribers = sa.Table(
    "subscribers",
    METADATA,
    sa.Column("id", ROW_ID, primary_key=True),
    sa.Column("address", sa.String(254), nullable=False),  # as the person writes it, with A-labels
    sa.Column(
        "address_key", sa.String(254), nullable=False, unique=True
    ),  # folded: one person, one row
    sa.Column(
        "address_hash", sa.String(64), nullable=False
    ),  # keyed; what `suppressions` is looked up with
    sa.Column("name", sa.String(200), nullable=False, default=""),
    sa.Column("state", sa.String(20), nullable=False),
    sa.Column("why", sa.Text, nullable=False, default=""),
    sa.Column("language", sa.String(20), nullable=False, default=""),
    sa.Column(
        "sections", sa.Text, nullable=False, default=""
    ),  # names divided by spaces; empty: all
    sa.Column("large_print", sa.Boolean, nullable=False, default=False),
    sa.Column("added_at", UtcDateTime, nullable=False),
    sa.Column("updated_at", UtcDateTime, nullable=False),
    sqlite_autoincrement=True,  # the number of an erased person is never given to another one
    comment="the list",
)

suppressions = sa.Table(
    "suppressions",
    METADATA,
    sa.Column("address_hash", sa.String(64), primary_key=True),
    sa.Column("reason", sa.String(20), nullable=False),  # unsubscribed, bounced, complained, moved
    sa.Column("suppressed_at", UtcDateTime, nullable=False),
    comment="who must never be mailed again; outlives the person's row, holds no address",
)

sendings = sa.Table(
    "sendings",
    METADATA,
    sa.Column("id", ROW_ID, primary_key=True),
    sa.Column("issue", sa.String(100), nullable=False, unique=True),
    sa.Column("digest", sa.String(64), nullable=False),  # what was approved and is being sent
    sa.Column("state", sa.String(20), nullable=False),  # sending, paused, done
    sa.Column("why", sa.Text, nullable=False, default=""),
    sa.Column("total", sa.Integer, nullable=False),  # the list, frozen at the start
    sa.Column("started_at", UtcDateTime, nullable=False),  # the Date of every message
    sa.Column(
        "beats", sa.Integer, nullable=False, default=0
    ),  # counted with the witness beside the database
    sa.Column("seconds", sa.Float, nullable=False, default=0.0),  # at work, over all runs
    sqlite_autoincrement=True,
    comment="one row for each issue that is or was sent",
)

deliveries = sa.Table(
    "deliveries",
    METADATA,
    sa.Column("sending_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("subscriber_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("status", sa.String(10), nullable=False),
    sa.Column("attempts", sa.SmallInteger, nullable=False, default=0),
    sa.Column(
        "reply", sa.Text, nullable=False, default=""
    ),  # the server's own words, addresses masked
    sa.Column("next_at", UtcDateTime),  # of a deferred one
    sa.Column("first_tried_at", UtcDateTime),
    sa.Column("settled_at", UtcDateTime),  # when the last outcome came
    sa.Column(
        "resolved", sa.Boolean, nullable=False, server_default=sa.false()
    ),  # in doubt, and left so by a person: asked about no more
    sa.Index("ix_deliveries_next", "sending_id", "next_at"),
    sqlite_with_rowid=False,
    comment="the ledger: one row for each reader of a sending",
)

outcomes = sa.Table(
    "outcomes",
    METADATA,
    sa.Column("sending_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("provider", sa.String(20), primary_key=True),  # of `newsletter.reports.providers`
    sa.Column(
        "status", sa.String(10), primary_key=True
    ),  # of a delivery; or bounced, blamed, complained, left
    sa.Column("people", sa.Integer, nullable=False),
    comment=(
        "how many people left by the links of an issue; of issues so old that their rows are gone,"
        " how all fared"
    ),
)

incoming_mails = sa.Table(
    "incoming_mails",
    METADATA,
    sa.Column(
        "place", sa.String(300), primary_key=True
    ),  # UIDVALIDITY and UID in a mailbox, or a file's digest
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("action", sa.String(20), nullable=False),
    sa.Column("status", sa.String(12)),  # enhanced status code
    sa.Column("permanent", sa.Boolean),
    sa.Column(
        "subscriber_id", sa.BigInteger, index=True
    ),  # found by our token, never by an address in the mail
    sa.Column("sending_id", sa.BigInteger, index=True),
    sa.Column("decided_at", UtcDateTime, nullable=False),
    comment="what was decided on each mail of the bounce mailbox, so that nothing is done twice",
)

pauses = sa.Table(
    "pauses",
    METADATA,
    sa.Column("subscriber_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("until_at", UtcDateTime, nullable=False),
    comment="until when people asked for a pause",
)

requests = sa.Table(
    "requests",
    METADATA,
    sa.Column("id", ROW_ID, primary_key=True),
    sa.Column("address", sa.String(254), nullable=False),
    sa.Column("address_hash", sa.String(64), nullable=False, index=True),
    sa.Column("name", sa.String(200), nullable=False, default=""),
    sa.Column("language", sa.String(20), nullable=False, default=""),
    sa.Column(
        "subscriber_id", sa.BigInteger
    ),  # whose address is to change; None: somebody wants to subscribe
    sa.Column("asked_at", UtcDateTime, nullable=False),
    sqlite_autoincrement=True,
    comment="who asked on the public page and has not confirmed by mail; gone after a week",
)

farewells = sa.Table(
    "farewells",
    METADATA,
    sa.Column("id", ROW_ID, primary_key=True),
    sa.Column("said_on", sa.String(10), nullable=False),
    sa.Column("words", sa.Text, nullable=False),
    comment="why people left, in their words; nothing tells whose they are",
)

plans = sa.Table(
    "plans",
    METADATA,
    sa.Column("issue", sa.String(100), primary_key=True),
    sa.Column("at", UtcDateTime, nullable=False),  # not sent before
    sa.Column(
        "people", sa.Integer, nullable=False
    ),  # how many it would have gone to when it was planned
    sa.Column("planned_at", UtcDateTime, nullable=False),
    sa.Column(
        "place", sa.String(100), nullable=False, default=""
    ),  # the file of the database: a copy keeps no plan
    sa.Column("begun_at", UtcDateTime),  # its time had come; from then on it cannot be taken back
    comment="when an issue is to go; gone when it went",
)

wishes = sa.Table(
    "wishes",
    METADATA,
    sa.Column("issue", sa.String(100), primary_key=True),
    sa.Column("wish", sa.String(10), nullable=False),  # pause, stop
    sa.Column("wished_at", UtcDateTime, nullable=False),
    comment="what a person wants of a sending, wherever it runs; gone when they let it go on",
)
