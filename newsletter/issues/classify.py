"""The section that each entry is proposed for.

The same rules for what sources bring, and for `classify`, which asks them about many titles.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from newsletter import classifier
from newsletter.errors import UsageError
from newsletter.identity import clean_url, ids_in
from newsletter.model import Entry, SectionStyle


def build_classifier(styles: Sequence[SectionStyle]) -> Callable[[Entry], str | None]:
    """The section that an entry belongs to; None: to sort."""
    return lambda entry: classifier.propose_section(entry, styles).section


def classify_lines(
    styles: Sequence[SectionStyle], lines: str, *, name: str
) -> Iterator[dict[str, Any]]:
    """A proposal for each line of JSON with `title`, `summary` and `url`.

    Raises UsageError naming file and line.
    """
    for number, line in enumerate(lines.splitlines(), 1):
        if line.strip():
            found = classifier.propose_section(_entry(line, f"{name}, line {number}"), styles)
            yield {"section": found.section, "confident": found.confident, "why": found.why}


def _entry(line: str, where: str) -> Entry:
    try:
        told = json.loads(line)
        title, summary, url = (str(told.get(name) or "") for name in ("title", "summary", "url"))
    except (ValueError, AttributeError, RecursionError) as error:
        raise UsageError(
            f'{where}: expected a JSON object such as {{"title": "…", "summary": "…", "url": "…"}}'
        ) from error
    link = clean_url(url)
    return Entry(title=title, summary=summary, links=(link,) if link else (), ids=ids_in(url))
