"""The program for Python: what docs/python.md shows runs, and its types hold."""

from __future__ import annotations

import re
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest
from support.checkout import NOW, ROOT
from support.loopback_smtp import Loopback
from support.mail_server import serving_mail

import newsletter
from newsletter import errors
from newsletter.admin.newsletter_setup import create_sample

EXAMPLES = re.findall(
    r"^```python\n(.*?)^```", (ROOT / "docs/python.md").read_text("utf-8"), re.DOTALL | re.MULTILINE
)


@pytest.fixture
def demo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The sample in a folder `demo` below where we stand."""
    create_sample(tmp_path / "demo", NOW)
    monkeypatch.chdir(tmp_path)
    return tmp_path / "demo"


def clock() -> datetime:
    return NOW


def test_the_examples_of_the_page_run(demo: Path) -> None:
    program = "".join(EXAMPLES).replace(
        'open_newsletter("demo")', 'open_newsletter("demo", clock=clock)'
    )
    with serving_mail(Loopback()) as server:
        delivery = f'\n[delivery]\nhost = "127.0.0.1"\nport = {server.port}\nsecurity = "none"\nper_minute = 0\n'
        with (demo / "newsletter.toml").open("a", encoding="utf-8") as file:
            file.write(delivery)
        exec(compile(program, "docs/python.md", "exec"), {"clock": clock})
    recipients = [message.recipient for message in server.messages]
    assert len(recipients) == len(set(recipients)) == 10


def test_a_draft_is_one_line(demo: Path) -> None:
    issue = newsletter.open_newsletter(demo, clock=clock).draft()
    assert issue.name == "2026-11"


def test_an_issue_that_was_changed_by_hand_is_seen_by_the_next_call(demo: Path) -> None:
    news = newsletter.open_newsletter(demo, clock=clock)
    issue = news.draft()
    file = demo / "issues" / issue.name / "issue.toml"
    file.write_text(
        re.sub(r"(?m)^subject = .*$", 'subject = "By hand"', file.read_text("utf-8")), "utf-8"
    )
    assert [each.subject for each in news.issues()][-1] == "By hand"


def test_nobody_comes_onto_the_list_twice_and_who_left_stays_gone(demo: Path) -> None:
    with newsletter.open_newsletter(demo, clock=clock) as news:
        asked = [news.add_subscriber("ada@example.org", name="Ada") for _ in range(2)]
        gone = [news.remove_subscriber("ada@example.org") for _ in range(2)]
        asked.append(news.add_subscriber("ada@example.org"))
        states = [(each.address, each.state) for each in news.subscribers()]
    assert (asked, gone) == ([True, False, False], [True, False])
    assert states == [("ada@example.org", "unsubscribed")]


def test_every_error_of_the_tree_is_named_by_the_package_and_told_on_the_page() -> None:
    page = (ROOT / "docs/python.md").read_text("utf-8")
    tree = {
        name
        for name, each in vars(errors).items()
        if isinstance(each, type) and issubclass(each, errors.NewsletterError)
    }
    assert {name for name in tree if getattr(newsletter, name) is getattr(errors, name)} == tree
    assert [
        name for name in sorted(tree) if f"`{name}`" not in page.replace("newsletter.", "")
    ] == []


def test_every_name_of_the_package_stands_in_its_types() -> None:
    stub = (ROOT / "newsletter/__init__.pyi").read_text("utf-8")
    named = re.findall(r" as (\w+)$|^(__version__)", stub, re.MULTILINE)
    assert {"".join(each) for each in named} == set(newsletter.__all__) <= set(dir(newsletter))


def test_a_name_that_is_none_is_said_to_be_none() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'open_everything'"):
        newsletter.open_everything  # noqa: B018


def test_the_import_alone_loads_nothing_else() -> None:
    program = (
        "import sys, newsletter; print([n for n in sys.modules if n.startswith('newsletter.')])"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert ran.stdout == "[]\n"


@pytest.mark.timeout(600)
def test_a_program_that_uses_it_is_typed() -> None:
    ran = subprocess.run(
        [
            *(sys.executable, "-m", "mypy", "--strict"),
            *("--follow-imports", "silent", "tests/typed_usage.py"),
        ],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    assert (ran.stdout, ran.returncode) == ("Success: no issues found in 1 source file\n", 0)
