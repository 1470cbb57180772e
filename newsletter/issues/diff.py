"""What differs between two states of an issue, as an editor says it, and word by word."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

from newsletter.composition import texts_of
from newsletter.formats.written_dates import write_day
from newsletter.model import Entry, Issue

AROUND = 12
"""Unchanged words that are shown on each side of a change."""
WORD = re.compile(r"\s+|[^\s]+")
PLACES = {
    "subject": "the subject",
    "preheader": "the line behind the subject",
    "letter": "the letter",
    "closing": "the closing words",
}


class DiffKind(StrEnum):
    """What became of some words."""

    SAME = "same"
    ADDED = "added"
    REMOVED = "removed"
    SKIPPED = "skipped"  # unchanged, and too many to be shown


@dataclass(frozen=True, slots=True)
class DiffPart:
    """Words that fared alike."""

    kind: DiffKind
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueChange:
    """One change of an issue."""

    said: str  # "the letter changed"
    pieces: tuple[DiffPart, ...] = ()  # word by word; empty where no words were changed


def describe_place(issue: Issue, place: str) -> str:
    """A place of `composition.texts_of`, `order:SECTION` or `whole` as an editor says it."""
    kind, _, name = place.partition(":")
    if kind == "note":
        title = next((entry.title for entry in issue.entries() if entry.key == name), name)
        return f"the note on {_quote_title(title)}"
    if kind in {"section", "order"}:
        title = _section_title(issue, name)
        return (
            f"the words before {_quote_title(title)}"
            if kind == "section"
            else f"the order of {_quote_title(title)}"
        )
    return PLACES.get(place, "the whole issue")


def _section_title(issue: Issue, name: str) -> str:
    return next((each.title for each in issue.sections if each.name == name), name)


def _quote_title(title: str) -> str:
    return f"“{title if len(title) <= 60 else title[:60].rpartition(' ')[0] + ' …'}”"


def list_changes(before: Issue, after: Issue) -> tuple[IssueChange, ...]:
    """What was changed from one state to the next, in the order in which a reader meets it."""
    return tuple(_changes(before, after))


def _changes(before: Issue, after: Issue) -> Iterator[IssueChange]:
    old, new = texts_of(before), texts_of(after)
    known = {entry.key: entry for entry in before.entries()}
    there = {entry.key: entry for entry in after.entries()}
    for place in (*new, *(place for place in old if place not in new)):
        was, now = old.get(place, ""), new.get(place, "")
        kind, _, key = place.partition(":")
        if was != now and not (kind == "note" and not (key in known and key in there)):
            issue = after if place in new else before
            yield IssueChange(
                said=f"{describe_place(issue, place)} changed", pieces=diff_words(was, now)
            )
    for key, entry in there.items():
        yield from _of_entry(known.get(key), entry, after)
    for key, entry in known.items():
        if key not in there:
            yield IssueChange(
                said=f"{_quote_title(entry.title)} was taken out", pieces=diff_words(entry.note, "")
            )
    yield from _of_order(before, after)
    if before.send_on != after.send_on:
        yield IssueChange(said=f"the planned day changed to {write_day(after.send_on)}")


def _of_entry(was: Entry | None, now: Entry, issue: Issue) -> Iterator[IssueChange]:
    if was is None:
        yield IssueChange(
            said=f"{_quote_title(now.title)} came in", pieces=diff_words("", now.note)
        )
        return
    if was.section != now.section:
        yield IssueChange(
            said=(
                f"{_quote_title(now.title)} was moved to"
                f" {_quote_title(_section_title(issue, now.section or ''))}"
            )
        )
    for what, old, new in (("title", was.title, now.title), ("summary", was.summary, now.summary)):
        if old != new:
            yield IssueChange(
                said=f"the {what} of {_quote_title(now.title)} changed", pieces=diff_words(old, new)
            )


def _of_order(before: Issue, after: Issue) -> Iterator[IssueChange]:
    """The sections whose entries stand in another order; those that came or went do not count."""
    old = {section.name: [entry.key for entry in section.entries] for section in before.sections}
    for section in after.sections:
        keys = [entry.key for entry in section.entries]
        was = [key for key in old.get(section.name, ()) if key in keys]
        if was != [key for key in keys if key in was]:
            yield IssueChange(said=f"{describe_place(after, f'order:{section.name}')} changed")


def diff_words(before: str, after: str) -> tuple[DiffPart, ...]:
    """The words of two texts, each once: the same, added or removed.

    Nothing where they are alike.
    """
    if before == after:
        return ()
    old, new = WORD.findall(before), WORD.findall(after)
    found: list[DiffPart] = []
    for tag, start, end, new_start, new_end in SequenceMatcher(
        None, old, new, autojunk=False
    ).get_opcodes():
        if tag == "equal":
            is_first, is_last = not start, end == len(old)
            found += _shorten_unchanged(old[start:end], is_first=is_first, is_last=is_last)
            continue
        found += _mark_words(DiffKind.REMOVED, old[start:end])
        found += _mark_words(DiffKind.ADDED, new[new_start:new_end])
    return tuple(found)


def _mark_words(kind: DiffKind, words: Sequence[str]) -> list[DiffPart]:
    """Words that came or went; a space before them stays outside of the mark."""
    text = "".join(words)
    bare = text.lstrip(" ")
    marked = [DiffPart(DiffKind.SAME, " ")] if bare and bare != text else []
    return [*marked, DiffPart(kind, bare or text)] if text else []


def _shorten_unchanged(words: Sequence[str], *, is_first: bool, is_last: bool) -> list[DiffPart]:
    """Unchanged words: all of them, or those beside a change."""
    head, tail = (
        0 if is_first else 2 * AROUND,
        0 if is_last else 2 * AROUND,
    )  # the room between words counts as one
    if len(words) <= head + tail + 4:
        return [DiffPart(DiffKind.SAME, "".join(words))]
    shown = [
        DiffPart(DiffKind.SAME, "".join(words[:head])),
        DiffPart(DiffKind.SKIPPED, "…"),
        DiffPart(DiffKind.SAME, "".join(words[len(words) - tail :])),
    ]
    return [piece for piece in shown if piece.text]


def summarize_changes(found: Sequence[IssueChange], *, most: int = 4) -> str:
    """What changed in one sentence: `Subject changed; the note on “…” changed; and 3 more.`"""
    if not found:
        return "Nothing that readers see changed."
    said = [each.said for each in found[:most]]
    if len(found) > most:
        said.append(f"and {len(found) - most} more")
    text = "; ".join(said)
    return f"{text[0].upper()}{text[1:]}."
