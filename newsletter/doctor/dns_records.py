"""What Gmail, Yahoo and Microsoft object to in the domains we write from (rules of 2024 and 2025).

They want SPF and DKIM to pass, DMARC to be there, and one of the two to be aligned: to name the
domain of `from`. What only a message that has travelled can show (does the relay sign? from which
address does it send?) is not claimed here.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_der_public_key,
    load_pem_private_key,
)

from newsletter.delivery.messages.dkim_signing import MIN_RSA_BITS
from newsletter.doctor.diagnosis import Diagnosis, report_failure, report_ok, report_warning
from newsletter.doctor.dmarc import examine_dmarc, read_tags
from newsletter.doctor.dns_lookup import DnsLookup, DnsUnansweredError
from newsletter.doctor.sender_domains import THEM, SenderDomains
from newsletter.doctor.spf import MAX_LOOKUPS, SpfRecord, read_spf

ED25519_DER_BYTES = 44  # 12 that name the algorithm, and the key
_FREE = """
gmail.com googlemail.com yahoo.com yahoo.co.uk ymail.com rocketmail.com aol.com outlook.com
hotmail.com live.com msn.com icloud.com me.com mac.com gmx.com gmx.net gmx.de web.de t-online.de
proton.me protonmail.com zoho.com mail.com mail.ru yandex.ru yandex.com comcast.net verizon.net
att.net orange.fr free.fr laposte.net libero.it qq.com 163.com fastmail.com hey.com tutanota.com
"""
FREE_MAIL = frozenset(_FREE.split())


def read_public_key(private: Path) -> bytes | None:
    """The public half (DER) of a private key file; None when it cannot be read as one."""
    try:
        key = load_pem_private_key(private.read_bytes(), password=None)
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm):
        return None
    return key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


LATER = "look again later, or ask another name server with --nameserver 9.9.9.9"


def examine_domains(domains: SenderDomains, names: DnsLookup) -> Iterator[Diagnosis]:
    """Everything about the domains; DNS that does not answer is one finding, and ends it."""
    yield _free_mail(domains)
    steps: tuple[tuple[str, Callable[[SenderDomains, DnsLookup], Iterator[Diagnosis]]], ...] = (
        ("MX", _mx),
        ("SPF", _spf),
        ("DKIM", _dkim),
        ("DMARC", examine_dmarc),
    )
    for subject, step in steps:
        try:
            yield from list(step(domains, names))
        except DnsUnansweredError as error:
            if error.silent:
                words = "no name server answers: MX, SPF, DKIM and DMARC were not looked at"
                yield report_warning("DNS", words, LATER)
                return
            yield report_warning(subject, "the name servers of the domain cannot tell now", LATER)


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
            words = f"{domain} has no MX record; mail to it goes to the host itself"
            yield report_warning("MX", words, "add an MX record")
        else:
            yield _takes_no_mail(domain, has_null_mx=bool(found))


def _takes_no_mail(domain: str, *, has_null_mx: bool) -> Diagnosis:
    what = (
        "says that it takes no mail (a null MX)"
        if has_null_mx
        else "takes no mail: it has neither MX nor address"
    )
    return report_failure(
        "MX",
        f"{domain} {what}. {THEM} distrust a sender that cannot be answered, and no bounce"
        " would reach us",
        "add an MX record for the server where its mail is read",
    )


def _spf(domains: SenderDomains, names: DnsLookup) -> Iterator[Diagnosis]:
    domain = domains.envelope
    spf = read_spf(domain, names)
    if wrong := _find_spf_fault(domain, spf):
        yield report_failure("SPF", *wrong)
    else:
        yield _spf_ending(domain, spf.ending, spf.lookups)


def _find_spf_fault(domain: str, spf: SpfRecord) -> tuple[str, str] | None:
    """Why no receiver would go by the record, and the remedy; None when they would."""
    if not spf.records:
        service = 'what your mail service asks for, as in "v=spf1 include:… ~all"'
        words = f"{domain} has no SPF record: {THEM} take its mail for forged"
        return words, f"add a TXT record to {domain} with {service}"
    if (count := len(spf.records)) > 1:
        return f"{domain} has {count} SPF records, which count as none", "make one of them"
    its = f"the SPF record of {domain}"
    if spf.lookups > MAX_LOOKUPS:
        words = f"{its} needs more than {MAX_LOOKUPS} look-ups, and counts as none"
        return words, "take out services that you no longer send by"
    if spf.mistakes:
        words = f"{its} counts as none: {'; '.join(spf.mistakes)}"
        return words, f"correct the record: {spf.records[0]}"
    return None


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
    records = [read_tags(each) for each in names.txt_records(where)]
    records = [each for each in records if "p" in each and each.get("v", "DKIM1") == "DKIM1"]
    publish = (
        f'publish there: "{_format_key_record(ours)}"' if ours else "publish the public key there"
    )
    if len(records) != 1:
        found = "no DKIM key" if not records else "more than one DKIM key"
        return report_failure(
            "DKIM", f"{where} has {found}: {THEM} cannot check our signatures", publish
        )
    return _examine_key(where, records[0], ours, publish)


def _examine_key(
    where: str, tags: Mapping[str, str], ours: bytes | None, publish: str
) -> Diagnosis:
    """The one key that is published; `publish` is what to do about one that is not ours."""
    if not tags["p"]:
        return report_failure("DKIM", f"the key at {where} is revoked (p= is empty)", publish)
    try:
        key = base64.b64decode("".join(tags["p"].split()), validate=True)
        kind, bits = _kind(tags, key)
    except (binascii.Error, ValueError, UnsupportedAlgorithm):
        return report_failure("DKIM", f"the key at {where} cannot be read", publish)
    if kind == "rsa" and bits < MIN_RSA_BITS:
        words = f"the key at {where} has {bits} bits; {THEM} want {MIN_RSA_BITS}"
        return report_failure("DKIM", words, "make a longer one")
    if ours is not None and key not in {ours, ours[-32:] if kind == "ed25519" else ours}:
        words = f"the key at {where} is not the one that we sign with"
        return report_failure("DKIM", words, publish)
    if "y" in tags.get("t", "").split(":"):
        words = f"the key at {where} says that it is a test (t=y)"
        return report_warning("DKIM", words, "take t=y out")
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
