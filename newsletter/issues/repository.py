"""issues/ID/ on disk.

Issue.toml, which people edit by hand, and record.toml, which the program keeps beside it.

issue.toml is the truth. What a person wrote in it stays: comments, order, unknown keys, and the
form of every value that did not change. record.toml holds what was drafted, approved and published,
and needs no editing.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from functools import lru_cache
from pathlib import Path
from typing import Any, NoReturn

import tomlkit
from tomlkit.items import AoT, Table

from newsletter.config import Settings, line_numbers
from newsletter.entries.serialization import SerializationError, entry_from_plain, entry_to_plain
from newsletter.errors import IssueFileError, StorageError, UsageError
from newsletter.model import Entry, Issue, Section, section_title
from newsletter.workspace.files import write_if_new
from newsletter.workspace.folder import Workspace

ISSUE_FILE, RECORD_FILE = "issue.toml", "record.toml"
_MULTILINE = frozenset({"letter", "closing", "text", "note"})
_TEXTS_KEPT = 64  # issues of five years
_INLINE = ("ids", "trial", "event", "grant")  # in this order, last in an entry


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

    drafted: tuple[
        str, ...
    ] = ()  # keys that `draft` ever wrote; one that is gone was taken out by a person
    drafted_at: datetime | None = (
        None  # when `draft` last changed it: what was seen until then was looked at
    )
    approval: Approval | None = None
    published_at: datetime | None = None  # it is out, and counts as the last issue
    order: Mapping[str, tuple[str, ...]] = field(
        default_factory=dict
    )  # section → keys, until the issue is made

    @property
    def is_before_draft(self) -> bool:
        """Whether it tells nothing but how people want an issue that the program has not made."""
        return replace(self, order={}) == IssueRecord()


def names(workspace: Workspace) -> tuple[str, ...]:
    """The issues there are, in the order of their names."""
    if not workspace.issues.is_dir():
        return ()
    return tuple(sorted(each.parent.name for each in workspace.issues.glob(f"*/{ISSUE_FILE}")))


def exists(workspace: Workspace, name: str) -> bool:
    """Whether there is an issue.toml of this name."""
    return (issue_folder(workspace, name) / ISSUE_FILE).is_file()


def read(workspace: Workspace, name: str) -> Issue:
    """The issue as its file says; raises IssueFileError with file, line and remedy."""
    path = issue_folder(workspace, name) / ISSUE_FILE
    return parse(workspace, name, _text_of(path), path=path)


def parse(workspace: Workspace, name: str, text: str, *, path: Path) -> Issue:
    """The issue as a text says that stands at `path`; raises IssueFileError as `read`."""
    return _issue_in(text, name, _shorten_path(path), workspace.settings)


@lru_cache(maxsize=_TEXTS_KEPT)
def _issue_in(text: str, name: str, file: str, settings: Settings) -> Issue:
    """What a text says; one decision of an editor asks for the same few texts a dozen times."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise IssueFileError(
            f"{file} is no valid TOML: {error}. Mend that line; nothing was changed"
        ) from error
    return _IssueReader(file, text, settings).issue(name, data)


def write(workspace: Workspace, issue: Issue) -> bool:
    """Bring issue.toml up to `issue`, keeping what people wrote; tells whether anything changed.

    `coming_up` is not written: it follows from earlier issues. Raises StorageError or
    IssueFileError.
    """
    path = issue_folder(workspace, issue.name) / ISSUE_FILE
    known = path.is_file()
    as_it_was = _text_of(path) if known else ""
    document = tomlkit.parse(as_it_was)
    before = read(workspace, issue.name) if known else None
    _update(document, before, issue, workspace.settings)
    text = tomlkit.dumps(document)
    return write_if_new(path, _space_tables(text) if text != as_it_was else text)


def read_record(workspace: Workspace, name: str) -> IssueRecord | None:
    """What the program noted of this issue.

    None when it never noted anything, as for one made by hand.
    """
    path = issue_folder(workspace, name) / RECORD_FILE
    if not path.is_file():
        return None
    try:
        data = tomllib.loads(_text_of(path))
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
            f"{_shorten_path(path)} is damaged ({error}): delete it, and approve the issue again"
        ) from error


