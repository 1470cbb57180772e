"""Where templates lie."""

from __future__ import annotations

import os
import shutil
import stat
import sys

import pytest
from support.sample_issues import SAMPLE, SETTINGS

from newsletter.errors import TemplateError
from newsletter.rendering import render_mail
from newsletter.rendering.environment import MAX_KEPT, environment, find_shipped_folder


def test_the_shipped_templates_are_found():
    assert (find_shipped_folder() / "issue.html.jinja").is_file()


@pytest.mark.parametrize("place", ["newsletter/templates", "templates"])
def test_they_stand_in_an_installed_package_or_beside_it_in_a_checkout(tmp_path, place):
    folder = tmp_path / place
    folder.mkdir(parents=True)
    (folder / "issue.html.jinja").touch()
    assert find_shipped_folder(tmp_path / "newsletter") == folder


def test_an_installation_without_templates_says_what_to_do(tmp_path):
    with pytest.raises(TemplateError, match="install the newsletter again"):
        find_shipped_folder(tmp_path / "newsletter")


def test_a_workspace_may_override_any_single_file(tmp_path):
    own = tmp_path / "templates" / "parts" / "footer.html.jinja"
    own.parent.mkdir(parents=True)
    own.write_text(
        '<p>Our own end & <a href="{{ page.unsubscribe }}">{{ frame.title }}</a></p>', "utf-8"
    )
    html = render_mail(SAMPLE, SETTINGS, environment(tmp_path)).html
    assert "Our own end &amp;" in html
    assert "In this issue" in html


def test_a_workspace_without_templates_uses_the_shipped_ones(tmp_path):
    assert render_mail(SAMPLE, SETTINGS, environment(tmp_path)) == render_mail(
        SAMPLE, SETTINGS, environment()
    )


def test_everything_but_plain_text_and_styles_is_escaped():
    made = environment()
    assert made.autoescape("issue.html.jinja")
    assert made.autoescape("archive.xml.jinja")
    assert made.autoescape(None)
    assert not made.autoescape("issue.txt.jinja")
    assert not made.autoescape("styles/inline.css.jinja")


@pytest.fixture
def package(tmp_path, monkeypatch):
    """An installed package with templates of its own, on a machine where Python keeps what it compiles."""
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    installed = tmp_path / "newsletter"
    shutil.copytree(
        find_shipped_folder(), installed / "templates", ignore=shutil.ignore_patterns("__pycache__")
    )
    return installed


def times(folder):
    return {path: path.stat().st_mtime_ns for path in folder.iterdir()}


def test_compiled_templates_are_kept_beside_themselves_for_every_workspace(tmp_path, package):
    kept, beside = tmp_path / "kept", package / "templates" / "__pycache__"
    once = render_mail(SAMPLE, SETTINGS, environment(compiled=kept, package=package))
    files = times(beside)
    assert len(files) > 10
    assert {stat.S_IMODE(path.stat().st_mode) for path in (beside, *files)} == {0o700, 0o600}
    new = tmp_path / "new"
    assert render_mail(SAMPLE, SETTINGS, environment(compiled=new, package=package)) == once
    assert once == render_mail(SAMPLE, SETTINGS, environment())
    assert times(beside) == files
    assert not new.exists()


def test_where_python_keeps_nothing_they_lie_with_the_workspace(tmp_path, package, monkeypatch):
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    kept = tmp_path / "kept"
    once = render_mail(SAMPLE, SETTINGS, environment(compiled=kept, package=package))
    files = times(kept)
    assert len(files) > 10
    assert {stat.S_IMODE(path.stat().st_mode) for path in (kept, *files)} == {0o700, 0o600}
    assert render_mail(SAMPLE, SETTINGS, environment(compiled=kept, package=package)) == once
    assert times(kept) == files
    assert not (package / "templates" / "__pycache__").exists()


