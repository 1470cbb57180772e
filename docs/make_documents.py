"""Writes mails as readers get them, for judges from outside: `python docs/make_documents.py FOLDER`.

For each kind of issue there is NAME.html (what lies in issues/), NAME.txt and NAME.eml (the exact
message of one reader, by `send --dry-run`): the sample, 80 and 150 entries of all kinds, one entry,
nothing but odd content, and the sample's content in Spanish and in Arabic. Nothing is sent.
"""

from __future__ import annotations

import dataclasses
import shutil
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from support.sample_issues import ODD, SAMPLE, mixed  # the issues that the tests render

from newsletter.cli import run
from newsletter.issues.store import IssueStore
from newsletter.model import Issue
from newsletter.workspace.folder import open_workspace

NOW = "2026-11-23T09:00-05:00"
SETTINGS = """
[newsletter]
title = "{title}"
from = "LMS Foundation News <news@example.org>"
reply_to = "office@example.org"
address = "LMS Foundation, 1200 Maple Street, Suite 300, Denver, CO 80202, USA"
url = "https://www.example.org/"
language = "{language}"
time_zone = "America/Denver"

[public]
url = "https://news.example.org"

[inbox]
host = "mail.example.org"
address = "bounces@example.org"

[theme]
footer = "The LMS Foundation is run by patients and families."
image_hosts = ["www.example.org"]
"""


def one(issue: Issue) -> Issue:
    """The issue with its first entry alone."""
    section = dataclasses.replace(issue.sections[0], entries=issue.sections[0].entries[:1])
    return dataclasses.replace(issue, sections=(section,), coming_up=())


def keyed(issue: Issue) -> Issue:
    """The issue as a file can hold it: every entry has a key."""
    sections = (
        dataclasses.replace(
            section,
            entries=tuple(
                dataclasses.replace(entry, key=entry.key or f"title:{section.name}-{number}")
                for number, entry in enumerate(section.entries)
            ),
        )
        for section in issue.sections
    )
    return dataclasses.replace(issue, sections=tuple(sections))


DOCUMENTS = (
    # name, issue, title, language
    ("80", mixed(80), "LMS Research Monthly", "en"),
    ("150", mixed(150), "LMS Research Monthly", "en"),
    ("one", one(SAMPLE), "LMS Research Monthly", "en"),
    ("odd", keyed(ODD), "LMS Research Monthly", "en"),
    ("spanish", SAMPLE, "Noticias de LMS", "es"),
    ("arabic", SAMPLE, "نشرة أبحاث LMS", "ar"),
)


def main(into: Path) -> None:
    """Write all of them."""
    into.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        sample = Path(folder) / "sample"
        run(["-C", str(sample), "--now", NOW, "demo", "--build-only"])
        keep(sample, "2026-11", "sample", into)
        for name, issue, title, language in DOCUMENTS:
            workspace = Path(folder) / name
            run(["init", str(workspace), "--title", title, "--from", "News <news@example.org>"])
            (workspace / "newsletter.toml").write_text(
                SETTINGS.format(title=title, language=language), "utf-8"
            )
            IssueStore(open_workspace(workspace)).write(issue)
            run(["-C", str(workspace), "--now", NOW, "render", issue.name])
            keep(workspace, issue.name, name, into)


def keep(workspace: Path, issue: str, name: str, into: Path) -> None:
    """Keep the parts and one message of an issue under the name of its kind."""
    command = ["-C", str(workspace), "--now", NOW]
    run([*command, "subscribers", "add", "ruth@example.com", "--name", "Ruth Miller"])
    run(
        [
            *command,
            "send",
            issue,
            "--dry-run",
            "--limit",
            "1",
            "--into",
            str(workspace / "messages"),
        ]
    )
    for part in ("html", "txt"):
        shutil.copy(workspace / "issues" / issue / f"issue.{part}", into / f"{name}.{part}")
    shutil.copy(next((workspace / "messages").glob("*.eml")), into / f"{name}.eml")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
