"""How fast an issue goes out, against Postfix's own `smtp-source` and nodemailer's pool.

    .venv/bin/python bench/sending.py [--people 10000] [--repeats 5] [--connections 20] [--dkim rsa]
    .venv/bin/python bench/sending.py --delay-ms 20 --connections 50 --people 5000
    .venv/bin/python bench/sending.py --sizes 1000,10000,100000 [--small]

Each repeat times all whole processes in turn, start-up, list and a ledger with `synchronous=FULL`
included, each against a fresh server: Postfix's `smtp-sink`, or with `--delay-ms` one that holds
every reply back (`holding_sink.py`). A run counts only when the server took exactly as many
messages. smtp-source has 10 connections without a delay, and as many as all with one. nodemailer
sends a fifth of the messages, and is found in the folder that NODE_PATH names. `--sizes` sends to
longer and longer lists: the time for a message and the memory should stay as they are. Needs
Debian's package `postfix`.
"""

from __future__ import annotations

import argparse
import contextlib
import gc
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
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

BENCH = Path(__file__).resolve().parent
PORT = 2540
LOREM = "A phase 2 trial of something new in advanced leiomyosarcoma, open in Denver and Houston. "
NAME, LEAVE = "reader-name.invalid", "https://reader.invalid/unsubscribe"
OURS = "newsletter"


@dataclass(frozen=True)
class Peer:
    """A program that is timed."""

    name: str
    command: tuple[str, ...]
    people: int


def main() -> None:
    options = _options()
    if options.child:
        {"prepare": prepare, "send": send}[options.child](Path(options.work), options)
        return
    if not shutil.which("smtp-sink"):
        sys.exit("bench/sending.py needs smtp-sink and smtp-source: apt-get install postfix")
    os.environ.pop(
        "PYTHONDONTWRITEBYTECODE", None
    )  # an installed program is compiled; the first repeat compiles ours
    if options.sizes:
        grow(options)
    else:
        compare(options)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--people", type=int, default=10_000)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--connections", type=int, default=20)
    parser.add_argument("--dkim", choices=["rsa", "ed25519"], help="sign with a key of this kind")
    parser.add_argument(
        "--delay-ms", type=int, default=0, help="the server holds each of its replies back so long"
    )
    parser.add_argument(
        "--sizes",
        default="",
        help="lengths of the list, such as 1000,10000,100000: alone, once each",
    )
    parser.add_argument("--small", action="store_true", help="a message of 2 KB instead of 40")
    parser.add_argument("--without", default="", help="peers to leave out, divided by commas")
    parser.add_argument("--child", choices=["prepare", "send"])
    parser.add_argument("--work", help="the folder of a child")
    return parser.parse_args()


def compare(options: argparse.Namespace) -> None:
    """All programs in turn; the medians, and ours against each of the others in the same repeat."""
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        run_child("prepare", work, options.people)
        programs = peers(work, options)
        seconds: dict[str, list[float]] = {peer.name: [] for peer in programs}
        memory = 0.0
        for _ in range(options.repeats):
            for peer in programs:
                fresh(work)
                took, peak = timed(list(peer.command), peer.people, options)
                seconds[peer.name].append(took / peer.people)
                memory = max(memory, peak) if peer.name == OURS else memory
        for name, each in seconds.items():
            rates = sorted(1 / second for second in each)
            print(
                f"{name:12} {statistics.median(rates):8.0f} a second ({rates[0]:.0f} to {rates[-1]:.0f})"
            )
        for name, each in seconds.items():
            if name != OURS:
                ratio = statistics.median(
                    theirs / ours for theirs, ours in zip(each, seconds[OURS], strict=True)
                )
                print(f"{ratio:.3f} x {name}")
        size = (work / "sample.eml").stat().st_size
        print(f"{size} bytes a message; peak memory {memory:.0f} MB; load {os.getloadavg()[0]:.1f}")


