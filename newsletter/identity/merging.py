"""One entry of two.

What was known stays unless the other says it better, and nothing an editor wrote is lost.

The date first told stays, too: a feed that stamps all its items anew does not make them new.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from newsletter.formats.urls import address_key
from newsletter.identity.keys import format_identifier
from newsletter.identity.matching import Index, is_preprint
from newsletter.identity.titles import words_of
from newsletter.model import Dated, Entry, Event, Flag, Grant, Ids, Precision, Trial, TrialStatus

_CUT = re.compile(r"(?:…|\.\.\.|\[(?:…|\.\.\.|&hellip;)\])\s*$")
_MORE = 1.5  # a summary so many times as long tells more, rather than the same in other words

Kind = TypeVar("Kind", Trial, Event, Grant)


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """What the entries of one run did to those known before."""

    entries: tuple[Entry, ...]  # all that are known now, the known ones first
    key_of_seen: tuple[str, ...]  # for each entry seen, in order: the key it has now
    new: frozenset[str]  # keys that were not known before
    changed: frozenset[str]  # known keys whose entry is another one now
    folded: tuple[
        tuple[str, str], ...
    ]  # (key that is gone, key it became): two known entries proved to be one


def merge_entries(known: Index | Iterable[Entry], seen: Iterable[Entry]) -> Merged:
    """Put the entries of one run among the known ones.

    A known `Index` is kept up to date in place.
    """
    index = known if isinstance(known, Index) else Index(known)
    before = {entry.key: entry for entry in index}
    folded: list[tuple[str, str]] = []
    keys: list[str] = []
    for entry in seen:
        key, gone = place_among(index, entry)
        keys.append(key)
        folded += [(old, key) for old in gone]
    final = dict(folded)
    entries = tuple(index)
    return Merged(
        entries=entries,
        key_of_seen=tuple(_resolve_key(key, final) for key in keys),
        new=frozenset(entry.key for entry in entries if entry.key not in before),
        changed=frozenset(entry.key for entry in entries if before.get(entry.key, entry) != entry),
        folded=tuple((old, _resolve_key(old, final)) for old, _ in folded if old in before),
    )


def _resolve_key(key: str, folded: dict[str, str]) -> str:
    while key in folded:
        key = folded[key]
    return key


def place_among(index: Index, seen: Entry) -> tuple[str, tuple[str, ...]]:
    """Merge one entry into the index.

    The key it has now, and the keys that were folded into that one.

    Of several known entries that prove to be one, the one first seen keeps its key.
    """
    found = index.find(seen)
    if not found:
        entry = replace(seen, key=index.fresh_key(seen))
        gone: tuple[str, ...] = ()
    else:
        keeper = min(found, key=lambda key: (_get_first_seen_at(index[key]), index.rank(key)))
        gone = tuple(key for key in found if key != keeper)
        entry = index[keeper]
        for key in gone:
            entry = merge(entry, index[key])
            index.remove(key)
        entry = merge(entry, seen)
    _link_versions(index, entry)
    return entry.key, gone


def _get_first_seen_at(entry: Entry) -> float:
    return entry.first_seen_at.timestamp() if entry.first_seen_at else float("inf")


def _link_versions(index: Index, entry: Entry) -> None:
    """Put the entry into the index.

    It and the preprint or article of it name each other in `related`.
    """
    for key in index.versions_of(entry):
        other = index[key]
        entry = _add_relation(entry, other)
        index.add(_add_relation(other, entry))
    if is_preprint(entry) and Flag.PREPRINT not in entry.flags:
        entry = replace(entry, flags=entry.flags | {Flag.PREPRINT})
    if entry.key not in index or index[entry.key] != entry:
        index.add(entry)


def _add_relation(entry: Entry, other: Entry) -> Entry:
    name = format_identifier("doi", other.ids.doi) if other.ids.doi else other.key
    return entry if name in entry.related else replace(entry, related=(*entry.related, name))


def merge(known: Entry, seen: Entry) -> Entry:
    """One entry that says what both say, under the known key, first seen when the earlier was."""
    is_same_post = known.ids.guid is not None and known.ids.guid == seen.ids.guid
    return replace(
        known,
        ids=_all_ids(known.ids, seen.ids),
        title=_better_title(known.title, seen.title, is_same_post=is_same_post),
        authors=seen.authors if len(seen.authors) > len(known.authors) else known.authors,
        links=_all_links(known.links + seen.links),
        dated=_finer(known.dated, seen.dated),
        summary=_fuller(known.summary, seen.summary),
        note=_both_notes(known.note, seen.note),
        journal=known.journal or seen.journal,
        section=known.section or seen.section,
        flags=known.flags | seen.flags,
        related=tuple(dict.fromkeys(known.related + seen.related)),
        sources=tuple(dict.fromkeys(known.sources + seen.sources)),
        first_seen_at=_earlier(known.first_seen_at, seen.first_seen_at),
        trial=_newer_trial(known.trial, seen.trial),
        event=_newer_event(known.event, seen.event),
        grant=_newer(known.grant, seen.grant),
    )


def _all_ids(known: Ids, seen: Ids) -> Ids:
    return Ids(**(seen.known() | known.known()))


def _all_links(links: tuple[str, ...]) -> tuple[str, ...]:
    """Each page once, in the form that came first."""
    pages: dict[str, str] = {}
    for link in links:
        pages.setdefault(address_key(link) or link, link)
    return tuple(pages.values())


def _better_title(known: str, seen: str, *, is_same_post: bool) -> str:
    """The known title, unless it is cut, shouted, without subtitle, or changed by its own feed."""
    if not seen or known == seen:
        return known
    if not known or is_same_post:
        return seen
    if _flaws(known) != _flaws(seen):
        return min(known, seen, key=_flaws)
    short, long = ("".join(words_of(title)) for title in (known, seen))
    return seen if short != long and long.startswith(short) else known


def _flaws(title: str) -> int:
    return 2 * bool(_CUT.search(title)) + (title.isupper() and len(title) > 12)


def _finer(known: Dated | None, seen: Dated | None) -> Dated | None:
    """The known date, or one that tells its day or month where it does not.

    A date that contradicts it is not taken.
    """
    if known is None or seen is None:
        return known or seen
    is_inside = str(seen).startswith(str(known)) and known.precision is not Precision.DAY
    return seen if is_inside else known


def _fuller(known: str, seen: str) -> str:
    if _CUT.search(known) and not _CUT.search(seen):
        return seen or known
    return seen if len(seen) > _MORE * len(known) else known


def _both_notes(known: str, seen: str) -> str:
    if not seen or seen in known:
        return known
    return seen if known in seen else f"{known}\n\n{seen}"


def _earlier(known: datetime | None, seen: datetime | None) -> datetime | None:
    return min(known, seen) if known and seen else known or seen


def _newer(known: Kind | None, seen: Kind | None) -> Kind | None:
    """What was seen last, and where that is silent what was known."""
    if known is None or seen is None:
        return seen or known
    told = {each.name: getattr(seen, each.name) for each in dataclasses.fields(seen)}
    return replace(known, **{name: value for name, value in told.items() if value})


def _newer_trial(known: Trial | None, seen: Trial | None) -> Trial | None:
    """`was` keeps the status before the last change: a change no issue told is still news."""
    merged = _newer(known, seen)
    if merged is None or known is None or seen is None:
        return merged
    if seen.status is TrialStatus.UNKNOWN:
        return replace(merged, status=known.status)
    if known.status not in {seen.status, TrialStatus.UNKNOWN}:
        return replace(merged, was=known.status)
    return merged


def _newer_event(known: Event | None, seen: Event | None) -> Event | None:
    """An event that is no longer cancelled takes place.

    A bare day does not replace the hour on that day.
    """
    merged = _newer(known, seen)
    if merged is None or known is None or seen is None or seen.starts is None:
        return merged
    merged = replace(merged, cancelled=seen.cancelled)
    if isinstance(known.starts, datetime) and known.starts.date() == seen.starts:
        return replace(merged, starts=known.starts, ends=known.ends)
    return merged
