"""DMARC: which policy the sender's domain publishes, and whether our mail is aligned with it (RFC 7489)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from newsletter.doctor.diagnosis import Diagnosis, report_failure, report_ok, report_warning
from newsletter.doctor.dns_lookup import DnsLookup
from newsletter.doctor.sender_domains import THEM, SenderDomains


def examine_dmarc(domains: SenderDomains, names: DnsLookup) -> Iterator[Diagnosis]:
    """Whether the domain has one DMARC record, with a policy and reports, and mail is aligned."""
    where, records = _policy(domains.sender, names)
    if len(records) != 1:
        yield _has_no_record(domains.sender, has_several=bool(records))
        return
    tags, record = records[0], f"the DMARC record at _dmarc.{where}"
    policy = tags.get("p", "").lower()
    if policy not in {"none", "quarantine", "reject"}:
        words = f"{record} has no policy (p=)"
        yield report_failure("DMARC", words, "write p=none, quarantine or reject")
        return
    if not tags.get("rua"):
        remedy = f"add rua=mailto:dmarc@{domains.sender} to it"
        yield report_warning("DMARC", f"{record} names nobody for reports (rua)", remedy)
    else:
        yield report_ok("DMARC", f"_dmarc.{where} has a DMARC record with p={policy} and reports")
    yield _alignment(domains, tags, names)


def _has_no_record(sender: str, *, has_several: bool) -> Diagnosis:
    what = "more than one DMARC record, which count as none" if has_several else "no DMARC record"
    return report_failure(
        "DMARC",
        f"{sender} has {what}: {THEM} want one of everybody who writes to many",
        f'add a TXT record at _dmarc.{sender}: "v=DMARC1; p=none; rua=mailto:dmarc@{sender}"',
    )


def _alignment(domains: SenderDomains, tags: Mapping[str, str], names: DnsLookup) -> Diagnosis:
    by_spf = _is_aligned(domains.sender, domains.envelope, names, strict=tags.get("aspf") == "s")
    by_dkim = bool(domains.keys) and _is_aligned(
        domains.sender, domains.signing, names, strict=tags.get("adkim") == "s"
    )
    which = " and ".join(name for name, holds in (("SPF", by_spf), ("DKIM", by_dkim)) if holds)
    if which:
        return report_ok("alignment", f"{which} names the domain of `from`, as DMARC wants")
    return _report_unaligned(domains)


def _report_unaligned(domains: SenderDomains) -> Diagnosis:
    words = (
        f"the envelope sender is of {domains.envelope}, `from` of {domains.sender}: SPF does not"
        " count for DMARC"
    )
    remedy = f"set [inbox] address to one of {domains.sender}, or sign for it with [dkim]"
    if domains.keys:
        return report_failure(
            "alignment", f"{words}, and nor does DKIM, which signs for {domains.signing}", remedy
        )
    return report_warning(
        "alignment",
        f"{words}; all hangs on your mail service's signing for {domains.sender}",
        remedy,
    )


def _is_aligned(sender: str, other: str, names: DnsLookup, *, strict: bool) -> bool:
    if sender == other or strict:
        return sender == other
    return _organisation(sender, names) == _organisation(other, names)


def _policy(domain: str, names: DnsLookup) -> tuple[str, list[dict[str, str]]]:
    """The nearest name upwards with DMARC records, and they."""
    for each in _upwards(domain):
        if found := _dmarc_records(each, names):
            return each, found
    return domain, []


def _organisation(domain: str, names: DnsLookup) -> str:
    """The highest domain with a DMARC record (the tree walk that takes the place of lists of suffixes)."""
    return next(
        (each for each in reversed(_upwards(domain)) if _dmarc_records(each, names)), domain
    )


def _upwards(domain: str) -> list[str]:
    labels = domain.split(".")
    return [".".join(labels[start:]) for start in range(max(1, len(labels) - 1))]


def _dmarc_records(domain: str, names: DnsLookup) -> list[dict[str, str]]:
    texts = names.txt_records(f"_dmarc.{domain}")
    found = (read_tags(each) for each in texts if each.lower().startswith("v=dmarc1"))
    return [each for each in found if each.get("psd") != "y"]


def read_tags(record: str) -> dict[str, str]:
    """The tags of a DMARC or DKIM record, by their names in small letters."""
    pairs = (part.partition("=") for part in record.split(";") if "=" in part)
    return {name.strip().lower(): value.strip() for name, _, value in pairs}
