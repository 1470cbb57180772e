"""Lists as other programs export them."""

import codecs
import io
import os
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import pytest

from newsletter.database.engine import open_database
from newsletter.errors import UsageError
from newsletter.model import SubscriberState as S
from newsletter.subscribers.list_import import ImportRow, RejectedRow, import_list, read_list
from newsletter.subscribers.repository import SubscriberRepository
from newsletter.tokens import Keys

SHARED = Path(os.environ.get("NEWSLETTER_SHARED", Path(__file__).parents[3] / "shared")) / "data"
NOW = datetime(2026, 11, 23, tzinfo=UTC)


def read(content, name=""):
    if isinstance(content, str):
        content = content.encode()
    return list(read_list(io.BytesIO(content), name=name).rows)


def people(content, name=""):
    """(address, name, state) of the rows, (line, reason) of what was rejected."""
    return [
        (row.address.text, row.name, row.state.value)
        if isinstance(row, ImportRow)
        else (row.line, row.reason)
        for row in read(content, name)
    ]


ANN = ("ann@example.org", "Ann Example", "active")
BOB = ("bob@example.org", "Bob Example", "active")
TABLE = "Email,First name,Last name\nann@example.org,Ann,Example\nbob@example.org,Bob,Example\n"


@pytest.mark.parametrize(
    "content",
    [
        TABLE,
        TABLE.replace(",", ";"),
        TABLE.replace(",", "\t"),
        TABLE.replace(",", "|"),
        TABLE.replace("\n", "\r\n"),
        TABLE.replace("\n", "\r"),
        TABLE.replace(",", ", "),
        TABLE.replace("\n", "\n\n"),
        "sep=;\n" + TABLE.replace(",", ";"),
        '"sep=,"\r\n' + TABLE,
        codecs.BOM_UTF8 + TABLE.encode(),
        TABLE.encode("utf-16"),
        codecs.BOM_UTF16_BE + TABLE.encode("utf-16-be"),
        TABLE.encode("utf-16-le"),
        TABLE.encode("utf-16-be"),
        TABLE.replace("ann@example.org,Ann", '"ann@example.org","Ann"'),
        TABLE.replace("Email", "E-mail Address"),
        TABLE.replace("Email", "what is your mail?"),
        "ann@example.org,Ann,Example\nbob@example.org,Bob,Example\n",
        "Ann Example <ann@example.org>\nBob Example <bob@example.org>",
        '"Ann Example" <ann@example.org>, Bob Example <bob@example.org>\n',
        "Name,Email\nAnn Example,ann@example.org\nBob Example,mailto:bob@example.org\n",
        (
            "Name,Given Name,E-mail 1 - Type,E-mail 1 - Value\nAnn Example,Ann,* Home,"
            "ann@example.org ::: old@example.org\nBob Example,Bob,Work,bob@example.org\n"
        ),
        "Address,First Name,Last Name,E-mail Address\n1 Main St,Ann,Example,ann@example.org\n,Bob,Example,bob@example.org",
    ],
)
def test_one_list_in_many_dresses(content):
    assert people(content) == [ANN, BOB]


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "latin-1"])
def test_letters_beyond_ascii_in_any_of_the_usual_encodings(encoding):
    content = "Email;Name\nzoe@example.org;Zoë Müller\n".encode(encoding)
    assert people(content) == [("zoe@example.org", "Zoë Müller", "active")]


def test_what_windows_has_no_letter_for_is_latin_1():
    assert (
        read_list(io.BytesIO(b"Email,Name\na@example.org,Zo\xeb \x81\n"))
        .understood[0]
        .startswith("Latin-1")
    )


def test_a_plain_list_of_addresses():
    assert people("ann@example.org\n\nbob@example.org") == [
        ("ann@example.org", "", "active"),
        ("bob@example.org", "", "active"),
    ]


