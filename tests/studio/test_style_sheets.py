"""Style sheets say nothing about what no page has."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from support.checkout import ROOT

STUDIO = ROOT / "newsletter/studio"
SHEETS = sorted((STUDIO / "static").glob("*.css"))
SOURCES = [*(STUDIO / "templates").iterdir(), *(STUDIO / "static").glob("*.js")]
PAGES = "\n".join(path.read_text("utf-8") for path in SOURCES)
FROM_PYTHON = {"error", "warning"}  # a finding's severity is its class


def names_in(sheet: Path) -> set[str]:
    """The classes and ids that a style sheet selects."""
    css = re.sub(r"/\*.*?\*/", "", sheet.read_text("utf-8"), flags=re.DOTALL)
    preludes = [each.strip() for each in re.findall(r"([^{}]+)\{", css)]
    selectors = " ".join(each for each in preludes if not each.startswith("@"))
    return set(re.findall(r"[.#]([A-Za-z][\w-]*)", selectors))


@pytest.mark.parametrize("sheet", SHEETS, ids=[each.name for each in SHEETS])
def test_each_class_and_id_of_a_style_sheet_is_on_a_page(sheet: Path) -> None:
    names = names_in(sheet)
    assert names
    words = set(re.findall(r"[\w-]+", PAGES))
    assert names - words <= FROM_PYTHON
