"""What became of an issue, for staff: by mail provider, and against the issues before it. Pure.

Nobody is given away: providers with few people are joined, until those who stand together are
`FEWEST` or more, now and in every issue that is compared. Opens and clicks are not among the
figures, because nobody counts them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Self

from newsletter.errors import UsageError
from newsletter.reports.providers import TITLES, Provider
from newsletter.reports.repository import (
    BLAMED,
    BOUNCED,
    COMPLAINED,
    LEFT,
    IssueOutcome,
    ReportRepository,
)
from newsletter.workspace.context import AppContext

FEWEST = 5
"""People who may stand in one line."""
BEFORE = 6
"""Issues that one is compared with."""
UNCOUNTED = (
    "Who opened the mail, and what they clicked, is not here: we do not look. It would be a record"
    " of what worries people who are ill, and it would be wrong as well, since mail programs open"
    " every mail by themselves to look for dangers."
)
COMPLAINTS = 0.001
"""Gmail and Yahoo want fewer complaints than this share."""
MANY = 0.02
"""A share of returned mails that speaks of an old list, or of a provider that does not want us."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeCounts:
    """Counts of people."""

    people: int = 0  # for whom there was a message
    accepted: int = 0  # the mail server took it
    refused: int = 0  # …did not, for good
    bounced: int = 0  # taken, and came back
    complained: int = 0  # called it spam
    left: int = 0  # by a link of this issue, or by mail
    in_doubt: int = 0  # the link to the server broke; nobody knows
    blamed: int = 0  # came back because of us: reputation, policy, speed
    waiting: int = 0  # not settled yet
    not_written: int = 0  # left before their turn

    @classmethod
    def of(cls, counts: Mapping[str, int]) -> Self:
        """From outcome → people."""
        waiting = sum(counts.get(each, 0) for each in ("queued", "claimed", "sending", "deferred"))
        settled = {name: counts.get(word, 0) for name, word in _SETTLED.items()}
        happened = {"bounced": BOUNCED, "complained": COMPLAINED, "left": LEFT, "blamed": BLAMED}
        return cls(
            people=waiting + sum(settled.values()),
            waiting=waiting,
            **settled,
            **{name: counts.get(word, 0) for name, word in happened.items()},
        )

    def __add__(self, other: OutcomeCounts) -> OutcomeCounts:
        names = [each.name for each in fields(self)]
        sums = {name: getattr(self, name) + getattr(other, name) for name in names}
        return OutcomeCounts(**sums)

    def share(self, *names: str) -> float:
        """Which share of the people that is."""
        return sum(getattr(self, name) for name in names) / self.people if self.people else 0.0


