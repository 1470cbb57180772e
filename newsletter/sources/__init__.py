"""Collect: fetching, sanitising, and one module for each kind of source."""
