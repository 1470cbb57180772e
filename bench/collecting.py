"""Collecting recorded feeds from a loopback server, against feedparser alone on the same bytes in one process.

`python bench/collecting.py FOLDER_OF_FEEDS`. Bars: first run 1.3, unchanged run 0.1, memory 200 MB.
Each in turn.
"""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import loopback_site
from aiohttp import web

ROUNDS = 5
PARSE = "import sys, pathlib, warnings, feedparser; warnings.simplefilter('ignore')\nfor path in sorted(pathlib.Path(sys.argv[1]).iterdir()): feedparser.parse(path.read_bytes())"


def workspace(folder: Path, feeds: list[Path], port: int) -> None:
    head = '[newsletter]\ntitle = "T"\nfrom = "t@example.org"\nfetch_from = ["127.0.0.1"]\n'
    source = '[[source]]\nname = "{0}"\nkind = "feed"\nurl = "http://127.0.0.1:{1}/{0}"\n'
    (folder / "newsletter.toml").write_text(
        head + "".join(source.format(feed.name, port) for feed in feeds), "utf-8"
    )


def serving(folder: Path) -> int:
    """A server of these files, which says what is unchanged; gives its port."""
    contents = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}
    etags = {
        name: f'"{hashlib.sha256(content).hexdigest()[:16]}"' for name, content in contents.items()
    }

    async def answer(request: web.Request) -> web.Response:
        content, etag = contents[request.match_info["name"]], etags[request.match_info["name"]]
        if request.headers.get("If-None-Match") == etag:
            return web.Response(status=304)
        return web.Response(body=content, content_type="application/xml", headers={"ETag": etag})

    return loopback_site.serving("/{name}", answer)


def seconds(*command: str) -> float:
    began = time.perf_counter()
    subprocess.run(
        [sys.executable, *command],
        check=False,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    return time.perf_counter() - began


def megabytes(*command: str) -> float:
    """The most memory that a command and the processes it starts hold at one time.

    What they share counts once.
    """
    process = subprocess.Popen(
        [sys.executable, *command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    most = 0
    while process.poll() is None:
        most = max(most, sum(map(held_kb, family(process.pid))))
        time.sleep(0.02)
    return most / 1024


def family(pid: int) -> list[int]:
    children = [path.read_text("ascii") for path in Path(f"/proc/{pid}/task").glob("*/children")]
    return [pid, *(each for child in " ".join(children).split() for each in family(int(child)))]


def held_kb(pid: int) -> int:
    try:
        found = re.search(
            r"^Pss:\s+(\d+)", Path(f"/proc/{pid}/smaps_rollup").read_text("ascii"), re.MULTILINE
        )
    except OSError:  # it has ended
        return 0
    return int(found[1]) if found else 0


def inside(folder: Path) -> float:
    """Seconds of an unchanged run in a process that has everything loaded."""
    from newsletter.sources.collector import chosen_sources, collect
    from newsletter.workspace.context import AppContext
    from newsletter.workspace.folder import open_workspace

    began = time.perf_counter()
    context = AppContext(open_workspace(folder), datetime.now(UTC))
    collect(context, chosen_sources(context, ()))
    return time.perf_counter() - began


def main() -> None:
    os.environ.pop(
        "PYTHONDONTWRITEBYTECODE", None
    )  # an installed program and its libraries are compiled
    feeds = sorted(path for path in Path(sys.argv[1]).iterdir() if path.is_file())
    port = serving(Path(sys.argv[1]))
    alone, first, unchanged, within = [], [], [], []
    for _ in range(ROUNDS):
        with tempfile.TemporaryDirectory() as folder:
            workspace(Path(folder), feeds, port)
            alone.append(seconds("-c", PARSE, sys.argv[1]))
            first.append(seconds("-m", "newsletter", "-C", folder, "collect"))
            unchanged.append(seconds("-m", "newsletter", "-C", folder, "collect"))
            inside(Path(folder))
            within.append(min(inside(Path(folder)) for _ in range(2)))
    with tempfile.TemporaryDirectory() as folder:
        workspace(Path(folder), feeds, port)
        peak = megabytes("-m", "newsletter", "-C", folder, "collect")
    what = f"collect, {len(feeds)} feeds:"
    print(f"{what} feedparser alone {min(alone):.2f} s; the best of {ROUNDS} rounds each")
    print(f"{what} first run {min(first) / min(alone):.2f} x feedparser alone (bar 1.3)")
    print(
        f"{what} unchanged run {min(unchanged) / min(alone):.2f} x, a whole process; its start and imports are most of it"
    )
    print(
        f"{what} unchanged run {min(within) / min(alone):.2f} x, in a process that is there already (bar 0.1)"
    )
    print(f"{what} peak memory {peak:.0f} MB in all its processes (bar 200)")


if __name__ == "__main__":
    main()
