"""Dates in words.

A weekday belongs to its date, and what is written of an event is what its entry says.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import chain

from newsletter.checks.content import describe_entry
from newsletter.checks.mail_elements import Passage
from newsletter.checks.parsed_mail import ParsedMail
from newsletter.checks.rules import Violation, rule
from newsletter.checks.timing import day_of, in_words
from newsletter.model import Entry, Event, Severity

_DAYS = ("mon|lun", "tue|mar", "wed|mié|mie", "thu|jue", "fri|vie", "sat|sáb|sab", "sun|dom")
_STARTS = tuple(start for day in _DAYS for start in day.split("|"))
_MONTHS = (
    "jan|ene",
    "feb",
    "mar",
    "apr|abr",
    "may",
    "jun",
    "jul",
    "aug|ago",
    "sep",
    "oct",
    "nov",
    "dec|dic",
)
_WEEKDAY = r"""
    (?:
        mon(?:day)? | tue(?:s(?:day)?)? | wed(?:nesday)? | thu(?:r(?:s(?:day)?)?)? | fri(?:day)?
      | sat(?:urday)? | sun(?:day)? | lunes | martes | mi[ée]rcoles | jueves | viernes
      | s[áa]bado | domingo
    )s?
"""
_MONTH = r"""
    (?:
        jan(?:uary)? | feb(?:ruary)? | mar(?:ch)? | apr(?:il)? | may | june? | july?
      | aug(?:ust)? | sep(?:t(?:ember)?)? | oct(?:ober)? | nov(?:ember)? | dec(?:ember)? | enero
      | febrero | marzo | abril | mayo | junio | julio | agosto | septiembre | octubre
      | noviembre | diciembre
    )