def write_record(workspace: Workspace, name: str, record: IssueRecord) -> None:
    """Keep what the program notes; raises StorageError."""
    document = tomlkit.document()
    document.add(tomlkit.comment("kept by the program: what was drafted, approved and published"))
    if record.published_at:
        document["published_at"] = record.published_at
    if record.drafted_at:
        document["drafted_at"] = record.drafted_at
    document["drafted"] = _array(sorted(record.drafted))
    if record.approval:
        table = tomlkit.table()
        table.update({"digest": record.approval.digest, "approved_at": record.approval.approved_at})
        if record.approval.by:
            table["by"] = record.approval.by
        if record.approval.second:
            table.update({"second": record.approval.second, "second_at": record.approval.second_at})
        document["approval"] = table
    if record.order:
        table = tomlkit.table()
        table.update({section: _array(keys) for section, keys in record.order.items()})
        document["order"] = table
    write_if_new(issue_folder(workspace, name) / RECORD_FILE, tomlkit.dumps(document))


def _text_of(path: Path) -> str:
    try:
        return path.read_text("utf-8-sig")
    except FileNotFoundError as error:
        raise IssueFileError(
            f"{_shorten_path(path)} is not there: make it with “newsletter draft"
            f" {path.parent.name}”"
        ) from error
    except UnicodeDecodeError as error:
        raise IssueFileError(
            f"{_shorten_path(path)} is not UTF-8 text (byte {error.start}): save it as UTF-8"
        ) from error
    except OSError as error:
        raise StorageError(f"{_shorten_path(path)} cannot be read ({error.strerror})") from error


def _shorten_path(path: Path) -> str:
    return "/".join(path.parts[-3:])


class _IssueReader:
    """Turns the tables of issue.toml into an Issue, and knows the line of each for messages."""

    def __init__(self, file: str, text: str, settings: Settings) -> None:
        self.file, self.settings = file, settings
        self.lines = line_numbers(text)
        self.entries = 0  # entries read so far: the number of the [[section.entry]] at hand

    def issue(self, name: str, data: Mapping[str, Any]) -> Issue:
        until = self.instant(data, "until")
        send_on = self.value(data, "send_on", date, "a day such as 2026-12-01")
        if until is None and send_on is None:
            self.fail("", "send_on", "a day such as 2026-12-01", "nothing: the key is missing")
        day = send_on.date() if isinstance(send_on, datetime) else send_on
        until = until or datetime.combine(
            day or date.min, time(), tzinfo=self.settings.newsletter.zone
        ).astimezone(UTC)
        sections = self.value(data, "section", list, "[[section]] tables") or []
        dropped = self.value(data, "left_out", list, "[[left_out]] tables") or []
        return Issue(
            name=name,
            subject=self.text(data, "subject"),
            preheader=self.text(data, "preheader"),
            send_on=day or until.astimezone(self.settings.newsletter.zone).date(),
            since_at=self.instant(data, "since"),
            until_at=until,
            letter=self.text(data, "letter").strip(),
            closing=self.text(data, "closing").strip(),
            sections=tuple(self.section(each, n) for n, each in enumerate(sections, 1)),
            left_out=tuple((self.text(each, "key"), self.text(each, "why")) for each in dropped),
        )

    def section(self, data: Any, number: int) -> Section:
        table = f"section#{number}"
        if not isinstance(data, dict):
            self.fail("", "section", "[[section]] tables", repr(data))
        name = self.text(data, "name", table) or f"section-{number}"
        entries = self.value(data, "entry", list, "[[section.entry]] tables", table) or []
        return Section(
            name=name,
            title=self.text(data, "title", table) or section_title(name, self.settings.sections),
            text=self.text(data, "text", table).strip(),
            entries=tuple(replace(self.entry(each), section=name) for each in entries),
        )

    def entry(self, data: Any) -> Entry:
        self.entries += 1
        table = f"section.entry#{self.entries}"
        if not isinstance(data, dict):
            self.fail("", "section", "[[section.entry]] tables", repr(data))
        try:
            entry = entry_from_plain(data)
        except SerializationError as error:
            self.fail(table, error.name, error.expected, repr(error.found))
        if not entry.key:
            self.fail(
                table,
                "key",
                'the entry\'s key, as in key = "doi:10.1000/1" or "url:https://…"',
                "nothing",
            )
        return replace(entry, note=entry.note.strip(), title=" ".join(entry.title.split()))

    def text(self, data: Mapping[str, Any], name: str, table: str = "") -> str:
        return self.value(data, name, str, "a text in quotes", table) or ""

    def instant(self, data: Mapping[str, Any], name: str) -> datetime | None:
        value = self.value(data, name, date, "an instant such as 2026-12-01T00:00:00Z")
        if value is None:
            return None
        if not isinstance(value, datetime):
            value = datetime.combine(value, time())
        return value.replace(tzinfo=value.tzinfo or self.settings.newsletter.zone).astimezone(UTC)

    def value(
        self, data: Mapping[str, Any], name: str, kind: type, expected: str, table: str = ""
    ) -> Any:
        value = data.get(name)
        if value is not None and not isinstance(value, kind):
            self.fail(table, name, expected, repr(value))
        return value

    def fail(self, table: str, name: str, expected: str, found: str) -> NoReturn:
        line = self.lines.get((table, name)) or self.lines.get((table, ""))
        where = f"{self.file}, line {line}" if line else self.file
        raise IssueFileError(f"{where}: {name}: expected {expected}, found {found}")


