"""Fixtures for everything that shows an issue; `--update-golden` writes the expected files anew."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import jinja2
import pytest

from newsletter.rendering.environment import environment

GOLDEN = Path(__file__).parent / "golden"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-golden", action="store_true", help="write the golden files of rendering anew"
    )


@pytest.fixture(scope="session")
def templates() -> jinja2.Environment:
    return environment()


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """Compares a text with the golden file of that name."""

    def compare(name: str, text: str) -> None:
        path = GOLDEN / name
        if request.config.getoption("--update-golden", default=False):
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, "utf-8")
        assert text == path.read_text("utf-8"), (
            f"{name} differs; look at it, then: pytest tests/rendering --update-golden"
        )

    return compare