_SETTLED = {
    "accepted": "accepted",
    "refused": "refused",
    "in_doubt": "unknown",
    "not_written": "suppressed",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderLine:
    """People at one provider, or at several that are joined."""

    providers: tuple[Provider, ...]
    now: OutcomeCounts
    before: OutcomeCounts  # of all issues that are compared, together

    @property
    def title(self) -> str:
        """For people."""
        return TITLES[self.providers[0] if len(self.providers) == 1 else Provider.OTHER]


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueReport:
    """What became of one issue."""

    issue: str
    started_at: datetime
    all: ProviderLine
    lines: tuple[ProviderLine, ...]  # the largest first, those that are joined last
    before: tuple[
        tuple[str, datetime, OutcomeCounts], ...
    ]  # issue, when, all its people; the newest first
    notes: tuple[str, ...]  # what needs a look


def build_report(result: IssueOutcome, before: Sequence[IssueOutcome]) -> IssueReport:
    """The report of an issue; `before` are those it is compared with, the newest first."""
    issues = [_by_provider(each) for each in (result, *before)]
    lines = tuple(_line(group, issues) for group in _groups(issues))
    everybody = _line(tuple(Provider), issues)
    return IssueReport(
        issue=result.issue,
        started_at=result.started_at,
        all=everybody,
        lines=lines,
        before=tuple(
            (each.issue, each.started_at, sum(figures.values(), OutcomeCounts()))
            for each, figures in zip(before, issues[1:], strict=True)
        ),
        notes=tuple(_notes(result.issue, everybody, lines)),
    )


def _by_provider(result: IssueOutcome) -> dict[Provider, OutcomeCounts]:
    counts: dict[Provider, Counter[str]] = {}
    for (provider, outcome), people in result.counts.items():
        counts.setdefault(provider, Counter())[outcome] += people
    return {provider: OutcomeCounts.of(each) for provider, each in counts.items()}


def _groups(issues: Sequence[Mapping[Provider, OutcomeCounts]]) -> Iterator[tuple[Provider, ...]]:
    """Who stands alone, the largest first; then who is joined."""
    size = {
        each: _smallest([each], issues)
        for each in Provider
        if any(each in figures for figures in issues)
    }
    alone = sorted(
        (each for each in size if each is not Provider.OTHER and size[each] >= FEWEST),
        key=lambda each: -size[each],
    )
    joined = [each for each in size if each not in alone]
    while joined and alone and _smallest(joined, issues) < FEWEST:
        joined.append(alone.pop())
    yield from ((each,) for each in alone)
    if joined:
        yield tuple(each for each in Provider if each in joined)


def _smallest(
    providers: Iterable[Provider], issues: Sequence[Mapping[Provider, OutcomeCounts]]
) -> int:
    """How few they are together in any issue that had one of them at all."""
    sizes = [
        sum(figures[each].people for each in providers if each in figures) for figures in issues
    ]
    return min((size for size in sizes if size), default=0)


def _line(
    group: tuple[Provider, ...], issues: Sequence[Mapping[Provider, OutcomeCounts]]
) -> ProviderLine:
    now, *before = (
        sum((each[name] for name in group if name in each), OutcomeCounts()) for each in issues
    )
    return ProviderLine(providers=group, now=now, before=sum(before, OutcomeCounts()))


def _notes(issue: str, everybody: ProviderLine, lines: Sequence[ProviderLine]) -> Iterator[str]:
    for line in lines:
        yield from _of_provider(line)
    now = everybody.now
    if now.blamed:
        yield (
            f"{_mails(now.blamed)} came back because of us (reputation, policy or speed), and not"
            " of the readers: “newsletter doctor” looks for the reason."
        )
    if now.left > FEWEST and now.share("left") > 2 * everybody.before.share("left") > 0:
        yield (
            f"More left than usual: {_percent(now.share('left'))}, and"
            f" {_percent(everybody.before.share('left'))} before."
        )
    if now.in_doubt:
        yield f"{now.in_doubt} in doubt: “newsletter resolve {issue}” settles them."


def _of_provider(line: ProviderLine) -> Iterator[str]:
    now, usual = line.now.share("bounced", "refused"), line.before.share("bounced", "refused")
    if now > max(MANY, 2 * usual) and line.now.bounced + line.now.refused >= FEWEST:
        before = f", and {_percent(usual)} before" if line.before.people else ""
        yield (
            f"{line.title}: {_percent(now)} refused or came back{before}. “newsletter inbox” and"
            " “status” tell the reasons."
        )
    if line.now.complained > 1 and line.now.share("complained") > COMPLAINTS:
        yield (
            f"{line.title}: {_percent(line.now.share('complained'))} called the mail spam; Gmail"
            f" and Yahoo put mails of those who stay above {_percent(COMPLAINTS)} among the spam."
            " Are all of them people who asked for it?"
        )


def _mails(count: int) -> str:
    return "1 mail" if count == 1 else f"{count} mails"


def _percent(share: float) -> str:
    return f"{share:.1%}".replace("%", " %")


def build_issue_report(context: AppContext, issue: str | None = None) -> IssueReport:
    """What became of an issue, or of the last one that was sent.

    Raises UsageError when it was not sent from here.
    """
    found = ReportRepository(context.engine).up_to(issue, BEFORE + 1)
    if not found:
        which = f"issue {issue} was not" if issue else "no issue was"
        raise UsageError(f"{which} sent from here, so there is nothing to report")
    return build_report(found[0], found[1:])
