"""A newsletter of what is new since the last issue, made by people who are no programmers.

`docs/architecture.md` shows the way of one issue and the rooms of this package.
"""

__version__ = "0.1.0"