@pytest.mark.parametrize(
    ("header", "cells", "state"),
    [
        ("Email,Status", "a@example.org,subscribed", S.ACTIVE),
        ("Email,Status", "a@example.org,Active", S.ACTIVE),
        ("Email,Status", "a@example.org,", S.PENDING),
        ("Email,Status", "a@example.org", S.PENDING),
        ("Email,Status", "a@example.org,something else", S.PENDING),
        ("Email,Status", "a@example.org,unsubscribed", S.UNSUBSCRIBED),
        ("Email,Status", "a@example.org,cleaned", S.BOUNCED),
        ("Email,Status", "a@example.org,unreachable", S.BOUNCED),
        ("Email,Status", "a@example.org,Marked as spam", S.COMPLAINED),
        (
            "Email,List status,Global status",
            "a@example.org,subscribed,unsubscribed",
            S.UNSUBSCRIBED,
        ),
        (
            "Email status,Email address,Email permission status",
            "Active,a@example.org,Opted_Out",
            S.UNSUBSCRIBED,
        ),
        ("Email,Subscribed", "a@example.org,1", S.ACTIVE),
        ("Email,Subscribed", "a@example.org,0", S.UNSUBSCRIBED),
        ("Email,Subscribed", "a@example.org,?", S.PENDING),
        ("email,active_subscription,email_disabled", "a@example.org,false,false", S.ACTIVE),
        ("email,active_subscription,email_disabled", "a@example.org,true,true", S.UNSUBSCRIBED),
        ("email,email_disabled", "a@example.org,", S.PENDING),
        ("Email,status,unsubscribed_at", "a@example.org,active,2024-01-02", S.UNSUBSCRIBED),
        ("E-mail address,OptOut_Date", "a@example.org,20110122T111244", S.UNSUBSCRIBED),
        ("Email Address,UNSUB_TIME,LEID", "a@example.org,2018-07-23 12:19:27,1", S.UNSUBSCRIBED),
        ("Email Address,UNSUB_TIME,LEID", "a@example.org,,1", S.PENDING),
        ("Email Address,CLEAN_TIME,LEID", "a@example.org,2020-03-23 17:30:05,1", S.BOUNCED),
        ("Email Address,UNSUB_TIME,LAST_CHANGED,LEID", "a@example.org,,2020,1", S.ACTIVE),
        ("Email,State", "a@example.org,CO", S.ACTIVE),
        ("Email,State", "a@example.org,cancelled", S.UNSUBSCRIBED),
        ("Email,State", "a@example.org,", S.PENDING),
    ],
)
def test_a_state_is_kept_and_an_unclear_one_is_pending(header, cells, state):
    assert [row.state for row in read(f"{header}\n{cells}\n")] == [state]


@pytest.mark.parametrize(
    ("name", "state"),
    [
        ("unsubscribed_members_export_1a2b.csv", S.UNSUBSCRIBED),
        ("exports/cleaned_members_export.csv", S.BOUNCED),
        ("subscribed_members_export.csv", S.ACTIVE),
    ],
)
def test_the_name_of_a_mailchimp_file_tells_what_its_rows_do_not(name, state):
    assert [row.state for row in read("Email Address,First Name\na@example.org,Ann\n", name)] == [
        state
    ]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("nothing,Ann,Example", "the address has no @"),
        (",Ann,Example", "there is no address in this line"),
        ("a@b,Ann,Example", "the address has no dot after the @"),
        ("a b@example.org,Ann,Example", "the address holds a space, comma or bracket"),
        ("a@@example.org,A,B", "the address has more than one @"),
        ("@example.org,A,B", "the address has nothing before or after the @"),
        ("a..b@example.org,A,B", "this is not an address that mail can be sent to"),
        (
            f"{'x' * 65}@example.org,A,B",
            "the part of the address before the @ is longer than 64 characters",
        ),
        (
            f"a@{'x' * 60}.{'x' * 60}.{'x' * 60}.{'x' * 60}.{'x' * 60}.org,A,B",
            "the address is longer than 254 characters",
        ),
        ('"q q"@example.org,A,B', "the address holds a space, comma or bracket"),
        ('"""q"" <ann"@example.org,A,B', "the address has quotation marks before the @"),
        (
            "ann@example.org,Ann\u202e,Example",
            "the name holds a mark that turns the direction of writing",
        ),
        ("ann@example.org,Ann\u0007,Example", "the name holds a control character"),
        ('ann@example.org,"Ann\nB",Example', "the name holds a line break"),
        (
            "an\u200fn@example.org,Ann,Example",
            "the address holds a mark that turns the direction of writing",
        ),
        (f"ann@example.org,{'n' * 201},Example", "the name is longer than 200 characters"),
        (
            "ann@example.org,Example, Ann,x",
            "the line has 4 cells, the first line has 3: a cell with a comma needs quotes",
        ),
        ('"ann@example.org,Ann,Example', "a quotation mark is opened and not closed"),
    ],
)
def test_a_line_that_is_not_taken_is_named_with_its_reason_and_without_the_address(line, reason):
    found = people(f"Email,First name,Last name\nbob@example.org,Bob,Example\n{line}\n")
    assert found == [BOB, (3, reason)]


