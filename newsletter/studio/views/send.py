"""Send: a test to oneself; then one sentence and the number typed; then progress, pause, and who is in doubt."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import asdict
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from newsletter.delivery import scheduling
from newsletter.delivery import service as delivery_service
from newsletter.delivery.pause_stop import Wish
from newsletter.delivery.scheduling import Waiting
from newsletter.delivery.send_status import Tally
from newsletter.errors import NewsletterError, NotApprovedError, UsageError
from newsletter.issues import approval, render
from newsletter.model import DeliveryStatus, SubscriberState
from newsletter.studio import send_process
from newsletter.studio.requests import Call, event, route
from newsletter.studio.send_process import Standing
from newsletter.studio.state import Room
from newsletter.subscribers import service as subscribers
from newsletter.workspace.context import Desk

LOOK_S = 0.4
SHOWN = 100  # people by name, of those in doubt and of those refused
COUNTS = {
    "accepted": "accepted by the server",
    "remaining": "not yet sent",
    "deferred": "to be tried again",
    "refused": "refused",
    "unknown": "in doubt",
    "suppressed": "left, and not written to",
}
SOON = timedelta(minutes=5)
"""A sending that begins within this time is undone; a later one is taken back."""


def send(call: Call) -> Response:
    """Where the sending stands, and what can be done."""
    if not call.has_issue:
        return call.page("no_issue", title="Send")
    desk, name = call.desk, call.issue_name
    standing = send_process.standing(desk, name)
    zone = desk.workspace.settings.newsletter.zone
    delivery = desk.workspace.settings.delivery
    later = call.asked("when") == "later"
    return call.page(
        "send",
        title="Send",
        standing=standing,
        tally=standing.tally,
        headline=_headline(standing),
        counts=COUNTS,
        barrier=_barrier(desk, name),
        server=delivery.host or delivery.socket,
        undo_s=round(call.room.undo_s),
        is_out=send_process.was_published(desk, name),
        plan=_plan(desk, standing),
        later=later,
        day=call.asked("day") or f"{desk.now.astimezone(zone) + timedelta(days=1):%Y-%m-%d}",
        time=call.asked("time") or "09:00",
        today=f"{desk.now.astimezone(zone):%Y-%m-%d}",
        zone=scheduling.place_name(zone),
        count=_count(desk, standing.tally),
        **_sentence(desk, name, standing.tally, call.asked("day") if later else "", call.asked("time")),
        **_fared(desk, name, standing.tally),
    )


def _headline(standing: Standing) -> str:
    """How it stands, in a word or two."""
    if standing.is_at_work:
        return "On its way" if standing.tally.state == "sending" else "Beginning"
    if standing.tally.state == "paused":
        return "Stopped" if standing.tally.wish is Wish.STOP else "Paused"
    return "Sent"


def _barrier(desk: Desk, name: str) -> str:
    """Why it cannot be sent now, for people; empty when it can."""
    try:
        approval.approved(desk, name)
    except NotApprovedError as error:
        return "It was changed after it was approved." if "changed after" in str(error) else "It is not approved yet."
    except NewsletterError as error:
        return str(error)
    return ""


def _plan(desk: Desk, standing: Standing) -> dict[str, Any] | None:
    """What is planned, for the page; None when nothing is."""
    planned = standing.planned
    if planned is None:
        return None
    left = planned.plan.at - desk.now
    missed = planned.waiting is Waiting.MISSED
    return {
        "at": scheduling.spoken(desk, planned.plan.at),
        "people": planned.plan.people,
        "seconds": max(0, round(left.total_seconds())),
        "is_soon": left < SOON and planned.plan.at - planned.plan.planned_at < SOON,
        "waiting": planned.waiting.value,
        "why": scheduling.why_missed(desk, planned.plan.issue, planned.plan) if missed else "",
    }


def _count(desk: Desk, tally: Tally) -> int:
    """How many people it goes to, as things stand."""
    return tally.remaining + tally.deferred if tally.total else subscribers.people(desk).count()


def _sentence(desk: Desk, name: str, tally: Tally, day: str = "", time: str = "") -> dict[str, Any]:
    """What would happen, in one sentence; on a day and at a time, or else now. What is wrong with them, as another."""
    wrong = ""
    try:
        at = scheduling.moment(desk, day, time) if day else desk.now
    except UsageError as error:
        at, wrong = desk.now, str(error)
    people, count, subject = subscribers.people(desk), _count(desk, tally), render.load(desk, name).subject
    left = sum(people.count(state) for state in SubscriberState if state is not SubscriberState.ACTIVE)
    delivery = desk.workspace.settings.delivery
    said = (
        f"On {scheduling.spoken(desk, at)} “{subject}” goes to "
        f"{count:,} {'person' if count == 1 else 'people'} through {delivery.host or delivery.socket}"
    )
    if left:
        are = "is" if left == 1 else "are"
        said += f"; {left:,} who left or {are} not active {are} not written to"
    return {"sentence": f"{said}.", "wrong_time": wrong, "subject": subject}


def sentence(call: Call) -> Response:
    """The sentence for the time that is being chosen."""
    tally = delivery_service.status(call.desk, call.issue_name)
    return JSONResponse(_sentence(call.desk, call.issue_name, tally, call.asked("day"), call.asked("time")))


def _fared(desk: Desk, name: str, tally: Tally) -> dict[str, Any]:
    """Who is in doubt and who was refused, by name; who is tried again, by the server's words."""
    doubtful = list(islice(delivery_service.in_doubt(desk, name), SHOWN + 1)) if tally.unknown else []
    refused = delivery_service.fared(desk, name, DeliveryStatus.REFUSED) if tally.refused else iter(())
    ledger = delivery_service.ledger(desk)
    tries = (
        (each.next_at for each in delivery_service.fared(desk, name, DeliveryStatus.DEFERRED)) if tally.deferred else ()
    )
    next_at = min(filter(None, tries), default=None)
    return {
        "doubtful": doubtful[:SHOWN],
        "has_more_doubtful": len(doubtful) > SHOWN,
        "left_in_doubt": tally.unknown - len(doubtful) if len(doubtful) <= SHOWN else 0,
        "refused": list(islice(refused, SHOWN)),
        "next_try": scheduling.spoken(desk, next_at) if next_at else "",
        "deferred": ledger.replies(name, DeliveryStatus.DEFERRED) if tally.deferred else (),
    }


