import os
from pathlib import Path

from newsletter.checks import rules
from newsletter.checks.reference_page import catalogue

PAGE = Path(__file__).parents[2] / "docs" / "checks.md"


def test_the_page_on_checks_says_what_the_rules_do():
    if os.environ.get("NEWSLETTER_UPDATE_DOCS"):
        PAGE.write_text(catalogue(), "utf-8")
    assert catalogue() == PAGE.read_text("utf-8"), (
        "write it anew: NEWSLETTER_UPDATE_DOCS=1 pytest tests/checks/test_reference_page.py"
    )


def test_every_rule_is_on_the_page():
    page = catalogue()
    for rule in rules():
        assert f"### `{rule.name}`" in page
        assert rule.why in page
        assert rule.remedy in page


def test_every_rule_has_tests():
    written = "".join(path.read_text("utf-8") for path in Path(__file__).parent.glob("test_*.py"))
    assert [each.name for each in rules() if f'"{each.name}"' not in written] == []
