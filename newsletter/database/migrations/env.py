"""Alembic's entry: runs the migrations on the connection that `database` hands over."""

from alembic import context

from newsletter.database import tables

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=tables.METADATA,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
