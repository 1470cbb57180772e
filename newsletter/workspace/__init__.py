"""A newsletter on disk.

Its folder, files, settings and credentials, and one workspace at one moment.
"""
