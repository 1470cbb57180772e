"""PubMed: records of the National Library of Medicine, as efetch gives them (PubmedArticleSet XML).

Format: https://dtd.nlm.nih.gov/ncbi/pubmed/doc/out/250101/. The date is that of the earliest real
publication: the electronic one (ArticleDate), else the issue's (PubDate), at the precision that
stands there; when PubMed took the record in (History) is no publication.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from newsletter.errors import SourceError
from newsletter.formats.dates import parse
from newsletter.formats.markup_text import one_line
from newsletter.identity import clean_doi, ids_in
from newsletter.model import Dated, Document, Entry, Flag, Ids, ParsedDocument, Source
from newsletter.sources.registries.api_client import MAX_SUMMARY, newest, refuse_too_many, xml_of
from newsletter.sources.titles import polish

ANSWER = "an efetch answer of PubMed"
RECORDS = ("PubmedArticle", "PubmedBookArticle")
MAX_AUTHORS = 1_000

TYPE_FLAGS = {
    "preprint": Flag.PREPRINT,
    "retracted publication": Flag.RETRACTED,
    "published erratum": Flag.ERRATUM,
    "expression of concern": Flag.CONCERN,
    "review": Flag.REVIEW,
    "systematic review": Flag.REVIEW,
    "scoping review": Flag.REVIEW,
}
"""Publication types of MeSH, in lower case, that a reader has to be told. A retraction *notice* is
not retracted."""

NOTICE_FLAGS = {
    "RetractionIn": Flag.RETRACTED,
    "PartialRetractionIn": Flag.RETRACTED,
    "RetractedandRepublishedIn": Flag.RETRACTED,
    "ExpressionOfConcernIn": Flag.CONCERN,
    "ErratumIn": Flag.ERRATUM,
}
"""CommentsCorrections that say something of the record itself."""

LINKED = frozenset(NOTICE_FLAGS) | {
    "RetractionOf",
    "PartialRetractionOf",
    "RetractedandRepublishedFrom",
    "ExpressionOfConcernFor",
    "ErratumFor",
    "UpdateIn",  # on a preprint: its article
    "UpdateOf",  # on an article: its preprint
    "RepublishedIn",
    "RepublishedFrom",
    "CorrectedandRepublishedIn",
    "CorrectedandRepublishedFrom",
}
"""CommentsCorrections that link two forms of one work. Comments and citations are other works."""


def read_pubmed(document: Document, source: Source) -> ParsedDocument:
    """The records of an efetch answer, in its order.

    Raises SourceError when it is something else.
    """
    root, broken = xml_of(document, ANSWER)
    skipped = [broken] if broken else []
    entries: list[Entry] = []
    records = _records(root)
    refuse_too_many(records, ANSWER)
    for record in records:
        entry = _entry(record, source)
        if entry.title:
            entries.append(entry)
        else:
            skipped.append(
                f"record {entry.ids.pmid or 'without a PMID'} was left out: it has no title"
            )
    return newest(entries, skipped, source.limit)


def _records(root: etree._Element) -> list[etree._Element]:
    if root.tag in RECORDS:
        return [root]
    if root.tag == "PubmedArticleSet":
        return [child for child in root if child.tag in RECORDS]
    if reason := _text(root.find(".//ERROR")):
        raise SourceError(f"PubMed answered: {reason[:200]}")
    raise SourceError(
        f"this is not an efetch answer of PubMed: it starts with <{one_line(str(root.tag))[:40]}>;"
        " use efetch with db=pubmed and retmode=xml"
    )


def _entry(record: etree._Element, source: Source) -> Entry:
    ids = _ids(record)
    article = _first(record, "MedlineCitation/Article", "BookDocument")
    return Entry(
        ids=ids,
        title=_title(article),
        authors=tuple(_authors(article))[:MAX_AUTHORS],
        links=tuple(_links(ids)),
        dated=_choose_date(article),
        summary="\n\n".join(_abstract(article))[:MAX_SUMMARY],
        journal=_journal(article),
        section=source.section,
        flags=frozenset(_flags(record, article)),
        related=tuple(dict.fromkeys(_find_related_ids(record, article))),
    )


def _first(element: etree._Element, *paths: str) -> etree._Element:
    """The first of the elements that is there, else an empty one."""
    found = (each for path in paths if (each := element.find(path)) is not None)
    return next(found, etree.Element("nothing"))


def _text(element: etree._Element | None) -> str:
    """All text of an element on one line.

    Markup inside it (`<i>`, `<sub>`, MathML) is left aside.
    """
    return "" if element is None else one_line("".join(str(part) for part in element.itertext()))


def _ids(record: etree._Element) -> Ids:
    numbers = {
        str(each.get("IdType")): _text(each)
        for path in ("PubmedBookData/ArticleIdList/ArticleId", "PubmedData/ArticleIdList/ArticleId")
        for each in record.iterfind(
            path
        )  # not those of the references, which stand in lists of their own
    }
    article = _first(record, "MedlineCitation/Article", "BookDocument")
    locations = (
        _text(each)
        for each in article.iterfind("ELocationID[@EIdType='doi']")
        if each.get("ValidYN") != "N"
    )
    pmid = _text(_first(record, "MedlineCitation/PMID", "BookDocument/PMID")) or numbers.get(
        "pubmed", ""
    )
    isbn = _text(article.find("Book/Isbn"))
    return Ids(
        doi=clean_doi(numbers.get("doi") or next(locations, "")),
        pmid=pmid if pmid.isascii() and pmid.isdigit() else None,
        pmcid=ids_in(numbers.get("pmc", "")).pmcid,
        isbn=ids_in(f"ISBN {isbn}").isbn if isbn else None,
    )


def _links(ids: Ids) -> Iterator[str]:
    """PubMed's own page first: its abstract is free and it names every notice."""
    if ids.pmid:
        yield f"https://pubmed.ncbi.nlm.nih.gov/{ids.pmid}/"
    if ids.doi:
        yield f"https://doi.org/{ids.doi}"
    if ids.pmcid:
        yield f"https://pmc.ncbi.nlm.nih.gov/articles/{ids.pmcid}/"


