"""Colours that can be read."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.rendering.palette import contrast, hue_numbers, palette, readable

COLOUR = st.from_regex(r"#[0-9a-f]{6}", fullmatch=True)


def test_contrast_is_that_of_wcag():
    assert contrast("#000000", "#ffffff") == 21
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@given(COLOUR, COLOUR)
def test_any_accent_can_be_read_in_light_and_dark(accent, background):
    colours = palette(accent, background)
    for text, surface in (
        (colours.accent, colours.card),
        (colours.accent, colours.tint),
        (colours.accent_dark, colours.card_dark),
        (colours.accent_dark, colours.tint_dark),
        ("#ffffff", colours.button),
        (colours.foot, colours.around),
        (colours.foot_link, colours.around),
        *((hue.text, hue.tint) for hue in colours.hues),
        *((hue.text_dark, hue.tint_dark) for hue in colours.hues),
    ):
        assert contrast(text, surface) >= 4.5, (text, surface)
        assert re.fullmatch(r"#[0-9a-f]{6}", text)


def test_a_colour_that_can_be_read_stays():
    assert readable("#0b5c6b", "#ffffff") == "#0b5c6b"


def test_usual_sections_keep_their_colour_and_others_take_the_rest_in_turn():
    assert hue_numbers(("tips", "grants", "research", "story", "more")) == (4, 3, 0, 5, 4)
