"""The mail server, tried without sending anything: connection, TLS, EHLO, login, and good-bye."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

from newsletter.config import is_loopback
from newsletter.delivery.smtp import Link, LinkError, Server, open_link
from newsletter.doctor.diagnosis import Diagnosis, State, look, mend, ok
from newsletter.errors import DeliveryError

SUBJECT = "mail server"
PATIENCE_S = 30.0
SOON = timedelta(days=14)
NOT_REACHED = "is this machine online? Look at [delivery] host and port, and try again"


def greet(server: Server, *, now: datetime, patience_s: float = PATIENCE_S) -> list[Diagnosis]:
    """What the server says to us, as it would at the beginning of a sending."""
    if server.settings.user and not server.password:
        return [
            mend(
                SUBJECT,
                f"[delivery] user is {server.settings.user}, and there is no password",
                "set NEWSLETTER_SMTP_PASSWORD, or NEWSLETTER_SMTP_PASSWORD_FILE",
            )
        ]
    try:
        return asyncio.run(_greeted(server, now, patience_s))
    except DeliveryError as error:
        return [mend(SUBJECT, str(error), "correct [delivery], and look again")]
    except (LinkError, TimeoutError) as error:
        words = str(error) or f"{server.called} did not answer in {patience_s:.0f} seconds"
        return [look(SUBJECT, words, NOT_REACHED)]


def is_greeted(found: Sequence[Diagnosis]) -> bool:
    """Whether, by what `greet` found, the server was reached and takes us."""
    return found[0].state is not State.MEND and found[0].remedy != NOT_REACHED


async def _greeted(server: Server, now: datetime, patience_s: float) -> list[Diagnosis]:
    link = await asyncio.wait_for(open_link(server), patience_s)
    try:
        return [_hello(server, link), *_certificate(server, link, now)]
    finally:
        await asyncio.shield(link.quit())
        link.abort()  # TLS would wait for the server's own good-bye, and nobody stays to hear it
        await asyncio.sleep(0)


def _hello(server: Server, link: Link) -> Diagnosis:
    settings = server.settings
    if not settings.user and not settings.socket and not is_loopback(settings.host):
        words = f"{server.called} greets us as {server.ehlo_name}, without a login"
        return look(SUBJECT, words, "a server that sends for us wants one as a rule: set [delivery] user")
    logged_in = f", and takes the login of {settings.user}" if settings.user else ""
    slow = "" if link.pipelining else "; it takes one command at a time (no PIPELINING), which is slower"
    return ok(SUBJECT, f"{server.called} greets us as {server.ehlo_name}{logged_in}{slow}")


def _certificate(server: Server, link: Link, now: datetime) -> list[Diagnosis]:
    until = link.certified_until
    if until is None:
        return []
    words = f"the certificate of {server.called} is good until {until:%Y-%m-%d}"
    if until - now < SOON:
        return [look("TLS", words, "tell who runs it; from that day on nothing is sent")]
    return [ok("TLS", words)]
