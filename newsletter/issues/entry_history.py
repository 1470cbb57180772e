"""The story of one entry, in sentences.

Who gave it and when, what was decided, where it stands now.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from newsletter.entries.records import Sighting
from newsletter.entries.repository import entries_of
from newsletter.issues.decisions import find_entry
from newsletter.issues.standing import EntryStatus, list_entry_statuses
from newsletter.model import Decision, Verdict
from newsletter.workspace.context import AppContext

_DONE = {Verdict.KEEP: "kept", Verdict.HOLD: "held", Verdict.DROP: "dropped"}


def tell_history(context: AppContext, written: str) -> tuple[EntryStatus, tuple[str, ...]]:
    """Where the entry of this key or title stands, and how it came there, oldest first."""
    everything = list_entry_statuses(context)
    known = {each.entry.key: each for each in everything}
    standing = (
        known.get(written)
        or known[find_entry(context, written, (each.entry for each in everything)).key]
    )
    return standing, tuple(_sentences(context, standing))


def _sentences(context: AppContext, standing: EntryStatus) -> Iterator[str]:
    key = standing.entry.key
    told = [
        (each.first_seen_at, _describe_sighting(each))
        for each in entries_of(context).sightings(key)
    ]
    told += [
        (each.decided_at, _describe_decision(each)) for each in entries_of(context).decisions(key)
    ]
    for _, sentence in sorted(told, key=lambda each: each[0]):
        yield sentence
    if not told:
        yield "No source has given it since the database was made; it is known from the issues."
    yield f"Now: {standing.state.replace('_', ' ')}; {standing.reason}."


def _describe_sighting(sighting: Sighting) -> str:
    last = (
        f", last {_day(sighting.last_seen_at)}"
        if sighting.last_seen_at.date() > sighting.first_seen_at.date()
        else ""
    )
    dated = f", dated {sighting.entry.dated}" if sighting.entry.dated else ", undated"
    title = f"“{sighting.entry.title}”"
    return f"{_day(sighting.first_seen_at)}: {sighting.source} gave it as {title}{dated}{last}."


def _describe_decision(decision: Decision) -> str:
    where = f" to {decision.section}" if decision.section else ""
    why = f": {decision.why}" if decision.why else ""
    return (
        f"{_day(decision.decided_at)}: an editor {_DONE[decision.verdict]} it{where} for"
        f" {decision.issue}{why}."
    )


def _day(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d}"