def _title(article: etree._Element) -> str:
    title = polish(_text(article.find("ArticleTitle")))
    if title.lower() in {"", "not available", "in process citation"}:
        title = polish(_text(_first(article, "VernacularTitle", "Book/BookTitle")))
    return title


def _authors(article: etree._Element) -> Iterator[str]:
    """“Hemming ML”, or the group's name; names that PubMed marks as wrong are left out."""
    for author in article.iterfind("AuthorList/Author"):
        # it was found below one
        if author.get("ValidYN") == "N" or author.getparent().get("Type") == "editors":  # type: ignore[union-attr]
            continue
        parts = (_text(author.find(name)) for name in ("LastName", "Initials", "Suffix"))
        if name := " ".join(filter(None, parts)) or _text(author.find("CollectiveName")).rstrip(
            "."
        ):
            yield name


def _journal(article: etree._Element) -> str:
    """The abbreviation that PubMed itself prints; of a book its title."""
    return _text(
        _first(article, "Journal/ISOAbbreviation", "Journal/Title", "Book/BookTitle")
    ).rstrip(".")


def _choose_date(article: etree._Element) -> Dated | None:
    electronic = _date(article.find("ArticleDate"))
    issue = _date(
        _first(article, "Journal/JournalIssue/PubDate", "ContributionDate", "Book/PubDate")
    )
    if electronic is None or issue is None:
        return electronic or issue
    reprinted = (
        issue.day.year + 1 < electronic.day.year
    )  # an old issue put online; else its month is often nominal
    return issue if reprinted else electronic


def _date(element: etree._Element | None) -> Dated | None:
    """Year, Month (“Jul” or “07”) and Day; or a Season, or a MedlineDate such as “2023 Mar-Apr”."""
    if element is None:
        return None
    year, month, day = (_text(element.find(name)) for name in ("Year", "Month", "Day"))
    written = [_text(element.find("MedlineDate"))]
    if year:
        numbers = [part.zfill(2) for part in (month, day) if part.isdigit()]
        written += (
            ["-".join([year, *numbers])]
            if not month or month.isdigit()
            else [f"{year} {month} {day}".strip()]
        )
        written += [f"{year} {_text(element.find('Season'))}".strip(), year]
    return next(filter(None, map(parse, filter(None, written))), None) or _year_in(written[0])


def _year_in(text: str) -> Dated | None:
    found = re.search(r"\b(?:18|19|20)\d\d\b", text)
    return parse(found[0]) if found else None


def _abstract(article: etree._Element) -> Iterator[str]:
    """One paragraph for each part, its label before it: “Methods: …”."""
    for part in article.iterfind("Abstract/AbstractText"):
        label, text = one_line(part.get("Label") or ""), _text(part)
        if text:
            yield f"{label.capitalize() if label.isupper() else label}: {text}" if label else text


def _flags(record: etree._Element, article: etree._Element) -> Iterator[Flag]:
    for kind in [
        *article.iterfind("PublicationTypeList/PublicationType"),
        *article.iterfind("PublicationType"),
    ]:
        if flag := TYPE_FLAGS.get(_text(kind).lower()):
            yield flag
    for notice in record.iterfind("MedlineCitation/CommentsCorrectionsList/CommentsCorrections"):
        if flag := NOTICE_FLAGS.get(notice.get("RefType", "")):
            yield flag


def _find_related_ids(record: etree._Element, article: etree._Element) -> Iterator[str]:
    for other in record.iterfind("MedlineCitation/CommentsCorrectionsList/CommentsCorrections"):
        if other.get("RefType") in LINKED:
            pmid, doi = _text(other.find("PMID")), clean_doi(_text(other.find("RefSource")))
            if pmid.isdigit():
                yield f"pmid:{pmid}"
            if doi:
                yield f"doi:{doi}"
    for number in article.iterfind("DataBankList/DataBank/AccessionNumberList/AccessionNumber"):
        if nct := ids_in(_text(number)).nct:
            yield f"nct:{nct}"
