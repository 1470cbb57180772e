"""Rows of cells out of any file that people call a CSV, or a workbook; pure, streaming.

Encoding, divider and line ends are found out, never asked for. Each row keeps its number in the
file: the physical line of a CSV (a cell may span lines: that of the first), the row of a worksheet.
A quotation mark that is never closed spoils its own line alone, not the rest of the file.
"""

from __future__ import annotations

import csv
import io
import itertools
import re
import warnings
import zipfile
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Any, BinaryIO

from newsletter.errors import SpreadsheetError
from newsletter.formats.charsets import detect_encoding

MAX_LINES_OF_A_ROW = 30
MAX_ROW_CHARS = 100_000  # of a CSV; below the limit of one cell that `csv` has
MAX_UNPACKED_BYTES = 1 << 30  # of a workbook; a million people take a third of it

DIVIDERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "upright strokes"}
_ENCODING_NAMES = {
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
    "cp1252": "Windows-1252",
    "latin-1": "Latin-1",
}
_REFUSED = (
    (b"\xd0\xcf\x11\xe0", "this is an old Excel workbook (.xls): save it as .xlsx or CSV"),
    (b"%PDF", "this is a PDF: export the table as .xlsx or CSV"),
)
_SEP_LINE = re.compile(r"sep=(.?)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One row as it stood."""

    line: int  # physical line where it begins, or row of the worksheet; the first is 1
    cells: tuple[str, ...] = field(repr=False)
    links: tuple[str, ...] = field(default=(), repr=False)  # the addresses behind the cells
    problem: str = ""  # why it cannot be read; then `cells` holds the line


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """The rows of one sheet, the first and the empty ones included, and how it was read."""

    described: str
    rows: Iterator[SheetRow]


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetLimits:
    """How much of a table is looked at. None: all of it, one row in memory at a time."""

    rows: int | None = None  # a table of more is refused, not cut
    columns: int | None = None  # further ones of a worksheet are not looked at
    line_chars: int = MAX_ROW_CHARS  # a longer line of a CSV is a row with a problem
    unpacked_bytes: int = MAX_UNPACKED_BYTES  # a workbook of more is refused unopened


UNLIMITED = SheetLimits()


def read_sheets(
    file: BinaryIO,
    *,
    limits: SheetLimits = UNLIMITED,
    declared: Iterable[str] = (),
    with_links: bool = False,
) -> Iterator[Sheet]:
    """The sheets of a seekable CSV or XLSX file; a CSV has one.

    `declared` are charsets that a header names. `with_links` costs a workbook's streaming: all its
    cells are held in memory, some 2 kB each.
    Raises SpreadsheetError when the file is no table, or larger than `limits`; the latter perhaps
    while rows are taken.
    """
    file.seek(0)
    head = file.read(200)
    for magic, remedy in _REFUSED:
        if head.startswith(magic):
            raise SpreadsheetError(remedy)
    if head.startswith(b"PK"):
        yield from _read_workbook(file, limits, with_links=with_links)
    else:
        yield _read_text_table(file, limits, declared)


def _take_rows(rows: Iterable[SheetRow], limits: SheetLimits) -> Iterator[SheetRow]:
    for count, row in enumerate(rows, 1):
        if limits.rows and count > limits.rows and any(row.cells):
            raise SpreadsheetError(
                f"the table has more than {limits.rows:,} rows: keep only those that are needed"
            )
        yield row


# --- CSV, and what goes by its name


def _read_text_table(file: BinaryIO, limits: SheetLimits, declared: Iterable[str]) -> Sheet:
    encoding = detect_encoding(file, declared)
    _refuse_binary(file, encoding)
    lines = _number_lines(file, encoding)
    ahead = list(itertools.islice(lines, 20))
    divider = _read_sep_line(ahead)
    if divider:
        ahead = ahead[1:]
    else:
        divider = _find_divider([text for _, text in ahead])
    called = _ENCODING_NAMES.get(encoding, encoding)
    rows = _read_records(itertools.chain(ahead, lines), divider, limits.line_chars)
    return Sheet(
        described=f"{called}, cells divided by {DIVIDERS.get(divider, divider)}",
        rows=_take_rows(rows, limits),
    )


def _refuse_binary(file: BinaryIO, encoding: str) -> None:
    """Raise SpreadsheetError for zero bytes at the beginning, which text has only in UTF-16."""
    file.seek(0)
    if b"\0" in file.read(200) and not encoding.startswith(("utf-16", "utf-32")):
        raise SpreadsheetError("this is no table: save it as .xlsx or CSV")
    file.seek(0)


def _number_lines(file: BinaryIO, encoding: str) -> Iterator[tuple[int, str]]:
    r"""The physical lines from 1 on: ended by \\r\\n, \\n or the lone \\r of old Mac programs.

    Leaves `file` open.
    """
    text = io.TextIOWrapper(file, encoding, errors="replace")
    try:
        yield from enumerate(text, 1)
    finally:
        text.detach()


def _read_sep_line(ahead: list[tuple[int, str]]) -> str:
    """The divider that Excel's own first line `sep=;` names; empty without such a line."""
    found = _SEP_LINE.fullmatch(ahead[0][1].strip("\r\n\"' ")) if ahead else None
    return (found[1] or "\t") if found else ""


def _find_divider(lines: list[str]) -> str:
    """The mark that divides all first lines, the very first into most cells, the others as evenly.

    A comma where none divides anything.
    """
    lines = [line for line in lines if line.strip() and len(line) <= MAX_ROW_CHARS]
    if not lines:
        return ","

    def worth(divider: str) -> tuple[bool, int, int]:
        counts = [len(_parse_cells([line], divider)) for line in lines]
        widest = max(counts)
        return min(counts) > 1, counts[0], counts.count(widest) if widest > 1 else 0

    return max(DIVIDERS, key=lambda divider: (*worth(divider), divider == ","))


def _read_records(
    lines: Iterator[tuple[int, str]], divider: str, max_line_chars: int
) -> Iterator[SheetRow]:
    """Rows with the physical line each begins in.

    Only lines with a quotation mark can go on in the next one.
    """
    waiting: deque[tuple[int, str]] = deque()
    while True:
        taken = waiting.popleft() if waiting else next(lines, None)
        if taken is None:
            return
        number, line = taken
        if len(line) > max_line_chars:
            yield SheetRow(number, (), problem="the line is too long to be a row of a list")
        elif '"' not in line:
            yield _read_plain_record(number, line, divider)
        else:
            yield _read_quoted_record(number, line, divider, waiting, lines)


def _read_plain_record(number: int, line: str, divider: str) -> SheetRow:
    try:
        return SheetRow(number, tuple(_parse_cells([line], divider)))
    except csv.Error:  # `csv` knows no cells of more than 131,072 characters
        return SheetRow(number, (), problem="a cell is too long to be that of a table")


def _read_quoted_record(
    number: int,
    line: str,
    divider: str,
    waiting: deque[tuple[int, str]],
    source: Iterator[tuple[int, str]],
) -> SheetRow:
    text, more = line, []
    while (cells := _parse_record(text, divider)) is None:
        following = waiting.popleft() if waiting else next(source, None)
        if following is not None:
            more.append(following)
            text += following[1]
        if following is None or len(more) >= MAX_LINES_OF_A_ROW or len(text) > MAX_ROW_CHARS:
            waiting.extendleft(reversed(more))
            problem = "a quotation mark is opened and not closed"
            return SheetRow(number, (line.rstrip("\n"),), problem=problem)
    return SheetRow(number, tuple(cells))


def _parse_record(text: str, divider: str) -> list[str] | None:
    """The cells of a record; None when a quoted cell is still open at its end, or endless."""
    try:
        return _parse_cells(text.splitlines(keepends=True), divider, strict=True)
    except csv.Error as error:
        if "unexpected end" in str(error) or len(text) > MAX_ROW_CHARS:
            return None
    # a quotation mark in the middle of a cell ("5" pipe): taken as it stands
    return _parse_cells([text.rstrip("\n")], divider)


def _parse_cells(lines: list[str], divider: str, *, strict: bool = False) -> list[str]:
    reader = csv.reader(lines, delimiter=divider, skipinitialspace=True, strict=strict)
    return next(reader, [])


# --- workbooks


def _read_workbook(file: BinaryIO, limits: SheetLimits, *, with_links: bool) -> Iterator[Sheet]:
    _refuse_bombs(file, limits)
    import openpyxl  # 100 ms and more that no CSV needs

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # styles it does not know; we read cells alone
            book = openpyxl.load_workbook(
                file, read_only=not with_links, data_only=True, keep_links=False
            )
    except Exception as error:  # a broken file makes openpyxl raise nearly anything
        raise SpreadsheetError("the workbook cannot be read: save it again") from error
    for sheet in book.worksheets:
        yield Sheet(
            described=f"the sheet {sheet.title!r} of a workbook",
            rows=_take_rows(_read_sheet_rows(sheet, limits, with_links=with_links), limits),
        )


def _refuse_bombs(file: BinaryIO, limits: SheetLimits) -> None:
    """Raise SpreadsheetError for a zip file that is no workbook, or one too large to be opened.

    zipfile never unpacks more than is declared.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError) as error:
        raise SpreadsheetError(
            "this is no workbook, or one that is cut short or broken: save it again"
        ) from error
    if not any(entry.filename == "xl/workbook.xml" for entry in entries):
        raise SpreadsheetError(
            "this is a zip file, but no Excel workbook: save the table as .xlsx or CSV"
        )
    if sum(entry.file_size for entry in entries) > limits.unpacked_bytes:
        raise SpreadsheetError(
            f"the workbook unpacks to more than {limits.unpacked_bytes // 1_000_000} MB:"
            " it was not opened"
        )


def _read_sheet_rows(sheet: Any, limits: SheetLimits, *, with_links: bool) -> Iterator[SheetRow]:
    """Rows of a worksheet, which may claim a million columns and as many rows."""
    last = min(sheet.max_row or 0, limits.rows + 1) or None if limits.rows else None
    columns = min(sheet.max_column or 0, limits.columns) or None if limits.columns else None
    rows = sheet.iter_rows(max_row=last, max_col=columns, values_only=not with_links)
    for number, row in enumerate(rows, 1):
        values = [cell.value for cell in row] if with_links else row
        links = tuple(map(_find_target, row)) if with_links else ()
        yield SheetRow(number, tuple(map(_format_cell, values)), links)


def _find_target(cell: Any) -> str:
    """The web address behind a cell."""
    link = getattr(cell, "hyperlink", None)
    return (link.target or "") if link else ""


def _format_cell(value: object) -> str:
    """A cell as one would write it: a day without its midnight."""
    if isinstance(value, datetime):
        is_day = value.time() == time()
        return value.date().isoformat() if is_day else value.isoformat(" ", "minutes")
    return "" if value is None else str(value)
