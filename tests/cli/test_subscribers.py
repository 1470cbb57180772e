from __future__ import annotations

import stat
from pathlib import Path

from support.commands import Run

LIST = "Email,Name\nann@example.org,Ann\nnot an address,Nobody\nANN@example.org,Ann Again\nbob@example.org,Bob\n"


def imported(run: Run, folder: Path, text: str = LIST) -> dict[str, object]:
    (folder / "list.csv").write_text(text, "utf-8")
    document: dict[str, object] = run("subscribers", "import", folder / "list.csv", "--json").json
    return document


def test_an_import_counts_every_row_and_names_what_it_refused(sample: Path, run: Run) -> None:
    result = imported(run, sample)
    assert {name: result[name] for name in ("added", "updated", "unchanged", "suppressed")} == {
        "added": 2, "updated": 1, "unchanged": 0, "suppressed": 0,
    }  # fmt: skip
    assert result["rejected"] == [{"line": 3, "reason": "the address has no @"}]
    to_mend = Path(str(result["to_mend"]))
    assert to_mend.read_text("utf-8").splitlines() == [
        "Email,Name,Line,Rejected because",
        "not an address,Nobody,3,the address has no @",
    ]
    assert stat.S_IMODE(to_mend.stat().st_mode) == 0o600


def test_people_are_told_how_the_file_was_understood(sample: Path, run: Run) -> None:
    (sample / "list.csv").write_text(LIST, "utf-8")
    result = run("subscribers", "import", "list.csv")
    assert result.exit_code == 1
    assert "2 added, 1 updated, 0 unchanged, 0 who left before and stay gone\n" in result.out
    assert "line 3 was not taken: the address has no @\n" in result.out


def test_a_list_without_addresses_is_wrong_usage_and_changes_nothing(
    sample: Path, run: Run
) -> None:
    (sample / "list.csv").write_text("Name,Town\nAnn,Denver\n", "utf-8")
    result = run("subscribers", "import", "list.csv")
    assert result.exit_code == 2
    assert run("subscribers", "list", "--json").json == {"subscribers": []}


def test_the_list_shows_everybody_with_state_and_reason(sample: Path, run: Run) -> None:
    imported(run, sample)
    run("subscribers", "remove", "bob@example.org")
    assert run("subscribers", "list", "--json").json["subscribers"] == [
        {"address": "ann@example.org", "name": "Ann Again", "state": "active", "why": ""},
        {
            "address": "bob@example.org",
            "name": "Bob",
            "state": "unsubscribed",
            "why": "removed by staff",
        },
    ]
    assert "unsubscribed bob@example.org  Bob  (removed by staff)" in run("subscribers", "list").out


def test_who_left_is_not_brought_back_by_hand_or_list(sample: Path, run: Run) -> None:
    imported(run, sample)
    assert run("subscribers", "remove", "bob@example.org", "never@example.org").out == (
        "1 removed; none of the 2 is written to again\n"
    )
    assert imported(run, sample)["suppressed"] == 1
    for address in ("bob@example.org", "never@example.org"):
        result = run("subscribers", "add", address)
        assert (result.exit_code, "left before" in result.err) == (1, True)


def test_one_person_is_added_once(sample: Path, run: Run) -> None:
    assert run("subscribers", "add", "eve@example.org", "--name", "Eve").out == "Added.\n"
    assert (
        run("subscribers", "add", "eve@example.org", "--name", "Eve").out
        == "Was on the list already.\n"
    )
    bad = run("subscribers", "add", "eve at example.org")
    assert (bad.exit_code, bad.err) == (2, "newsletter: address 1: the address has no @\n")


def test_the_export_is_private_and_harmless(sample: Path, run: Run) -> None:
    imported(run, sample, "Email,Name\nann@example.org,=1+1\n")
    assert "ann@example.org,'=1+1,active" in run("subscribers", "export").out
    (sample / "out.csv").write_text("an older one, for all to read")
    (sample / "out.csv").chmod(0o644)
    run("subscribers", "export", "out.csv")
    assert stat.S_IMODE((sample / "out.csv").stat().st_mode) == 0o600
