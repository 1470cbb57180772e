"""An issue that goes at its time: the plan is on the disk, and a process of its own waits for it.

What is approved at that moment is what goes. When nobody was there to send it at its time, for the
computer was off or asleep, nothing goes later by itself: a person is asked.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from newsletter.delivery import service as delivery
from newsletter.delivery.clock import SystemClock, sleep_unless
from newsletter.delivery.schedule_repository import ScheduledSend
from newsletter.delivery.send_status import SendStatus
from newsletter.errors import NotApprovedError, StorageError, UsageError
from newsletter.workspace.context import AppContext
from newsletter.workspace.folder import open_workspace

LATE = timedelta(minutes=15)
"""A newsletter for nine in the morning is not to go at ten at night, because then the laptop was
opened."""
FARTHEST = timedelta(days=366)
LOOK_S, NEAR_LOOK_S = 2.0, 0.25
NEAR = timedelta(minutes=2)


class ScheduleState(StrEnum):
    """How a plan stands."""

    WAITED_FOR = "waited for"  # a living process waits, or begins
    ALONE = "alone"  # its time is to come, and nobody waits: the computer was started again
    MISSED = "missed"  # its time is over, and nothing went


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleStatus:
    """A plan that is not carried out yet."""

    plan: ScheduledSend
    waiting: ScheduleState


def start_clock(now: datetime) -> Callable[[], datetime]:
    """A clock that shows `now` and goes on from there, as the machine's does.

    It goes on while the machine sleeps.
    """
    began = datetime.now(UTC)
    return lambda: now + (datetime.now(UTC) - began)


def parse_local_time(context: AppContext, day: str, time: str) -> datetime:
    """A day and a time on the newsletter's own clocks, as the moment in UTC; raises UsageError."""
    zone = context.workspace.settings.newsletter.zone
    try:
        here = datetime.fromisoformat(f"{day.strip()}T{time.strip()}")
    except ValueError as error:
        raise UsageError("choose a day and a time, such as 2026-11-03 and 09:00") from error
    at = here.replace(tzinfo=zone).astimezone(UTC)
    if at.astimezone(zone).replace(tzinfo=None) != here:
        raise UsageError(
            f"{time.strip()} is left out on that day, when the clocks are put forward: choose"
            " another time"
        )
    if at <= context.now:
        raise UsageError("that moment is over: choose one that is still to come")
    if at > context.now + FARTHEST:
        raise UsageError("that is more than a year away: choose an earlier day")
    return at


def parse_send_time(context: AppContext, written: str) -> datetime:
    """The moment that a person wrote, on the newsletter's own clocks; raises UsageError."""
    try:
        found = datetime.fromisoformat(written)
    except ValueError as error:
        raise UsageError(f"--at {written}: write a moment such as 2026-12-01T09:00") from error
    return (
        found if found.tzinfo else found.replace(tzinfo=context.workspace.settings.newsletter.zone)
    )


def schedule_send(context: AppContext, name: str, at: datetime, *, people: int) -> ScheduledSend:
    """Write down that an issue goes at a moment, to about so many people."""
    return delivery.open_schedule(context).schedule(name, at, people=people, now=context.now)


def cancel_schedule(context: AppContext, name: str) -> bool:
    """Take a plan back: nothing is sent. False when there is none, or it began before."""
    found, kept = find_plan(context, name), delivery.open_schedule(context)
    if found is not None and found.waiting is ScheduleState.MISSED:
        kept.delete(name)  # it may have been broken off as it began
        return True
    return kept.cancel(name)


def find_plan(context: AppContext, name: str) -> ScheduleStatus | None:
    """The plan of an issue and how it stands.

    None when there is none, or the issue is on its way.
    """
    kept = delivery.open_schedule(context)
    found = kept.find(name)
    if found is None or delivery.open_ledger(context).read_status(name).total:
        return None
    if kept.is_waited_for(name) or delivery.open_ledger(context).is_at_work(name):
        waiting = ScheduleState.WAITED_FOR
    else:
        waiting = ScheduleState.ALONE if context.now < found.at else ScheduleState.MISSED
    return ScheduleStatus(plan=found, waiting=waiting)


def all_planned(context: AppContext) -> tuple[ScheduleStatus, ...]:
    """Every plan that is not carried out yet, the next one first."""
    found = (find_plan(context, each.issue) for each in delivery.open_schedule(context).all())
    return tuple(each for each in found if each is not None)


def is_to_be_waited_for(context: AppContext, found: ScheduleStatus) -> bool:
    """Whether nobody waits for a schedule that was made just here.

    A schedule that came with a copy or a backup does not count.
    """
    return found.waiting is ScheduleState.ALONE and delivery.open_schedule(context).is_at_home(
        found.plan
    )


async def send_at_its_time(
    context: AppContext,
    name: str,
    *,
    stop: asyncio.Event,
    on_progress: Callable[[SendStatus], None] = lambda _: None,
    once: bool = False,
    limit: int | None = None,
    resume_restored: bool = False,
) -> SendStatus:
    """Wait for the moment that is planned, then send what is approved then.

    Nothing is sent when the plan is taken back before, when `stop` is set, when the moment was
    slept through, or when what was approved was changed (NotApprovedError). Raises
    SenderAtWorkError when another process waits, and all that `service.send_job` raises.
    """
    clock, kept = start_clock(context.now), delivery.open_schedule(context)
    with kept.waiting(name):
        if not await _has_come(context, name, stop, clock):
            return delivery.open_ledger(context).read_status(name)
        context = AppContext(
            open_workspace(context.workspace.folder), clock()
        )  # as everything stands now
        what, _ = delivery.build_send_job(context, name, approved=True)
        what.server()
        if not kept.begin(name, now=context.now):
            return delivery.open_ledger(context).read_status(name)
        return await delivery.send_job(
            context,
            what,
            stop=stop,
            on_progress=on_progress,
            once=once,
            limit=limit,
            resume_restored=resume_restored,
        )


async def _has_come(
    context: AppContext, name: str, stop: asyncio.Event, clock: Callable[[], datetime]
) -> bool:
    """Whether the time has come, and not passed.

    Looks at plan and clock again and again: laptops sleep.
    """
    kept, steady = delivery.open_schedule(context), SystemClock()
    while not stop.is_set():
        look_s = LOOK_S
        with contextlib.suppress(
            StorageError
        ):  # a database that is busy for a moment ends no waiting
            found = kept.find(name)
            if found is None or found.begun_at:
                return False
            left = found.at - clock()
            if left <= timedelta():
                return left > -LATE
            look_s = min(left.total_seconds(), NEAR_LOOK_S if left < NEAR else LOOK_S)
        await sleep_unless(stop, steady, look_s)
    return False


def why_missed(context: AppContext, name: str, found: ScheduledSend) -> str:
    """Why nothing went at its time, as far as that can be known: a sentence."""
    if found.begun_at:
        return "It was broken off as it began, before the first mail."
    try:
        delivery.build_send_job(context, name, approved=True)
    except NotApprovedError:
        return "It was changed after it was approved, and so it did not go."
    return "The computer was off or asleep at that time, or the program was ended."
