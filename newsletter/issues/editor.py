"""What editors change in an issue, from any number of windows at once.

Nothing that a person wrote is written over unseen.

issue.toml is the truth. A change names what its window saw at that place (`version`); when the
place says something else by now, nothing is written and both texts are shown. Changes at different
places never meet. Before a change the file is kept in `.newsletter/versions/`, so that an earlier
one can be brought back; and each change is noted as a step, which `pipeline.stepping` takes back.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from newsletter import composition
from newsletter.config import FILE_NAME
from newsletter.errors import UsageError
from newsletter.issues import text_undo_log
from newsletter.issues.issue_file import parse_issue
from newsletter.issues.store import GLOSSARY_FILE, issue_folder, issues_of
from newsletter.model import Issue
from newsletter.workspace.context import AppContext
from newsletter.workspace.files import write_whole

VERSIONS_APART = timedelta(minutes=1)  # typing for a minute is one version
VERSIONS_KEPT = 200
_STAMP = "%Y%m%dT%H%M%S.%fZ"


def compute_version(text: str) -> str:
    """A short name of a text: two texts with the same one are the same."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def file_version(context: AppContext, name: str) -> str:
    """A short name of all that people write by hand and the mail shows, as it stands.

    Empty when there is no such issue.
    """
    content = issues_of(context).content(name)
    if content is None:
        return ""
    others = (context.workspace.folder / GLOSSARY_FILE, context.workspace.folder / FILE_NAME)
    contents = [content, *(each.read_bytes() for each in others if each.is_file())]
    return compute_version("\0".join(each.decode("utf-8-sig", "replace") for each in contents))


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveResult:
    """How a change fared."""

    text: str  # what stands at the place now
    conflict: bool = False  # somebody else wrote there; nothing was changed

    @property
    def version(self) -> str:
        """The name of what stands there now, to be named by the next change."""
        return compute_version(self.text)


def save_text(context: AppContext, name: str, place: str, text: str, *, seen: str) -> SaveResult:
    """Write an editor's words at one place (see `composition.texts_of`).

    `seen` is the version the editor began with.

    Raises UsageError when the place is gone, with the words untouched in the editor's window.
    """
    issue = issues_of(context).read(name)
    text = _tidy_text(place, text)
    there = composition.texts_of(issue).get(place)
    if there is None:
        raise UsageError(
            "this entry or section is not in the issue any more; copy what you wrote before you"
            " go on"
        )
    if there == text:
        return SaveResult(text=text)
    if compute_version(there) != seen:
        return SaveResult(text=there, conflict=True)
    save_revision(context, name)
    issues_of(context).write(composition.with_text(issue, place, text))
    text_undo_log.record_step(context.workspace, name, place, there, text)
    return SaveResult(text=text)


def _tidy_text(place: str, text: str) -> str:
    """As the file gives it back: one line for what an inbox shows, no spaces at the ends."""
    if place in {"subject", "preheader"}:
        return " ".join(text.split())
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


def order_version(issue: Issue, section: str) -> str:
    """A short name of the order of a section."""
    return compute_version(list_order(issue, section))


def list_order(issue: Issue, section: str) -> str:
    """The keys of a section's entries as they stand, each on a line."""
    return "\n".join(
        each.key for part in issue.sections if part.name == section for each in part.entries
    )


def save_order(
    context: AppContext, name: str, section: str, keys: Sequence[str], *, seen: str
) -> bool:
    """Put the entries of a section in this order.

    False, and nothing changed, when it is not the one that was seen.
    """
    issue = issues_of(context).read(name)
    if order_version(issue, section) != seen:
        return False
    save_revision(context, name)
    turned = composition.reorder_entries(issue, section, keys)
    issues_of(context).write(turned)
    before, after = list_order(issue, section), list_order(turned, section)
    if before != after:
        text_undo_log.record_step(context.workspace, name, f"order:{section}", before, after)
    return True


def save_revision(context: AppContext, name: str, *, always: bool = False) -> None:
    """Keep the file as it stands, unless that was done less than a minute ago or it stands there already."""
    content = issues_of(context).content(name)
    if content is None:
        return
    kept = _versions(context, name)
    if kept and not always and datetime.now(UTC) - _moment(kept[-1]) < VERSIONS_APART:
        return
    if kept and kept[-1].read_bytes() == content:
        return
    kept_as = _folder(context, name) / f"{datetime.now(UTC):{_STAMP}}.toml"
    write_whole(kept_as, content, private=True)
    for old in kept[: -VERSIONS_KEPT + 1]:
        old.unlink(missing_ok=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """An earlier state of an issue."""

    id: str
    kept_at: datetime


def list_revisions(context: AppContext, name: str) -> tuple[Revision, ...]:
    """The earlier states that were kept, newest first."""
    return tuple(
        Revision(id=path.stem, kept_at=_moment(path)) for path in reversed(_versions(context, name))
    )


def restore_revision(context: AppContext, name: str, version: str) -> None:
    """Make the issue what it was; what it is now is kept as a version itself.

    Raises UsageError when it is not there.
    """
    before = restore_without_undo(context, name, version)
    if before != version:
        text_undo_log.record_step(context.workspace, name, "whole", before, version)


def restore_without_undo(context: AppContext, name: str, version: str) -> str:
    """`bring_back` without a step to undo it by.

    Gives the name of the version that the issue was until now.
    """
    text = _version(context, name, version).read_text("utf-8")
    save_revision(context, name, always=True)
    now = _versions(context, name)[-1].stem
    issues_of(context).write_text(name, text)
    return now


def matches_revision(context: AppContext, name: str, version: str) -> bool:
    """Whether the issue says what this version says.

    A version that is not kept any more is none.
    """
    try:
        return load_revision(context, name, version) == issues_of(context).read(name)
    except UsageError:
        return False


def load_revision(context: AppContext, name: str, version: str) -> Issue:
    """The issue as a version has it.

    Raises UsageError when that is not kept, or IssueFileError when it cannot be read.
    """
    path = _version(context, name, version)
    text = path.read_text("utf-8-sig")
    return parse_issue(text, name, path=path, settings=context.workspace.settings)


def _version(context: AppContext, name: str, version: str) -> Path:
    path = next((each for each in _versions(context, name) if each.stem == version), None)
    if path is None:
        raise UsageError("that version is not kept any more")
    return path


def _folder(context: AppContext, name: str) -> Path:
    return context.workspace.private / "versions" / issue_folder(context.workspace, name).name


def _versions(context: AppContext, name: str) -> list[Path]:
    return sorted(_folder(context, name).glob("*.toml"))


def _moment(path: Path) -> datetime:
    return parse_revision_time(path.stem)


def parse_revision_time(version: str) -> datetime:
    """When a version was kept, by its name."""
    return datetime.strptime(version, _STAMP).replace(tzinfo=UTC)
