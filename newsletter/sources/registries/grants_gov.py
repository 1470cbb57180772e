"""Calls for proposals: Grants.gov's search answers (JSON) and the NIH Guide's feed (RSS).

Grants.gov: https://www.grants.gov/api/api-guide describes search2 and fetchOpportunity; the older
search gives the same hits without the envelope. Its dates are American (MM/DD/YYYY), its texts are
HTML that agencies often escaped once too often, and `agencyName` in a synopsis is whatever the
agency typed, often an officer's name: `agencyDetails` has the true one. The NIH Guide tells no
deadline in its feed.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from typing import Any

from lxml import etree

from newsletter.errors import SourceError
from newsletter.formats.dates import parse
from newsletter.formats.markup_text import paragraphs
from newsletter.identity import clean_url
from newsletter.model import Dated, Document, Entry, Grant, Ids, ParsedDocument, Precision, Source
from newsletter.sources.registries.api_client import (
    MAX_SUMMARY,
    HttpClient,
    ask_with,
    at,
    json_of,
    list_at,
    newest,
    number_of,
    refuse_too_many,
    text_at,
    xml_of,
)
from newsletter.sources.registries.call_text import SECTION, with_call
from newsletter.sources.titles import clean_title, text_of

API = "https://api.grants.gov/v1/api"
PAGE = 100  # hits of one request
ANSWER = "an answer of Grants.gov"
MAX_DETAILS = 50  # calls whose amounts are asked for, one request each
NUMBER = re.compile(r"\b(?:PA|PAR|PAS|RFA|NOT|OTA|OT)-(?:[A-Z]{2,3}-)?\d\d-\d{3}\b")
"""NIH's numbers: PAR-26-101, RFA-CA-26-012, NOT-OD-26-004."""
_ESCAPED_TWICE = re.compile(r"&amp;(?=[a-zA-Z]{2,8};|#\d{1,5};)")
_SEE_ELSEWHERE = re.compile(
    r"\s*\(see text field entitled .*", re.DOTALL
)  # who may apply is “Others”, and no more
_LEAD = re.compile(
    r"(?:Funding Opportunity|Notice) \S+ from the NIH Guide for Grants and Contracts\.?\s*"
)


def read_grants(document: Document, source: Source) -> ParsedDocument:
    """The calls of a search answer, of one opportunity, or of the NIH Guide's feed.

    SourceError on anything else.
    """
    if document.content.lstrip()[:1] == b"<":
        return _read_guide(document, source)
    hits = _hits(json_of(document, ANSWER))
    refuse_too_many(hits, ANSWER)
    entries: list[Entry] = []
    skipped: list[str] = []
    for hit in hits:
        entry = _entry(hit, source)
        if entry.title:
            entries.append(entry)
        else:
            skipped.append(
                f"call {entry.ids.opportunity or 'without a number'} was left out: it has no title"
            )
    return newest(entries, skipped, source.limit)


def _hits(answer: Any) -> list[Any]:
    if text_at(answer, "errorcode") not in {"", "0"}:
        raise SourceError(
            f"Grants.gov answered: {text_at(answer, 'msg')[:200] or 'an error without words'}"
        )
    inner = at(answer, "data") or answer
    if isinstance(at(inner, "oppHits"), list):
        return list_at(inner, "oppHits")
    if at(inner, "opportunityNumber"):
        return [inner]
    raise SourceError(
        "this is not an answer of Grants.gov: it has no oppHits; use search2 of api.grants.gov"
    )


def _entry(hit: Any, source: Source) -> Entry:
    """A hit of a search, or a record of fetchOpportunity (most in `synopsis` or `forecast`)."""
    detail = at(hit, "synopsis") or at(hit, "forecast") or {}
    number = text_at(hit, "number") or text_at(hit, "opportunityNumber")
    record = text_at(hit, "id") or text_at(hit, "opportunityId")
    links = (f"https://www.grants.gov/search-results-detail/{record}",) if record.isdigit() else ()
    return Entry(
        ids=Ids(opportunity=number.upper() or None, url=clean_url(links[0]) if links else None),
        title=clean_title(_once_escaped(text_at(hit, "title") or text_at(hit, "opportunityTitle"))),
        links=links,
        dated=_date(text_at(hit, "openDate") or text_at(detail, "postingDate")),
        summary=_text(at(detail, "synopsisDesc")) or _text(at(detail, "forecastDesc")),
        section=source.section or SECTION,
        grant=Grant(
            deadline=_deadline(text_at(hit, "closeDate") or text_at(detail, "responseDate")),
            amount=_amount(detail or hit),
            funder=_funder(hit, detail),
            number=number,
            who=", ".join(
                dict.fromkeys(filter(None, map(_applicant, list_at(detail, "applicantTypes"))))
            ),
        ),
    )


def _once_escaped(text: str) -> str:
    return _ESCAPED_TWICE.sub("&", text)


def _text(found: Any) -> str:
    return (
        paragraphs(_once_escaped(found[: 5 * MAX_SUMMARY]))[:MAX_SUMMARY]
        if isinstance(found, str)
        else ""
    )


def _applicant(kind: Any) -> str:
    return _SEE_ELSEWHERE.sub("", text_at(kind, "description"))


