"""Lists of authors in running text."""

from __future__ import annotations

import pytest

from newsletter.sources.pages.person_names import (
    has_person_mark,
    person_before_affiliation,
    split_names,
    split_title_and_names,
)

LISTS = {
    "Marium HusainLuxi ChenDavid Liebner": ("Marium Husain", "Luxi Chen", "David Liebner"),
    "Liam McCarthyAda MacArthur": ("Liam McCarthy", "Ada MacArthur"),
    "C CasieriC TestaG Carpinelli": ("C Casieri", "C Testa", "G Carpinelli"),
    "Kristine Lacuna; Sminu Bose, Mathew Ingham & Gary Schwartz": (
        "Kristine Lacuna",
        "Sminu Bose",
        "Mathew Ingham",
        "Gary Schwartz",
    ),
    "Gyuhee Seong   and   Sandra D’Angelo": ("Gyuhee Seong", "Sandra D’Angelo"),
    "Kasper B, Wilky BA, et al.": ("Kasper B", "Wilky BA"),
    "Kasper, B., Wilky, B. A., & van de Rijn, M.": ("Kasper B", "Wilky BA", "van de Rijn M"),
    "Amanda Chen, MD, PhD; Robert P. Delgado, M.D.; Lena Ó Briain Ph.D.": (
        "Amanda Chen",
        "Robert P. Delgado",
        "Lena Ó Briain",
    ),
    "Dr. Ada Moor and Prof. Ben Zahl": ("Ada Moor", "Ben Zahl"),
    "Ana Souto1,2*, Luis Prieto 3, Eva Brück†": ("Ana Souto", "Luis Prieto", "Eva Brück"),
    "By Ines Fuchs and Paul van der Meer": ("Ines Fuchs", "Paul van der Meer"),
    "María José Fernández-López, Íñigo Espinosa y Claudia Valverde": (
        "María José Fernández-López",
        "Íñigo Espinosa",
        "Claudia Valverde",
    ),
    "An L, Jin HK": ("An L", "Jin HK"),
    "Sammy Davis Jr., Martin King III": ("Sammy Davis Jr", "Martin King III"),
    "Yangyang Qian, Peter Grant, Eva Brück": ("Yangyang Qian", "Peter Grant", "Eva Brück"),
    "T.Sh. Andreasyan, İ. Aydin": ("T.Sh. Andreasyan", "İ. Aydin"),
}
NO_LISTS = (
    "Soft Tissue Sarcoma, Uterine Sarcoma, and Leiomyosarcoma",
    "Gemcitabine, Docetaxel and Bevacizumab",
    "Research Updates",
    "The Oncologist",
    "Kasper",
    "One Two Three Four Five Six",
    "Ab Cd " * 2000,
    "",
)


@pytest.mark.parametrize(("text", "names"), LISTS.items())
def test_a_list_of_names_is_divided(text, names):
    assert split_names(text) == names


@pytest.mark.parametrize("text", NO_LISTS)
def test_what_is_no_list_of_names_gives_none(text):
    assert split_names(text) == ()


@pytest.mark.parametrize(
    ("text", "title", "names"),
    [
        ("Therapeutic advances in leiomyosarcoma Kristine Lacuna; Sminu Bose", "Therapeutic advances in leiomyosarcoma", ("Kristine Lacuna", "Sminu Bose")),
        ("Role of Circulating Tumor DNA Kasper B, Wilky BA", "Role of Circulating Tumor DNA", ("Kasper B", "Wilky BA")),
        ("Role of Circulating Tumor DNA van de Rijn M, Wilky BA", "Role of Circulating Tumor DNA", ("van de Rijn M", "Wilky BA")),
        ("Margins in Sarcoma Surgery  Ana Souto, Eva Brück", "Margins in Sarcoma Surgery", ("Ana Souto", "Eva Brück")),
        ("Margins in Sarcoma Surgery, Ana Souto, Eva Brück, MD", "Margins in Sarcoma Surgery", ("Ana Souto", "Eva Brück")),
        ("Margins in Sarcoma Surgery by Ana B. Souto", "Margins in Sarcoma Surgery", ("Ana B. Souto",)),
        ("Living Well, with Dr. Helen Marsh", "Living Well", ("Helen Marsh",)),
        ("Margins in surgery of sarcoma patients Ana Souto", "Margins in surgery of sarcoma patients", ("Ana Souto",)),
        ("Bone Remodeled by Meningeal Diverticula", "Bone Remodeled by Meningeal Diverticula", ()),
        ("Sarcoma care in New York", "Sarcoma care in New York", ()),
        ("The Art of Long Slow Walks Otto Brehm, Eva Brück", "The Art of Long Slow Walks", ("Otto Brehm", "Eva Brück")),
        ("Ana Souto, Margins in Surgery", "Ana Souto, Margins in Surgery", ()),
    ],
)  # fmt: skip
def test_names_at_the_end_of_a_title_are_its_authors(text, title, names):
    assert split_title_and_names(text) == (title, names)


def test_a_person_is_told_from_the_institution_behind():
    assert person_before_affiliation("Ada Moor, MD, PhD. Some Cancer Center, Miami, FL") == (
        "Ada Moor",
    )
    assert person_before_affiliation("Ada Moor, MD: Margins in Surgery") == ()
    assert person_before_affiliation("Margins in Surgery") == ()


@pytest.mark.parametrize(
    ("text", "is_marked"),
    [
        ("Ada Moor, MD", True),
        ("Dr. Ada Moor", True),
        ("Ada B. Moor", True),
        ("A. Moor", True),
        ("Ada Moor", False),
    ],
)
def test_a_degree_a_title_or_an_initial_marks_a_person(text, is_marked):
    assert has_person_mark(text) is is_marked
