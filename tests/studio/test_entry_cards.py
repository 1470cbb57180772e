"""Where a card lies hangs on what was found, and not on the sentence that tells of it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from studio.conftest import Studio

from newsletter.issues.pool import update_pool
from newsletter.issues.standing import EntryStatus
from newsletter.model import Entry, EntryState, Reason
from newsletter.studio.entry_cards import CardPlace, _cards, _place

STATUS = EntryStatus(
    entry=Entry(key="uid:a@x", title="Patient webinar"),
    state=EntryState.WAITING,
    code=Reason.TOO_FAR_AHEAD,
    reason="viel zu weit voraus",
    section="events",
    issue=None,
)


def test_cards_lie_where_they_do_in_any_words(made: Studio) -> None:
    statuses = update_pool(made.room.context()).statuses
    reworded = [replace(each, reason="otras palabras, demasiado tarde") for each in statuses]
    told, retold = (list(_cards(some, {}, {})) for some in (statuses, reworded))
    assert [(each.place, each.is_late) for each in told] == [
        (each.place, each.is_late) for each in retold
    ]
    assert any(each.is_late for each in told)
    assert not all(each.is_late for each in told)


def test_what_is_too_far_ahead_is_left_out_in_any_words() -> None:
    assert _place(STATUS) is CardPlace.LEFT_OUT
    words = "too far ahead, an editor wrote; late, and seen only now"
    waiting = replace(STATUS, code=Reason.AFTER_WINDOW, reason=words)
    assert _place(waiting) is CardPlace.NEW


@pytest.mark.parametrize("reason", ["too late for this one", "seen only now", "zu spät"])
def test_late_is_what_arrived_late_and_not_what_says_so(reason: str) -> None:
    kept = replace(STATUS, code=Reason.KEPT, reason=reason)
    late = replace(STATUS, code=Reason.LATE, reason=reason)
    assert [each.is_late for each in _cards([kept], {}, {})] == [False]
    (card,) = _cards([late], {}, {})
    assert card.is_late
    (again,) = _cards([late], {}, {card.entry.key: card})
    assert again is card
    (other,) = _cards([kept], {}, {card.entry.key: card})
    assert not other.is_late
