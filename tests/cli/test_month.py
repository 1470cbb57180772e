"""A month, made, repeated and explained from the command line."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from support.checkout import MINIMAL
from support.commands import Run

PAPERS = """\
Targeting the Molecular and Immunologic Features of Leiomyosarcoma (31 Oct 2026)
https://doi.org/10.3390/cancers15072099

Molecular subtypes of leiomyosarcoma: Moving toward a consensus (2 Nov 2026)
https://pubmed.ncbi.nlm.nih.gov/36323186/
"""


@pytest.fixture
def context(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace with one pasted page, where we stand."""
    (folder / "page.txt").write_text(PAPERS, "utf-8")
    source = '[[source]]\nname = "page"\nkind = "page"\nurl = "page.txt"\nsection = "research"\n'
    (folder / "newsletter.toml").write_text(MINIMAL + source, "utf-8")
    monkeypatch.chdir(folder)
    return folder


def keys_in(run: Run, issue: str = "2026-11") -> list[str]:
    return [each["key"] for each in run("draft", issue, "--json").json["chosen"]]


def test_collecting_says_what_is_new_and_then_that_nothing_is(context: Path, run: Run) -> None:
    first = run("collect", "--json")
    assert first.exit_code == 0
    (source,) = first.json["sources"]
    assert {name: source[name] for name in ("name", "kind", "entries", "new", "unchanged", "error")} == {
        "name": "page", "kind": "page", "entries": 2, "new": 2, "unchanged": False, "error": None,
    }  # fmt: skip
    (again,) = run("collect", "page", "--json").json["sources"]
    assert (again["entries"], again["new"], again["unchanged"]) == (2, 0, True)
    assert run("collect").out == "page: unchanged, 2 entries\n"


def test_a_source_that_is_gone_is_reported_and_takes_nothing_away(context: Path, run: Run) -> None:
    run("collect")
    (context / "page.txt").unlink()
    broken = run("collect", "--json")
    assert broken.exit_code == 1
    assert "page.txt" in broken.json["sources"][0]["error"]
    assert run("collect").out.startswith("page: BROKEN, since 2026-11-23: ")
    assert len(run("entries", "--json").json["entries"]) == 2


def test_a_source_that_is_not_known_is_wrong_usage(context: Path, run: Run) -> None:
    result = run("collect", "pubmed")
    assert result.exit_code == 2
    assert (
        result.err
        == "newsletter: there is no source “pubmed” in newsletter.toml; there are: page\n"
    )


def test_a_draft_takes_what_is_new_and_says_why(context: Path, run: Run) -> None:
    run("collect")
    result = run("draft", "--json")
    assert result.json["issue"] == "2026-11"
    assert result.json["sections"] == {"research": 2}
    assert [(each["section"], each["why"]) for each in result.json["chosen"]] == [
        ("research", "dated 2026-11-02, after the last issue"),
        ("research", "dated 2026-10-31, after the last issue"),
    ]
    names = [Path(file).name for file in result.json["files"]]
    assert names == [
        "issue.toml",
        "issue.html",
        "issue.txt",
        "web.html",
        "print.html",
        "proof.html",
    ]


def test_drafting_twice_changes_no_byte(context: Path, run: Run) -> None:
    run("collect")
    run("draft")
    before = {path.name: path.read_bytes() for path in (context / "issues/2026-11").iterdir()}
    run("draft", now="2026-11-24T09:00-05:00")
    assert {
        path.name: path.read_bytes() for path in (context / "issues/2026-11").iterdir()
    } == before


def test_the_same_workspace_and_date_give_the_same_bytes(
    context: Path, run: Run, tmp_path: Path
) -> None:
    other = tmp_path / "elsewhere"
    shutil.copytree(context, other)
    for folder in (context, other):
        run("-C", folder, "collect")
        run("-C", folder, "draft")
    for name in ("issue.toml", "issue.html", "issue.txt"):
        assert (context / "issues/2026-11" / name).read_bytes() == (
            other / "issues/2026-11" / name
        ).read_bytes()


def test_what_a_person_wrote_stays_and_what_is_new_comes_after_it(context: Path, run: Run) -> None:
    run("collect")
    run("draft")
    file = context / "issues/2026-11/issue.toml"
    file.write_text(
        "# ours\n" + file.read_text("utf-8").replace('note = """\n"""', 'note = "Read this."', 1),
        "utf-8",
    )
    (context / "page.txt").write_text(
        PAPERS
        + "\nA third paper about leiomyosarcoma in the lung (4 Nov 2026)\nhttps://doi.org/10.1000/three\n",
        "utf-8",
    )
    run("collect")
    run("draft")
    text = file.read_text("utf-8")
    assert text.startswith("# ours\n")
    assert "Read this." in text
    assert "10.1000/three" in text
    assert "Read this." in (context / "issues/2026-11/issue.txt").read_text("utf-8")