def test_physical_lines_are_counted_through_quoted_cells_and_empty_lines():
    content = (
        'Email,Notes\n\na@example.org,"one\ntwo\nthree"\nwrong,\n\nb@example.org,"x"\nworse,"y"\n'
    )
    assert [row.line for row in read(content)] == [3, 6, 8, 9]


def test_a_quotation_mark_that_is_never_closed_spoils_its_own_line_alone():
    rows = ["Email,Name"] + [
        f'p{n}@example.org,"Ann' if n == 3 else f"p{n}@example.org,Ann" for n in range(100)
    ]
    found = read("\n".join(rows))
    assert [row.line for row in found if isinstance(row, RejectedRow)] == [5]
    assert sum(isinstance(row, ImportRow) for row in found) == 99


def test_a_quotation_mark_inside_a_cell_is_a_letter():
    assert people('Email,Name\nann@example.org,Ann "Q" Example\n') == [
        ("ann@example.org", 'Ann "Q" Example', "active")
    ]


def test_a_line_without_end_is_not_read_as_a_row():
    assert people("Email,Name\n" + "x" * 100_001 + "\nann@example.org,Ann\n") == [
        (2, "the line is too long to be a row of a list"),
        ("ann@example.org", "Ann", "active"),
    ]


def test_the_choices_of_our_own_export_are_read():
    content = (
        "Email,State,Why,Language,Sections,Large print\n"
        "ann@example.org,active,,es,research trials,yes\n"
        "bob@example.org,unsubscribed,too many mails,English,,\n"
        "carla@example.org,unsubscribed,ask carla@example.org,,,\n"
    )
    ann, bob, carla = read(content)
    assert (ann.language, ann.sections, ann.large_print, ann.why) == (
        "es",
        ("research", "trials"),
        True,
        "",
    )
    assert (bob.language, bob.sections, bob.large_print, bob.why) == (
        "",
        (),
        False,
        "too many mails",
    )
    assert carla.why == ""


def test_a_domain_beyond_ascii_becomes_a_labels_and_one_person_has_one_key():
    [row] = read("Email\nAnn@BÜCHER.example\n")
    assert (row.address.text, row.address.key) == (
        "Ann@xn--bcher-kva.example",
        "ann@xn--bcher-kva.example",
    )


def test_a_workbook_is_a_list_too():
    book = openpyxl.Workbook()
    for cells in (
        ("Email", "Name", "Status"),
        ("ann@example.org", "Ann Example", "active"),
        (None, None, None),
    ):
        book.active.append(cells)
    book.active.append(("bob@example.org", "Bob Example", "unsubscribed"))
    content = io.BytesIO()
    book.save(content)
    assert people(content.getvalue()) == [ANN, ("bob@example.org", "Bob Example", "unsubscribed")]


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "holds no rows"),
        (b"\n\n", "no column of mail addresses"),
        (b"Name,City\nAnn,Denver\n", 'its first line has: "Name", "City"'),
        (b"a@b,Ann\nc@d,Bob\n", "its first line has: other things"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest", "old Excel workbook"),
        (b"PK\x03\x04 not really", "no workbook"),
        (b"%PDF-1.4", "a PDF"),
    ],
)
def test_what_is_no_list_is_refused_with_a_remedy(content, complaint):
    with pytest.raises(UsageError, match=complaint) as caught:
        read(content, "list.csv")
    assert "@b" not in str(caught.value)


