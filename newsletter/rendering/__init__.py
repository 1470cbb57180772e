"""Issue → inline-styled HTML and plain text. Pure: templates come in as an environment, the clock as an argument."""

from __future__ import annotations

from newsletter.rendering.filters import FILTERS
from newsletter.rendering.ics import event_calendar, event_file_name
from newsletter.rendering.issues import for_everyone, render

__all__ = ["FILTERS", "event_calendar", "event_file_name", "for_everyone", "render"]
