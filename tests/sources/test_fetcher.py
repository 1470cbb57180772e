"""Fetching from real servers on the loopback interface, and from files."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import os
import ssl
import zlib
from contextlib import asynccontextmanager

import pytest
import trustme
from aiohttp import web

from newsletter.sources import fetcher as source_fetcher
from newsletter.sources.fetcher import Fetcher, FetchRequest, read_file

LOOPBACK = "127.0.0.1"
FEED = b"<rss version='2.0'><channel/></rss>"
DIGEST = hashlib.sha256(FEED).hexdigest()


@asynccontextmanager
async def serving(handler, *, ssl_context=None):
    """A web server that answers everything with `handler`; gives its address."""
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handler)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, LOOPBACK, 0, ssl_context=ssl_context)
    await site.start()
    port = site._server.sockets[0].getsockname()[1]
    scheme = "https" if ssl_context else "http"
    try:
        yield f"{scheme}://{LOOPBACK}:{port}"
    finally:
        await runner.cleanup()


class Pauses(list):
    """A pause that only notes how long it was asked to be."""

    async def __call__(self, seconds):
        self.append(round(seconds, 3))


@pytest.fixture
def pauses():
    return Pauses()


@pytest.fixture
def client(pauses):
    """Makes a fetcher that may ask this machine and never really waits."""

    def make(**options):
        return Fetcher(
            **{"contact": "office@example.org", "allow_hosts": [LOOPBACK], "pause": pauses}
            | options
        )

    return make


def answering(body=FEED, status=200, **headers):
    """A handler that gives the same answer to all."""

    async def handler(request):
        return web.Response(
            body=body,
            status=status,
            headers={name.replace("_", "-"): v for name, v in headers.items()},
        )

    return handler


async def test_a_document_comes_with_its_address_type_and_validators(client):
    handler = answering(
        Content_Type="application/rss+xml; charset=utf-8", ETag='"1"', Last_Modified="yesterday"
    )
    async with serving(handler) as address, client() as fetcher:
        fetched = await fetcher.get(f"{address}/feed.xml?a=b#part")
    assert fetched.document.content == FEED
    assert fetched.document.url == f"{address}/feed.xml?a=b"
    assert fetched.document.content_type == "application/rss+xml; charset=utf-8"
    assert (fetched.etag, fetched.last_modified, fetched.digest) == ('"1"', "yesterday", DIGEST)
    assert fetched.error is None


async def test_validators_are_sent_and_304_is_no_document(client):
    seen = {}

    async def handler(request):
        seen.update(request.headers)
        return web.Response(status=304, headers={"ETag": '"1"'})

    async with serving(handler) as address, client() as fetcher:
        fetched = await fetcher.get(
            address, etag='"1"', last_modified="Fri, 31 Mar 2023 10:00:00 GMT", digest="d"
        )
    assert seen["If-None-Match"] == '"1"'
    assert seen["If-Modified-Since"] == "Fri, 31 Mar 2023 10:00:00 GMT"
    assert seen["User-Agent"].endswith("(office@example.org)")
    assert fetched.not_modified
    assert (fetched.document, fetched.etag, fetched.digest) == (None, '"1"', "d")


async def test_the_same_bytes_again_are_not_modified(client):
    async with serving(answering()) as address, client() as fetcher:
        fetched = await fetcher.get(address, digest=DIGEST)
    assert fetched.not_modified
    assert fetched.document is None


async def test_json_is_posted(client):
    async def handler(request):
        return web.json_response({"got": await request.json(), "method": request.method})

    async with serving(handler) as address, client() as fetcher:
        fetched = await fetcher.post_json(address, {"q": "sarcoma"})
    assert fetched.document.content == b'{"got": {"q": "sarcoma"}, "method": "POST"}'


async def test_a_redirected_post_becomes_a_get(client):
    async def handler(request):
        if request.path == "/":
            return web.Response(status=303, headers={"Location": "/there"})
        return web.Response(text=request.method + request.path)

    async with serving(handler) as address, client() as fetcher:
        fetched = await fetcher.post_json(address, {})
    assert fetched.document.content == b"GET/there"


@pytest.mark.parametrize(
    ("encoding", "pack"),
    [
        ("gzip", gzip.compress),
        ("x-gzip", gzip.compress),
        ("deflate", zlib.compress),
        ("deflate", lambda data: zlib.compress(data)[2:-4]),
        ("identity", bytes),
    ],
)
async def test_packed_answers_are_unpacked(client, encoding, pack):
    async with (
        serving(answering(pack(FEED), Content_Encoding=encoding)) as address,
        client() as fetcher,
    ):
        fetched = await fetcher.get(address)
    assert fetched.document.content == FEED


async def test_a_long_packed_answer_is_unpacked_piece_by_piece(client):
    long = os.urandom(300_000)
    async with (
        serving(answering(zlib.compress(long), Content_Encoding="deflate")) as address,
        client() as fetcher,
    ):
        fetched = await fetcher.get(address)
    assert fetched.document.content == long


async def test_a_packing_that_was_not_asked_for_is_said(client):
    async with serving(answering(b"x", Content_Encoding="br")) as address, client() as fetcher:
        assert (
            await fetcher.get(address)
        ).error == "127.0.0.1 packs its answers with br, which we did not ask for"


async def test_broken_packing_is_said(client):
    async with (
        serving(answering(b"no gzip", Content_Encoding="gzip")) as address,
        client() as fetcher,
    ):
        assert (
            await fetcher.get(address)
        ).error == "127.0.0.1 sent something that cannot be unpacked"


async def test_a_decompression_bomb_is_stopped(client):
    bomb = gzip.compress(bytes(60_000_000))
    assert len(bomb) < 100_000
    async with serving(answering(bomb, Content_Encoding="gzip")) as address, client() as fetcher:
        fetched = await fetcher.get(address)
    assert fetched.error == "the answer of 127.0.0.1 is larger than 20 MB: it was not read"


async def test_too_large_an_answer_is_not_read(client):
    async with serving(answering(bytes(20_000_001))) as address, client() as fetcher:
        fetched = await fetcher.get(address)
    assert "larger than 20 MB" in fetched.error


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_three_tries_with_growing_pauses(client, pauses, status):
    asked = []

    async def handler(request):
        asked.append(request.path)
        return web.Response(status=status)

    async with serving(handler) as address, client() as fetcher:
        fetched = await fetcher.get(address)
    assert len(asked) == 3
    assert pauses == [1.0, 2.0]
    assert fetched.error.startswith(f"HTTP {status}: 127.0.0.1 ")


async def test_a_second_try_may_succeed_after_the_pause_the_server_asks_for(client, pauses):
    answers = [web.Response(status=503, headers={"Retry-After": "7"}), web.Response(body=FEED)]

    async def handler(request):
        return answers.pop(0)

    async with serving(handler) as address, client() as fetcher:
        fetched = await fetcher.get(address)
    assert fetched.document.content == FEED
    assert pauses == [7.0]


@pytest.mark.parametrize(
    ("headers", "words"),
    [
        ({"Retry-After": "3600"}, "asks us to come back in 60 minutes"),
        (
            {
                "Retry-After": "Fri, 31 Mar 2023 10:01:30 GMT",
                "Date": "Fri, 31 Mar 2023 10:00:00 GMT",
            },
            "asks us to come back in 90 seconds",
        ),
    ],
)
async def test_a_long_wait_is_left_for_the_next_run(client, pauses, headers, words):
    async def handler(request):
        return web.Response(status=429, headers=headers)

    async with serving(handler) as address, client() as fetcher:
        fetched = await fetcher.get(address)
    assert fetched.error == f"HTTP 429: 127.0.0.1 {words}"
    assert pauses == []


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, 0.0),
        ({"Retry-After": "soon"}, 0.0),
        ({"Retry-After": "Fri, 31 Mar 2023 10:00:00 GMT"}, 0.0),  # long ago
        ({"Retry-After": "12"}, 12.0),
    ],
)
def test_retry_after_is_seconds_or_a_date(headers, seconds):
    assert source_fetcher._retry_after_s(headers) == seconds


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (404, "there is nothing at this address any more"),
        (410, "there is nothing at this address any more"),
        (403, "127.0.0.1 does not let us read this address"),
        (418, "127.0.0.1 does not give this address to us"),
        (302, "127.0.0.1 does not give this address to us"),  # without saying where to
    ],
)
async def test_a_refusal_is_a_sentence_and_not_tried_again(client, pauses, status, words):
    async with serving(answering(status=status)) as address, client() as fetcher:
        fetched = await fetcher.get(address)
    assert fetched.error == f"HTTP {status}: {words}"
    assert pauses == []


async def test_redirects_are_followed_to_the_final_address(client):
    async def handler(request):
        hop = int(request.query.get("hop", 0))
        if hop < 5:
            return web.Response(status=302, headers={"Location": f"/moved?hop={hop + 1}"})
        return web.Response(body=FEED)

    async with serving(handler) as address, client() as fetcher:
        fetched = await fetcher.get(address)
    assert fetched.document.url == f"{address}/moved?hop=5"


async def test_redirects_without_end_are_left(client):
    async with serving(answering(status=301, Location="/again")) as address, client() as fetcher:
        fetched = await fetcher.get(address)
    assert fetched.error == "127.0.0.1 leads from one address to the next without end"


@pytest.mark.parametrize(
    "host", ["127.1", "0x7f.1", "2130706433", "localhost", "[::ffff:127.0.0.1]", "169.254.169.254"]
)
async def test_a_redirect_to_an_inside_address_is_refused(client, host):
    asked = []

    async def handler(request):
        asked.append(request.path)
        return web.Response(
            status=302, headers={"Location": f"http://{host}:{request.url.port}/secret"}
        )

    async with serving(handler) as address, client() as fetcher:
        fetched = await fetcher.get(f"{address}/feed")
    assert "is inside your own network and was not asked" in fetched.error
    assert asked == ["/feed"]


async def test_inside_addresses_are_refused_unless_named(client):
    async with serving(answering()) as address, client(allow_hosts=()) as fetcher:
        refused = await fetcher.get(address)
        by_name = await fetcher.get(address.replace(LOOPBACK, "localhost"))
    assert "add it to fetch_from in newsletter.toml" in refused.error
    assert by_name.error.startswith("localhost is inside your own network")


async def test_a_named_host_inside_is_asked(client):
    async with serving(answering()) as address, client(allow_hosts=["LocalHost."]) as fetcher:
        fetched = await fetcher.get(address.replace(LOOPBACK, "localhost"))
    assert fetched.document.content == FEED


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("ftp://example.org/feed", "must start with https:// or http://, not ftp"),
        ("javascript:alert(1)", "not javascript"),
        ("//example.org", "not nothing"),
        ("http://", "must start with"),
        ("http://[::1/feed", "this is no address"),
    ],
)
async def test_other_addresses_are_refused(client, url, words):
    async with client() as fetcher:
        assert words in (await fetcher.get(url)).error


async def test_a_host_that_is_silent_is_said_so(client, pauses):
    async def handler(request):
        await asyncio.sleep(60)

    async with serving(handler) as address, client(timeout_s=0.05) as fetcher:
        fetched = await fetcher.get(address)
    assert fetched.error == "127.0.0.1 did not answer within 0.05 seconds"
    assert pauses == [1.0, 2.0]


async def test_a_host_that_is_not_there_is_said_so(client):
    async with serving(answering()) as address:
        pass
    async with client() as fetcher:
        assert (await fetcher.get(address)).error.startswith("127.0.0.1 cannot be reached: ")


async def test_a_name_that_nobody_knows_is_said_so(client):
    async with client() as fetcher:
        fetched = await fetcher.get("http://feed.invalid/")
    assert (
        fetched.error
        == "feed.invalid is not known to the network: look at the address, or try later"
    )


@asynccontextmanager
async def speaking(answer):
    """A server that writes `answer` to whoever connects, and hangs up."""

    async def speak(reader, writer):
        await reader.read(1000)
        writer.write(answer)
        writer.close()

    server = await asyncio.start_server(speak, LOOPBACK, 0)
    async with server:
        yield f"http://{LOOPBACK}:{server.sockets[0].getsockname()[1]}/"


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (b"", "broke off the connection"),
        (
            b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort",
            "broke off in the middle of its answer",
        ),
        (b"220 mail.example.org ESMTP\r\n", "does not answer as a web server should"),
    ],
)
async def test_a_broken_answer_is_said_so(client, answer, words):
    async with speaking(answer) as address, client() as fetcher:
        assert (await fetcher.get(address)).error == f"127.0.0.1 {words}"


async def test_a_certificate_that_proves_nothing_is_refused(client, pauses):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert(LOOPBACK).configure_cert(context)
    async with serving(answering(), ssl_context=context) as address, client() as fetcher:
        fetched = await fetcher.get(address)
    assert fetched.error == "127.0.0.1 cannot prove who it is: its certificate is not valid"
    assert pauses == []


async def test_no_more_than_two_connections_to_a_host(client):
    now = most = 0

    async def handler(request):
        nonlocal now, most
        now += 1
        most = max(most, now)
        await asyncio.sleep(0.01)
        now -= 1
        return web.Response(body=FEED)

    async with serving(handler) as address, client() as fetcher:
        await asyncio.gather(*(fetcher.get(f"{address}/{n}") for n in range(8)))
    assert most == 2


async def test_requests_per_second_are_kept(client, pauses):
    async with serving(answering()) as address, client(per_second={LOOPBACK: 0.001}) as fetcher:
        for _ in range(3):
            await fetcher.get(address)
    assert [round(each, -2) for each in pauses] == [1000.0, 2000.0]


async def test_what_is_asked_for_is_fetched_or_read(client, tmp_path):
    (tmp_path / "a b.xml").write_bytes(FEED)
    requests = [
        FetchRequest(name="file", url=str(tmp_path / "a b.xml")),
        FetchRequest(name="same", url=(tmp_path / "a b.xml").as_uri(), digest=DIGEST),
        FetchRequest(name="inside", url="http://10.0.0.1/"),
        FetchRequest(name="gone", url=str(tmp_path / "gone.xml")),
    ]
    async with serving(answering()) as address, client() as fetcher:
        requests.append(FetchRequest(name="web", url=address))
        fetched = {each.name: await fetcher.get_or_read(each) for each in requests}
    assert fetched["web"].document.content == fetched["file"].document.content == FEED
    assert fetched["same"].not_modified
    assert "inside your own network" in fetched["inside"].error
    assert fetched["gone"].error.endswith("gone.xml is not there: was it moved or renamed?")


def test_a_file_is_read_with_its_address(tmp_path):
    path = tmp_path / "feed.xml"
    path.write_bytes(FEED)
    fetched = read_file(path)
    assert fetched.document.content == FEED
    assert fetched.document.url == path.as_uri()
    assert read_file(path, digest=fetched.digest).not_modified


def test_what_is_no_file_is_said_so(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    assert read_file(tmp_path).error.endswith("is a folder: name a file in it")
    assert read_file(tmp_path / "pipe").error.endswith("is no ordinary file")
    assert "cannot be read" in read_file(tmp_path / "a\0b").error
    assert "cannot be read" in read_file(tmp_path / ("x" * 5000)).error


def test_a_large_file_is_not_read(tmp_path):
    path = tmp_path / "large.xml"
    with path.open("wb") as file:
        file.truncate(100_000_000)
    assert read_file(path).error == f"{path} is larger than 20 MB: it was not read"
