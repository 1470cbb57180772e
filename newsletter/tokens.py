"""Tokens that stand for one subscriber and one purpose, and give away neither.

A token is 45 small letters and digits, so that it survives mail systems that change the case of a
local part and fits behind a `+` there (64 octets). It is encrypted and authenticated by AES-SIV
(RFC 5297) under a 512-bit key: without the key it says nothing, two tokens of one person look
unrelated, and a token for one purpose is refused for another. The same token every time, without a
nonce to be kept, is what SIV is made for. Links never expire.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from dataclasses import dataclass, field
from enum import IntEnum
from functools import cached_property
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESSIV

LENGTH = 45
_SIV_BYTES = 16  # 128 bits, which authenticate the token and start its key stream
_BODY_BYTES = 11  # purpose, subscriber, sending
_DECODED_BYTES = 1 + _SIV_BYTES + _BODY_BYTES
_LETTERS = "abcdefghijklmnopqrstuvwxyz234567"
_TWO_LETTERS = tuple(first + second for first in _LETTERS for second in _LETTERS)
_SHIFTS = range(LENGTH * 5 - 5, -1, -10)  # 46 letters, of which the last one is cut off
_FILLING_BITS = 46 * 5 - _DECODED_BYTES * 8


class Purpose(IntEnum):
    """What a token is good for."""

    UNSUBSCRIBE = 1
    PREFERENCES = 2
    BOUNCE = 3  # stands in the envelope sender and in the Message-ID
    CONFIRM = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """What a token says to the one who has the key."""

    purpose: Purpose
    subscriber_id: int
    sending_id: int  # which mailing carried it; 0: none


@dataclass(frozen=True)
class _TokenKey:
    """What follows from one secret: a key of its own for each use of it, by HMAC (RFC 2104)."""

    number: int  # the first octet of a token, so that an old key is found again
    sealing: bytes = field(repr=False)  # 512 bits: half for S2V, half for CTR (RFC 5297, 2.2)
    hashing: bytes = field(repr=False)  # of the addresses of erased people

    @classmethod
    def derive(cls, secret: bytes) -> Self:
        def part(label: bytes, algorithm: str) -> bytes:
            return hmac.digest(secret, b"newsletter " + label, algorithm)

        number = part(b"number", "sha256")[0]
        return cls(number, part(b"token", "sha512"), part(b"address", "sha256"))

    @cached_property
    def cipher(self) -> AESSIV:
        """Made when the first token is: the library loads in 10 ms that no other command needs."""
        from cryptography.hazmat.primitives.ciphers.aead import AESSIV

        return AESSIV(self.sealing)

    def seal(self, body: bytes) -> bytes:
        head = bytes((self.number,))
        return head + self.cipher.encrypt(body, [head])

    def unseal(self, sealed: bytes) -> bytes | None:
        """The body, or None when another key sealed it, or nobody did."""
        from cryptography.exceptions import InvalidTag

        if sealed[0] != self.number:
            return None
        try:
            return self.cipher.decrypt(sealed[1:], [sealed[:1]])
        except InvalidTag:
            return None


class Keys:
    """The secrets that tokens are made with: the first one signs, all of them are read."""

    def __init__(self, *secrets: bytes) -> None:
        if not secrets or not all(secrets):
            raise ValueError("a key is needed to sign tokens with")
        self._keys = tuple(_TokenKey.derive(secret) for secret in secrets)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Keys from the text of a secret: one a line, the newest first.

        Raises ValueError when there is none.
        """
        return cls(*(line.strip().encode() for line in text.splitlines() if line.strip()))

    def sign(self, purpose: Purpose, subscriber_id: int, sending_id: int = 0) -> str:
        """The token of a subscriber (0 … 2⁶³-1) and a sending (0 … 65535).

        The same one every time.
        """
        body = bytes((purpose,)) + subscriber_id.to_bytes(8, "big") + sending_id.to_bytes(2, "big")
        return _encode_token(self._keys[0].seal(body))

    def read(self, purpose: Purpose, token: str) -> Token | None:
        """What a token says, or None when it is not ours, not whole, or for another purpose."""
        sealed = _decode_token(token)
        if sealed is None:
            return None
        for key in self._keys:
            body = key.unseal(sealed)
            if body is not None and body[0] == purpose:
                return Token(
                    purpose=purpose,
                    subscriber_id=int.from_bytes(body[1:9], "big"),
                    sending_id=int.from_bytes(body[9:], "big"),
                )
        return None

    def address_hash(self, address_key: str) -> str:
        """A keyed hash under which an erased person is still known.

        Made with the oldest key, which stays the last line of the secret when a newer one is put
        before it.
        """
        return hmac.digest(self._keys[-1].hashing, address_key.encode(), "sha256").hex()


def _encode_token(sealed: bytes) -> str:
    """Base32 (RFC 4648, 6) in small letters, without the filling.

    It goes two letters at a time, since a sending makes many.
    """
    bits = int.from_bytes(sealed, "big") << _FILLING_BITS
    return "".join([_TWO_LETTERS[bits >> shift & 1023] for shift in _SHIFTS])[:LENGTH]


def _decode_token(token: str) -> bytes | None:
    """The octets of a token in its one canonical spelling.

    Upper case is allowed, nothing else is.
    """
    if len(token) != LENGTH or not token.isascii():
        return None
    try:
        sealed = base64.b32decode(token.upper() + "===")
    except binascii.Error:
        return None
    return (
        sealed if len(sealed) == _DECODED_BYTES and _encode_token(sealed) == token.lower() else None
    )
