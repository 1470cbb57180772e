"""Names of persons in running text: where a list of authors stands, and how it divides.

A text is a list of names only when every part of it looks like one and no word of it belongs to
medicine or to an institution. Names stay as written; degrees, titles and footnote marks go.
"""

from __future__ import annotations

import re

from newsletter.sources.author_names import NAME_PARTICLES
from newsletter.sources.pages.line_kinds import is_ordinary_word

_LATIN = [
    chr(code) for code in (*range(0x41, 0x250), *range(0x1E00, 0x1F00)) if chr(code).isalpha()
]
_UPPER = "".join(letter for letter in _LATIN if letter.isupper())
_LOWER = "".join(letter for letter in _LATIN if letter.islower())
_WORD = rf"""
    (?:(?:O|D|L|N)[’'ʼ‘])?[{_UPPER}][{_LOWER}’'ʼ]+(?:[{_UPPER}][{_LOWER}]+)?
    (?:[-‐–][{_UPPER}]?[{_LOWER}]+)*
"""
_INITIALS = rf"[{_UPPER}]\.?(?:[ -]?[{_UPPER}]\.){{0,3}}"
_PARTICLE = f"(?:{'|'.join(sorted(NAME_PARTICLES, reverse=True))}|y)"  # the longer one first
_NAME_WORD = re.compile(rf"{_WORD}\Z", re.VERBOSE)
_INITIAL_WORD = re.compile(
    rf"(?:(?:[{_UPPER}]\.?-?){{1,3}}|(?:[{_UPPER}][{_LOWER}]{{0,2}}\.){{1,3}})\Z"
)
_PARTICLE_WORD = re.compile(rf"{_PARTICLE}\Z|d[’'][{_UPPER}][{_LOWER}]+\Z")
_VANCOUVER_INITIALS = re.compile(rf"[{_UPPER}](?:-?[{_UPPER}]){{0,3}}\Z")
_SUFFIX = re.compile(r"(?:Jr|Sr|II|III|IV|2nd|3rd)\.?\Z")
_DEGREE = r"""
    (?:
        M\.?\s?D | Ph\.?\s?D | D\.?\s?O | MBBS | M\.?B\.?B\.?Ch | MBChB | BM | BCh | Dr\.?\s?med
      | Pharm\.?\s?D | D\.?Phil | Dr\.?PH | Sc\.?D | M\.?P\.?H | M\.?S\.?c? | M\.?A | M\.?Phil
      | MBA | MHS | MSCI | MSCR | MHSc | B\.?Sc | B\.?S | B\.?A | R\.?N | NP | PA-C | CRNP
      | APRN | MSN | BSN | DNP | FACS | FACP | FRCS | FRCPC? | FACOG | FASCO | FAAN | FCAP | DVM
      | JD | EdD | PsyD | LCSW | MSW | RD | CNS | CGC | CNM | OBE | MSPH | MPAS | DSc | RDN
    )
"""
_SURE_DEGREE = r"""
    (?:
        M\.?D | Ph\.\s?D | PhD | M\.D\.?\s?Ph\.?D | MBBS | MBChB | Pharm\.?D | D\.?Phil
      | Dr\.?PH | MPH | FACS | FACP | FRCS | FASCO | FACOG | DNP | D\.O | R\.N | M\.S | M\.Sc
    )
"""
DEGREE_AT_END = re.compile(
    rf"""
        (?:\s?,\s?{_DEGREE}\b\.?|\s{_SURE_DEGREE}\b\.?)
        (?:[\s,/]{{1,3}}{_DEGREE}\b\.?)*[\s.,]*\Z
    """,
    re.VERBOSE,
)
_DEGREE_ALONE = re.compile(rf"{_DEGREE}\.?\Z", re.VERBOSE)
_HAS_DEGREE = re.compile(rf"[\w.][\s]?,\s?{_DEGREE}\b|\s(?:M\.?D|Ph\.?\s?D|D\.O)\b\.?", re.VERBOSE)
_PERSON_WITH_DEGREES = re.compile(
    rf"""
        (?P<name>[^,;.]{{4,50}}?(?:\s[{_UPPER}]\.[^,;.]{{1,30}})?)\s?
        (?P<degrees>(?:,\s?{_DEGREE}\b\.?|\s(?:M\.?D|Ph\.?\s?D)\b\.?)+)
    """,
    re.VERBOSE,
)
_TITLE = re.compile(
    r"(?:Drs?|Profs?|Professor|Prof\.? Dr|Mrs?|Ms|PI)\b\.?:?\s+(?:Dr\.\s+)?", re.IGNORECASE
)
_LEAD = re.compile(
    r"""
        (?:
            by | authors? | autor(?:es|as?)? | por | written\ by | presented\ by | presenters?
          | speakers? | with | investigators? | principal\ investigators? | PI
          | corresponding\ author
        )\s*(?::\s*|\s+)
    """,
    re.IGNORECASE | re.VERBOSE,
)
_MARKS = re.compile(
    r"""
        (?<=[\w.\s])(?:\d{1,2}|[*†‡§¶#∗✉])(?:[\s,]{1,2}(?:\d{1,2}|[*†‡§¶#∗✉])|[*†‡§¶#∗✉])*
        (?=[\s,;.]|$)
    """,
    re.VERBOSE,
)
_SUPERSCRIPT = re.compile(r"[\u00b9\u00b2\u00b3\u2070-\u2079]+")
_ET_AL = re.compile(
    r"[,;]?\s*(?:\bet\.? al\b\.?,?|\band (?:others|colleagues)\b|\by (?:otros|cols)\b\.?|…|\.\.\.)",
    re.IGNORECASE,
)
_GLUE = re.compile(
    rf"(?<=[{_LOWER}])(?=[{_UPPER}][{_LOWER}’'\s.])|(?<=\s[{_UPPER}])(?=[{_UPPER}][{_LOWER}]{{2}})"
)
_ONE_WORD = re.compile(r"\b(?:Mc|Mac|De|Del|Della|Da|Di|Du|La|Le|Van|Von|Fitz)\Z")
_SEPARATOR = re.compile(
    r"\s*(?:;|,|\s&\s|\s(?:and|und|y|e|et)\s+(?=[A-ZÀ-Þ])|\||\s[•·]\s)\s*(?:(?:and|&|y)\s+)?"
)
_APA_PAIR = re.compile(
    rf"""
        (?P<name>(?:{_PARTICLE}\s){{0,2}}{_WORD}(?:\s{_WORD})?),\s
        (?P<initials>(?:[{_UPPER}]\.[ -]?){{0,3}}[{_UPPER}](?:\.|\Z))
        (?=\s*(?:[,;&)]|\Z|and\b|y\b|et\ al))
    """,
    re.VERBOSE,
)
_WITH_SPEAKER = re.compile(
    r",?\s(?:with|featuring|presented by|con)\s+(?=(?:Drs?|Prof|Dra)\b)", re.IGNORECASE
)
_BEFORE_NAMES = re.compile(
    r"\s(?:by|por|authors?:|speakers?:|presented by:?|\||[–—-])\s+", re.IGNORECASE
)
_TALK_FOLLOWS = (":", "–", "-", "“", '"')  # then the name is that of its speaker
MAX_NAMES_CHARS = 6000


