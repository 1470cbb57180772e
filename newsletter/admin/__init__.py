"""Setting up a newsletter, backup and restore, tidying."""
