"""`keep`, `hold`, `drop`: an editor's decisions on entries, for the issue being made."""

from __future__ import annotations

import click

from newsletter.cli.session import Session, answer, json_option, say
from newsletter.model import Verdict


def _command(verdict: Verdict, help_: str, done: str) -> click.Command:
    @click.command(
        name=verdict.value, help=help_, epilog=f"Example: newsletter {verdict} pmid:36603130 --why “read by Ana”"
    )
    @click.argument("keys", nargs=-1, required=True, metavar="KEY…")
    @click.option("--why", default="", help="The reason, for those who ask later.")
    @click.option("--section", help="Put it into this section.")
    @json_option
    @click.pass_obj
    def command(session: Session, keys: tuple[str, ...], why: str, section: str | None, as_json: bool) -> None:
        from newsletter.cli.listing import entry_json
        from newsletter.issues.decisions import decide

        found = decide(session.desk, keys, verdict, why=why, section=section)
        if as_json:
            answer({"entries": [entry_json(each) for each in found]})
            return
        for each in found:
            say(f"{done}: {each.entry.title}")

    return command


keep = _command(Verdict.KEEP, "Take entries into the issue being made, whatever their date.", "Kept")
hold = _command(Verdict.HOLD, "Keep entries back for a later issue.", "Held")
drop = _command(Verdict.DROP, "Leave entries out for good, however often a source offers them.", "Dropped")
