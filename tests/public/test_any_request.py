"""Whatever comes over the wire.

No failure, no reader given away, and nothing changed by anything but a POST.

Requests are built byte by byte and sent to `newsletter serve` over real HTTP: every route with any
method, token, query, header, body, encoding and length, whole or broken. `NEWSLETTER_FUZZ=20000`
tries that many.
"""

from __future__ import annotations

import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from support.public_page import Page

from newsletter.formats.mailboxes import parse_address
from newsletter.public.middleware import HEADERS
from newsletter.subscribers.list_import import ImportRow
from newsletter.tokens import Keys, Purpose

EXAMPLES = int(os.environ.get("NEWSLETTER_FUZZ", "100"))
READERS = 40
CANARY = re.compile(rb"reader-\d+|patients\.example|wilhelmina|news-login", re.IGNORECASE)
"""What stands in every reader's address and name."""
OF_THE_SERVER = b"Invalid HTTP request received."
"""uvicorn's own words to what is no HTTP; such a request never reaches us, and a proxy keeps it away."""
DELIVERY = '[delivery]\nhost = "127.0.0.1"\nport = 9\nsecurity = "none"\n'


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes
    raw: bytes = field(repr=False)


@dataclass
class Served:
    """`newsletter serve` with forty readers, and an open eye on its database."""

    folder: Path
    port: int
    database: sqlite3.Connection

    def ask(self, request: bytes, *, is_whole: bool = True) -> Answer | None:
        """The answer to these bytes; None when the server hung up without one.

        We hang up where more was promised.
        """
        with socket.create_connection(("127.0.0.1", self.port), timeout=20) as connection:
            try:
                connection.sendall(request)
                if not is_whole:
                    connection.shutdown(socket.SHUT_WR)
            except OSError:  # it refused before we had said all
                pass
            return _answer(_all(connection))

    def version(self) -> int:
        """Another number whenever somebody else wrote."""
        found: int = self.database.execute("PRAGMA data_version").fetchone()[0]
        return found


def _all(connection: socket.socket) -> bytes:
    received = b""
    try:
        while some := connection.recv(65536):
            received += some
    except ConnectionResetError:
        pass
    return received


def _answer(raw: bytes) -> Answer | None:
    while raw.startswith(b"HTTP/1.1 100 "):
        raw = raw.partition(b"\r\n\r\n")[2]
    head, _, body = raw.partition(b"\r\n\r\n")
    if not head:
        return None
    first, *lines = head.decode("latin-1").split("\r\n")
    pairs = (line.split(": ", 1) for line in lines)
    return Answer(int(first.split()[1]), {name.lower(): value for name, value in pairs}, body, raw)


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Page:
    page = Page(tmp_path_factory.mktemp("any") / "ours", more=DELIVERY)
    rows = [
        ImportRow(
            line=n,
            address=parse_address(f"reader-{n}@patients.example.net"),
            name=f"Wilhelmina {n}",
        )
        for n in range(READERS)
    ]
    page.people.import_rows(rows, now=page.clock.now)
    page.add_issue()
    return page


@pytest.fixture
def served(page: Page) -> Iterator[Served]:
    """A server of its own for each test; afterwards its log is looked at."""
    command = [
        sys.executable,
        "-m",
        "newsletter",
        "-C",
        str(page.folder),
        "serve",
        "--port",
        "0",
        "--log",
    ]
    log = page.folder / "log"
    with log.open("wb") as written, subprocess.Popen(command, stderr=written) as process:
        database = sqlite3.connect(page.folder / ".newsletter" / "newsletter.db")
        try:
            yield Served(page.folder, _port(log, process), database)
        finally:
            database.close()
            process.send_signal(signal.SIGTERM)
            process.wait(20)
    _look_at(log.read_bytes())


def _port(log: Path, process: subprocess.Popen[bytes]) -> int:
    """Where it answers, as soon as it says so."""
    while process.poll() is None:
        if found := re.search(rb"http://127.0.0.1:(\d+)/", log.read_bytes()):
            return int(found[1])
        time.sleep(0.02)
    raise AssertionError(log.read_text("utf-8", "replace"))


def _look_at(log: bytes) -> None:
    """The log names no reader, no token, and no failure that nobody thought of."""
    assert CANARY.findall(log) == []
    assert re.findall(rb"[a-z2-7]{45}", log, re.IGNORECASE) == []
    assert re.findall(rb"Traceback.*", log) == []
    assert re.findall(rb".*\bfailed error=.*", log) == []


KEYS = Keys(b"an invented secret")


def tokens(purposes: st.SearchStrategy[Purpose]) -> st.SearchStrategy[str]:
    return st.builds(KEYS.sign, purposes, st.integers(1, READERS + 5), st.integers(0, 3))


