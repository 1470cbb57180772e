"""Where every entry stands, kept from one look to the next: only what changed since is worked out anew.

A decision touches one entry of thousands. What changed is seen by comparing what is read now with what was read before,
so it does not matter who changed it: this page, a collection that goes on meanwhile, a text editor.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from newsletter import selection
from newsletter.entries.ingest import names_of
from newsletter.entries.repository import entries_of
from newsletter.issues.standing import Standing, standings_chosen, standings_left
from newsletter.issues.window import Making, making
from newsletter.model import Decision, Entry
from newsletter.workspace.context import Desk

Drop = tuple[str, str, str]
"""Issue, key and reason of an entry that was dropped."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """Every entry with its standing, and what the standings were worked out of."""

    chosen: tuple[Standing, ...] = ()  # in printing order
    left: tuple[Standing, ...] = ()  # by key
    missing: tuple[Standing, ...] = ()  # carried by issues, and not known to the database
    frame: tuple[object, ...] = ()  # what all of them hang on
    entries: Mapping[str, Entry] = field(default_factory=dict)
    decided: Mapping[str, Decision] = field(default_factory=dict)
    dropped: Mapping[Drop, Entry] = field(default_factory=dict)

    @property
    def standings(self) -> tuple[Standing, ...]:
        """All of them, in the order of `choosing.standings`."""
        return (*self.chosen, *self.left, *self.missing)


def look(desk: Desk, at: Making | None = None, before: Pool | None = None) -> Pool:
    """Where every entry stands now."""
    at = at or making(desk)
    now = Pool(
        frame=_frame(at),
        entries={entry.key: entry for entry in entries_of(desk).all()},
        decided={each.key: each for each in sorted(at.memory.decisions, key=lambda each: each.decided_at)},
        dropped={(issue, entry.key, why): entry for issue, entry, why in at.memory.dropped},
    )
    return _placed(at, now, before if before and before.frame == now.frame else Pool())


def _frame(at: Making) -> tuple[object, ...]:
    """What decides about all entries at once. The moment counts by the hour: an event that begins stays ahead so long."""
    settings = at.desk.workspace.settings
    until_at = at.present.until_at if at.present else None
    return (at.name, at.since_at, until_at, f"{at.desk.now:%Y-%m-%d %H}", settings, at.memory.carried)


def _placed(at: Making, now: Pool, before: Pool) -> Pool:
    touched = _touched(at.desk, now, before)
    styles = at.desk.workspace.settings.sections
    selected = at.select_among([now.entries[key] for key in touched])

    def stays(standing: Standing) -> bool:
        return standing.entry.key not in touched and standing.entry.key in now.entries

    chosen = [*filter(stays, before.chosen), *standings_chosen(selected.chosen)]
    ranks = {key: rank for keys in at.order.values() for rank, key in enumerate(keys)}
    left = [*filter(stays, before.left), *standings_left(selected.left_out, styles)]
    missing = before.missing
    if before.entries.keys() != now.entries.keys():
        missing = standings_left(at.only_in_issues(now.entries.values()), styles)
    return Pool(
        chosen=tuple(
            sorted(
                chosen,
                key=lambda each: (ranks.get(each.entry.key, len(ranks)), selection.printing_order(each.entry)),
            )
        ),
        left=tuple(sorted(left, key=lambda each: each.entry.key)),
        missing=missing,
        frame=now.frame,
        entries=now.entries,
        decided=now.decided,
        dropped=now.dropped,
    )


def _touched(desk: Desk, now: Pool, before: Pool) -> dict[str, None]:
    """The keys of all entries that may stand elsewhere than before: they themselves, or what was decided, changed."""
    changed = [key for key, entry in now.entries.items() if before.entries.get(key) is not entry]
    decided = (
        key for key in now.decided.keys() | before.decided.keys() if now.decided.get(key) != before.decided.get(key)
    )
    dropped = [{**now.dropped, **before.dropped}[drop] for drop in now.dropped.keys() ^ before.dropped.keys()]
    names = {name for entry in dropped for name in names_of(entry)}  # a drop counts for all that goes by its name
    also = {*decided, *(entry.key for entry in dropped), *(entries_of(desk).known_as(names) if names else ())}
    return dict.fromkeys([*changed, *sorted(also & now.entries.keys())])
