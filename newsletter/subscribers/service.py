"""The mailing list as faces use it: import, add, remove, export."""

from __future__ import annotations

import io
import re
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, TextIO

from newsletter.errors import UsageError
from newsletter.formats.mailboxes import MailAddress, parse_address
from newsletter.model import Subscriber, SubscriberState
from newsletter.platform_support import FORBIDDEN
from newsletter.subscribers import list_import
from newsletter.subscribers.import_batch import ImportCounts
from newsletter.subscribers.list_import import ImportReport, ImportRow
from newsletter.subscribers.opt_in import OptInRepository
from newsletter.subscribers.repository import SubscriberRepository
from newsletter.subscribers.suppressions import Suppression
from newsletter.subscribers.unsubscribes import UnsubscribeQueue
from newsletter.tokens import Keys
from newsletter.workspace import credentials
from newsletter.workspace.context import AppContext
from newsletter.workspace.credentials import load_keys
from newsletter.workspace.files import write_whole


def _keys(context: AppContext) -> Keys:
    """The keys of our tokens.

    Where nobody is on the list yet there need be none: then no token is ours.
    """
    try:
        return credentials.load_keys(context)
    except UsageError:
        nobody = Keys(secrets.token_bytes(32))
        if next(SubscriberRepository(context.engine, nobody).all(), None) is not None:
            raise
        return nobody


@dataclass(frozen=True, slots=True)
class SubscriberStores:
    """All that is kept about the people of a list, on one database and with one set of keys."""

    keys: Keys
    subscribers: SubscriberRepository
    requests: OptInRepository
    unsubscribes: UnsubscribeQueue


def open_stores(context: AppContext) -> SubscriberStores:
    """All that is kept about the people of the list; raises UsageError or StorageError."""
    keys, engine = load_keys(context), context.engine
    return SubscriberStores(
        keys=keys,
        subscribers=SubscriberRepository(engine, keys),
        requests=OptInRepository(engine, keys),
        unsubscribes=UnsubscribeQueue(engine),
    )


def list_unsubscribe_reasons(context: AppContext, since: datetime) -> tuple[tuple[str, str], ...]:
    """(day, words) of those who left since a moment and said why, the newest first.

    Nobody's name.
    """
    return tuple(
        OptInRepository(context.engine, _keys(context)).list_unsubscribe_reasons(since=since.date())
    )


_ADDRESS = re.compile(r"[^\s()<>,;]+@[^\s()<>,;]+")


def open_subscribers(context: AppContext) -> SubscriberRepository:
    """The list of subscribers."""
    return SubscriberRepository(context.engine, load_keys(context))


def import_list(
    context: AppContext, file: BinaryIO, *, name: str
) -> tuple[ImportReport, Path | None]:
    """Take a list export in.

    What was understood and done, and the file with the rejected lines, to be mended.

    Raises UsageError when it is no list.
    """
    mend = io.StringIO(newline="")
    report = list_import.import_list(
        open_subscribers(context), file, name=name, now=context.now, mend=mend
    )
    if not report.rejected:
        return report, None
    called = _ADDRESS.sub("list", Path(name).stem)  # no file is called by a person
    called = FORBIDDEN.sub("-", called)  # a list from another computer, in a page's upload
    path = context.workspace.private / f"rejected-{called}.csv"
    write_whole(path, mend.getvalue(), private=True)
    return report, path


def preview_import(context: AppContext, rows: Iterable[ImportRow]) -> ImportCounts:
    """What taking these people in would do; nothing is changed."""
    return open_subscribers(context).preview_import(rows, now=context.now)


def explain_suppression(context: AppContext, written: str) -> Suppression | None:
    """Why an address must never be written to, also when its person was erased.

    None: it may be, or it is none.
    """
    try:
        return open_subscribers(context).suppression(parse_address(written))
    except ValueError:
        return None


def parse_addresses(written: Iterable[str]) -> tuple[MailAddress, ...]:
    """Addresses as a person typed them; raises UsageError, which does not repeat them."""
    found = []
    for number, text in enumerate(written, 1):
        try:
            found.append(parse_address(text))
        except ValueError as error:
            raise UsageError(f"address {number}: {error}") from error
    return tuple(found)


def add_subscriber(context: AppContext, written: str, *, name: str = "") -> ImportCounts:
    """Put one person on the list; one who left stays gone."""
    (address,) = parse_addresses([written])
    return open_subscribers(context).import_rows(
        [ImportRow(line=1, address=address, name=name)], now=context.now
    )


def remove_subscribers(context: AppContext, written: Iterable[str]) -> int:
    """Note that these people want no more mail; tells how many were on the list."""
    listed = open_subscribers(context)
    removed = 0
    for address in parse_addresses(written):
        known = listed.find(address)
        if known is None:
            listed.erase(
                [address], now=context.now
            )  # a keyed hash stays: a later import cannot bring them in
        elif listed.suppress(
            known.id, SubscriberState.UNSUBSCRIBED, "removed by staff", now=context.now
        ):
            removed += 1
    return removed


def export_list(context: AppContext, file: TextIO) -> int:
    """Write everybody as CSV; tells how many."""
    return open_subscribers(context).export(file)


def list_subscribers(context: AppContext) -> Iterator[Subscriber]:
    """Everybody, in the order in which they were added."""
    return open_subscribers(context).all()
