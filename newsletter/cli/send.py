"""`send`, `status`, `resolve`: an approved issue on its way to its readers."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from newsletter.cli.session import CommandSession, answer, interactive, json_option, say, tell
from newsletter.errors import UsageError
from newsletter.formats.written_dates import write_moment
from newsletter.platform_support import handle_stop_signals

if TYPE_CHECKING:
    from collections.abc import Iterator

    from newsletter.delivery.send_status import SendStatus
    from newsletter.delivery.sender import SendJob
    from newsletter.model import Delivery, RenderedIssue

COUNTS = ("accepted", "deferred", "refused", "unknown", "suppressed", "remaining", "total")


@click.command(epilog="Example: newsletter send 2026-11 --test office@example.org")
@click.argument("issue")
@click.option("--yes", is_flag=True, help="Do not ask: it was looked at.")
@click.option("--dry-run", is_flag=True, help="Write the exact messages to a folder instead.")
@click.option(
    "--into", type=click.Path(path_type=Path, file_okay=False), help="The folder for --dry-run."
)
@click.option(
    "--test",
    "test_address",
    metavar="ADDRESS",
    help="Send one marked copy to this address; needs no approval.",
)
@click.option("--limit", type=click.IntRange(min=1), help="At most so many messages.")
@click.option("--once", is_flag=True, help="One pass: do not wait for those to be tried again.")
@click.option(
    "--at",
    "at_written",
    metavar="MOMENT",
    help="Wait until then, as in 2026-12-01T09:00 on your own clocks.",
)
@click.option(
    "--go-on", "lets_go_on", is_flag=True, help="Go on although a person paused or stopped it."
)
@click.option(
    "--planned", is_flag=True, hidden=True
)  # the studio's: wait for the plan that stands in the database
@click.option(
    "--resume-restored", is_flag=True, help="Go on with a ledger that was restored or copied."
)
@json_option
@click.pass_obj
def send(
    session: CommandSession,
    issue: str,
    yes: bool,
    dry_run: bool,
    into: Path | None,
    test_address: str | None,
    limit: int | None,
    once: bool,
    at_written: str | None,
    lets_go_on: bool,
    planned: bool,
    resume_restored: bool,
    as_json: bool,
) -> int:
    """Send an approved issue to the list; run again, it goes on where it stopped."""
    from newsletter.delivery import scheduling
    from newsletter.delivery import service as delivery_service

    what, made = delivery_service.build_send_job(
        session.context, issue, approved=not (dry_run or test_address or planned)
    )
    if test_address:
        words = delivery_service.send_test(session.context, what, test_address)
        _answer(
            {"issue": issue, "reply": words},
            f"The test copy is on its way; the server said: {words}",
            as_json=as_json,
        )
        return 0
    if dry_run:
        folder = into or session.workspace.private / "dry-run" / issue
        count = delivery_service.write_dry_run(session.context, what, folder, limit=limit)
        _answer(
            {"issue": issue, "messages": count, "folder": str(folder)},
            f"{count} messages written to {folder}",
            as_json=as_json,
        )
        return 0
    if not planned:
        what.server()  # tells now, and not after the question, when none is named
    at = scheduling.parse_send_time(session.context, at_written) if at_written else None
    _confirm(session, what, made, at or session.now, yes=yes)
    if lets_go_on or not yes:
        delivery_service.resume_send(session.context, issue)
    if at is not None and at > session.now:
        planned = True
        scheduling.schedule_send(session.context, issue, at, people=_count(session, issue))
    with _on_its_way(issue) as on_progress:
        how = {
            "on_progress": on_progress,
            "once": once,
            "limit": limit,
            "resume_restored": resume_restored,
        }
        told = (
            f"Waiting until {at:%Y-%m-%d %H:%M}. Ctrl-C ends it, and nothing is sent."
            if at and planned
            else ""
        )
        tally = delivery_service.run_send(
            _send(session, issue, what=None if planned else what, how=how, told=told)
        )
    _answer(_json(tally), _sentences(tally), as_json=as_json)
    return 1 if tally.refused or tally.unknown or tally.deferred or tally.state == "paused" else 0


def _count(session: CommandSession, issue: str) -> int:
    """How many people it goes to, as things stand."""
    from newsletter.delivery import service as delivery_service
    from newsletter.subscribers import service as subscribers

    tally = delivery_service.read_status(session.context, issue)
    return (
        tally.remaining + tally.deferred
        if tally.total
        else subscribers.open_subscribers(session.context).count()
    )


def _confirm(
    session: CommandSession, what: SendJob, made: RenderedIssue, at: datetime, *, yes: bool
) -> None:
    """Say in one sentence what would happen, and ask."""
    from newsletter.delivery import service as delivery_service
    from newsletter.model import SubscriberState
    from newsletter.subscribers import service as subscribers

    if yes:
        return
    tally = delivery_service.read_status(session.context, what.issue)
    people, count = subscribers.open_subscribers(session.context), _count(session, what.issue)
    if tally.wish:
        tell(f"{what.issue} was held back: {tally.why}.")
    left = sum(
        people.count(state) for state in SubscriberState if state is not SubscriberState.ACTIVE
    )
    moment = at.astimezone(session.workspace.settings.newsletter.zone)
    delivery = session.workspace.settings.delivery
    tell(
        f"On {write_moment(moment)} ({session.workspace.settings.newsletter.time_zone})"
        f" “{made.subject}” goes to {count} people through {delivery.host or delivery.socket};"
        f" {left} who left or are not active are not written to."
    )
    if not interactive():
        raise UsageError("nobody can be asked here: say --yes if it is to be sent")
    click.confirm("Send it?", abort=True, err=True)


async def _send(
    session: CommandSession, issue: str, *, what: SendJob | None, how: dict[str, Any], told: str
) -> SendStatus:
    """Send `what` now; None: at the time that is planned, what is approved then."""
    from newsletter.delivery import scheduling
    from newsletter.delivery import service as delivery_service

    context, stop = session.context, asyncio.Event()
    sending = asyncio.ensure_future(
        delivery_service.send_job(context, what, stop=stop, **how)
        if what
        else scheduling.send_at_its_time(context, issue, stop=stop, **how)
    )

    def handle_signal(number: int) -> None:
        if stop.is_set():
            sending.cancel()
            return
        stop.set()
        if number == signal.SIGINT:  # a person; a computer that is switched off forgets no plan
            scheduling.cancel_schedule(context, issue)
        tell("Stopping: what is in flight is finished. Press Ctrl-C again to stop at once.")

    with handle_stop_signals(handle_signal):
        if told:
            tell(told)
        try:
            return await sending
        except asyncio.CancelledError:
            return delivery_service.read_status(context, issue)


@contextmanager
def _on_its_way(issue: str) -> Iterator[Callable[[SendStatus], None]]:
    """A bar that says how many are done; silent where nobody looks."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    rate = TextColumn("{task.fields[rate]}")
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        rate,
        TimeRemainingColumn(),
    )
    console = Console(stderr=True)
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task(f"Sending {issue}", total=None, rate="")

        def show(tally: SendStatus) -> None:
            words = f"{tally.accepted} accepted" + "".join(
                f", {getattr(tally, name)} {said}"
                for name, said in (
                    ("deferred", "deferred"),
                    ("refused", "refused"),
                    ("unknown", "in doubt"),
                )
                if getattr(tally, name)
            )
            done = tally.total - tally.remaining - tally.deferred
            speed = progress.tasks[0].speed  # over the last half a minute
            rate = f"{speed * 60:.0f} a minute" if speed else ""
            progress.update(task, total=tally.total, completed=done, description=words, rate=rate)

        yield show


