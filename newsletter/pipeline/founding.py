"""Beginnings: a new newsletter, the sample, and the sample made one's own. Nothing is ever deleted, but put aside."""

from __future__ import annotations

import secrets
import shutil
import tomllib
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import tomlkit

from newsletter import config, sample
from newsletter.config import FILE_NAME
from newsletter.errors import StorageError, UsageError
from newsletter.pipeline.desk import Desk
from newsletter.pipeline.settling import take_out
from newsletter.storage.database import database_file
from newsletter.storage.files import write_whole
from newsletter.storage.workspace import Workspace

SECRET_BYTES = 32
ASIDE = "before-mine-"
"""How the folder begins that the sample is put into."""
GOES = ("sources", "issues", "subscribers.csv")
STAYS_PRIVATE = ("secret", "smtp-password", "before-*")


def begin_sample(folder: Path, now: datetime) -> None:
    """Fill a folder with the sample; raises WorkspaceError."""
    sample.build(folder, now=now, secret=secrets.token_hex(SECRET_BYTES))


def begin_own(folder: Path, *, title: str, sender: str) -> None:
    """Make a folder a newsletter of one's own; raises ConfigError or WorkspaceError."""
    sample.build_empty(folder, title=title, sender=sender, secret=secrets.token_hex(SECRET_BYTES))


def is_sample(workspace: Workspace) -> bool:
    """Whether this is the sample still, by the first words of its newsletter.toml."""
    return sample.settings().partition("\n")[0] in (workspace.folder / FILE_NAME).read_text("utf-8-sig")


def make_mine(desk: Desk, *, title: str, sender: str) -> Path:
    """Keep the look and the sections of the sample, and put all else aside; gives the folder where it lies.

    Raises UsageError or ConfigError, with nothing changed, or StorageError. The database must not be open. newsletter.toml
    is written last, so that whoever is interrupted begins again.
    """
    workspace = desk.workspace
    if database_file(workspace.settings.newsletter.database, workspace.folder) is None:
        raise UsageError(
            "the entries are in a database on a server, which is not emptied from here: begin in a new folder"
        )
    text = _mine(workspace, title, sender)
    config.parse(text)
    aside = workspace.private / f"{ASIDE}{desk.now:%Y%m%dT%H%M%SZ}"
    try:
        aside.mkdir(mode=0o700, parents=True)
        shutil.copy2(workspace.folder / FILE_NAME, aside)
        for path in tuple(_going(workspace)):
            path.rename(aside / path.name)
        workspace.issues.mkdir(exist_ok=True)
    except OSError as error:
        raise StorageError(
            f"{error.filename} could not be put aside ({error.strerror}); what was moved lies in {aside}"
        ) from error
    write_whole(workspace.folder / FILE_NAME, text)
    return aside


def _going(workspace: Workspace) -> Iterator[Path]:
    yield from (path for name in GOES if (path := workspace.folder / name).exists())
    for path in workspace.private.iterdir():
        if not any(path.match(each) for each in STAYS_PRIVATE):
            yield path


def _mine(workspace: Workspace, title: str, sender: str) -> str:
    """The settings without what is still the sample's own; what was set since stays."""
    theirs = tomllib.loads(sample.settings())
    document = tomlkit.parse(_without_its_comments((workspace.folder / FILE_NAME).read_text("utf-8-sig")))
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
    """newsletter.toml with the first words of a new one, and without what the sample says of itself."""
    fresh = sample.blank_settings().splitlines()
    theirs = {line for line in sample.settings().splitlines() if line.startswith("#")} - set(fresh)
    kept = (line for line in text.splitlines() if line.rstrip() not in theirs)
    return "\n".join([fresh[0], *kept, ""])
