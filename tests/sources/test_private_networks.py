"""Which network addresses are inside."""

from __future__ import annotations

import pytest

from newsletter.sources.private_networks import (
    InsideAddressError,
    is_inside,
    literal_address,
    plain_host,
    refuse_inside_literal,
)

INSIDE = (
    *(
        "127.0.0.1",
        "127.0.0.1.",
        "127.1",
        "0x7f.1",
        "0X7F.0.0.1",
        "2130706433",
        "017700000001",
        "0177.0.0.1",
    ),
    *(
        "10.0.0.1",
        "172.16.3.4",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "224.0.0.1",
        "0.0.0.0",
        "192.0.2.1",
    ),
    *(
        "255.255.255.255",
        "198.18.0.1",
        "999.1",
        "0x",
        "[::1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::127.0.0.1]",
    ),
    *(
        "[2002:7f00:1::]",
        "[64:ff9b::7f00:1]",
        "[64:ff9b:1::a00:1]",
        "[fe80::1%25eth0]",
        "[fc00::1]",
        "[ff02::1]",
    ),
    "[2001:0:4136:e378:8000:63bf:80ff:fffe]",
)
PUBLIC = (
    *("8.8.8.8", "134744072", "[2001:4860:4860::8888]", "[::ffff:8.8.8.8]", "[2002:808:808::]"),
    "[64:ff9b::808:808]",
)


@pytest.mark.parametrize("host", INSIDE)
def test_an_inside_address_is_known_in_every_form(host):
    assert is_inside(literal_address(host))
    with pytest.raises(InsideAddressError):
        refuse_inside_literal(host, ())


@pytest.mark.parametrize("host", PUBLIC)
def test_a_public_address_is_let_through(host):
    assert not is_inside(literal_address(host))
    refuse_inside_literal(host, ())


@pytest.mark.parametrize(
    "host", ["localhost", "example.org", "feed.invalid", "10.example.org", "abc"]
)
def test_a_name_is_no_address(host):
    assert literal_address(host) is None
    refuse_inside_literal(host, ())


def test_a_named_host_is_let_through():
    refuse_inside_literal("[::1]", {"::1"})
    assert plain_host("[::1]") == "::1"
    assert plain_host("News.Example.ORG.") == "news.example.org"
