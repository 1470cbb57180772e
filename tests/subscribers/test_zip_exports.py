"""Lists that come in a zip file, as Mailchimp's export does."""

import io
import zipfile
from datetime import UTC, datetime

import pytest

from newsletter.database.engine import open_database
from newsletter.errors import UsageError
from newsletter.subscribers import zip_exports
from newsletter.subscribers.list_import import RejectedRow, import_list, read_list
from newsletter.subscribers.repository import SubscriberRepository
from newsletter.subscribers.zip_exports import lists_in
from newsletter.tokens import Keys

NOW = datetime(2026, 11, 23, tzinfo=UTC)
HEADINGS = "Email Address,First Name,Last Name,MEMBER_RATING,OPTIN_TIME,LEID"
MAILCHIMP = {
    "subscribed_members_export_1a2b.csv": f"{HEADINGS}\nann@example.org,Ann,A,2,2020-01-01 10:00:00,1\nbad,Bad,B,2,,2\n",
    "unsubscribed_members_export_1a2b.csv": (
        f"{HEADINGS},UNSUB_TIME,UNSUB_REASON\numa@example.org,Uma,U,2,,3,2021-01-01 10:00:00,too many\nworse,W,W,2,,4,,\n"
    ),
    "cleaned_members_export_1a2b.csv": f"{HEADINGS},CLEAN_TIME\nclea@example.org,Clea,C,2,,5,2021-02-02 10:00:00\n",
}


def zipped(files, **options):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, **options) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return made


@pytest.fixture
def people(tmp_path):
    return SubscriberRepository(open_database("sqlite:///n.db", tmp_path), Keys(b"x"))


def states(people):
    return {each.address: each.state.value for each in people.all()}


@pytest.mark.parametrize("names", [list(MAILCHIMP), list(reversed(MAILCHIMP))])
def test_mailchimps_three_files_are_read_as_they_come(people, names):
    report = import_list(
        people, zipped({name: MAILCHIMP[name] for name in names}), name="audience.zip", now=NOW
    )
    assert states(people) == {
        "ann@example.org": "active",
        "uma@example.org": "unsubscribed",
        "clea@example.org": "bounced",
    }
    assert sorted((each.line, each.reason) for each in report.rejected) == [
        (3, "subscribed_members_export_1a2b.csv: the address has no @"),
        (3, "unsubscribed_members_export_1a2b.csv: the address has no @"),
    ]
    assert "cleaned_members_export_1a2b.csv: addresses: Email Address" in report.understood


def test_lines_to_be_mended_keep_what_their_file_told(people):
    mend = io.StringIO(newline="")
    import_list(people, zipped(MAILCHIMP), name="audience.zip", now=NOW, mend=mend)
    mended = (
        mend.getvalue().replace("bad,", "bo@example.org,").replace("worse,", "win@example.org,")
    )
    report = import_list(people, io.BytesIO(mended.encode()), name="rejected-audience.csv", now=NOW)
    assert report.rejected == ()
    assert (states(people)["bo@example.org"], states(people)["win@example.org"]) == (
        "active",
        "unsubscribed",
    )


def test_the_mended_lines_of_a_file_of_people_who_left_are_still_of_people_who_left(people):
    import_list(
        people,
        io.BytesIO(b"Email\numa@example.org\n"),
        name="rejected-unsubscribed_members.csv",
        now=NOW,
    )
    assert states(people) == {"uma@example.org": "unsubscribed"}


def test_folders_what_macos_adds_and_other_files_are_passed_over():
    files = {
        "export/": "",
        "export/list.csv": "Email\nann@example.org\n",
        "__MACOSX/export/._list.csv": "x",
        "export/.hidden.csv": "x",
        "export/campaign.html": "<p>",
    }
    assert [name for name, _ in lists_in(zipped(files))] == ["list.csv"]


def test_a_part_that_is_no_list_is_told_and_the_others_are_read():
    listing = read_list(
        zipped({"notes.csv": "Colour,Size\nred,2\n", "plain.txt": "ann@example.org\nbad@\n"})
    )
    assert [row.line for row in listing.rows] == [1, 2]
    assert listing.understood[0].startswith(
        "notes.csv was not read: the file notes.csv has no column of mail addresses"
    )


def test_a_plain_list_in_a_zip_has_its_rejected_lines_under_a_heading():
    listing = read_list(zipped({"plain.txt": "ann@example.org\nbad@\n"}))
    rejected = [row for row in listing.rows if isinstance(row, RejectedRow)]
    assert (listing.header, [each.cells for each in rejected]) == (
        ("Email", "Status"),
        [("bad@", "active")],
    )


def test_a_workbook_is_no_archive_of_lists():
    workbook = zipped({"[Content_Types].xml": "", "xl/list.csv": ""})
    assert lists_in(workbook) == ()
    assert workbook.tell() == 0


@pytest.mark.parametrize(
    ("files", "complaint"),
    [
        ({"photo.png": "x"}, "no list in this zip file"),
        ({"a.csv": "Colour\nred\n"}, "no column of mail addresses"),
        ({f"{n}.csv": "" for n in range(zip_exports.MAX_FILES + 1)}, "too large"),
    ],
)
def test_a_zip_without_a_list_is_refused_with_a_remedy(files, complaint):
    with pytest.raises(UsageError, match=complaint):
        read_list(zipped(files), name="x.zip")


def test_a_damaged_zip_is_told_where_it_breaks():
    rows = "".join(f"ann{n}@example.org\n" for n in range(50_000))
    whole = bytearray(zipped({"list.csv": rows}).getvalue())
    whole[len(whole) // 2] ^= 0xFF
    with pytest.raises(UsageError, match="damaged or has a password"):
        list(read_list(io.BytesIO(bytes(whole))).rows)


def test_a_zip_with_a_password_is_told():
    whole = bytearray(zipped({"list.csv": "Email\nann@example.org\n"}).getvalue())
    whole[6] |= 1  # the flag that says so, here and in the directory at the end
    whole[whole.index(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(UsageError, match="damaged or has a password"):
        read_list(io.BytesIO(bytes(whole)))
