"""The glossary as a page changes it."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from support.checkout import NOW

from newsletter.errors import IssueFileError, UsageError
from newsletter.issues.editor import compute_version
from newsletter.issues.glossary import delete_term, set_term
from newsletter.workspace.context import AppContext
from newsletter.workspace.folder import open_workspace

GLOSSARY = """\
# Ours.

# looked up by Ana
biopsy = "a small sample" # short
"first-line" = "the first treatment"

[later]
cohort = "a group"
"""


@pytest.fixture
def context(folder: Path) -> AppContext:
    (folder / "glossary.toml").write_text(GLOSSARY, "utf-8")
    return AppContext(open_workspace(folder), NOW)


def written(context: AppContext) -> str:
    return (context.workspace.folder / "glossary.toml").read_text("utf-8")


def test_another_meaning_leaves_everything_else_as_it_stood(context: AppContext) -> None:
    done = set_term(
        context, "biopsy", " a small  piece of\ntissue ", seen=compute_version("a small sample")
    )
    assert (done.text, done.conflict) == ("a small piece of tissue", False)
    assert written(context) == GLOSSARY.replace('"a small sample"', '"a small piece of tissue"')


def test_another_name_stays_in_its_place(context: AppContext) -> None:
    set_term(
        context,
        "tissue sample",
        "a small sample",
        seen=compute_version("a small sample"),
        was="biopsy",
    )
    assert written(context) == GLOSSARY.replace("biopsy =", '"tissue sample" =')


def test_a_new_word_comes_last_and_before_the_tables(context: AppContext) -> None:
    set_term(context, "p.o.", 'by "mouth"', seen=compute_version(""))
    terms = tomllib.loads(written(context))
    assert list(terms) == ["biopsy", "first-line", "p.o.", "later"]
    assert terms["p.o."] == 'by "mouth"'
    assert "# looked up by Ana" in written(context)


def test_the_first_word_makes_the_file(folder: Path) -> None:
    context = AppContext(open_workspace(folder), NOW)
    set_term(context, "biopsy", "a small sample", seen=compute_version(""))
    assert (
        written(context)
        == '# Hard words, and what they mean in plain ones.\n\nbiopsy = "a small sample"\n'
    )


def test_what_another_window_wrote_is_not_written_over(context: AppContext) -> None:
    done = set_term(context, "biopsy", "mine", seen=compute_version("older"))
    assert (done.text, done.conflict, written(context)) == ("a small sample", True, GLOSSARY)
    assert not set_term(
        context, "biopsy", "a small sample", seen=compute_version("older")
    ).conflict  # they wrote the same


@pytest.mark.parametrize(
    ("term", "meaning", "said"),
    [
        (" ", "x", "write the word"),
        ("w" * 81, "x", "up to 80 characters"),
        ("cyst", " ", "in plain words what “cyst” means"),
        ("BIOPSY", "x", "“biopsy” is in the glossary already"),
    ],
)
def test_what_cannot_be_used_is_a_sentence(
    context: AppContext, term: str, meaning: str, said: str
) -> None:
    with pytest.raises(UsageError, match=said):
        set_term(context, term, meaning, seen=compute_version(""))
    assert written(context) == GLOSSARY


def test_capitals_of_a_word_can_be_changed(context: AppContext) -> None:
    set_term(
        context, "Biopsy", "a small sample", seen=compute_version("a small sample"), was="biopsy"
    )
    assert 'Biopsy = "a small sample" # short' in written(context)


def test_a_word_is_taken_out_and_known_for_undo(context: AppContext) -> None:
    seen = compute_version("the first treatment")
    assert delete_term(context, "first-line", seen=seen).text == "the first treatment"
    assert "first-line" not in tomllib.loads(written(context))
    with pytest.raises(UsageError, match="not in the glossary any more"):
        delete_term(context, "first-line", seen=seen)


def test_a_word_that_was_explained_anew_is_not_taken_out_unseen(context: AppContext) -> None:
    told = delete_term(context, "biopsy", seen=compute_version("something else"))
    assert (told.conflict, told.text) == (True, "a small sample")
    assert written(context) == GLOSSARY


def test_a_file_that_is_broken_is_not_touched(context: AppContext) -> None:
    (context.workspace.folder / "glossary.toml").write_text("biopsy = ", "utf-8")
    with pytest.raises(IssueFileError, match=r"glossary\.toml cannot be read"):
        set_term(context, "cyst", "a sac", seen=compute_version(""))
