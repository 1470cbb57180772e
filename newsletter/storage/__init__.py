"""What stays: issues/ on disk, and the database."""
