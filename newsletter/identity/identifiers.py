"""The identifiers that links and texts name, each in the one form in which it is compared.

An identifier that is cut off ("10.1002/cnc…") or fails its own check digit is none: a wrong one
joins two things.
"""

from __future__ import annotations

import html
import re
from urllib.parse import unquote

from newsletter.model import Ids

# soft hyphen, zero-width marks: pasted along, never meant
_SPACES = "\u00ad\u200b\u200c\u200d\u2060\ufeff"
_INVISIBLE = str.maketrans("", "", _SPACES)

# ISO 26324: a prefix of digits, a slash, then nearly anything; in running text white space, quotes
# and angles end it.
_DOI = re.compile(r"""(?<![\w.])10\.\d{4,9}(?:\.\d+)*/[^\s"'<>?#&|\\^`“”‘’]+""", re.ASCII)
# DOIs of the 1990s hold angle brackets:
# 10.1002/(SICI)1097-0142(19991015)86:8<1478::AID-CNCR13>3.0.CO;2-9
_SICI = re.compile(r"10\.\d{4,9}/[^\s<>]+<[^\s<>]*>[^\s<>]*co;2(?:-[a-z0-9#?])?", re.IGNORECASE)
_CUT = re.compile(r"…|\.\.\.")
_GLUED = re.compile(
    r"(?:[.;,](?:epub|published|ecollection)\b|[.;,]?(?:pmc?id|https?|doi):).*", re.IGNORECASE
)
_SESSION = re.compile(r";jsessionid=.*", re.IGNORECASE)
# What publishers hang behind the DOI in the addresses of its pages.
_VIEW = re.compile(
    r"""
        (?:
            [./](?:
                e?pdf | pdfdirect | pdf\+html | full | fulltext | full-text | abstract | abs
              | short | summary | meta | html? | xml | epub | extract | references | figures
              | tables | tab-pdf | tab-article-info | supplementary-material | suppl_file
              | download | read | presentation
            )
          | /asset
        )$
    """,
    re.VERBOSE,
)
_SILVERCHAIR = re.compile(
    r"/[a-z-]*article[a-z-]*/doi/", re.IGNORECASE
)  # …/article/doi/10.1093/jme/tjab199/6427600/slug
_ARTICLE_NUMBER = re.compile(r"/\d{4,}(?:/.*)?$")
_OPENS = {")": "(", "]": "[", "}": "{"}
_OPENRXIV = ("10.1101/", "10.64898/")  # bioRxiv and medRxiv; the second one since the end of 2025
_PREPRINT_SUFFIX = {
    "10.1101": re.compile(
        r"(?:\d{4}\.\d\d\.\d\d\.)?\d{6,}"
    ),  # others of 10.1101/ are Cold Spring Harbor's journals
    "10.64898": re.compile(""),  # openRxiv
    "10.21203": re.compile(r"rs\."),  # Research Square
    "10.20944": re.compile("preprints"),
    "10.26434": re.compile("chemrxiv"),
    "10.2139": re.compile("ssrn"),
    "10.48550": re.compile("arxiv"),
    "10.31219": re.compile("osf"),
    "10.31234": re.compile("osf"),
    "10.31222": re.compile("osf"),
    "10.22541": re.compile(r"au\."),  # Authorea
    "10.36227": re.compile("techrxiv"),
}
_VERSION = re.compile(r"(?:/v\d{1,2}|\.v\d{1,2}|-v\d{1,2}|(?<=\d)v\d{1,2})$")

# Addresses that name a paper without writing its DOI out; the publishers' own rule makes one of the
# other.
_SPELT_OUT = (
    (
        re.compile(
            r"nature\.com/articles/(s\d{5}-\d{3}-\d{4,5}-[\da-z]|n[a-z]+\.\d{4}\.\d+)",
            re.IGNORECASE,
        ),
        "10.1038/{}",
    ),
    (
        re.compile(r"elifesciences\.org/(?:articles|content/\d+)/e?(\d{5,6})\b", re.IGNORECASE),
        "10.7554/elife.{}",
    ),
    (
        re.compile(r"arxiv\.org/(?:abs|pdf|html)/(\d{4}\.\d{4,5})", re.IGNORECASE),
        "10.48550/arxiv.{}",
    ),
    (re.compile(r"(?<![\w.])arxiv:\s?(\d{4}\.\d{4,5})", re.IGNORECASE), "10.48550/arxiv.{}"),
)

