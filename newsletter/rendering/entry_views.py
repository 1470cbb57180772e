"""One entry as a template prints it: every value already in the reader's words.

Facts that are unknown are empty.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from newsletter.formats.markup_text import one_line
from newsletter.model import Entry, Flag, Grant, Trial, TrialStatus
from newsletter.rendering.entry_context import EntryContext
from newsletter.rendering.event_views import EventView, event_view
from newsletter.rendering.i18n import Phrases
from newsletter.rendering.links import Link, contacts, sanitize_url
from newsletter.rendering.markdown_html import Prose, plain_prose
from newsletter.rendering.text_layout import beginning
from newsletter.rendering.truncation import fit_note, fit_title

PLACES_SHOWN = 6
FLAGS_IN_ORDER = (
    Flag.RETRACTED,
    Flag.CONCERN,
    Flag.ERRATUM,
    Flag.PREPRINT,
    Flag.REVIEW,
    Flag.OPEN_ACCESS,
)
OPEN = {TrialStatus.RECRUITING, TrialStatus.ENROLLING_BY_INVITATION, TrialStatus.AVAILABLE}
CLOSED = {
    TrialStatus.ACTIVE_NOT_RECRUITING,
    TrialStatus.SUSPENDED,
    TrialStatus.TERMINATED,
    TrialStatus.COMPLETED,
    TrialStatus.WITHDRAWN,
    TrialStatus.NO_LONGER_AVAILABLE,
    TrialStatus.TEMPORARILY_NOT_AVAILABLE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Badge:
    """A short remark in a box. `urgent` ones warn."""

    text: str
    urgent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialView:
    """What a reader asks of a trial."""

    change: str  # "New in this newsletter", "Now recruiting", …
    status: str
    phase: str = ""
    tried: str = ""
    who: str = ""
    where: str = ""
    sponsor: str = ""
    contact: tuple[Link, ...] = ()
    record: Link | None = None  # at ClinicalTrials.gov


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantView:
    """What a researcher asks of a call."""

    deadline: str  # with the days left
    amount: str = ""
    funder: str = ""
    who: str = ""
    number: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryView:
    """One entry in words. `kind` names the partial that prints it."""

    kind: str  # paper, trial, event, grant
    entry: Entry
    title: Link
    direction: str  # "rtl" or "ltr" where it differs from the page's, else ""
    note: Prose
    summary: Prose
    badges: tuple[Badge, ...]
    authors: str
    origin: str  # journal and date
    related: tuple[
        Link, ...
    ] = ()  # the preprint of an article, the article of a preprint, a retraction
    trial: TrialView | None = None
    event: EventView | None = None
    grant: GrantView | None = None


def kind_of(entry: Entry) -> str:
    """The partial that prints this entry."""
    if entry.trial:
        return "trial"
    if entry.event:
        return "event"
    return "grant" if entry.grant else "paper"


def entry_view(entry: Entry, setting: EntryContext, *, dates: Sequence[Entry] = ()) -> EntryView:
    """One entry in the reader's words; `dates` are all dates of its series, itself the first."""
    words, fit = setting.words, setting.fit
    title = one_line(entry.title)
    url = next(filter(None, map(sanitize_url, entry.links)), "")
    note = fit_note(
        entry.note,
        fit,
        heading=4,
        image_hosts=setting.image_hosts,
        picture_base=setting.calendar_base,
        marker=setting.marker,
    )
    summary = "" if entry.note.strip() else beginning(trim_summary(entry), fit.summary_words)
    return EntryView(
        kind=kind_of(entry),
        entry=entry,
        title=setting.labels.link(fit_title(title, fit), url),
        direction=_own_direction(title, words.direction),
        note=note,
        summary=plain_prose(summary, setting.marker),
        badges=badges(entry, words),
        authors=authors_line(entry.authors, words, fit.authors),
        origin=origin_line(entry, words),
        related=() if fit.brief else build_related_links(entry),
        trial=_trial_view(entry, entry.trial, setting) if entry.trial else None,
        event=event_view(dates or (entry,), setting) if entry.event else None,
        grant=_grant_view(entry.grant, setting) if entry.grant else None,
    )


_LISTS_FACTS = re.compile(r"\s*(?:conditions?|interventions?|sponsors?)\s*:", re.IGNORECASE)
_ADDRESS_ALONE = re.compile(r"(?:[^\n.:]{0,40}:)?[ \t]*(https?://\S+)[ \t]*$", re.MULTILINE)


def trim_summary(entry: Entry) -> str:
    """The source's words without what stands beside them anyway.

    A register's list of facts, an address that is a link.
    """
    if entry.trial and entry.trial.interventions and _LISTS_FACTS.match(entry.summary):
        return ""
    if "://" not in entry.summary:
        return entry.summary.strip()
    linked = {
        sanitize_url(link) for link in (*entry.links, entry.event.join if entry.event else "")
    }
    return _ADDRESS_ALONE.sub(
        lambda found: "" if sanitize_url(found[1]) in linked else found[0], entry.summary
    ).strip()


