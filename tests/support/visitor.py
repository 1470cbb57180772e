"""A browser's part of HTTP, spoken straight to an ASGI app."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def heading(self) -> str:
        found = re.search(r"<h1>(.*?)</h1>", self.text)
        return found[1] if found else ""


@dataclass
class Visitor:
    app: Any
    host: str = "news.example.org"
    address: str = "192.0.2.7"
    headers: dict[str, str] = field(default_factory=dict)

    def get(self, path: str, method: str = "GET", **headers: str) -> Answer:
        return self.send(method, path, b"", headers)

    def post(self, path: str, form: dict[str, Any] | None = None, **headers: str) -> Answer:
        sent = {"content-type": "application/x-www-form-urlencoded"} | headers
        return self.send("POST", path, urlencode(form or {}, doseq=True).encode(), sent)

    def send(
        self, method: str, path: str, body: bytes, headers: dict[str, str], *, declared: bool = True
    ) -> Answer:
        path, _, query = path.partition("?")
        named = {"host": self.host} | self.headers | headers
        if declared:
            named["content-length"] = str(len(body))
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "https",
            "path": path,
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "root_path": "",
            "headers": [(name.lower().encode(), value.encode()) for name, value in named.items()],
            "client": (self.address, 50000),
            "server": (self.host, 443),
        }
        return asyncio.run(_talk(self.app, scope, body))


async def _talk(app: Any, scope: dict[str, Any], body: bytes) -> Answer:
    incoming = [
        {"type": "http.request", "body": body[i : i + 1000], "more_body": True}
        for i in range(0, len(body), 1000)
    ]
    incoming.append({"type": "http.request", "body": b"", "more_body": False})
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return incoming.pop(0) if incoming else {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    await app(scope, receive, send)
    start = sent[0]
    headers = {name.decode().lower(): value.decode() for name, value in start["headers"]}
    return Answer(start["status"], headers, b"".join(each.get("body", b"") for each in sent[1:]))
