"""What a check looks at: an issue, the mail made of it, and what is known around it.

Values only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from newsletter.config import Settings
from newsletter.model import Issue


class LinkState(StrEnum):
    """How a link answered."""

    ALIVE = "alive"  # it answers, though perhaps only to people (401, 403, 429)
    MOVED = "moved"  # it has moved for good (301, 308)
    DEAD = "dead"  # it is gone (404, 410), or its host does not exist
    UNREACHABLE = "unreachable"  # no answer in time, or the server failed; it may be well tomorrow


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkAnswer:
    """What became of one link when it was tried."""

    state: LinkState
    final_url: str = ""  # where it ended, when it moved
    reason: str = ""  # "404 Not Found", "no answer in 20 s"


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierIssue:
    """What an issue that went out before has carried."""

    name: str
    keys: frozenset[str] = frozenset()
    links: frozenset[str] = frozenset()  # of its entries


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckContext:
    """All that the rules may know.

    `html` and `text` are the mail with neutral words at the marks.
    """

    issue: Issue
    html: str
    text: str
    subject: str
    preheader: str
    settings: Settings
    earlier: tuple[EarlierIssue, ...] = ()  # newest first
    links: Mapping[str, LinkAnswer] = field(default_factory=dict)  # by address; empty: not tried
    unlisted: Mapping[str, date] = field(
        default_factory=dict
    )  # event → when its calendar last listed it
    glossary: frozenset[str] = frozenset()  # terms that the issue explains in its own box
    pictures: frozenset[str] | None = (
        None  # those beside the issue, as `pictures/…`; None: not looked
    )
    now: datetime
