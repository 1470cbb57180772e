"""Check: what is wrong with the issue, by what to do, each finding opening its place."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from starlette.responses import Response

from newsletter.model import Finding, Issue, Severity
from newsletter.pipeline import making
from newsletter.studio.calls import Call, route

HEADS = {"subject": "Subject", "preheader": "Line behind the subject", "letter": "Letter", "closing": "Closing"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One finding, and where one mends it."""

    finding: Finding
    called: str
    link: str


def check(call: Call) -> Response:
    """All findings of this moment."""
    if not call.has_issue:
        return call.page("no_issue", title="Check")
    issue, made, findings = making.check(call.desk, call.issue_name)
    told = [_told(issue, finding) for finding in findings]
    return call.page(
        "check",
        title="Check",
        errors=[each for each in told if each.finding.severity is Severity.ERROR],
        warnings=[each for each in told if each.finding.severity is not Severity.ERROR],
        subject=made.subject,
    )


def _told(issue: Issue, finding: Finding) -> Told:
    called, place = _place(issue, finding.where)
    write = f"/issues/{quote(issue.name)}/write"
    if place:
        return Told(finding=finding, called=called, link=f"{write}#{quote(place, safe=':')}")
    setup = finding.where in {"settings", "newsletter.toml", "footer"}
    return Told(finding=finding, called=called, link="/setup" if setup else f"/issues/{quote(issue.name)}/preview")


def _place(issue: Issue, where: str) -> tuple[str, str]:
    """What people call the place of a finding, and its field on the page Write; no field: it is in the mail as a whole."""
    if where in HEADS:
        return HEADS[where], where
    for section in issue.sections:
        if where == section.name:
            return section.title, f"section:{section.name}"
        for entry in section.entries:
            if where == entry.key:
                return entry.title, f"note:{entry.key}"
    return where, ""


ROUTES = [route("/issues/{issue}/check", check)]
