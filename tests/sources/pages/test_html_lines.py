"""Lines of pages in HTML."""

from __future__ import annotations

import pytest

from newsletter.sources.pages.html_lines import MAX_SOURCE_CHARS, is_markup, markup_lines
from newsletter.sources.pages.lines import MAX_CHARS, PageLines


def _texts(page: PageLines) -> list[str]:
    return [line.text for line in page.lines]


@pytest.mark.parametrize(
    ("text", "content_type", "expected"),
    [
        ("plain", "text/html; charset=utf-8", True),
        ("<p>one<p>two<br>three", "", True),
        ("<p>one", "", True),
        ("a < b and c > d", "", False),
        ("see <a href='x'>this</a>", "", False),
    ],
)
def test_markup_is_known_by_its_type_or_its_tags(text, content_type, expected):
    assert is_markup(text, content_type) is expected


def test_what_frames_a_page_is_left_out():
    page = markup_lines(
        "<header>Top</header><nav>Menu<br><p>More</nav><div class='sidebar'>Side</div><div role=banner>Banner</div>"
        "<p hidden>Hidden</p><p aria-hidden=true>Hidden</p><p style='visibility: hidden'>Hidden</p><form>Mail<input></form>"
        "<article><header>Kept title</header><p>Kept text</article><footer>Bottom</footer>"
    )
    assert _texts(page) == ["Kept title", "Kept text"]


def test_breaks_end_lines_and_two_of_them_make_a_gap():
    page = markup_lines("<p>One<br>Two<br><br>Three</p><pre>Four\nFive\n\nSix</pre>")
    assert [(line.text, line.gap) for line in page.lines] == [
        ("One", True),
        ("Two", False),
        ("Three", True),
        ("Four", True),
        ("Five", False),
        ("Six", True),
    ]


def test_a_link_keeps_its_words_and_its_target():
    page = markup_lines(
        "<base href='https://example.org/lms/'><p>See <a href=' a.html '> this  paper </a> now",
        base="https://x.org/",
    )
    assert _texts(page) == ["See \ue000this paper\ue0010\ue002 now"]
    assert page.hrefs == ("https://example.org/lms/a.html",)


def test_a_link_around_blocks_or_in_another_link_holds_for_each():
    page = markup_lines(
        "<a href='https://example.org/1'><h3>Title of it</h3><p>More</p></a><a href='#x'>Top</a>"
    )
    assert [line.text.strip("\ue000").split("\ue001")[0] for line in page.lines] == [
        "Title of it",
        "More",
        "Top",
    ]
    assert set(page.hrefs) == {"https://example.org/1"}


def test_columns_take_their_role_from_the_header_row():
    page = markup_lines(
        "<table><tr><th>Date</th><th>Título</th><th>Whatever</th></tr><tr><td>2024</td><td><p>A</p><p>B</p></td><td>C</td><td>D</td></tr></table>"
    )
    assert [(line.text, line.role, line.item) for line in page.lines] == [
        ("2024", "date", True),
        ("A", "title", False),
        ("B", "title", False),
        ("C", "", False),
        ("D", "", False),
    ]


def test_headings_are_marked():
    assert [line.heading for line in markup_lines("<h2>Research</h2><p>Text</p>").lines] == [
        True,
        False,
    ]


def test_nothing_gives_nothing():
    assert (
        markup_lines("").lines
        == markup_lines("<!-- x -->").lines
        == markup_lines("\x00").lines
        == ()
    )


def test_pictures_inside_the_page_do_not_count_and_too_much_is_cut():
    picture = f"<img src='data:image/png;base64,{'A' * (MAX_SOURCE_CHARS + 1)}'><p>Text</p>"
    assert (_texts(markup_lines(picture)), markup_lines(picture).cut) == (["Text"], False)
    assert markup_lines("<p>" + "x" * MAX_SOURCE_CHARS).cut
    long = "".join(f"<p>{'word ' * 900}</p>" for _ in range(MAX_CHARS // 4000))
    assert markup_lines(long).cut
