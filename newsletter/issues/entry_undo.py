"""What an editor does to entries, with what is needed to take it back.

What was changed elsewhere since then stays.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from newsletter import composition
from newsletter.entries.ingest import list_own_aliases
from newsletter.entries.repository import entries_of
from newsletter.entries.snapshots import EntrySnapshot, copy_of, put_back
from newsletter.errors import UsageError
from newsletter.issues import editor, entry_merge
from newsletter.issues.decisions import apply_decision
from newsletter.issues.record_file import IssueRecord
from newsletter.issues.store import issues_of
from newsletter.issues.window import IssueWindow, load_window
from newsletter.model import Decision, Issue, Verdict
from newsletter.workspace.context import AppContext


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionOrder:
    """The order of a section of an issue that is not made yet, before and after it was set.

    Empty: nobody had set one.
    """

    issue: str
    section: str
    before: tuple[str, ...]
    after: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoRecord:
    """What was done, and what is needed to take it back."""

    said: str = ""  # what it was, for the line that offers to undo it
    keys: tuple[str, ...]
    decisions: tuple[int, int]  # the numbers of the newest decision before it, and after it
    before: Issue | None = None  # the issue as it was; None: there was none
    after: Issue | None = None
    order: SectionOrder | None = None
    copy: EntrySnapshot | None = None  # of what a merge or split changed in the database
    made: tuple[str, ...] = ()  # the keys of what it made
    is_placed: bool = False  # it was put before or behind another one

    @property
    def is_wide(self) -> bool:
        """Whether other entries than its own came, went or changed their place with it."""
        return self.is_placed or self.copy is not None


def decide_with_undo(
    context: AppContext,
    keys: Iterable[str],
    verdict: Verdict,
    *,
    why: str = "",
    section: str | None = None,
) -> UndoRecord:
    """`decisions.apply_decision`, with what `undo` needs."""
    keys = tuple(keys)
    return _record_undo(
        context, keys, lambda: apply_decision(context, keys, verdict, why=why, section=section)
    )


def place_with_undo(
    context: AppContext, keys: Sequence[str], section: str, *, before: str, listed: Sequence[str]
) -> UndoRecord:
    """Print these entries in a section, directly before another; last when `before` is empty.

    `listed` are the keys of the section in the order in which they stand. An entry of another
    section is moved, which is a decision. Raises UsageError when the other one does not stand there
    any more.
    """
    keys = tuple(keys)
    if before and before not in listed:
        raise UsageError(
            "the entry that it was to stand before is not there any more: look again, then move it"
        )
    at = load_window(context)
    elsewhere = [key for key in keys if key not in listed]
    wanted = _with(listed, keys, before)
    order = SectionOrder(
        issue=at.name, section=section, before=at.section_order.get(section, ()), after=wanted
    )

    def place() -> None:
        if elsewhere:
            apply_decision(context, elsewhere, Verdict.KEEP, section=section)
        _put_in_order(at, section, wanted)

    return replace(
        _record_undo(context, keys, place), is_placed=True, order=None if at.present else order
    )


def _with(listed: Sequence[str], keys: Sequence[str], before: str) -> tuple[str, ...]:
    """The list with `keys` before one of it.

    When that is one of them, they come before the next that is none.
    """
    tail = list(listed[listed.index(before) :]) if before else []
    behind = next((key for key in tail if key not in keys), "")
    rest = [key for key in listed if key not in keys]
    place = rest.index(behind) if behind else len(rest)
    return (*rest[:place], *keys, *rest[place:])


def _put_in_order(at: IssueWindow, section: str, keys: tuple[str, ...]) -> None:
    """Where the issue is made, its file is the truth about its order.

    Until then, the note that is kept beside it.
    """
    issues = issues_of(at.context)
    if at.present:
        present = issues.read(at.name)  # as it is after the decision
        issues.write(composition.reorder_entries(present, section, keys))
        return
    record = issues.read_record(at.name) or IssueRecord()
    issues.write_record(at.name, replace(record, order={**record.order, section: keys}))


def merge_with_undo(context: AppContext, keys: Iterable[str]) -> UndoRecord:
    """`entry_merge.merge_entries`, with what `undo` needs."""
    keys = tuple(keys)
    copy = _copy_entries(context, keys)
    return replace(
        _record_undo(context, keys, lambda: entry_merge.merge_entries(context, keys)), copy=copy
    )


def split_with_undo(context: AppContext, key: str) -> UndoRecord:
    """`entry_merge.split_entry`, with what `undo` needs."""
    copy = _copy_entries(context, [key])
    made: list[str] = []
    done = _record_undo(
        context,
        [key],
        lambda: made.extend(entry.key for entry in entry_merge.split_entry(context, key)),
    )
    return replace(done, copy=copy, made=tuple(made))


def _copy_entries(context: AppContext, keys: Iterable[str]) -> EntrySnapshot:
    entries = entries_of(context)
    known = entries.by_keys(keys)
    names = {name for entry in known.values() for name in list_own_aliases(entry)}
    return copy_of(entries, known, names)


def change_with_undo(
    context: AppContext, name: str, change: Callable[[Issue], Issue]
) -> UndoRecord:
    """Change an issue; what the change leaves out is dropped, as by an editor's decision."""

    def mend() -> None:
        before = issues_of(context).read(name)
        after = change(before)
        noted = dict(before.left_out)
        drop = Decision(key="", verdict=Verdict.DROP, issue=name, decided_at=context.now)
        entries_of(context).decide(
            replace(drop, key=key, why=why) for key, why in after.left_out if key not in noted
        )
        issues_of(context).write(after)

    return _record_undo(context, (), mend, name)


