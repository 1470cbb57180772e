"""Subscribers, who must not be mailed, sendings, and the ledger of deliveries."""

import sqlalchemy as sa
from alembic import op

from newsletter.database.tables import UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ROW_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "subscribers",
        sa.Column("id", ROW_ID, primary_key=True),
        sa.Column("address", sa.String(254), nullable=False),
        sa.Column("address_key", sa.String(254), nullable=False, unique=True),
        sa.Column("address_hash", sa.String(64), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("language", sa.String(20), nullable=False),
        sa.Column("sections", sa.Text, nullable=False),
        sa.Column("large_print", sa.Boolean, nullable=False),
        sa.Column("added_at", UtcDateTime, nullable=False),
        sa.Column("updated_at", UtcDateTime, nullable=False),
        sqlite_autoincrement=True,
        comment="the list",
    )
    op.create_table(
        "suppressions",
        sa.Column("address_hash", sa.String(64), primary_key=True),
        sa.Column("reason", sa.String(20), nullable=False),
        sa.Column("suppressed_at", UtcDateTime, nullable=False),
        comment="who must never be mailed again; outlives the person's row, holds no address",
    )
    op.create_table(
        "sendings",
        sa.Column("id", ROW_ID, primary_key=True),
        sa.Column("issue", sa.String(100), nullable=False, unique=True),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("total", sa.Integer, nullable=False),
        sa.Column("started_at", UtcDateTime, nullable=False),
        sa.Column("beats", sa.Integer, nullable=False),
        sa.Column("seconds", sa.Float, nullable=False),
        sqlite_autoincrement=True,
        comment="one row for each issue that is or was sent",
    )
    op.create_table(
        "deliveries",
        sa.Column("sending_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("subscriber_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("status", sa.String(10), nullable=False),
        sa.Column("attempts", sa.SmallInteger, nullable=False),
        sa.Column("reply", sa.Text, nullable=False),
        *(sa.Column(name, UtcDateTime) for name in ("next_at", "first_tried_at", "settled_at")),
        sqlite_with_rowid=False,
        comment="the ledger: one row for each reader of a sending",
    )
    op.create_index("ix_deliveries_next", "deliveries", ["sending_id", "next_at"])
