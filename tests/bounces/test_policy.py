"""What follows from a mail."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.bounce_mails import KEYS, bounce, bounce_token, complaint, leave_token, plain

from newsletter.bounces.classify import read_mail
from newsletter.bounces.incoming import MailKind
from newsletter.bounces.policy import InboundDecision, InboundOutcome, decide_outcome, identify_mail
from newsletter.model import SubscriberState
from newsletter.tokens import Keys, Purpose


def decided(content: bytes, *, in_a_row: int = 1) -> InboundDecision:
    mail = read_mail(content)
    kind, token = identify_mail(mail, KEYS)
    return decide_outcome(mail, kind, token, in_a_row=in_a_row)


@pytest.mark.parametrize("status", ["5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1"])
def test_whose_mailbox_is_gone_is_suppressed(status):
    decision = decided(bounce(bounce_token(7, 3), status=status, words="550 so it is"))
    assert decision.outcome is InboundOutcome.SUPPRESSED
    assert (decision.token.subscriber_id, decision.token.sending_id) == (7, 3)
    assert decision.effect.state is SubscriberState.BOUNCED
    assert status in decision.effect.why


@pytest.mark.parametrize("status", ["4.2.2", "5.2.2", "5.0.0", "4.4.7", "5.4.1", "5.7.13"])
def test_what_may_pass_is_counted(status):
    decision = decided(bounce(bounce_token(7), status=status, words="550 so it is"))
    assert (decision.outcome, decision.effect) == (InboundOutcome.COUNTED, None)


def test_three_issues_in_a_row_are_a_case_for_a_person():
    content = bounce(bounce_token(7), status="4.2.2", words="x")
    assert decided(content, in_a_row=2).outcome is InboundOutcome.COUNTED
    assert decided(content, in_a_row=3).outcome is InboundOutcome.NEEDS_A_PERSON


@pytest.mark.parametrize(
    "status", ["5.7.1", "4.7.0", "5.7.26", "5.5.0", "5.4.5", "5.1.8", "5.3.4", "5.6.0"]
)
def test_what_is_held_against_us_is_the_senders_problem(status):
    assert (
        decided(bounce(bounce_token(7), status=status, words="x")).outcome
        is InboundOutcome.SENDERS_PROBLEM
    )


@pytest.mark.parametrize(
    "words", ["550 5.1.1 blocked by policy", "550 5.2.1 is receiving mail at a rate that prevents"]
)
def test_a_code_of_a_gone_mailbox_with_words_of_something_else_suppresses_nobody(words):
    assert decided(bounce(bounce_token(7), words=words)).effect is None


@pytest.mark.parametrize(
    ("action", "status"), [("delayed", "4.4.1"), ("delivered", "2.0.0"), ("relayed", "2.0.0")]
)
def test_what_is_still_under_way_or_arrived_is_nothing(action, status):
    assert (
        decided(bounce(bounce_token(7), action=action, status=status)).outcome
        is InboundOutcome.IGNORED
    )


def test_a_forged_bounce_changes_nothing():
    forged = Keys(b"another secret").sign(Purpose.BOUNCE, 7, 1)
    for token in ("", forged, bounce_token(7)[:-1] + "a", KEYS.sign(Purpose.CONFIRM, 7)):
        decision = decided(bounce(token))
        assert (decision.outcome, decision.token) == (InboundOutcome.IGNORED, None)


def test_the_address_in_the_envelope_goes_before_what_the_mail_quotes():
    content = bounce(bounce_token(8)).replace(
        b"To: bounces@", f"To: bounces+{bounce_token(7)}@".encode(), 1
    )
    assert decided(content).token.subscriber_id == 7


def test_a_returned_mail_without_its_id_is_known_by_its_unsubscribe_link():
    text = bounce().replace(
        b"Subject: November", f"List-Unsubscribe: <https://x.example/u/{leave_token(7)}>".encode()
    )
    assert decided(text).token.subscriber_id == 7


def test_a_complaint_suppresses_at_once():
    decision = decided(complaint(bounce_token(7)))
    assert (decision.outcome, decision.effect.state) == (
        InboundOutcome.SUPPRESSED,
        SubscriberState.COMPLAINED,
    )


def test_a_complaint_of_nobody_we_know_waits_for_a_person():
    assert decided(complaint()).outcome is InboundOutcome.NEEDS_A_PERSON


def test_a_report_on_our_own_set_up_suppresses_nobody():
    decision = decided(complaint(bounce_token(7), "auth-failure"))
    assert (decision.outcome, decision.effect) == (InboundOutcome.SENDERS_PROBLEM, None)


def test_any_mail_to_an_unsubscribe_address_stops_the_mails():
    for headers in ({}, {"Auto_Submitted": "auto-replied"}, {"Subject": "Re: hello"}):
        decision = decided(plain("x", To=f"bounces+{leave_token(7)}@example.org", **headers))
        assert (decision.kind, decision.outcome) == (
            MailKind.UNSUBSCRIBE,
            InboundOutcome.SUPPRESSED,
        )
        assert decision.effect.state is SubscriberState.UNSUBSCRIBED


def test_a_token_in_the_subject_stops_the_mails():
    assert (
        decided(plain(Subject=f"unsubscribe {leave_token(7)}")).outcome is InboundOutcome.SUPPRESSED
    )


def test_a_wish_to_stop_above_a_quoted_issue_is_followed():
    quoted = f"Please take me off\n\n> Leave: https://news.example.org/u/{leave_token(7)}"
    assert decided(plain(quoted, Subject="Re: November")).outcome is InboundOutcome.SUPPRESSED


def test_a_wish_to_stop_of_nobody_we_know_waits_for_a_person():
    for token in ("", bounce_token(7)):
        decision = decided(plain(f"x {token}", Subject="unsubscribe"))
        assert (decision.outcome, decision.effect) == (InboundOutcome.NEEDS_A_PERSON, None)


def test_a_reply_that_quotes_an_issue_waits_untouched():
    quoted = f"Where is that trial?\n\n> Leave: https://news.example.org/u/{leave_token(7)}"
    decision = decided(
        plain(quoted, Subject="Re: November", In_Reply_To=f"<{bounce_token(7)}@example.org>")
    )
    assert decision == InboundDecision(kind=MailKind.REPLY, outcome=InboundOutcome.NEEDS_A_PERSON)


def test_an_out_of_office_is_nothing():
    decision = decided(
        plain(f"> {leave_token(7)}", Auto_Submitted="auto-replied", Subject="Out of office")
    )
    assert decision == InboundDecision(kind=MailKind.AUTO_REPLY, outcome=InboundOutcome.IGNORED)


def test_a_mailing_is_nothing_and_a_letter_waits():
    assert decided(plain(Precedence="bulk")).outcome is InboundOutcome.IGNORED
    assert decided(plain()).outcome is InboundOutcome.NEEDS_A_PERSON


@given(
    st.sampled_from(MailKind), st.text("abcdefghijklmnopqrstuvwxyz234567", min_size=45, max_size=45)
)
def test_no_invented_token_does_anything(kind, token):
    content = {
        MailKind.BOUNCE: bounce(token),
        MailKind.COMPLAINT: complaint(token),
        MailKind.UNSUBSCRIBE: plain(Subject=f"unsubscribe {token}"),
    }.get(kind, plain(token, To=f"bounces+{token}@example.org"))
    assert decided(content).effect is None
