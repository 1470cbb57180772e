"""What a mail server's reply means."""

import pytest

from newsletter.delivery.smtp_replies import (
    SmtpPhase,
    SmtpReply,
    is_go_ahead,
    judge_reply,
    mask_addresses,
)
from newsletter.model import DeliveryStatus as D


@pytest.mark.parametrize(
    ("phase", "code", "words", "status", "marks"),
    [
        (SmtpPhase.FINAL, 250, "2.0.0 Ok", D.ACCEPTED, ""),
        (SmtpPhase.FINAL, 200, "", D.ACCEPTED, ""),
        (SmtpPhase.FINAL, 251, "", D.ACCEPTED, ""),
        (SmtpPhase.FINAL, 354, "what?", D.DEFERRED, "close"),
        (SmtpPhase.DATA, 250, "ok?", D.DEFERRED, "close"),
        (SmtpPhase.RCPT, 450, "4.2.0 greylisted", D.DEFERRED, "slow"),
        (SmtpPhase.RCPT, 431, "", D.DEFERRED, ""),
        (SmtpPhase.MAIL, 421, "", D.DEFERRED, "slow close"),
        (SmtpPhase.FINAL, 452, "4.4.5 daily message quota exceeded", D.DEFERRED, "slow pause"),
        (SmtpPhase.RCPT, 550, "5.1.1 unknown", D.REFUSED, "bounced"),
        (SmtpPhase.RCPT, 550, "5.1.10 null MX", D.REFUSED, "bounced"),
        (SmtpPhase.RCPT, 550, "5.2.1 disabled", D.REFUSED, "bounced"),
        (SmtpPhase.RCPT, 550, "5.2.2 full", D.REFUSED, ""),
        (SmtpPhase.RCPT, 550, "no such user", D.REFUSED, ""),
        (SmtpPhase.FINAL, 554, "", D.REFUSED, ""),
        (SmtpPhase.FINAL, 550, "5.4.5 Daily user sending limit exceeded", D.DEFERRED, "pause"),
        (SmtpPhase.FINAL, 554, "Daily sending limit reached", D.DEFERRED, "pause"),
        (SmtpPhase.RCPT, 550, "5.7.1 policy", D.DEFERRED, "pause"),
        (SmtpPhase.RCPT, 503, "5.5.1 bad sequence", D.DEFERRED, "pause"),
        (SmtpPhase.RCPT, 530, "login first", D.DEFERRED, "pause"),
        (SmtpPhase.MAIL, 550, "sender unknown", D.DEFERRED, "pause"),
    ],
)
def test_a_reply_is_judged(phase, code, words, status, marks):
    verdict = judge_reply(phase, SmtpReply(code, words))
    assert verdict.status is status
    assert {
        name for name in ("pause", "slow", "close", "bounced") if getattr(verdict, name)
    } == set(marks.split())


def test_only_data_is_answered_by_354():
    assert is_go_ahead(SmtpPhase.DATA, SmtpReply(354, ""))
    assert not is_go_ahead(SmtpPhase.DATA, SmtpReply(250, ""))
    assert is_go_ahead(SmtpPhase.RCPT, SmtpReply(251, ""))
    assert not is_go_ahead(SmtpPhase.MAIL, SmtpReply(354, ""))


def test_a_servers_words_are_kept_without_addresses_and_in_one_line():
    assert mask_addresses("<ann@example.org>: no\tsuch  user a@b.c,") == "<…@…>: no such user …@…,"
    assert str(SmtpReply(550, "5.1.1 <ann@example.org> unknown")) == "550 5.1.1 <…@…> unknown"
    assert str(SmtpReply(250, "")) == "250"
    assert len(mask_addresses("x" * 900)) == 500
    assert SmtpReply(250, "2.0.0").status_code == (2, 0, 0)
    assert SmtpReply(250, "2.0.0x").status_code is None
