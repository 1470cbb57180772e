"""What every entry of one page is printed with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from newsletter.rendering.i18n import Phrases
from newsletter.rendering.links import LinkLabels
from newsletter.rendering.markdown_html import Marker
from newsletter.rendering.truncation import TextLimits


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryContext:
    """Words, labels and limits of one page, and where its pictures and calendars are found."""

    words: Phrases
    labels: LinkLabels
    fit: TextLimits
    send_on: date
    home: str  # IANA name of the newsletter's zone
    image_hosts: tuple[str, ...]
    marker: Marker | None
    calendar_base: (
        str | None
    )  # address before the name of an .ics file or picture; None: readers cannot reach it
