"""Setup beyond plain fields.

Sections, sources that are found out, the mail server asked, the look before it is saved.
"""

from __future__ import annotations

import re
import ssl
import sys
import tomllib
from pathlib import Path

import pytest
import trustme
from studio.conftest import Studio
from support.added_package import DOI_LIST, add_package, look_again
from support.loopback_smtp import Loopback
from support.mail_server import serving_mail
from support.website import website

from newsletter.rendering.translations import CATALOGUES
from newsletter.studio.forms import LANGUAGES, sender_of


@pytest.fixture(autouse=True)
def without_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    """No password of this machine's own."""
    monkeypatch.delenv("NEWSLETTER_SMTP_PASSWORD", raising=False)
    monkeypatch.delenv("NEWSLETTER_SMTP_PASSWORD_FILE", raising=False)
    monkeypatch.setitem(sys.modules, "keyring", None)


def settings(studio: Studio) -> dict:
    return tomllib.loads((studio.room.folder / "newsletter.toml").read_text("utf-8"))


def test_every_language_of_the_fixed_words_can_be_chosen() -> None:
    assert LANGUAGES.keys() == CATALOGUES.keys()


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("LMS  Circle", "LMS Circle <a@example.org>"),
        ("", "a@example.org"),
        ("Circle, Denver", '"Circle, Denver" <a@example.org>'),
        ('The "C\\D"', '"The \\"C\\\\D\\"" <a@example.org>'),
        ("Círculo", "Círculo <a@example.org>"),
    ],
)
def test_a_sender_is_written_so_that_it_is_read_again(name: str, written: str) -> None:
    assert sender_of(name, "a@example.org") == written


class TestFields:
    def test_name_and_address_of_the_sender_are_two_fields(self, studio: Studio) -> None:
        fields = {
            "title": "News",
            "from_name": "Us (all)",
            "from_address": "us@example.com",
            "reply_to": "no",
        }
        page = studio.change("/setup/newsletter", fields)
        assert (page.status_code, "news@example.org: the address has no @." in page.text) == (
            409,
            True,
        )
        studio.change("/setup/newsletter", fields | {"reply_to": "Office <office@example.com>"})
        found = settings(studio)["newsletter"]
        assert (found["from"], found["reply_to"]) == (
            '"Us (all)" <us@example.com>',
            "Office <office@example.com>",
        )
        assert 'value="Us (all)"' in studio.page("/setup")

    def test_a_script_hears_what_is_wrong(self, studio: Studio) -> None:
        answer = studio.change("/setup/theme", {"accent": "red"}, script=True)
        assert answer.json()["error"] == 'This needs a colour of six digits such as "#0b5c6b".'

    def test_the_pace_is_a_number(self, studio: Studio) -> None:
        for wrong in ("many", "-3"):
            page = studio.change("/setup/delivery", {"per_minute": wrong})
            assert (page.status_code, "This needs 0 or more." in page.text) == (409, True)
        studio.change("/setup/delivery", {"per_minute": "0"})
        assert settings(studio)["delivery"] == {"per_minute": 0}
        studio.change("/setup/delivery", {"per_minute": "120"})
        assert settings(studio)["delivery"] == {"per_minute": 120}


class TestSections:
    def test_a_script_gets_the_list_in_its_new_order(self, studio: Studio) -> None:
        told = studio.change(
            "/setup/sections/move", {"name": "tips", "by": "up"}, script=True
        ).json()
        assert told["said"] == "4 of 5 now: Tips for living with LMS"
        assert re.findall(r'data-section="([^"]+)"', told["html"]) == [
            "research",
            "trials",
            "events",
            "tips",
            "grants",
        ]
        first = studio.change(
            "/setup/sections/move", {"name": "research", "by": "up"}, script=True
        ).json()
        assert first["said"] == "Research is the first already."
        assert (
            "Grants is the last already."
            in studio.change("/setup/sections/move", {"name": "grants", "by": "down"}).text
        )

    def test_title_and_words_are_saved_and_one_is_removed_with_a_sentence(
        self, studio: Studio
    ) -> None:
        fields = {"name": "tips", "title": "Living well", "rules": "caregiver\r\nexample.org\r\n"}
        assert "Saved: Living well." in studio.change("/setup/sections/change", fields).text
        assert settings(studio)["section"][-1]["rules"] == ["caregiver", "example.org"]
        page = studio.change("/setup/sections/remove", {"name": "tips"}).text
        assert (
            "Removed: Living well. What would have gone there waits under “To sort” from now on."
            in page
        )
        assert (
            "already"
            in studio.change("/setup/sections/add", {"title": "Events"}, script=True).json()[
                "error"
            ]
        )
        assert "Added: Advice." in studio.change("/setup/sections/add", {"title": "Advice"}).text


