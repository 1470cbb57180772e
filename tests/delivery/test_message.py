"""The bytes of a message: what stands in them, and that nothing can break them."""

import email
import email.policy
import html
import re
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter import config
from newsletter.delivery.message import (
    MessageContext,
    MessageTemplate,
    build_message_id,
    encode_header_text,
    encode_quoted_printable,
    to_header,
)
from newsletter.model import RenderedIssue, Subscriber
from newsletter.tokens import Keys, Purpose

KEYS = Keys(b"an invented secret")
SENT_AT = datetime(2026, 11, 23, 14, 5, tzinfo=timezone(timedelta(hours=-5)))
ANN = Subscriber(id=7, address="ann@example.net", name="Ann Example")
PLAIN = '[newsletter]\ntitle = "LMS Research Monthly"\nfrom = "National LMS Newsletter <news@example.org>"\n'
WITH_INBOX = PLAIN + '[inbox]\naddress = "bounces@example.org"\n'
WITH_PAGE = WITH_INBOX + '[public]\nurl = "https://news.example.org/"\n'
LEAVE = "https://reader.invalid/unsubscribe"


def mailing(text=WITH_PAGE, **changes):
    values = {"issue": "2026-11", "sending_id": 3, "sent_at": SENT_AT, "keys": KEYS} | changes
    return MessageContext(settings=config.parse(text), **values)


def rendered(
    page=f'<p>Hello reader-name.invalid</p><a href="{LEAVE}">leave</a>',
    text=f"Hello\n{LEAVE}\n",
    **changes,
):
    values = {
        "subject": "What is new",
        "preheader": "",
        "html": page,
        "text": text,
        "digest": "0f" * 32,
        "fallback_name": "reader",
    } | changes
    return RenderedIssue(**values)


def made(text=WITH_PAGE, issue=None, reader=ANN, **changes):
    return MessageTemplate(issue or rendered(), mailing(text, **changes)).fill(reader)


def parsed(message):
    return email.message_from_bytes(message.content, policy=email.policy.default)


def contents(message):
    """Text and HTML, with plain line ends."""
    return tuple(part.get_content().replace("\r\n", "\n") for part in parsed(message).iter_parts())


def header(message, name):
    head = message.content.partition(b"\r\n\r\n")[0].decode().replace("\r\n", "\n")
    return [
        value.replace("\n", "")
        for value in re.findall(rf"(?im)^{name}: ((?:.*)(?:\n[ \t].*)*)", head)
    ]


def test_the_headers_of_a_message_stand_once_and_in_plain_sight():
    message = made()
    token = KEYS.sign(Purpose.BOUNCE, 7, 3)
    leave = KEYS.sign(Purpose.UNSUBSCRIBE, 7, 3)
    assert header(message, "From") == ["National LMS Newsletter <news@example.org>"]
    assert header(message, "To") == ["Ann Example <ann@example.net>"]
    assert header(message, "Subject") == ["What is new"]
    assert header(message, "Date") == ["Mon, 23 Nov 2026 14:05:00 -0500"]
    assert header(message, "Message-ID") == [f"<{token}@example.org>"]
    assert header(message, "MIME-Version") == ["1.0"]
    assert header(message, "List-Id") == ["LMS Research Monthly <newsletter.example.org>"]
    assert header(message, "List-Unsubscribe-Post") == ["List-Unsubscribe=One-Click"]
    assert header(message, "Feedback-ID") == ["2026-11:newsletter:exampleorg"]
    assert [re.sub(r",\s+", ", ", value) for value in header(message, "List-Unsubscribe")] == [
        f"<https://news.example.org/u/{leave}>, <mailto:bounces+{leave}@example.org?subject=unsubscribe>"
    ]
    for absent in (
        "Cc",
        "Bcc",
        "Return-Path",
        "X-Mailer",
        "Sender",
        "Received",
        "Precedence",
        "Auto-Submitted",
    ):
        assert header(message, absent) == []
    assert message.message_id == f"{token}@example.org" == build_message_id(mailing(), 7)
    assert (message.envelope.sender, message.envelope.recipient) == (
        f"bounces+{token}@example.org",
        ANN.address,
    )


