"""The counts of sendings whose rows are no longer kept."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "outcomes",
        sa.Column("sending_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("status", sa.String(10), primary_key=True),
        sa.Column("deliveries", sa.Integer, nullable=False),
        comment="of sendings so old that their rows are gone: how many messages fared how",
    )
