"""What a mail to the bounce mailbox is."""

import csv
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.bounce_mails import ARF, bounce, bounce_token, complaint, leave_token, plain

from newsletter.bounces.classify import read_mail
from newsletter.bounces.incoming import DsnAction, InboundMail, MailKind, RecipientStatus

TOKEN = bounce_token(7)


def test_a_delivery_report_tells_who_and_why():
    mail = read_mail(bounce(TOKEN))
    assert (mail.kind, mail.recipients, mail.status, mail.permanent) == (
        MailKind.BOUNCE,
        ("ann@example.net",),
        "5.1.1",
        True,
    )
    assert mail.message_ids == (f"{TOKEN}@example.org",)
    assert mail.tokens == (TOKEN,)


def test_the_token_behind_a_plus_is_found_whatever_its_case():
    mail = read_mail(bounce().replace(b"To: bounces@", f"To: bounces+{TOKEN.upper()}@".encode(), 1))
    assert mail.addressed == (TOKEN,)


@pytest.mark.parametrize(
    ("action", "status", "kind", "permanent"),
    [
        ("failed", "4.2.2", MailKind.BOUNCE, False),
        ("delayed", "4.4.1", MailKind.BOUNCE, False),
        ("Failure", "5.0.0", MailKind.BOUNCE, True),
        ("delivered", "2.1.5", MailKind.OTHER, None),
        ("relayed", "2.1.9", MailKind.OTHER, None),
        ("expanded", "2.1.5", MailKind.OTHER, None),
        ("failed", "2.0.0", MailKind.OTHER, None),
        ("who knows", "2.0.0", MailKind.OTHER, None),
        ("who knows", "5.2.0", MailKind.BOUNCE, True),
    ],
)
def test_action_and_status_say_whether_it_is_for_good(action, status, kind, permanent):
    mail = read_mail(bounce(action=action, status=status, words="x"))
    assert (mail.kind, mail.permanent) == (kind, permanent)


def test_the_servers_own_code_goes_before_what_the_report_declares():
    mail = read_mail(bounce(status="5.1.1", words="550 5.7.1 IP address blacklisted by recipient"))
    assert mail.status == "5.7.1"


def test_the_worst_of_several_fates_counts():
    fates = (
        RecipientStatus(action=DsnAction.DELIVERED),
        RecipientStatus(status="4.2.2"),
        RecipientStatus(status="5.1.1"),
    )
    assert InboundMail(kind=MailKind.BOUNCE, recipient_statuses=fates).status == "5.1.1"
    assert InboundMail(kind=MailKind.OTHER).permanent is None


def test_the_address_we_wrote_to_goes_before_the_one_it_was_passed_on_to():
    text = bounce().replace(
        b"Final-Recipient: rfc822; ann@example.net",
        b"Original-Recipient: rfc822;ann@example.net\nFinal-Recipient: rfc822; a.b@inside.example",
    )
    assert read_mail(text).recipients == ("ann@example.net",)


def test_a_report_that_does_not_say_what_it_is_is_read_from_its_lines():
    text = b"From: MAILER-DAEMON\nSubject: Returned mail\n\nFinal-Recipient: RFC822; <ann@example.net>\nAction: failed\nStatus: 5.1.1\n"
    assert read_mail(text).recipients == ("ann@example.net",)


def test_a_report_in_base64_is_read():
    fields = b"RmluYWwtUmVjaXBpZW50OiByZmM4MjI7IGFubkBleGFtcGxlLm5ldApBY3Rpb246IGZhaWxlZApTdGF0dXM6IDUuMS4xCg=="
    start, end = bounce().split(b"Content-Type: message/delivery-status\n\n")
    text = (
        start
        + b"Content-Type: message/delivery-status\nContent-Transfer-Encoding: base64\n\n"
        + fields
    )
    mail = read_mail(
        text + b"\n\n--b" + end.rpartition(b"--b\nContent-Type: text/rfc822-headers")[2]
    )
    assert (mail.recipients, mail.status) == (("ann@example.net",), "5.1.1")


def test_an_address_in_quotation_marks_is_one():
    assert read_mail(bounce(address='"ann b"@example.net')).recipients == ('"ann b"@example.net',)


