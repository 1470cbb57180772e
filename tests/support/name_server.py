"""A name server on 127.0.0.1 that knows one small zone."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.resolver
import dns.rrset

from newsletter.doctor.dns_lookup import DnsResolver

Zone = Mapping[tuple[str, str], tuple[str, ...] | str]
"""(name, type) → its records as in a zone file, or the name of an error such as SERVFAIL."""


def answer(zone: Zone, question: bytes) -> bytes:
    asked = dns.message.from_wire(question)
    (query,) = asked.question
    name, kind = (
        query.name.to_text(omit_final_dot=True).lower(),
        dns.rdatatype.to_text(query.rdtype),
    )
    reply = dns.message.make_response(asked)
    reply.flags |= dns.flags.RA
    found = zone.get((name, kind), ())
    if isinstance(found, str):
        reply.set_rcode(dns.rcode.from_text(found))
    elif found:
        reply.answer.append(dns.rrset.from_text(query.name, 60, "IN", kind, *found))
    elif not any(name == known or known.endswith(f".{name}") for known, _ in zone):
        reply.set_rcode(dns.rcode.NXDOMAIN)
    return reply.to_wire()


@contextmanager
def name_server(zone: Zone) -> Iterator[int]:
    """Its port."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listening:
        listening.bind(("127.0.0.1", 0))

        def serve() -> None:
            while True:
                question, who = listening.recvfrom(4096)
                if question == b"stop":
                    return
                listening.sendto(answer(zone, question), who)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield listening.getsockname()[1]
        finally:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
                last.sendto(b"stop", listening.getsockname())
            thread.join()


def names_at(port: int, timeout_s: float = 2.0) -> DnsResolver:
    resolver = dns.resolver.Resolver(configure=False)
    resolver.nameservers, resolver.port = ["127.0.0.1"], port
    return DnsResolver(resolver, timeout_s=timeout_s)
