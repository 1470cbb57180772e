"""How well entries of different sources are joined: `python bench/merging.py [DATA]`, DATA the folder of recordings.

Two records are truly one paper when they share a DOI or a PMID. Measured are
1. wrong and missed merges, pair by pair, over Crossref works, PubMed records and journal feeds
together;
2. the same after DOI, PMID and address were hidden from one side, so that title and year are all
there is;
3. the time for a hundred thousand entries.
"""

from __future__ import annotations

import html
import itertools
import json
import os
import sys
import time
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import feedparser
from lxml import etree

from newsletter.identity import (
    Index,
    clean_doi,
    clean_url,
    ids_in,
    merge_entries,
    strip_doi_version,
)
from newsletter.identity.titles import title_key
from newsletter.model import Dated, Entry, Ids, Precision

DATA = (
    Path(sys.argv[1] if len(sys.argv) > 1 else os.environ.get("NEWSLETTER_SHARED", "../shared"))
    / "data"
    / "real"
)


def dated(parts: list[int | None]) -> Dated | None:
    numbers = [part for part in parts if part]
    if not numbers:
        return None
    precision = (Precision.YEAR, Precision.MONTH, Precision.DAY)[len(numbers) - 1]
    return Dated(date(*[*numbers, 1, 1][:3]), precision)


def crossref() -> Iterator[Entry]:
    for path in sorted((DATA / "crossref_json").glob("*.json")):
        answer = json.loads(path.read_text("utf-8"))
        message = answer.get("message") if isinstance(answer, dict) else None
        works = message.get("items", [message]) if isinstance(message, dict) else []
        for work in works:
            if isinstance(work, dict) and work.get("DOI") and work.get("title"):
                yield of_crossref(work, path.name)


def of_crossref(work: dict, name: str) -> Entry:
    parts = (work.get("published") or work.get("issued") or {}).get("date-parts") or [[]]
    people = [each.get("family", "") for each in work.get("author", ())]
    return Entry(
        title=" ".join(work["title"]),
        ids=Ids(doi=clean_doi(work["DOI"]), url=clean_url(work.get("URL") or "")),
        authors=tuple(filter(None, people)),
        dated=dated(list(parts[0])),
        journal=" ".join(work.get("container-title") or ()),
        sources=(f"crossref/{name}",),
    )


def pubmed() -> Iterator[Entry]:
    for path in sorted((DATA / "pubmed").glob("*.xml")):
        try:
            root = etree.parse(
                path, etree.XMLParser(resolve_entities=False, no_network=True)
            ).getroot()
        except etree.XMLSyntaxError:
            continue
        for article in root.iter("PubmedArticle"):
            yield of_pubmed(article, path.name)


def of_pubmed(article: etree._Element, name: str) -> Entry:
    title = article.find(".//ArticleTitle")
    pmid = article.findtext("./MedlineCitation/PMID")
    doi = article.findtext("./PubmedData/ArticleIdList/ArticleId[@IdType='doi']")
    year = article.findtext(".//JournalIssue/PubDate/Year") or article.findtext(
        ".//JournalIssue/PubDate/MedlineDate"
    )
    return Entry(
        title="".join(title.itertext()) if title is not None else "",
        ids=Ids(
            doi=clean_doi(doi or ""), pmid=pmid, url=f"https://pubmed.ncbi.nlm.nih.gov/{pmid}/"
        ),
        authors=tuple(
            each.text or "" for each in article.iterfind(".//AuthorList/Author/LastName")
        ),
        dated=dated([int(year[:4])]) if year and year[:4].isdigit() else None,
        journal=article.findtext(".//Journal/Title") or "",
        sources=(f"pubmed/{name}",),
    )


def feeds() -> Iterator[Entry]:
    for path in sorted((DATA / "feeds").glob("bio*")):
        for item in feedparser.parse(str(path)).entries:
            if item.get("title"):
                yield of_feed(item, path.name)


def of_feed(item: feedparser.FeedParserDict, name: str) -> Entry:
    link = item.get("link") or ""
    told = (
        " ".join(str(item.get(key) or "") for key in ("prism_doi", "dc_identifier", "id"))
        + f" {link}"
    )
    when = item.get("published_parsed") or item.get("updated_parsed")
    found = ids_in(told)
    return Entry(
        title=item["title"],
        ids=Ids(doi=found.doi, pmid=found.pmid, url=clean_url(link)),
        authors=tuple(each["name"] for each in item.get("authors", ()) if each.get("name")),
        dated=Dated(date(*when[:3])) if when else None,
        journal=item.get("prism_publicationname") or "",
        sources=(f"feeds/{name}",),
    )


def names(entry: Entry) -> list[str]:
    """What makes two records truly one."""
    doi = [f"doi:{strip_doi_version(entry.ids.doi)}"] if entry.ids.doi else []
    return doi + ([f"pmid:{entry.ids.pmid}"] if entry.ids.pmid else [])


def true_groups(entries: list[Entry]) -> list[int]:
    """For each entry the number of its true group."""
    parent = list(range(len(entries)))

    def root(n: int) -> int:
        while parent[n] != n:
            n = parent[n]
        return n

    first: dict[str, int] = {}
    for n, entry in enumerate(entries):
        for name in names(entry):
            parent[root(n)] = root(first.setdefault(name, n))
    return [root(n) for n in range(len(entries))]


