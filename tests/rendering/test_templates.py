"""A broken template is told with its file and line."""

from __future__ import annotations

import jinja2
import pytest
from support.sample_issues import SAMPLE, SETTINGS

from newsletter.errors import TemplateError
from newsletter.rendering import render_mail
from newsletter.rendering.environment import environment
from newsletter.rendering.templates import fill_template


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        (
            "issue.html.jinja",
            "a\n{{ page.nothing }}",
            r"issue\.html\.jinja, line 2: .*no attribute 'nothing'",
        ),
        (
            "issue.html.jinja",
            "a\n{{ nobody }}",
            r"issue\.html\.jinja, line 2: 'nobody' is undefined\. Correct the name",
        ),
        ("issue.txt.jinja", "a\n\n{% if %}", r"issue\.txt\.jinja, line 3: "),
        (
            "issue.txt.jinja",
            "{{ 'x'|unheard }}",
            r"issue\.txt\.jinja, line 1: No filter named 'unheard'",
        ),
        (
            "issue.html.jinja",
            '\n{% include "gone.jinja" %}',
            r"line 2: the template gone\.jinja is in no template folder",
        ),
        (
            "parts/header.html.jinja",
            "\n\n{{ frame.title.x.y }}",
            r"parts/header\.html\.jinja, line 3: ",
        ),
        (
            "entries/trial.html.jinja",
            "{% macro show(entry, words) %}\n{{ words('x') }}{% endmacro %}",
            r"trial.*line 2: .*x",
        ),
        (
            "entries/paper.html.jinja",
            "nothing",
            r"issue\.html\.jinja.*entries/paper\.html\.jinja.*show",
        ),
        ("issue.html.jinja", "{{ 1 / 0 }}", r"issue\.html\.jinja, line 1: ZeroDivisionError"),
        (
            "issue.html.jinja",
            "{% include ['a.jinja', 'b.jinja'] %}",
            r"line 1: the template .*is in no template folder",
        ),
    ],
)
def test_a_broken_template_is_told_with_file_line_and_remedy(tmp_path, name, content, told):
    path = tmp_path / "templates" / name
    path.parent.mkdir(parents=True)
    path.write_text(content, "utf-8")
    with pytest.raises(TemplateError, match=told) as caught:
        render_mail(SAMPLE, SETTINGS, environment(tmp_path))
    assert str(caught.value).endswith((".", "folder, or correct its name.", "may use."))


def test_a_template_that_is_nowhere_is_named():
    with pytest.raises(
        TemplateError, match=r"absent\.jinja: the template absent\.jinja is in no template folder"
    ):
        fill_template(jinja2.Environment(loader=jinja2.DictLoader({})), "absent.jinja")
