"""A newsletter is kept, lost, and put back."""

from __future__ import annotations

import io
import json
import shutil
import sqlite3
import stat
import tarfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from support.commands import Run
from support.loopback_smtp import Loopback

LATER = "2026-11-24T09:00-05:00"


@pytest.fixture
def listed(sample: Path, run: Run) -> Path:
    """The sample with its list, and nothing gathered yet."""
    assert run("subscribers", "import", "subscribers.csv").exit_code == 0
    return sample


@pytest.fixture
def kept(request: pytest.FixtureRequest, run: Run, tmp_path: Path) -> Path:
    """A backup of the sample as the test has it, made before an issue went out."""
    request.getfixturevalue("approved" if "approved" in request.fixturenames else "listed")
    file = tmp_path / "kept.tar.gz"
    assert run("backup", file).exit_code == 0
    return file


def states(run: Run, folder: Path) -> dict[str, str]:
    listed = run("-C", folder, "subscribers", "list", "--json").json["subscribers"]
    return {each["address"]: each["state"] for each in listed}


class TestBackup:
    def test_it_holds_all_that_is_needed_and_is_for_the_owner_alone(
        self, approved: Path, run: Run, kept: Path
    ) -> None:
        assert stat.S_IMODE(kept.stat().st_mode) == 0o600
        with tarfile.open(kept) as archive:
            names = set(archive.getnames())
            owners = {(each.uid, each.uname) for each in archive}
        assert {
            "backup.json",
            "database.sqlite3",
            "files/newsletter.toml",
            "files/glossary.toml",
            "files/.gitignore",
            "files/.newsletter/secret",
            "files/issues/2026-11/issue.toml",
            "files/issues/2026-11/record.toml",
        } <= names
        assert owners == {(0, "")}
        assert not [
            name for name in names if name.endswith((".db", "-wal", "-shm", ".lock", ".witness"))
        ]

    def test_the_files_that_sources_and_signing_name_are_in_it(
        self, folder: Path, run: Run, tmp_path: Path
    ) -> None:
        (folder / "pages").mkdir()
        (folder / "pages/own.txt").write_text("x", "utf-8")
        (folder / "key.pem").write_text("k", "utf-8")
        more = '[[source]]\nname = "own"\nkind = "page"\nurl = "pages/own.txt"\n'
        more += '[dkim]\ndomain = "example.org"\nkeys = [{selector = "a", file = "key.pem"}]\n'
        with (folder / "newsletter.toml").open("a", encoding="utf-8") as file:
            file.write(more)
        result = run("-C", folder, "backup", tmp_path / "b.tar.gz", "--json").json
        assert (result["files"], result["database"]) == (3, False)

    def test_what_is_compiled_of_templates_is_not_in_it(
        self, folder: Path, run: Run, tmp_path: Path
    ) -> None:
        for name in (
            "templates/__pycache__/jinja2-x",
            ".newsletter/templates/jinja2-x",
            "templates/parts/footer.html.jinja",
        ):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text("x", "utf-8")
        run("-C", folder, "backup", tmp_path / "b.tar.gz")
        with tarfile.open(tmp_path / "b.tar.gz") as archive:
            names = archive.getnames()
        assert "files/templates/parts/footer.html.jinja" in names
        assert not [name for name in names if "jinja2-" in name or "style-sheet-" in name]

    def test_into_a_folder_it_gets_the_name_of_its_day(
        self, listed: Path, run: Run, tmp_path: Path
    ) -> None:
        (tmp_path / "usb").mkdir()
        told = run("backup", tmp_path / "usb").out
        assert (tmp_path / "usb/newsletter-2026-11-23T140000Z.tar.gz").is_file()
        assert "Whoever has it, has the list of subscribers." in told

    def test_within_the_newsletter_it_is_said_to_take_it_away(self, listed: Path, run: Run) -> None:
        assert run("backup", "b.tar.gz").err.startswith("Take it away from here")

    def test_one_that_cannot_be_written_leaves_what_was_there(
        self, listed: Path, run: Run, tmp_path: Path
    ) -> None:
        result = run("backup", tmp_path / "no such folder" / "b.tar.gz")
        assert (result.exit_code, "was not written" in result.err) == (1, True)
        (listed / ".newsletter/newsletter.db").write_bytes(
            b"not a database, long enough to be looked at" * 99
        )
        (tmp_path / "b.tar.gz").write_text("before")
        assert run("backup", tmp_path / "b.tar.gz").exit_code == 1
        assert (tmp_path / "b.tar.gz").read_text() == "before"
        assert not list(tmp_path.glob(".b.tar.gz*"))

    def test_while_somebody_writes_it_is_one_moment_of_the_database(
        self, listed: Path, run: Run, tmp_path: Path
    ) -> None:
        with closing(
            sqlite3.connect(listed / ".newsletter/newsletter.db", isolation_level=None)
        ) as writer:
            writer.execute("BEGIN IMMEDIATE")
            writer.execute("UPDATE subscribers SET state = 'bounced'")
            assert run("backup", tmp_path / "b.tar.gz").exit_code == 0
            writer.execute("COMMIT")
        run("restore", tmp_path / "b.tar.gz", "--into", tmp_path / "other")
        assert "bounced" not in set(states(run, tmp_path / "other").values())

    def test_a_database_of_postgresql_is_said_to_be_kept_by_its_own_program(
        self, folder: Path, run: Run, tmp_path: Path
    ) -> None:
        text = (folder / "newsletter.toml").read_text("utf-8")
        (folder / "newsletter.toml").write_text(
            text + 'database = "postgresql+psycopg://nobody@/none"\n', "utf-8"
        )
        assert (
            "PostgreSQL is kept by pg_dump"
            in run("-C", folder, "backup", tmp_path / "b.tar.gz").out
        )
        restored = run("restore", tmp_path / "b.tar.gz", "--into", tmp_path / "other")
        assert "put PostgreSQL's back with pg_restore" in restored.out
        again = run("restore", tmp_path / "b.tar.gz", "--into", tmp_path / "other")
        assert (again.exit_code, "has a database" in again.err) == (2, True)


