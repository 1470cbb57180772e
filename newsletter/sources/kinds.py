"""The kinds of sources: one object for each, in a module `KIND_source.py` beside its reader.

Nothing else in the program names a kind's reader. Other packages add kinds through the entry-point
group `newsletter.sources`; docs/architecture.md shows how. The modules of the kinds are light and
load all together where a list of kinds is wanted; what reads a document they import when one comes.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any, Literal
from zoneinfo import ZoneInfo

from newsletter.errors import PluginError, SourceError
from newsletter.model import Document, ParsedDocument, SectionStyle, Source
from newsletter.plugins import SOURCES

if TYPE_CHECKING:
    from newsletter.sources.registries.api_client import HttpClient

    Collect = Callable[[HttpClient, Source], Awaitable[ParsedDocument]]

LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsingContext:
    """What a document is read with, besides itself: a newsletter at one moment."""

    now: datetime
    ahead_days: int  # days ahead that events are offered
    zone: ZoneInfo  # whose days and hours the newsletter speaks in
    sections: tuple[SectionStyle, ...] = ()


Read = Callable[[Document, Source, ParsingContext], ParsedDocument]


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceType:
    """One kind of source: all that the program knows of it."""

    kind: str  # as newsletter.toml writes it, and as its module or entry point is called
    title: str  # in a list for people: "A calendar (iCalendar)"
    read: Read  # the entries of one document; raises SourceError with a sentence
    collect: Collect | None = None  # asks a service by `query`, page by page; raises SourceError
    rank: int = 100  # place in lists, the lowest first
    dated_by_publication: bool = False
    """Its entries are dated by the day they appear; a registry's old trial may be news."""
    is_calendar: bool = False
    """It lists all that lies ahead: it is read again each time, because that moves with the day,
    and an event that it does not list any more was taken out of it."""
    suffixes: tuple[str, ...] = ()  # of paths, in lower case, that are surely of this kind
    is_address: Callable[[str], bool] | None = None
    """Whether an address or path (in lower case, no query string) is surely of this kind."""
    tried_for: Literal["words", "addresses"] | None = None
    """What is tried as this kind where no kind is sure."""
    recognize: Callable[[bytes], bool] | None = None
    """Whether a document is of this kind, from its first 4,000 bytes, without space before them."""
    preloaded: tuple[str, ...] = ()  # modules that worker processes load once for all

    def __post_init__(self) -> None:
        """Raises TypeError, so that a wrong one fails where it is made and not in a list of all."""
        holds = isinstance(self.title, str), isinstance(self.rank, int), callable(self.read)
        if not all(holds):
            raise TypeError("a SourceType has a text as title, a number as rank, and can read")


def find_source_type(kind: str) -> SourceType:
    """The type of a kind; SourceError where there is none, or its package does not load."""
    try:
        return _load(kind)
    except PluginError as error:
        raise SourceError(str(error)) from error
    except KeyError as error:
        raise SourceError(f"“{kind}” is no kind of source") from error


def list_source_types() -> tuple[SourceType, ...]:
    """Every type that loads, by rank."""
    found = (_find_if_usable(kind) for kind in SOURCES.list_names())
    return tuple(sorted((each for each in found if each), key=lambda each: (each.rank, each.kind)))


def select_source_names(
    sources: Iterable[Source], has_trait: Callable[[SourceType], bool]
) -> frozenset[str]:
    """The names of the sources whose type has a trait; none of a type that does not load."""
    types = {source.name: _find_if_usable(source.kind) for source in sources}
    return frozenset(name for name, found in types.items() if found and has_trait(found))


def list_preloads(kinds: Iterable[str]) -> tuple[str, ...]:
    """What worker processes load once for all, where documents of these kinds will come."""
    types = (_find_if_usable(kind) for kind in sorted(set(kinds)))
    return tuple(module for found in types if found for module in found.preloaded)


def is_address_of(found: SourceType, path: str) -> bool:
    """Whether an address or path, in lower case and without query, is surely of a kind."""
    return _ask(found, path.endswith, found.suffixes) or _ask(found, found.is_address, path)


def is_file_name_of(found: SourceType, name: str) -> bool:
    """Whether a file is of a kind for its name, whatever is in it."""
    return _ask(found, name.lower().endswith, found.suffixes)


def is_document_of(found: SourceType, start: bytes) -> bool:
    """Whether a document is of a kind, by its beginning."""
    return _ask(found, found.recognize, start)


@cache
def _load(kind: str) -> SourceType:
    found = SOURCES.load(kind)
    if isinstance(found, SourceType) and found.kind == kind:
        return found
    package = SOURCES.added[kind].package if kind in SOURCES.added else "newsletter"
    raise PluginError(kind, package, f"{found!r:.80} is no SourceType of that kind")


def _find_if_usable(kind: str) -> SourceType | None:
    try:
        return find_source_type(kind)
    except SourceError:
        return None


def _ask(found: SourceType, question: Callable[[Any], bool] | None, about: object) -> bool:
    """The answer of a kind; one that stumbles over the question is not the right one."""
    try:
        return question is not None and bool(question(about))
    # a kind of another package may be wrong, and may not stop the others
    except Exception:  # noqa: BLE001
        LOG.warning("a kind of source could not answer: kind=%s", found.kind)
        return False
