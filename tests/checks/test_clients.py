import pytest
from support.specimen import context, findings, message, page, where

from newsletter.checks.clients import HARMLESS, PROPERTIES
from newsletter.model import Severity


@pytest.mark.parametrize(
    ("extra", "said"),
    [
        (
            '<p style="position: absolute">x</p>',
            "Gmail and Outlook cannot show position: the box falls back among the others.",
        ),
        (
            '<p style="display: flex">x</p>',
            "Outlook cannot show display: flex: columns stand below each other.",
        ),
        (
            '<p style="width: calc(100% - 2px)">x</p>',
            "Outlook cannot show width: calc(100% - 2px): the size is left out.",
        ),
        (
            '<p style="color: rgba(0, 0, 0, 0.5)">x</p>',
            "Outlook cannot show color: rgba(0, 0, 0, 0.5): the colour is left out.",
        ),
        ("<svg></svg>", "Gmail and Outlook cannot show <svg>: the drawing is not there."),
        (
            "<p hidden>x</p>",
            "Gmail and Outlook cannot show the attribute hidden: what should be hidden is shown.",
        ),
        (
            '<img src="https://www.example.org/a.svg?x=1" alt="A" width="9">',
            "Gmail cannot show pictures of the kind .svg: the picture is not there.",
        ),
    ],
)
def test_what_is_not_shown_is_told_with_what_happens(extra, said):
    assert message(context(html=page(extra=extra * 2)), "client-support") == said
    assert findings(context(html=page(extra=extra)), "client-support")[0].severity is Severity.ERROR


@pytest.mark.parametrize(
    "extra",
    [
        '<p style="border-radius: 6px; max-width: 600px; margin: 0 auto; float: none; position: static">x</p>',
        '<p style="display: none; position: absolute">x</p>',
        '<p style="font-family: Min, Max, serif">x</p>',
        '<img src="https://www.example.org/a.png" alt="A" width="9">',
        '<p role="note" aria-label="A note">x</p>',
    ],
)
def test_what_is_shown_or_missed_by_nobody_is_left_alone(extra):
    assert where(context(html=page(extra=extra)), "client-support") == []


def test_nothing_is_both_harmful_and_harmless():
    harmless = {name.strip() for names in HARMLESS for name in names.split(",")}
    assert not harmless & PROPERTIES.keys()