@pytest.mark.parametrize(
    ("kind", "about_us"), [("abuse", False), ("fraud", False), ("auth-failure", True)]
)
def test_feedback_is_a_complaint_but_not_all_of_it_is_a_readers(kind, about_us):
    mail = read_mail(complaint(TOKEN, kind))
    assert (mail.kind, mail.about_us, mail.tokens) == (MailKind.COMPLAINT, about_us, (TOKEN,))
    assert mail.recipients == ("redacted@provider.example",)


def test_microsofts_complaint_follows_no_standard():
    text = (
        b"From: staff@hotmail.com\nSubject: complaint about message from 192.0.2.1\nMIME-Version: 1.0\n"
        b'Content-Type: multipart/mixed; boundary="b"\n\n--b\nContent-Type: message/rfc822\n\n'
        b"X-HmXmrOriginalRecipient: <ann@hotmail.com>\nMessage-ID: <1@example.org>\nSubject: November\n\nx\n--b--\n"
    )
    mail = read_mail(text)
    assert (mail.kind, mail.recipients, mail.message_ids) == (
        MailKind.COMPLAINT,
        ("ann@hotmail.com",),
        ("1@example.org",),
    )


def test_feedback_that_is_only_text_is_a_complaint_when_it_gives_a_message_back():
    loose = (
        ARF.format(type="abuse", message_id="1@example.org")
        .split("report.\n", 1)[1]
        .replace("--b", "")
    )
    assert (
        read_mail(f"From: fbl@provider.example\nSubject: report\n\n{loose}".encode()).kind
        is MailKind.COMPLAINT
    )


SES = (
    '{"notificationType":"KIND","bounce":{"bounceType":"Permanent","bouncedRecipients":[{"emailAddress":'
    '"ann@example.net","status":"5.1.1","diagnosticCode":"smtp; 550 5.1.1 user unknown"}]},'
    '"complaint":{"complainedRecipients":[{"emailAddress":"ann@example.net"}]},'
    '"delivery":{"recipients":["ann@example.net"],"smtpResponse":"250 2.6.0 taken"},"mail":{"messageId":"1"}}'
)


@pytest.mark.parametrize(
    ("told", "kind", "status"),
    [
        ("Bounce", MailKind.BOUNCE, "5.1.1"),
        ("Complaint", MailKind.COMPLAINT, None),
        ("Delivery", MailKind.OTHER, None),
        ("Else", MailKind.OTHER, None),
    ],
)
def test_the_notification_of_a_cloud_relay_is_read(told, kind, status):
    mail = read_mail(plain(SES.replace("KIND", told), From="no-reply@sns.amazonaws.com"))
    assert (mail.kind, mail.status) == (kind, status)
    assert mail.recipients == (() if told == "Else" else ("ann@example.net",))


@pytest.mark.parametrize(
    "text",
    ['{"notificationType": ', '["notificationType"]', '{"notificationType":"Bounce"}', "{" * 9],
)
def test_what_only_looks_like_a_notification_is_none(text):
    assert read_mail(plain(text)).kind is MailKind.OTHER


def test_a_notification_may_stand_inside_another():
    inner = SES.replace("KIND", "Bounce").replace('"', '\\"')
    assert (
        read_mail(plain(f'{{"Type": "Notification", "Message": "{inner}"}}')).kind
        is MailKind.BOUNCE
    )


@pytest.mark.parametrize(
    "subject",
    [
        "unsubscribe",
        "Re: Unsubscribe me please",
        "remove me",
        "STOP",
        "Please remove me from this list",
        "Darme de baja",
    ],
)
def test_a_subject_asks_to_stop(subject):
    assert read_mail(plain(Subject=subject)).kind is MailKind.UNSUBSCRIBE


@pytest.mark.parametrize("body", ["unsubscribe", "\n\nPlease take me off\n\n> quoted", "Baja"])
def test_a_first_line_asks_to_stop(body):
    assert read_mail(plain(body)).kind is MailKind.UNSUBSCRIBE


