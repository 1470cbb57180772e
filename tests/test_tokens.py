"""Tokens: one person, one purpose, and nothing given away."""

import base64
import hmac
import secrets
import subprocess
import sys

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from cryptography.hazmat.primitives.cmac import CMAC
from hypothesis import given
from hypothesis import strategies as st

from newsletter.tokens import LENGTH, Keys, Purpose, Token, _encode_token

KEYS = Keys(b"an invented secret")


@given(st.sampled_from(Purpose), st.integers(0, 2**63 - 1), st.integers(0, 65535))
def test_a_token_is_read_back_for_its_own_purpose_alone(purpose, subscriber_id, sending_id):
    token = KEYS.sign(purpose, subscriber_id, sending_id)
    assert KEYS.read(purpose, token) == Token(
        purpose=purpose, subscriber_id=subscriber_id, sending_id=sending_id
    )
    assert all(KEYS.read(other, token) is None for other in Purpose if other is not purpose)


def test_a_token_fits_behind_a_plus_and_survives_a_change_of_case():
    token = KEYS.sign(Purpose.UNSUBSCRIBE, 12, 3)
    assert len(token) == LENGTH
    assert len(f"unsubscribe+{token}") <= 64
    assert token == token.lower()
    assert KEYS.read(Purpose.UNSUBSCRIBE, token.upper()) == KEYS.read(Purpose.UNSUBSCRIBE, token)


def test_a_token_is_the_same_every_time_and_tokens_of_neighbours_look_unrelated():
    one, two = KEYS.sign(Purpose.BOUNCE, 1, 1), KEYS.sign(Purpose.BOUNCE, 2, 1)
    assert one == KEYS.sign(Purpose.BOUNCE, 1, 1)
    assert sum(a == b for a, b in zip(one[2:], two[2:], strict=True)) < 12


def test_a_new_key_signs_and_the_old_one_is_still_read():
    old = KEYS.sign(Purpose.UNSUBSCRIBE, 5, 1)
    both = Keys(b"a newer secret", b"an invented secret")
    assert both.read(Purpose.UNSUBSCRIBE, old).subscriber_id == 5
    assert KEYS.read(Purpose.UNSUBSCRIBE, both.sign(Purpose.UNSUBSCRIBE, 5, 1)) is None
    assert both.address_hash("ann@example.org") == KEYS.address_hash("ann@example.org")


def test_keys_are_one_a_line():
    assert Keys.parse("  newer \n\nan invented secret\n").address_hash("a") == KEYS.address_hash(
        "a"
    )
    for nothing in ("", " \n"):
        with pytest.raises(ValueError, match="a key is needed"):
            Keys.parse(nothing)


@pytest.mark.parametrize(
    "text", ["", "a", "a" * 44, "a" * 46, "é" * 45, "1" * 45, "a" * 45, " " * 45]
)
def test_what_is_no_token_is_refused(text):
    assert KEYS.read(Purpose.UNSUBSCRIBE, text) is None


def test_no_other_spelling_of_a_token_is_taken():
    token = KEYS.sign(Purpose.UNSUBSCRIBE, 5, 1)
    alphabet = "abcdefghijklmnopqrstuvwxyz234567"
    assert (
        sum(KEYS.read(Purpose.UNSUBSCRIBE, token[:-1] + last) is not None for last in alphabet) == 1
    )


def test_guessing_hits_nobody():
    alphabet = "abcdefghijklmnopqrstuvwxyz234567"
    guesses = ("".join(secrets.choice(alphabet) for _ in range(LENGTH)) for _ in range(2000))
    assert not any(KEYS.read(Purpose.UNSUBSCRIBE, guess) for guess in guesses)


@given(st.binary(min_size=28, max_size=28))
def test_tokens_are_written_as_rfc_4648_says(sealed):
    assert _encode_token(sealed) == base64.b32encode(sealed)[:LENGTH].decode("ascii").lower()


RFC_5297 = [
    (  # A.1: deterministic, with one string of associated data
        "fffefdfcfbfaf9f8f7f6f5f4f3f2f1f0f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff",
        ["101112131415161718191a1b1c1d1e1f2021222324252627"],
        "112233445566778899aabbccddee",
        "85632d07c6e8f37f950acd320a2ecc9340c02b9690c4dc04daef7f6afe5c",
    ),
    (  # A.2: with a nonce, which is the last string
        "7f7e7d7c7b7a79787776757473727170404142434445464748494a4b4c4d4e4f",
        [
            "00112233445566778899aabbccddeeffdeaddadadeaddadaffeeddccbbaa99887766554433221100",
            "102030405060708090a0",
            "09f911029d74e35bd84156c5635688c0",
        ],
        "7468697320697320736f6d6520706c61696e7465787420746f20656e6372797074207573696e67205349562d414553",
        "7bdb6e3b432667eb06f4d14bff2fbd0fcb900f2fddbe404326601965c889bf17dba77ceb094fa663b7a3f748ba8af829ea64ad544a272e9c485b62a3fd5c0d",
    ),
]


