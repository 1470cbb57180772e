"""One file for each step of the layout, in order."""
