"""What holds for every page: headers, hosts, sizes, limits, the log; and the archive."""

import logging
import random
import re
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.public_page import ISSUE, Page
from support.visitor import Visitor

from newsletter.errors import StorageError, UsageError
from newsletter.model import SubscriberState
from newsletter.public.app import make_app
from newsletter.public.middleware import HEADERS, mask_path
from newsletter.public.translations import LANGUAGES
from newsletter.tokens import Purpose
from newsletter.workspace.context import AppContext
from newsletter.workspace.folder import open_workspace


def test_a_picture_is_shown_before_the_issue_is_out_and_to_other_sites(page: Page):
    page.add_issue(out=False)
    folder = page.folder / "issues/2026-11/pictures"
    folder.mkdir()
    (folder / "ab12.png").write_bytes(b"a picture")
    answer = page.visitor.get("/issues/2026-11/pictures/ab12.png")
    assert (answer.status, answer.body, answer.headers["content-type"]) == (
        200,
        b"a picture",
        "image/png",
    )
    assert (
        answer.headers["cross-origin-resource-policy"] == "cross-origin"
    )  # or no web mail could show it
    assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert page.visitor.get("/issues/2026-11/").status == 404
    for wrong in (
        "2026-11/pictures/gone.png",
        "2026-11/pictures/..%2Fissue.toml",
        "2027-01/pictures/ab12.png",
    ):
        assert page.visitor.get(f"/issues/{wrong}").status == 404


def test_a_page_shows_the_pictures_beside_it(page: Page):
    page.add_issue()
    file = page.folder / "issues/2026-11/issue.toml"
    file.write_text(ISSUE.replace('"Hello"', '"![Snow](pictures/ab12.png)"'))
    for name in ("", "print"):
        answer = page.visitor.get(f"/issues/2026-11/{name}")
        assert '<img src="pictures/ab12.png" alt="Snow"' in answer.text
        assert "img-src 'self'" in answer.headers["content-security-policy"]


def test_every_answer_carries_the_headers_that_protect_its_reader(page: Page):
    page.add_issue()
    paths = [
        "/",
        "/nothing",
        "/subscribe",
        "/style.css",
        "/issues/2026-11/",
        page.link(Purpose.UNSUBSCRIBE),
        page.link(Purpose.PREFERENCES),
    ]
    for path in paths:
        headers = page.visitor.get(path).headers
        assert headers["content-security-policy"].startswith("default-src 'none';"), path
        assert "script-src" not in headers["content-security-policy"]
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["strict-transport-security"] == "max-age=31536000"
        assert "noindex" in headers["x-robots-tag"]
        assert "set-cookie" not in headers
    assert page.visitor.get(page.link(Purpose.UNSUBSCRIBE)).headers["cache-control"] == "no-store"


def test_a_refusal_is_as_well_protected_and_a_405_names_every_method_of_its_path(page: Page):
    leave = page.link(Purpose.UNSUBSCRIBE)
    refusals = [
        (page.visitor.get("/nothing"), 404),
        (page.visitor.send("POST", leave, b"x" * 5000, {}), 413),
        (page.visitor.send("POST", leave, b"x" * 5000, {}, declared=False), 413),
        (Visitor(page.app, host="evil.example").get("/"), 400),
        (page.visitor.get(leave, "PUT"), 405),
        (page.visitor.get(f"{leave}/why", "OPTIONS"), 405),
    ]
    for answer, status in refusals:
        assert answer.status == status
        for name, value in HEADERS.items():
            assert answer.headers[name.lower()] == value, (status, name)
        assert answer.headers["strict-transport-security"] == "max-age=31536000"
    assert [answer.headers.get("allow") for answer, _ in refusals[4:]] == [
        "GET, HEAD, POST",
        "POST",
    ]