class TestElsewhere:
    def test_it_is_the_same_newsletter(
        self, approved: Path, run: Run, kept: Path, tmp_path: Path
    ) -> None:
        before = states(run, approved)
        other = tmp_path / "elsewhere"
        told = run("restore", kept, "--into", other)
        assert told.exit_code == 0
        assert "is as it was on 2026-11-23 at 14:00 UTC" in told.out
        assert "Who left since the backup is not known here" in told.out
        assert states(run, other) == before
        assert run("-C", other, "check", "2026-11").exit_code == run("check", "2026-11").exit_code
        private = other / ".newsletter"
        assert stat.S_IMODE(private.stat().st_mode) == 0o700
        files = [each for each in private.rglob("*") if each.is_file()]
        assert {stat.S_IMODE(each.stat().st_mode) for each in files} == {0o600}
        assert not list(other.glob(".restoring-*"))

    def test_nothing_is_mailed_before_a_person_says_so(
        self, approved: Path, run: Run, kept: Path, tmp_path: Path, mail_server: Loopback
    ) -> None:
        other = tmp_path / "elsewhere"
        assert (
            run("send", "2026-11", "--yes").exit_code == 0
        )  # after the backup, which knows nothing of it
        run("restore", kept, "--into", other)
        refused = run("-C", other, "send", "2026-11", "--yes")
        assert refused.exit_code == 1
        assert "a backup of 2026-11-23 14:00 UTC was put back here" in refused.err
        assert set(mail_server.recipients().values()) == {1}
        assert run("-C", other, "send", "2026-11", "--yes", "--resume-restored").exit_code == 0
        assert not (other / ".newsletter/restored").exists()

    def test_nor_is_an_issue_gone_on_with_that_had_been_begun(
        self, approved: Path, run: Run, tmp_path: Path, mail_server: Loopback
    ) -> None:
        run("send", "2026-11", "--yes", "--limit", 4)
        run("backup", tmp_path / "b.tar.gz")
        run("send", "2026-11", "--yes")
        run("restore", tmp_path / "b.tar.gz", "--into", tmp_path / "other")
        refused = run("-C", tmp_path / "other", "send", "2026-11", "--yes")
        assert (refused.exit_code, "brought here from another place" in refused.err) == (1, True)
        assert set(mail_server.recipients().values()) == {1}

    def test_over_a_checkout_of_git_what_differs_is_kept_aside(
        self, approved: Path, run: Run, kept: Path, tmp_path: Path
    ) -> None:
        other = tmp_path / "checkout"
        shutil.copytree(approved, other, ignore=shutil.ignore_patterns(".newsletter"))
        (other / "glossary.toml").write_text('term = "newer"\n', "utf-8")
        done = run("restore", kept, "--into", other, "--json").json
        assert (Path(done["kept_aside"]) / "glossary.toml").read_text("utf-8") == 'term = "newer"\n'
        assert (other / "glossary.toml").read_bytes() == (approved / "glossary.toml").read_bytes()


