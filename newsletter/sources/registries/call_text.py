"""What the text of a call for proposals tells: until when one may apply, and how much is given.

Pure.

A deadline is only what stands behind words such as “deadline” or “due by”, with its year. Where a
call asks for letters of intent first, the first day counts, since who misses it is out; of several
cycles the last, so that no open call is taken for a closed one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from newsletter.formats import dates
from newsletter.model import Entry, Grant, Precision

SECTION = "grants"
_LONGEST = 20_000  # characters that are looked at

_CUE = r"""
    (?:
        deadlines? | (?<!\w)due(?!\ to\b)(?:\ dates?)? | clos(?:es?|ing)(?:\ dates?)? | expires?
      | (?:apply|submit(?:ted)?|received|sent)\ by | (?:apply|submit\w*)\ before
      | (?:accepted|open|extended)(?:\ from\ [^.;\n]{4,40}?)?\ (?:until|till|through|to)
      | (?:no|not)\ later\ than
    )
"""
_CLOCK = r"(?:\d{1,2}(?::\d\d)?\ ?(?:[ap]\.?\ ?m\.?|h\b)|\d{1,2}:\d\d|noon|midnight)"
_BETWEEN = rf"[^.;\d\n]{{0,60}}?(?:{_CLOCK}[^.;\d\n]{{0,40}}?)?"
_WORD = r"(?:[^\W\d_]{3,10}\.?)"
_DATE = rf"""
    (?P<date>
        \d{{4}}-\d\d-\d\d | \d{{1,2}}[/.]\d{{1,2}}[/.]\d{{4}}
      | {_WORD}\ \d{{1,2}}(?:st|nd|rd|th)?,?\ \d{{4}}
      | \d{{1,2}}(?:st|nd|rd|th|\.)?(?:\ of|\ de)?\ {_WORD}(?:,|\ de)?\ \d{{4}}
    )
"""
_DEADLINE = re.compile(
    rf"\b{_CUE}{_BETWEEN}(?<!\w){_DATE}(?!\w)",
    re.IGNORECASE | re.VERBOSE,
)
_EXTENDED = re.compile(
    rf"""
        \bextended{_BETWEEN}(?:from[^.;\n]{{4,40}}?\ )?(?:to|until|till|through)\b{_BETWEEN}
        (?<!\w){_DATE}(?!\w)
    """,
    re.IGNORECASE | re.VERBOSE,
)
_ORDINAL = re.compile(r"(?<=\d)(?:st|nd|rd|th)\b", re.IGNORECASE)
_INTENT = re.compile(
    r"\bletters? of (?:intent|inquiry|interest)\b|\blois?\b|\bpre-?(?:proposal|application)s?\b",
    re.IGNORECASE,
)
_AMOUNT = re.compile(
    r"""
        (?:\b(?:up\ to|as\ much\ as|a\ maximum\ of)\ )?(?:\bUSD?\ ?)?[$€£]\ ?
        (?:\d{1,3}(?:,\d{3})+|\d{1,9})(?:\.\d{1,2})?(?:\ ?(?:million|thousand|[km])\b)?
    """,
    re.IGNORECASE | re.VERBOSE,
)


def with_call(entry: Entry) -> Entry:
    """An entry of a source of calls, with what its text tells of the call.

    A paper or event stays what it is.
    """
    ids = entry.ids
    if entry.event or entry.trial or ids.doi or ids.pmid or ids.pmcid or ids.nct:
        return entry
    text = f"{entry.title}\n{entry.summary}"
    known = entry.grant or Grant()
    grant = replace(
        known, deadline=known.deadline or deadline_in(text), amount=known.amount or amount_in(text)
    )
    return replace(entry, grant=grant) if grant != Grant() else entry


def deadline_in(text: str) -> date | None:
    """The last day on which one may apply; None where the text names none with its year."""
    text = " ".join(text[:_LONGEST].split(" "))
    if extended := list(_days(_EXTENDED, text)):
        return max(extended)
    days = list(_days(_DEADLINE, text))
    if not days:
        return None
    return min(days) if _INTENT.search(text) else max(days)


def _days(pattern: re.Pattern[str], text: str) -> Iterator[date]:
    for found in pattern.finditer(text):
        written = re.sub(r" (?:of|de) ", " ", _ORDINAL.sub("", found["date"]))
        dated = dates.parse(written)
        if dated and dated.precision is Precision.DAY:
            yield dated.day


def amount_in(text: str) -> str:
    """How much is given, as the funder writes it: “up to $50,000”; empty where nothing is said."""
    found = _AMOUNT.search(text[:_LONGEST])
    return " ".join(found[0].split()) if found else ""
