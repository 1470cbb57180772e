"""Send: a test to oneself; then one sentence and the number typed.

While it runs: progress, pause, and who is in doubt.
"""

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
from newsletter.delivery.dry_run import send_test
from newsletter.delivery.pause_stop import SendControl, clear_send_control, set_send_control
from newsletter.delivery.scheduling import ScheduleState
from newsletter.delivery.send_status import SendStatus
from newsletter.delivery.send_summary import COUNT_LABELS, count_recipients, describe_send
from newsletter.errors import NewsletterError, NotApprovedError, UsageError
from newsletter.formats.local_time import format_local_datetime, place_name
from newsletter.issues import approval, render
from newsletter.model import DeliveryStatus
from newsletter.studio import send_process
from newsletter.studio.requests import StudioRequest, event, route
from newsletter.studio.send_process import SendView
from newsletter.studio.state import StudioState
from newsletter.workspace.context import AppContext

LOOK_S = 0.4
SHOWN = 100  # people by name, of those in doubt and of those refused
COUNTS = {
    name: COUNT_LABELS[name]
    for name in ("accepted", "remaining", "deferred", "refused", "unknown", "suppressed")
}
SOON = timedelta(minutes=5)
"""A sending that begins within this time is undone; a later one is taken back."""


def send(request: StudioRequest) -> Response:
    """Where the sending stands, and what can be done."""
    if not request.has_issue:
        return request.render_page("no_issue", title="Send")
    context, name = request.context, request.issue_name
    standing = send_process.load_send_view(context, name)
    delivery = context.workspace.settings.delivery
    return request.render_page(
        "send",
        title="Send",
        standing=standing,
        tally=standing.tally,
        headline=_headline(standing),
        counts=COUNTS,
        barrier=_barrier(context, name),
        server=delivery.host or delivery.socket,
        undo_s=round(request.studio.undo_s),
        is_out=approval.is_published(context, name),
        plan=_plan(context, standing),
        count=count_recipients(context, standing.tally),
        **_describe_time(request, standing.tally),
        **_describe_outcomes(context, name, standing.tally),
    )


def _describe_time(request: StudioRequest, tally: SendStatus) -> dict[str, Any]:
    """The time that is being chosen, and what would happen then."""
    zone = request.context.workspace.settings.newsletter.zone
    here, is_later = request.context.now.astimezone(zone), request.query_value("when") == "later"
    day, time = request.query_value("day"), request.query_value("time")
    return {
        "later": is_later,
        "day": day or f"{here + timedelta(days=1):%Y-%m-%d}",
        "time": time or "09:00",
        "today": f"{here:%Y-%m-%d}",
        "zone": place_name(zone),
        **_sentence(request.context, request.issue_name, tally, day if is_later else "", time),
    }


def _format_moment(context: AppContext, at: datetime) -> str:
    return format_local_datetime(at, context.workspace.settings.newsletter.zone, with_place=True)


def _headline(standing: SendView) -> str:
    """How it stands, in a word or two."""
    if standing.is_at_work:
        return "On its way" if standing.tally.state == "sending" else "Beginning"
    if standing.tally.state == "paused":
        return "Stopped" if standing.tally.wish is SendControl.STOP else "Paused"
    return "Sent"


def _barrier(context: AppContext, name: str) -> str:
    """Why it cannot be sent now, for people; empty when it can."""
    try:
        approval.render_approved(context, name)
    except NotApprovedError as error:
        if error.changed:
            return "It was changed after it was approved."
        return "It is not approved yet."
    except NewsletterError as error:
        return str(error)
    return ""


def _plan(context: AppContext, standing: SendView) -> dict[str, Any] | None:
    """What is planned, for the page; None when nothing is."""
    planned = standing.planned
    if planned is None:
        return None
    left = planned.plan.at - context.now
    missed = planned.waiting is ScheduleState.MISSED
    return {
        "at": _format_moment(context, planned.plan.at),
        "people": planned.plan.people,
        "seconds": max(0, round(left.total_seconds())),
        "is_soon": left < SOON and planned.plan.at - planned.plan.planned_at < SOON,
        "waiting": planned.waiting.value,
        "why": scheduling.why_missed(context, planned.plan.issue, planned.plan) if missed else "",
    }


