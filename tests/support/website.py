"""A web site of our own, and a desk whose sources it may be."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from aiohttp import web

from newsletter.workspace.context import AppContext
from newsletter.workspace.folder import open_workspace
from support.checkout import MINIMAL

FEED = (
    '<rss version="2.0"><channel><title>T</title><link>https://example.org/</link>'
    "<item><title>A paper about leiomyosarcoma</title><link>https://example.org/a</link>"
    "<pubDate>Fri, 20 Nov 2026 10:00:00 GMT</pubDate></item></channel></rss>"
)
STUDY = {
    "protocolSection": {
        "identificationModule": {"nctId": "NCT00000001", "briefTitle": "A Study of Rest"},
        "statusModule": {
            "overallStatus": "RECRUITING",
            "studyFirstPostDateStruct": {"date": "2026-11-10"},
        },
    }
}
HITS = {
    "data": {
        "hitCount": 1,
        "oppHits": [
            {"id": "1", "number": "PAR-26-101", "title": "Rare Cancers", "openDate": "11/02/2026"}
        ],
    }
}
ARTICLES = (
    "<PubmedArticleSet><PubmedArticle><MedlineCitation><PMID>36603130</PMID><Article><Journal><JournalIssue>"
    "<PubDate><Year>2026</Year><Month>Nov</Month></PubDate></JournalIssue></Journal>"
    "<ArticleTitle>Sequential targeting</ArticleTitle></Article></MedlineCitation></PubmedArticle></PubmedArticleSet>"
)


@dataclass
class Site:
    """A web site of our own on 127.0.0.1, in a thread."""

    port: int = 0
    asked: list[str] = field(default_factory=list)
    broken: bool = False
    files: dict[str, str] = field(default_factory=dict)  # by name, below /files/

    async def file(self, request: web.Request) -> web.Response:
        found = self.files.get(request.match_info["name"])
        return web.Response(status=404) if found is None else web.Response(text=found)

    async def feed(self, request: web.Request) -> web.Response:
        self.asked.append("feed")
        if self.broken:
            return web.Response(status=404)
        if request.headers.get("If-None-Match") == '"v1"':
            return web.Response(status=304)
        return web.Response(text=FEED, content_type="application/rss+xml", headers={"ETag": '"v1"'})

    async def studies(self, request: web.Request) -> web.Response:
        self.asked.append(request.query_string)
        return web.json_response({"studies": [STUDY]})

    async def grants(self, request: web.Request) -> web.Response:
        self.asked.append((await request.json())["keyword"])
        return web.json_response(HITS)

    async def esearch(self, request: web.Request) -> web.Response:
        self.asked.append(request.query["term"])
        found = {
            "count": "1",
            "retmax": "1",
            "retstart": "0",
            "idlist": ["36603130"],
            "webenv": "w",
            "querykey": "1",
        }
        return web.json_response({"esearchresult": found})

    async def efetch(self, request: web.Request) -> web.Response:
        del request
        return web.Response(text=ARTICLES, content_type="text/xml")

    async def page(self, request: web.Request) -> web.Response:
        del request
        head = '<meta name="citation_title" content="Rest and leiomyosarcoma"><meta name="citation_date" content="2026/11/20">'
        return web.Response(
            text=f"<html><head>{head}</head><body></body></html>", content_type="text/html"
        )

    async def run(self, ready: threading.Event, stop: asyncio.Event) -> None:
        app = web.Application()
        app.router.add_get("/feed", self.feed)
        app.router.add_get("/page", self.page)
        app.router.add_get("/files/{name}", self.file)
        app.router.add_get("/v2/studies", self.studies)
        app.router.add_post("/api/search2", self.grants)
        app.router.add_post("/api/fetchOpportunity", self.grants)
        app.router.add_get("/eutils/esearch.fcgi", self.esearch)
        app.router.add_get("/eutils/efetch.fcgi", self.efetch)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.port = runner.addresses[0][1]
        ready.set()
        await stop.wait()
        await runner.cleanup()


@contextmanager
def website(site: Site | None = None) -> Iterator[Site]:
    loop, stop, ready, made = (
        asyncio.new_event_loop(),
        asyncio.Event(),
        threading.Event(),
        site or Site(),
    )
    thread = threading.Thread(target=lambda: loop.run_until_complete(made.run(ready, stop)))
    thread.start()
    ready.wait(10)
    yield made
    loop.call_soon_threadsafe(stop.set)
    thread.join()
    loop.close()


def desk_with(folder: Path, now: datetime, *sources: str) -> AppContext:
    text = (
        MINIMAL
        + 'fetch_from = ["127.0.0.1"]\n'
        + "".join(f"[[source]]\n{source}\n" for source in sources)
    )
    (folder / "newsletter.toml").write_text(text, "utf-8")
    return AppContext(open_workspace(folder), now)
