"""What readers are told is kept about them is what is kept."""

import re

from support.checkout import ROOT

from newsletter.database.tables import METADATA

WITHOUT_READERS = {
    "aliases", "decisions", "entries", "merges", "outcomes", "plans", "sendings", "sightings", "sources", "wishes",
}  # fmt: skip


def told() -> dict[str, set[str]]:
    """Table → columns, as docs/privacy.md has them."""
    text = (ROOT / "docs" / "privacy.md").read_text("utf-8")
    rows = re.findall(r"^\| `(\w+)` \| ((?:`\w+` ?)+)\|", text, re.MULTILINE)
    return {table: set(re.findall(r"`(\w+)`", columns)) for table, columns in rows}


def test_every_column_about_readers_is_told_and_nothing_else():
    kept = {
        name: set(table.columns.keys())
        for name, table in METADATA.tables.items()
        if name not in WITHOUT_READERS
    }
    assert told() == kept


def test_no_other_table_names_a_person():
    for name in WITHOUT_READERS & set(METADATA.tables):
        columns = set(METADATA.tables[name].columns.keys())
        assert not columns & {"address", "address_hash", "subscriber_id", "name_of_reader"}, name
