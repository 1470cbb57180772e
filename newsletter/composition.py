"""Sections → Issue; every editor's change is Issue → Issue. Pure.

What a person wrote is never taken back: composing again adds what is new and leaves the rest as it
stands.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from newsletter.identity import address_key, series_of
from newsletter.model import (
    TO_SORT,
    Choice,
    Entry,
    Flag,
    Issue,
    Section,
    SectionStyle,
    section_title,
)

HEADS = ("subject", "preheader", "letter", "closing")
"""The words of an issue that belong to no section."""


def compose(issue: Issue, chosen: Sequence[Choice], styles: Sequence[SectionStyle]) -> Issue:
    """`issue` with the chosen entries added, each to its section.

    Those already in it stay as they are.
    """
    there = {entry.key for entry in issue.entries()}
    for choice in chosen:
        if choice.entry.key not in there:
            issue = with_entry(issue, choice.entry, choice.section or TO_SORT, styles)
    return replace(issue, sections=in_order(issue.sections, styles))


def with_entry(issue: Issue, entry: Entry, section: str, styles: Sequence[SectionStyle]) -> Issue:
    """`issue` with `entry` at the end of a section, which is made if it is not there."""
    entry = replace(entry, section=section)
    left_out = tuple(each for each in issue.left_out if each[0] != entry.key)
    sections = tuple(
        replace(each, entries=(*each.entries, entry)) if each.name == section else each
        for each in issue.sections
    )
    if all(each.name != section for each in sections):
        sections = (
            *sections,
            Section(name=section, title=section_title(section, styles), entries=(entry,)),
        )
    return replace(issue, sections=sections, left_out=left_out)


def without(issue: Issue, dropped: Mapping[str, str]) -> Issue:
    """`issue` without these entries (key → why), which are noted as left out by an editor."""
    if not dropped:
        return issue
    sections = tuple(
        replace(each, entries=tuple(entry for entry in each.entries if entry.key not in dropped))
        for each in issue.sections
    )
    noted = dict(issue.left_out)
    left_out = (*issue.left_out, *((key, why) for key, why in dropped.items() if key not in noted))
    return replace(issue, sections=sections, left_out=left_out)


def withdrawn(issue: Issue, keys: Iterable[str]) -> Issue:
    """`issue` without these entries, as if they had never been in it.

    Held for later, not dropped.
    """
    keys = frozenset(keys)
    sections = tuple(
        replace(each, entries=tuple(entry for entry in each.entries if entry.key not in keys))
        for each in issue.sections
    )
    return replace(issue, sections=sections)


def once(issue: Issue, key: str) -> Issue:
    """`issue` with the first of several entries of one key alone."""
    seen: set[str] = set()

    def stays(entry: Entry) -> bool:
        is_second = entry.key == key and key in seen
        seen.add(entry.key)
        return not is_second

    return _with_sections(
        issue, lambda each: replace(each, entries=tuple(filter(stays, each.entries)))
    )


def without_section(issue: Issue, name: str) -> Issue:
    """`issue` without a section that has neither entries nor words; one that has some stays."""
    sections = (
        each for each in issue.sections if each.name != name or each.entries or each.text.strip()
    )
    return replace(issue, sections=tuple(sections))


def flag_entry(issue: Issue, key: str, flag: Flag) -> Issue:
    """`issue` with an entry marked as a preprint, or as what else readers have to be told."""
    return _with_entries(
        issue,
        lambda entry: replace(entry, flags=entry.flags | {flag}) if entry.key == key else entry,
    )


def replace_link(issue: Issue, old: str, new: str) -> Issue:
    """`issue` with another address in place of one, in links of entries and in what people wrote.

    Each page once.
    """
    own = re.compile(rf"{re.escape(old)}(?![^\s)>\]\"',])")  # not the beginning of a longer address

    def words(text: str) -> str:
        return own.sub(lambda _: new, text)

    def entry(each: Entry) -> Entry:
        links = tuple(dict.fromkeys(new if link.strip() == old else link for link in each.links))
        joining = each.event is not None and each.event.join.strip() == old
        event = replace(each.event, join=new) if each.event and joining else each.event
        return replace(each, links=links, event=event, note=words(each.note))

    issue = replace(issue, letter=words(issue.letter), closing=words(issue.closing))
    issue = _with_sections(issue, lambda each: replace(each, text=words(each.text)))
    return _with_entries(issue, entry)


def with_pages_once(issue: Issue, key: str) -> Issue:
    """`issue` with an entry that names each page once, in the form that comes first."""

    def pages(links: Iterable[str]) -> tuple[str, ...]:
        found: dict[str, str] = {}
        for link in links:
            found.setdefault(address_key(link) or link, link)
        return tuple(found.values())

    return _with_entries(
        issue, lambda entry: replace(entry, links=pages(entry.links)) if entry.key == key else entry
    )


def move_entry(issue: Issue, key: str, section: str, styles: Sequence[SectionStyle]) -> Issue:
    """`issue` with an entry of it in another section, with its note.

    Unchanged when it is there already.
    """
    entry = next((each for each in issue.entries() if each.key == key), None)
    if entry is None or entry.section == section:
        return issue
    issue = with_entry(withdrawn(issue, [key]), entry, section, styles)
    return replace(issue, sections=in_order(issue.sections, styles))


def texts_of(issue: Issue) -> dict[str, str]:
    """Place → words, of every place that an editor writes at.

    A head's name, `section:NAME` or `note:KEY`.
    """
    heads = {name: str(getattr(issue, name)) for name in HEADS}
    sections = {f"section:{section.name}": section.text for section in issue.sections}
    return heads | sections | {f"note:{entry.key}": entry.note for entry in issue.entries()}


def with_text(issue: Issue, place: str, text: str) -> Issue:
    """`issue` with other words at one of the places of `texts_of`.

    Raises KeyError when there is no such place.
    """
    if place not in texts_of(issue):
        raise KeyError(place)
    if place in HEADS:
        head: dict[str, Any] = {place: text}
        return replace(issue, **head)
    kind, _, name = place.partition(":")
    if kind == "section":
        return _with_sections(
            issue, lambda each: replace(each, text=text) if each.name == name else each
        )
    return _with_sections(
        issue,
        lambda each: replace(
            each,
            entries=tuple(
                replace(entry, note=text) if entry.key == name else entry for entry in each.entries
            ),
        ),
    )


def _with_sections(issue: Issue, change: Callable[[Section], Section]) -> Issue:
    return replace(issue, sections=tuple(change(section) for section in issue.sections))


def _with_entries(issue: Issue, change: Callable[[Entry], Entry]) -> Issue:
    return _with_sections(
        issue, lambda each: replace(each, entries=tuple(map(change, each.entries)))
    )


def reorder_entries(issue: Issue, section: str, keys: Sequence[str]) -> Issue:
    """`issue` with the entries of a section in this order.

    One that is not named stays behind those that are.
    """
    ranks = {key: rank for rank, key in enumerate(keys)}
    return _with_sections(
        issue,
        lambda each: (
            replace(
                each,
                entries=tuple(
                    sorted(each.entries, key=lambda entry: ranks.get(entry.key, len(ranks)))
                ),
            )
            if each.name == section
            else each
        ),
    )


def replace_entries(issue: Issue, keys: Iterable[str], entries: Sequence[Entry]) -> Issue:
    """`issue` with `entries` where the first of these keys stood, and all others of them gone.

    The first of `entries` takes over what was written about those that go. Unchanged when none of
    them is there.
    """
    keys = frozenset(keys)
    there = [entry for entry in issue.entries() if entry.key in keys]
    if not there:
        return issue
    first, *others = (replace(entry, section=there[0].section) for entry in entries)
    notes = "\n\n".join(dict.fromkeys(entry.note for entry in there if entry.note))
    standing_in = (replace(first, note=notes), *others)
    return _with_sections(
        issue,
        lambda section: replace(
            section,
            entries=tuple(
                new
                for entry in section.entries
                for new in (
                    standing_in if entry is there[0] else () if entry.key in keys else (entry,)
                )
            ),
        ),
    )


def as_before(
    issue: Issue, before: Issue, keys: Iterable[str], styles: Sequence[SectionStyle]
) -> Issue:
    """`issue` with these entries as an earlier state of it had them.

    Whatever else was changed since stays.
    """
    keys = frozenset(keys)
    issue = withdrawn(issue, keys)
    noted = {key: why for key, why in before.left_out if key in keys}
    kept = tuple(pair for pair in issue.left_out if pair[0] not in keys)
    for section in before.sections:
        there = [entry for entry in section.entries if entry.key in keys]
        order = [entry.key for entry in section.entries]
        for entry in there:
            issue = with_entry(issue, entry, section.name, styles)
            issue = reorder_entries(
                issue,
                section.name,
                _put_after_those_before(_keys(issue, section.name), entry.key, order),
            )
    return replace(
        issue, sections=in_order(issue.sections, styles), left_out=(*kept, *noted.items())
    )


def _keys(issue: Issue, section: str) -> list[str]:
    return [entry.key for each in issue.sections if each.name == section for entry in each.entries]


def _put_after_those_before(keys: Sequence[str], key: str, order: Sequence[str]) -> list[str]:
    """`keys` with one moved behind the nearest that stood before it in `order`; else first."""
    others = [each for each in keys if each != key]
    before = next((each for each in reversed(order[: order.index(key)]) if each in others), None)
    place = others.index(before) + 1 if before is not None else 0
    return [*others[:place], key, *others[place:]]


def stands_between(keys: Sequence[str], key: str, above: str, below: str) -> bool:
    """Whether `key` still stands behind `above` and before `below`.

    One that is empty, or gone, says nothing.
    """
    ranks = {each: rank for rank, each in enumerate(keys)}
    if key not in ranks:
        return False
    return ranks.get(above, -1) < ranks[key] < ranks.get(below, len(ranks))


def neighbours(keys: Sequence[str], key: str) -> tuple[str, str]:
    """What stands above and below one of the keys; empty: nothing does."""
    place = keys.index(key)
    return (keys[place - 1] if place else "", keys[place + 1] if place + 1 < len(keys) else "")


def find_changed_keys(before: Issue, after: Issue) -> tuple[str, ...]:
    """The keys of entries that two states of an issue have, print or leave out differently."""
    one, other = (_by_key(issue) for issue in (before, after))
    noted = dict({*before.left_out} ^ {*after.left_out})
    return (*(key for key in {**one, **other} if one.get(key) != other.get(key)), *noted)


def _by_key(issue: Issue) -> dict[str, list[Entry]]:
    found: dict[str, list[Entry]] = {}
    for entry in issue.entries():
        found.setdefault(entry.key, []).append(entry)
    return found


def with_words_before(
    issue: Issue, before: Issue, after: Issue, styles: Sequence[SectionStyle]
) -> Issue:
    """`issue` with what changed between two earlier states (words, sections) as it was before.

    What says something else by now than it did after that change was written since, and stays.
    """
    had = {section.name for section in before.sections}
    made = {section.name for section in after.sections} - had
    there = [each for each in issue.sections if each.name not in made or each.entries or each.text]
    names = {section.name for section in (*issue.sections, *after.sections)}
    gone = [
        replace(section, entries=()) for section in before.sections if section.name not in names
    ]
    issue = replace(issue, sections=in_order((*there, *gone), styles))
    now, old, new = (texts_of(each) for each in (issue, before, after))
    for place in now.keys() & old.keys() & new.keys():
        if now[place] == new[place] != old[place]:
            issue = with_text(issue, place, old[place])
    return issue


def in_order(sections: Sequence[Section], styles: Sequence[SectionStyle]) -> tuple[Section, ...]:
    """The sections in printing order.

    The configured ones in theirs, an issue's own where it stands behind one.
    """
    ranks = {style.name: rank for rank, style in enumerate(styles)}
    placed: list[tuple[int, int, Section]] = []
    rank = -1
    for place, section in enumerate(sections):
        rank = ranks.get(section.name, len(ranks) if section.name == TO_SORT else rank)
        placed.append((rank, place, section))
    return tuple(section for _, _, section in sorted(placed, key=lambda each: each[:2]))


def blank(
    name: str, *, title: str, since_at: datetime | None, until_at: datetime, send_on: date
) -> Issue:
    """A new issue with nothing in it but its window, its planned day and a first subject."""
    subject = f"{title}: {send_on:%B} {send_on.year}"
    return Issue(name=name, subject=subject, since_at=since_at, until_at=until_at, send_on=send_on)


_COUNTED = {
    "research": ("paper", "papers"),
    "trials": ("clinical trial", "clinical trials"),
    "events": ("event", "events"),
    "grants": ("grant call", "grant calls"),
}


def first_preheader(issue: Issue) -> str:
    """Words for the line that an inbox shows behind the subject: how much is new, and of what kind.

    No title of an entry or section stands in it: it can be read on a locked screen, and may not
    tell an illness.
    """
    counts = [
        (_items(section), _COUNTED[section.name])
        for section in issue.sections
        if section.name in _COUNTED
    ]
    said = [f"{count} {words[count != 1]}" for count, words in counts if count]
    more = sum(map(_items, issue.sections)) - sum(count for count, _ in counts)
    said += [f"{more} more"] if more and said else []
    if not said:
        return "What is new since our last letter." if more else ""
    return f"New since our last letter: {', '.join(said)}."


def _items(section: Section) -> int:
    """How many things a reader sees in a section: all dates of one series are one event."""
    return len({series_of(entry) or entry.key for entry in section.entries})


def coming_up(
    issue: Issue, earlier: Iterable[Issue], *, ahead: timedelta = timedelta(days=60)
) -> tuple[Entry, ...]:
    """Announced events and deadlines that lie ahead of the planned day, the soonest first.

    What counts is the last that readers were told: an event that a later issue called off does not
    come up.
    """
    there = {entry.key for entry in issue.entries()} | {key for key, _ in issue.left_out}
    told = {
        entry.key: entry for each in earlier for entry in each.entries() if entry.key not in there
    }
    found = [
        (day, entry)
        for entry in told.values()
        if (day := due_on(entry)) and not _is_cancelled(entry)
    ]
    within = [(day, entry) for day, entry in found if issue.send_on <= day <= issue.send_on + ahead]
    return tuple(entry for _, entry in sorted(within, key=lambda each: (each[0], each[1].key)))


def _is_cancelled(entry: Entry) -> bool:
    return entry.event is not None and entry.event.cancelled


def due_on(entry: Entry) -> date | None:
    """The day on which an event starts or a deadline falls, in the event's own zone.

    None for anything else.
    """
    if entry.event and entry.event.starts:
        starts = entry.event.starts
        return starts.date() if isinstance(starts, datetime) else starts
    return entry.grant.deadline if entry.grant else None
