"""Faults as people make them, and sound texts that look like them.

A letter, a note or a link at a time.
"""

from __future__ import annotations

import dataclasses

import pytest
from support.specimen import EVENT, ISSUE, PAPER, SETTINGS, changed, context, page, where

from newsletter.checks import EarlierIssue


def letter(words, **settings):
    newsletter = dataclasses.replace(SETTINGS.newsletter, **settings)
    issue = dataclasses.replace(ISSUE, letter=words)
    return context(issue, settings=dataclasses.replace(SETTINGS, newsletter=newsletter))


@pytest.mark.parametrize(
    ("words", "rule"),
    [
        ("Please apply no later than November 20, 2026.", "deadline-past-in-own-words"),
        ("The deadline for the travel fund is November 25.", "deadline-past-in-own-words"),
        ("Register by 30 November 2026 at the latest.", "deadline-past-in-own-words"),
        ("Fecha límite: 15 de noviembre de 2026.", "deadline-past-in-own-words"),
        (
            "| Grant | Deadline |\n|---|---|\n| Travel fund | November 15, 2026 |",
            "deadline-past-in-own-words",
        ),
        ("We ask Dr. Berg (to do: her number).", "unfinished-text"),
        ("XX people took part.", "unfinished-text"),
        ("Warmly,\n[NAME]", "unfinished-text"),
        ("PENDIENTE: una foto", "unfinished-text"),
        ("Lorem ipsum, dolor", "unfinished-text"),
        ("TK ask for the number", "unfinished-text"),
        ("Dear {First Name},", "unrendered-mark"),
        ("Hola {nombre}:", "unrendered-mark"),
        ("Por fin llega la cura.", "hype"),
        ("Es un milagro.", "hype"),
        ("Hemos encontrado un tratamiento revolucionario.", "hype"),
        ("We speak of ctDNA today.", "acronym-unexplained"),
        ("El jueves 9 de diciembre nos vemos.", "weekday-wrong"),
        (
            "[Our tips](https://www.example.org/tips), and [tips](https://www.example.org/tips/).",
            "link-twice",
        ),
        ("[home](http://example.org:8080/x)", "text-link-broken"),
        ("This is 100% guaranteed.", "spam-words"),
        ("Come to us!!!", "spam-shape"),
        ("Wow!?!?", "spam-shape"),
    ],
)
def test_a_fault_in_a_letter_is_found(words, rule):
    assert where(letter(words), rule) == ["letter"]


@pytest.mark.parametrize(
    ("words", "rule"),
    [
        (
            "The deadline was November 15, 2026; there will be another one.",
            "deadline-past-in-own-words",
        ),
        ("Apply by February 1, 2027.", "deadline-past-in-own-words"),
        ("Apply by May 30.", "deadline-past-in-own-words"),
        ("We met on November 12, 2026.", "deadline-past-in-own-words"),
        ("| Walk | Day |\n|---|---|\n| Denver | November 15, 2026 |", "deadline-past-in-own-words"),
        ("The enzyme thymidine kinase (TK) is in blood. TK rises early.", "unfinished-text"),
        (
            "En el siglo XX no había otra cosa; some have two XX chromosomes (46,XX).",
            "unfinished-text",
        ),
        ("Read [the date](https://www.example.org/date) and [1] again.", "unfinished-text"),
        ("No hay una cura todavía, y buscamos la cura juntos.", "hype"),
        ("La cura de la herida dura unos días.", "hype"),
        ("A secure site; a manicure; a curettage.", "hype"),
        ("La OMS (Organización Mundial de la Salud) lo dice.", "acronym-unexplained"),
        (
            "Cell-free tumor DNA (ctDNA) is in blood. On your iOS phone, mRNA is no news.",
            "acronym-unexplained",
        ),
        (
            "[Our tips](https://www.example.org/tips), and [news](https://www.example.org/news).",
            "link-twice",
        ),
        ("[home](http://example.org/x)", "text-link-broken"),
        ("Come to us! Will you?", "spam-shape"),
    ],
)
def test_a_sound_letter_is_left_alone(words, rule):
    assert where(letter(words), rule) == []


@pytest.mark.parametrize(
    "query",
    [
        "_kx=abc.def",
        "trk_contact=9",
        "sc_campaign=nov",
        "e=5f2d1c9a77",
        "eid=8f3a9c2e",
        "mc=newsletter_nov",
        "cid=em-2026-12",
    ],
)
def test_a_parameter_with_an_unusual_name_counts_readers_too(query):
    assert where(changed(PAPER, links=(f"https://a.example/x?{query}",)), "link-tracks") == [
        PAPER.key
    ]


@pytest.mark.parametrize(
    "query", ["cid=2244", "id=newsroom-1", "q=newsletter", "e=5", "campus=denver", "type=email"]
)
def test_a_parameter_that_a_page_wants_is_left_alone(query):
    assert where(changed(PAPER, links=(f"https://a.example/x?{query}",)), "link-tracks") == []


def test_the_title_of_a_section_may_not_promise_much():
    section = dataclasses.replace(ISSUE.sections[0], title="A cure is near")
    spoiled = context(dataclasses.replace(ISSUE, sections=(section, *ISSUE.sections[1:])))
    assert where(spoiled, "hype") == ["research"]


def test_a_paper_ran_before_when_only_its_link_has_its_doi():
    earlier = (EarlierIssue(name="2026-11", keys=frozenset({"doi:10.1000/ran.before"})),)
    elsewhere = changed(
        PAPER,
        key="url:https://journal.example/x",
        ids=dataclasses.replace(PAPER.ids, doi=None),
        links=("https://journal.example/doi/full/10.1000/ran.before",),
    )
    assert where(dataclasses.replace(elsewhere, earlier=earlier), "entry-ran-before") == [
        "url:https://journal.example/x"
    ]


@pytest.mark.parametrize(
    ("note", "found"),
    [
        ("We start on December 10 at 6 pm.", [EVENT.key]),
        ("It takes place on the 10th of December.", [EVENT.key]),
        ("We start on December 9 at 6 pm. Sign up by December 7.", []),
        ("Posted on November 3.", []),
    ],
)
def test_a_note_that_says_when_an_event_begins_is_compared_with_its_day(note, found):
    assert where(changed(EVENT, note=note), "event-day-disagrees") == found


def test_dark_rules_that_name_more_than_tags_and_classes_are_followed():
    css = "@media (prefers-color-scheme: dark) { .card { background-color: #111111 !important; color: #eeeeee !important } %s }"

    for rule, found in (
        (".card h2 { color: #222222 !important }", ["html"]),
        ("td > p { color: #222222 !important }", ["html"]),
        ("p:hover { color: #222222 !important }", []),
    ):
        assert where(context(html=page(css=css % rule)), "contrast-dark") == found
