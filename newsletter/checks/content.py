"""What the issue carries.

Every entry can be read about, once, and says of itself what a reader must be told.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from functools import lru_cache, partial

from newsletter import composition
from newsletter.checks.context import EarlierIssue
from newsletter.checks.parsed_mail import MARKDOWN_LINK, ParsedMail
from newsletter.checks.rules import Violation, rule
from newsletter.identity import Index, address_key, aliases_of, clean_doi
from newsletter.model import TO_SORT, Entry, Issue, Severity

NO_TITLE = frozenset({"", "none", "null", "undefined", "untitled", "no title", "title"})


def describe_entry(entry: Entry) -> str:
    """An entry as findings name it: its title, shortened, or its key."""
    title = entry.title.strip()
    if not title:
        return f"Entry {entry.key}"
    return f"“{title}”" if len(title) <= 70 else f"“{title[:69].rstrip()}…”"


def dropping(entry: Entry, why: str) -> Callable[[Issue], Issue]:
    """The change that leaves an entry out, noted with the reason."""
    return partial(composition.without, dropped={entry.key: why})


@rule(
    "issue-empty",
    Severity.ERROR,
    why="A mail that says nothing teaches readers not to open the next one.",
    remedy="Add an entry, or give the issue a section with words of its own.",
)
def issue_empty(proof: ParsedMail) -> Iterator[Violation]:
    """The issue has neither an entry nor a section with a text."""
    issue = proof.issue
    if not issue.entries() and not any(each.text.strip() for each in issue.sections):
        yield Violation("issue", "The issue is empty: no section has an entry or a text.")


@rule(
    "section-empty",
    Severity.WARNING,
    why=(
        "A heading with nothing below it looks like a mistake, and costs a reader with a"
        " screen reader a stop."
    ),
    remedy="Put something in, or take the section out of this issue.",
    mend="Remove the section",
)
def section_empty(proof: ParsedMail) -> Iterator[Violation]:
    """A section has neither an entry nor a text."""
    for section in proof.issue.sections:
        if not section.entries and not section.text.strip():
            yield Violation(
                section.name,
                f"The section “{section.title}” is empty.",
                change=partial(composition.without_section, name=section.name),
            )


@rule(
    "entry-to-sort",
    Severity.ERROR,
    why=(
        "Readers would find a heading “To sort”: nothing told the program where the entry"
        " belongs, and nobody else did."
    ),
    remedy=(
        "Say where it belongs: newsletter keep KEY --section NAME. Or leave it out:"
        " newsletter drop KEY."
    ),
)
def entry_to_sort(proof: ParsedMail) -> Iterator[Violation]:
    """An entry still stands among those to sort."""
    for section in proof.issue.sections:
        for entry in section.entries if section.name == TO_SORT else ():
            yield Violation(entry.key, f"{describe_entry(entry)} is in no section yet.")


@rule(
    "entry-without-title",
    Severity.ERROR,
    why="The title is what a reader chooses by, and what the link reads.",
    remedy="Write a title for it in issue.toml or at the desk.",
)
def entry_without_title(proof: ParsedMail) -> Iterator[Violation]:
    """An entry has no title, or only a word that stands for none."""
    for entry in proof.entries:
        if entry.title.strip().lower() in NO_TITLE:
            yield Violation(entry.key, f"The entry {entry.key} has no title.")


@rule(
    "entry-without-link",
    Severity.ERROR,
    why="Readers and their doctors need the source; a claim without one cannot be checked.",
    remedy="Add the address of the paper, trial, event or call to its links.",
)
def entry_without_link(proof: ParsedMail) -> Iterator[Violation]:
    """An entry names no address to read on; an event's joining link is one."""
    for entry in proof.entries:
        joining = entry.event.join if entry.event else ""
        if not any(link.strip() for link in (*entry.links, joining)):
            yield Violation(entry.key, f"{describe_entry(entry)} has no link.")


@rule(
    "entry-undated",
    Severity.WARNING,
    why="Readers take what stands in the issue for new; without a date nobody can tell.",
    remedy="Write when it was published as dated, be it only the year.",
)
def entry_undated(proof: ParsedMail) -> Iterator[Violation]:
    """A paper or piece of news has no date.

    Trials, events and grant calls have dates of their own.
    """
    for entry in proof.entries:
        if not (entry.dated or entry.trial or entry.event or entry.grant):
            yield Violation(entry.key, f"{describe_entry(entry)} has no date.")


@rule(
    "entry-twice",
    Severity.ERROR,
    why="The same item printed twice is the first thing readers complain about.",
    remedy="Delete one of the two.",
    mend="Remove the second",
)
def entry_twice(proof: ParsedMail) -> Iterator[Violation]:
    """Two entries of the issue have the same key."""
    counts = Counter(entry.key for entry in proof.entries)
    first = {entry.key: entry for entry in reversed(proof.entries)}
    for key, count in counts.items():
        if count > 1:
            yield Violation(
                key,
                f"{describe_entry(first[key])} stands in this issue {count} times (key {key}).",
                change=partial(composition.once, key=key),
            )


