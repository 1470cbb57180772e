"""How fast a server may be used."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from newsletter.config import DeliverySettings
from newsletter.delivery.throttle import Throttle

NEW_YORK = ZoneInfo("America/New_York")


class StillClock:
    def __init__(self, now):
        self.at, self.passed = now, 0.0

    def now(self):
        return self.at + timedelta(seconds=self.passed)

    def monotonic(self):
        return self.passed

    async def sleep(self, seconds):
        self.passed += seconds


def pace(now="2026-11-23T15:00:00+00:00", accepted=(), **settings):
    clock = StillClock(datetime.fromisoformat(now))
    return Throttle(
        DeliverySettings(**({"per_minute": 0} | settings)), NEW_YORK, clock, accepted
    ), clock


def test_without_limits_every_moment_is_free():
    made, _ = pace()
    assert [made.claim() for _ in range(3)] == [0.0, 0.0, 0.0]
    assert made.claim_now()


def test_a_minutes_messages_are_spread_evenly():
    made, clock = pace(per_minute=120)
    assert [made.claim() for _ in range(3)] == [0.0, 0.5, 1.0]
    assert not made.claim_now()
    clock.passed = 10
    assert made.claim_now()
    assert not made.claim_now()


def test_a_server_that_has_too_much_is_given_less_and_then_more_again():
    made, clock = pace()
    made.slow_down()
    made.slow_down()
    assert made.slowing_s == 0.5
    for _ in range(12):
        clock.passed += 5
        made.slow_down()
    assert made.slowing_s == 60
    for _ in range(100):
        made.record_acceptance()
    assert made.slowing_s == 0


def test_slowing_down_can_be_switched_off():
    made, _ = pace(adapt=False)
    made.slow_down()
    assert made.slowing_s == 0


@pytest.mark.parametrize(
    ("here", "start", "end", "hours"),
    [
        ("2026-11-23T10:00:00-05:00", time(21), time(7), 0),
        ("2026-11-23T22:00:00-05:00", time(21), time(7), 9),
        ("2026-11-23T06:00:00-05:00", time(21), time(7), 1),
        ("2026-11-23T12:30:00-05:00", time(12), time(13), 0.5),
        ("2026-11-23T13:00:00-05:00", time(12), time(13), 0),
        ("2026-11-23T13:00:00-05:00", time(13), time(13), 0),
        ("2026-10-31T22:00:00-04:00", time(21), time(7), 10),  # the clocks go back that night
    ],
)
def test_quiet_hours_are_those_of_the_newsletters_zone(here, start, end, hours):
    made, clock = pace(quiet_from=start, quiet_until=end)
    clock.at = datetime.fromisoformat(here).astimezone(UTC)
    assert made.compute_closed_s() == hours * 3600
    assert made.claim_now() is (hours == 0)


def test_a_day_is_any_24_hours():
    before = datetime(2026, 11, 22, 18, tzinfo=UTC)
    made, clock = pace(per_day=3, accepted=[(before, 2)])
    assert made.compute_closed_s() == 0
    made.record_acceptance()
    assert made.compute_closed_s() == 4 * 3600
    clock.passed = 4 * 3600 + 1
    assert made.compute_closed_s() == 0
