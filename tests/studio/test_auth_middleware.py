"""A stranger's page on the same machine gets nothing and changes nothing."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path

import pytest
from starlette.routing import Mount, Route
from starlette.testclient import TestClient
from studio.conftest import ADDRESS, ISSUE, Studio

from newsletter.studio.app import studio_app
from newsletter.studio.state import StudioState

ROUTES = studio_app(
    StudioState(folder=Path())
).routes  # all there are: a new one cannot be forgotten
CHANGES = sorted(
    each.path for each in ROUTES if isinstance(each, Route) and "POST" in (each.methods or ())
)
PAGES = sorted(
    each.path for each in ROUTES if isinstance(each, Route) and "GET" in (each.methods or ())
)
FILLED = {"issue": ISSUE, "table": "newsletter"}


def filled(path: str) -> str:
    return re.sub(r"\{(\w+)(:\w+)?\}", lambda found: FILLED.get(found[1], "1"), path)


def kept(studio: Studio) -> tuple[dict[Path, bytes], list[str]]:
    """All that a change could change: the files of the workspace and the rows of its database."""
    files = {each: each.read_bytes() for each in studio.room.folder.rglob("*.toml")}
    with sqlite3.connect(studio.room.folder / ".newsletter/newsletter.db") as database:
        rows = list(database.iterdump())
    database.close()
    return files, rows


def test_every_route_shows_or_changes_and_is_known_to_these_tests() -> None:
    known = {*CHANGES, *PAGES}
    for each in ROUTES:
        if isinstance(each, Mount):
            assert each.path == "/static"
            continue
        assert isinstance(each, Route)
        assert each.path in known
        assert each.methods in ({"GET", "HEAD"}, {"POST"}), each.path


def test_what_is_only_fetched_changes_nothing(made: Studio) -> None:
    """A stranger's page may fetch with our cookie: 127.0.0.1 is one site, whatever the port."""
    before = kept(made)
    for path in PAGES:
        if not path.endswith("/news"):
            made.client.get(filled(path))
    assert kept(made) == before


def test_the_opened_address_gives_a_cookie_that_no_script_and_no_other_site_can_use(
    studio: Studio,
) -> None:
    stranger = TestClient(studio_app(studio.room), base_url=ADDRESS)
    answer = stranger.get("/", params={"token": studio.room.token}, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    cookie = answer.headers["set-cookie"].lower()
    assert cookie.startswith("studio_8642=")
    assert "httponly" in cookie
    assert "samesite=strict" in cookie


def test_a_token_leads_to_no_other_site(studio: Studio) -> None:
    stranger = TestClient(studio_app(studio.room), base_url=ADDRESS)
    answer = stranger.get(
        "//evil.example/", params={"token": studio.room.token}, follow_redirects=False
    )
    assert not answer.headers["location"].startswith("//")


@pytest.mark.parametrize("path", PAGES)
def test_without_the_cookie_no_page_is_shown(studio: Studio, path: str) -> None:
    stranger = TestClient(studio_app(studio.room), base_url=ADDRESS)
    assert stranger.get(filled(path)).status_code == 403
    assert stranger.get("/", params={"token": "guessed"}).status_code == 403
    stranger.cookies.set("studio_8642", "guessed")
    assert stranger.get(filled(path)).status_code == 403


@pytest.mark.parametrize("path", CHANGES)
def test_a_strangers_page_changes_nothing(studio: Studio, path: str) -> None:
    studio.page("/")
    before = kept(studio)
    for origin in ("http://evil.example", "http://127.0.0.1:9999", "null"):
        answer = studio.client.post(
            filled(path), data={"csrf": studio.room.csrf}, headers={"origin": origin}
        )
        assert (answer.status_code, "nothing was changed" in answer.text) == (403, True)
    assert studio.client.post(filled(path), data={"csrf": studio.room.csrf}).status_code == 403
    for token in ({}, {"csrf": "guessed"}):
        assert (
            studio.client.post(filled(path), data=token, headers={"origin": ADDRESS}).status_code
            == 403
        )
    guessed = {"origin": ADDRESS, "x-csrf-token": "guessed"}
    assert (
        studio.client.post(
            filled(path), data={"csrf": studio.room.csrf}, headers=guessed
        ).status_code
        == 403
    )
    assert kept(studio) == before


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8642", "127.0.0.1.evil.example", ""]
)
def test_another_name_for_this_machine_is_refused(studio: Studio, host: str) -> None:
    assert studio.client.get("/", headers={"host": host}).status_code == 400


def test_every_answer_forbids_what_is_from_outside(studio: Studio) -> None:
    for path in ("/", "/static/studio.css"):
        policy = studio.client.get(path).headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
        assert "frame-ancestors 'none'" in policy
    assert "token" not in studio.page("/")


def test_what_is_too_much_is_refused(studio: Studio) -> None:
    headers = {
        "origin": ADDRESS,
        "x-csrf-token": studio.room.csrf,
        "content-type": "application/octet-stream",
    }
    assert (
        studio.client.post("/people/look", content=b"x" * 20_000_001, headers=headers).status_code
        == 413
    )


def test_a_damaged_cookie_is_none(studio: Studio) -> None:
    stranger = TestClient(studio_app(studio.room), base_url=ADDRESS)
    assert stranger.get("/", headers={"cookie": "studio_8642=\x01;;=;"}).status_code == 403
