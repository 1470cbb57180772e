"""Entries as plain mappings and back: the form that issue.toml and the database share.

Only what is known is written. Days and instants stay native in TOML and are ISO texts in JSON; both
are read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import UTC, date, datetime
from typing import Any, TypeVar

from newsletter.model import Dated, Entry, Event, Flag, Grant, Ids, Trial, TrialStatus

T = TypeVar("T")
Plain = dict[str, Any]


class SerializationError(ValueError):
    """A value that does not fit: `name` is the key, `expected` what should stand there."""

    def __init__(self, name: str, expected: str, found: object) -> None:
        self.name, self.expected, self.found = name, expected, found
        super().__init__(f"{name}: expected {expected}, found {found!r}")


def entry_to_plain(entry: Entry) -> Plain:
    """All that is known of an entry, in the order in which people read it."""
    plain: Plain = {
        "key": entry.key,
        "title": entry.title,
        "links": list(entry.links),
        "authors": list(entry.authors),
        "journal": entry.journal,
        "dated": str(entry.dated) if entry.dated else "",
        "flags": sorted(entry.flags),
        "ids": entry.ids.known(),
        "related": list(entry.related),
        "sources": list(entry.sources),
        "summary": entry.summary,
        "note": entry.note,
        "trial": part_to_plain(entry.trial),
        "event": part_to_plain(entry.event),
        "grant": part_to_plain(entry.grant),
    }
    return {name: value for name, value in plain.items() if value or name in {"key", "title"}}


def part_to_plain(part: Trial | Event | Grant | None) -> Plain:
    """What is known of a trial, event or grant; empty when there is none."""
    if part is None:
        return {}
    pairs = ((each.name, getattr(part, each.name)) for each in fields(part))
    return {name: _value_to_plain(value) for name, value in pairs if value}


def _value_to_plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return list(value)
    return str(value) if isinstance(value, str | Dated) else value


def entry_from_plain(plain: Mapping[str, Any]) -> Entry:
    """An entry from what a person or `entry_to_plain` wrote.

    Keys that are not known are passed over.

    Raises PlainError, naming the key, when a value does not fit.
    """
    return Entry(
        key=_read(plain, "key", _text, ""),
        title=_read(plain, "title", _text, ""),
        links=_read(plain, "links", _texts, ()),
        authors=_read(plain, "authors", _texts, ()),
        journal=_read(plain, "journal", _text, ""),
        dated=_parse_dated("dated", plain["dated"]) if plain.get("dated") else None,
        flags=frozenset(_word("flags", Flag, each) for each in _read(plain, "flags", _texts, ())),
        ids=_ids(_read(plain, "ids", _mapping, {})),
        related=_read(plain, "related", _texts, ()),
        sources=_read(plain, "sources", _texts, ()),
        summary=_read(plain, "summary", _text, ""),
        note=_read(plain, "note", _text, ""),
        trial=_trial(_read(plain, "trial", _mapping, {})),
        event=_event(_read(plain, "event", _mapping, {})),
        grant=_grant(_read(plain, "grant", _mapping, {})),
    )


def _ids(plain: Mapping[str, Any]) -> Ids:
    known = {each.name for each in fields(Ids)}
    return Ids(
        **{name: _text(f"ids.{name}", value) for name, value in plain.items() if name in known}
    )


def _trial(plain: Mapping[str, Any]) -> Trial | None:
    if not plain:
        return None
    was = _read(plain, "was", _text, "")
    return Trial(
        status=_word("trial.status", TrialStatus, _read(plain, "status", _text, "unknown")),
        was=_word("trial.was", TrialStatus, was) if was else None,
        **{name: _read(plain, name, _text, "") for name in ("phase", "sponsor", "contact", "who")},
        **{name: _read(plain, name, _texts, ()) for name in ("places", "interventions")},
        **{
            name: _read(plain, name, _parse_dated, None)
            for name in ("status_on", "first_posted_on", "updated_on")
        },
    )


def _event(plain: Mapping[str, Any]) -> Event | None:
    if not plain:
        return None
    return Event(
        **{name: _read(plain, name, _moment, None) for name in ("starts", "ends")},
        **{name: _read(plain, name, _text, "") for name in ("zone", "place", "join", "repeats")},
        cancelled=_read(plain, "cancelled", _flag, default=False),
    )


def _grant(plain: Mapping[str, Any]) -> Grant | None:
    if not plain:
        return None
    words = ("amount", "funder", "number", "who")
    texts = {name: _read(plain, name, _text, "") for name in words}
    return Grant(deadline=_read(plain, "deadline", _day, None), **texts)


def _read(
    plain: Mapping[str, Any], name: str, read: Callable[[str, Any], Any], default: Any
) -> Any:
    value = plain.get(name)
    return default if value is None else read(name, value)


def _text(name: str, value: Any) -> str:
    if not isinstance(value, str):
        raise SerializationError(name, "a text in quotes", value)
    return value


def _texts(name: str, value: Any) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,)
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise SerializationError(name, 'a list of texts such as ["one", "two"]', value)
    return tuple(value)


def _mapping(name: str, value: Any) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise SerializationError(name, 'values in braces such as {place = "Denver"}', value)
    return value


def _flag(name: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise SerializationError(name, "true or false", value)
    return value


def _parse_dated(name: str, value: Any) -> Dated:
    try:
        return Dated.parse(value.isoformat() if isinstance(value, date) else _text(name, value))
    except ValueError as error:
        raise SerializationError(name, '"2026-11-03", "2026-11" or "2026"', value) from error


def _moment(name: str, value: Any) -> datetime | date:
    moment = _iso(name, value, "2026-12-09T18:00:00-05:00, or a day for a whole-day event")
    if isinstance(moment, datetime) and moment.tzinfo is None:
        return moment.replace(tzinfo=UTC)
    return moment


def _day(name: str, value: Any) -> date:
    moment = _iso(name, value, "a day such as 2027-02-01")
    return moment.date() if isinstance(moment, datetime) else moment


def _iso(name: str, value: Any, expected: str) -> datetime | date:
    if isinstance(value, date):
        return value
    try:
        return (
            date.fromisoformat(value)
            if len(value) == len("2026-12-09")
            else datetime.fromisoformat(value)
        )
    except (ValueError, TypeError) as error:
        raise SerializationError(name, expected, value) from error


def _word(name: str, words: Callable[[str], T], value: str) -> T:
    try:
        return words(value)
    except ValueError as error:
        # a StrEnum
        raise SerializationError(name, "one of " + ", ".join(words), value) from error  # type: ignore[arg-type]
