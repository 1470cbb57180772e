"""Issue → inline-styled HTML and plain text.

Pure: templates come in as an environment, the clock as an argument.
"""

from __future__ import annotations

from newsletter.rendering.ics import event_calendar, event_file_name
from newsletter.rendering.mail import fallback_name, remove_personal_parts, render_mail
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
    "fallback_name",
    "remove_personal_parts",
    "render_archive",
    "render_feed",
    "render_mail",
    "render_print",
    "render_proof",
    "render_web",
]
