"""Where every entry stands: what the next issue takes, what it leaves out, and why."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from newsletter.issues.classify import proposer
from newsletter.issues.window import making
from newsletter.model import Choice, Entry, LeftOut, SectionStyle, State
from newsletter.workspace.context import Desk


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where one entry stands."""

    entry: Entry
    state: State
    reason: str
    section: str | None
    issue: str | None  # where it was carried or dropped


def standings(desk: Desk, name: str | None = None) -> tuple[Standing, ...]:
    """Every entry ever seen, with its state and the reason: chosen ones first."""
    selected = making(desk, name).select()
    styles = desk.workspace.settings.sections
    return (*standings_chosen(selected.chosen), *standings_left(selected.left_out, styles))


def standings_chosen(chosen: Iterable[Choice]) -> tuple[Standing, ...]:
    """Where those stand that the issue takes."""
    return tuple(
        Standing(entry=each.entry, state=State.WAITING, reason=each.why, section=each.section, issue=None)
        for each in chosen
    )


def standings_left(left_out: Iterable[LeftOut], styles: Sequence[SectionStyle]) -> tuple[Standing, ...]:
    """Where those stand that it leaves out; each with the section where it would belong."""
    propose = proposer(styles)
    return tuple(
        Standing(
            entry=each.entry,
            state=each.state,
            reason=each.reason,
            section=each.entry.section or propose(each.entry),
            issue=each.issue or None,
        )
        for each in left_out
    )
