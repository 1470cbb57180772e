"""A program of somebody else, as a type checker sees it: `mypy --strict` must find nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import assert_type

import newsletter
from newsletter.delivery.send_status import SendStatus
from newsletter.issues.standing import EntryStatus
from newsletter.model import Finding, Issue, RenderedIssue, Subscriber
from newsletter.sources.collector import CollectionResult
from newsletter.subscribers.list_import import ImportReport


def make_issue(folder: Path, clock_at: datetime) -> Issue:
    with newsletter.open_newsletter(folder, clock=lambda: clock_at) as news:
        assert_type(news, newsletter.Newsletter)
        assert_type(news.collect(), tuple[CollectionResult, ...])
        assert_type(news.entries("2026-11"), tuple[EntryStatus, ...])
        issue = news.draft()
        assert_type(issue, Issue)
        assert_type(news.issues(), tuple[Issue, ...])
        assert_type(news.check(issue), tuple[Finding, ...])
        assert_type(news.render(), RenderedIssue)
        return issue


def send(issue: str | Issue) -> int:
    news = newsletter.open_newsletter()
    assert_type(news.import_subscribers("list.csv"), ImportReport)
    assert_type(news.subscribers(), Iterator[Subscriber])
    assert_type(news.add_subscriber("ada@example.org", name="Ada"), bool)
    assert_type(news.remove_subscriber("ada@example.org"), bool)
    try:
        news.approve(issue, by="Ada")
        assert_type(news.send(issue, limit=10, once=True), SendStatus)
    except newsletter.NotApprovedError as error:
        print(error)  # noqa: T201
        return newsletter.NotApprovedError.exit_code
    except newsletter.ConfigError as error:
        return len(error.mistakes)
    return news.status(issue).accepted


def say_version() -> str:
    return newsletter.__version__


def use_wrongly(news: newsletter.Newsletter) -> None:
    """Each of these is found: with `--strict`, an ignore that is not needed is a mistake itself."""
    news.draft(11)  # type: ignore[arg-type]
    news.send("2026-11", 10)  # type: ignore[call-arg]
    news.approve(None)  # type: ignore[arg-type]
    newsletter.open_everything()  # type: ignore[attr-defined]
