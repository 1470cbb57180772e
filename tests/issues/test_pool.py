"""A pool that is looked at again says what one that is looked at for the first time says."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from newsletter import composition
from newsletter.admin.sample import build
from newsletter.database.engine import open_database
from newsletter.entries.ingest import ingest_entries
from newsletter.entries.repository import EntryRepository, entries_of
from newsletter.issues import drafting, entry_merge
from newsletter.issues.decisions import decide
from newsletter.issues.pool import EntryPool, update_pool
from newsletter.issues.standing import list_entry_statuses
from newsletter.issues.store import issues_of
from newsletter.model import Dated, Entry, Ids, Verdict
from newsletter.sources.collector import collect
from newsletter.workspace.context import AppContext
from newsletter.workspace.folder import open_workspace


@pytest.fixture
def context(tmp_path: Path, now: datetime) -> AppContext:
    """The sample, collected, read by a store that remembers what it read."""
    build(tmp_path / "news", now=now, secret="5" * 64)
    context = AppContext(open_workspace(tmp_path / "news"), now)
    engine = open_database(context.workspace.settings.newsletter.database, context.workspace.folder)
    context.engine = engine
    context.hold(EntryRepository(engine, {}))
    collect(context, context.workspace.settings.sources)
    return context


def same(context: AppContext, before: EntryPool | None) -> EntryPool:
    now = update_pool(context, before=before)
    assert now.statuses == list_entry_statuses(context)
    return now


def test_whatever_is_done_the_second_look_is_as_good_as_the_first(context: AppContext) -> None:
    chance = random.Random(7)
    pool = same(context, None)
    for number in range(24):
        context.now += timedelta(minutes=1)
        if number == 8:
            drafting.draft_issue(context)
        else:
            chance.choice(DEEDS)(context, chance.choice(pool.statuses).entry.key)
        pool = same(context, pool)


def kept(context: AppContext, key: str) -> None:
    decide(context, [key], Verdict.KEEP)


def held(context: AppContext, key: str) -> None:
    decide(context, [key], Verdict.HOLD, why="later")


def dropped(context: AppContext, key: str) -> None:
    decide(context, [key], Verdict.DROP, why="no")


def moved(context: AppContext, key: str) -> None:
    decide(context, [key], Verdict.KEEP, section="tips")


def taken_back(context: AppContext, key: str) -> None:
    entries_of(context).take_back([key], entries_of(context).newest_decision() - 1)


def left_out_by_hand(context: AppContext, key: str) -> None:
    """Somebody writes a drop into the issue's file."""
    if issues_of(context).exists("2026-11"):
        issue = issues_of(context).read("2026-11")
        issues_of(context).write(composition.without(issue, {key: "by hand"}))


def merged(context: AppContext, key: str) -> None:
    other = next(entry.key for entry in entries_of(context).all() if entry.key != key)
    entry_merge.merge_entries(context, [key, other])


def arrived(context: AppContext, key: str) -> None:
    """A source gives something new, and says more of what is known."""
    known = entries_of(context).by_keys([key])
    paper = Entry(
        title=f"New at {context.now}",
        ids=Ids(doi=f"10.1000/{context.now:%H%M}"),
        dated=Dated(context.now.date()),
    )
    again = [replace(entry, key="", summary=entry.summary * 2 + "!") for entry in known.values()]
    ingest_entries(entries_of(context), "PubMed", [paper, *again], context.now)


DEEDS: tuple[Callable[[AppContext, str], None], ...] = (
    kept, held, dropped, moved, taken_back, left_out_by_hand, merged, arrived,
)  # fmt: skip


def test_what_did_not_change_is_not_worked_out_again(context: AppContext) -> None:
    before = update_pool(context)
    key = before.chosen[0].entry.key
    decide(context, [key], Verdict.HOLD)
    after = update_pool(context, before=before)
    is_new = [
        each.entry.key for each in after.statuses if not any(each is old for old in before.statuses)
    ]
    assert is_new == [key]


def test_another_hour_is_another_look(context: AppContext) -> None:
    before = update_pool(context)
    context.now += timedelta(hours=1)
    assert update_pool(context, before=before).frame != before.frame


def test_a_drop_counts_for_all_that_go_by_its_name(context: AppContext) -> None:
    drafting.draft_issue(context)
    before = same(context, None)
    paper = next(each.entry for each in before.chosen if each.entry.ids.doi and each.entry.ids.pmid)
    other = next(
        name for name in (f"pmid:{paper.ids.pmid}", f"doi:{paper.ids.doi}") if name != paper.key
    )
    issue = issues_of(context).read("2026-11")
    issues_of(context).write(
        composition.without(composition.withdrawn(issue, [paper.key]), {other: "read"}),
    )
    after = same(context, before)
    assert next(each.reason for each in after.left if each.entry.key == paper.key).endswith(
        "2026-11 was made: read"
    )
