from __future__ import annotations

import asyncio
import json
import os
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from newsletter.model import Document, ParsedDocument, Source, SourceKind, SourceResult
from newsletter.sources.kinds import ParsingContext
from newsletter.sources.parser_pool import FEW, DocumentParser, ParserPool

FEED = "<rss version='2.0'><channel><title>F</title><item><title>Item {0}</title><guid>{0}</guid></item></channel></rss>"


def parsing(now: datetime) -> ParsingContext:
    return ParsingContext(now=now, ahead_days=120, zone=ZoneInfo("America/New_York"))


@pytest.fixture
def reader(now: datetime) -> DocumentParser:
    return DocumentParser(context=parsing(now))


class Ending(DocumentParser):
    """Ends the process it reads in, unless that is the one of the tests."""

    def collect_entries(self, source: Source, document: Document) -> SourceResult:
        if os.getpid() != int(source.query):
            os._exit(1)
        return super().collect_entries(source, document)


def read(room: ParserPool, count: int) -> list[SourceResult]:
    async def all_of_them() -> list[SourceResult]:
        sources = [
            Source(name=str(n), kind=SourceKind.FEED, query=str(os.getpid())) for n in range(count)
        ]
        documents = [Document(content=FEED.format(n).encode()) for n in range(count)]
        return await asyncio.gather(*map(room.parse, sources, documents))

    with room:
        return asyncio.run(all_of_them())


def titles(found: list[SourceResult]) -> list[str]:
    return [entry.title for each in found for entry in each.parsed.entries]


def test_many_documents_are_read_in_other_processes_with_the_same_outcome(
    reader: DocumentParser,
) -> None:
    found = read(ParserPool(reader, processes=2), FEW + 3)
    assert titles(found) == [f"Item {n}" for n in range(FEW + 3)]


def test_with_one_processor_all_is_read_here(reader: DocumentParser) -> None:
    assert titles(read(ParserPool(reader, expected=99, processes=1), 2)) == ["Item 0", "Item 1"]


def test_a_process_that_the_system_ends_takes_nothing_away(now: datetime) -> None:
    ending = Ending(context=parsing(now))
    assert titles(read(ParserPool(ending, expected=99, processes=2), 2)) == ["Item 0", "Item 1"]


class Stumbling(DocumentParser):
    """Makes a mistake of its own."""

    def parse(self, source: Source, document: Document) -> ParsedDocument:
        raise ZeroDivisionError


def test_a_reader_that_stumbles_takes_nothing_from_the_other_sources(now: datetime) -> None:
    stumbling = Stumbling(context=parsing(now))
    (found,) = read(ParserPool(stumbling), 1)
    assert (
        found.error
        == "this program stumbled over what the address gives (ZeroDivisionError); please report it"
    )


def test_of_very_many_sentences_the_first_ones_are_told(reader: DocumentParser) -> None:
    studies = json.dumps({"studies": [{}] * 150}).encode()
    found = reader.collect_entries(
        Source(name="t", kind=SourceKind.TRIALS), Document(content=studies)
    )
    assert len(found.parsed.skipped) == 101
    assert found.parsed.skipped[-1] == "and 50 more like these"


def test_what_cannot_be_read_is_a_sentence(reader: DocumentParser) -> None:
    source = Source(name="f", kind=SourceKind.FEED)
    assert reader.collect_entries(source, Document(content=b"%PDF-1.7")).error
