"""Stopping the mails: RFC 8058, and a page for people."""

import pytest
from support.public_page import Page

from newsletter.model import SubscriberState
from newsletter.tokens import Keys, Purpose

LEAVE = Purpose.UNSUBSCRIBE
S = SubscriberState
URLENCODED = "application/x-www-form-urlencoded"
# RFC 8058, 3.2
MULTIPART = (
    b'--b\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--b--\r\n'
)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"List-Unsubscribe=One-Click", URLENCODED),
        (MULTIPART, "multipart/form-data; boundary=b"),
        (b"", URLENCODED),
    ],
)
def test_one_post_stops_the_mails(page: Page, body, kind):
    answer = page.visitor.send("POST", page.link(LEAVE), body, {"content-type": kind})
    assert (answer.status, answer.heading) == (200, "You will get no more mails")
    assert "location" not in answer.headers
    assert "set-cookie" not in answer.headers
    assert (page.person().state, page.person().why) == (S.UNSUBSCRIBED, "own choice")
    assert page.person("bob@example.org").state is S.ACTIVE


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "PUT", "DELETE"])
def test_no_other_method_changes_anything(page: Page, method):
    page.visitor.get(page.link(LEAVE), method)
    assert page.person().state is S.ACTIVE


def test_the_page_asks_and_its_button_posts_to_the_same_address(page: Page):
    answer = page.visitor.get(page.link(LEAVE))
    assert (answer.status, answer.heading) == (200, "Stop these mails?")
    assert (
        '<form method="post">\n<input type="hidden" name="List-Unsubscribe" value="One-Click">'
        in answer.text
    )


def test_twice_is_the_same_as_once(page: Page):
    first, again = (page.visitor.post(page.link(LEAVE)) for _ in range(2))
    assert (again.status, again.body) == (first.status, first.body)


def test_a_complaint_stays_one(page: Page):
    page.people.suppress(1, S.COMPLAINED, "x", now=page.clock.now)
    assert page.visitor.post(page.link(LEAVE)).status == 200
    assert page.person().state is S.COMPLAINED


def test_an_erased_person_sees_what_everybody_sees(page: Page):
    assert page.visitor.post(page.link(LEAVE, 99)).text.replace(
        page.link(LEAVE, 99), ""
    ) == page.visitor.post(page.link(LEAVE)).text.replace(page.link(LEAVE), "")


def test_upper_case_is_the_same_link(page: Page):
    start, _, token = page.link(LEAVE).rpartition("/")
    assert page.visitor.post(f"{start}/{token.upper()}").status == 200
    assert page.person().state is S.UNSUBSCRIBED


def test_a_link_from_before_a_change_of_keys_works(tmp_path):
    page = Page(tmp_path)
    old = page.link(LEAVE)
    (tmp_path / ".newsletter" / "secret").write_text("a newer one\nan invented secret\n")
    assert Page(tmp_path).visitor.post(old).status == 200


@pytest.mark.parametrize("purpose", [Purpose.BOUNCE, Purpose.PREFERENCES, Purpose.CONFIRM])
def test_a_token_for_something_else_is_refused(page: Page, purpose):
    assert page.visitor.post(f"/u/{page.keys.sign(purpose, 1)}").status == 404
    assert page.person().state is S.ACTIVE


def test_every_wrong_link_gets_the_same_answer(page: Page):
    token = page.link(LEAVE)[3:]
    wrong = ["x", "a" * 45, token[:-1], token + "a", Keys(b"another").sign(LEAVE, 1)]
    answers = {
        (each.status, each.body)
        for path in wrong
        for each in (page.visitor.get(f"/u/{path}"), page.visitor.post(f"/u/{path}"))
    }
    assert len(answers) == 1
    ((status, body),) = answers
    assert status == 404
    assert b"office@example.org" in body


def test_a_word_why_is_kept_without_who(page: Page):
    why = {"why": "too   many\nmails " + "x" * 600}
    assert page.visitor.post(f"{page.link(LEAVE)}/why", why).heading == "Thank you"
    assert page.visitor.post(f"{page.link(LEAVE)}/why", {"why": " "}).status == 200
    assert page.visitor.post("/u/wrong/why", why).status == 404
    ((day, words),) = list(
        page.app.app.state.public.readers.stores.requests.list_unsubscribe_reasons()
    )
    assert (day, words[:17], len(words)) == ("2026-11-23", "too many mails xx", 400)


def test_the_page_speaks_the_readers_language(page: Page):
    for answer in (
        page.visitor.get(page.link(LEAVE), **{"accept-language": "es-MX,es;q=0.9"}),
        page.visitor.get(f"{page.link(LEAVE)}?lang=es"),
    ):
        assert answer.heading == "¿Dejar de recibir estos correos?"
        assert answer.headers["content-language"] == "es"
        assert '<html lang="es">' in answer.text
    assert page.visitor.get(f"{page.link(LEAVE)}?lang=xx").headers["content-language"] == "en"
