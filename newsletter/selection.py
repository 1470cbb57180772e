"""Which entries are new, and for each left out: why. Pure."""