def test_a_head_is_answered_as_a_get_would_be(page: Page):
    for path in (
        "/subscribe",
        page.link(Purpose.UNSUBSCRIBE),
        page.link(Purpose.PREFERENCES),
        "/robots.txt",
        "/nothing",
    ):
        asked, told = page.visitor.get(path), page.visitor.get(path, "HEAD")
        assert (told.status, told.headers) == (asked.status, asked.headers)


def test_no_page_holds_a_script_or_loads_from_others(page: Page):
    for path in (
        "/subscribe",
        "/nothing",
        page.link(Purpose.UNSUBSCRIBE),
        page.link(Purpose.PREFERENCES),
    ):
        text = page.visitor.get(path).text
        assert "<script" not in text
        assert "style=" not in text
        assert not re.findall(r'(?:src|action)="(?:https?:)?//', text)


def test_every_field_has_a_label_and_every_page_one_heading_and_a_language(page: Page):
    for path in ("/subscribe", page.link(Purpose.PREFERENCES), f"{page.link(Purpose.UNSUBSCRIBE)}"):
        text = page.visitor.get(path).text
        assert text.count("<h1>") == 1
        assert re.search(r'<html lang="\w\w">', text)
        for number in re.findall(r'<(?:input|select|textarea) id="(\w+)"', text):
            assert f'<label for="{number}">' in text
        for box in re.findall(r'<input type="checkbox".*', text):
            assert box in re.findall(r'(?<=<label class="check">).*', text) or "label" in text


@pytest.mark.parametrize("host", ["evil.example", "", "news.example.org.evil.example", "[::2]"])
def test_an_unknown_host_is_refused(page: Page, host):
    assert Visitor(page.app, host=host).get("/").status == 400


@pytest.mark.parametrize(
    "host", ["NEWS.example.org", "news.example.org:443", "127.0.0.1:8080", "[::1]:80", "localhost"]
)
def test_our_own_host_and_the_proxys_are_known(page: Page, host):
    assert Visitor(page.app, host=host).get("/").status == 200


@pytest.mark.parametrize("declared", [True, False])
@pytest.mark.parametrize("path", ["/u/{}", "/subscribe"])
def test_a_large_body_is_refused(page: Page, declared, path):
    path = path.format(page.link(Purpose.UNSUBSCRIBE)[3:])
    assert page.visitor.send("POST", path, b"x" * 4097, {}, declared=declared).status == 413
    assert page.person().state is SubscriberState.ACTIVE


def test_who_tries_many_wrong_links_is_slowed_and_a_right_one_still_works(page: Page):
    answers = [page.visitor.post(f"/u/wrong{n}").status for n in range(32)]
    assert answers == [404] * 30 + [429] * 2
    assert page.visitor.post(page.link(Purpose.UNSUBSCRIBE)).status == 200
    assert Visitor(page.app, address="192.0.2.8").get("/nothing").status == 404
    page.clock.passes(timedelta(minutes=11))
    assert page.visitor.get("/nothing").status == 404


def test_twenty_thousand_forged_tokens_are_all_refused(page: Page):
    readers, right = page.app.app.state.public.readers, page.link(Purpose.UNSUBSCRIBE)[3:]
    letters = "abcdefghijklmnopqrstuvwxyz234567"
    forged = {right[:i] + a + right[i + 1 :] for i in range(45) for a in letters} - {right}
    chance = random.Random(1)
    forged |= {"".join(chance.choices(letters, k=45)) for _ in range(20_000)}
    assert len(forged) >= 20_000
    assert not any(readers.unsubscribe(each) for each in forged)
    assert page.person().state is SubscriberState.ACTIVE