@pytest.mark.parametrize(
    "subject", ["Stop by our booth", "Removed: what the surgeon said", "Baja California trial"]
)
def test_other_words_that_begin_alike_do_not(subject):
    assert read_mail(plain(Subject=subject)).kind is MailKind.OTHER


def test_a_mail_program_that_unsubscribes_for_its_user_is_no_auto_reply():
    text = plain(
        "Mail sent this email to unsubscribe.", Subject="unsubscribe", Auto_Submitted="auto-replied"
    )
    assert read_mail(text).kind is MailKind.UNSUBSCRIBE


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-replied"},
        {"Precedence": "auto_reply"},
        {"X_Precedence": "auto_reply"},
        {"X_Autoreply": "yes"},
        {"Subject": "Out of Office: November"},
        {"Subject": "Automatic reply: November", "X_Auto_Response_Suppress": "All"},
        {"Subject": "Respuesta automática: November"},
        {"Content_Type": "multipart/report; report-type=disposition-notification; boundary=b"},
    ],
)
def test_what_no_person_wrote_is_an_auto_reply(headers):
    body = (
        "--b\nContent-Type: message/disposition-notification\n\nDisposition: x; displayed\n\n--b--"
    )
    mail = read_mail(plain(body, **headers))
    assert (mail.kind, mail.automatic) == (MailKind.AUTO_REPLY, True)


@pytest.mark.parametrize(
    "headers", [{"Subject": "Re: November"}, {"In_Reply_To": "<1@example.org>"}]
)
def test_what_a_person_answers_is_a_reply(headers):
    mail = read_mail(plain("Thank you. Where is the trial?", **headers))
    assert (mail.kind, mail.automatic) == (MailKind.REPLY, False)


def test_a_reply_tells_which_mail_it_answers():
    assert read_mail(plain(In_Reply_To=f"<{TOKEN}@example.org>")).message_ids == (
        f"{TOKEN}@example.org",
    )


def test_a_person_who_quotes_a_bounce_is_no_bounce():
    quoted = "What does this mean?\n> 550 5.1.1 <ann@example.net>: user unknown\n> could not be delivered to"
    assert (
        read_mail(plain(quoted, Subject="Re: Undelivered Mail Returned to Sender")).kind
        is MailKind.REPLY
    )


def test_a_person_who_attaches_a_bounce_is_no_bounce():
    text = plain(
        "--o\nContent-Type: text/plain\n\nWhat is this?\n--o\nContent-Type: message/rfc822\n\n"
        + bounce().decode()
        + "\n--o--",
        Content_Type="multipart/mixed; boundary=o",
    )
    assert read_mail(text).kind is MailKind.OTHER


def test_a_person_who_pastes_a_report_is_no_bounce():
    pasted = f"What is this?\n\nFinal-Recipient: rfc822; ann@example.net\nStatus: 5.1.1\n\n{TOKEN}"
    assert read_mail(plain(pasted)).kind is MailKind.OTHER


def test_somebodys_mailing_is_automatic():
    mail = read_mail(plain("Buy", Precedence="bulk"))
    assert (mail.kind, mail.automatic) == (MailKind.OTHER, True)


def test_tokens_are_found_where_a_mail_program_wrapped_the_text():
    wrapped = f"see https://news.example.org/u/{leave_token(7)[:20]}=\n{leave_token(7)[20:]}"
    text = plain(
        wrapped,
        Content_Type="text/plain; charset=utf-8",
        Content_Transfer_Encoding="quoted-printable",
    )
    assert read_mail(text).tokens == (leave_token(7),)


def test_nothing_of_a_person_shows_in_repr():
    assert "ann@example.net" not in repr(
        read_mail(bounce(TOKEN, words="550 <ann@example.net> unknown"))
    )


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"\0",
        b"\xff\xfe\x00",
        b"From x\n",
        b"Content-Type: multipart/report\n\n--\n",
        b"Subject: =?x?q?=ff?=\n\n",
    ],
)
def test_the_smallest_mails_are_mails(text):
    assert read_mail(text).kind is MailKind.OTHER


