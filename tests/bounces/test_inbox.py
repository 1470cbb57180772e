"""A run over the bounce mailbox."""

import stat
from pathlib import Path

import pytest
from support.bounce_mails import KEYS, NOW, bounce, bounce_token, complaint, leave_token, plain
from support.post_office import PostOffice

from newsletter.bounces.bounce_mailbox import PROCESSED, FolderMailbox, MailboxMessage
from newsletter.bounces.inbox import HandledMail, InboxProcessor
from newsletter.bounces.repository import AlreadyDecidedError, InboundMailRepository
from newsletter.database.tables import deliveries, sendings
from newsletter.errors import MailboxError
from newsletter.model import SubscriberState

S = SubscriberState


@pytest.fixture
def office(tmp_path: Path) -> PostOffice:
    office = PostOffice.opened(tmp_path)
    (tmp_path / "mails").mkdir()
    return office


def write(office: PostOffice, **mails: bytes) -> None:
    for name, content in mails.items():
        (office.folder / "mails" / f"{name}.eml").write_bytes(content)


def run(office: PostOffice, mailbox: FolderMailbox | None = None) -> list[HandledMail]:
    mailbox = mailbox or FolderMailbox(office.folder / "mails")
    return list(
        InboxProcessor(mailbox, KEYS, InboundMailRepository(office.people.engine)).run(
            now=lambda: NOW
        )
    )


def actions(handled: list[HandledMail]) -> dict[str, str]:
    return {each.name.removesuffix(".eml"): each.decided.action for each in handled}


def states(office: PostOffice) -> list[str]:
    return [each.state.value for each in office.people.all()]


def left(office: PostOffice) -> set[str]:
    return {each.stem for each in (office.folder / "mails").glob("*.eml")}


def test_each_mail_is_decided_and_put_away(office):
    write(
        office,
        a_bounce=bounce(bounce_token(1)),
        b_complaint=complaint(bounce_token(2)),
        c_unsubscribe=plain(To=f"bounces+{leave_token(3)}@example.org", Subject="unsubscribe"),
        d_full=bounce(bounce_token(3), status="4.2.2", words="x"),
        e_away=plain(Auto_Submitted="auto-replied"),
        f_letter=plain("Where is the trial?", Subject="Re: November"),
        g_policy=bounce(bounce_token(3), status="5.7.1", words="x"),
    )
    assert actions(run(office)) == {
        "a_bounce": "suppressed",
        "b_complaint": "suppressed",
        "c_unsubscribe": "suppressed",
        "d_full": "counted",
        "e_away": "ignored",
        "f_letter": "needs_a_person",
        "g_policy": "senders_problem",
    }
    assert states(office) == ["bounced", "complained", "unsubscribed"]
    assert left(office) == {"f_letter"}


def test_a_second_run_changes_nothing_and_still_tells_who_waits(office):
    write(office, bounce=bounce(bounce_token(1)), letter=plain("Hello?", Subject="Re: November"))
    run(office)
    before = list(office.people.all())
    (again,) = run(office)
    assert (again.name, again.decided.action, again.new) == ("letter.eml", "needs_a_person", False)
    assert list(office.people.all()) == before


def test_what_was_decided_before_a_crash_is_only_put_away_after_it(office):
    class Dying(FolderMailbox):
        def archive(self, letter: MailboxMessage) -> None:
            raise MailboxError("the machine stopped")

    write(office, bounce=bounce(bounce_token(1)))
    with pytest.raises(MailboxError):
        run(office, Dying(office.folder / "mails"))
    assert states(office)[0] == "bounced"
    office.people.change(1, now=NOW, state=S.ACTIVE)  # they came back in between
    (handled,) = run(office)
    assert (handled.decided.action, handled.new) == ("suppressed", False)
    assert (states(office)[0], left(office)) == ("active", set())


def test_the_same_mail_twice_is_decided_once(office):
    write(office, one=bounce(bounce_token(1)), two=bounce(bounce_token(1)))
    assert [each.new for each in run(office)] == [True, False]


def test_a_folder_that_cannot_be_written_is_no_obstacle(office):
    write(office, bounce=bounce(bounce_token(1)))
    (office.folder / "mails" / PROCESSED).write_text("a file stands where the folder should be")
    assert actions(run(office)) == {"bounce": "suppressed"}
    assert [each.new for each in run(office)] == [False]


def test_names_in_the_folder_of_done_mails_may_repeat(office):
    for status in ("4.2.2", "4.2.1"):
        write(office, mail=bounce(bounce_token(1), status=status, words="x"))
        run(office)
    done = office.folder / "mails" / PROCESSED
    assert {each.name for each in done.iterdir()} == {"mail.eml", "mail-2.eml"}
    assert stat.S_IMODE(done.stat().st_mode) == 0o700


