"""`studio`: the editors' page."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from newsletter.cli.session import CommandSession, interactive, say


@click.command(epilog="Example: newsletter studio --no-browser")
@click.option("--port", default=0, help="Serve on this port of 127.0.0.1; else on a free one.")
@click.option("--no-browser", is_flag=True, help="Only print the address.")
@click.option(
    "--undo",
    "undo_s",
    default=60,
    show_default=True,
    help="Seconds to undo a sending before it begins.",
)
@click.pass_obj
def studio(session: CommandSession, port: int, no_browser: bool, undo_s: int) -> None:
    """Make the month's issue in the browser: collect, choose, write, check, approve, send."""
    from newsletter.studio import send_process
    from newsletter.studio.app import studio_app
    from newsletter.studio.crash_marker import CrashMarker, broken_off
    from newsletter.studio.server import serve_locally
    from newsletter.studio.state import StudioState

    began, asked = datetime.now(UTC), session.now
    state = StudioState(
        folder=_folder(session),
        clock=lambda: (
            asked + (datetime.now(UTC) - began)
        ),  # `--now` sets the clock, and it goes on from there
        undo_s=undo_s,
    )
    if state.has_newsletter:
        context = state.context()  # what cannot be opened is told here, not in the browser
        private = context.workspace.private
        for said in (*broken_off(private), *send_process.recover_schedules(context)):
            state.flash(said)
        state.logbook = CrashMarker(private)
    serve_locally(
        studio_app(state),
        port=port,
        browse=not no_browser,
        ready=_announce,
        path=f"?token={state.token}",
        closing=state.close,
    )


def _folder(session: CommandSession) -> Path:
    """The newsletter's folder; where there is none, the one in which the page will ask to begin."""
    from newsletter.errors import WorkspaceError

    try:
        return session.workspace.folder.resolve()
    except WorkspaceError:
        return (session.folder or Path.cwd()).resolve()


def _announce(address: str) -> None:
    say(f"The studio is at {address}")
    if interactive():
        say("It is for you alone: do not pass this address on. Close it with Ctrl-C.")
