"""What editors decide about entries: keep, hold, drop, and in which section and order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from newsletter import composition
from newsletter.entries.repository import entries_of
from newsletter.errors import UsageError
from newsletter.issues.classify import build_classifier
from newsletter.issues.standing import EntryStatus, list_statuses
from newsletter.issues.store import issues_of
from newsletter.issues.window import IssueWindow, load_window
from newsletter.model import Choice, Decision, Entry, Issue, Reason, Verdict
from newsletter.workspace.context import AppContext


def find_entry(context: AppContext, written: str, entries: Iterable[Entry] | None = None) -> Entry:
    """The one entry of this key, identifier or title, among `entries` or all.

    Raises UsageError when none or several fit.
    """
    known = entries_of(context).by_keys([written])
    if known:
        return known[written]
    entries = tuple(entries_of(context).all() if entries is None else entries)
    wanted = written.casefold().strip()
    ways: tuple[Callable[[Entry], bool], ...] = (
        lambda entry: (
            wanted in {value.casefold() for value in (entry.key, *entry.ids.known().values())}
        ),
        lambda entry: wanted == entry.title.casefold(),
        lambda entry: wanted in entry.title.casefold() or wanted in entry.key.casefold(),
    )
    found = next(
        (found for way in ways if (found := [entry for entry in entries if way(entry)])), []
    )
    if not found:
        raise UsageError(
            f"no entry has the key or title “{written}”. “newsletter entries” lists them all"
        )
    if len(found) > 1:
        some = "\n".join(f"  {entry.key}  {entry.title}" for entry in found[:5])
        raise UsageError(f"{len(found)} entries fit “{written}”; name one by its key:\n{some}")
    return found[0]


def decide(
    context: AppContext,
    keys: Iterable[str],
    verdict: Verdict,
    *,
    why: str = "",
    section: str | None = None,
) -> tuple[EntryStatus, ...]:
    """Keep an editor's decision on these entries, bring the issue in line, tell their places."""
    name, entries = apply_decision(context, keys, verdict, why=why, section=section)
    selected = load_window(context, name).select_among(entries)
    return list_statuses(selected, context.workspace.settings.sections)


def apply_decision(
    context: AppContext,
    keys: Iterable[str],
    verdict: Verdict,
    *,
    why: str = "",
    section: str | None = None,
) -> tuple[str, tuple[Entry, ...]]:
    """`decide` without a look at what came of it; gives the issue being made, and the entries."""
    sections = [style.name for style in context.workspace.settings.sections]
    if section is not None and section not in sections:
        raise UsageError(f"there is no section “{section}”; there are: {', '.join(sections)}")
    at = load_window(context)
    entries = {entry.key: entry for entry in _entries_named(at, tuple(keys))}
    decisions = [
        Decision(
            key=key,
            verdict=verdict,
            why=why,
            section=section,
            issue=at.name,
            decided_at=context.now,
        )
        for key in entries
    ]
    entries_of(context).decide(decisions)
    if at.present is not None:
        issues_of(context).write(_in_line(context, at.present, entries, decisions))
    return at.name, tuple(entries.values())


def _entries_named(at: IssueWindow, written: Sequence[str]) -> Iterator[Entry]:
    """The entries of these names.

    One that a person wrote into the issue by hand goes by its key alone.
    """
    known = entries_of(at.context).by_keys(written)
    by_hand = {entry.key: entry for entry in at.present.entries()} if at.present else {}
    for each in written:
        yield known.get(each) or by_hand.get(each) or find_entry(at.context, each)


def _in_line(
    context: AppContext, issue: Issue, entries: dict[str, Entry], decisions: Iterable[Decision]
) -> Issue:
    styles = context.workspace.settings.sections
    propose = build_classifier(context.workspace.settings.sections)
    for decision in decisions:
        entry = entries[decision.key]
        match decision.verdict:
            case Verdict.DROP:
                issue = composition.without(issue, {entry.key: decision.why})
            case Verdict.HOLD:
                issue = composition.withdrawn(issue, [entry.key])
            case Verdict.KEEP:
                section = decision.section or propose(entry)
                choice = Choice(entry=entry, section=section, code=Reason.KEPT, why="")
                issue = composition.compose(issue, [choice], styles)
                if decision.section:
                    issue = composition.move_entry(issue, entry.key, decision.section, styles)
    return issue
