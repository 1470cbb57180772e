"""Where templates lie."""

from __future__ import annotations

from rendering.issues import SAMPLE, SETTINGS

from newsletter.rendering import render
from newsletter.templating import environment, shipped_folder


def test_the_shipped_templates_are_found():
    assert (shipped_folder() / "issue.html.jinja").is_file()


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
