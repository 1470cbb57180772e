"""Whether a person left a delivery in doubt as it is: a column of its own, and no longer a reply."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

LEFT_AS_IT_IS = "left as it is by a person; not sent again"  # the reply that stood for it until now


def upgrade() -> None:
    op.add_column(
        "deliveries", sa.Column("resolved", sa.Boolean, nullable=False, server_default=sa.false())
    )
    names = ("status", "reply", "resolved")
    rows = sa.table("deliveries", *(sa.column(name) for name in names))
    told = sa.update(rows).where(rows.c.reply == LEFT_AS_IT_IS)
    # of one that was to be sent again after all, the sentence is no reply of the server either
    op.execute(told.values(resolved=rows.c.status == "unknown", reply=""))