def test_an_entry_deleted_by_hand_stays_away(context: Path, run: Run) -> None:
    run("collect")
    run("draft")
    file = context / "issues/2026-11/issue.toml"
    text = file.read_text("utf-8")
    start, end = text.index("[[section.entry]]"), text.rindex("[[section.entry]]")
    file.write_text(text[:start] + text[end:], "utf-8")
    left = run("draft", "--json").json["left_out"]
    assert [each["reason"] for each in left] == [
        "dropped by an editor when 2026-11 was made: taken out of issue.toml by hand"
    ]
    assert "10.3390/cancers15072099" in file.read_text("utf-8")
    run("publish", "2026-11")
    assert keys_in(run, "2026-12") == []


def test_what_went_out_is_not_printed_twice(context: Path, run: Run) -> None:
    run("collect")
    run("draft")
    assert run("publish", "2026-11", "--json").json == {
        "issue": "2026-11",
        "published_at": "2026-11-23T14:00:00+00:00",
    }
    later = "2026-12-20T09:00-05:00"
    run("collect", now=later)
    drafted = run("draft", "--json", now=later).json
    assert drafted["issue"] == "2026-12"
    assert drafted["chosen"] == []
    assert {each["reason"] for each in drafted["left_out"]} == {"carried in 2026-11"}
    carried = run("entries", "--state", "carried", "--json", now=later).json["entries"]
    assert {each["issue"] for each in carried} == {"2026-11"}


def test_issues_are_the_memory_when_the_database_is_gone(context: Path, run: Run) -> None:
    run("collect")
    run("draft")
    run("publish", "2026-11")
    shutil.rmtree(context / ".newsletter")
    later = "2026-12-20T09:00-05:00"
    known = run("entries", "--json", now=later).json["entries"]
    assert {(each["state"], each["issue"]) for each in known} == {("carried", "2026-11")}
    run("collect", now=later)
    assert run("draft", "--json", now=later).json["chosen"] == []


def test_an_issue_that_is_out_is_not_drafted_again(context: Path, run: Run) -> None:
    run("collect")
    run("draft")
    run("publish", "2026-11")
    result = run("draft", "2026-11")
    assert result.exit_code == 2
    assert "2026-11 is out since 2026-11-23" in result.err


def test_an_old_issue_can_be_repeated_at_its_moment(context: Path, run: Run) -> None:
    run("collect")
    run("draft")
    run("publish", "2026-11")
    earlier = run(
        "draft", "2026-10", "--until", "2026-11-01", "--json", now="2026-11-05T12:00+00:00"
    ).json
    assert [each["key"] for each in earlier["chosen"]] == ["doi:10.3390/cancers15072099"]
    assert {each["reason"] for each in earlier["left_out"]} == {
        "dated 2026-11-02 and seen after this issue's window"
    }


@pytest.mark.parametrize("until", ["tomorrow", "2026-13-01"])
def test_an_end_that_is_no_day_is_wrong_usage(context: Path, run: Run, until: str) -> None:
    result = run("draft", "--until", until)
    assert result.exit_code == 2
    assert "write a day such as 2026-11-30" in result.err


def test_what_came_between_the_last_draft_and_the_end_of_its_window_is_not_lost(
    context: Path, run: Run
) -> None:
    run("collect")
    run("draft", "--until", "2026-12-10")
    (context / "page.txt").write_text(
        PAPERS
        + "\nA third paper about leiomyosarcoma in the lung (24 Nov 2026)\nhttps://doi.org/10.1000/three\n",
        "utf-8",
    )
    run("collect", now="2026-11-25T09:00-05:00")
    run("publish", "2026-11", now="2026-11-26T09:00-05:00")
    later = run("draft", "--json", now="2026-12-20T09:00-05:00").json
    assert [each["key"] for each in later["chosen"]] == ["doi:10.1000/three"]


