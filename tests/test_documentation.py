"""What the pages say is true of the program."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from support.checkout import ROOT

from newsletter import config
from newsletter.cli import COMMANDS

PAGES = sorted(
    page
    for place in ("*", "docs/**/*", "issues/*", "templates/*")
    for page in ROOT.glob(f"{place}.md")
)
README = (ROOT / "README.md").read_text("utf-8")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    text = re.sub(r"`[^`\n]*`", "", page.read_text("utf-8"))  # what is quoted as code leads nowhere
    links = re.findall(r"\]\(([^)#]+)", text)
    missing = [
        link
        for link in links
        if "://" not in link
        and not link.startswith(("mailto:", "tel:"))
        and not (page.parent / link).exists()
    ]
    assert missing == []


def test_every_picture_is_shown_on_some_page() -> None:
    shown = "\n".join(page.read_text("utf-8") for page in PAGES)
    assert [
        each.name
        for each in (ROOT / "docs/pictures").iterdir()
        if f"pictures/{each.name})" not in shown
    ] == []


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_in_the_readme(command: str) -> None:
    assert re.search(rf"\| .*`{command}\b", README)


def test_the_readmes_configuration_can_be_read() -> None:
    (example,) = re.findall(r"```toml\n(.*?)```", README, re.DOTALL)
    example = re.sub(r"^ {3}", "", example, flags=re.MULTILINE)
    settings = config.parse('[newsletter]\ntitle = "T"\nfrom = "t@example.org"\n' + example)
    assert [source.name for source in settings.sources] == ["our page", "pubmed", "trials"]


def test_the_readmes_first_command_makes_a_newsletter(tmp_path: Path) -> None:
    (line,) = (line for line in README.splitlines() if "newsletter init ~/lms-news" in line)
    command = line.strip().replace(
        ".venv/bin/newsletter", f"{shlex.quote(sys.executable)} -m newsletter"
    )
    subprocess.run(
        command,
        shell=True,
        check=True,
        capture_output=True,
        env={"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"},
        cwd=ROOT,
    )
    assert (tmp_path / "lms-news/newsletter.toml").is_file()


def test_the_configuration_of_the_repository_itself_can_be_read() -> None:
    assert config.load(ROOT / "newsletter.toml").newsletter.title


def test_the_example_list_is_read_without_a_word(tmp_path: Path) -> None:
    from newsletter.subscribers.list_import import ImportRow, read_list

    del tmp_path
    with (ROOT / "subscribers.example.csv").open("rb") as file:
        assert all(
            isinstance(row, ImportRow)
            for row in read_list(file, name="subscribers.example.csv").rows
        )
