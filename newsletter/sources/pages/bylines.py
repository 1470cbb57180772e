"""Three lines as people copy them: a title, who wrote it and where, and a link alone.

The second line is read for what it is only where the third one is a bare link and nothing stands
between: elsewhere a journal that nobody knows, “Journal of Hope, 2026”, reads like a title of its
own.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from newsletter.sources.pages import affiliations, line_kinds
from newsletter.sources.pages.bare_titles import bare_title
from newsletter.sources.pages.citations import Span, SpanKind, spans_of
from newsletter.sources.pages.journal_names import is_journal
from newsletter.sources.pages.line_parser import read_line
from newsletter.sources.pages.line_parts import LinePart, PartRole
from newsletter.sources.pages.lines import PageLine
from newsletter.sources.pages.person_names import has_person_mark, split_names

LONGEST_JOURNAL = 9  # words
LONGEST_BYLINE = 1500  # characters
_JOURNAL = re.compile(
    r"\b(?:Journal|Annals|Archives|Proceedings|Bulletin|Magazine|Revista|Zeitschrift)\b"
)
_EDGES = " \t,;:.|()–—-"
_BY = re.compile(r"\A(?:by|von|por)\s+", re.IGNORECASE)
_STOP = re.compile(r"(?:\.|,|;|:|\||\s[–—-])\s+")
_OTHERS = re.compile(r"[\s,]+(?:and others|and colleagues|et al\.?)\Z", re.IGNORECASE)
_MONTH = r"(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]*\.?"
_YEAR = re.compile(
    rf"""
        [\s,;.(–—-]*(?P<tail>(?:\d{{1,2}}\s+)?(?:{_MONTH}\s+(?:\d{{1,2}},\s+)?)?(?:19|20)\d\d\b.*)\Z
    """,
    re.IGNORECASE | re.VERBOSE,
)


def triples(lines: Sequence[PageLine], *, month_first: bool) -> Mapping[int, tuple[LinePart, ...]]:
    """What the first two lines of each such group say, by the place of the line."""
    found: dict[int, tuple[LinePart, ...]] = {}
    is_spread = all(line.gap for line in lines)  # an empty line behind every line tells nothing
    ends = [at for at, line in enumerate(lines) if _is_link(line)]
    for at in ends:
        near = at >= 2 and (is_spread or not (lines[at - 1].gap or lines[at].gap))
        if (
            near
            and (lines[at - 2].gap or at == 2 or at - 3 in ends)
            and not {at - 1, at - 2} & {*ends}
        ):
            byline = _read(lines[at - 1].text, month_first=month_first)
            if byline and _is_title(lines[at - 2], byline):
                found[at - 2] = (_title(lines[at - 2], month_first=month_first),)
                found[at - 1] = (byline,)
    return found


def _is_link(line: PageLine) -> bool:
    """Whether a line is nothing but an address or an identifier."""
    spans = spans_of(line.text)
    words = [span for span in spans if span.kind is SpanKind.TEXT]
    has_link = any(span.kind in {SpanKind.LINK, SpanKind.ID} for span in spans)
    return has_link and all(
        line_kinds.is_label(span.value) or not span.value.strip(_EDGES) for span in words
    )


def _is_title(line: PageLine, byline: LinePart) -> bool:
    """Whether a line names a thing, seen what stands beneath it."""
    if line.role or line.heading or split_names(line.text) or is_journal(line.text):
        return False
    if any(span.kind is not SpanKind.TEXT for span in spans_of(line.text)) or line_kinds.is_chrome(
        line.text
    ):
        return False
    return bool(byline.authors or _JOURNAL.search(byline.journal)) or not line_kinds.is_heading(
        line.text
    )


def _title(line: PageLine, *, month_first: bool) -> LinePart:
    first, *_ = read_line(line, month_first=month_first)
    if first.role is PartRole.TITLE:
        return replace(first, journal="")
    return LinePart(
        role=PartRole.TITLE, title=bare_title(line.text.strip()), gap=line.gap, item=line.item
    )


def _read(text: str, *, month_first: bool) -> LinePart | None:
    """Who wrote it, in which journal and when; None when the line says something else."""
    if len(text) > LONGEST_BYLINE or "?" in text:
        return None
    names, rest = _names_before(_BY.sub("", text.strip()))
    year = _YEAR.search(rest)
    journal = (rest[: year.start()] if year else rest).strip(_EDGES)
    if not (names or year or is_journal(journal) or _JOURNAL.search(journal)) or (
        journal and not _may_be_journal(journal)
    ):
        return None
    if affiliations.is_affiliation(journal) and not (
        is_journal(journal) or _JOURNAL.search(journal)
    ):
        journal = ""  # where its author works
    spans = spans_of(f"({year['tail'].rstrip('. )')})" if year else text, month_first=month_first)
    return LinePart(
        role=PartRole.FACTS,
        authors=names,
        journal=journal,
        dates=_of(spans, SpanKind.DATE),
        cited=bool(_of(spans, SpanKind.VOLUME)),
    )


def _of(spans: Sequence[Span], kind: SpanKind) -> tuple[Span, ...]:
    return tuple(span for span in spans if span.kind is kind)


def _names_before(text: str) -> tuple[tuple[str, ...], str]:
    """The names at the beginning of a line, and what stands behind them."""
    ends = [(match.start(), match.end()) for match in list(_STOP.finditer(text))[:60]]
    for start, end in reversed([*ends, (len(text), len(text))]):
        before = text[:start].strip()
        names = split_names(_OTHERS.sub("", before).rstrip("."))
        is_sure = (
            len(names) > 1
            or has_person_mark(f"{before} ")
            or bool(_OTHERS.search(before))
            or text[end:] == ""
        )
        if names and (is_sure or _YEAR.search(text[end:])):
            return names, text[end:]
    return (), text


def _may_be_journal(words: str) -> bool:
    """Whether these are the words of a name.

    Few, each long one with a capital, and no second sentence of several words.
    """
    parts = words.split()
    sentences = [part for part in re.split(r"\.\s", words) if len(part.split()) > 2]
    is_name = all(part[:1].isupper() or not part[:1].isalpha() or len(part) < 4 for part in parts)
    return len(parts) <= LONGEST_JOURNAL and len(sentences) < 2 and (is_name or is_journal(words))
