"""Preferences, what is kept, and erasure."""

import json
from datetime import timedelta

import pytest
from support.public_page import Page

from newsletter.bounces.repository import InboundMailRepository, InboundRecord
from newsletter.database.tables import METADATA
from newsletter.delivery import service as delivery
from newsletter.formats.mailboxes import parse_address
from newsletter.model import SubscriberState
from newsletter.subscribers.opt_in import OptInRepository
from newsletter.tokens import Purpose

S = SubscriberState
MINE = Purpose.PREFERENCES


def do(page: Page, what: str, **form: object):
    return page.visitor.post(page.link(MINE), {"do": what, **form})


def test_the_page_shows_choices_and_no_address(page: Page):
    answer = page.visitor.get(page.link(MINE))
    assert (answer.status, answer.heading) == (200, "What you get from us")
    assert "ann@example.org" not in answer.text
    assert "Ann" not in answer.text
    assert answer.text.count('name="section"') == 4


def test_choices_are_kept(page: Page):
    answer = do(page, "save", language="es", large_print="yes", section=["research", "nonsense"])
    assert "Saved." in answer.text
    person = page.person()
    assert (person.language, person.large_print, person.sections) == ("es", True, ("research",))
    do(page, "save", language="xx", section=["research", "trials", "events", "grants"])
    person = page.person()
    assert (person.language, person.large_print, person.sections) == ("", False, ())


def test_a_post_that_says_nothing_changes_nothing(page: Page):
    before = page.person()
    for body, kind in ((b"", ""), (b"do=nothing", "application/x-www-form-urlencoded"), (b"{}", "application/json"),
                       (b"do=save\xff", "application/x-www-form-urlencoded"), (b"&" * 900 + b"a=b&" * 200, "application/x-www-form-urlencoded")):  # fmt: skip
        assert (
            page.visitor.send("POST", page.link(MINE), body, {"content-type": kind}).status == 200
        )
    assert page.person() == before


def test_the_type_of_a_form_may_be_written_in_any_case(page: Page):
    kind = {"content-type": "Application/X-WWW-Form-URLencoded; charset=UTF-8"}
    page.visitor.send("POST", page.link(MINE), b"do=save&large_print=yes", kind)
    assert page.person().large_print


def test_a_pause_begins_ends_by_itself_and_can_be_ended(page: Page):
    assert "until January 22, 2027" in do(page, "pause", months="2").text
    assert page.person().state is S.PAUSED
    readers = OptInRepository(page.people.engine, page.keys)
    assert readers.end_pauses(now=page.clock.now + timedelta(days=59)) == 0
    assert readers.end_pauses(now=page.clock.now + timedelta(days=61)) == 1
    assert page.person().state is S.ACTIVE
    do(page, "pause", months="2")
    assert "until" not in do(page, "come_back").text
    assert page.person().state is S.ACTIVE


@pytest.mark.parametrize(
    ("months", "days"), [("99", 360), ("0", 30), ("-1", 30), ("many", 30), ("9" * 50, 30)]
)
def test_a_pause_is_a_month_to_a_year(page: Page, months, days):
    do(page, "pause", months=months)
    until = OptInRepository(page.people.engine, page.keys).get_pause_end(1)
    assert until == page.clock.now + timedelta(days=days)


def test_a_pause_from_elsewhere_has_no_end(page: Page):
    page.people.change(1, now=page.clock.now, state=S.PAUSED)
    assert "You get no mails at present." in page.visitor.get(page.link(MINE)).text


def test_whoever_left_can_come_back_and_whoever_complained_cannot(page: Page):
    assert "You are not on the list" in do(page, "leave").text
    assert page.person().state is S.UNSUBSCRIBED
    do(page, "pause", months="1")
    assert page.person().state is S.UNSUBSCRIBED
    do(page, "come_back")
    assert page.person().state is S.ACTIVE
    page.people.suppress(1, S.COMPLAINED, "x", now=page.clock.now)
    answer = do(page, "come_back")
    assert "were stopped" in answer.text
    assert 'value="come_back"' not in answer.text
    assert page.person().state is S.COMPLAINED


