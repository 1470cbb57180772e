"""A mail taken apart.

Its own headers, the words of the notice, its reports, and the message it gives back.

Any bytes are a mail; nothing here raises. What is read is bounded: mails in this mailbox come from
strangers.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import email
import email.errors
import email.header
import email.parser
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import Message
from email.utils import getaddresses
from html.parser import HTMLParser

from newsletter.formats.charsets import decode

MAX_BYTES = 300_000  # what a mail system says stands in front of the message that it gives back
MAX_LINE = (
    20_000  # RFC 5322, 2.1.1 allows 998; the library takes the square of a long header's length
)
MAX_PARTS = 60
MAX_HEADER = 8000
MAX_NOTICE = 60_000

Fields = dict[str, str]
"""One block of `Name: value` lines; the names in small letters."""

_LONG_LINE = re.compile(rb"([^\r\n]{%d})[^\r\n]+" % MAX_LINE)
_HEADER_LINE = re.compile(r"(?:> ?|\t| {1,4})?([A-Za-z][A-Za-z0-9-]{1,40}):(?:[ \t]|$)")
_OF_A_MESSAGE = frozenset(
    {
        "received",
        "return-path",
        "message-id",
        "mime-version",
        "from",
        "to",
        "subject",
        "date",
        "dkim-signature",
    }
)
_SURE = frozenset({"received", "return-path", "message-id", "mime-version", "dkim-signature"})


@dataclass(frozen=True, slots=True, kw_only=True)
class DecodedMail:
    """One mail, decoded as far as it can be."""

    message: Message = field(repr=False)
    notice: str = field(repr=False)  # what people would read, up to the message that is given back
    whole_text: str = field(
        default="", repr=False
    )  # the notice and what stands below it in the same parts
    reports: tuple[Fields, ...] = field(
        default=(), repr=False
    )  # message/delivery-status, block by block
    feedback: Fields | None = field(default=None, repr=False)  # message/feedback-report
    receipt: bool = False  # message/disposition-notification
    returned: Fields = field(
        default_factory=dict, repr=False
    )  # headers of the message it gives back
    everything: str = field(default="", repr=False)  # all decoded text, for looking up tokens

    def header(self, name: str) -> str:
        """A header of the mail itself, decoded and in one line; empty when it is not there."""
        return decode_header_line(self.message.get(name))

    def addresses(self, *names: str) -> tuple[str, ...]:
        """All addresses in these headers."""
        found = [
            decode_header_line(value) for name in names for value in self.message.get_all(name, [])
        ]
        return addresses_in(found)


def decode_mail(content: bytes) -> DecodedMail:
    """Read any bytes as a mail."""
    content = _LONG_LINE.sub(rb"\1", _without_envelope_line(content[:MAX_BYTES]))
    pieces = _PartCollector()
    try:
        message = email.message_from_bytes(content)
        pieces.walk(message)
    except RecursionError:  # parts in parts, hundreds deep: what is on the outside has to do
        message = email.parser.BytesHeaderParser().parsebytes(content)
        pieces = _PartCollector()
        pieces.plain.append(decode_body(message)[:MAX_NOTICE])
    text = "\n".join(pieces.plain or pieces.rich)
    notice, inline = split_returned(text)
    returned = pieces.returned or inline
    everything = "\n".join([*_header_texts(message), *pieces.plain, *pieces.rich, *pieces.rest])
    return DecodedMail(
        message=message,
        notice=notice[:MAX_NOTICE],
        whole_text=text[: 4 * MAX_NOTICE],
        reports=tuple(pieces.reports),
        feedback=pieces.feedback,
        receipt=pieces.receipt,
        returned=returned,
        everything=everything,
    )


def _without_envelope_line(content: bytes) -> bytes:
    """Without an mbox file's `From ` line and blank lines in front."""
    content = content.lstrip(b"\r\n\t \xef\xbb\xbf")
    return content.partition(b"\n")[2] if content.startswith(b"From ") else content


class _PartCollector:
    """What a walk over the parts of a mail finds.

    It never looks for reports inside a message that is given back.
    """

    def __init__(self) -> None:
        self.plain: list[str] = []
        self.rich: list[str] = []
        self.rest: list[str] = []
        self.reports: list[Fields] = []
        self.feedback: Fields | None = None
        self.receipt = False
        self.returned: Fields = {}
        self._left = MAX_PARTS

    def walk(self, part: Message) -> None:
        self._left -= 1
        if self._left < 0:
            return
        kind = part.get_content_type()
        if kind in {"message/delivery-status", "message/global-delivery-status"}:
            self.reports += blocks(_report_text(part))
        elif kind == "message/feedback-report":
            self.feedback = {}
            for block in blocks(_report_text(part)):
                self.feedback |= {
                    name: value for name, value in block.items() if name not in self.feedback
                }
        elif kind == "message/disposition-notification":
            self.receipt = True
        elif kind.startswith(("message/", "text/rfc822-header")):
            self._give_back(part)
        elif part.is_multipart():
            for each in part.get_payload():
                if isinstance(each, Message):
                    self.walk(each)
        elif kind == "text/html":
            self.rich.append(text_of_html(decode_body(part)))
        elif part.get_content_maintype() in {
            "text",
            "multipart",
        }:  # a multipart without parts: its boundary is wrong
            self.plain.append(decode_body(part))

    def _give_back(self, part: Message) -> None:
        payload = part.get_payload()
        inner = payload[0] if isinstance(payload, list) and payload else None
        text = (
            "\n".join(f"{name}: {value}" for name, value in inner.items())
            if isinstance(inner, Message)
            else ""
        )
        text = text or decode_body(part)
        self.rest.append(_as_text(part)[:MAX_NOTICE])
        if not self.returned:
            self.returned = next(iter(blocks(text)), {})


