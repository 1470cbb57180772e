"""Rows of cells out of any file that people call a CSV, or a workbook; pure, streaming.

Encoding, divider and line ends are found out, never asked for. A quotation mark that is never
closed spoils its own line alone, not the rest of the file.
"""

from __future__ import annotations

import codecs
import csv
import io
import itertools
import warnings
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from newsletter.errors import UsageError

CHUNK_BYTES = 1 << 16
MAX_LINES_OF_A_ROW = 30
MAX_LINE_CHARS = 100_000  # below the limit of one cell that `csv` has
NOT_WINDOWS = b"\x81\x8d\x8f\x90\x9d"
"""What Windows-1252 has no letter for."""

DIVIDERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "upright strokes"}
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig", "UTF-8"),
    (codecs.BOM_UTF16_LE, "utf-16", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "UTF-16"),
)


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row as it stood."""

    line: int  # physical line where it begins
    cells: tuple[str, ...] = field(repr=False)
    problem: str = ""  # why it cannot be read; then `cells` holds the line


@dataclass(frozen=True, slots=True, kw_only=True)
class TableFile:
    """The rows of a file, the first one included, and how it was read."""

    described: str
    rows: Iterator[TableRow]


def open_sheet(file: BinaryIO) -> TableFile:
    """The rows of a CSV or XLSX file; raises UsageError when it is neither."""
    head = file.read(8)
    file.seek(0)
    if head.startswith(b"PK"):
        return _workbook(file)
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        raise UsageError(
            "this is an old Excel workbook (.xls): save it as .xlsx or CSV, and import that"
        )
    if head.startswith(b"%PDF"):
        raise UsageError("this is a PDF: export the list as CSV, and import that")
    return _text_table(file)


def _number_lines(file: BinaryIO, encoding: str) -> Iterator[tuple[int, str]]:
    r"""The physical lines from 1 on: ended by \\r\\n, \\n or the lone \\r of old Mac programs.

    Leaves `file` open.
    """
    text = io.TextIOWrapper(file, encoding, errors="replace")
    try:
        yield from enumerate(text, 1)
    finally:
        text.detach()


def _text_table(file: BinaryIO) -> TableFile:
    encoding, called = _encoding(file)
    file.seek(0)
    lines = _number_lines(file, encoding)
    ahead = list(itertools.islice(lines, 20))
    divider = _read_sep_line(ahead)
    if divider:
        ahead = ahead[1:]
    else:
        divider = _divider([text for _, text in ahead])
    return TableFile(
        described=f"{called}, cells divided by {DIVIDERS.get(divider, divider)}",
        rows=_records(itertools.chain(ahead, lines), divider),
    )


def _encoding(file: BinaryIO) -> tuple[str, str]:
    """(codec, its name for people) by the byte order mark, by zeros, by whether all of it is UTF-8."""
    head = file.read(CHUNK_BYTES)
    for bom, codec, called in _BOMS:
        if head.startswith(bom):
            return codec, called
    if head[:200].count(0) > len(head[:200]) // 4:
        return ("utf-16-le" if head[1:2] == b"\0" else "utf-16-be"), "UTF-16"
    decoder = codecs.getincrementaldecoder("utf-8")()
    chunk, is_utf8, is_windows = head, True, True
    while chunk:
        is_utf8 = is_utf8 and _decodes(decoder, chunk)
        is_windows = is_windows and not any(byte in chunk for byte in NOT_WINDOWS)
        chunk = file.read(CHUNK_BYTES)
    if is_utf8 and _decodes(decoder, b"", final=True):
        return "utf-8", "UTF-8"
    return ("cp1252", "Windows-1252") if is_windows else ("latin-1", "Latin-1")


def _decodes(decoder: codecs.IncrementalDecoder, chunk: bytes, *, final: bool = False) -> bool:
    try:
        decoder.decode(chunk, final)
    except UnicodeDecodeError:
        return False
    return True


def _read_sep_line(ahead: list[tuple[int, str]]) -> str:
    """What Excel's own first line `sep=;` says."""
    first = ahead[0][1].strip("\n\r\"' ") if ahead else ""
    return (
        first[4]
        if len(first) == 5 and first[:4].lower() == "sep="
        else "\t"
        if first.lower() == "sep="
        else ""
    )


