"""Which recurrence rules may be followed: a stranger's rule must end, and soon.

`FREQ=SECONDLY` from 1970 on has 1.8 thousand million instances, and
`FREQ=DAILY;BYMONTHDAY=30;BYMONTH=2` has none, which dateutil finds out only in the year 9999. Both
are refused before any of their occurrences is asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from itertools import islice, takewhile
from typing import Any

from dateutil.rrule import rrulestr
from icalendar import vRecur

MAX_INSTANCES = 50_000
"""Of one series up to the end of the window; a daily one has that many in 136 years."""

MAX_AHEAD = 3_000
"""In the time that is announced, where each costs 0.1 ms; an event of every hour has 2,880 in 120
days."""

MAX_STEPS = 500_000
"""Seconds, minutes, hours, days or weeks that are looked at between the first instance and the end
of the window."""

_LAST_CYCLE = 9972
"""From this year to 9999, the last that Python knows, every weekday meets every date and leap day
once (28 years)."""

_STEPS = {
    "SECONDLY": timedelta(seconds=1),
    "MINUTELY": timedelta(minutes=1),
    "HOURLY": timedelta(hours=1),
    "DAILY": timedelta(days=1),
    "WEEKLY": timedelta(weeks=1),
}


class EndlessRuleError(ValueError):
    """The rule gives too many instances, or would be searched in vain for one."""


def count_instances(
    rule: Mapping[str, Any], start: datetime, stop: datetime, *, since: datetime
) -> int:
    """How many times a rule strikes from `start` to `stop`; those after `since` are wanted.

    All moments are without a zone.

    Raises EndlessRuleError when there are more than MAX_INSTANCES, more than MAX_AHEAD of them
    wanted, or never one; ValueError when it is no rule.
    """
    parts = {name.upper(): value for name, value in rule.items()}
    until = _first(parts.pop("UNTIL", stop))
    stop = min(
        stop, _without_zone(until) + timedelta(days=1)
    )  # a day for the zone that is left aside
    if _steps(parts, start, stop) > MAX_STEPS:
        raise EndlessRuleError("it repeats too often")
    if not _strikes(parts, start):
        raise EndlessRuleError("its repetition never comes")
    instances = takewhile(lambda at: at < stop, rrulestr(_format_rule(parts), dtstart=start))
    count = ahead = 0
    for at in islice(instances, MAX_INSTANCES + 1):
        count, ahead = count + 1, ahead + (at >= since)
    if count > MAX_INSTANCES:
        raise EndlessRuleError(f"it repeats more than {MAX_INSTANCES:,} times")
    if ahead > MAX_AHEAD:
        raise EndlessRuleError(f"it takes place more than {MAX_AHEAD:,} times in the time ahead")
    return count


def _steps(parts: Mapping[str, Any], start: datetime, stop: datetime) -> int:
    """How many of its own units a rule walks through."""
    step = _STEPS.get(_frequency(parts), timedelta(weeks=4)) * _interval(parts)
    steps = max(0, (stop - start) // step)
    filtered = any(name.startswith("BY") for name in parts)
    return steps if filtered or "COUNT" not in parts else min(steps, int(_first(parts["COUNT"])))


def _frequency(parts: Mapping[str, Any]) -> str:
    return str(_first(parts.get("FREQ", ""))).upper()


def _interval(parts: Mapping[str, Any]) -> int:
    interval = int(_first(parts.get("INTERVAL", 1)))
    if interval < 1:
        raise ValueError("its repetition has an interval below 1")
    return interval


def _strikes(parts: Mapping[str, Any], start: datetime) -> bool:
    """Whether the rule gives anything in the last 28 years of the calendar, and so ever."""
    free = {name: value for name, value in parts.items() if name != "COUNT"}
    step = _STEPS.get(_frequency(parts))
    if step is None:  # months and years: their interval is left aside, it saves no time
        free.pop("INTERVAL", None)
        late = start.replace(year=_LAST_CYCLE)
    else:
        step *= _interval(parts)
        # rules have no zone
        late = start + step * ((datetime(_LAST_CYCLE, 1, 1) - start) // step)  # noqa: DTZ001
    return next(iter(rrulestr(_format_rule(free), dtstart=late)), None) is not None


def _without_zone(value: date) -> datetime:
    moment = value if isinstance(value, datetime) else datetime.combine(value, time())
    return moment.replace(tzinfo=None)


def _first(value: Any) -> Any:
    return value[0] if isinstance(value, list) else value


def _format_rule(parts: Mapping[str, Any]) -> str:
    # icalendar leaves it untyped
    return str(vRecur(parts).to_ical(), "utf-8")  # type: ignore[no-untyped-call]
