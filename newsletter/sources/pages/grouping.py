"""The lines of one entry, put together.

A line that names a thing opens a block; facts that follow belong to it; a heading ends it. A bare
line of words counts as a title when facts confirm it, or when it reads like one; else it was a
heading.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise, takewhile

from newsletter.model import Dated
from newsletter.sources.pages import citations, line_kinds
from newsletter.sources.pages.citations import Span
from newsletter.sources.pages.line_parts import LinePart, PartRole
from newsletter.sources.pages.person_names import split_names

MAX_WORDS_CHARS = 1500  # of what is said beneath an entry


@dataclass(slots=True)
class EntryGroup:
    """One entry in the making."""

    title: str
    linked: bool = False
    announces: bool = False
    confirmed: bool = False
    heading: bool = False
    led: bool = False  # its person stands above it, as in a list of grantees
    authors: tuple[str, ...] = ()
    journal: str = ""
    dates: list[Span] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    cut: list[str] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    under: Dated | None = None  # the date that heads its part of the page

    def take(self, piece: LinePart) -> None:
        """Add the facts of a piece."""
        self.authors = self.authors or piece.authors
        self.journal = self.journal or piece.journal
        self.dates.extend(piece.dates)
        self.links.extend(link for link in piece.links if link not in self.links)
        self.cut.extend(piece.cut)
        self.ids.extend(piece.ids)
        self.confirmed = self.confirmed or piece.has_marks or bool(piece.authors or piece.journal)

    def say(self, words: str) -> None:
        if words and sum(map(len, self.words)) + len(words) <= MAX_WORDS_CHARS:
            self.words.append(words)

    @property
    def entry_date(self) -> Dated | None:
        return citations.best_date(self.dates) or self.under

    def is_entry(self) -> bool:
        """Whether a careful reader would see an entry here."""
        if self.announces:
            return bool(self.links or self.dates)
        if self.confirmed:
            return len(self.title) > 2 and not (
                line_kinds.is_heading(self.title)
                and not (self.links or self.dates or self.authors or (self.journal and self.ids))
            )
        return line_kinds.looks_like_title(self.title)


def group_parts(pieces: Sequence[LinePart]) -> tuple[EntryGroup, ...]:
    """The entries of a page, in its order."""
    grouping = _EntryGrouper(facts_lead=_facts_lead(pieces))
    for at, piece in enumerate(pieces):
        following = tuple(takewhile(lambda other: not other.gap, pieces[at + 1 : at + 8]))
        titled = any(other.role is PartRole.TITLE for other in following)
        grouping.add(
            piece,
            pieces[at + 1] if at + 1 < len(pieces) else None,
            row_titled=piece.item and titled,
        )
    grouping.close()
    return tuple(block for block in grouping.done if block.is_entry())


def _facts_lead(pieces: Sequence[LinePart]) -> bool:
    """Whether dates and links stand above their titles on this page.

    It begins with one, and ends with a title.
    """
    told = [piece for piece in pieces if piece.role is PartRole.TITLE or _is_date_or_link(piece)]
    if not told or told[0].role is PartRole.TITLE or told[-1].role is not PartRole.TITLE:
        return False
    beneath = sum(
        two.role is PartRole.FACTS and not two.gap
        for one, two in pairwise(told)
        if one.role is PartRole.TITLE
    )
    above = sum(
        two.role is PartRole.TITLE and not two.gap
        for one, two in pairwise(told)
        if one.role is PartRole.FACTS
    )
    return above >= beneath


def _is_date_or_link(piece: LinePart) -> bool:
    return piece.role is PartRole.FACTS and bool(piece.dates or piece.links) and not piece.authors


def _announces(block: EntryGroup, piece: LinePart) -> bool:
    """Whether a block only announces the thing that the next piece names.

    “Article by Dr. X in the Journal Y|” is one.
    """
    dated_both = bool(block.dates and piece.dates)
    return block.announces and not block.links and not (piece.gap and dated_both)


def _facts_announced(announced: EntryGroup) -> LinePart:
    """What an announcement told of the entry whose title follows."""
    return LinePart(
        role=PartRole.FACTS,
        authors=announced.authors,
        journal=announced.journal,
        dates=tuple(announced.dates),
        cut=tuple(announced.cut),
    )


def _confirms(words: str, after: LinePart) -> bool:
    """Whether the line below what reads like a heading shows that it is a title.

    Authors, a journal or a link do.
    """
    if after.role is not PartRole.FACTS or (after.gap and len(after.authors) < 2):
        return False
    if after.gap:
        return len(words.split()) >= 5
    return bool(
        after.authors or after.journal or after.links or (after.dates and len(words.split()) >= 5)
    )


_YEAR_HEADING = re.compile(
    r"""
        (?:[\w/-]+\ ){0,2}(?P<year>(?:19|20)\d\d)(?:
            \ (?:
                research | lms | sarcoma | publications? | articles? | papers? | updates? | news
              | publicaciones | artículos
            )
        ){0,3}
    """,
    re.IGNORECASE | re.VERBOSE,
)


class _EntryGrouper:
    """Goes through the pieces of a page from top to bottom."""

    def __init__(self, *, facts_lead: bool) -> None:
        self.done: list[EntryGroup] = []
        self.block: EntryGroup | None = None
        self.facts_lead = facts_lead
        self.waiting: list[LinePart] = []  # facts that stand above their title
        self.persons: tuple[str, ...] = ()  # named above the title of their talk or project
        self.persons_lead = False
        self.under: Dated | None = None
        self.row_leads = False

    def close(self) -> None:
        if self.block:
            self.done.append(self.block)
        self.block = None

    def add(self, piece: LinePart, after: LinePart | None, *, row_titled: bool) -> None:
        """Take the next piece.

        `row_titled`: it begins a list item or table row whose title comes later.
        """
        starts_row = row_titled and piece.role in {PartRole.FACTS, PartRole.PERSON}
        self.row_leads = starts_row or (
            self.row_leads and not piece.gap and piece.role is not PartRole.TITLE
        )
        if piece.role is PartRole.HEADING and after and _confirms(piece.words, after):
            piece = replace(piece, role=PartRole.TITLE, words="")
        match piece.role:
            case PartRole.TITLE:
                self._add_title(piece)
            case PartRole.FACTS:
                self._add_facts(piece, after)
            case PartRole.PERSON:
                self._add_person(piece)
            case PartRole.REMARK | PartRole.PROSE:
                self._add_words(piece)
            case PartRole.HEADING | PartRole.CHROME:
                self._add_frame(piece)

    def _add_frame(self, piece: LinePart) -> None:
        self.persons, self.waiting = (), []
        if piece.role is PartRole.HEADING or piece.heading:
            self.close()
            year = _YEAR_HEADING.fullmatch(piece.words.strip(" -–:"))
            self.under = citations.date_of(year["year"]) if year else None

    def _add_title(self, piece: LinePart) -> None:
        if self.block and self._is_subtitle(piece):
            self.block.take(piece)
            return
        if self._names_author(piece):
            self._add_facts(
                replace(piece, role=PartRole.FACTS, title="", authors=split_names(piece.title)),
                None,
            )
            return
        if self._is_aside(piece):
            self._add_facts(replace(piece, role=PartRole.FACTS, title="", words=piece.title), None)
            return
        announced = self.block if self.block and _announces(self.block, piece) else None
        if announced:
            self.block = None
        self.close()
        self.block = self._begin_group(piece)
        if announced:
            self.block.take(_facts_announced(announced))
        for facts in self.waiting:
            self.block.take(facts)
        self.waiting = []
        self._give_persons(self.block, piece)

    def _begin_group(self, piece: LinePart) -> EntryGroup:
        """The entry that a title begins."""
        group = EntryGroup(
            title=piece.title,
            linked=piece.linked,
            announces=piece.announces,
            heading=piece.heading,
            under=self.under,
        )
        group.take(piece)
        group.say(piece.words)
        return group

    def _give_persons(self, group: EntryGroup, piece: LinePart) -> None:
        """Take the persons of the lines above for authors, where they lead or it is a talk."""
        words = " ".join((piece.title, piece.words, *piece.links))
        if self.persons and not group.authors and (self.persons_lead or line_kinds.is_talk(words)):
            group.authors = self.persons
            group.confirmed = group.led = True
        self.persons = ()

    def _names_author(self, piece: LinePart) -> bool:
        """Whether a name beneath a title is its author's, though nothing else shows a person."""
        free = (
            self.block
            and not self.block.authors
            and not (piece.item or piece.linked or piece.authors)
        )
        near = not piece.gap or (self.block and not self.block.confirmed)
        return bool(free and near and split_names(piece.title))

    def _is_aside(self, piece: LinePart) -> bool:
        """Whether words with a date or link only add to the title above: “Phase 2 – 9 Jan 2024”."""
        fresh = self.block and not (self.block.dates or self.block.links or self.block.announces)
        loose = piece.gap or piece.item or piece.linked or piece.heading or piece.announces
        return bool(fresh and not loose and piece.has_marks and len(piece.title.split()) <= 4)

    def _is_subtitle(self, piece: LinePart) -> bool:
        """Whether a second line calls for what the line above already calls for."""
        return bool(
            self.block
            and line_kinds.is_call(self.block.title)
            and line_kinds.is_call(piece.title)
            and not piece.authors
            and not (piece.has_marks and piece.gap)
        )

    def _add_facts(self, piece: LinePart, after: LinePart | None) -> None:
        if not self.row_leads and self._is_date_heading(piece, after):
            self.close()
            self.under = piece.dates[0].dated
            return
        if self.row_leads or self._leads(piece, after):
            self.waiting.append(piece)
            return
        if (
            self.block
            and piece.authors
            and self.block.authors
            and not piece.has_marks
            and piece.gap
        ):
            self.persons, self.persons_lead = piece.authors, True
        elif self.block:
            self.block.take(piece)
            self.block.say(piece.words)

    def _leads(self, piece: LinePart, after: LinePart | None) -> bool:
        """Whether facts stand above their title rather than beneath it."""
        if (
            not (piece.dates or piece.links)
            or piece.authors
            or not after
            or after.role is not PartRole.TITLE
        ):
            return False
        if self.facts_lead:
            return True
        satisfied = self.block is None or bool(
            self.block.dates if piece.dates else self.block.links
        )
        return satisfied and piece.gap and not after.gap

    def _is_date_heading(self, piece: LinePart, after: LinePart | None) -> bool:
        """“2023”, or “March 2023” alone between empty lines, over a part of the page."""
        if (
            len(piece.dates) != 1
            or piece.links
            or piece.authors
            or piece.words
            or piece.ids
            or piece.journal
            or piece.cited
        ):
            return False
        if piece.heading:
            return True
        return (
            str(piece.dates[0].dated).count("-") == 1
            and piece.gap
            and bool(after and after.gap)
            and (self.block is None or bool(self.block.dates))
        )

    def _add_person(self, piece: LinePart) -> None:
        if self.block and not self.block.authors and (not piece.gap or self.block.confirmed):
            self.block.take(piece)
        else:
            self.persons, self.persons_lead = (
                piece.authors,
                piece.gap or self.block is None or self.block.led,
            )

    def _add_words(self, piece: LinePart) -> None:
        if self.block and not self.block.links:
            self.block.links.extend(piece.links)
        if self.block and self.block.confirmed:
            self.block.say(piece.words)
