"""docs/checks.md, written from the rules themselves, so that the two always agree."""

from __future__ import annotations

from itertools import groupby

from newsletter.checks.clients import HARMLESS
from newsletter.checks.rules import Rule
from newsletter.checks.runner import MODULES, rules
from newsletter.model import Severity

HEAD = """# What is checked before an issue goes

`newsletter check` runs every rule below on the issue as it would go out. An **error** blocks
sending; a *warning* does not. Each finding says where it was found: at an entry's key, a section's
name, or at subject, preheader, letter, closing, html, text or issue. This page is made from the
rules; a test compares them.
"""


def catalogue() -> str:
    """Every rule with its severity, reason and remedy, room by room, as Markdown."""
    about = {module.__name__.rpartition(".")[2]: module.__doc__ or "" for module in MODULES}
    parts = [HEAD]
    for group, members in groupby(rules(), key=lambda each: each.group):
        parts.append(f"## {_first_sentence(about[group])}\n")
        parts.extend(map(_entry, members))
        if group == "clients":
            parts.append(_harmless())
    return "\n".join(parts)


def _first_sentence(docstring: str) -> str:
    return " ".join(docstring.split("\n\n", maxsplit=1)[0].split()).rstrip(".")


def _entry(rule: Rule) -> str:
    severity = "**error**" if rule.severity is Severity.ERROR else "*warning*"
    what = _first_sentence(rule.examine.__doc__ or "")
    mend = f" A button of the studio does it: {rule.fix}." if rule.fix else ""
    return (
        f"### `{rule.name}`\n\n{severity}: {what}.\n\n- Why: {rule.why}\n- What to do:"
        f" {rule.remedy}{mend}\n"
    )


def _harmless() -> str:
    lines = [f"- {name}: {reason}" for name, reason in HARMLESS.items()]
    return "\n".join(
        ["What one of the two leaves out, and a page may have all the same:\n", *lines, ""]
    )
