"""Bytes from the web and from files.

A failed fetch is a value with a sentence for people, never an exception.

At most two connections to a host, three tries, five redirects (each judged anew), 20 MB after
unpacking. Only http and https, and nothing inside our own network (see `private_networks`) unless
the configuration names the host.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import re
import ssl
import stat
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, replace
from email.utils import parsedate_to_datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any, Self
from urllib.parse import urlsplit

import aiohttp
from yarl import URL

from newsletter import __version__
from newsletter.errors import SourceError
from newsletter.model import MAX_DOCUMENT_BYTES, Document
from newsletter.sources.body_decoder import decompress_body, format_megabytes
from newsletter.sources.fetch_errors import (
    PermanentFetchError,
    TransientFetchError,
    build_inside_error,
)
from newsletter.sources.private_networks import (
    InsideAddressError,
    PublicResolver,
    plain_host,
    refuse_inside_literal,
)

MAX_REDIRECTS = 5
TRIES = 3
CONNECTIONS_PER_HOST = 2
TIMEOUT_S = 30.0
LONGEST_WAIT_S = 30.0  # a server that wants us to wait longer is asked again on the next run
REDIRECTS = frozenset({301, 302, 303, 307, 308})
NCBI = "eutils.ncbi.nlm.nih.gov"
PER_SECOND: Mapping[str, float] = MappingProxyType(
    {NCBI: 3.0}
)  # https://www.ncbi.nlm.nih.gov/books/NBK25497/
PER_SECOND_WITH_KEY: Mapping[str, float] = MappingProxyType({NCBI: 10.0})
ACCEPT = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9,"
    " */*;q=0.8"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchResult:
    """What one fetch gave. Exactly one of `document`, `not_modified` and `error` is set."""

    document: Document | None = None
    not_modified: bool = False  # the server says so, or the same bytes came
    etag: str = ""  # to be sent with the next request, as are the next two
    last_modified: str = ""
    digest: str = ""  # SHA-256 of the bytes, hex
    error: str | None = None  # a sentence
    inside_host: str = ""  # the host that was not asked because it is inside one's own network


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchRequest:
    """One source to be fetched, and what the last answer said of itself."""

    name: str
    url: str  # http(s), or the path of a file
    etag: str = ""
    last_modified: str = ""
    digest: str = ""


def _path_of(url: str) -> Path:
    """The file of a `file:` address; on Windows the drive stands in its path: `/C:/list.csv`."""
    from urllib.request import url2pathname

    return Path(url2pathname(urlsplit(url).path))


def read_file(path: Path, *, digest: str = "") -> FetchResult:
    """The bytes of a recorded file; `not_modified` when they have the digest of last time."""
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            return FetchResult(error=f"{path} is a folder: name a file in it")
        if not stat.S_ISREG(status.st_mode):
            return FetchResult(error=f"{path} is no ordinary file")
        with path.open("rb") as file:
            content = file.read(MAX_DOCUMENT_BYTES + 1)
    except FileNotFoundError:
        return FetchResult(error=f"{path} is not there: was it moved or renamed?")
    except (OSError, ValueError) as error:
        return FetchResult(
            error=f"{path} cannot be read: {getattr(error, 'strerror', None) or error}"
        )
    if len(content) > MAX_DOCUMENT_BYTES:
        return FetchResult(error=f"{path} is larger than {format_megabytes()}: it was not read")
    return _answer(Document(content=content, url=path.absolute().as_uri()), digest)


class Fetcher:
    """A web client that keeps the rules.

    Used as `async with Fetcher(contact="office@example.org") as fetcher`.

    `per_second` limits the requests to a host; `pause` is how it waits, in seconds.
    """

    def __init__(
        self,
        *,
        contact: str,
        allow_hosts: Collection[str] = (),
        per_second: Mapping[str, float] = PER_SECOND,
        timeout_s: float = TIMEOUT_S,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._agent = re.sub(r"[^\x20-\x7e]", "", f"newsletter/{__version__} ({contact})")
        self._allowed = frozenset(map(plain_host, allow_hosts))
        self._per_second = per_second
        self._timeout_s = timeout_s
        self._pause = pause
        self._hosts: defaultdict[str, asyncio.Semaphore] = defaultdict(
            lambda: asyncio.Semaphore(CONNECTIONS_PER_HOST)
        )
        self._free_at: dict[
            str, float
        ] = {}  # when the next request to a host may begin, on the loop's clock

    async def __aenter__(self) -> Self:
        self._resolver = PublicResolver(aiohttp.ThreadedResolver(), self._allowed)
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                resolver=self._resolver, limit=0, limit_per_host=CONNECTIONS_PER_HOST
            ),
            timeout=aiohttp.ClientTimeout(
                total=self._timeout_s, sock_connect=min(15.0, self._timeout_s)
            ),
            headers={
                "User-Agent": self._agent,
                "Accept": ACCEPT,
                "Accept-Encoding": "gzip, deflate",
            },
            auto_decompress=False,  # we unpack ourselves: a small answer may hold gigabytes
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._session.close()
        await self._resolver.close()

    async def get_or_read(self, request: FetchRequest) -> FetchResult:
        """From the web where the request names an address, else from the file it names."""
        if "://" in request.url and not request.url.startswith("file:"):
            return await self.get(
                request.url,
                etag=request.etag,
                last_modified=request.last_modified,
                digest=request.digest,
            )
        path = _path_of(request.url) if request.url.startswith("file:") else Path(request.url)
        return await asyncio.to_thread(read_file, path, digest=request.digest)

    async def get(
        self, url: str, *, etag: str = "", last_modified: str = "", digest: str = ""
    ) -> FetchResult:
        """What stands at an address.

        `not_modified` when it is what the validators of last time speak of.
        """
        headers = {"If-None-Match": etag, "If-Modified-Since": last_modified}
        sent = {name: value for name, value in headers.items() if value and value.isprintable()}
        return await self._retry_request("GET", url, {"headers": sent}, digest)

    async def post_json(self, url: str, data: Any) -> FetchResult:
        """The answer to a JSON request."""
        return await self._retry_request(
            "POST", url, {"json": data, "headers": {"Accept": "application/json"}}, ""
        )

    async def probe(self, url: str, *, method: str) -> tuple[int, str]:
        """Status and Location of one request: no redirect is followed, nothing is read.

        Raises SourceError with a sentence when there is no answer, or the address may not be asked.
        """
        try:
            target = self._check_url(url)
            async with self._turn(target), self._open_response(method, target, {}) as response:
                return response.status, response.headers.get("Location", "")
        except (TransientFetchError, PermanentFetchError) as error:
            raise SourceError(str(error), inside_host=error.inside_host) from error

    async def _retry_request(
        self, method: str, url: str, options: Mapping[str, Any], digest: str
    ) -> FetchResult:
        """Up to three tries, with a pause after each that may mend itself."""
        tried = 0
        while True:
            tried += 1
            try:
                return await self._follow_redirects(method, url, options, digest)
            except TransientFetchError as error:
                if tried == TRIES or error.wait_s > LONGEST_WAIT_S:
                    return FetchResult(error=str(error))
                await self._pause(max(error.wait_s, 2.0 ** (tried - 1)))
            except PermanentFetchError as error:
                return FetchResult(error=str(error), inside_host=error.inside_host)

    async def _follow_redirects(
        self, method: str, url: str, options: Mapping[str, Any], digest: str
    ) -> FetchResult:
        """One request and its redirects, each judged as if a stranger had written it."""
        target = self._check_url(url)
        for _ in range(MAX_REDIRECTS + 1):
            async with self._turn(target), self._open_response(method, target, options) as response:
                if response.status not in REDIRECTS or "Location" not in response.headers:
                    return await _read_response(response, digest)
                if response.status in {301, 302, 303} and method == "POST":
                    method, options = "GET", {}
                target = self._check_url(response.headers["Location"], base=target)
        raise PermanentFetchError(f"{_host(target)} leads from one address to the next without end")

    def _check_url(self, url: str, *, base: URL | None = None) -> URL:
        """The address, absolute; refused when it is no http(s) or writes out an inside address."""
        try:
            target = URL(url) if base is None else base.join(URL(url))
            host = target.host or ""
        except ValueError as error:
            raise PermanentFetchError("this is no address: look at it again") from error
        if target.scheme not in {"http", "https"} or not host:
            raise PermanentFetchError(
                f"an address must start with https:// or http://, not {target.scheme or 'nothing'}"
            )
        try:
            refuse_inside_literal(host, self._allowed)
        except InsideAddressError as error:
            raise build_inside_error(host) from error
        return target.with_fragment(None)

    @contextlib.asynccontextmanager
    async def _turn(self, target: URL) -> AsyncIterator[None]:
        """Wait for a free connection to the host, and for its turn by requests per second."""
        host = plain_host(target.host or "")
        async with self._hosts[host]:
            if rate := self._per_second.get(host):
                now = asyncio.get_running_loop().time()
                begin = max(now, self._free_at.get(host, 0.0))
                self._free_at[host] = begin + 1 / rate
                if begin > now:
                    await self._pause(begin - now)
            yield

    @contextlib.asynccontextmanager
    async def _open_response(
        self, method: str, target: URL, options: Mapping[str, Any]
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        """The response of one request; what goes wrong with the connection becomes a sentence."""
        host = _host(target)
        try:
            async with self._session.request(
                method, target, allow_redirects=False, **options
            ) as response:
                yield response
        except TimeoutError as error:
            raise TransientFetchError(
                f"{host} did not answer within {self._timeout_s:g} seconds"
            ) from error
        except (
            aiohttp.ClientConnectorCertificateError,
            aiohttp.ClientConnectorSSLError,
            ssl.SSLError,
        ) as error:
            raise PermanentFetchError(
                f"{host} cannot prove who it is: its certificate is not valid"
            ) from error
        except aiohttp.ClientConnectorError as error:
            if isinstance(error.os_error, InsideAddressError):
                raise build_inside_error(host) from error
            if isinstance(error, aiohttp.ClientConnectorDNSError):
                raise TransientFetchError(
                    f"{host} is not known to the network: look at the address, or try later"
                ) from error
            raise TransientFetchError(
                f"{host} cannot be reached: {error.os_error.strerror or 'no connection'}"
            ) from error
        except (aiohttp.ClientConnectionError, OSError) as error:
            raise TransientFetchError(f"{host} broke off the connection") from error
        except aiohttp.ClientPayloadError as error:
            raise TransientFetchError(f"{host} broke off in the middle of its answer") from error
        except (aiohttp.ClientError, ValueError) as error:
            raise PermanentFetchError(f"{host} does not answer as a web server should") from error


def _host(target: URL) -> str:
    return target.host or "this address"


async def _read_response(response: aiohttp.ClientResponse, digest: str) -> FetchResult:
    """What the answer says: a document, that nothing has changed, or an error."""
    host = _host(response.url)
    if response.status == 304:
        return _add_validators(FetchResult(not_modified=True, digest=digest), response)
    if response.status == 429 or response.status >= 500:
        wait_s = _retry_after_s(response.headers)
        raise TransientFetchError(
            f"HTTP {response.status}: {_trouble(host, response.status, wait_s)}", wait_s
        )
    if response.status >= 300:
        raise PermanentFetchError(f"HTTP {response.status}: {_refusal(host, response.status)}")
    content = await decompress_body(
        response.content.iter_chunked(65_536), response.headers.get("Content-Encoding", ""), host
    )
    document = Document(
        content=content,
        url=str(response.url),
        content_type=response.headers.get("Content-Type", ""),
    )
    return _add_validators(_answer(document, digest), response)


def _answer(document: Document, digest: str) -> FetchResult:
    new = hashlib.sha256(document.content).hexdigest()
    if new == digest:
        return FetchResult(not_modified=True, digest=new)
    return FetchResult(document=document, digest=new)


def _add_validators(fetched: FetchResult, response: aiohttp.ClientResponse) -> FetchResult:
    """The answer with what the server wants to hear next time."""
    headers = response.headers
    return replace(
        fetched, etag=headers.get("ETag", ""), last_modified=headers.get("Last-Modified", "")
    )


def _retry_after_s(headers: Mapping[str, str]) -> float:
    """Seconds that the server wants us to wait, 0 when it does not say (RFC 9110, 10.2.3)."""
    value = headers.get("Retry-After", "").strip()
    if re.fullmatch(r"\d{1,9}", value):
        return float(value)
    try:
        until = parsedate_to_datetime(value)
        now = (
            parsedate_to_datetime(headers["Date"]).timestamp() if "Date" in headers else time.time()
        )
    except (ValueError, TypeError):
        return 0.0
    return max(0.0, until.timestamp() - now)


def _trouble(host: str, status: int, wait_s: float) -> str:
    later = (
        f"asks us to come back in {_duration(wait_s)}"
        if wait_s > LONGEST_WAIT_S
        else "asks us to come back later"
    )
    return (
        f"{host} {later}"
        if status == 429 or wait_s
        else f"{host} has trouble of its own; it is tried again next time"
    )


def _duration(seconds: float) -> str:
    return f"{seconds / 60:.0f} minutes" if seconds >= 120 else f"{seconds:.0f} seconds"


def _refusal(host: str, status: int) -> str:
    if status in {404, 410}:
        return "there is nothing at this address any more"
    if status in {401, 403, 407, 451}:
        return f"{host} does not let us read this address"
    return f"{host} does not give this address to us"
