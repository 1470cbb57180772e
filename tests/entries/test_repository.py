from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from newsletter.database.engine import open_database
from newsletter.entries.ingest import ingest_entries
from newsletter.entries.records import SourceRecord
from newsletter.entries.repository import EntryRepository
from newsletter.errors import StorageError
from newsletter.model import Decision, Entry, Event, Ids, Verdict

THEN = datetime(2026, 11, 1, tzinfo=UTC)
PAPER = Entry(
    title="Targeting the Molecular and Immunologic Features of Leiomyosarcoma",
    ids=Ids(doi="10.3390/cancers15072099"),
    links=("https://doi.org/10.3390/cancers15072099",),
)
SAME = replace(
    PAPER, ids=Ids(pmid="37046760"), links=("https://pubmed.ncbi.nlm.nih.gov/37046760/",)
)
BRIDGE = replace(PAPER, ids=Ids(doi="10.3390/cancers15072099", pmid="37046760"))
OTHER = Entry(
    title="What Clinical Trials Are Needed for Treatment of Leiomyosarcoma?",
    ids=Ids(doi="10.1000/two"),
)


@pytest.fixture
def store(tmp_path: Path) -> EntryRepository:
    return EntryRepository(open_database("sqlite:///newsletter.db", tmp_path))


def test_an_entry_comes_back_as_it_was(store: EntryRepository) -> None:
    event = Event(starts=datetime(2026, 12, 9, 18, tzinfo=UTC), ends=date(2026, 12, 10))
    entry = replace(PAPER, section="events", event=event, note="Ours")
    taken = ingest_entries(store, "a", [entry], THEN)
    (kept,) = store.all()
    assert kept == replace(entry, key=kept.key, sources=("a",), first_seen_at=THEN)
    assert (taken.keys, taken.new) == ((kept.key,), {kept.key})


def test_the_same_thing_from_two_sources_is_one_entry(store: EntryRepository) -> None:
    ingest_entries(store, "a", [PAPER], THEN)
    taken = ingest_entries(store, "b", [BRIDGE, OTHER], THEN + timedelta(days=1))
    assert taken.new == {"doi:10.1000/two"}
    one = store.by_keys(["doi:10.3390/cancers15072099"])["doi:10.3390/cancers15072099"]
    assert (one.sources, one.ids.pmid, one.first_seen_at) == (("a", "b"), "37046760", THEN)


def test_two_entries_that_prove_to_be_one_are_folded_into_the_older(store: EntryRepository) -> None:
    ingest_entries(store, "a", [PAPER], THEN)
    ingest_entries(
        store, "b", [replace(SAME, title="Another name for it")], THEN + timedelta(days=1)
    )
    assert len(store.all()) == 2
    store.decide([Decision(key="pmid:37046760", verdict=Verdict.HOLD, decided_at=THEN)])
    ingest_entries(store, "c", [BRIDGE], THEN + timedelta(days=2))
    (one,) = store.all()
    assert (one.key, set(one.sources)) == ("doi:10.3390/cancers15072099", {"a", "b", "c"})
    assert [each.source for each in store.sightings(one.key)] == ["a", "b", "c"]
    assert [each.key for each in store.decisions()] == [one.key]


def test_one_source_that_gives_a_thing_twice_gave_one_entry(store: EntryRepository) -> None:
    taken = ingest_entries(store, "a", [PAPER, BRIDGE], THEN)
    assert len(set(taken.keys)) == 1
    assert len(store.sightings(taken.keys[0])) == 1


def test_sightings_tell_first_and_last(store: EntryRepository) -> None:
    later = THEN + timedelta(days=3)
    for moment in (THEN, later):
        ingest_entries(store, "a", [PAPER], moment)
    (sighting,) = store.sightings("doi:10.3390/cancers15072099")
    assert (sighting.first_seen_at, sighting.last_seen_at) == (THEN, later)


def test_what_fails_in_the_middle_changes_nothing(store: EntryRepository) -> None:
    def interrupted() -> None:
        with store.together():
            ingest_entries(store, "a", [PAPER], THEN)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert store.all() == ()


def test_decisions_come_in_the_order_they_were_made(store: EntryRepository) -> None:
    for verdict in (Verdict.HOLD, Verdict.KEEP):
        store.decide(
            [Decision(key="a", verdict=verdict, why="w", section="s", issue="i", decided_at=THEN)]
        )
    assert [each.verdict for each in store.decisions("a")] == [Verdict.HOLD, Verdict.KEEP]
    assert store.decisions("b") == ()
    store.decide([])


def test_how_a_source_fared_is_kept(store: EntryRepository) -> None:
    record = SourceRecord(
        name="a", url="u", etag="e", entries=3, checked_at=THEN, failing_since_at=THEN, error="gone"
    )
    store.note_sources([SourceRecord(name="a")])
    store.note_sources([record])
    assert store.sources() == {"a": record}


def test_thousands_at_once_are_no_matter(store: EntryRepository) -> None:
    many = [
        Entry(title=f"Paper {number}", ids=Ids(doi=f"10.1000/{number}")) for number in range(1200)
    ]
    assert len(ingest_entries(store, "a", many, THEN).new) == 1200
    assert len(store.by_keys(entry.key for entry in store.all())) == 1200
    assert ingest_entries(store, "a", many, THEN).new == frozenset()


def test_a_database_that_refuses_is_told_without_the_values(store: EntryRepository) -> None:
    ingest_entries(store, "a", [PAPER], THEN)
    with store.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE entries")
    with pytest.raises(
        StorageError, match=r"the database newsletter\.db refused: no such table"
    ) as caught:
        ingest_entries(store, "a", [PAPER], THEN)
    assert "Targeting" not in str(caught.value)
