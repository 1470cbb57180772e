"""issue.toml, which people edit by hand, as text.

What a person wrote in it stays: comments, order, unknown keys, and the form of every value that did
not change.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any, NoReturn

import tomlkit
from tomlkit.items import AoT, Table

from newsletter.config import Settings, line_numbers
from newsletter.entries.serialization import SerializationError, entry_from_plain, entry_to_plain
from newsletter.errors import IssueFileError
from newsletter.model import Entry, Issue, Section, section_title

ISSUE_FILE = "issue.toml"
_MULTILINE = frozenset({"letter", "closing", "text", "note"})
_INLINE = ("ids", "trial", "event", "grant")  # in this order, last in an entry


def parse_issue(text: str, name: str, *, path: Path, settings: Settings) -> Issue:
    """The issue as a text says that stands at `path`.

    Raises IssueFileError with file, line and remedy.
    """
    file = shorten_path(path)
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise IssueFileError(
            f"{file} is no valid TOML: {error}. Mend that line; nothing was changed"
        ) from error
    return _IssueReader(file, text, settings).issue(name, data)


def update_text(text: str, before: Issue | None, issue: Issue, settings: Settings) -> str:
    """The text brought up to `issue`, where it said `before`; what people wrote stays.

    An empty text says nothing: `before` is None.
    """
    document = tomlkit.parse(text)
    _update(document, before, issue, settings)
    updated = tomlkit.dumps(document)
    return updated if updated == text else _space_tables(updated)


def shorten_path(path: Path) -> str:
    """A file of an issue as people know it: issues/2026-11/issue.toml."""
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
        table[name] = build_array(value)
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
        table[name] = build_array(value) if isinstance(value, list) else value
    return table


def build_array(values: Sequence[str]) -> Any:
    """A list of texts, over several lines when it is long."""
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
