"""`draft`, `render`, `check`, `preview`, `approve`, `publish`.

The way from what is new to an issue that may go out.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from newsletter.cli.session import CommandSession, answer, interactive, json_option, say, tell
from newsletter.model import Severity

if TYPE_CHECKING:
    from newsletter.issues.drafting import DraftResult

issue_argument = click.argument("issue", required=False, metavar="[ISSUE]")


@click.command(epilog="Example: newsletter draft 2026-11")
@issue_argument
@click.option("--until", metavar="DATE", help="The last day that the issue looks at; else now.")
@json_option
@click.pass_obj
def draft(session: CommandSession, issue: str | None, until: str | None, as_json: bool) -> None:
    """Make the next issue from what is new; run again, it adds what is new and keeps every edit."""
    from newsletter.issues import drafting

    drafted = drafting.draft_issue(session.context, issue, until=until)
    if as_json:
        answer(_draft_json(drafted))
        return
    for line in _draft_lines(drafted):
        say(line)


def _draft_json(drafted: DraftResult) -> dict[str, Any]:
    made, selection = drafted.issue, drafted.selection
    sections = {entry.key: section.name for section in made.sections for entry in section.entries}
    chosen = [
        {
            "key": each.entry.key,
            "title": each.entry.title,
            "section": sections.get(each.entry.key, each.section),
            "why": each.why,
        }
        for each in selection.chosen
    ]
    left_out = [
        {"key": each.entry.key, "title": each.entry.title, "reason": each.reason}
        for each in selection.left_out
    ]
    return {
        "issue": made.name,
        "chosen": chosen,
        "left_out": left_out + [each._asdict() for each in drafted.passed],
        "sections": {each.name: len(each.entries) for each in made.sections if each.entries},
        "files": [str(path) for path in drafted.files],
    }


def _draft_lines(drafted: DraftResult) -> Iterator[str]:
    made = drafted.issue
    yield f"{made.name}: {made.subject}"
    for section in made.sections:
        yield from (f"  {section.title}: {entry.title}" for entry in section.entries)
    left_out = len(drafted.selection.left_out) + len(drafted.passed)
    yield (
        f"{len(made.entries())} entries in it; {left_out} left out (“newsletter entries” tells why)"
    )
    yield from (f"  {path}" for path in drafted.files)


@click.command(epilog="Example: newsletter render 2026-11")
@issue_argument
@json_option
@click.pass_obj
def render(session: CommandSession, issue: str | None, as_json: bool) -> None:
    """Make HTML and text again from issue.toml."""
    from newsletter.issues import render as issue_render

    rendered, files = issue_render.render_issue(session.context, issue)
    if as_json:
        answer(
            {
                "issue": files[0].parent.name,
                "digest": rendered.digest,
                "html_bytes": rendered.html_bytes,
                "files": [str(each) for each in files],
            }
        )
        return
    for path in files:
        say(str(path))


@click.command(epilog="Example: newsletter check 2026-11 --links")
@issue_argument
@click.option(
    "--links", "try_links", is_flag=True, help="Try every link, too: this asks the network."
)
@json_option
@click.pass_obj
def check(session: CommandSession, issue: str | None, try_links: bool, as_json: bool) -> int:
    """Look for everything that is wrong with an issue."""
    from newsletter.cli.output import finding_json, finding_lines
    from newsletter.cli.progress import bar
    from newsletter.issues import link_check, review
    from newsletter.issues.service import locate_issue

    if try_links:
        with bar("Trying links", link_check.count_untried_links(session.context, issue)) as advance:
            link_check.try_links(session.context, issue, lambda: advance("a link"))
    checked, _, findings = review.check_issue_mail(session.context, issue)
    if as_json:
        answer({"issue": checked.name, "findings": [finding_json(each) for each in findings]})
    else:
        written = locate_issue(session.context, checked.name).read_text("utf-8-sig")
        say(finding_lines(findings, checked, written) or f"{checked.name}: nothing to mend")
    return 1 if any(each.severity is Severity.ERROR for each in findings) else 0


@click.command(epilog="Example: newsletter approve 2026-11")
@click.argument("issue")
@click.option("--by", default="", help="Who approves.")
@json_option
@click.pass_obj
def approve(session: CommandSession, issue: str, by: str, as_json: bool) -> None:
    """Approve exactly this content for sending; any later change voids it."""
    from newsletter.issues import approval

    rendered = approval.approve_issue(session.context, issue, by=by)
    if as_json:
        answer({"issue": issue, "digest": rendered.digest})
        return
    say(
        f"{issue} is approved as it stands: “{rendered.subject}”. Send it with “newsletter send"
        f" {issue}”"
    )


@click.command(epilog="Example: newsletter publish 2026-11")
@click.argument("issue")
@json_option
@click.pass_obj
def publish(session: CommandSession, issue: str, as_json: bool) -> None:
    """Note that an issue is out, though not mailed from here.

    The next one begins where it ended.
    """
    from newsletter.issues import approval

    published_at = approval.publish_issue(session.context, issue)
    if as_json:
        answer({"issue": issue, "published_at": published_at})
        return
    say(
        f"{issue} is out since {published_at:%Y-%m-%d %H:%M} UTC; the next issue begins where it"
        " ended"
    )


@click.command(epilog="Example: newsletter preview 2026-11")
@issue_argument
@click.option("--port", default=0, help="Serve on this port of 127.0.0.1; else on a free one.")
@click.option("--no-browser", is_flag=True, help="Only print the address.")
@click.pass_obj
def preview(session: CommandSession, issue: str | None, port: int, no_browser: bool) -> None:
    """Show an issue in the browser, drawn again whenever it is saved."""
    serve_preview(session, issue, port=port, browse=not no_browser)


def serve_preview(session: CommandSession, issue: str | None, *, port: int, browse: bool) -> None:
    """Serve the preview of an issue until the person closes it."""
    from newsletter.issues import window
    from newsletter.studio.preview import preview_app, watch_issue
    from newsletter.studio.server import serve_locally

    name = issue or window.due_name(session.context)
    watched = watch_issue(session.context, name)
    watched.refresh()
    if watched.error:
        tell(watched.error)
    serve_locally(preview_app(watched), port=port, browse=browse, ready=_announce)


def _announce(address: str) -> None:
    say(f"The preview is at {address}")
    if interactive():
        say("Close it with Ctrl-C.")


def shorten_path(path: Path) -> str:
    """A path as short as it can be said from where we stand."""
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)
