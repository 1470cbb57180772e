"""`report`: what became of an issue."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from newsletter.cli.session import CommandSession, answer, json_option, say

if TYPE_CHECKING:
    from newsletter.reports.report import IssueReport, OutcomeCounts, ProviderLine

COLUMNS = {
    "people": "people",
    "accepted": "accepted",
    "refused": "refused",
    "bounced": "came back",
    "complained": "spam",
    "left": "left",
    "in_doubt": "in doubt",
}


@click.command(epilog="Example: newsletter report 2026-11")
@click.argument("issue", required=False)
@click.option("--words", is_flag=True, help="Also why people left since then, in their own words.")
@json_option
@click.pass_obj
def report(session: CommandSession, issue: str | None, words: bool, as_json: bool) -> None:
    """Tell what became of an issue, by mail provider, against those before it.

    Counts alone, and nobody's name.
    """
    from newsletter.reports import report as report_report
    from newsletter.reports.report import UNCOUNTED
    from newsletter.subscribers import service as subscribers

    found = report_report.build_issue_report(session.context, issue)
    said = subscribers.list_unsubscribe_reasons(session.context, found.started_at) if words else ()
    if as_json:
        told = [{"on": day, "said": each} for day, each in said]
        answer(_json(found) | ({"words": told} if words else {}))
        return
    reasons = (f"{day}  {each}" for day, each in said)
    for line in (*_table(found), "", *reasons, *found.notes, UNCOUNTED):
        say(line)


def _json(found: IssueReport) -> dict[str, Any]:
    before = [
        {"issue": name, "started_at": started_at, **asdict(all_)}
        for name, started_at, all_ in found.before
    ]
    return {
        "issue": found.issue,
        "started_at": found.started_at,
        **asdict(found.all.now),
        "providers": list(map(_line_json, found.lines)),
        "before": before,
        "notes": found.notes,
    }


def _line_json(line: ProviderLine) -> dict[str, Any]:
    return {
        "provider": line.title,
        "providers": line.providers,
        **asdict(line.now),
        "before": asdict(line.before),
    }


def _table(found: IssueReport) -> Iterator[str]:
    rows = [(line.title, line.now) for line in found.lines]
    if len(rows) > 1:
        rows.append(("everybody", found.all.now))
    earlier = [(f"{name} ({started_at:%Y-%m-%d})", all_) for name, started_at, all_ in found.before]
    width = max(len(title) for title, _ in (*rows, *earlier, ("before it", None)))
    yield f"{found.issue}, sent on {found.started_at:%Y-%m-%d}"
    yield " " * width + "".join(f"{words:>10}" for words in COLUMNS.values())
    yield from (_row(title, figures, width) for title, figures in rows)
    if earlier:
        yield "before it"
        yield from (_row(title, figures, width) for title, figures in earlier)


def _row(title: str, figures: OutcomeCounts, width: int) -> str:
    return f"{title:{width}}" + "".join(f"{getattr(figures, name):>10}" for name in COLUMNS)
