"""A visit to one source: fetch what it offers, and read it by its kind. Nothing is kept here.

A path or an address gives one document. Registers that are asked by a `query` answer page by page;
for them a `url` is another base of their service. A calendar is read anew each time, because what
lies ahead moves with the day.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from email.utils import parseaddr
from functools import partial

from newsletter.config import secret
from newsletter.entries.records import SourceRecord
from newsletter.errors import SourceError
from newsletter.model import ParsedDocument, Source, SourceResult
from newsletter.sources.fetcher import (
    PER_SECOND,
    PER_SECOND_WITH_KEY,
    Fetcher,
    FetchRequest,
    FetchResult,
)
from newsletter.sources.kinds import find_source_type
from newsletter.sources.parser_pool import ParserPool, report_internal_error
from newsletter.sources.registries.pubmed_source import PUBMED_KEY
from newsletter.workspace.context import AppContext


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
        try:
            found = find_source_type(source.kind)
        except SourceError as error:
            failed = SourceResult(source=source, error=str(error))
            return SourceFetch(collected=failed, before=before)
        if found.collect and _is_asked(source):
            asked = await _collect_answer(source, partial(found.collect, self.fetcher, source))
            return SourceFetch(collected=asked, before=before)
        return await self._fetch_document(source, before, is_calendar=found.is_calendar)

    async def _fetch_document(
        self, source: Source, before: SourceRecord, *, is_calendar: bool
    ) -> SourceFetch:
        url = source.url if "://" in source.url else str(self.context.workspace.path(source.url))
        request = FetchRequest(name=source.name, url=url)
        if not (is_calendar or before.error):
            request = replace(
                request,
                etag=before.etag,
                last_modified=before.last_modified,
                digest=before.content_digest,
            )
        fetched = await self.fetcher.get_or_read(request)
        collected = SourceResult(
            source=source,
            unchanged=fetched.not_modified,
            error=fetched.error,
            inside_host=fetched.inside_host,
        )
        if fetched.document is not None:
            collected = await self.parsers.parse(source, fetched.document)
        return SourceFetch(collected=collected, before=before, fetched=fetched)


def _is_asked(source: Source) -> bool:
    """Whether a service is asked for what it has; else the source is one document."""
    return bool(source.query) and (not source.url or "://" in source.url)


async def _collect_answer(
    source: Source, ask: Callable[[], Awaitable[ParsedDocument]]
) -> SourceResult:
    try:
        return SourceResult(source=source, parsed=replace(await ask()))
    except SourceError as error:
        return SourceResult(source=source, error=str(error), inside_host=error.inside_host)
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
