"""What rendering an issue costs, against premailer alone on the same page.

Cold, warm, and as an editor feels it.

Bars: 40 entries, HTML and text: 2; 60 entries with all offline checks: 2; a preview after one note
was edited: 300 ms. The page is the one that premailer would be handed: the mail before its styles
were put inline. Cold is the first time in a fresh process, which is what every command does,
without the time that imports take: once where an earlier command of this installation has left what
it found out about templates and style sheet, once where nothing was left. Both sides run with the
program's own setting of the garbage collector. Warm is one process in turn; there premailer
remembers the styles it has read, and alone costs a tenth. Both remember the same issue best, so the
last line gives each round another one, with other titles, notes and links. Times are of the
processor, not of the wall.
"""

from __future__ import annotations

import dataclasses
import gc
import importlib
import logging
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import cssutils
from premailer import Premailer

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from support.sample_issues import SETTINGS, mixed  # the issues that the tests render

from newsletter import rendering
from newsletter.__main__ import FEWER_PASSES
from newsletter.checks import CheckContext, check_issue
from newsletter.checks.readability import reading_grade
from newsletter.model import Issue
from newsletter.rendering import css_inliner, environment
from newsletter.studio.preview import PreviewWatcher, watch_issue
from newsletter.workspace.context import AppContext
from newsletter.workspace.folder import open_workspace

ROUNDS = 9
COLD_ROUNDS = 5


def page_before_inlining(issue: Issue) -> str:
    """What `inline_styles` is handed while the issue is rendered."""
    seen: list[str] = []
    original = css_inliner.inline_styles

    def noting(html: str, *kept: object) -> str:
        seen.append(html)
        return original(html, *kept)

    css_inliner.inline_styles = noting
    try:
        rendering.render_mail(issue, SETTINGS, environment.environment())
    finally:
        css_inliner.inline_styles = original
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
    began = time.process_time()
    work()
    return time.process_time() - began


def ratio(ours: Callable[[], object], theirs: Callable[[], object]) -> tuple[float, float]:
    """Median ratio, and our median in seconds, after one round that does not count."""
    ours(), theirs()
    pairs = [(seconds(ours), seconds(theirs)) for _ in range(ROUNDS)]
    return statistics.median(mine / other for mine, other in pairs), statistics.median(
        mine for mine, _ in pairs
    )


def checked(issue: Issue, templates: object) -> None:
    made = rendering.remove_personal_parts(
        rendering.render_mail(issue, SETTINGS, templates), SETTINGS
    )
    check_issue(
        CheckContext(
            issue=issue,
            html=made.html,
            text=made.text,
            subject=made.subject,
            preheader=made.preheader,
            settings=SETTINGS,
            now=datetime(2026, 11, 23, tzinfo=UTC),
        )
    )


def reworded(issue: Issue, number: int) -> Issue:
    """The same issue with a number in every title, note and link, so that nothing is remembered of the last one."""
    sections = (
        dataclasses.replace(
            section,
            entries=tuple(
                dataclasses.replace(
                    entry,
                    title=f"{entry.title} {number}",
                    note=f"{entry.note} Part {number}." if entry.note else "",
                    links=tuple(f"{link}/{number}" for link in entry.links),
                )
                for entry in section.entries
            ),
        )
        for section in issue.sections
    )
    return dataclasses.replace(issue, sections=tuple(sections))


def unchanged(issue: Issue, _number: int) -> Issue:
    return issue


def compare(
    name: str,
    issue: Issue,
    work: Callable[[Issue], object],
    of_round: Callable[[Issue, int], Issue] = unchanged,
) -> None:
    issues = [of_round(issue, number) for number in range(ROUNDS + 1)]
    pages = [page_before_inlining(each) for each in issues]
    ours, theirs = iter(issues), iter(pages)
    found, median_s = ratio(lambda: work(next(ours)), lambda: premailer_alone(next(theirs)))
    entries = len(issue.entries())
    print(
        f"{name}, {entries} entries: {found:.2f} x premailer alone ({median_s * 1000:.0f} ms; bar 2)"
    )


