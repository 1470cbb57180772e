"""Where templates lie."""

from __future__ import annotations

import stat

import pytest
from rendering.issues import SAMPLE, SETTINGS

from newsletter.errors import TemplateError
from newsletter.rendering import render
from newsletter.templating import environment, shipped_folder


def test_the_shipped_templates_are_found():
    assert (shipped_folder() / "issue.html.jinja").is_file()


@pytest.mark.parametrize("place", ["newsletter/templates", "templates"])
def test_they_stand_in_an_installed_package_or_beside_it_in_a_checkout(tmp_path, place):
    folder = tmp_path / place
    folder.mkdir(parents=True)
    (folder / "issue.html.jinja").touch()
    assert shipped_folder(tmp_path / "newsletter") == folder


def test_an_installation_without_templates_says_what_to_do(tmp_path):
    with pytest.raises(TemplateError, match="install the newsletter again"):
        shipped_folder(tmp_path / "newsletter")


def test_a_workspace_may_override_any_single_file(tmp_path):
    own = tmp_path / "templates" / "parts" / "footer.html.jinja"
    own.parent.mkdir(parents=True)
    own.write_text('<p>Our own end & <a href="{{ page.unsubscribe }}">{{ frame.title }}</a></p>', "utf-8")
    html = render(SAMPLE, SETTINGS, environment(tmp_path)).html
    assert "Our own end &amp;" in html
    assert "In this issue" in html


def test_a_workspace_without_templates_uses_the_shipped_ones(tmp_path):
    assert render(SAMPLE, SETTINGS, environment(tmp_path)) == render(SAMPLE, SETTINGS, environment())


def test_everything_but_plain_text_and_styles_is_escaped():
    made = environment()
    assert made.autoescape("issue.html.jinja")
    assert made.autoescape("archive.xml.jinja")
    assert made.autoescape(None)
    assert not made.autoescape("issue.txt.jinja")
    assert not made.autoescape("styles/inline.css.jinja")


def test_compiled_templates_are_kept_for_the_next_process(tmp_path):
    kept = tmp_path / "kept"
    once = render(SAMPLE, SETTINGS, environment(compiled=kept))
    files = {path: path.stat().st_mtime_ns for path in kept.iterdir()}
    assert len(files) > 10
    assert {stat.S_IMODE(path.stat().st_mode) for path in (kept, *files)} == {0o700, 0o600}
    assert render(SAMPLE, SETTINGS, environment(compiled=kept)) == once == render(SAMPLE, SETTINGS, environment())
    assert {path: path.stat().st_mtime_ns for path in kept.iterdir()} == files


def test_a_template_that_was_changed_is_compiled_again(tmp_path):
    own = tmp_path / "templates" / "parts" / "footer.html.jinja"
    own.parent.mkdir(parents=True)
    for words in ("The first end.", "The second end."):
        own.write_text(words, "utf-8")
        assert words in render(SAMPLE, SETTINGS, environment(tmp_path, compiled=tmp_path / "kept")).html


def test_damaged_files_and_a_folder_that_cannot_be_made_do_no_harm(tmp_path):
    kept = tmp_path / "kept"
    expected = render(SAMPLE, SETTINGS, environment(compiled=kept))
    for path in kept.iterdir():
        path.write_bytes(path.read_bytes()[:100])
    assert render(SAMPLE, SETTINGS, environment(compiled=kept)) == expected
    assert render(SAMPLE, SETTINGS, environment(compiled=tmp_path / "nowhere" / "kept")) == expected