def _space_tables(text: str) -> str:
    """One empty line before each table of a list, which is how people find their way.

    Texts are not touched.
    """
    lines: list[str] = []
    within = ""  # the quotes of the text that a line stands in
    for line in text.splitlines(keepends=True):
        if not within and line.startswith("[["):
            while lines and not lines[-1].strip():
                lines.pop()
            lines.append("\n")
        within = _text_open_after(line, within)
        lines.append(line)
    return "".join(lines).lstrip("\n")


def _text_open_after(line: str, within: str) -> str:
    for quotes in ('"""', "'''"):
        if within in {"", quotes} and line.replace('\\"', "").count(quotes) % 2:
            return "" if within else quotes
    return within


def _update(
    document: tomlkit.TOMLDocument, before: Issue | None, issue: Issue, settings: Settings
) -> None:
    """Change in `document` what differs between the two issues, and nothing else."""
    heads = _heads(issue)
    old = _heads(before) if before else {"closing": ""}  # an empty closing is not worth a line
    for name, value in heads.items():
        if name not in old or old[name] != value:
            _set(document, name, value)
    _update_sections(document, before.sections if before else (), issue.sections, settings)
    _update_left_out(document, issue.left_out)


def _heads(issue: Issue) -> Mapping[str, Any]:
    """What stands at the top of issue.toml, in its order."""
    return {
        "subject": issue.subject,
        "preheader": issue.preheader,
        "send_on": issue.send_on,
        "since": issue.since_at,
        "until": issue.until_at,
        "letter": issue.letter,
        "closing": issue.closing,
    }


def _set(table: Any, name: str, value: Any) -> None:
    """Set one key of a table or document; None takes it out."""
    if value is None or (
        value == "" and name not in table and name not in {"letter", "preheader", "note"}
    ):
        table.pop(name, None)
    elif name in _MULTILINE and isinstance(value, str):
        table[name] = _multiline(value)
    elif name in _INLINE:
        table[name] = _inline(value)
    elif isinstance(value, list):
        table[name] = _array(value)
    else:
        table[name] = value


def _multiline(text: str) -> Any:
    """A text over several lines, as people would write it: the quotes on lines of their own."""
    escaped = text.replace("\\", "\\\\").replace('"""', '""\\"')
    escaped = re.sub(r"[\x00-\x08\x0b-\x1f\x7f]", lambda found: f"\\u{ord(found[0]):04x}", escaped)
    return tomlkit.value(f'"""\n{escaped}\n"""' if text else '"""\n"""')


