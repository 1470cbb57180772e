"""One issue: its window, decisions, draft, edits, checks and approval."""