def test_what_is_kept_comes_as_a_file_on_a_post_alone(page: Page):
    do(page, "pause", months="1")
    do(page, "address", address="new@example.org")
    with InboundMailRepository(page.people.engine).begin() as deciding:
        deciding.write(
            "file:x",
            InboundRecord(kind="bounce", action="counted", subscriber_id=1),
            None,
            now=page.clock.now,
        )
    assert page.visitor.get(f"{page.link(MINE)}/data").status == 405
    answer = page.visitor.post(f"{page.link(MINE)}/data")
    assert answer.headers["content-disposition"] == 'attachment; filename="my-data.json"'
    kept = json.loads(answer.text)
    assert kept["subscriber"]["address"] == "ann@example.org"
    assert kept["paused_until"] == "2026-12-23T14:00:00+00:00"
    (mail,) = kept["mails_about_you"]
    assert (mail["kind"], mail["place"], mail["sending_id"]) == ("bounce", "file:x", None)
    (waiting,) = kept["waiting_to_be_confirmed"]
    assert waiting["address"] == "new@example.org"
    assert kept["never_to_be_written_to"] is None
    assert OptInRepository(page.people.engine, page.keys).collect_personal_data(99) == {}


def test_erasing_wants_a_mark_in_a_box_and_leaves_only_a_hash(page: Page):
    answer = page.visitor.post(f"{page.link(MINE)}/erase")
    assert (answer.status, "Nothing was erased" in answer.text) == (400, True)
    do(page, "address", address="new@example.org")
    assert (
        page.visitor.post(f"{page.link(MINE)}/erase", {"sure": "yes"}).heading == "You are erased"
    )
    assert page.person() is None
    assert page.people.is_suppressed(parse_address("ann@example.org"))
    assert page.visitor.get(page.link(MINE)).status == 404
    database = (page.folder / ".newsletter" / "newsletter.db").read_bytes()
    assert b"subscribers" in database


@pytest.mark.parametrize("path", ["", "/data", "/erase"])
def test_a_wrong_link_opens_nothing(page: Page, path):
    for token in ("x", page.link(Purpose.UNSUBSCRIBE)[3:], page.link(MINE, 99)[3:]):
        assert page.visitor.post(f"/p/{token}{path}", {"do": "leave", "sure": "yes"}).status == 404
    assert page.visitor.get("/p/x").status == 404


def test_a_new_address_that_is_none_is_told(page: Page):
    answer = do(page, "address", address="no address")
    assert (answer.status, "not an address" in answer.text) == (400, True)


def test_the_file_holds_every_column_that_is_kept_about_a_person(page: Page):
    """All but the numbers of rows that stand for the person or the issue, which is named."""
    with delivery.open_ledger(page.context).start_session(
        "2026-11", "d", now=page.clock.now
    ) as run:
        run.commit_step((), [1], now=page.clock.now)
    with InboundMailRepository(page.people.engine).begin() as deciding:
        deciding.write(
            "file:x",
            InboundRecord(kind="bounce", action="counted", subscriber_id=1),
            None,
            now=page.clock.now,
        )
    readers = OptInRepository(page.people.engine, page.keys)
    readers.pause(1, page.clock.now + timedelta(days=30), now=page.clock.now)
    readers.create_request(parse_address("ann@example.org"), now=page.clock.now)
    page.people.suppress(1, S.UNSUBSCRIBED, "x", now=page.clock.now)
    kept = readers.collect_personal_data(1)
    told = {
        "subscribers": kept["subscriber"],
        "suppressions": kept["never_to_be_written_to"],
        "requests": kept["waiting_to_be_confirmed"][0],
        "deliveries": kept["issues"][0]
        | {"sending_id": kept["issues"][0]["issue"], "subscriber_id": 1},
        "incoming_mails": kept["mails_about_you"][0],
    }
    for name, row in told.items():
        assert set(row) >= {each.name for each in METADATA.tables[name].c}, name
