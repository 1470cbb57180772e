"""Where entries come from, and what a source gave."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from newsletter.model.entries import Entry

MAX_DOCUMENT_BYTES = 20_000_000
"""What one document may have, unpacked: readers refuse more of it with a sentence."""


class SourceKind:
    """What a `[[source]]` reads, as text: names of kinds that code and tests mean by name.

    The list is not closed: `newsletter.sources.kinds` knows every kind, also those of others.
    """

    FEED: Final = "feed"
    PAGE: Final = "page"
    PUBMED: Final = "pubmed"
    TRIALS: Final = "trials"
    CALENDAR: Final = "calendar"
    GRANTS: Final = "grants"
    TABLE: Final = "table"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where entries come from: one `[[source]]` table of newsletter.toml."""

    name: str
    kind: str  # feed, page, …: see `newsletter.sources.kinds`
    url: str = ""  # http(s) address, or a path from the workspace
    section: str | None = None  # all entries go there; None: proposed entry by entry
    limit: int = 200  # entries kept of one answer, the newest
    query: str = ""  # pubmed, trials, grants: the search in the service's own language
    status: tuple[str, ...] = ()  # trials: only these
    place: str = ""  # trials: country or city


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """Bytes as they came from a source, with what is needed to read them."""

    content: bytes
    url: str = ""  # final address, the base of relative links; a file's is file:…
    content_type: str = ""  # the header, charset included; empty for a file


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedDocument:
    """What a reader found in one document."""

    entries: tuple[Entry, ...]  # in the order of the document
    skipped: tuple[str, ...] = ()  # a sentence for each part that could not be read


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceResult:
    """How one source fared in one run of `collect`."""

    source: Source
    parsed: ParsedDocument = ParsedDocument(entries=())
    unchanged: bool = False  # the server says so, or the same bytes came
    error: str | None = None  # a sentence; then `reading` is empty and what was known stays
    inside_host: str = ""  # the host that was not asked because it is inside one's own network