def test_the_log_tells_of_requests_without_tokens(page: Page, caplog):
    caplog.set_level(logging.INFO, "newsletter.public")
    link = page.link(Purpose.UNSUBSCRIBE)
    page.visitor.get(link)
    page.visitor.get(f"{page.link(Purpose.PREFERENCES)}")
    assert f"method=GET path={link[:7]}… status=200" in caplog.text
    assert link[3:] not in caplog.text
    assert "example.org" not in caplog.text
    assert mask_path("/issues/ann.example@example.org/x") == "/issues/…/x"
    assert (
        mask_path("/issues/2026-11/2026-12-09-webinar.ics\n x")
        == "/issues/2026-11/2026-12-09-webinar.ics??x"
    )


class Refusing:
    """Stands before the stages and refuses."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def __getattr__(self, name: str):
        raise self.error


@pytest.mark.parametrize(
    ("error", "status", "heading"),
    [
        (StorageError("ann@example.org is locked"), 503, "Please try again in a minute"),
        (RuntimeError("ann@example.org"), 500, "That did not work"),
    ],
)
def test_a_failure_is_told_without_what_it_says(page: Page, caplog, error, status, heading):
    object.__setattr__(page.app.app.state.public, "readers", Refusing(error))
    answer = page.visitor.post(page.link(Purpose.UNSUBSCRIBE))
    assert (answer.status, answer.heading) == (status, heading)
    assert HEADERS.items() <= {name: answer.headers.get(name.lower()) for name in HEADERS}.items()
    assert "ann@example.org" not in caplog.text + answer.text


def test_a_workspace_without_a_public_page_has_none(tmp_path):
    page = Page(tmp_path)
    (tmp_path / "newsletter.toml").write_text(
        '[newsletter]\ntitle = "x"\nfrom = "news@example.org"\n'
    )
    with pytest.raises(UsageError, match=r"\[public\]"):
        make_app(AppContext(open_workspace(tmp_path), page.clock.now))


def test_both_languages_have_the_same_words():
    english, spanish = LANGUAGES["en"], LANGUAGES["es"]
    assert set(english) == set(spanish)
    for name, words in english.items():
        assert set(re.findall(r"\{\w+\}", words)) == set(re.findall(r"\{\w+\}", spanish[name])), (
            name
        )


def test_the_archive_lists_what_is_out_and_shows_it(page: Page):
    page.add_issue()
    page.add_issue("2026-12", out=False)
    assert "issues/2026-11/" in page.visitor.get("/").text
    assert "2026-12" not in page.visitor.get("/").text
    issue = page.visitor.get("/issues/2026-11/")
    assert (issue.status, "A webinar" in issue.text) == (200, True)
    assert page.visitor.get("/issues/2026-11/print").status == 200
    assert page.visitor.get("/issues/2026-11").headers["location"] == "/issues/2026-11/"
    (name,) = re.findall(r'href="([^"/]+\.ics)"', issue.text)
    calendar = page.visitor.get(f"/issues/2026-11/{name}")
    assert calendar.headers["content-type"].startswith("text/calendar")
    assert b"SUMMARY:A webinar" in calendar.body
    for path in (
        "/issues/2026-12/",
        "/issues/nothing/",
        "/issues/2026-11/nothing.ics",
        "/issues/../x/",
    ):
        assert page.visitor.get(path).status == 404


def test_a_changed_issue_is_shown_as_it_is_now(page: Page):
    page.add_issue()
    assert "A webinar" in page.visitor.get("/issues/2026-11/").text
    assert "A webinar" in page.visitor.get("/issues/2026-11/").text
    path = page.folder / "issues" / "2026-11" / "issue.toml"
    path.write_text(ISSUE.replace("A webinar", "Another thing"))
    assert "Another thing" in page.visitor.get("/issues/2026-11/").text


def test_an_issue_whose_file_is_broken_hides_no_other(page: Page, caplog):
    page.add_issue()
    page.add_issue("2026-12")
    (page.folder / "issues/2026-12/issue.toml").write_text('subject = "ann@example.org')
    for path in ("/", "/atom.xml"):
        answer = page.visitor.get(path)
        assert (answer.status, "issues/2026-11/" in answer.text, "2026-12" in answer.text) == (
            200,
            True,
            False,
        )
    assert "left out of the archive issue=2026-12" in caplog.text
    assert page.visitor.get("/issues/2026-12/").status == 500
    before = page.visitor.get("/issues/2026-11/")
    (page.folder / "issues/2026-11/issue.toml").write_text('subject = "ann@example.org')
    assert (before.status, page.visitor.get("/issues/2026-11/").body) == (200, before.body)
    assert "shown as it was before issue=2026-11" in caplog.text
    assert "ann@" not in caplog.text


def test_the_feed_of_the_archive_is_atom(page: Page):
    page.add_issue()
    feed = page.visitor.get("/atom.xml")
    assert feed.headers["content-type"].startswith("application/atom+xml")
    assert "<title>November &amp; more</title>" in feed.text
    assert "https://news.example.org/issues/2026-11/" in feed.text


def test_search_engines_are_let_in_only_where_it_is_said(tmp_path):
    assert Page(tmp_path / "a").visitor.get("/robots.txt").text == "User-agent: *\nDisallow: /\n"
    open_one = Page(tmp_path / "b", more="robots = true\n")
    open_one.add_issue()
    assert "Disallow: /u/\n" in open_one.visitor.get("/robots.txt").text
    assert open_one.visitor.get("/").headers["x-robots-tag"] == "all"
    assert (
        "noindex"
        in open_one.visitor.get(open_one.link(Purpose.UNSUBSCRIBE)).headers["x-robots-tag"]
    )


def test_a_page_below_a_path_links_below_it(tmp_path):
    page = Page(tmp_path)
    text = (
        (tmp_path / "newsletter.toml")
        .read_text()
        .replace("news.example.org", "example.org/letters/")
    )
    (tmp_path / "newsletter.toml").write_text(text)
    app = make_app(AppContext(open_workspace(tmp_path), page.clock.now))
    assert 'href="/letters/style.css"' in Visitor(app, host="example.org").get("/subscribe").text


async def test_what_is_no_http_is_passed_on(page: Page):
    sent = []

    async def send(message):
        sent.append(message)

    async def receive():
        return {"type": "websocket.connect"}

    await page.app(
        {"type": "websocket", "path": "/", "headers": [], "query_string": b""}, receive, send
    )
    assert sent[0]["type"] == "websocket.close"


SEGMENT = st.text(st.characters(codec="utf-8", exclude_characters="?#\r\n\0"), max_size=50)


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    data=st.data(),
    method=st.sampled_from(
        ["GET", "POST", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH", "NONSENSE"]
    ),
    body=st.binary(max_size=300),
    kind=st.sampled_from(
        [
            "",
            "application/x-www-form-urlencoded",
            "multipart/form-data",
            "multipart/form-data; boundary=b",
            "text/\xff",
        ]
    ),
    do=st.sampled_from(["", "save", "pause", "come_back", "leave", "address"]),
    query=st.sampled_from(["", "lang=es", "lang=%00", "lang=" + "x" * 300, "%", "&&="]),
)
def test_nothing_that_is_sent_makes_it_fail(page: Page, data, method, body, kind, do, query):
    paths = [
        page.link(purpose) + more
        for purpose in (Purpose.UNSUBSCRIBE, Purpose.PREFERENCES, Purpose.CONFIRM)
        for more in ("", "/why", "/data", "/erase")
    ]
    path = data.draw(
        st.sampled_from(
            [*paths, "/", "/subscribe", "/atom.xml", "/issues/x/", "/robots.txt", "/style.css"]
        )
        | SEGMENT.map("/{}".format)
    )
    content = f"do={do}&".encode() + body if do else body
    page.visitor.address = "192.0.2.1"
    answer = page.visitor.send(
        method,
        f"{path.replace('?', '')}?{query}",
        content,
        {"content-type": kind, "accept-language": "es;q=x,,*"},
    )
    assert answer.status < 500
