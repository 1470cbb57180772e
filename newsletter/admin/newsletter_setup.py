"""Beginnings: a new newsletter, the sample, and the sample made one's own.

Nothing is ever deleted, but put aside.
"""

from __future__ import annotations

import secrets
import shutil
import tomllib
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import tomlkit

from newsletter import config
from newsletter.admin import sample
from newsletter.config import FILE_NAME
from newsletter.database.engine import database_file, open_database
from newsletter.errors import StorageError, UsageError
from newsletter.platform_support import replace_file
from newsletter.subscribers import service as subscribers
from newsletter.subscribers.reconcile import keep_gone
from newsletter.workspace.context import AppContext
from newsletter.workspace.files import write_whole
from newsletter.workspace.folder import Workspace
from newsletter.workspace.settings_editor import take_out

SECRET_BYTES = 32
ASIDE = "before-mine-"
"""How the folder begins that the sample is put into."""
GOES = ("sources", "issues", "subscribers.csv")
FRESH = "fresh.db"
"""The database that is to come, until the old one is out of its place."""
STAYS_PRIVATE = ("secret", "smtp-password", "before-*", f"{FRESH}*", "*.lock", "*.running")


def create_sample(folder: Path, now: datetime) -> None:
    """Fill a folder with the sample; raises WorkspaceError."""
    sample.build(folder, now=now, secret=secrets.token_hex(SECRET_BYTES))


def create_newsletter(folder: Path, *, title: str, sender: str) -> None:
    """Make a folder a newsletter of one's own; raises ConfigError or WorkspaceError."""
    sample.build_empty(folder, title=title, sender=sender, secret=secrets.token_hex(SECRET_BYTES))


def is_sample(workspace: Workspace) -> bool:
    """Whether this is the sample still, by the first words of its newsletter.toml."""
    return sample.settings().partition("\n")[0] in (workspace.folder / FILE_NAME).read_text(
        "utf-8-sig"
    )


def convert_sample(context: AppContext, *, title: str, sender: str) -> Path:
    """Keep the look and the sections of the sample, and put all else aside.

    Gives the folder where it lies.

    Raises UsageError or ConfigError, with nothing changed, or StorageError. Nobody else may have
    the database open. newsletter.toml is written last, so that whoever is interrupted begins again.
    Who asked to be left alone stays so.
    """
    text = _mine(context.workspace, title, sender)
    config.parse(text)
    aside = _put_aside(context, fresh=None)
    write_whole(context.workspace.folder / FILE_NAME, text)
    return aside


def put_aside(workspace: Workspace) -> Path | None:
    """Where lies what was in the sample last, if it was made one's own here."""
    return max(workspace.private.glob(f"{ASIDE}*"), default=None)


def restore_sample(context: AppContext) -> Path:
    """Put the sample back as it was, and what is there now aside; gives the folder where that lies.

    Raises UsageError when there is none, or when people are on the list: theirs is no sample any
    longer.
    """
    workspace = context.workspace
    sample_files = put_aside(workspace)
    if sample_files is None or is_sample(workspace):
        raise UsageError("there is no sample that could be brought back")
    if next(subscribers.list_subscribers(context), None) is not None:
        raise UsageError(
            "there are people on your list, so this stays your newsletter: try the sample in a new"
            " folder"
        )
    context.engine.dispose()
    aside = _put_aside(context, fresh=sample_files)
    places = dict.fromkeys(GOES, workspace.folder)
    for path in sample_files.iterdir():
        if path.name != FILE_NAME:
            _replace(path, places.get(path.name, workspace.private))
    _replace(sample_files / FILE_NAME, workspace.folder)
    sample_files.rmdir()
    return aside


def _replace(path: Path, folder: Path) -> None:
    there = folder / path.name
    if there.is_dir():
        there.rmdir()  # of issues, which is empty then
    replace_file(path, there)


def _put_aside(context: AppContext, *, fresh: Path | None) -> Path:
    """Move all that is not the look into a dated folder.

    Those who left are noted in the database that comes instead.
    """
    workspace = context.workspace
    database = database_file(workspace.settings.newsletter.database, workspace.folder)
    if database is None:
        raise UsageError(
            "the entries are in a database on a server, which is not emptied from here: begin in a"
            " new folder"
        )
    aside = workspace.private / f"{ASIDE}{context.now:%Y%m%dT%H%M%SZ}"
    try:
        aside.mkdir(mode=0o700, parents=True)
        shutil.copy2(workspace.folder / FILE_NAME, aside)
        instead = _without_people(
            context, database, (fresh or workspace.private) / (database.name if fresh else FRESH)
        )
        for path in tuple(_going(workspace, database)):
            replace_file(path, aside / path.name)
        if instead is not None and not fresh:
            replace_file(instead, database)
        workspace.issues.mkdir(exist_ok=True)
    except OSError as error:
        raise StorageError(
            f"{error.filename} could not be put aside ({error.strerror}); what was moved lies in"
            f" {aside}"
        ) from error
    return aside


def _without_people(context: AppContext, database: Path, instead: Path) -> Path | None:
    """A database that knows of the old one only who asked to be left alone.

    None when there is no old one.
    """
    if not database.is_file():
        return None
    old = open_database(f"sqlite:///{database}", context.workspace.folder)
    new = open_database(f"sqlite:///{instead}", context.workspace.folder)
    try:
        keep_gone(old, new, now=context.now)
    finally:
        old.dispose()
        new.dispose()
    return instead


def _going(workspace: Workspace, database: Path) -> Iterator[Path]:
    yield from (path for name in GOES if (path := workspace.folder / name).exists())
    yield from (
        path
        for path in workspace.private.iterdir()
        if not any(path.match(each) for each in STAYS_PRIVATE)
    )
    if database.parent != workspace.private:
        yield from database.parent.glob(f"{database.name}*")


def _mine(workspace: Workspace, title: str, sender: str) -> str:
    """The settings without what is still the sample's own; what was set since stays."""
    theirs = tomllib.loads(sample.settings())
    document = tomlkit.parse(
        _without_its_comments((workspace.folder / FILE_NAME).read_text("utf-8-sig"))
    )
    take_out(document, "source")
    newsletter = document["newsletter"]
    assert isinstance(newsletter, dict)
    newsletter.pop("late_days", None)
    for table, names in (
        ("newsletter", ("reply_to", "address", "url")),
        ("inbox", ("address",)),
        ("theme", ("footer",)),
    ):
        found = document.get(table, {})
        for name in names:
            if found.get(name) == theirs[table][name]:
                found.pop(name)
        if table in document and not found:
            take_out(document, table)
    newsletter.update({"title": title, "from": sender})
    return tomlkit.dumps(document)


def _without_its_comments(text: str) -> str:
    """newsletter.toml for a new newsletter, without what the sample says of itself."""
    fresh = sample.blank_settings().splitlines()
    theirs = {line for line in sample.settings().splitlines() if line.startswith("#")} - set(fresh)
    kept = (line for line in text.splitlines() if line.rstrip() not in theirs)
    return "\n".join([fresh[0], *kept, ""])
