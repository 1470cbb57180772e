"""The issues on disk: issues/ID/issue.toml, which people edit by hand, and record.toml beside it.

issue.toml is the truth. record.toml holds what was drafted, approved and published, and needs no
editing. Whoever reads or writes an issue asks the store of their context, so that each file is read
once in a run; what people edit by hand meanwhile is always seen.
"""

from __future__ import annotations

from pathlib import Path

from newsletter.errors import IssueFileError, StorageError, UsageError
from newsletter.issues.issue_file import ISSUE_FILE, parse_issue, shorten_path, update_text
from newsletter.issues.record_file import RECORD_FILE, IssueRecord, format_record, parse_record
from newsletter.model import Issue
from newsletter.platform_support import is_file_name
from newsletter.workspace.context import AppContext
from newsletter.workspace.file_cache import FileCache
from newsletter.workspace.files import write_whole
from newsletter.workspace.folder import Workspace

GLOSSARY_FILE = "glossary.toml"


class IssueStore:
    """The issues of one workspace, as their files say at the moment of asking.

    Every method that reads raises IssueFileError for a file that must be mended, with file, line
    and remedy, and StorageError for one that cannot be read. Threads may share a store.
    """

    def __init__(self, workspace: Workspace, files: FileCache | None = None) -> None:
        self.workspace = workspace
        self._files = files or FileCache()
        self._issues: dict[str, tuple[bytes, Issue]] = {}
        self._records: dict[str, tuple[bytes, IssueRecord]] = {}
        self._paths: dict[
            tuple[str, str], Path
        ] = {}  # making a path takes longer than a look at it

    def for_workspace(self, workspace: Workspace) -> IssueStore:
        """The same store, unless the settings changed, by which an issue is read.

        Then another one, which shares what was read from the disk.
        """
        return self if workspace == self.workspace else IssueStore(workspace, self._files)

    def names(self) -> tuple[str, ...]:
        """The issues there are, in the order of their names."""
        if not self.workspace.issues.is_dir():
            return ()
        folders = self.workspace.issues.iterdir()
        return tuple(sorted(each.name for each in folders if (each / ISSUE_FILE).exists()))

    def exists(self, name: str) -> bool:
        """Whether there is an issue.toml of this name."""
        return self._path(name, ISSUE_FILE).is_file()

    def read(self, name: str) -> Issue:
        """The issue as its file says."""
        content = self.content(name)
        if content is None:
            path = self._path(name, ISSUE_FILE)
            raise IssueFileError(
                f"{shorten_path(path)} is not there: make it with “newsletter draft {name}”"
            )
        return self._issue(name, content)

    def content(self, name: str) -> bytes | None:
        """What stands in issue.toml, byte for byte; None when there is none."""
        return self._content(self._path(name, ISSUE_FILE))

    def read_record(self, name: str) -> IssueRecord | None:
        """What the program noted of this issue.

        None when it never noted anything, as for one made by hand.
        """
        path = self._path(name, RECORD_FILE)
        content = self._content(path)
        if content is None:
            return None
        known = self._records.get(name)
        if known is None or known[0] != content:
            record = parse_record(_decode(content, path), path=path)
            self._records[name] = known = (content, record)
        return known[1]

    def version(self, name: str) -> tuple[bytes | None, bytes | None]:
        """Something that is equal as long as nothing in the two files of an issue changed."""
        return self.content(name), self._content(self._path(name, RECORD_FILE))

    def write(self, issue: Issue) -> bool:
        """Bring issue.toml up to `issue`, keeping what people wrote; tells whether it changed.

        `coming_up` is not written: it follows from earlier issues.
        """
        path = self._path(issue.name, ISSUE_FILE)
        content = self._content(path)
        before = None if content is None else self._issue(issue.name, content)
        as_it_was = "" if content is None else _decode(content, path)
        return self._put(
            path, content, update_text(as_it_was, before, issue, self.workspace.settings)
        )

    def write_text(self, name: str, text: str) -> None:
        """Let issue.toml say just this; raises StorageError."""
        path = self._path(name, ISSUE_FILE)
        self._put(path, self._content(path), text)

    def write_record(self, name: str, record: IssueRecord) -> None:
        """Keep what the program notes; raises StorageError."""
        path = self._path(name, RECORD_FILE)
        self._put(path, self._content(path), format_record(record))

    def _issue(self, name: str, content: bytes) -> Issue:
        known = self._issues.get(name)
        if known is None or known[0] != content:
            path = self._path(name, ISSUE_FILE)
            issue = parse_issue(
                _decode(content, path), name, path=path, settings=self.workspace.settings
            )
            self._issues[name] = known = (content, issue)
        return known[1]

    def _content(self, path: Path) -> bytes | None:
        try:
            return self._files.read(path)
        except OSError as error:
            raise StorageError(f"{shorten_path(path)} cannot be read ({error.strerror})") from error

    def _put(self, path: Path, before: bytes | None, text: str) -> bool:
        """Write a text, unless just this stands there: a file's time says when it changed."""
        content = text.encode()
        if content == before:
            return False
        self._files.forget(path)
        write_whole(path, content)
        return True

    def _path(self, name: str, file: str) -> Path:
        path = self._paths.get((name, file))
        if path is None:
            self._paths[name, file] = path = issue_folder(self.workspace, name) / file
        return path


def issues_of(context: AppContext) -> IssueStore:
    """The issues of this context, which keeps what was read of them."""
    return context.part(IssueStore, lambda: IssueStore(context.workspace))


def issue_folder(workspace: Workspace, name: str) -> Path:
    """The folder of one issue, there or not.

    Raises UsageError for a name that would lead elsewhere.
    """
    leads_elsewhere = name.startswith(".") or "/" in name or "\\" in name or name != name.strip()
    if leads_elsewhere or not is_file_name(name):
        raise UsageError(
            f"“{name}” cannot be the name of an issue: use letters, digits and -, as in 2026-11"
        )
    return workspace.issues / name


def _decode(content: bytes, path: Path) -> str:
    """The text of a file, its lines ended as TOML wants them."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise IssueFileError(
            f"{shorten_path(path)} is not UTF-8 text (byte {error.start}): save it as UTF-8"
        ) from error
    return text.replace("\r\n", "\n").replace("\r", "\n")
