"""What a person pastes: text, a link or an identifier. It is shown as it was understood before anything is taken in."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from email.utils import parseaddr

from newsletter.config import secret
from newsletter.errors import UsageError
from newsletter.model import Document, Entry, Reading, Source, SourceKind
from newsletter.pipeline.desk import Desk
from newsletter.storage.taking_in import take_in


def understand(desk: Desk, pasted: str) -> Reading:
    """The entries of a pasted text, or of the one link, DOI, PMID or NCT number that it is; nothing is kept.

    Raises SourceError when nothing can be made of it, UsageError when it is empty.
    """
    from newsletter.pipeline.gathering import PASTED
    from newsletter.pipeline.visiting import reading

    text = pasted.strip()
    if not text:
        raise UsageError("paste a text, a link, a DOI, a PMID or an NCT number first")
    if "\n" not in text:
        from newsletter.sources.lookup import Kind, kind_of

        if kind_of(text) is not Kind.FILE:
            return asyncio.run(_looked_up(desk, text))
    source = Source(name=PASTED, kind=SourceKind.PAGE)
    return reading(desk, source, Document(content=text.encode(), content_type="text/plain; charset=utf-8"))


async def _looked_up(desk: Desk, reference: str) -> Reading:
    from newsletter.pipeline.visiting import PUBMED_KEY
    from newsletter.sources.fetching import Fetcher
    from newsletter.sources.lookup import look_up

    settings = desk.workspace.settings.newsletter
    contact = settings.url or parseaddr(settings.reply_to or settings.sender)[1]
    async with Fetcher(contact=contact, allow_hosts=settings.fetch_from) as fetcher:
        return await look_up(reference, fetcher, api_key=secret(PUBMED_KEY), zone=settings.zone)


def take(desk: Desk, entries: Iterable[Entry], *, section: str | None = None) -> tuple[str, ...]:
    """Take in what was understood; tells the keys under which it is known from now on."""
    from newsletter.pipeline.gathering import PASTED

    seen = tuple(replace(entry, section=section or entry.section) for entry in entries)
    return tuple(dict.fromkeys(take_in(desk.store, PASTED, seen, desk.now).keys))
