"""Names out of lists of authors."""

from __future__ import annotations

import pytest

from newsletter.sources.author_names import names_in

LISTS = {
    "John Doe": ("John Doe",),
    "john@example.org (John Doe)": ("John Doe",),
    "Jane (mailto:jane@example.org)": ("Jane",),
    "jane@example.org": (),
    "": (),
    "Ann Willyard and Blake Cooper": ("Ann Willyard", "Blake Cooper"),
    "Iwasa-Arai T, Santana F & Barbosa C": ("Iwasa-Arai T", "Santana F", "Barbosa C"),
    "Willyard, Ann": ("Willyard, Ann",),
    "Yinpeng ZHANG;Xiaolong LIU; and Jian WANG": ("Yinpeng ZHANG", "Xiaolong LIU", "Jian WANG"),
    "Balao F, Lorenzo M, et al.": ("Balao F", "Lorenzo M", "et al."),
    "Balao F, Balao F": ("Balao F",),
    "朱弘;库伟鹏": ("朱弘", "库伟鹏"),
}

PAPERS = {
    "Urquhart, A.S.": ("Urquhart AS",),
    "LAPALU, N., Lu, A., Plaumann, P.-L., O'Connell, R. J.": (
        "Lapalu N",
        "Lu A",
        "Plaumann PL",
        "O'Connell RJ",
    ),
    "Tammy Iwasa-Arai, Fabíola da Silva Santana": ("Iwasa-Arai T", "da Silva Santana F"),
    "M. van der Berg": ("van der Berg M",),
    "Diana Laura Fuentes-de la Rosa": ("Fuentes-de la Rosa DL",),
    "de Souza A, da Silva M.": ("de Souza A", "da Silva M"),
    "Hemming ML; Smith J.B.": ("Hemming ML", "Smith JB"),
    "Hemming, Matthew L., MD, PhD": ("Hemming ML",),
    "BRONWYN M. AYRE": ("Ayre BM",),
    "MARIA DE LA ROSA": ("de la Rosa M",),
    "HEMMING ML": ("Hemming ML",),
    "Rosa Rankin\u2010Rodríguez": ("Rankin-Rodríguez R",),
    # not surely read, so as they are written
    "Example author": ("Example author",),
    "Yinpeng ZHANG": ("Yinpeng ZHANG",),
    "Smith J Jr": ("Smith J Jr",),
    "John Smith Jr.": ("John Smith Jr.",),
    "Madonna": ("Madonna",),
    "Joe 90": ("Joe 90",),
}


@pytest.mark.parametrize(("text", "expected"), LISTS.items())
def test_a_list_is_divided_into_names(text, expected):
    assert names_in(text) == expected


@pytest.mark.parametrize(("text", "expected"), PAPERS.items())
def test_authors_of_papers_come_in_one_form(text, expected):
    assert names_in(text, one_form=True) == expected
