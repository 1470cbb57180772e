"""What stands beside a title in a line.

Links, identifiers, dates, volume and pages, the journal's name.

A date counts only where its place says that it is one: in brackets, after “Published:”, in a
citation, at the edge of a line. A year or a month inside a title is part of the title.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum, StrEnum

from newsletter.formats import dates
from newsletter.model import Dated, Precision
from newsletter.sources.pages.line_kinds import is_generic_link, is_remark
from newsletter.sources.pages.lines import CLOSE, MIDDLE, OPEN
from newsletter.sources.pages.person_names import split_names


class SpanKind(StrEnum):
    """What a span of a line is."""

    TEXT = "text"
    LINK = "link"  # value: the address
    CUT = "cut"  # value: an address cut short by an ellipsis; it leads nowhere
    DATE = "date"
    VOLUME = "volume"  # volume, issue, pages: the end of a citation
    ID = "id"  # value: as written, for `identity.ids_in`


class DateTrust(IntEnum):
    """How surely a date is the date of the entry beside it."""

    NONE = 0  # accepted, received, accessed, last update: not when it appeared
    CITED = 1  # the year or issue of a citation
    STATED = 2  # in brackets, labelled, or alone at the edge of a line


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """One part of a line."""

    kind: SpanKind
    value: str
    dated: Dated | None = None
    trust: DateTrust = DateTrust.NONE
    linked: bool = False  # text that is the words of a link


_MONTHS = r"""
    (?:
        jan(?:uary|uar)? | feb(?:ruary|ruar)? | mar(?:ch)? | apr(?:il)? | may | june? | july?
      | aug(?:ust)? | sept?(?:ember)? | oct(?:ober)? | nov(?:ember)? | dec(?:ember)? | enero
      | ene | febrero | marzo | abril | abr | mayo | junio | julio | agosto | ago | septiembre
      | setiembre | octubre | noviembre | diciembre | dic
    )
"""
_YEAR = r"(?:19[5-9]\d|20[0-6]\d)"
_DAY = r"(?:3[01]|[12]\d|0?[1-9])(?!\d)"
_ORDINAL = rf"{_DAY}(?:st|nd|rd|th)?"
_DATE = rf"""
    (?:
        (?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]{{0,6}},?\s)?(?:
            {_ORDINAL}\s?(?:[-–]\s?{_ORDINAL}\s?)?(?:of\s|de\s|[-./])?\s?{_MONTHS}\.?,?\s?
            (?:de\s|del\s|[-./])?\s?{_YEAR}
          | {_MONTHS}\.?\s{_ORDINAL}(?:\s?[-–]\s?{_ORDINAL})?,?\s{{1,2}}{_YEAR}
          | {_YEAR}[\s/-]{_MONTHS}\b\.?(?:[\s/-]{_DAY}\b)?
          | {_MONTHS}\.?,?\s?(?:de\s|del\s|[-/])?\s?{_YEAR}
          | {_YEAR}[-/.](?:0?[1-9]|1[0-2])[-/.]{_DAY} | \d{{1,2}}[/.-]\d{{1,2}}[/.-](?:{_YEAR}|\d\d)
        )
    )
"""
_LABEL = r"""
    (?P<label>
        \b(?:
            e?pub(?:lished)?(?:\ online|\ ahead\ of\ print)?
          | (?:first\ |available\ )?online(?:\ first)? | posted | released
          | date(?:\ published)? | issued? | presented(?:\ at\ \w+)? | recorded(?:\ on)?
          | publicado(?:\ el|\ en)? | fecha | accepted | received | revised | accessed
          | last\ (?:update|updated|modified) | updated | deadline | due
        )(?:\ on|\ in)?\s*[:.]?\s*
    )
