"""Web pages and pasted text: lines to entries."""