def _divider(lines: list[str]) -> str:
    """The mark that divides the first lines into the most cells, and into equally many."""
    lines = [line for line in lines if line.strip() and len(line) <= MAX_LINE_CHARS]

    def worth(divider: str) -> tuple[int, int]:
        counts = [
            len(next(csv.reader([line], delimiter=divider, skipinitialspace=True), []))
            for line in lines
        ]
        return (
            counts[0] if counts and counts[0] > 1 else 0,
            counts.count(counts[0]) if counts else 0,
        )

    best = max(DIVIDERS, key=worth)
    return best if worth(best)[0] else ","


def _records(lines: Iterator[tuple[int, str]], divider: str) -> Iterator[TableRow]:
    """Rows with the physical line each begins in.

    Only lines with a quotation mark can go on in the next one.
    """
    waiting: deque[tuple[int, str]] = deque()
    source = iter(lines)
    while True:
        taken = waiting.popleft() if waiting else next(source, None)
        if taken is None:
            return
        number, line = taken
        if len(line) > MAX_LINE_CHARS:
            yield TableRow(number, (), "the line is too long to be a row of a list")
        elif '"' not in line:
            yield TableRow(number, tuple(_parse_record(line, divider) or ()))
        else:
            yield _read_quoted_record(number, line, divider, waiting, source)


def _read_quoted_record(
    number: int,
    line: str,
    divider: str,
    waiting: deque[tuple[int, str]],
    source: Iterator[tuple[int, str]],
) -> TableRow:
    text, more = line, []
    while (cells := _parse_record(text, divider)) is None:
        following = waiting.popleft() if waiting else next(source, None)
        if following is not None:
            more.append(following)
            text += following[1]
        if following is None or len(more) >= MAX_LINES_OF_A_ROW or len(text) > MAX_LINE_CHARS:
            waiting.extendleft(reversed(more))
            return TableRow(
                number, (line.rstrip("\n"),), "a quotation mark is opened and not closed"
            )
    return TableRow(number, tuple(cells))


def _parse_record(text: str, divider: str) -> list[str] | None:
    """The cells of a record; None when a quoted cell is still open at its end."""
    try:
        return next(
            csv.reader(
                text.splitlines(keepends=True),
                delimiter=divider,
                skipinitialspace=True,
                strict=True,
            ),
            [],
        )
    except csv.Error as error:
        if "unexpected end" in str(error):
            return None
    # a quotation mark in the middle of a cell ("5" pipe): taken as it stands
    return next(csv.reader([text.rstrip("\n")], delimiter=divider, skipinitialspace=True), [])


def _workbook(file: BinaryIO) -> TableFile:
    try:
        import openpyxl  # 100 ms and more that no CSV needs
    except ImportError as error:  # pragma: no cover - it is a dependency of ours
        raise UsageError("this is a workbook: save it as CSV, and import that") from error
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # styles it does not know; we read cells alone
            book = openpyxl.load_workbook(file, read_only=True, data_only=True)
    except Exception as error:  # a zip of anything: the library raises many kinds
        raise UsageError(
            "this is a zip file, but no workbook: unpack it, and import the files in it"
        ) from error
    return TableFile(
        described=f"the sheet {book.worksheets[0].title!r} of a workbook",
        rows=_sheet_rows(book.worksheets[0]),
    )


def _sheet_rows(sheet: object) -> Iterator[TableRow]:
    rows = sheet.iter_rows(values_only=True)  # type: ignore[attr-defined] # openpyxl has no types
    for number, row in enumerate(rows, 1):
        yield TableRow(number, tuple("" if value is None else str(value) for value in row))
