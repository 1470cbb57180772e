"""Runs every rule over one issue.

Pure: the same context gives the same findings, in the same order.
"""

from __future__ import annotations

from newsletter.checks import (
    clients,
    content,
    contrast,
    form,
    images,
    imprint,
    leftovers,
    links,
    manuscript,
    papers,
    readability,
    structure,
    subject_line,
    textpart,
    timing,
    tracking,
    weekdays,
    wording,
)
from newsletter.checks.context import CheckContext
from newsletter.checks.parsed_mail import ParsedMail
from newsletter.checks.rules import Rule, list_rules
from newsletter.model import Finding, Severity
from newsletter.placeholders import Placeholder

MODULES = (
    leftovers,
    subject_line,
    content,
    papers,
    timing,
    weekdays,
    wording,
    readability,
    imprint,
    links,
    tracking,
    manuscript,
    images,
    contrast,
    structure,
    form,
    clients,
    textpart,
)
"""The rooms of the rules, in the order of docs/checks.md."""


def rules() -> tuple[Rule, ...]:
    """Every rule there is, room by room."""
    order = [module.__name__.rpartition(".")[2] for module in MODULES]
    return tuple(sorted(list_rules(), key=lambda each: order.index(each.group)))


def check_issue(context: CheckContext) -> tuple[Finding, ...]:
    """All findings.

    Those that block sending first, each kind in the order in which a reader meets the places.
    """
    proof = ParsedMail(context)
    found = (finding for each in rules() for finding in each.findings(proof))
    return tuple(sorted(found, key=lambda finding: _rank(finding, proof)))


def by_remedy(findings: tuple[Finding, ...]) -> tuple[tuple[str, tuple[Finding, ...]], ...]:
    """Findings grouped by what to do about them, in the order of the first of each group."""
    groups: dict[str, list[Finding]] = {}
    for finding in findings:
        groups.setdefault(finding.remedy, []).append(finding)
    return tuple((remedy, tuple(each)) for remedy, each in groups.items())


def links_to_try(context: CheckContext) -> tuple[str, ...]:
    """The web addresses of an issue that a link check asks for, in reading order.

    Readers' own ones are left out.
    """
    hrefs = (link.href for link in ParsedMail(context).links)
    own = tuple(Placeholder)
    return tuple(each for each in hrefs if each.startswith("http") and not each.startswith(own))


def _rank(finding: Finding, proof: ParsedMail) -> tuple[bool, int, str]:
    place = proof.places.get(finding.where, len(proof.places))
    return finding.severity is not Severity.ERROR, place, finding.rule
