from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from support.website import Site, desk_with

from newsletter.checks import LinkState
from newsletter.issues import link_check, review
from newsletter.issues.link_cache import known_links
from newsletter.workspace.context import AppContext

ISSUE = """\
subject = "News"
send_on = 2026-12-01
until = 2026-12-01T00:00:00Z
[[section]]
name = "research"
[[section.entry]]
key = "a"
title = "A paper"
links = ["http://127.0.0.1:{port}/feed"]
[[section.entry]]
key = "b"
title = "Another paper"
links = ["http://127.0.0.1:{port}/nowhere"]
"""


@pytest.fixture
def context(folder: Path, now, site: Site) -> AppContext:
    (folder / "issues/2026-11").mkdir(parents=True)
    (folder / "issues/2026-11/issue.toml").write_text(ISSUE.format(port=site.port), "utf-8")
    (folder / "issues/2026-11/record.toml").write_text("drafted = []\n", "utf-8")
    return desk_with(folder, now)


def test_links_are_tried_once_and_remembered(context: AppContext, site: Site) -> None:
    tried: list[int] = []
    assert link_check.count_untried_links(context) == 2
    link_check.try_links(context, "2026-11", lambda: tried.append(1))
    assert len(tried) == 2
    states = {url.rpartition("/")[2]: answer.state for url, answer in known_links(context).items()}
    assert states == {"feed": LinkState.ALIVE, "nowhere": LinkState.DEAD}
    assert link_check.count_untried_links(context) == 0
    _, _, findings = review.check_issue_mail(context, "2026-11")
    assert [each.where for each in findings if each.rule == "link-dead"] == ["b"]


def test_what_was_found_long_ago_is_forgotten(context: AppContext) -> None:
    link_check.try_links(context)
    later = AppContext(context.workspace, context.now + timedelta(days=8))
    assert known_links(later) == {}


def test_a_damaged_memory_is_no_memory(context: AppContext) -> None:
    link_check.try_links(context)
    (context.workspace.private / "links.json").write_text('{"x": {"state": "odd"}}', "utf-8")
    assert known_links(context) == {}
