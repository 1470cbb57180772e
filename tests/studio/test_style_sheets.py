"""Style sheets say nothing about what no page has."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from conftest import ROOT

STUDIO = ROOT / "newsletter/studio"
SHEETS = sorted((STUDIO / "static").glob("*.css"))
PAGES = "\n".join(
    path.read_text("utf-8") for path in [*(STUDIO / "templates").iterdir(), *(STUDIO / "static").glob("*.js")]
)
FROM_PYTHON = {"error", "warning"}  # a finding's severity is its class


def names_in(sheet: Path) -> set[str]:
    """The classes and ids that a style sheet selects."""
    css = re.sub(r"/\*.*?\*/", "", sheet.read_text("utf-8"), flags=re.DOTALL)
    selectors = [each.strip() for each in re.findall(r"([^{}]+)\{", css)]
    return {name for each in selectors if each[0] != "@" for name in re.findall(r"[.#]([A-Za-z][\w-]*)", each)}


@pytest.mark.parametrize("sheet", SHEETS, ids=[each.name for each in SHEETS])
def test_each_class_and_id_of_a_style_sheet_is_on_a_page(sheet: Path) -> None:
    names = names_in(sheet)
    assert names
    assert {name for name in names if not re.search(rf"(?<![\w-]){name}(?![\w-])", PAGES)} <= FROM_PYTHON