def test_a_column_called_email_is_enough_even_when_it_is_empty():
    assert people("Email,Name\n") == []
    with pytest.raises(UsageError):
        people("Address,Name\n1 Main Street,Ann\n")


def test_an_import_is_counted_and_what_was_rejected_can_be_mended(tmp_path):
    store = SubscriberRepository(open_database("sqlite:///n.db", tmp_path), Keys(b"x"))
    content = b"Email,Name\nann@example.org,Ann\n=bad,Bob\nbob@example.org,Bob,extra\n,\n"
    mend = io.StringIO()
    report = import_list(store, io.BytesIO(content), name="list.csv", now=NOW, mend=mend)
    assert report.imported.added == 1
    assert [(each.line, each.reason[:20]) for each in report.rejected] == [
        (3, "the address has no @"),
        (4, "the line has 3 cells"),
    ]
    lines = mend.getvalue().split("\r\n")
    assert lines[0] == "Email,Name,Line,Rejected because"
    assert lines[1] == "'=bad,Bob,3,the address has no @"
    assert lines[2].startswith('bob@example.org,Bob extra,4,"the line has 3 cells')
    assert "everybody is taken as active" in report.understood[-1]


def test_a_clean_import_writes_nothing_to_mend(tmp_path):
    store = SubscriberRepository(open_database("sqlite:///n.db", tmp_path), Keys(b"x"))
    mend = io.StringIO()
    import_list(store, io.BytesIO(b"ann@example.org\n"), now=NOW, mend=mend)
    assert mend.getvalue() == ""


EXPECTED = {
    "keila__import_excel.csv": {"active": 201},
    "keila__import_malformed1.csv": {"active": 3},
    "keila__import_rfc_4180_with_status.csv": {
        "active": 1,
        "unsubscribed": 1,
        "bounced": 1,
        "pending": 1,
    },
    "mailpoet__MailPoetImportList.csv": {"active": 10, "rejected": 1},
    "migrate__cleaned.csv": {"bounced": 5},
    "migrate__fixtures_signup_emails.csv": {"active": 19, "unsubscribed": 2},
    "migrate__invalid.csv": {"active": 3},
    "migrate__malformed.csv": {"rejected": 1},
    "migrate__subscribed.csv": {"active": 5},
    "migrate__unsubscribed.csv": {"unsubscribed": 5},
    "derived/keila_excel_cp1252_semicolon.csv": {"active": 201},
    "derived/mailpoet_utf16le_bom_tab.txt": {"active": 10, "rejected": 1},
    "derived/mailpoet_utf8_bom.csv": {"active": 10, "rejected": 1},
}


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.exists(), reason="the recorded data is not here")
@pytest.mark.parametrize("name", EXPECTED)
def test_recorded_exports_give_the_right_counts(name):
    content = (SHARED / "real" / "subscriber_csv" / name).read_bytes()
    found = Counter(
        row.state.value if isinstance(row, ImportRow) else "rejected"
        for row in read(content, Path(name).name)
    )
    assert found == EXPECTED[name]


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.exists(), reason="the recorded data is not here")
def test_the_address_column_of_every_recorded_heading_is_found():
    import csv

    with (SHARED / "subscriber_header_rows.tsv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    for row in rows:
        header = row["header_row"].replace("…", "").rstrip(", ")
        cells = next(csv.reader([header], skipinitialspace=True))
        mail = [n for n, cell in enumerate(cells) if "mail" in cell.lower() and "type" not in cell.lower()
                and "label" not in cell.lower() and "disabled" not in cell.lower() and "status" not in cell.lower()
                and "name" not in cell.lower()]  # fmt: skip
        filled = ["ann@example.org" if n == mail[0] else "" for n in range(len(cells))]
        [found] = read(f"{header}\n{','.join(filled)}\n")
        assert found.address.text == "ann@example.org", row["vendor"]
