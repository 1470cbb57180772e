"""Editors' Markdown in both forms."""

from __future__ import annotations

import subprocess
import sys

import pytest

from newsletter.rendering.markdown_html import plain_prose, prose, words_only


@pytest.mark.parametrize(
    ("markdown", "html", "text"),
    [
        ("", "", ""),
        ("  \n", "", ""),
        ("One *two* **three**", "<p>One <em>two</em> <strong>three</strong></p>", "One two three"),
        ("Warmly,\nAnna", "<p>Warmly,<br />\nAnna</p>", "Warmly,\nAnna"),
        (
            "Dear friends of the circle, how are you?\nWe",
            "<p>Dear friends of the circle, how are you?<br />\nWe</p>",
            "Dear friends of the circle, how are you?\nWe",
        ),
        (f"{'a word ' * 6}\nb", f"<p>{('a word ' * 6).strip()}\nb</p>", f"{'a word ' * 6}b"),
        (
            "see\n[us](https://a.org)",
            '<p>see\n<a href="https://a.org">us</a></p>',
            "see us\nus:\nhttps://a.org",
        ),
        ("a  \nb", "<p>a<br />\nb</p>", "a\nb"),
        ("<b>x</b> &amp; y", "<p>&lt;b&gt;x&lt;/b&gt; &amp; y</p>", "<b>x</b> & y"),
        ("# Title\n\n### Other", "<h3>Title</h3>\n<h3>Other</h3>", "Title\n\nOther"),
        ("    four spaces", "<p>four spaces</p>", "four spaces"),
        ("`code`", "<p><code>code</code></p>", "code"),
        ("***", "<hr />", "* * *"),
        ("https://bare.example", "<p>https://bare.example</p>", "https://bare.example"),
        (
            "See [our page](http://a.example/x) now",
            '<p>See <a href="https://a.example/x">our page</a> now</p>',
            "See our page now\nour page:\nhttps://a.example/x",
        ),
        (
            "[Alone](https://a.example/)",
            '<p><a href="https://a.example/">Alone</a></p>',
            "Alone:\nhttps://a.example/",
        ),
        (
            "<https://a.example/>",
            '<p><a href="https://a.example/">https://a.example/</a></p>',
            "https://a.example/",
        ),
        (
            "[a@b.example](mailto:a@b.example)",
            '<p><a href="mailto:a@b.example">a@b.example</a></p>',
            "a@b.example",
        ),
        (
            "[write](mailto:a@b.example)",
            '<p><a href="mailto:a@b.example">write</a></p>',
            "write:\na@b.example",
        ),
        ("[x](javascript:alert(1))", "<p>[x](javascript:alert(1))</p>", "[x](javascript:alert(1))"),
        ("[x](/relative)", "<p>[x](/relative)</p>", "[x](/relative)"),
        ("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>", "- a\n- b"),
        ("3. a\n4. b", '<ol start="3">\n<li>a</li>\n<li>b</li>\n</ol>', "3. a\n4. b"),
        ("> said", "<blockquote>\n<p>said</p>\n</blockquote>", "> said"),
    ],
)
def test_markdown_is_html_and_text(markdown, html, text):
    made = prose(markdown)
    assert (made.html, made.text) == (html, text)
    assert bool(made) is bool(text)


def test_a_link_in_bold_alone_in_its_paragraph_is_a_button():
    made = prose("**[Register](https://a.example/)**")
    assert made.html.startswith('<table class="act" role="presentation"')
    assert '<td class="button"><a href="https://a.example/">Register</a></td>' in made.html
    assert made.text == "Register:\nhttps://a.example/"


@pytest.mark.parametrize(
    "markdown", ["**bold**", "[a](https://a.example)", "**[a](https://a.example)** more"]
)
def test_anything_else_is_no_button(markdown):
    assert "<table" not in prose(markdown).html


def test_a_button_in_a_list_stays_a_button():
    assert 'class="button"' in prose("- **[Go](https://a.example/)**").html


