"""The pool of entries as cards.

Where every entry stands is worked out once, and again when a file or the database changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from newsletter.config import FILE_NAME
from newsletter.issues.editor import compute_version
from newsletter.issues.pool import EntryPool, update_pool
from newsletter.issues.standing import EntryStatus, list_chosen_statuses, list_left_out_statuses
from newsletter.issues.window import load_window
from newsletter.model import TO_SORT, Entry, EntryState, Reason, SectionStyle
from newsletter.workspace.context import AppContext

AT_ONCE = 30
"""Cards that come at once; more come as one scrolls."""


class CardPlace(StrEnum):
    """Where a card lies, as editors think of it."""

    INSIDE = "inside"
    NEW = "new"
    HELD = "held"
    LEFT_OUT = "left_out"
    DROPPED = "dropped"
    CARRIED = "carried"


PLACES = {
    CardPlace.INSIDE: "In this issue",
    CardPlace.NEW: "New",
    CardPlace.HELD: "Held",
    CardPlace.LEFT_OUT: "Left out",
    CardPlace.DROPPED: "Dropped",
    CardPlace.CARRIED: "Carried before",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryCard:
    """One entry in the pool."""

    entry: Entry
    place: CardPlace
    section: str  # its name; `TO_SORT` when nothing tells
    reason: str
    is_late: bool
    words: str  # what a search looks at, in small letters

    @property
    def version(self) -> str:
        """A short name of where it stands and of what it is.

        A decision names the one that its window has shown.
        """
        told = self.reason if self.place in {CardPlace.HELD, CardPlace.DROPPED} else ""
        return compute_version(
            "\0".join((self.place, self.section, told, self.entry.title, *self.entry.links))
        )

    @property
    def told(self) -> tuple[CardPlace, str, str, bool]:
        """What it says of where the entry stands."""
        return self.place, self.section, self.reason, self.is_late

    @property
    def can_split(self) -> bool:
        """Whether more than one source gave it."""
        return len(self.entry.sources) > 1


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryCards:
    """All cards, and the state of the files that they were made of."""

    issue: str
    has_issue: bool
    cards: tuple[EntryCard, ...]
    state: tuple[object, ...]
    pool: EntryPool

    def counts(self) -> dict[CardPlace, int]:
        """How many cards lie at each place."""
        places = [card.place for card in self.cards]
        return {place: places.count(place) for place in CardPlace}

    @property
    def place_in_print(self) -> CardPlace:
        """The place whose order is that of print: the issue, or what would be in it."""
        return CardPlace.INSIDE if self.has_issue else CardPlace.NEW

    def list_keys(self, section: str) -> tuple[str, ...]:
        """The keys of a section in the order in which it is printed, or would be."""
        return tuple(
            card.entry.key
            for card in self.cards
            if card.place == self.place_in_print and card.section == section
        )

    def find_cards(
        self, *, place: str, words: str, section: str, late: bool
    ) -> tuple[EntryCard, ...]:
        """The cards of a place that hold all these words, in the order they were offered."""
        wanted = words.casefold().split()
        return tuple(
            card
            for card in self.cards
            if (not place or card.place == place)
            and (not section or card.section == section)
            and (not late or card.is_late)
            and all(word in card.words for word in wanted)
        )


def load_cards(context: AppContext, before: EntryCards | None) -> EntryCards:
    """The shelf as it is now; `before` when nothing has changed since."""
    state = _state(context)
    if before is not None and before.state == state:
        return before
    at = load_window(context)
    pool = update_pool(context, at, before.pool if before else None)
    inside = {entry.key: entry for entry in at.present.entries()} if at.present else {}
    known = {card.entry.key: card for card in before.cards} if before else {}
    cards = tuple(_cards(pool.statuses, inside, known))
    return EntryCards(
        issue=at.name, has_issue=at.present is not None, cards=cards, state=state, pool=pool
    )


def count_new(context: AppContext, before: EntryCards | None) -> int:
    """How many cards lie at `Place.NEW`.

    Where no shelf is stocked yet, what is old in every way is not looked at.
    """
    if before is not None:
        return load_cards(context, before).counts()[CardPlace.NEW]
    at = load_window(context)
    inside = {entry.key for entry in at.present.entries()} if at.present else set()
    selected, _ = at.select_quickly()
    standings = (
        *list_chosen_statuses(selected.chosen),
        *list_left_out_statuses(selected.left_out, ()),
    )
    return sum(each.entry.key not in inside and _place(each) is CardPlace.NEW for each in standings)


def in_sections(
    cards: Sequence[EntryCard], styles: Sequence[SectionStyle]
) -> tuple[EntryCard, ...]:
    """Section by section in printing order.

    What is to sort comes first, because it needs a person.
    """
    names = (TO_SORT, *(style.name for style in styles), *(card.section for card in cards))
    ranks = {name: rank for rank, name in enumerate(dict.fromkeys(names))}
    return tuple(sorted(cards, key=lambda card: ranks[card.section]))


def _cards(
    standings: Iterable[EntryStatus], inside: Mapping[str, Entry], known: Mapping[str, EntryCard]
) -> Iterator[EntryCard]:
    told = {each.entry.key: each for each in standings}
    for entry in inside.values():
        standing = told.get(entry.key)
        shown = replace(standing.entry, note=entry.note) if standing else entry
        yield _card(shown, CardPlace.INSIDE, entry.section, standing, known.get(entry.key))
    for each in told.values():
        if each.entry.key not in inside:
            yield _card(each.entry, _place(each), each.section, each, known.get(each.entry.key))


def _place(standing: EntryStatus) -> CardPlace:
    match standing.state:
        case EntryState.CARRIED:
            return CardPlace.CARRIED
        case EntryState.DROPPED:
            return CardPlace.DROPPED
        case EntryState.HELD:
            return CardPlace.HELD
        case EntryState.WAITING if standing.code is not Reason.TOO_FAR_AHEAD:
            return CardPlace.NEW
        case _:
            return CardPlace.LEFT_OUT


def _card(
    entry: Entry,
    place: CardPlace,
    section: str | None,
    standing: EntryStatus | None,
    known: EntryCard | None,
) -> EntryCard:
    """The card of an entry; the very one that is known, where it says the same.

    `standing` is None where a person wrote the entry into the issue and no source knows it.
    """
    section = section or TO_SORT
    reason = standing.reason if standing else "written into the issue by hand"
    is_late = standing is not None and standing.code is Reason.LATE
    told = (place, section, reason, is_late)
    if known and known.entry == entry and told == known.told:
        return known
    return EntryCard(
        entry=entry,
        place=place,
        section=section,
        reason=reason,
        is_late=is_late,
        words=_list_words(entry, reason),
    )


def _list_words(entry: Entry, reason: str) -> str:
    said = (
        entry.title,
        *entry.authors,
        entry.journal,
        entry.summary,
        *entry.ids.known().values(),
        *entry.sources,
        reason,
    )
    return " ".join(said).casefold()


def _state(context: AppContext) -> tuple[object, ...]:
    """What says that something changed.

    Files by time and size, the database as well, and the day.
    """
    workspace = context.workspace
    database = context.engine.url
    files = [workspace.folder / FILE_NAME, *sorted(workspace.issues.glob("*/*.toml"))]
    if database.get_backend_name() == "sqlite":
        files += [Path(f"{database.database}{end}") for end in ("", "-wal")]
        moment = f"{context.now:%Y-%m-%d %H}"
    else:
        moment = f"{context.now:%Y-%m-%d %H:%M:%S}"  # a server does not tell that it was written to
    return (moment, *(_stamp(file) for file in files))


def _stamp(file: Path) -> tuple[str, int, int]:
    try:
        found = file.stat()
    except OSError:
        return str(file), 0, 0
    return str(file), found.st_mtime_ns, found.st_size
