"""People and Setup."""

from __future__ import annotations

import re
import tomllib

import pytest
from httpx2 import Response
from studio.conftest import ADDRESS, Studio

from newsletter.formats.mailboxes import parse_address
from newsletter.subscribers import service as subscribers
from newsletter.subscribers.opt_in import OptInRepository
from newsletter.workspace import credentials

LIST = b"Email,Name,Status\nana@example.org,Ana,subscribed\nnobody,,subscribed\nbo@example.org,Bo,unsubscribed\n"


def look(studio: Studio, content: bytes) -> Response:
    headers = {
        "origin": ADDRESS, "accept": "application/json", "x-csrf-token": studio.room.csrf,
        "content-type": "application/octet-stream", "x-file-name": "..%2Four%20list.csv",
    }  # fmt: skip
    return studio.client.post("/people/look", content=content, headers=headers)


def addresses(studio: Studio) -> dict[str, str]:
    return {
        each.address: each.state.value
        for each in subscribers.list_subscribers(studio.room.context())
    }


class TestImport:
    def test_what_was_understood_is_shown_before_it_is_taken_in(self, studio: Studio) -> None:
        html = look(studio, LIST).json()["html"]
        assert "<strong>1</strong> active" in html
        assert "<strong>1</strong> unsubscribed" in html
        assert "line 3:" in html
        assert addresses(studio) == {}
        upload = re.search(r'name="upload" value="([^"]+)"', html)[1]
        page = studio.change("/people/import", {"upload": upload}).text
        assert "2 added, 0 updated, 0 unchanged." in page
        assert "1 line was not taken; .newsletter/rejected-our list.csv has what to mend." in page
        assert addresses(studio) == {"ana@example.org": "active", "bo@example.org": "unsubscribed"}
        assert studio.change("/people/import", {"upload": upload}, script=True).status_code == 409

    def test_what_it_would_do_to_the_list_is_foreseen(self, studio: Studio) -> None:
        studio.change("/people/add", {"address": "ana@example.org"})
        studio.change("/people/add", {"address": "bo@example.org"})
        found = studio.change("/people/search", {"words": "bo"}, script=True).json()["html"]
        studio.change(
            "/people/remove", {"person": re.search(r'name="person" value="(\d+)"', found)[1]}
        )
        html = look(
            studio, b"Email,Name\nana@example.org,Ana\nbo@example.org,Bo\ncleo@example.org,Cleo\n"
        ).json()["html"]
        assert "<td>cleo@example.org</td><td>Cleo</td><td>Active" in html
        assert (
            "<strong>1</strong> new, 1 changed, 0 as they are; <strong>1</strong> left before and stay gone"
            in html
        )
        assert addresses(studio) == {"ana@example.org": "active", "bo@example.org": "unsubscribed"}

    def test_a_file_that_is_no_list_is_a_sentence(self, studio: Studio) -> None:
        assert "no column of mail addresses" in look(studio, b"a,b\n1,2\n").json()["error"]
        assert look(studio, b"").json()["error"] == "choose a file first"


class TestPeople:
    def test_one_is_added_found_and_removed_for_good(self, studio: Studio) -> None:
        assert (
            "Added."
            in studio.change("/people/add", {"address": "ana@example.org", "name": "Ana"}).text
        )
        assert (
            "Was on the list already."
            in studio.change("/people/add", {"address": "ana@example.org"}).text
        )
        found = studio.change("/people/search", {"words": "ANA active"}, script=True).json()["html"]
        number = re.search(r'name="person" value="(\d+)"', found)[1]
        assert (
            "Nobody fits."
            in studio.change("/people/search", {"words": "bo"}, script=True).json()["html"]
        )
        assert "never written to again" in studio.change("/people/remove", {"person": number}).text
        assert addresses(studio) == {"ana@example.org": "unsubscribed"}
        again = studio.change("/people/add", {"address": "ana@example.org"}, script=True)
        assert "stays gone" in again.json()["error"]
        assert studio.change("/people/remove", {"person": "99"}, script=True).status_code == 409
        assert "removed by staff" in studio.page("/people")

    def test_an_address_whose_reader_has_a_new_one_is_told(self, studio: Studio) -> None:
        context = studio.room.context()
        subscribers.add_subscriber(context, "old@example.org")
        readers, new = (
            OptInRepository(context.engine, credentials.load_keys(context)),
            parse_address("new@example.org"),
        )
        request = readers.create_request(
            new,
            now=context.now,
            subscriber_id=subscribers.open_subscribers(context)
            .find(parse_address("old@example.org"))
            .id,
        )
        readers.confirm(request.id, new, now=context.now)
        found = studio.change("/people/search", {"words": "old@example.org"}, script=True).json()[
            "html"
        ]
        assert "never written to: reads at another address now, since" in found

    def test_an_address_that_was_erased_is_still_known_to_be_gone(self, studio: Studio) -> None:
        subscribers.remove_subscribers(studio.room.context(), ["gone@example.org"])
        told = studio.change("/people/search", {"words": " Gone@example.org "}, script=True).json()[
            "html"
        ]
        assert (
            "This address is not on the list, and is never written to: left, since 23 November 2026."
            in told
        )
        told = studio.change("/people/search", {"words": "new@example.org"}, script=True).json()[
            "html"
        ]
        assert "Nobody fits." in told

    def test_long_lists_are_searched(self, studio: Studio) -> None:
        for number in range(101):
            subscribers.add_subscriber(studio.room.context(), f"p{number}@example.org")
        assert "These are the first 100." in studio.page("/people")

    def test_the_list_is_exported_and_no_link_fetches_it(self, studio: Studio) -> None:
        studio.change("/people/add", {"address": "ana@example.org", "name": "=Ana"})
        answer = studio.change("/people/export")
        assert answer.headers["content-disposition"] == 'attachment; filename="subscribers.csv"'
        assert "ana@example.org,'=Ana,active" in answer.text
        assert studio.client.get("/people/export").status_code == 405


