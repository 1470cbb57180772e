"""`send`, `status`, `resolve`: an approved issue on its way to its readers."""

from __future__ import annotations

import asyncio
import signal
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from newsletter.cli.send_progress import describe_pace, progress_bar
from newsletter.cli.session import CommandSession, answer, interactive, json_option, say, tell
from newsletter.errors import UsageError
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
    from newsletter.delivery import service as delivery_service

    what, made = delivery_service.build_send_job(
        session.context, issue, approved=not (dry_run or test_address or planned)
    )
    if test_address:
        return _send_test(session, what, test_address, as_json=as_json)
    if dry_run:
        return _write_dry_run(session, what, into, limit, as_json=as_json)
    if not planned:
        what.server()  # tells now, and not after the question, when none is named
    at = _parse_time(session, at_written)
    _confirm(session, what, made, at or session.now, yes=yes)
    if lets_go_on or not yes:
        _clear_pause(session, issue)
    is_later = False
    if at is not None and at > session.now:
        is_later = True
        _schedule(session, issue, at)
    options = {"once": once, "limit": limit, "resume_restored": resume_restored}
    waits = planned or is_later
    tally = _run(session, issue, None if waits else what, options, at if waits else None)
    _answer(_json(tally), _sentences(tally), as_json=as_json)
    return _exit_code(tally)


def _send_test(session: CommandSession, what: SendJob, address: str, *, as_json: bool) -> int:
    from newsletter.delivery.dry_run import send_test

    words = asyncio.run(send_test(what, address, now=session.now))
    said = f"The test copy is on its way; the server said: {words}"
    _answer({"issue": what.issue, "reply": words}, said, as_json=as_json)
    return 0


def _write_dry_run(
    session: CommandSession, what: SendJob, into: Path | None, limit: int | None, *, as_json: bool
) -> int:
    from newsletter.delivery.service import write_dry_run

    folder = into or session.workspace.private / "dry-run" / what.issue
    count = write_dry_run(session.context, what, folder, limit=limit)
    document = {"issue": what.issue, "messages": count, "folder": str(folder)}
    _answer(document, f"{count} messages written to {folder}", as_json=as_json)
    return 0


def _parse_time(session: CommandSession, written: str | None) -> datetime | None:
    from newsletter.delivery.scheduling import parse_send_time

    return parse_send_time(session.context, written) if written else None


def _clear_pause(session: CommandSession, issue: str) -> None:
    from newsletter.delivery.pause_stop import clear_send_control

    clear_send_control(session.context.engine, issue)


def _schedule(session: CommandSession, issue: str, at: datetime) -> None:
    from newsletter.delivery.scheduling import schedule_send
    from newsletter.delivery.send_summary import count_recipients
    from newsletter.delivery.service import open_ledger

    status = open_ledger(session.context).read_status(issue)
    people = count_recipients(session.context, status)
    schedule_send(session.context, issue, at, people=people)


def _run(
    session: CommandSession,
    issue: str,
    what: SendJob | None,
    options: dict[str, Any],
    at: datetime | None,
) -> SendStatus:
    """Send to the end, with a bar; `what` and `at` as in `_send`."""
    from newsletter.delivery.sender import run_send

    told = f"Waiting until {at:%Y-%m-%d %H:%M}. Ctrl-C ends it, and nothing is sent." if at else ""
    with progress_bar(issue) as show:
        how = {"on_progress": show, **options}
        return run_send(_send(session, issue, what=what, how=how, told=told))


def _exit_code(status: SendStatus) -> int:
    """1 while something needs a person."""
    is_held = status.state == "paused"
    return int(bool(status.refused or status.unknown or status.deferred or is_held))


def _confirm(
    session: CommandSession, what: SendJob, made: RenderedIssue, at: datetime, *, yes: bool
) -> None:
    """Say in one sentence what would happen, and ask."""
    if yes:
        return
    from newsletter.delivery.send_summary import describe_send
    from newsletter.delivery.service import open_ledger

    status = open_ledger(session.context).read_status(what.issue)
    if status.wish:
        tell(f"{what.issue} was held back: {status.why}.")
    tell(describe_send(session.context, status, made.subject, at))
    if not interactive():
        raise UsageError("nobody can be asked here: say --yes if it is to be sent")
    click.confirm("Send it?", abort=True, err=True)