def test(call: Call) -> Response:
    """Send one marked copy to an address."""
    what, _ = delivery_service.order(call.desk, call.issue_name, approved=False)
    words = delivery_service.send_test(call.desk, what, call.filled("address"))
    return call.go(f"/issues/{call.issue_name}/send", f"The test copy is on its way. The server said: {words}")


def begin(call: Call) -> Response:
    """Plan the sending, when the number was typed that the sentence names: for a day and time, or in a minute."""
    desk, name = call.desk, call.issue_name
    what, _ = delivery_service.order(desk, name, approved=True)
    what.server()  # tells now, and not in the background, when none is named
    standing = send_process.standing(desk, name)
    count = _count(desk, standing.tally)
    if "".join(call.filled("number").split()).replace(",", "").replace(".", "") != str(count):
        raise UsageError(f"the number does not fit: this goes to {count:,} people; type {count} to confirm")
    if not count:
        raise UsageError("there is nobody to send to: add people on the page People")
    if standing.is_at_work or standing.waits:
        raise UsageError("it is on its way already")
    if standing.tally.total:
        raise UsageError("it was begun before: press Go on")
    scheduling.plan(desk, name, _moment(call), people=count)
    send_process.dispatch(desk, name, planned=True)
    return call.go(f"/issues/{name}/send")


def _moment(call: Call) -> datetime:
    """When it is to go: the time that was chosen, or else soon, with time to think again."""
    if call.filled("when") == "later":
        return scheduling.moment(call.desk, call.filled("day"), call.filled("time"))
    return call.desk.now + timedelta(seconds=call.room.undo_s)


def undo(call: Call) -> Response:
    """Take the sending back while it waits, whoever waits for it."""
    if not scheduling.take_back(call.desk, call.issue_name):
        raise UsageError("it began already: use Pause")
    return call.go(f"/issues/{call.issue_name}/send", "Undone: nothing was sent.")


