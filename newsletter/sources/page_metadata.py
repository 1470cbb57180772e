"""What a web page says about itself.

Highwire's citation_*, JSON-LD, Dublin Core and PRISM, OpenGraph, its title.

They are asked in that order, because journals write the first with care for machines and OpenGraph
for a glance. A page of events gives an entry for each event. Formats: https://schema.org,
https://ogp.me, https://scholar.google.com/intl/en/scholar/inclusion.html.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from typing import Any
from urllib.parse import urljoin, urlsplit

from lxml import etree

from newsletter.errors import SourceError
from newsletter.formats.dates import parse
from newsletter.formats.markup_text import decode_document, paragraphs
from newsletter.identity import clean_doi, clean_url, ids_in, is_preprint_doi
from newsletter.model import (
    Dated,
    Document,
    Entry,
    Event,
    Flag,
    Ids,
    ParsedDocument,
    Precision,
    Source,
)
from newsletter.sources.author_names import form_of, names_in
from newsletter.sources.registries.api_client import MAX_SUMMARY, at, text_at
from newsletter.sources.titles import clean_title

MAX_CHARACTERS = 3_000_000  # of a page; what it says about itself stands near its top
MAX_NODES = 500  # of JSON-LD
MAX_EVENTS = 50

TITLES = ("citation_title", "dc.title", "dcterms.title", "prism.title", "og:title", "twitter:title")
DATES = (
    "citation_online_date",
    "citation_publication_date",
    "citation_date",
    "prism.publicationdate",
    "dc.date",
    "dc.date.issued",
    "dcterms.issued",
    "dcterms.date",
    "article:published_time",
    "og:article:published_time",
    "datepublished",
    "date",
)
AUTHORS = (
    "citation_author",
    "dc.creator",
    "dcterms.creator",
    "dc.contributor",
    "article:author",
    "author",
)
DOIS = (
    "citation_doi",
    "prism.doi",
    "dc.identifier",
    "dcterms.identifier",
    "doi",
    "bepress_citation_doi",
)
JOURNALS = (
    "citation_journal_abbrev",
    "citation_journal_title",
    "prism.publicationname",
    "og:site_name",
)
SUMMARIES = (
    "citation_abstract",
    "dc.description",
    "dcterms.description",
    "og:description",
    "description",
)

ARTICLES = frozenset(
    (
        "ScholarlyArticle",
        "MedicalScholarlyArticle",
        "NewsArticle",
        "Article",
        "BlogPosting",
        "Report",
        "WebPage",
        "Book",
    )
)
EVENTS = re.compile(r"(?:\w*Event|Festival|CourseInstance)")


@dataclass(frozen=True, slots=True)
class _PageMetadata:
    """The parts of a page that speak about it."""

    url: str
    meta: dict[str, list[str]]
    title: str
    canonical: str
    nodes: list[Any]

    def first(self, names: tuple[str, ...]) -> str:
        return next((value for name in names for value in self.meta.get(name, [])), "")


def read_page_metadata(document: Document, source: Source, *, zone: tzinfo = UTC) -> ParsedDocument:
    """One entry for the page, or one for each event that it announces.

    `zone` is that of hours without one.

    Raises SourceError when the page does not even say its title.
    """
    page = _page(document)
    if "citation_title" not in page.meta:
        events = [_event_entry(node, page, source, zone) for node in page.nodes if _is_event(node)][
            :MAX_EVENTS
        ]
        if found := tuple(entry for entry in events if entry.title):
            return ParsedDocument(entries=found)
    entry = _page_entry(page, source)
    if not entry.title:
        raise SourceError("the page does not say its title: copy its text, and add that")
    return ParsedDocument(entries=(entry,))


def _page(document: Document) -> _PageMetadata:
    text = re.sub(
        "[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]", " ", decode_document(document)[:MAX_CHARACTERS]
    )
    parser = etree.HTMLParser(
        encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True, huge_tree=False
    )
    root = etree.fromstring(text.encode(), parser) if text.strip() else None
    if root is None:
        raise SourceError("this is no web page: it is empty, or no HTML")
    meta: dict[str, list[str]] = {}
    for tag in root.iter("meta"):
        name = (tag.get("name") or tag.get("property") or tag.get("itemprop") or "").strip().lower()
        if content := (tag.get("content") or "").strip():
            meta.setdefault(name, []).append(content[:MAX_SUMMARY])
    title = next((each.text or "" for each in root.iter("title")), "")
    rel = (
        each.get("href") or ""
        for each in root.iter("link")
        if (each.get("rel") or "").lower() == "canonical"
    )
    return _PageMetadata(document.url, meta, title, next(rel, ""), list(_nodes(root)))


def _nodes(root: etree._Element) -> Iterator[Any]:
    """The objects of all JSON-LD scripts; lists and graphs opened, to a bounded number."""
    left = MAX_NODES
    for script in root.iter("script"):
        if (script.get("type") or "").split(";")[0].strip().lower() != "application/ld+json":
            continue
        try:
            waiting = [json.loads(script.text or "", strict=False)]
        except (ValueError, RecursionError):
            continue
        while waiting and left:
            node = waiting.pop(0)
            left -= 1
            if isinstance(node, list):
                waiting += node[:left]
            elif isinstance(node, dict):
                yield node
                waiting += [
                    node[name]
                    for name in ("@graph", "mainEntity", "itemListElement", "item")
                    if name in node
                ]


def _types(node: Any) -> list[str]:
    """The types of a node by their bare names: `https://schema.org/Event` is `Event`."""
    types = at(node, "@type")
    return [
        each.rpartition("/")[2]
        for each in (types if isinstance(types, list) else [types])
        if isinstance(each, str)
    ]


def _is_event(node: Any) -> bool:
    return any(EVENTS.fullmatch(name) for name in _types(node)) and bool(at(node, "startDate"))


def _find_title(page: _PageMetadata, node: Any) -> str:
    """What the page is called where it is cited, else where it is shared, else in its window."""
    return (
        page.first(TITLES[:1])
        or text_at(node, "headline")
        or text_at(node, "name")
        or page.first(TITLES)
        or page.title
    )


def _find_doi(page: _PageMetadata) -> str | None:
    values = (value for name in DOIS for value in page.meta.get(name, []))
    return next(filter(None, map(clean_doi, values)), None)


def _find_ids(page: _PageMetadata, link: str, doi: str | None) -> Ids:
    """What the page says of itself, else what its address tells."""
    known, pmid = ids_in(link), page.first(("citation_pmid",))
    return Ids(
        doi=doi or known.doi,
        pmid=pmid if pmid.isascii() and pmid.isdigit() else known.pmid,
        pmcid=known.pmcid,
        nct=known.nct,
        url=clean_url(link),
    )


def _page_entry(page: _PageMetadata, source: Source) -> Entry:
    node: Any = next((each for each in page.nodes if ARTICLES.intersection(_types(each))), {})
    title = _find_title(page, node)
    summary = page.first(SUMMARIES[:1]) or text_at(node, "description") or page.first(SUMMARIES)
    link, doi = _link(page), _find_doi(page)
    scholarly = bool("citation_title" in page.meta or doi)
    return Entry(
        ids=_find_ids(page, link, doi),
        title=_without_site(clean_title(title), page, bare=title == page.title),
        authors=tuple(dict.fromkeys(_authors(page, node, scholarly=scholarly))),
        links=tuple(filter(None, (clean_url(link),))),
        dated=_find_date(page, node),
        summary=paragraphs(summary)[:MAX_SUMMARY],
        journal=page.first(JOURNALS if scholarly else JOURNALS[:3]),
        section=source.section,
        flags=frozenset({Flag.PREPRINT} if doi and is_preprint_doi(doi) else ()),
    )


def _link(page: _PageMetadata) -> str:
    """The page's own address: the one it calls canonical, where that is of the same host."""
    for written in (page.canonical, page.first(("og:url",))):
        try:
            link = urljoin(page.url, written) if written else ""
            same = urlsplit(link).hostname == urlsplit(page.url).hostname
            names_a_page = urlsplit(link).path.strip("/") or not urlsplit(page.url).path.strip("/")
        except ValueError:
            continue
        if link and same and names_a_page and clean_url(link):
            return link
    return page.url


