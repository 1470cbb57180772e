"""Alembic's scripts; `database` runs them."""