def split_names(text: str) -> tuple[str, ...]:
    """The names in `text` when it is a list of names and nothing else, else an empty tuple."""
    parts = _name_parts(text)
    sure = sum(map(is_name, parts))
    if len(parts) > 1 and sure and all(map(_is_vancouver, parts)):
        return parts
    if sure == len(parts) or (
        sure >= 2 and sure * 3 >= len(parts) * 2 and all(_has_form_of_name(part) for part in parts)
    ):
        return parts
    return ()


def _name_parts(text: str) -> tuple[str, ...]:
    """The parts of a would-be list of names, without titles, degrees, footnotes and “et al.”."""
    if len(text) > MAX_NAMES_CHARS:
        return ()
    text = _SUPERSCRIPT.sub(" ", text.strip(" .,;:()[]–—-|"))
    text = _LEAD.sub("", text, count=1) if _LEAD.match(text) else text
    text = _MARKS.sub("", _ET_AL.sub("", text))
    text = _APA_PAIR.sub(
        lambda pair: (
            f"{pair['name']} {re.sub('[^' + _UPPER + '-]', '', pair['initials']).strip('-')}"
        ),
        text,
    )
    parts = (_bare(name) for part in _SEPARATOR.split(text) for name in _split_glued_names(part))
    return tuple(
        part for part in parts if part and not _DEGREE_ALONE.match(part) and not _SUFFIX.match(part)
    )


