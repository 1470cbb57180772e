"""Check.

What is wrong with the issue, by what to do, each finding opening its place, and mended where a
program can.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import quote

from starlette.responses import Response

from newsletter.checks import by_remedy
from newsletter.errors import UsageError
from newsletter.issues import entry_undo, review
from newsletter.issues.entry_undo import UndoRecord
from newsletter.model import Finding, Fix, Issue, Severity
from newsletter.studio.requests import StudioRequest, route

HEADS = {
    "subject": "Subject",
    "preheader": "Line behind the subject",
    "letter": "Letter",
    "closing": "Closing",
}
ELSEWHERE = {
    "postal-address-missing": "/setup#newsletter",
    "disclaimer-missing": "/setup#theme",
    "contrast-light": "/setup#theme",
    "contrast-dark": "/setup#theme",
}
"""Rules whose finding is mended in the settings, and where there."""
WHOLE = {"html": "The mail as a whole", "text": "Its plain text", "issue": "The issue as a whole"}


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingView:
    """One finding, and where one mends it."""

    finding: Finding
    called: str
    link: str
    glossary: str = ""  # where a word is explained that nothing explains


def check(request: StudioRequest) -> Response:
    """All findings of this moment."""
    if not request.has_issue:
        return request.render_page("no_issue", title="Check")
    issue, made, findings = review.check_issue_mail(request.context, request.issue_name)
    errors = [each for each in findings if each.severity is Severity.ERROR]
    warnings = [each for each in findings if each.severity is not Severity.ERROR]
    undo = request.studio.latest(UndoRecord) if request.studio.has_flash else None
    return request.render_page(
        "check",
        title="Check",
        errors=_groups(issue, errors),
        warnings=_groups(issue, warnings),
        to_mend=len(errors),
        to_see=len(warnings),
        undo=undo and undo[0],
        subject=made.subject,
    )


def _groups(issue: Issue, findings: Sequence[Finding]) -> list[tuple[str, list[FindingView]]]:
    """What to do, each time with the places where to do it."""
    return [
        (remedy, [_build_finding_view(issue, each) for each in some])
        for remedy, some in by_remedy(tuple(findings))
    ]


def _build_finding_view(issue: Issue, finding: Finding) -> FindingView:
    called, place = _place(issue, finding.where)
    at = f"/issues/{quote(issue.name)}"
    if place:
        glossary = f"{at}/write#glossary" if finding.rule == "acronym-unexplained" else ""
        return FindingView(
            finding=finding,
            called=called,
            link=f"{at}/write#{quote(place, safe=':')}",
            glossary=glossary,
        )
    return FindingView(
        finding=finding,
        called=called,
        link=ELSEWHERE.get(finding.rule, f"{at}/{_page(finding.where)}"),
    )


def _page(where: str) -> str:
    return "write" if where == "issue" else "preview?look=text" if where == "text" else "preview"


def _place(issue: Issue, where: str) -> tuple[str, str]:
    """What people call the place of a finding, and its field on the page Write.

    No field: it is in the mail as a whole.
    """
    if where in HEADS:
        return HEADS[where], where
    for section in issue.sections:
        if where == section.name:
            return section.title, f"section:{section.name}"
        for entry in section.entries:
            if where == entry.key:
                return entry.title, f"note:{entry.key}"
    coming = next(
        (entry.title for entry in issue.coming_up if entry.key == where), WHOLE.get(where, where)
    )
    return coming, ""


def apply_fix(request: StudioRequest) -> Response:
    """Do what one finding asks for, and check again."""
    asked = (request.form_value("rule"), request.form_value("where"), request.form_value("message"))
    _, _, findings = review.check_issue_mail(request.context, request.issue_name)
    found = next(
        (each for each in findings if (each.rule, each.where, each.message) == asked), None
    )
    if found is None or found.fix is None:
        raise UsageError("this is not so any more: the issue was changed meanwhile. Check again")
    said = _run_fix(request, found, found.fix)
    return request.redirect(f"/issues/{request.issue_name}/check", said)


def _run_fix(request: StudioRequest, finding: Finding, mend: Fix) -> str:
    done = entry_undo.change_with_undo(request.context, request.issue_name, mend.change)
    said = f"{mend.verb}: done. {finding.message}"
    request.studio.stash(replace(done, said=said))
    return said


ROUTES = [
    route("/issues/{issue}/check", check),
    route("/issues/{issue}/mend", apply_fix, changes=True),
]
