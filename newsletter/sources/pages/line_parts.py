"""What one line of a page tells: a title or facts, gathered span by span."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from newsletter.sources.pages.citations import Span, SpanKind


class PartRole(StrEnum):
    """What a line does on its page."""

    TITLE = "title"  # it names a thing
    FACTS = "facts"  # authors, journal, date, link of the thing beside it
    # one person with degree or institution: author of the thing above, or speaker of the next
    PERSON = "person"
    PLACE = "place"  # an institution or a city
    REMARK = "remark"
    PROSE = "prose"
    HEADING = "heading"
    CHROME = "chrome"


@dataclass(frozen=True, slots=True, kw_only=True)
class LinePart:
    """What one line, or one of several things in a line, says."""

    role: PartRole
    title: str = ""
    linked: bool = False  # the title is the words of a link
    announces: bool = False  # “Article by Dr. X in the Journal Y|”: the title may follow
    authors: tuple[str, ...] = ()
    journal: str = ""
    dates: tuple[Span, ...] = ()
    links: tuple[str, ...] = ()
    cut: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    cited: bool = False  # volume and pages, or a meeting, stand in it
    words: str = ""  # what is said besides
    gap: bool = False
    item: bool = False
    heading: bool = False

    @property
    def has_marks(self) -> bool:
        """Whether a date, link, identifier or citation shows that a thing is meant."""
        return bool(self.dates or self.links or self.cut or self.ids or self.cited)


@dataclass(slots=True)
class LinePartBuilder:
    """What has been found in a line so far."""

    dates: list[Span] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    cut: list[str] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    cited: bool = False
    title: str = ""
    linked: bool = False
    announces: bool = False
    authors: tuple[str, ...] = ()
    journal: str = ""
    words: list[str] = field(default_factory=list)
    roles: set[PartRole] = field(default_factory=set)

    def take_all(self, spans: Sequence[Span]) -> None:
        for span in spans:
            self.take(span)

    def take(self, span: Span) -> None:
        """Keep a span that is no text."""
        match span.kind:
            case SpanKind.DATE:
                self.dates.append(span)
            case SpanKind.LINK:
                self.links.append(span.value)
            case SpanKind.CUT:
                self.cut.append(span.value)
            case SpanKind.ID:
                self.ids.append(span.value)
            case SpanKind.VOLUME:
                self.cited = True
                if span.value[:1].isalpha():
                    self.journal = self.journal or span.value

    def piece(self, role: PartRole, **found: object) -> LinePart:
        values: dict[str, object] = {
            "title": self.title,
            "linked": self.linked,
            "announces": self.announces,
            "authors": self.authors,
            "journal": self.journal,
            "dates": tuple(self.dates),
            "links": tuple(self.links),
            "cut": tuple(self.cut),
            "ids": tuple(self.ids),
            "cited": self.cited,
            "words": " ".join(self.words),
        }
        # the keys are Piece's own
        return LinePart(role=role, **(values | found))  # type: ignore[arg-type]

    def finish(self) -> LinePart:
        """The piece that all of it makes."""
        if self.title:
            return self.piece(PartRole.TITLE)
        if self.authors and PartRole.PERSON in self.roles:
            return self.piece(PartRole.PERSON)
        if self.authors or self.journal:
            return self.piece(PartRole.FACTS)
        for role in (PartRole.PROSE, PartRole.REMARK, PartRole.PLACE):
            if role in self.roles:
                return self.piece(role)
        return self.piece(PartRole.FACTS)
