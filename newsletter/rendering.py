"""Issue → inline-styled HTML and plain text. Pure: templates come in as an environment, the clock as an argument."""
