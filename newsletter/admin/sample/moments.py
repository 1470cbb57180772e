"""The dates of the sample, counted from one moment, and the marks in its files they replace.

A mark is `{{name:form}}`: a moment by its name, written in the form that its file needs (RFC 5545,
RFC 822, TOML, words).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from email.utils import format_datetime
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("America/New_York")  # the time zone of the sample's newsletter.toml
TUESDAY, WEDNESDAY, THURSDAY, SATURDAY = 1, 2, 3, 5
EARLIEST_PAPER = date(
    2022, 1, 1
)  # papers of the sample that are dated before this are meant to be too old
MONTHS_OF_SUPPORT_GROUP = 6  # for so long it has been meeting

FORMS: Mapping[str, Callable[[datetime], str]] = {
    "day": lambda at: f"{at:%Y-%m-%d}",
    "words": lambda at: f"{at:%B} {at.day}, {at.year}",
    "month": lambda at: f"{at:%B} {at.year}",
    "european": lambda at: f"{at.day} {at:%B} {at.year}",
    "ics": lambda at: f"{at:%Y%m%dT%H%M%S}",
    "ics_day": lambda at: f"{at:%Y%m%d}",
    "ics_utc": lambda at: f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}",
    "rss": format_datetime,
    "iso": lambda at: at.isoformat(timespec="seconds"),
    "utc": lambda at: f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
}
"""Form → how a moment is written in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moments:
    """Every date that the sample's files speak of."""

    named: Mapping[str, datetime]  # aware, in `ZONE`
    late_days: int  # how far back the sample has to look for its papers

    @property
    def last_issue(self) -> str:
        """The name of the issue that was sent last month: `2026-10`."""
        return f"{self.named['last_issue']:%Y-%m}"

    def fill(self, text: str) -> str:
        """`text` with its marks replaced; raises KeyError for a mark of an unknown name or form."""
        return re.sub(r"\{\{(\w+)(?::(\w+))?\}\}", self._fill_placeholder, text)

    def _fill_placeholder(self, mark: re.Match[str]) -> str:
        if mark[1] == "late_days":
            return str(self.late_days)
        return FORMS[mark[2]](self.named[mark[1]])


def around(now: datetime) -> Moments:
    """The sample's dates as they are at `now` (aware).

    What is ahead of it, what is past, what was last month.
    """
    today = now.astimezone(ZONE).date()
    days = _ahead(today) | _past(today) | _issues(today)
    named = {name: datetime.combine(day, hour, ZONE) for name, (day, hour) in days.items()}
    named["now"] = now.astimezone(ZONE).replace(microsecond=0)
    return Moments(named=named, late_days=max(90, (today - EARLIEST_PAPER).days))


Planned = dict[str, tuple[date, time]]
"""Name → its day, and its hour in `ZONE`."""


def _ahead(today: date) -> Planned:
    scan_webinar = _next(WEDNESDAY, today + timedelta(days=9))
    trials_webinar = _next(THURSDAY, today + timedelta(days=16))
    family_day = _next(SATURDAY, today + timedelta(days=60))
    return {
        "scans": (scan_webinar, time(18)),
        "scans_end": (scan_webinar, time(19)),
        "trials_evening": (trials_webinar, time(19)),
        "trials_evening_end": (trials_webinar, time(20, 30)),
        "walk": (_next(SATURDAY, today + timedelta(days=20)), time(10)),
        "walk_end": (_next(SATURDAY, today + timedelta(days=20)), time(12)),
        "family_day": (family_day, time()),
        "family_day_end": (family_day + timedelta(days=1), time()),
        "travel_deadline": (today + timedelta(days=24), time(17)),
        "seed_deadline": (today + timedelta(days=38), time(17)),
        "fellowship_deadline": (today + timedelta(days=75), time(17)),
    }


def _past(today: date) -> Planned:
    eating = today - timedelta(
        days=1
    )  # so late that calendars still offer it, and past all the same
    began = _nth(2, TUESDAY, _months_before(today, MONTHS_OF_SUPPORT_GROUP))
    return {
        "eating": (eating, time(18)),
        "eating_end": (eating, time(19)),
        "support_group": (began, time(19)),
        "support_group_end": (began, time(20)),
        "closed_deadline": (today - timedelta(days=6), time(17)),
        "closed_posted": (today - timedelta(days=70), time(9)),
        "posted_early": (today - timedelta(days=8), time(9)),
        "posted": (today - timedelta(days=5), time(9)),
        "posted_late": (today - timedelta(days=2), time(9)),
    }


def _issues(today: date) -> Planned:
    """The issue of last month went out on the 20th.

    What it announced and called past then is counted from that day.
    """
    sent = _months_before(today, 1).replace(day=20)
    return {
        "last_issue": (sent, time(10)),
        "before_last_issue": (_months_before(sent, 1).replace(day=20), time(10)),
    }


def _next(weekday: int, day: date) -> date:
    """The first such weekday (Monday is 0) on or after `day`."""
    return day + timedelta(days=(weekday - day.weekday()) % 7)


def _nth(number: int, weekday: int, month: date) -> date:
    """The second Tuesday and the like of a month; `month` is any day in it."""
    return _next(weekday, month.replace(day=1)) + timedelta(weeks=number - 1)


def _months_before(day: date, months: int) -> date:
    """The first day of the month that lies so many months before that of `day`."""
    years, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(years, month + 1, 1)
