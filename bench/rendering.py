"""What rendering an issue costs, against premailer alone on the same page, in one process and in turn.

Bars: 40 entries, HTML and text: 2; 60 entries with all offline checks: 2. The page is the one that premailer would be
handed: the mail before its styles were put inline, with the settings that DESIGN's traps ask for.
"""

from __future__ import annotations

import logging
import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import cssutils
from premailer import Premailer

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests" / "rendering"))

from issues import SETTINGS, mixed  # the issues that the tests render
from newsletter import rendering, templating
from newsletter.checks import Context, check_issue
from newsletter.model import Issue
from newsletter.rendering import inlining

ROUNDS = 9


def page_before_inlining(issue: Issue) -> str:
    """What `inlined` is handed while the issue is rendered."""
    seen: list[str] = []
    original = inlining.inlined

    def noting(html: str) -> str:
        seen.append(html)
        return original(html)

    from newsletter.rendering import issues as rendering_issues

    rendering_issues.inlined = noting
    try:
        rendering.render(issue, SETTINGS, templating.environment())
    finally:
        rendering_issues.inlined = original
    return seen[0]


def premailer_alone(page: str) -> None:
    cssutils.ser.prefs.minimizeColorHash = False
    Premailer(
        page,
        strip_important=False,
        disable_validation=True,
        allow_network=False,
        allow_loading_external_files=False,
        disable_link_rewrites=True,
        align_floating_images=False,
        disable_basic_attributes=["width", "height", "align", "valign", "bgcolor"],
        cssutils_logging_level=logging.CRITICAL,
    ).transform(pretty_print=False)


def seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def ratio(ours: Callable[[], object], theirs: Callable[[], object]) -> tuple[float, float]:
    """Median ratio, and our median in seconds, after one round that does not count."""
    ours(), theirs()
    pairs = [(seconds(ours), seconds(theirs)) for _ in range(ROUNDS)]
    return statistics.median(mine / other for mine, other in pairs), statistics.median(mine for mine, _ in pairs)


def checked(issue: Issue, templates: object) -> None:
    made = rendering.for_everyone(rendering.render(issue, SETTINGS, templates), SETTINGS)
    check_issue(
        Context(
            issue=issue,
            html=made.html,
            text=made.text,
            subject=made.subject,
            preheader=made.preheader,
            settings=SETTINGS,
            now=datetime(2026, 11, 23, tzinfo=UTC),
        )
    )


def compare(name: str, issue: Issue, work: Callable[[Issue], object]) -> None:
    page = page_before_inlining(issue)
    found, median_s = ratio(lambda: work(issue), lambda: premailer_alone(page))
    entries = len(issue.entries())
    print(f"{name}, {entries} entries: {found:.2f} x premailer alone ({median_s * 1000:.0f} ms; bar 2)")


def main() -> None:
    templates = templating.environment()
    compare("render", mixed(40), lambda issue: rendering.render(issue, SETTINGS, templates))
    compare("render and check", mixed(60), lambda issue: checked(issue, templates))


if __name__ == "__main__":
    main()