def badges(entry: Entry, words: Phrases) -> tuple[Badge, ...]:
    """What a reader of a paper has to be told, the gravest first."""
    urgent = {Flag.RETRACTED, Flag.CONCERN}
    shown = (flag for flag in FLAGS_IN_ORDER if flag in entry.flags)
    return tuple(Badge(text=words(f"flag {flag}"), urgent=flag in urgent) for flag in shown)


def authors_line(authors: tuple[str, ...], words: Phrases, shown: int = 3) -> str:
    """The first authors, and how many more; one more is simply named."""
    if shown <= 0 or not authors:
        return ""
    if len(authors) <= shown + 1:
        return ", ".join(authors)
    return words.count("authors_more", len(authors) - shown, names=", ".join(authors[:shown]))


def origin_line(entry: Entry, words: Phrases) -> str:
    """`Clin Cancer Res, May 15, 2024`."""
    parts = (one_line(entry.journal), words.format_dated(entry.dated) if entry.dated else "")
    return ", ".join(part for part in parts if part)


RESOLVERS = {
    "doi": "https://doi.org/{}",
    "pmid": "https://pubmed.ncbi.nlm.nih.gov/{}/",
    "pmcid": "https://pmc.ncbi.nlm.nih.gov/articles/{}/",
    "nct": "https://clinicaltrials.gov/study/{}",
}
"""Where an identifier can be looked up."""


def build_related_links(entry: Entry) -> tuple[Link, ...]:
    """`DOI 10.1101/2024.01.01` for each thing linked to this one that can be looked up."""
    named = (reference.partition(":") for reference in entry.related)
    return tuple(
        Link(label=f"{kind.upper()} {value}", url=sanitize_url(RESOLVERS[kind].format(value)))
        for kind, _, value in named
        if kind in RESOLVERS
    )


def places_line(places: tuple[str, ...], words: Phrases) -> str:
    """`United States: Denver, Houston · France: Paris`.

    Countries in the order given, towns shortened.
    """
    towns: dict[str, list[str]] = {}
    for place in places:
        town, _, country = place.rpartition(",")
        towns.setdefault(words.country(country.strip()), []).append(town.strip())
    shown = max(1, PLACES_SHOWN // max(1, len(towns)))
    return " · ".join(
        _country(country, list(dict.fromkeys(filter(None, named))), shown, words)
        for country, named in towns.items()
    )


def _country(country: str, towns: list[str], shown: int, words: Phrases) -> str:
    if not towns:
        return country
    names = ", ".join(towns[:shown])
    hidden = len(towns) - shown
    return f"{country}: " + (
        words.count("places_more", hidden, names=names) if hidden > 0 else names
    )


def trial_change(trial: Trial, words: Phrases) -> str:
    """What is different since readers last heard of this trial; empty when nothing is."""
    if trial.was is None:
        return words("trial_new")
    if trial.was == trial.status:
        return ""
    if trial.status in OPEN and trial.was not in OPEN:
        key = "trial_opened"
    elif trial.status in CLOSED and trial.was not in CLOSED:
        key = "trial_closed"
    else:
        key = "trial_changed"
    return f"{words(key)} ({words('trial_was', status=words(f'status {trial.was}'))})"


def deadline_line(grant: Grant, send_on: date, words: Phrases) -> str:
    """`Monday, February 1, 2027 (62 days left)`, counted to the day the issue goes out."""
    if grant.deadline is None:
        return words("no_deadline")
    days = (grant.deadline - send_on).days
    left = words.count("days_left", days) if days > 0 else words("passed" if days else "last_day")
    return words("deadline_value", day=words.weekday(grant.deadline), left=left)


def _phase_words(written: str, words: Phrases) -> str:
    phase = re.sub(r"^early\s+", "", written)
    return words("phase_early" if phase != written else "phase_value", phase=phase) if phase else ""


def _trial_view(entry: Entry, trial: Trial, setting: EntryContext) -> TrialView:
    words, nct = setting.words, entry.ids.nct
    change, status = trial_change(trial, words), words(f"status {trial.status}")
    if setting.fit.brief:
        return TrialView(change=change, status=status)
    address = f"https://clinicaltrials.gov/study/{nct}"
    record = Link(label=words("nct_link", nct=nct), url=address) if nct else None
    return TrialView(
        change=change,
        status=status,
        phase=_phase_words(trial.phase, words),
        tried=", ".join(map(one_line, trial.interventions)),
        who=beginning(trial.who, 45),
        where=places_line(trial.places, words),
        sponsor=one_line(trial.sponsor),
        contact=contacts(one_line(trial.contact)),
        record=record,
    )


def _grant_view(grant: Grant, setting: EntryContext) -> GrantView:
    deadline = deadline_line(grant, setting.send_on, setting.words)
    if setting.fit.brief:
        return GrantView(deadline=deadline)
    return GrantView(
        deadline=deadline,
        amount=one_line(grant.amount),
        funder=one_line(grant.funder),
        who=beginning(grant.who, 45),
        number=one_line(grant.number),
    )


def _own_direction(text: str, page: str) -> str:
    """The direction of the first letter with one (Unicode bidi, P2), where it is not the page's."""
    strong = next(
        (kind for kind in map(unicodedata.bidirectional, text) if kind in {"L", "R", "AL"}), ""
    )
    own = {"L": "ltr", "R": "rtl", "AL": "rtl"}.get(strong, page)
    return own if own != page else ""
