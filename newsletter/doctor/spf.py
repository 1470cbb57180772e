"""SPF records (RFC 7208) as far as they can be judged without a message.

There, unique, readable, not too deep.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from newsletter.doctor.dns_lookup import DnsLookup

MAX_LOOKUPS = 10  # RFC 7208, 4.6.4: more is a permanent error, and the record counts as none
_LOOKED_UP = frozenset({"include", "a", "mx", "ptr", "exists"})
_MECHANISMS = _LOOKED_UP | {"all", "ip4", "ip6"}
_TERM = re.compile(r"([+?~-]?)([A-Za-z0-9]+)(?::([^/]*))?(?:/\d{1,3})?(?://\d{1,3})?")


@dataclass
class SpfRecord:
    """What the record of a domain amounts to."""

    records: tuple[str, ...]
    lookups: int = 0
    ending: str = ""  # the qualifier before `all`: + - ~ ?; empty when there is no `all`
    mistakes: list[str] = field(default_factory=list)


def read_spf(domain: str, names: DnsLookup) -> SpfRecord:
    """The record of a domain, its includes followed; raises UnansweredError."""
    spf = SpfRecord(records=_records(domain, names))
    if len(spf.records) == 1:
        spf.ending = _follow(spf, spf.records[0], names)
    return spf


def _records(domain: str, names: DnsLookup) -> tuple[str, ...]:
    return tuple(
        each
        for each in names.txt_records(domain)
        if each.lower() == "v=spf1" or each.lower().startswith("v=spf1 ")
    )


def _follow(spf: SpfRecord, record: str, names: DnsLookup) -> str:
    """Count the look-ups of one record and of those that it names.

    Returns the qualifier of its `all`.
    """
    ending, redirect = "", ""
    for term in record.split()[1:]:
        name, equals, value = term.partition("=")
        if equals and re.fullmatch(r"[A-Za-z][\w.-]*", name):
            redirect = value if name.lower() == "redirect" else redirect
            continue
        found = _TERM.fullmatch(term)
        mechanism = found[2].lower() if found else ""
        if found is None or mechanism not in _MECHANISMS:
            spf.mistakes.append(f"“{term}” cannot be read")
            continue
        spf.lookups += mechanism in _LOOKED_UP
        if mechanism == "include":
            _enter(spf, found[3] or "", names)
        if mechanism == "all":
            ending = found[1] or "+"
    if redirect and not ending:
        spf.lookups += 1
        return _enter(spf, redirect, names)
    return ending


def _enter(spf: SpfRecord, domain: str, names: DnsLookup) -> str:
    """The record of another domain; none for a macro, or when there were too many look-ups."""
    if "%" in domain or spf.lookups > MAX_LOOKUPS:
        return ""
    found = _records(domain, names)
    if len(found) != 1:
        spf.mistakes.append(
            f"it names {domain or 'nothing'}, which has {'no' if not found else 'more than one'}"
            " record"
        )
        return ""
    return _follow(spf, found[0], names)
