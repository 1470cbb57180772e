"""Where every entry stands: what the next issue takes, what it leaves out, and why."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from newsletter.issues.classify import build_classifier
from newsletter.issues.window import load_window
from newsletter.model import Choice, Entry, EntryState, LeftOut, Reason, SectionStyle, Selection
from newsletter.workspace.context import AppContext


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryStatus:
    """Where one entry stands."""

    entry: Entry
    state: EntryState
    code: Reason
    reason: str
    section: str | None
    issue: str | None  # where it was carried or dropped


def list_entry_statuses(context: AppContext, name: str | None = None) -> tuple[EntryStatus, ...]:
    """Every entry ever seen, with its state and the reason: chosen ones first."""
    selected = load_window(context, name).select()
    return list_statuses(selected, context.workspace.settings.sections)


def list_statuses(selected: Selection, styles: Sequence[SectionStyle]) -> tuple[EntryStatus, ...]:
    """Where every entry of a selection stands: chosen ones first."""
    chosen = list_chosen_statuses(selected.chosen)
    return (*chosen, *list_left_out_statuses(selected.left_out, styles))


def list_chosen_statuses(chosen: Iterable[Choice]) -> tuple[EntryStatus, ...]:
    """Where those stand that the issue takes."""
    return tuple(
        EntryStatus(
            entry=each.entry,
            state=EntryState.WAITING,
            code=each.code,
            reason=each.why,
            section=each.section,
            issue=None,
        )
        for each in chosen
    )


def list_left_out_statuses(
    left_out: Iterable[LeftOut], styles: Sequence[SectionStyle]
) -> tuple[EntryStatus, ...]:
    """Where those stand that it leaves out; each with the section where it would belong."""
    propose = build_classifier(styles)
    return tuple(
        EntryStatus(
            entry=each.entry,
            state=each.state,
            code=each.code,
            reason=each.reason,
            section=each.entry.section or propose(each.entry),
            issue=each.issue or None,
        )
        for each in left_out
    )
