"""Days and hours.

What is announced lies ahead of the day of sending, and a weekday belongs to its date.
"""

from __future__ import annotations

from calendar import day_name, month_name
from collections.abc import Iterator
from datetime import date, datetime, timedelta

from newsletter.checks.content import describe_entry, dropping
from newsletter.checks.parsed_mail import ParsedMail
from newsletter.checks.rules import Violation, rule
from newsletter.model import Event, Severity

LONGEST_MEETING = timedelta(days=14)


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
    mend="Drop",
)
def event_past(proof: ParsedMail) -> Iterator[Violation]:
    """An event is over on the day the issue is planned for."""
    for entry in proof.all_entries:
        last = _last_day(entry.event)
        if last is not None and last < proof.day:
            words = f"was on {in_words(last)}, before the day of sending ({in_words(proof.day)})"
            yield Violation(
                entry.key,
                f"{describe_entry(entry)} {words}.",
                change=dropping(entry, f"it was on {in_words(last)}"),
            )


def _last_day(event: Event | None) -> date | None:
    """The last day of an event, which is the first one when its end cannot be right.

    None when nothing is known.
    """
    if event is None or event.starts is None:
        return None
    first, last = day_of(event.starts), day_of(event.ends or event.starts)
    has_hour = isinstance(event.starts, datetime)
    return first if has_hour and last - first > LONGEST_MEETING else last


@rule(
    "event-ends-wrong",
    Severity.WARNING,
    why="Start and end do not belong together: one of them was changed and the other forgotten.",
    remedy="Correct starts or ends.",
)
def event_ends_wrong(proof: ParsedMail) -> Iterator[Violation]:
    """An event ends before it starts, or one with an hour lasts longer than two weeks."""
    for entry in proof.all_entries:
        event = entry.event
        if event is None or event.starts is None or event.ends is None:
            continue
        first, last = day_of(event.starts), day_of(event.ends)
        if last < first or (isinstance(event.starts, datetime) and last - first > LONGEST_MEETING):
            yield Violation(
                entry.key,
                f"{describe_entry(entry)} starts on {in_words(first)} and ends on"
                f" {in_words(last)}.",
            )


@rule(
    "deadline-past",
    Severity.ERROR,
    why="Nobody can apply any more when the issue arrives.",
    remedy="Take the call out, or correct its deadline.",
    mend="Drop",
)
def deadline_past(proof: ParsedMail) -> Iterator[Violation]:
    """The deadline of a grant call is over on the day the issue is planned for."""
    for entry in proof.all_entries:
        deadline = entry.grant.deadline if entry.grant else None
        if deadline is not None and deadline < proof.day:
            words = (
                f"closed on {in_words(deadline)}, before the day of sending ({in_words(proof.day)})"
            )
            change = dropping(entry, f"it closed on {in_words(deadline)}")
            yield Violation(entry.key, f"{describe_entry(entry)} {words}.", change=change)


@rule(
    "event-without-day",
    Severity.WARNING,
    why="Nobody can come to an event without a day.",
    remedy="Write its day and hour as starts.",
)
def event_without_day(proof: ParsedMail) -> Iterator[Violation]:
    """An event does not say when it starts."""
    for entry in proof.all_entries:
        if entry.event is not None and entry.event.starts is None:
            yield Violation(entry.key, f"{describe_entry(entry)} does not say when it starts.")


@rule(
    "event-without-zone",
    Severity.WARNING,
    why="Readers live in many time zones; an hour without one makes them miss the meeting.",
    remedy='Write its time zone as zone, for example "America/New_York".',
)
def event_without_zone(proof: ParsedMail) -> Iterator[Violation]:
    """An event with an hour has no time zone."""
    for entry in proof.all_entries:
        if (
            entry.event is not None
            and isinstance(entry.event.starts, datetime)
            and not entry.event.zone
        ):
            yield Violation(entry.key, f"{describe_entry(entry)} has an hour but no time zone.")