_PMID = (
    re.compile(r"pubmed\.ncbi\.nlm\.nih\.gov/\s*(?:pubmed/)?\s*(\d{1,8})(?!\d)", re.IGNORECASE),
    re.compile(
        r"ncbi\.nlm\.nih\.gov/\s*(?:m/)?pubmed/\s*(?:\?term=)?(\d{1,8})(?!\d)", re.IGNORECASE
    ),
    re.compile(r"europepmc\.org/(?:article|abstract|search)/med/(\d{1,8})(?!\d)", re.IGNORECASE),
    re.compile(r"\bpmid(?:\s*[:#=]\s*|\s+|(?=\d))(\d{1,8})(?!\d)", re.IGNORECASE),
    re.compile(r"\bpubmed\s+id(?:\s*[:#]\s*|\s+)(\d{1,8})(?!\d)", re.IGNORECASE),
    re.compile(r"\bpubmed:(\d{1,8})(?!\d)", re.IGNORECASE),
    re.compile(r"ncbi\.nlm\.nih\.gov/entrez/[^\s]*list_uids=(\d{1,8})(?!\d)", re.IGNORECASE),
)
_PMCID = re.compile(r"(?<![a-z0-9])PMC\s?(\d{3,9})(?!\d)", re.IGNORECASE)
_NCT = re.compile(r"(?<![a-z0-9])NCT[\s:#-]{0,2}(\d{8})(?!\d)", re.IGNORECASE)
_ISBN = re.compile(
    r"isbn(?:-?1[03])?[\s:#=]*((?:97[89][\s-]?)?(?:\d[\s-]?){9}[\dx])(?![\dx])", re.IGNORECASE
)


def clean_doi(text: str) -> str | None:
    """A DOI in canonical form (lower case, no prefix, no final punctuation); None without one.

    The first one counts. Percent-encoding, publishers' page suffixes (`/full`, `.pdf`) and the
    version of a bioRxiv or medRxiv preprint are taken off; one cut by an ellipsis is none.
    """
    text = _plain(text)
    if found := _SICI.search(text):
        return found[0].lower()
    for found in _DOI.finditer(text):
        in_silverchair = bool(_SILVERCHAIR.search(text, 0, found.start()))
        rest = text[found.end() : found.end() + 3]
        if doi := _trim_doi(
            found[0] + rest if rest.startswith("…") else found[0], in_silverchair=in_silverchair
        ):
            return doi
    for address, form in _SPELT_OUT:
        if found := address.search(text):
            return form.format(found[1].lower())
    return None


def _plain(text: str) -> str:
    """`text` with escapes undone and invisible characters gone."""
    text = text.translate(_INVISIBLE)
    if "%" in text:
        text = unquote(text)
    return html.unescape(text) if "&" in text else text


def _trim_doi(doi: str, *, in_silverchair: bool) -> str | None:
    """What of a run of characters is the DOI itself; None when an ellipsis cut it."""
    doi = _SESSION.sub("", _GLUED.sub("", _balance_brackets(doi)))
    if _CUT.search(doi):
        return None
    if in_silverchair:
        doi = _ARTICLE_NUMBER.sub("", doi)
    doi, before = doi.lower(), ""
    while doi != before:
        before = doi
        doi = _VIEW.sub("", doi.rstrip(".,;:!*/_-·"))
    if doi.startswith(_OPENRXIV):
        doi = _VERSION.sub("", doi)
    return doi if not doi.endswith("/") and "/" in doi else None


def _balance_brackets(text: str) -> str:
    """`text` up to the first closing bracket that it did not open."""
    still_open: list[str] = []
    for position, character in enumerate(text):
        if character in "([{":
            still_open.append(character)
        elif character in _OPENS and (not still_open or still_open.pop() != _OPENS[character]):
            return text[:position]
    return text


def is_preprint_doi(doi: str) -> bool:
    """Whether a canonical DOI belongs to a preprint server."""
    prefix, _, suffix = doi.partition("/")
    known = _PREPRINT_SUFFIX.get(prefix)
    return known is not None and known.match(suffix) is not None


def strip_doi_version(doi: str) -> str:
    """The DOI under which all versions of a preprint are one work; any other DOI as it is."""
    return _VERSION.sub("", doi) if is_preprint_doi(doi) else doi


def ids_in(text: str) -> Ids:
    """All identifiers that a link or a text names: DOI, PMID, PMCID, NCT number, ISBN.

    `url` is not filled.

    Of two of one kind the first counts.
    """
    plain = _plain(text)
    return Ids(
        doi=clean_doi(text),
        pmid=_first_pmid(plain),
        pmcid=f"PMC{found[1]}" if (found := _PMCID.search(plain)) else None,
        nct=f"NCT{found[1]}" if (found := _NCT.search(plain)) else None,
        isbn=_first_isbn(plain),
    )


def _first_pmid(text: str) -> str | None:
    found = (match[1].lstrip("0") for pattern in _PMID if (match := pattern.search(text)))
    return next((pmid for pmid in found if pmid), None)


def _first_isbn(text: str) -> str | None:
    isbns = (_isbn13(match[1]) for match in _ISBN.finditer(text))
    return next((isbn for isbn in isbns if isbn), None)


def _isbn13(text: str) -> str | None:
    """13 digits, also from the 10 of old books; None when the check digit is wrong (ISO 2108)."""
    digits = re.sub(r"[\s-]", "", text).upper()
    if len(digits) == 10:
        sums = sum(
            (10 - n) * (10 if digit == "X" else int(digit)) for n, digit in enumerate(digits)
        )
        return _with_check_digit(f"978{digits[:9]}") if sums % 11 == 0 else None
    return digits if digits[:-1].isdigit() and _with_check_digit(digits[:12]) == digits else None


def _with_check_digit(twelve: str) -> str:
    return twelve + str(
        -sum(int(digit) * (3 if n % 2 else 1) for n, digit in enumerate(twelve)) % 10
    )
