"""The whole issue as a template prints it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import parseaddr

from newsletter.config import Settings
from newsletter.formats.markup_text import one_line
from newsletter.model import Entry, Event, Grant, Issue, Section
from newsletter.placeholders import Placeholder
from newsletter.rendering.entry_context import EntryContext
from newsletter.rendering.entry_views import EntryView, deadline_line, entry_view, kind_of
from newsletter.rendering.event_times import when
from newsletter.rendering.event_views import group_series
from newsletter.rendering.glossary import Glossary, GlossaryTerm
from newsletter.rendering.i18n import Phrases
from newsletter.rendering.links import Link, LinkLabels, host, sanitize_url
from newsletter.rendering.markdown_html import Prose, prose
from newsletter.rendering.palette import Palette, hue_numbers, palette
from newsletter.rendering.truncation import FULL, TIGHTER, TextLimits

FONTS = {
    "sans": "Segoe UI, Helvetica, Arial, sans-serif",
    "serif": "Georgia, Times New Roman, serif",
}
"""Stacks of fonts that readers have; none is ever fetched."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ThemeView:
    """What style sheets need to know of the theme."""

    colours: Palette
    font: str
    heading_font: str = FONTS["serif"]
    logo: str
    logo_alt: str
    scale: float = 1.0  # of all sizes of text


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionView:
    """One section with its colour and its count in words."""

    anchor: str  # its id on a page
    title: str
    hue: int  # from 1: the class that gives its colour
    count: str  # "5 papers"; empty for a section that is words alone
    text: Prose
    entries: tuple[EntryView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ComingUpView:
    """A line of the coming-up box."""

    day: str
    title: Link


@dataclass(frozen=True, slots=True, kw_only=True)
class PageFrame:
    """What is the same for every issue: a template knows it as `frame`."""

    title: str
    language: str
    direction: str  # ltr or rtl
    words: Phrases
    look: ThemeView
    footer: Prose
    address: str
    contact: str  # mail address for questions
    website: Link | None


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueView:
    """What one issue says: a template knows it as `page`."""

    name: str
    subject: str
    preheader: str
    day: str  # the day it is sent
    online: Link | None
    letter: Prose
    sections: tuple[SectionView, ...]
    coming_up: tuple[ComingUpView, ...]
    glossary: tuple[GlossaryTerm, ...]
    closing: Prose
    unsubscribe: str
    preferences: str  # empty without a public page
    shortened: bool


def build_frame(settings: Settings, *, scale: float = 1.0) -> PageFrame:
    """What all issues and pages of this newsletter share."""
    newsletter, theme = settings.newsletter, settings.theme
    words = Phrases(newsletter.language)
    return PageFrame(
        title=newsletter.title,
        language=newsletter.language,
        direction=words.direction,
        words=words,
        look=ThemeView(
            colours=palette(theme.accent, theme.background),
            font=FONTS[theme.font],
            logo=sanitize_url(theme.logo),
            logo_alt=theme.logo_alt or newsletter.title,
            scale=scale,
        ),
        footer=prose(theme.footer, heading=2, image_hosts=theme.image_hosts),
        address=one_line(newsletter.address),
        contact=parseaddr(newsletter.reply_to or newsletter.sender)[1],
        website=_website(settings, words),
    )


def build_issue_view(
    issue: Issue,
    settings: Settings,
    *,
    glossary: Mapping[str, str],
    fit: TextLimits = FULL,
    calendar_base: str | None = None,
) -> IssueView:
    """`issue` in the reader's words.

    `calendar_base` is where .ics files and pictures can be reached; None: nowhere.
    """
    newsletter, theme = settings.newsletter, settings.theme
    words, labels, terms = Phrases(newsletter.language), LinkLabels(), Glossary(glossary)
    setting = EntryContext(
        words=words,
        labels=labels,
        fit=fit,
        send_on=issue.send_on,
        home=newsletter.time_zone,
        image_hosts=theme.image_hosts,
        marker=terms.mark if terms else None,
        calendar_base=calendar_base,
    )
    online = _online(issue, settings, labels, words)
    letter = _words(issue.letter, setting)
    sections = _sections(issue.sections, setting)
    return IssueView(
        name=issue.name,
        subject=one_line(issue.subject),
        preheader=one_line(issue.preheader) or words("preheader", counts=_counts(sections, words)),
        day=words.day(issue.send_on),
        online=online,
        letter=letter,
        sections=sections,
        coming_up=tuple(_coming(entry, setting) for entry in issue.coming_up),
        closing=_words(issue.closing, setting),
        glossary=terms.list_marked_terms(),
        unsubscribe=Placeholder.UNSUBSCRIBE.value,
        preferences=Placeholder.PREFERENCES.value if settings.public else "",
        shortened=fit in TIGHTER,
    )


def public_address(issue: Issue, settings: Settings) -> str | None:
    """Where this issue stands on the public page, with a slash at the end; None without one."""
    if settings.public is None:
        return None
    # as written, of a trial on one's own machine
    home = sanitize_url(settings.public.url) or settings.public.url
    return f"{home.rstrip('/')}/issues/{issue.name}/"


def _online(issue: Issue, settings: Settings, labels: LinkLabels, words: Phrases) -> Link | None:
    """The issue on the public page.

    Without one there is no such line: a home page is not what it promises.
    """
    url = public_address(issue, settings)
    return labels.link(words("view_online"), url) if url else None


def _website(settings: Settings, words: Phrases) -> Link | None:
    """The foundation's own page."""
    url = sanitize_url(settings.newsletter.url)
    return Link(label=words("our_page", host=host(url)), url=url) if url else None


def _words(markdown: str, setting: EntryContext) -> Prose:
    """Letter or closing, with the mark where the reader's name stands."""
    letter = prose(
        markdown,
        heading=2,
        image_hosts=setting.image_hosts,
        picture_base=setting.calendar_base,
        marker=setting.marker,
    )
    return Prose(
        letter.html.replace("{name}", Placeholder.NAME),
        letter.text.replace("{name}", Placeholder.NAME),
    )


def _sections(sections: tuple[Section, ...], setting: EntryContext) -> tuple[SectionView, ...]:
    shown = tuple(section for section in sections if section.entries or section.text.strip())
    hues = hue_numbers(tuple(section.name for section in shown))
    numbered = enumerate(zip(shown, hues, strict=True), 1)
    return tuple(
        _section(section, f"section-{n}", hue + 1, setting) for n, (section, hue) in numbered
    )


def _section(section: Section, anchor: str, hue: int, setting: EntryContext) -> SectionView:
    items = group_series(section.entries)
    return SectionView(
        anchor=anchor,
        title=one_line(section.title) or section.name,
        hue=hue,
        count=_count(section.name, [dates[0] for dates in items], setting.words),
        text=prose(
            section.text,
            heading=3,
            image_hosts=setting.image_hosts,
            picture_base=setting.calendar_base,
            marker=setting.marker,
        ),
        entries=tuple(entry_view(dates[0], setting, dates=dates) for dates in items),
    )


NOUN_OF_SECTION = {"research": "papers", "trials": "trials", "events": "events", "grants": "grants"}
"""What the usual sections count, also where a source did not tell enough to know a paper or call
for one."""


def _count(section: str, entries: Sequence[Entry], words: Phrases) -> str:
    if not entries:
        return ""
    nouns = {_noun(entry) for entry in entries}
    usual = NOUN_OF_SECTION.get(section, "items")
    return words.count(
        nouns.pop() if len(nouns) == 1 and nouns != {"items"} else usual, len(entries)
    )


def _noun(entry: Entry) -> str:
    """The key that counts such entries.

    What has neither authors nor journal nor DOI is news, and no paper.
    """
    kind = kind_of(entry)
    if kind == "paper" and not (entry.authors or entry.journal or entry.ids.doi):
        return "items"
    return f"{kind}s"


def _counts(sections: tuple[SectionView, ...], words: Phrases) -> str:
    counts = [section.count or section.title for section in sections]
    return words.enumeration(counts or [words.count("items", 0)])


def _coming(entry: Entry, setting: EntryContext) -> ComingUpView:
    url = next(
        filter(None, map(sanitize_url, (*entry.links, entry.event.join if entry.event else ""))), ""
    )
    return ComingUpView(
        day=_day(entry.event, entry.grant, setting),
        title=setting.labels.link(one_line(entry.title), url),
    )


def _day(event: Event | None, grant: Grant | None, setting: EntryContext) -> str:
    words = setting.words
    if event:
        told = when(event, setting.home, words)
        return f"{told.day}, {told.hours}" if isinstance(event.starts, datetime) else told.day
    return words("deadline_on", day=deadline_line(grant or Grant(), setting.send_on, words))