@rule(
    "link-twice",
    Severity.WARNING,
    why="Two entries that lead to one page are mostly one thing, collected twice.",
    remedy="Merge the two entries, or give each the link to its own page.",
    mend="Remove the second",
)
def link_twice(proof: ParsedMail) -> Iterator[Violation]:
    """Two entries lead to the same page, or one entry or text does so twice.

    Home pages and two days of one event may.
    """
    for entry in proof.entries:
        pages = [page for page in map(address_key, entry.links) if page]
        if len(set(pages)) < len(pages):
            one_each = partial(composition.with_pages_once, key=entry.key)
            yield Violation(
                entry.key,
                f"{describe_entry(entry)} has the same link twice.",
                "Delete one of the two.",
                one_each,
            )
    for passage in proof.own_words:
        linked = [href for picture, _, href in MARKDOWN_LINK.findall(passage.text) if not picture]
        pages = [page for page in map(address_key, linked) if page]
        if twice := next(
            (href for href in linked if pages.count(address_key(href) or "") > 1), None
        ):
            yield Violation(
                passage.where, f"The text leads twice to {twice}.", "Let one link be enough."
            )
    for (first, second), link in _pairs_of_one_link(proof).items():
        entry, other = _by_key(proof, second), _by_key(proof, first)
        change = dropping(entry, f"it leads to the same page as {describe_entry(other)}")
        yield Violation(
            second,
            f"{describe_entry(entry)} and {describe_entry(other)} have the same link: {link}",
            change=change,
        )


def _by_key(proof: ParsedMail, key: str) -> Entry:
    return next(entry for entry in proof.entries if entry.key == key)


def _pairs_of_one_link(proof: ParsedMail) -> dict[tuple[str, str], str]:
    """The keys of two entries that lead to one page, and the link, each pair once."""
    first: dict[str, Entry] = {}
    pairs: dict[tuple[str, str], str] = {}
    for entry in proof.entries:
        for link in entry.links:
            page = address_key(link)
            other = first.setdefault(page, entry) if page else entry
            days_of_one = entry.event is not None and other.event is not None
            if other.key != entry.key and not days_of_one:
                pairs.setdefault((other.key, entry.key), link)
    return pairs


@rule(
    "entries-alike",
    Severity.WARNING,
    why=(
        "One paper in two forms, from PubMed and from its journal, is one paper; readers"
        " take the second for news."
    ),
    remedy=(
        "Merge the two: newsletter merge KEY KEY. If they are two things, split them, or"
        " tell them apart in their titles."
    ),
)
def entries_alike(proof: ParsedMail) -> Iterator[Violation]:
    """Two entries with different keys and links share an identifier or a telling title."""
    known = Index()
    linked = _pairs_of_one_link(proof)
    for entry in proof.entries:
        others = (
            key for key in known.find(entry) if key != entry.key and (key, entry.key) not in linked
        )
        if other := next(others, None):
            yield Violation(entry.key, f"{describe_entry(entry)} is the same thing as {other}.")
        known.add(entry)


@rule(
    "entry-ran-before",
    Severity.ERROR,
    why="Nothing is printed twice; only a trial whose status has changed since is news again.",
    remedy="Drop it, or hold it until there is something new to say.",
    mend="Drop",
)
def entry_ran_before(proof: ParsedMail) -> Iterator[Violation]:
    """An earlier issue has carried this entry, by its key, another identifier, or its link."""
    for entry in proof.entries:
        if _is_news_again(entry):
            continue
        for earlier in proof.context.earlier:
            if earlier.name != proof.issue.name and _is_repeat(entry, earlier):
                change = dropping(entry, f"it ran before, in {earlier.name}")
                yield Violation(
                    entry.key,
                    f"{describe_entry(entry)} ran before, in issue {earlier.name}.",
                    change=change,
                )
                break


def _is_news_again(entry: Entry) -> bool:
    trial = entry.trial
    return trial is not None and trial.was is not None and trial.was != trial.status


def _is_repeat(entry: Entry, earlier: EarlierIssue) -> bool:
    if earlier.keys & {entry.key, *aliases_of(entry)}:
        return True
    # A series of events shares one page, and so do a trial and the paper on it: there only the key
    # tells.
    if entry.event or entry.trial or entry.grant:
        return False
    if earlier.keys & {f"doi:{doi}" for doi in map(doi_in, entry.links) if doi}:
        return True
    pages = {address_key(link) for link in earlier.links} - {None}
    return any(address_key(link) in pages for link in entry.links)


@rule(
    "event-cancelled",
    Severity.WARNING,
    why="Readers would come to a meeting that does not take place.",
    remedy="Take it out, or say in its note that it is cancelled.",
    mend="Drop",
)
def event_cancelled(proof: ParsedMail) -> Iterator[Violation]:
    """The calendar says that an event is cancelled, and the entry does not."""
    for entry in proof.all_entries:
        cancelled = entry.event is not None and entry.event.cancelled
        if cancelled and not re.search(r"cancel", f"{entry.title} {entry.note}", re.IGNORECASE):
            yield Violation(
                entry.key,
                f"{describe_entry(entry)} is cancelled.",
                change=dropping(entry, "it is cancelled"),
            )


@rule(
    "event-unlisted",
    Severity.WARNING,
    why="An event that was taken out of its calendar is most often called off, and nobody says so.",
    remedy=(
        "Ask the organiser. If it is off, take it out; if an earlier issue announced it,"
        " tell the readers in the letter."
    ),
)
def event_unlisted(proof: ParsedMail) -> Iterator[Violation]:
    """The calendar that an event came from was read again and does not list it any more."""
    for entry in proof.all_entries:
        if (last := proof.context.unlisted.get(entry.key)) and not (
            entry.event and entry.event.cancelled
        ):
            yield Violation(
                entry.key,
                f"{describe_entry(entry)} is not in its calendar any more: it was last there on"
                f" {last}.",
            )


@lru_cache(maxsize=4096)
def doi_in(link: str) -> str | None:
    """The DOI that a link leads to, in canonical form; checks ask for the same links again."""
    return clean_doi(link)
