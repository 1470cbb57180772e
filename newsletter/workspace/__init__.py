"""A newsletter on disk: its folder, files, settings and credentials, and one workspace at one moment."""