def _record_undo(
    context: AppContext, keys: Iterable[str], act: Callable[[], object], name: str | None = None
) -> UndoRecord:
    """Do it, and tell what the issue was before and is after it; a version of it is kept."""
    at = load_window(context, name)
    newest = entries_of(context).newest_decision()
    if at.present:
        editor.save_revision(context, at.name, always=True)
    act()
    after = load_window(context, at.name).present
    changed = composition.find_changed_keys(at.present, after) if at.present and after else ()
    return UndoRecord(
        keys=tuple(dict.fromkeys((*keys, *changed))),
        before=at.present,
        after=after,
        decisions=(newest, entries_of(context).newest_decision()),
    )


def undo_change(context: AppContext, done: UndoRecord) -> None:
    """Take it back: its entries stand as they stood; whatever else was changed since stays.

    Raises UsageError, with nothing changed, when somebody decided on one of these entries since, or
    moved it.
    """
    present = issues_of(context).read(done.before.name) if done.before else None
    record = (
        issues_of(context).read_record(done.order.issue) or IssueRecord()
        if done.order
        else IssueRecord()
    )
    if _is_overtaken(context, done, present, record):
        raise UsageError(
            "this was decided or moved anew since, in another window or program, and is left as"
            " that has it. Look at it again, then decide on the card"
        )
    entries_of(context).take_back(done.keys, done.decisions[0])
    if done.copy:
        put_back(entries_of(context), done.copy, done.made)
    if done.order and not issues_of(context).exists(done.order.issue):
        order = {**record.order, done.order.section: done.order.before}
        issues_of(context).write_record(
            done.order.issue,
            replace(record, order={n: k for n, k in order.items() if k}),
        )
    if present and done.before and done.after:
        issues_of(context).write(_revert_issue(context, done, present, done.before, done.after))


def _revert_issue(
    context: AppContext, done: UndoRecord, present: Issue, before: Issue, after: Issue
) -> Issue:
    """The issue with what was done taken back, and with all that was written since."""
    styles = context.workspace.settings.sections
    issue = composition.as_before(present, before, (*done.keys, *done.made), styles)
    issue = composition.with_words_before(issue, before, after, styles)
    then, places = composition.texts_of(after), composition.texts_of(issue)
    for place, words in composition.texts_of(present).items():
        if place in places and place in then and words != then[place]:
            issue = composition.with_text(issue, place, words)
    return issue


def _is_overtaken(
    context: AppContext, done: UndoRecord, present: Issue | None, record: IssueRecord
) -> bool:
    """Whether somebody decided on its entries, or moved them, after it was done."""
    if entries_of(context).find_keys_decided_since((*done.keys, *done.made), done.decisions[1]):
        return True
    if done.order and not issues_of(context).exists(done.order.issue):
        return record.order.get(done.order.section) != done.order.after
    return (
        done.is_placed
        and present is not None
        and done.after is not None
        and _is_moved(done, present, done.after)
    )


def _is_moved(done: UndoRecord, present: Issue, after: Issue) -> bool:
    now = _list_keys(present)
    for section, keys in _list_keys(after).items():
        placed = [key for key in done.keys if key in keys]
        there = now.get(section, ())
        if not all(
            composition.stands_between(there, key, *composition.neighbours(keys, key))
            for key in placed
        ):
            return True
    return False


def _list_keys(issue: Issue) -> dict[str, tuple[str, ...]]:
    return {
        section.name: tuple(entry.key for entry in section.entries) for section in issue.sections
    }
