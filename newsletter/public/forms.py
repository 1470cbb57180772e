"""What a form says. Anything that is no form says nothing."""

from __future__ import annotations

from urllib.parse import parse_qs

from starlette.requests import Request

MAX_FIELDS = 50


async def read_form(request: Request) -> dict[str, list[str]]:
    """The fields of an urlencoded form, each with all its values; empty for any other body."""
    body = await request.body()
    if not request.headers.get("content-type", "").lower().startswith("application/x-www-form-urlencoded"):
        return {}
    try:
        return parse_qs(body.decode("ascii"), encoding="utf-8", errors="replace", max_num_fields=MAX_FIELDS)
    except ValueError:
        return {}


def first(form: dict[str, list[str]], name: str) -> str:
    """One field; empty when it is not there."""
    return form.get(name, [""])[0].strip()
