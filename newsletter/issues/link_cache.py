"""What was found when links were last tried, kept so that the next check need not ask again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from newsletter.checks import LinkAnswer, LinkState
from newsletter.workspace.context import AppContext
from newsletter.workspace.files import write_whole

FRESH = {LinkState.UNREACHABLE: timedelta(hours=1)}  # it may be well again soon
FRESH_AT_MOST = timedelta(days=7)


def known_links(context: AppContext) -> Mapping[str, LinkAnswer]:
    """Address → what was found when it was last tried, where that is not too long ago."""
    return {
        url: answer
        for url, (answer, tried_at) in _load_answers(context).items()
        if _is_fresh(answer, tried_at, context.now)
    }


def keep_links(context: AppContext, found: Mapping[str, LinkAnswer]) -> None:
    """Remember what was found just now beside what is still fresh; the rest is forgotten."""
    kept = {
        url: (answer, at)
        for url, (answer, at) in _load_answers(context).items()
        if _is_fresh(answer, at, context.now)
    }
    kept |= {url: (answer, context.now) for url, answer in found.items()}
    write_whole(
        _file(context),
        json.dumps({url: _plain(*each) for url, each in kept.items()}, indent=1),
        private=True,
    )


def _is_fresh(answer: LinkAnswer, tried_at: datetime, now: datetime) -> bool:
    return timedelta(0) <= now - tried_at < FRESH.get(answer.state, FRESH_AT_MOST)


def _file(context: AppContext) -> Path:
    return context.workspace.private / "links.json"


def _load_answers(context: AppContext) -> dict[str, tuple[LinkAnswer, datetime]]:
    """What the file holds.

    Nothing when it is missing or damaged, because everything in it can be found again.
    """
    try:
        kept = json.loads(_file(context).read_text("utf-8"))
        return {url: _answer(plain) for url, plain in kept.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def _plain(answer: LinkAnswer, tried_at: datetime) -> dict[str, str]:
    return {
        "state": answer.state,
        "final_url": answer.final_url,
        "reason": answer.reason,
        "tried_at": tried_at.isoformat(),
    }


def _answer(plain: Mapping[str, Any]) -> tuple[LinkAnswer, datetime]:
    answer = LinkAnswer(
        state=LinkState(plain["state"]), final_url=plain["final_url"], reason=plain["reason"]
    )
    return answer, datetime.fromisoformat(plain["tried_at"])