def _inline(values: Mapping[str, Any]) -> Any:
    table = tomlkit.inline_table()
    for name, value in values.items():
        table[name] = _array(value) if isinstance(value, list) else value
    return table


def _array(values: Sequence[str]) -> Any:
    array = tomlkit.array()
    array.extend(values)
    array.multiline(sum(map(len, values)) > 100)
    return array


def _update_sections(
    document: tomlkit.TOMLDocument,
    before: Sequence[Section],
    after: Sequence[Section],
    settings: Settings,
) -> None:
    if tuple(before) == tuple(after):
        return
    tables = {str(table["name"]): table for table in document.get("section", ()) if "name" in table}
    entries = {
        str(entry["key"]): entry
        for table in document.get("section", ())
        for entry in table.get("entry", ())
    }
    old = {entry.key: entry for section in before for entry in section.entries}
    known = {section.name: section for section in before}
    written = _aot(
        _section_table(
            tables.get(section.name),
            known.get(section.name) or _make_default_section(section, settings),
            section,
            entries,
            old,
        )
        for section in after
    )
    document.pop("section", None)
    left_out = document.pop(
        "left_out", None
    )  # tables of tables stand in the order in which they are added
    if after:
        document["section"] = written
    if left_out is not None:
        document["left_out"] = left_out


def _make_default_section(section: Section, settings: Settings) -> Section:
    """What a section is before anybody gave it a title or a text of its own."""
    return Section(name=section.name, title=section_title(section.name, settings.sections))


def _section_table(
    table: Table | None,
    before: Section,
    section: Section,
    entries: Mapping[str, Table],
    old: Mapping[str, Entry],
) -> Table:
    if table is None:
        table = tomlkit.table()
        table["name"] = section.name
    if before.title != section.title:
        table["title"] = section.title
    if section.text != before.text:
        _set(table, "text", section.text)
    wanted = [
        _entry_table(entries.get(each.key), old.get(each.key), each) for each in section.entries
    ]
    table.pop("entry", None)
    if wanted:
        table["entry"] = _aot(wanted)
    return table


def _entry_table(table: Table | None, before: Entry | None, entry: Entry) -> Table:
    plain = {"note": "", **entry_to_plain(entry)}
    if table is None:
        table = tomlkit.table()
        for name in sorted(
            plain,
            key=lambda name: ("note", *_INLINE).index(name) if name in ("note", *_INLINE) else -1,
        ):
            _set(table, name, plain[name])
        return table
    known = entry_to_plain(before) if before else {}
    for name, value in plain.items():
        if known.get(name, "") != value:
            _set(table, name, value)
    for name in known.keys() - plain.keys():
        table.pop(name, None)
    return table


def _aot(tables: Iterable[Table]) -> AoT:
    aot = tomlkit.aot()
    for table in tables:
        aot.append(table)
    return aot


def _update_left_out(document: tomlkit.TOMLDocument, left_out: Sequence[tuple[str, str]]) -> None:
    present = {str(each.get("key", "")): each for each in document.get("left_out", ())}
    if [*present] == [key for key, _ in left_out] and all(
        str(present[k].get("why", "")) == w for k, w in left_out
    ):
        return
    document.pop("left_out", None)
    if left_out:
        document["left_out"] = _aot(_build_left_out_tables(present, left_out))


def _build_left_out_tables(
    present: Mapping[str, Table], left_out: Sequence[tuple[str, str]]
) -> Iterator[Table]:
    for key, why in left_out:
        table = present.get(key) or tomlkit.table()
        table["key"] = key
        if why or "why" in table:
            table["why"] = why
        yield table


GLOSSARY_FILE = "glossary.toml"


def issue_folder(workspace: Workspace, name: str) -> Path:
    """The folder of one issue, there or not.

    Raises UsageError for a name that would lead elsewhere.
    """
    if not name or name.startswith(".") or "/" in name or "\\" in name or name != name.strip():
        raise UsageError(
            f"“{name}” cannot be the name of an issue: use letters, digits and -, as in 2026-11"
        )
    return workspace.issues / name