def _json(tally: SendStatus) -> dict[str, Any]:
    return {
        "issue": tally.issue,
        **{name: getattr(tally, name) for name in COUNTS},
        "seconds": round(tally.seconds, 3),
    }


def _sentences(tally: SendStatus) -> str:
    parts = [
        f"{tally.issue}: {tally.state.replace('_', ' ')}{f' ({tally.why})' if tally.why else ''}"
    ]
    parts += [
        f"  {getattr(tally, name):>7} {said}"
        for name, said in _SAID.items()
        if getattr(tally, name)
    ]
    if tally.unknown:
        parts.append(
            f"Some may or may not have arrived; settle them with “newsletter resolve {tally.issue}"
            " --leave” or “--resend”"
        )
    return "\n".join(parts)


def _pace(tally: SendStatus) -> Iterator[str]:
    """How fast it goes, and how long it still takes at that."""
    done = tally.accepted + tally.refused + tally.unknown
    if tally.state != "sending" or not done or not tally.seconds:
        return
    rate = done / tally.seconds
    yield (
        f"  {rate * 60:.0f} a minute until now; {_duration(tally.remaining / rate)} for those not"
        " yet sent"
    )


def _duration(seconds: float) -> str:
    minutes = round(seconds / 60)
    if minutes < 1:
        return "less than a minute"
    hours, minutes = divmod(minutes, 60)
    return " ".join(
        filter(None, (f"{hours} h" if hours else "", f"{minutes} min" if minutes else ""))
    )


