"""A table kept by staff: rows become entries, whatever its columns are called."""

import contextlib
import io
from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.errors import SourceError
from newsletter.model import Dated, Document, Grant, Source, SourceKind
from newsletter.sources.staff_columns import NAMES
from newsletter.sources.staff_table import read_table

SOURCE = Source(name="table", kind=SourceKind.TABLE, url="news.csv")
NEW_YORK = ZoneInfo("America/New_York")


def read(content, source=SOURCE):
    content = content.encode() if isinstance(content, str) else content
    return read_table(Document(content=content), source, zone=NEW_YORK)


def only(content, source=SOURCE):
    reading = read(content, source)
    assert reading.skipped == ()
    (entry,) = reading.entries
    return entry


def test_a_row_is_an_entry():
    entry = only(
        "Title,Link,Date,Section,Note,Authors,Journal,Summary,DOI,PMID\n"
        "<i>TP53</i> in LMS.,https://example.org/a?utm_source=x,2026-11-03,Research,Read this,"
        '"Hemming ML, King M",Nature,Short,10.1000/X,36000001\n'
    )
    assert entry.title == "TP53 in LMS"
    assert entry.links == ("https://example.org/a",)
    assert (entry.dated, entry.section, entry.note) == (
        Dated(date(2026, 11, 3)),
        "research",
        "Read this",
    )
    assert (entry.authors, entry.journal, entry.summary) == (
        ("Hemming ML", "King M"),
        "Nature",
        "Short",
    )
    assert entry.ids.known() == {
        "doi": "10.1000/x",
        "pmid": "36000001",
        "url": "https://example.org/a",
    }
    assert (entry.event, entry.grant) == (None, None)


def test_the_section_of_the_source_is_the_entry_s():
    source = Source(name="a", kind=SourceKind.TABLE, section="trials")
    assert only("title,section\nA,research\n", source).section == "trials"


def test_a_call_has_deadline_amount_funder_and_number():
    entry = only('title,deadline,amount,funder,number\nCall,2027-02-01,"$50,000",NCI,par-26-101\n')
    assert entry.grant == Grant(
        deadline=date(2027, 2, 1), amount="$50,000", funder="NCI", number="par-26-101"
    )
    assert entry.ids.opportunity == "PAR-26-101"


def test_an_event_has_start_end_place_and_link():
    entry = only(
        "title,starts,ends,place,join\nWebinar,2026-12-09 18:00,2026-12-09 19:30,,https://zoom.us/j/1\n"
    )
    assert entry.event.starts == datetime(2026, 12, 9, 18, 0, tzinfo=NEW_YORK)
    assert entry.event.ends == datetime(2026, 12, 9, 19, 30, tzinfo=NEW_YORK)
    assert (entry.event.place, entry.event.join, entry.event.zone) == (
        "Online",
        "https://zoom.us/j/1",
        "",
    )
    assert entry.links == ("https://zoom.us/j/1",)


@pytest.mark.parametrize(
    ("starts", "time", "moment", "zone"),
    [
        ("2026-12-09", "", date(2026, 12, 9), ""),
        (
            "Dec 9, 2026 6:30 pm ET",
            "",
            datetime(2026, 12, 9, 18, 30, tzinfo=NEW_YORK),
            "America/New_York",
        ),
        ("12/09/2026 at 6 p.m.", "", None, ""),
        ("12/19/2026 at 6 p.m.", "", datetime(2026, 12, 19, 18, 0, tzinfo=NEW_YORK), ""),
        (
            "12/19/2026",
            "12 am (PT)",
            datetime(2026, 12, 19, 0, 0, tzinfo=ZoneInfo("America/Los_Angeles")),
            "America/Los_Angeles",
        ),
        ("9.12.2026 18.30 Uhr", "", datetime(2026, 12, 9, 18, 30, tzinfo=NEW_YORK), ""),
        ("9.12.26", "18h", datetime(2026, 12, 9, 18, 0, tzinfo=NEW_YORK), ""),
        ("2026-12-09", "25:00", date(2026, 12, 9), ""),
        (
            "2026-12-09T18:00:00+01:00",
            "",
            datetime(2026, 12, 9, 18, 0, tzinfo=timezone(timedelta(hours=1))),
            "",
        ),
        ("December 2026", "", None, ""),
        ("soon", "", None, ""),
    ],
)
def test_times_are_read_as_people_write_them(starts, time, moment, zone):
    (entry,) = read(f'title;starts;time;place\nA;"{starts}";{time};Denver\n').entries
    assert (entry.event.starts, entry.event.zone, entry.event.place) == (moment, zone, "Denver")


