"""Many people leaving at once."""

import threading

import sqlalchemy as sa
from support.bounce_mails import NOW
from support.post_office import PostOffice

from newsletter.errors import StorageError
from newsletter.subscribers.unsubscribes import UnsubscribeQueue


def at_once(leavings: UnsubscribeQueue, numbers: range) -> list[Exception]:
    errors: list[Exception] = []
    begun = threading.Barrier(len(numbers))

    def leave(number: int) -> None:
        begun.wait()
        try:
            leavings.unsubscribe(number, now=NOW)
        except StorageError as error:
            errors.append(error)

    threads = [threading.Thread(target=leave, args=(number,)) for number in numbers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return errors


def test_everybody_is_gone_when_their_call_returns_and_commits_are_shared(tmp_path):
    office = PostOffice.opened(tmp_path, tuple(f"r{n}@example.org" for n in range(40)))
    leavings = UnsubscribeQueue(office.people.engine)
    assert at_once(leavings, range(1, 41)) == []
    assert {each.state.value for each in office.people.all()} == {"unsubscribed"}
    assert 1 <= leavings.commits <= 40


def test_a_database_that_refuses_is_told_to_everybody(tmp_path):
    office = PostOffice.opened(tmp_path)
    with office.people.engine.begin() as connection:
        connection.execute(sa.text("ALTER TABLE suppressions RENAME TO elsewhere"))
    leavings = UnsubscribeQueue(office.people.engine)
    assert len(at_once(leavings, range(1, 4))) == 3
    assert {each.state.value for each in office.people.all()} == {"active"}
