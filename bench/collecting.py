"""Collecting recorded feeds from a loopback server, against feedparser alone on the same bytes in one process.

`python bench/collecting.py FOLDER_OF_FEEDS`. Bars: first run 1.3, unchanged run 0.1, memory 200 MB. Whole processes in turn.
"""

from __future__ import annotations

import asyncio
import hashlib
import resource
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from aiohttp import web

ROUNDS = 3
PARSE = "import sys, pathlib, warnings, feedparser; warnings.simplefilter('ignore')\nfor path in sorted(pathlib.Path(sys.argv[1]).iterdir()): feedparser.parse(path.read_bytes())"


def workspace(folder: Path, feeds: list[Path], port: int) -> None:
    head = '[newsletter]\ntitle = "T"\nfrom = "t@example.org"\nfetch_from = ["127.0.0.1"]\n'
    source = '[[source]]\nname = "{0}"\nkind = "feed"\nurl = "http://127.0.0.1:{1}/{0}"\n'
    (folder / "newsletter.toml").write_text(head + "".join(source.format(feed.name, port) for feed in feeds), "utf-8")


def serving(folder: Path) -> int:
    """A server in a thread; it ends with the process. Gives its port."""
    started: list[int] = []
    ready = threading.Event()

    async def answer(request: web.Request) -> web.Response:
        content = (folder / request.match_info["name"]).read_bytes()
        etag = f'"{hashlib.sha256(content).hexdigest()[:16]}"'
        if request.headers.get("If-None-Match") == etag:
            return web.Response(status=304)
        return web.Response(body=content, content_type="application/xml", headers={"ETag": etag})

    async def run() -> None:
        app = web.Application()
        app.router.add_get("/{name}", answer)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        started.append(runner.addresses[0][1])
        ready.set()
        await asyncio.sleep(600)

    threading.Thread(target=lambda: asyncio.run(run()), daemon=True).start()
    ready.wait(10)
    return started[0]


def seconds(*command: str) -> float:
    began = time.perf_counter()
    subprocess.run([sys.executable, *command], check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - began


def main() -> None:
    feeds = sorted(path for path in Path(sys.argv[1]).iterdir() if path.is_file())
    port = serving(Path(sys.argv[1]))
    first, unchanged = [], []
    for _ in range(ROUNDS):
        with tempfile.TemporaryDirectory() as folder:
            workspace(Path(folder), feeds, port)
            alone = seconds("-c", PARSE, sys.argv[1])
            first.append(seconds("-m", "newsletter", "-C", folder, "collect") / alone)
            unchanged.append(seconds("-m", "newsletter", "-C", folder, "collect") / alone)
    peak_mb = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"collect, {len(feeds)} feeds: first run {statistics.median(first):.2f} x feedparser alone (bar 1.3)")
    print(f"collect, {len(feeds)} feeds: unchanged run {statistics.median(unchanged):.2f} x feedparser alone (bar 0.1)")
    print(f"collect, {len(feeds)} feeds: peak memory {peak_mb:.0f} MB (bar 200)")


if __name__ == "__main__":
    main()
