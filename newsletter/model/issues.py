"""An issue, its sections and forms, and what is found wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from newsletter.model.entries import Entry

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
    fallback_name: str  # stands for the name of a reader who gave none, in the issue's language

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
