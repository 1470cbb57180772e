"""A sending as a process of its own.

It goes on when the page or the studio is closed, and is found again by its ledger.

The studio keeps nothing of it in mind. What is planned, what is wanted and who is at work stand in
the database and in leases that a dead process loses at once; so a sending that was begun in a
terminal is steered from here as well.
"""

from __future__ import annotations

import contextlib
import subprocess
import sys
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from newsletter.delivery import scheduling
from newsletter.delivery import service as delivery
from newsletter.delivery.scheduling import ScheduleState, ScheduleStatus
from newsletter.delivery.send_status import SendStatus
from newsletter.errors import NewsletterError
from newsletter.formats.local_time import format_local_datetime
from newsletter.issues.service import locate_issue
from newsletter.platform_support import detach_process
from newsletter.workspace.context import AppContext
from newsletter.workspace.files import write_whole

MAX_WORDS = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class SendView:
    """How the sending of an issue stands, as its page shows it."""

    tally: SendStatus
    planned: ScheduleStatus | None  # and not on its way
    is_at_work: bool  # a process sends, or is about to
    trouble: str  # what the process said as it ended; empty when all is well

    @property
    def waits(self) -> bool:
        """Whether a process waits for the time that is planned."""
        return self.planned is not None and self.planned.waiting is ScheduleState.WAITED_FOR


def load_send_view(context: AppContext, name: str) -> SendView:
    """How the sending stands, whoever started it."""
    planned = scheduling.find_plan(context, name)
    if planned is not None and _is_beginning(context, name, planned=True):
        planned = replace(
            planned, waiting=ScheduleState.WAITED_FOR
        )  # the process is on its way to its lease
    tally = delivery.open_ledger(context).read_status(name)
    at_work = delivery.open_ledger(context).is_at_work(name) or _is_beginning(
        context, name, planned=False
    )
    waits = planned is not None and planned.waiting is ScheduleState.WAITED_FOR
    is_well = at_work or waits or tally.wish or tally.state == "done"
    return SendView(
        tally=tally,
        planned=planned,
        is_at_work=at_work,
        trouble="" if is_well else _last_words(context, name),
    )


def start_send_process(
    context: AppContext, name: str, *, planned: bool = False, resume_restored: bool = False
) -> None:
    """Start a process that sends an approved issue: at the time that is `planned`, or at once."""
    words = _words(context, name)
    write_whole(words, "", private=True)
    command = [sys.executable, "-m", "newsletter", "-C", str(context.workspace.folder)]
    command += [*_moment(context), "send", name, "--yes", "--json"]
    command += ["--planned"] if planned else []
    command += ["--resume-restored"] if resume_restored else []
    with words.open("wb") as heard:
        process = subprocess.Popen(  # noqa: S603 - our own program; the name was one of our issues'
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=heard,
            **detach_process(),
        )
    _STARTED.append(_SendProcess(words=words, planned=planned, process=process))


@dataclass(frozen=True, slots=True, kw_only=True)
class _SendProcess:
    words: Path  # tells workspace and issue
    planned: bool
    process: subprocess.Popen[bytes]


_STARTED: list[_SendProcess] = []
"""Those that this studio started: known while they are on their way to their lease, and not left as
zombies."""


def _moment(context: AppContext) -> list[str]:
    """A studio that runs at another moment hands its moment on."""
    is_now = abs(datetime.now(UTC) - context.now) < timedelta(minutes=1)
    return [] if is_now else ["--now", context.now.isoformat()]


def _is_beginning(context: AppContext, name: str, *, planned: bool) -> bool:
    for each in tuple(_STARTED):
        if each.process.poll() is not None:
            with contextlib.suppress(ValueError):  # another page was first
                _STARTED.remove(each)
    words = _words(context, name)
    return any(each.words == words and each.planned is planned for each in _STARTED)


def recover_schedules(context: AppContext) -> tuple[str, ...]:
    """Wait again for every plan whose process was lost, as when the computer was started again.

    What is to be said of it.
    """
    return tuple(
        filter(None, (_recover_schedule(context, each) for each in scheduling.all_planned(context)))
    )


def _recover_schedule(context: AppContext, planned: ScheduleStatus) -> str:
    name, at = (
        planned.plan.issue,
        format_local_datetime(
            planned.plan.at, context.workspace.settings.newsletter.zone, with_place=True
        ),
    )
    if planned.waiting is ScheduleState.MISSED:
        return f"Issue {name} was to go on {at}, and did not go. Open Send to decide."
    if planned.waiting is ScheduleState.WAITED_FOR:
        return ""
    if scheduling.is_to_be_waited_for(context, planned):
        with contextlib.suppress(NewsletterError, OSError):
            start_send_process(context, name, planned=True)
            return (
                f"Issue {name} is planned for {at}. The program that waited for it was ended;"
                " another one waits now."
            )
    return f"Issue {name} is planned for {at}, and nothing waits for it. Open Send to decide."


def _last_words(context: AppContext, name: str) -> str:
    with contextlib.suppress(OSError):
        said = _words(context, name).read_text("utf-8", errors="replace")
        return said.removeprefix("newsletter: ").strip()[:MAX_WORDS]
    return ""


def _words(context: AppContext, name: str) -> Path:
    return (
        context.workspace.private / f"studio-sending-{locate_issue(context, name).parent.name}.txt"
    )