class TestSetup:
    def settings(self, studio: Studio) -> dict:
        return tomllib.loads((studio.room.folder / "newsletter.toml").read_text("utf-8"))

    def test_settings_are_saved_and_comments_stay(self, studio: Studio) -> None:
        file = studio.room.folder / "newsletter.toml"
        assert (
            "Saved."
            in studio.change("/setup/newsletter", {"title": "Our News", "reply_to": ""}).text
        )
        studio.change("/setup/theme", {"accent": "#123456"})
        studio.change(
            "/setup/delivery", {"host": "smtp.example.org", "port": "465", "security": "tls"}
        )
        found = self.settings(studio)
        assert (found["newsletter"]["title"], "reply_to" in found["newsletter"]) == (
            "Our News",
            False,
        )
        assert found["delivery"] == {"host": "smtp.example.org", "port": 465, "security": "tls"}
        assert "# The parts of an issue, in printing order." in file.read_text("utf-8")

    @pytest.mark.parametrize(
        ("table", "fields"),
        [
            ("newsletter", {"title": ""}),
            ("newsletter", {"from": "nobody"}),
            ("delivery", {"port": "many"}),
            ("delivery", {"port": "99999"}),
            ("secrets", {"key": "1"}),
        ],
    )
    def test_what_is_wrong_is_said_and_not_written(
        self, studio: Studio, table: str, fields: dict
    ) -> None:
        before = self.settings(studio)
        assert studio.change(f"/setup/{table}", fields).status_code == 409
        assert self.settings(studio) == before

    def test_a_source_is_looked_at_before_it_is_added(self, studio: Studio) -> None:
        fields = {
            "name": "Second feed",
            "kind": "feed",
            "where": "sources/research.rss",
            "section": "research",
        }
        page = studio.change("/setup/source/look", fields).text
        assert "It works: 14 entries." in page
        assert len(self.settings(studio)["source"]) == 6
        assert "Added: Second feed." in studio.change("/setup/source", fields).text
        assert self.settings(studio)["source"][-1] == {
            "name": "Second feed", "kind": "feed", "url": "sources/research.rss", "section": "research",
        }  # fmt: skip
        assert "already" in studio.change("/setup/source", fields, script=True).json()["error"]
        assert (
            "Removed: Second feed."
            in studio.change("/setup/source/remove", {"name": "Second feed"}).text
        )
        assert (
            studio.change("/setup/source/remove", {"name": "Second feed"}, script=True).status_code
            == 409
        )
        for name in [each["name"] for each in self.settings(studio)["source"]]:
            studio.change("/setup/source/remove", {"name": name})
        assert "source" not in self.settings(studio)
        assert (
            studio.change("/setup/source/remove", {"name": "PubMed"}, script=True).status_code
            == 409
        )
        studio.change(
            "/setup/source", {"name": "Papers", "kind": "pubmed", "where": "leiomyosarcoma"}
        )
        assert self.settings(studio)["source"] == [
            {"name": "Papers", "kind": "pubmed", "query": "leiomyosarcoma"}
        ]

    def test_a_source_that_does_not_work_says_why(self, studio: Studio) -> None:
        fields = {"name": "Gone", "kind": "feed", "where": "sources/gone.rss"}
        assert "This did not work" in studio.change("/setup/source/look", fields).text
        for wrong in ({"name": ""}, {"where": " "}, {"kind": "magic"}):
            assert (
                studio.change("/setup/source/look", {**fields, **wrong}, script=True).status_code
                == 409
            )
