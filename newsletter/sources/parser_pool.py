"""Documents read by the kind of their source.

Here where there are few, in processes of their own where there are many.

Python reads one document at a time in a process, however many threads it has; a feed takes some
milliseconds.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from collections.abc import Iterable
from concurrent.futures import BrokenExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self

from newsletter.errors import SourceError
from newsletter.model import Document, ParsedDocument, Source, SourceResult
from newsletter.platform_support import choose_start_method
from newsletter.plugins import SOURCES
from newsletter.sources.kinds import ParsingContext, find_source_type, list_preloads
from newsletter.workspace.context import AppContext

if TYPE_CHECKING:
    from concurrent.futures import ProcessPoolExecutor

# documents that are read before other processes, which need a moment to start, are worth their
# while
FEW = 6
MAX_SENTENCES = 100  # about one document
MAX_PROCESSES = 2  # each takes some 50 MB

LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentParser:
    """Reads a document by the kind of its source, as seen at one moment from one place."""

    context: ParsingContext

    def collect_entries(self, source: Source, document: Document) -> SourceResult:
        """The entries of one document, or the sentence that says why there are none."""
        try:
            found = self.parse(source, document)
            return SourceResult(source=source, parsed=replace(found, skipped=_few(found.skipped)))
        except SourceError as error:
            return SourceResult(source=source, error=str(error))
        # a mistake of ours takes nothing from the other sources
        except Exception as error:  # noqa: BLE001
            return report_internal_error(source, error)

    def parse(self, source: Source, document: Document) -> ParsedDocument:
        """The entries of one document; raises SourceError."""
        return find_source_type(source.kind).read(document, source, self.context)


def _few(sentences: tuple[str, ...]) -> tuple[str, ...]:
    """The first of what was passed over, and how many more there are.

    Nobody reads half a million of them.
    """
    more = len(sentences) - MAX_SENTENCES
    return (*sentences[:MAX_SENTENCES], f"and {more:,} more like these") if more > 0 else sentences


def report_internal_error(source: Source, error: Exception) -> SourceResult:
    """What is told of a source where this program made a mistake; the log has the details."""
    LOG.error("a reader stumbled: source=%s kind=%s", source.name, source.kind, exc_info=error)
    added = SOURCES.added.get(source.kind) if source.kind not in SOURCES.own else None
    who = f"the package {added.package}" if added else "this program"
    sentence = (
        f"{who} stumbled over what the address gives ({type(error).__name__}); please report it"
    )
    return SourceResult(source=source, error=sentence)


def build_document_parser(context: AppContext) -> DocumentParser:
    """Reads documents as this newsletter does, at this moment."""
    settings = context.workspace.settings
    newsletter = settings.newsletter
    return DocumentParser(
        context=ParsingContext(
            now=context.now,
            ahead_days=newsletter.ahead_days,
            zone=newsletter.zone,
            sections=settings.sections,
        )
    )


class ParserPool:
    """Reads the documents of one run while others are being fetched.

    Used as `with ParserPool(reader) as room`.

    `expected` is how many documents will surely come, `kinds` what their sources are.
    """

    def __init__(
        self,
        reader: DocumentParser,
        *,
        expected: int = 0,
        kinds: Iterable[str] = (),
        processes: int | None = None,
    ) -> None:
        self._reader = reader
        self._processes = (
            min(MAX_PROCESSES, os.cpu_count() or 1) if processes is None else processes
        )
        self._expected = expected
        self._kinds = frozenset(kinds)
        self._asked = 0
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> Self:
        if self._expected > FEW and self._processes > 1:
            # they load their modules while the first documents are fetched
            self._pool = _processes(self._processes, self._kinds)
        return self

    def __exit__(self, *_: object) -> None:
        if self._pool:
            self._pool.shutdown(cancel_futures=True)

    async def parse(self, source: Source, document: Document) -> SourceResult:
        """The entries of one document, or the sentence that says why there are none."""
        self._asked += 1
        if self._asked > FEW and self._processes > 1 and self._pool is None:
            self._pool = _processes(self._processes, self._kinds)
        if self._pool:
            try:
                return await asyncio.get_running_loop().run_in_executor(
                    self._pool, self._reader.collect_entries, source, document
                )
            except (
                BrokenExecutor
            ):  # the system ended one of them: go on with the one that is left, ours
                self._pool, self._processes = None, 1
        return await asyncio.to_thread(self._reader.collect_entries, source, document)


def _processes(count: int, kinds: Iterable[str]) -> ProcessPoolExecutor:
    """Processes to read in. A copy of ours might hold a lock of another thread.

    A fork server has no threads.
    """
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_all_start_methods, get_context

    method = choose_start_method(get_all_start_methods())
    mp_context = get_context(method)
    if method == "forkserver":
        from multiprocessing import forkserver

        mp_context.set_forkserver_preload([__name__, *list_preloads(kinds)])
        forkserver.ensure_running()
    return ProcessPoolExecutor(count, mp_context=mp_context, initializer=_leave_stopping_to_us)


def _leave_stopping_to_us() -> None:
    """Ctrl-C goes to all processes of a terminal; the one that started the others ends them."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
