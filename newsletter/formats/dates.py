"""Dates as people and machines write them, never finer and never surer than they were written.

Pure: what is "today" is always an argument. A text that is not surely a date is None, because a
wrong date hides an entry and a missing one only marks it. An instant counts for its day in UTC;
only midnight in the zone of its source is the day as written, because there a bare day was meant.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from newsletter.model import Dated, Precision

FIRST_YEAR, LAST_YEAR = 1900, 2100
LONGEST = (
    120  # characters; the longest true one seen, a JavaScript date with its zone in words, has 70
)


def parse(text: str, *, month_first: bool = False) -> Dated | None:
    """The date that `text` as a whole writes, with its precision.

    None when it is none or could be read in two ways.

    `month_first` settles `3/8/2023` as March 8; without it such a date is None.
    """
    read = _read(text, month_first=month_first)
    return _resolve_date(read) if read else None


@dataclass(frozen=True, slots=True)
class _Written:
    """A date as it stands there, before any thought of zones."""

    dated: Dated
    clock: timedelta | None = None  # since midnight; None when no (possible) time of day is written
    offset: timedelta | None = None


def _resolve_date(read: _Written) -> Dated | None:
    if not read.clock or not read.offset or read.dated.precision is not Precision.DAY:
        return read.dated
    return Dated(_instant(read.dated.day, read.clock, read.offset).date())


def _instant(day: date, clock: timedelta, offset: timedelta) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + clock - offset


def _read(text: str, *, month_first: bool) -> _Written | None:
    if len(text) > LONGEST:
        return None
    plain = _plain(text)
    return _read_iso(plain) or _read_with_clock(plain, month_first=month_first)


def _plain(text: str) -> str:
    """Small letters without accents, plain hyphens, single spaces.

    What all languages have in common.
    """
    letters = unicodedata.normalize("NFKD", text).casefold()
    bare = "".join(each for each in letters if not unicodedata.combining(each))
    return re.sub(r"\s+", " ", re.sub("[\u2010-\u2015\u2212]", "-", bare)).strip()


# --- ISO 8601

ZONE = r"""
    (?P<zone>
        z | (?:utc|gmt|ut)?\ ?[+-]\d{1,2}(?::?\d{1,2})? (?:\ ?(?:utc|gmt|ut|z))?
      | [a-z]{1,5} | [a-z]+/[a-z_]+  # PST, Europe/Berlin
    )(?:\ ?\([^()]*\))?
