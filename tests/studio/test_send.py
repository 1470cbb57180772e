"""Send.

A test, the sentence, the number, the time to undo, progress, pause, and what is in doubt.
"""

from __future__ import annotations

import json
import re

import pytest
from studio.conftest import ISSUE, Studio
from support.loopback_smtp import Loopback

from newsletter.delivery import service as delivery
from newsletter.errors import NotApprovedError
from newsletter.issues import approval
from newsletter.studio import send_process
from newsletter.studio.views.send import _barrier
from newsletter.workspace.context import AppContext

BASE = f"/issues/{ISSUE}/send"


def tally(studio: Studio) -> dict[str, int | str]:
    found = delivery.open_ledger(studio.room.context()).read_status(ISSUE)
    return {
        "state": found.state,
        "accepted": found.accepted,
        "remaining": found.remaining,
        "unknown": found.unknown,
    }


def done(studio: Studio) -> bool:
    standing = send_process.load_send_view(studio.room.context(), ISSUE)
    return not (standing.waits or standing.is_at_work)


def said(studio: Studio, path: str, fields: dict | None = None) -> str:
    return studio.change(path, fields, script=True).json()["error"]


def test_one_sentence_tells_what_would_happen_and_the_number_confirms(
    ready: Studio, mail_server: Loopback
) -> None:
    page = ready.page(BASE)
    assert re.search(
        r"On \w+day \d+ \w+ \d{4} at \d\d:\d\d \(New York\) “Circle News: November 2026” goes to "
        r"10 people through 127.0.0.1; 2 who left or are not active are not written to.",
        page,
    )
    assert "type 10 to confirm" in said(ready, BASE, {"number": "9"})
    assert ready.change(BASE, {"number": " 10 "}).status_code == 200
    ready.wait(lambda: tally(ready)["state"] == "done" and done(ready))
    assert set(mail_server.recipients().values()) == {1}
    assert len(mail_server.messages) == 10
    assert "10 accepted by the server" in ready.page(BASE)
    assert "sent" in ready.page("/")


def test_within_a_time_it_can_be_undone(ready: Studio, mail_server: Loopback) -> None:
    ready.room.undo_s = 60
    page = ready.change(BASE, {"number": "10"}).text
    assert "Nothing has gone yet." in page
    assert "it is on its way already" in said(ready, BASE, {"number": "10"})
    assert "Undone: nothing was sent." in ready.change(f"{BASE}/undo").text
    assert "it began already" in said(ready, f"{BASE}/undo")
    assert mail_server.messages == []


def test_progress_is_told_as_it_happens(ready: Studio) -> None:
    ready.room.undo_s = 0.5
    ready.change(BASE, {"number": "10"})
    with ready.client.stream("GET", f"{BASE}/news") as answer:
        events = [json.loads(line[6:]) for line in answer.iter_lines() if line.startswith("data: ")]
    assert events[0]["waiting"] is True
    assert (events[-1]["state"], events[-1]["accepted"], events[-1]["over"]) == ("done", 10, True)


def at_a_pace(studio: Studio, before: int, now: int) -> None:
    """So many mails a minute."""
    file = studio.room.folder / "newsletter.toml"
    file.write_text(
        file.read_text("utf-8").replace(f"per_minute = {before}", f"per_minute = {now}"), "utf-8"
    )


def test_a_paused_sending_goes_on_with_those_who_are_left(
    ready: Studio, mail_server: Loopback
) -> None:
    at_a_pace(ready, 0, 60)
    ready.change(BASE, {"number": "10"})
    ready.wait(lambda: len(mail_server.messages) > 1)
    assert "Pausing" in ready.change(f"{BASE}/pause").text
    ready.wait(lambda: done(ready))
    assert tally(ready)["state"] == "paused"
    assert "Go on" in ready.page(BASE)
    at_a_pace(ready, 60, 0)
    assert "It goes on." in ready.change(f"{BASE}/go-on").text
    ready.wait(lambda: tally(ready)["state"] == "done" and done(ready))
    assert set(mail_server.recipients().values()) == {1}
    assert len(mail_server.messages) == 10
    assert "it is not being sent" in said(ready, f"{BASE}/pause")


def test_the_ones_in_doubt_are_settled_one_by_one_or_all(
    ready: Studio, mail_server: Loopback
) -> None:
    mail_server.script = lambda command, number, connection: (
        "drop" if command == "DOT" and number < 4 else None
    )
    ready.change(BASE, {"number": "10"})
    ready.wait(lambda: tally(ready)["accepted"] == 7 and done(ready))
    page = ready.page(BASE)
    assert "3 in doubt" in page
    assert "3 in doubt: decide what is to be done." in ready.page("/")
    people = re.findall(r'name="person" value="(\d+)"', page)
    assert len(people) == 3
    assert (
        "This one is left as it stands."
        in ready.change(f"{BASE}/resolve", {"person": people[0], "how": "leave"}).text
    )
    page = ready.page(BASE)
    assert "2 in doubt" in page
    assert "1 is left in doubt, as you decided" in page
    assert "nobody is in doubt any more" in said(
        ready, f"{BASE}/resolve", {"person": people[0], "how": "resend"}
    )
    assert (
        "They are to be sent again: press Go on."
        in ready.change(f"{BASE}/resolve", {"how": "resend"}).text
    )
    ready.change(f"{BASE}/go-on")
    ready.wait(lambda: tally(ready)["accepted"] == 9 and done(ready))
    assert "nobody is in doubt" in said(ready, f"{BASE}/resolve", {"how": "leave"})


