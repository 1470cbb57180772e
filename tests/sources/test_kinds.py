"""Kinds of sources: those of the program, and those that other packages add."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from dataclasses import fields
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from support.added_package import DOI_LIST, add_package, look_again
from support.checkout import MINIMAL, ROOT
from support.website import website

from newsletter.doctor.examination import examine_plugins
from newsletter.errors import PluginError, SourceError
from newsletter.model import Document, Source, SourceKind
from newsletter.plugins import SOURCES, ExtensionPoint
from newsletter.sources import kinds
from newsletter.sources.kinds import ParsingContext, SourceType, find_source_type, list_source_types

TITLES = {
    "feed": "A feed (RSS, Atom, JSON)",
    "page": "A web page, or a text in a file",
    "pubmed": "A search in PubMed",
    "trials": "A search in ClinicalTrials.gov",
    "calendar": "A calendar (iCalendar)",
    "grants": "A search in Grants.gov",
    "table": "A table (CSV, Excel)",
}
READERS = {
    "feed": "newsletter.sources.feeds.feed",
    "page": "newsletter.sources.pages.page",
    "pubmed": "newsletter.sources.registries.pubmed",
    "trials": "newsletter.sources.registries.clinicaltrials",
    "calendar": "newsletter.sources.calendars.ical",
    "grants": "newsletter.sources.registries.grants_gov",
    "table": "newsletter.sources.staff_table",
}
HEAVY = ("feedparser", "icalendar", "recurring_ical_events", "openpyxl")
FEED = (
    "<rss version='2.0'><channel><title>F</title><item><title>A paper</title><guid>1</guid>"
    "<link>https://example.org/a</link></item></channel></rss>"
)


def example(language: str) -> str:
    """The one example in a language that stands in the section on new kinds."""
    page = (ROOT / "docs/architecture.md").read_text("utf-8")
    section = page.partition("## A new kind of source")[2].partition("\n## ")[0]
    (found,) = re.findall(rf"```{language}\n(.*?)```", section, re.DOTALL)
    return found


class TestTheDocumentedExample:
    def test_its_reader_reads(self, now: datetime) -> None:
        there: dict[str, Any] = {}
        exec(compile(example("python"), "architecture.md", "exec"), there)
        shown = there["SOURCE_TYPE"]
        context = ParsingContext(now=now, ahead_days=120, zone=ZoneInfo("UTC"))
        source = Source(name="s", kind=shown.kind)
        found = shown.read(Document(content=b'{"dois": ["10.1000/X"]}'), source, context)
        assert [each.ids.doi for each in found.entries] == ["10.1000/x"]
        assert shown.recognize(b'{"dois": []}')
        with pytest.raises(SourceError, match="no list of DOIs"):
            shown.read(Document(content=b"[]"), source, context)

    def test_its_entry_point_is_in_our_group(self) -> None:
        written = tomllib.loads(example("toml"))
        assert list(written["project"]["entry-points"]) == [SOURCES.group]

    def test_every_trait_is_explained(self) -> None:
        page = (ROOT / "docs/architecture.md").read_text("utf-8")
        assert [each.name for each in fields(SourceType) if f"`{each.name}`" not in page] == []


class TestOurOwn:
    def test_each_has_a_title_and_a_place_in_the_list(self) -> None:
        first = list_source_types()[: len(TITLES)]
        assert [(each.kind, each.title) for each in first] == list(TITLES.items())

    def test_every_name_that_code_uses_is_a_kind(self) -> None:
        named = {text for name, text in vars(SourceKind).items() if name.isupper()}
        assert named <= set(SOURCES.own)

    def test_one_that_is_none_is_told(self) -> None:
        with pytest.raises(SourceError, match="“nothing” is no kind of source"):
            find_source_type("nothing")

    @pytest.mark.parametrize("kind", READERS)
    def test_a_name_and_a_list_load_no_reader(self, kind: str) -> None:
        code = (
            "import sys; from newsletter import config; from newsletter.sources import kinds\n"
            f"config.parse('''{MINIMAL}[[source]]\\nname = \"s\"\\nkind = \"{kind}\"\\nurl = \"x\"''')\n"
            "kinds.list_source_types(); print(*sys.modules)"
        )
        assert loaded(code) & {*READERS.values(), *HEAVY, "lxml"} == set()

    @pytest.mark.parametrize(
        ("kind", "content", "libraries"),
        [
            ("feed", FEED, {"feedparser"}),
            ("table", "Title,Link\nA paper,https://example.org/a\n", set()),
            ("page", "A paper about rest\nhttps://example.org/a\n", set()),
        ],
    )
    def test_collecting_one_kind_loads_the_readers_of_no_other(
        self, folder: Path, kind: str, content: str, libraries: set[str]
    ) -> None:
        (folder / "here.txt").write_text(content, "utf-8")
        write_sources(folder, f'name = "s"\nkind = "{kind}"\nurl = "here.txt"')
        code = (
            "import sys; from newsletter.cli import run\n"
            f"assert run(['-C', {str(folder)!r}, 'collect']) == 0\nprint(*sys.modules)"
        )
        there = loaded(code)
        assert there & set(READERS.values()) == {READERS[kind]}
        assert there & set(HEAVY) == libraries


def loaded(code: str) -> set[str]:
    """What a process of its own has loaded after this."""
    told = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=True,
        capture_output=True,
        text=True,
    )
    return set(told.stdout.split())


def write_sources(folder: Path, *sources: str) -> None:
    text = "".join(f"[[source]]\n{each}\n" for each in sources)
    (folder / "newsletter.toml").write_text(f'{MINIMAL}fetch_from = ["127.0.0.1"]\n{text}', "utf-8")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of packages: one that adds a kind, one that does not load, one that ends Python."""
    site = tmp_path_factory.mktemp("packages") / "site"
    site.mkdir()
    add_package(site, "our_kinds", DOI_LIST, doi_list="our_kinds:DOIS", feed="our_kinds:DOIS")
    add_package(site, "halfway", "import nowhere_to_be_found", half="halfway:HALF")
    add_package(site, "ending", "raise SystemExit(3)", ending="ending:KIND")
    wrong = DOI_LIST.replace("read=read", "rank='first', read=read")
    add_package(site, "misfit", wrong, misfit="misfit:DOIS")
    add_package(site, "another", "THING = 'a text'", thing="another:THING")
    broken = site / "broken-1.0.dist-info"
    broken.mkdir()
    (broken / "entry_points.txt").write_text("[newsletter.sources]\nno equals sign\n", "utf-8")
    return site