async def _send(
    session: CommandSession, issue: str, *, what: SendJob | None, how: dict[str, Any], told: str
) -> SendStatus:
    """Send `what` now; None: at the time that is planned, what is approved then."""
    from newsletter.delivery import scheduling
    from newsletter.delivery.service import open_ledger, send_job

    context, stop = session.context, asyncio.Event()
    sending = asyncio.ensure_future(
        send_job(context, what, stop=stop, **how)
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
            return open_ledger(context).read_status(issue)


def _json(tally: SendStatus) -> dict[str, Any]:
    return {
        "issue": tally.issue,
        **{name: getattr(tally, name) for name in COUNTS},
        "seconds": round(tally.seconds, 3),
    }


def _sentences(tally: SendStatus) -> str:
    from newsletter.delivery.send_summary import COUNT_LABELS

    parts = [
        f"{tally.issue}: {tally.state.replace('_', ' ')}{f' ({tally.why})' if tally.why else ''}"
    ]
    parts += [
        f"  {getattr(tally, name):>7} {said}"
        for name, said in COUNT_LABELS.items()
        if getattr(tally, name)
    ]
    if tally.unknown:
        parts.append(
            f"Some may or may not have arrived; settle them with “newsletter resolve {tally.issue}"
            " --leave” or “--resend”"
        )
    return "\n".join(parts)


def _words(session: CommandSession, tally: SendStatus) -> Iterator[str]:
    """What the mail server said to those it did not take, each of its sentences once."""
    from newsletter.delivery.send_summary import COUNT_LABELS
    from newsletter.delivery.service import open_ledger
    from newsletter.model import DeliveryStatus

    ledger = open_ledger(session.context)
    for status in (DeliveryStatus.DEFERRED, DeliveryStatus.REFUSED):
        if getattr(tally, status.value):
            for reply, count in ledger.replies(tally.issue, status):
                yield f"  {count:>7} {COUNT_LABELS[status.value]}: {reply}"


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
    from newsletter.delivery.service import list_recipients, open_ledger
    from newsletter.issues.window import latest_name

    name = issue or latest_name(session.context)
    tally = _with_plan(session, open_ledger(session.context).read_status(name))
    document = {**_json(tally), "state": tally.state, "why": tally.why}
    rows = list(list_recipients(session.context, name)) if with_recipients else []
    if with_recipients:
        document["recipients"] = list(map(_recipient_json, rows))
    lines = (f"  {each.status.value:10} {each.address}  {_describe_reply(each)}" for each in rows)
    _answer(
        document,
        "\n".join((_sentences(tally), *describe_pace(tally), *_words(session, tally), *lines)),
        as_json=as_json,
    )
    return _exit_code(tally)


def _with_plan(session: CommandSession, tally: SendStatus) -> SendStatus:
    """A sending that is planned, with when it is to go."""
    from newsletter.delivery.scheduling import find_plan
    from newsletter.formats.local_time import format_local_datetime

    planned = find_plan(session.context, tally.issue)
    if planned is None:
        return tally
    zone = session.workspace.settings.newsletter.zone
    at = format_local_datetime(planned.plan.at, zone, with_place=True)
    return replace(tally, why=f"planned for {at}")


def _recipient_json(delivery: Delivery) -> dict[str, Any]:
    names = ("address", "status", "message_id", "attempts", "reply", "next_at")
    told = {name: getattr(delivery, name) for name in names}
    return told | {"reply": _describe_reply(delivery)}


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
    from newsletter.delivery.service import open_ledger

    if resend == leave:
        _list_unknown(session, issue, as_json=as_json)
        raise UsageError(
            "say --resend (some may get a second copy) or --leave (some may have got none)"
        )
    ledger = open_ledger(session.context)
    tally = ledger.resolve_unknown(issue, resend=resend, now=session.now)
    document = {**_json(tally), "state": tally.state, "why": tally.why}
    _answer(document, _sentences(tally), as_json=as_json)


def _list_unknown(session: CommandSession, issue: str, *, as_json: bool) -> None:
    from newsletter.delivery.service import open_ledger
    from newsletter.model import DeliveryStatus

    if not as_json:
        for each in open_ledger(session.context).recipients(issue, (DeliveryStatus.UNKNOWN,)):
            say(f"  {each.address}  {_describe_reply(each)}")
