import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.specimen import context, message, page, where

from newsletter.checks.contrast import colour_of
from newsletter.formats.colors import contrast

CHANNEL = st.integers(0, 255)
COLOUR = st.tuples(CHANNEL, CHANNEL, CHANNEL)


def shown(extra, css=""):
    return context(html=page(extra=extra, css=css))


@pytest.mark.parametrize(
    "extra",
    [
        '<p style="color: #999999">Faint</p>',
        '<p style="color: rgb(153, 153, 153)">Faint</p>',
        '<div style="color: #999"><p>Faint</p></div>',
        '<table><tr><td bgcolor="#333333"><p>Dark on dark</p></td></tr></table>',
        '<p style="background: #444444">Dark on dark</p>',
        '<p style="color: #888888; font-size: 18px"><b>Not yet large</b></p>',
        '<p style="color: #999999; font-size: 24px">Large and faint</p>',
        '<p><span>Good</span><b style="color: white">White on white</b></p>',
    ],
)
def test_faint_text_is_found(extra):
    assert where(shown(extra), "contrast-light") == ["html"]


@pytest.mark.parametrize(
    "extra",
    [
        '<p style="color: #595959">Good</p>',
        '<p style="color: #888888; font-size: 24px">Large</p>',
        '<p style="color: #888888; font-size: 14pt; font-weight: bold">Large and bold</p>',
        '<h2 style="color: #888888; font-size: 1.2em">Large and bold</h2>',
        '<p style="color: #999999; display: none">Hidden</p>',
        '<p style="color: #999999"> </p>',
        '<p style="color: #ffffff; background-image: url(x.png)">On a picture</p>',
        '<p style="color: #ffffff; background: linear-gradient(#000000, #111111)">On a gradient</p>',
        '<p style="color: currentcolor">Who knows</p>',
        '<p style="color: inherit; background-color: transparent">As around it</p>',
        '<p style="color: #888888; font-size: 200%"><b style="font-weight: normal">Large</b></p>',
        '<p style="color: #888888; font-size: 1.5rem">Large</p>',
        '<a href="https://x.org/">The colour of the program</a>',
    ],
)
def test_readable_and_unknown_text_is_left_alone(extra):
    assert where(shown(extra), "contrast-light") == []


def test_a_pair_of_colours_is_told_once():
    assert message(
        shown('<p style="color: #999999">One</p><p style="color: #999999">Two</p>'),
        "contrast-light",
    ) == ("“One” has a contrast of 2.8 to 1 (#999999 on #ffffff).")


DARK = "@media (prefers-color-scheme: dark) {{ {} }}"
NOTE = '<p class="note" style="color: #222222">A note</p>'


@pytest.mark.parametrize(
    "rules",
    [
        ".card { background-color: #1d2327 !important }",
        ".card { background: #1d2327 !important }",
        ".card { background-color: #1d2327 !important } .note { color: #f2f2f2 }",
        ".card { background-color: #1d2327 !important } .note:hover { color: #f2f2f2 !important }",
        ".card { background-color: #1d2327 !important } .note[ { color: #f2f2f2 !important }",
    ],
)
def test_text_that_stays_dark_in_dark_mode_is_found(rules):
    assert where(shown(NOTE, DARK.format(rules)), "contrast-dark") == ["html"]
    assert "in dark mode" in message(shown(NOTE, DARK.format(rules)), "contrast-dark")


@pytest.mark.parametrize(
    "rules",
    [
        ".card { background-color: #1d2327 !important } .card, p { color: #f2f2f2 !important }",
        ".card { background-color: #1d2327 !important; color: #f2f2f2 !important } td p { color: #f2f2f2 !important }",
        ".card { background-color: #1d2327 }",
        "",
    ],
)
def test_a_page_with_dark_colours_of_its_own_is_left_alone(rules):
    assert where(shown(NOTE, DARK.format(rules)), "contrast-dark") == []


def test_an_important_attribute_wins_over_the_sheet():
    rules = ".card { background-color: #1d2327 !important; color: #f2f2f2 !important } p { color: #f2f2f2 !important }"
    assert where(
        shown(NOTE.replace("#222222", "#222222 !important"), DARK.format(rules)), "contrast-dark"
    ) == ["html"]


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("#ffffff", "#000000", 21.0),
        ("#777777", "#ffffff", 4.48),
        ("#767676", "#ffffff", 4.54),
        ("#ff0000", "#ffffff", 4.0),
    ],
)
def test_known_pairs_have_their_known_contrast(one, other, expected):
    assert contrast(colour_of(one), colour_of(other)) == pytest.approx(expected, abs=0.005)


@given(COLOUR, COLOUR)
@settings(max_examples=50)
def test_contrast_is_the_same_both_ways(one, other):
    assert contrast(one, other) == contrast(other, one)
    assert 1 <= contrast(one, other) <= 21
