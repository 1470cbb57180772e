"""Enhanced status codes, and words that stand for them."""

import pytest

from newsletter.bounces.status_codes import (
    best_status,
    blames_us,
    means_gone,
    parse_status_field,
    read_status,
    sounds_temporary,
    status_by_words,
)


@pytest.mark.parametrize(
    ("words", "status"),
    [
        ("550 5.1.1 <ann@example.net>: unknown", "5.1.1"),
        ("(#5.1.1)", "5.1.1"),
        ("550-5.7.1 [192.0.2.1] blocked 550 5.7.1", "5.7.1"),
        ("554 5.0.0 Service unavailable; 550 5.1.1 unknown", "5.1.1"),
        ("Postfix 2.10.1 at 4.4.2.1 and 5.5.2653.19", None),
        ("250 2.0.0 Ok", None),
        ("version 15.1.1", None),
        ("5.9.1", None),
        ("4.0.0", "4.0.0"),
    ],
)
def test_a_code_is_found_in_a_servers_words(words, status):
    assert read_status(words) == status


def test_a_status_field_may_have_a_comment():
    assert parse_status_field("5.1.1 (bad destination mailbox address)") == "5.1.1"
    assert parse_status_field("2.1.5") == "2.1.5"
    assert parse_status_field("unknown") is None


@pytest.mark.parametrize(
    ("words", "status"),
    [
        ("550 User unknown", "5.1.1"),
        ("550 No such user here", "5.1.1"),
        ("Sorry, no mailbox here by that name.", "5.1.1"),
        ("This user doesn't have a example.com account", "5.1.1"),
        ("550 Host unknown", "5.1.2"),
        ("Unrouteable address", "5.1.2"),
        ("551 user has moved", "5.1.6"),
        ("550 this account has been disabled", "5.2.1"),
        ("552 mailbox is full", "5.2.2"),
        ("452 over quota", "4.2.2"),
        ("the message is too large", "5.3.4"),
        ("This message could not be delivered: Mailbox quota exceeded", "5.2.2"),
        ("550 user unknown; your IP is on a blacklist", "5.7.1"),
        ("Name server: no answer", "4.4.3"),
        ("delivery time expired", "4.4.7"),
        ("550 because", "5.0.0"),
        ("421 because", "4.0.0"),
        ("because", None),
    ],
)
def test_words_stand_for_a_code(words, status):
    assert status_by_words(words) == status


@pytest.mark.parametrize(
    ("declared", "words", "status"),
    [
        ("5.1.1", "550 5.7.1 blocked", "5.7.1"),
        ("5.1.1", "550 5.0.0 no", "5.1.1"),
        ("5.0.0", "550 user unknown", "5.1.1"),
        ("4.0.0", "554 Blocked", "4.7.1"),
        ("5.0.0", "because", "5.0.0"),
        (None, "550 user unknown", "5.1.1"),
        (None, "because", None),
    ],
)
def test_the_most_telling_code_counts(declared, words, status):
    assert best_status(declared, words) == status


def test_a_mailbox_is_gone_by_code_and_nothing_in_the_words_against_it():
    assert means_gone("5.1.1", "user unknown")
    assert not means_gone("5.1.1", "rejected by policy: spam")
    assert not means_gone("4.1.1", "user unknown")
    assert not means_gone(None, "user unknown")


def test_a_disabled_account_is_not_our_fault():
    assert blames_us("5.7.1")
    assert blames_us("5.7.130")
    assert not blames_us("5.7.13")
    assert not blames_us(None)


def test_a_warning_is_told_from_a_failure():
    assert sounds_temporary("Warning: could not send message for past 4 hours")
    assert not sounds_temporary("I could not deliver your message")
