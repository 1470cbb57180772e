"""The mailing list as faces use it: import, add, remove, export."""

from __future__ import annotations

import io
import re
import secrets
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, TextIO

from newsletter.errors import UsageError
from newsletter.formats.mailboxes import Address, parse_address
from newsletter.model import Subscriber, SubscriberState
from newsletter.subscribers import list_import
from newsletter.subscribers.list_import import Report, Row
from newsletter.subscribers.opt_in import Readers
from newsletter.subscribers.repository import Imported, People, Suppression
from newsletter.tokens import Keys
from newsletter.workspace import credentials
from newsletter.workspace.context import Desk
from newsletter.workspace.credentials import keys
from newsletter.workspace.files import write_whole


def _keys(desk: Desk) -> Keys:
    """The keys of our tokens. Where nobody is on the list yet there need be none: then no token is ours."""
    try:
        return credentials.keys(desk)
    except UsageError:
        nobody = Keys(secrets.token_bytes(32))
        if next(People(desk.engine, nobody).all(), None) is not None:
            raise
        return nobody


def farewells(desk: Desk, since: datetime) -> tuple[tuple[str, str], ...]:
    """(day, words) of those who left since a moment and said why, the newest first; nobody's name."""
    return tuple(Readers(desk.engine, _keys(desk)).farewells(since=since.date()))


_ADDRESS = re.compile(r"[^\s()<>,;]+@[^\s()<>,;]+")


def people(desk: Desk) -> People:
    """The list of subscribers."""
    return People(desk.engine, keys(desk))


def import_list(desk: Desk, file: BinaryIO, *, name: str) -> tuple[Report, Path | None]:
    """Take a list export in: what was understood and done, and the file with the rejected lines, to be mended.

    Raises UsageError when it is no list.
    """
    mend = io.StringIO(newline="")
    report = list_import.import_list(people(desk), file, name=name, now=desk.now, mend=mend)
    if not report.rejected:
        return report, None
    called = _ADDRESS.sub("list", Path(name).stem)  # no file is called by a person
    path = desk.workspace.private / f"rejected-{called}.csv"
    write_whole(path, mend.getvalue(), private=True)
    return report, path


def foresee(desk: Desk, rows: Iterable[Row]) -> Imported:
    """What taking these people in would do; nothing is changed."""
    return people(desk).foresee(rows, now=desk.now)


def why_gone(desk: Desk, written: str) -> Suppression | None:
    """Why an address must never be written to, also when its person was erased; None: it may be, or it is none."""
    try:
        return people(desk).suppression(parse_address(written))
    except ValueError:
        return None


def addresses(written: Iterable[str]) -> tuple[Address, ...]:
    """Addresses as a person typed them; raises UsageError, which does not repeat them."""
    found = []
    for number, text in enumerate(written, 1):
        try:
            found.append(parse_address(text))
        except ValueError as error:
            raise UsageError(f"address {number}: {error}") from error
    return tuple(found)


def add_subscriber(desk: Desk, written: str, *, name: str = "") -> Imported:
    """Put one person on the list; one who left stays gone."""
    (address,) = addresses([written])
    return people(desk).take_in([Row(line=1, address=address, name=name)], now=desk.now)


def remove_subscribers(desk: Desk, written: Iterable[str]) -> int:
    """Note that these people want no more mail; tells how many were on the list."""
    listed = people(desk)
    removed = 0
    for address in addresses(written):
        known = listed.find(address)
        if known is None:
            listed.erase([address], now=desk.now)  # a keyed hash stays: a later import cannot bring them in
        elif listed.suppress(known.id, SubscriberState.UNSUBSCRIBED, "removed by staff", now=desk.now):
            removed += 1
    return removed


def export_list(desk: Desk, file: TextIO) -> int:
    """Write everybody as CSV; tells how many."""
    return people(desk).export(file)


def subscribers(desk: Desk) -> Iterator[Subscriber]:
    """Everybody, in the order in which they were added."""
    return people(desk).all()
