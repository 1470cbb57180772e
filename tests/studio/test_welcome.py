"""The first start in a folder without a newsletter, and the sample made one's own."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from studio.conftest import ADDRESS, Studio
from support.checkout import NOW

from newsletter.delivery import scheduling
from newsletter.delivery import service as delivery
from newsletter.issues.store import issues_of
from newsletter.studio.app import studio_app
from newsletter.studio.state import StudioState

OWN = {"title": "Our News", "from_name": "Us, of Denver", "from_address": "us@example.com"}


@pytest.fixture
def empty(tmp_path: Path, now: datetime) -> Iterator[Studio]:
    """A studio that was opened in an empty folder."""
    folder = tmp_path / "empty"
    folder.mkdir()
    room = StudioState(folder=folder, clock=lambda: now)
    with TestClient(studio_app(room), base_url=ADDRESS) as client:
        client.get("/", params={"token": room.token})
        yield Studio(room, client)


def settings(studio: Studio) -> dict:
    return tomllib.loads((studio.room.folder / "newsletter.toml").read_text("utf-8"))


@pytest.mark.parametrize("where", ["elsewhere", "-C"])
def test_the_command_opens_the_studio_where_there_is_no_newsletter_yet(
    tmp_path: Path, where: str
) -> None:
    folder = ["-C", str(tmp_path)] if where == "-C" else []
    with subprocess.Popen(
        [sys.executable, "-m", "newsletter", *folder, "studio", "--no-browser"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    ) as process:
        assert process.stdout
        try:
            assert process.stdout.readline().startswith("The studio is at http://127.0.0.1:")
        finally:
            process.terminate()
            process.wait(20)
    assert list(tmp_path.iterdir()) == []


class TestWelcome:
    @pytest.mark.parametrize(
        "path", ["/", "/collect", "/choose", "/people", "/setup", "/start/theme", "/issues/x/write"]
    )
    def test_every_page_leads_there_until_there_is_a_newsletter(
        self, empty: Studio, path: str
    ) -> None:
        answer = empty.client.get(path)
        assert answer.url.path == "/welcome"
        assert "Start with the sample" in answer.text
        assert str(empty.room.folder) in answer.text

    def test_a_script_hears_a_sentence(self, empty: Studio) -> None:
        assert "no newsletter.toml" in empty.change("/choose/issue", script=True).json()["error"]

    def test_a_folder_that_holds_other_things_is_told(self, empty: Studio) -> None:
        assert "other files" not in empty.page("/welcome")
        (empty.room.folder / "letter.txt").touch()
        assert "There are other files in it, which stay as they are." in empty.page("/welcome")

    def test_the_sample_is_there_at_a_click(self, empty: Studio) -> None:
        answer = empty.change("/welcome/sample")
        assert (answer.url.path, "This is the sample: everything works" in answer.text) == (
            "/",
            True,
        )
        assert "None was asked yet." in answer.text
        assert empty.client.get("/welcome").url.path == "/"
        assert empty.client.get("/welcome/own").url.path == "/"

    @pytest.mark.parametrize("path", ["/welcome/sample", "/welcome/begin"])
    def test_what_would_be_written_over_is_said(self, empty: Studio, path: str) -> None:
        (empty.room.folder / ".gitignore").touch()
        answer = empty.change(path, OWN)
        assert (answer.status_code, "already has .gitignore" in answer.text) == (409, True)
        assert "us@example.com" in answer.text or path == "/welcome/sample"

    def test_ones_own_begins_with_name_and_sender(self, empty: Studio) -> None:
        answer = empty.change("/welcome/begin", OWN)
        assert (answer.url.path, "Step 2 of 6" in answer.text) == ("/start/newsletter", True)
        assert settings(empty)["newsletter"] == {
            "title": "Our News",
            "from": '"Us, of Denver" <us@example.com>',
        }

    def test_without_a_senders_name_the_newsletters_is_taken(self, empty: Studio) -> None:
        empty.change("/welcome/begin", OWN | {"from_name": ""})
        assert settings(empty)["newsletter"]["from"] == "Our News <us@example.com>"

    def test_what_is_missing_is_said_at_its_field_and_nothing_typed_is_lost(
        self, empty: Studio
    ) -> None:
        page = empty.change(
            "/welcome/begin", {"title": " ", "from_name": "Us & them", "from_address": "us at home"}
        ).text
        assert "This needs a name; you can change it later." in page
        assert "This needs a mail address such as news@example.org: the address has no @." in page
        assert 'value="Us &amp; them"' in page
        assert (
            'value="us at home" autocomplete="off" aria-describedby="h-f-from_address w-f-from_address" aria-invalid'
            in page
        )
        assert not (empty.room.folder / "newsletter.toml").exists()


class TestSteps:
    @pytest.fixture
    def begun(self, empty: Studio) -> Studio:
        empty.change("/welcome/begin", OWN)
        return empty

    def test_each_can_be_skipped_and_leads_to_the_next(self, begun: Studio) -> None:
        names = ("newsletter", "sections", "sources", "delivery", "theme")
        for number, (name, after) in enumerate(zip(names, (*names[1:], ""), strict=True), 2):
            page = begun.page(f"/start/{name}")
            assert f"<h1>Step {number} of 6:" in page
            assert (
                f'href="/start/{after}"' in page
                or '<a class="button onward" href="/">Finish</a>' in page
            )
        assert begun.client.get("/start/elsewhere").url.path == "/setup"

    def test_a_newsletter_without_sources_and_entries_says_where_to_begin(
        self, begun: Studio
    ) -> None:
        assert "There is no source yet: add the first one there." in begun.page("/")
        assert "There is nothing new to choose from." in begun.page("/choose")

    def test_what_is_saved_leads_on(self, begun: Studio) -> None:
        fields = {
            "step": "newsletter",
            "address": "1 Main Street",
            "time_zone": "Europe/Berlin",
            "every": "month",
        }
        assert begun.change("/setup/newsletter", fields).url.path == "/start/sections"
        assert settings(begun)["newsletter"]["time_zone"] == "Europe/Berlin"
        done = begun.change(
            "/setup/theme", {"step": "theme", "accent": "#123456", "language": "es"}
        )
        assert (done.url.path, "Your newsletter is ready: begin with Collect." in done.text) == (
            "/",
            True,
        )
        assert (settings(begun)["theme"], settings(begun)["newsletter"]["language"]) == (
            {"accent": "#123456"},
            "es",
        )

    def test_what_is_added_on_the_way_stays_there(self, begun: Studio) -> None:
        answer = begun.change("/setup/sections/add", {"step": "sections", "title": "Tips"})
        assert (answer.url.path, "Added: Tips." in answer.text) == ("/start/sections", True)

    def test_what_is_wrong_is_said_in_the_step(self, begun: Studio) -> None:
        answer = begun.change(
            "/setup/newsletter", {"step": "newsletter", "url": "our page", "time_zone": "Denver"}
        )
        assert (answer.status_code, "<h1>Step 2 of 6" in answer.text) == (409, True)
        assert "This needs an address that starts with https://." in answer.text
        assert 'value="our page"' in answer.text
        assert "time_zone" not in settings(begun)["newsletter"]


class TestMine:
    def test_the_look_stays_and_the_rest_goes_aside(self, made: Studio) -> None:
        assert "Make the sample mine" in made.page("/setup")
        assert "Nothing is deleted" in made.page("/setup/mine")
        answer = made.change("/setup/mine/make", OWN)
        assert answer.url.path == "/start/newsletter"
        assert (
            "What was in the sample lies in .newsletter/before-mine-20261123T140000Z."
            in answer.text
        )
        assert settings(made)["newsletter"]["title"] == "Our News"
        assert "There is no source yet." in made.page("/")
        assert "Nothing here." in made.page("/choose")
        assert "Make the sample mine" not in made.page("/setup")
        assert "no sample" in made.client.get("/setup/mine").text
        assert made.change("/setup/mine/make", OWN).status_code == 409

    def test_the_sample_comes_back_as_it_was_while_nobody_is_on_the_list(
        self, made: Studio
    ) -> None:
        before = made.file.read_text("utf-8")
        made.change("/setup/mine/make", OWN)
        assert "Bring the sample back" in made.page("/setup")
        made.change("/people/add", {"address": "ana@example.org"})
        assert "people on your list" in made.change("/setup/mine/back", script=True).json()["error"]
        made.room.release_database()
        (made.room.folder / ".newsletter/newsletter.db").unlink()
        made.room.clock = lambda: NOW + timedelta(hours=1)
        answer = made.change("/setup/mine/back")
        assert (
            "This is the sample again. What you had lies in .newsletter/before-mine-20261123T150000Z."
            in answer.text
        )
        assert made.file.read_text("utf-8") == before
        assert settings(made)["newsletter"]["title"] == "Circle News"
        assert "Make the sample mine" in made.page("/setup")
        assert "Nothing here." not in made.page("/choose")
        assert (
            "no sample that could be"
            in made.change("/setup/mine/back", script=True).json()["error"]
        )

    def test_it_asks_for_a_name_first(self, studio: Studio) -> None:
        answer = studio.change("/setup/mine/make", OWN | {"title": ""})
        assert (answer.status_code, "This needs a name" in answer.text) == (409, True)
        assert settings(studio)["newsletter"]["title"] == "Circle News"

    def test_it_waits_for_what_is_going_on(self, studio: Studio) -> None:
        context = studio.room.context()
        issue = issues_of(context).names()[-1]
        scheduling.schedule_send(context, issue, context.now + timedelta(hours=1), people=1)
        with delivery.open_schedule(context).waiting(issue):
            answer = studio.change("/setup/mine/make", OWN, script=True)
            assert "wait until it is done" in answer.json()["error"]
