"""What a person names: a DOI, a PMID, an NCT number, the address of a page, or a file. Nothing is asked for here."""

from __future__ import annotations

import re
from enum import StrEnum


class Kind(StrEnum):
    """What a reference is."""

    DOI = "doi"
    PMID = "pmid"
    NCT = "nct"
    URL = "url"
    FILE = "file"


_DOI = re.compile(r"(?:doi:\s*|https?://(?:dx\.)?doi\.org/)?10\.\d{4,9}/\S+", re.IGNORECASE)
_PMID = re.compile(
    r"pmid[:\s]\s*\d{1,9}|https?://(?:www\.)?pubmed\.ncbi\.nlm\.nih\.gov/\d{1,9}/?(?:\?.*)?", re.IGNORECASE
)
_NCT = re.compile(r"NCT\d{8}|https?://(?:www\.)?clinicaltrials\.gov/(?:ct2/)?(?:show|study)/NCT\d{8}\S*", re.IGNORECASE)


def kind_of(reference: str) -> Kind:
    """What a reference is: `doi:10.1/x`, `pmid:123`, `NCT01234567`, an http(s) address; anything else names a file."""
    text = reference.strip()
    for kind, pattern in ((Kind.DOI, _DOI), (Kind.PMID, _PMID), (Kind.NCT, _NCT)):
        if pattern.fullmatch(text):
            return kind
    return Kind.URL if re.match(r"https?://[^/\s]", text, re.IGNORECASE) else Kind.FILE
