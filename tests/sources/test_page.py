"""Pages of many makes, each against the list that an editor would make of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from newsletter.model import Document, Entry, Source, SourceKind
from newsletter.sources.page import read_page

PAGES = Path(__file__).parent / "pages"
SOURCE = Source(name="updates", kind=SourceKind.PAGE)
BASE = "https://foundation.example.org/research"


def _row(entry: Entry) -> str:
    """Date | identifiers | number of links | title | authors"""
    ids = " ".join(f"{name}:{value}" for name, value in entry.ids.known().items() if name != "url")
    authors = "; ".join(entry.authors)
    return f"{entry.dated or '-'} | {ids or '-'} | {len(entry.links)} | {entry.title} | {authors or '-'}"


@pytest.mark.parametrize("name", sorted(path.stem for path in PAGES.glob("*.expected")))
def test_a_page_holds_what_an_editor_sees_in_it(name):
    page = next(path for path in PAGES.glob(f"{name}.*") if path.suffix != ".expected")
    reading = read_page(Document(content=page.read_bytes(), url=BASE), SOURCE)
    assert [_row(entry) for entry in reading.entries] == (PAGES / f"{name}.expected").read_text().splitlines()
