"""People: who is on the list, in which state and why; import, add, remove, export.

No address ever stands in a link.
"""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import PurePath
from typing import Any
from urllib.parse import unquote

from starlette.responses import JSONResponse, Response

from newsletter.errors import UsageError
from newsletter.formats.written_dates import write_day
from newsletter.model import Subscriber, SubscriberState
from newsletter.studio.requests import StudioRequest, route
from newsletter.subscribers import service as subscribers
from newsletter.subscribers.list_import import ImportRow, RejectedRow, read_list

AT_ONCE = 100
ROWS_SHOWN, REJECTED_SHOWN = 5, 50
FOLDER = ".newsletter"
STATES = {
    SubscriberState.ACTIVE: "is written to",
    SubscriberState.PENDING: "waits: the list did not say clearly that they want it",
    SubscriberState.PAUSED: "paused by themselves",
    SubscriberState.UNSUBSCRIBED: "left",
    SubscriberState.BOUNCED: "cannot be reached",
    SubscriberState.COMPLAINED: "called it spam",
}

MOVED = "reads at another address now"


GONE = frozenset(
    {SubscriberState.UNSUBSCRIBED, SubscriberState.BOUNCED, SubscriberState.COMPLAINED}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListUpload:
    """A list that was looked at and not taken in yet."""

    name: str
    content: bytes = field(repr=False)


@dataclass
class ImportPreview:
    """What was seen of a list while it was read."""

    states: Counter[SubscriberState] = field(default_factory=Counter)
    first: list[ImportRow] = field(default_factory=list)
    rejected: list[RejectedRow] = field(default_factory=list)
    rejections: int = 0

    def rows_of(self, rows: Iterable[ImportRow | RejectedRow]) -> Iterator[ImportRow]:
        """The rows that can be taken in, counted on the way."""
        for row in rows:
            if isinstance(row, RejectedRow):
                self.rejections += 1
                if len(self.rejected) < REJECTED_SHOWN:
                    self.rejected.append(row)
                continue
            self.states[row.state] += 1
            if len(self.first) < ROWS_SHOWN:
                self.first.append(row)
            yield row


def people(request: StudioRequest) -> Response:
    """The list, and what can be done with it."""
    return request.render_page(
        "people", title="People", **_list(request, ""), states=STATES, preview=None, upload=""
    )


def search(request: StudioRequest) -> Response:
    """Those whose address or name has these words.

    Asked by POST: an address is no part of a link or a log.
    """
    return JSONResponse(
        {
            "html": request.render_fragment(
                "_people", **_list(request, request.form_value("words")), states=STATES
            )
        }
    )


def _list(request: StudioRequest, words: str) -> dict[str, Any]:
    listed = subscribers.open_subscribers(request.context)
    wanted = words.casefold().split()
    found = (person for person in listed.all() if _fits(person, wanted))
    shown = list(islice(found, AT_ONCE + 1))
    gone = subscribers.explain_suppression(request.context, words) if words and not shown else None
    return {
        "gone": (
            gone
            and {
                "why": STATES[gone.reason] if gone.reason else MOVED,
                "on": write_day(gone.suppressed_at),
            }
        ),
        "rows": shown[:AT_ONCE],
        "has_more": len(shown) > AT_ONCE,
        "words": words,
        "counts": {state: listed.count(state) for state in SubscriberState},
    }


def _fits(person: Subscriber, wanted: list[str]) -> bool:
    said = f"{person.address} {person.name} {person.state}".casefold()
    return all(word in said for word in wanted)


def look(request: StudioRequest) -> Response:
    """What would be understood of a list; nothing is taken in."""
    name = (
        PurePath(unquote(request.request.headers.get("x-file-name", ""))).name[:100] or "list.csv"
    )
    if not request.body:
        raise UsageError("choose a file first")
    listing = read_list(io.BytesIO(request.body), name=name)
    seen = ImportPreview()
    would = subscribers.preview_import(request.context, seen.rows_of(listing.rows))
    upload = request.studio.stash(ListUpload(name=name, content=request.body))
    html = request.render_fragment(
        "_import",
        understood=listing.understood,
        seen=seen,
        would=would,
        upload=upload,
        states=STATES,
    )
    return JSONResponse({"html": html})


def take(request: StudioRequest) -> Response:
    """Take in the list that was looked at."""
    upload = request.studio.pop(request.form_value("upload"), ListUpload)
    if upload is None:
        raise UsageError(
            "this list was taken in already, or the studio was started again since: choose the file"
            " again"
        )
    done, to_mend = subscribers.import_list(
        request.context, io.BytesIO(upload.content), name=upload.name
    )
    made = done.imported
    said = f"{made.added} added, {made.updated} updated, {made.unchanged} unchanged."
    if made.suppressed:
        said += f" {made.suppressed} left before, and stay gone."
    if done.rejected:
        lines = "1 line was" if len(done.rejected) == 1 else f"{len(done.rejected)} lines were"
        said += f" {lines} not taken; {FOLDER}/{to_mend.name if to_mend else ''} has what to mend."
    return request.redirect("/people", said)


def add(request: StudioRequest) -> Response:
    """Put one person on the list."""
    done = subscribers.add_subscriber(
        request.context, request.form_value("address"), name=request.form_value("name")
    )
    if done.suppressed:
        raise UsageError(
            "this person left before and stays gone: only they themselves can come back"
        )
    return request.redirect("/people", "Added." if done.added else "Was on the list already.")


def remove(request: StudioRequest) -> Response:
    """Never write to this person again."""
    number = request.form_value("person")
    person = (
        subscribers.open_subscribers(request.context).get(int(number))
        if number.isdecimal()
        else None
    )
    if person is None:
        raise UsageError("this person is not on the list any more")
    if person.state in GONE:
        return request.redirect(
            "/people", "Was removed already: this person is never written to again."
        )
    subscribers.remove_subscribers(request.context, [person.address])
    return request.redirect("/people", "Removed: this person is never written to again.")


def export(request: StudioRequest) -> Response:
    """Everybody as a file. A change, though it changes nothing: no link may fetch the list."""
    written = io.StringIO(newline="")
    subscribers.export_list(request.context, written)
    headers = {"Content-Disposition": 'attachment; filename="subscribers.csv"'}
    return Response(
        written.getvalue().encode("utf-8-sig"),
        media_type="text/csv; charset=utf-8",
        headers=headers,
    )


ROUTES = [
    route("/people", people),
    route("/people/search", search, changes=True),
    route("/people/look", look, changes=True, asks=True),
    route("/people/import", take, changes=True),
    route("/people/add", add, changes=True),
    route("/people/remove", remove, changes=True),
    route("/people/export", export, changes=True),
]
