"""The whole program in order: the only place where stages meet."""
