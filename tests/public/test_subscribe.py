"""Subscribing with double opt-in, and a new address."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from support.loopback_smtp import Loopback
from support.mail_server import serving_mail
from support.public_page import Page

from newsletter.formats.mailboxes import parse_address
from newsletter.model import SubscriberState
from newsletter.subscribers import service as subscribers
from newsletter.subscribers.import_batch import ImportCounts
from newsletter.subscribers.opt_in import ConfirmationResult, OptInRepository
from newsletter.tokens import Purpose

S = SubscriberState


@pytest.fixture
def server() -> Iterator[Loopback]:
    with serving_mail() as running:
        yield running


@pytest.fixture
def page(tmp_path, server: Loopback) -> Page:
    return sending_by(tmp_path, server)


def sending_by(folder, server: Loopback) -> Page:
    return Page(
        folder, more=f'[delivery]\nhost = "127.0.0.1"\nport = {server.port}\nsecurity = "none"\n'
    )


def link_in(server: Loopback) -> str:
    content = server.messages[-1].content.replace(b"=\r\n", b"").decode()
    return re.search(r"https://news\.example\.org(/c/[a-z2-7]{45})", content)[1]


def test_an_address_is_on_the_list_only_when_its_mailbox_confirmed(page: Page, server: Loopback):
    assert page.visitor.get("/subscribe").heading == "Get our mails"
    asked = page.visitor.post("/subscribe", {"address": " Zoe@Example.org ", "name": "Zoe"})
    assert asked.heading == "Look into your mailbox"
    assert page.person("zoe@example.org") is None
    assert page.visitor.get(link_in(server)).heading == "Get our mails?"
    assert page.person("zoe@example.org") is None
    assert page.visitor.post(link_in(server)).heading == "Done"
    person = page.person("zoe@example.org")
    assert (person.address, person.name, person.state, person.language) == (
        "Zoe@example.org",
        "Zoe",
        S.ACTIVE,
        "en",
    )


def test_the_mail_is_marked_as_automatic_and_in_the_visitors_language(page: Page, server: Loopback):
    page.visitor.post("/subscribe?lang=es", {"address": "zoe@example.org"})
    content = server.messages[-1].content
    assert b"Auto-Submitted: auto-generated\r\n" in content
    assert b"To: zoe@example.org\r\n" in content
    assert "esperamos que usted" in content.replace(b"=\r\n", b"").decode()
    assert all(len(line) <= 76 for line in content.split(b"\r\n"))
    assert server.messages[-1].sender == "news@example.org"


def test_a_link_works_once_and_for_a_week(page: Page, server: Loopback):
    page.visitor.post("/subscribe", {"address": "zoe@example.org"})
    link = link_in(server)
    page.visitor.post(link)
    answers = (page.visitor.get(link), page.visitor.post(link), page.visitor.get("/c/never-was"))
    assert {(each.status, each.heading) for each in answers} == {(404, "This link is used up")}
    page.visitor.post("/subscribe", {"address": "yan@example.org"})
    page.clock.passes(timedelta(days=8))
    assert page.visitor.post(link_in(server)).status == 404
    assert page.person("yan@example.org") is None


def test_the_answer_gives_away_nobody(page: Page, server: Loopback):
    page.people.suppress(2, S.COMPLAINED, "x", now=page.clock.now)
    addresses = ("ann@example.org", "bob@example.org", "stranger@example.org")
    answers = {page.visitor.post("/subscribe", {"address": each}).body for each in addresses}
    assert len(answers) == 1
    assert server.recipients() == {"ann@example.org": 1, "stranger@example.org": 1}


def test_whoever_left_comes_back_by_confirming(page: Page, server: Loopback):
    page.people.suppress(1, S.UNSUBSCRIBED, "x", now=page.clock.now)
    page.visitor.post("/subscribe", {"address": "ann@example.org"})
    page.visitor.post(link_in(server))
    assert page.person().state is S.ACTIVE
    assert not page.people.is_suppressed(parse_address("ann@example.org"))


def test_what_is_no_address_is_told_and_not_repeated(page: Page):
    answer = page.visitor.post("/subscribe", {"address": "<b>zoe"})
    assert (answer.status, "zoe" in answer.text) == (400, False)
    assert 'aria-invalid="true"' in answer.text


def test_a_name_that_cannot_be_printed_is_left_out(page: Page, server: Loopback):
    page.visitor.post("/subscribe", {"address": "zoe@example.org", "name": "Zoe\r\nBcc: x"})
    page.visitor.post(link_in(server))
    assert page.person("zoe@example.org").name == ""


def test_one_address_gets_three_mails_a_day_whoever_asks(page: Page, server: Loopback):
    for number in range(6):
        page.visitor.address = f"192.0.2.{number}"
        assert page.visitor.post("/subscribe", {"address": "zoe@example.org"}).status == 200
    assert server.recipients() == {"zoe@example.org": 3}


def test_one_visitor_types_ten_addresses_an_hour(page: Page, server: Loopback):
    answers = [
        page.visitor.post("/subscribe", {"address": f"a{n}@example.org"}).status for n in range(12)
    ]
    assert answers == [200] * 10 + [429] * 2
    page.visitor.address = "192.0.2.99"
    assert page.visitor.post("/subscribe", {"address": "z@example.org"}).status == 200
    page.visitor.address = "192.0.2.7"
    page.clock.passes(timedelta(hours=2))
    assert page.visitor.post("/subscribe", {"address": "y@example.org"}).status == 200


def test_a_new_address_holds_when_it_confirmed(page: Page, server: Loopback):
    mine = page.link(Purpose.PREFERENCES)
    answer = page.visitor.post(mine, {"do": "address", "address": "ann@new.example"})
    assert "a link is on its way" in answer.text
    assert server.recipients() == {"ann@new.example": 1}
    assert page.person().state is S.ACTIVE
    assert page.visitor.get(link_in(server)).heading == "Use this address?"
    assert "go to this address" in page.visitor.post(link_in(server)).text
    assert page.person() is None
    assert page.person("ann@new.example").id == 1


def test_an_old_list_does_not_bring_the_old_address_back(page: Page, server: Loopback):
    mine = page.link(Purpose.PREFERENCES)
    page.visitor.post(mine, {"do": "address", "address": "ann@new.example"})
    page.visitor.post(link_in(server))
    assert subscribers.add_subscriber(page.context, "ann@example.org") == ImportCounts(suppressed=1)
    page.visitor.post(mine, {"do": "address", "address": "ann@example.org"})  # and back again
    page.visitor.post(link_in(server))
    assert (page.person().id, page.person().state) == (1, S.ACTIVE)
    assert not page.people.is_suppressed(parse_address("ann@example.org"))
    assert subscribers.add_subscriber(page.context, "ann@new.example") == ImportCounts(suppressed=1)


def test_a_new_address_brings_back_whoever_bounced_and_nobody_who_left(
    page: Page, server: Loopback
):
    for number, state, after in ((1, S.BOUNCED, S.ACTIVE), (2, S.UNSUBSCRIBED, S.UNSUBSCRIBED)):
        page.people.suppress(number, state, "x", now=page.clock.now)
        page.visitor.post(
            page.link(Purpose.PREFERENCES, number),
            {"do": "address", "address": f"new{number}@example.org"},
        )
        page.visitor.post(link_in(server))
        assert page.person(f"new{number}@example.org").state is after


def test_a_new_address_that_is_on_the_list_already_stays_one_row(page: Page, server: Loopback):
    page.visitor.post(
        page.link(Purpose.PREFERENCES), {"do": "address", "address": "bob@example.org"}
    )
    page.visitor.post(link_in(server))
    assert (page.person().state, page.person("bob@example.org").state) == (S.UNSUBSCRIBED, S.ACTIVE)


def test_a_request_of_somebody_erased_meanwhile_is_gone(page: Page):
    readers = OptInRepository(page.people.engine, page.keys)
    address = parse_address("new@example.org")
    asked = readers.create_request(address, now=page.clock.now, subscriber_id=99)
    assert readers.confirm(asked.id, address, now=page.clock.now) is ConfirmationResult.GONE
    assert readers.confirm(asked.id, address, now=page.clock.now) is ConfirmationResult.GONE


@pytest.mark.parametrize("answer", ["550 5.7.1 no", "drop"])
def test_a_mail_server_that_refuses_is_told_to_staff_without_the_address(tmp_path, caplog, answer):
    with serving_mail(
        Loopback(script=lambda command, number, connection: answer if command == "RCPT" else None)
    ) as server:
        page = sending_by(tmp_path, server)
        assert page.visitor.post("/subscribe", {"address": "zoe@example.org"}).status == 200
    assert "confirmation not sent" in caplog.text
    assert "zoe" not in caplog.text


def test_without_a_mail_server_staff_is_told(tmp_path, caplog):
    page = Page(tmp_path)
    assert page.visitor.post("/subscribe", {"address": "zoe@example.org"}).status == 200
    assert "[delivery] host" in caplog.text
