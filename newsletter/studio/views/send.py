"""Send: a test to oneself; then one sentence and the number typed; then progress, pause, and who is in doubt."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import asdict
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from newsletter.errors import NewsletterError, NotApprovedError, UsageError
from newsletter.model import SubscriberState
from newsletter.pipeline import mailing, making
from newsletter.pipeline.desk import Desk
from newsletter.storage.ledger import Tally
from newsletter.studio import dispatching
from newsletter.studio.calls import Call, event, route, spoken
from newsletter.studio.jobs import Countdown
from newsletter.studio.room import Room

LOOK_S = 0.4
COUNTS = {
    "accepted": "accepted by the server",
    "remaining": "not yet sent",
    "deferred": "to be tried again",
    "refused": "refused",
    "unknown": "in doubt",
    "suppressed": "left, and not written to",
}


def send(call: Call) -> Response:
    """Where the sending stands, and what can be done."""
    if not call.has_issue:
        return call.page("no_issue", title="Send")
    desk, name = call.desk, call.issue_name
    tally, trouble = dispatching.standing(desk, name)
    delivery = desk.workspace.settings.delivery
    return call.page(
        "send",
        title="Send",
        tally=tally,
        trouble=trouble,
        counts=COUNTS,
        barrier=_barrier(desk, name),
        server=delivery.host or delivery.socket,
        waiting=_waits(call.room, name),
        undo_s=round(call.room.undo_s),
        at_work=dispatching.is_at_work(desk, name) or tally.state == "sending",
        is_out=dispatching.was_published(desk, name),
        **_sentence(desk, name, tally),
    )


def _barrier(desk: Desk, name: str) -> str:
    """Why it cannot be sent now, for people; empty when it can."""
    try:
        making.approved(desk, name)
    except NotApprovedError as error:
        return "It was changed after it was approved." if "changed after" in str(error) else "It is not approved yet."
    except NewsletterError as error:
        return str(error)
    return ""


def _sentence(desk: Desk, name: str, tally: Tally) -> dict[str, Any]:
    people = mailing.people(desk)
    settings = desk.workspace.settings
    count = tally.remaining + tally.deferred if tally.total else people.count()
    left = sum(people.count(state) for state in SubscriberState if state is not SubscriberState.ACTIVE)
    return {
        "count": count,
        "left": left,
        "moment": spoken(desk.now, settings.newsletter.zone),
        "zone": settings.newsletter.time_zone,
        "subject": making.load(desk, name).subject,
    }


def test(call: Call) -> Response:
    """Send one marked copy to an address."""
    what, _ = mailing.order(call.desk, call.issue_name, approved=False)
    words = mailing.send_test(call.desk, what, call.filled("address"))
    return call.go(f"/issues/{call.issue_name}/send", f"The test copy is on its way. The server said: {words}")


def begin(call: Call) -> Response:
    """Send it, when the number was typed that the sentence names; after a time in which it can be undone."""
    desk, name, room = call.desk, call.issue_name, call.room
    what, _ = mailing.order(desk, name, approved=True)
    what.server()  # tells now, and not in the background, when none is named
    count = _sentence(desk, name, mailing.status(desk, name))["count"]
    if "".join(call.filled("number").split()).replace(",", "").replace(".", "") != str(count):
        raise UsageError(f"the number does not fit: this goes to {count} people; type {count} to confirm")
    if not count:
        raise UsageError("there is nobody to send to: add people on the page People")
    if _waits(room, name) or dispatching.is_at_work(desk, name):
        raise UsageError("it is on its way already")
    room.countdown = Countdown(name, room.undo_s, lambda: _go(room, name))
    return call.go(f"/issues/{name}/send")


def _go(room: Room, name: str) -> None:
    try:
        with room.changing:
            dispatching.dispatch(room.desk(), name)
    finally:
        room.countdown = None  # only now, so that a page that asks meanwhile still sees that it is on its way


def _waits(room: Room, name: str) -> bool:
    return room.countdown is not None and room.countdown.issue == name


def undo(call: Call) -> Response:
    """Call the sending off while it waits."""
    waiting = call.room.countdown
    if waiting is None or not waiting.call_off():
        raise UsageError("it began already: use Pause")
    call.room.countdown = None
    return call.go(f"/issues/{call.issue_name}/send", "Undone: nothing was sent.")


def pause(call: Call) -> Response:
    """Stop after what is in flight."""
    if not dispatching.pause(call.desk, call.issue_name):
        raise UsageError(
            "no sending of this issue was started from the studio; stop it where it was started, with Ctrl-C"
        )
    return call.go(f"/issues/{call.issue_name}/send", "Pausing: what is in flight is finished. Nobody gets it twice.")


def proceed(call: Call) -> Response:
    """Go on with a sending that was paused or broken off."""
    if dispatching.is_at_work(call.desk, call.issue_name):
        raise UsageError("it is on its way already")
    what, _ = mailing.order(call.desk, call.issue_name, approved=True)
    what.server()
    dispatching.dispatch(call.desk, call.issue_name, resume_restored=call.filled("restored") == "yes")
    return call.go(f"/issues/{call.issue_name}/send", "It goes on.")


def resolve(call: Call) -> Response:
    """Settle the deliveries in doubt."""
    resend = call.filled("how") == "resend"
    mailing.resolve(call.desk, call.issue_name, resend=resend)
    said = "They wait to be sent again: press Go on." if resend else "They are left as they are."
    return call.go(f"/issues/{call.issue_name}/send", said)


def publish(call: Call) -> Response:
    """It is out, though not mailed from here."""
    making.publish(call.desk, call.issue_name)
    return call.go("/", "It counts as out; the next issue begins where this one ended.")


async def news(request: Request) -> Response:
    """How the sending stands, as it goes on (server-sent events)."""
    room: Room = request.app.state.room
    return StreamingResponse(_news(request, room, request.path_params["issue"]), media_type="text/event-stream")


async def _news(request: Request, room: Room, name: str) -> AsyncIterator[bytes]:
    last: dict[str, Any] = {}
    while not (room.is_closing or await request.is_disconnected()):
        try:
            told = await run_in_threadpool(_told, room, name)
        except NewsletterError as error:
            told = {"trouble": str(error), "over": True}
        if told != last:
            last = told
            yield event(told)
        if told["over"]:
            return
        await asyncio.sleep(LOOK_S)


def _told(room: Room, name: str) -> dict[str, Any]:
    desk = room.desk()
    tally, trouble = dispatching.standing(desk, name)
    over = not (_waits(room, name) or dispatching.is_at_work(desk, name) or tally.state == "sending")
    told = {key: value for key, value in asdict(tally).items() if key != "seconds"}
    return told | {"trouble": trouble, "waiting": _waits(room, name), "over": over}


ROUTES = [
    route("/issues/{issue}/send", send),
    route("/issues/{issue}/send/test", test, changes=True, asks=True),
    route("/issues/{issue}/send", begin, changes=True),
    route("/issues/{issue}/send/undo", undo, changes=True),
    route("/issues/{issue}/send/pause", pause, changes=True),
    route("/issues/{issue}/send/go-on", proceed, changes=True),
    route("/issues/{issue}/send/resolve", resolve, changes=True),
    route("/issues/{issue}/send/publish", publish, changes=True),
    Route("/issues/{issue}/send/news", news),
]
