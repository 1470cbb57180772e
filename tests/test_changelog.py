"""The changelog keeps to its form: https://keepachangelog.com."""

from __future__ import annotations

import re
from datetime import date

from packaging.version import Version
from support.checkout import ROOT

import newsletter

TEXT = (ROOT / "CHANGELOG.md").read_text("utf-8")
HEADINGS = ["Security", "Added", "Changed", "Deprecated", "Removed", "Fixed"]
VERSIONS = re.findall(r"^## (.*)$", TEXT, re.MULTILINE)


def test_each_version_has_a_date_and_the_newest_stands_first() -> None:
    assert VERSIONS[0] == "[Unreleased]"
    found = [re.fullmatch(r"\[(\S+)\] - (\d{4}-\d\d-\d\d)", each) for each in VERSIONS[1:]]
    numbered = [(Version(each[1]), date.fromisoformat(each[2])) for each in found if each]
    assert len(numbered) == len(VERSIONS) - 1
    assert numbered == sorted(numbered, reverse=True)
    assert numbered[0][0] == Version(newsletter.__version__)


def test_changes_stand_under_the_usual_headings_security_first() -> None:
    for version in re.split(r"^## ", TEXT, flags=re.MULTILINE)[1:]:
        headings = re.findall(r"^### (.*)$", version, re.MULTILINE)
        assert headings == [each for each in HEADINGS if each in headings]
