"""Images of an issue: uploaded by an editor, and shown in the preview."""

from __future__ import annotations

from starlette.responses import JSONResponse, PlainTextResponse, Response

from newsletter.issues import images
from newsletter.studio.requests import StudioRequest, route

WIDTHS = {"full": 0, "middle": 400, "small": 240}
"""How wide a picture is to stand → pixels; 0: as wide as the text."""


def take_in(request: StudioRequest) -> Response:
    """Keep the picture that is the body of this request; gives the Markdown that shows it."""
    taken = images.add_image(
        request.context,
        request.issue_name,
        request.body,
        words=request.query_value("words"),
        is_ornament=request.query_value("ornament") == "yes",
        width=WIDTHS.get(request.query_value("width"), 0),
    )
    return JSONResponse(
        {"markdown": taken.markdown, "said": taken.said, "reachable": taken.is_reachable}
    )


def show(request: StudioRequest) -> Response:
    """A picture, for the preview."""
    path = images.find(
        request.context.workspace, request.issue_name, request.request.path_params["file"]
    )
    if path is None:
        return PlainTextResponse("There is no such picture.", 404)
    headers = {"Content-Security-Policy": "default-src 'none'; sandbox"}
    return Response(path.read_bytes(), media_type=images.media_type(path), headers=headers)


ROUTES = [
    route("/issues/{issue}/picture", take_in, changes=True, asks=True),
    route("/issues/{issue}/pictures/{file}", show),
]
