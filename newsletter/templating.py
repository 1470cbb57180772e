"""Where templates lie: the workspace's own `templates/` first, file by file, then the ones that we ship.

In a checkout those stand at the top level, in an installed wheel inside the package.
"""

from __future__ import annotations

from pathlib import Path

import jinja2

from newsletter.errors import TemplateError
from newsletter.rendering.filters import FILTERS

FOLDER = "templates"
_PACKAGE = Path(__file__).resolve().parent


def shipped_folder() -> Path:
    """The folder of the shipped templates; raises TemplateError when the installation lacks it."""
    for folder in (_PACKAGE / FOLDER, _PACKAGE.parent / FOLDER):
        if (folder / "issue.html.jinja").is_file():
            return folder
    raise TemplateError("the shipped templates are missing from this installation: install the newsletter again")


def environment(workspace: Path | None = None) -> jinja2.Environment:
    """Strict templates: every value escaped but in plain text and style sheets, every unknown name an error."""
    folders = [folder for folder in (workspace / FOLDER if workspace else None, shipped_folder()) if folder]
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folders),
        autoescape=_is_escaped,  # noqa: S701 - all but plain text and style sheets
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=False,
    )
    made.filters.update(FILTERS)
    return made


def _is_escaped(name: str | None) -> bool:
    return not (name or "").endswith((".txt.jinja", ".css.jinja"))