def _words(session: CommandSession, tally: SendStatus) -> Iterator[str]:
    """What the mail server said to those it did not take, each of its sentences once."""
    from newsletter.delivery import service as delivery_service
    from newsletter.model import DeliveryStatus

    ledger = delivery_service.open_ledger(session.context)
    for status, said in (
        (DeliveryStatus.DEFERRED, "to be tried again"),
        (DeliveryStatus.REFUSED, "refused"),
    ):
        if getattr(tally, status.value):
            for reply, count in ledger.replies(tally.issue, status):
                yield f"  {count:>7} {said}: {reply}"


_SAID = {
    "accepted": "accepted by the server",
    "deferred": "to be tried again",
    "refused": "refused",
    "unknown": "in doubt",
    "suppressed": "left, and not written to",
    "remaining": "not yet sent",
    "total": "in all",
}


def _answer(document: dict[str, Any], words: str, *, as_json: bool) -> None:
    if as_json:
        answer(document)
    else:
        say(words)


@click.command(epilog="Example: newsletter status 2026-11 --recipients --json")
@click.argument("issue", required=False)
@click.option(
    "--recipients", "with_recipients", is_flag=True, help="Everybody it goes to, one by one."
)
@json_option
@click.pass_obj
def status(session: CommandSession, issue: str | None, with_recipients: bool, as_json: bool) -> int:
    """Tell how a sending stands, from any other terminal."""
    from newsletter.delivery import scheduling
    from newsletter.delivery import service as delivery_service
    from newsletter.issues.window import latest_name

    name = issue or latest_name(session.context)
    tally = delivery_service.read_status(session.context, name)
    planned = scheduling.find_plan(session.context, name)
    if planned is not None:
        tally = replace(
            tally,
            why=f"planned for {scheduling.format_local_datetime(session.context, planned.plan.at)}",
        )
    document = {**_json(tally), "state": tally.state, "why": tally.why}
    rows = list(delivery_service.list_recipients(session.context, name)) if with_recipients else []
    if with_recipients:
        document["recipients"] = [
            {
                "address": each.address,
                "status": each.status,
                "message_id": each.message_id,
                "attempts": each.attempts,
                "reply": _describe_reply(each),
                "next_at": each.next_at,
            }
            for each in rows
        ]
    lines = (f"  {each.status.value:10} {each.address}  {_describe_reply(each)}" for each in rows)
    _answer(
        document,
        "\n".join((_sentences(tally), *_pace(tally), *_words(session, tally), *lines)),
        as_json=as_json,
    )
    return 1 if tally.refused or tally.unknown or tally.deferred or tally.state == "paused" else 0


def _describe_reply(delivery: Delivery) -> str:
    """The server's words; of one in doubt that a person left so: that it is asked about no more."""
    return "left as it is by a person; not sent again" if delivery.is_resolved else delivery.reply


@click.command(epilog="Example: newsletter resolve 2026-11 --leave")
@click.argument("issue")
@click.option("--resend", is_flag=True, help="Send to them again: some may get a second copy.")
@click.option("--leave", is_flag=True, help="Leave it: some may have got none.")
@json_option
@click.pass_obj
def resolve(session: CommandSession, issue: str, resend: bool, leave: bool, as_json: bool) -> None:
    """Settle the deliveries in doubt, one way or the other; without either, list them."""
    from newsletter.delivery import service as delivery_service
    from newsletter.model import DeliveryStatus

    if resend == leave:
        for each in delivery_service.list_recipients(session.context, issue):
            if each.status is DeliveryStatus.UNKNOWN and not as_json:
                say(f"  {each.address}  {_describe_reply(each)}")
        raise UsageError(
            "say --resend (some may get a second copy) or --leave (some may have got none)"
        )
    tally = delivery_service.resolve_unknown(session.context, issue, resend=resend)
    _answer(
        {**_json(tally), "state": tally.state, "why": tally.why}, _sentences(tally), as_json=as_json
    )
