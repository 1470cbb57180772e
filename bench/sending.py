"""How fast an issue goes out, against Postfix's own `smtp-source` into Postfix's `smtp-sink`.

    .venv/bin/python bench/sending.py [--people 10000] [--repeats 5] [--connections 20] [--dkim]

Each repeat times both whole processes in turn, start-up, list and a ledger with `synchronous=FULL` included, against
a fresh sink. A run counts only when the sink took exactly as many messages. Needs Debian's package `postfix`.
"""

from __future__ import annotations

import argparse
import os
import re
import resource
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

PORT = 2540
LOREM = "A phase 2 trial of something new in advanced leiomyosarcoma, open in Denver and Houston. "


def main() -> None:
    options = _options()
    if options.child:
        send(Path(options.child), options)
        return
    if not shutil.which("smtp-sink"):
        sys.exit("bench/sending.py needs smtp-sink and smtp-source: apt-get install postfix")
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed program is compiled; the first repeat compiles ours
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        prepare(work, options)
        sample = work / "sample.eml"
        rates: dict[str, list[float]] = {"smtp-source": [], "newsletter": []}
        memory = 0.0
        for _ in range(options.repeats):
            source = f"smtp-source -4 -d -s 10 -m {options.people} -F {sample} -f news@example.org -t u@example.net"
            rates["smtp-source"].append(timed([*source.split(), f"127.0.0.1:{PORT}"], options)[0])
            fresh(work)
            command = [sys.executable, __file__, "--child", str(work), *sys.argv[1:]]
            rate, memory = timed(command, options)
            rates["newsletter"].append(rate)
        ratio = statistics.median(b / a for a, b in zip(rates["smtp-source"], rates["newsletter"], strict=True))
        for name, found in rates.items():
            print(f"{name:12} {statistics.median(found):8.0f} a second ({min(found):.0f} to {max(found):.0f})")
        print(f"ratio {ratio:.3f}; {sample.stat().st_size} bytes a message; peak memory {memory:.0f} MB")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--people", type=int, default=10_000)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--connections", type=int, default=20)
    parser.add_argument("--dkim", action="store_true")
    parser.add_argument("--delay-ms", type=int, default=0, help="the sink waits so long before each DATA reply")
    parser.add_argument("--child", help="a prepared folder: send, and end")
    return parser.parse_args()


def timed(command: list[str], options: argparse.Namespace) -> tuple[float, float]:
    """Messages a second and peak memory in MB of a command against a fresh sink."""
    sink = ["smtp-sink", "-4", "-c", "-u", "nobody", "-m", "1000", f"127.0.0.1:{PORT}", "1024"]
    with tempfile.TemporaryFile() as log, subprocess.Popen(sink, stdout=log, stderr=log) as running:
        _until_open()
        start = time.perf_counter()
        child = subprocess.Popen(command)
        _, status, used = os.wait4(child.pid, 0)
        seconds = time.perf_counter() - start
        child.returncode = os.waitstatus_to_exitcode(status)
        running.send_signal(signal.SIGTERM)
        running.wait()
        log.seek(0)
        taken = re.findall(rb"mesg=(\d+)", log.read())
    if child.returncode or int(taken[-1]) != options.people:
        sys.exit(f"{command[0]}: exit {child.returncode}, the sink took {taken[-1:]} of {options.people}")
    return options.people / seconds, used.ru_maxrss / 1024


def _until_open() -> None:
    for _ in range(200):
        try:
            with socket.create_connection(("127.0.0.1", PORT), 1) as link:
                link.recv(100)
                link.sendall(b"QUIT\r\n")
                link.recv(100)
                return
        except OSError:
            time.sleep(0.02)
    sys.exit("smtp-sink did not start")


def prepare(work: Path, options: argparse.Namespace) -> None:
    """A database of people, kept as `people.db`, an issue of about 40 KB, and a message of it for smtp-source."""
    from newsletter.addresses import Address
    from newsletter.delivery.message import Template
    from newsletter.followup.subscriptions import Row
    from newsletter.model import Subscriber
    from newsletter.storage.database import open_database
    from newsletter.storage.people import People

    engine = open_database("sqlite:///newsletter.db", work)
    rows = (
        Row(line=n, address=Address(f"user{n}@example.net", f"user{n}@example.net"), name=f"Réader {n}")
        for n in range(options.people)
    )
    People(engine, keys()).take_in(rows, now=datetime.now(UTC))
    engine.dispose()
    (work / "newsletter.db").rename(work / "people.db")
    if options.dkim:
        subprocess.run(["openssl", "genrsa", "-out", str(work / "dkim.pem"), "2048"], check=True, capture_output=True)
        (work / "dkim.pem").chmod(0o600)
    template = Template(rendered(), order(work, options).mailing(1, datetime.now(UTC)))
    (work / "sample.eml").write_bytes(template.fill(Subscriber(id=1, address="user1@example.net", name="R 1")).content)


def fresh(work: Path) -> None:
    """The database as before the first sending."""
    for each in work.glob("newsletter.db*"):
        each.unlink()
    for each in work.glob("sending-*"):
        each.unlink()
    shutil.copy(work / "people.db", work / "newsletter.db")


def keys():
    from newsletter.tokens import Keys

    return Keys(b"a key for measuring")


def rendered():
    from newsletter.model import RenderedIssue

    page = "".join(
        f'<h2 style="font-size:18px">{n}</h2><p style="margin:0">{LOREM * 4}<a href="https://example.org/{n}">more</a></p>\n'
        for n in range(62)
    )
    text = "".join(f"{n}\n{LOREM * 2}\nhttps://example.org/{n}\n\n" for n in range(40))
    leave = "https://reader.invalid/unsubscribe"
    return RenderedIssue(
        subject="What is new in November",
        preheader="",
        html=f'<html><body><p>Dear reader-name.invalid,</p>\n{page}<a href="{leave}">leave</a></body></html>\n',
        text=f"Dear reader-name.invalid,\n\n{text}Leave: {leave}\n",
        digest="0" * 64,
    )


def order(work: Path, options: argparse.Namespace):
    from newsletter import config
    from newsletter.delivery.sending import Order

    text = SETTINGS.format(port=PORT, connections=options.connections)
    if options.dkim:
        text += f'[dkim]\ndomain = "example.org"\nkeys = [{{selector = "n1", file = "{work}/dkim.pem"}}]\n'
    settings = config.parse(text)
    page = rendered()
    return Order(issue="2026-11", digest=page.digest, settings=settings, keys=keys(), render_variant=lambda _: page)


def send(work: Path, options: argparse.Namespace) -> None:
    """The process that is timed."""
    from newsletter.delivery.sending import run, send_issue
    from newsletter.storage.database import open_database
    from newsletter.storage.ledger import Ledger

    engine = open_database("sqlite:///newsletter.db", work)
    tally = run(send_issue(order(work, options), Ledger(engine, work)))
    if (tally.accepted, tally.state) != (options.people, "done"):
        sys.exit(f"{tally}")
    if os.environ.get("BENCH_WORDS"):
        print(tally, resource.getrusage(resource.RUSAGE_SELF).ru_utime)


SETTINGS = """
[newsletter]
title = "LMS Research Monthly"
from = "LMS News <news@example.org>"
[public]
url = "https://news.example.org"
[inbox]
address = "bounces@example.org"
[delivery]
host = "127.0.0.1"
port = {port}
security = "none"
connections = {connections}
per_minute = 0
per_connection = 0
"""

if __name__ == "__main__":
    main()
