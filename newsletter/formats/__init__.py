"""What more than one capability reads or writes: dates, URLs, mailboxes, text, tables.

No business logic.
"""
