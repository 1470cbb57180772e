"""Issue → inline-styled HTML and plain text. Pure: templates come in as an environment, the clock as an argument."""

from __future__ import annotations

from newsletter.rendering.filters import FILTERS
from newsletter.rendering.ics import event_calendar, event_file_name
from newsletter.rendering.issues import for_everyone, render
from newsletter.rendering.pages import FEED_NAME, render_archive, render_feed, render_print, render_proof, render_web

__all__ = [
    "FEED_NAME",
    "FILTERS",
    "event_calendar",
    "event_file_name",
    "for_everyone",
    "render",
    "render_archive",
    "render_feed",
    "render_print",
    "render_proof",
    "render_web",
]
