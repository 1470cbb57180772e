"""The fields of a citation in one line: names, title, journal."""

from __future__ import annotations

import re

from newsletter.sources.pages import line_kinds
from newsletter.sources.pages.bare_titles import GLUED_WORDS, bare_title
from newsletter.sources.pages.journal_names import is_journal
from newsletter.sources.pages.line_parts import LinePartBuilder, PartRole
from newsletter.sources.pages.person_names import (
    has_person_mark,
    split_names,
    split_title_and_names,
)

EDGES = " \t,;:|–—-•·*"
_STOP = re.compile(r"(?<![\s.][A-Z])(?<!\bvs)\.\s+(?=[“\"‘(]?[A-ZÀ-Þ])")
_AFTER_NAMES = re.compile(r"(?:\.:?|:|\s{2})\s*(?=[“\"‘\[]?(?:[A-ZÀ-Þ0-9]|[a-z]{1,2}[A-Z]))")


def read_fields(gathered: LinePartBuilder, text: str, *, cited: bool) -> None:
    """Divide words into authors, title and journal."""
    text = part_glued_names(text)
    text = _part_names_from_journal(text) if cited else text
    if " | " in text:
        text = _take_columns(gathered, text)
    if not split_names(text):
        text = _take_sentences(gathered, _take_leading_names(gathered, text))
    text = take_journal(gathered, text, cited=cited)
    title = text.strip(EDGES)
    if not title.strip(".()[]"):
        return
    names = split_names(title)
    if names and (len(names) > 1 or has_person_mark(title)):
        gathered.authors = gathered.authors or names
        if len(names) == 1:
            gathered.roles.add(PartRole.PERSON)
        return
    title, names = split_title_and_names(title)
    gathered.authors = gathered.authors or names
    gathered.title = bare_title(title)


def _take_columns(gathered: LinePartBuilder, text: str) -> str:
    """“Title | Journal | Authors”: the title, after the other parts were taken."""
    parts = [part.strip() for part in text.split(" | ") if part.strip(EDGES)]
    free: list[str] = []
    for part in parts:
        if (names := split_names(part)) and (len(names) > 1 or has_person_mark(part)):
            gathered.authors = gathered.authors or names
        elif is_journal(part) and (free or not line_kinds.is_heading(part)):
            gathered.journal = gathered.journal or journal_name(part)
        else:
            free.append(part)
    for part in free[1:]:
        if not gathered.journal and len(part.split()) <= 10:
            gathered.journal = journal_name(part)
        else:
            gathered.words.append(part.strip(EDGES))
    return free[0] if free else ""


def _part_names_from_journal(text: str) -> str:
    """A wide gap between authors and the journal behind them: “Josephine K. Dermawan Clin Cancer Res”."""
    words = list(re.finditer(r"\S+", text))
    for word in words[-8:]:
        if is_journal(text[word.start() :]) and split_names(text[: word.start()]):
            return f"{text[: word.start()]}  {text[word.start() :]}"
    return text


def part_glued_names(text: str) -> str:
    """A wide gap where a name is glued to the title: “… Uterine LeiomyosarcomasAmanda Chen”."""
    for glue in list(GLUED_WORDS.finditer(text))[:20]:
        if line_kinds.is_ordinary_word(glue["one"]) and not line_kinds.is_ordinary_word(
            glue["two"]
        ):
            return f"{text[: glue.end('one')]}  {text[glue.end('one') :]}"
    return text


def _take_sentences(gathered: LinePartBuilder, text: str) -> str:
    """“… Circulating Tumor DNA Kasper B, Wilky BA.

    Researchers of …”: the title, when names end its sentence.
    """
    for stop in list(_STOP.finditer(text))[:8]:
        title, names = split_title_and_names(text[: stop.start() + 1].rstrip(". "))
        if names and len(title.split()) > 2:
            gathered.authors = gathered.authors or names
            read_rest(gathered, text[stop.end() :])
            return title
    return text