def _without_site(title: str, page: _PageMetadata, *, bare: bool) -> str:
    """A title out of `<title>` without the site's name behind it: “Webinar | Sarcoma Alliance”."""
    site = clean_title(page.first(("og:site_name",)))
    if bare and site:
        title = re.sub(rf"\s+[|–—-]\s+{re.escape(site)}\Z", "", title, flags=re.IGNORECASE)
    return title


def _authors(page: _PageMetadata, node: Any, *, scholarly: bool) -> Iterator[str]:
    """Those of papers as “Hemming ML”; addresses of profiles are no names."""
    named = next(
        (page.meta[name] for name in AUTHORS[: 4 if scholarly else None] if name in page.meta), []
    )
    persons = at(node, "author")
    if not scholarly and persons:
        each = persons if isinstance(persons, list) else [persons]
        named = [one if isinstance(one, str) else text_at(one, "name") for one in each]
    for name in named[:1_000]:
        if name.startswith(("http:", "https:")):
            continue
        if scholarly and name.count(",") <= 1 and ";" not in name:
            yield form_of(clean_title(name))
        else:
            yield from names_in(name, one_form=scholarly)


def _find_date(page: _PageMetadata, node: Any) -> Dated | None:
    """The earliest name that tells a date; of two tellings of one year the finer."""
    written = [value for name in DATES[:4] for value in page.meta.get(name, [])[:1]]
    written += [text_at(node, "datePublished"), *(page.first((name,)) for name in DATES[4:])]
    dates = [dated for text in written if text and (dated := parse(text.strip()))]
    if not dates:
        return None
    finer = (
        each
        for each in dates
        if each.precision is Precision.DAY and each.day.year == dates[0].day.year
    )
    return dates[0] if dates[0].precision is Precision.DAY else next(finer, dates[0])


