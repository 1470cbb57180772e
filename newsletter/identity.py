"""When two entries are one thing: identifiers in canonical form, cleaned addresses, and at last title and year. Pure."""

from __future__ import annotations

from newsletter.model import Entry, Ids


def clean_doi(text: str) -> str | None:
    """A DOI in canonical form (lower case, no prefix, no trailing punctuation), or None when `text` holds none."""
    raise NotImplementedError


def clean_url(url: str) -> str | None:
    """An absolute http(s) address without tracking parameters and fragment, or None when it is none."""
    raise NotImplementedError


def ids_in(text: str) -> Ids:
    """All identifiers that a link or a text names: DOI, PMID, PMCID, NCT number, ISBN; `url` is not filled."""
    raise NotImplementedError


def key_of(entry: Entry) -> str:
    """The key of an entry never seen before, from its strongest identifier: `doi:10.1/x`, …, `title:words-2023`."""
    raise NotImplementedError
