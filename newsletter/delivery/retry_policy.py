"""What follows from an outcome: a retry and when, a refusal, or a pause.

Written into the ledger, the counts that people see, and the throttle.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta

from newsletter.config import DeliverySettings
from newsletter.delivery.journal import DeliveryOutcome
from newsletter.delivery.ledger_session import DueDelivery
from newsletter.delivery.ledger_writer import LedgerWriter
from newsletter.delivery.send_status import SendStatus
from newsletter.delivery.smtp_replies import ReplyVerdict, SmtpReply
from newsletter.delivery.throttle import Throttle
from newsletter.model import DeliveryStatus

MAX_RETRY_DELAY = timedelta(seconds=4000)  # between two tries, as with Postfix
D = DeliveryStatus


class RetryPolicy:
    """Turns verdicts into settlements."""

    def __init__(
        self, tally: SendStatus, recorder: LedgerWriter, pace: Throttle, settings: DeliverySettings
    ) -> None:
        self.writer = recorder
        self.throttle = pace
        self.settings = settings
        self.trouble = ""  # a sentence for `status`, while it lasts
        self._start = tally
        self._changes: Counter[str] = Counter()

    def apply_verdict(self, due: DueDelivery, verdict: ReplyVerdict, reply: SmtpReply) -> None:
        """What a reply means for one reader."""
        if verdict.slow:
            self.throttle.slow_down()
        if verdict.status is D.ACCEPTED:
            self.throttle.record_acceptance()
            self.trouble = ""
            self._record(due, D.ACCEPTED, str(reply))
        elif verdict.status is D.DEFERRED:
            self.defer(due, str(reply), for_good=not verdict.pause)
        else:
            self._record(due, verdict.status, str(reply), bounced=verdict.bounced)

    def defer(self, due: DueDelivery, words: str, *, for_good: bool = True) -> None:
        """Try again later, or give up when the time to try is over and it is `for_good`."""
        now = self.writer.clock.now()
        last = (due.first_tried_at or now) + self.settings.give_up_after
        if for_good and now >= last:
            words = f"given up after {_hours(self.settings.give_up_after)}: {words}"
            self._record(due, D.REFUSED, words)
            return
        next_at = min(
            now + self.compute_retry_delay(due.attempts), max(last, now + self.settings.retry_after)
        )
        self._record(due, D.DEFERRED, words, next_at=next_at)

    def compute_retry_delay(self, attempts: int) -> timedelta:
        """How long after so many earlier tries: doubling, to about an hour."""
        first = self.settings.retry_after
        doubled: timedelta = first * 2 ** min(attempts, 20)
        return min(doubled, max(first, MAX_RETRY_DELAY))

    def mark_unknown(self, due: DueDelivery, words: str) -> None:
        """The message may have arrived, or not."""
        self._record(due, D.UNKNOWN, words)

    def mark_refused(self, due: DueDelivery, words: str) -> None:
        """This reader cannot be written to, and a person should know."""
        self._record(due, D.REFUSED, words)

    def skip_suppressed(self, due: DueDelivery) -> None:
        """The person left before the message was complete.

        Nothing was sent, and it counts as no try.
        """
        self._record(due, D.SUPPRESSED, "", tried=False)

    def put_back(self, due: DueDelivery) -> None:
        """The message surely did not go, and nobody is to blame: as if it had not been tried."""
        self.writer.put_back(due)

    def _record(
        self,
        due: DueDelivery,
        status: D,
        reply: str,
        *,
        next_at: datetime | None = None,
        bounced: bool = False,
        tried: bool = True,
    ) -> None:
        self._count(due, status)
        self.writer.record_outcome(
            DeliveryOutcome(
                subscriber_id=due.subscriber.id,
                status=status,
                reply=reply,
                next_at=next_at,
                bounced=bounced,
                attempts=due.attempts,
                tried=tried,
            )
        )

    def _count(self, due: DueDelivery, status: DeliveryStatus) -> None:
        self._changes[D.DEFERRED if due.next_at else D.QUEUED] -= 1
        self._changes[status] += 1

    def tally(self) -> SendStatus:
        """The counts of this moment, without asking the ledger."""
        run, start, change = self.writer.run, self._start, self._changes
        left = run.left_queued + run.left_deferred
        return replace(
            start,
            state="sending",
            why=self.trouble,
            accepted=start.accepted + change[D.ACCEPTED],
            deferred=start.deferred + change[D.DEFERRED] - run.left_deferred,
            refused=start.refused + change[D.REFUSED],
            unknown=start.unknown + change[D.UNKNOWN],
            suppressed=start.suppressed + change[D.SUPPRESSED] + left,
            remaining=start.remaining + change[D.QUEUED] - run.left_queued,
        )


def _hours(duration: timedelta) -> str:
    return f"{duration.total_seconds() / 3600:g} hours"
