"""One line of a page, read: whether it names a thing, and what it says beside the name.

A line is read alone here; `grouping` puts the lines of one entry together.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from newsletter.sources.pages import affiliations, line_kinds
from newsletter.sources.pages.bare_titles import bare_title
from newsletter.sources.pages.citations import Span, SpanKind, spans_of
from newsletter.sources.pages.journal_names import is_journal
from newsletter.sources.pages.line_fields import EDGES, read_fields, read_rest
from newsletter.sources.pages.line_parts import LinePart, LinePartBuilder, PartRole
from newsletter.sources.pages.lines import PageLine
from newsletter.sources.pages.person_names import (
    person_before_affiliation,
    split_names,
    split_title_and_names,
)

MAX_TITLE_CHARS = 1500  # of a line's words; authors may fill more, and are then looked for alone
_ANNOUNCED = re.compile(
    r"""
        (?P<what>
            (?:new\ |recent\ |journal\ |news\ |video\ |latest\ |online\ |recorded\ )*(?:
                article | paper | press\ release(?:\ news)? | presentation | webinar | video
              | interview | podcast | talk | lecture | publication | poster | recording
            )s?
        )\s+(?P<how>(?:by|from|with|to|in|for|at)\b[^|:]{3,150})(?P<mark>\||:)(?P<rest>.*)\Z
    """,
    re.IGNORECASE | re.VERBOSE,
)
_BY = re.compile(
    r"""
        \bby\s+(?P<name>(?:Drs?\.?|Prof\.?)?\s?[^|:,;]{4,60}?)
        (?=\s+(?:in|on|from|at|about|of)\b|[|:,;]|\Z)
    """,
    re.IGNORECASE | re.VERBOSE,
)
_IN_JOURNAL = re.compile(r"\bin (?:the )?(?:journal:\s)?(?P<journal>.{3,90})\Z", re.IGNORECASE)
_YEARLESS = re.compile(
    r"""
        \A(?:
            \d{1,2}/\d{1,2}
          | (?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]{0,6}\.?\ \d{1,2}
        )(?:\s?[–—-]\s|:\s)
    """,
    re.IGNORECASE | re.VERBOSE,
)
_BARE_YEAR = re.compile(r"\W*(?:19|20)\d\d\W*")
_NCT = re.compile(r"\bNCT\d{8}\b")


def read_line(
    line: PageLine, *, hrefs: Sequence[str] = (), month_first: bool = True
) -> tuple[LinePart, ...]:
    """The pieces of a line; more than one where several things were run together."""
    pieces = (
        _by_column(line, hrefs, month_first=month_first)
        if line.role
        else _read_text(line, hrefs, month_first=month_first)
    )
    trials = tuple(_NCT.findall(line.text))
    first = replace(
        pieces[0], ids=(*pieces[0].ids, *trials), gap=line.gap, item=line.item, heading=line.heading
    )
    return (first, *(replace(piece, gap=True) for piece in pieces[1:]))


def _by_column(line: PageLine, hrefs: Sequence[str], *, month_first: bool) -> tuple[LinePart, ...]:
    """A table's cell, by what its column is headed with."""
    spans = spans_of(line.text, hrefs=hrefs, month_first=month_first)
    gathered = LinePartBuilder()
    words = " ".join(span.value for span in spans if span.kind is SpanKind.TEXT).strip(EDGES)
    for span in spans:
        gathered.take(span)
    if line.role == "date" and not gathered.dates:
        gathered.take_all(spans_of(f"({line.text})", month_first=month_first))
    match line.role:
        case "title" if words:
            return (gathered.piece(PartRole.TITLE, title=words, linked=True),)
        case "authors":
            return (
                gathered.piece(PartRole.FACTS, authors=split_names(words) or _plain_names(words)),
            )
        case "journal":
            return (gathered.piece(PartRole.FACTS, journal=words),)
    return (gathered.piece(PartRole.FACTS),)


def _plain_names(text: str) -> tuple[str, ...]:
    """Names of a column of names, even where one of them looks like none."""
    return tuple(
        part.strip()
        for part in re.split(r"[;,]", text)
        if part.strip() and not re.search(r"\bet al\b", part)
    )