def _take_leading_names(gathered: LinePartBuilder, text: str) -> str:
    """“Kasper B, Wilky BA.

    Sounding the Alarm …”: the names, up to the full stop before which the most names stand.
    """
    best = 0
    names: tuple[str, ...] = ()
    for stop in list(_AFTER_NAMES.finditer(text[:4000]))[:60]:
        found = split_names(text[: stop.start()])
        if not found or (len(found) == 1 and not has_person_mark(text[: stop.start()] + " ")):
            continue
        rest = text[stop.end() :]
        enough = len(rest) > (3 if stop[0].isspace() else 12)
        if enough and (
            stop[0].isspace() or len(found) > len(names) or not _may_begin_title(text[best:])
        ):
            best, names = stop.end(), found
    if best and not split_names(text[best:]):
        gathered.authors = gathered.authors or names
        return text[best:]
    return text


def _may_begin_title(rest: str) -> bool:
    """Whether what follows a full stop goes on as a title.

    “Dermawan, …” goes on as the name that an initial cut.
    """
    first = re.split(r"[.,;]|\s{2}", rest, maxsplit=1)[0].split()
    return len(first) > 1


def take_journal(gathered: LinePartBuilder, text: str, *, cited: bool) -> str:
    """The text without the journal's name at its end."""
    alone = is_journal(text) and (cited or not line_kinds.is_heading(text))
    if alone or (cited and len(text.split()) <= 6 and not re.search(r"[.?]\s|\s{2}", text)):
        gathered.journal = gathered.journal or journal_name(text)
        return ""
    comma = r"|,\s+|(?<=[a-z]{2})\.(?=[A-Z])" if cited or text.rstrip().endswith(",") else ""
    for mark in list(
        re.finditer(r"(?<![.\s][A-Z])(?<!\(Dr)\.\s+|\?\s+|\s{2,}|\s\|\s|\s[–—-]\s" + comma, text)
    )[-5:]:
        tail = text[mark.end() :]
        if is_journal(tail) or (
            cited
            and mark[0].strip() in {".", "?", ""}
            and _may_be_journal(tail, text[: mark.start()])
        ):
            gathered.journal = gathered.journal or journal_name(tail)
            return text[: mark.start()] + ("?" if mark[0].startswith("?") else "")
    return text


def _may_be_journal(tail: str, title: str) -> bool:
    """Whether the words between a title and its volume can be a journal that nobody knows: “Occup.

    Environ. Med.”
    """
    if len(split_names(re.split(r"(?<!\s[A-Z])\.\s|\s{2}", tail.strip(), maxsplit=1)[0])) > 1:
        return False
    words = tail.strip(EDGES + ".").split()
    last = not re.search(r"[.?]\s", tail.strip())
    capital = all(word[:1].isupper() or not word[:1].isalpha() or len(word) < 4 for word in words)
    return (
        0 < len(words) <= 9
        and "?" not in tail
        and (capital or last)
        and (len(title) > 25 or bool(split_names(title)))
    )


def journal_name(text: str) -> str:
    """A journal's name without article number, year and “In:”."""
    bare = re.split(
        r",\s|\s\(", re.sub(r"^in:?\s", "", text.strip(EDGES + "."), flags=re.IGNORECASE)
    )[0]
    return re.sub(r"\s+(?:19|20)\d\d\Z", "", bare).strip(EDGES + ".")


def read_rest(gathered: LinePartBuilder, text: str) -> None:
    """Words behind the title and a date or link: authors, journal, or a remark."""
    for part in re.split(r"\s{2,}|\.\s+(?=[A-Z])|\s\|\s", text):
        bare = part.strip(EDGES + ".()")
        names = split_names(part)
        if (
            names
            and not gathered.authors
            and (len(names) > 1 or has_person_mark(part) or len(bare.split()) < 4)
        ):
            gathered.authors = names
        elif bare and is_journal(bare):
            gathered.journal = gathered.journal or journal_name(bare)
        elif bare:
            gathered.words.append(part.strip(EDGES))
