"""The rows of a table as staff keep it: CSV in any of its forms, or XLSX.

Each row with its number in the file.

The number is the physical line of a CSV (a field may span lines: it is that of the first), the row
of a worksheet.
"""

from __future__ import annotations

import csv
import io
import itertools
import re
import warnings
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from newsletter.errors import SourceError
from newsletter.formats.markup_text import decode_document, one_line
from newsletter.model import Document

MAX_BYTES = 20_000_000
MAX_UNPACKED = (
    10_000_000  # bytes of an XLSX once unpacked: some 100,000 cells, which cost openpyxl 250 MB
)
MAX_ROWS = 5_000
MAX_COLUMNS = 40
DELIMITERS = ",;\t|"
_LINE = re.compile(r"[^\r\n]*+(?:\r\n?|\n)|[^\r\n]+")


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One row.

    Its number in the file, its cells as text, and the addresses behind the cells (XLSX only).
    """

    number: int
    cells: tuple[str, ...]
    links: tuple[str, ...] = ()


def sheets_of(document: Document) -> Iterator[list[SheetRow]]:
    """The sheets of a file (a CSV has one), its empty rows left out.

    Raises SourceError when it is no table.
    """
    content = document.content
    if len(content) > MAX_BYTES:
        raise SourceError(
            f"the table is larger than {MAX_BYTES // 1_000_000} MB: keep only the rows that are"
            " needed"
        )
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise SourceError("the table is an old Excel file (.xls): save it as .xlsx or CSV")
    if content.startswith(b"PK\x03\x04"):
        yield from _worksheets(content)
    else:
        yield [row for row in _csv_rows(_text(document)) if any(row.cells)]


def _text(document: Document) -> str:
    """The text of a CSV; Excel's “Unicode text” is UTF-16, at times without its byte order mark."""
    head = document.content[:200]
    if head[1:2] == b"\x00" and b"\x00" not in head[::2]:
        return document.content.decode("utf-16-le", "replace")
    if b"\x00" in head and not head.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise SourceError("this is no table: save it as CSV or .xlsx")
    return decode_document(document)


def _csv_rows(text: str) -> Iterator[SheetRow]:
    told = re.match(r"sep=(.)\s*$", text, re.MULTILINE)  # what Excel writes to tell itself
    delimiter = (
        told[1]
        if told
        else _delimiter([found[0] for found in itertools.islice(_LINE.finditer(text), 50)])
    )
    lines: Iterator[str] = (
        found[0] for found in _LINE.finditer(text)
    )  # one by one: ten million of them would take a gigabyte
    if told:
        lines = itertools.chain(["\n"], itertools.islice(lines, 1, None))
    reader = csv.reader(lines, delimiter=delimiter, skipinitialspace=True)
    number = 1
    for count in itertools.count():
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:  # a field of more than 131,072 characters: a quote that nobody closed
            cells = []
        if count == MAX_ROWS:
            raise SourceError(_TOO_MANY)
        yield SheetRow(number, tuple(one_line(cell) for cell in cells[:MAX_COLUMNS]))
        number = reader.line_num + 1


_TOO_MANY = f"the table has more than {MAX_ROWS:,} rows: keep only those that are needed"


def _delimiter(lines: list[str]) -> str:
    """What stands in the first lines most evenly; a comma when nothing does."""
    head = [line for line in lines if line.strip()][:10]
    if not head:
        return ","
    return max(
        DELIMITERS,
        key=lambda each: (min(map(_count(each), head)) > 0, _count(each)(head[0]), each == ","),
    )


def _count(delimiter: str) -> Any:
    return lambda line: re.sub(r'"[^"]*"', "", line).count(delimiter)


def _worksheets(content: bytes) -> Iterator[list[SheetRow]]:
    _refuse_bombs(content)
    import openpyxl  # only where a table really is a workbook

    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore"
        )  # of styles and extensions that are not needed for the cells
        try:
            book = openpyxl.load_workbook(io.BytesIO(content), data_only=True, keep_links=False)
            sheets = [_sheet_rows(sheet) for sheet in book.worksheets]
        except SourceError:
            raise
        except Exception as error:  # a broken file makes openpyxl raise nearly anything
            raise SourceError(
                f"the workbook cannot be read ({one_line(str(error))[:100]}): save it again"
            ) from error
    yield from sheets


def _refuse_bombs(content: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError) as error:
        raise SourceError("the workbook is cut short or broken: save it again") from error
    if not any(entry.filename == "xl/workbook.xml" for entry in entries):
        raise SourceError("this is no Excel workbook: save the table as .xlsx or CSV")
    if (
        sum(entry.file_size for entry in entries) > MAX_UNPACKED
    ):  # zipfile never unpacks more than is declared
        raise SourceError(
            f"the workbook unpacks to more than {MAX_UNPACKED // 1_000_000} MB: it was not opened"
        )


def _sheet_rows(sheet: Any) -> list[SheetRow]:
    """Rows of a worksheet; it may claim a million columns, so only so many cells are looked at."""
    last, columns = min(sheet.max_row, MAX_ROWS + 1), min(sheet.max_column, MAX_COLUMNS)
    read = (
        SheetRow(number, tuple(_format_cell(cell.value) for cell in row), tuple(map(_target, row)))
        for number, row in enumerate(sheet.iter_rows(max_row=last, max_col=columns), 1)
    )
    rows = [row for row in read if any(row.cells)]
    if rows and rows[-1].number > MAX_ROWS:
        raise SourceError(_TOO_MANY)
    return rows


def _target(cell: Any) -> str:
    """The web address behind a cell."""
    link = getattr(cell, "hyperlink", None)
    return (link.target or "") if link else ""


def _format_cell(value: object) -> str:
    """A cell as one would write it: a day without its midnight."""
    if isinstance(value, datetime):
        return (
            value.date().isoformat() if value.time() == time() else value.isoformat(" ", "minutes")
        )
    return "" if value is None else one_line(str(value))
