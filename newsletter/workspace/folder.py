"""A workspace: the folder with a newsletter.toml, and where everything in it lies."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from newsletter import config
from newsletter.config import Settings
from newsletter.errors import WorkspaceError


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """One newsletter on disk."""

    folder: Path
    settings: Settings

    @property
    def issues(self) -> Path:
        """The folder of issues, one below it for each."""
        return self.folder / "issues"

    @property
    def private(self) -> Path:
        """The folder of what is not for git: the database, the secret."""
        return self.folder / ".newsletter"

    @property
    def template_cache(self) -> Path:
        """Where templates are kept in the form that can be filled at once.

        May be deleted at any time.
        """
        return self.private / "templates"

    @property
    def templates(self) -> Path:
        """The workspace's own templates, which win over the shipped ones."""
        return self.folder / "templates"

    def path(self, written: str) -> Path:
        """A path as written in newsletter.toml, taken from the workspace."""
        return self.folder / Path(written).expanduser()


def find(start: Path) -> Path:
    """The nearest folder from `start` upwards that has a newsletter.toml.

    Raises WorkspaceError when none has.
    """
    for folder in (start, *start.parents):
        if (folder / config.FILE_NAME).is_file():
            return folder
    raise WorkspaceError(
        f"no {config.FILE_NAME} in {start} or above it. Make a newsletter with “newsletter init"
        " FOLDER”, or name its folder with “newsletter -C FOLDER …”"
    )


def open_workspace(folder: Path | None = None) -> Workspace:
    """The workspace in just this folder, or else the nearest one upwards from where we stand.

    Raises WorkspaceError or ConfigError.
    """
    if folder is None:
        folder = find(Path.cwd())
    elif not (folder / config.FILE_NAME).is_file():
        raise WorkspaceError(
            f"no {config.FILE_NAME} in {folder}. Make one with “newsletter init {folder}”"
        )
    return Workspace(folder=folder, settings=config.load(folder / config.FILE_NAME))
