"""How often one address on the net may miss, or ask.

Kept in memory alone, under a name that nobody can read back.
"""

from __future__ import annotations

import hashlib
import ipaddress
import secrets
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass
class RateLimit:
    """At most `most` events of one visitor within `window_s` seconds.

    Then no more until some have aged.
    """

    most: int
    window_s: float
    clock: Callable[[], float]
    visitors: int = 10_000  # remembered at once; the one not seen for longest is forgotten first
    _salt: bytes = field(default_factory=lambda: secrets.token_bytes(16), repr=False)
    _seen: OrderedDict[bytes, list[float]] = field(default_factory=OrderedDict, repr=False)

    def allows(self, visitor: str) -> bool:
        """Count one event of a visitor; False when it is one too many."""
        name = hashlib.blake2s(
            _household(visitor).encode("utf-8", "replace"), key=self._salt, digest_size=8
        ).digest()
        now = self.clock()
        recent = [each for each in self._seen.pop(name, []) if each > now - self.window_s]
        allowed = len(recent) < self.most
        self._seen[name] = [*recent, now] if allowed else recent
        while len(self._seen) > self.visitors:
            self._seen.popitem(last=False)
        return allowed


def _household(visitor: str) -> str:
    """Whoever has one address of IPv6 has 2⁶⁴ of them: their network counts."""
    try:
        address = ipaddress.ip_address(visitor)
    except ValueError:
        return visitor
    if address.version == 4:
        return visitor
    return str(address.ipv4_mapped or ipaddress.ip_network((address.packed[:8] + bytes(8), 64)))
