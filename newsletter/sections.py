"""Which section an entry belongs to, and why. Unsure is an answer. Pure."""
