from __future__ import annotations

import pytest
from support.name_server import name_server

from newsletter.doctor.dns_lookup import DnsResolver, DnsUnansweredError
from newsletter.errors import UsageError


def test_a_name_server_of_ones_own_is_asked() -> None:
    with name_server(
        {("example.org", "TXT"): ('"a" "b"',), ("example.org", "AAAA"): ("2001:db8::1",)}
    ) as port:
        names = DnsResolver.of(f"127.0.0.1:{port}")
        assert names.txt_records("example.org") == ("ab",)
        assert names.has_address("example.org")
        assert not names.has_address("nobody.example")


def test_one_of_the_newer_internet_is_taken_as_it_stands() -> None:
    assert isinstance(DnsResolver.of("2620:fe::fe"), DnsResolver)


@pytest.mark.parametrize("written", ["dns.example", "127.0.0.1:x"])
def test_what_is_no_address_is_wrong_usage(written: str) -> None:
    with pytest.raises(UsageError, match="--nameserver"):
        DnsResolver.of(written)


def test_without_any_name_server_nobody_answers() -> None:
    import dns.resolver

    with pytest.raises(DnsUnansweredError) as caught:
        DnsResolver(dns.resolver.Resolver(configure=False)).txt_records("example.org")
    assert caught.value.silent