def _bare(part: str) -> str:
    """A name without title and degrees."""
    part = part.strip(" .,;:")
    title = _TITLE.match(part)
    part = part[title.end() :] if title else part
    part = _without_degrees(part) if part else part.strip(" ,;:()")
    part = part.removesuffix(".") if not re.search(r"\b\w\.$", part) else part
    return " ".join(part.split())


def _without_degrees(part: str) -> str:
    """A name without degrees; behind a lone surname they are initials: “Wilky BA”."""
    bare = DEGREE_AT_END.sub("", part)
    lone = (
        " " not in bare.strip()
        and "," not in part
        and _VANCOUVER_INITIALS.match(part.rsplit(maxsplit=1)[-1])
    )
    return part if lone else bare


def _split_glued_names(part: str) -> tuple[str, ...]:
    """The names of a part in which one runs into the next: “Luxi ChenDavid Liebner”.

    “MacArthur” stays one.
    """
    places = [
        glue.start()
        for glue in _GLUE.finditer(part)
        if not _ONE_WORD.search(part[: glue.start()][-8:])
    ]
    pieces = tuple(
        part[start:end].strip()
        for start, end in zip([0, *places], [*places, len(part)], strict=True)
    )
    names = [_bare(piece) for piece in pieces]
    apart = (
        len(names) > 1
        and all(map(_has_form_of_name, names))
        and sum(map(is_name, names)) * 2 >= len(names)
    )
    return pieces if apart else (part,)


def is_name(text: str) -> bool:
    """Whether a text is surely a person's name: “Martee L. Hensley”, “van de Rijn M”."""
    ordinary = any(
        is_ordinary_word(word) and _kind(word) == "name" and not _is_particle(word)
        for word in text.split()
    )
    return not ordinary and _has_form_of_name(text)


def _has_form_of_name(text: str) -> bool:
    """Whether a text is built like a name, though its words may mean something else: “An Do”."""
    words = text.split()
    if len(words) > 2 and _SUFFIX.match(words[-1]):
        words = words[:-1]
    if not 2 <= len(words) <= 5:
        return False
    kinds = [_kind(word) for word in words]
    if "" in kinds or not 0 < kinds.count("name") <= 4:
        return False
    if "initial" in kinds[2:-1] and kinds[: kinds.index("initial")].count("name") > 2:
        return False
    return kinds[-1] == "name" or (kinds[-1] == "initial" and kinds[0] in {"name", "particle"})


def _is_vancouver(text: str) -> bool:
    """Surname and initials, as indexes write them: “Jin HK”, “An L”."""
    return bool(_VANCOUVER_INITIALS.match(text.rpartition(" ")[2])) and _has_form_of_name(text)


def _is_particle(word: str) -> bool:
    return bool(_PARTICLE_WORD.match(word.lower()))


def _kind(word: str) -> str:
    if _INITIAL_WORD.match(word) or _VANCOUVER_INITIALS.match(word):
        return "initial"
    if _PARTICLE_WORD.match(word):
        return "particle"
    shouted = len(word) > 3 and word.isalpha() and word.isupper() and not is_ordinary_word(word)
    return "name" if shouted or _NAME_WORD.match(word) else ""


def has_person_mark(text: str) -> bool:
    """Whether one name alone is surely a person: a degree, a title or an initial stands with it."""
    return bool(
        _HAS_DEGREE.search(text)
        or _TITLE.match(text)
        or _LEAD.match(text)
        or re.match(rf"[{_UPPER}]\.? [{_UPPER}][{_LOWER}]", text)
        or re.search(rf"\w [{_UPPER}]\.? [{_UPPER}]", text)
        or re.search(rf"[{_LOWER}] [{_UPPER}]{{1,3}}\.?\Z", text.strip())
    )