def _read_text(line: PageLine, hrefs: Sequence[str], *, month_first: bool) -> tuple[LinePart, ...]:
    spans = spans_of(line.text, hrefs=hrefs, month_first=month_first)
    words = " ".join(span.value for span in spans if span.kind is SpanKind.TEXT)
    if _BARE_YEAR.fullmatch(line.text):
        return (LinePart(role=PartRole.HEADING, words=line.text),)
    if all(span.kind is SpanKind.TEXT for span in spans):
        return (_read_plain_line(words),)
    if _leads_on(spans, line.text):
        return _read_marked_line(spans)
    if line_kinds.is_chrome(_strip_link_marks(line.text)) or (
        line_kinds.is_chrome(words) and not any(span.kind is SpanKind.LINK for span in spans)
    ):
        return (LinePart(role=PartRole.CHROME),)
    if line_kinds.is_remark(_strip_link_marks(line.text)) or (
        not spans[0].linked
        and spans[0].kind is SpanKind.TEXT
        and _is_sentence(_strip_link_marks(line.text))
        and not any(span.kind in {SpanKind.ID, SpanKind.VOLUME} for span in spans)
    ):
        return (_aside(spans, words),)
    return _read_marked_line(spans)


def _leads_on(spans: Sequence[Span], text: str) -> bool:
    """Whether a line is nothing but a link to the thing above: “Read more”, “PubMed”."""
    return all(span.kind is SpanKind.LINK for span in spans) and line_kinds.is_generic_link(
        _strip_link_marks(text)
    )


def _is_sentence(text: str) -> bool:
    """Whether a line with links or dates in it is running prose all the same."""
    return (
        line_kinds.is_prose(text)
        and text.rstrip().endswith(".")
        and len(text.split()) > 25
        and bool(line_kinds.has_verb(text))
    )


def _aside(spans: Sequence[Span], words: str) -> LinePart:
    """A remark or a paragraph with its links; what is dated in it is not the entry."""
    gathered = LinePartBuilder()
    gathered.take_all([span for span in spans if span.kind in {SpanKind.LINK, SpanKind.CUT}])
    return gathered.piece(
        PartRole.REMARK if line_kinds.is_remark(words) else PartRole.PROSE,
        words=" ".join(words.split()),
    )


def _strip_link_marks(text: str) -> str:
    """The text as a reader sees it, without the marks of links."""
    return re.sub("\ue001\\d+\ue002|\ue000", "", text)


def _read_plain_line(text: str) -> LinePart:
    """A line of words alone."""
    bare = line_kinds.without_badges(text).strip(EDGES)
    if not bare or line_kinds.is_chrome(bare) or line_kinds.is_chrome(text):
        return LinePart(role=PartRole.CHROME)
    if line_kinds.is_remark(bare):
        return LinePart(role=PartRole.REMARK, words=bare)
    gathered = LinePartBuilder()
    _read_words(gathered, text.strip(), surely=False)
    piece = gathered.finish()
    heads = line_kinds.is_heading(text) or line_kinds.is_greeting(text)
    if heads and piece.role is PartRole.TITLE and not piece.authors and not piece.announces:
        return replace(piece, role=PartRole.HEADING, words=bare)
    return piece


def _read_marked_line(spans: Sequence[Span]) -> tuple[LinePart, ...]:
    """A line with dates, links or citations in it."""
    pieces: list[LinePart] = []
    gathered = LinePartBuilder()
    for at, span in enumerate(spans):
        if span.kind is not SpanKind.TEXT:
            gathered.take(span)
            continue
        text = line_kinds.without_badges(span.value).strip()
        if not text.strip(EDGES + ".()[]"):
            continue
        following = spans[at + 1].kind if at + 1 < len(spans) else None
        if (
            line_kinds.is_label(text)
            and following in {SpanKind.LINK, SpanKind.CUT, SpanKind.ID, SpanKind.DATE}
            and not span.linked
        ):
            continue
        if _begins_another(gathered, text, span, following):
            pieces.append(gathered.finish())
            gathered = LinePartBuilder()
        if gathered.announces and gathered.title and (span.linked or following):
            gathered.title, gathered.announces = "", False
        if gathered.title:
            read_rest(gathered, text)
        else:
            _read_words(
                gathered, text, surely=True, linked=span.linked, cited=_is_cited(spans[at + 1 :])
            )
    pieces.append(gathered.finish())
    return tuple(pieces)