def peers(work: Path, options: argparse.Namespace) -> tuple[Peer, ...]:
    """What is timed, in this order; what is missing is named."""
    together = str(options.connections if options.delay_ms else 10)
    source = (
        "smtp-source",
        "-4",
        "-d",
        "-s",
        together,
        "-m",
        str(options.people),
        "-F",
        str(work / "sample.eml"),
    )
    source += ("-f", "news@example.org", "-t", "u@example.net", f"127.0.0.1:{PORT}")
    few = max(options.people // 5, 1)
    node = ("node", str(BENCH / "nodemailer_pool.js"), str(work), str(PORT), str(few), together)
    found = [Peer("smtp-source", source, options.people), Peer("nodemailer", node, few)]
    why = missing_node()
    if why and "nodemailer" not in options.without:
        print(f"nodemailer is not compared: {why}")
    left_out = {*options.without.split(","), *(["nodemailer"] if why else [])}
    ours = Peer(OURS, tuple(child_command("send", work, options.people)), options.people)
    return (*(each for each in found if each.name not in left_out), ours)


def missing_node() -> str:
    """Why nodemailer cannot be run, or nothing."""
    if not shutil.which("node"):
        return "node is not installed"
    asked = subprocess.run(
        ["node", "-e", "require('nodemailer')"], check=False, capture_output=True
    )
    hint = "npm install nodemailer in a folder of its own, and NODE_PATH=THAT_FOLDER/node_modules"
    return f"nodemailer is not found ({hint})" if asked.returncode else ""


def grow(options: argparse.Namespace) -> None:
    """Longer and longer lists, once each, in new processes."""
    print("    people  import s  its MB   send s  a message, us  send MB")
    for people in map(int, options.sizes.split(",")):
        with tempfile.TemporaryDirectory() as folder:
            work = Path(folder)
            start = time.perf_counter()
            import_mb = run_child("prepare", work, people)
            import_s = time.perf_counter() - start
            fresh(work)
            took, send_mb = timed(child_command("send", work, people), people, options)
        each = took / people * 1e6
        print(
            f"{people:10} {import_s:9.1f} {import_mb:7.0f} {took:8.2f} {each:14.0f} {send_mb:8.0f}",
            flush=True,
        )
    print(f"load {os.getloadavg()[0]:.1f}")


def child_command(what: str, work: Path, people: int) -> list[str]:
    """This script in a process of its own, with the options it was given."""
    command = [sys.executable, __file__, *sys.argv[1:], "--child", what]
    return [*command, "--work", str(work), "--people", str(people)]


def run_child(what: str, work: Path, people: int) -> float:
    """Run it to its end; its peak memory in MB."""
    child = subprocess.Popen(child_command(what, work, people))
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        sys.exit(f"{what} ended with {child.returncode}")
    return used.ru_maxrss / 1024


def timed(command: list[str], people: int, options: argparse.Namespace) -> tuple[float, float]:
    """Seconds and peak memory in MB of a command against a fresh server."""
    with server(options) as (running, log):
        start = time.perf_counter()
        child = subprocess.Popen(command)
        _, status, used = os.wait4(child.pid, 0)
        seconds = time.perf_counter() - start
        child.returncode = os.waitstatus_to_exitcode(status)
        running.send_signal(signal.SIGTERM)
        running.wait()
        log.seek(0)
        taken = re.findall(rb"mesg=(\d+)", log.read())
    if child.returncode or not taken or int(taken[-1]) != people:
        sys.exit(f"{command[0]}: exit {child.returncode}, the server took {taken[-1:]} of {people}")
    return seconds, used.ru_maxrss / 1024


@contextlib.contextmanager
def server(options: argparse.Namespace) -> Iterator[tuple[subprocess.Popen[bytes], IO[bytes]]]:
    """A server that takes everything.

    What it says at its end, how many messages it took, is in the file.
    """
    command = ["smtp-sink", "-4", "-c", "-u", "nobody", "-m", "1000", f"127.0.0.1:{PORT}", "1024"]
    if options.delay_ms:
        command = [sys.executable, str(BENCH / "holding_sink.py"), str(PORT), str(options.delay_ms)]
    with (
        tempfile.TemporaryFile() as log,
        subprocess.Popen(command, stdout=log, stderr=log) as running,
    ):
        try:
            _until_open()
            yield running, log
        finally:
            running.send_signal(signal.SIGTERM)


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
    sys.exit("the server to send to did not start")


def prepare(work: Path, options: argparse.Namespace) -> None:
    """A database of people, kept as `people.db`, an issue of about 40 KB, and a message of it for smtp-source."""
    from newsletter.database.engine import open_database
    from newsletter.delivery.message import MessageTemplate
    from newsletter.formats.mailboxes import MailAddress
    from newsletter.model import Subscriber
    from newsletter.subscribers.list_import import ImportRow
    from newsletter.subscribers.repository import SubscriberRepository

    engine = open_database("sqlite:///newsletter.db", work)
    rows = (
        ImportRow(
            line=n,
            address=MailAddress(f"user{n}@example.net", f"user{n}@example.net"),
            name=f"Réader {n}",
        )
        for n in range(options.people)
    )
    SubscriberRepository(engine, keys()).import_rows(rows, now=datetime.now(UTC))
    engine.dispose()
    (work / "newsletter.db").rename(work / "people.db")
    if options.dkim:
        kind = [
            "-algorithm",
            options.dkim,
            *(["-pkeyopt", "rsa_keygen_bits:2048"] if options.dkim == "rsa" else []),
        ]
        subprocess.run(
            ["openssl", "genpkey", *kind, "-out", work / "dkim.pem"],
            check=True,
            capture_output=True,
        )
        (work / "dkim.pem").chmod(0o600)
    page = rendered(options)
    for suffix, text in (("html", page.html), ("txt", page.text)):
        (work / f"page.{suffix}").write_text(
            text.replace(NAME, "{name}").replace(LEAVE, "{leave}"), "utf-8"
        )
    template = MessageTemplate(page, order(work, options).mailing(1, datetime.now(UTC)))
    (work / "sample.eml").write_bytes(
        template.fill(Subscriber(id=1, address="user1@example.net", name="R 1")).content
    )


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


def rendered(options: argparse.Namespace):
    from newsletter.model import RenderedIssue

    paragraphs, lines = (1, 1) if options.small else (62, 40)
    page = "".join(
        f'<h2 style="font-size:18px">{n}</h2><p style="margin:0">{LOREM * 4}<a href="https://example.org/{n}">more</a></p>\n'
        for n in range(paragraphs)
    )
    text = "".join(f"{n}\n{LOREM * 2}\nhttps://example.org/{n}\n\n" for n in range(lines))
    return RenderedIssue(
        subject="What is new in November",
        preheader="",
        html=f'<html><body><p>Dear {NAME},</p>\n{page}<a href="{LEAVE}">leave</a></body></html>\n',
        text=f"Dear {NAME},\n\n{text}Leave: {LEAVE}\n",
        digest="0" * 64,
        fallback_name="reader",
    )


def order(work: Path, options: argparse.Namespace):
    from newsletter import config
    from newsletter.delivery.sender import SendJob

    text = SETTINGS.format(port=PORT, connections=options.connections)
    if options.dkim:
        text += f'[dkim]\ndomain = "example.org"\nkeys = [{{selector = "n1", file = "{work}/dkim.pem"}}]\n'
    settings = config.parse(text)
    page = rendered(options)
    return SendJob(
        issue="2026-11",
        digest=page.digest,
        settings=settings,
        keys=keys(),
        render_variant=lambda _: page,
    )


def send(work: Path, options: argparse.Namespace) -> None:
    """The process that is timed.

    It starts with the program's own setting of the garbage collector.
    """
    from newsletter.__main__ import FEWER_PASSES

    gc.set_threshold(*FEWER_PASSES)
    from newsletter.database.engine import open_database
    from newsletter.delivery.ledger import Ledger
    from newsletter.delivery.sender import run_send, send_issue

    engine = open_database("sqlite:///newsletter.db", work)
    tally = run_send(send_issue(order(work, options), Ledger(engine, work)))
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