def test_where_the_package_cannot_be_written_they_lie_with_the_workspace(tmp_path, package):
    (package / "templates" / "__pycache__").touch()  # no folder can be made there
    kept = tmp_path / "kept"
    expected = render_mail(SAMPLE, SETTINGS, environment())
    for _ in range(2):
        assert (
            render_mail(SAMPLE, SETTINGS, environment(compiled=kept, package=package)) == expected
        )
    assert len(times(kept)) > 10


def test_a_template_that_was_changed_is_compiled_again(tmp_path, package):
    own = tmp_path / "templates" / "parts" / "footer.html.jinja"
    own.parent.mkdir(parents=True)
    for words in ("The first end.", "The second end."):
        own.write_text(words, "utf-8")
        made = environment(tmp_path, compiled=tmp_path / "kept", package=package)
        assert words in render_mail(SAMPLE, SETTINGS, made).html
    assert len(times(tmp_path / "kept")) == 1  # the shipped ones lie with the package


def test_a_style_sheet_is_read_once_for_all_processes(tmp_path, package):
    first = render_mail(SAMPLE, SETTINGS, environment(compiled=tmp_path / "one", package=package))
    (sheet,) = package.glob("templates/__pycache__/style-sheet-*.json")
    assert (
        render_mail(SAMPLE, SETTINGS, environment(compiled=tmp_path / "other", package=package))
        == first
    )
    sheet.write_text(sheet.read_text("utf-8").replace("#f3f1ec", "#f3f1ed"), "utf-8")
    assert (
        "#f3f1ed"
        in render_mail(
            SAMPLE, SETTINGS, environment(compiled=tmp_path / "other", package=package)
        ).html
    )


@pytest.mark.parametrize("content", ["", "[[", "3", "[[1, 2]]", '[[1, "p", "", []]]'])
def test_a_style_sheet_that_was_not_kept_well_is_read_again(tmp_path, package, content):
    expected = render_mail(
        SAMPLE, SETTINGS, environment(compiled=tmp_path / "kept", package=package)
    )
    (sheet,) = package.glob("templates/__pycache__/style-sheet-*.json")
    sheet.write_text(content, "utf-8")
    assert (
        render_mail(SAMPLE, SETTINGS, environment(compiled=tmp_path / "kept", package=package))
        == expected
    )


def test_a_style_sheet_with_more_than_plain_rules_is_not_kept(tmp_path, package):
    own = tmp_path / "templates" / "styles" / "inline.css.jinja"
    own.parent.mkdir(parents=True)
    own.write_text("p { color: #123456 } @media print { p { color: #000000 } }", "utf-8")
    html = [
        render_mail(
            SAMPLE, SETTINGS, environment(tmp_path, compiled=tmp_path / "kept", package=package)
        ).html
    ] * 2
    assert html[0] == html[1]
    assert "@media print" in html[0]
    assert not list(tmp_path.rglob("style-sheet-*.json"))


def test_the_newest_style_sheets_are_kept(tmp_path, package):
    kept = environment(compiled=tmp_path / "kept", package=package).kept
    for number in range(MAX_KEPT + 3):
        kept.write(f"style-sheet-{number}.json", b"[]")
        os.utime(
            package / "templates" / "__pycache__" / f"style-sheet-{number}.json", (number, number)
        )
    assert [kept.read(f"style-sheet-{number}.json") for number in (0, 2)] == [None, None]
    assert kept.read("style-sheet-3.json") == kept.read(f"style-sheet-{MAX_KEPT + 2}.json") == b"[]"


def test_damaged_files_and_a_folder_that_cannot_be_made_do_no_harm(tmp_path, package):
    kept, beside = tmp_path / "kept", package / "templates" / "__pycache__"
    expected = render_mail(SAMPLE, SETTINGS, environment(compiled=kept, package=package))
    for path in beside.iterdir():
        path.write_bytes(path.read_bytes()[:100])
    assert render_mail(SAMPLE, SETTINGS, environment(compiled=kept, package=package)) == expected
    nowhere = tmp_path / "nowhere" / "kept"
    shutil.rmtree(beside)
    beside.touch()
    assert render_mail(SAMPLE, SETTINGS, environment(compiled=nowhere, package=package)) == expected
