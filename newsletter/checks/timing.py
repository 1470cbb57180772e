"""Days and hours: what is announced lies ahead of the day of sending, and a weekday belongs to its date."""

from __future__ import annotations

from calendar import day_name, month_name
from collections.abc import Iterator
from datetime import date, datetime

from newsletter.checks.content import shown
from newsletter.checks.proof import Proof
from newsletter.checks.registry import Spot, rule
from newsletter.model import Event, Severity


def day_of(moment: datetime | date) -> date:
    """The day on which a moment falls, at its own place."""
    return moment.date() if isinstance(moment, datetime) else moment


def in_words(day: date) -> str:
    """`Wednesday 9 December 2026`."""
    return f"{day_name[day.weekday()]} {day.day} {month_name[day.month]} {day.year}"


@rule(
    "event-past",
    Severity.ERROR,
    why="An invitation to something that is over is worse than none.",
    remedy="Take it out, or point to the recording as a piece of news.",
)
def event_past(proof: Proof) -> Iterator[Spot]:
    """An event is over on the day the issue is planned for."""
    for entry in proof.printed:
        last = _last_day(entry.event)
        if last is not None and last < proof.day:
            words = f"was on {in_words(last)}, before the day of sending ({in_words(proof.day)})"
            yield Spot(entry.key, f"{shown(entry)} {words}.")


def _last_day(event: Event | None) -> date | None:
    """The last day of an event. None when nothing is known. An all-day end is the day after it (RFC 5545, 3.6.1)."""
    moment = event and (event.ends or event.starts)
    return day_of(moment) if moment else None


@rule(
    "deadline-past",
    Severity.ERROR,
    why="Nobody can apply any more when the issue arrives.",
    remedy="Take the call out, or correct its deadline.",
)
def deadline_past(proof: Proof) -> Iterator[Spot]:
    """The deadline of a grant call is over on the day the issue is planned for."""
    for entry in proof.printed:
        deadline = entry.grant.deadline if entry.grant else None
        if deadline is not None and deadline < proof.day:
            words = f"closed on {in_words(deadline)}, before the day of sending ({in_words(proof.day)})"
            yield Spot(entry.key, f"{shown(entry)} {words}.")


@rule(
    "event-without-day",
    Severity.WARNING,
    why="Nobody can come to an event without a day.",
    remedy="Write its day and hour as starts.",
)
def event_without_day(proof: Proof) -> Iterator[Spot]:
    """An event does not say when it starts."""
    for entry in proof.printed:
        if entry.event is not None and entry.event.starts is None:
            yield Spot(entry.key, f"{shown(entry)} does not say when it starts.")


@rule(
    "event-without-zone",
    Severity.WARNING,
    why="Readers live in many time zones; an hour without one makes them miss the meeting.",
    remedy='Write its time zone as zone, for example "America/New_York".',
)
def event_without_zone(proof: Proof) -> Iterator[Spot]:
    """An event with an hour has no time zone."""
    for entry in proof.printed:
        if entry.event is not None and isinstance(entry.event.starts, datetime) and not entry.event.zone:
            yield Spot(entry.key, f"{shown(entry)} has an hour but no time zone.")
