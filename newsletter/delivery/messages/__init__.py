"""The exact bytes of each message: its template, its encoding, its signature."""