def wait(call: Call) -> Response:
    """Wait for the time that is planned, after the process that waited was ended."""
    standing = send_process.standing(call.desk, call.issue_name)
    if standing.planned is None or standing.planned.waiting is not Waiting.ALONE:
        raise UsageError("there is nothing to wait for")
    send_process.dispatch(call.desk, call.issue_name, planned=True)
    return call.go(f"/issues/{call.issue_name}/send", "It is waited for again.")


def pause(call: Call) -> Response:
    """Finish what is in flight, then wait; the same for a sending that was begun in a terminal."""
    if not send_process.standing(call.desk, call.issue_name).is_at_work:
        raise UsageError("it is not being sent at this moment")
    delivery_service.ask(call.desk, call.issue_name, Wish.PAUSE)
    return call.go(f"/issues/{call.issue_name}/send", "Pausing: what is in flight is finished. Nobody gets it twice.")


def stop(call: Call) -> Response:
    """Finish what is in flight; the others get nothing until somebody lets it go on."""
    standing = send_process.standing(call.desk, call.issue_name)
    if not (standing.is_at_work or standing.tally.state == "paused"):
        raise UsageError("it is not being sent: there is nothing to stop")
    delivery_service.ask(call.desk, call.issue_name, Wish.STOP)
    said = "Stopping: what is in flight is finished." if standing.is_at_work else "Stopped."
    return call.go(f"/issues/{call.issue_name}/send", f"{said} The others get nothing until you press Go on.")


def proceed(call: Call) -> Response:
    """Go on with a sending that was paused, stopped or broken off."""
    desk, name = call.desk, call.issue_name
    standing = send_process.standing(desk, name)
    if standing.is_at_work or standing.waits:
        raise UsageError("it is on its way already")
    if not standing.tally.total:
        raise UsageError("it was not begun yet: type the number of people, and press Send")
    what, _ = delivery_service.order(desk, name, approved=True)
    what.server()
    delivery_service.go_on(desk, name)
    send_process.dispatch(desk, name, resume_restored=call.filled("restored") == "yes")
    return call.go(f"/issues/{name}/send", "It goes on.")


def resolve(call: Call) -> Response:
    """Settle the deliveries in doubt: that of one person, or all."""
    desk, name, person = call.desk, call.issue_name, call.filled("person")
    how = call.filled("how")
    if how not in {"resend", "leave"}:
        raise UsageError("choose: send again, or leave it")
    only = [
        each.subscriber_id for each in delivery_service.in_doubt(desk, name) if person in {"", str(each.subscriber_id)}
    ]
    if not only:
        raise UsageError("nobody is in doubt any more")
    delivery_service.resolve(desk, name, resend=how == "resend", only=only)
    many = "They are" if len(only) > 1 else "This one is"
    said = f"{many} to be sent again: press Go on." if how == "resend" else f"{many} left as it stands."
    return call.go(f"/issues/{name}/send", said)


def publish(call: Call) -> Response:
    """It is out, though not mailed from here."""
    approval.publish(call.desk, call.issue_name)
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
    standing = send_process.standing(room.desk(), name)
    told = {key: value for key, value in asdict(standing.tally).items() if key != "seconds"}
    over = not (standing.waits or standing.is_at_work)
    return told | {
        "headline": _headline(standing),
        "trouble": standing.trouble,
        "waiting": standing.waits,
        "over": over,
    }


ROUTES = [
    route("/issues/{issue}/send", send),
    route("/issues/{issue}/send/sentence", sentence),
    route("/issues/{issue}/send/test", test, changes=True, asks=True),
    route("/issues/{issue}/send", begin, changes=True),
    route("/issues/{issue}/send/undo", undo, changes=True),
    route("/issues/{issue}/send/wait", wait, changes=True),
    route("/issues/{issue}/send/pause", pause, changes=True),
    route("/issues/{issue}/send/stop", stop, changes=True),
    route("/issues/{issue}/send/go-on", proceed, changes=True),
    route("/issues/{issue}/send/resolve", resolve, changes=True),
    route("/issues/{issue}/send/publish", publish, changes=True),
    Route("/issues/{issue}/send/news", news),
]
