"""When an issue is to go, and what a person wants of a sending."""

import sqlalchemy as sa
from alembic import op

from newsletter.database.tables import UtcDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "plans",
        sa.Column("issue", sa.String(100), primary_key=True),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("people", sa.Integer, nullable=False),
        sa.Column("planned_at", UtcDateTime, nullable=False),
        sa.Column("place", sa.String(100), nullable=False),
        sa.Column("begun_at", UtcDateTime),
        comment="when an issue is to go; gone when it went",
    )
    op.create_table(
        "wishes",
        sa.Column("issue", sa.String(100), primary_key=True),
        sa.Column("wish", sa.String(10), nullable=False),
        sa.Column("wished_at", UtcDateTime, nullable=False),
        comment="what a person wants of a sending, wherever it runs; gone when they let it go on",
    )
