"""The nouns of the program: frozen values that the stages hand to each other.

Nothing here does I/O or knows how a value is stored, fetched or shown. Instants are aware UTC
datetimes and end in `_at`; days are dates and end in `_on`. Texts from sources are already plain
text or sanitised HTML.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
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


class SourceKind(StrEnum):
    """What a `[[source]]` reads."""

    FEED = "feed"
    PAGE = "page"
    PUBMED = "pubmed"
    TRIALS = "trials"
    CALENDAR = "calendar"
    GRANTS = "grants"
    TABLE = "table"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where entries come from: one `[[source]]` table of newsletter.toml."""

    name: str
    kind: SourceKind
    url: str = ""  # http(s) address, or a path from the workspace
    section: str | None = None  # all entries go there; None: proposed entry by entry
    limit: int = 200  # entries kept of one answer, the newest
    query: str = ""  # pubmed, trials, grants: the search in the service's own language
    status: tuple[str, ...] = ()  # trials: only these
    place: str = ""  # trials: country or city


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """Bytes as they came from a source, with what is needed to read them."""

    content: bytes
    url: str = ""  # final address, the base of relative links; a file's is file:…
    content_type: str = ""  # the header, charset included; empty for a file


MAX_DOCUMENT_BYTES = 20_000_000
"""What one document may have, unpacked: readers refuse more of it with a sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedDocument:
    """What a reader found in one document."""

    entries: tuple[Entry, ...]  # in the order of the document
    skipped: tuple[str, ...] = ()  # a sentence for each part that could not be read


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceResult:
    """How one source fared in one run of `collect`."""

    source: Source
    parsed: ParsedDocument = ParsedDocument(entries=())
    unchanged: bool = False  # the server says so, or the same bytes came
    error: str | None = None  # a sentence; then `reading` is empty and what was known stays


class EntryState(StrEnum):
    """Where an entry stands. Every entry ever seen is in exactly one of these."""

    WAITING = "waiting"
    CARRIED = "carried"
    DROPPED = "dropped"
    HELD = "held"
    LEFT_OUT = "left_out"


class Verdict(StrEnum):
    """What an editor decided about an entry."""

    KEEP = "keep"
    HOLD = "hold"
    DROP = "drop"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """An editor's decision on one entry."""

    key: str
    verdict: Verdict
    why: str = ""
    section: str | None = None  # move it there
    issue: str = ""  # the issue being made then
    decided_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """An entry taken for the issue, and why."""

    entry: Entry
    section: str | None  # None: to sort
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """An entry not taken, with its state and the reason as a sentence."""

    entry: Entry
    state: EntryState
    reason: str
    issue: str = ""  # where it was carried or dropped


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """The entries chosen, and every other one with its reason."""

    chosen: tuple[Choice, ...]
    left_out: tuple[LeftOut, ...]


TO_SORT = "to-sort"
"""The section of entries that nothing tells where they belong; an issue that still has one is not
ready."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionStyle:
    """A section as configured.

    Its name in files, its title in print, the staff's own words for it.
    """

    name: str
    title: str
    rules: tuple[str, ...] = ()  # words or host names that send an entry here before any other rule


def section_title(name: str, styles: Iterable[SectionStyle]) -> str:
    """The heading of a section in print: as configured, else made of its name."""
    return {style.name: style.title for style in styles}.get(
        name, name.replace("-", " ").capitalize()
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One part of an issue. A section of one issue alone has a title and a text."""

    name: str
    title: str
    text: str = ""  # Markdown, the editor's
    entries: tuple[Entry, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """What one mailing says, before it has a look. The window is `(since_at, until_at]`."""

    name: str  # folder below issues/: "2026-11"
    subject: str
    preheader: str = ""
    send_on: date
    since_at: datetime | None  # None: the first issue
    until_at: datetime
    letter: str = ""  # Markdown
    closing: str = ""  # Markdown
    sections: tuple[Section, ...] = ()
    coming_up: tuple[
        Entry, ...
    ] = ()  # events and deadlines that earlier issues announced, still ahead
    left_out: tuple[tuple[str, str], ...] = ()  # (key, why) of an editor's drops

    def entries(self) -> tuple[Entry, ...]:
        """All entries in printing order."""
        return tuple(entry for section in self.sections for entry in section.entries)


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """A form of an issue that some subscribers chose.

    Each is rendered once and used for all of them.
    """

    language: str = ""  # of the fixed words; empty: the newsletter's own
    sections: tuple[str, ...] = ()  # names; empty: all
    large_print: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderedIssue:
    """An issue as readers see it.

    Personal parts are not in it: they stand as marks (`newsletter.placeholders`) that delivery
    replaces for each reader.
    """

    subject: str
    preheader: str
    html: str
    text: str
    digest: str  # SHA-256, hex, of all that a reader can see

    @property
    def html_bytes(self) -> int:
        """Size of the HTML part in UTF-8."""
        return len(self.html.encode())


class Severity(StrEnum):
    """Whether a finding blocks sending."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Fix:
    """What takes a finding away, safely and without judgement."""

    verb: str  # what its button says
    change: Callable[[Issue], Issue] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something wrong with an issue before it goes."""

    rule: str  # "html-too-large"
    severity: Severity
    where: str  # entry key, section name, "subject", "html", "text"
    message: str
    remedy: str
    fix: Fix | None = field(
        default=None, compare=False
    )  # where a program can do it as well as a person


class SubscriberState(StrEnum):
    """Only `active` is mailed."""

    ACTIVE = "active"
    UNSUBSCRIBED = "unsubscribed"
    BOUNCED = "bounced"
    COMPLAINED = "complained"
    PENDING = "pending"
    PAUSED = "paused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscriber:
    """A person on the list. `repr` hides who it is: being on the list is health information."""

    id: int
    address: str = field(repr=False)  # as the person wrote it
    name: str = field(default="", repr=False)
    state: SubscriberState = SubscriberState.ACTIVE
    why: str = ""
    language: str = ""  # empty: the newsletter's own
    sections: tuple[str, ...] = ()  # empty: all
    large_print: bool = False


class DeliveryStatus(StrEnum):
    """The ledger's words for one (issue, subscriber)."""

    QUEUED = "queued"  # on the frozen list, nothing done yet
    CLAIMED = "claimed"  # a living sender has it, its body is not on the wire
    SENDING = "sending"  # the intent is on disk; the body may be on the wire
    ACCEPTED = "accepted"  # the server said 2yz after the final dot
    DEFERRED = "deferred"  # not accepted for now; tried again at `next_at`
    REFUSED = "refused"  # the server said 5yz for good, or the time to try is over
    UNKNOWN = "unknown"  # the link broke after the body: it may have arrived
    SUPPRESSED = "suppressed"  # the person left before the message was complete


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One row of the ledger."""

    issue: str
    subscriber_id: int
    address: str = field(repr=False)
    name: str = field(default="", repr=False)
    status: DeliveryStatus = DeliveryStatus.QUEUED
    message_id: str = ""  # without angle brackets; the same on every try
    attempts: int = 0
    reply: str = ""  # the server's own words, addresses masked
    next_at: datetime | None = None
