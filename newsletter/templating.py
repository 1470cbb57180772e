"""Where templates lie: the workspace's own `templates/` first, file by file, then the ones that we ship.

In a checkout those stand at the top level, in an installed wheel inside the package.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import jinja2
from jinja2.bccache import Bucket

from newsletter.errors import TemplateError
from newsletter.rendering.filters import FILTERS

FOLDER = "templates"
_PACKAGE = Path(__file__).resolve().parent


def shipped_folder(package: Path = _PACKAGE) -> Path:
    """The folder of the templates shipped with `package`; raises TemplateError when the installation lacks it."""
    for folder in (package / FOLDER, package.parent / FOLDER):
        if (folder / "issue.html.jinja").is_file():
            return folder
    raise TemplateError("the shipped templates are missing from this installation: install the newsletter again")


class _Compiled(jinja2.FileSystemBytecodeCache):
    """Templates as jinja2 compiles them, kept for the next process; where nothing can be kept, each compiles anew."""

    def __init__(self, folder: Path) -> None:
        super().__init__(str(folder), f"jinja2-{jinja2.__version__}-%s")  # another version writes other code

    def dump_bytecode(self, bucket: Bucket) -> None:
        with suppress(OSError):
            Path(self.directory).mkdir(mode=0o700, exist_ok=True)
            super().dump_bytecode(bucket)


def environment(workspace: Path | None = None, *, compiled: Path | None = None) -> jinja2.Environment:
    """Strict templates: every value escaped but in plain text and style sheets, every unknown name an error.

    `compiled` is a folder for what compiling them gives, which costs more than to fill them. It holds code that will be
    run: nobody but we may write there.
    """
    folders = [folder for folder in (workspace / FOLDER if workspace else None, shipped_folder()) if folder]
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folders),
        autoescape=_is_escaped,  # noqa: S701 - all but plain text and style sheets
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=False,
        bytecode_cache=_Compiled(compiled) if compiled else None,
    )
    made.filters.update(FILTERS)
    return made


def _is_escaped(name: str | None) -> bool:
    return not (name or "").endswith((".txt.jinja", ".css.jinja"))
