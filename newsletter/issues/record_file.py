"""record.toml: what the program notes of an issue, as text."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

import tomlkit

from newsletter.errors import IssueFileError
from newsletter.issues.issue_file import build_array, shorten_path

RECORD_FILE = "record.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """Somebody approved exactly the content with this digest."""

    digest: str
    approved_at: datetime
    by: str = ""
    second: str = ""  # another person who read it, and approves it too
    second_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueRecord:
    """What the program knows of an issue besides its content."""

    # keys that `draft` ever wrote; one that is gone was taken out by a person
    drafted: tuple[str, ...] = ()
    # when `draft` last changed it: what was seen until then was looked at
    drafted_at: datetime | None = None
    approval: Approval | None = None
    published_at: datetime | None = None  # it is out, and counts as the last issue
    # section → keys, until the issue is made
    order: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def is_before_draft(self) -> bool:
        """Whether it tells nothing but how people want an issue that the program has not made."""
        return replace(self, order={}) == IssueRecord()


def parse_record(text: str, *, path: Path) -> IssueRecord:
    """The record as a text says that stands at `path`; raises IssueFileError."""
    try:
        data = tomllib.loads(text)
        approval = data.get("approval")
        return IssueRecord(
            drafted=tuple(data.get("drafted", ())),
            drafted_at=data.get("drafted_at"),
            approval=Approval(**approval) if approval else None,
            published_at=data.get("published_at"),
            order={section: tuple(keys) for section, keys in data.get("order", {}).items()},
        )
    except (tomllib.TOMLDecodeError, TypeError, AttributeError) as error:
        raise IssueFileError(
            f"{shorten_path(path)} is damaged ({error}): delete it, and approve the issue again"
        ) from error


def format_record(record: IssueRecord) -> str:
    """The text of record.toml."""
    document = tomlkit.document()
    document.add(tomlkit.comment("kept by the program: what was drafted, approved and published"))
    if record.published_at:
        document["published_at"] = record.published_at
    if record.drafted_at:
        document["drafted_at"] = record.drafted_at
    document["drafted"] = build_array(sorted(record.drafted))
    if record.approval:
        document["approval"] = _build_approval_table(record.approval)
    if record.order:
        table = tomlkit.table()
        table.update({section: build_array(keys) for section, keys in record.order.items()})
        document["order"] = table
    return tomlkit.dumps(document)


def _build_approval_table(approval: Approval) -> tomlkit.items.Table:
    table = tomlkit.table()
    table.update({"digest": approval.digest, "approved_at": approval.approved_at})
    if approval.by:
        table["by"] = approval.by
    if approval.second:
        table.update({"second": approval.second, "second_at": approval.second_at})
    return table
