"""Every entry ever seen, and what each source said of it."""
