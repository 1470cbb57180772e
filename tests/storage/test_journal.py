"""What a dead sender told."""

from datetime import UTC, datetime

from newsletter.model import DeliveryStatus as D
from newsletter.storage.journal import Journal, Settlement

NOW = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)


def begun(folder, **named):
    journal = Journal(folder, "2026-11", **named)
    journal.begin(7)
    return journal


def test_dots_and_answers_are_read_as_they_were_written(tmp_path):
    answer = Settlement(
        subscriber_id=1, status=D.REFUSED, reply="550 no such user", next_at=NOW, bounced=True, attempts=2
    )
    journal = begun(tmp_path)
    journal.ending(1, 2)
    journal.answered(answer)
    journal.ending(5, 0)
    journal.close()
    assert Journal(tmp_path, "2026-11").told(7) == {(1, 2): answer, (5, 0): None}
    assert (journal.path.stat().st_mode & 0o777) == 0o600


def test_a_journal_of_another_sending_is_not_believed(tmp_path):
    begun(tmp_path).close()
    assert Journal(tmp_path, "2026-11").told(8) is None
    assert Journal(tmp_path, "2026-12").told(7) is None


def test_a_machine_whose_starts_have_no_name_keeps_a_journal_that_nobody_believes(tmp_path):
    nameless = tmp_path / "nothing"
    begun(tmp_path, boot=nameless).close()
    assert Journal(tmp_path, "2026-11", boot=nameless).told(7) is None


def test_a_line_that_makes_no_sense_spoils_the_whole(tmp_path):
    journal = begun(tmp_path)
    journal.ending(1, 0)
    journal.close()
    with journal.path.open("a") as file:
        file.write("5 0 accep 6 0\n")
    assert Journal(tmp_path, "2026-11").told(7) is None
