"""Try the links of an issue, and remember what was found."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from newsletter.checks import LinkAnswer, links_to_try
from newsletter.issues import review
from newsletter.issues.link_cache import keep_links
from newsletter.issues.link_probe import ProbeResponse, check_links
from newsletter.sources.source_client import build_fetcher
from newsletter.workspace.context import AppContext


def count_untried_links(context: AppContext, name: str | None = None) -> int:
    """How many links of the issue `try_links` would ask for."""
    return len(_find_untried_links(context, name))


def try_links(
    context: AppContext, name: str | None = None, on_tried: Callable[[], None] = lambda: None
) -> None:
    """Try the links of an issue that were not tried lately; `on_tried` hears of each."""
    keep_links(
        context, asyncio.run(_probe_links(context, _find_untried_links(context, name), on_tried))
    )


def _find_untried_links(context: AppContext, name: str | None) -> tuple[str, ...]:
    _, _, check_context = review.build_check_context(context, name)
    return tuple(
        dict.fromkeys(url for url in links_to_try(check_context) if url not in check_context.links)
    )


async def _probe_links(
    context: AppContext, urls: tuple[str, ...], on_tried: Callable[[], None]
) -> dict[str, LinkAnswer]:
    async with build_fetcher(context) as fetcher:

        async def ask(url: str, /, *, method: str) -> ProbeResponse:
            status, location = await fetcher.probe(url, method=method)
            return ProbeResponse(status=status, location=location)

        return await check_links(urls, ask, progress=lambda _done, _of: on_tried())
