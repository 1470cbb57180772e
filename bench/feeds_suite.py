"""Reads feedparser's own test files with our reader, and counts where the two agree.

Usage: python bench/feeds_suite.py FEEDPARSER_SDIST [SUITE_TSV] The sdist is the unpacked folder of
feedparser 6.0.14; the table, where given, lists its expectations.
"""

from __future__ import annotations

import ast
import io
import re
import sys
import time
from collections import Counter
from pathlib import Path

import feedparser

from newsletter.errors import SourceError
from newsletter.model import Document, Entry, Source, SourceKind
from newsletter.sources.feeds.feed import read_feed
from newsletter.sources.titles import clean_title

SOURCE = Source(name="suite", kind=SourceKind.FEED)
BASE = "http://127.0.0.1:8097/"
EXPECT = re.compile(rb"Expect:\s*(.+)")
HEADER = re.compile(rb"Header:\s*([^:\s]+):\s*(.+)")
COMPARED = re.compile(
    r"^(?:not bozo and )?entries\[0\]\['(\w+)'\](?:\[0\]\['(\w+)'\])? == (.+)$", re.DOTALL
)
DANGEROUS = re.compile(
    r"<\s*/?\s*(?:script|style|iframe|object|embed|applet|meta|link|base|frame|frameset|form)\b"
    r"|\bon[a-z]+\s*=|javascript:|vbscript:|expression\(|-moz-binding",
    re.IGNORECASE,
)


def main(folder: Path, table: Path | None) -> None:
    counts: Counter[str] = Counter()
    slowest = 0.0
    files = sorted(
        path
        for path in (folder / "tests").rglob("*")
        if path.suffix in {".xml", ".json", ".z", ".gz"}
    )
    for path in files:
        content = path.read_bytes()
        started = time.perf_counter()
        entries = read(path, content, counts)
        slowest = max(slowest, time.perf_counter() - started)
        counts["files"] += 1
        if entries is not None:
            compare(path.relative_to(folder), content, entries, counts)
    if table is not None:
        counts["listed in the table"] = sum(1 for _ in table.open()) - 1
    for name, count in sorted(counts.items()):
        print(f"{count:6} {name}")
    print(f"{slowest:6.2f} s for the slowest file")


def read(path: Path, content: bytes, counts: Counter[str]) -> tuple[Entry, ...] | None:
    headers = {
        name.decode().lower(): value.decode(errors="replace").strip()
        for name, value in HEADER.findall(content)
    }
    document = Document(
        content=content,
        url=headers.get("content-location") or BASE + path.name,
        content_type=headers.get("content-type", ""),
    )
    try:
        return read_feed(document, SOURCE).entries
    except SourceError as error:
        counts["refused with a sentence"] += 1
        parsed = feedparser.parse(io.BytesIO(content))
        if parsed.entries or parsed.version:
            counts["WRONG: refused, though feedparser sees a feed"] += 1
            print("refused", path, error)
    return None


def compare(path: Path, content: bytes, entries: tuple[Entry, ...], counts: Counter[str]) -> None:
    seen = len(feedparser.parse(io.BytesIO(content)).entries)
    counts["same number of entries" if seen == len(entries) else "WRONG: number of entries"] += 1
    if seen != len(entries):
        print("entries", path, seen, len(entries))
    check_safe(path, entries, counts)
    found = EXPECT.search(content)
    compared = COMPARED.match(found[1].decode(errors="replace").strip()) if found else None
    if compared and entries:
        judge(path, compared, entries[0], counts)


def check_safe(path: Path, entries: tuple[Entry, ...], counts: Counter[str]) -> None:
    """Plain text may speak of a tag; where sanitising is tested it must not."""
    for entry in entries:
        if "sanitize" in path.parts and DANGEROUS.search(
            f"{entry.title} {entry.summary} {entry.authors} {entry.links}"
        ):
            counts["WRONG: something dangerous is left"] += 1
            print("unsafe", path, entry.title, entry.summary)
    counts["safe"] += 1


def judge(path: Path, compared: re.Match[str], entry: Entry, counts: Counter[str]) -> None:
    name, inner, literal = compared[1], compared[2], compared[3]
    try:
        expected = ast.literal_eval(literal)
    except (ValueError, SyntaxError):
        return
    verdict = agreement(name, inner, expected, entry)
    if verdict is None:
        return
    kind, ours, agrees = verdict
    counts[f"{kind} as expected" if agrees else f"WRONG: {kind}"] += 1
    if not agrees:
        print(kind, path, "| expected", repr(expected)[:100], "| ours", repr(ours)[:100])


def agreement(
    name: str, inner: str | None, expected: object, entry: Entry
) -> tuple[str, object, bool] | None:
    """What is compared, what we have, and whether it agrees; None when we keep no such field."""
    if name == "title" and inner is None:
        wanted = clean_title(str(expected))
        return "title", entry.title, not wanted or entry.title in {wanted, expected}
    if name in {"link", "guid", "id"} or (name == "links" and inner == "href"):
        ours = (*entry.links, (entry.ids.guid or "").removeprefix("suite/"))
        return "link or id", ours, str(expected) in ours or not str(expected)
    if name in {"published_parsed", "updated_parsed", "created_parsed"} and isinstance(
        expected, tuple
    ):
        day = entry.dated.day.timetuple()[:3] if entry.dated else None
        return "date", day, day == expected[:3]
    if name == "author" and isinstance(expected, str):
        wanted = re.sub(r"\s*\(?\S+@\S+\)?\s*", "", expected).strip(" ()")
        return "author", entry.authors, not wanted or wanted in entry.authors
    return None


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else None)
