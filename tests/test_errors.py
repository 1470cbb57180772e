"""What callers are meant to catch stands in one tree, and the tree is drawn."""

from __future__ import annotations

import importlib
import pkgutil
import re

import pytest

import newsletter
from newsletter import errors
from newsletter.errors import NewsletterError, UsageError

DRAWN = re.compile(r"^ {4}([│├└─ ]*)(\w+Error)\b", re.MULTILINE)


def below(kind: type[NewsletterError]) -> set[type[NewsletterError]]:
    return {kind}.union(*map(below, kind.__subclasses__()))


def depth(kind: type[NewsletterError]) -> int:
    return kind.__mro__.index(NewsletterError)


def test_the_tree_is_drawn_as_it_stands() -> None:
    drawn = {name: len(lines) // 4 for lines, name in DRAWN.findall(errors.__doc__ or "")}
    stands = {kind.__name__: depth(kind) for kind in below(NewsletterError)}
    assert drawn == stands


def test_no_error_of_the_tree_is_defined_elsewhere() -> None:
    for module in pkgutil.walk_packages(newsletter.__path__, "newsletter."):
        if "migrations" not in module.name and not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    assert {kind.__module__ for kind in below(NewsletterError)} == {"newsletter.errors"}


@pytest.mark.parametrize("kind", below(NewsletterError), ids=lambda kind: kind.__name__)
def test_wrong_usage_alone_ends_with_two(kind: type[NewsletterError]) -> None:
    assert kind.exit_code == (2 if issubclass(kind, UsageError) else 1)
