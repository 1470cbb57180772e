"""The list: who is on it, and who must never be mailed again."""

import csv
import io
import sqlite3
from datetime import UTC, datetime

import pytest

from newsletter.database.engine import open_database
from newsletter.formats.mailboxes import parse_address
from newsletter.model import SubscriberState as S
from newsletter.subscribers.import_batch import ImportCounts
from newsletter.subscribers.list_import import ImportRow
from newsletter.subscribers.repository import SubscriberRepository, harmless
from newsletter.tokens import Keys

NOW = datetime(2026, 11, 23, tzinfo=UTC)


@pytest.fixture
def people(tmp_path):
    return SubscriberRepository(open_database("sqlite:///n.db", tmp_path), Keys(b"x"))


def row(address, state=S.ACTIVE, **more):
    return ImportRow(line=2, address=parse_address(address), state=state, **more)


def taken(people, *rows):
    done = people.import_rows(rows, now=NOW)
    counts = {
        "added": done.added,
        "updated": done.updated,
        "unchanged": done.unchanged,
        "suppressed": done.suppressed,
    }
    assert sum(counts.values()) == len(rows)
    return {name: count for name, count in counts.items() if count}


def states(people):
    return {each.address.split("@")[0]: each.state for each in people.all()}


def test_people_are_added_once_however_the_address_is_spelled(people):
    rows = [row("Ann@Example.org", name="Ann"), row("ann@example.ORG"), row("bob@example.org")]
    assert taken(people, *rows) == {"added": 2, "unchanged": 1}
    assert taken(people, *rows) == {"unchanged": 3}
    assert [(each.address, each.name) for each in people.all()] == [
        ("Ann@example.org", "Ann"),
        ("bob@example.org", ""),
    ]


def test_a_fuller_row_updates_and_an_emptier_one_does_not(people):
    taken(people, row("ann@example.org", name="Ann", language="es"))
    assert taken(people, row("ann@example.org")) == {"unchanged": 1}
    assert taken(
        people, row("ann@example.org", name="Ann B", sections=("trials",), large_print=True)
    ) == {"updated": 1}
    [ann] = people.all()
    assert (ann.name, ann.language, ann.sections, ann.large_print) == (
        "Ann B",
        "es",
        ("trials",),
        True,
    )


@pytest.mark.parametrize("left", [S.UNSUBSCRIBED, S.BOUNCED, S.COMPLAINED])
def test_nobody_who_left_comes_back_by_an_import(people, left):
    assert taken(people, row("ann@example.org", left)) == {"added": 1}
    assert taken(people, row("ann@example.org", S.ACTIVE)) == {"suppressed": 1}
    assert taken(people, row("ann@example.org", S.PENDING, name="New name")) == {"suppressed": 1}
    assert states(people) == {"ann": left}


def test_an_import_can_tell_that_somebody_left(people):
    taken(people, row("ann@example.org"), row("bob@example.org"))
    assert taken(people, row("ann@example.org", S.UNSUBSCRIBED, why="too many")) == {"updated": 1}
    assert taken(people, row("ann@example.org", S.UNSUBSCRIBED)) == {"unchanged": 1}
    assert taken(people, row("ann@example.org", S.COMPLAINED)) == {"updated": 1}
    assert states(people) == {"ann": S.COMPLAINED, "bob": S.ACTIVE}
    assert people.is_suppressed(parse_address("ann@example.org"))


def test_in_one_file_the_row_that_says_left_wins_wherever_it_stands(people):
    rows = [row("ann@example.org"), row("ann@example.org", S.UNSUBSCRIBED)]
    assert taken(people, *rows) == {"added": 1, "updated": 1}
    back = [row("bob@example.org", S.UNSUBSCRIBED), row("bob@example.org")]
    assert taken(people, *back) == {"added": 1, "suppressed": 1}
    assert states(people) == {"ann": S.UNSUBSCRIBED, "bob": S.UNSUBSCRIBED}


def test_a_pending_person_is_confirmed_by_a_clear_row_and_a_pause_stays(people):
    taken(people, row("ann@example.org", S.PENDING), row("bob@example.org", S.PAUSED))
    assert taken(people, row("ann@example.org"), row("bob@example.org")) == {
        "updated": 1,
        "unchanged": 1,
    }
    assert states(people) == {"ann": S.ACTIVE, "bob": S.PAUSED}


