"""`subscribers`: the list of those who are written to."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from newsletter.cli.session import CommandSession, answer, json_option, say, tell
from newsletter.platform_support import keep_line_ends

if TYPE_CHECKING:
    from newsletter.subscribers.list_import import ImportReport


@click.group()
def subscribers() -> None:
    """The list of subscribers: import, list, export, add, remove."""


@subscribers.command("import", epilog="Example: newsletter subscribers import mailchimp-export.csv")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@json_option
@click.pass_obj
def import_(session: CommandSession, file: Path, as_json: bool) -> int:
    """Add and update people from a file; who left before stays gone."""
    from newsletter.subscribers import service as subscriber_service

    with file.open("rb") as opened:
        done, to_mend = subscriber_service.import_list(session.context, opened, name=file.name)
    if as_json:
        rejected = [{"line": each.line, "reason": each.reason} for each in done.rejected]
        told = {"rejected": rejected, "understood": done.understood, "to_mend": to_mend}
        answer({**asdict(done.imported), **told})
    else:
        for line in _import_lines(done, to_mend):
            say(line)
    return 1 if done.rejected else 0


def _import_lines(done: ImportReport, to_mend: Path | None) -> Iterator[str]:
    imported = done.imported
    yield from done.understood
    yield (
        f"{imported.added} added, {imported.updated} updated, {imported.unchanged} unchanged,"
        f" {imported.suppressed} who left before and stay gone"
    )
    for each in done.rejected:
        yield f"line {each.line} was not taken: {each.reason}"
    if to_mend:
        yield f"Mend those lines in {to_mend} and import that file"


@subscribers.command("list", epilog="Example: newsletter subscribers list --json")
@json_option
@click.pass_obj
def list_(session: CommandSession, as_json: bool) -> None:
    """Everybody, with their state and why."""
    from newsletter.subscribers import service as subscriber_service

    people = subscriber_service.list_subscribers(session.context)
    if as_json:
        rows = [
            {"address": each.address, "name": each.name, "state": each.state, "why": each.why}
            for each in people
        ]
        answer({"subscribers": rows})
        return
    for each in people:
        say(
            f"{each.state.value:12} {each.address} "
            f" {each.name}{f'  ({each.why})' if each.why else ''}"
        )


@subscribers.command("export", epilog="Example: newsletter subscribers export list.csv")
@click.argument("file", required=False, type=click.Path(path_type=Path, dir_okay=False))
@click.pass_obj
def export(session: CommandSession, file: Path | None) -> None:
    """Write everybody as CSV, safe to open in a spreadsheet."""
    from newsletter.subscribers import service as subscriber_service

    if file is None:
        keep_line_ends(sys.stdout)
        subscriber_service.export_list(session.context, sys.stdout)
        return
    file.touch(mode=0o600)  # it is a list of patients
    with file.open("w", encoding="utf-8", newline="") as opened:
        if file.is_file():  # one that was there before, and perhaps open to all
            file.chmod(0o600)
        count = subscriber_service.export_list(session.context, opened)
    tell(f"{count} people written to {file}")


@subscribers.command(
    "add", epilog="Example: newsletter subscribers add ana@example.org --name “Ana Example”"
)
@click.argument("address")
@click.option("--name", default="", help="Their name.")
@click.pass_obj
def add(session: CommandSession, address: str, name: str) -> int:
    """Put one person on the list."""
    from newsletter.subscribers import service as subscriber_service

    done = subscriber_service.add_subscriber(session.context, address, name=name)
    if done.suppressed:
        tell("This person left before and stays gone: only they themselves can come back.")
        return 1
    say("Added." if done.added else "Was on the list already.")
    return 0


@subscribers.command("remove", epilog="Example: newsletter subscribers remove ana@example.org")
@click.argument("addresses", nargs=-1, required=True, metavar="ADDRESS…")
@click.pass_obj
def remove(session: CommandSession, addresses: tuple[str, ...]) -> None:
    """Never write to these people again, whatever list they come with later."""
    from newsletter.subscribers import service as subscriber_service

    removed = subscriber_service.remove_subscribers(session.context, addresses)
    say(f"{removed} removed; none of the {len(addresses)} is written to again")
