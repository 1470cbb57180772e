"""Every byte of a thousand messages, as a mail server got them, against what standards and mail providers ask.

They are sent by the command. The readers' names, addresses and choices are of every awkward kind.
"""

from __future__ import annotations

import base64
import csv
import email
import email.policy
import re
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import getaddresses, parsedate_to_datetime
from pathlib import Path
from urllib.parse import urlsplit

import dkim
import fast_mail_parser
import lxml.html
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from support.commands import MOMENT
from support.loopback_smtp import Loopback, Received
from support.mail_server import serving_mail

from newsletter.cli import run as run_command

PEOPLE = 1000
SIZE = 2_000_000
NAMES = (
    "Ann Example", "Zoë Ångström", "", "李小龍", 'Pat "the cat" O\'Brien', "Becker, Tom", "Émile 🎗️ Dupont", "A",
    ".Dot First", "From Here", "=?utf-8?q?not_a_word?=", "x" * 120, "Ωmega " * 12, "a=b=3D & <b>", "שרה כהן",
    "Trailing space ", "Dr. med. Ann-Kathrin von der Heide-Müller", "100% {{ name }}", "Back\\slash", "Tab\tName",
)  # fmt: skip
DOMAINS = (
    "example.org",
    "example.net",
    "bücher.example",
    "sub.a-long-domain-name-of-a-clinic.example.com",
)
CHOICES = (
    ("", "", ""),
    ("es", "", ""),
    ("", "research trials", ""),
    ("", "events tips", "yes"),
    ("es", "trials", "yes"),
)

SETTINGS = """
[delivery]
host = "127.0.0.1"
port = {port}
security = "none"
per_minute = 0
connections = 5
per_connection = 40
[public]
url = "https://news.example.org"
[dkim]
domain = "example.org"
keys = [{{selector = "r1", file = "rsa.pem"}}, {{selector = "e1", file = "ed.pem"}}]
"""


@dataclass(frozen=True)
class Read:
    """A message as the server got it, and as the two parsers understand it."""

    wire: Received
    head: bytes
    body: bytes
    standard: email.message.EmailMessage
    other: fast_mail_parser.PyMail

    @property
    def fields(self) -> list[tuple[str, str]]:
        """The header fields as they stand, unfolded."""
        unfolded = re.sub(r"\r\n(?=[ \t])", "", self.head.decode())
        return [
            (name, value.strip())
            for name, _, value in (line.partition(":") for line in unfolded.split("\r\n"))
        ]

    def field(self, name: str) -> str:
        [value] = [value for found, value in self.fields if found.lower() == name.lower()]
        return value

    @property
    def text(self) -> str:
        return self.standard.get_body(("plain",)).get_content()

    @property
    def html(self) -> str:
        return self.standard.get_body(("html",)).get_content()


@dataclass(frozen=True)
class Sent:
    server: Loopback
    messages: list[Read]
    keys: dict[bytes, bytes]
    began: datetime


@pytest.fixture(scope="module")
def sent(tmp_path_factory: pytest.TempPathFactory) -> Sent:
    folder = tmp_path_factory.mktemp("wire") / "the demo"
    extensions = ("PIPELINING", f"SIZE {SIZE}", "8BITMIME", "SMTPUTF8")

    def run(*arguments: object) -> None:
        assert run_command(["--now", MOMENT, *map(str, arguments)]) == 0

    with serving_mail(Loopback(extensions=extensions)) as server:
        run("init", folder, "--sample")
        keys = written_keys(folder)
        file = folder / "newsletter.toml"
        file.write_text(file.read_text("utf-8") + SETTINGS.format(port=server.port), "utf-8")
        write_list(folder / "many.csv")
        run("-C", folder, "subscribers", "import", folder / "many.csv")
        for command in (
            ("collect",),
            ("draft",),
            ("approve", "2026-11"),
            ("send", "2026-11", "--yes"),
        ):
            run("-C", folder, *command)
    return Sent(
        server, [read(each) for each in server.messages], keys, datetime.fromisoformat(MOMENT)
    )


