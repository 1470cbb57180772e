"""The mail server, tried without sending anything: connection, TLS, EHLO, login, and good-bye."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

from newsletter.config import is_loopback
from newsletter.delivery.smtp import MailServer, open_smtp_connection
from newsletter.delivery.smtp_connection import SmtpConnection, SmtpConnectionError
from newsletter.doctor.diagnosis import (
    Diagnosis,
    DiagnosisCode,
    DiagnosisState,
    report_failure,
    report_ok,
    report_warning,
)
from newsletter.errors import DeliveryError

SUBJECT = "mail server"
PATIENCE_S = 30.0
SOON = timedelta(days=14)
ONLINE = "is this machine online? Look at [delivery] host and port, and try again"


def check_server(
    server: MailServer, *, now: datetime, patience_s: float = PATIENCE_S
) -> list[Diagnosis]:
    """What the server says to us, as it would at the beginning of a sending."""
    if server.settings.user and not server.password:
        return [
            report_failure(
                SUBJECT,
                f"[delivery] user is {server.settings.user}, and there is no password",
                "set NEWSLETTER_SMTP_PASSWORD, or NEWSLETTER_SMTP_PASSWORD_FILE",
            )
        ]
    try:
        return asyncio.run(_examine_server(server, now, patience_s))
    except DeliveryError as error:
        return [report_failure(SUBJECT, str(error), "correct [delivery], and look again")]
    except (SmtpConnectionError, TimeoutError) as error:
        words = str(error) or f"{server.label} did not answer in {patience_s:.0f} seconds"
        return [report_warning(SUBJECT, words, ONLINE, code=DiagnosisCode.NOT_REACHED)]


def is_accepted(found: Sequence[Diagnosis]) -> bool:
    """Whether, by what `check_server` found, the server was reached and takes us."""
    first = found[0]
    return first.state is not DiagnosisState.MEND and first.code is not DiagnosisCode.NOT_REACHED


async def _examine_server(server: MailServer, now: datetime, patience_s: float) -> list[Diagnosis]:
    link = await asyncio.wait_for(open_smtp_connection(server), patience_s)
    try:
        return [_hello(server, link), *_certificate(server, link, now)]
    finally:
        await asyncio.shield(link.quit())
        link.abort()  # TLS would wait for the server's own good-bye, and nobody stays to hear it
        await asyncio.sleep(0)


def _hello(server: MailServer, link: SmtpConnection) -> Diagnosis:
    settings = server.settings
    if not settings.user and not settings.socket and not is_loopback(settings.host):
        words = f"{server.label} greets us as {server.ehlo_name}, without a login"
        return report_warning(
            SUBJECT, words, "a server that sends for us wants one as a rule: set [delivery] user"
        )
    logged_in = f", and takes the login of {settings.user}" if settings.user else ""
    slow = (
        ""
        if link.pipelining
        else "; it takes one command at a time (no PIPELINING), which is slower"
    )
    return report_ok(SUBJECT, f"{server.label} greets us as {server.ehlo_name}{logged_in}{slow}")


def _certificate(server: MailServer, link: SmtpConnection, now: datetime) -> list[Diagnosis]:
    until = link.certificate_expiry
    if until is None:
        return []
    words = f"the certificate of {server.label} is good until {until:%Y-%m-%d}"
    if until - now < SOON:
        return [report_warning("TLS", words, "tell who runs it; from that day on nothing is sent")]
    return [report_ok("TLS", words)]
