"""`inbox`, `serve`: what comes back, and what readers do for themselves."""

from __future__ import annotations

import signal
import sys
import threading
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, NoReturn

import click

from newsletter.cli.session import CommandSession, answer, json_option, say, tell
from newsletter.errors import MailboxError, StorageError, UsageError

if TYPE_CHECKING:
    from types import FrameType

    from newsletter.bounces.service import InboxItem

_SAID = {
    "suppressed": "never written to again",
    "counted": "counted",
    "ignored": "nothing to do",
    "needs_a_person": "waits for a person",
    "senders_problem": "is held against us, not against a reader",
}


@click.command(epilog="Example: newsletter inbox --json")
@click.option("--watch", is_flag=True, help="Stay, and handle mails as they arrive.")
@json_option
@click.pass_obj
def inbox(session: CommandSession, watch: bool, as_json: bool) -> int:
    """Read the bounce mailbox: who asked to stop, who cannot be reached, what needs a person."""
    if watch and as_json:
        raise UsageError("--watch has no end, and --json is one document: use one of them")
    if watch:
        _watch(session)
    from newsletter.bounces import service as bounces

    with bounces.open_inbox(session.context) as (_, opened):
        reports = list(bounces.process_inbox(session.context, opened))
    if as_json:
        answer({**_counts(reports), "mails": [_json(each) for each in reports]})
    else:
        _show(reports)
    return (
        1
        if any(
            each.handled.decided.action in {"needs_a_person", "senders_problem"} for each in reports
        )
        else 0
    )


def _watch(session: CommandSession) -> NoReturn:
    """Handle mails as they arrive, until Ctrl-C.

    A server that goes away, or a database, is asked again.
    """
    from newsletter.bounces import service as bounces

    stopped = _install_stop_event()
    tell("Waiting for mails; Ctrl-C ends.")
    retry_s = SOON_S
    while True:
        try:
            with bounces.open_inbox(session.context) as (mailbox, opened):
                while True:
                    if stopped.is_set():
                        raise KeyboardInterrupt
                    new = [
                        each
                        for each in bounces.process_inbox(session.context, opened, live=True)
                        if _announce_mail(each)
                    ]
                    retry_s = SOON_S
                    if (
                        not new
                    ):  # else more may have come meanwhile, which no server needs to tell of again
                        mailbox.wait(IDLE_S)
        except (MailboxError, StorageError) as error:
            tell(f"{error}. Trying again in {retry_s} seconds.")
            time.sleep(retry_s)
            retry_s = min(2 * retry_s, LATE_S)


def _install_stop_event() -> threading.Event:
    """Set by Ctrl-C, which also interrupts as ever.

    An interrupt in the middle of a library may be lost there.
    """
    stopped = threading.Event()

    def handle_interrupt(number: int, frame: FrameType | None) -> None:
        stopped.set()
        signal.default_int_handler(number, frame)

    signal.signal(signal.SIGINT, handle_interrupt)
    return stopped


def _announce_mail(report: InboxItem) -> bool:
    """Tell of a mail that was not there before; whether it was."""
    if report.handled.new:
        say(_line(report))
    return report.handled.new


IDLE_S = 5 * 60
"""For a mail that came in the moment between looking and waiting: some servers tell of it late, or
never."""
SOON_S, LATE_S = 2, 64
"""How soon it is tried again: at first, and at most; a server that refuses a login often is not to
be asked often."""


def _show(reports: list[InboxItem]) -> None:
    for each in reports:
        say(_line(each))
    counts = _counts(reports)
    say(
        f"{counts['bounces']} bounces, {counts['complaints']} complaints, {counts['unsubscribes']}"
        f" asked to stop; {counts['ignored']} need nothing, {counts['needs_a_person']} wait for a"
        " person in the mailbox"
    )


def _counts(reports: Iterable[InboxItem]) -> dict[str, int]:
    decided = [each.handled.decided for each in reports]
    kinds, actions = [each.kind for each in decided], [each.action for each in decided]
    return {
        "bounces": kinds.count("bounce"),
        "complaints": kinds.count("complaint"),
        "unsubscribes": kinds.count("unsubscribe"),
        "ignored": actions.count("ignored"),
        "needs_a_person": actions.count("needs_a_person"),
    }


def _json(report: InboxItem) -> dict[str, object]:
    decided = report.handled.decided
    return {
        "file": report.handled.name,
        "kind": decided.kind,
        "address": report.address,
        "status": decided.status,
        "permanent": decided.permanent,
        "action": decided.action,
    }


def _line(report: InboxItem) -> str:
    """A line for people.

    It names a reader on a terminal alone: what is none is a log, which cron mails and systemd
    keeps.
    """
    decided = report.handled.decided
    who = f", {report.address}" if report.address and sys.stdout.isatty() else ""
    status = f" {decided.status}" if decided.status else ""
    return (
        f"{report.handled.name}: {decided.kind.replace('_', ' ')}{status}{who}:"
        f" {_SAID[decided.action]}"
    )


@click.command(epilog="Example: newsletter serve --port 8080")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option(
    "--port",
    default=8080,
    show_default=True,
    type=click.IntRange(0, 65535),
    help="0: any that is free.",
)
@click.option(
    "--proxy",
    default="127.0.0.1,::1",
    show_default=True,
    metavar="ADDRESSES",
    help=(
        "Where the web server before it asks from: it is believed who the visitor is"
        " (X-Forwarded-For)."
    ),
)
@click.option(
    "--log",
    is_flag=True,
    help="Tell of each request on standard error, without tokens and addresses.",
)
@click.pass_obj
def serve(session: CommandSession, host: str, port: int, proxy: str, log: bool) -> None:
    """Serve the public page: unsubscribe, preferences, archive.

    Put a web server with TLS before it.
    """
    import logging

    from newsletter.public.app import make_app
    from newsletter.public.server import serve as serve_app

    app = make_app(session.context)
    logging.basicConfig(
        level=logging.INFO if log else logging.WARNING, format="%(asctime)s %(message)s"
    )
    with app.app.state.public.readers.hold_connection():
        serve_app(
            app,
            host=host,
            port=port,
            proxy=proxy,
            ready=lambda url: tell(f"The public page answers at {url}; Ctrl-C ends."),
        )