def _is_cited(following: Sequence[Span]) -> bool:
    """Whether volume and pages come next, behind a date or not.

    Then the words before them end in a journal.
    """
    meeting = SpanKind.VOLUME, True  # “(ASCO Abstract …)” is no volume
    kinds = [
        span.kind for span in following[:2] if (span.kind, span.value[:1].isalpha()) != meeting
    ]
    return kinds[:1] == [SpanKind.VOLUME] or kinds == [SpanKind.DATE, SpanKind.VOLUME]


def _begins_another(
    gathered: LinePartBuilder, text: str, span: Span, following: SpanKind | None
) -> bool:
    """Whether a text after a finished entry on the same line begins the next one."""
    finished = (
        gathered.title
        and (gathered.links or gathered.dates)
        and (gathered.links or following is SpanKind.DATE or span.linked)
    )
    if not finished or following not in {SpanKind.DATE, SpanKind.LINK, SpanKind.CUT}:
        return False
    return (
        len(text.split()) >= 5
        and not line_kinds.is_remark(text)
        and not line_kinds.is_prose(text)
        and not split_names(text)
        and not is_journal(text)
        and text.lstrip(EDGES + "().")[:1].isupper()
    )


def _read_words(
    gathered: LinePartBuilder,
    text: str,
    *,
    surely: bool,
    linked: bool = False,
    cited: bool = False,
) -> None:
    """Words that may hold authors, title and journal, in the orders in which people write them.

    `surely`: a mark beside them shows that a thing is meant, so that long words are not yet prose.
    """
    text = _YEARLESS.sub("", text.lstrip(" –—-•*|\t").rstrip(), count=1)
    if linked:
        title, names = split_title_and_names(text)
        gathered.authors = gathered.authors or names
        gathered.title, gathered.linked = bare_title(title), True
        return
    if announced := _ANNOUNCED.match(text):
        if not _read_announcement(gathered, announced):
            return
        text = announced["rest"].strip()
    if len(text) > MAX_TITLE_CHARS:
        gathered.authors = gathered.authors or split_names(text)
        gathered.roles.add(PartRole.PROSE)
        return
    if _is_running(text, surely=surely) and not (cited and not line_kinds.is_remark(text)):
        gathered.roles.add(PartRole.PROSE)
        gathered.words.append(text)
        return
    if person := person_before_affiliation(text):
        gathered.roles.add(PartRole.PERSON)
        gathered.authors = gathered.authors or person
        return
    if not surely and affiliations.is_affiliation(text) and not split_names(text):
        gathered.roles.add(PartRole.PLACE)
        return
    read_fields(gathered, text, cited=cited)


def _is_running(text: str, *, surely: bool) -> bool:
    if line_kinds.is_remark(text):
        return True
    if not surely:
        return line_kinds.is_prose(text)
    return line_kinds.is_prose(text) and (text.endswith((".", ":")) or len(text.split()) > 60)


def _read_announcement(gathered: LinePartBuilder, match: re.Match[str]) -> bool:
    """Read “Article by Dr. X in the Journal Y|”.

    Whether a title stands behind it in the same line.
    """
    rest = match["rest"].strip(EDGES)
    by = _BY.search(match["how"])
    if by and (names := split_names(by["name"])):
        gathered.authors = names
    if match["mark"] == "|" and (journal := _IN_JOURNAL.search(match["how"])):
        gathered.journal = journal["journal"].strip(EDGES)
    if len(rest.split()) >= 4 and rest[:1].isupper():
        gathered.words.append(f"{match['what']} {match['how']}".strip())
        return True
    gathered.announces = True
    gathered.title = bare_title(match[0])
    return False
