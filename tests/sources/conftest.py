"""What the tests of the sources share.

The recorded answers, and a registry on the loopback address.
"""

import os
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from newsletter.model import Document


@pytest.fixture
def recorded():
    """The folder of recorded answers that lies beside the checkout.

    The test is skipped where it is missing.
    """
    root = Path(__file__).resolve().parents[2]
    folder = Path(os.environ.get("NEWSLETTER_SHARED", root.parent / "shared")) / "data" / "real"
    if not folder.is_dir():
        pytest.skip("the recorded answers are not beside the checkout")
    return folder


@dataclass(frozen=True)
class Fetched:
    """What came of one request, as the program's own fetcher says it."""

    document: Document | None = None
    error: str | None = None
    inside_host: str = ""


@dataclass
class Registry:
    """A server that gives prepared answers path by path, and remembers what it was asked.

    Also the client of it.
    """

    answers: dict = field(
        default_factory=dict
    )  # path → bytes, or a list of them given one after the other
    asked: list = field(default_factory=list)  # (path, parameters of the address or of the JSON)
    base: str = ""

    async def answer(self, request):
        data = await request.json() if request.method == "POST" else dict(request.query)
        self.asked.append((request.path, data))
        answer = self.answers.get(request.path)
        if isinstance(answer, list):
            answer = answer.pop(0) if answer else None
        if answer is None:
            return web.Response(status=404)
        return web.Response(body=answer)

    async def get(self, url):
        return await self._fetch("GET", url)

    async def post_json(self, url, data):
        return await self._fetch("POST", url, json=data)

    async def _fetch(self, method, url, **options):
        async with (
            aiohttp.ClientSession() as session,
            session.request(method, url, **options) as response,
        ):
            if response.status != 200:
                return Fetched(error=f"{url} answered {response.status}")
            return Fetched(document=Document(content=await response.read(), url=str(response.url)))


@pytest.fixture
async def registry():
    """An empty Registry, listening."""
    registry = Registry()
    application = web.Application()
    application.router.add_route("*", "/{path:.*}", registry.answer)
    runner = web.AppRunner(application)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    registry.base = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield registry
    await runner.cleanup()
