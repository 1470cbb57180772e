"""What is chosen, made an issue: sections in order, words of before, what is coming up."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from newsletter.composition.edits import (
    in_order,
    reorder_entries,
    texts_of,
    with_entry,
    with_text,
    withdrawn,
)
from newsletter.identity import series_of
from newsletter.model import (
    TO_SORT,
    Choice,
    Entry,
    Issue,
    Section,
    SectionStyle,
)


def compose(issue: Issue, chosen: Sequence[Choice], styles: Sequence[SectionStyle]) -> Issue:
    """`issue` with the chosen entries added, each to its section.

    Those already in it stay as they are.
    """
    there = {entry.key for entry in issue.entries()}
    for choice in chosen:
        if choice.entry.key not in there:
            issue = with_entry(issue, choice.entry, choice.section or TO_SORT, styles)
    return replace(issue, sections=in_order(issue.sections, styles))


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
    """`keys` with one of them directly behind the nearest that stood before it in an earlier `order`; else first."""
    others = [each for each in keys if each != key]
    before = next((each for each in reversed(order[: order.index(key)]) if each in others), None)
    place = others.index(before) + 1 if before is not None else 0
    return [*others[:place], key, *others[place:]]


def with_words_before(
    issue: Issue, before: Issue, after: Issue, styles: Sequence[SectionStyle]
) -> Issue:
    """`issue` with what was changed between two earlier states of it, words and whole sections, as it was before that.

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
    """Events and deadlines that earlier issues announced and that lie ahead of the planned day, soonest first.

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
