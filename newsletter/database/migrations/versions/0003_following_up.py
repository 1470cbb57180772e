"""Mails of the bounce mailbox, pauses, requests to be confirmed, and why people left."""

import sqlalchemy as sa
from alembic import op

from newsletter.database.tables import UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

ROW_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "incoming_mails",
        sa.Column("place", sa.String(300), primary_key=True),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("action", sa.String(20), nullable=False),
        sa.Column("status", sa.String(12)),
        sa.Column("permanent", sa.Boolean),
        sa.Column("subscriber_id", sa.BigInteger),
        sa.Column("sending_id", sa.BigInteger),
        sa.Column("decided_at", UtcDateTime, nullable=False),
        comment=(
            "what was decided on each mail of the bounce mailbox, so that nothing is done twice"
        ),
    )
    op.create_index("ix_incoming_mails_subscriber_id", "incoming_mails", ["subscriber_id"])
    op.create_index("ix_incoming_mails_sending_id", "incoming_mails", ["sending_id"])
    op.create_table(
        "pauses",
        sa.Column("subscriber_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("until_at", UtcDateTime, nullable=False),
        comment="until when people asked for a pause",
    )
    op.create_table(
        "requests",
        sa.Column("id", ROW_ID, primary_key=True),
        sa.Column("address", sa.String(254), nullable=False),
        sa.Column("address_hash", sa.String(64), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("language", sa.String(20), nullable=False),
        sa.Column("subscriber_id", sa.BigInteger),
        sa.Column("asked_at", UtcDateTime, nullable=False),
        sqlite_autoincrement=True,
        comment="who asked on the public page and has not confirmed by mail; gone after a week",
    )
    op.create_index("ix_requests_address_hash", "requests", ["address_hash"])
    op.create_table(
        "farewells",
        sa.Column("id", ROW_ID, primary_key=True),
        sa.Column("said_on", sa.String(10), nullable=False),
        sa.Column("words", sa.Text, nullable=False),
        comment="why people left, in their words; nothing tells whose they are",
    )