def pairs(groups: list) -> set[tuple[int, int]]:
    members = defaultdict(list)
    for n, group in enumerate(groups):
        members[group].append(n)
    return {pair for each in members.values() for pair in itertools.combinations(each, 2)}


def together(entries: list[Entry]) -> None:
    merged = pairs(list(merge_entries((), entries).key_of_seen))
    truth = pairs(true_groups(entries))
    named = {n for n, entry in enumerate(entries) if names(entry)}
    wrong = sorted(pair for pair in merged - truth if named.issuperset(pair))
    silent = [pair for pair in merged - truth if not named.issuperset(pair)]
    print(
        f"records {len(entries)}, true pairs {len(truth)}, found {len(truth & merged)} "
        f"({len(truth & merged) / len(truth):.4f}), wrong {len(wrong)}, joined by title or address {len(silent)}"
    )
    for one, other in wrong + silent[:12] + sorted(truth - merged)[:10]:
        print(
            "   ",
            *(
                f"{entries[n].title[:70]!r} {entries[n].dated} {names(entries[n])}"
                for n in (one, other)
            ),
            sep="\n      ",
        )


def hidden(entries: list[Entry]) -> None:
    """Hide one record's identifiers: does it find the other records of its paper, and only those?

    Told apart are papers that no title and year can tell: one is undated, or several works share
    the title. Most of the latter are one text that was registered twice: title, day and author are
    the same, the numbers are two.
    """
    groups = true_groups(entries)
    index = Index(replace(entry, key=str(n)) for n, entry in enumerate(entries))
    members, titled = defaultdict(list), defaultdict(set)
    for n, group in enumerate(groups):
        members[group].append(n)
        titled[title_key(entries[n].title, None)].add(group)
    kinds = ("year known, title of one work alone", "undated", "title of several works")
    outcomes = {kind: Counter[str]() for kind in kinds}
    for n, entry in enumerate(entries):
        mates = [m for m in members[groups[n]] if entries[m].sources != entry.sources]
        if mates:
            taken_away = index[str(n)]
            index.remove(str(n))
            outcome = asked(index, entry, groups, groups[n])
            index.add(taken_away)
            is_dated = entry.dated and any(entries[m].dated for m in mates)
            several = len(titled[title_key(entry.title, None)]) > 1
            outcomes[kinds[2 if several else 0 if is_dated else 1]][outcome] += 1
    report("ids hidden, another record known", sum(outcomes.values(), Counter[str]()))
    for kind, counted in outcomes.items():
        report(f"  {kind}", counted)


def asked(index: Index, entry: Entry, groups: list[int], group: int) -> str:
    hits = {groups[int(key)] for key in index.find(replace(entry, ids=Ids(), links=()))}
    if hits == {group}:
        return "found"
    return "wrong" if hits else "lost"


def report(what: str, outcomes: Counter[str]) -> None:
    share = outcomes["found"] / max(outcomes.total(), 1)
    print(
        f"{what}: {outcomes.total()} records, found {share:.4f}, wrong {outcomes['wrong']}, lost {outcomes['lost']}"
    )


def rewritten(entries: list[Entry]) -> None:
    """Hide each record's identifiers and write it as another source would.

    Does it find itself, and only itself?
    """
    groups = true_groups(entries)
    index = Index(replace(entry, key=str(n)) for n, entry in enumerate(entries))
    outcomes = Counter[str]()
    for n, entry in enumerate(entries):
        if entry.dated is None:
            continue
        next_year = Dated(date(entry.dated.day.year + 1, 1, 1), Precision.YEAR)
        title = f"<b>{html.escape(unicodedata.normalize('NFD', entry.title))}</b>.".replace(
            "-", "\u2010"
        )
        outcomes[
            asked(
                index, replace(entry, title=title, dated=next_year, authors=()), groups, groups[n]
            )
        ] += 1
    report("ids hidden, title rewritten, a year off, no authors", outcomes)


def quickness(entries: list[Entry]) -> None:
    many = [
        replace(
            entry,
            title=f"{entry.title} {n}",
            ids=Ids(doi=f"10.1/{n}", url=f"https://example.org/articles/{n}"),
        )
        for n, entry in zip(range(100_000), itertools.cycle(entries), strict=False)
    ]
    started = time.perf_counter()
    index = Index(replace(entry, key=f"doi:10.1/{n}") for n, entry in enumerate(many))
    known = time.perf_counter()
    assert all(index.find(entry) for entry in many)
    print(
        f"100,000 entries: known in {known - started:.2f} s, found again in {time.perf_counter() - known:.2f} s"
    )


def main() -> None:
    if not DATA.is_dir():
        print(
            "no recorded data here: name the folder that holds data/real, or set NEWSLETTER_SHARED"
        )
        return
    everything = [*crossref(), *pubmed(), *feeds()]
    together(everything)
    with_ids = [entry for entry in everything if names(entry)]
    hidden(with_ids)
    rewritten(with_ids)
    quickness(everything)


if __name__ == "__main__":
    main()
