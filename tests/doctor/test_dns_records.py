"""What is said of domains, by a real small name server."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from support.name_server import Zone, name_server, names_at

from newsletter.doctor.diagnosis import DiagnosisState
from newsletter.doctor.dns_records import examine_domains, read_public_key
from newsletter.doctor.sender_domains import SenderDomains

OURS = SenderDomains(sender="example.org", envelope="example.org")
GOOD: dict[tuple[str, str], tuple[str, ...] | str] = {
    ("example.org", "MX"): ("20 mx2.example.org.", "10 mx.example.org."),
    ("example.org", "TXT"): ('"site=x"', '"v=spf1 include:_spf.relay." "example mx -all"'),
    ("_spf.relay.example", "TXT"): ('"v=spf1 ip4:192.0.2.0/24 a:mail.relay.example ~all"',),
    ("_dmarc.example.org", "TXT"): ('"v=DMARC1; p=quarantine; rua=mailto:d@example.org"',),
}


def found(zone: Zone, domains: SenderDomains = OURS) -> list[tuple[str, DiagnosisState, str]]:
    with name_server(zone) as port:
        return [
            (each.subject, each.state, each.message)
            for each in examine_domains(domains, names_at(port))
        ]


def about(subject: str, zone: Zone, domains: SenderDomains = OURS) -> tuple[DiagnosisState, str]:
    (one,) = [(state, words) for name, state, words in found(zone, domains) if name == subject]
    return one


def test_a_domain_in_order_is_said_to_be_so() -> None:
    assert found(GOOD) == [
        ("from", DiagnosisState.OK, "`from` is of example.org, which is no free mail service"),
        ("MX", DiagnosisState.OK, "example.org takes mail, at mx.example.org"),
        ("SPF", DiagnosisState.OK, "example.org has an SPF record (3 of 10 look-ups, -all)"),
        (
            "DKIM",
            DiagnosisState.LOOK,
            "we do not sign, so your mail service must; from here that cannot be seen",
        ),
        (
            "DMARC",
            DiagnosisState.OK,
            "_dmarc.example.org has a DMARC record with p=quarantine and reports",
        ),
        ("alignment", DiagnosisState.OK, "SPF names the domain of `from`, as DMARC wants"),
    ]


def test_a_domain_without_anything_is_objected_to() -> None:
    states = [
        (subject, state) for subject, state, _ in found({("www.example.org", "A"): ("192.0.2.1",)})
    ]
    assert states == [
        ("from", DiagnosisState.OK),
        ("MX", DiagnosisState.MEND),
        ("SPF", DiagnosisState.MEND),
        ("DKIM", DiagnosisState.LOOK),
        ("DMARC", DiagnosisState.MEND),
    ]


def test_a_free_mail_address_cannot_be_written_from() -> None:
    state, words = about("from", GOOD, SenderDomains(sender="gmail.com", envelope="gmail.com"))
    assert (state, "lets nobody else" in words or "let nobody else" in words) == (
        DiagnosisState.MEND,
        True,
    )


class TestMx:
    def test_a_host_alone_is_worth_a_look(self) -> None:
        zone = {("example.org", "A"): ("192.0.2.1",)}
        assert about("MX", zone) == (
            DiagnosisState.LOOK,
            "example.org has no MX record; mail to it goes to the host itself",
        )

    def test_a_null_mx_takes_no_mail(self) -> None:
        state, words = about("MX", {("example.org", "MX"): ("0 .",)})
        assert (state, "a null MX" in words) == (DiagnosisState.MEND, True)

    def test_the_domain_of_bounces_is_looked_at_too(self) -> None:
        zone = GOOD | {("bounce.example.org", "MX"): ("10 mx.example.org.",)}
        two = found(zone, SenderDomains(sender="example.org", envelope="bounce.example.org"))
        assert [words for subject, _, words in two if subject == "MX"] == [
            "example.org takes mail, at mx.example.org",
            "bounce.example.org takes mail, at mx.example.org",
        ]


class TestSpf:
    @pytest.mark.parametrize(
        ("record", "state", "words"),
        [
            ("v=spf1 +all", DiagnosisState.MEND, "lets everybody send in its name"),
            ("v=spf1 all", DiagnosisState.MEND, "lets everybody send in its name"),
            ("v=spf1 ip4:192.0.2.1", DiagnosisState.LOOK, "refuses nobody"),
            ("v=spf1 ?all", DiagnosisState.LOOK, "refuses nobody"),
            ("v=spf1 redirect=_spf.relay.example", DiagnosisState.OK, "2 of 10 look-ups, ~all"),
            (
                "v=spf1 exists:%{i}.x.example include:%{d}.y.example exp=why.example -all",
                DiagnosisState.OK,
                "2 of 10",
            ),
            (
                "v=spf1 include:none.example -all",
                DiagnosisState.MEND,
                "it names none.example, which has no record",
            ),
            ("v=spf1 include -all", DiagnosisState.MEND, "it names nothing, which has no record"),
            ("v=spf1 ipv4:192.0.2.1 -all", DiagnosisState.MEND, "“ipv4:192.0.2.1” cannot be read"),
            ("v=spf1 a:=x// -all", DiagnosisState.MEND, "cannot be read"),
            (
                "v=spf1 include:deep.example -all",
                DiagnosisState.MEND,
                "needs more than 10 look-ups",
            ),
            (
                "v=spf1 include:loop.example -all",
                DiagnosisState.MEND,
                "needs more than 10 look-ups",
            ),
        ],
    )
    def test_the_record_is_followed_and_judged(
        self, record: str, state: DiagnosisState, words: str
    ) -> None:
        zone = GOOD | {
            ("example.org", "TXT"): (f'"{record}"',),
            ("deep.example", "TXT"): (
                '"v=spf1 ' + " ".join(f"a:h{n}.example" for n in range(10)) + ' -all"',
            ),
            ("loop.example", "TXT"): ('"v=spf1 include:loop.example -all"',),
        }
        told = about("SPF", zone)
        assert (told[0], words in told[1]) == (state, True), told

    def test_two_records_count_as_none(self) -> None:
        zone = GOOD | {("example.org", "TXT"): ('"v=spf1 -all"', '"v=spf1 ~all"')}
        assert about("SPF", zone) == (
            DiagnosisState.MEND,
            "example.org has 2 SPF records, which count as none",
        )

    def test_that_of_the_envelope_counts(self) -> None:
        zone = GOOD | {
            ("bounce.example.org", "TXT"): ('"v=spf1 -all"',),
            ("bounce.example.org", "MX"): ("1 mx.",),
        }
        assert (
            "bounce.example.org has an SPF"
            in about(
                "SPF", zone, SenderDomains(sender="example.org", envelope="bounce.example.org")
            )[1]
        )


def der(key) -> bytes:
    return key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


LONG = rsa.generate_private_key(65537, 2048)
SHORT = rsa.generate_private_key(65537, 1024)
EDWARDS = ed25519.Ed25519PrivateKey.generate()


def text(key: bytes) -> str:
    return base64.b64encode(key).decode()


class TestDkim:
    def told(self, record: str | None, ours: bytes | None = None) -> tuple[DiagnosisState, str]:
        published = (
            {} if record is None else {("n1._domainkey.example.org", "TXT"): _strings(record)}
        )
        keys = (("n1", der(LONG) if ours is None else ours),)
        return about(
            "DKIM",
            GOOD | published,
            SenderDomains(
                sender="example.org", envelope="example.org", signing="example.org", keys=keys
            ),
        )

    def test_the_right_key_is_in_order(self) -> None:
        state, words = self.told(f"v=DKIM1; k=rsa; p={text(der(LONG))}")
        assert (state, words) == (
            DiagnosisState.OK,
            "n1._domainkey.example.org has the key that we sign with (rsa, 2048 bits)",
        )

    def test_so_is_an_edwards_key(self) -> None:
        state, _ = self.told(f"v=DKIM1; k=ed25519; p={text(der(EDWARDS)[-32:])}", der(EDWARDS))
        assert state is DiagnosisState.OK

    @pytest.mark.parametrize(
        ("record", "words"),
        [
            (None, "has no DKIM key"),
            ("v=spf1 -all", "has no DKIM key"),
            ("v=DKIM1; p=", "is revoked"),
            ("v=DKIM1; p=!!!", "cannot be read"),
            (f"v=DKIM1; p={text(b'nonsense')}", "cannot be read"),
            (f"v=DKIM1; k=ed25519; p={text(b'too short')}", "cannot be read"),
            (f"v=DKIM1; p={text(der(ec.generate_private_key(ec.SECP256R1())))}", "cannot be read"),
            (f"v=DKIM1; p={text(der(SHORT))}", "has 1024 bits"),
            (
                f"v=DKIM1; p={text(der(rsa.generate_private_key(65537, 2048)))}",
                "is not the one that we sign with",
            ),
        ],
    )
    def test_anything_else_must_be_mended(self, record: str | None, words: str) -> None:
        told = self.told(record)
        assert (told[0], words in told[1]) == (DiagnosisState.MEND, True), told

    def test_a_key_for_trying_is_worth_a_look(self) -> None:
        assert self.told(f"v=DKIM1; t=s:y; p={text(der(LONG))}")[0] is DiagnosisState.LOOK

    def test_the_remedy_is_the_record_to_publish(self) -> None:
        for key, kind in ((LONG, "rsa"), (EDWARDS, "ed25519")):
            domains = SenderDomains(
                sender="example.org",
                envelope="example.org",
                signing="example.org",
                keys=(("n1", der(key)),),
            )
            with name_server(GOOD) as port:
                (remedy,) = [
                    each.remedy
                    for each in examine_domains(domains, names_at(port))
                    if each.subject == "DKIM"
                ]
            record = remedy.removeprefix('publish there: "').removesuffix('"')
            assert record.startswith(f"v=DKIM1; k={kind}; p=")
            assert self.told(record, der(key))[0] is DiagnosisState.OK


def _strings(record: str) -> tuple[str, ...]:
    return (" ".join(f'"{record[start : start + 200]}"' for start in range(0, len(record), 200)),)


class TestDmarc:
    def told(
        self, record: str, domains: SenderDomains = OURS
    ) -> list[tuple[str, DiagnosisState, str]]:
        zone = GOOD | {
            ("_dmarc.example.org", "TXT"): (f'"{record}"',),
            ("bounce.example.net", "TXT"): ('"v=spf1 -all"',),
        }
        return [each for each in found(zone, domains) if each[0] in {"DMARC", "alignment"}]

    def test_without_reports_it_is_worth_a_look(self) -> None:
        assert self.told("v=DMARC1; p=none")[0][1] is DiagnosisState.LOOK

    def test_without_a_policy_it_must_be_mended(self) -> None:
        assert [state for _, state, _ in self.told("v=DMARC1; rua=mailto:a@example.org")] == [
            DiagnosisState.MEND
        ]

    def test_two_count_as_none(self) -> None:
        zone = GOOD | {
            ("_dmarc.example.org", "TXT"): ('"v=DMARC1; p=none"', '"v=DMARC1; p=reject"')
        }
        assert about("DMARC", zone)[0] is DiagnosisState.MEND

    def test_that_of_a_higher_domain_counts(self) -> None:
        domains = SenderDomains(sender="news.example.org", envelope="example.org")
        told = self.told("v=DMARC1; p=none; rua=mailto:a@example.org", domains)
        assert told == [
            (
                "DMARC",
                DiagnosisState.OK,
                "_dmarc.example.org has a DMARC record with p=none and reports",
            ),
            ("alignment", DiagnosisState.OK, "SPF names the domain of `from`, as DMARC wants"),
        ]

    def test_a_foreign_envelope_hangs_on_the_signature(self) -> None:
        domains = SenderDomains(sender="example.org", envelope="bounce.example.net")
        assert (
            self.told("v=DMARC1; p=none; rua=mailto:a@example.org", domains)[1][1]
            is DiagnosisState.LOOK
        )
        signed = SenderDomains(
            sender="example.org",
            envelope="bounce.example.net",
            signing="example.org",
            keys=(("n1", None),),
        )
        assert (
            self.told("v=DMARC1; p=none", signed)[1][2]
            == "DKIM names the domain of `from`, as DMARC wants"
        )

    def test_where_neither_names_the_domain_it_must_be_mended(self) -> None:
        domains = SenderDomains(
            sender="example.org",
            envelope="bounce.example.net",
            signing="example.net",
            keys=(("n1", None),),
        )
        assert self.told("v=DMARC1; p=none", domains)[1][1] is DiagnosisState.MEND

    def test_a_strict_policy_wants_the_very_name(self) -> None:
        domains = SenderDomains(sender="example.org", envelope="b.example.org")
        assert self.told("v=DMARC1; p=none; aspf=s", domains)[1][1] is DiagnosisState.LOOK


class TestNoAnswer:
    def test_name_servers_that_cannot_tell_are_no_error(self) -> None:
        state, words = about("MX", GOOD | {("example.org", "MX"): "SERVFAIL"})
        assert (state, words) == (
            DiagnosisState.LOOK,
            "the name servers of the domain cannot tell now",
        )

    def test_where_nobody_answers_it_is_said_once(self) -> None:
        with _deaf() as port:
            told = list(examine_domains(OURS, names_at(port, timeout_s=0.2)))
        assert [(each.subject, each.state) for each in told] == [
            ("from", DiagnosisState.OK),
            ("DNS", DiagnosisState.LOOK),
        ]

    def test_a_name_that_cannot_be_is_not_asked_for(self) -> None:
        with name_server(GOOD) as port:
            assert names_at(port).txt_records("a..example.org") == ()
            assert names_at(port).txt_records("a" * 64 + ".example.org") == ()


@contextmanager
def _deaf() -> Iterator[int]:
    import socket

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listening:
        listening.bind(("127.0.0.1", 0))
        yield listening.getsockname()[1]


def test_the_public_half_of_a_key_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "key.pem").write_bytes(
        LONG.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )
    assert read_public_key(tmp_path / "key.pem") == der(LONG)
    (tmp_path / "key.pem").write_text("no key")
    assert read_public_key(tmp_path / "key.pem") is None
    assert read_public_key(tmp_path / "none.pem") is None
