"""A table kept by staff.

Each row an entry, whatever the columns are called and in whichever order they stand.

A row without a title is left out and named by its line; of any other only what cannot be read is
left aside, and said.
"""

from __future__ import annotations

import contextlib
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, tzinfo
from zoneinfo import ZoneInfo

from newsletter.errors import SourceError, SpreadsheetError
from newsletter.formats.charsets import charset_of
from newsletter.formats.dates import parse
from newsletter.formats.markup_text import one_line
from newsletter.formats.spreadsheets import SheetLimits, SheetRow, read_sheets
from newsletter.identity import clean_url, ids_in
from newsletter.model import (
    MAX_DOCUMENT_BYTES,
    Dated,
    Document,
    Entry,
    Event,
    Grant,
    Ids,
    ParsedDocument,
    Precision,
    SectionStyle,
    Source,
)
from newsletter.sources.author_names import names_in
from newsletter.sources.registries.api_client import newest
from newsletter.sources.staff_columns import NAMES, plain_heading
from newsletter.sources.titles import clean_title

LIMITS = SheetLimits(
    rows=5_000,
    columns=40,
    line_chars=MAX_DOCUMENT_BYTES,
    unpacked_bytes=10_000_000,  # some 100,000 cells, which cost openpyxl 250 MB
)
ZONES = {
    **dict.fromkeys(("et", "est", "edt", "eastern"), "America/New_York"),
    **dict.fromkeys(("ct", "cst", "cdt", "central"), "America/Chicago"),
    **dict.fromkeys(("mt", "mst", "mdt", "mountain"), "America/Denver"),
    **dict.fromkeys(("pt", "pst", "pdt", "pacific"), "America/Los_Angeles"),
    **dict.fromkeys(("cet", "cest", "mez", "mesz"), "Europe/Berlin"),
    **dict.fromkeys(("uk", "bst"), "Europe/London"),
    **dict.fromkeys(("utc", "gmt", "z"), "UTC"),
}
"""What people put behind an hour → the zone they mean; “6 pm EST” in July is still the clock on the
wall."""


@dataclass(frozen=True, slots=True)
class _Table:
    """The rows below a header, as column → text, and how the table orders day and month."""

    rows: tuple[tuple[int, Mapping[str, str]], ...]
    skipped: tuple[str, ...]  # sentences about rows that cannot be read
    day_first: bool | None  # None: nothing tells


def read_table(document: Document, source: Source, *, zone: tzinfo = UTC) -> ParsedDocument:
    """The rows as entries, in their order. `zone` is that of hours without one.

    Raises SourceError when the file is no table, or no row names a column for titles.
    """
    table = _table(document)
    entries: list[Entry] = []
    skipped = list(table.skipped)
    for number, values in table.rows:
        reader = _RowReader(values, zone, day_first=table.day_first)
        if not clean_title(values.get("title", "")):
            skipped.append(f"line {number} was left out: it has no title")
            continue
        entries.append(reader.entry(source))
        skipped += [f"line {number}: {sentence}" for sentence in reader.sentences]
    return newest(entries, skipped, source.limit)


def keep_known_sections(
    reading: ParsedDocument, sections: Iterable[SectionStyle]
) -> ParsedDocument:
    """Rows in the sections that there are, by name or title.

    A row that asks for another one is sorted like the rest.
    """
    known = {word.casefold(): each.name for each in sections for word in (each.title, each.name)}
    entries = tuple(
        replace(each, section=known.get(each.section.casefold())) if each.section else each
        for each in reading.entries
    )
    asked = {
        each.section
        for each in reading.entries
        if each.section and each.section.casefold() not in known
    }
    there_are = ", ".join(each.name for each in sections)
    told = tuple(
        f"there is no section “{name}”, so its rows go where they seem to belong; there are:"
        f" {there_are}"
        for name in sorted(asked)
    )
    return replace(reading, entries=entries, skipped=reading.skipped + told)


def _table(document: Document) -> _Table:
    seen = ""
    for rows in sheets_of(document):
        for position, row in enumerate(rows[:20]):  # a heading or two may stand above the header
            columns = _columns(row)
            if "title" in columns.values() and len(columns) > 1:
                return _read_below(rows[position + 1 :], columns)
        seen = seen or next((", ".join(filter(None, row.cells)) for row in rows), "")
    raise SourceError(
        "the table has no header with a column “title” and one more, such as “link” or “date”;"
        f" its first row is: {seen[:100] or 'empty'}"
    )


