"""RSS 0.9x to 2.0, RDF, Atom, CDF and JSON Feed.

One document in, its entries out, none of them lost.

feedparser reads the XML (see `engine`). Where it is known to be wrong - dates with slashes, titles
with markup - it is not asked. No network, no clock: bytes in, values out.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from newsletter.model import Document, Entry, ParsedDocument, Source
from newsletter.sources.feeds import feed_detection, jsonfeed
from newsletter.sources.feeds.items import FeedItem, entry_of, first_date
from newsletter.sources.links import absolute_link
from newsletter.sources.registries import call_text

_DATES = (
    "published",
    "prism_publicationdate",
    "updated",
    "created",
    "prism_coverdate",
    "prism_coverdisplaydate",
)
_IDENTIFIERS = (
    "prism_doi",
    "dc_identifier",
    "doi",
    "bibo_doi",
    "dcterms_identifier",
    "citation_doi",
)
_JOURNALS = ("prism_publicationname", "prism_publicationtitle", "dc_source", "dcterms_ispartof")
_LINKS = ("feedburner_origlink", "pheedo_origlink", "link", "prism_url")
_MARKUP_TYPES = frozenset({"text/html", "application/xhtml+xml"})
_LOOKS_LIKE_HTML = re.compile(
    r"""
          </(?:p|a|b|i|em|strong|div|span|ul|ol|li|h[1-6]|sub|sup|td|table)>
        | <(?:br|p|img|hr)\b[^<>]*> | &(?:\#\d+|\#x[0-9a-f]+|[a-z]{2,8});
    """,
    re.IGNORECASE | re.VERBOSE,
)
_ITEM = re.compile(rb"<(?:\w+:)?(?:item|entry)[\s>/]")
_ATOM = re.compile(rb"<(?:\w+:)?feed[\s>]")
_CHANNEL_LINK = re.compile(rb"<link>\s*(?:<!\[CDATA\[)?\s*(https?://[^<>\s\]]+)")
_LINK_ELEMENT = re.compile(rb"""<(?:\w+:)?link\b[^<>]*\bhref\s*=\s*["'](https?://[^"'<>]+)["']""")

Fields = dict[str, Any]
"""An entry of feedparser as a plain dict: its own gives one date when asked for another."""


def read_feed(document: Document, source: Source) -> ParsedDocument:
    """The entries of a feed, at most `source.limit` of them, the newest.

    Raises SourceError when it is no feed.
    """
    content = feed_detection.unpack_document(document)
    if jsonfeed.looks_like_json(content):
        items, skipped = jsonfeed.read_items(content, url=document.url)
    else:
        feed_detection.refuse_other_kinds(content, document)
        items, skipped = _read_xml(content, document)
    newest = _newest(items, source.limit)
    entries = [entry_of(item, source=source.name, section=source.section) for item in newest]
    if source.section == call_text.SECTION:
        entries = [call_text.with_call(entry) for entry in entries]
    return ParsedDocument(entries=_disambiguate_entries(entries, source.name), skipped=skipped)


def _read_xml(content: bytes, document: Document) -> tuple[list[FeedItem], tuple[str, ...]]:
    if feed_detection.is_other_xml(content):
        raise feed_detection.refuse_unknown(content, document)
    # feedparser is loaded for feeds alone: a source that is broken is looked at each time
    from newsletter.sources.feeds import feedparser_adapter

    content = feed_detection.in_sure_letters(content, document.content_type)
    base = _base(content, document.url)
    parsed, skipped = feedparser_adapter.parse(content, document.content_type, base)
    if not parsed.entries and not parsed.version:
        raise feed_detection.refuse_unknown(content, document)
    return [_item(dict(dict.items(entry)), base) for entry in parsed.entries], skipped


def _base(content: bytes, url: str) -> str:
    """What relative links are taken from.

    In RSS the channel's link, in Atom the feed's own address (RFC 4287, 2).
    """
    head = _ITEM.split(content[:50_000], maxsplit=1)[0]
    fetched = url if url.startswith("http") else ""
    channel = "" if _ATOM.search(head) else _address(_CHANNEL_LINK.search(head))
    return channel or fetched or _address(_LINK_ELEMENT.search(head))


def _address(found: re.Match[bytes] | None) -> str:
    written = html.unescape(found[1].decode("utf-8", "replace")) if found else ""
    return absolute_link(written) or ""


def _item(entry: Fields, base: str) -> FeedItem:
    return FeedItem(
        title=_markup(entry, "title")
        or _escape_field(entry, "dc_title")
        or _escape_field(entry, "media_title"),
        links=tuple(_links(entry)),
        base=base,
        guid=_text(entry, "id"),
        dates=tuple(_dates(entry)),
        authors=tuple(_authors(entry)),
        journal=_journal(entry),
        identifiers=tuple(_text(entry, name) for name in _IDENTIFIERS if _text(entry, name)),
        summary=_markup(entry, "summary") or _markup(entry, "subtitle"),
        content=_content(entry),
        is_paper=any(name.startswith("prism_") for name in entry),
    )


def _text(entry: Fields, name: str) -> str:
    """A field as text, empty when it is something else."""
    value = entry.get(name)
    return value.strip() if isinstance(value, str) else ""


def _escape_field(entry: Fields, name: str) -> str:
    """A field that its format calls text, as HTML; unless it is HTML in truth."""
    return _as_html(_text(entry, name), "text/plain")


def _markup(entry: Fields, name: str) -> str:
    """A field that may be text or HTML, as HTML."""
    detail = entry.get(f"{name}_detail")
    return _as_html(
        _text(entry, name), detail.get("type", "") if isinstance(detail, Mapping) else "text/html"
    )


def _as_html(text: str, kind: str) -> str:
    if kind in _MARKUP_TYPES or _LOOKS_LIKE_HTML.search(text):
        return text
    return html.escape(text, quote=False)


def _content(entry: Fields) -> str:
    parts = entry.get("content") or ()
    texts = (
        _as_html(str(part.get("value") or ""), part.get("type", ""))
        for part in parts
        if isinstance(part, Mapping)
    )
    return next((text for text in texts if text.strip()), "")


def _journal(entry: Fields) -> str:
    """The journal, unless the field holds an address, a file or the title (Taylor & Francis)."""
    title = _text(entry, "title")
    named = (_text(entry, name) for name in _JOURNALS)
    true = (
        each for each in named if each and each != title and not re.search(r"^\S*[/:.]\S+$", each)
    )
    return next((_as_html(each, "") for each in true), "")


def _links(entry: Fields) -> Iterator[str]:
    """The way to the item itself.

    Past the counters of feed services, then its page, then what is attached to it.
    """
    own = [_text(entry, name) for name in _LINKS if _text(entry, name)]
    listed = [each for each in entry.get("links") or () if isinstance(each, Mapping)]
    if own:
        yield own[0]
        return
    for wanted in ("alternate", "related", "via", "self", "enclosure"):
        yield from (str(each.get("href") or "") for each in listed if each.get("rel") == wanted)


def _dates(entry: Fields) -> Iterator[str]:
    """Published before updated, then whatever calls itself a date.

    Last what feedparser alone could read.
    """
    yield from (_text(entry, name) for name in _DATES if _text(entry, name))
    others = (
        name
        for name in entry
        if "date" in name and name not in _DATES and not name.endswith("_parsed")
    )
    yield from (
        _text(entry, name)
        for name in sorted(others)
        if "update" not in name and "expir" not in name
    )
    for name in ("published", "updated", "created"):
        if day := _confirm_date(entry.get(f"{name}_parsed"), _text(entry, name)):
            yield day


def _confirm_date(parsed: Any, written: str) -> str:
    """What feedparser read from a date in words, where year and day stand in the text as well."""
    if parsed is None:
        return ""
    numbers = {int(each) for each in re.findall(r"(?<!\d)\d{1,4}(?!\d)", written)}
    return date(*parsed[:3]).isoformat() if {parsed[0], parsed[2]} <= numbers else ""


def _authors(entry: Fields) -> Iterator[str]:
    """The names listed one by one.

    Else the one field, as written where feedparser broke it at a mail address.
    """
    people = [each for each in entry.get("authors") or () if isinstance(each, Mapping)]
    names = [str(each["name"]) for each in people if each.get("name")]
    if not names or any(name.count("(") != name.count(")") for name in names):
        names = [name for name in (_text(entry, "author"), _text(entry, "byline")) if name][:1]
    yield from names


def _disambiguate_entries(entries: list[Entry], source: str) -> tuple[Entry, ...]:
    """A guid or address that several items share names none of them.

    Comments on one page, releases on one site.
    """
    guids = Counter(entry.ids.guid for entry in entries)
    urls = Counter(entry.ids.url for entry in entries)
    return tuple(_drop_shared_ids(entry, guids, urls, source) for entry in entries)


def _drop_shared_ids(
    entry: Entry, guids: Counter[str | None], urls: Counter[str | None], source: str
) -> Entry:
    ids = entry.ids
    if ids.guid and guids[ids.guid] > 1:
        ids = replace(ids, guid=None)
    if ids.url and urls[ids.url] > 1:
        anchored = f"{source}/{entry.links[0]}" if "#" in entry.links[0] else None
        ids = replace(ids, url=None, guid=ids.guid or anchored)
    return replace(entry, ids=ids) if ids is not entry.ids else entry


def _newest(items: list[FeedItem], limit: int) -> list[FeedItem]:
    """The newest ones in the order of the feed.

    An undated one counts as new, for nobody can say that it is old.
    """
    if len(items) <= limit:
        return items
    days = [dated.day if (dated := first_date(item.dates)) else date.max for item in items]
    rank = sorted(range(len(items)), key=lambda n: (days[n], -n), reverse=True)
    return [items[n] for n in sorted(rank[:limit])]