class TestOver:
    def test_a_database_is_not_replaced_without_a_word(
        self, listed: Path, run: Run, kept: Path
    ) -> None:
        before = (listed / ".newsletter/newsletter.db").read_bytes()
        result = run("restore", kept)
        assert (result.exit_code, "With --force the backup takes its place" in result.err) == (
            2,
            True,
        )
        assert (listed / ".newsletter/newsletter.db").read_bytes() == before

    def test_who_left_since_stays_gone_however_they_left(
        self, listed: Path, run: Run, kept: Path
    ) -> None:
        database = listed / ".newsletter/newsletter.db"
        with closing(sqlite3.connect(database, isolation_level=None)) as changed:
            rows = changed.execute(
                "SELECT id, address, address_hash FROM subscribers WHERE state = 'active'"
            ).fetchall()
            (
                (bounced, b_address, b_hash),
                (erased, e_address, e_hash),
                (complained, c_address, c_hash),
            ) = rows[:3]
            for number, state in ((bounced, "bounced"), (complained, "complained")):
                changed.execute(
                    "UPDATE subscribers SET state = ?, why = 'since' WHERE id = ?", (state, number)
                )
            changed.execute("DELETE FROM subscribers WHERE id = ?", (erased,))
            for each, reason in (
                (b_hash, "bounced"),
                (e_hash, "unsubscribed"),
                (c_hash, "complained"),
            ):
                changed.execute(
                    "INSERT INTO suppressions VALUES (?, ?, '2026-11-23T15:00:00+00:00')",
                    (each, reason),
                )
        done = run("restore", kept, "--force", "--json", now=LATER)
        assert done.exit_code == 0
        assert done.json["gone_since"] == 3
        after = states(run, listed)
        assert (after[b_address], after[c_address], e_address in after) == (
            "bounced",
            "complained",
            False,
        )
        again = run("subscribers", "import", "subscribers.csv", "--json").json
        assert (again["added"], e_address in states(run, listed)) == (0, False)

    def test_who_moved_to_another_address_since_gets_nothing_at_the_old_one(
        self, listed: Path, run: Run, kept: Path
    ) -> None:
        with closing(
            sqlite3.connect(listed / ".newsletter/newsletter.db", isolation_level=None)
        ) as changed:
            (old,) = changed.execute("SELECT address_hash FROM subscribers WHERE id = 1").fetchone()
            new = "address = 'new@example.org', address_key = 'new@example.org', address_hash = 'x', state = 'unsubscribed'"
            changed.execute(f"UPDATE subscribers SET {new} WHERE id = 1")
            changed.execute(
                "INSERT INTO suppressions VALUES (?, 'moved', '2026-11-23T15:00:00+00:00')", (old,)
            )
            changed.execute(
                "INSERT INTO suppressions VALUES ('x', 'unsubscribed', '2026-11-23T15:00:00+00:00')"
            )
        before = states(run, listed)
        assert run("restore", kept, "--force", "--json", now=LATER).json["gone_since"] == 1
        after = states(run, listed)
        (moved,) = set(after) - set(before)
        assert after[moved] == "unsubscribed"

    def test_a_complaint_since_replaces_another_reason(
        self, listed: Path, run: Run, tmp_path: Path
    ) -> None:
        run("subscribers", "remove", "m.okafor@example.com")
        run("backup", tmp_path / "b.tar.gz")
        with closing(
            sqlite3.connect(listed / ".newsletter/newsletter.db", isolation_level=None)
        ) as changed:
            changed.execute(
                "UPDATE subscribers SET state = 'complained' WHERE address LIKE 'm.okafor%'"
            )
            changed.execute("UPDATE suppressions SET reason = 'complained'")
        assert run("restore", tmp_path / "b.tar.gz", "--force", "--json").json["gone_since"] == 0
        assert states(run, listed)["m.okafor@example.com"] == "complained"

    def test_what_is_replaced_is_kept_and_the_ledger_does_not_mail_again(
        self, approved: Path, run: Run, kept: Path, mail_server: Loopback
    ) -> None:
        run("send", "2026-11", "--yes")
        done = run("restore", kept, "--force")
        assert done.exit_code == 0
        assert "0 people who left since the backup stay gone." in done.out
        (aside,) = (approved / ".newsletter").glob("before-restore-*")
        assert stat.S_IMODE(aside.stat().st_mode) == 0o700
        assert {each.name for each in aside.rglob("*") if each.is_file()} == {
            "newsletter.db",
            "record.toml",
        }
        refused = run("send", "2026-11", "--yes")
        assert (refused.exit_code, "the ledger does not know it" in refused.err) == (1, True)
        assert set(mail_server.recipients().values()) == {1}

    def test_links_signed_since_the_secret_was_rotated_go_on_working(
        self, listed: Path, run: Run, kept: Path
    ) -> None:
        secret = listed / ".newsletter/secret"
        first = secret.read_text("utf-8").strip()
        secret.write_text(f"a newer one\n{first}\n", "utf-8")
        assert run("restore", kept, "--force").exit_code == 0
        assert secret.read_text("utf-8") == f"a newer one\n{first}\n"

    def test_a_backup_of_another_newsletter_is_refused(
        self, listed: Path, run: Run, kept: Path
    ) -> None:
        (listed / ".newsletter/secret").write_text("quite another one\n", "utf-8")
        before = (listed / ".newsletter/newsletter.db").read_bytes()
        result = run("restore", kept, "--force")
        assert (result.exit_code, "of another newsletter" in result.err) == (2, True)
        assert (listed / ".newsletter/newsletter.db").read_bytes() == before

    def test_a_damaged_database_is_replaced_and_kept(
        self, listed: Path, run: Run, kept: Path
    ) -> None:
        before = states(run, listed)
        database = listed / ".newsletter/newsletter.db"
        database.write_bytes(b"not a database at all" * 99)
        (listed / "newsletter.toml").write_text("not even TOML", "utf-8")
        (listed / ".newsletter/newsletter.db-wal").write_bytes(b"nor is this")
        done = run("restore", kept, "--force", "--json")
        assert done.json["gone_since"] is None
        assert states(run, listed) == before
        aside = Path(done.json["kept_aside"])
        assert (aside / "newsletter.db").read_bytes().startswith(b"not a database")

    def test_while_a_sender_has_it_open_nothing_is_changed(
        self, listed: Path, run: Run, kept: Path
    ) -> None:
        with closing(sqlite3.connect(listed / ".newsletter/newsletter.db")) as other:
            other.execute("SELECT count(*) FROM subscribers").fetchone()
            result = run("restore", kept, "--force")
        assert (result.exit_code, "is in use, and nothing was changed" in result.err) == (1, True)
        assert not list((listed / ".newsletter").glob("before-restore-*"))

    def test_a_database_outside_of_the_folder_is_not_replaced_without_a_word(
        self, folder: Path, run: Run, tmp_path: Path
    ) -> None:
        text = (folder / "newsletter.toml").read_text("utf-8")
        (folder / "newsletter.toml").write_text(
            f'{text}database = "sqlite:///{tmp_path}/far.db"\n', "utf-8"
        )
        run("-C", folder, "entries")
        run("-C", folder, "backup", tmp_path / "b.tar.gz")
        refused = run("restore", tmp_path / "b.tar.gz", "--into", tmp_path / "new")
        assert (refused.exit_code, "there is a database at" in refused.err) == (2, True)
        assert (
            run("restore", tmp_path / "b.tar.gz", "--into", tmp_path / "new", "--force").exit_code
            == 0
        )