def run(site: Path, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """One run of the command line, where these packages are installed."""
    return subprocess.run(
        [sys.executable, "-m", "newsletter", "-C", str(folder), *arguments],
        env={**os.environ, "PYTHONPATH": os.pathsep.join((str(ROOT), str(site)))},
        capture_output=True,
        text=True,
        check=False,
    )


class TestOfAnotherPackage:
    def test_a_file_a_server_and_a_query_are_collected(self, site: Path, folder: Path) -> None:
        (folder / "list.json").write_text('{"dois": ["10.1000/file"]}', "utf-8")
        with website() as web:
            at = f"http://127.0.0.1:{web.port}/files"
            web.files = {"a": '{"dois": ["10.1000/web"]}', "q": '{"dois": ["10.1000/asked"]}'}
            write_sources(
                folder,
                'name = "file"\nkind = "doi-list"\nurl = "list.json"\nsection = "research"',
                f'name = "web"\nkind = "doi-list"\nurl = "{at}/a"',
                f'name = "asked"\nkind = "doi-list"\nurl = "{at}"\nquery = "q"',
            )
            done = run(site, folder, "collect", "--json")
        assert (done.returncode, done.stderr) == (0, "")
        told = json.loads(done.stdout)["sources"]
        assert [(each["name"], each["kind"], each["new"]) for each in told] == [
            ("file", "doi-list", 1),
            ("web", "doi-list", 1),
            ("asked", "doi-list", 1),
        ]
        known = json.loads(run(site, folder, "entries", "--json").stdout)["entries"]
        assert {each["key"] for each in known} == {
            "doi:10.1000/file",
            "doi:10.1000/web",
            "doi:10.1000/asked",
        }

    def test_a_file_that_is_handed_over_is_recognized(self, site: Path, folder: Path) -> None:
        handed = folder / "handed.json"
        handed.write_text('{"dois": ["10.1000/handed"]}', "utf-8")
        done = run(site, folder, "add", str(handed), "--json")
        assert "10.1000/handed" in done.stdout, done.stderr

    def test_processes_that_read_know_it_as_well(self, site: Path, folder: Path) -> None:
        code = (
            "import asyncio, datetime, os, zoneinfo\n"
            "from newsletter.model import Document, Source\n"
            "from newsletter.sources.kinds import ParsingContext\n"
            "from newsletter.sources.parser_pool import DocumentParser, ParserPool\n"
            "if __name__ == '__main__':\n"
            "    context = ParsingContext(now=datetime.datetime.now(datetime.UTC), ahead_days=1,"
            " zone=zoneinfo.ZoneInfo('UTC'))\n"
            "    parser = DocumentParser(context=context)\n"
            "    source = Source(name='s', kind='doi-list')\n"
            '    document = Document(content=b\'{"dois": ["10.1000/x"]}\')\n'
            "    with ParserPool(parser, expected=9, kinds=['doi-list'], processes=2) as pool:\n"
            "        found = asyncio.run(pool.parse(source, document))\n"
            "    print(os.getpid(), found.error, found.parsed.entries[0].title)\n"
        )
        script = folder / "script.py"
        script.write_text(code, "utf-8")
        told = subprocess.run(
            [sys.executable, str(script)],
            env={**os.environ, "PYTHONPATH": os.pathsep.join((str(ROOT), str(site)))},
            check=True,
            capture_output=True,
            text=True,
        ).stdout.split()
        assert told[1:-1] == ["None", "About", "10.1000/x,", "read", "in"]
        assert told[0] != told[-1]

    def test_one_that_does_not_load_is_a_sentence_and_stops_no_other(
        self, site: Path, folder: Path
    ) -> None:
        (folder / "list.json").write_text('{"dois": ["10.1000/file"]}', "utf-8")
        names = ("doi-list", "half", "ending", "thing")
        write_sources(
            folder, *(f'name = "{each}"\nkind = "{each}"\nurl = "list.json"' for each in names)
        )
        done = run(site, folder, "collect", "--json")
        told = {each["name"]: each["error"] for each in json.loads(done.stdout)["sources"]}
        assert done.returncode == 1
        assert done.stderr == ""
        remedy = "update the package, or remove it"
        assert told == {
            "doi-list": None,
            "half": (
                "“half”, which the package halfway 1.0 adds, cannot be used (ModuleNotFoundError:"
                f" No module named 'nowhere_to_be_found'): {remedy}"
            ),
            "ending": (
                "“ending”, which the package ending 1.0 adds, cannot be used (SystemExit: 3):"
                f" {remedy}"
            ),
            "thing": (
                "“thing”, which the package another 1.0 adds, cannot be used ('a text' is no"
                f" SourceType of that kind): {remedy}"
            ),
        }

    def test_one_that_is_not_installed_is_a_mistake_in_the_file(self, folder: Path) -> None:
        write_sources(folder, 'name = "s"\nkind = "doi-list"\nurl = "list.json"')
        done = run(folder, folder, "collect")
        assert done.returncode == 2
        assert "[source#1] kind: expected one of calendar, " in done.stderr
        assert 'found "doi-list"' in done.stderr


@pytest.fixture
def installed(site: Path, monkeypatch: pytest.MonkeyPatch) -> ExtensionPoint:
    """The same packages, for this process."""
    return look_again(monkeypatch, site)


def test_names_are_known_before_anything_loads(installed: ExtensionPoint) -> None:
    assert list(installed.added) == ["doi-list", "ending", "half", "misfit", "thing"]
    assert "doi-list" in installed
    assert "nothing" not in installed
    with pytest.raises(PluginError) as caught:
        installed.load("half")
    assert (caught.value.name, caught.value.package) == ("half", "halfway 1.0")


def test_a_name_of_ours_stays_ours(installed: ExtensionPoint) -> None:
    (refused,) = installed.refused
    assert (refused.name, refused.package) == ("feed", "our_kinds 1.0")
    assert find_source_type("feed").title == TITLES["feed"]


def test_lists_hold_what_loads(installed: ExtensionPoint) -> None:
    listed = {each.kind for each in list_source_types()}
    assert "doi-list" in listed
    assert listed & {"half", "ending", "misfit", "thing"} == set()
    assert set(installed.own) <= listed


def test_of_two_packages_with_one_name_the_first_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    packages = tmp_path / "site"
    add_package(packages, "zebra", DOI_LIST, doi_list="zebra:DOIS")
    add_package(packages, "apple", DOI_LIST, doi_list="apple:DOIS", Odd="apple:DOIS")
    found = look_again(monkeypatch, packages)
    assert found.added["doi-list"].package == "apple 1.0"
    assert [(each.name, each.package) for each in found.refused] == [
        ("Odd", "apple 1.0"),
        ("doi-list", "zebra 1.0"),
    ]


def test_the_doctor_lists_what_packages_add(installed: ExtensionPoint) -> None:
    del installed
    told = [(each.state, each.message) for each in examine_plugins()]
    assert told[0] == ("ok", "our_kinds 1.0 adds the kind of source “doi-list”: A list of DOIs")
    assert [state for state, _ in told[1:]] == ["look"] * 5
    assert "“feed”, which the package our_kinds 1.0 adds, cannot be used" in told[-1][1]


def test_the_doctor_says_nothing_where_there_are_none() -> None:
    assert list(examine_plugins()) == []


def test_a_kind_that_stumbles_over_a_question_is_not_the_right_one() -> None:
    def stumble(about: object) -> bool:
        raise ZeroDivisionError(about)

    odd = SourceType(
        kind="odd", title="Odd", read=lambda *_: None, is_address=stumble, recognize=stumble
    )
    assert not kinds.is_address_of(odd, "https://example.org/a")
    assert not kinds.is_document_of(odd, b"anything")
    assert not kinds.is_document_of(SourceType(kind="o", title="O", read=odd.read), b"anything")
