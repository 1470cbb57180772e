"""The mail server in Setup: tried without sending anything, and its password forgotten again."""

from __future__ import annotations

from dataclasses import replace

from starlette.responses import JSONResponse, Response

from newsletter.config import DeliverySettings, Security, is_loopback
from newsletter.doctor.diagnosis import (
    Diagnosis,
    DiagnosisState,
    report_failure,
    report_ok,
    report_warning,
)
from newsletter.doctor.smtp_check import is_accepted
from newsletter.studio.forms import NOT_PROTECTED, go_back, read_previous_values, show_setup
from newsletter.studio.requests import StudioRequest, route
from newsletter.workspace import credentials

SUBJECT = "mail server"
AGAIN = "Look at the server, port, protection and login above, then press Test again."
PROTECTED = {
    Security.STARTTLS: "The link is encrypted (STARTTLS), and the server has proved who it is.",
    Security.TLS: (
        "The link is encrypted from its first byte (TLS), and the server has proved who it is."
    ),
    Security.NONE: "The link is not encrypted, which is right for a server on this computer alone.",
}


def test(request: StudioRequest) -> Response:
    """What the server says to what is filled in; nothing is kept, and no mail is sent."""
    given = {
        name: request.form_value(name).strip() for name in ("host", "port", "security", "user")
    }
    tested = _diagnose_server(request, given)
    if request.is_script:
        return JSONResponse({"html": request.render_fragment("_tested", tested=tested)})
    return show_setup(request, given=given | read_previous_values(request), tested=tested)


def _diagnose_server(request: StudioRequest, given: dict[str, str]) -> list[Diagnosis]:
    from newsletter.doctor import examination  # with DNS and DKIM, which no other page needs

    wrong, settings = _settings(request, given)
    if wrong or settings is None:
        return [report_failure(SUBJECT, wrong, "Then press Test again.")]
    password = request.form_value("password") or credentials.smtp_password(request.context)
    if settings.user and not password:
        remedy = "Type the password, then press Test again."
        return [report_failure(SUBJECT, "There is a user name, but no password.", remedy)]
    found = examination.test_server(request.context, settings, password)
    if not is_accepted(found):
        return [replace(each, state=DiagnosisState.MEND, remedy=AGAIN) for each in found]
    answers = report_ok(SUBJECT, f"{settings.host} answers on port {settings.port}.")
    return [answers, report_ok(SUBJECT, PROTECTED[settings.security]), _login(settings), *found[1:]]


def _login(settings: DeliverySettings) -> Diagnosis:
    if settings.user:
        return report_ok(SUBJECT, f"It takes the user name {settings.user} with this password.")
    if is_loopback(settings.host):
        return report_ok(SUBJECT, "No login was tried, as no user name is filled in.")
    return report_warning(
        SUBJECT, "No login was tried.", "A server that sends for you wants a user name as a rule."
    )


def _settings(request: StudioRequest, given: dict[str, str]) -> tuple[str, DeliverySettings | None]:
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
    known = request.context.workspace.settings.delivery
    return "", replace(
        known, host=given["host"], port=port, security=security, user=given["user"], socket=""
    )


def forget(request: StudioRequest) -> Response:
    """Keep the password no longer."""
    credentials.delete_password(request.context)
    return go_back(request, "delivery", "The password is kept no longer.")


ROUTES = [
    route("/setup/delivery/test", test, changes=True, asks=True),
    route("/setup/delivery/forget", forget, changes=True),
]