PIECES = st.sampled_from(
    [
        b"Content-Type: multipart/report; report-type=delivery-status; boundary=b\n",
        b"Content-Type: multipart/report; report-type=feedback-report; boundary=b\n",
        b"Content-Type: message/delivery-status\n",
        b"Content-Type: message/feedback-report\n",
        b"Content-Type: message/rfc822\n",
        b"Content-Type: text/html; charset=x-\xff\n",
        b"Content-Type: text/plain; charset*=utf-8''%ff\n",
        b"Content-Transfer-Encoding: base64\n",
        b"Content-Transfer-Encoding: quoted-printable\n",
        b"Subject: =?utf-8?B?RGVsaXZlcnkgZmFpbHVyZQ?=\n",
        b"Subject: =?\xff?Z?x?=\n",
        b"From: MAILER-DAEMON\n",
        b'To: \xff <@@>,,"\n',
        b"X-Failed-Recipients: a@b, \xff\n",
        b"Final-Recipient: rfc822; \xff@\n",
        b"Status: 5.1.1\n",
        b"Diagnostic-Code: smtp; 550 unknown\n",
        b'{"notificationType":"Bounce","bounce":{"bouncedRecipients":[1,{}]}}\n',
        b"\n",
        b"--b\n",
        b"--b--\n",
        b" folded\n",
        b"<a@b.example>: user unknown\n",
    ]
)
ANY_MAIL = st.lists(PIECES | st.binary(max_size=40), max_size=30).map(b"".join)


@settings(max_examples=300, deadline=None)
@given(ANY_MAIL)
def test_any_bytes_are_a_mail(content):
    mail = read_mail(content)
    assert mail.kind in MailKind
    assert all(
        isinstance(each, str) for each in (*mail.recipients, *mail.message_ids, *mail.tokens)
    )
    assert mail.status is None or mail.status[0] in "245"


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=300), st.integers(0, 900))
def test_a_report_with_noise_in_it_is_a_mail(noise, place):
    text = bounce(TOKEN)
    assert read_mail(text[:place] + noise + text[place:]).kind in MailKind


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


@pytest.fixture(scope="module")
def recorded(shared: Path) -> Path:
    return shared / "data" / "real" / "bounces"


@pytest.mark.shared
def test_recorded_reports_name_the_right_person_and_the_right_class(recorded):
    persons, classes = [], []
    for row in rows(recorded / "sisimai" / "_expected_by_sisimai5.tsv"):
        if row["reason"] in {"", "feedback", "delivered"}:
            continue
        mail = read_mail((recorded / "sisimai" / row["file"]).read_bytes())
        persons.append(row["recipient"].lower() in {each.lower() for each in mail.recipients})
        if ".0.9" not in row["deliverystatus"] and row["n_records"] == "1":
            classes.append(mail.permanent is (row["deliverystatus"][0] == "5"))
    assert sum(persons) / len(persons) >= 0.96
    assert sum(classes) / len(classes) >= 0.98


@pytest.mark.shared
def test_recorded_bounces_of_old_systems_are_understood(recorded):
    right = []
    for row in rows(recorded / "flufl" / "_expected.tsv"):
        mail = read_mail((recorded / "flufl" / row["file"]).read_bytes())
        wanted = (
            row["expected_permanent_by_table"] + " " + row["expected_temporary_by_table"]
        ).split()
        right += [each.lower() in {found.lower() for found in mail.recipients} for each in wanted]
    assert sum(right) / len(right) >= 0.98


@pytest.mark.shared
def test_every_recorded_complaint_is_one(recorded):
    for row in rows(recorded / "sisimai" / "_expected_by_sisimai5.tsv"):
        if row["reason"] == "feedback":
            kind = read_mail((recorded / "sisimai" / row["file"]).read_bytes()).kind
            assert kind in {MailKind.COMPLAINT, MailKind.UNSUBSCRIBE}, row["file"]


@pytest.mark.shared
def test_recorded_mails_that_are_no_bounces_are_none(shared, recorded):
    others = [
        *(recorded / "sisimai").glob("not__*.eml"),
        *(shared / "data" / "real" / "newsletters_eml").rglob("*.eml"),
    ]
    assert others
    for path in others:
        assert read_mail(path.read_bytes()).kind not in {MailKind.BOUNCE, MailKind.COMPLAINT}, (
            path.name
        )