def sheets_of(document: Document) -> Iterator[list[SheetRow]]:
    """The sheets of a file (a CSV has one), cells in one line, empty rows left out.

    Raises SourceError when it is no table.
    """
    if len(document.content) > MAX_DOCUMENT_BYTES:
        raise SourceError(
            f"the table is larger than {MAX_DOCUMENT_BYTES // 1_000_000} MB:"
            " keep only the rows that are needed"
        )
    sheets = read_sheets(
        io.BytesIO(document.content),
        limits=LIMITS,
        declared=charset_of(document.content_type),
        with_links=True,
    )
    try:
        for sheet in sheets:
            rows = map(_clean_row, sheet.rows)
            yield [row for row in rows if any(row.cells) or row.problem]
    except SpreadsheetError as error:
        raise SourceError(str(error)) from error


def _clean_row(row: SheetRow) -> SheetRow:
    return replace(row, cells=tuple(one_line(cell) for cell in row.cells[: LIMITS.columns]))


def _read_below(rows: Sequence[SheetRow], columns: Mapping[int, str]) -> _Table:
    """The rows below a header."""
    read = tuple((row.line, _values(row, columns)) for row in rows if not row.problem)
    skipped = (f"line {row.line} was left out: {row.problem}" for row in rows if row.problem)
    return _Table(read, tuple(skipped), _day_first(read))


def _columns(header: SheetRow) -> dict[int, str]:
    """Position → column.

    Of two that mean the same the first counts; further links are links too.
    """
    columns: dict[int, str] = {}
    for position, name in enumerate(header.cells):
        column = NAMES.get(plain_heading(name))
        if column and (column == "link" or column not in columns.values()):
            columns[position] = column
    return columns


def _values(row: SheetRow, columns: Mapping[int, str]) -> dict[str, str]:
    values: dict[str, str] = {}
    for position, column in columns.items():
        text = row.cells[position] if position < len(row.cells) else ""
        values[column] = f"{values[column]} {text}".strip() if column in values else text
    behind = " ".join(link for link in row.links if link)
    values["link"] = f"{values.get('link', '')} {behind}".strip()
    return values


_NUMERIC = re.compile(r"\b(\d{1,2})[/.-](\d{1,2})[/.-](\d{4}|\d\d)\b")


def _day_first(rows: tuple[tuple[int, Mapping[str, str]], ...]) -> bool | None:
    """Whether `4/5/2026` is the 4th of May here.

    Another date of the table that has only one reading tells.
    """
    dates = (
        values.get(column, "")
        for _, values in rows
        for column in ("date", "deadline", "starts", "ends")
    )
    pairs = [(int(found[1]), int(found[2])) for text in dates if (found := _NUMERIC.search(text))]
    days_first, months_first = (
        any(first > 12 for first, _ in pairs),
        any(second > 12 for _, second in pairs),
    )
    return None if days_first == months_first else days_first


