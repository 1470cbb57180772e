"""Outcomes by mail provider, and of more kinds than a delivery has: who left by which issue."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    kept = (
        op.get_bind().execute(sa.text("SELECT sending_id, status, deliveries FROM outcomes")).all()
    )
    op.drop_table("outcomes")
    table = op.create_table(
        "outcomes",
        sa.Column("sending_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("provider", sa.String(20), primary_key=True),
        sa.Column("status", sa.String(10), primary_key=True),
        sa.Column("people", sa.Integer, nullable=False),
        comment=(
            "how many people left by the links of an issue; of issues so old that their rows"
            " are gone, how all fared"
        ),
    )
    rows = [
        {"sending_id": each[0], "provider": "other", "status": each[1], "people": each[2]}
        for each in kept
    ]
    if rows:
        op.bulk_insert(table, rows)
