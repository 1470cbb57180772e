"""A package index on the loopback address, and the wheels it offers: made-up ones, and real ones packed again."""

from __future__ import annotations

import base64
import hashlib
import html
import io
import threading
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import Distribution
from itertools import chain

from packaging.utils import canonicalize_name

LEFT_BY_INSTALLERS = frozenset({"INSTALLER", "RECORD", "REQUESTED", "direct_url.json"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Wheel:
    """One file of an index."""

    name: str
    file: str
    content: bytes = field(repr=False)

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


def made_up(
    name: str, version: str, *, requires: tuple[str, ...] = (), extras: tuple[str, ...] = ()
) -> Wheel:
    """A wheel of one module that says its version."""
    stem = canonicalize_name(name).replace("-", "_")
    metadata = [f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"]
    metadata += [f"Requires-Dist: {each}\n" for each in requires]
    metadata += [f"Provides-Extra: {each}\n" for each in extras]
    info = f"{stem}-{version}.dist-info"
    files = {
        f"made_up_{stem}.py": f"version = {version!r}\n".encode(),
        f"{info}/METADATA": "".join(metadata).encode(),
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    return _packed(name, f"{stem}-{version}-py3-none-any.whl", files, info)


def packed_again(known: Distribution) -> Wheel:
    """The wheel that an installed distribution came from, less the scripts that stood beside its modules."""
    files = {
        str(each): each.locate().read_bytes()
        for each in known.files or ()
        if ".." not in each.parts and each.suffix != ".pyc" and each.name not in LEFT_BY_INSTALLERS
    }
    (info,) = {name.split("/")[0] for name in files if name.split("/")[0].endswith(".dist-info")}
    tags = [
        line.split(":")[1].strip()
        for line in (known.read_text("WHEEL") or "").splitlines()
        if "Tag:" in line
    ]
    parts = (
        ".".join(sorted(set(each))) for each in zip(*(tag.split("-") for tag in tags), strict=True)
    )
    return _packed(
        known.name, f"{info.removesuffix('.dist-info')}-{'-'.join(parts)}.whl", files, info
    )


def _packed(name: str, file: str, files: Mapping[str, bytes], info: str) -> Wheel:
    lines = (
        f"{path},sha256={_digest(content)},{len(content)}\n" for path, content in files.items()
    )
    record = "".join([*lines, f"{info}/RECORD,,\n"])
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for path, inside in chain(files.items(), [(f"{info}/RECORD", record.encode())]):
            archive.writestr(
                zipfile.ZipInfo(path, (2026, 1, 1, 0, 0, 0)), inside
            )  # the same bytes each time
    return Wheel(name=name, file=file, content=content.getvalue())


def _digest(content: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()


@dataclass
class PackageIndex:
    """What it offers, by name (PEP 503), and which files were fetched from it."""

    offered: dict[str, list[Wheel]] = field(default_factory=dict)
    fetched: list[str] = field(default_factory=list)
    port: int = 0

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/pages/"

    def offer(self, wheel: Wheel) -> Wheel:
        self.offered.setdefault(canonicalize_name(wheel.name), []).append(wheel)
        return wheel

    def answer(self, path: str) -> tuple[str, bytes] | None:
        """Kind and content of what stands there, if anything does."""
        match path.strip("/").split("/"):
            case ["pages", name] if name in self.offered:
                links = (
                    f'<a href="/files/{name}/{html.escape(each.file)}#sha256={each.digest}">{html.escape(each.file)}</a>'
                    for each in self.offered[name]
                )
                return (
                    "text/html",
                    f"<!DOCTYPE html><html><body>{''.join(links)}</body></html>".encode(),
                )
            case ["files", name, file]:
                for wheel in self.offered.get(name, ()):
                    if wheel.file == file:
                        self.fetched.append(file)
                        return "application/octet-stream", wheel.content
        return None

    @contextmanager
    def running(self) -> Iterator[PackageIndex]:
        server = ThreadingHTTPServer(("127.0.0.1", 0), _page_of(self))
        self.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield self
        finally:
            server.shutdown()
            thread.join()
            server.server_close()


def _page_of(index: PackageIndex) -> type[BaseHTTPRequestHandler]:
    class Page(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = (
            -1
        )  # head and body go out together: else each answer waits 40 ms for an acknowledgement

        def do_GET(self) -> None:
            kind, content = index.answer(self.path) or ("text/plain", b"")
            self.send_response(200 if content else 404)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    return Page