"""
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_YEAR = r"(?:,?\s+(?:de\s+|del\s+)?(?P<year>20\d\d))?(?![\d:])"
_WRITTEN = (
    rf"(?:the\s+|el\s+)?{_DAY}\s+(?:of\s+|de\s+)?(?P<month>{_MONTH})\b\.?{_YEAR}",
    rf"(?P<month>{_MONTH})\b\.?\s+(?:the\s+)?{_DAY}{_YEAR}",
    r"(?P<first>\d{1,2})/(?P<second>\d{1,2})(?:/(?P<year>(?:20)?\d\d))?(?![\d/])",
    r"(?P<year>20\d\d)-(?P<number>\d\d)-(?P<day>\d\d)\b",
)
_WITH_WEEKDAY = tuple(
    re.compile(rf"\b(?P<weekday>{_WEEKDAY})\b[.,]?\s+{each}", re.IGNORECASE | re.VERBOSE)
    for each in _WRITTEN
)
_IN_TITLE = (
    *(
        re.compile(rf"(?<![\d–-])(?<![\d–-]\s)\b{each}", re.IGNORECASE | re.VERBOSE)
        for each in (*_WRITTEN[:2], _WRITTEN[3])
    ),
    re.compile(
        rf"^{_WRITTEN[2]}", re.IGNORECASE
    ),  # “7/30 - Webinar”; elsewhere it may be a share or a score
)
_WEEKDAY_ALONE = re.compile(r"\b(?:mon|tues|wednes|thurs|fri|satur|sun)day\b", re.IGNORECASE)
_DIGIT = re.compile(r"\d")
_DATED = tuple(
    re.compile(rf"\b{each}", re.IGNORECASE | re.VERBOSE) for each in (*_WRITTEN[:2], _WRITTEN[3])
)
_DEADLINE_WORD = re.compile(
    r"""
        \b(?:
            deadlines? | due | appl(?:y|ications?) | register | sign\ up | rsvp
          | fechas?\ límites? | plazos? | solicite | inscrib\w+ | inscríb\w+
        )\b
    """,
    re.IGNORECASE | re.VERBOSE,
)
_PUT_OFF = re.compile(
    r"\b(?:was|were|had been|until now|extended|moved|era|venció|ampli\w+)\b", re.IGNORECASE
)
"""What stands before a date that was the deadline once."""
_RECENT = timedelta(days=60)
_ENDS_THEN = re.compile(
    r"""
        \b(?:
            deadline | due\ (?:by|on|date)
          | (?:apply|register|sign\ up|rsvp)\ (?:by|before|until|no\ later\ than)
          | fecha\ límite | plazo | applications?\ (?:are\ )?(?:due|close[sd]?|end)
          | (?:solicite|inscríba(?:n?se|te))\ (?:antes|hasta)
        )\b[^.!?\n]{0,40}$
    """,
    re.IGNORECASE | re.VERBOSE,
)
"""What stands before a date after which nobody can apply any more."""
_HAPPENS_THEN = re.compile(
    r"""
        \b(?:
            (?:we|it)\ (?:start|begin|meet)s? | starts? | begins? | join\ us | takes?\ place
          | is\ held | see\ you | happens | empieza | comienza
        )(?:\s(?:online|in\ \w+))?,?(?:\s(?:on|el))?(?:\sthe)?\s*$
    """,
    re.IGNORECASE | re.VERBOSE,
)
"""What stands before the day of the event itself."""
_OTHER_DAY = re.compile(
    r"""
        \b(?:
            by | until | till | before | since | after | deadline | regist\w+ | rsvp
          | sign[- ]?up | apply | closes? | ends? | through | opens? | from | was | were | last
          | posted | published | updated | recorded | hasta | antes
        )\b[^.!?]{0,30}$
    """,
    re.IGNORECASE | re.VERBOSE,
)
"""What stands before a date that is not the day of the event itself."""


@dataclass(frozen=True, slots=True)
class Mention:
    """A date in a text.

    The days it may mean, nearest first, and the weekday written with it (Monday is 0).
    """

    words: str
    days: tuple[date, ...]
    weekday: int | None
    before: str  # the text in front of it


def mentions(
    text: str, near: date, patterns: tuple[re.Pattern[str], ...] = _WITH_WEEKDAY
) -> Iterator[Mention]:
    """The dates of a text. Where no year is written it is the one that comes nearest to `near`."""
    if not _DIGIT.search(text):
        return  # every way to write a date has one
    for found in chain.from_iterable(pattern.finditer(text) for pattern in patterns):
        groups = found.groupdict()
        weekday = _position(_DAYS, groups["weekday"]) if groups.get("weekday") else None
        yield Mention(
            " ".join(found[0].split()), _days(groups, near), weekday, text[: found.start()]
        )


def _position(names: tuple[str, ...], word: str) -> int:
    return next(
        n for n, each in enumerate(names) if word.lower().startswith(tuple(each.split("|")))
    )


def _days(groups: dict[str, str | None], near: date) -> tuple[date, ...]:
    """Every day that the written one may mean: 12/4 is in December, or in April."""
    year = groups.get("year")
    years = (int(year) % 100 + 2000,) if year else (near.year, near.year + 1, near.year - 1)
    nearest = (_nearest(years, month, day, near) for month, day in _months_and_days(groups))
    return tuple(each for each in nearest if each is not None)


def _months_and_days(groups: dict[str, str | None]) -> tuple[tuple[int, int], ...]:
    match groups:
        case {"first": str(first), "second": str(second)}:
            return (int(first), int(second)), (int(second), int(first))
        case {"number": str(month), "day": str(day)}:
            return ((int(month), int(day)),)
        case _:
            return ((_position(_MONTHS, groups["month"] or "") + 1, int(groups["day"] or 0)),)


def _nearest(years: tuple[int, ...], month: int, day: int, near: date) -> date | None:
    found = []
    for year in years:
        try:
            found.append(date(year, month, day))
        except ValueError:
            continue
    return min(found, key=lambda each: abs(each - near), default=None)


@rule(
    "weekday-wrong",
    Severity.WARNING,
    why="One of the two is wrong, and half of the readers will come on the wrong day.",
    remedy="Look the day up at its source, and write weekday and date that belong together.",
)
def weekday_wrong(proof: ParsedMail) -> Iterator[Violation]:
    """A weekday and a date that stand together disagree, or there is no such day."""
    told: set[tuple[str, str]] = set()
    for passage, near in _texts(proof):
        if not _names_weekday(passage.text):
            continue
        for mention in mentions(passage.text, near):
            if any(day.weekday() == mention.weekday for day in mention.days):
                continue
            if (passage.where, mention.words) in told:
                continue
            told.add((passage.where, mention.words))
            really = (
                f"that day is a {in_words(mention.days[0])}"
                if mention.days
                else "there is no such day"
            )
            yield Violation(passage.where, f"“{mention.words}”: {really}.")


@lru_cache(maxsize=4096)
def _names_weekday(text: str) -> bool:
    """Whether a weekday may stand in a text.

    Most have none, and to look for dates costs a hundred times as much.
    """
    lower = text.lower()
    return any(start in lower for start in _STARTS)


def _texts(proof: ParsedMail) -> Iterator[tuple[Passage, date]]:
    """Every text that may name a day, with the day from which its year is guessed."""
    days = {
        entry.key: days[0] for entry in proof.all_entries if (days := _days_of(entry.event, proof))
    }
    for passage in (*proof.head_words, *proof.own_words):
        yield passage, days.get(passage.where, proof.day)
    for entry in proof.all_entries:
        near = days.get(entry.key, entry.dated.day if entry.dated else proof.day)
        yield Passage(entry.key, f"{entry.title}\n{entry.summary if entry.event else ''}"), near


def _days_of(event: Event | None, proof: ParsedMail) -> tuple[date, ...]:
    """The days of an event, in its own zone and in the newsletter's; empty when it has none."""
    if event is None or event.starts is None:
        return ()
    first, last = event.starts, event.ends or event.starts
    days = {day_of(first), day_of(last)}
    for moment in (first, last):
        if isinstance(moment, datetime) and moment.tzinfo:
            days.add(moment.astimezone(proof.settings.newsletter.zone).date())
    span = (max(days) - min(days)).days
    return tuple(min(days) + timedelta(days=n) for n in range(min(span, 31) + 1))


