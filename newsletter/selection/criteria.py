"""What an issue looks at, and what earlier issues and editors did."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from newsletter.identity import entry_of_key
from newsletter.model import (
    Decision,
    Entry,
    Issue,
)

Propose = Callable[[Entry], str | None]
"""The section an entry belongs to; None: to sort."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectionHistory:
    """What earlier issues and editors did."""

    carried: tuple[
        tuple[str, Entry], ...
    ] = ()  # (issue, entry as it was printed), oldest issue first
    dropped: tuple[tuple[str, Entry, str], ...] = ()  # (issue, entry, why)
    decisions: tuple[Decision, ...] = ()  # in any order; the latest one on an entry counts


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectionCriteria:
    """The time that an issue looks at: `(since_at, until_at]`, in the newsletter's zone where days are compared."""

    issue: str  # the issue being made
    # up to here the last issue looked; for the first issue, a cadence before `until_at`
    since_at: datetime
    until_at: datetime
    now: datetime
    zone: ZoneInfo
    late_days: int = 90  # how many days before the window an entry first seen in it may be dated
    ahead_days: int = 120  # how many days ahead events are offered

    @property
    def since_on(self) -> date:
        """The day of the last issue.

        What is dated on it may have come after it, so it counts as inside.
        """
        return self.since_at.astimezone(self.zone).date()

    @property
    def until_on(self) -> date:
        """The last day inside; a window that ends at midnight ends with the day before."""
        return (self.until_at - timedelta(microseconds=1)).astimezone(self.zone).date()

    @property
    def goes_out_at(self) -> datetime:
        """The moment from which readers look at the issue: what is past then is not offered."""
        return max(self.now, self.until_at)

    @property
    def goes_out_on(self) -> date:
        """Its day."""
        return self.goes_out_at.astimezone(self.zone).date()


def build_history(
    earlier: Iterable[Issue], *, current: Issue | None = None, decisions: Iterable[Decision] = ()
) -> SelectionHistory:
    """The memory in the issues themselves.

    All that went out before, and the drops written in the one being made.
    """
    issues = sorted(earlier, key=lambda issue: (issue.until_at, issue.name))
    return SelectionHistory(
        carried=tuple((issue.name, entry) for issue in issues for entry in issue.entries()),
        dropped=tuple(
            (issue.name, entry_of_key(key), why)
            for issue in (*issues, *([current] if current else []))
            for key, why in issue.left_out
        ),
        decisions=tuple(decisions),
    )