def test_an_erased_person_is_gone_and_stays_gone(people, tmp_path):
    taken(people, row("ann@example.org", name="Ann"), row("bob@example.org"))
    first = people.find(parse_address("bob@example.org")).id
    assert (
        people.erase(
            [parse_address("BOB@example.org"), parse_address("nobody@example.org")], now=NOW
        )
        == 1
    )
    assert people.find(parse_address("bob@example.org")) is None
    assert people.get(first) is None
    assert taken(people, row("bob@example.org"), row("nobody@example.org")) == {"suppressed": 2}
    taken(people, row("carla@example.org"))
    assert people.find(parse_address("carla@example.org")).id > first, (
        "a number was given to another person"
    )
    with sqlite3.connect(tmp_path / "n.db") as database:
        dump = "\n".join(database.iterdump())
    database.close()
    assert "bob" not in dump


def test_suppressing_twice_changes_nothing_and_a_complaint_outweighs(people):
    taken(people, row("ann@example.org"))
    number = people.find(parse_address("ann@example.org")).id
    assert people.suppress(number, S.BOUNCED, "5.1.1", now=NOW)
    assert not people.suppress(number, S.BOUNCED, "5.1.1", now=NOW)
    assert not people.suppress(number, S.UNSUBSCRIBED, "asked", now=NOW)
    assert people.suppress(number, S.COMPLAINED, "spam", now=NOW)
    assert not people.suppress(number, S.UNSUBSCRIBED, "asked", now=NOW)
    assert not people.suppress(999, S.UNSUBSCRIBED, "asked", now=NOW)
    assert (states(people), people.count(), people.count(S.COMPLAINED)) == (
        {"ann": S.COMPLAINED},
        0,
        1,
    )


def test_a_person_may_choose_and_may_come_back_by_own_will(people):
    taken(people, row("ann@example.org", S.UNSUBSCRIBED))
    number = people.find(parse_address("ann@example.org")).id
    people.change(
        number, now=NOW, state=S.ACTIVE, sections=("trials",), language="es", large_print=True
    )
    [ann] = people.all()
    assert (ann.state, ann.sections, ann.language, ann.large_print) == (
        S.ACTIVE,
        ("trials",),
        "es",
        True,
    )
    assert not people.is_suppressed(parse_address("ann@example.org"))
    people.change(number, now=NOW, state=S.PAUSED)
    assert states(people) == {"ann": S.PAUSED}


def test_an_export_is_read_back_and_runs_no_formula(people):
    taken(
        people,
        row(
            "ann@example.org",
            name="=HYPERLINK(1)",
            sections=("research", "trials"),
            large_print=True,
        ),
    )
    taken(people, row("bob@example.org", S.UNSUBSCRIBED, why="-"))
    file = io.StringIO()
    assert people.export(file) == 2
    rows = list(csv.reader(io.StringIO(file.getvalue())))
    assert rows[1] == [
        "ann@example.org",
        "'=HYPERLINK(1)",
        "active",
        "",
        "",
        "research trials",
        "yes",
    ]
    assert rows[2] == ["bob@example.org", "", "unsubscribed", "'-", "", "", ""]


@pytest.mark.parametrize("cell", ["=1", "+1", "-1", "@a", "\tx", "\rx"])
def test_a_cell_that_would_start_a_formula_is_text(cell):
    assert harmless(cell) == f"'{cell}"
    assert harmless("a=1") == "a=1"


def test_many_people_are_taken_in_by_batches_and_read_by_pages(people):
    rows = (row(f"p{n}@example.org") for n in range(1201))
    assert people.import_rows(rows, now=NOW) == ImportCounts(added=1201)
    assert people.count() == 1201
    assert sum(1 for _ in people.all()) == 1201


def test_nobody_is_shown_by_repr(people):
    taken(people, row("ann@example.org", name="Ann"))
    [ann] = people.all()
    assert "ann" not in repr(ann).lower()
    assert "ann" not in repr(row("ann@example.org", name="Ann")).lower()


def test_what_is_foreseen_of_a_list_is_what_taking_it_in_does(people):
    """Also where rows of one address stand so far apart that they come in different batches."""
    taken(people, row("known@example.org", name="Kim"), row("left@example.org", S.UNSUBSCRIBED))
    others = [row(f"p{number}@example.org") for number in range(1200)]
    rows = [
        row("twice@example.org"), row("known@example.org", name="Kim K"), row("leaves@example.org"), *others[:600],
        row("twice@example.org", name="Two"), row("known@example.org", name="Kim K"), row("left@example.org"),
        row("leaves@example.org", S.UNSUBSCRIBED), *others[600:],
        row("twice@example.org", name="Two"), row("leaves@example.org"), others[0],
    ]  # fmt: skip
    foreseen = people.preview_import(rows, now=NOW)
    assert foreseen == people.import_rows(rows, now=NOW)
    assert foreseen == ImportCounts(added=1202, updated=3, unchanged=3, suppressed=2)
