"""The sections of the newsletter as staff set them.

Their order, titles and rules, written into newsletter.toml.

A section keeps its name for good, because issues and sources go by it; what is changed is its
title.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

import tomlkit
from tomlkit.items import AoT

from newsletter.config import DEFAULT_SECTIONS
from newsletter.errors import UsageError
from newsletter.issues import window
from newsletter.issues.store import issues_of
from newsletter.workspace.context import AppContext
from newsletter.workspace.settings_editor import add_table, read_document, rearrange, write_document


@dataclass(frozen=True, slots=True, kw_only=True)
class RemovalImpact:
    """What hangs on a section that is to go."""

    in_issue: int  # entries of the issue being made
    sources: int  # those whose entries all go there

    def __str__(self) -> str:
        """What becomes of it, as sentences."""
        said = "What would have gone there waits under “To sort” from now on."
        if self.in_issue:
            these = (
                "1 entry of this issue stays"
                if self.in_issue == 1
                else f"{self.in_issue} entries of this issue stay"
            )
            said = f"{these} in it under this heading until you move them. {said}"
        if self.sources:
            these = (
                "1 source fills it: its"
                if self.sources == 1
                else f"{self.sources} sources fill it: their"
            )
            said += f" {these} entries are looked at one by one instead."
        return said


def assess_removal(context: AppContext, name: str) -> RemovalImpact:
    """What hangs on a section."""
    due = window.due_name(context)
    issue = issues_of(context).read(due) if issues_of(context).exists(due) else None
    inside = sum(len(each.entries) for each in issue.sections if each.name == name) if issue else 0
    return RemovalImpact(
        in_issue=inside,
        sources=sum(each.section == name for each in context.workspace.settings.sources),
    )


def add_section(context: AppContext, title: str) -> str:
    """One more section behind the others; gives its name.

    Raises UsageError when it has no title, or one that is there.
    """
    title = _validate_title(context, title)
    document = _document(context)
    name = _slugify_title(title, {each.name for each in context.workspace.settings.sections})
    add_table(document, "section", {"name": name, "title": title})
    write_document(context, document)
    return name


def change_section(context: AppContext, name: str, title: str, rules: Iterable[str]) -> None:
    """Give a section another title, and words or host names of its own; raises UsageError."""
    title = _validate_title(context, title, but=name)
    document = _document(context)
    table = _sections(document)[_place(document, name)]
    if table.get("title") != title:
        table["title"] = title
    wanted = list(dict.fromkeys(word for each in rules if (word := each.strip())))
    if not wanted:
        table.pop("rules", None)
    elif list(table.get("rules", ())) != wanted:
        table["rules"] = wanted
    write_document(context, document)


def move_section(context: AppContext, name: str, by: int) -> int:
    """Move a section up (-1) or down (1); gives its place, from 1.

    At an end it stays where it is.
    """
    document = _document(context)
    order = list(range(len(_sections(document))))
    place = _place(document, name)
    there = min(max(place + by, 0), len(order) - 1)
    order.insert(there, order.pop(place))
    rearrange(document, "section", order)
    write_document(context, document)
    return there + 1


def remove_section(context: AppContext, name: str) -> None:
    """Take a section out; sources that filled it have their entries proposed.

    Raises UsageError for the last one.
    """
    document = _document(context)
    place = _place(document, name)
    order = [n for n in range(len(_sections(document))) if n != place]
    if not order:
        raise UsageError("a newsletter has one section at least: add another one first")
    rearrange(document, "section", order)
    for source in document.get("source", ()):
        if source.get("section") == name:
            source.pop("section")
    write_document(context, document)


def _document(context: AppContext) -> tomlkit.TOMLDocument:
    """newsletter.toml with the sections written out, also where it left them to the program."""
    document = read_document(context)
    if not isinstance(document.get("section"), AoT):
        document.pop("section", None)
        for each in context.workspace.settings.sections or DEFAULT_SECTIONS:
            rules = {"rules": list(each.rules)} if each.rules else {}
            add_table(document, "section", {"name": each.name, "title": each.title} | rules)
    return document


def _sections(document: tomlkit.TOMLDocument) -> AoT:
    found = document["section"]
    assert isinstance(found, AoT)
    return found


def _place(document: tomlkit.TOMLDocument, name: str) -> int:
    for place, each in enumerate(_sections(document)):
        if each.get("name") == name:
            return place
    raise UsageError(f"there is no section “{name}”")


def _validate_title(context: AppContext, title: str, *, but: str = "") -> str:
    title = " ".join(title.split())
    if not title:
        raise UsageError("a section needs a title, as readers see it")
    if any(
        each.title.casefold() == title.casefold()
        for each in context.workspace.settings.sections
        if each.name != but
    ):
        raise UsageError(f"there is a section “{title}” already: give this one another title")
    return title


def _slugify_title(title: str, taken: set[str]) -> str:
    """The name of a section made of its title, in small letters, and not yet taken."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    name = re.sub(r"[^a-z0-9]+", "-", plain).strip("-") or "section"
    return next(
        each
        for each in (name, *(f"{name}-{n}" for n in range(2, len(taken) + 3)))
        if each not in taken
    )
