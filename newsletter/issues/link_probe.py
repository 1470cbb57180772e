"""Tries links, politely.

One question at a time to a host, few at once in all, and no page is loaded that a HEAD answers for.

The network is the caller's: a `Getter` is handed in, and what became of the links is the caller's
to keep.
"""

from __future__ import annotations

import asyncio
import http
import socket
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urljoin, urlsplit

from newsletter.checks.context import LinkAnswer, LinkState
from newsletter.errors import NewsletterError

MAX_HOPS = 8
PERMANENT = frozenset({301, 308})
REDIRECTS = PERMANENT | {302, 303, 307}
GONE = frozenset({404, 410})
FOR_PEOPLE = frozenset({401, 402, 403, 405, 406, 407, 418, 429, 451, 999})
"""A server that answers so is there, and speaks to people or members: publishers do it to every
program."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeResponse:
    """How a server answered one question."""

    status: int
    location: str = ""  # where it sends us, as it writes it


class UrlProbe(Protocol):
    """Asks for one address; follows no redirect, loads little, and has a time limit of its own.

    May raise TimeoutError, OSError (socket.gaierror when there is no such host) and
    NewsletterError, nothing else.
    """

    async def __call__(self, url: str, /, *, method: str) -> ProbeResponse: ...


async def check_links(
    urls: Iterable[str],
    get: UrlProbe,
    *,
    at_once: int = 8,
    pause_s: float = 0.5,
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, LinkAnswer]:
    """What became of each http(s) address, in the order given; others are left out.

    Between two questions to one host lie `pause_s` seconds. `progress` hears how many of how many
    are done.
    """
    wanted = [url for url in dict.fromkeys(urls) if urlsplit(url).scheme in {"http", "https"}]
    free = asyncio.Semaphore(at_once)
    hosts: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
    answers: dict[str, LinkAnswer] = {}

    async def one(url: str) -> None:
        async with hosts[urlsplit(url).netloc]:
            async with free:
                answers[url] = await try_link(url, get)
            if progress:
                progress(len(answers), len(wanted))
            await asyncio.sleep(pause_s)

    async with asyncio.TaskGroup() as group:
        for url in wanted:
            group.create_task(one(url))
    return {url: answers[url] for url in wanted}


async def try_link(url: str, get: UrlProbe) -> LinkAnswer:
    """What became of one address. Never raises: a link that cannot be tried is an answer too."""
    try:
        return await _follow(url, get)
    except TimeoutError:
        return LinkAnswer(state=LinkState.UNREACHABLE, reason="no answer in time")
    except socket.gaierror:
        return LinkAnswer(state=LinkState.DEAD, reason="there is no such host")
    except (OSError, NewsletterError) as error:
        return LinkAnswer(state=LinkState.UNREACHABLE, reason=str(error) or type(error).__name__)


async def _follow(url: str, get: UrlProbe) -> LinkAnswer:
    """Follow redirects to the end.

    Only what moved for good, from the first hop on, changes the address.
    """
    here = lasting = url
    seen = {url}
    for _ in range(MAX_HOPS):
        reply = await _ask(here, get)
        if reply.status not in REDIRECTS or not reply.location:
            return _classify_status(reply.status, url, lasting)
        there = urljoin(here, reply.location)
        if (
            there in seen
        ):  # sites that set a cookie send us to the same address again; people get through
            return _classify_status(http.HTTPStatus.OK, url, lasting)
        if reply.status in PERMANENT and lasting == here:
            lasting = there
        seen.add(there)
        here = there
    return LinkAnswer(state=LinkState.DEAD, reason=f"it redirects more than {MAX_HOPS} times")


async def _ask(url: str, get: UrlProbe) -> ProbeResponse:
    """A HEAD, and a GET where the server has no good answer to that.

    A server that asks us to slow down gets no GET.
    """
    reply = await get(url, method="HEAD")
    answered = reply.status < http.HTTPStatus.BAD_REQUEST
    if answered or reply.status == http.HTTPStatus.TOO_MANY_REQUESTS:
        return reply
    return await get(url, method="GET")


def _classify_status(status: int, url: str, lasting: str) -> LinkAnswer:
    reason = "" if status < http.HTTPStatus.BAD_REQUEST else _words(status)
    if status in GONE:
        return LinkAnswer(state=LinkState.DEAD, reason=reason)
    if status >= http.HTTPStatus.BAD_REQUEST and status not in FOR_PEOPLE:
        return LinkAnswer(state=LinkState.UNREACHABLE, reason=reason)
    if lasting != url:
        return LinkAnswer(state=LinkState.MOVED, final_url=lasting, reason=reason)
    return LinkAnswer(state=LinkState.ALIVE, reason=reason)


def _words(status: int) -> str:
    """`404 Not Found`."""
    try:
        return f"{status} {http.HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)
