"""A reader without a name is greeted by the same words wherever the issue is looked at."""

from __future__ import annotations

import email
import email.policy
import re
from datetime import datetime
from pathlib import Path

import pytest
from support.commands import Run

from newsletter.issues import render
from newsletter.model import Variant
from newsletter.rendering import remove_personal_parts
from newsletter.workspace.context import AppContext
from newsletter.workspace.folder import open_workspace

NAMELESS = """\
email,name,state,language,sections,large_print
usual@example.org,,active,,,no
large@example.org,,active,,,yes
some@example.org,,active,,research trials,no
en@example.org,,active,en,,no
es@example.org,,active,es,,no
"""
WORDS = {"en": "reader", "es": "lectora o lector"}
GREETING = re.compile(r"Greetings, ([^!<]*)!")


def greeting(text: str) -> str:
    found = GREETING.search(text)
    assert found, text
    return found[1]


@pytest.fixture(params=["en", "es"])
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def drafted(sample: Path, run: Run, language: str) -> Path:
    """The sample in a language, its issue rendered, and nobody on its list who has a name."""
    settings = sample / "newsletter.toml"
    text = settings.read_text("utf-8")
    settings.write_text(text.replace('language = "en"', f'language = "{language}"'), "utf-8")
    (sample / "nameless.csv").write_text(NAMELESS, "utf-8")
    assert run("subscribers", "import", "nameless.csv").exit_code == 0
    assert run("collect").exit_code == 0
    assert run("draft").exit_code == 0
    file = sample / "issues/2026-11/issue.toml"
    written = file.read_text("utf-8")
    letter = 'letter = """\nGreetings, {name}!\n'
    file.write_text(written.replace('letter = """\n', letter, 1), "utf-8")
    assert run("render").exit_code == 0
    assert run("approve", "2026-11").exit_code == 0
    return sample


def test_what_is_written_is_what_is_sent(drafted: Path, run: Run, language: str) -> None:
    issue = drafted / "issues/2026-11"
    for name in ("issue.txt", "issue.html", "web.html", "print.html", "proof.html"):
        assert greeting((issue / name).read_text("utf-8")) == WORDS[language], name
    assert run("send", "2026-11", "--dry-run", "--into", drafted / "out").exit_code == 0
    mails = {
        message["To"]: message
        for each in (drafted / "out").iterdir()
        for message in [email.message_from_bytes(each.read_bytes(), policy=email.policy.default)]
    }
    for who in ("usual", "large", "some", "en", "es"):
        expected = WORDS.get(who, WORDS[language])
        for kind in ("plain", "html"):
            body = mails[f"{who}@example.org"].get_body((kind,)).get_content()
            assert greeting(body) == expected, (who, kind)


@pytest.mark.parametrize("chosen", ["", "en", "es"])
def test_a_variant_is_shown_as_it_is_sent(
    drafted: Path, language: str, chosen: str, now: datetime
) -> None:
    workspace = open_workspace(drafted)
    context = AppContext(workspace, now)
    issue = render.load_issue(context, "2026-11")
    made = render.render_mail(context, issue, Variant(language=chosen, large_print=True))
    shown = remove_personal_parts(made, workspace.settings)
    expected = WORDS[chosen or language]
    assert (greeting(shown.text), greeting(shown.html)) == (expected, expected)