"""
ISO_DAY = re.compile(
    rf"""(?P<y>\d{{4}}) (?: -?w(?P<week>\d\d)(?:-?(?P<weekday>[1-7]))?
                          | -(?P<nth>\d{{3}})
                          | (?P<sep>-)?(?P<m>(?(sep)\d\d?|\d\d))
                            (?:(?(sep)-)(?P<d>(?(sep)\d\d?|\d\d)))? )?
        (?: z | (?<=-\d\d)[+-]\d\d:\d\d  # of xs:date: the day is as written
          | [t ]? (?P<h>\d\d)(?::?(?P<min>\d\d))(?::?(?P<s>\d\d)(?:[.,]\d+)?)?
            \ ?(?:{ZONE})? )?""",
    re.VERBOSE | re.ASCII,
)


def _read_iso(text: str) -> _Written | None:
    """`2023-03-31T10:14:55+02:00` and its shorter forms, `20230331`, `2023-W13-5`, `2023-090`."""
    found = ISO_DAY.fullmatch(text)
    if not found or re.fullmatch(r"\d{5,7}|\d{9,13}|\d{15,}", text):
        return None
    dated = _iso_date(found)
    if dated is None or (found["h"] and dated.precision is not Precision.DAY):
        return None
    if not found["h"]:
        return _Written(dated)
    return _attach_zone(dated, _clock(found["h"], found["min"], found["s"]), found["zone"])


def _iso_date(found: re.Match[str]) -> Dated | None:
    year = int(found["y"])
    try:
        if found["week"]:
            day = date.fromisocalendar(year, int(found["week"]), int(found["weekday"] or 1))
            return _date(day.year, day.month, day.day if found["weekday"] else None)
        if found["nth"]:
            day = date(year, 1, 1) + timedelta(days=int(found["nth"]) - 1)
            return _date(year, day.month, day.day) if day.year == year else None
    except (ValueError, OverflowError):
        return None
    return _date(year, int(found["m"]) if found["m"] else None, found["d"])


# --- names and figures

MONTHS: Mapping[str, int] = {
    name: number
    for number, names in enumerate(
        (
            "jan january januar janner janvier janv enero ene gennaio gen janeiro januari",
            "feb february februar feber fevrier fevr fev febrero febbraio fevereiro februari",
            "mar march marz maerz mrz mars marzo marco maart mrt",
            "apr april avril avr abril abr aprile",
            "may mai mayo maggio mag maio mei maj",
            "jun june juni juin junio giugno giu junho",
            "jul july juli juillet juil julio luglio lug julho",
            "aug august aout agosto ago augustus augusti",
            "sep sept september septembre septiembre setiembre settembre set setembro",
            "oct october oktober okt octobre octubre ottobre ott outubro out",
            "nov november novembre noviembre novembro",
            "dec december dezember dez decembre diciembre dic dicembre dezembro des desember",
        ),
        1,
    )
    for name in names.split()
}
"""English, German, French, Spanish, Italian, Portuguese, Dutch and Scandinavian, without accents →
number."""

WEEKDAYS = frozenset(
    name
    for names in (
        "mon monday mo montag lun lundi lunes lunedi segunda segunda-feira seg ma maandag maa",
        "tue tues tuesday di dienstag mar mardi martes martedi terca terca-feira ter dinsdag din",
        (
            "wed weds wednesday mi mittwoch mer mercredi mie miercoles mercoledi quarta"
            " quarta-feira qua wo woensdag woe"
        ),
        (
            "thu thur thurs thursday do donnerstag jeu jeudi jue jueves gio giovedi quinta"
            " quinta-feira qui donderdag don"
        ),
        (
            "fri friday fr freitag ven vendredi vie viernes venerdi sexta sexta-feira sex vr"
            " vrijdag vri"
        ),
        "sat saturday sa samstag sonnabend sam samedi sab sabado sabato za zaterdag zat",
        "sun sunday so sonntag dim dimanche dom domingo domenica zo zondag zon",
    )
    for name in names.split()
)

NAME = r"[a-z]+"
YEAR = r"(?P<y>\d{4})"
DAY = r"(?P<d>\d{1,2})"
# between the parts: "31 de marzo de 2023", "31-Mar-2023", "Mar. 2023"
LINK = r"(?:\ (?:of|de|del)\ |\.?,?[ ]|-)"
SEASON = r"""
    (?P<season>
        spring | summer | autumn | fall | winter
      | q[1-4] | [1-4](?:st|nd|rd|th)\ quart(?:er)?
    )
