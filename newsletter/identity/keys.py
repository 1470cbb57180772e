"""The key of an entry: the one stable name under which files and people speak of it."""

from __future__ import annotations

from newsletter.identity.identifiers import unversioned_doi
from newsletter.identity.titles import title_key
from newsletter.model import Entry

_PAPER_FIRST = ("doi", "pmid", "pmcid", "nct", "isbn", "uid", "opportunity", "url")
_TRIAL_FIRST = ("nct", "doi", "pmid", "pmcid", "opportunity", "uid", "isbn", "url")
_EVENT_FIRST = ("uid", "url")  # a paper or trial that an event is about does not name the event
_GRANT_FIRST = ("opportunity", "uid", "url")


def naming_ids(entry: Entry) -> tuple[str, ...]:
    """The names of the ids that name the thing itself, strongest first, by its kind.

    A webinar about a trial carries the trial's number, and so does a paper about it: neither is the trial.
    """
    if entry.event is not None:
        return _EVENT_FIRST
    if entry.grant is not None:
        return _GRANT_FIRST
    if entry.trial is not None:
        return _TRIAL_FIRST
    is_paper = entry.ids.doi or entry.ids.pmid or entry.ids.pmcid
    return tuple(name for name in _PAPER_FIRST if name != "nct" or not is_paper)


def named(name: str, value: str) -> str:
    """An identifier as one word: `doi:10.1/x`; all versions of a preprint have the same."""
    return f"{name}:{unversioned_doi(value) if name == 'doi' else value}"


def key_of(entry: Entry) -> str:
    """The key of an entry never seen before, from its strongest identifier: `doi:10.1/x`, …, `title:words-2023`."""
    for name in naming_ids(entry):
        if value := getattr(entry.ids, name):
            return named(name, value)
    return f"title:{title_key(entry.title, entry.dated.day.year if entry.dated else None)}"