def test_who_is_tried_again_and_who_was_refused_is_told_with_the_servers_words(
    ready: Studio, mail_server: Loopback
) -> None:
    replies = {1: "550 5.1.1 no such mailbox", 2: "450 4.2.1 busy", 3: "450 4.2.1 busy"}
    mail_server.script = lambda command, number, connection: (
        replies.get(number) if command == "RCPT" else None
    )
    ready.change(BASE, {"number": "10"})
    ready.wait(lambda: tally(ready)["accepted"] == 7)
    page = ready.page(BASE)
    assert "2 to be tried again: what the server said" in page
    assert "<strong>2</strong> 450 4.2.1 busy" in page
    assert re.search(r"the first of them on \w+day \d+ \w+ \d{4} at \d\d:\d\d \(New York\)", page)
    ready.change(f"{BASE}/stop")
    ready.wait(lambda: done(ready))
    page = ready.page(BASE)
    assert (
        "Stopped by a person: 7 of 10 have it; 2 get nothing until somebody lets it go on." in page
    )
    assert "1 refused: who, and why" in page
    assert "<td>550 5.1.1 no such mailbox</td>" in page
    assert "Paused" not in ready.page("/")  # a decision, and nothing to remember


def test_what_stopped_a_sending_is_told(ready: Studio) -> None:
    ready.change("/setup/delivery", {"port": "1"})
    ready.change(BASE, {"number": "10"})
    ready.wait(lambda: tally(ready)["state"] == "paused" and done(ready))
    assert "[delivery] host and port" in ready.page(BASE)


def test_a_test_copy_is_marked_and_needs_no_approval(ready: Studio, mail_server: Loopback) -> None:
    (ready.file.parent / "record.toml").unlink()
    answer = ready.change(f"{BASE}/test", {"address": "office@example.org"})
    assert "The test copy is on its way" in answer.text
    (message,) = mail_server.messages
    assert b"Subject: [Test] Circle News" in message.content
    assert "It is not approved yet." in answer.text


def test_without_a_server_or_people_the_page_leads_there(made: Studio) -> None:
    page = made.page(BASE)
    assert 'href="/setup#delivery"' in page
    digest = re.search(r'name="digest" value="(\w+)"', made.page(f"/issues/{ISSUE}/approve"))[1]
    made.change(f"/issues/{ISSUE}/approve", {"digest": digest, "by": ""})
    assert 'href="/people"' in made.page(BASE)
    assert "name the mail server" in said(made, BASE, {"number": "0"})
    made.change("/setup/delivery", {"host": "127.0.0.1", "security": "none"})
    assert "there is nobody to send to" in said(made, BASE, {"number": "0"})


def test_it_can_be_out_without_being_mailed_from_here(made: Studio) -> None:
    assert "It counts as out" in made.change(f"{BASE}/publish").text
    assert "This issue is out." in made.page(f"/issues/{ISSUE}/write")


def test_an_issue_that_cannot_be_read_stops_the_news(made: Studio) -> None:
    (made.room.folder / "newsletter.toml").write_text("[newsletter]", "utf-8")
    with made.client.stream("GET", f"{BASE}/news") as answer:
        (event,) = [
            json.loads(line[6:]) for line in answer.iter_lines() if line.startswith("data: ")
        ]
    assert (event["over"], "title" in event["trouble"]) == (True, True)


def test_a_template_that_is_wrong_is_told_and_stops_the_sending(ready: Studio) -> None:
    ready.file.write_text("subject = ", "utf-8")
    assert "no valid TOML" in ready.client.get(BASE).text


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (NotApprovedError("geändert", changed=True), "It was changed after it was approved."),
        (NotApprovedError("was changed after noon"), "It is not approved yet."),
    ],
)
def test_whether_it_was_changed_is_told_by_the_error_and_not_by_its_words(
    made: Studio, monkeypatch: pytest.MonkeyPatch, error: NotApprovedError, said: str
) -> None:
    def refuse(context: AppContext, name: str) -> None:
        raise error

    monkeypatch.setattr(approval, "render_approved", refuse)
    assert _barrier(made.room.context(), ISSUE) == said


def test_what_was_approved_and_changed_says_so(ready: Studio) -> None:
    text = ready.file.read_text("utf-8")
    ready.file.write_text(text.replace('subject = "', 'subject = "Other '), "utf-8")
    with pytest.raises(NotApprovedError) as caught:
        approval.render_approved(ready.room.context(), ISSUE)
    assert caught.value.changed
    assert _barrier(ready.room.context(), ISSUE) == "It was changed after it was approved."