def cold() -> None:
    """The first time in fresh processes, each with a page of its own making."""
    page = page_before_inlining(mixed(60))
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "page.html"
        file.write_text(page)
        alone = statistics.median(_cold("theirs", file) for _ in range(COLD_ROUNDS))
        installed = [Path(folder) / f"installed-{number}" for number in range(COLD_ROUNDS)]
        for each in installed:
            ignore = shutil.ignore_patterns("__pycache__")
            shutil.copytree(
                environment.find_shipped_folder(), each / environment.FOLDER, ignore=ignore
            )
        first = statistics.median(_cold("ours", each) for each in installed)
        again = statistics.median(_cold("ours", installed[0]) for _ in range(COLD_ROUNDS))
    for name, ours in (
        ("cold, in any workspace", again),
        ("cold, the first command of an installation", first),
    ):
        told = f"{name}: render and check, 60 entries"
        print(f"{told}: {ours / alone:.2f} x premailer alone ({ours * 1000:.0f} ms; bar 2)")


def _cold(which: str, path: Path) -> float:
    command = [sys.executable, __file__, which, str(path)]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def once(which: str, path: Path) -> None:
    """One of the two, once, in this process, with the page or an installation of the templates.

    Prints the seconds.
    """
    gc.set_threshold(*FEWER_PASSES)
    if which == "ours":
        issue = mixed(60)
        reading_grade(
            "Ten small words that make the splitter of syllables load now.", easy=frozenset()
        )
        importlib.import_module("markdown_it.tree")
        print(
            seconds(
                lambda: checked(
                    issue, environment.environment(compiled=path / "workspace", package=path)
                )
            )
        )
    else:
        text = path.read_text("utf-8")
        print(seconds(lambda: premailer_alone(text)))


def _watched(folder: Path, now: str) -> PreviewWatcher:
    return watch_issue(
        AppContext(open_workspace(folder), datetime.fromisoformat(now).astimezone(UTC)), "2026-11"
    )


def preview() -> None:
    """What the preview's look() takes after a note was edited, on the wall.

    The sample's next issue, checks and all.
    """
    now = "2026-11-23T09:00-05:00"
    with tempfile.TemporaryDirectory() as folder:
        command = [
            sys.executable,
            "-m",
            "newsletter",
            "-C",
            folder,
            "--now",
            now,
            "demo",
            "--build-only",
        ]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        watched = _watched(Path(folder), now)
        watched.refresh()
        file = Path(folder) / "issues/2026-11/issue.toml"
        found = []
        for number in range(ROUNDS):
            text = file.read_text()
            file.write_text(text.replace('preheader = "', f'preheader = "{number} ', 1))
            began = time.perf_counter()
            watched.refresh()
            found.append(time.perf_counter() - began)
            assert not watched.error, watched.error
    print(
        f"preview after an edit: {statistics.median(found) * 1000:.0f} ms, worst {max(found) * 1000:.0f} (bar 300)"
    )


def main() -> None:
    if len(sys.argv) == 3:
        once(sys.argv[1], Path(sys.argv[2]))
        return
    os.environ.pop(
        "PYTHONDONTWRITEBYTECODE", None
    )  # an installed program and its libraries are compiled
    cold()
    gc.set_threshold(*FEWER_PASSES)
    templates = environment.environment()
    compare(
        "warm: render", mixed(40), lambda issue: rendering.render_mail(issue, SETTINGS, templates)
    )
    compare("warm: render and check", mixed(60), lambda issue: checked(issue, templates))
    compare(
        "warm: the same, each time with other words",
        mixed(60),
        lambda issue: checked(issue, templates),
        reworded,
    )
    preview()


if __name__ == "__main__":
    main()