def test_without_a_public_page_people_leave_by_mail_alone():
    message = made(WITH_INBOX)
    leave = KEYS.sign(Purpose.UNSUBSCRIBE, 7, 3)
    assert header(message, "List-Unsubscribe") == [
        f"<mailto:bounces+{leave}@example.org?subject=unsubscribe>"
    ]
    assert header(message, "List-Unsubscribe-Post") == []
    assert (
        contents(message)[0] == f"Hello\nmailto:bounces+{leave}@example.org?subject=unsubscribe\n"
    )


def test_without_a_bounce_mailbox_the_token_stands_in_the_subject_of_a_mail_to_the_office():
    leave = KEYS.sign(Purpose.UNSUBSCRIBE, 7, 3)
    message = made(PLAIN)
    assert header(message, "List-Unsubscribe") == [
        f"<mailto:news@example.org?subject=unsubscribe%20{leave}>"
    ]
    assert message.envelope.sender == "news@example.org"
    answered = made(PLAIN + 'reply_to = "The Office <office@example.org>"\n')
    assert header(answered, "List-Unsubscribe") == [
        f"<mailto:office@example.org?subject=unsubscribe%20{leave}>"
    ]
    assert header(answered, "Reply-To") == ["The Office <office@example.org>"]


def test_a_page_that_is_not_https_is_no_one_click_address():
    message = made(WITH_INBOX + '[public]\nurl = "http://127.0.0.1:8000"\n')
    assert header(message, "List-Unsubscribe-Post") == []
    assert "http://" not in header(message, "List-Unsubscribe")[0]


def test_preferences_have_a_link_of_their_own():
    page = "<a href='https://reader.invalid/preferences'>choose</a>"
    issue = rendered(page=page, text="https://reader.invalid/preferences")
    token = KEYS.sign(Purpose.PREFERENCES, 7, 3)
    assert (
        contents(made(issue=issue))[1] == f"<a href='https://news.example.org/p/{token}'>choose</a>"
    )
    assert (
        contents(made(PLAIN, issue=issue))[0]
        == f"mailto:news@example.org?subject=preferences%20{token}"
    )


def test_a_test_copy_says_so_in_its_subject():
    assert header(made(test=True), "Subject") == ["[Test] What is new"]


def test_a_reader_without_a_name_is_still_greeted():
    page = contents(made(reader=Subscriber(id=1, address="x@example.net")))[1]
    assert "<p>Hello reader</p>" in page
    assert header(made(reader=Subscriber(id=1, address="x@example.net")), "To") == ["x@example.net"]


def test_a_domain_beyond_ascii_is_sent_in_a_labels():
    message = made(WITH_PAGE.replace("news@example.org", "news@bücher.example"))
    assert header(message, "From") == ["National LMS Newsletter <news@xn--bcher-kva.example>"]
    assert message.message_id.endswith("@xn--bcher-kva.example")


def test_the_same_reader_gets_the_same_bytes_and_another_one_other_bytes():
    template = MessageTemplate(rendered(), mailing())
    assert template.fill(ANN) == template.fill(ANN)
    other = template.fill(Subscriber(id=8, address="bob@example.net", name="Bob"))
    assert other.message_id != template.fill(ANN).message_id


def test_a_long_unsubscribe_address_is_never_folded():
    message = made(
        WITH_PAGE.replace("news.example.org/", "news.example.org/" + "a-long-path/" * 20)
    )
    value = header(message, "List-Unsubscribe")[0]
    assert "=?" not in value
    assert " " not in value.partition(">")[0]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Ann", "Ann <a@b.example>"),
        ("O'Hara", "O'Hara <a@b.example>"),
        ("Ann Q. Public", '"Ann Q. Public" <a@b.example>'),
        ('Ann "Q" P', '"Ann \\"Q\\" P" <a@b.example>'),
        ("Zoë", "=?utf-8?b?Wm/Dqw==?= <a@b.example>"),
        ("=?x?", "=?utf-8?b?PT94Pw==?= <a@b.example>"),
        ("", "a@b.example"),
    ],
)
def test_a_name_is_written_as_mail_programs_read_it(name, value):
    assert to_header(name, "a@b.example").decode() == value


