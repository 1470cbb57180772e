"""Tokens: one person, one purpose, and nothing given away."""

import base64
import secrets

import pytest
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
