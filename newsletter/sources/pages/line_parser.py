"""One line of a page, read: whether it names a thing, and what it says beside the name.

A line is read alone here; `grouping` puts the lines of one entry together.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from newsletter.sources.pages import line_kinds
from newsletter.sources.pages.citations import Span, SpanKind, is_journal, spans_of
from newsletter.sources.pages.line_kinds import GLUED_WORDS, bare_title
from newsletter.sources.pages.lines import PageLine
from newsletter.sources.pages.person_names import (
    has_person_mark,
    person_before_affiliation,
    split_names,
    split_title_and_names,
)


class PartRole(StrEnum):
    """What a line does on its page."""

    TITLE = "title"  # it names a thing
    FACTS = "facts"  # authors, journal, date, link of the thing beside it
    # one person with degree or institution: author of the thing above, or speaker of the next
    PERSON = "person"
    PLACE = "place"  # an institution or a city
    REMARK = "remark"
    PROSE = "prose"
    HEADING = "heading"
    CHROME = "chrome"


@dataclass(frozen=True, slots=True, kw_only=True)
class LinePart:
    """What one line, or one of several things in a line, says."""

    role: PartRole
    title: str = ""
    linked: bool = False  # the title is the words of a link
    announces: bool = False  # “Article by Dr. X in the Journal Y|”: the title may follow
    authors: tuple[str, ...] = ()
    journal: str = ""
    dates: tuple[Span, ...] = ()
    links: tuple[str, ...] = ()
    cut: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    cited: bool = False  # volume and pages, or a meeting, stand in it
    words: str = ""  # what is said besides
    gap: bool = False
    item: bool = False
    heading: bool = False

    @property
    def has_marks(self) -> bool:
        """Whether a date, link, identifier or citation shows that a thing is meant."""
        return bool(self.dates or self.links or self.cut or self.ids or self.cited)


_EDGES = " \t,;:|–—-•·*"
_STOP = re.compile(r"(?<![\s.][A-Z])(?<!\bvs)\.\s+(?=[“\"‘(]?[A-ZÀ-Þ])")
MAX_TITLE_CHARS = 1500  # of a line's words; authors may fill more, and are then looked for alone
_AFTER_NAMES = re.compile(r"(?:\.:?|:|\s{2})\s*(?=[“\"‘\[]?(?:[A-ZÀ-Þ0-9]|[a-z]{1,2}[A-Z]))")
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
    gathered = _LinePartBuilder()
    words = " ".join(span.value for span in spans if span.kind is SpanKind.TEXT).strip(_EDGES)
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


@dataclass(slots=True)
class _LinePartBuilder:
    """What has been found in a line so far."""

    dates: list[Span] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    cut: list[str] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    cited: bool = False
    title: str = ""
    linked: bool = False
    announces: bool = False
    authors: tuple[str, ...] = ()
    journal: str = ""
    words: list[str] = field(default_factory=list)
    roles: set[PartRole] = field(default_factory=set)

    def take_all(self, spans: Sequence[Span]) -> None:
        for span in spans:
            self.take(span)

    def take(self, span: Span) -> None:
        """Keep a span that is no text."""
        match span.kind:
            case SpanKind.DATE:
                self.dates.append(span)
            case SpanKind.LINK:
                self.links.append(span.value)
            case SpanKind.CUT:
                self.cut.append(span.value)
            case SpanKind.ID:
                self.ids.append(span.value)
            case SpanKind.VOLUME:
                self.cited = True
                if span.value[:1].isalpha():
                    self.journal = self.journal or span.value

    def piece(self, role: PartRole, **found: object) -> LinePart:
        values: dict[str, object] = {
            "title": self.title,
            "linked": self.linked,
            "announces": self.announces,
            "authors": self.authors,
            "journal": self.journal,
            "dates": tuple(self.dates),
            "links": tuple(self.links),
            "cut": tuple(self.cut),
            "ids": tuple(self.ids),
            "cited": self.cited,
            "words": " ".join(self.words),
        }
        # the keys are Piece's own
        return LinePart(role=role, **(values | found))  # type: ignore[arg-type]

    def finish(self) -> LinePart:
        """The piece that all of it makes."""
        if self.title:
            return self.piece(PartRole.TITLE)
        if self.authors and PartRole.PERSON in self.roles:
            return self.piece(PartRole.PERSON)
        if self.authors or self.journal:
            return self.piece(PartRole.FACTS)
        for role in (PartRole.PROSE, PartRole.REMARK, PartRole.PLACE):
            if role in self.roles:
                return self.piece(role)
        return self.piece(PartRole.FACTS)


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
    gathered = _LinePartBuilder()
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
    bare = line_kinds.without_badges(text).strip(_EDGES)
    if not bare or line_kinds.is_chrome(bare) or line_kinds.is_chrome(text):
        return LinePart(role=PartRole.CHROME)
    if line_kinds.is_remark(bare):
        return LinePart(role=PartRole.REMARK, words=bare)
    gathered = _LinePartBuilder()
    _read_words(gathered, text.strip(), surely=False)
    piece = gathered.finish()
    heads = line_kinds.is_heading(text) or line_kinds.is_greeting(text)
    if heads and piece.role is PartRole.TITLE and not piece.authors and not piece.announces:
        return replace(piece, role=PartRole.HEADING, words=bare)
    return piece


def _read_marked_line(spans: Sequence[Span]) -> tuple[LinePart, ...]:
    """A line with dates, links or citations in it."""
    pieces: list[LinePart] = []
    gathered = _LinePartBuilder()
    for at, span in enumerate(spans):
        if span.kind is not SpanKind.TEXT:
            gathered.take(span)
            continue
        text = line_kinds.without_badges(span.value).strip()
        if not text.strip(_EDGES + ".()[]"):
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
            gathered = _LinePartBuilder()
        if gathered.announces and gathered.title and (span.linked or following):
            gathered.title, gathered.announces = "", False
        if gathered.title:
            _read_rest(gathered, text)
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
    gathered: _LinePartBuilder, text: str, span: Span, following: SpanKind | None
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
        and text.lstrip(_EDGES + "().")[:1].isupper()
    )


def _read_rest(gathered: _LinePartBuilder, text: str) -> None:
    """Words behind the title and a date or link: authors, journal, or a remark."""
    for part in re.split(r"\s{2,}|\.\s+(?=[A-Z])|\s\|\s", text):
        bare = part.strip(_EDGES + ".()")
        names = split_names(part)
        if (
            names
            and not gathered.authors
            and (len(names) > 1 or has_person_mark(part) or len(bare.split()) < 4)
        ):
            gathered.authors = names
        elif bare and is_journal(bare):
            gathered.journal = gathered.journal or _journal_name(bare)
        elif bare:
            gathered.words.append(part.strip(_EDGES))


def _read_words(
    gathered: _LinePartBuilder,
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
    if not surely and line_kinds.is_affiliation(text) and not split_names(text):
        gathered.roles.add(PartRole.PLACE)
        return
    _read_fields(gathered, text, cited=cited)


def _is_running(text: str, *, surely: bool) -> bool:
    if line_kinds.is_remark(text):
        return True
    if not surely:
        return line_kinds.is_prose(text)
    return line_kinds.is_prose(text) and (text.endswith((".", ":")) or len(text.split()) > 60)


def _read_announcement(gathered: _LinePartBuilder, match: re.Match[str]) -> bool:
    """Read “Article by Dr. X in the Journal Y|”.

    Whether a title stands behind it in the same line.
    """
    rest = match["rest"].strip(_EDGES)
    by = _BY.search(match["how"])
    if by and (names := split_names(by["name"])):
        gathered.authors = names
    if match["mark"] == "|" and (journal := _IN_JOURNAL.search(match["how"])):
        gathered.journal = journal["journal"].strip(_EDGES)
    if len(rest.split()) >= 4 and rest[:1].isupper():
        gathered.words.append(f"{match['what']} {match['how']}".strip())
        return True
    gathered.announces = True
    gathered.title = bare_title(match[0])
    return False


def _read_fields(gathered: _LinePartBuilder, text: str, *, cited: bool) -> None:
    """Divide words into authors, title and journal."""
    text = _part_glued_names(text)
    text = _part_names_from_journal(text) if cited else text
    if " | " in text:
        text = _take_columns(gathered, text)
    if not split_names(text):
        text = _take_sentences(gathered, _take_leading_names(gathered, text))
    text = _take_journal(gathered, text, cited=cited)
    title = text.strip(_EDGES)
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


def _take_columns(gathered: _LinePartBuilder, text: str) -> str:
    """“Title | Journal | Authors”: the title, after the other parts were taken."""
    parts = [part.strip() for part in text.split(" | ") if part.strip(_EDGES)]
    free: list[str] = []
    for part in parts:
        if (names := split_names(part)) and (len(names) > 1 or has_person_mark(part)):
            gathered.authors = gathered.authors or names
        elif is_journal(part) and (free or not line_kinds.is_heading(part)):
            gathered.journal = gathered.journal or _journal_name(part)
        else:
            free.append(part)
    for part in free[1:]:
        if not gathered.journal and len(part.split()) <= 10:
            gathered.journal = _journal_name(part)
        else:
            gathered.words.append(part.strip(_EDGES))
    return free[0] if free else ""


def _part_names_from_journal(text: str) -> str:
    """A wide gap between authors and the journal: “Josephine K. Dermawan  Clin Cancer Res”."""
    words = list(re.finditer(r"\S+", text))
    for word in words[-8:]:
        if is_journal(text[word.start() :]) and split_names(text[: word.start()]):
            return f"{text[: word.start()]}  {text[word.start() :]}"
    return text


def _part_glued_names(text: str) -> str:
    """A wide gap where a name is glued to the title: “… Uterine LeiomyosarcomasAmanda Chen”."""
    for glue in list(GLUED_WORDS.finditer(text))[:20]:
        if line_kinds.is_ordinary_word(glue["one"]) and not line_kinds.is_ordinary_word(
            glue["two"]
        ):
            return f"{text[: glue.end('one')]}  {text[glue.end('one') :]}"
    return text


def _take_sentences(gathered: _LinePartBuilder, text: str) -> str:
    """The title, when names end its sentence.

    “… Circulating Tumor DNA Kasper B, Wilky BA. Researchers of …” is such a text.
    """
    for stop in list(_STOP.finditer(text))[:8]:
        title, names = split_title_and_names(text[: stop.start() + 1].rstrip(". "))
        if names and len(title.split()) > 2:
            gathered.authors = gathered.authors or names
            _read_rest(gathered, text[stop.end() :])
            return title
    return text


def _take_leading_names(gathered: _LinePartBuilder, text: str) -> str:
    """The names that begin a text, up to the full stop before which the most names stand.

    “Kasper B, Wilky BA. Sounding the Alarm …” is such a text.
    """
    best, names = 0, ()  # type: tuple[int, tuple[str, ...]]
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


def _take_journal(gathered: _LinePartBuilder, text: str, *, cited: bool) -> str:
    """The text without the journal's name at its end."""
    alone = is_journal(text) and (cited or not line_kinds.is_heading(text))
    if alone or (cited and len(text.split()) <= 6 and not re.search(r"[.?]\s|\s{2}", text)):
        gathered.journal = gathered.journal or _journal_name(text)
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
            gathered.journal = gathered.journal or _journal_name(tail)
            return text[: mark.start()] + ("?" if mark[0].startswith("?") else "")
    return text


def _may_be_journal(tail: str, title: str) -> bool:
    """Whether the words between title and volume can be a journal that nobody knows.

    “Occup. Environ. Med.” can.
    """
    if len(split_names(re.split(r"(?<!\s[A-Z])\.\s|\s{2}", tail.strip(), maxsplit=1)[0])) > 1:
        return False
    words = tail.strip(_EDGES + ".").split()
    last = not re.search(r"[.?]\s", tail.strip())
    capital = all(word[:1].isupper() or not word[:1].isalpha() or len(word) < 4 for word in words)
    return (
        0 < len(words) <= 9
        and "?" not in tail
        and (capital or last)
        and (len(title) > 25 or bool(split_names(title)))
    )


def _journal_name(text: str) -> str:
    """A journal's name without article number, year and “In:”."""
    bare = re.split(
        r",\s|\s\(", re.sub(r"^in:?\s", "", text.strip(_EDGES + "."), flags=re.IGNORECASE)
    )[0]
    return re.sub(r"\s+(?:19|20)\d\d\Z", "", bare).strip(_EDGES + ".")
