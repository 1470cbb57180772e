"""The proof sheet for a medical reviewer: every statement of an issue with what it rests on."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from newsletter.model import Entry, Issue
from newsletter.rendering.entry_views import RESOLVERS, EntryView
from newsletter.rendering.i18n import Phrases
from newsletter.rendering.issue_view import IssueView
from newsletter.rendering.links import sanitize_url
from newsletter.rendering.markdown_html import Prose
from newsletter.rendering.text_layout import beginning

QUOTED_WORDS = 120
"""Of a source's summary, for the reviewer to compare."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewStatement:
    """One statement of an issue, and what it rests on."""

    title: str
    words: Markup
    whose: str  # our own words, or the source's
    quoted: str = ""  # what the source says where the words are our own
    facts: tuple[str, ...] = ()
    source: str = ""
    links: tuple[str, ...] = ()
    date: str = ""


def list_statements(issue: Issue, shown: IssueView, words: Phrases) -> tuple[ReviewStatement, ...]:
    """Every statement in printing order.

    The letter, each section's words, each entry, the closing.
    """
    found = [_own(issue.subject, shown.letter, words)]
    for section in shown.sections:
        found.append(_own(section.title, section.text, words))
        found += [_claim(view, words) for view in section.entries]
    found.append(_own(issue.subject, shown.closing, words))
    return tuple(claim for claim in found if claim is not None)


def facts(view: EntryView, words: Phrases) -> tuple[str, ...]:
    """What the issue tells of an entry beside its words, as `label: value`."""
    pairs: list[tuple[str, str]] = []
    if trial := view.trial:
        pairs += [("status", trial.status), ("phase", trial.phase), ("tried", trial.tried)]
        pairs += [("who_joins", trial.who), ("where", trial.where), ("sponsor", trial.sponsor)]
        pairs.append(("contact", "".join(link.label for link in trial.contact)))
    if event := view.event:
        days = [event.when.day, *(each.day for each in event.dates)]
        pairs += [
            ("when", " · ".join(filter(None, days))),
            ("time", event.when.hours),
            ("where", event.place),
        ]
    if grant := view.grant:
        pairs += [("deadline", grant.deadline), ("amount", grant.amount), ("funder", grant.funder)]
        pairs += [("who_applies", grant.who), ("number", grant.number)]
    told = tuple(f"{words(label)}: {value}" for label, value in pairs if value)
    return (*(badge.text for badge in view.badges), *told)


def _own(title: str, said: Prose, words: Phrases) -> ReviewStatement | None:
    return (
        ReviewStatement(title=title, words=said.html, whose=words("proof_editor")) if said else None
    )


def _claim(view: EntryView, words: Phrases) -> ReviewStatement:
    entry = view.entry
    said = view.note or view.summary
    return ReviewStatement(
        title=entry.title,
        words=said.html,
        whose=words("proof_editor" if view.note else "proof_published") if said else "",
        quoted=beginning(entry.summary, QUOTED_WORDS) if view.note else "",
        facts=facts(view, words),
        source=_source(entry),
        links=_links(entry),
        date=words.format_dated(entry.dated) if entry.dated else words("undated"),
    )


def _links(entry: Entry) -> tuple[str, ...]:
    """Each place once: resolvers of DOIs and hosts do not care for capitals."""
    urls = filter(None, map(sanitize_url, (*entry.links, *_addresses(entry))))
    return tuple({url.lower().rstrip("/"): url for url in reversed(list(urls))}.values())[::-1]


def _source(entry: Entry) -> str:
    authors = ", ".join(entry.authors[:3]) + (" et al" if len(entry.authors) > 3 else "")
    known = {
        name.upper(): value
        for name, value in entry.ids.known().items()
        if name not in {"url", "uid", "guid"}
    }
    ids = (value if value.startswith(name) else f"{name} {value}" for name, value in known.items())
    return ". ".join(part for part in (authors, entry.journal, *ids) if part)


def _addresses(entry: Entry) -> tuple[str, ...]:
    """Where the identifiers lead, for the reviewer to look up."""
    known = entry.ids.known()
    return tuple(place.format(known[name]) for name, place in RESOLVERS.items() if name in known)
