"""Where entries go: the same rules for what sources bring, and for `classify`, which asks them about many titles."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from newsletter.errors import UsageError
from newsletter.identity import clean_url, ids_in
from newsletter.model import Entry, SectionStyle


def proposer(styles: Sequence[SectionStyle]) -> Callable[[Entry], str | None]:
    """The section that an entry belongs to, as its source, its kind and its wording tell; None: to sort."""
    names = {style.name for style in styles}

    def propose(entry: Entry) -> str | None:
        if entry.section in names:
            return entry.section
        kinds = {
            "trials": entry.trial,
            "events": entry.event,
            "grants": entry.grant,
            "research": entry.ids.doi or entry.ids.pmid,
        }
        return next((name for name, found in kinds.items() if found and name in names), None)

    return propose


def proposals(styles: Sequence[SectionStyle], lines: str, *, name: str) -> list[dict[str, Any]]:
    """A proposal for each line of JSON with `title`, `summary` and `url`; raises UsageError naming file and line."""
    propose = proposer(styles)
    found = (
        (propose(_entry(line, f"{name}, line {number}")))
        for number, line in enumerate(lines.splitlines(), 1)
        if line.strip()
    )
    return [{"section": section, "confident": section is not None, "why": ""} for section in found]


def _entry(line: str, where: str) -> Entry:
    try:
        told = json.loads(line)
        title, summary, url = (str(told.get(name) or "") for name in ("title", "summary", "url"))
    except (ValueError, AttributeError, RecursionError) as error:
        raise UsageError(
            f'{where}: expected a JSON object such as {{"title": "…", "summary": "…", "url": "…"}}'
        ) from error
    return Entry(title=title, summary=summary, links=(url,) if clean_url(url) else (), ids=ids_in(url))