def test_an_erased_person_and_a_test_copy_are_nobody(office):
    write(office, erased=bounce(bounce_token(99)), test=complaint(bounce_token(0)))
    assert set(actions(run(office)).values()) == {"ignored"}


def sent(office: PostOffice, count: int) -> None:
    with office.people.engine.begin() as connection:
        for number in range(1, count + 1):
            row = {
                "id": number,
                "issue": str(number),
                "digest": "",
                "state": "done",
                "why": "",
                "total": 1,
            }
            connection.execute(sendings.insert().values(row | {"started_at": NOW}))
            connection.execute(
                deliveries.insert().values(
                    sending_id=number, subscriber_id=1, status="accepted", reply=""
                )
            )


def full(sending: int) -> bytes:
    return bounce(bounce_token(1, sending), status="4.2.2", words=f"x {sending}")


def test_three_issues_in_a_row_are_told_to_a_person(office):
    sent(office, 3)
    write(office, a=full(1), b=full(2), c=full(3))
    assert actions(run(office)) == {"a": "counted", "b": "counted", "c": "needs_a_person"}
    assert states(office)[0] == "active"


def test_an_issue_that_arrived_in_between_starts_the_count_again(office):
    sent(office, 4)
    write(office, a=full(1), b=full(2), d=full(4))
    assert actions(run(office)) == {"a": "counted", "b": "counted", "d": "counted"}


def test_several_bounces_of_one_issue_are_one(office):
    sent(office, 3)
    write(
        office,
        **{f"m{n}": bounce(bounce_token(1, 3), status="4.2.2", words=f"try {n}") for n in range(5)},
    )
    assert set(actions(run(office)).values()) == {"counted"}


def test_another_process_that_was_quicker_is_no_obstacle(office):
    write(office, bounce=bounce(bounce_token(1)))

    class Contended(InboundMailRepository):
        calls = 0

        def begin(self):
            self.calls += 1
            if self.calls == 1:
                run(office, FolderMailbox(copied(office)))
                raise AlreadyDecidedError
            return super().begin()

    inbox = InboxProcessor(
        FolderMailbox(office.folder / "mails"), KEYS, Contended(office.people.engine)
    )
    (handled,) = list(inbox.run(now=lambda: NOW))
    assert (handled.decided.action, handled.new) == ("suppressed", False)


def copied(office: PostOffice) -> Path:
    folder = office.folder / "copy"
    folder.mkdir()
    for each in (office.folder / "mails").glob("*.eml"):
        (folder / each.name).write_bytes(each.read_bytes())
    return folder


def test_two_commits_of_one_decision_are_told_apart(office):
    record = InboundMailRepository(office.people.engine)
    write(office, a=plain())
    (handled,) = run(office)
    (letter,) = FolderMailbox(office.folder / "mails").messages()
    with pytest.raises(AlreadyDecidedError), record.begin() as deciding:
        deciding.write(letter.place, handled.decided, None, now=NOW)


def test_a_mail_that_somebody_takes_away_meanwhile_is_passed_over(office):
    class Shared(FolderMailbox):
        def content(self, letter: MailboxMessage) -> bytes | None:
            self._paths[letter.name].unlink()
            return super().content(letter)

    write(office, a=bounce(bounce_token(1)))
    assert run(office, Shared(office.folder / "mails")) == []


def test_a_mail_that_cannot_be_understood_stops_no_other(office, caplog):
    class Odd(FolderMailbox):
        def content(self, letter: MailboxMessage) -> bytes | None:
            return 1 if letter.name == "a.eml" else super().content(letter)  # type: ignore[return-value]

    write(office, a=plain(), b=bounce(bounce_token(1)))
    assert actions(run(office, Odd(office.folder / "mails"))) == {
        "a": "needs_a_person",
        "b": "suppressed",
    }
    assert "ann@example" not in caplog.text


def test_other_files_in_the_folder_are_left_alone(office):
    (office.folder / "mails" / "notes.txt").write_text("x")
    (office.folder / "mails" / "folder.eml").mkdir()
    assert run(office) == []


def test_the_place_of_a_decision_is_asked_for_in_pages(office):
    record = InboundMailRepository(office.people.engine)
    assert record.load_decisions(f"file:{n}" for n in range(1001)) == {}


def test_what_was_decided_about_a_person_can_be_told_to_them(office):
    write(office, a=bounce(bounce_token(1)))
    run(office)
    ((at, decided),) = InboundMailRepository(office.people.engine).of_person(1)
    assert (at, decided.status) == (NOW, "5.1.1")
