"""Entries and issues as the JSON that scripts rely on, and as lines for people."""

from __future__ import annotations

from typing import Any

from newsletter.model import Entry, Finding, Severity
from newsletter.pipeline.choosing import Standing
from newsletter.storage.plain import part_to_plain


def entry_json(standing: Standing) -> dict[str, Any]:
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


def finding_lines(findings: tuple[Finding, ...]) -> str:
    """Findings for people: what must be mended first, then what deserves another look."""
    parts = []
    for severity, heading in (
        (Severity.ERROR, "Must be mended before it can go"),
        (Severity.WARNING, "Look at it again"),
    ):
        lines = [
            f"  {each.where}: {each.message}\n      {each.remedy} [{each.rule}]"
            for each in findings
            if each.severity is severity
        ]
        if lines:
            parts.append(f"{heading}:\n" + "\n".join(lines))
    return "\n\n".join(parts)
