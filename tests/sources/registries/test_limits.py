"""The newest entries are kept, in their order."""

from newsletter.model import Dated, Entry
from newsletter.sources.registries.api_client import newest


def entry(title, dated=None):
    return Entry(title=title, dated=Dated.parse(dated) if dated else None)


def test_all_are_kept_within_the_limit():
    reading = newest([entry("a"), entry("b")], ["x"], 2)
    assert ([each.title for each in reading.entries], reading.skipped) == (["a", "b"], ("x",))


def test_the_oldest_go_and_are_counted_and_the_undated_stay():
    entries = [
        entry("a", "2026"),
        entry("b"),
        entry("c", "2026-11-03"),
        entry("d", "2026-11-03"),
        entry("e", "2025-12-31"),
    ]
    reading = newest(entries, ["x"], 3)
    assert [each.title for each in reading.entries] == ["b", "c", "d"]
    assert reading.skipped == ("x", "2 older entries were left out: the source's limit is 3")
