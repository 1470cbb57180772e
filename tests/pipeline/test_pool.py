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
from newsletter.entries.ingest import take_in
from newsletter.entries.repository import EntryStore, entries_of
from newsletter.issues import drafting, entry_merge
from newsletter.issues import repository as issue_repository
from newsletter.issues.decisions import decide
from newsletter.issues.pool import Pool, look
from newsletter.issues.standing import standings
from newsletter.model import Dated, Entry, Ids, Verdict
from newsletter.sources.collector import collect
from newsletter.workspace.context import Desk
from newsletter.workspace.folder import open_workspace


@pytest.fixture
def desk(tmp_path: Path, now: datetime) -> Desk:
    """The sample, collected, read by a store that remembers what it read."""
    build(tmp_path / "news", now=now, secret="5" * 64)
    desk = Desk(open_workspace(tmp_path / "news"), now)
    engine = open_database(desk.workspace.settings.newsletter.database, desk.workspace.folder)
    desk.engine = engine
    desk.hold(EntryStore(engine, {}))
    collect(desk, desk.workspace.settings.sources)
    return desk


def same(desk: Desk, before: Pool | None) -> Pool:
    now = look(desk, before=before)
    assert now.standings == standings(desk)
    return now


def test_whatever_is_done_the_second_look_is_as_good_as_the_first(desk: Desk) -> None:
    chance = random.Random(7)
    pool = same(desk, None)
    for number in range(24):
        desk.now += timedelta(minutes=1)
        if number == 8:
            drafting.draft(desk)
        else:
            chance.choice(DEEDS)(desk, chance.choice(pool.standings).entry.key)
        pool = same(desk, pool)


def kept(desk: Desk, key: str) -> None:
    decide(desk, [key], Verdict.KEEP)


def held(desk: Desk, key: str) -> None:
    decide(desk, [key], Verdict.HOLD, why="later")


def dropped(desk: Desk, key: str) -> None:
    decide(desk, [key], Verdict.DROP, why="no")


def moved(desk: Desk, key: str) -> None:
    decide(desk, [key], Verdict.KEEP, section="tips")


def taken_back(desk: Desk, key: str) -> None:
    entries_of(desk).take_back([key], entries_of(desk).newest_decision() - 1)


def left_out_by_hand(desk: Desk, key: str) -> None:
    """Somebody writes a drop into the issue's file."""
    if issue_repository.exists(desk.workspace, "2026-11"):
        issue = issue_repository.read(desk.workspace, "2026-11")
        issue_repository.write(desk.workspace, composition.without(issue, {key: "by hand"}))


def merged(desk: Desk, key: str) -> None:
    other = next(entry.key for entry in entries_of(desk).all() if entry.key != key)
    entry_merge.unite(desk, [key, other])


def arrived(desk: Desk, key: str) -> None:
    """A source gives something new, and says more of what is known."""
    known = entries_of(desk).by_keys([key])
    paper = Entry(title=f"New at {desk.now}", ids=Ids(doi=f"10.1000/{desk.now:%H%M}"), dated=Dated(desk.now.date()))
    again = [replace(entry, key="", summary=entry.summary * 2 + "!") for entry in known.values()]
    take_in(entries_of(desk), "PubMed", [paper, *again], desk.now)


DEEDS: tuple[Callable[[Desk, str], None], ...] = (
    kept, held, dropped, moved, taken_back, left_out_by_hand, merged, arrived,
)  # fmt: skip


def test_what_did_not_change_is_not_worked_out_again(desk: Desk) -> None:
    before = look(desk)
    key = before.chosen[0].entry.key
    decide(desk, [key], Verdict.HOLD)
    after = look(desk, before=before)
    is_new = [each.entry.key for each in after.standings if not any(each is old for old in before.standings)]
    assert is_new == [key]


def test_another_hour_is_another_look(desk: Desk) -> None:
    before = look(desk)
    desk.now += timedelta(hours=1)
    assert look(desk, before=before).frame != before.frame


def test_a_drop_counts_for_all_that_go_by_its_name(desk: Desk) -> None:
    drafting.draft(desk)
    before = same(desk, None)
    paper = next(each.entry for each in before.chosen if each.entry.ids.doi and each.entry.ids.pmid)
    other = next(name for name in (f"pmid:{paper.ids.pmid}", f"doi:{paper.ids.doi}") if name != paper.key)
    issue = issue_repository.read(desk.workspace, "2026-11")
    issue_repository.write(
        desk.workspace, composition.without(composition.withdrawn(issue, [paper.key]), {other: "read"})
    )
    after = same(desk, before)
    assert next(each.reason for each in after.left if each.entry.key == paper.key).endswith("2026-11 was made: read")