class TestDecisions:
    def test_a_kept_entry_that_is_deleted_by_hand_is_dropped(self, context: Path, run: Run) -> None:
        run("collect")
        run("keep", "36323186")
        run("draft")
        file = context / "issues/2026-11/issue.toml"
        text = file.read_text("utf-8")
        start, end = text.index("[[section.entry]]"), text.rindex("[[section.entry]]")
        file.write_text(text[:start] + text[end:], "utf-8")
        assert [each["reason"] for each in run("draft", "--json").json["left_out"]] == [
            "dropped by an editor when 2026-11 was made: taken out of issue.toml by hand"
        ]
        assert keys_in(run) == ["doi:10.3390/cancers15072099"]

    def test_a_dropped_entry_leaves_the_issue_and_stays_away(self, context: Path, run: Run) -> None:
        run("collect")
        run("draft")
        (entry,) = run("drop", "36323186", "--why", "too technical", "--json").json["entries"]
        assert (entry["state"], entry["issue"]) == ("dropped", "2026-11")
        assert entry["reason"] == "dropped by an editor when 2026-11 was made: too technical"
        assert keys_in(run) == ["doi:10.3390/cancers15072099"]
        assert "too technical" in (context / "issues/2026-11/issue.toml").read_text("utf-8")

    def test_a_held_entry_comes_back_in_the_next_issue(self, context: Path, run: Run) -> None:
        run("collect")
        run("draft")
        (entry,) = run("hold", "36323186", "--json").json["entries"]
        assert entry["state"] == "held"
        assert keys_in(run) == ["doi:10.3390/cancers15072099"]
        run("publish", "2026-11")
        assert keys_in(run, "2026-12") == ["pmid:36323186"]

    def test_an_old_entry_is_taken_when_an_editor_keeps_it(self, context: Path, run: Run) -> None:
        (context / "page.txt").write_text(PAPERS.replace("31 Oct 2026", "31 Mar 2023"), "utf-8")
        run("collect")
        run("draft")
        assert keys_in(run) == ["pmid:36323186"]
        assert run("keep", "Targeting the Molecular").out.startswith(
            "Kept: Targeting the Molecular"
        )
        assert [each["key"] for each in run("draft", "--json").json["chosen"]] == [
            "pmid:36323186",
            "doi:10.3390/cancers15072099",
        ]
        assert "cancers15072099" in (context / "issues/2026-11/issue.toml").read_text("utf-8")

    def test_keeping_with_a_section_moves_an_entry_with_its_note(
        self, context: Path, run: Run
    ) -> None:
        run("collect")
        run("draft")
        run("keep", "36323186", "--section", "trials")
        assert run("draft", "--json").json["sections"] == {"research": 1, "trials": 1}

    def test_a_key_that_fits_nothing_or_several_is_wrong_usage(
        self, context: Path, run: Run
    ) -> None:
        run("collect")
        assert "no entry has the key or title “xyz”" in run("drop", "xyz").err
        several = run("drop", "leiomyosarcoma")
        assert several.exit_code == 2
        assert "2 entries fit “leiomyosarcoma”; name one by its key:" in several.err

    def test_a_section_that_is_not_there_is_wrong_usage(self, context: Path, run: Run) -> None:
        run("collect")
        result = run("keep", "36323186", "--section", "sports")
        assert (result.exit_code, "there is no section “sports”" in result.err) == (2, True)


def test_why_tells_the_story_of_an_entry(context: Path, run: Run) -> None:
    run("collect", now="2026-11-20T09:00-05:00")
    run("draft")
    run("hold", "36323186", "--why", "ask Dr. Lee")
    story = run("why", "Molecular subtypes").out.splitlines()
    assert story == [
        "Molecular subtypes of leiomyosarcoma: Moving toward a consensus",
        "  2026-11-20: page gave it as “Molecular subtypes of leiomyosarcoma: Moving toward a consensus”, dated 2026-11-02.",
        "  2026-11-23: an editor held it for 2026-11: ask Dr. Lee.",
        "  Now: held; held by an editor for the next issue: ask Dr. Lee.",
    ]
    assert run("why", "36323186", "--json").json["entry"]["state"] == "held"


def test_pasted_text_becomes_entries(context: Path, run: Run, tmp_path: Path) -> None:
    notes = tmp_path / "notes.txt"
    notes.write_text(
        "A new paper on uterine leiomyosarcoma (5 Nov 2026) https://doi.org/10.1000/new\n", "utf-8"
    )
    result = run("add", notes, "--section", "research", "--json")
    (entry,) = result.json["entries"]
    assert (entry["key"], entry["dated"], entry["section"], entry["sources"]) == (
        "doi:10.1000/new",
        "2026-11-05",
        "research",
        ["pasted"],
    )
    assert (entry["state"], entry["reason"]) == (
        "waiting",
        "dated 2026-11-05, after the last issue",
    )