def write_list(path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(("Email", "Name", "Language", "Sections", "Large print"))
        for number in range(PEOPLE):
            local = (
                f"zoë{number}"
                if number % 50 == 7
                else f"reader+{number}"
                if number % 9 == 0
                else f"reader{number}"
            )
            name = NAMES[number % len(NAMES)].replace("\t", " ")
            rows.writerow(
                (f"{local}@{DOMAINS[number % len(DOMAINS)]}", name, *CHOICES[number % len(CHOICES)])
            )


def written_keys(folder: Path) -> dict[bytes, bytes]:
    """Two new keys in the folder; the DNS records for them."""
    made = {
        "rsa": rsa.generate_private_key(public_exponent=65537, key_size=2048),
        "ed": ed25519.Ed25519PrivateKey.generate(),
    }
    for name, key in made.items():
        path = folder / f"{name}.pem"
        path.touch(mode=0o600)
        form = (
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        path.write_bytes(key.private_bytes(*form))
    of_rsa = (
        made["rsa"]
        .public_key()
        .public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    of_ed = (
        made["ed"]
        .public_key()
        .public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    )
    return {
        b"r1._domainkey.example.org.": b"v=DKIM1; k=rsa; p=" + base64.b64encode(of_rsa),
        b"e1._domainkey.example.org.": b"v=DKIM1; k=ed25519; p=" + base64.b64encode(of_ed),
    }


def read(wire: Received) -> Read:
    head, _, body = wire.content.partition(b"\r\n\r\n")
    standard = email.message_from_bytes(wire.content, policy=email.policy.default.clone(utf8=True))
    return Read(wire, head, body, standard, fast_mail_parser.parse_email(wire.content))


# --- A: the bytes
# -------------------------------------------------------------------------------------------------


def test_everybody_got_one_message_and_each_transaction_had_one_recipient(sent):
    assert sent.server.recipients().most_common(1)[0][1] == 1
    assert len(sent.messages) == PEOPLE
    verbs = Counter(line.split(":")[0].split(" ")[0] for line in sent.server.lines)
    assert (verbs["MAIL"], verbs["RCPT"], verbs["DATA"]) == (PEOPLE, PEOPLE, PEOPLE)


def test_every_line_ends_in_one_way_and_is_short_and_nothing_needs_stuffing(sent):
    for each in sent.messages:
        content = each.wire.content
        assert content.endswith(b"\r\n")
        assert content.count(b"\r") == content.count(b"\n") == content.count(b"\r\n")
        assert b"\0" not in content
        lines = content.split(b"\r\n")
        assert max(map(len, lines)) <= 998
        assert not any(line.startswith((b".", b"From ")) for line in lines)
        assert all(len(line) <= 76 for line in each.body.split(b"\r\n"))


def test_all_is_ascii_but_a_recipient_that_cannot_be(sent):
    beyond = 0
    for each in sent.messages:
        if each.wire.recipient.isascii():
            assert each.wire.content.isascii()
        else:
            beyond += 1
            assert each.wire.content.replace(each.wire.recipient.encode(), b"").isascii()
        assert each.wire.recipient.rpartition("@")[2].isascii()
    assert beyond == PEOPLE // 50
    assert sum(line.endswith(" SMTPUTF8") for line in sent.server.lines) == beyond


def test_header_lines_are_short_and_encoded_words_are_no_longer_than_75(sent):
    for each in sent.messages:
        for line in each.head.decode().split("\r\n"):
            assert len(line) <= 78 or line.startswith(
                (" <https://", "List-Unsubscribe: <", " <mailto:", "Message-ID")
            )
        assert all(
            len(word) <= 75 for word in re.findall(rb"=\?[^?]*\?[bqBQ]\?[^?]*\?=", each.head)
        )


ONCE = ("from", "to", "subject", "date", "message-id", "mime-version", "content-type", "list-id", "list-unsubscribe",
        "list-unsubscribe-post", "feedback-id", "reply-to")  # fmt: skip


def test_headers_stand_once_and_nothing_else_stands_there(sent):
    for each in sent.messages:
        found = Counter(name.lower() for name, _ in each.fields)
        assert found == {**dict.fromkeys(ONCE, 1), "dkim-signature": 2}


def test_the_sender_is_ours_and_the_recipient_is_one_and_the_envelopes_own(sent):
    for each in sent.messages:
        assert each.field("From") == "Circle News <news@example.org>"
        assert each.field("Reply-To") == "office@example.org"
        [(_, address)] = getaddresses([each.field("To")])
        assert address == each.wire.recipient
        local = address.rpartition("@")[0]
        assert len(local.encode()) <= 64
        assert len(address.encode()) <= 254


def test_a_messages_id_is_its_own_and_tells_nothing(sent):
    ids = [each.field("Message-ID") for each in sent.messages]
    assert len(set(ids)) == PEOPLE
    assert all(re.fullmatch(r"<[a-z2-7]{45}@example\.org>", each) for each in ids)
    assert len({each[1:12] for each in ids}) == PEOPLE  # neighbours on the list look unrelated
    returns = [each.wire.sender for each in sent.messages]
    assert all(re.fullmatch(r"bounces\+[a-z2-7]{45}@example\.org", each) for each in returns)


def test_the_date_is_one_for_all_with_a_zone_and_of_the_start(sent):
    [date] = {each.field("Date") for each in sent.messages}
    assert re.search(r" [+-]\d{4}$", date)
    assert abs(parsedate_to_datetime(date) - datetime.now(UTC)) < timedelta(days=1)


CONTROLS = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]"
)


def test_names_and_subjects_hold_no_controls_and_no_marks_that_turn_writing_around(sent):
    for each in sent.messages:
        assert not CONTROLS.search(str(each.standard["Subject"]))
        assert not CONTROLS.search(str(each.standard["To"]))


def test_the_parts_are_text_then_html_in_utf_8_and_quoted_printable(sent):
    for each in sent.messages:
        assert each.standard.get_content_type() == "multipart/alternative"
        parts = list(each.standard.iter_parts())
        assert [part.get_content_type() for part in parts] == ["text/plain", "text/html"]
        assert all(part.get_content_charset() == "utf-8" for part in parts)
        assert all(part["Content-Transfer-Encoding"] == "quoted-printable" for part in parts)
        assert not any(part.defects for part in each.standard.walk())
        assert each.text.strip()
        assert each.html.strip()


def test_two_parsers_that_share_nothing_read_the_same(sent):
    """The standard library's in Python, and one in Rust."""
    for each in sent.messages:
        assert each.other.subject == each.standard["Subject"]
        assert plain_ends(each.other.text_plain) == plain_ends([each.text])
        assert plain_ends(each.other.text_html) == plain_ends([each.html])
        assert each.other.attachments == []
        assert not each.other.warnings
        tree = fast_mail_parser.parse_email_tree(each.wire.content)
        shape = [part.content_type for part in fast_mail_parser.walk(tree)]
        assert shape == [part.get_content_type() for part in each.standard.walk()]
        for name in (
            "Message-ID",
            "List-Unsubscribe",
            "List-Id",
            "Date",
            "Feedback-ID",
            "Reply-To",
            "From",
        ):
            assert each.other.headers[name] == [str(each.standard[name])]
        [(name, address)] = getaddresses([str(each.standard["To"])])
        [theirs] = each.other.to
        assert theirs.address == address


def plain_ends(texts: list[str]) -> list[str]:
    return [text.replace("\r\n", "\n") for text in texts]


def test_every_reader_is_greeted_by_the_name_on_the_list_and_by_nobody_elses(sent):
    numbers = {}
    for each in sent.messages:
        number = int(re.search(r"\d+", each.wire.recipient)[0])
        numbers[number] = each
        name = " ".join(NAMES[number % len(NAMES)].split())
        [shown] = (
            each.other.to
        )  # the standard library keeps the space between two encoded words (RFC 2047, 6.2)
        assert (shown.display_name or "") == name
        assert each.standard["To"].addresses[0].display_name.replace(" ", "") == name.replace(
            " ", ""
        )
    assert sorted(numbers) == list(range(PEOPLE))


def test_nobodys_address_stands_in_another_ones_message(sent):
    ours = {"news@example.org", "office@example.org"}
    for each in sent.messages:
        readable = f"{each.text}\n{each.html}\n" + "\n".join(value for _, value in each.fields)
        found = set(re.findall(r"(?:reader|zoë)\+?\d+@[\w.-]+", readable))
        assert found <= {each.wire.recipient} | ours
        body = each.text + each.html
        assert each.wire.recipient not in body  # not even one's own: messages are passed on


def test_the_text_and_the_page_tell_how_to_leave_and_who_writes(sent):
    for each in sent.messages:
        leave = leaving(each)
        assert leave in each.text
        page = lxml.html.fromstring(each.html)
        assert [
            link
            for link in page.iter("a")
            if link.get("href") == leave and link.text_content().strip()
        ]
        assert "1200 Example Street" in each.text
        assert "1200 Example Street" in each.html


def leaving(each: Read) -> str:
    return re.match(
        r"<(https://news\.example\.org/u/[a-z2-7]{45})>", each.field("List-Unsubscribe")
    )[1]


def test_messages_are_smaller_than_the_server_takes_and_say_how_large_they_are(sent):
    sizes = [
        int(re.search(r" SIZE=(\d+)", line)[1])
        for line in sent.server.lines
        if line.startswith("MAIL")
    ]
    assert sorted(sizes) == sorted(len(each.wire.content) for each in sent.messages)
    assert max(sizes) < SIZE


def test_the_page_runs_nothing_and_calls_nobody(sent):
    for each in sent.messages:
        page = lxml.html.fromstring(each.html)
        assert not page.xpath(
            "//script|//form|//iframe|//base|//object|//embed|//meta[@http-equiv='refresh']|//link"
        )
        assert not [name for node in page.iter() for name in node.attrib if name.startswith("on")]
        for image in page.iter("img"):
            assert urlsplit(image.get("src")).hostname in {"www.example.org", "example.org"}
            assert (image.get("width"), image.get("height")) not in {("1", "1"), ("0", "0")}
        assert not re.search(r"@import|url\(", each.html)


def test_every_link_is_whole_safe_and_tells_nobody_who_reads(sent):
    own = 0
    for each in sent.messages:
        for link in lxml.html.fromstring(each.html).xpath("//a/@href"):
            parts = urlsplit(link)
            if parts.scheme == "https":
                assert parts.hostname
                assert not re.fullmatch(r"[\d.]+|\[.*\]", parts.netloc)
                assert parts.username is None
            else:
                assert parts.scheme in {"mailto", ""}
                assert parts.scheme or link.startswith("#")
            own += bool(re.search(r"[a-z2-7]{45}", link))
            if re.search(r"[a-z2-7]{45}", link):
                assert re.match(r"https://news\.example\.org/[up]/", link)
    assert own >= PEOPLE


def test_no_mark_of_a_template_is_left(sent):
    for each in sent.messages:
        shown = f"{each.standard['Subject']}\n{each.text}\n{each.html}".replace(
            "100% {{ name }}", ""
        )
        assert not re.search(r"\{\{|\{%|reader\.invalid|reader-name\.invalid|\bundefined\b", shown)
        assert "None" not in re.findall(r"\w+", str(each.standard["Subject"]))


def test_the_subject_is_there_and_short_and_names_no_reader(sent):
    for each in sent.messages:
        subject = str(each.standard["Subject"])
        assert 0 < len(subject) <= 150
    assert (
        len({str(each.standard["Subject"]) for each in sent.messages}) <= 2
    )  # one for each language


# --- B: the headers of a list
# -------------------------------------------------------------------------------------


def test_one_click_leaves_by_the_web_and_by_mail_and_is_never_folded_inside(sent):
    for each in sent.messages:
        web, mail = re.fullmatch(
            r"<(https://[^<>\s]+)>,\s*<(mailto:[^<>\s]+)>", each.field("List-Unsubscribe")
        ).groups()
        assert re.fullmatch(r"https://news\.example\.org/u/[a-z2-7]{45}", web)
        assert re.fullmatch(r"mailto:bounces\+[a-z2-7]{45}@example\.org\?subject=unsubscribe", mail)
        assert web.encode() in each.head
        assert mail.encode() in each.head
        assert each.field("List-Unsubscribe-Post") == "List-Unsubscribe=One-Click"
    assert len({leaving(each) for each in sent.messages}) == PEOPLE


def test_the_list_has_one_name_and_the_senders_id_is_of_the_right_length(sent):
    assert {each.field("List-Id") for each in sent.messages} == {
        "Circle News <newsletter.example.org>"
    }
    [feedback] = {each.field("Feedback-ID") for each in sent.messages}
    fields = feedback.split(":")
    assert len(fields) <= 4
    assert 5 <= len(fields[-1]) <= 15


def test_no_program_and_no_machine_is_named(sent):
    assert {line for line in sent.server.lines if line.startswith("EHLO")} == {"EHLO example.org"}
    for each in sent.messages:
        assert not re.search(
            rb"(?im)^(x-mailer|user-agent|received|x-originating|precedence|auto-submitted):",
            each.head,
        )


# --- C: signatures
# ------------------------------------------------------------------------------------------------

MUST_BE_SIGNED = frozenset(
    [
        "from",
        "to",
        "subject",
        "date",
        "message-id",
        "mime-version",
        "content-type",
        "list-id",
        "list-unsubscribe",
        "list-unsubscribe-post",
    ]
)


def test_both_signatures_cover_what_they_must_and_stand_for_the_whole_body(sent):
    for each in sent.messages:
        signatures = [value for name, value in each.fields if name == "DKIM-Signature"]
        tags = [
            dict(part.strip().split("=", 1) for part in value.split(";")) for value in signatures
        ]
        assert [tag["a"] for tag in tags] == ["rsa-sha256", "ed25519-sha256"]
        for tag in tags:
            assert (tag["d"], tag["c"], "l" in tag) == ("example.org", "relaxed/relaxed", False)
            signed = re.sub(r"\s", "", tag["h"]).split(":")
            assert signed.count("from") == 2
            assert set(signed) >= MUST_BE_SIGNED


@pytest.mark.parametrize("which", [0, 1])
def test_both_signatures_verify(sent, which):
    for each in sent.messages[which::4]:
        checker = dkim.DKIM(each.wire.content)
        assert checker.verify(which, dnsfunc=lambda name, timeout=5: sent.keys.get(name))


# --- D: the session
# -----------------------------------------------------------------------------------------------


def test_no_more_connections_are_open_than_were_asked_for_and_none_carries_too_many(sent):
    assert sent.server.most_open <= 5
    carried = Counter(each.wire.connection for each in sent.messages)
    assert max(carried.values()) <= 40
    assert sent.server.commands["QUIT"] == sent.server.connections


def test_readers_who_chose_alike_got_the_same_but_for_their_own_parts(sent):
    shapes = set()
    for each in sent.messages:
        name = each.standard["To"].addresses[0].display_name
        shape = re.sub(r"[a-z2-7]{45}", "TOKEN", each.text)
        shapes.add(shape.replace(name, "NAME") if name else shape)
    assert len(shapes) <= 2 * len(CHOICES)  # with a name and without