def _funder(hit: Any, detail: Any) -> str:
    names = (text_at(hit, "agency"), text_at(hit, "agencyName"))
    looked_up = (text_at(each, "agencyDetails", "agencyName") for each in (hit, detail))
    codes = (text_at(hit, "agencyCode"), text_at(hit, "owningAgencyCode"))
    return text_of(_once_escaped(next(filter(None, (*names, *looked_up, *codes)), "")))


def _date(text: str) -> Dated | None:
    """`09/07/2027`, or `Sep 07, 2027 12:00:00 AM EDT` as fetchOpportunity has it.

    Its hour is no part of the day.
    """
    return parse(re.sub(r"\s+\d\d?:\d\d.*$", "", text), month_first=True) if text else None


def _deadline(text: str) -> date | None:
    dated = _date(text)
    return dated.day if dated and dated.precision is Precision.DAY else None


def _amount(value: Any) -> str:
    """“$5,000 to $50,000”, “up to $50,000”, “from $5,000”.

    Empty where the funder names none or zero.
    """
    floor, ceiling = (_dollars(text_at(value, name)) for name in ("awardFloor", "awardCeiling"))
    if floor and ceiling and floor != ceiling:
        return f"{floor} to {ceiling}"
    return f"up to {ceiling}" if ceiling else f"from {floor}" if floor else ""


def _dollars(text: str) -> str:
    digits = re.sub(r"[$,\s]|\.0+$", "", text)
    return f"${int(digits):,}" if re.fullmatch(r"\d{1,15}", digits) and int(digits) else ""


def _read_guide(document: Document, source: Source) -> ParsedDocument:
    """The items of a feed that name a call or its deadline.

    The NIH's notices are calls too, its news are not.
    """
    root, broken = xml_of(document, "an answer of Grants.gov or a feed of the NIH Guide")
    if root.tag != "rss":
        raise SourceError(
            "this is neither an answer of Grants.gov nor a feed of the NIH Guide: look at the"
            " address"
        )
    entries: list[Entry] = []
    skipped = [broken] if broken else []
    for item in root.iterfind("channel/item"):
        entry = with_call(_guide_entry(item, source))
        if entry.title and entry.grant:
            entries.append(entry)
        else:
            skipped.append(f"item “{entry.title}” was left out: it names no call")
    return newest(entries, skipped, source.limit)


def _guide_entry(item: etree._Element, source: Source) -> Entry:
    texts = {
        name: item.findtext(name) or "" for name in ("title", "link", "description", "pubDate")
    }
    link = clean_url(texts["link"].strip())
    found = next(
        filter(
            None, (NUMBER.search(texts[name].upper()) for name in ("link", "title", "description"))
        ),
        None,
    )
    number = found[0] if found else ""
    title = clean_title(texts["title"])
    return Entry(
        ids=Ids(opportunity=number or None, url=link),
        title=title.removeprefix(number).lstrip(" :-–—") or title,
        links=(link,) if link else (),
        dated=parse(texts["pubDate"].strip()),
        summary=_LEAD.sub("", paragraphs(texts["description"]), count=1),
        section=source.section or SECTION,
        grant=Grant(funder="National Institutes of Health", number=number) if number else None,
    )


async def collect_grants(getter: HttpClient, source: Source, *, base: str = API) -> ParsedDocument:
    """The open and forecast calls that match the source's words, newest first, up to its limit.

    Amounts are asked for call by call; a call whose details fail stays without them. Raises
    SourceError when a search fails.
    """
    entries: list[Entry] = []
    skipped: list[str] = []
    while len(entries) < source.limit:
        question = _question(source, start=len(entries) + len(skipped))
        document = await ask_with(getter, f"{base}/search2", question)
        page = read_grants(document, source)
        entries += page.entries
        skipped += page.skipped
        answer = json_of(document, ANSWER)
        total = number_of(text_at(at(answer, "data") or answer, "hitCount"))
        if (
            not (page.entries or page.skipped)
            or total is None
            or len(entries) + len(skipped) >= total
        ):
            break
    detailed = [
        await _fetch_details(getter, entry, source, base) for entry in entries[:MAX_DETAILS]
    ]
    return ParsedDocument(
        entries=(*detailed, *entries[MAX_DETAILS:])[: source.limit], skipped=tuple(skipped)
    )


def _question(source: Source, *, start: int) -> dict[str, Any]:
    return {
        "keyword": source.query,
        "oppStatuses": "forecasted|posted",
        "sortBy": "openDate|desc",
        "rows": min(PAGE, source.limit),
        "startRecordNum": start,
    }


async def _fetch_details(getter: HttpClient, entry: Entry, source: Source, base: str) -> Entry:
    """The call with text, amounts and who may apply, which only fetchOpportunity tells.

    When that fails, the call stays as it was.
    """
    if not entry.links or entry.grant is None:
        return entry
    record = int(entry.links[0].rpartition("/")[2])
    try:
        page = read_grants(
            await ask_with(getter, f"{base}/fetchOpportunity", {"opportunityId": record}), source
        )
    except SourceError:
        return entry
    for full in page.entries:
        if full.grant and full.ids.opportunity == entry.ids.opportunity:
            grant = replace(entry.grant, amount=full.grant.amount, who=full.grant.who)
            return replace(entry, summary=full.summary, grant=grant)
    return entry