class _RowReader:
    """Reads the cells of one row, and gathers a sentence for each that cannot be read."""

    def __init__(self, values: Mapping[str, str], zone: tzinfo, *, day_first: bool | None) -> None:
        self.values = values
        self.day_first = day_first
        self.zone = zone
        self.sentences: list[str] = []

    def entry(self, source: Source) -> Entry:
        links = tuple(dict.fromkeys(self.links("link")))
        event, grant = self.event(), self.grant()
        return Entry(
            ids=self.ids(links),
            title=clean_title(self.values["title"]),
            authors=names_in(self.values.get("authors", "")),
            links=links or ((event.join,) if event and event.join else ()),
            dated=self.read_date("date"),
            summary=self.values.get("summary", ""),
            note=self.values.get("note", ""),
            journal=self.values.get("journal", ""),
            section=source.section or self.values.get("section", "").lower() or None,
            event=event,
            grant=grant,
        )

    def links(self, column: str) -> Iterator[str]:
        for word in self.values.get(column, "").split():
            address = (
                word
                if "://" in word
                else f"https://{word}"
                if re.match(r"(www\.|doi\.org/)", word)
                else ""
            )
            if clean := clean_url(address.strip("<>,;")) if address else None:
                yield clean
            else:
                self.sentences.append(f"“{word[:80]}” is no web address and was left aside")

    def ids(self, links: tuple[str, ...]) -> Ids:
        labelled = (
            f"{name}: {self.values[name]}"
            for name in ("doi", "pmid", "nct")
            if self.values.get(name)
        )
        found = ids_in(" ".join([*labelled, *links]))
        number = self.values.get("number", "").upper()
        return Ids(
            doi=found.doi,
            pmid=found.pmid,
            pmcid=found.pmcid,
            nct=found.nct,
            isbn=found.isbn,
            opportunity=number or None,
            url=clean_url(links[0]) if links else None,
        )

    def read_date(self, column: str) -> Dated | None:
        text = self.values.get(column, "")
        dated = self._parse_date(text)
        if text and dated is None:
            self.sentences.append(
                f"“{text[:80]}” is no {column} that can be read in one way: write 2026-11-03"
            )
        return dated

    def _parse_date(self, text: str) -> Dated | None:
        found = _NUMERIC.fullmatch(text)
        if found and (
            self.day_first or "." in text
        ):  # full stops are written by those who put the day first
            text = f"{'20' * (len(found[3]) == 2)}{found[3]}-{found[2]:0>2}-{found[1]:0>2}"
        return parse(text, month_first=self.day_first is False) if text else None

    def day(self, column: str) -> date | None:
        dated = self.read_date(column)
        return dated.day if dated and dated.precision is Precision.DAY else None

    def grant(self) -> Grant | None:
        if not any(self.values.get(name) for name in ("deadline", "amount", "funder", "number")):
            return None
        texts = {name: self.values.get(name, "") for name in ("amount", "funder", "number")}
        return Grant(deadline=self.day("deadline"), **texts)

    def event(self) -> Event | None:
        if not any(self.values.get(name) for name in ("starts", "place", "join")):
            return None
        starts, zone = self.moment("starts", self.values.get("time", ""))
        ends, _ = self.moment("ends", "")
        join = next((link for link in self.links("join") if link.startswith("https://")), "")
        place = self.values.get("place", "") or ("Online" if join else "")
        return Event(starts=starts, ends=ends, zone=zone, place=place, join=join)

    def moment(self, column: str, hour: str) -> tuple[date | None, str]:
        """A day, or an instant where an hour stands with it, and the name of its zone."""
        text = self.values.get(column, "")
        with contextlib.suppress(ValueError):
            moment = datetime.fromisoformat(text)
            if moment.tzinfo:
                return moment, ""
        day = self._parse_date(_CLOCK.sub(" ", text).strip(" ,;-–"))
        if day is None or day.precision is not Precision.DAY:
            if text:
                self.sentences.append(
                    f"“{text[:80]}” is no day that can be read in one way: write 2026-12-09 18:00"
                )
            return None, ""
        clock = _CLOCK.search(text) or _CLOCK.search(hour)
        minutes = _minutes(clock) if clock else None
        if clock is None or minutes is None:
            return day.day, ""
        name = ZONES.get((clock["zone"] or "").lower(), "")
        zone = ZoneInfo(name) if name else self.zone
        return datetime.combine(day.day, time(minutes // 60, minutes % 60), tzinfo=zone), name


_CLOCK = re.compile(
    rf"""
        (?:\bat\s+|T)?\b(?:
            (?P<hour>\d{{1,2}})(?:[:h]|\.(?=\d\d\s*uhr))(?P<minute>[0-5]\d)(?::[0-5]\d)?\s*
            (?P<half>[ap]\.?m\b\.?)?
          | (?P<full>\d{{1,2}})\s*(?P<full_half>[ap]\.?m\b\.?|h\b|uhr\b|o'clock\b)
        )(?:\s*uhr\b)?(?:
            \s*\(?\b(?P<zone>{"|".join(sorted(ZONES, key=len, reverse=True))})\b\)?
            (?:\s+time\b)?
        )?
    """,
    re.IGNORECASE | re.VERBOSE,
)
"""`18:00`, `6:30 pm ET`, `6 p.m.`, `18h`, `18.00 Uhr`."""


def _minutes(clock: re.Match[str]) -> int | None:
    """Minutes since midnight; None when no clock shows that."""
    half = (clock["half"] or clock["full_half"] or "").lower()[:1]
    hour = int(clock["hour"] or clock["full"])
    if half in {"a", "p"}:
        hour = hour % 12 + (12 if half == "p" else 0)
    return hour * 60 + int(clock["minute"] or 0) if hour < 24 else None
