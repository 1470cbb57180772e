"""The database of a workspace: engine, tables, bulk statements, migrations."""
