"""`keep`, `hold`, `drop`, `merge`, `split`: what editors decide about entries."""

from __future__ import annotations

from collections.abc import Iterable

import click

from newsletter.cli.session import CommandSession, answer, json_option, say
from newsletter.model import Entry, Verdict


@click.command(epilog="Example: newsletter merge doi:10.1000/1 title:some-paper-2026")
@click.argument("keys", nargs=-1, required=True, metavar="KEY KEY…")
@json_option
@click.pass_obj
def merge(session: CommandSession, keys: tuple[str, ...], as_json: bool) -> None:
    """Make one entry of several that are the same thing; the first one's key stays."""
    from newsletter.issues.entry_merge import merge_entries

    _show(session, [merge_entries(session.context, keys)], as_json=as_json)


@click.command(epilog="Example: newsletter split doi:10.1000/1")
@click.argument("key")
@json_option
@click.pass_obj
def split(session: CommandSession, key: str, as_json: bool) -> None:
    """Take a wrong merge apart: one entry for each source that gave it."""
    from newsletter.issues.entry_merge import split_entry

    _show(session, split_entry(session.context, key), as_json=as_json)


def _show(session: CommandSession, entries: Iterable[Entry], *, as_json: bool) -> None:
    from newsletter.cli.output import entry_json, entry_line
    from newsletter.issues.standing import list_entry_statuses

    keys = {entry.key for entry in entries}
    found = [each for each in list_entry_statuses(session.context) if each.entry.key in keys]
    if as_json:
        answer({"entries": [entry_json(each) for each in found]})
        return
    for each in found:
        say(entry_line(each.entry))


def _command(verdict: Verdict, help_: str, done: str) -> click.Command:
    @click.command(
        name=verdict.value,
        help=help_,
        epilog=f"Example: newsletter {verdict} pmid:36603130 --why “read by Ana”",
    )
    @click.argument("keys", nargs=-1, required=True, metavar="KEY…")
    @click.option("--why", default="", help="The reason, for those who ask later.")
    @click.option("--section", help="Put it into this section.")
    @json_option
    @click.pass_obj
    def command(
        session: CommandSession, keys: tuple[str, ...], why: str, section: str | None, as_json: bool
    ) -> None:
        from newsletter.cli.output import entry_json
        from newsletter.issues.decisions import decide

        found = decide(session.context, keys, verdict, why=why, section=section)
        if as_json:
            answer({"entries": [entry_json(each) for each in found]})
            return
        for each in found:
            say(f"{done}: {each.entry.title}")

    return command


keep = _command(
    Verdict.KEEP, "Take entries into the issue being made, whatever their date.", "Kept"
)
hold = _command(Verdict.HOLD, "Keep entries back for a later issue.", "Held")
drop = _command(
    Verdict.DROP, "Leave entries out for good, however often a source offers them.", "Dropped"
)
