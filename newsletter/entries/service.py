"""How the sources of a newsletter fared, as the faces ask."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from newsletter.entries.records import SourceRecord
from newsletter.entries.repository import entries_of
from newsletter.workspace.context import AppContext


def list_source_records(context: AppContext) -> Mapping[str, SourceRecord]:
    """How each source fared when it was last collected, by its name; empty before the first time."""
    return entries_of(context).sources()


def find_last_collection(context: AppContext) -> datetime | None:
    """When a source was last collected; None before the first time."""
    records = list_source_records(context).values()
    return max((each.checked_at for each in records if each.checked_at), default=None)