OF_ROUTES = {"u": Purpose.UNSUBSCRIBE, "p": Purpose.PREFERENCES, "c": Purpose.CONFIRM}
TOKENS = tokens(st.sampled_from(Purpose))
BROKEN = st.one_of(
    st.builds(lambda token, n: token[:n], TOKENS, st.integers(0, 45)),
    st.builds(str.upper, TOKENS),
    st.text(max_size=60),
    st.sampled_from(
        [
            "..",
            "%2e%2e",
            "%00",
            "%FF%FE",
            "2026-11",
            "a" * 3000,
            "2026-11%2f..%2f",
            "{{7*7}}",
            "wilhelmina%40patients.example",
        ]
    ),
)
NAMES = st.one_of(st.sampled_from(["2026-11", "2026-12", "..", "%2e%2e%2f.newsletter"]), BROKEN)
ACTIONS = ("/u/{t}", "/u/{t}/why", "/p/{t}", "/p/{t}/data", "/p/{t}/erase", "/c/{t}", "/subscribe")
ROUTES = (
    *ACTIONS, *ACTIONS, "/", "/atom.xml", "/issues/{n}", "/issues/{n}/", "/issues/{n}/print", "/issues/{n}/{t}", "/robots.txt", "/style.css", "//", "/{t}", "*",
    "http://news.example.org/u/{t}", "/u/{t}/", "/../newsletter.toml", "/static/%2e%2e/{n}",
)  # fmt: skip
TEXT = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        [
            "reader-1@patients.example.net",
            "a@b.example",
            "ü@ü.example",
            "x" * 300,
            "\ud800",
            "9" * 30,
            "-1",
            "\0",
        ]
    ),
)


def _quoted(text: str) -> bytes:
    """A path as a careless program writes it.

    What would end the request line is escaped, all else goes as it is.
    """
    return re.sub(rb"[\s\x00-\x1f\x7f]", b"%20", text.encode("utf-8", "surrogatepass"))


def _escaped(text: str) -> bytes:
    """…and as a browser does."""
    return quote(text.encode("utf-8", "surrogatepass"), safe="/?=&%:").encode()


@st.composite
def paths(draw: st.DrawFn, routes: tuple[str, ...]) -> bytes:
    """Mostly right paths, with any query."""
    route = draw(st.sampled_from(routes))
    right = tokens(st.just(OF_ROUTES.get(route[1:2], Purpose.BOUNCE)))
    token = draw(st.one_of(right, right, right, TOKENS, BROKEN))
    path = route.replace("{t}", token).replace("{n}", draw(NAMES))
    query = draw(
        st.one_of(
            st.just(""),
            st.sampled_from(["lang=es", "lang=en", "lang=%FF", "lang=" + "e" * 500]),
            TEXT,
        )
    )
    return draw(st.sampled_from([_quoted, *[_escaped] * 7]))(path + ("?" + query if query else ""))


FORMS = st.dictionaries(
    st.one_of(st.sampled_from(["do", "months", "address", "name", "language", "section", "large_print", "sure", "why", "List-Unsubscribe"]), TEXT),
    st.lists(st.one_of(st.sampled_from(["save", "pause", "come_back", "leave", "address", "yes", "es", "One-Click", "research"]), TEXT), max_size=3),
    max_size=6,
)  # fmt: skip
BOUNDARY = b"--b"
MULTIPART = (
    b'--b\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--b--\r\n'
)
BODIES = st.one_of(
    st.builds(lambda form: urlencode(form, doseq=True, errors="surrogatepass").encode(), FORMS),
    st.builds(
        lambda form: urlencode(
            form, doseq=True, encoding="utf-16", errors="surrogatepass"
        ).encode(),
        FORMS,
    ),
    st.binary(max_size=200),
    st.builds(lambda n: MULTIPART[:n], st.integers(0, len(MULTIPART))),
    st.sampled_from(
        [
            b"",
            b"a=" + b"x" * 4094,
            b"x" * 5000,
            b"=&" * 2000,
            b"%" * 100,
            b"a=1&" * 900,
            BOUNDARY * 1400,
        ]
    ),
)
TYPES = st.sampled_from([
    "", "application/x-www-form-urlencoded", "application/x-www-form-urlencoded; charset=utf-7", "multipart/form-data; boundary=b",
    "multipart/form-data", "multipart/form-data; boundary=" + "b" * 500, "application/json", "text/plain; charset=\xff", ";;;",
])  # fmt: skip
LANGUAGES = st.sampled_from(
    ["", "es", "en-US,en;q=0.9", "es;q=x, *;q=0.1", "\xff\xfe", "q=,;;=" * 50, "zh"]
)
HOSTS = st.sampled_from(
    [b"news.example.org"] * 20 + [b"127.0.0.1:8080"] * 5 + [b"evil.example", b"", b"[::1", b"\xff"]
)
ODD = st.lists(
    st.sampled_from([
        b"Content-Encoding: gzip", b"Cookie: a=b; session=\xff", b"Expect: 100-continue", b"Range: bytes=0-1", b"If-None-Match: *",
        b"X-Forwarded-Proto: https", b"Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: eA==", b"Upgrade: h2c",
        b"X: " + b"y" * 8000, b"Origin: null", b"Accept: text/x-dvi; q=.8; mxb=100000", b"Host: twice.example", b"Broken header",
    ]), max_size=3, unique=True,
)  # fmt: skip
MORE = st.one_of(st.just([]), st.just([]), ODD)
READ_ONLY = st.sampled_from(
    [
        *["GET"] * 20,
        *["HEAD"] * 5,
        "OPTIONS",
        "PUT",
        "DELETE",
        "PATCH",
        "TRACE",
        "PROPFIND",
        "get",
        "POSTT",
    ]
)


