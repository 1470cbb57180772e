"""Subscriber lists as other programs export them, read into rows of ours.

Pure, one row in memory at a time.

The rules: a row's sign that somebody left, bounced or complained always wins; where a state stands
but cannot be understood, the person is *pending* and not mailed; every line that is not taken is
named with its physical number and a reason; nothing in a reason repeats an address.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import BinaryIO, TextIO

from newsletter.errors import SpreadsheetError, UsageError
from newsletter.formats.mailboxes import MailAddress, clean_name, parse_address
from newsletter.formats.spreadsheets import Sheet, SheetRow, read_sheets
from newsletter.model import SubscriberState
from newsletter.subscribers.columns import ListColumns, detect_columns, detect_without_header
from newsletter.subscribers.import_batch import ImportCounts
from newsletter.subscribers.repository import SubscriberRepository, harmless
from newsletter.subscribers.zip_exports import lists_in, readable

SAMPLE_ROWS = 200  # looked at before the columns are decided
STATE = "Status"  # the heading of what a file's name told


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRow:
    """One person of a list."""

    line: int  # physical, the first line of the file is 1
    address: MailAddress
    name: str = field(default="", repr=False)
    state: SubscriberState = SubscriberState.ACTIVE
    why: str = ""
    language: str = ""
    sections: tuple[str, ...] = ()
    large_print: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectedRow:
    """A line that was not taken."""

    line: int
    reason: str
    cells: tuple[str, ...] = field(
        default=(), repr=False
    )  # as they stood, for the file to be mended
    state: SubscriberState = SubscriberState.ACTIVE  # what the line or its file tells


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedList:
    """What was understood of a file, and its rows as they are read."""

    understood: tuple[str, ...]  # sentences for people
    header: tuple[str, ...]  # as it stood; empty when there is none
    rows: Iterator[ImportRow | RejectedRow]


def read_list(file: BinaryIO, *, name: str = "") -> ParsedList:
    """Read a list export.

    `file` must be seekable, `name` (of the file) tells a Mailchimp part by its beginning.

    A zip file of several lists, as Mailchimp's export is, is read as one.
    Raises UsageError when it is no list: no address column, an unknown format, nothing in it.
    """
    parts = lists_in(file)
    return _read_together(parts) if parts else _read_one(file, name)


def _read_one(file: BinaryIO, name: str) -> ParsedList:
    sheet = _open_sheet(file)
    rows = sheet.rows
    sample = [cells for _, cells in zip(range(SAMPLE_ROWS), rows, strict=False)]
    if not sample:
        raise UsageError(f"{_describe_file(name)} holds no rows: export the list again")
    header, columns = _columns(sample, name)
    if header:
        sample = sample[1:]
    return ParsedList(
        understood=_understood(sheet, header, columns),
        header=header,
        rows=_read(sample, rows, header, columns),
    )


def _open_sheet(file: BinaryIO) -> Sheet:
    try:
        return next(read_sheets(file))
    except SpreadsheetError as error:
        raise UsageError(f"{error}, and import that") from error


def _read_together(parts: Sequence[tuple[str, BinaryIO]]) -> ParsedList:
    """Several lists one after the other.

    Whoever left by one of them stays gone, in whatever order they stand.
    """
    listings: dict[str, ParsedList] = {}
    understood: list[str] = []
    for name, file in parts:
        try:
            with readable():
                listings[name] = listing = _read_one(file, name)
        except UsageError as error:
            understood.append(f"{name} was not read: {error}")
        else:
            understood += [f"{name}: {sentence}" for sentence in listing.understood]
    if not listings:
        raise UsageError("; ".join(understood))
    header = tuple(
        dict.fromkeys(heading for listing in listings.values() for heading in _headings_of(listing))
    )
    return ParsedList(
        understood=tuple(understood), header=(*header, STATE), rows=_rows_of(listings, header)
    )


def _rows_of(
    listings: Mapping[str, ParsedList], header: tuple[str, ...]
) -> Iterator[ImportRow | RejectedRow]:
    with readable():
        for name, listing in listings.items():
            yield from _align_rows(name, listing, header)


def _align_rows(
    name: str, listing: ParsedList, header: tuple[str, ...]
) -> Iterator[ImportRow | RejectedRow]:
    """The rows of one of several lists.

    A line to be mended has its cells under the headings of all, and its state.
    """
    places = [header.index(heading) for heading in _headings_of(listing)]
    for row in listing.rows:
        if isinstance(row, ImportRow):
            yield row
            continue
        cells = [""] * len(header)
        for place, cell in zip(places, row.cells, strict=False):
            cells[place] = cell
        yield replace(row, reason=f"{name}: {row.reason}", cells=(*cells, row.state.value))


def _headings_of(listing: ParsedList) -> tuple[str, ...]:
    return listing.header or ("Email",)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """How an import went."""

    understood: tuple[str, ...]
    imported: ImportCounts
    rejected: tuple[RejectedRow, ...]


def import_list(
    people: SubscriberRepository,
    file: BinaryIO,
    *,
    name: str = "",
    now: datetime,
    mend: TextIO | None = None,
) -> ImportReport:
    """Take the people of a list export in.

    The rejected lines go to `mend` too, as a CSV to be mended and imported.

    Raises UsageError when it is no list, StorageError when the database refuses; whole batches are
    done by then.
    """
    listing = read_list(file, name=name)
    rejected: list[RejectedRow] = []
    imported = people.import_rows(_separate_rejected(listing.rows, rejected), now=now)
    if mend is not None and rejected:
        write_rejected(mend, listing.header, rejected)
    return ImportReport(understood=listing.understood, imported=imported, rejected=tuple(rejected))


def _separate_rejected(
    rows: Iterator[ImportRow | RejectedRow], rejected: list[RejectedRow]
) -> Iterator[ImportRow]:
    for row in rows:
        if isinstance(row, RejectedRow):
            rejected.append(row)
        else:
            yield row


def write_rejected(file: TextIO, header: tuple[str, ...], rejected: Iterable[RejectedRow]) -> None:
    """The rejected lines as they stood, each with its line and reason in two columns more."""
    writer = csv.writer(file, lineterminator="\r\n")
    width = len(header) or 1
    writer.writerow((*(header or ("Email",)), "Line", "Rejected because"))
    for each in rejected:
        cells = [*each.cells[:width], *[""] * (width - len(each.cells))]
        cells[-1] = " ".join(filter(None, (cells[-1], *each.cells[width:])))
        writer.writerow((*map(harmless, cells), each.line, each.reason))


def _describe_file(name: str) -> str:
    return f"the file {name}" if name else "the file"


def _columns(sample: list[SheetRow], name: str) -> tuple[tuple[str, ...], ListColumns]:
    first, rest = sample[0].cells, [cells.cells for cells in sample[1:]]
    plain = detect_without_header([cells.cells for cells in sample])
    if plain is not None:
        return (), plain
    columns = detect_columns(first, rest, file_name=name)
    if columns is None:
        raise UsageError(
            f"{_describe_file(name)} has no column of mail addresses; its first line has:"
            f' {_headings(first)}. Name the column "Email" in the first line, and import again'
        )
    return first, columns


def _headings(cells: tuple[str, ...]) -> str:
    """The headings of a file without an address column, as far as they are headings."""
    shown = [cell.strip() for cell in cells if cell.strip()]
    if any("@" in cell for cell in shown):
        return "other things"
    return ", ".join(f'"{cell[:30]}"' for cell in shown[:8]) or "nothing"


def _understood(sheet: Sheet, header: tuple[str, ...], columns: ListColumns) -> tuple[str, ...]:
    def describe_column(index: int) -> str:
        return header[index].strip() if header else f"column {index + 1}"

    told = [sheet.described, f"addresses: {describe_column(columns.address)}"]
    if columns.names:
        told.append("names: " + ", ".join(describe_column(each) for each in columns.names))
    if columns.states:
        told.append("state: " + ", ".join(describe_column(each.index) for each in columns.states))
    else:
        told.append(f"no column tells a state: everybody is taken as {columns.default_state}")
    return tuple(told)


def _read(
    sample: list[SheetRow], rest: Iterator[SheetRow], header: tuple[str, ...], columns: ListColumns
) -> Iterator[ImportRow | RejectedRow]:
    width = len(header)
    for part in (iter(sample), rest):
        for cells in part:
            if not cells.problem and not any(cell.strip() for cell in cells.cells):
                continue  # an empty line is nobody
            yield from _people(cells, columns, width)


def _people(cells: SheetRow, columns: ListColumns, width: int) -> Iterator[ImportRow | RejectedRow]:
    """The people of one row: one, or in a plain list as many as there are addresses."""
    if (
        not width
        and len(cells.cells) > 1
        and all("@" in cell for cell in cells.cells if cell.strip())
    ):
        for cell in cells.cells:
            if cell.strip():
                yield _person(SheetRow(cells.line, (cell,)), columns, 1)
        return
    yield _person(cells, columns, width)


def _person(cells: SheetRow, columns: ListColumns, width: int) -> ImportRow | RejectedRow:
    if cells.problem:
        return _reject_row(cells, cells.problem, columns)
    if width and any(cell.strip() for cell in cells.cells[width:]):
        reason = (
            f"the line has {len(cells.cells)} cells, the first line has {width}: a cell with a"
            " comma needs quotes"
        )
        return _reject_row(cells, reason, columns)
    try:
        return _row(cells, columns)
    except ValueError as error:
        return _reject_row(cells, str(error), columns)


def _reject_row(cells: SheetRow, reason: str, columns: ListColumns) -> RejectedRow:
    return RejectedRow(
        line=cells.line, reason=reason, cells=cells.cells, state=columns.state_of(cells.cells)
    )


def _row(cells: SheetRow, columns: ListColumns) -> ImportRow:
    def cell(index: int | None) -> str:
        return cells.cells[index] if index is not None and index < len(cells.cells) else ""

    written = (
        cell(columns.address).partition(" ::: ")[0].strip()
    )  # Google puts several into one cell so
    if not written:
        raise ValueError("there is no address in this line")
    if written[:1] == "'" and harmless(written[1:]) == written:
        written = written[1:]  # as our own export wrote it
    name, written = _split_mailbox(written)
    state = columns.state_of(cells.cells)
    language = cell(columns.language).strip()
    return ImportRow(
        line=cells.line,
        address=parse_address(written),
        name=clean_name(
            " ".join(filter(None, (cell(each).strip() for each in columns.names))) or name
        ),
        state=state,
        why=_why(cell(columns.why), state),
        language=language if re.fullmatch(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*", language) else "",
        sections=tuple(re.findall(r"[a-z0-9][a-z0-9_-]*", cell(columns.sections).lower())),
        large_print=cell(columns.large_print).strip().lower() in {"yes", "true", "1", "x"},
    )


def _why(text: str, state: SubscriberState) -> str:
    if state is SubscriberState.ACTIVE:
        return ""
    told = " ".join(text.split())[:200]
    return "" if "@" in told else told


def _split_mailbox(text: str) -> tuple[str, str]:
    """`Ann Example <ann@example.org>` as name and address; anything else is an address."""
    found = re.fullmatch(r'\s*"?([^<>"]*?)"?\s*<\s*([^<>\s]+)\s*>\s*', text)
    return (found[1], found[2]) if found else ("", text.removeprefix("mailto:"))
