"""Names of authors out of the lists of feeds and pages; those of papers become `Hemming ML`.

A name that could be read in two ways stays as it is written: a wrong family name is worse than an
uneven list.
"""

from __future__ import annotations

import re

from newsletter.sources.titles import text_of

MAX_NAMES = 200
_MAIL = re.compile(r"(?<![^\s<>()@])[^\s<>()@]++@[^\s<>()@]+")
_INITIALS = re.compile(r"(?:[A-ZÀ-ÖØ-Þ]\.?[\s-]?){1,5}")
_FAMILY_FIRST = re.compile(r"(?P<family>\S.*)\s(?P<initials>(?:[A-ZÀ-ÖØ-Þ]\.?-?){1,4})")
_AND = re.compile(r"\s*(?:\band\b|&|\bund\b|\bet\b(?!\s+al))\s*", re.IGNORECASE)
_ET_AL = re.compile(r"[,;]?\s*(?:and\s+)?\bet\s+al\b\.?\s*", re.IGNORECASE)
NAME_PARTICLES = frozenset(
    [
        "al",
        "bin",
        "da",
        "dal",
        "de",
        "del",
        "della",
        "den",
        "der",
        "di",
        "do",
        "dos",
        "du",
        "el",
        "ibn",
        "la",
        "le",
        "ten",
        "ter",
        "van",
        "vom",
        "von",
        "zu",
        "zur",
    ]
)
"""Small words that belong to a family name: “van de Rijn”, “de la Rosa”."""

_SUFFIXES = frozenset(("jr", "jr.", "sr", "sr.", "ii", "iii", "iv"))
_DEGREES = re.compile(
    r"(\w\S{0,40}\s\S{1,40})((?:,\s*(?:M\.?D|Ph\.?D|M\.?Sc|M\.?P\.?H|M\.?S|B\.?Sc|R\.?N)\b\.?)+)"
)


def names_in(text: str, *, one_form: bool = False) -> tuple[str, ...]:
    """The names that a list of authors holds, in its order.

    Mail addresses go, “et al.” stays as the last name.

    With `one_form` the names are those of a paper's authors, and become `Family GI` where that is
    sure.
    """
    plain = _MAIL.sub(" ", text_of(text)).replace("()", " ").replace("<>", " ").strip(" ,;:()")
    plain = _DEGREES.sub(r"\1", plain)
    shortened = _ET_AL.search(plain)
    plain = _ET_AL.sub("", plain) if shortened else plain
    names = [
        name
        for each in _split_names(plain)
        if (name := each.strip(" ,;.()") if "." not in each else each.strip(" ,;()"))
    ]
    named = tuple(dict.fromkeys(form_of(name) if one_form else name for name in names[:MAX_NAMES]))
    return (*named, "et al.") if shortened and named else named


def _split_names(text: str) -> list[str]:
    """One name each. A comma divides names, unless it stands between family name and initials."""
    if ";" in text:
        return [part for each in text.split(";") for part in _AND.split(each)]
    parts = [part.strip() for each in text.split(",") for part in _AND.split(each) if part.strip()]
    if len(parts) == 2 and _AND.search(text) is None and _is_family_and_given(*parts):
        return [", ".join(parts)]
    if (
        len(parts) > 1
        and all(_INITIALS.fullmatch(each) for each in parts[1::2])
        and len(parts) % 2 == 0
    ):
        return [
            f"{family}, {initials}"
            for family, initials in zip(parts[::2], parts[1::2], strict=True)
        ]
    return parts


def _is_family_and_given(family: str, given: str) -> bool:
    """`Willyard, Ann`, but not `Ann Willyard, Blake Cooper`."""
    words = [word for word in family.split() if word.lower() not in NAME_PARTICLES]
    return len(words) == 1 and bool(given)


def form_of(name: str) -> str:
    """`Hemming ML` for `Hemming, Matthew L.` and `Matthew L. Hemming`.

    Any name that is not surely read as it is.
    """
    name = re.sub("[\u2010\u2011]", "-", name)
    family, comma, given = name.partition(",")
    if comma:
        return _join_name(family.strip(), given.split())
    if (found := _FAMILY_FIRST.fullmatch(name)) and not _may_be_a_word(name, found["initials"]):
        family = found["family"]
        return (
            f"{_quiet(family) if len(family) > 3 and family.isupper() else family}"
            f" {_letters(found['initials'])}"
        )
    words = (_quiet(name) if name.isupper() else name).split()
    if len(words) < 2 or not all(map(_is_name, words)):
        return name
    start = next(
        (n for n, word in enumerate(words) if n and _ends_in_particle(word)), len(words) - 1
    )
    if words[-1].lower() in _SUFFIXES:
        return name
    return _join_name(" ".join(words[start:]), words[:start])


def _may_be_a_word(name: str, initials: str) -> bool:
    """`AYRE` where all is in capitals; `ML` and `M.A.` cannot be."""
    return (
        name.isupper()
        and len(initials) > 2
        and "." not in initials
        and bool(re.search("[AEIOUY]", initials))
    )


def _letters(initials: str) -> str:
    return re.sub("[.-]", "", initials)


def _ends_in_particle(word: str) -> bool:
    """`de`, and `Fuentes-de` of `Fuentes-de la Rosa`."""
    return word.rpartition("-")[2].lower() in NAME_PARTICLES


def _quiet(name: str) -> str:
    """A name of capitals throughout in its usual form."""
    words = (
        word.lower() if word.lower() in NAME_PARTICLES else word.title() for word in name.split()
    )
    return " ".join(words)


def _is_name(word: str) -> bool:
    """A capital first, or a particle; letters, hyphens and marks only.

    `ZHANG` may be family or given name: not sure.
    """
    if word.lower() in NAME_PARTICLES:
        return True
    plain = re.sub(r"[.’'-]", "", word)
    return (
        plain.isalpha()
        and word[0].isupper()
        and not (len(plain) > 2 and plain.isupper())
        and plain[0] < "\u0530"
    )


def _join_name(family: str, given: list[str]) -> str:
    """Family name and the initials of the others; one that shouts is brought to normal."""
    parts = (part for word in given for part in re.split(r"[-.]", word))
    initials = "".join(part[0].upper() for part in parts if part[:1].isalpha())
    if len(family) > 3 and family.isupper():
        family = _quiet(family)
    return f"{family} {initials}".strip()