"""
PATTERNS = tuple(
    re.compile(pattern, re.VERBOSE | re.ASCII)
    for pattern in (
        # 31 Mar 2023 · 31st of March 2023 · 1er mars 2023 · 30. Juni 2021 · 31-Mar-23
        rf"""
            (?:le\ |el\ |il\ |den\ |the\ )?{DAY}(?:st|nd|rd|th|er|o)?
            {LINK}(?P<m>{NAME}){LINK}(?P<y>\d{{4}}|\d\d)
        """,
        # March 31, 2023 · Mar. 31st 2023
        rf"(?P<m>{NAME})(?:\.?\ |-){DAY}(?:st|nd|rd|th)?(?:,\ ?|\ |-){YEAR}",
        # 2023 Apr 3 · 2023-Apr-03 · 2023 Apr
        rf"{YEAR}(?:,?\ |-)(?P<m>{NAME})\.?(?:[ -]{DAY})?",
        # Mar 2023 · March, 2023 · marzo de 2023
        rf"(?P<m>{NAME}){LINK}{YEAR}",
        # 2023 Apr 3-9 · 2023 Mar-Apr · 2023 Dec-2024 Jan: the month it begins in
        rf"{YEAR}\ (?P<m>{NAME})(?P<range>\ \d{{1,2}}\ ?-\ ?(?P<to>{NAME}\ )?\d{{1,2}})",
        rf"{YEAR}\ (?P<m>{NAME})\.?\ ?(?P<range>[-/]\ ?(?:\d{{4}}\ )?(?P<to>{NAME})\.?)",
        # Mar-Apr 2023 · March/April 2023
        rf"(?P<m>{NAME})\.?\ ?(?P<range>[-/]\ ?(?P<to>{NAME})\.?)\ {YEAR}",
        # Spring 2023 · 2023 Winter · Q1 2023
        rf"{SEASON},?\ {YEAR}",
        rf"{YEAR}\ {SEASON}",
        # 2021/10/16 · 2021.10 · 2021年11月9日
        rf"{YEAR}(?P<sep>[/.])(?P<m>\d{{1,2}})(?:(?P=sep){DAY})?",
        rf"{YEAR}年(?P<m>\d{{1,2}})月(?:{DAY}日)?",
        # 8/13/2023 · 13.8.23
        r"(?P<a>\d{1,2})(?P<sep>[/.-])(?P<b>\d{1,2})(?P=sep)(?P<y>\d{4}|(?<!-)\d\d)",
    )
)
CLOCK = re.compile(
    rf"""(?:^|(?<=[ t,]))(?P<h>\d{{1,2}}):(?P<min>\d\d)(?::(?P<s>\d\d)(?:[.,]\d+)?)?
         (?:\ ?(?P<half>[ap])\.?m\b\.?|\ uhr)?(?:\ ?{ZONE}(?=$|\ \d{{4}}$))?""",
    re.VERBOSE | re.ASCII,
)


def _read_with_clock(text: str, *, month_first: bool) -> _Written | None:
    """A date with a time of day anywhere in or around it: `Thu Jan 1 19:48:21 EST 2004`."""
    found = CLOCK.search(text)
    if not found:
        dated = _read_day(text, month_first=month_first)
        return _Written(dated) if dated else None
    before = re.sub(r"(?:,| -| \||\ at| um| a las| om|t)?\s*$", "", text[: found.start()])
    rest = f"{before} {text[found.end() :].strip(' ,')}".strip()
    dated = _read_day(rest, month_first=month_first)
    if dated is None or dated.precision is not Precision.DAY:
        return None
    hour = _half_day(found["h"], found["half"])
    return _attach_zone(dated, _clock(hour, found["min"], found["s"]), found["zone"])


def _read_day(text: str, *, month_first: bool) -> Dated | None:
    """A date without time of day; a weekday before it is let go, for it is often the wrong one."""
    dated = _match_day(text, month_first=month_first)
    weekday, _, rest = text.partition(" ")
    if dated is None and rest and weekday.rstrip(".,") in WEEKDAYS:
        dated = _match_day(rest, month_first=month_first)
        return dated if dated and dated.precision is Precision.DAY else None
    return dated


def _match_day(text: str, *, month_first: bool) -> Dated | None:
    for pattern in PATTERNS:
        if found := pattern.fullmatch(text):
            dated = _from_parts(found.groupdict(), month_first=month_first)
            if dated:
                return dated
    return None


def _from_parts(parts: Mapping[str, str | None], *, month_first: bool) -> Dated | None:
    year = _year(parts["y"] or "")
    if parts.get("season"):
        return _date(year, None, None)
    if parts.get("a"):
        month, day = _order_month_day(
            int(parts["a"] or 0), int(parts["b"] or 0), month_first=month_first
        )
        return _date(year, month, day)
    month = _month(parts["m"] or "")
    to = (parts.get("to") or "").strip()
    if not month or (to and not _month(to)):
        return None
    return _date(year, month, parts.get("d"))


def _order_month_day(a: int, b: int, *, month_first: bool) -> tuple[int, int]:
    """Month and day of `a/b`; (0, 0), which is no date, when it could be read in two ways."""
    if a > 12 >= b:
        return b, a
    if month_first or b > 12 or a == b:
        return a, b
    return 0, 0


def _month(text: str) -> int:
    """1 to 12, or 0 for a word that is no month."""
    return int(text) if text.isdecimal() else MONTHS.get(text, 0)


def _year(text: str) -> int:
    """Two digits are read as RFC 5322, 4.3 says: 00 to 49 in this century."""
    year = int(text)
    return year if len(text) == 4 else year + (2000 if year < 50 else 1900)


def _date(year: int, month: int | None, day: str | int | None) -> Dated | None:
    """A date at the precision of its parts.

    None when it never was, or lies outside the years we look at.
    """
    if not _in_range(year):
        return None
    try:
        first = date(year, 1 if month is None else month, 1 if day is None else int(day))
    except ValueError:
        return None
    if month is None:
        return Dated(first, Precision.YEAR)
    return Dated(first, Precision.MONTH if day is None else Precision.DAY)


def _in_range(year: int) -> bool:
    return FIRST_YEAR <= year <= LAST_YEAR


# --- time of day and zone

HOURS: Mapping[str, float] = {
    name: hours
    for hours, names in (
        (0, "z ut utc gmt wet"),
        (1, "bst west cet mez"),
        (2, "cest mesz eet sast"),
        (3, "eest msk"),
        (5, "pkt"),
        (5.5, "ist"),
        (8, "sgt hkt awst"),
        (9, "jst kst"),
        (9.5, "acst"),
        (10, "aest"),
        (10.5, "acdt"),
        (11, "aedt"),
        (12, "nzst"),
        (13, "nzdt"),
        (-3, "adt brt art"),
        (-3.5, "nst"),
        (-4, "edt ast"),  # the American ones: RFC 5322, 4.3
        (-5, "est cdt"),
        (-6, "cst mdt"),
        (-7, "mst pdt"),
        (-8, "pst akdt"),
        (-9, "akst"),
        (-10, "hst"),
    )
    for name in names.split()
}
"""Names of zones, as they stand behind times → hours east of Greenwich."""


def _attach_zone(dated: Dated, clock: timedelta | None, zone: str | None) -> _Written | None:
    """None when what stands behind the time is no zone."""
    if not zone:
        return _Written(dated, clock)
    if "/" in zone or (
        len(zone) == 1 and zone != "z"
    ):  # an IANA name, a military letter: no offset we could trust
        return _Written(dated, clock)
    if zone in HOURS:
        return _Written(dated, clock, timedelta(hours=HOURS[zone]))
    found = re.search(r"([+-])(\d\d?):?(\d\d)?", zone)
    if not found:
        return None
    offset = timedelta(hours=int(found[2]), minutes=int(found[3] or 0))
    if offset > timedelta(hours=15):
        return _Written(dated, clock)
    return _Written(dated, clock, -offset if found[1] == "-" else offset)


def _half_day(hour: str, half: str | None) -> str:
    """The hour of a 24-hour clock."""
    return str(int(hour) % 12 + (12 if half == "p" else 0)) if half else hour


def _clock(hour: str, minute: str, second: str | None) -> timedelta | None:
    """The time since midnight; None when no clock shows it (the day may be true even so)."""
    clock = timedelta(hours=int(hour), minutes=int(minute), seconds=min(int(second or 0), 59))
    possible = int(minute) < 60 and int(second or 0) <= 60 and clock <= timedelta(days=1)
    return clock if possible else None
