"""Issue → inline-styled HTML and plain text. Pure: templates come in as an environment, the clock as an argument."""

from __future__ import annotations

from newsletter.rendering.ics import event_calendar, event_file_name
from newsletter.rendering.mail import for_everyone, general_name, render
from newsletter.rendering.templates import FILTERS
from newsletter.rendering.web_pages import (
    FEED_NAME,
    render_archive,
    render_feed,
    render_print,
    render_proof,
    render_web,
)

__all__ = [
    "FEED_NAME",
    "FILTERS",
    "event_calendar",
    "event_file_name",
    "for_everyone",
    "general_name",
    "render",
    "render_archive",
    "render_feed",
    "render_print",
    "render_proof",
    "render_web",
]
