"""Whether an address is inside one's own network is told by a value, and not by the sentence."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from support.website import Site, desk_with, website

from newsletter.model import Source, SourceKind, SourceResult
from newsletter.sources.probe import build_source, host_inside, try_source
from newsletter.workspace.context import AppContext
from newsletter.workspace.folder import open_workspace


@pytest.fixture
def closed(tmp_path: Path, now: datetime) -> AppContext:
    """A newsletter that asks nobody inside."""
    folder = tmp_path / "news"
    folder.mkdir()
    context = desk_with(folder, now)
    file = folder / "newsletter.toml"
    text = file.read_text("utf-8").replace('fetch_from = ["127.0.0.1"]\n', "")
    file.write_text(text, "utf-8")
    return AppContext(open_workspace(context.workspace.folder), now)


@pytest.fixture
def site() -> Site:
    with website() as made:
        yield made


@pytest.mark.parametrize(
    ("kind", "path"), [("feed", "feed"), ("pubmed", "eutils"), ("trials", "v2"), ("grants", "api")]
)
def test_the_host_is_known_whatever_the_sentence_says(
    closed: AppContext, site: Site, kind: str, path: str
) -> None:
    source = build_source("Ours", kind, f"http://127.0.0.1:{site.port}/{path}", "")
    if kind != "feed":
        source = replace(source, query="leiomyosarcoma")
    tried = try_source(closed, source)
    assert tried.inside_host == "127.0.0.1"
    assert host_inside(replace(tried, error="está dentro de la red propia")) == "127.0.0.1"
    assert site.asked == []


def test_a_host_that_only_a_redirect_leads_to_is_not_given() -> None:
    source = Source(name="Ours", kind=SourceKind.FEED, url="https://example.org/feed")
    words = "example.org is inside your own network and was not asked"
    assert not host_inside(SourceResult(source=source, error=words, inside_host="192.168.0.1"))
    assert not host_inside(SourceResult(source=source, error=words))