def test_a_row_that_asks_for_a_section_that_is_not_there_is_sorted_and_told(
    context: Path, run: Run
) -> None:
    (context / "ours.csv").write_text(
        "title,link,section\nA night of rest,https://example.org/rest,sports\n"
        "Trial of rest,https://example.org/trial,Clinical Trials\n",
        "utf-8",
    )
    added = run("add", "ours.csv", "--json")
    assert (
        "there is no section “sports”, so its rows go where they seem to belong; there are: research"
        in added.err
    )
    assert [each["section"] == "sports" for each in added.json["entries"]] == [False, False]
    assert added.json["entries"][1]["section"] == "trials"


def test_pasting_nothing_says_so(context: Path, run: Run, tmp_path: Path) -> None:
    (tmp_path / "empty.txt").write_text("", "utf-8")
    result = run("add", tmp_path / "empty.txt")
    assert (result.exit_code, result.out) == (
        1,
        "Nothing in it looks like an entry; nothing was added.\n",
    )
    assert run("add", tmp_path / "gone.txt").exit_code == 2
    assert run("add", tmp_path / "empty.txt", "--section", "sports").exit_code == 2


class TestApproval:
    def test_it_names_exactly_this_content(self, context: Path, run: Run) -> None:
        run("collect")
        run("draft")
        digest = run("render", "--json").json["digest"]
        assert run("approve", "2026-11", "--by", "Ana", "--json").json == {
            "issue": "2026-11",
            "digest": digest,
        }
        record = (context / "issues/2026-11/record.toml").read_text("utf-8")
        assert run("approve", "2026-11", now="2026-11-25T09:00-05:00").exit_code == 0
        assert (context / "issues/2026-11/record.toml").read_text("utf-8") == record

    def test_what_blocks_must_be_mended_first(self, context: Path, run: Run) -> None:
        result = run("draft")
        assert run("check").exit_code == 1
        result = run("approve", "2026-11")
        assert result.exit_code == 1
        assert "cannot be approved; this has to be mended first" in result.err


def test_a_mistake_in_the_glossary_is_told(context: Path, run: Run) -> None:
    run("collect")
    (context / "glossary.toml").write_text("biopsy", "utf-8")
    result = run("draft")
    assert result.exit_code == 2
    assert "glossary.toml cannot be read" in result.err


def test_findings_are_grouped_by_what_to_do(context: Path, run: Run) -> None:
    run("collect")
    run("draft")
    file = context / "issues/2026-11/issue.toml"
    file.write_text(
        file.read_text("utf-8").replace('letter = """\n"""', 'letter = "TODO"'), "utf-8"
    )
    result = run("check", "--json")
    assert "unfinished-text" in {
        each["rule"] for each in result.json["findings"] if each["severity"] == "error"
    }
    (line,) = [
        n
        for n, each in enumerate(file.read_text("utf-8").splitlines(), 1)
        if each.startswith("letter")
    ]
    assert run("check").out.startswith(
        "Must be mended before it can go:\n\nFinish the text, or delete the mark. [unfinished-text]\n"
        f"  - letter, line {line} of issue.toml: Unfinished: “TODO”.\n"
    )


class TestClassify:
    def test_each_title_gets_a_section_and_a_reason(self, tmp_path: Path, run: Run) -> None:
        file = tmp_path / "titles.jsonl"
        file.write_text(
            '{"title": "A phase 2 trial of rest", "url": "https://pubmed.ncbi.nlm.nih.gov/36323186/"}\n\n'
            '{"title": "Xyzzy", "summary": null}\n',
            "utf-8",
        )
        first, second = run("-C", tmp_path, "classify", file, "--json").json["results"]
        assert (first["section"], first["confident"]) == ("research", True)
        assert (second["section"], second["confident"]) == (None, False)
        assert run("classify", file).out.splitlines()[1].startswith("to sort (unsure): ")

    def test_a_line_that_is_no_object_is_named(self, tmp_path: Path, run: Run) -> None:
        file = tmp_path / "titles.jsonl"
        file.write_text('{"title": "x"}\n[1]\n', "utf-8")
        result = run("classify", file)
        assert (result.exit_code, "titles.jsonl, line 2: expected a JSON object" in result.err) == (
            2,
            True,
        )
        file.write_bytes(b"\xff")
        assert "not UTF-8" in run("classify", file).err


def test_links_are_tried_where_that_is_asked_for(context: Path, run: Run) -> None:
    (context / "page.txt").write_text(
        "A note about leiomyosarcoma and rest (4 Nov 2026)\nhttp://127.0.0.1:9/x\n", "utf-8"
    )
    run("collect")
    run("draft")
    rules = {each["rule"] for each in run("check", "--links", "--json").json["findings"]}
    assert "link-unreachable" in rules
