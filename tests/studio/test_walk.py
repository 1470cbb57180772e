"""docs/studio.md speaks of what is on the pages."""

from __future__ import annotations

import re

import pytest
from conftest import ROOT

from newsletter.checks import rules
from newsletter.studio.calls import HERE
from newsletter.studio.shelf import PLACES
from newsletter.studio.views.preview import LOOKS

WALK = (ROOT / "docs/studio.md").read_text("utf-8")
SHOWN = "\n".join(
    [path.read_text("utf-8") for folder in ("templates", "static") for path in (HERE / folder).iterdir()]
    + [*PLACES.values(), *(look.said for look in LOOKS.values()), *(rule.mend for rule in rules())]
)


@pytest.mark.parametrize("name", sorted(set(re.findall(r"\*\*([^*]+)\*\*", WALK))))
def test_every_control_that_the_walk_names_is_on_a_page(name: str) -> None:
    assert re.search(rf"(^|[>\"]){re.escape(name)}($|[<\"])", SHOWN, re.MULTILINE)


NAMES = ("Collect", "Keep", "Hold", "Drop", "Move", "Add", "Save", "Preview", "Check", "Approve", "Send test", "Send",
         "Pause", "Undo")  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_the_names_that_people_write_guides_by_are_there(name: str) -> None:
    assert re.search(rf">{name}<|\"{name}\"", SHOWN)
