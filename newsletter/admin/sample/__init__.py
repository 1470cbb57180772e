"""New workspaces: one with little more than a name, and a sample in which everything works offline.

The sample belongs to an invented foundation. Its papers and trials are true ones with their true
dates, titles and identifiers; its events, grant calls and tips are invented, and their dates are
counted from the moment it is built, so that a demonstration always has something ahead. The same
moment and secret give the same bytes.

A folder becomes a workspace with its newsletter.toml, which is therefore written last; no file that
stands there already is ever written over.
"""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

from newsletter import config
from newsletter.admin.sample import moments
from newsletter.admin.sample.placing import Files, place

__all__ = ["blank_settings", "build", "build_empty", "settings"]

HERE = Path(__file__).parent
LAST_ISSUE = "last"  # the folder below files/issues/ that is named by its month when it is built


def build(folder: Path, *, now: datetime, secret: str) -> None:
    """Fill `folder` with the sample as of `now` (aware).

    `secret` signs its tokens and is made by the caller.

    Raises WorkspaceError when `folder` is a workspace already, holds a file of the same name, or
    cannot be written.
    """
    dates = moments.around(now)
    place(folder, _common(secret) | _sample(dates))


def build_empty(folder: Path, *, title: str, sender: str, secret: str) -> None:
    """Make `folder` a workspace with a commented newsletter.toml and nothing one has to undo.

    Raises ConfigError, before anything is written, when title or sender cannot be used, and
    WorkspaceError as `build`.
    """
    words = {"title": _toml(title), "from": _toml(sender)}
    text = re.sub(r"\{\{(\w+)\}\}", lambda mark: words[mark[1]], blank_settings())
    config.parse(text)
    place(folder, _common(secret) | {Path("issues/.gitkeep"): "", Path(config.FILE_NAME): text})


def blank_settings() -> str:
    """newsletter.toml of a new newsletter, with marks for its title and sender."""
    return (HERE / "empty" / config.FILE_NAME).read_text("utf-8")


def settings() -> str:
    """newsletter.toml of the sample, as if built with a look back of 90 days."""
    return (HERE / "files" / config.FILE_NAME).read_text("utf-8").replace("{{late_days}}", "90")


def _common(secret: str) -> Files:
    """What every workspace has: its secret, and what git must not see."""
    return {
        Path(".newsletter/secret"): f"{secret}\n",
        Path(".gitignore"): (HERE / "empty" / "gitignore").read_text("utf-8"),
    }


def _sample(dates: moments.Moments) -> Files:
    root = HERE / "files"
    found = (path for path in sorted(root.rglob("*")) if path.is_file())
    return {_place_of(path.relative_to(root), dates): _text(path, dates) for path in found}


def _text(path: Path, dates: moments.Moments) -> str:
    """A file of the sample with its dates; a calendar's lines end in CRLF (RFC 5545, 3.1)."""
    text = dates.fill(path.read_text("utf-8"))
    return text.replace("\n", "\r\n") if path.suffix == ".ics" else text


def _place_of(path: Path, dates: moments.Moments) -> Path:
    """Where a file of the sample goes: the folder of the last issue is named by its month."""
    return Path(*(dates.last_issue if part == LAST_ISSUE else part for part in path.parts))


def _toml(text: str) -> str:
    """A text as TOML writes it, quotes included."""
    import tomlkit

    return tomlkit.item(text).as_string()
