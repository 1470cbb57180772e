import pytest
from support.specimen import PAPER, changed, message, where


@pytest.mark.parametrize(
    "query", ["utm_source=mail", "id=1&fbclid=x", "mc_cid=a&mc_eid=b", "gclid=x"]
)
def test_a_tracking_parameter_is_found(query):
    assert where(changed(PAPER, links=(f"https://x.org/a?{query}",)), "link-tracks") == [PAPER.key]


def test_the_finding_names_the_parameters():
    given = changed(PAPER, links=("https://x.org/a?utm_source=mail&id=1&utm_medium=x",))
    assert message(given, "link-tracks") == (
        "The link https://x.org/a?utm_source=mail&id=1&utm_medium=x carries utm_medium, utm_source."
    )


@pytest.mark.parametrize(
    "url",
    [
        "https://x.org/a?id=1&page=2",
        "https://x.org/a",
        "https://www.sciencedirect.com/a?via%3Dihub",
        "https://pubmed.ncbi.nlm.nih.gov/1/?fc=x&ff=y",
        "https://[x?utm_source=y",
        "https://x.org/a…?utm_source=y",
    ],
)
def test_other_parameters_are_left_alone(url):
    assert where(changed(PAPER, links=(url,)), "link-tracks") == []


@pytest.mark.parametrize(
    "url",
    [
        "https://bit.ly/3x",
        "https://nam02.safelinks.protection.outlook.com/?url=x",
        "https://foundation.us1.list-manage.com/track/click?u=1",
    ],
)
def test_a_watcher_is_found(url):
    assert where(changed(PAPER, links=(url,)), "link-through-watcher") == [PAPER.key]


@pytest.mark.parametrize(
    "url",
    ["https://rabbit.ly/3x", "https://mailchi.mp/nlmsf.org/news", "mailto:a@bit.ly", "https://[x"],
)
def test_other_hosts_are_left_alone(url):
    assert where(changed(PAPER, links=(url,)), "link-through-watcher") == []


@pytest.mark.parametrize("query", ["email=ann@example.org", "u=ann.b%40example.co.uk&x=1"])
def test_a_link_with_a_mail_address_is_found_and_the_address_not_repeated(query):
    said = message(changed(PAPER, links=(f"https://x.org/a?{query}",)), "link-names-person")
    assert said == "A link to x.org holds a mail address."


@pytest.mark.parametrize(
    "url", ["https://x.org/@ann?x=1", "mailto:ann@example.org?cc=bob@example.org", "https://[x"]
)
def test_other_links_name_nobody(url):
    assert where(changed(PAPER, links=(url,)), "link-names-person") == []
