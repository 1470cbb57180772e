from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from newsletter.entries.serialization import SerializationError, entry_from_plain, entry_to_plain
from newsletter.model import Entry, Event, Grant


def test_what_is_not_known_is_not_written() -> None:
    assert entry_to_plain(Entry(key="a", title="A")) == {"key": "a", "title": "A"}


def test_days_and_instants_are_read_as_people_and_json_write_them() -> None:
    read = entry_from_plain(
        {
            "key": "a",
            "dated": date(2026, 11, 3),
            "links": "https://example.org/",
            "event": {
                "starts": "2026-12-09T18:00:00-05:00",
                "ends": datetime(2026, 12, 9, 20),  # noqa: DTZ001 - a wall clock
                "cancelled": True,
            },
            "grant": {"deadline": "2027-02-01T12:00:00"},
            "trial": {},
            "stars": 5,
        }
    )
    assert str(read.dated) == "2026-11-03"
    assert read.links == ("https://example.org/",)
    assert read.event == Event(
        starts=datetime.fromisoformat("2026-12-09T18:00:00-05:00"),
        ends=datetime(2026, 12, 9, 20, tzinfo=UTC),
        cancelled=True,
    )
    assert read.grant == Grant(deadline=date(2027, 2, 1))
    assert read.trial is None


@pytest.mark.parametrize(
    ("plain", "message"),
    [
        ({"title": 5}, "title: expected a text in quotes, found 5"),
        ({"links": [1]}, "links: expected a list of texts"),
        ({"links": 1}, "links: expected a list of texts"),
        ({"trial": "x"}, "trial: expected values in braces"),
        ({"trial": {"status": "asleep"}}, "trial.status: expected one of not yet recruiting"),
        ({"event": {"cancelled": "yes"}}, "cancelled: expected true or false"),
        ({"event": {"starts": "soon"}}, "starts: expected 2026-12-09T18:00:00-05:00"),
        ({"grant": {"deadline": 5}}, "deadline: expected a day such as"),
        ({"dated": "yesterday"}, "dated: expected"),
        ({"flags": ["odd"]}, "flags: expected one of preprint"),
    ],
)
def test_a_value_that_does_not_fit_names_its_key(plain: dict[str, object], message: str) -> None:
    with pytest.raises(SerializationError, match=message):
        entry_from_plain(plain)
