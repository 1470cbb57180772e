"""A second person approves what the first one did, and nothing else."""

from __future__ import annotations

import re

from studio.conftest import ISSUE, Studio

BASE = f"/issues/{ISSUE}/approve"


def said(studio: Studio, name: str) -> str:
    return studio.change(f"{BASE}/second", {"by": name}, script=True).json()["error"]


def test_a_second_name_stands_beside_the_first_until_something_is_changed(made: Studio) -> None:
    assert "is not approved" in said(made, "Ben")
    digest = re.search(r'name="digest" value="(\w+)"', made.page(BASE))[1]
    made.change(BASE, {"digest": digest, "by": "Ana"})
    assert "another one" in said(made, " ana ")
    assert "write the name" in said(made, " ")
    assert "Noted: two people approve it" in made.change(f"{BASE}/second", {"by": "Ben"}).text
    assert re.search(r"by Ana on [^,]+, and by Ben on ", made.page(BASE))
    made.change(BASE, {"digest": digest, "by": "Carla"})  # approved again as it is: both names stay
    assert re.search(r"by Ana on [^,]+, and by Ben on ", made.page(BASE))
    made.file.write_text(
        made.file.read_text("utf-8").replace("Circle News: November", "News: November"), "utf-8"
    )
    assert "and by Ben, and was changed since" in made.page(BASE)
    assert "was changed after" in said(made, "Ben")
    digest = re.search(r'name="digest" value="(\w+)"', made.page(BASE))[1]
    made.change(BASE, {"digest": digest, "by": "Carla"})
    assert "by Ben" not in made.page(BASE)
