"""Addresses and names as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.formats.mailboxes import clean_name, parse_address, unprintable


@pytest.mark.parametrize(
    ("written", "text", "key"),
    [
        ("ann@example.org", "ann@example.org", "ann@example.org"),
        ("  Ann@Example.ORG ", "Ann@example.org", "ann@example.org"),
        ("\ufeffann@example.org\u200b", "ann@example.org", "ann@example.org"),
        ("ann@bücher.example", "ann@xn--bcher-kva.example", "ann@xn--bcher-kva.example"),
        ("ann@XN--bcher-kva.example", "ann@xn--bcher-kva.example", "ann@xn--bcher-kva.example"),
        ("ZOË@example.org", "ZOË@example.org", "zoë@example.org"),
        ("a+b'c@example.foundation", "a+b'c@example.foundation", "a+b'c@example.foundation"),
    ],
)
def test_an_address_is_kept_as_written_and_known_by_one_key(written, text, key):
    address = parse_address(written)
    assert (address.text, address.key) == (text, key)
    assert address.local == text.split("@")[0]
    assert "@" not in repr(address)


@given(st.text(max_size=80))
def test_whatever_is_refused_is_refused_without_repeating_it(text):
    try:
        address = parse_address(f"{text}@example.org")
    except ValueError as error:
        told, cause = str(error), error.__cause__
    else:
        told, cause = "", None
        assert address.text.isprintable()
        assert parse_address(address.text) == address
    assert cause is None
    assert len(text.strip()) < 4 or text.strip() not in told


def test_a_long_address_is_refused_by_its_octets():
    with pytest.raises(ValueError, match="longer than 64"):
        parse_address("x" * 65 + "@example.org")
    with pytest.raises(ValueError, match="longer than 254"):
        parse_address(f"a@{'.'.join(['x' * 60] * 5)}.org")
    with pytest.raises(ValueError, match="longer than 64"):
        parse_address("é" * 40 + "@example.org")


@pytest.mark.parametrize(
    ("name", "clean"), [("  Ann \u00a0 Example ", "Ann Example"), ("Zo\u00eb", "Zoë"), ("", "")]
)
def test_a_name_is_tidied(name, clean):
    assert clean_name(name) == clean


def test_what_could_break_a_header_is_named():
    assert unprintable("Ann") is None
    assert unprintable("Zoë") is None
    assert unprintable("a\u2028b") == "a line break"
    assert unprintable("a\u202eb") == "a mark that turns the direction of writing"
    assert unprintable("a\x00b") == "a control character"
