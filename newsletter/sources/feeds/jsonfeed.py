"""JSON Feed 1 and 1.1 (https://jsonfeed.org/version/1.1) as items.

A value of the wrong type is as good as none.
"""

from __future__ import annotations

import html
import json
from typing import Any

from newsletter.errors import SourceError
from newsletter.sources.feeds.items import FeedItem

MAX_ITEMS = 5_000


def looks_like_json(content: bytes) -> bool:
    """Whether the document begins as JSON does."""
    return content[:64].lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n\0")[:1] in {b"{", b"["}


def read_items(content: bytes, *, url: str = "") -> tuple[list[FeedItem], tuple[str, ...]]:
    """The items of a JSON Feed, and a sentence for each that is none.

    Raises SourceError when it is no JSON Feed.
    """
    feed = _load_json(content)
    items = feed.get("items") if isinstance(feed, dict) else None
    if not isinstance(feed, dict) or not isinstance(items, list):
        raise SourceError(
            "the answer is JSON, but no JSON Feed: it has no list of items; " + _remedy(feed)
        )
    base = next(
        (
            each
            for each in (_text(feed, "home_page_url"), url, _text(feed, "feed_url"))
            if each.startswith("http")
        ),
        "",
    )
    looked_at = items[:MAX_ITEMS]
    skipped = [
        f"item {n} is no JSON object: left out"
        for n, each in enumerate(looked_at, 1)
        if not isinstance(each, dict)
    ]
    if len(items) > MAX_ITEMS:
        skipped.append(
            f"the feed has more than {MAX_ITEMS:,} items: only the first ones were looked at"
        )
    return [_item(each, base) for each in looked_at if isinstance(each, dict)], tuple(skipped)


def _load_json(content: bytes) -> Any:
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as error:
        where = f" (line {error.lineno})" if isinstance(error, json.JSONDecodeError) else ""
        raise SourceError(
            f"the answer begins like JSON, but cannot be read{where}: look at its address again"
        ) from error


def _remedy(feed: Any) -> str:
    """Which kind of source the JSON may belong to."""
    if isinstance(feed, dict) and "studies" in feed:
        return 'it looks like ClinicalTrials.gov: set kind = "trials"'
    if isinstance(feed, dict) and {"oppHits", "hitCount"} & (feed.keys() | _keys(feed.get("data"))):
        return 'it looks like Grants.gov: set kind = "grants"'
    return "look at its address again"


def _keys(value: Any) -> set[str]:
    return set(value) if isinstance(value, dict) else set()


def _item(item: dict[str, Any], base: str) -> FeedItem:
    plain = _text(item, "summary") or _text(item, "content_text")
    return FeedItem(
        title=html.escape(_text(item, "title"), quote=False),
        links=tuple(filter(None, (_text(item, "url"), _text(item, "external_url")))),
        base=base,
        guid=_text(item, "id"),
        dates=tuple(filter(None, (_text(item, "date_published"), _text(item, "date_modified")))),
        authors=_authors(item),
        summary=_as_html(plain) if plain else _text(item, "content_html"),
    )


def _text(values: dict[str, Any], name: str) -> str:
    """A text, or a number as text."""
    value = values.get(name)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return str(value).strip()


def _authors(item: dict[str, Any]) -> tuple[str, ...]:
    listed = item.get("authors") or [item.get("author")]  # `author` is version 1
    people = listed if isinstance(listed, list) else []
    return tuple(
        name for each in people if isinstance(each, dict) and (name := _text(each, "name"))
    )


def _as_html(text: str) -> str:
    return html.escape(text, quote=False)
