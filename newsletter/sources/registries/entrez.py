"""NCBI E-utilities.

A search in PubMed's own language, and its records page by page from the history server.

https://www.ncbi.nlm.nih.gov/books/NBK25499/ describes esearch and efetch. NCBI allows 3 requests a
second, 10 with an API key; the key stands in the address, so it is masked in every reason that
leaves this module.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

from newsletter.errors import SourceError
from newsletter.formats.markup_text import one_line
from newsletter.model import Document, Entry, ParsedDocument, Source
from newsletter.sources.registries.api_client import (
    HttpClient,
    ask,
    json_of,
    list_at,
    number_of,
    text_at,
    texts_at,
    xml_of,
)
from newsletter.sources.registries.pubmed import read_pubmed

EUTILS = "https://eutils.ncbi.nlm.nih.gov/entrez/eutils"
PAGE = 200  # records of one efetch: about 4 MB
Parameters = dict[str, str | int]
TOOL = "newsletter"  # NCBI asks programs to say their name


@dataclass(frozen=True, slots=True, kw_only=True)
class PubmedSearch:
    """What esearch found.

    How many records, the first ids, and where the history server keeps them all.
    """

    count: int
    ids: tuple[str, ...] = ()
    web_env: str = ""
    query_key: str = ""
    remarks: tuple[str, ...] = ()  # phrases or fields that PubMed does not know, as sentences


def esearch_request(
    query: str, *, most: int, api_key: str | None = None, base: str = EUTILS
) -> str:
    """The address of a search for the newest records, kept on the history server."""
    wanted: Parameters = {
        "db": "pubmed",
        "term": query,
        "usehistory": "y",
        "retmax": most,
        "retmode": "json",
        "sort": "pub_date",
    }
    return _address(base, "esearch", wanted, api_key)


def efetch_request(
    search: PubmedSearch, *, start: int, most: int, api_key: str | None = None, base: str = EUTILS
) -> str:
    """The address of one page of records: from the history server, else by their ids."""
    if search.web_env and search.query_key:
        which: Parameters = {
            "WebEnv": search.web_env,
            "query_key": search.query_key,
            "retstart": start,
            "retmax": most,
        }
    else:
        which = {"id": ",".join(search.ids[start : start + most])}
    return _address(base, "efetch", {"db": "pubmed", **which, "retmode": "xml"}, api_key)


def _address(base: str, tool: str, parameters: Parameters, api_key: str | None) -> str:
    key = {"api_key": api_key} if api_key else {}
    return f"{base}/{tool}.fcgi?{urlencode({**parameters, 'tool': TOOL, **key})}"


def parse_esearch(content: bytes) -> PubmedSearch:
    """An esearch answer, JSON or XML.

    Raises SourceError when it is neither, or says that the search is wrong.
    """
    document = Document(content=content)
    found = _from_xml(document) if content.lstrip().startswith(b"<") else _from_json(document)
    if not found.count and found.remarks:
        raise SourceError(
            f"PubMed found nothing: {'; '.join(found.remarks)}; mend the source's query"
        )
    return found


def _from_json(document: Document) -> PubmedSearch:
    answer = json_of(document, "an esearch answer of PubMed")
    if reason := text_at(answer, "esearchresult", "ERROR") or text_at(answer, "error"):
        raise SourceError(f"PubMed answered: {reason[:200]}")
    count = number_of(text_at(answer, "esearchresult", "count"))
    if count is None:
        raise SourceError("this is not an esearch answer of PubMed: it has no count")
    errors = [
        f"{name} “{phrase}”"
        for key, name in (
            ("phrasesnotfound", "unknown phrase"),
            ("fieldsnotfound", "unknown field"),
        )
        for phrase in texts_at(answer, "esearchresult", "errorlist", key)
    ]
    return PubmedSearch(
        count=count,
        ids=_numbers(str(each) for each in list_at(answer, "esearchresult", "idlist")),
        web_env=text_at(answer, "esearchresult", "webenv"),
        query_key=text_at(answer, "esearchresult", "querykey"),
        remarks=tuple(errors),
    )


def _from_xml(document: Document) -> PubmedSearch:
    root, _ = xml_of(document, "an esearch answer of PubMed")
    texts = {
        name: one_line(root.findtext(name) or "")
        for name in ("Count", "WebEnv", "QueryKey", "ERROR")
    }
    if texts["ERROR"]:
        raise SourceError(f"PubMed answered: {texts['ERROR'][:200]}")
    count = number_of(texts["Count"])
    if root.tag != "eSearchResult" or count is None:
        raise SourceError("this is not an esearch answer of PubMed: it has no count")
    errors = [
        f"{name} “{one_line(each.text or '')}”"
        for tag, name in (("PhraseNotFound", "unknown phrase"), ("FieldNotFound", "unknown field"))
        for each in root.iterfind(f"ErrorList/{tag}")
    ]
    return PubmedSearch(
        count=count,
        ids=_numbers(each.text or "" for each in root.iterfind("IdList/Id")),
        web_env=texts["WebEnv"],
        query_key=texts["QueryKey"],
        remarks=tuple(errors),
    )


def _numbers(texts: Iterator[str]) -> tuple[str, ...]:
    return tuple(text.strip() for text in texts if text.strip().isdigit())


async def collect_pubmed(
    getter: HttpClient, source: Source, *, api_key: str | None = None, base: str = EUTILS
) -> ParsedDocument:
    """The newest records that match the source's query, at most its limit.

    Raises SourceError when any request fails: a shortened list would look like a quiet month.
    """
    request = esearch_request(source.query, most=source.limit, api_key=api_key, base=base)
    search = parse_esearch((await ask(getter, request, secret=api_key)).content)
    entries: list[Entry] = []
    skipped = list(search.remarks)
    for start in range(0, min(search.count, source.limit), PAGE):
        most = min(PAGE, source.limit - start)
        request = efetch_request(search, start=start, most=most, api_key=api_key, base=base)
        page = read_pubmed(await ask(getter, request, secret=api_key), source)
        entries += page.entries
        skipped += page.skipped
    return ParsedDocument(entries=tuple(entries), skipped=tuple(skipped))


async def fetch_pubmed(
    getter: HttpClient,
    pmids: tuple[str, ...],
    source: Source,
    *,
    api_key: str | None = None,
    base: str = EUTILS,
) -> ParsedDocument:
    """The records of these PMIDs.

    Raises SourceError when PubMed does not answer or knows none of them.
    """
    request = efetch_request(
        PubmedSearch(count=len(pmids), ids=pmids), start=0, most=PAGE, api_key=api_key, base=base
    )
    reading = read_pubmed(await ask(getter, request, secret=api_key), source)
    if not reading.entries:
        raise SourceError(f"PubMed has no record {', '.join(pmids)}: look at the number")
    return reading
