"""What an archive of 132 issues, eleven years of them, adds to a command and to a page of the studio.

Bars: `draft` reads each file of an issue once; a check in a process that has read them before takes
60 ms. The workspace is the sample with 131 more of its last issue, a month apart. The same work is
done with the sample alone, in turn; the ratio of the two is what the archive costs. Times are of
the processor, not of the wall. Before the issues had an owner (`IssueStore`), `draft` read 266
times an issue.toml and 794 times a record.toml, and a check with 132 issues took 12 times as long
as with one.
"""

from __future__ import annotations

import re
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from support.opened_files import counting_opened

from newsletter.admin.sample import build
from newsletter.issues import drafting, review
from newsletter.issues.store import issues_of
from newsletter.sources.collector import collect
from newsletter.workspace.context import AppContext
from newsletter.workspace.folder import open_workspace

MORE = 131
ROUNDS = 15
NOW = datetime(2026, 11, 23, 14, tzinfo=UTC)
LAST = "2026-10"
ISSUE = "2026-11"
SETTLED_S = 0.2
"""A file that was changed a moment ago is read again (see `file_cache`); an archive is older."""


def workspace(folder: Path, more: int) -> AppContext:
    """The sample, collected, with so many issues before its last one."""
    build(folder, now=NOW, secret="5" * 64)
    last = folder / "issues" / LAST
    texts = {each.name: each.read_text("utf-8") for each in last.glob("*.toml")}
    for number in range(1, more + 1):
        year, month = divmod(2026 * 12 + 9 - number, 12)
        earlier = folder / "issues" / f"{year}-{month + 1:02}"
        earlier.mkdir()
        for name, text in texts.items():
            (earlier / name).write_text(shifted(text, number), "utf-8")
    context = AppContext(open_workspace(folder), NOW)
    collect(context, context.workspace.settings.sources)
    return context


def shifted(text: str, months: int) -> str:
    """The same with its window, and when it was drafted and sent, so many months earlier."""

    def earlier(found: re.Match[str]) -> str:
        year, month = divmod(int(found[2]) * 12 + int(found[3]) - 1 - months, 12)
        return f"{found[1]} = {year}-{month + 1:02}-{min(int(found[4]), 28):02}"

    names = "since|until|send_on|drafted_at|published_at"
    return re.sub(rf"(?m)^({names}) = (\d{{4}})-(\d\d)-(\d\d)", earlier, text)


def milliseconds(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return 1000 * (time.process_time() - began)


def check_again(context: AppContext) -> None:
    """As a page of the studio does it: a context of its own, and what was read before."""
    fresh = AppContext(context.workspace, NOW)
    fresh.engine = context.engine
    fresh.hold(issues_of(context).for_workspace(fresh.workspace))
    review.check_issue_mail(fresh, ISSUE)


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        alone = workspace(Path(name) / "alone", 0)
        archive = workspace(Path(name) / "archive", MORE)
        time.sleep(SETTLED_S)
        first = milliseconds(lambda: drafting.draft_issue(alone))
        with counting_opened() as opened:
            drafted = milliseconds(lambda: drafting.draft_issue(archive))
        reads = Counter(path.name for path in opened.elements() if path.suffix == ".toml")
        time.sleep(SETTLED_S)
        check_again(alone), check_again(archive)
        pairs = [
            (milliseconds(lambda: check_again(archive)), milliseconds(lambda: check_again(alone)))
            for _ in range(ROUNDS)
        ]
    print(
        f"draft with {MORE + 1} issues: issue.toml read {reads['issue.toml']} times, record.toml"
        f" {reads['record.toml']} (bar {MORE + 1} + 1 each); {drafted:.0f} ms, {first:.0f} with one issue"
    )
    ours = statistics.median(mine for mine, _ in pairs)
    ratio = statistics.median(mine / other for mine, other in pairs)
    print(
        f"check again with {MORE + 1} issues: {ours:.0f} ms (bar 60), {ratio:.2f} x the same with one"
    )


if __name__ == "__main__":
    main()