def _framed(body: bytes, how: str) -> tuple[bytes, bytes]:
    """The header that says how long the body is, and the body as it is sent."""
    match how:
        case "right":
            return b"Content-Length: %d" % len(body), body
        case "short":
            return b"Content-Length: %d" % (len(body) // 2), body
        case "long":
            return b"X-Cut: yes\r\nContent-Length: %d" % (len(body) + 10), body
        case "chunked":
            return b"Transfer-Encoding: chunked", b"%x\r\n%s\r\n0\r\n\r\n" % (
                len(body),
                body,
            ) if body else b"0\r\n\r\n"
        case "cut":
            return b"X-Cut: yes\r\nTransfer-Encoding: chunked", b"%x\r\n%s" % (len(body) + 1, body)
        case _:
            return how.encode(), body


def is_whole(request: bytes) -> bool:
    """Whether all came that was promised; else a server waits."""
    return b"\r\nX-Cut: yes" not in request


FRAMES = st.sampled_from([
    *["right"] * 20, *["chunked"] * 5, "short", "long", "cut", "X-None: 1", "Content-Length: -1", "Content-Length: x",
    "Content-Length: 99999999999999999999", "Content-Length: 0\r\nContent-Length: 5", "Transfer-Encoding: gzip, chunked",
])  # fmt: skip


@st.composite
def requests(
    draw: st.DrawFn, methods: st.SearchStrategy[str], routes: tuple[str, ...] = ROUTES
) -> bytes:
    length, body = _framed(draw(BODIES), draw(FRAMES))
    # so that no limit hides a page
    visitor = f"198.51.{draw(st.integers(0, 255))}.{draw(st.integers(0, 255))}"
    headers = [
        b"Host: " + draw(HOSTS),
        b"Connection: close",
        b"Accept-Language: " + draw(LANGUAGES).encode("latin-1"),
        b"Content-Type: " + draw(TYPES).encode("latin-1"),
        b"X-Forwarded-For: " + visitor.encode(),
        length,
        *draw(MORE),
    ]
    version = draw(st.sampled_from([*["1.1"] * 9, "1.0"]))
    line = b"%s %s HTTP/%s" % (draw(methods).encode(), draw(paths(routes)), version.encode())
    return b"\r\n".join((line, *headers)) + b"\r\n\r\n" + body


def judge(answer: Answer | None, request: bytes) -> None:
    """What holds for every answer."""
    event("hung up" if answer is None else f"{answer.status}, {answer.body[:12]!r}")
    if answer is None or answer.body == OF_THE_SERVER:
        return
    assert 200 <= answer.status < 500, answer.status
    for name, value in HEADERS.items():
        if name in {
            "Content-Security-Policy",
            "Cache-Control",
            "X-Robots-Tag",
        }:  # public pages have their own
            assert answer.headers[name.lower()]
        else:
            assert answer.headers[name.lower()] == value, name
    assert answer.headers["content-security-policy"].startswith("default-src 'none'; ")
    assert answer.headers["strict-transport-security"] == "max-age=31536000"
    assert not {"set-cookie", "server", "x-powered-by"} & set(answer.headers)
    if "attachment" not in answer.headers.get(
        "content-disposition", ""
    ):  # what one person asked for by a POST
        assert CANARY.findall(answer.raw) == []
    else:
        assert request.startswith(b"POST /p/")


MANY = settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
    ],
)


@MANY
@given(request=st.one_of(requests(st.just("POST"), ACTIONS), requests(st.just("POST"))))
def test_any_post_is_answered_and_gives_nobody_away(served: Served, request: bytes) -> None:
    judge(served.ask(request, is_whole=is_whole(request)), request)


@MANY
@given(request=requests(READ_ONLY))
def test_any_other_method_changes_nothing(served: Served, request: bytes) -> None:
    before = served.version()
    judge(served.ask(request, is_whole=is_whole(request)), request)
    assert served.version() == before


@MANY
@given(
    garbage=st.one_of(
        st.binary(max_size=400),
        st.builds(bytes.__add__, requests(READ_ONLY), st.binary(max_size=40)),
    )
)
def test_what_is_hardly_http_changes_nothing_either(served: Served, garbage: bytes) -> None:
    before = served.version()
    answer = served.ask(garbage, is_whole=False)
    if answer is not None:
        assert answer.status < 500
        assert CANARY.findall(answer.raw) == []
    assert served.version() == before
