"""Who may still be mailed, as a sender asks in the moment of sending."""

from datetime import UTC, datetime

import pytest
from support.post_office import PostOffice

from newsletter.errors import StorageError
from newsletter.model import SubscriberState
from newsletter.subscribers.suppression_check import SuppressionCheck

NOW = datetime(2026, 11, 23, tzinfo=UTC)


@pytest.fixture
def office(tmp_path):
    return PostOffice.opened(tmp_path)


@pytest.fixture
def lookout(office):
    made = SuppressionCheck(office.people.engine)
    yield made
    made.close()


def test_those_on_the_list_may_be_mailed_and_nobody_else(lookout):
    assert lookout.mailable((1, 2, 3, 99)) == {1, 2, 3}


@pytest.mark.parametrize(
    "state", [SubscriberState.UNSUBSCRIBED, SubscriberState.BOUNCED, SubscriberState.COMPLAINED]
)
def test_who_left_is_seen_at_once(office, lookout, state):
    assert lookout.mailable((1,)) == {1}
    office.people.suppress(1, state, "asked", now=NOW)
    assert lookout.mailable((1, 2)) == {2}


def test_who_pauses_is_seen_and_may_be_mailed_when_back(office, lookout):
    office.people.change(2, now=NOW, state=SubscriberState.PAUSED)
    assert lookout.mailable((2,)) == set()
    office.people.change(2, now=NOW, state=SubscriberState.ACTIVE)
    assert lookout.mailable((2,)) == {2}


def test_a_question_waits_for_no_writer(office, lookout):
    with office.people.engine.begin():  # as a sender or an import does
        assert lookout.mailable((3,)) == {3}


def test_a_database_that_does_not_answer_is_told_and_asked_again_on_a_new_connection(
    office, lookout
):
    with office.people.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE subscribers RENAME TO elsewhere")
    with pytest.raises(StorageError, match="refused"):
        lookout.mailable((1,))
    with office.people.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE elsewhere RENAME TO subscribers")
    assert lookout.mailable((1,)) == {1}
