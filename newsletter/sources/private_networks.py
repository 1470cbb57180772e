"""Which network addresses a feed may lead us to.

The public internet, and hosts that the configuration names.

A feed, or a redirect it controls, must not make this program knock at the router, at a service of
this machine or at a cloud's metadata. Names are judged by what they resolve to, in the moment of
connecting.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Collection

from aiohttp.abc import AbstractResolver, ResolveResult

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_NAT64 = (
    ipaddress.IPv6Network("64:ff9b::/96"),
    ipaddress.IPv6Network("64:ff9b:1::/48"),
)  # RFC 6052, RFC 8215
_COMPATIBLE = ipaddress.IPv6Network("::/96")  # RFC 4291, 2.5.5.1: deprecated, and still understood
_NUMBER = r"(?:0x[0-9a-f]*|\d+)"
_OLD_FORM = re.compile(rf"{_NUMBER}(?:\.{_NUMBER}){{0,3}}", re.IGNORECASE)


class InsideAddressError(OSError):
    """A host is, or resolves to, an address that is not on the public internet."""


def is_inside(address: Address) -> bool:
    """Whether an address is not public.

    Loopback, private, link-local, shared, multicast, or one of these in IPv6.
    """
    if isinstance(address, ipaddress.IPv6Address) and (within := _embedded(address)) is not None:
        return is_inside(within)
    return (
        not address.is_global
        or address.is_multicast
        or address.is_reserved
        or address.is_unspecified
    )


def _embedded(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address that an IPv6 address carries: mapped, compatible, 6to4, Teredo or NAT64."""
    if address.ipv4_mapped or address.sixtofour:
        return address.ipv4_mapped or address.sixtofour
    if address.teredo:
        return address.teredo[1]
    if (
        address in _NAT64[0]
        or address in _NAT64[1]
        or (address in _COMPATIBLE and int(address) > 1)
    ):
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return None


def literal_address(host: str) -> Address | None:
    """The address that a host writes out, in old forms too (`127.1`, `0x7f.1`, `2130706433`).

    None for a name.
    """
    host = host.strip("[]").rstrip(".").partition("%")[0]
    if _OLD_FORM.fullmatch(host):
        try:
            return ipaddress.IPv4Address(socket.inet_aton(host))
        except OSError:
            return ipaddress.IPv4Address(0)  # not an address, and no name either: never public
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def plain_host(host: str) -> str:
    """A host name as it is compared."""
    return host.strip("[]").rstrip(".").lower()


def refuse_inside_literal(host: str, allowed: Collection[str]) -> None:
    """Raise InsideAddressError for a host that is an inside address, unless allowed by name."""
    address = literal_address(host)
    if address is not None and is_inside(address) and plain_host(host) not in allowed:
        raise InsideAddressError(host)


class PublicResolver(AbstractResolver):
    """Resolves names, and refuses those of which any address lies inside."""

    def __init__(self, resolver: AbstractResolver, allowed: Collection[str]) -> None:
        self._resolver = resolver
        self._allowed = allowed

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """All addresses of `host`.

        InsideAddressError where one is inside, OSError where there is none.
        """
        found = await self._resolver.resolve(host, port, family)
        if plain_host(host) not in self._allowed and any(
            _is_inside_text(each["host"]) for each in found
        ):
            raise InsideAddressError(host)
        return found

    async def close(self) -> None:
        await self._resolver.close()


def _is_inside_text(text: str) -> bool:
    address = literal_address(text)
    return address is None or is_inside(address)