@pytest.mark.parametrize(
    "header",
    ["Title;Link;Date", "Título;Enlace;Fecha", "TITEL;Web-Seite;Datum", "Headline ;URL:;published"],
)
def test_headers_may_be_english_spanish_or_german(header):
    entry = only(f"{header}\nA;https://example.org/a;2026-11-03\n")
    assert (entry.title, entry.links, str(entry.dated)) == (
        "A",
        ("https://example.org/a",),
        "2026-11-03",
    )


def test_every_name_of_a_column_is_plain_and_means_one_thing():
    assert all(name == name.lower() and name.isascii() for name in NAMES)


def test_a_heading_may_stand_above_the_header():
    assert only("Our list of news\n\nTitle,Date\nA,2026\n").title == "A"


def test_columns_that_nobody_knows_are_passed_over():
    assert only("Colour,Title,Link\nred,A,www.example.org/a\n").links == (
        "https://www.example.org/a",
    )


def test_several_links_may_stand_in_one_row():
    entry = only(
        "Title,Link,Website\nA,<https://example.org/a>; https://doi.org/10.1000/x,https://example.org/b\n"
    )
    assert entry.links == (
        "https://example.org/a",
        "https://doi.org/10.1000/x",
        "https://example.org/b",
    )
    assert entry.ids.doi == "10.1000/x"


@pytest.mark.parametrize(
    ("other", "dated"),
    [("25/12/2026", "2026-05-04"), ("12/25/2026", "2026-04-05"), ("2026-12-25", "None")],
)
def test_another_date_of_the_table_tells_which_number_is_the_month(other, dated):
    first, _ = read(f"title,date\nA,04/05/2026\nB,{other}\n").entries
    assert str(first.dated) == dated


@pytest.mark.parametrize(
    ("written", "dated"), [("March 2023", "2023-03"), ("2023", "2023"), ("3.5.2026", "2026-05-03")]
)
def test_dates_keep_their_precision(written, dated):
    assert str(only(f"title;date\nA;{written}\n").dated) == dated


def test_a_deadline_that_is_no_day_is_none():
    assert only("title;deadline\nA;March 2027\n").grant.deadline is None


def test_bad_cells_are_named_by_their_line_and_the_rest_is_kept():
    reading = read(
        'title,link,date,deadline\n"A\nB",nolink,someday,\n,https://example.org,,\nC,https://example.org/c,,\n'
    )
    assert [(entry.title, entry.links) for entry in reading.entries] == [
        ("A B", ()),
        ("C", ("https://example.org/c",)),
    ]
    assert reading.skipped == (
        "line 2: “nolink” is no web address and was left aside",
        "line 2: “someday” is no date that can be read in one way: write 2026-11-03",
        "line 4 was left out: it has no title",
    )


def test_a_short_row_is_read_as_far_as_it_goes():
    assert only("title,link,date\nA\n").title == "A"


def test_a_workbook_may_have_its_table_in_a_later_sheet_and_links_behind_its_titles():
    book = openpyxl.Workbook()
    book.active.append(["Read me"])
    sheet = book.create_sheet("News")
    sheet.append(["Title", "Date"])
    sheet.append(["A paper", date(2026, 11, 3)])
    sheet["A2"].hyperlink = "https://example.org/a"
    stream = io.BytesIO()
    book.save(stream)
    entry = only(stream.getvalue())
    assert (entry.title, str(entry.dated), entry.links) == (
        "A paper",
        "2026-11-03",
        ("https://example.org/a",),
    )


@pytest.mark.parametrize(
    ("content", "found"),
    [
        ("", "empty"),
        ("<html><body>Sorry</body></html>", "<html>"),
        ("title\nA\n", "title"),
        ("a,b\n1,2\n", "a, b"),
    ],
)
def test_a_file_without_a_known_header_is_refused(content, found):
    with pytest.raises(
        SourceError, match=rf"no header with a column “title” .* its first row is: {found}"
    ):
        read(content)


CELLS = st.text(alphabet="aA1:/.-, \x00“é@", max_size=12) | st.sampled_from(
    [
        "https://[",
        "31/12/9999",
        "1.1.1 1:1",
        "99:99 pm",
        "T",
        "0000-00-00",
        "2026-12-09T25:61",
        "10.1000/",
        "NCT00000001",
    ]
)


@given(st.lists(st.lists(CELLS, max_size=6), max_size=4))
@settings(deadline=None)
def test_any_cells_end_in_entries_or_a_sentence(rows):
    text = "title;link;date;starts;deadline;time\n" + "\n".join(";".join(row) for row in rows)
    with contextlib.suppress(SourceError):
        assert all(entry.title for entry in read(text).entries)
