"""The mail server in Setup: tried without sending anything, and its password forgotten again."""

from __future__ import annotations

from dataclasses import replace

from starlette.responses import JSONResponse, Response

from newsletter.config import DeliverySettings, Security, is_loopback
from newsletter.doctor.diagnosis import Diagnosis, State, look, mend, ok
from newsletter.doctor.smtp_check import is_greeted
from newsletter.studio.requests import Call, route
from newsletter.studio.views.setup import NOT_PROTECTED, back, show, shown_before
from newsletter.workspace import credentials

SUBJECT = "mail server"
AGAIN = "Look at the server, port, protection and login above, then press Test again."
PROTECTED = {
    Security.STARTTLS: "The link is encrypted (STARTTLS), and the server has proved who it is.",
    Security.TLS: "The link is encrypted from its first byte (TLS), and the server has proved who it is.",
    Security.NONE: "The link is not encrypted, which is right for a server on this computer alone.",
}


def test(call: Call) -> Response:
    """What the server says to what is filled in; nothing is kept, and no mail is sent."""
    given = {name: call.filled(name).strip() for name in ("host", "port", "security", "user")}
    tested = _tested(call, given)
    if call.is_script:
        return JSONResponse({"html": call.part("_tested", tested=tested)})
    return show(call, given=given | shown_before(call), tested=tested)


def _tested(call: Call, given: dict[str, str]) -> list[Diagnosis]:
    from newsletter.doctor import examination  # with DNS and DKIM, which no other page needs

    wrong, settings = _settings(call, given)
    if wrong or settings is None:
        return [mend(SUBJECT, wrong, "Then press Test again.")]
    password = call.filled("password") or credentials.smtp_password(call.desk)
    if settings.user and not password:
        return [mend(SUBJECT, "There is a user name, but no password.", "Type the password, then press Test again.")]
    found = examination.try_server(call.desk, settings, password)
    if not is_greeted(found):
        return [replace(each, state=State.MEND, remedy=AGAIN) for each in found]
    answers = ok(SUBJECT, f"{settings.host} answers on port {settings.port}.")
    return [answers, ok(SUBJECT, PROTECTED[settings.security]), _login(settings), *found[1:]]


def _login(settings: DeliverySettings) -> Diagnosis:
    if settings.user:
        return ok(SUBJECT, f"It takes the user name {settings.user} with this password.")
    if is_loopback(settings.host):
        return ok(SUBJECT, "No login was tried, as no user name is filled in.")
    return look(SUBJECT, "No login was tried.", "A server that sends for you wants a user name as a rule.")


def _settings(call: Call, given: dict[str, str]) -> tuple[str, DeliverySettings | None]:
    """What is wrong with what was filled in, or how the server would be asked."""
    port = int(given["port"]) if given["port"].isdecimal() else 0
    if not given["host"]:
        return "There is no server to ask: fill in its name first.", None
    if not 0 < port < 65536:
        return "The port is a number, most often 587.", None
    if given["security"] not in set(Security):
        return "Choose how the link is protected.", None
    security = Security(given["security"])
    if security is Security.NONE and not is_loopback(given["host"]):
        return NOT_PROTECTED, None
    known = call.desk.workspace.settings.delivery
    return "", replace(known, host=given["host"], port=port, security=security, user=given["user"], socket="")


def forget(call: Call) -> Response:
    """Keep the password no longer."""
    credentials.forget(call.desk)
    return back(call, "delivery", "The password is kept no longer.")


ROUTES = [
    route("/setup/delivery/test", test, changes=True, asks=True),
    route("/setup/delivery/forget", forget, changes=True),
]
