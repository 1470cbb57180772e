"""The mailing list: who is on it, how people join and leave, and who must never be mailed."""