def person_before_affiliation(text: str) -> tuple[str, ...]:
    """The person that stands before an affiliation, with a degree between.

    “Jonathan Trent, MD, PhD. Sylvester Comprehensive Cancer Center” names one.
    """
    match = _PERSON_WITH_DEGREES.match(text)
    if not match or text[match.end() :].lstrip().startswith(_TALK_FOLLOWS):
        return ()
    return split_names(match["name"])


def split_title_and_names(text: str) -> tuple[str, tuple[str, ...]]:
    """Divide a text before the first of the names that end it.

    “Therapeutic advances in leiomyosarcoma Kristine Lacuna, Sminu Bose” is divided before
    “Kristine”. The second part is empty when no list of names ends the text.
    """
    wide = text.rfind("  ")
    if wide > 0 and (names := split_names(text[wide:])):
        return text[:wide].rstrip(), names
    speaker = _WITH_SPEAKER.search(text)
    if speaker and (names := split_names(text[speaker.end() :])):
        return text[: speaker.start()], names
    for mark in list(_BEFORE_NAMES.finditer(text))[-3:]:
        tail = text[mark.end() :]
        names = split_names(tail)
        if names and (len(names) > 1 or has_person_mark(tail)):
            return text[: mark.start()].rstrip(), names
    return _split_at_list(text)


def _split_at_list(text: str) -> tuple[str, tuple[str, ...]]:
    """Divide a text before the names that end it.

    Those behind separators first, then the one that only a space divides from the title.
    """
    cuts = list(_SEPARATOR.finditer(text))
    names: list[str] = []
    end, head_end = len(text), len(text)
    for cut in reversed(cuts[-200:]):
        part = _bare(_MARKS.sub("", _ET_AL.sub("", text[cut.end() : end])))
        if is_name(part) or _is_vancouver(part):
            names.insert(0, part)
        elif part and not _DEGREE_ALONE.match(part) and not _SUFFIX.match(part):
            break
        end, head_end = cut.start(), cut.start()
    more = bool(names) or bool(_ET_AL.search(text[-12:]))
    head = DEGREE_AT_END.sub("", _ET_AL.sub("", text[:head_end]) if not names else text[:head_end])
    start = _name_start(head, alone=not more)
    if start is not None:
        return head[:start].rstrip(), (" ".join(head[start:].split()), *names)
    return (head.rstrip(" ,;:"), tuple(names)) if len(names) > 1 else (text, ())


def _name_start(head: str, *, alone: bool) -> int | None:
    """Where the name that ends `head` begins.

    A name that stands alone must show it: after a small word of the title.
    """
    words = list(re.finditer(r"\S+", head))[-6:]
    kinds = [_kind(word[0]) for word in words]
    kinds = [
        "" if kind == "name" and is_ordinary_word(word[0]) else kind
        for kind, word in zip(kinds, words, strict=True)
    ]
    run = next((n for n, kind in enumerate(reversed(kinds)) if not kind), len(kinds))
    if run == len(words):  # no title before it
        return None
    size = _name_size(kinds[len(kinds) - run :])
    if size < 2 or not is_name(" ".join(word[0] for word in words[-size:])):
        return None
    if alone and not (size == run and _ends_sentence_case(head[: words[-size].start()])):
        return None
    return words[-size].start()


def _name_size(kinds: list[str]) -> int:
    """How many words of a run of capitalised words are the name at its end."""
    if not kinds:
        return 0
    if kinds[-1] == "initial":
        size = 2
        while size < len(kinds) and kinds[-size - 1] == "particle":
            size += 1
        return min(size, len(kinds))
    if len(kinds) <= 3:
        return len(kinds)
    return 3 if kinds[-2] in {"initial", "particle"} else 2


def _ends_sentence_case(title: str) -> bool:
    """Whether a title is in small letters and ends in a word that cannot be part of a name."""
    words = title.split()
    small = [word for word in words if word[:1].islower()]
    return (
        len(words) >= 4
        and len(small) * 2 > len(words)
        and words[-1] in small
        and len(words[-1]) > 4
    )
