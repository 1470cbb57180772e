"""Rows come out of CSV and XLSX with their number in the file, and bombs are refused before they are opened."""

import io
import zipfile
from datetime import date, datetime

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.errors import SourceError
from newsletter.formats.spreadsheets import SheetRow
from newsletter.model import Document
from newsletter.sources.staff_table import sheets_of


def rows(content):
    content = content.encode() if isinstance(content, str) else content
    return [
        [(row.line, *row.cells) for row in sheet] for sheet in sheets_of(Document(content=content))
    ]


def workbook(*sheets):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for cells in sheets:
        sheet = book.create_sheet()
        for row in cells:
            sheet.append(row)
    return saved(book)


def saved(book):
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(delimiter):
    text = f'a{delimiter}b\n1{delimiter}"x{delimiter}y"\n'
    assert rows(text) == [[(1, "a", "b"), (2, "1", f"x{delimiter}y".replace("\t", " "))]]


def test_a_semicolon_file_may_hold_commas():
    assert rows("a;b\nLast, First;x\nOne, two, three;y\n") == [
        [(1, "a", "b"), (2, "Last, First", "x"), (3, "One, two, three", "y")]
    ]


def test_excel_s_own_hint_names_the_delimiter():
    assert rows("sep=;\na;b\n") == [[(2, "a", "b")]]


def test_rows_are_numbered_by_the_line_they_begin_in():
    assert rows('a,b\n\n"two\nlines",x\nlast,y\r\n') == [
        [(1, "a", "b"), (3, "two lines", "x"), (5, "last", "y")]
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le"])
def test_encodings_of_office_programs_are_read(encoding):
    assert rows("Título,Año\nSí,1\n".encode(encoding)) == [[(1, "Título", "Año"), (2, "Sí", "1")]]


def test_an_empty_file_has_no_rows():
    assert rows("") == [[]]
    assert rows("\n,,\n\n") == [[]]


def test_a_quote_that_nobody_closed_costs_its_own_row():
    assert rows('a,b\n"' + "x" * 140_000 + "\n" * 3)[0][0] == (1, "a", "b")


def test_a_file_of_one_endless_line_is_one_row():
    assert rows("a," * 100_000) == [[(1, *"a" * 40)]]


def test_all_three_kinds_of_line_ends_are_counted():
    assert rows("a,b\r1,2\n3,4\r\n5,6") == [
        [(1, "a", "b"), (2, "1", "2"), (3, "3", "4"), (4, "5", "6")]
    ]


def test_a_workbook_gives_its_sheets_with_dates_and_numbers_as_written():
    content = workbook(
        [
            ["A", "B"],
            [None, None],
            [date(2026, 11, 3), datetime.fromisoformat("2026-12-09T18:30")],
            [2026, 1.5],
            [True, " x\ny "],
        ],
        [],
    )
    assert rows(content) == [
        [
            (1, "A", "B"),
            (3, "2026-11-03", "2026-12-09 18:30"),
            (4, "2026", "1.5"),
            (5, "True", "x y"),
        ],
        [],
    ]


def test_the_address_behind_a_cell_is_kept():
    book = openpyxl.Workbook()
    book.active.append(["Title", "x"])
    book.active["A1"].hyperlink = "https://example.org/a"
    (sheet,) = sheets_of(Document(content=saved(book)))
    assert sheet == [SheetRow(1, ("Title", "x"), ("https://example.org/a", ""))]


def test_a_sheet_that_claims_a_million_columns_is_read_in_bounds():
    book = openpyxl.Workbook()
    book.active["A1"] = "a"
    book.active["XFD1048576"] = "far"
    (sheet,) = sheets_of(Document(content=saved(book)))
    assert [row.line for row in sheet] == [1]


@pytest.mark.parametrize("content", ["a\n" * 5_001, workbook([["a"]] * 5_001)])
def test_a_table_of_too_many_rows_is_refused_and_not_cut(content):
    with pytest.raises(SourceError, match="more than 5,000 rows"):
        rows(content)
    assert rows("a\n" * 5_000)


def archive(**files):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in files.items():
            packed.writestr(name.replace("__", "/").replace("_xml", ".xml"), content)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\xd0\xcf\x11\xe0 old", "an old Excel workbook"),
        (b"PK\x03\x04 cut", "cut short or broken"),
        (archive(word__document_xml=b"<a/>"), "no Excel workbook"),
        (archive(xl__workbook_xml=b"<a/>"), "the workbook cannot be read"),
        (archive(xl__workbook_xml=b" " * 10_000_001), "unpacks to more than 10 MB"),
        (b"a" * 20_000_001, "larger than 20 MB"),
        (b"GIF89a\x00\x01\x00", "this is no table"),
    ],
)
def test_what_is_no_table_is_refused_with_a_remedy(content, words):
    with pytest.raises(SourceError, match=words):
        rows(content)


@given(
    st.one_of(
        st.binary(max_size=300), st.text(alphabet='a,;\t|"\n\r= \x00', max_size=60).map(str.encode)
    )
)
@settings(deadline=None)
def test_any_bytes_end_in_rows_or_a_sentence(content):
    try:
        sheets = rows(content)
    except SourceError:
        return
    assert all(number > 0 for sheet in sheets for number, *_ in sheet)
