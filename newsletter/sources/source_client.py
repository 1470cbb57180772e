"""A visit to one source: fetch what it offers, and read it by its kind. Nothing is kept here.

A path or an address gives one document. Registers that are asked by a `query` answer page by page;
for them a `url` is another base of their service. A calendar is read anew each time, because what
lies ahead moves with the day.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from email.utils import parseaddr

from newsletter.config import secret
from newsletter.entries.repository import SourceRecord
from newsletter.errors import SourceError
from newsletter.model import ParsedDocument, Source, SourceKind, SourceResult
from newsletter.sources.fetcher import (
    PER_SECOND,
    PER_SECOND_WITH_KEY,
    Fetcher,
    FetchRequest,
    FetchResult,
)
from newsletter.sources.parser_pool import ParserPool, report_internal_error
from newsletter.workspace.context import AppContext

PUBMED_KEY = "NEWSLETTER_PUBMED_API_KEY"


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFetch:
    """What a visit brought."""

    collected: SourceResult
    before: SourceRecord
    fetched: FetchResult = field(default_factory=FetchResult)


class SourceClient:
    """Fetches the sources of one run with one client, which keeps the pace services ask for."""

    def __init__(self, context: AppContext, fetcher: Fetcher, room: ParserPool) -> None:
        self.context = context
        self.fetcher = fetcher
        self.parsers = room

    async def fetch_source(self, source: Source, before: SourceRecord | None) -> SourceFetch:
        """Fetch and read one source. Its failure is a value, with a sentence."""
        if before is None or before.url != source.url:
            before = SourceRecord(name=source.name, url=source.url)
        ask = self._asking(source)
        if ask is not None:
            return SourceFetch(collected=await _collect_answer(source, ask), before=before)
        fetched = await self._fetch(source, before)
        collected = SourceResult(source=source, error=fetched.error, unchanged=fetched.not_modified)
        if fetched.document is not None:
            collected = await self.parsers.parse(source, fetched.document)
        return SourceFetch(collected=collected, before=before, fetched=fetched)

    async def _fetch(self, source: Source, before: SourceRecord) -> FetchResult:
        url = source.url if "://" in source.url else str(self.context.workspace.path(source.url))
        if source.kind is SourceKind.CALENDAR or before.error:
            return await self.fetcher.get_or_read(FetchRequest(name=source.name, url=url))
        known = FetchRequest(
            name=source.name,
            url=url,
            etag=before.etag,
            last_modified=before.last_modified,
            digest=before.content_digest,
        )
        return await self.fetcher.get_or_read(known)

    def _asking(self, source: Source) -> Callable[[], Awaitable[ParsedDocument]] | None:
        """How a register is asked that answers queries; None for what is one document."""
        if not source.query or (source.url and "://" not in source.url):
            return None
        base = {"base": source.url.rstrip("/")} if source.url else {}
        match source.kind:
            case SourceKind.PUBMED:
                from newsletter.sources.registries.entrez import collect_pubmed

                return lambda: collect_pubmed(
                    self.fetcher, source, api_key=secret(PUBMED_KEY), **base
                )
            case SourceKind.TRIALS:
                from newsletter.sources.registries.clinicaltrials import collect_trials

                return lambda: collect_trials(self.fetcher, source, **base)
            case SourceKind.GRANTS:
                from newsletter.sources.registries.grants_gov import collect_grants

                return lambda: collect_grants(self.fetcher, source, **base)
            case _:
                return None


async def _collect_answer(
    source: Source, ask: Callable[[], Awaitable[ParsedDocument]]
) -> SourceResult:
    try:
        return SourceResult(source=source, parsed=await ask())
    except SourceError as error:
        return SourceResult(source=source, error=str(error))
    # a mistake of ours takes nothing from the other sources
    except Exception as error:  # noqa: BLE001
        return report_internal_error(source, error)


def build_fetcher(context: AppContext) -> Fetcher:
    """The client of this newsletter.

    Says who asks, and how often PubMed may be asked with the key there is.
    """
    settings = context.workspace.settings.newsletter
    contact = settings.url or parseaddr(settings.reply_to or settings.sender)[1]
    pace = PER_SECOND_WITH_KEY if secret(PUBMED_KEY) else PER_SECOND
    return Fetcher(contact=contact, allow_hosts=settings.fetch_from, per_second=pace)
