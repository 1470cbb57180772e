import dataclasses
import re

import pytest
from support.specimen import PREHEADER, SETTINGS, context, findings, page, where

from newsletter.checks import check_issue
from newsletter.model import Severity


def spoiled(old, new="", *, count=0):
    """The clean page with a pattern replaced, which must be there."""
    html, found = re.subn(old, new, page(), count=count, flags=re.DOTALL)
    assert found, old
    return context(html=html)


@pytest.mark.parametrize(
    ("rule", "old", "new"),
    [
        ("html-cut-off", "</div></body></html>", "</di"),
        ("doctype-missing", "<!doctype html>", ""),
        (
            "doctype-missing",
            "<!doctype html>",
            '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "x">',
        ),
        ("language-missing", '<html lang="en"', "<html"),
        ("language-missing", '<html lang="en" dir="ltr"', '<html lang="en"'),
        ("language-missing", r'(issue"?[^>]*|meeting") lang="en" dir="ltr"', r"\1"),
        ("charset-late", '<meta charset="utf-8">', ""),
        (
            "charset-late",
            '<meta charset="utf-8">',
            "<!--" + "x" * 1024 + '--><meta charset="utf-8">',
        ),
        ("viewport-locked", '<meta name="viewport".*?>', ""),
        ("viewport-locked", "initial-scale=1", "user-scalable=no"),
        ("viewport-locked", "initial-scale=1", "maximum-scale=1"),
        ("title-missing", "<title>.*?</title>", "<title> </title>"),
        ("meta-missing", '<meta name="color-scheme" content="light dark">', ""),
        ("outlook-scale-missing", "PixelsPerInch", "X"),
        ("outlook-width-missing", 'width="600"', 'width="100%"'),
        ("article-missing", 'role="article"', ""),
        ("article-missing", 'aria-roledescription="email"', ""),
        ("preheader-misplaced", "display: none", "color: #222222"),
        ("preheader-misplaced", re.escape(PREHEADER), "Something else that is hidden here."),
        ("preheader-misplaced", "&#8199;&#65279;&#847;", ""),
        ("layout-table-speaks", 'role="presentation" ', ""),
        ("layout-table-speaks", 'cellspacing="0" ', ""),
        ("headings-out-of-order", "h1>", "h2>"),
        ("headings-out-of-order", "h2>", "h1>"),
        ("headings-out-of-order", "h2>", "h4>"),
        ("button-role", "<a ", '<a role="button" '),
        ("id-twice", "<p>", '<p id="x">'),
        ("html-active-content", "<p>", '<p onclick="x()">'),
        ("html-active-content", "<title>", '<meta http-equiv="refresh" content="0"><title>'),
        ("view-online-missing", "https://news.example.org/2026-12", "https://elsewhere.org/"),
    ],
)
def test_a_page_that_lacks_something_is_told(rule, old, new):
    assert where(spoiled(old, new), rule)[0] == "html"


def test_a_clean_page_lacks_nothing():
    assert [each.rule for each in check_issue(context())] == []


BUTTON = '<a href="https://x.org/" style="display: inline-block; padding: 12px">Register</a>'


def test_a_button_is_drawn_for_outlook_too():
    assert where(context(html=page(extra=BUTTON)), "button-flat-in-outlook") == ["html"]
    cell = f'<table><tr><td style="mso-padding-alt: 12px">{BUTTON}</td></tr></table>'
    assert where(context(html=page(extra=cell)), "button-flat-in-outlook") == []


def test_a_page_has_words():
    assert where(context(html="<p>Hello</p>"), "html-little-text") == ["html"]
    assert where(context(html=""), "html-little-text") == []
    assert where(context(html=f"<p>{'x' * 200}</p>"), "html-little-text") == []


def test_an_empty_page_has_no_words():
    assert where(context(html=""), "html-empty") == ["html"]
    assert where(context(html="<p> </p>"), "html-empty") == ["html"]
    assert where(context(html=""), "preheader-misplaced") == []
    assert findings(context(html=""), "html-empty")[0].severity is Severity.ERROR


def test_a_ghost_table_in_a_comment_holds_the_page():
    html = page().replace('width="600"', 'width="100%"')
    ghost = html.replace(
        "<h1>", '<!--[if mso]><table role="presentation" width="640"><tr><td><![endif]--><h1>'
    )
    assert where(context(html=ghost), "outlook-width-missing") == []


def test_a_data_table_may_speak():
    assert (
        where(
            context(html=page(extra="<table><tr><th>Dose</th></tr></table>")), "layout-table-speaks"
        )
        == []
    )


def test_a_meta_for_outlook_does_not_act():
    html = page().replace("<title>", '<meta http-equiv="X-UA-Compatible" content="IE=edge"><title>')
    assert where(context(html=html), "html-active-content") == []


def test_without_a_public_page_no_online_version_is_asked_for():
    settings = dataclasses.replace(SETTINGS, public=None)
    html = page().replace("https://news.example.org/2026-12", "https://elsewhere.org/")
    assert where(context(html=html, settings=settings), "view-online-missing") == []
