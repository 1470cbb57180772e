"""`init` and `demo`: a newsletter to begin with."""

from __future__ import annotations

import secrets
from dataclasses import replace
from pathlib import Path

import click

from newsletter.cli.session import CommandSession, interactive, say
from newsletter.errors import UsageError

SECRET_BYTES = 32


@click.command(
    epilog=(
        "Example: newsletter init ~/lms-news --title “LMS News” --from “LMS Circle"
        " <news@example.org>”"
    )
)
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--sample", is_flag=True, help="Fill it with a sample, so that everything works offline."
)
@click.option("--title", help="The name of the newsletter.")
@click.option(
    "--from", "sender", help="The sender that readers see, as in “News <news@example.org>”."
)
@click.pass_obj
def init(
    session: CommandSession, folder: Path, sample: bool, title: str | None, sender: str | None
) -> None:
    """Make a new newsletter in a folder."""
    from newsletter.admin.sample import build, build_empty

    if sample:
        build(folder, now=session.now, secret=new_secret())
    else:
        title = _prompt_option(title, "--title", "What is the newsletter called?")
        sender = _prompt_option(
            sender, "--from", "Who sends it, as in “LMS Circle <news@example.org>”?"
        )
        build_empty(folder, title=title, sender=sender, secret=new_secret())
    say(
        f"Made {folder}. Next:\n  cd {folder}\n  newsletter collect\n  newsletter draft\n "
        " newsletter preview"
    )


def _prompt_option(given: str | None, option: str, question: str) -> str:
    if given is not None:
        return given
    if not interactive():
        raise UsageError(f"{option} is missing: {question}")
    answered: str = click.prompt(question)
    return answered


def new_secret() -> str:
    """The key that links of a new newsletter are signed with: 256 bits, as text."""
    return secrets.token_hex(SECRET_BYTES)


@click.command(epilog="Example: newsletter demo --no-browser")
@click.option("--no-browser", is_flag=True, help="Only print the address.")
@click.option("--build-only", is_flag=True, help="Write the files, print their paths, and end.")
@click.option("--port", default=0, help="Serve on this port of 127.0.0.1; else on a free one.")
@click.pass_obj
def demo(session: CommandSession, no_browser: bool, build_only: bool, port: int) -> None:
    """Make a sample newsletter in ./demo, draft its next issue, and show it in the browser."""
    from newsletter.admin.sample import build
    from newsletter.cli.issues import serve_preview, shorten_path
    from newsletter.cli.progress import watching_sources
    from newsletter.issues import drafting
    from newsletter.sources import collector

    folder = session.folder or Path("demo")
    if not (folder / "newsletter.toml").is_file():
        build(folder, now=session.now, secret=new_secret())
    session = replace(session, folder=folder)
    sources = collector.chosen_sources(session.context, ())
    with watching_sources(len(sources)) as on_progress:
        collector.collect(session.context, sources, on_progress)
    drafted = drafting.draft_issue(session.context)
    for path in drafted.files:
        say(shorten_path(path))
    if not build_only:
        serve_preview(session, drafted.issue.name, port=port, browse=not no_browser)
