"""Try the links of an issue, and remember what was found."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from newsletter.checks import LinkAnswer, links_to_try
from newsletter.issues import review
from newsletter.issues.link_cache import keep_links
from newsletter.issues.link_probe import Reply, check_links
from newsletter.sources.source_client import fetcher_for
from newsletter.workspace.context import Desk


def untried(desk: Desk, name: str | None = None) -> int:
    """How many links of the issue `try_links` would ask for."""
    return len(_untried(desk, name))


def try_links(desk: Desk, name: str | None = None, on_tried: Callable[[], None] = lambda: None) -> None:
    """Try the links of an issue that were not tried lately; `on_tried` hears of each."""
    keep_links(desk, asyncio.run(_asked(desk, _untried(desk, name), on_tried)))


def _untried(desk: Desk, name: str | None) -> tuple[str, ...]:
    _, _, context = review.looked_at(desk, name)
    return tuple(dict.fromkeys(url for url in links_to_try(context) if url not in context.links))


async def _asked(desk: Desk, urls: tuple[str, ...], on_tried: Callable[[], None]) -> dict[str, LinkAnswer]:
    async with fetcher_for(desk) as fetcher:

        async def ask(url: str, /, *, method: str) -> Reply:
            status, location = await fetcher.probe(url, method=method)
            return Reply(status=status, location=location)

        return await check_links(urls, ask, progress=lambda _done, _of: on_tried())
