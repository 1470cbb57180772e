"""Many people leaving in the same moment, in one commit.

After an issue went out hundreds of one-click requests come within seconds, while a disk takes some
tens of commits. Whoever comes first writes for all who wait; nobody is answered before theirs is on
disk.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.engine import Connection, Engine

from newsletter.database.engine import eager, translate_errors
from newsletter.errors import StorageError
from newsletter.model import SubscriberState
from newsletter.reports import repository as report_repository
from newsletter.subscribers import suppressions

WHY = "own choice"


@dataclass(slots=True)
class _UnsubscribeRequest:
    """One person who leaves."""

    subscriber_id: int
    sending_id: int  # whose link was used; 0: of none
    done: bool = False
    error: StorageError | None = None


class UnsubscribeQueue:
    """Called from many threads; each call returns when that person is surely gone."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.commits = 0
        self._waiting: list[_UnsubscribeRequest] = []
        self._list = threading.Lock()
        self._turn = threading.Lock()

    def unsubscribe(self, subscriber_id: int, *, sending_id: int = 0, now: datetime) -> None:
        """Never mail this person again; raises StorageError when it could not be written down."""
        wish = _UnsubscribeRequest(subscriber_id, sending_id)
        with self._list:
            self._waiting.append(wish)
        with self._turn:
            if not wish.done:
                self._write_all(now)
        if wish.error is not None:
            raise wish.error

    def _record_unsubscribes(
        self, connection: Connection, wishes: list[_UnsubscribeRequest], now: datetime
    ) -> list[tuple[int, int]]:
        """Write down who leaves; gives those who had not left before."""
        return [
            (wish.subscriber_id, wish.sending_id)
            for wish in wishes
            if suppressions.suppress(
                connection, wish.subscriber_id, SubscriberState.UNSUBSCRIBED, WHY, now=now
            )
        ]

    def _write_all(self, now: datetime) -> None:
        with self._list:
            wishes, self._waiting = self._waiting, []
        error = None
        try:
            with translate_errors(self.engine.url), eager(self.engine).begin() as connection:
                report_repository.add_left(
                    connection, self._record_unsubscribes(connection, wishes, now)
                )
        except StorageError as refused:
            error = refused
        self.commits += 1
        for wish in wishes:
            wish.done, wish.error = True, error