@pytest.mark.parametrize(
    ("title", "width"), [("300", 300), ("9999", 576), ("A fine day", 576), ("0", 576)]
)
def test_a_picture_has_the_width_that_its_title_names(title, width):
    made = prose(f'![A "view"](http://www.a.example/x.png "{title}")', image_hosts=("a.example",))
    assert (
        made.html
        == f'<p><img src="https://www.a.example/x.png" alt="A &quot;view&quot;" width="{width}" /></p>'
    )
    assert made.text == '[A "view"]'


@pytest.mark.parametrize(
    ("base", "source"),
    [
        ("", "pictures/ab.jpg"),
        ("https://news.example/issues/1/", "https://news.example/issues/1/pictures/ab.jpg"),
    ],
)
def test_a_picture_beside_the_issue_is_fetched_from_where_the_issue_stands(base, source):
    made = prose('![Snow](pictures/ab.jpg "240 ornament")', picture_base=base)
    assert made.html == f'<p><img src="{source}" alt="Snow" width="240" /></p>'
    assert made.text == "[Snow]"


@pytest.mark.parametrize("base", [None, "http://localhost:8000/issues/1/"])
def test_where_readers_cannot_reach_it_its_words_stand(base):
    assert prose("![Snow](pictures/ab.jpg)", picture_base=base).html == "<p>Snow</p>"


@pytest.mark.parametrize(
    "source", ["pictures/../secret", "pictures/a/b.png", "/pictures/a.png", "picture/a.png"]
)
def test_no_other_file_is_a_picture_beside_the_issue(source):
    assert "<img" not in prose(f"![Snow]({source})", picture_base="").html


def test_a_link_may_lead_to_a_picture_beside_the_issue():
    assert 'href="pictures/a.png"' in prose("[Snow](pictures/a.png)", picture_base="").html
    assert 'href="#"' in prose("[Snow](pictures/a.png)").html  # the checks tell it


def test_a_picture_from_elsewhere_is_its_description():
    assert prose("![A view](https://b.example/x.png)").html == "<p>A view</p>"


def test_an_address_is_never_broken_and_a_word_only_where_it_is_longer_than_a_line():
    word, url = "w" * 90, "https://a.example/" + "x" * 100
    made = prose(f"A {word} and {url} here")
    assert made.text.splitlines()[:3] == ["A", "w" * 72, "w" * 18 + " and"]
    assert url in made.text


def test_long_list_items_hang():
    text = prose("- " + "word " * 30 + "\n  1. inner").text
    assert text.splitlines()[1].startswith("  word")
    assert text.endswith("  1. inner")


def test_words_are_marked_but_not_in_links():
    made = prose(
        "median [median](https://a.example) median",
        marker=lambda text: text.replace("median", "median*"),
    )
    assert made.html == '<p>median* <a href="https://a.example">median</a> median*</p>'


def test_words_of_a_source_are_no_markdown():
    made = plain_prose("*5* < [6](https://a.example)")
    assert made.html == "<p>*5* &lt; [6](https://a.example)</p>"
    assert not plain_prose("")


def test_words_only_have_no_addresses():
    assert words_only("# A\n\nb [c](https://a.example)\nd  \ne") == "A b c d e"


MANY_AT_ONCE = """
import sys, threading
sys.setswitchinterval(1e-6)
from newsletter.rendering.markdown_html import prose
begin = threading.Barrier(16)
def read(number):
    begin.wait()
    read_by[number] = prose(f"[here](https://example.org/a?b={number}~)").text
read_by = {}
threads = [threading.Thread(target=read, args=(number,)) for number in range(16)]
for each in threads: each.start()
for each in threads: each.join()
print(len(read_by))
"""


def test_the_first_ones_may_be_read_at_once_by_many_threads() -> None:
    """Mdurl fills its tables in sight of all of them."""
    told = subprocess.run(
        [sys.executable, "-c", MANY_AT_ONCE], check=True, capture_output=True, text=True
    )
    assert (told.stdout.strip(), told.stderr) == ("16", "")
