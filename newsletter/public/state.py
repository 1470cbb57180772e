"""What every public page works with."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from starlette.requests import Request

from newsletter.issues.archive import Archive
from newsletter.public.pages import PageRenderer
from newsletter.public.rate_limit import RateLimit
from newsletter.public.self_service import SelfService

MISSES = 30
"""Wrong links of one visitor in ten minutes; a right one works always."""
ASKED = 10
"""Addresses that one visitor may type in an hour."""
ASKED_BY_ALL = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicState:
    """What every page works with."""

    readers: SelfService
    archive: Archive
    look: PageRenderer
    clock: Callable[[], float] = time.monotonic
    misses: RateLimit = field(init=False)
    asked: RateLimit = field(init=False)
    asked_by_all: RateLimit = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "misses", RateLimit(MISSES, 600, self.clock))
        object.__setattr__(self, "asked", RateLimit(ASKED, 3600, self.clock))
        object.__setattr__(self, "asked_by_all", RateLimit(ASKED_BY_ALL, 3600, self.clock))

    @property
    def may_be_indexed(self) -> bool:
        """Whether search engines may list the archive."""
        public = self.look.settings.public
        return public is not None and public.robots


def state_of(request: Request) -> PublicState:
    """What the app that answers this request works with."""
    state: PublicState = request.app.state.public
    return state
