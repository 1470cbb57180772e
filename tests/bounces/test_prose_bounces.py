"""Bounces in prose."""

import pytest
from support.bounce_mails import bounce_token, plain

from newsletter.bounces.classify import read_mail
from newsletter.bounces.incoming import DsnAction, MailKind

DAEMON = "Mail Delivery System <MAILER-DAEMON@mx.example.net>"
RETURNED = f"""
Return-Path: <bounces@example.org>
Received: from news.example.org by mx.example.net
From: LMS News <news@example.org>
To: ann@example.net
Subject: November
Message-ID: <{bounce_token(7)}@example.org>

Dear reader
"""


@pytest.mark.parametrize(
    "notice",
    [
        "A message that you sent could not be delivered. The following address(es) failed:\n\n  ann@example.net\n    550 user unknown\n",
        "The following address had permanent errors:\n<ann@example.net>\n550 No such user\n",
        "Recipient address: ann@example.net\nReason: user unknown\n",
        "RCPT TO:<ann@example.net>\n550 5.1.1 unknown user\n",
        "Unknown user: ann@example.net\n",
        "550 5.1.1 <ann@example.net>... User unknown\n",
        "Invalid final delivery userid: ann@example.net\n",
        "Your mail was for: ann@example.net and this user is unknown here. Questions: mailto:help@example.net\n",
    ],
)
def test_the_failed_recipient_is_found_in_prose(notice):
    mail = read_mail(plain(notice + RETURNED, From=DAEMON, Subject="Undelivered Mail"))
    assert (mail.kind, mail.recipients, mail.permanent) == (
        MailKind.BOUNCE,
        ("ann@example.net",),
        True,
    )
    assert mail.tokens == (bounce_token(7),)


def test_where_nobody_is_named_it_is_whom_the_returned_mail_was_for():
    mail = read_mail(
        plain("Your message could not be sent.\n" + RETURNED, From=DAEMON, Subject="Failure notice")
    )
    assert mail.recipients == ("ann@example.net",)
    assert mail.message_ids == (f"{bounce_token(7)}@example.org",)


def test_a_bounce_that_names_nobody_is_one_all_the_same():
    mail = read_mail(plain("It did not work.", From=DAEMON, Subject="Failure notice"))
    assert (mail.kind, mail.recipients, mail.status) == (MailKind.BOUNCE, (), None)


def test_a_header_names_the_failed_recipient():
    mail = read_mail(
        plain(
            "x",
            From="a@b.example",
            Subject="x",
            X_Failed_Recipients="ann@example.net, bob@example.net",
        )
    )
    assert (mail.kind, mail.recipients) == (MailKind.BOUNCE, ("ann@example.net", "bob@example.net"))


def test_each_recipient_has_words_of_its_own():
    notice = (
        "<ann@example.net>:\n552 5.2.2 mailbox full\n\n<bob@example.net>:\n550 5.1.1 user unknown\n"
    )
    mail = read_mail(
        plain(
            notice,
            From=DAEMON,
            Subject="Failure notice",
            X_Failed_Recipients="ann@example.net,bob@example.net",
        )
    )
    assert [(each.address, each.status) for each in mail.recipient_statuses] == [
        ("ann@example.net", "5.2.2"),
        ("bob@example.net", "5.1.1"),
    ]


def test_a_warning_is_no_failure():
    notice = "THIS IS A WARNING MESSAGE ONLY. Delivery to <ann@example.net> has been delayed. It will be retried.\n"
    mail = read_mail(
        plain(notice + RETURNED, From=DAEMON, Subject="Delivery Status Notification (Delay)")
    )
    assert [each.action for each in mail.recipient_statuses] == [DsnAction.DELAYED]
    assert mail.permanent is False


def test_a_warning_with_a_reason_in_words_is_no_failure_either():
    notice = "It has not yet been delivered:\n\n  ann@example.net\n    Delay reason: mailbox is full\n\nNo action is required"
    mail = read_mail(plain(notice, From=DAEMON, Subject="Warning: message 1X7 delayed 24 hours"))
    assert [(each.action, each.status) for each in mail.recipient_statuses] == [
        (DsnAction.DELAYED, "4.2.2")
    ]


def test_an_unknown_user_is_no_warning_whatever_the_subject_says():
    mail = read_mail(
        plain("ann@example.net - no such user here.", From=DAEMON, Subject="Warning: User unknown!")
    )
    assert [(each.action, each.status) for each in mail.recipient_statuses] == [
        (DsnAction.FAILED, "5.1.1")
    ]


def test_a_warning_that_names_a_final_code_is_a_failure():
    notice = "Warning: will be retried\n<ann@example.net>: 550 5.1.1 user unknown\n"
    mail = read_mail(plain(notice, From=DAEMON, Subject="Warning"))
    assert mail.permanent is True


@pytest.mark.parametrize(
    ("headers", "kind"),
    [
        ({"From": DAEMON, "Subject": "hello", "Return_Path": "<>"}, MailKind.BOUNCE),
        ({"From": "", "Subject": "hello"}, MailKind.BOUNCE),
        ({"From": "gateway@example.net", "Subject": "Delivery failure"}, MailKind.BOUNCE),
        ({"From": "gateway@example.net", "Subject": "hello", "Return_Path": "<>"}, MailKind.BOUNCE),
        ({"From": "Ann <ann@example.net>", "Subject": "hello"}, MailKind.OTHER),
        ({"From": "Ann <ann@example.net>", "Subject": "Fwd: Delivery failure"}, MailKind.OTHER),
    ],
)
def test_name_and_subject_of_a_mail_system_make_the_bounce(headers, kind):
    assert read_mail(plain("<bob@example.net>: 550 user unknown\n", **headers)).kind is kind


def test_a_page_of_html_is_read_like_text():
    page = (
        "<html><head><title>Undeliverable to nobody@example.net</title><style>p{}</style></head>"
        "<p>Delivery has failed to these recipients:</p><p><ann@example.net><br>550 5.1.1 user unknown</p><![x"
    )
    text = plain(
        page,
        From=DAEMON,
        Subject="Undeliverable: November",
        Content_Type="text/html; charset=utf-8",
    )
    mail = read_mail(text)
    assert (mail.recipients, mail.status) == (("ann@example.net",), "5.1.1")


def test_where_the_library_stumbles_our_own_reading_goes_on():
    text = plain(
        "<yale>\n\n: bad\nann@example.net: user unknown",
        From="MAILER-DAEMON@cs.yale.edu",
        Subject="undeliverable",
    )
    assert read_mail(text).kind is MailKind.BOUNCE
