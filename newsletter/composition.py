"""Sections → Issue; every editor's change is Issue → Issue. Pure."""
