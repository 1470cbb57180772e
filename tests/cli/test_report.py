"""`newsletter report`, as a person runs it."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.commands import Run

from newsletter.tokens import Keys, Purpose

MORE = "\n".join(f"reader{n}@gmail.com,Reader,active,,,no" for n in range(6))


@pytest.fixture
def sent(approved: Path, run: Run) -> Path:
    """The sample's issue, sent to its people and six more."""
    (approved / "more.csv").write_text(f"email,name,state,language,sections,large_print\n{MORE}\n")
    assert run("subscribers", "import", "more.csv").exit_code == 0
    assert run("send", "2026-11", "--yes").exit_code == 0
    return approved


def test_before_anything_was_sent_there_is_nothing_to_report(sample: Path, run: Run) -> None:
    result = run("report")
    assert (result.exit_code, result.out) == (2, "")
    assert result.err == "newsletter: no issue was sent from here, so there is nothing to report\n"
    assert "issue 2026-11 was not sent from here" in run("report", "2026-11").err


def test_the_last_issue_is_told_of_by_provider(sent: Path, run: Run) -> None:
    result = run("report")
    assert result.exit_code == 0
    assert result.out.splitlines()[1:-1] == [
        "              people  accepted   refused came back      spam      left  in doubt",
        "Gmail              6         6         0         0         0         0         0",
        "all others        10        10         0         0         0         0         0",
        "everybody         16        16         0         0         0         0         0",
        "",
    ]
    assert result.out.startswith("2026-11, sent on 20")
    assert "Who opened the mail, and what they clicked, is not here" in result.out


def test_what_happens_afterwards_is_in_it(sent: Path, run: Run) -> None:
    from support.bounce_mails import bounce

    keys = Keys.parse((sent / ".newsletter" / "secret").read_text())
    people = {
        each["address"]: n
        for n, each in enumerate(run("subscribers", "list", "--json").json["subscribers"], 1)
    }
    (sent / "mails").mkdir()
    file = sent / "newsletter.toml"
    file.write_text(
        file.read_text("utf-8").replace("[inbox]\n", '[inbox]\nfolder = "mails"\n'), "utf-8"
    )
    (sent / "mails" / "1.eml").write_bytes(
        bounce(keys.sign(Purpose.BOUNCE, people["reader0@gmail.com"], 1))
    )
    wish = f"To: bounces+{keys.sign(Purpose.UNSUBSCRIBE, people['reader1@gmail.com'], 1)}@example.org\n\nstop\n"
    (sent / "mails" / "2.eml").write_text(wish)
    assert run("inbox", "--json").json["unsubscribes"] == 1

    report = run("report", "2026-11", "--json").json
    gmail, others = report["providers"]
    assert (gmail["provider"], gmail["people"], gmail["bounced"], gmail["left"]) == (
        "Gmail",
        6,
        1,
        1,
    )
    assert (others["providers"], others["people"], others["bounced"]) == (["other"], 10, 0)
    assert gmail["before"]["people"] == 0
    assert (report["issue"], report["accepted"], report["bounced"], report["before"]) == (
        "2026-11",
        16,
        1,
        [],
    )
    assert report["notes"] == []


def test_issues_before_it_stand_below(sent: Path, run: Run) -> None:
    second = sent / "issues" / "2026-12"
    second.mkdir()
    (second / "issue.toml").write_text(
        'subject = "December"\npreheader = "A greeting"\nsend_on = 2026-12-01\n'
        'since = 2026-11-23T14:00:00Z\nuntil = 2026-12-01T00:00:00Z\nletter = "Dear all, a quiet month."\n'
        '[[section]]\nname = "thanks"\ntitle = "Thanks"\ntext = "Thank you for reading."\n'
    )
    approved = run("approve", "2026-12")
    assert (approved.exit_code, approved.err) == (0, "")
    assert run("send", "2026-12", "--yes").exit_code == 0
    lines = run("report").out.splitlines()
    assert lines[5] == "before it"
    assert lines[6].startswith("2026-11 (20")
    assert lines[6].split()[2:] == ["16", "16", "0", "0", "0", "0", "0"]
    assert run("report", "--json").json["before"][0]["issue"] == "2026-11"


def test_why_people_left_is_told_where_it_is_asked_for(sent: Path, run: Run) -> None:
    from datetime import UTC, date, datetime, timedelta

    from newsletter.database.engine import open_database
    from newsletter.subscribers.opt_in import OptInRepository

    readers = OptInRepository(
        open_database("sqlite:///.newsletter/newsletter.db", sent), Keys(b"x")
    )
    today = datetime.now(UTC).date()  # sending has the true time
    readers.save_unsubscribe_reason("Long before.", on=date(2020, 1, 1))
    readers.save_unsubscribe_reason("Too many mails.", on=today + timedelta(days=1))
    assert "Too many mails." not in run("report").out
    assert f"{today + timedelta(days=1)}  Too many mails.\n" in run("report", "--words").out
    assert "words" not in run("report", "--json").json
    said = run("report", "--json", "--words").json["words"]
    assert said == [{"on": f"{today + timedelta(days=1)}", "said": "Too many mails."}]