def _sentence(
    context: AppContext, name: str, tally: SendStatus, day: str = "", time: str = ""
) -> dict[str, Any]:
    """What would happen, in one sentence; on a day and at a time, or else now.

    What is wrong with them, as another.
    """
    wrong = ""
    try:
        at = scheduling.parse_local_time(context, day, time) if day else context.now
    except UsageError as error:
        at, wrong = context.now, str(error)
    subject = render.load_issue(context, name).subject
    said = describe_send(context, tally, subject, at)
    return {"sentence": said, "wrong_time": wrong, "subject": subject}


def sentence(request: StudioRequest) -> Response:
    """The sentence for the time that is being chosen."""
    tally = delivery_service.open_ledger(request.context).read_status(request.issue_name)
    return JSONResponse(
        _sentence(
            request.context,
            request.issue_name,
            tally,
            request.query_value("day"),
            request.query_value("time"),
        )
    )


def _describe_outcomes(context: AppContext, name: str, tally: SendStatus) -> dict[str, Any]:
    """Who is in doubt and who was refused, by name; who is tried again, by the server's words."""
    ledger = delivery_service.open_ledger(context)
    unknown = delivery_service.list_unknown(context, name) if tally.unknown else ()
    doubtful = list(islice(unknown, SHOWN + 1))
    refused = ledger.recipients(name, (DeliveryStatus.REFUSED,)) if tally.refused else ()
    deferred = ledger.recipients(name, (DeliveryStatus.DEFERRED,)) if tally.deferred else ()
    next_at = min(filter(None, (each.next_at for each in deferred)), default=None)
    return {
        "doubtful": doubtful[:SHOWN],
        "has_more_doubtful": len(doubtful) > SHOWN,
        "left_in_doubt": tally.unknown - len(doubtful) if len(doubtful) <= SHOWN else 0,
        "refused": list(islice(refused, SHOWN)),
        "next_try": _format_moment(context, next_at) if next_at else "",
        "deferred": ledger.replies(name, DeliveryStatus.DEFERRED) if tally.deferred else (),
    }


def test(request: StudioRequest) -> Response:
    """Send one marked copy to an address."""
    what, _ = delivery_service.build_send_job(request.context, request.issue_name, approved=False)
    words = asyncio.run(send_test(what, request.form_value("address"), now=request.context.now))
    return request.redirect(
        f"/issues/{request.issue_name}/send",
        f"The test copy is on its way. The server said: {words}",
    )


def begin(request: StudioRequest) -> Response:
    """Plan the sending, when the number was typed that the sentence names.

    For a day and time, or in a minute.
    """
    context, name = request.context, request.issue_name
    what, _ = delivery_service.build_send_job(context, name, approved=True)
    what.server()  # tells now, and not in the background, when none is named
    standing = send_process.load_send_view(context, name)
    count = count_recipients(context, standing.tally)
    _expect_number(request.form_value("number"), count)
    if standing.is_at_work or standing.waits:
        raise UsageError("it is on its way already")
    if standing.tally.total:
        raise UsageError("it was begun before: press Go on")
    scheduling.schedule_send(context, name, _moment(request), people=count)
    send_process.start_send_process(context, name, planned=True)
    return request.redirect(f"/issues/{name}/send")


def _expect_number(typed: str, count: int) -> None:
    """The number of people as typed must be the one that the sentence names."""
    if "".join(typed.split()).replace(",", "").replace(".", "") != str(count):
        raise UsageError(
            f"the number does not fit: this goes to {count:,} people; type {count} to confirm"
        )
    if not count:
        raise UsageError("there is nobody to send to: add people on the page People")


def _moment(request: StudioRequest) -> datetime:
    """When it is to go: the time that was chosen, or else soon, with time to think again."""
    if request.form_value("when") == "later":
        return scheduling.parse_local_time(
            request.context, request.form_value("day"), request.form_value("time")
        )
    return request.context.now + timedelta(seconds=request.studio.undo_s)


def undo(request: StudioRequest) -> Response:
    """Take the sending back while it waits, whoever waits for it."""
    if not scheduling.cancel_schedule(request.context, request.issue_name):
        raise UsageError("it began already: use Pause")
    return request.redirect(f"/issues/{request.issue_name}/send", "Undone: nothing was sent.")


def wait(request: StudioRequest) -> Response:
    """Wait for the time that is planned, after the process that waited was ended."""
    standing = send_process.load_send_view(request.context, request.issue_name)
    if standing.planned is None or standing.planned.waiting is not ScheduleState.ALONE:
        raise UsageError("there is nothing to wait for")
    send_process.start_send_process(request.context, request.issue_name, planned=True)
    return request.redirect(f"/issues/{request.issue_name}/send", "It is waited for again.")


