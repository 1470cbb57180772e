"""The key of an entry: the one stable name under which files and people speak of it."""

from __future__ import annotations

import re
from datetime import date

from newsletter.identity.identifiers import strip_doi_version
from newsletter.identity.titles import title_key
from newsletter.model import Dated, Entry, Event, Grant, Ids, Precision, Trial

_PAPER = ("doi", "pmid", "pmcid", "url")
_UNSURE = ("nct", "isbn", "uid", "opportunity", "url")
_TRIAL = ("nct", "url")
_EVENT = ("uid", "url")  # a paper or trial that an event is about does not name the event
_GRANT = ("opportunity", "uid", "url")
_NAMES = frozenset({*_PAPER, *_UNSURE})
_OCCURRENCE = re.compile(
    r"(.+)/\d{8}(?:T\d{6}Z?)?", re.DOTALL
)  # one date of a series: UID/20261209T180000Z


def series_of(entry: Entry) -> str | None:
    """The UID that all dates of one series share; None for what is no date of a series."""
    found = _OCCURRENCE.fullmatch(entry.ids.uid or "") if entry.event is not None else None
    return found[1] if found else None


def naming_ids(entry: Entry) -> tuple[str, ...]:
    """The names of the ids that name the thing itself, strongest first, by its kind.

    A webinar about a trial carries the trial's number, and so does a paper about it: neither is the
    trial.
    """
    if entry.event is not None:
        return _EVENT
    if entry.grant is not None:
        return _GRANT
    if entry.trial is not None:
        return _TRIAL
    return _PAPER if entry.ids.doi or entry.ids.pmid or entry.ids.pmcid else _UNSURE


def format_identifier(name: str, value: str) -> str:
    """An identifier as one word: `doi:10.1/x`; all versions of a preprint have the same."""
    return f"doi:{strip_doi_version(value)}" if name == "doi" else f"{name}:{value}"


def key_of(entry: Entry) -> str:
    """The key of a new entry by its strongest identifier: `doi:10.1/x`, …, `title:words-2023`."""
    for name in naming_ids(entry):
        if value := getattr(entry.ids, name):
            return format_identifier(name, value)
    return f"title:{title_key(entry.title, entry.dated.day.year if entry.dated else None)}"


def entry_of_key(key: str, title: str = "") -> Entry:
    """What a key alone tells of its entry: an editor's drop in issue.toml is no more than that."""
    name, _, value = key.partition(":")
    if name == "title":
        words, _, year = value.rpartition("-")
        if not re.fullmatch(r"\d{4}", year):
            words, year = value, ""
        dated = Dated(date(int(year), 1, 1), Precision.YEAR) if year.strip("0") else None
        return Entry(key=key, title=title or words.replace("-", " "), dated=dated)
    ids = Ids(**{name: value}) if name in _NAMES else Ids()
    return Entry(
        key=key,
        ids=ids,
        title=title,
        event=Event() if name == "uid" else None,
        trial=Trial() if name == "nct" else None,
        grant=Grant() if name == "opportunity" else None,
    )