class TestSources:
    def test_what_it_is_is_found_out(self, studio: Studio) -> None:
        fields = {"name": "one more", "kind": "", "where": "sources/events.ics"}
        told = studio.change("/setup/source/look", fields, script=True).json()
        assert (told["kind"], "Read as: A calendar (iCalendar)." in told["html"]) == (
            "calendar",
            True,
        )
        assert (
            '<option value="calendar" selected>' in studio.change("/setup/source/look", fields).text
        )
        studio.change("/setup/source", fields | {"name": "Dates"})
        assert settings(studio)["source"][-1] == {
            "name": "Dates",
            "kind": "calendar",
            "url": "sources/events.ics",
        }

    def test_one_that_answers_with_nothing_says_so(self, studio: Studio) -> None:
        (studio.room.folder / "none.csv").write_text("title,url\n", "utf-8")
        told = studio.change(
            "/setup/source/look", {"name": "x", "kind": "", "where": "none.csv"}, script=True
        ).json()
        assert "It answers, and has nothing in it at this moment." in told["html"]

    def test_a_kind_of_another_package_is_listed_found_out_and_saved(
        self, studio: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        add_package(tmp_path / "site", "studio_kinds", DOI_LIST, doi_list="studio_kinds:DOIS")
        look_again(monkeypatch, tmp_path / "site")
        (studio.room.folder / "ours.dois").write_text('{"dois": ["10.1000/x"]}', "utf-8")
        assert '<option value="doi-list">A list of DOIs</option>' in studio.page("/setup")
        fields = {"name": "DOIs", "kind": "", "where": "ours.dois"}
        told = studio.change("/setup/source/look", fields, script=True).json()
        assert (told["kind"], "Read as: A list of DOIs." in told["html"]) == ("doi-list", True)
        studio.change("/setup/source", fields)
        assert settings(studio)["source"][-1]["kind"] == "doi-list"
        assert "A list of DOIs" in studio.page("/setup").partition('id="new-source"')[0]

    def test_one_whose_package_does_not_load_is_called_by_its_kind(
        self, studio: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        add_package(tmp_path / "site", "lost", "import nowhere", lost_kind="lost:KIND")
        look_again(monkeypatch, tmp_path / "site")
        fields = {"name": "Lost", "kind": "lost-kind", "where": "x"}
        told = studio.change("/setup/source/look", fields, script=True)
        assert "which the package lost 1.0 adds, cannot be used" in told.text
        with (studio.room.folder / "newsletter.toml").open("a", encoding="utf-8") as file:
            file.write('\n[[source]]\nname = "Lost"\nkind = "lost-kind"\nurl = "x"\n')
        assert '<span class="soft">lost-kind</span>' in studio.page("/setup")

    def test_a_server_inside_is_asked_when_a_person_says_so(self, studio: Studio) -> None:
        with website() as site:
            fields = {"name": "Ours", "kind": "", "where": f"http://127.0.0.1:{site.port}/feed"}
            told = studio.change("/setup/source/look", fields, script=True).json()["html"]
            assert "127.0.0.1 is inside your own network and was not asked." in told
            assert site.asked == []
            told = studio.change("/setup/source/allow", fields, script=True).json()["html"]
            assert "It works: 1 entry." in told
            assert settings(studio)["newsletter"]["fetch_from"] == ["127.0.0.1"]
            assert (
                "It works: 1 entry."
                in studio.change("/setup/source/allow", fields | {"kind": "feed"}).text
            )
        assert settings(studio)["newsletter"]["fetch_from"] == ["127.0.0.1"]

    def test_what_is_not_inside_is_not_allowed_either(self, studio: Studio) -> None:
        fields = {"name": "Ours", "kind": "feed", "where": "sources/gone.rss"}
        assert (
            "This did not work: "
            in studio.change("/setup/source/allow", fields, script=True).json()["html"]
        )
        assert "fetch_from" not in settings(studio)["newsletter"]


SERVER = {"host": "127.0.0.1", "port": "0", "security": "none", "user": ""}


class TestServer:
    def ask(self, studio: Studio, **fields: str) -> str:
        html = studio.change("/setup/delivery/test", SERVER | fields, script=True).json()["html"]
        return " ".join(re.sub(r"<[^>]+>", " ", html).split())

    def test_one_on_this_computer_is_asked_and_nothing_is_sent_or_saved(
        self, studio: Studio
    ) -> None:
        with serving_mail() as server:
            said = self.ask(studio, port=str(server.port))
            page = studio.change("/setup/delivery/test", SERVER | {"port": str(server.port)}).text
        assert said == (
            f"✓ 127.0.0.1 answers on port {server.port}. ✓ The link is not encrypted, which is right for a server on this "
            "computer alone. ✓ No login was tried, as no user name is filled in. No mail was sent, and nothing is saved yet."
        )
        assert f'value="{server.port}"' in page
        assert server.messages == []
        assert "delivery" not in settings(studio)

    def test_starttls_and_the_login_are_told_in_sentences(
        self, studio: Studio, tmp_path: Path
    ) -> None:
        authority, made = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("127.0.0.1").configure_cert(made)
        authority.cert_pem.write_to_path(tmp_path / "ca.pem")
        file = studio.room.folder / "newsletter.toml"
        file.write_text(
            file.read_text("utf-8") + f'\n[delivery]\nca_file = "{tmp_path / "ca.pem"}"\n', "utf-8"
        )
        with serving_mail(Loopback(extensions=("PIPELINING", "AUTH PLAIN"), tls=made)) as server:
            secure = {"port": str(server.port), "security": "starttls"}
            said = self.ask(studio, **secure, user="news", password="right")
            bare = self.ask(studio, **secure)
        assert "The link is encrypted (STARTTLS), and the server has proved who it is." in said
        assert "It takes the user name news with this password." in said
        assert "is good until" in said
        assert "✓ No login was tried" in bare

    @pytest.mark.parametrize(
        ("fields", "said"),
        [
            ({"host": ""}, "There is no server to ask"),
            ({"port": "many"}, "The port is a number, most often 587."),
            ({"port": "99999"}, "The port is a number"),
            ({"port": "25", "security": "magic"}, "Choose how the link is protected."),
            (
                {"port": "25", "host": "smtp.example.org"},
                "Without protection only a server on this computer is asked",
            ),
            ({"port": "25", "user": "news"}, "There is a user name, but no password."),
            (
                {"port": "1"},
                "Look at the server, port, protection and login above, then press Test again.",
            ),
        ],
    )
    def test_what_does_not_work_says_what_to_do(
        self, studio: Studio, fields: dict, said: str
    ) -> None:
        assert said in self.ask(studio, **fields)

    def test_the_password_is_kept_out_of_the_settings_and_forgotten_again(
        self, studio: Studio
    ) -> None:
        fields = {
            "host": "127.0.0.1",
            "port": "2525",
            "security": "none",
            "user": "news",
            "password": "open sesame",
        }
        page = studio.change("/setup/delivery", fields).text
        assert "Saved. The password is kept in a file that only you can read." in page
        assert "It is kept in .newsletter/smtp-password" in page
        assert "sesame" not in page + (studio.room.folder / "newsletter.toml").read_text("utf-8")
        assert "kept no longer" in studio.change("/setup/delivery/forget").text
        assert not (studio.room.folder / ".newsletter/smtp-password").exists()

    def test_a_link_without_protection_is_for_this_computer_alone(self, studio: Studio) -> None:
        answer = studio.change(
            "/setup/delivery", {"host": "smtp.example.org", "port": "25", "security": "none"}
        )
        assert (answer.status_code, "choose STARTTLS or TLS" in answer.text) == (409, True)
        assert "delivery" not in settings(studio)

    def test_where_the_environment_has_it_no_field_asks_for_it(
        self, studio: Studio, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("NEWSLETTER_SMTP_PASSWORD", "open sesame")
        page = studio.page("/setup")
        assert "It is taken from NEWSLETTER_SMTP_PASSWORD in the environment" in page
        assert 'name="password"' not in page
        assert "sesame" not in page
        wrong = studio.change(
            "/setup/delivery",
            {"host": "127.0.0.1", "security": "none", "port": "x", "password": "p"},
        )
        assert (wrong.status_code, "This needs a port from 1 to 65535." in wrong.text) == (
            409,
            True,
        )


class TestLook:
    def test_colours_are_shown_and_judged_before_they_are_saved(self, studio: Studio) -> None:
        before = settings(studio)
        told = studio.change(
            "/setup/theme/look", {"accent": "#f2c200", "footer": "Bye now."}, script=True
        ).json()
        assert (
            "#f2c200 is too pale for words on white (1.7 to 1, and 4.5 is needed)." in told["html"]
        )
        mail = studio.client.get("/setup/theme/mail.html", params={"shown": told["shown"]})
        assert "sandbox" in mail.headers["content-security-policy"]
        assert (
            "Bye now." in mail.text,
            "An example of what stands under “Research”" in mail.text,
        ) == (True, True)
        again = studio.client.get("/setup/theme/mail.html", params={"shown": told["shown"]}).text
        assert "Bye now." not in again
        assert settings(studio) == before

    def test_the_issue_that_is_being_made_is_shown_in_another_language(self, made: Studio) -> None:
        page = made.change("/setup/theme/look", {"accent": "#5b3a78", "language": "es"}).text
        name = re.search(r"mail\.html\?shown=([\w-]+)", page)[1]
        assert "Headings, links and buttons can be read well" in page
        mail = made.client.get("/setup/theme/mail.html", params={"shown": name}).text
        assert '<html lang="es"' in mail
        assert 'lang="en"' in made.page("/setup/theme/mail.html")

    def test_what_is_wrong_is_said_and_the_rest_is_shown(self, studio: Studio) -> None:
        fields = {
            "accent": "red",
            "logo": "https://www.example.org/l.png",
            "logo_alt": "",
            "language": "no language",
        }
        told = studio.change("/setup/theme/look", fields, script=True).json()["html"]
        assert "Colour of headings and links: this needs a colour of six digits" in told
        assert "Say what the logo says" in told

    def test_a_template_that_is_broken_is_said_in_the_frame(self, studio: Studio) -> None:
        (studio.room.folder / "templates").mkdir()
        (studio.room.folder / "templates/issue.html.jinja").write_text("{% if %}", "utf-8")
        assert "This cannot be shown yet" in studio.page("/setup/theme/mail.html")
        assert (
            studio.change("/setup/theme/look", {"accent": "#123456"}, script=True).status_code
            == 409
        )
