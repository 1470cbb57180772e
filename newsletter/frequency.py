"""When issues are due: the configured rhythm as periods, names and planned days. Pure.

A rhythm is `month`, `week`, `2 weeks`, `10 days` or an RFC 5545 RRULE.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta

from dateutil.relativedelta import relativedelta
from dateutil.rrule import rrulestr


def next_name(every: str, *, today: date, taken: frozenset[str]) -> str:
    """The name of the next issue: `2026-11` where issues are monthly, else the day, `2026-11-23`.

    `taken` are the issues that are out; a month that has one gives way to the next month without.
    """
    if every != "month":
        day = today
        while day.isoformat() in taken:
            day += timedelta(days=1)
        return day.isoformat()
    month = today.replace(day=1)
    while f"{month:%Y-%m}" in taken:
        month += relativedelta(months=1)
    return f"{month:%Y-%m}"


def earliest_day(name: str) -> date:
    """The first day that an issue's name allows it to go out.

    The beginning of time where it names none.
    """
    try:
        return date.fromisoformat(f"{name}-01" if len(name) == len("2026-11") else name)
    except ValueError:
        return date.min


def before(every: str, moment: datetime) -> datetime:
    """The moment one period earlier: where the window of the very first issue begins."""
    if simple := re.fullmatch(r"(?:(\d+) )?(day|week|month)s?", every):
        unit = f"{simple[2]}s"
        # one of three names
        return moment - relativedelta(**{unit: int(simple[1] or 1)})  # type: ignore[arg-type]
    start = datetime.combine(moment.date() - timedelta(days=730), time(), tzinfo=moment.tzinfo)
    found = rrulestr(every, dtstart=start).before(moment)
    return found or moment - timedelta(days=31)