def _report_text(part: Message) -> str:
    """The lines of a report; the parser has split them into messages of headers alone."""
    payload = part.get_payload()
    if not isinstance(payload, list):
        return decode_body(part)
    text = "\n\n".join(_as_text(each) for each in payload if isinstance(each, Message))
    if str(part.get("Content-Transfer-Encoding", "")).strip().lower() == "base64":
        return _from_base64(text) or text
    return text


def _from_base64(text: str) -> str:
    try:
        return base64.b64decode("".join(text.split()), validate=True).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return ""


def _as_text(part: Message) -> str:
    lines = [f"{name}: {value}" for name, value in part.items()]
    payload = part.get_payload()
    if isinstance(payload, list):
        body = "\n\n".join(
            _as_text(each) for each in payload[:MAX_PARTS] if isinstance(each, Message)
        )
    else:
        body = decode_body(part)
    return "\n".join([*lines, "", body])


def decode_body(part: Message) -> str:
    """The text of a part that is no multipart, whatever it says of its encoding."""
    try:
        payload = part.get_payload(decode=True)
    except (LookupError, ValueError, AssertionError, email.errors.MessageError):
        payload = None
    if not isinstance(payload, bytes):
        return ""
    return decode(payload, _declared_charset(part))


def _declared_charset(part: Message) -> tuple[str, ...]:
    try:
        charset = part.get_content_charset()
    except (LookupError, ValueError, AttributeError):
        return ()
    return (charset.replace("\0", ""),) if charset else ()


def decode_header_line(value: object) -> str:
    """A header in one line, its encoded words (RFC 2047) read where they can be."""
    text = str(value or "")[:MAX_HEADER]
    if "=?" in text:
        with contextlib.suppress(
            LookupError, ValueError, AssertionError, email.errors.MessageError
        ):
            text = str(email.header.make_header(email.header.decode_header(_pad_base64(text))))
    return re.sub(r"\s+", " ", text).strip()


def _pad_base64(text: str) -> str:
    """Encoded words whose base64 was cut short, mended.

    The library gives up on the whole header.
    """
    return re.sub(
        r"(=\?[^?\s]+\?[Bb]\?)([^?\s]*?)=*\?=",
        lambda it: f"{it[1]}{it[2]}{'=' * (-len(it[2]) % 4)}?=",
        text,
    )


def _header_texts(message: Message) -> Iterator[str]:
    for name, value in message.items():
        yield f"{name}: {decode_header_line(value)}"


def addresses_in(values: list[str]) -> tuple[str, ...]:
    """The mail addresses in header values; what is no address is left out."""
    try:
        found = [address.strip() for _, address in getaddresses(values[:50])]
    except (
        ValueError,
        IndexError,
        TypeError,
        AttributeError,
        RecursionError,
    ):  # the last: brackets in brackets
        return ()
    return tuple(dict.fromkeys(each for each in found if "@" in each))


def text_of_html(page: str) -> str:
    """The words of a page, one block a line."""
    words = _HtmlTextParser()
    with contextlib.suppress(AssertionError):  # the library's answer to some broken declarations
        words.feed(page[: 4 * MAX_NOTICE])
    return "".join(words.found).replace("\xa0", " ")


class _HtmlTextParser(HTMLParser):
    """Gathers the text of a page.

    `<ann@example.org>` is no tag but an address that somebody forgot to escape.
    """

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self._silent = ""

    # its signature
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        if "@" in tag:
            self.found.append(f"<{tag}>")
        elif tag in {"style", "script", "title"}:
            self._silent = tag
        elif tag in _BLOCKS:
            self.found.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag == self._silent:
            self._silent = ""
        elif tag in _BLOCKS:
            self.found.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.found.append(data)


_BLOCKS = frozenset({"br", "p", "div", "tr", "li", "pre", "h1", "h2", "h3", "h4", "h5", "h6"})


def blocks(text: str) -> list[Fields]:
    """`Name: value` lines, a new block after every empty line.

    Folded lines are joined, the first of a name counts.
    """
    found: list[Fields] = []
    current: Fields = {}
    name = ""
    for line in text.splitlines()[:5000]:
        if not line.strip():
            if current:
                found.append(current)
            current, name = {}, ""
        elif line[0] in " \t" and name:
            current[name] = f"{current[name]} {line.strip()}"[:4000]
        elif match := _HEADER_LINE.match(line):
            key = match[1].lower()
            name = "" if key in current else key
            current.setdefault(key, line[match.end() :].strip())
    return [*found, current] if current else found


def split_returned(text: str) -> tuple[str, Fields]:
    """A notice, and the headers of the message that stands below it in the same text."""
    lines = text.splitlines()[:5000]
    for index, line in enumerate(lines):
        match = _HEADER_LINE.match(line)
        if (
            match
            and match[1].lower() in _OF_A_MESSAGE | {"x-originating-ip"}
            and _is_message_head(lines[index:])
        ):
            prefix = re.match(r"(?:> ?|\t| +)?", line)
            cut = len(prefix[0]) if prefix else 0
            head = next(
                iter(blocks("\n".join(each[cut:] for each in lines[index : index + 200]))), {}
            )
            return "\n".join(lines[:index]), head
    return "\n".join(lines), {}


def _is_message_head(lines: list[str]) -> bool:
    """Whether the headers of a message begin here.

    Three names of headers, one of them never in a notice.
    """
    names: list[str] = []
    for line in lines[:60]:
        match = _HEADER_LINE.match(line)
        if match:
            names.append(match[1].lower())
        elif not line.strip() or line[0] not in " \t>":
            break
    return len(set(names)) >= 3 and not _SURE.isdisjoint(names)
