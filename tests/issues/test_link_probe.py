import asyncio
import socket

import pytest

from newsletter.checks import LinkAnswer, LinkState
from newsletter.errors import SourceError
from newsletter.issues.link_probe import ProbeResponse, check_links, try_link


class Web:
    """A web in a dictionary: address → reply or error, or one for each method.

    It keeps what it was asked.
    """

    def __init__(self, pages):
        self.pages = pages
        self.asked = []
        self.hosts_now = []
        self.most_at_once = 0

    async def __call__(self, url, /, *, method):
        self.asked.append((method, url))
        host = url.split("/")[2]
        assert host not in self.hosts_now, "two questions to one host at once"
        self.hosts_now.append(host)
        self.most_at_once = max(self.most_at_once, len(self.hosts_now))
        await asyncio.sleep(0)
        self.hosts_now.remove(host)
        page = self.pages[url]
        page = page[method] if isinstance(page, dict) else page
        if isinstance(page, Exception):
            raise page
        return (
            ProbeResponse(status=page)
            if isinstance(page, int)
            else ProbeResponse(status=page[0], location=page[1])
        )


@pytest.mark.parametrize(
    ("page", "state", "reason"),
    [
        (200, LinkState.ALIVE, ""),
        (403, LinkState.ALIVE, "403 Forbidden"),
        (429, LinkState.ALIVE, "429 Too Many Requests"),
        (999, LinkState.ALIVE, "999"),
        (404, LinkState.DEAD, "404 Not Found"),
        (410, LinkState.DEAD, "410 Gone"),
        (500, LinkState.UNREACHABLE, "500 Internal Server Error"),
        (302, LinkState.ALIVE, ""),
        (TimeoutError(), LinkState.UNREACHABLE, "no answer in time"),
        (socket.gaierror(-2, "Name or service not known"), LinkState.DEAD, "there is no such host"),
        (ConnectionResetError("reset by peer"), LinkState.UNREACHABLE, "reset by peer"),
        (ConnectionResetError(), LinkState.UNREACHABLE, "ConnectionResetError"),
        (SourceError("an inside address"), LinkState.UNREACHABLE, "an inside address"),
    ],
)
async def test_an_answer_has_a_state_and_a_reason(page, state, reason):
    assert await try_link("https://x.org/a", Web({"https://x.org/a": page})) == LinkAnswer(
        state=state, reason=reason
    )


async def test_a_get_is_tried_where_a_head_fails():
    web = Web({"https://x.org/a": {"HEAD": 405, "GET": 200}})
    assert (await try_link("https://x.org/a", web)).state is LinkState.ALIVE
    assert web.asked == [("HEAD", "https://x.org/a"), ("GET", "https://x.org/a")]


async def test_who_asks_to_slow_down_is_not_asked_again():
    web = Web({"https://x.org/a": 429})
    await try_link("https://x.org/a", web)
    assert web.asked == [("HEAD", "https://x.org/a")]


async def test_a_lasting_move_names_the_new_address():
    web = Web(
        {
            "https://x.org/a": (301, "/b"),
            "https://x.org/b": (308, "https://y.org/c"),
            "https://y.org/c": 200,
        }
    )
    assert await try_link("https://x.org/a", web) == LinkAnswer(
        state=LinkState.MOVED, final_url="https://y.org/c"
    )


async def test_a_passing_redirect_is_no_move():
    web = Web(
        {
            "https://doi.org/1": (302, "https://y.org/c"),
            "https://y.org/c": (301, "/d"),
            "https://y.org/d": 200,
        }
    )
    assert (await try_link("https://doi.org/1", web)).state is LinkState.ALIVE


async def test_only_the_lasting_part_of_a_way_is_the_new_address():
    web = Web(
        {
            "https://x.org/a": (301, "/b"),
            "https://x.org/b": (302, "/login"),
            "https://x.org/login": 403,
        }
    )
    answer = await try_link("https://x.org/a", web)
    assert answer == LinkAnswer(
        state=LinkState.MOVED, final_url="https://x.org/b", reason="403 Forbidden"
    )


async def test_a_move_to_nowhere_is_dead():
    web = Web({"https://x.org/a": (301, "/b"), "https://x.org/b": 404})
    assert (await try_link("https://x.org/a", web)).state is LinkState.DEAD


async def test_a_site_that_sends_us_back_for_a_cookie_is_alive():
    web = Web({"https://x.org/a": (302, "/b"), "https://x.org/b": (302, "/a")})
    assert (await try_link("https://x.org/a", web)).state is LinkState.ALIVE


async def test_a_way_without_end_is_dead():
    web = Web({f"https://x.org/{n}": (302, f"/{n + 1}") for n in range(20)})
    assert (await try_link("https://x.org/0", web)).reason == "it redirects more than 8 times"


async def test_many_links_are_tried_once_each_and_in_order():
    urls = [f"https://h{n % 5}.org/{n}" for n in range(20)]
    web = Web(dict.fromkeys(urls, 200))
    heard = []
    answers = await check_links(
        [*urls, urls[0], "mailto:a@x.org"],
        web,
        at_once=3,
        pause_s=0,
        progress=lambda done, total: heard.append((done, total)),
    )
    assert list(answers) == urls
    assert len(web.asked) == 20
    assert web.most_at_once <= 3
    assert heard[-1] == (20, 20)


async def test_nothing_to_try_is_nothing_tried():
    assert await check_links(["tel:1"], Web({})) == {}
