"""What every entry of one page is printed with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from newsletter.rendering.i18n import Words
from newsletter.rendering.links import Labels
from newsletter.rendering.markdown_html import Marker
from newsletter.rendering.truncation import Fit


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """Words, labels and limits of one page, and where its pictures and calendars are found."""

    words: Words
    labels: Labels
    fit: Fit
    send_on: date
    home: str  # IANA name of the newsletter's zone
    image_hosts: tuple[str, ...]
    marker: Marker | None
    calendar_base: str | None  # address before the name of an .ics file or picture; None: readers cannot reach it
