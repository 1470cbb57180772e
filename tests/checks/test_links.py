import pytest
from support.specimen import PAPER, changed, context, findings, message, page, where

from newsletter.checks import LinkAnswer, LinkState
from newsletter.model import Severity


def linked(href, words="The programme of the day"):
    return context(html=page(extra=f'<a href="{href}">{words}</a>'))


@pytest.mark.parametrize(
    "href",
    [
        "http://x.org/a",
        "//x.org/a",
        "/a",
        "a.html",
        "",
        "javascript:alert(1)",
        "data:text/html,x",
        "https://[x",
        "#gone",
    ],
)
def test_a_link_is_https_mailto_or_tel(href):
    assert where(linked(href), "link-scheme") == ["html"]
    assert findings(linked(href), "link-scheme")[0].severity is Severity.ERROR


@pytest.mark.parametrize(
    "href", ["https://x.org/a", "mailto:a@example.org", "tel:+13035550100", "HTTPS://X.org"]
)
def test_a_good_scheme_is_left_alone(href):
    assert where(linked(href), "link-scheme") == []


def test_a_place_of_the_same_page_is_a_good_link():
    given = context(html=page(extra='<a href="#trials">Clinical trials</a><a id="trials"></a>'))
    assert where(given, "link-scheme") == []


def test_a_link_of_an_entry_is_told_at_the_entry():
    assert where(changed(PAPER, links=("http://x.org/paper",)), "link-scheme") == [PAPER.key]


@pytest.mark.parametrize(
    ("href", "said"),
    [
        ("https://192.0.2.1/a", "names a number instead of a host"),
        ("https://[2001:db8::1]/a", "names a number instead of a host"),
        ("https://2130706433/a", "names a number instead of a host"),
        ("https://0x7f.1/a", "names a number instead of a host"),
        ("https://ann:secret@x.org/a", "has a name or password in it"),
        ("https://intranet/a", "leads to a name that only your own network knows"),
        ("https:///a", "has no host"),
    ],
)
def test_an_unsafe_host_is_found(href, said):
    assert said in message(linked(href), "link-unsafe-host")
    assert "secret" not in message(linked(href), "link-unsafe-host")


def test_a_public_host_is_safe():
    assert where(linked("https://www.2020.org/a@b"), "link-unsafe-host") == []
    assert where(linked("https://[x"), "link-unsafe-host") == []


@pytest.mark.parametrize(
    "words",
    ["click here", "Click here!", "Here", "READ MORE →", "this link", "<img src='x' alt='here'>"],
)
def test_a_generic_link_is_found(words):
    assert where(linked("https://x.org/" + "a" * 100, words), "link-text-generic") == ["html"]


def test_a_telling_link_is_left_alone():
    assert where(linked("https://x.org/a", "Read more about the tablet"), "link-text-generic") == []


def test_a_link_needs_words():
    assert where(linked("https://x.org/a", ""), "link-without-text") == ["html"]
    assert (
        where(linked("https://x.org/a", '<img src="x" alt="The programme">'), "link-without-text")
        == []
    )
    assert (
        where(
            context(html=page(extra='<a href="https://x.org" aria-label="The site"></a>')),
            "link-without-text",
        )
        == []
    )


@pytest.mark.parametrize(
    "href", ["https://x.org/a…", "https://x.org/a%E2%80%A6b", "https://x.org/long..."]
)
def test_a_cut_link_is_found(href):
    assert where(changed(PAPER, links=(href,)), "link-cut") == [PAPER.key]
    assert where(linked("https://x.org/a..b"), "link-cut") == []


def test_a_link_leads_where_it_says():
    assert where(linked("https://evil.org/a", "www.cancer.gov/news"), "link-shows-another") == [
        "html"
    ]
    assert where(linked("https://www.cancer.gov/a", "cancer.gov"), "link-shows-another") == []
    assert (
        where(linked("https://cancer.gov/a", "https://news.cancer.gov/a"), "link-shows-another")
        == []
    )
    assert where(linked("mailto:a@cancer.gov", "cancer.gov"), "link-shows-another") == []


def test_the_same_words_lead_to_the_same_place():
    two = '<a href="https://x.org/1">Join</a><a href="https://x.org/2">Join</a><a href="https://x.org/3">join</a>'
    assert (
        message(context(html=page(extra=two)), "link-text-twice")
        == "“Join” leads to different places."
    )
    named = two.replace('/2">', '/2" aria-label="Join the second">').replace(
        '/3">', '/3" aria-label="Join the third">'
    )
    assert where(context(html=page(extra=named)), "link-text-twice") == []


URL = PAPER.links[0]


@pytest.mark.parametrize(
    ("answer", "rule"),
    [
        (LinkAnswer(state=LinkState.DEAD, reason="404 Not Found"), "link-dead"),
        (LinkAnswer(state=LinkState.UNREACHABLE, reason="no answer in 20 s"), "link-unreachable"),
        (LinkAnswer(state=LinkState.MOVED, final_url="https://x.org/new"), "link-moved"),
    ],
)
def test_what_became_of_a_link_is_told(answer, rule):
    assert where(context(links={URL: answer}), rule) == [PAPER.key]
    assert (answer.reason or answer.final_url) in message(context(links={URL: answer}), rule)
    alive = LinkAnswer(state=LinkState.ALIVE)
    assert where(context(links={URL: alive}), rule) == []
    assert where(context(), rule) == []


def test_a_move_to_the_same_page_is_none():
    answer = LinkAnswer(
        state=LinkState.MOVED, final_url=URL.replace("https://", "https://www.") + "/"
    )
    assert where(context(links={URL: answer}), "link-moved") == []