@rule(
    "event-day-disagrees",
    Severity.WARNING,
    why="The words and the date of the entry name two days, and readers will trust either.",
    remedy="Look the day up at its source, and correct the words or starts.",
)
def event_day_disagrees(proof: ParsedMail) -> Iterator[Violation]:
    """The title or note of an event names a day that is none of its own.

    Days to register by do not count.
    """
    for entry in proof.all_entries:
        days = _days_of(entry.event, proof)
        mention = next(_other_days(entry, days), None) if days else None
        if mention:
            yield Violation(
                entry.key,
                f"{describe_entry(entry)} is on {in_words(days[0])}, but “{mention}” is written"
                " of it.",
            )


@rule(
    "deadline-past-in-words",
    Severity.WARNING,
    why="Readers would work on an application for a call that is closed.",
    remedy="Look the deadline up at its source; take the call out, or correct its words.",
)
def deadline_past_in_words(proof: ParsedMail) -> Iterator[Violation]:
    """An entry's words name a deadline, with its year, that is over when the issue goes out."""
    for entry in proof.all_entries:
        text = f"{entry.title}\n{entry.summary}\n{entry.note}"
        if entry.grant is not None or "20" not in text or not _DEADLINE_WORD.search(text):
            continue
        dated = [
            each
            for each in mentions(text, proof.day, _DATED)
            if re.search(r"20\d\d", each.words) and each.days
        ]
        if any(max(each.days) >= proof.day for each in dated):
            continue  # it was put off, or another round begins
        if over := next((each.words for each in dated if _ENDS_THEN.search(each.before)), None):
            yield Violation(
                entry.key,
                f"{describe_entry(entry)} was due by “{over}”, before the day of sending.",
            )


@rule(
    "deadline-past-in-own-words",
    Severity.WARNING,
    why=(
        "An editor who invites to what is closed sends readers on a way that ends before a locked"
        " door."
    ),
    remedy="Take the sentence out, or look the deadline up and correct it.",
)
def deadline_past_in_own_words(proof: ParsedMail) -> Iterator[Violation]:
    """The editor's own words name a deadline that is over when the issue goes out."""
    for passage in proof.own_words:
        if _may_name_deadline(passage.text) and (
            over := next(_over(passage.text, proof.day), None)
        ):
            yield Violation(
                passage.where,
                f"The deadline “{over}” is before the day of sending ({in_words(proof.day)}).",
            )


def _may_name_deadline(text: str) -> bool:
    """Whether a text may have a deadline and its day.

    Few have, and to look for digits costs the least.
    """
    return _DIGIT.search(text) is not None and _DEADLINE_WORD.search(text) is not None


def _over(text: str, day: date) -> Iterator[str]:
    """The deadlines of a text that are over on `day`.

    Without a year only one of the last weeks is meant.
    """
    for mention in mentions(text, day, _DATED):
        named_year = re.search(r"20\d\d", mention.words) is not None
        recent = bool(mention.days) and day - max(mention.days) <= _RECENT
        if (
            mention.days
            and max(mention.days) < day
            and (named_year or recent)
            and _is_deadline(mention.before)
        ):
            yield mention.words


def _is_deadline(before: str) -> bool:
    """Whether a date ends something.

    By the words in front of it, or because it stands in a table of deadlines.
    """
    if _PUT_OFF.search(before.rpartition(".")[2]):
        return False
    rows = before.rpartition("\n\n")[2].split("\n")
    in_table = len(rows) > 2 and "|" in rows[-1] and _DEADLINE_WORD.search(rows[0]) is not None
    return in_table or _ENDS_THEN.search(before) is not None


def _other_days(entry: Entry, days: tuple[date, ...]) -> Iterator[str]:
    in_note = mentions(entry.note, days[0]) if _names_weekday(entry.note) else ()
    told = (
        each for each in mentions(entry.note, days[0], _DATED) if _HAPPENS_THEN.search(each.before)
    )
    found = (*mentions(entry.title, days[0], (*_IN_TITLE,)), *in_note, *told)
    for mention in found:
        if (
            mention.days
            and not set(mention.days) & set(days)
            and not _OTHER_DAY.search(mention.before)
        ):
            yield mention.words
    alone = _WEEKDAY_ALONE.findall(entry.title)
    if len(alone) != 1 or any(_position(_DAYS, alone[0]) == day.weekday() for day in days):
        return
    if not any(True for _ in mentions(entry.title, days[0])):
        yield alone[0]
