"""The pool of entries as cards. Where every entry stands is worked out once, and again when a file or the database changed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from newsletter.config import FILE_NAME
from newsletter.issues.editor import version_of
from newsletter.issues.pool import Pool, look
from newsletter.issues.standing import Standing, standings_chosen, standings_left
from newsletter.issues.window import making
from newsletter.model import TO_SORT, Entry, SectionStyle, State
from newsletter.workspace.context import Desk

AT_ONCE = 30
"""Cards that come at once; more come as one scrolls."""


class Place(StrEnum):
    """Where a card lies, as editors think of it."""

    INSIDE = "inside"
    NEW = "new"
    HELD = "held"
    LEFT_OUT = "left_out"
    DROPPED = "dropped"
    CARRIED = "carried"


PLACES = {
    Place.INSIDE: "In this issue",
    Place.NEW: "New",
    Place.HELD: "Held",
    Place.LEFT_OUT: "Left out",
    Place.DROPPED: "Dropped",
    Place.CARRIED: "Carried before",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One entry in the pool."""

    entry: Entry
    place: Place
    section: str  # its name; `TO_SORT` when nothing tells
    reason: str
    is_late: bool
    words: str  # what a search looks at, in small letters

    @property
    def version(self) -> str:
        """A short name of where it stands and of what it is; a decision names the one that its window has shown."""
        told = self.reason if self.place in {Place.HELD, Place.DROPPED} else ""
        return version_of("\0".join((self.place, self.section, told, self.entry.title, *self.entry.links)))

    @property
    def can_split(self) -> bool:
        """Whether more than one source gave it."""
        return len(self.entry.sources) > 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """All cards, and the state of the files that they were made of."""

    issue: str
    has_issue: bool
    cards: tuple[Card, ...]
    state: tuple[object, ...]
    pool: Pool

    def counts(self) -> dict[Place, int]:
        """How many cards lie at each place."""
        places = [card.place for card in self.cards]
        return {place: places.count(place) for place in Place}

    @property
    def ordered(self) -> Place:
        """The place whose order is that of print: the issue, or what would be in it."""
        return Place.INSIDE if self.has_issue else Place.NEW

    def listed(self, section: str) -> tuple[str, ...]:
        """The keys of a section in the order in which it is printed, or would be."""
        return tuple(card.entry.key for card in self.cards if card.place == self.ordered and card.section == section)

    def found(self, *, place: str, words: str, section: str, late: bool) -> tuple[Card, ...]:
        """The cards of a place that hold all these words, in the order in which they were offered."""
        wanted = words.casefold().split()
        return tuple(
            card
            for card in self.cards
            if (not place or card.place == place)
            and (not section or card.section == section)
            and (not late or card.is_late)
            and all(word in card.words for word in wanted)
        )


def stock(desk: Desk, before: Shelf | None) -> Shelf:
    """The shelf as it is now; `before` when nothing has changed since."""
    state = _state(desk)
    if before is not None and before.state == state:
        return before
    at = making(desk)
    pool = look(desk, at, before.pool if before else None)
    inside = {entry.key: entry for entry in at.present.entries()} if at.present else {}
    known = {card.entry.key: card for card in before.cards} if before else {}
    cards = tuple(_cards(pool.standings, inside, known))
    return Shelf(issue=at.name, has_issue=at.present is not None, cards=cards, state=state, pool=pool)


def count_new(desk: Desk, before: Shelf | None) -> int:
    """How many cards lie at `Place.NEW`. Where no shelf is stocked yet, what is old in every way is not looked at."""
    if before is not None:
        return stock(desk, before).counts()[Place.NEW]
    at = making(desk)
    inside = {entry.key for entry in at.present.entries()} if at.present else set()
    selected, _ = at.select_quickly()
    standings = (*standings_chosen(selected.chosen), *standings_left(selected.left_out, ()))
    return sum(each.entry.key not in inside and _place(each) is Place.NEW for each in standings)


def in_sections(cards: Sequence[Card], styles: Sequence[SectionStyle]) -> tuple[Card, ...]:
    """Section by section in printing order; what is to sort comes first, because it needs a person."""
    names = (TO_SORT, *(style.name for style in styles), *(card.section for card in cards))
    ranks = {name: rank for rank, name in enumerate(dict.fromkeys(names))}
    return tuple(sorted(cards, key=lambda card: ranks[card.section]))


def _cards(standings: Iterable[Standing], inside: Mapping[str, Entry], known: Mapping[str, Card]) -> Iterator[Card]:
    told = {each.entry.key: each for each in standings}
    for entry in inside.values():
        standing = told.get(entry.key)
        shown = replace(standing.entry, note=entry.note) if standing else entry
        reason = standing.reason if standing else "written into the issue by hand"
        yield _card(shown, Place.INSIDE, entry.section, reason, known.get(entry.key))
    for each in told.values():
        if each.entry.key not in inside:
            yield _card(each.entry, _place(each), each.section, each.reason, known.get(each.entry.key))


def _place(standing: Standing) -> Place:
    match standing.state:
        case State.CARRIED:
            return Place.CARRIED
        case State.DROPPED:
            return Place.DROPPED
        case State.HELD:
            return Place.HELD
        case State.WAITING if not standing.reason.startswith("too far ahead"):
            return Place.NEW
        case _:
            return Place.LEFT_OUT


def _card(entry: Entry, place: Place, section: str | None, reason: str, known: Card | None) -> Card:
    """The card of an entry; the very one that is known, where it says the same."""
    section = section or TO_SORT
    if known and known.entry == entry and (known.place, known.section, known.reason) == (place, section, reason):
        return known
    said = (
        entry.title,
        *entry.authors,
        entry.journal,
        entry.summary,
        *entry.ids.known().values(),
        *entry.sources,
        reason,
    )
    return Card(
        entry=entry,
        place=place,
        section=section,
        reason=reason,
        is_late=bool(re.search(r"\blate\b|seen only", reason)),
        words=" ".join(said).casefold(),
    )


def _state(desk: Desk) -> tuple[object, ...]:
    """What says that something changed: files by time and size, the database as well, and the day."""
    workspace = desk.workspace
    database = desk.engine.url
    files = [workspace.folder / FILE_NAME, *sorted(workspace.issues.glob("*/*.toml"))]
    if database.get_backend_name() == "sqlite":
        files += [Path(f"{database.database}{end}") for end in ("", "-wal")]
        moment = f"{desk.now:%Y-%m-%d %H}"
    else:
        moment = f"{desk.now:%Y-%m-%d %H:%M:%S}"  # a server does not tell that it was written to
    return (moment, *(_stamp(file) for file in files))


def _stamp(file: Path) -> tuple[str, int, int]:
    try:
        found = file.stat()
    except OSError:
        return str(file), 0, 0
    return str(file), found.st_mtime_ns, found.st_size
