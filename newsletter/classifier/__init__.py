"""Which section an entry belongs to, and why. Pure.

Asked in this order, the first that knows decides: the staff's own rules, the source, what kind of
thing it is, address and identifiers, and at last the wording. Unsure is an answer: the entry goes
to “to sort”, where a person looks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from newsletter.classifier.model import OTHER, Classification, classify_title
from newsletter.classifier.urls import section_of_address
from newsletter.model import Entry, SectionStyle

SURE = 0.6
"""How probable a kind must be by its wording alone; see docs/notes on sections for what this costs
and brings."""
_HOST = re.compile(r"(?:[\w-]+\.)+[a-z]{2,}(?:/\S*)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class SectionProposal:
    """A section, or None for “to sort”.

    Confident None: surely none of the sections, such as news and advice.
    """

    section: str | None
    confident: bool
    why: str


def propose_section(entry: Entry, styles: Sequence[SectionStyle]) -> SectionProposal:
    """The section of an entry among the configured ones, with the reason as a sentence."""
    names = {style.name for style in styles}
    for section, why in _sure_ways(entry, styles):
        if section in names:
            return SectionProposal(section, confident=True, why=why)
        return SectionProposal(
            None, confident=False, why=f"{why}, but the newsletter has no section “{section}”"
        )
    return _by_wording(_read(entry), names)


def _sure_ways(entry: Entry, styles: Sequence[SectionStyle]) -> Iterator[tuple[str, str]]:
    """(section, why) of each way that knows, the strongest first."""
    for style in styles:
        for rule in style.rules:
            if _rule_holds(rule, entry):
                yield style.name, f"your own rule “{rule}” for {style.name}"
    if entry.section:
        yield entry.section, "its source goes there"
    for kind, section in (
        (entry.event, "events"),
        (entry.grant, "grants"),
        (entry.trial, "trials"),
    ):
        if kind is not None:
            yield section, f"its source describes it as one of the {section}"
    yield from _by_address(entry)
    yield from _by_ids(entry)


def _rule_holds(rule: str, entry: Entry) -> bool:
    """Whether a rule fits: a host name (perhaps with a path) the links, other words the title."""
    if _HOST.fullmatch(rule):
        return any(_is_at(link, rule.lower()) for link in _links(entry))
    return bool(rule.strip()) and bool(
        re.search(rf"(?<!\w){re.escape(rule.strip())}(?!\w)", entry.title, re.IGNORECASE)
    )


def _is_at(link: str, rule: str) -> bool:
    host, slash, path = rule.removeprefix("www.").partition("/")
    try:
        parts = urlsplit(link)
        its_host = (parts.hostname or "").removeprefix("www.")
    except ValueError:
        return False
    return (its_host == host or its_host.endswith(f".{host}")) and parts.path.lower().startswith(
        slash + path
    )


def _links(entry: Entry) -> tuple[str, ...]:
    return entry.links or ((entry.ids.url,) if entry.ids.url else ())


def _by_address(entry: Entry) -> Iterator[tuple[str, str]]:
    for link in _links(entry):
        if told := section_of_address(link):
            section, host = told
            yield section, f"{host} carries {_CARRIED[section]}"


_CARRIED = {
    "research": "papers",
    "trials": "trials",
    "events": "events",
    "grants": "calls for proposals",
}


def _by_ids(entry: Entry) -> Iterator[tuple[str, str]]:
    """What has a DOI or PMID is a paper.

    A trial's or a call's number may also stand in the announcement of a webinar.
    """
    ids = entry.ids
    if ids.doi or ids.pmid or ids.pmcid:
        yield "research", "it has a DOI" if ids.doi else "it is in PubMed"
    elif (ids.nct or ids.opportunity) and not _is_event(entry):
        yield (
            ("trials", f"it is trial {ids.nct}")
            if ids.nct
            else ("grants", f"it is call {ids.opportunity}")
        )
    elif ids.uid:
        yield "events", "it comes from a calendar"


def _is_event(entry: Entry) -> bool:
    reading = _read(entry)
    return reading.kind == "events" and reading.probability >= SURE


def _read(entry: Entry) -> Classification:
    return classify_title(entry.title, entry.summary, next(iter(_links(entry)), ""))


def _by_wording(reading: Classification, names: set[str]) -> SectionProposal:
    cues = ", ".join(reading.cues[:3]) or "nothing that tells it apart"
    if reading.probability < SURE:
        return SectionProposal(
            None, confident=False, why=f"unsure: its wording may fit {reading.kind} ({cues})"
        )
    if reading.kind == OTHER:
        return SectionProposal(
            None,
            confident=True,
            why=f"its wording is that of news or advice, none of the sections ({cues})",
        )
    if reading.kind not in names:
        why = f"its wording fits {reading.kind} ({cues}), but the newsletter has no such section"
        return SectionProposal(None, confident=False, why=why)
    return SectionProposal(reading.kind, confident=True, why=f"its wording ({cues})")
