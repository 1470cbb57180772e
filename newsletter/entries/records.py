"""What the database holds besides entries: sightings, how sources fared, what was looked at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

import sqlalchemy as sa

from newsletter.database import tables
from newsletter.model import Entry


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """What one source said of one entry."""

    source: str
    key: str
    entry: Entry  # as this source gave it
    first_seen_at: datetime
    last_seen_at: datetime


class EarlierEntry(NamedTuple):
    """An entry that the last issue has looked at, and that is dated before it."""

    key: str
    title: str
    dated: str | None
    first_seen_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewCutoff:
    """How far the last issue looked."""

    since_at: datetime  # what was first seen up to here was looked at
    since_on: date  # what is dated before this day is no longer new

    def condition(self) -> sa.ColumnElement[bool]:
        """Papers and news that were seen then, and are undated or dated before.

        A month or year wholly before.
        """
        entries = tables.entries.c
        # "2026-10" is before "2026-11-20" because it is before "2026-11": dates sort as texts of
        # one length
        before = entries.dated < sa.func.substr(
            self.since_on.isoformat(), 1, sa.func.length(entries.dated)
        )
        seen = entries.first_seen_at <= self.since_at
        return (entries.kind == "") & seen & (entries.dated.is_(None) | before)


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRecord:
    """How a source fared until now."""

    name: str
    url: str = ""
    etag: str = ""
    last_modified: str = ""
    content_digest: str = ""  # SHA-256 of the last good answer
    entries: int = 0  # in the last good answer
    checked_at: datetime | None = None
    succeeded_at: datetime | None = None
    changed_at: datetime | None = None  # when it last gave an entry never seen before
    failing_since_at: datetime | None = None
    error: str = ""


class SourceActivity(NamedTuple):
    """When a source gave something."""

    newest_on: (
        date | None
    )  # the newest day that an entry of it is dated, none ahead; None: all are undated
    first_seen_at: datetime  # when it first gave anything
