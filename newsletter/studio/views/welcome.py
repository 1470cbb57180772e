"""The first page of all, in a folder without a newsletter; and the sample made one's own."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.responses import HTMLResponse, RedirectResponse, Response

from newsletter.admin import newsletter_setup
from newsletter.errors import NewsletterError, UsageError
from newsletter.issues.store import issues_of
from newsletter.studio import send_process
from newsletter.studio.requests import PAGES, StudioRequest, route
from newsletter.studio.views.setup import STEPS, FieldMessages, sender_of, wrong_address


def welcome(request: StudioRequest) -> Response:
    """The sample, or one's own?"""
    if request.studio.has_newsletter:
        return RedirectResponse("/", 303)
    return _page(request, "welcome", "Welcome")


def own(request: StudioRequest) -> Response:
    """Ask for the little without which there is no newsletter."""
    if request.studio.has_newsletter:
        return RedirectResponse("/", 303)
    return _page(request, "welcome_own", f"Step 1 of {len(STEPS) + 1}: Name and sender")


def _page(
    request: StudioRequest,
    template: str,
    title: str,
    *,
    given: Mapping[str, str] | None = None,
    wrong: Mapping[str, str] | None = None,
) -> Response:
    values = {
        "title": title,
        "csrf": request.studio.csrf,
        "folder": str(request.studio.folder),
        "is_empty": not request.studio.folder.is_dir() or not any(request.studio.folder.iterdir()),
        "values": {"title": "", "from_name": "", "from_address": ""} | dict(given or {}),
        "wrong": FieldMessages(wrong or {}),
    }
    return HTMLResponse(
        PAGES.get_template(f"{template}.html.jinja").render(values), 409 if wrong else 200
    )


def begin_sample(request: StudioRequest) -> Response:
    """Fill the folder with the sample."""
    try:
        newsletter_setup.create_sample(request.studio.folder, request.studio.clock())
    except NewsletterError as error:
        return _page(request, "welcome", "Welcome", wrong={"all": str(error)})
    return request.redirect(
        "/",
        "This is the sample: everything works, and its readers are invented. Begin with Collect;"
        " Setup can make it yours.",
    )


def begin_own(request: StudioRequest) -> Response:
    """Make the folder a newsletter of one's own."""
    given, wrong = _read_form(request)
    if not wrong:
        try:
            newsletter_setup.create_newsletter(
                request.studio.folder, title=given["title"], sender=_sender(given)
            )
        except NewsletterError as error:
            wrong = {"all": str(error)}
    if wrong:
        return _page(
            request,
            "welcome_own",
            f"Step 1 of {len(STEPS) + 1}: Name and sender",
            given=given,
            wrong=wrong,
        )
    return request.redirect(
        "/start/newsletter",
        f"{given['title']} is there. What follows can be skipped, and found again under Setup.",
    )


def _read_form(request: StudioRequest) -> tuple[dict[str, str], dict[str, str]]:
    given = {
        name: " ".join(request.form_value(name).split())
        for name in ("title", "from_name", "from_address")
    }
    wrong = {} if given["title"] else {"title": "This needs a name; you can change it later."}
    if said := wrong_address(given["from_address"]):
        wrong["from_address"] = said
    return given, wrong


def _sender(given: Mapping[str, str]) -> str:
    return sender_of(given["from_name"] or given["title"], given["from_address"])


def mine(request: StudioRequest) -> Response:
    """What goes and what stays when the sample is made one's own."""
    return _mine(request, {}, {})


def _mine(request: StudioRequest, given: Mapping[str, str], wrong: Mapping[str, str]) -> Response:
    if not newsletter_setup.is_sample(request.context.workspace):
        raise UsageError("this is no sample, but a newsletter of your own already")
    values = {"title": "", "from_name": "", "from_address": ""} | dict(given)
    return request.render_page(
        "mine",
        title="Make the sample mine",
        values=values,
        wrong=FieldMessages(wrong),
        status=409 if wrong else 200,
    )


def make_mine(request: StudioRequest) -> Response:
    """Put the sample aside and keep its look."""
    given, wrong = _read_form(request)
    if wrong:
        return _mine(request, given, wrong)
    context = request.context
    if not newsletter_setup.is_sample(context.workspace):
        raise UsageError("this is no sample, but a newsletter of your own already")
    _wait_for_others(request)
    aside = newsletter_setup.convert_sample(context, title=given["title"], sender=_sender(given))
    where = aside.relative_to(context.workspace.folder)
    return request.redirect(
        "/start/newsletter", f"{given['title']} is yours. What was in the sample lies in {where}."
    )


def bring_back(request: StudioRequest) -> Response:
    """Put the sample back, and what is there now aside."""
    context = request.context
    _wait_for_others(request)
    where = newsletter_setup.restore_sample(context).relative_to(context.workspace.folder)
    return request.redirect("/", f"This is the sample again. What you had lies in {where}.")


def _wait_for_others(request: StudioRequest) -> None:
    """Nobody else may be at the database; raises UsageError when something is going on."""
    context = request.context
    sendings = [send_process.load_send_view(context, each) for each in issues_of(context).names()]
    if request.studio.collecting.is_running or any(
        each.waits or each.is_at_work for each in sendings
    ):
        raise UsageError("something is being collected or sent: wait until it is done")
    request.studio.release_database()


ROUTES = [
    route("/welcome", welcome),
    route("/welcome/own", own),
    route("/welcome/sample", begin_sample, changes=True),
    route("/welcome/begin", begin_own, changes=True),
    route("/setup/mine", mine),
    route("/setup/mine/make", make_mine, changes=True),
    route("/setup/mine/back", bring_back, changes=True),
]
