"""What a dead sender told."""

import contextlib
import resource
from datetime import UTC, datetime

import pytest

from newsletter.delivery.journal import DeliveryOutcome, Journal
from newsletter.errors import StorageError
from newsletter.model import DeliveryStatus as D

NOW = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)


def begun(folder, **named):
    journal = Journal(folder, "2026-11", **named)
    journal.begin(7)
    return journal


def test_dots_and_answers_are_read_as_they_were_written(tmp_path):
    answer = DeliveryOutcome(
        subscriber_id=1,
        status=D.REFUSED,
        reply="550 no such user",
        next_at=NOW,
        bounced=True,
        attempts=2,
    )
    journal = begun(tmp_path)
    journal.note_final_dot(1, 2)
    journal.add_outcome(answer)
    journal.note_final_dot(5, 0)
    journal.close()
    assert Journal(tmp_path, "2026-11").read_outcomes(7) == {(1, 2): answer, (5, 0): None}
    assert (journal.path.stat().st_mode & 0o777) == 0o600


def test_a_journal_of_another_sending_is_not_believed(tmp_path):
    begun(tmp_path).close()
    assert Journal(tmp_path, "2026-11").read_outcomes(8) is None
    assert Journal(tmp_path, "2026-12").read_outcomes(7) is None


def test_a_machine_whose_starts_have_no_name_keeps_a_journal_that_nobody_believes(tmp_path):
    nameless = tmp_path / "nothing"
    begun(tmp_path, boot=nameless).close()
    assert Journal(tmp_path, "2026-11", boot=nameless).read_outcomes(7) is None


def test_a_line_that_makes_no_sense_spoils_the_whole(tmp_path):
    journal = begun(tmp_path)
    journal.note_final_dot(1, 0)
    journal.close()
    with journal.path.open("a") as file:
        file.write("5 0 accep 6 0\n")
    assert Journal(tmp_path, "2026-11").read_outcomes(7) is None


@contextlib.contextmanager
def no_file_grows_beyond(size):
    """What is written beyond is cut off, as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("room", [0, 2, 3, 5])
def test_half_a_line_on_a_full_disk_is_no_line_and_spoils_none_behind_it(tmp_path, room):
    journal = begun(tmp_path)
    journal.note_final_dot(1, 0)
    with (
        no_file_grows_beyond(journal.path.stat().st_size + room),
        pytest.raises(StorageError, match="cannot be written"),
    ):
        journal.note_final_dot(123456, 0)
    journal.note_final_dot(5, 0)
    assert Journal(tmp_path, "2026-11").read_outcomes(7) == {(1, 0): None, (5, 0): None}
    journal.close()


def test_a_dot_that_could_not_be_noted_is_never_told_of_later(tmp_path):
    answer = DeliveryOutcome(subscriber_id=4, status=D.DEFERRED)
    journal = begun(tmp_path)
    journal.note_final_dot(4, 0)
    journal.add_outcome(answer)
    with no_file_grows_beyond(journal.path.stat().st_size):
        for number in (3, 4):
            with pytest.raises(StorageError):
                journal.note_final_dot(number, 1)
    journal._start_over()
    journal.close()
    assert Journal(tmp_path, "2026-11").read_outcomes(7) == {(4, 0): answer}


def test_answers_that_no_dot_followed_are_written_at_the_end(tmp_path):
    answer = DeliveryOutcome(subscriber_id=1, status=D.ACCEPTED, reply="250 ok")
    journal = begun(tmp_path)
    journal.note_final_dot(1, 0)
    journal.add_outcome(answer)
    journal.close()
    journal.close()
    assert Journal(tmp_path, "2026-11").read_outcomes(7) == {(1, 0): answer}


def test_a_full_disk_at_the_end_costs_an_answer_alone(tmp_path):
    journal = begun(tmp_path)
    journal.note_final_dot(1, 0)
    journal.add_outcome(DeliveryOutcome(subscriber_id=1, status=D.ACCEPTED))
    with no_file_grows_beyond(journal.path.stat().st_size):
        journal.close()
    assert Journal(tmp_path, "2026-11").read_outcomes(7) == {(1, 0): None}