def pause(request: StudioRequest) -> Response:
    """Finish what is in flight, then wait; the same for a sending that was begun in a terminal."""
    if not send_process.load_send_view(request.context, request.issue_name).is_at_work:
        raise UsageError("it is not being sent at this moment")
    _control(request, SendControl.PAUSE)
    return request.redirect(
        f"/issues/{request.issue_name}/send",
        "Pausing: what is in flight is finished. Nobody gets it twice.",
    )


def _control(request: StudioRequest, wish: SendControl) -> None:
    """Ask the send to pause or stop, wherever it runs: it does within a second."""
    context = request.context
    set_send_control(context.engine, request.issue_name, wish, now=context.now)


def stop(request: StudioRequest) -> Response:
    """Finish what is in flight; the others get nothing until somebody lets it go on."""
    standing = send_process.load_send_view(request.context, request.issue_name)
    if not (standing.is_at_work or standing.tally.state == "paused"):
        raise UsageError("it is not being sent: there is nothing to stop")
    _control(request, SendControl.STOP)
    said = "Stopping: what is in flight is finished." if standing.is_at_work else "Stopped."
    return request.redirect(
        f"/issues/{request.issue_name}/send",
        f"{said} The others get nothing until you press Go on.",
    )


def resume_sending(request: StudioRequest) -> Response:
    """Go on with a sending that was paused, stopped or broken off."""
    context, name = request.context, request.issue_name
    standing = send_process.load_send_view(context, name)
    if standing.is_at_work or standing.waits:
        raise UsageError("it is on its way already")
    if not standing.tally.total:
        raise UsageError("it was not begun yet: type the number of people, and press Send")
    what, _ = delivery_service.build_send_job(context, name, approved=True)
    what.server()
    clear_send_control(context.engine, name)
    send_process.start_send_process(
        context, name, resume_restored=request.form_value("restored") == "yes"
    )
    return request.redirect(f"/issues/{name}/send", "It goes on.")


def resolve(request: StudioRequest) -> Response:
    """Settle the deliveries in doubt: that of one person, or all."""
    context, name, person = request.context, request.issue_name, request.form_value("person")
    how = request.form_value("how")
    if how not in {"resend", "leave"}:
        raise UsageError("choose: send again, or leave it")
    only = [
        each.subscriber_id
        for each in delivery_service.list_unknown(context, name)
        if person in {"", str(each.subscriber_id)}
    ]
    if not only:
        raise UsageError("nobody is in doubt any more")
    delivery_service.open_ledger(context).resolve_unknown(
        name, resend=how == "resend", now=context.now, only=only
    )
    many = "They are" if len(only) > 1 else "This one is"
    said = "to be sent again: press Go on." if how == "resend" else "left as it stands."
    return request.redirect(f"/issues/{name}/send", f"{many} {said}")


def publish(request: StudioRequest) -> Response:
    """It is out, though not mailed from here."""
    approval.publish_issue(request.context, request.issue_name)
    return request.redirect("/", "It counts as out; the next issue begins where this one ended.")


async def news(request: Request) -> Response:
    """How the sending stands, as it goes on (server-sent events)."""
    studio: StudioState = request.app.state.studio
    return StreamingResponse(
        _news(request, studio, request.path_params["issue"]), media_type="text/event-stream"
    )


async def _news(request: Request, studio: StudioState, name: str) -> AsyncIterator[bytes]:
    last: dict[str, Any] = {}
    while not (studio.is_closing or await request.is_disconnected()):
        try:
            told = await run_in_threadpool(_describe_status, studio, name)
        except NewsletterError as error:
            told = {"trouble": str(error), "over": True}
        if told != last:
            last = told
            yield event(told)
        if told["over"]:
            return
        await asyncio.sleep(LOOK_S)


def _describe_status(studio: StudioState, name: str) -> dict[str, Any]:
    standing = send_process.load_send_view(studio.context(), name)
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
    route("/issues/{issue}/send/go-on", resume_sending, changes=True),
    route("/issues/{issue}/send/resolve", resolve, changes=True),
    route("/issues/{issue}/send/publish", publish, changes=True),
    Route("/issues/{issue}/send/news", news),
]
