"""Where templates lie.

The workspace's own `templates/` first, file by file, then the ones that we ship.

In a checkout those stand at the top level, in an installed wheel inside the package.
"""

from __future__ import annotations

import os
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

import jinja2
from jinja2.bccache import Bucket

from newsletter.errors import TemplateError
from newsletter.rendering.templates import FILTERS, TemplateEnvironment

FOLDER = "templates"
CACHE = "__pycache__"
MAX_KEPT = 20
_PACKAGE = Path(__file__).resolve().parent.parent


def find_shipped_folder(package: Path = _PACKAGE) -> Path:
    """The folder of the templates shipped with `package`.

    Raises TemplateError when the installation lacks it.
    """
    for folder in (package / FOLDER, package.parent / FOLDER):
        if (folder / "issue.html.jinja").is_file():
            return folder
    raise TemplateError(
        "the shipped templates are missing from this installation: install the newsletter again"
    )


class _BytecodeFolder(jinja2.FileSystemBytecodeCache):
    """One place for compiled templates.

    `dump_bytecode` raises OSError where nothing can be kept.
    """

    def __init__(self, folder: Path) -> None:
        # another one writes other code
        made_by = f"jinja2-{jinja2.__version__}-{sys.implementation.cache_tag}"
        super().__init__(str(folder), f"{made_by}-%s")

    def load_bytecode(self, bucket: Bucket) -> None:
        with suppress(OSError):
            super().load_bytecode(bucket)

    def dump_bytecode(self, bucket: Bucket) -> None:
        Path(self.directory).mkdir(mode=0o700, exist_ok=True)
        super().dump_bytecode(bucket)


class _CompiledTemplates(jinja2.BytecodeCache):
    """Templates as jinja2 compiles them, kept for the next process.

    The shipped ones lie beside themselves, as Python keeps its modules, and a new workspace has
    them at once; where nothing can be written there they lie with the workspace's own.
    """

    def __init__(self, own: Path, shipped: Path) -> None:
        self._own = _BytecodeFolder(own)
        self._beside = _BytecodeFolder(shipped / CACHE)
        self._shipped = f"{shipped}{os.sep}"
        self._shipped_keys: set[str] = set()

    def get_cache_key(self, name: str, filename: str | None = None) -> str:
        key = super().get_cache_key(name, filename)
        if filename and filename.startswith(self._shipped):
            self._shipped_keys.add(key)
        return key

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._shipped_keys:
            self._beside.load_bytecode(bucket)
        if bucket.code is None:
            self._own.load_bytecode(bucket)

    def dump_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._shipped_keys and not sys.dont_write_bytecode:
            with suppress(OSError):
                self._beside.dump_bytecode(bucket)
                return
        with suppress(OSError):
            self._own.dump_bytecode(bucket)


class _StyleFileCache:
    """What was found out of style sheets, the newest few.

    Small files, each there whole or not at all.
    """

    def __init__(self, *folders: Path) -> None:
        self._folders = (
            folders  # it is read from all of them, and written into the first one that takes it
        )

    def read(self, name: str) -> bytes | None:
        """What was kept; None when nothing is there."""
        for folder in self._folders:
            with suppress(OSError):
                return (folder / name).read_bytes()
        return None

    def write(self, name: str, content: bytes) -> None:
        """Keep it; where nothing can be kept, it is found out anew."""
        for folder in self._folders:
            with suppress(OSError):
                self._put(folder, name, content)
                return

    def _put(self, folder: Path, name: str, content: bytes) -> None:
        folder.mkdir(mode=0o700, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder, delete=False) as file:
            file.write(content)
        try:
            Path(file.name).replace(folder / name)
        except OSError:  # Windows replaces no file that another process is reading
            Path(file.name).unlink(missing_ok=True)
            raise
        *old, _ = sorted(folder.glob("*.json"), key=lambda path: path.stat().st_mtime_ns)
        for path in old[: -MAX_KEPT + 1]:  # who tries colours makes a style sheet of each
            path.unlink(missing_ok=True)


def environment(
    workspace: Path | None = None, *, compiled: Path | None = None, package: Path = _PACKAGE
) -> TemplateEnvironment:
    """Strict templates.

    Every value escaped but in plain text and style sheets, every unknown name an error.

    `compiled` is a folder for what compiling them gives, and their style sheets as they were read:
    both cost more than to fill them. It holds code that will be run: nobody but we may write there.
    """
    shipped = find_shipped_folder(package)
    folders = [folder for folder in (workspace / FOLDER if workspace else None, shipped) if folder]
    made = TemplateEnvironment(
        loader=jinja2.FileSystemLoader(folders),
        autoescape=_is_escaped,  # all but plain text and style sheets
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=False,
        bytecode_cache=_CompiledTemplates(compiled, shipped) if compiled else None,
    )
    made.filters.update(FILTERS)
    if compiled:
        made.kept = (
            _StyleFileCache(compiled)
            if sys.dont_write_bytecode
            else _StyleFileCache(shipped / CACHE, compiled)
        )
    return made


def _is_escaped(name: str | None) -> bool:
    return not (name or "").endswith((".txt.jinja", ".css.jinja"))