@pytest.mark.parametrize(("key", "strings", "plain", "sealed"), RFC_5297, ids=["A.1", "A.2"])
@pytest.mark.parametrize("seal", ["library", "by the letter"])
def test_the_vectors_of_rfc_5297(seal, key, strings, plain, sealed):
    key, plain = bytes.fromhex(key), bytes.fromhex(plain)
    associated = [bytes.fromhex(each) for each in strings]
    made = (
        AESSIV(key).encrypt(plain, associated)
        if seal == "library"
        else siv_by_the_letter(key, plain, associated)
    )
    assert made.hex() == sealed


@given(st.sampled_from(Purpose), st.integers(0, 2**63 - 1), st.integers(0, 65535))
def test_a_token_is_aes_siv_as_the_rfc_writes_it(purpose, subscriber_id, sending_id):
    def part(label, algorithm):
        return hmac.digest(b"an invented secret", b"newsletter " + label, algorithm)

    number = part(b"number", "sha256")[:1]
    body = bytes([purpose]) + subscriber_id.to_bytes(8, "big") + sending_id.to_bytes(2, "big")
    sealed = siv_by_the_letter(part(b"token", "sha512"), body, [number])
    token = KEYS.sign(purpose, subscriber_id, sending_id)
    assert base64.b32decode(token.upper() + "===") == number + sealed


def test_a_token_stays_the_same_in_every_version():
    """Links in mails that are out must go on working."""
    tokens = {purpose.name: KEYS.sign(purpose, 12, 3) for purpose in Purpose}
    assert tokens == {
        "UNSUBSCRIBE": "j5ysskm5rmjzlof4wub3pq6zn2sqzpjz3xnm6l6bv6wfg",
        "PREFERENCES": "j4ubleggsau6cq2ynhenowbicj3nflgzugkzbhwsrmkqo",
        "BOUNCE": "j5cvokxkbnvokjnbw3oxawttuoogkbts32dp4cgowioum",
        "CONFIRM": "j5t5eloaupqgavmwamk74tjjrqgu27w3t2tfarzxldhfc",
    }


def test_one_flipped_bit_anywhere_spoils_a_token():
    sealed = base64.b32decode(KEYS.sign(Purpose.BOUNCE, 7, 2).upper() + "===")
    for bit in range(len(sealed) * 8):
        flipped = (int.from_bytes(sealed, "big") ^ 1 << bit).to_bytes(len(sealed), "big")
        assert KEYS.read(Purpose.BOUNCE, _encode_token(flipped)) is None


def test_a_key_of_the_same_number_is_another_key_all_the_same():
    """One octet names the key; of 256 secrets two are soon alike in it."""
    number = base64.b32decode(KEYS.sign(Purpose.BOUNCE, 7).upper() + "===")[0]
    others = (Keys(b"another secret %d" % n) for n in range(100_000))
    alike = next(each for each in others if each._keys[0].number == number)
    assert alike.read(Purpose.BOUNCE, KEYS.sign(Purpose.BOUNCE, 7)) is None


def test_the_hash_of_an_erased_address_outlives_every_change_of_the_tokens():
    """It stands in databases already."""
    assert KEYS.address_hash("ann@example.org") == (
        hmac.digest(
            hmac.digest(b"an invented secret", b"newsletter address", "sha256"),
            b"ann@example.org",
            "sha256",
        ).hex()
    )


def test_keys_show_nothing_of_themselves():
    assert "sealing" not in repr(KEYS._keys[0])
    assert "hashing" not in repr(KEYS._keys[0])


def test_the_cipher_is_loaded_with_the_first_token_alone():
    script = (
        "import sys; from newsletter.tokens import Keys, Purpose; keys = Keys(b'invented');"
        "keys.address_hash('a'); assert 'cryptography' not in sys.modules;"
        "keys.sign(Purpose.BOUNCE, 1); assert 'cryptography' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


def siv_by_the_letter(key: bytes, plain: bytes, associated: list[bytes]) -> bytes:
    """RFC 5297, 2.4 to 2.6: S2V by CMAC, then CTR from the vector without its two cleared bits."""
    half = len(key) // 2
    vector = _s2v(key[:half], [*associated, plain])
    start = (int.from_bytes(vector, "big") & ~(1 << 63 | 1 << 31)).to_bytes(16, "big")
    cipher = Cipher(algorithms.AES(key[half:]), modes.CTR(start)).encryptor()
    return vector + cipher.update(plain) + cipher.finalize()


def _s2v(key: bytes, strings: list[bytes]) -> bytes:
    mixed = _cmac(key, bytes(16))
    for each in strings[:-1]:
        mixed = _xor(_double(mixed), _cmac(key, each))
    last = strings[-1]
    if len(last) >= 16:
        return _cmac(key, last[:-16] + _xor(last[-16:], mixed))
    return _cmac(key, _xor(_double(mixed), last + b"\x80" + bytes(15 - len(last))))


def _cmac(key: bytes, data: bytes) -> bytes:
    mac = CMAC(algorithms.AES(key))
    mac.update(data)
    return mac.finalize()


def _double(block: bytes) -> bytes:
    number = int.from_bytes(block, "big") << 1
    return ((number ^ 0x87 if number >> 128 else number) & ((1 << 128) - 1)).to_bytes(16, "big")


def _xor(one: bytes, two: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(one, two, strict=True))
