"""Text as mail carries it: quoted-printable bodies, encoded words and mailboxes in headers (RFC 2045, 2047)."""

from __future__ import annotations

import base64
import binascii
import re

LINE = 76  # RFC 2045, 6.7: no encoded line is longer
ENCODED_WORD = 75  # RFC 2047, 2
SOFT = b"=\r\n"
_UNSAFE = re.compile(rb"[^ -<>-~]")
_SAFE_LINE = re.compile(r"[A-Za-z0-9 ,:;/?&_+~@#%()*!'\"<>-]{0,74}[A-Za-z0-9]")


def encode_quoted_printable(text: str, *, goes_on: bool = False) -> bytes:
    """Quoted-printable (RFC 2045, 6.7).

    `goes_on`: what follows stands on a line of its own, without a break.
    """
    lines = text.split("\n")
    out = [_encode_line(line, soft_end=False) for line in lines[:-1]]
    out.append(_encode_line(lines[-1], soft_end=goes_on))
    return b"\r\n".join(out) + (SOFT if goes_on and lines[-1] else b"")


def encode_place(text: str) -> bytes:
    """One line of text for a place, where a soft line break follows."""
    return text.encode("ascii") if _SAFE_LINE.fullmatch(text) else _encode_line(text, soft_end=True)


def _encode_line(line: str, *, soft_end: bool = False) -> bytes:
    # no two spaces in a row and none at the end of a line (RFC 2045, 6.7 (3)): the body is then in
    # the relaxed form
    # of RFC 6376, 3.4.4 as it stands, and no relay that tidies white space can break its signature
    data = _UNSAFE.sub(_hex, line.encode()).replace(b"  ", b" =20")
    if not soft_end and data[-1:] == b" ":
        data = data[:-1] + b"=20"
    parts = []
    while True:
        if data[:1] == b".":
            data = (
                b"=2E" + data[1:]
            )  # never a dot in front: no dot-stuffing, and nothing ends the message early
        elif data[:5] == b"From ":
            data = b"=46" + data[1:]  # mbox files
        if len(data) <= LINE - soft_end:
            break
        cut = LINE - 1
        escape = data.rfind(b"=", cut - 2, cut)
        cut = escape if escape != -1 else cut
        parts.append(data[:cut])
        data = data[cut:]
    return SOFT.join((*parts, data))


def _hex(found: re.Match[bytes]) -> bytes:
    return b"=%02X" % found[0][0]


_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]*")


def to_header(name: str, address: str) -> bytes:
    """The value of `To`."""
    return format_mailbox(name, address, used=4)


def format_mailbox(name: str, address: str, *, used: int) -> bytes:
    """`Name <address>`, folded before the address where the line would grow too long.

    `used`: taken on the line.
    """
    target = f"<{address}>".encode()
    if not name:
        return target if used == 9 else address.encode()
    phrase = _phrase(name, used=used)
    last = phrase.rpartition(b"\r\n")[2]
    room = LINE - used * (last == phrase)
    return phrase + (b" " if len(last) + 1 + len(target) <= room else b"\r\n ") + target


def _phrase(name: str, *, used: int) -> bytes:
    if not name.isascii() or len(name) > LINE - used - 2 or "=?" in name:
        return encode_header_text(name, used=used, always=True)
    if _ATOMS.fullmatch(name) and name.strip() == name:
        return name.encode("ascii")
    return b'"' + re.sub(r'(["\\])', r"\\\1", name).encode("ascii") + b'"'


def encode_header_text(text: str, *, used: int, always: bool = False) -> bytes:
    """A header's text.

    As it stands when it is short ASCII, else as RFC 2047 words of at most 75 characters.
    """
    if not always and text.isascii() and len(text) <= LINE - used and "=?" not in text:
        return text.encode("ascii")
    room = (LINE - max(used, 1) - len("=?utf-8?b??=")) // 4 * 3
    whole = text.encode()
    if len(whole) <= room:
        return b"=?utf-8?b?" + binascii.b2a_base64(whole, newline=False) + b"?="
    full = (ENCODED_WORD - 1 - len("=?utf-8?b??=")) // 4 * 3
    chunks: list[bytes] = [b""]
    for character in text:
        encoded = character.encode()
        if len(chunks[-1]) + len(encoded) > (room if len(chunks) == 1 else full):
            chunks.append(b"")
        chunks[-1] += encoded
    return b"\r\n ".join(b"=?utf-8?b?" + base64.b64encode(chunk) + b"?=" for chunk in chunks)
