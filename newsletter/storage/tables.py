"""The tables of the database. A migration in `migrations/versions/` for every change here; a test compares the two."""

from __future__ import annotations

import sqlalchemy as sa

from newsletter.storage.database import METADATA, UtcDateTime

__all__ = ["METADATA", "aliases", "decisions", "entries", "merges", "sightings", "sources"]

entries = sa.Table(
    "entries",
    METADATA,
    sa.Column("key", sa.String(300), primary_key=True),
    sa.Column("first_seen_at", UtcDateTime, nullable=False, index=True),
    sa.Column("dated", sa.String(10)),
    sa.Column("record", sa.Text, nullable=False),  # the whole Entry as JSON
    comment="every entry ever seen",
)

aliases = sa.Table(
    "aliases",
    METADATA,
    sa.Column("alias", sa.String(600), primary_key=True),  # "doi:…", "pmid:…", "title:…"; weak ones may name several
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
