"""What a mail server's reply means."""

import pytest

from newsletter.delivery.smtp_replies import Phase, Reply, is_go_ahead, judge, masked
from newsletter.model import DeliveryStatus as D


@pytest.mark.parametrize(
    ("phase", "code", "words", "status", "marks"),
    [
        (Phase.FINAL, 250, "2.0.0 Ok", D.ACCEPTED, ""),
        (Phase.FINAL, 200, "", D.ACCEPTED, ""),
        (Phase.FINAL, 251, "", D.ACCEPTED, ""),
        (Phase.FINAL, 354, "what?", D.DEFERRED, "close"),
        (Phase.DATA, 250, "ok?", D.DEFERRED, "close"),
        (Phase.RCPT, 450, "4.2.0 greylisted", D.DEFERRED, "slow"),
        (Phase.RCPT, 431, "", D.DEFERRED, ""),
        (Phase.MAIL, 421, "", D.DEFERRED, "slow close"),
        (Phase.FINAL, 452, "4.4.5 daily message quota exceeded", D.DEFERRED, "slow pause"),
        (Phase.RCPT, 550, "5.1.1 unknown", D.REFUSED, "bounced"),
        (Phase.RCPT, 550, "5.1.10 null MX", D.REFUSED, "bounced"),
        (Phase.RCPT, 550, "5.2.1 disabled", D.REFUSED, "bounced"),
        (Phase.RCPT, 550, "5.2.2 full", D.REFUSED, ""),
        (Phase.RCPT, 550, "no such user", D.REFUSED, ""),
        (Phase.FINAL, 554, "", D.REFUSED, ""),
        (Phase.FINAL, 550, "5.4.5 Daily user sending limit exceeded", D.DEFERRED, "pause"),
        (Phase.FINAL, 554, "Daily sending limit reached", D.DEFERRED, "pause"),
        (Phase.RCPT, 550, "5.7.1 policy", D.DEFERRED, "pause"),
        (Phase.RCPT, 503, "5.5.1 bad sequence", D.DEFERRED, "pause"),
        (Phase.RCPT, 530, "login first", D.DEFERRED, "pause"),
        (Phase.MAIL, 550, "sender unknown", D.DEFERRED, "pause"),
    ],
)
def test_a_reply_is_judged(phase, code, words, status, marks):
    verdict = judge(phase, Reply(code, words))
    assert verdict.status is status
    assert {name for name in ("pause", "slow", "close", "bounced") if getattr(verdict, name)} == set(marks.split())


def test_only_data_is_answered_by_354():
    assert is_go_ahead(Phase.DATA, Reply(354, ""))
    assert not is_go_ahead(Phase.DATA, Reply(250, ""))
    assert is_go_ahead(Phase.RCPT, Reply(251, ""))
    assert not is_go_ahead(Phase.MAIL, Reply(354, ""))


def test_a_servers_words_are_kept_without_addresses_and_in_one_line():
    assert masked("<ann@example.org>: no\tsuch  user a@b.c,") == "<…@…>: no such user …@…,"
    assert str(Reply(550, "5.1.1 <ann@example.org> unknown")) == "550 5.1.1 <…@…> unknown"
    assert str(Reply(250, "")) == "250"
    assert len(masked("x" * 900)) == 500
    assert Reply(250, "2.0.0").enhanced == (2, 0, 0)
    assert Reply(250, "2.0.0x").enhanced is None
