"""What templates may call beside jinja2's own filters. They are given to the environment where it is built."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from newsletter.rendering.plain import wrapped
from newsletter.rendering.prose import button

FILTERS: Mapping[str, Callable[..., Any]] = {"wrap": wrapped, "button": button}
"""Name in a template → function."""
