"""DKIM signatures (RFC 6376, RFC 8463) over exactly the bytes that go out.

relaxed/relaxed, and no `l=`. The body needs no rewriting: `message.quoted` writes it so that it is
already in its relaxed form. `t=` is the start of the sending, so that a second try has the same
bytes.
"""

from __future__ import annotations

import base64
import hashlib
import re
import stat
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from newsletter.config import Dkim, DkimKey
from newsletter.errors import UsageError
from newsletter.platform_support import has_file_modes

MIN_RSA_BITS = 2048
SIGNED = (
    "from", "to", "subject", "date", "message-id", "reply-to", "mime-version", "content-type",
    "list-id", "list-unsubscribe", "list-unsubscribe-post", "feedback-id",
)  # fmt: skip
"""Named in h= as far as they stand in the message. `from` once more: a second one added on the way
breaks it."""


@dataclass(frozen=True, slots=True)
class _SigningKey:
    selector: str
    algorithm: str  # a= tag
    sign: Callable[[bytes], bytes] = field(repr=False)


class DkimSigner:
    """Signs messages with every configured key."""

    def __init__(self, domain: str, keys: tuple[_SigningKey, ...], signed_at: datetime) -> None:
        self._domain = domain
        self._keys = keys
        self._time = int(signed_at.timestamp())

    def __call__(self, content: bytes) -> bytes:
        """The message with a DKIM-Signature header for each key in front."""
        head, _, body = content.partition(b"\r\n\r\n")
        body_hash = base64.b64encode(hashlib.sha256(body).digest()).decode("ascii")
        names, canonical = _canonicalize_headers(head)
        return (
            b"".join(self._signature(key, names, canonical, body_hash) for key in self._keys)
            + content
        )

    def _signature(
        self, key: _SigningKey, names: list[str], canonical: bytes, body_hash: str
    ) -> bytes:
        value = (
            f"v=1; a={key.algorithm}; c=relaxed/relaxed; d={self._domain};\r\n s={key.selector};"
            f" t={self._time};\r\n {_fold_names(names)};\r\n bh={body_hash};\r\n b="
        )
        unsigned = b"dkim-signature:" + _relax_value(value.encode("ascii"))
        signature = base64.b64encode(key.sign(canonical + unsigned)).decode("ascii")
        lines = "\r\n ".join(
            signature[start : start + 72] for start in range(0, len(signature), 72)
        )
        return f"DKIM-Signature: {value}{lines}\r\n".encode("ascii")


def load_signer(dkim: Dkim | None, folder: Path, signed_at: datetime) -> DkimSigner | None:
    """The signer of the settings, its key files taken from `folder`.

    None when nothing is to be signed.

    Raises UsageError when a key cannot be read, may be read by others, or is too short.
    """
    if dkim is None or not dkim.keys:
        return None
    return DkimSigner(dkim.domain, tuple(_load(each, folder) for each in dkim.keys), signed_at)


def _load(each: DkimKey, folder: Path) -> _SigningKey:
    where = f"newsletter.toml, [[dkim.keys]] file: {each.file}"
    path = folder / each.file
    try:
        if has_file_modes() and stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise UsageError(f"{where} may be read by others: chmod 600 {each.file}")
        key = load_pem_private_key(path.read_bytes(), password=None)
    except OSError as error:
        raise UsageError(f"{where} cannot be read ({error.strerror})") from error
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise UsageError(f"{where} is no private key in PEM form without a password") from None
    if isinstance(key, rsa.RSAPrivateKey):
        if key.key_size < MIN_RSA_BITS:
            raise UsageError(
                f"{where} is an RSA key of {key.key_size} bits: make one of {MIN_RSA_BITS}"
            )
        return _SigningKey(each.selector, "rsa-sha256", _rsa(key))
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return _SigningKey(each.selector, "ed25519-sha256", _ed25519(key))
    raise UsageError(f"{where} is neither an RSA nor an Ed25519 key")


def _rsa(key: rsa.RSAPrivateKey) -> Callable[[bytes], bytes]:
    return lambda data: key.sign(data, padding.PKCS1v15(), SHA256())


def _ed25519(key: ed25519.Ed25519PrivateKey) -> Callable[[bytes], bytes]:
    return lambda data: key.sign(
        hashlib.sha256(data).digest()
    )  # RFC 8463, 3: the hash is what is signed


def _canonicalize_headers(head: bytes) -> tuple[list[str], bytes]:
    """Names for h= and the headers in relaxed form (RFC 6376, 3.4.2)."""
    found: dict[str, bytes] = {}
    for field_ in re.split(rb"\r\n(?![ \t])", head):
        name, _, value = field_.partition(b":")
        found[name.decode("ascii").lower()] = _relax_value(value)
    names = [name for name in SIGNED if name in found]
    canonical = b"".join(name.encode("ascii") + b":" + found[name] + b"\r\n" for name in names)
    return ["from", *names], canonical


def _relax_value(value: bytes) -> bytes:
    return re.sub(rb"[ \t]+", b" ", value.replace(b"\r\n", b"")).strip(b" ")


def _fold_names(names: list[str]) -> str:
    lines, line = [], "h="
    for index, name in enumerate(names):
        part = name + (":" if index < len(names) - 1 else "")
        if len(line) + len(part) > 74:
            lines.append(line)
            line = ""
        line += part
    return "\r\n ".join((*lines, line))