"""
_VOLUME_AFTER = r"\d{1,4}\s?\(\s?[\w .–-]{1,14}\)\s?[:,]\s?[\w–-]{1,14}(?:\s?[-–]\s?\w{1,10})?"
_URL_CHARS = rf"[^\s<>\"{OPEN}{MIDDLE}{CLOSE}]"
_SCAN = re.compile(
    rf"""
          (?P<anchor>{OPEN}(?P<words>[^{OPEN}{MIDDLE}{CLOSE}]*){MIDDLE}(?P<href>\d+){CLOSE})
        | (?P<url>https?://(?:(?!(?<![/=])https?://){_URL_CHARS})+(?:(?<=\.gov/)\s\d{{6,9}}\b/?)?)
        | (?P<www>
              (?<![\w@./-])(?:
                  www\.(?=[\w-]+\.) | (?:dx\.)?doi\.org/ | pubmed\.ncbi\. | clinicaltrials\.gov/
                | youtu\.be/
              ){_URL_CHARS}+
          )
        | (?P<id>
              \b(?:doi\s?:?\s?)?10\.\d{{4,9}}/{_URL_CHARS}+ | \bPMID\s?:?\s?\d{{4,9}}\b
            | \b(?:PMCID\s?:?\s?)?PMC\d{{4,9}}\b
          )
        | (?P<group>\([^()]{{0,80}}?(?<!\d){_YEAR}(?!\d)[^()]{{0,30}}\))
        | (?P<labelled>{_LABEL}(?P<labelled_date>{_DATE}(?![\w/-])|{_YEAR}(?![\w/-])))
        | (?P<date>(?<![\w/-]){_DATE}(?![\w/-]))
        | (?P<cited>(?<![\w/–-]){_YEAR}(?=\s?;|[,:]?\s{_VOLUME_AFTER}))
        | (?P<volume>
              [;,:]?\s?{_VOLUME_AFTER}
            | ;\s?\d{{1,4}}(?:\s?\(\s?[\w .–-]{{1,14}}\))?\s?
              (?::\s?[\w–-]{{1,14}}(?:\s?[-–]\s?\w{{1,10}})?)?
            | ,\s(?:vol\.?|volume)\s\d{{1,4}}(?:,\s(?:no\.?|issue)\s[\w–-]{{1,8}})?
              (?:,\s(?:pp?\.?|pages)\s[\w–-]{{1,20}})?
          )
    """,
    re.IGNORECASE | re.VERBOSE,
)
_GROUP_LABEL = re.compile(rf"{_LABEL}\Z", re.IGNORECASE | re.VERBOSE)
_WHOLE_DATE = re.compile(
    rf"\s*(?:{_LABEL})?(?P<date>{_DATE}|{_YEAR})\s*[.,;]?\s*\Z", re.IGNORECASE | re.VERBOSE
)
_DATE_IN_GROUP = re.compile(
    rf"(?<![\w/–-])(?:{_DATE}|{_YEAR})(?![\w/–-])", re.IGNORECASE | re.VERBOSE
)
_VENUE = re.compile(
    r"""
          \b(?:
              ASCO | ESMO | CTOS | AACR | SGO | ASTRO | IGCS | SITC | abstract | meeting
            | congress | symposium | annual | journal | suppl\w* | oncol\w* | cancer\ res
            | lancet | proceedings | poster | published | epub | print | online | issue | vol
            | in\ press | ahead\ of | presented | recorded | updated? | posted | JCO | NEJM
            | JAMA
          )\b
        | \bJ\b
    """,
    re.IGNORECASE | re.VERBOSE,
)
_NOT_ITS_DATE = re.compile(
    r"accepted|received|revised|accessed|last|updated|deadline|due", re.IGNORECASE
)
_ELLIPSIS = re.compile(r"…|\.\.\.|%E2%80%A6", re.IGNORECASE)
_EDGE_BEFORE = re.compile(r"(?:^|[(\[|–—:•,;.]|\s-|\s{2})\s*\Z")
_EDGE_AFTER = re.compile(r"\s*(?:$|[)\]|–—:•;.,]|-\s|\s{2})")


def spans_of(text: str, *, hrefs: Sequence[str] = (), month_first: bool = True) -> tuple[Span, ...]:
    """A line as spans, in order; only brackets and labels around what they hold are lost."""
    found: list[Span] = []
    position = 0
    for match in _SCAN.finditer(text):
        if match.start() < position:
            continue
        made = tuple(_read(match, text, hrefs, month_first=month_first))
        if made:
            _add_text(found, text[position : match.start()])
            for span in made:
                _join(found, span)
            position = match.end()
            if made[-1].kind in {SpanKind.LINK, SpanKind.CUT} and match["anchor"] is None:
                position -= len(match[0]) - _measure_link(match[0], made[-1])
    _add_text(found, text[position:])
    return tuple(found)


def _add_text(found: list[Span], text: str) -> None:
    if any(char.isalpha() for char in text):
        _join(found, Span(kind=SpanKind.TEXT, value=text))


def _join(found: list[Span], span: Span) -> None:
    """Add a span; words that touch other words are one text."""
    if (
        span.kind is SpanKind.TEXT
        and not span.linked
        and found
        and found[-1].kind is SpanKind.TEXT
        and not found[-1].linked
    ):
        found[-1] = Span(kind=SpanKind.TEXT, value=f"{found[-1].value} {span.value}")
    else:
        found.append(span)


def _read(
    match: re.Match[str], text: str, hrefs: Sequence[str], *, month_first: bool
) -> Iterator[Span]:
    """The spans that one match is, or none when it belongs to the text around it."""
    if match["anchor"] is not None:
        yield from _anchor(match, hrefs)
    elif match["url"] or match["www"]:
        yield _address(match["url"] or f"https://{match['www']}")
    elif match["id"]:
        yield Span(kind=SpanKind.ID, value=match["id"].rstrip(".,;)]"))
    elif match["group"]:
        yield from _group(match["group"][1:-1], text, match, month_first=month_first)
    elif match["labelled"]:
        trust = DateTrust.NONE if _NOT_ITS_DATE.match(match["label"]) else DateTrust.STATED
        yield from _parse_date_span(match["labelled_date"], trust, month_first=month_first)
    elif match["date"]:
        yield from _bare_date(match, text, month_first=month_first)
    elif match["cited"]:
        yield from _parse_date_span(match["cited"], DateTrust.CITED, month_first=month_first)
    else:
        yield Span(kind=SpanKind.VOLUME, value=match[0])


def _anchor(match: re.Match[str], hrefs: Sequence[str]) -> Iterator[Span]:
    """A link of a page in HTML: its words, when they name a thing, and its target.

    A person's link leads to no paper.
    """
    words, href = match["words"].strip(), hrefs[int(match["href"])]
    if split_names(words):
        yield Span(kind=SpanKind.TEXT, value=words)
        return
    if words and not is_generic_link(words):
        yield Span(kind=SpanKind.TEXT, value=words, linked=True)
    yield Span(kind=SpanKind.CUT if _ELLIPSIS.search(href) else SpanKind.LINK, value=href)


def _address(found: str) -> Span:
    """A link without the punctuation of the sentence; cut when an ellipsis stands in it."""
    found = "".join(found.split())
    cut = list(_ELLIPSIS.finditer(found))
    if cut:
        return Span(kind=SpanKind.CUT, value=found[: cut[-1].end()])
    found = found.rstrip(".,;:!?'’”»*|")
    while (found.endswith((")", "]")) and found.count(")") > found.count("(")) or found.endswith(
        "]"
    ):
        found = found[:-1].rstrip(".,;:")
    return Span(kind=SpanKind.LINK, value=found)


def _measure_link(matched: str, span: Span) -> int:
    """How many characters of the matched text the link took.

    What follows a cut link is text again.
    """
    bare = (
        span.value.removeprefix("https://")
        if not matched.lower().startswith("http")
        else span.value
    )
    return len(bare) if matched.startswith(bare) else len(matched)


def _group(inner: str, text: str, match: re.Match[str], *, month_first: bool) -> Iterator[Span]:
    """Brackets with a year in them.

    A date, a citation such as (ASCO Abstract 2021), or words of the title.
    """
    whole = _WHOLE_DATE.match(inner)
    if whole:
        label = whole["label"] or ""
        only_year = len(whole["date"]) == 4
        trust = (
            DateTrust.NONE
            if _NOT_ITS_DATE.match(label)
            else DateTrust.CITED
            if only_year
            else DateTrust.STATED
        )
        if not only_year or _year_is_date(text, match):
            yield from _parse_date_span(whole["date"], trust, month_first=month_first)
        return
    dated = _DATE_IN_GROUP.search(inner)
    if dated and (_VENUE.search(inner) or len(dated[0]) > 4):
        rest = (inner[: dated.start()] + inner[dated.end() :]).strip(" ,;:.")
        if len(dated[0]) > 4 and len(rest.split()) > 6:
            return
        yield from _parse_date_span(
            dated[0],
            DateTrust.CITED if len(dated[0]) == 4 else DateTrust.STATED,
            month_first=month_first,
        )
        if rest and not re.search(r"published|epub|online|posted|updated?", rest, re.IGNORECASE):
            yield Span(kind=SpanKind.VOLUME, value=rest)


def _year_is_date(text: str, match: re.Match[str]) -> bool:
    """Whether “(2022)” dates an entry.

    Small letters that go on after it make it part of a title.
    """
    after = text[match.end() : match.end() + 3].lstrip()
    return not after[:1].islower()


def _bare_date(match: re.Match[str], text: str, *, month_first: bool) -> Iterator[Span]:
    """A date without brackets counts at the edge of a line, or between marks that set it apart."""
    before, after = (
        text[max(0, match.start() - 6) : match.start()],
        text[match.end() : match.end() + 4],
    )
    cited = bool(re.match(r"\s?;", after))
    at_start = bool(
        _EDGE_BEFORE.search(before if match.start() > 6 else text[: match.start()])
    ) or before.endswith((CLOSE, MIDDLE))
    at_end = (
        bool(_EDGE_AFTER.match(after))
        or after.startswith((OPEN, "http"))
        or text[match.end() :].lstrip().lower().startswith(("http", OPEN, "www."))
    )
    if cited or match.end() == len(text.rstrip(" .;,)")) or (at_start and at_end):
        yield from _parse_date_span(
            match["date"], DateTrust.CITED if cited else DateTrust.STATED, month_first=month_first
        )
    elif (
        (at_end and text[match.end() :].lstrip().lower().startswith(("http", OPEN, "www.")))
        or (match.start() == 0 and _starts_with_date(text[match.end() :]))
        or _remark_follows(match, text)
    ):
        yield from _parse_date_span(match["date"], DateTrust.STATED, month_first=month_first)


def _remark_follows(match: re.Match[str], text: str) -> bool:
    """“… in the Treatment of LMS 29 Jan 2023 Hosted by us”.

    A whole date between a title and a remark.
    """
    rest = text[match.end() : match.end() + 80].strip()
    return match[0][:1].isdigit() and (is_remark(rest) or bool(re.match(r"(?:19|20)\d\d\)", rest)))


def _starts_with_date(rest: str) -> bool:
    """“3/8/23 Title …”: a date that leads its line, followed by a capital."""
    return rest[:1] == " " and rest.lstrip()[:1].isupper()


_FIGURES = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4}|\d\d)\Z")
_RANGE = re.compile(rf"({_ORDINAL})\s?[-–]\s?{_ORDINAL}", re.IGNORECASE)


def _parse_date_span(written: str, trust: DateTrust, *, month_first: bool) -> Iterator[Span]:
    dated = date_of(written, month_first=month_first)
    if dated:
        yield Span(kind=SpanKind.DATE, value=written, dated=dated, trust=trust)


def date_of(written: str, *, month_first: bool = True) -> Dated | None:
    """The date that is written, a range as its first day.

    A numeric one in the order this page uses.
    """
    if not any(char.isalpha() for char in written):
        return _date_in_figures(written.strip(), month_first=month_first)
    plain = re.sub(
        r"^(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,?\s",
        "",
        " ".join(written.split()),
        flags=re.IGNORECASE,
    )
    return dates.parse(_RANGE.sub(r"\1", plain))


def _date_in_figures(written: str, *, month_first: bool) -> Dated | None:
    """“3/8/23” in the order this page uses."""
    parts = _FIGURES.match(written)
    if parts and not month_first and int(parts[2]) <= 12:
        written = f"{parts[2]}/{parts[1]}/{parts[3]}"
    return dates.parse(written, month_first=True)


def best_date(found: Sequence[Span]) -> Dated | None:
    """The first of the surest dates, made finer by a later one that agrees with it."""
    trusted = [span for span in found if span.dated and span.trust is not DateTrust.NONE]
    if not trusted:
        return None
    surest = max(span.trust for span in trusted)
    best = next(span.dated for span in trusted if span.trust is surest)
    for span in trusted:
        if span.dated and best and _refines(span.dated, best):
            best = span.dated
    return best


def _refines(finer: Dated, coarse: Dated) -> bool:
    order = (Precision.YEAR, Precision.MONTH, Precision.DAY)
    return order.index(finer.precision) > order.index(coarse.precision) and str(finer).startswith(
        str(coarse)
    )
