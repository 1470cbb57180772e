"""An entry and what is known of it."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from datetime import date, datetime
from enum import StrEnum
from typing import Self


class Precision(StrEnum):
    """How much of a date its source really told."""

    DAY = "day"
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True, slots=True, order=True)
class Dated:
    """A date with its precision.

    `day` is the first day of the month or year where that is all we know.
    """

    day: date
    precision: Precision = Precision.DAY

    def __str__(self) -> str:
        """`2023-03-31`, `2023-03` or `2023`."""
        return self.day.isoformat()[: {"day": 10, "month": 7, "year": 4}[self.precision]]

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read what `str` writes; raises ValueError on anything else."""
        match len(text):
            case 10:
                return cls(date.fromisoformat(text), Precision.DAY)
            case 7:
                return cls(date.fromisoformat(f"{text}-01"), Precision.MONTH)
            case 4:
                return cls(date.fromisoformat(f"{text}-01-01"), Precision.YEAR)
            case _:
                raise ValueError(f"{text!r} is no date: write 2026-11-03, 2026-11 or 2026")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ids:
    """The names under which the world knows one thing.

    Each in its canonical form (see `identity`), or None.
    """

    doi: str | None = None  # lower case, no prefix: 10.1158/1078-0432.ccr-24-0148
    pmid: str | None = None  # digits
    pmcid: str | None = None  # PMC9029111
    nct: str | None = None  # NCT01234567
    isbn: str | None = None  # 13 digits
    uid: str | None = None  # iCalendar UID; of one occurrence: UID/20261209T180000Z
    opportunity: str | None = None  # grants.gov or NIH number: PAR-26-101
    url: str | None = None  # cleaned: no tracking parameters, no fragment
    guid: str | None = (
        None  # a feed's own id, with the name of the source before it: "journal-x/tag:x.org,2023:7"
    )

    def known(self) -> dict[str, str]:
        """Name → value of those that are known, strongest first."""
        pairs = ((each.name, getattr(self, each.name)) for each in fields(self))
        return {name: value for name, value in pairs if value}


class TrialStatus(StrEnum):
    """ClinicalTrials.gov's overall status, in plain words."""

    NOT_YET_RECRUITING = "not yet recruiting"
    RECRUITING = "recruiting"
    ENROLLING_BY_INVITATION = "enrolling by invitation"
    ACTIVE_NOT_RECRUITING = "active, not recruiting"
    SUSPENDED = "suspended"
    TERMINATED = "terminated"
    COMPLETED = "completed"
    WITHDRAWN = "withdrawn"
    AVAILABLE = "available"
    NO_LONGER_AVAILABLE = "no longer available"
    TEMPORARILY_NOT_AVAILABLE = "temporarily not available"
    APPROVED_FOR_MARKETING = "approved for marketing"
    WITHHELD = "withheld"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What a clinical-trial register says of one study."""

    status: TrialStatus = TrialStatus.UNKNOWN
    was: TrialStatus | None = None  # the status an earlier issue carried
    phase: str = ""  # "1", "1/2", "2", …, "early 1"; empty when not applicable
    sponsor: str = ""
    places: tuple[str, ...] = ()  # "Denver, US"
    contact: str = ""  # name, phone, mail address, as published by the register
    interventions: tuple[str, ...] = ()  # what is tried
    who: str = ""  # who may join: age, sex, main condition
    status_on: Dated | None = None  # since when the status holds
    first_posted_on: Dated | None = None
    updated_on: Dated | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One occurrence of a webinar, meeting or support group."""

    starts: datetime | date | None = (
        None  # aware, in the event's own zone; a plain date for an all-day event
    )
    ends: datetime | date | None = None
    zone: str = ""  # IANA name; empty when the source gives only an offset, or none
    place: str = ""  # "" when unknown; "Online" when there is only a link
    join: str = ""  # https link to join or register
    repeats: str = ""  # RRULE of the series, empty for a single event
    cancelled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """A call for proposals."""

    deadline: date | None = None
    amount: str = ""  # as the funder writes it: "$50,000"
    funder: str = ""
    number: str = ""
    who: str = ""  # who may apply


class Flag(StrEnum):
    """What a reader of a paper has to be told."""

    PREPRINT = "preprint"
    REVIEW = "review"
    OPEN_ACCESS = "open access"
    RETRACTED = "retracted"
    ERRATUM = "erratum"
    CONCERN = "expression of concern"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One item that an issue may carry: a paper, trial, event, grant call or piece of news.

    A reader of a source fills what its format says and leaves `key`, `first_seen_at` and `sources`
    to the pipeline, which knows what was seen before.
    """

    key: str = ""  # stable name: doi:…, pmid:…, nct:…, uid:…, url:…, title:…
    ids: Ids = field(default_factory=Ids)
    title: str  # plain text, one line
    authors: tuple[str, ...] = ()  # "Hemming ML" or as written where no better form is known
    links: tuple[str, ...] = ()  # absolute http(s), best first
    dated: Dated | None = None  # published (else updated)
    summary: str = ""  # plain text of the source; paragraphs divided by an empty line
    note: str = ""  # the editor's own words, Markdown
    journal: str = ""
    section: str | None = (
        None  # section name that the source or a person gave; None: to be proposed
    )
    flags: frozenset[Flag] = frozenset()
    related: tuple[
        str, ...
    ] = ()  # ids of the preprint, article, retraction this one is linked to: "doi:…"
    sources: tuple[str, ...] = ()  # names of the sources that carried it, first one first
    first_seen_at: datetime | None = None
    trial: Trial | None = None
    event: Event | None = None
    grant: Grant | None = None