def wire_rules(content):
    """Checklist A: every line CRLF, no NUL, 7-bit, short, none that begins with a dot."""
    assert content.endswith(b"\r\n")
    lines = content.split(b"\r\n")
    assert not any(
        set(line) & {0, 10, 13} or line.startswith(b".") or len(line) > 998 for line in lines
    )
    assert content.isascii()
    body = content.partition(b"\r\n\r\n")[2]
    assert all(len(line) <= 76 for line in body.split(b"\r\n"))
    assert b"  " not in body
    assert not re.search(rb"[ \t]\r\n", body)
    assert all(len(word) <= 75 for word in re.findall(rb"=\?utf-8\?b\?[^?]*\?=", content))


TEXT = st.text(
    st.characters(codec="utf-8", exclude_characters="\r\x00", exclude_categories=("Cs",)),
    max_size=300,
).map(
    lambda text: (
        text.replace("\x0b", " ").replace("\x0c", " ").replace("\x1c", "").replace("\x1d", "")
    )
)
NAMES = st.text(
    st.characters(codec="utf-8", categories=("L", "N", "P", "Zs")), min_size=1, max_size=120
).map(lambda name: " ".join(name.split()))


@settings(max_examples=150, deadline=None)
@given(before=TEXT, between=TEXT, after=TEXT, name=NAMES)
def test_any_text_and_any_name_arrive_as_they_were_written(before, between, after, name):
    text = f"{before}{LEAVE}{between}reader-name.invalid{after}\nend"
    issue = rendered(page=text, text=text)
    message = made(issue=issue, reader=Subscriber(id=7, address="ann@example.net", name=name))
    wire_rules(message.content)
    link = f"https://news.example.org/u/{KEYS.sign(Purpose.UNSUBSCRIBE, 7, 3)}"
    plain, page = (
        part.get_payload(decode=True).decode().replace("\r\n", "\n")
        for part in parsed(message).iter_parts()
    )
    greeted = name or "reader"
    assert plain == text.replace(LEAVE, link).replace("reader-name.invalid", greeted)
    assert page == text.replace(LEAVE, link).replace("reader-name.invalid", html.escape(greeted))


@settings(max_examples=150, deadline=None)
@given(NAMES)
def test_any_name_is_read_back_from_the_to_header(name):
    value = to_header(name, "ann@example.net")
    assert all(len(line) <= 78 for line in value.split(b"\r\n"))
    read = email.message_from_bytes(b"To: " + value + b"\r\n\r\n", policy=email.policy.default)[
        "To"
    ].addresses[0]
    assert read.addr_spec == "ann@example.net"
    assert read.display_name.replace(" ", "") == name.replace(
        " ", ""
    )  # CPython keeps the blank between words


@settings(max_examples=100, deadline=None)
@given(
    st.text(
        st.characters(codec="utf-8", exclude_categories=("C", "Zl", "Zp")), min_size=1, max_size=150
    )
)
def test_any_subject_is_read_back(subject):
    subject = " ".join(subject.split()) or "x"
    value = encode_header_text(subject, used=9)
    assert all(len(line) <= 76 for line in (b"Subject: " + value).split(b"\r\n"))
    read = email.message_from_bytes(
        b"Subject: " + value + b"\r\n\r\n", policy=email.policy.default
    )["Subject"]
    assert str(read) == subject


def test_quoted_printable_never_starts_a_line_with_a_dot_or_from():
    assert encode_quoted_printable(".") == b"=2E"
    assert encode_quoted_printable("From me\n.\n..") == b"=46rom me\r\n=2E\r\n=2E."
    assert encode_quoted_printable("a  b \n") == b"a =20b=20\r\n"


def test_a_date_is_what_the_ledger_says_and_has_its_zone():
    assert header(made(sent_at=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)), "Date") == [
        "Fri, 02 Jan 2026 03:04:05 +0000"
    ]
