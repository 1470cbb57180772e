"""What is known about one thing that a person names.

A DOI, a PMID, an NCT number or the address of a page.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, tzinfo
from enum import StrEnum
from urllib.parse import quote

from newsletter.errors import SourceError
from newsletter.identity import clean_doi, ids_in
from newsletter.model import ParsedDocument, Source, SourceKind
from newsletter.sources.page_metadata import read_page_metadata
from newsletter.sources.registries import clinicaltrials, crossref, entrez
from newsletter.sources.registries.api_client import HttpClient, ask


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistryUrls:
    """Where the registries are reached."""

    crossref: str = crossref.API
    doi: str = "https://doi.org"
    eutils: str = entrez.EUTILS
    trials: str = clinicaltrials.API


ADDED = Source(name="added", kind=SourceKind.PAGE)


async def look_up_reference(
    reference: str,
    getter: HttpClient,
    *,
    source: Source = ADDED,
    api_key: str | None = None,
    services: RegistryUrls = RegistryUrls(),
    zone: tzinfo = UTC,
) -> ParsedDocument:
    """What the registry, or the page itself, says of the reference.

    Raises SourceError when it is a file's name, when the registry does not know it or does not
    answer.
    """
    text = reference.strip()
    match detect_kind(text):
        case ReferenceKind.DOI:
            return await _by_doi(clean_doi(text) or "", getter, source, services)
        case ReferenceKind.PMID:
            pmids = (re.findall(r"\d+", text.partition("?")[0])[-1],)
            return await entrez.fetch_pubmed(
                getter, pmids, source, api_key=api_key, base=services.eutils
            )
        case ReferenceKind.NCT:
            return await clinicaltrials.fetch_trial(
                getter, ids_in(text.upper()).nct or text, source, base=services.trials
            )
        case ReferenceKind.URL:
            return await _by_page(text, getter, source, services, zone)
        case _:
            raise SourceError(f"“{text[:80]}” is no DOI, PMID, NCT number or web address")


async def _by_page(
    address: str, getter: HttpClient, source: Source, services: RegistryUrls, zone: tzinfo
) -> ParsedDocument:
    """What the page says of itself.

    Of a publisher who turns programs away, what Crossref knows of the DOI in it.
    """
    try:
        return read_page_metadata(await ask(getter, address), source, zone=zone)
    except SourceError:
        if doi := clean_doi(address):
            return await crossref.fetch_work(getter, doi, source, base=services.crossref)
        raise


async def _by_doi(
    doi: str, getter: HttpClient, source: Source, services: RegistryUrls
) -> ParsedDocument:
    """From Crossref.

    A DOI of another registrar (DataCite: Zenodo, arXiv) from the page that it leads to.
    """
    try:
        reading = await crossref.fetch_work(getter, doi, source, base=services.crossref)
        if reading.entries:
            return reading
        reason = "; ".join(reading.skipped)
    except SourceError as error:
        reason = str(error)
    try:
        return read_page_metadata(await ask(getter, f"{services.doi}/{quote(doi)}"), source)
    except SourceError as error:
        raise SourceError(f"nothing is known of {doi}: {reason}; its page: {error}") from error


class ReferenceKind(StrEnum):
    """What a reference is."""

    DOI = "doi"
    PMID = "pmid"
    NCT = "nct"
    URL = "url"
    FILE = "file"


_DOI = re.compile(r"(?:doi:\s*|https?://(?:dx\.)?doi\.org/)?10\.\d{4,9}/\S+", re.IGNORECASE)
_PMID = re.compile(
    r"pmid[:\s]\s*\d{1,9}|https?://(?:www\.)?pubmed\.ncbi\.nlm\.nih\.gov/\d{1,9}/?(?:\?.*)?",
    re.IGNORECASE,
)
_NCT = re.compile(
    r"NCT\d{8}|https?://(?:www\.)?clinicaltrials\.gov/(?:ct2/)?(?:show|study)/NCT\d{8}\S*",
    re.IGNORECASE,
)


def detect_kind(reference: str) -> ReferenceKind:
    """What a reference is: `doi:10.1/x`, `pmid:123`, `NCT01234567`, an http(s) address.

    Anything else names a file.
    """
    text = reference.strip()
    for kind, pattern in (
        (ReferenceKind.DOI, _DOI),
        (ReferenceKind.PMID, _PMID),
        (ReferenceKind.NCT, _NCT),
    ):
        if pattern.fullmatch(text):
            return kind
    return (
        ReferenceKind.URL
        if re.match(r"https?://[^/\s]", text, re.IGNORECASE)
        else ReferenceKind.FILE
    )