def _event_entry(node: Any, page: _PageMetadata, source: Source, zone: tzinfo) -> Entry:
    link = clean_url(urljoin(page.url, text_at(node, "url"))) or clean_url(page.url)
    starts, ends = (
        _moment(text_at(node, "startDate"), zone),
        _moment(text_at(node, "endDate"), zone),
    )
    place, join = _place(at(node, "location")), _join(node)
    return Entry(
        ids=Ids(url=link),
        title=clean_title(text_at(node, "name") or text_at(node, "headline")),
        links=tuple(dict.fromkeys(filter(None, (link, join)))),
        dated=parse(text_at(node, "datePublished")),
        summary=paragraphs(text_at(node, "description"))[:MAX_SUMMARY],
        section=source.section or "events",
        event=Event(
            starts=starts,
            ends=ends if ends != starts else None,
            place=place or ("Online" if join or _is_online(node) else ""),
            join=join,
            cancelled=text_at(node, "eventStatus").endswith("EventCancelled"),
        ),
    )


def _moment(text: str, zone: tzinfo) -> date | None:
    """A day, or an instant where an hour stands with it."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        dated = parse(text)
        return dated.day if dated and dated.precision is Precision.DAY else None
    if len(text) <= 10:
        return moment.date()
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


def _places(location: Any) -> list[Any]:
    return location if isinstance(location, list) else [location]


def _place(location: Any) -> str:
    """Name and town of the first place that is one; “Online” for a virtual one alone."""
    for each in _places(location):
        if isinstance(each, str):
            return clean_title(each)
        if "VirtualLocation" in _types(each):
            continue
        address = at(each, "address")
        town = [
            text_at(address, name)
            for name in ("addressLocality", "addressRegion", "addressCountry")
        ]
        where = [
            text_at(each, "name"),
            *([text_at(each, "address")] if isinstance(address, str) else town),
        ]
        if words := ", ".join(dict.fromkeys(filter(None, where))):
            return clean_title(words)
    return ""


def _join(node: Any) -> str:
    """Where one joins or registers: the virtual place, else the offer."""
    offers = at(node, "offers")
    written = [
        text_at(each, "url")
        for each in _places(at(node, "location"))
        if "VirtualLocation" in _types(each)
    ]
    written += [text_at(each, "url") for each in (offers if isinstance(offers, list) else [offers])]
    links = (clean_url(each) for each in written if each.lower().startswith("https://"))
    return next(filter(None, links), "")


def _is_online(node: Any) -> bool:
    virtual = any("VirtualLocation" in _types(each) for each in _places(at(node, "location")))
    return virtual or text_at(node, "eventAttendanceMode").endswith("OnlineEventAttendanceMode")
