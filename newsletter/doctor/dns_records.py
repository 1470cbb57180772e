"""What Gmail, Yahoo and Microsoft object to in the domains we write from (rules of 2024 and 2025).

They want SPF and DKIM to pass, DMARC to be there, and one of the two to be aligned: to name the
domain of `from`. What only a message that has travelled can show (does the relay sign? from which
address does it send?) is not claimed here.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_der_public_key,
    load_pem_private_key,
)

from newsletter.delivery.dkim_signing import MIN_RSA_BITS
from newsletter.doctor.diagnosis import Diagnosis, report_failure, report_ok, report_warning
from newsletter.doctor.dns_lookup import DnsLookup, DnsUnansweredError
from newsletter.doctor.spf import MAX_LOOKUPS, read_spf

THEM = "Gmail, Yahoo and Microsoft"
ED25519_DER_BYTES = 44  # 12 that name the algorithm, and the key
_FREE = """
gmail.com googlemail.com yahoo.com yahoo.co.uk ymail.com rocketmail.com aol.com outlook.com
hotmail.com live.com msn.com icloud.com me.com mac.com gmx.com gmx.net gmx.de web.de t-online.de
proton.me protonmail.com zoho.com mail.com mail.ru yandex.ru yandex.com comcast.net verizon.net
att.net orange.fr free.fr laposte.net libero.it qq.com 163.com fastmail.com hey.com tutanota.com
"""
FREE_MAIL = frozenset(_FREE.split())


@dataclass(frozen=True, slots=True, kw_only=True)
class SenderDomains:
    """Who our messages say they are from; all in A-labels."""

    sender: str  # of `from`
    envelope: str  # of the envelope sender, which SPF is looked up for
    signing: str = ""  # d= of our own DKIM signatures; empty: the mail server signs, or nobody
    keys: tuple[
        tuple[str, bytes | None], ...
    ] = ()  # selector, our public key (DER); None when its file cannot be read


def read_public_key(private: Path) -> bytes | None:
    """The public half (DER) of a private key file; None when it cannot be read as one."""
    try:
        key = load_pem_private_key(private.read_bytes(), password=None)
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm):
        return None
    return key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def examine_domains(domains: SenderDomains, names: DnsLookup) -> Iterator[Diagnosis]:
    """Everything about the domains; DNS that does not answer is one finding, and ends it."""
    yield _free_mail(domains)
    steps: tuple[tuple[str, Callable[[SenderDomains, DnsLookup], Iterator[Diagnosis]]], ...] = (
        ("MX", _mx),
        ("SPF", _spf),
        ("DKIM", _dkim),
        ("DMARC", _dmarc),
    )
    for subject, step in steps:
        try:
            yield from list(step(domains, names))
        except DnsUnansweredError as error:
            remedy = "look again later, or ask another name server with --nameserver 9.9.9.9"
            if error.silent:
                yield report_warning(
                    "DNS",
                    "no name server answers: MX, SPF, DKIM and DMARC were not looked at",
                    remedy,
                )
                return
            yield report_warning(subject, "the name servers of the domain cannot tell now", remedy)


def _free_mail(domains: SenderDomains) -> Diagnosis:
    if domains.sender in FREE_MAIL:
        return report_failure(
            "from",
            f"`from` is an address of {domains.sender}, whose rules let nobody else send in its"
            f" name: {THEM} refuse it",
            "write from a domain of the foundation's own, and set reply_to to the address that you"
            " read",
        )
    return report_ok("from", f"`from` is of {domains.sender}, which is no free mail service")


def _mx(domains: SenderDomains, names: DnsLookup) -> Iterator[Diagnosis]:
    for domain in dict.fromkeys((domains.sender, domains.envelope)):
        found = names.mx_hosts(domain)
        if found and found != (".",):
            yield report_ok("MX", f"{domain} takes mail, at {found[0]}")
        elif not found and names.has_address(domain):
            yield report_warning(
                "MX",
                f"{domain} has no MX record; mail to it goes to the host itself",
                "add an MX record",
            )
        else:
            what = (
                "says that it takes no mail (a null MX)"
                if found
                else "takes no mail: it has neither MX nor address"
            )
            yield report_failure(
                "MX",
                f"{domain} {what}. {THEM} distrust a sender that cannot be answered, and no bounce"
                " would reach us",
                "add an MX record for the server where its mail is read",
            )


def _spf(domains: SenderDomains, names: DnsLookup) -> Iterator[Diagnosis]:
    domain = domains.envelope
    spf = read_spf(domain, names)
    if not spf.records:
        yield report_failure(
            "SPF",
            f"{domain} has no SPF record: {THEM} take its mail for forged",
            f'add a TXT record to {domain} with what your mail service asks for, as in "v=spf1'
            ' include:… ~all"',
        )
    elif len(spf.records) > 1:
        yield report_failure(
            "SPF",
            f"{domain} has {len(spf.records)} SPF records, which count as none",
            "make one of them",
        )
    elif spf.lookups > MAX_LOOKUPS:
        words = (
            f"the SPF record of {domain} needs more than {MAX_LOOKUPS} look-ups, and counts as none"
        )
        yield report_failure("SPF", words, "take out services that you no longer send by")
    elif spf.mistakes:
        words = f"the SPF record of {domain} counts as none: {'; '.join(spf.mistakes)}"
        yield report_failure("SPF", words, f"correct the record: {spf.records[0]}")
    else:
        yield _spf_ending(domain, spf.ending, spf.lookups)


def _spf_ending(domain: str, ending: str, lookups: int) -> Diagnosis:
    if ending == "+":
        return report_failure(
            "SPF",
            f"the SPF record of {domain} lets everybody send in its name (+all)",
            "end it with ~all",
        )
    if ending in {"", "?"}:
        return report_warning(
            "SPF", f"the SPF record of {domain} refuses nobody", "end it with ~all"
        )
    return report_ok(
        "SPF", f"{domain} has an SPF record ({lookups} of {MAX_LOOKUPS} look-ups, {ending}all)"
    )


def _dkim(domains: SenderDomains, names: DnsLookup) -> Iterator[Diagnosis]:
    if not domains.keys:
        yield report_warning(
            "DKIM",
            "we do not sign, so your mail service must; from here that cannot be seen",
            f"send a test to a mailbox of yours and look for “dkim=pass” with {domains.sender} in"
            " its headers",
        )
    for selector, ours in domains.keys:
        yield _dkim_key(f"{selector}._domainkey.{domains.signing}", ours, names)


def _dkim_key(where: str, ours: bytes | None, names: DnsLookup) -> Diagnosis:
    records = [_tags(each) for each in names.txt_records(where)]
    records = [each for each in records if "p" in each and each.get("v", "DKIM1") == "DKIM1"]
    publish = (
        f'publish there: "{_format_key_record(ours)}"' if ours else "publish the public key there"
    )
    if len(records) != 1:
        found = "no DKIM key" if not records else "more than one DKIM key"
        return report_failure(
            "DKIM", f"{where} has {found}: {THEM} cannot check our signatures", publish
        )
    tags = records[0]
    if not tags["p"]:
        return report_failure("DKIM", f"the key at {where} is revoked (p= is empty)", publish)
    try:
        key = base64.b64decode("".join(tags["p"].split()), validate=True)
        kind, bits = _kind(tags, key)
    except (binascii.Error, ValueError, UnsupportedAlgorithm):
        return report_failure("DKIM", f"the key at {where} cannot be read", publish)
    if kind == "rsa" and bits < MIN_RSA_BITS:
        return report_failure(
            "DKIM",
            f"the key at {where} has {bits} bits; {THEM} want {MIN_RSA_BITS}",
            "make a longer one",
        )
    if ours is not None and key not in {ours, ours[-32:] if kind == "ed25519" else ours}:
        return report_failure(
            "DKIM", f"the key at {where} is not the one that we sign with", publish
        )
    if "y" in tags.get("t", "").split(":"):
        return report_warning(
            "DKIM", f"the key at {where} says that it is a test (t=y)", "take t=y out"
        )
    return report_ok("DKIM", f"{where} has the key that we sign with ({kind}, {bits} bits)")


def _format_key_record(key: bytes) -> str:
    """The TXT record for a public key (DER), as RFC 6376, 3.6.1 and RFC 8463, 4 want it."""
    bare = len(key) == ED25519_DER_BYTES
    return (
        f"v=DKIM1; k={'ed25519' if bare else 'rsa'};"
        f" p={base64.b64encode(key[-32:] if bare else key).decode('ascii')}"
    )


def _kind(tags: Mapping[str, str], key: bytes) -> tuple[str, int]:
    """Algorithm and length; raises ValueError or UnsupportedAlgorithm when it is no such key."""
    if tags.get("k", "rsa") == "ed25519":
        if len(key) != 32:  # RFC 8463, 4: the bare key
            raise ValueError(len(key))
        return "ed25519", 256
    loaded = load_der_public_key(key)
    if not isinstance(loaded, rsa.RSAPublicKey):
        raise ValueError(type(loaded))  # noqa: TRY004 - one error for all that is no such key
    return "rsa", loaded.key_size


def _dmarc(domains: SenderDomains, names: DnsLookup) -> Iterator[Diagnosis]:
    where, records = _policy(domains.sender, names)
    if len(records) != 1:
        what = (
            "no DMARC record" if not records else "more than one DMARC record, which count as none"
        )
        yield report_failure(
            "DMARC",
            f"{domains.sender} has {what}: {THEM} want one of everybody who writes to many",
            f'add a TXT record at _dmarc.{domains.sender}: "v=DMARC1; p=none;'
            f' rua=mailto:dmarc@{domains.sender}"',
        )
        return
    tags = records[0]
    if tags.get("p", "").lower() not in {"none", "quarantine", "reject"}:
        yield report_failure(
            "DMARC",
            f"the DMARC record at _dmarc.{where} has no policy (p=)",
            "write p=none, quarantine or reject",
        )
        return
    if not tags.get("rua"):
        remedy = f"add rua=mailto:dmarc@{domains.sender} to it"
        yield report_warning(
            "DMARC", f"the DMARC record at _dmarc.{where} names nobody for reports (rua)", remedy
        )
    else:
        yield report_ok(
            "DMARC", f"_dmarc.{where} has a DMARC record with p={tags['p'].lower()} and reports"
        )
    yield _alignment(domains, tags, names)


def _alignment(domains: SenderDomains, tags: Mapping[str, str], names: DnsLookup) -> Diagnosis:
    by_spf = _is_aligned(domains.sender, domains.envelope, names, strict=tags.get("aspf") == "s")
    by_dkim = bool(domains.keys) and _is_aligned(
        domains.sender, domains.signing, names, strict=tags.get("adkim") == "s"
    )
    if by_spf or by_dkim:
        which = " and ".join(name for name, holds in (("SPF", by_spf), ("DKIM", by_dkim)) if holds)
        return report_ok("alignment", f"{which} names the domain of `from`, as DMARC wants")
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
    """The highest domain with a DMARC record: a tree walk in place of lists of suffixes."""
    return next(
        (each for each in reversed(_upwards(domain)) if _dmarc_records(each, names)), domain
    )


def _upwards(domain: str) -> list[str]:
    labels = domain.split(".")
    return [".".join(labels[start:]) for start in range(max(1, len(labels) - 1))]


def _dmarc_records(domain: str, names: DnsLookup) -> list[dict[str, str]]:
    found = (
        _tags(each)
        for each in names.txt_records(f"_dmarc.{domain}")
        if each.lower().startswith("v=dmarc1")
    )
    return [each for each in found if each.get("psd") != "y"]


def _tags(record: str) -> dict[str, str]:
    pairs = (part.partition("=") for part in record.split(";") if "=" in part)
    return {name.strip().lower(): value.strip() for name, _, value in pairs}
