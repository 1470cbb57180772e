"""Report: what became of an issue."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from studio.conftest import ISSUE, Studio

from newsletter.delivery import service as delivery
from newsletter.delivery.journal import DeliveryOutcome
from newsletter.formats.mailboxes import parse_address
from newsletter.issues import approval
from newsletter.model import DeliveryStatus
from newsletter.subscribers import service as subscribers
from newsletter.subscribers.list_import import ImportRow
from newsletter.subscribers.opt_in import OptInRepository
from newsletter.tokens import Keys

NOW = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)


def send(studio: Studio, issue: str, refused: int = 0) -> None:
    """As if it had been sent, to six people of Gmail and six others."""
    context = studio.room.context()
    addresses = [
        parse_address(f"r{n}@{domain}") for domain in ("gmail.com", "example.org") for n in range(6)
    ]
    subscribers.open_subscribers(context).import_rows(
        [ImportRow(line=1, address=each) for each in addresses], now=NOW
    )
    with delivery.open_ledger(context).start_session(issue, "d", now=NOW) as run:
        ids = sorted(
            run.commit_step(
                [], [each.id for each in subscribers.open_subscribers(context).all()], now=NOW
            )
        )
        words = [
            DeliveryStatus.REFUSED if n < refused else DeliveryStatus.ACCEPTED
            for n in range(len(ids))
        ]
        run.commit_step(
            [DeliveryOutcome(subscriber_id=i, status=w) for i, w in zip(ids, words, strict=True)],
            [],
            now=NOW,
        )
        run.write_heartbeat("done", "", 1.0)


def cells(page: str, title: str) -> list[str]:
    row = re.search(rf'<tr><th scope="row">{title}</th>(.*?)</tr>', page, re.DOTALL)
    assert row, title
    return [
        re.sub(r"<br>.*", "", each) for each in re.findall(r"<td>(.*?)</td>", row[1], re.DOTALL)
    ]


def test_an_issue_that_was_not_sent_has_no_report(made: Studio) -> None:
    answer = made.client.get(f"/issues/{ISSUE}/report")
    assert (answer.status_code, "was not sent from here" in answer.text) == (409, True)


def test_it_tells_by_provider_and_why_nobody_counts_opens(made: Studio) -> None:
    send(made, ISSUE, refused=5)
    page = made.page(f"/issues/{ISSUE}/report")
    assert cells(page, "Gmail") == ["6", "1", "5", "0", "0", "0", "0"]
    assert cells(page, "All others") == ["6", "6", "0", "0", "0", "0", "0"]
    assert cells(page, "Everybody") == ["12", "7", "5", "0", "0", "0", "0"]
    assert "Gmail: 83.3 % refused or came back." in page
    assert "No opens, no clicks" in page
    assert "The issues before it" not in page


def test_it_is_set_against_the_issues_before(made: Studio) -> None:
    send(made, "2026-10")
    send(made, ISSUE, refused=1)
    page = made.page(f"/issues/{ISSUE}/report")
    assert "16.7 %, before 0.0 %" in page
    assert '<a href="/issues/2026-10/report">2026-10</a>' in page


def test_the_pages_of_a_past_issue_lead_to_it(made: Studio) -> None:
    approval.publish_issue(made.room.context(), ISSUE)
    link = f'href="/issues/{ISSUE}/report"'
    assert link not in made.page("/")
    send(made, ISSUE)
    assert link in made.page("/")
    assert link in made.page(f"/issues/{ISSUE}/send")


def test_why_people_left_is_read(made: Studio) -> None:
    send(made, ISSUE)
    path = f"/issues/{ISSUE}/report"
    assert "Why people left" not in made.page(path)
    OptInRepository(made.room.context().engine, Keys(b"x")).save_unsubscribe_reason(
        "Too <b>many</b>", on=NOW.date()
    )
    assert "<time>2026-11-23</time>: Too &lt;b&gt;many&lt;/b&gt;" in made.page(path)