def with_member(
    name: str, content: bytes = b"x", **more: object
) -> Callable[[tarfile.TarFile], None]:
    def add(archive: tarfile.TarFile) -> None:
        head = tarfile.TarInfo(name)
        head.size = len(content)
        for key, value in more.items():
            setattr(head, key, value)
        archive.addfile(head, io.BytesIO(content))

    return add


MANIFEST = json.dumps(
    {"format": 1, "made_at": "2026-11-23T14:00:00+00:00", "database": "sqlite"}
).encode()


class TestWhatIsNoBackup:
    @pytest.mark.parametrize(
        "members",
        [
            [],
            [with_member("files/../../outside")],
            [with_member("files/link", type=tarfile.SYMTYPE, linkname="/etc/passwd")],
            [with_member("/files/absolute")],
            [with_member("backup.json", b"[]"), with_member("files/newsletter.toml")],
            [with_member("backup.json", MANIFEST)],
            [with_member("backup.json", MANIFEST), with_member("files/newsletter.toml")],
            [
                with_member("backup.json", MANIFEST),
                with_member("files/newsletter.toml"),
                with_member("database.sqlite3", b"no database" * 999),
            ],
        ],
    )
    def test_it_is_refused_and_nothing_is_written(
        self, run: Run, tmp_path: Path, members: list
    ) -> None:
        with tarfile.open(tmp_path / "b.tar.gz", "w:gz") as archive:
            for add in members:
                add(archive)
        result = run("restore", tmp_path / "b.tar.gz", "--into", tmp_path / "new")
        assert (result.exit_code, "is no whole backup" in result.err) == (2, True)
        assert list((tmp_path / "new").iterdir()) == []
        assert not (tmp_path / "outside").exists()

    def test_one_that_names_another_database_than_it_holds_is_refused(
        self, run: Run, tmp_path: Path
    ) -> None:
        with closing(sqlite3.connect(tmp_path / "a.db")) as made:
            made.execute("CREATE TABLE a (b)")
        settings = b'[newsletter]\ntitle = "T"\nfrom = "t@example.org"\ndatabase = "postgresql://nobody@/none"\n'
        with tarfile.open(tmp_path / "b.tar.gz", "w:gz") as archive:
            with_member("backup.json", MANIFEST)(archive)
            with_member("files/newsletter.toml", settings)(archive)
            with_member("database.sqlite3", (tmp_path / "a.db").read_bytes())(archive)
        result = run("restore", tmp_path / "b.tar.gz", "--into", tmp_path / "new")
        assert (result.exit_code, list((tmp_path / "new").iterdir())) == (2, [])

    def test_a_folder_that_cannot_be_made_is_told(self, run: Run, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("x")
        result = run("restore", tmp_path / "b.tar.gz", "--into", tmp_path / "file" / "new")
        assert (result.exit_code, "cannot be written" in result.err) == (1, True)

    def test_one_cut_short_is_refused(
        self, listed: Path, run: Run, kept: Path, tmp_path: Path
    ) -> None:
        content = kept.read_bytes()
        for length in (0, 10, len(content) // 2, len(content) - 4):
            kept.write_bytes(content[:length])
            result = run("restore", kept, "--into", tmp_path / "new")
            assert (result.exit_code, "is no whole backup" in result.err) == (2, True)

    def test_a_file_that_is_not_there_is_told(self, run: Run, tmp_path: Path) -> None:
        result = run("restore", tmp_path / "b.tar.gz", "--into", tmp_path / "new")
        assert (result.exit_code, result.err.endswith("is not there\n")) == (2, True)


class TestTidy:
    LONG_AFTER = "2028-02-01T09:00-05:00"

    def test_old_deliveries_become_counts_and_what_lies_about_is_deleted(
        self, approved: Path, run: Run
    ) -> None:
        sent = run("send", "2026-11", "--yes", "--json").json
        run("send", "2026-11", "--dry-run")
        (approved / ".newsletter/rejected-list.csv").write_text("x", "utf-8")
        (approved / ".newsletter/before-restore-1").mkdir()
        nothing = {
            "sendings": 0,
            "deliveries": 0,
            "mails": 0,
            "typed": 0,
            "files": 0,
            "pictures": 0,
        }
        aside = [str(approved / ".newsletter/before-restore-1")]
        assert run("tidy", "--json").json == {**nothing, "kept_aside": aside}
        done = run("tidy", "--json", now=self.LONG_AFTER).json
        assert done == {
            **nothing,
            "sendings": 1,
            "deliveries": 10,
            "files": 11,
            "kept_aside": aside,
        }
        status = run("status", "2026-11", "--json").json
        assert {name: status[name] for name in ("accepted", "total")} == {
            "accepted": 10,
            "total": sent["total"],
        }
        told = run("tidy").out
        assert told.startswith("0 deliveries of 0 issues were reduced to counts")
        assert "was put aside" in told

    def test_pictures_that_nothing_shows_are_deleted(self, approved: Path, run: Run) -> None:
        folder = approved / "issues/2026-11/pictures"
        folder.mkdir()
        shown, undone, gone = (f"{letter * 20}.png" for letter in "abc")
        for name in (shown, undone, gone, "ours.png"):
            (folder / name).write_bytes(b"\x89PNG")
        file = approved / "issues/2026-11/issue.toml"
        file.write_text(
            file.read_text("utf-8").replace(
                'letter = """\n', f'letter = """\n![A](pictures/{shown})\n', 1
            ),
            "utf-8",
        )
        versions = approved / ".newsletter/versions/2026-11"
        versions.mkdir(parents=True, exist_ok=True)
        (versions / "20261101T000000.000000Z.toml").write_text(
            f'letter = "![B](pictures/{undone})"', "utf-8"
        )
        assert run("tidy", "--json").json["pictures"] == 0  # they are new
        assert run("tidy", "--json", now=self.LONG_AFTER).json["pictures"] == 1
        assert sorted(each.name for each in folder.iterdir()) == [shown, undone, "ours.png"]

    def test_an_issue_that_is_out_keeps_its_pictures(self, approved: Path, run: Run) -> None:
        folder = approved / "issues/2026-11/pictures"
        folder.mkdir()
        (folder / f"{'c' * 20}.png").write_bytes(b"\x89PNG")
        run("send", "2026-11", "--yes")
        assert run("tidy", "--json", now=self.LONG_AFTER).json["pictures"] == 0
        assert [*folder.iterdir()] != []

    def test_sending_does_it_by_itself(self, approved: Path, run: Run) -> None:
        run("send", "2026-11", "--yes")
        file = approved / "newsletter.toml"
        short = file.read_text("utf-8").replace(
            "[newsletter]", '[newsletter]\nkeep_deliveries = "1d"', 1
        )
        file.write_text(short, "utf-8")
        run("send", "2026-11", "--yes", now=self.LONG_AFTER)
        assert run("status", "2026-11", "--recipients", "--json").json["recipients"] == []

    def test_what_cannot_be_deleted_is_told(self, listed: Path, run: Run, tmp_path: Path) -> None:
        folder = listed / ".newsletter/rejected-folder.csv"
        folder.mkdir()
        folder.rename(listed / ".newsletter/dry-run")
        (listed / ".newsletter/dry-run/loop").symlink_to(tmp_path, target_is_directory=True)
        result = run("tidy", now=self.LONG_AFTER)
        assert (result.exit_code, "delete it by hand" in result.err) == (1, True)
