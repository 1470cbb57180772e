"""A web site of our own, for sources to be fetched from."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from website import Site, website


@pytest.fixture
def site() -> Iterator[Site]:
    """A web site on 127.0.0.1."""
    with website() as made:
        yield made
