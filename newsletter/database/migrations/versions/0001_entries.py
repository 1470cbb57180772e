"""Entries, what they are known by, where they were seen, and what was decided."""

import sqlalchemy as sa
from alembic import op

from newsletter.database.tables import UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "entries",
        sa.Column("key", sa.String(300), primary_key=True),
        sa.Column("first_seen_at", UtcDateTime, nullable=False, index=True),
        sa.Column("dated", sa.String(10)),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("record", sa.Text, nullable=False),
        comment="every entry ever seen",
    )
    op.create_table(
        "aliases",
        sa.Column("alias", sa.String(600), primary_key=True),
        _entry_key(),
        comment="the names under which an entry may be known again",
    )
    op.create_table(
        "merges",
        sa.Column("alias", sa.String(600), primary_key=True),
        sa.Column("key", sa.String(300), nullable=False, index=True),
        sa.Column("merged_at", UtcDateTime, nullable=False),
        comment=(
            "what a person said is one thing: whatever comes under this name goes into that entry"
        ),
    )
    op.create_table(
        "sightings",
        sa.Column("source", sa.String(200), primary_key=True),
        _entry_key(),
        sa.Column("first_seen_at", UtcDateTime, nullable=False),
        sa.Column("last_seen_at", UtcDateTime, nullable=False),
        sa.Column("record", sa.Text, nullable=False),
        comment="which source gave which entry, when first and when last",
    )
    op.create_table(
        "decisions",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("key", sa.String(300), nullable=False, index=True),
        sa.Column("verdict", sa.String(10), nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("section", sa.String(100)),
        sa.Column("issue", sa.String(100), nullable=False),
        sa.Column("decided_at", UtcDateTime, nullable=False),
        comment="what editors decided; the newest row of a key counts",
    )
    op.create_table(
        "sources",
        sa.Column("name", sa.String(200), primary_key=True),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("url", "etag", "last_modified")),
        sa.Column("content_digest", sa.String(64), nullable=False),
        sa.Column("entries", sa.Integer, nullable=False),
        *(
            sa.Column(name, UtcDateTime)
            for name in ("checked_at", "succeeded_at", "changed_at", "failing_since_at")
        ),
        sa.Column("error", sa.Text, nullable=False),
        comment="how each source fared, and what to send it with the next request",
    )


def _entry_key() -> "sa.Column[str]":
    owner = sa.ForeignKey("entries.key", onupdate="CASCADE", ondelete="CASCADE")
    return sa.Column("key", sa.String(300), owner, primary_key=True, index=True)
