"""What DNS says of a name, by dnspython.

A module of its own, for the library is large and only the doctor asks.
"""

from __future__ import annotations

from typing import Any, Protocol

import dns.exception
import dns.name
import dns.resolver

from newsletter.errors import UsageError

TIMEOUT_S = 4.0


class DnsResolver:
    """Names as a resolver of dnspython tells them."""

    def __init__(self, resolver: dns.resolver.Resolver, *, timeout_s: float = TIMEOUT_S) -> None:
        self._resolver = resolver
        self._timeout_s = timeout_s

    @classmethod
    def of(cls, nameserver: str = "") -> DnsResolver:
        """Those of this machine's name servers, or of one that is named as ADDRESS or ADDRESS:PORT.

        Raises UsageError when that is no address.
        """
        try:
            resolver = dns.resolver.Resolver(configure=not nameserver)
            if nameserver:
                host, _, port = (
                    nameserver.rpartition(":")
                    if nameserver.count(":") == 1
                    else (nameserver, "", "53")
                )
                resolver.nameservers, resolver.port = [host], int(port)
        except dns.resolver.NoResolverConfiguration:
            resolver = dns.resolver.Resolver(configure=False)
        except ValueError as error:
            raise UsageError(
                f"--nameserver {nameserver}: write an address such as 9.9.9.9 or 127.0.0.1:5353"
            ) from error
        return cls(resolver)

    def txt_records(self, name: str) -> tuple[str, ...]:
        return tuple(
            b"".join(each.strings).decode("utf-8", "replace") for each in self._ask(name, "TXT")
        )

    def mx_hosts(self, name: str) -> tuple[str, ...]:
        records = self._ask(name, "MX")
        found = sorted(records, key=lambda each: (each.preference, str(each.exchange)))
        hosts = (each.exchange for each in found)
        return tuple(host.to_text(omit_final_dot=host != dns.name.root) for host in hosts)

    def has_address(self, name: str) -> bool:
        return bool(self._ask(name, "A") or self._ask(name, "AAAA"))

    def _ask(self, name: str, kind: str) -> list[Any]:
        try:
            return list(self._resolver.resolve(name, kind, search=False, lifetime=self._timeout_s))
        except (
            dns.resolver.NXDOMAIN,
            dns.resolver.NoAnswer,
            dns.name.LabelTooLong,
            dns.name.EmptyLabel,
        ):
            return []
        except dns.resolver.NoNameservers as error:  # one said that it cannot tell
            raise DnsUnansweredError(silent=not self._resolver.nameservers) from error
        except (dns.exception.DNSException, OSError) as error:
            raise DnsUnansweredError(silent=True) from error


class DnsUnansweredError(Exception):
    """No name server answered, or none could.

    `silent`: none was heard at all, and asking on is of no use.
    """

    def __init__(self, *, silent: bool) -> None:
        self.silent = silent
        super().__init__("no name server answers")


class DnsLookup(Protocol):
    """What is asked of DNS. Every method may raise UnansweredError."""

    def txt_records(self, name: str) -> tuple[str, ...]:
        """The TXT records of a name, each joined; empty when there are none, or no such name."""

    def mx_hosts(self, name: str) -> tuple[str, ...]:
        """Its mail servers, the preferred ones first; `.` for a null MX (RFC 7505)."""

    def has_address(self, name: str) -> bool:
        """Whether it has an A or AAAA record."""
