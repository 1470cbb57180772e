"""Where every entry stands, kept from one look to the next.

Only what changed since is worked out anew.

A decision touches one entry of thousands. What changed is seen by comparing what is read now with
what was read before, so it does not matter who changed it: this page, a collection that goes on
meanwhile, a text editor.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from newsletter import selection
from newsletter.entries.ingest import list_aliases
from newsletter.entries.repository import entries_of
from newsletter.issues.standing import EntryStatus, list_chosen_statuses, list_left_out_statuses
from newsletter.issues.window import IssueWindow, load_window
from newsletter.model import Decision, Entry
from newsletter.workspace.context import AppContext

Drop = tuple[str, str, str]
"""Issue, key and reason of an entry that was dropped."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryPool:
    """Every entry with its standing, and what the standings were worked out of."""

    chosen: tuple[EntryStatus, ...] = ()  # in printing order
    left: tuple[EntryStatus, ...] = ()  # by key
    missing: tuple[EntryStatus, ...] = ()  # carried by issues, and not known to the database
    frame: tuple[object, ...] = ()  # what all of them hang on
    entries: Mapping[str, Entry] = field(default_factory=dict)
    decided: Mapping[str, Decision] = field(default_factory=dict)
    dropped: Mapping[Drop, Entry] = field(default_factory=dict)

    @property
    def statuses(self) -> tuple[EntryStatus, ...]:
        """All of them, in the order of `standing.list_entry_statuses`."""
        return (*self.chosen, *self.left, *self.missing)


def update_pool(
    context: AppContext, at: IssueWindow | None = None, before: EntryPool | None = None
) -> EntryPool:
    """Where every entry stands now."""
    at = at or load_window(context)
    now = EntryPool(
        frame=_frame(at),
        entries={entry.key: entry for entry in entries_of(context).all()},
        decided={
            each.key: each
            for each in sorted(at.history.decisions, key=lambda each: each.decided_at)
        },
        dropped={(issue, entry.key, why): entry for issue, entry, why in at.history.dropped},
    )
    return _build_pool(at, now, before if before and before.frame == now.frame else EntryPool())


def _frame(at: IssueWindow) -> tuple[object, ...]:
    """What decides about all entries at once.

    The moment counts by the hour: an event that begins stays ahead so long.
    """
    settings = at.context.workspace.settings
    until_at = at.present.until_at if at.present else None
    return (
        at.name,
        at.since_at,
        until_at,
        f"{at.context.now:%Y-%m-%d %H}",
        settings,
        at.history.carried,
    )


def _build_pool(at: IssueWindow, now: EntryPool, before: EntryPool) -> EntryPool:
    touched = _find_touched_keys(at.context, now, before)
    styles = at.context.workspace.settings.sections
    selected = at.select_among([now.entries[key] for key in touched])

    def stays(standing: EntryStatus) -> bool:
        return standing.entry.key not in touched and standing.entry.key in now.entries

    chosen = [*filter(stays, before.chosen), *list_chosen_statuses(selected.chosen)]
    ranks = {key: rank for keys in at.section_order.values() for rank, key in enumerate(keys)}
    left = [*filter(stays, before.left), *list_left_out_statuses(selected.left_out, styles)]
    missing = before.missing
    if before.entries.keys() != now.entries.keys():
        missing = list_left_out_statuses(at.only_in_issues(now.entries.values()), styles)
    return EntryPool(
        chosen=tuple(
            sorted(
                chosen,
                key=lambda each: (
                    ranks.get(each.entry.key, len(ranks)),
                    selection.printing_order(each.entry),
                ),
            )
        ),
        left=tuple(sorted(left, key=lambda each: each.entry.key)),
        missing=missing,
        frame=now.frame,
        entries=now.entries,
        decided=now.decided,
        dropped=now.dropped,
    )


def _find_touched_keys(context: AppContext, now: EntryPool, before: EntryPool) -> dict[str, None]:
    """The keys of all entries that may stand elsewhere than before.

    They themselves, or what was decided, changed.
    """
    changed = [key for key, entry in now.entries.items() if before.entries.get(key) is not entry]
    decided = (
        key
        for key in now.decided.keys() | before.decided.keys()
        if now.decided.get(key) != before.decided.get(key)
    )
    dropped = [
        {**now.dropped, **before.dropped}[drop]
        for drop in now.dropped.keys() ^ before.dropped.keys()
    ]
    names = {
        name for entry in dropped for name in list_aliases(entry)
    }  # a drop counts for all that goes by its name
    also = {
        *decided,
        *(entry.key for entry in dropped),
        *(entries_of(context).known_as(names) if names else ()),
    }
    return dict.fromkeys([*changed, *sorted(also & now.entries.keys())])
