import dataclasses

import pytest
from support.specimen import ADDRESS, DISCLAIMER, SETTINGS, context, findings, page, text, where

from newsletter.model import Severity
from newsletter.placeholders import Placeholder

LINK = f'<a href="{Placeholder.UNSUBSCRIBE}">Unsubscribe from this letter</a>'


def test_a_mail_without_a_way_out_is_stopped():
    spoiled = context(
        html=page().replace(LINK, ""), text=text().replace(Placeholder.UNSUBSCRIBE, "")
    )
    assert where(spoiled, "unsubscribe-missing") == ["html", "text"]
    assert findings(spoiled, "unsubscribe-missing")[0].severity is Severity.ERROR


@pytest.mark.parametrize(
    ("href", "words", "line"),
    [
        ("https://news.example.org/leave/x", "Darse de baja", "https://news.example.org/leave/x"),
        ("https://news.example.org/unsubscribe", "Leave", "https://news.example.org/unsubscribe"),
        ("mailto:bye@example.org?subject=unsubscribe", "Leave", "bye@example.org"),
        (
            "mailto:bye@example.org?subject=unsubscribe",
            "Leave",
            "mailto:bye@example.org?subject=unsubscribe",
        ),
    ],
)
def test_ways_out_are_known(href, words, line):
    given = context(
        html=page().replace(LINK, f'<a href="{href}">{words}</a>'),
        text=text().replace(Placeholder.UNSUBSCRIBE, line),
    )
    assert where(given, "unsubscribe-missing") == []


def test_the_postal_address_stands_in_both_parts():
    spoiled = context(html=page().replace(ADDRESS, ""), text=text().replace(ADDRESS, ""))
    assert where(spoiled, "postal-address-missing") == ["html", "text"]


def test_the_postal_address_may_be_broken_into_lines():
    lines = ADDRESS.replace(", ", "<br>")
    assert where(context(html=page().replace(ADDRESS, lines)), "postal-address-missing") == []


def test_a_newsletter_without_postal_address_is_stopped():
    bare = dataclasses.replace(
        SETTINGS, newsletter=dataclasses.replace(SETTINGS.newsletter, address="")
    )
    assert where(context(settings=bare), "postal-address-missing") == ["issue"]


def test_the_disclaimer_stands_in_both_parts():
    spoiled = context(html=page().replace(DISCLAIMER, ""), text=text().replace(DISCLAIMER, ""))
    assert where(spoiled, "disclaimer-missing") == ["html", "text"]


@pytest.mark.parametrize(
    "words",
    [
        "This newsletter does not replace medical advice.",
        "For information only. Please talk to your doctor.",
        "No sustituye el consejo de su médico.",
        "Always consult your health care team.",
    ],
)
def test_a_disclaimer_has_many_words(words):
    given = context(html=page().replace(DISCLAIMER, words), text=text().replace(DISCLAIMER, words))
    assert where(given, "disclaimer-missing") == []
