"""Setup: name and sender, sources tested before they are kept, the mail server, the look."""

from __future__ import annotations

from starlette.responses import Response

from newsletter import config
from newsletter.errors import UsageError
from newsletter.model import Collected, SourceKind
from newsletter.pipeline import settling
from newsletter.pipeline.mailing import SMTP_PASSWORD
from newsletter.studio.calls import Call, route

KINDS = {
    SourceKind.FEED: "A feed (RSS, Atom, JSON)",
    SourceKind.PAGE: "A web page, or a text in a file",
    SourceKind.PUBMED: "A search in PubMed",
    SourceKind.TRIALS: "A search in ClinicalTrials.gov",
    SourceKind.CALENDAR: "A calendar (iCalendar)",
    SourceKind.GRANTS: "A search in Grants.gov",
    SourceKind.TABLE: "A table (CSV, Excel)",
}
TEXTS = {
    "newsletter": ("title", "from", "reply_to", "address", "url", "time_zone", "every"),
    "delivery": ("host", "security", "user"),
    "theme": ("accent", "background", "logo", "logo_alt", "font", "footer"),
}


def setup(call: Call) -> Response:
    """Everything that is set once."""
    return _page(call, {}, None)


def _page(call: Call, tried: dict[str, str], found: Collected | None) -> Response:
    settings = call.desk.workspace.settings
    return call.page(
        "setup",
        title="Setup",
        settings=settings,
        kinds=KINDS,
        tried=tried,
        found=found,
        has_password=config.secret(SMTP_PASSWORD) is not None,
        password=SMTP_PASSWORD,
    )


def save(call: Call) -> Response:
    """Save one group of settings."""
    table = call.request.path_params["table"]
    if table not in TEXTS:
        raise UsageError("there are no such settings")
    values: dict[str, str | int] = {name: call.filled(name).strip() for name in TEXTS[table] if name in call.form}
    if table == "delivery" and (port := call.filled("port").strip()):
        if not port.isdecimal():
            raise UsageError("the port is a number, most often 587")
        values["port"] = int(port)
    settling.settle(call.desk, table, values)
    return call.go(f"/setup#{table}", "Saved.")


def look(call: Call) -> Response:
    """Show what a source gives; nothing is kept."""
    tried = {name: call.filled(name).strip() for name in ("name", "kind", "where", "section")}
    return _page(call, tried, settling.try_source(call.desk, settling.source_of(**tried)))


def source(call: Call) -> Response:
    """Add a source."""
    tried = {name: call.filled(name).strip() for name in ("name", "kind", "where", "section")}
    described = settling.source_of(**tried)
    settling.add_source(call.desk, described)
    return call.go("/setup#sources", f"Added: {described.name}. Collect asks it from now on.")


def remove(call: Call) -> Response:
    """Ask a source no more."""
    name = call.filled("name")
    settling.remove_source(call.desk, name)
    return call.go("/setup#sources", f"Removed: {name}. What it gave stays known.")


ROUTES = [
    route("/setup", setup),
    route("/setup/source", source, changes=True),
    route("/setup/source/look", look, changes=True, asks=True),
    route("/setup/source/remove", remove, changes=True),
    route("/setup/{table}", save, changes=True),
]
