"""How fast a server may be used.

The limits that are configured, and slower when it says that it is too much.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from newsletter.config import DeliverySettings
from newsletter.delivery.clock import Clock

FIRST_SLOWING_S = 0.5
MAX_SLOWING_S = 60.0
SLOWING_AGAIN_S = 5.0  # many connections hear the same complaint at once; it counts once
RECOVERY = 0.9  # of the slowing, after each message that was taken
DAY = timedelta(hours=24)


class Throttle:
    """Gives out the moments at which a message may go."""

    def __init__(
        self,
        settings: DeliverySettings,
        zone: ZoneInfo,
        clock: Clock,
        accepted: Iterable[tuple[datetime, int]] = (),
    ) -> None:
        self.settings = settings
        self.zone = zone
        self.clock = clock
        self.slowing_s = 0.0
        self._interval_s = 60 / settings.per_minute if settings.per_minute else 0.0
        self._next = 0.0
        self._slowed = -SLOWING_AGAIN_S
        self._hours: dict[datetime, int] = dict(accepted)

    @property
    def is_free(self) -> bool:
        """Whether nothing limits the pace now."""
        settings = self.settings
        return not (self._interval_s or self.slowing_s or settings.per_day or settings.quiet_from)

    def claim_now(self) -> bool:
        """Take the present moment, if it is free."""
        if self._next > self.clock.monotonic() or self.compute_closed_s():
            return False
        self.claim()
        return True

    def claim(self) -> float:
        """Take the next free moment; the seconds until then."""
        now = self.clock.monotonic()
        moment = max(now, self._next)
        self._next = moment + max(self._interval_s, self.slowing_s)
        return moment - now

    def compute_closed_s(self) -> float:
        """Seconds until anything may go at all: quiet hours, or a day's messages used up."""
        if self.settings.quiet_from is None and not self.settings.per_day:
            return 0.0
        now = self.clock.now()
        return max(self._quiet_for(now), self._day_is_full_for(now))

    def _quiet_for(self, now: datetime) -> float:
        start, end = self.settings.quiet_from, self.settings.quiet_until
        if start is None or end is None or start == end:
            return 0.0
        here = now.astimezone(self.zone)
        time = here.time()
        quiet = start <= time < end if start < end else time >= start or time < end
        if not quiet:
            return 0.0
        until = datetime.combine(here.date(), end, self.zone)
        if until <= here:
            until = datetime.combine(here.date() + timedelta(days=1), end, self.zone)
        return (until.astimezone(now.tzinfo) - now).total_seconds()

    def _day_is_full_for(self, now: datetime) -> float:
        if not self.settings.per_day:
            return 0.0
        self._hours = {
            hour: count
            for hour, count in self._hours.items()
            if hour > now - DAY - timedelta(hours=1)
        }
        if sum(self._hours.values()) < self.settings.per_day:
            return 0.0
        oldest = min(self._hours)
        return max((oldest + DAY + timedelta(hours=1) - now).total_seconds(), 1.0)

    def record_acceptance(self) -> None:
        """A message was taken."""
        if self.slowing_s:
            self.slowing_s = (
                self.slowing_s * RECOVERY if self.slowing_s > FIRST_SLOWING_S / 10 else 0.0
            )
        if self.settings.per_day:
            hour = self.clock.now().replace(minute=0, second=0, microsecond=0)
            self._hours[hour] = self._hours.get(hour, 0) + 1

    def slow_down(self) -> None:
        """The server said that it is too much."""
        now = self.clock.monotonic()
        if self.settings.adapt and now - self._slowed >= SLOWING_AGAIN_S:
            self._slowed = now
            self.slowing_s = min(max(self.slowing_s * 2, FIRST_SLOWING_S), MAX_SLOWING_S)
            self._next = max(self._next, now + self.slowing_s)
