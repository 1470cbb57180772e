"""A mail server is greeted, and nothing is sent to it."""

from __future__ import annotations

import asyncio
import ssl
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme
from support.loopback_smtp import DROP, Loopback
from support.mail_server import serving_mail

from newsletter.config import DeliverySettings, Security
from newsletter.delivery.smtp import MailServer
from newsletter.doctor.diagnosis import DiagnosisCode, DiagnosisState, report_warning
from newsletter.doctor.smtp_check import ONLINE, check_server, is_accepted


def told(
    port: int,
    *,
    now: datetime | None = None,
    password: str | None = None,
    patience_s: float = 10,
    **settings,
):
    delivery = DeliverySettings(
        host="127.0.0.1", port=port, **({"security": Security.NONE} | settings)
    )
    server = MailServer(settings=delivery, ehlo_name="example.org", password=password)
    found = check_server(server, now=now or datetime.now(UTC), patience_s=patience_s)
    return [
        (each.subject, each.state, each.message.replace(f"127.0.0.1:{port}", "SERVER"))
        for each in found
    ]


def test_a_server_in_order_is_greeted_and_left() -> None:
    with serving_mail(Loopback()) as server:
        assert told(server.port) == [
            ("mail server", DiagnosisState.OK, "SERVER greets us as example.org")
        ]
        assert server.lines == ["EHLO example.org", "QUIT"]


def test_one_without_pipelining_is_said_to_be_slower() -> None:
    with serving_mail(Loopback(extensions=())) as server:
        assert "no PIPELINING" in told(server.port)[0][2]


@pytest.fixture
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def trusted(authority: trustme.CA, tmp_path: Path) -> str:
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    return str(tmp_path / "ca.pem")


def of(
    authority: trustme.CA, name: str = "127.0.0.1", until: datetime | None = None
) -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name, not_after=until).configure_cert(made)
    return made


@pytest.mark.parametrize("security", [Security.STARTTLS, Security.TLS])
def test_the_certificate_and_the_login_are_tried(
    authority: trustme.CA, trusted: str, security: Security
) -> None:
    until = datetime.now(UTC) + timedelta(days=90)
    loopback = Loopback(
        extensions=("PIPELINING", "AUTH PLAIN"),
        tls=of(authority, until=until),
        implicit_tls=security is Security.TLS,
    )
    with serving_mail(loopback) as server:
        found = told(server.port, security=security, ca_file=trusted, user="news", password="right")
        soon = told(
            server.port,
            security=security,
            ca_file=trusted,
            user="news",
            password="right",
            now=until,
        )
    assert found == [
        (
            "mail server",
            DiagnosisState.OK,
            "SERVER greets us as example.org, and takes the login of news",
        ),
        ("TLS", DiagnosisState.OK, f"the certificate of SERVER is good until {until:%Y-%m-%d}"),
    ]
    assert soon[1][1] is DiagnosisState.LOOK


def test_a_refused_login_must_be_mended_and_the_password_is_not_repeated(
    authority: trustme.CA, trusted: str
) -> None:
    loopback = Loopback(extensions=("AUTH PLAIN",), tls=of(authority))
    loopback.script = lambda command, number, connection: (
        "535 5.7.8 no, not hunter2" if command == "AUTH" else None
    )
    with serving_mail(loopback) as server:
        ((_, state, words),) = told(
            server.port,
            security=Security.STARTTLS,
            ca_file=trusted,
            user="news",
            password="hunter3",
        )
    assert (state, "refuses the login" in words, "hunter3" in words) == (
        DiagnosisState.MEND,
        True,
        False,
    )


def test_a_server_that_is_another_one_must_be_mended(authority: trustme.CA, trusted: str) -> None:
    with serving_mail(Loopback(tls=of(authority, "mail.example.org"))) as server:
        ((_, state, words),) = told(server.port, security=Security.STARTTLS, ca_file=trusted)
    assert (state, "is not surely the server it says" in words) == (DiagnosisState.MEND, True)


def test_a_login_without_a_password_is_not_tried() -> None:
    ((_, state, words),) = told(1, user="news")
    assert (state, words) == (
        DiagnosisState.MEND,
        "[delivery] user is news, and there is no password",
    )


def test_a_server_without_a_login_is_worth_a_look(authority: trustme.CA, trusted: str) -> None:
    with serving_mail(Loopback(tls=of(authority, "localhost"))) as server:
        settings = {"security": Security.STARTTLS, "ca_file": trusted, "host": "LOCALHOST"}
        delivery = DeliverySettings(port=server.port, **settings)
        found = check_server(
            MailServer(settings=delivery, ehlo_name="example.org"), now=datetime.now(UTC)
        )
    assert [each.state for each in found] == [DiagnosisState.LOOK, DiagnosisState.OK]


def test_one_that_cannot_be_reached_is_worth_a_look() -> None:
    loopback = Loopback()
    with serving_mail(loopback):
        port = loopback.port
    ((_, state, words),) = told(port)
    assert (state, "cannot be reached" in words) == (DiagnosisState.LOOK, True)


def test_so_is_one_that_hangs_up_or_says_nothing() -> None:
    async def silence(_: object) -> None:
        await asyncio.sleep(30)

    for script, words in ((DROP, ""), (silence, "SERVER did not answer in 0 seconds")):
        loopback = Loopback(script=lambda command, number, connection, script=script: script)
        with serving_mail(loopback) as server:
            ((_, state, said),) = told(server.port, patience_s=0.3)
        assert (state, words in said) == (DiagnosisState.LOOK, True)


def test_whether_a_server_is_reached_is_told_by_a_code_and_not_by_the_remedy() -> None:
    settings = DeliverySettings(host="127.0.0.1", port=1, security=Security.NONE)
    server = MailServer(settings=settings, ehlo_name="example.org", password=None)
    (found,) = check_server(server, now=datetime.now(UTC))
    assert found.code is DiagnosisCode.NOT_REACHED
    assert not is_accepted([replace(found, remedy="¿hay conexión?", message="nadie responde")])
    assert is_accepted([report_warning("mail server", "reached", ONLINE)])
