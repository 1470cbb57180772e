"""Entries and issues as the JSON that scripts rely on, and as lines for people."""

from __future__ import annotations

from typing import Any

from newsletter.entries.serialization import part_to_plain
from newsletter.issues.standing import EntryStatus
from newsletter.model import Entry, Finding, Issue, Severity


def entry_json(standing: EntryStatus) -> dict[str, Any]:
    """ENTRY of the commands' JSON."""
    entry = standing.entry
    return {
        "key": entry.key,
        "ids": entry.ids.known(),
        "title": entry.title,
        "authors": entry.authors,
        "links": entry.links,
        "dated": str(entry.dated) if entry.dated else None,
        "journal": entry.journal,
        "flags": sorted(entry.flags),
        "related": entry.related,
        "section": standing.section,
        "summary": entry.summary,
        "note": entry.note,
        "sources": entry.sources,
        "first_seen": entry.first_seen_at,
        "state": standing.state,
        "reason": standing.reason,
        "issue": standing.issue,
        "trial": part_to_plain(entry.trial) or None,
        "event": part_to_plain(entry.event) or None,
        "grant": part_to_plain(entry.grant) or None,
    }


def entry_line(entry: Entry) -> str:
    """One entry in a line or two."""
    dated = f"{entry.dated}  " if entry.dated else ""
    return f"{dated}{entry.title}\n    {entry.key}"


def finding_json(finding: Finding) -> dict[str, str]:
    """One finding of `check --json`."""
    return {
        "rule": finding.rule,
        "severity": finding.severity,
        "where": finding.where,
        "message": finding.message,
        "remedy": finding.remedy,
    }


def finding_lines(findings: tuple[Finding, ...], issue: Issue, written: str) -> str:
    """Findings for people, by what to do.

    What must be mended first, then what deserves another look.

    `written` is the text of issue.toml: each finding names the line where it is mended.
    """
    from newsletter.checks import by_remedy

    parts = []
    for severity, heading in HEADINGS.items():
        grouped = by_remedy(tuple(each for each in findings if each.severity is severity))
        blocks = [_remedy_lines(remedy, members, issue, written) for remedy, members in grouped]
        if blocks:
            parts.append(f"{heading}:\n\n" + "\n\n".join(blocks))
    return "\n\n".join(parts)


HEADINGS = {Severity.ERROR: "Must be mended before it can go", Severity.WARNING: "Look at it again"}
TITLE_SHOWN = 50  # characters


def _remedy_lines(remedy: str, members: tuple[Finding, ...], issue: Issue, written: str) -> str:
    rules = ", ".join(dict.fromkeys(each.rule for each in members))
    places = (f"  - {_place(each, issue, written)}: {each.message}" for each in members)
    return "\n".join([f"{remedy} [{rules}]", *places])


def _place(finding: Finding, issue: Issue, written: str) -> str:
    """Where a person finds it.

    The line of issue.toml, and the entry by key, and by title where the message has none.
    """
    line = _line_of(finding.where, written)
    entry = next((each for each in issue.entries() if each.key == finding.where), None)
    title = " ".join(entry.title.split()) if entry else ""
    named = (
        ""
        if not title or title[:TITLE_SHOWN] in finding.message
        else f"“{title[:TITLE_SHOWN].rstrip()}”"
    )
    return ", ".join(
        filter(None, (finding.where, named, f"line {line} of issue.toml" if line else ""))
    )


def _line_of(where: str, written: str) -> int | None:
    """The line that a finding's place begins at.

    An entry's key, a section's name, or the subject, letter and so on.
    """
    starts = (f'key = "{where}"', f'name = "{where}"', f"{where} = ")
    lines = enumerate(written.splitlines(), 1)
    return next((number for number, line in lines if line.startswith(starts)), None)
