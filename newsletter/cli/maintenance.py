"""`backup`, `restore`, `tidy`.

A newsletter that outlives its machine, and keeps no more than it needs.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from newsletter.cli.session import CommandSession, answer, json_option, say, tell

if TYPE_CHECKING:
    from newsletter.admin.backup import BackupResult
    from newsletter.admin.restore import RestoreResult
    from newsletter.admin.tidy import TidyResult


@click.command(epilog="Example: newsletter backup /media/usb/newsletter.tar.gz")
@click.argument("file", type=click.Path(path_type=Path))
@json_option
@click.pass_obj
def backup(session: CommandSession, file: Path, as_json: bool) -> None:
    """Put all that is needed to go on into one file; a sending may run meanwhile."""
    from newsletter.admin.backup import write_backup

    done = write_backup(session.workspace, file, now=session.now)
    if done.path.resolve().is_relative_to(session.workspace.folder.resolve()):
        tell(
            "Take it away from here: it holds the list of subscribers, and should outlive this"
            " folder."
        )
    if as_json:
        answer({"file": str(done.path), "files": done.files, "database": done.has_database})
    else:
        say(_backup_sentence(done))


def _backup_sentence(done: BackupResult) -> str:
    if done.has_database:
        return (
            f"{done.path}: the database and {done.files} files. Whoever has it, has the list of"
            " subscribers."
        )
    return (
        f"{done.path}: {done.files} files, without a database. PostgreSQL is kept by pg_dump:"
        " docs/operations.md."
    )


@click.command(epilog="Example: newsletter restore /media/usb/newsletter.tar.gz --into ~/lms-news")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--into",
    type=click.Path(path_type=Path, file_okay=False),
    help="The folder; else the newsletter we are in.",
)
@click.option(
    "--force",
    is_flag=True,
    help="Even over a database: the old one is kept aside, who left stays gone.",
)
@json_option
@click.pass_obj
def restore(
    session: CommandSession, file: Path, into: Path | None, force: bool, as_json: bool
) -> None:
    """Put a backup back. Nothing is mailed from it before you say so."""
    from newsletter.admin.restore import restore as put_back
    from newsletter.workspace.folder import find

    folder = into or session.folder or find(Path.cwd())
    done = put_back(file, folder, force=force, now=session.now)
    if as_json:
        answer(_restore_json(done, folder))
        return
    for sentence in _sentences(done, folder):
        say(sentence)


def _restore_json(done: RestoreResult, folder: Path) -> dict[str, Any]:
    return {
        "folder": str(folder),
        "made_at": done.made_at,
        "files": done.files,
        "database": done.has_database,
        "gone_since": done.gone,
        "kept_aside": str(done.aside) if done.aside else None,
    }


def _sentences(done: RestoreResult, folder: Path) -> list[str]:
    at = f"{done.made_at:%Y-%m-%d at %H:%M} UTC"
    parts = [f"{folder} is as it was on {at}; {done.files} files were put in place."]
    if not done.has_database:
        parts.append(
            "The backup holds no database: put PostgreSQL's back with pg_restore"
            " (docs/operations.md)."
        )
    if done.gone is not None:
        parts.append(f"{done.gone} people who left since the backup stay gone.")
    elif done.has_database:
        parts.append(
            "Who left since the backup is not known here: read the bounce mailbox again"
            " (docs/operations.md)."
        )
    if done.aside:
        parts.append(
            f"What was replaced lies in {done.aside}; delete it when you miss nothing, it holds a"
            " list of people."
        )
    parts.append("Nothing is mailed until you say `newsletter send ISSUE --resume-restored`.")
    return parts


@click.command(epilog="Example: newsletter tidy")
@json_option
@click.pass_obj
def tidy(session: CommandSession, as_json: bool) -> None:
    """Forget who got which issue long ago and why people left.

    Delete messages, rejected rows and unused pictures left lying.
    """
    from newsletter.admin import tidy as admin_tidy

    done = admin_tidy.tidy_workspace(session.context)
    if as_json:
        answer(_tidy_json(done))
        return
    reduced = done.reduced
    say(
        f"{reduced.deliveries} deliveries of {reduced.sendings} issues were reduced to counts,"
        f" {reduced.mails} mails no longer name anybody, {done.typed} requests and words why people"
        f" left were forgotten, {done.files} files and {done.pictures} unused pictures were deleted"
    )
    for each in done.aside:
        say(f"{each} was put aside, and holds a list of people: delete it when you miss nothing")


def _tidy_json(done: TidyResult) -> dict[str, Any]:
    reduced = done.reduced
    return {
        "sendings": reduced.sendings,
        "deliveries": reduced.deliveries,
        "mails": reduced.mails,
        "typed": done.typed,
        "files": done.files,
        "pictures": done.pictures,
        "kept_aside": [str(each) for each in done.aside],
    }
