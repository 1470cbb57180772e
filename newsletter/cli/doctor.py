"""`doctor`: what mail providers will object to, and what must be mended here."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from newsletter.cli.session import CommandSession, answer, json_option, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from newsletter.doctor.diagnosis import Diagnosis


@click.command(epilog="Example: newsletter doctor --nameserver 9.9.9.9")
@click.option(
    "--nameserver",
    default="",
    metavar="ADDRESS",
    help="Ask this name server, not the machine's own.",
)
@json_option
@click.pass_obj
def doctor(session: CommandSession, nameserver: str, as_json: bool) -> int:
    """Look at domains, mail server, mailbox, secrets and sources; nothing is sent."""
    from newsletter.doctor.diagnosis import DiagnosisState
    from newsletter.doctor.dns_lookup import DnsResolver
    from newsletter.doctor.examination import examine_workspace

    found = tuple(examine_workspace(session.context, DnsResolver.of(nameserver)))
    if as_json:
        answer({"findings": [_json(each) for each in found]})
    else:
        say(_lines(found))
    return 1 if any(each.state is DiagnosisState.MEND for each in found) else 0


def _json(each: Diagnosis) -> dict[str, str]:
    names = ("subject", "state", "message", "remedy")
    return {name: getattr(each, name) for name in names}


def _lines(found: Sequence[Diagnosis]) -> str:
    """What must be mended first, then what is worth a look, then what is in order."""
    from newsletter.doctor.diagnosis import DiagnosisState

    headings = {
        DiagnosisState.MEND: "Must be mended",
        DiagnosisState.LOOK: "Worth a look",
        DiagnosisState.OK: "In order",
    }
    parts = []
    for state, heading in headings.items():
        lines = [
            f"  {each.subject}: {each.message}" + (f"\n      {each.remedy}" if each.remedy else "")
            for each in found
            if each.state is state
        ]
        if lines:
            parts.append(f"{heading}:\n" + "\n".join(lines))
    return "\n\n".join(parts)
