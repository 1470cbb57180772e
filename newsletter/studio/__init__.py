"""The editors' local web page, on 127.0.0.1 alone."""
