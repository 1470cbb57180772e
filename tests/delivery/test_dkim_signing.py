"""Signatures that others can check, over exactly the bytes that go out."""

import re

import dkim
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from support.loopback_smtp import Loopback
from support.post_office import PostOffice, QuickClock

from newsletter.config import Dkim, DkimKey
from newsletter.delivery.messages.dkim_signing import load_signer
from newsletter.delivery.sender import send_issue
from newsletter.errors import UsageError


@pytest.fixture(scope="module")
def rsa_key():
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def written(path, key, *, mode=0o600):
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    path.chmod(mode)
    return path


def dns(rsa_key, ed_key):
    import base64

    public = rsa_key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    small = ed_key.public_key().public_bytes(
        serialization.Encoding.Raw, serialization.PublicFormat.Raw
    )
    records = {
        b"r1._domainkey.example.org.": b"v=DKIM1; k=rsa; p=" + base64.b64encode(public),
        b"e1._domainkey.example.org.": b"v=DKIM1; k=ed25519; p=" + base64.b64encode(small),
    }
    return lambda name, timeout=5: records.get(name)


SIGNING = """
[dkim]
domain = "example.org"
keys = [{selector = "r1", file = "rsa.pem"}, {selector = "e1", file = "ed.pem"}]
[public]
url = "https://news.example.org"
"""


async def test_what_arrives_is_signed_by_both_keys_and_verifies(tmp_path, rsa_key):
    ed_key = ed25519.Ed25519PrivateKey.generate()
    written(tmp_path / "rsa.pem", rsa_key)
    written(tmp_path / "ed.pem", ed_key)
    office = PostOffice.opened(tmp_path)
    async with Loopback().running() as server:
        order = office.order(server.port, SIGNING)
        object.__setattr__(order, "folder", tmp_path)
        await send_issue(order, office.ledger, clock=QuickClock())
    assert len(server.messages) == 3
    for message in server.messages:
        checker = dkim.DKIM(message.content)
        assert checker.verify(0, dnsfunc=dns(rsa_key, ed_key))
        assert dkim.DKIM(message.content).verify(1, dnsfunc=dns(rsa_key, ed_key))
        signed = re.search(rb"h=([^;]*);", message.content)[1].replace(b"\r\n ", b"").split(b":")
        assert signed.count(b"from") == 2
        wanted = "to subject date message-id mime-version content-type list-id list-unsubscribe list-unsubscribe-post"
        assert set(wanted.encode().split()) <= set(signed)
        assert b"l=" not in message.content.partition(b"bh=")[0]
        assert (
            max(len(line) for line in message.content.split(b"\r\n\r\n")[0].split(b"\r\n")) <= 100
        )


async def test_a_changed_subject_or_a_second_from_breaks_the_signature(tmp_path, rsa_key):
    written(tmp_path / "rsa.pem", rsa_key)
    from datetime import UTC, datetime

    settings = Dkim(domain="example.org", keys=(DkimKey(selector="r1", file="rsa.pem"),))
    signer = load_signer(settings, tmp_path, datetime.now(UTC))
    signed = signer(b"From: a@example.org\r\nSubject: one\r\n\r\nbody\r\n")
    look_up = dns(rsa_key, ed25519.Ed25519PrivateKey.generate())
    assert dkim.verify(signed, dnsfunc=look_up)
    assert not dkim.verify(signed.replace(b"Subject: one", b"Subject: two"), dnsfunc=look_up)
    assert not dkim.verify(b"From: b@example.net\r\n" + signed, dnsfunc=look_up)


@pytest.mark.parametrize(
    ("make", "complaint"),
    [
        (lambda folder: None, "cannot be read"),
        (
            lambda folder: (
                (folder / "key.pem").write_text("no key") and (folder / "key.pem").chmod(0o600)
            ),
            "no private",
        ),
        (
            lambda folder: written(
                folder / "key.pem", rsa.generate_private_key(public_exponent=65537, key_size=1024)
            ),
            "of 1024 bits",
        ),
        (
            lambda folder: written(folder / "key.pem", ec.generate_private_key(ec.SECP256R1())),
            "neither an RSA",
        ),
        (
            lambda folder: written(
                folder / "key.pem", ed25519.Ed25519PrivateKey.generate(), mode=0o644
            ),
            "chmod 600",
        ),
    ],
    ids=["missing", "nonsense", "short", "another kind", "readable by others"],
)
def test_a_key_that_cannot_be_trusted_is_refused_with_a_remedy(tmp_path, make, complaint):
    from datetime import UTC, datetime

    make(tmp_path)
    settings = Dkim(domain="example.org", keys=(DkimKey(selector="r1", file="key.pem"),))
    with pytest.raises(UsageError, match=complaint):
        load_signer(settings, tmp_path, datetime.now(UTC))


def test_without_keys_nothing_is_signed(tmp_path):
    from datetime import UTC, datetime

    assert load_signer(None, tmp_path, datetime.now(UTC)) is None
