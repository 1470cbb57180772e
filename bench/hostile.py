"""What strangers might send to hurt us, each collected by a process of its own.

Processor time, memory, and how it ended.

`python bench/hostile.py [WORD]…` runs those whose name holds one of the words. Bars: 10 s, 300 MB,
and an end in entries or a sentence. Processor time counts, since other work on a machine says
nothing of ours; the first row is what a harmless feed takes.
"""

from __future__ import annotations

import gzip
import io
import json
import os
import re
import subprocess
import sys
import tempfile
import time
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import loopback_site
from aiohttp import web

MAX_S, MAX_MB, PATIENCE_S = 10.0, 300.0, 120
LARGE = 19_900_000  # bytes: 20 MB is what we take
BAIT = 200_000  # characters


@dataclass(frozen=True)
class Input:
    """One document, as a file or, where it says how it is packed, from a server."""

    name: str
    kind: str
    make: Callable[[], bytes]
    encoding: str = ""


@dataclass(frozen=True)
class Outcome:
    """How it ended."""

    seconds: float
    megabytes: float
    words: str
    ended: bool


def rss(*parts: str, head: str = "") -> bytes:
    item = f"<item><guid>1</guid>{''.join(parts)}</item>"
    return f"{head}<rss version='2.0'><channel><title>F</title>{item}</channel></rss>".encode()


def laughs(tag: str = "title") -> tuple[str, str]:
    names = [f"e{n}" for n in range(12)]
    entities = "".join(
        f"<!ENTITY {a} '{f'&{b};' * 10}'>" for a, b in zip(names[1:], names, strict=False)
    )
    return f"<!DOCTYPE x [<!ENTITY e0 'ha'>{entities}]>", f"<{tag}>&{names[-1]};</{tag}>"


def quadratic(tag: str = "title") -> tuple[str, str]:
    return f"<!DOCTYPE x [<!ENTITY a '{'a' * BAIT}'>]>", f"<{tag}>{'&a;' * BAIT}</{tag}>"


def efetch(head: str, title: str) -> bytes:
    article = f"<PMID>1</PMID><Article>{title}</Article>"
    return f"{head}<PubmedArticleSet><PubmedArticle><MedlineCitation>{article}</MedlineCitation></PubmedArticle></PubmedArticleSet>".encode()


def packed_zeros(megabytes: int, wbits: int) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, wbits)
    return b"".join(
        [*(packer.compress(bytes(1_000_000)) for _ in range(megabytes)), packer.flush()]
    )


def event(*lines: str) -> bytes:
    calendar = (
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "BEGIN:VEVENT",
        "UID:1",
        "SUMMARY:Support group",
        *lines,
    )
    return "\r\n".join((*calendar, "END:VEVENT", "END:VCALENDAR", "")).encode()


def workbook(sheet: bytes, strings: bytes = b"") -> bytes:
    """An XLSX of one sheet, as small as packing makes it."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types"><Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{kind}.worksheet+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" Type="{office}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": sheet,
    }
    if strings:
        parts["xl/sharedStrings.xml"] = strings
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file.getvalue()


def sheet(rows: str, head: str = "") -> bytes:
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return f'{head}<worksheet xmlns="{main}"><sheetData>{rows}</sheetData></worksheet>'.encode()


CELL = '<c t="inlineStr"><is><t>{}</t></is></c>'
HEADER = f"<row>{CELL.format('Title')}</row>"
# text that a careless pattern takes the square of, where titles, dates, names and prose stand
BAITS = {
    "brackets": "(" * BAIT,
    "closed brackets": "[()]" * (BAIT // 4),
    "spaces": "A" + " " * BAIT + "B",
    "line ends": "A" + "\r\n" * (BAIT // 2) + "B",
    "digits": "1" * BAIT,
    "dates": "1/2/" * (BAIT // 4),
    "months": "May " * (BAIT // 4),
    "one word": "a" * BAIT,
    "initials": "A. B. " * (BAIT // 6),
    "names": "Smith J, " * (BAIT // 9),
    "mail addresses": "a@a." * (BAIT // 4),
    "links": "http://" * (BAIT // 7),
    "long link": "https://example.org/" + "a/" * (BAIT // 2),
    "DOIs": "10.1234/" * (BAIT // 8),
    "ampersands": "&amp;" * (BAIT // 5),
    "open tags": "&lt;" * (BAIT // 4),
    "dashes": "-" * BAIT,
    "quotation marks": "“" * BAIT,
    "full stops": "." * BAIT,
    "accents": "e" + "\u0301" * BAIT,
}


def in_a_feed(bait: str) -> bytes:
    return rss(
        *(f"<{tag}>{bait}</{tag}>" for tag in ("title", "pubDate", "author", "description", "link"))
    )


def in_a_page(bait: str) -> bytes:
    return f"Research\n\n{bait}\n\nMargins in sarcoma surgery {bait} (May 2024)\n".encode()


def in_a_table(bait: str) -> bytes:
    return ("Title,Date,Link,Authors,When,Amount\n" + ",".join([f'"{bait}"'] * 6) + "\n").encode()


def in_a_calendar(bait: str) -> bytes:
    flat = bait.replace("\r\n", "\\n")
    return event(
        "DTSTART:20261201T180000Z",
        *(f"{name}:{flat}" for name in ("DESCRIPTION", "LOCATION", "URL")),
    )


def in_grants(bait: str) -> bytes:
    hit = {"id": "1", "number": "PAR-26-101", "title": bait, "agency": bait, "closeDate": bait}
    return json.dumps({"data": {"hitCount": 1, "oppHits": [hit]}}).encode()


BAITED = {
    "feed": in_a_feed,
    "page": in_a_page,
    "table": in_a_table,
    "calendar": in_a_calendar,
    "grants": in_grants,
}


ALL = [
    Input("a harmless feed", "feed", lambda: rss("<title>A title</title>")),
    Input("entities within entities, feed", "feed", lambda: rss(laughs()[1], head=laughs()[0])),
    Input("one long entity, often, feed", "feed", lambda: rss(quadratic()[1], head=quadratic()[0])),
    Input("entities within entities, PubMed", "pubmed", lambda: efetch(*laughs("ArticleTitle"))),
    Input("one long entity, often, PubMed", "pubmed", lambda: efetch(*quadratic("ArticleTitle"))),
    Input(
        "an entity that reads a file",
        "feed",
        lambda: rss(
            "<title>&f;</title>", head="<!DOCTYPE x [<!ENTITY f SYSTEM 'file:///etc/passwd'>]>"
        ),
    ),
    Input("1 GB of zeros, gzip", "feed", lambda: packed_zeros(1_000, 31), "gzip"),
    Input("1 GB of zeros, deflate", "feed", lambda: packed_zeros(1_000, 15), "deflate"),
    Input("brotli, which we did not ask for", "feed", lambda: b"\x8b\x00\x80a\x03", "br"),
    Input("1 GB of zeros, a .gz file", "feed", lambda: packed_zeros(1_000, 31)),
    Input("gzip within gzip", "feed", lambda: gzip.compress(packed_zeros(1_000, 31))),
    Input(
        "50,000 nested <div>, feed",
        "feed",
        lambda: rss(f"<description>{'<div>' * 50_000}</description>"),
    ),
    Input(
        "50,000 nested <div>, escaped",
        "feed",
        lambda: rss(f"<description>{'&lt;div&gt;' * 50_000}</description>"),
    ),
    Input(
        "50,000 nested <div>, page",
        "page",
        lambda: (
            b"<html><body>" + b"<div>" * 50_000 + b"<p>Margins in sarcoma surgery (May 2024)</p>"
        ),
    ),
    Input(
        "3,900,000 nested <b>, page", "page", lambda: b"<html><body>" + b"<b>" * (LARGE // 3 - 10)
    ),
    Input(
        "50,000 attributes, feed",
        "feed",
        lambda: rss("<title " + " ".join(f"a{n}='1'" for n in range(50_000)) + "/>"),
    ),
    Input(
        "50,000 attributes, page",
        "page",
        lambda: b"<html><body " + b" ".join(b"a%d=1" % n for n in range(50_000)) + b"><p>A title",
    ),
    Input(
        "a title of 10 MB, feed", "feed", lambda: rss(f"<title>{'sarcoma ' * 1_250_000}</title>")
    ),
    Input(
        "a title of 10 MB, PubMed",
        "pubmed",
        lambda: efetch("", f"<ArticleTitle>{'sarcoma ' * 1_250_000}</ArticleTitle>"),
    ),
    Input("a title of 10 MB, page", "page", lambda: b"<h2>" + b"sarcoma " * 1_250_000 + b"</h2>"),
    Input("a title of 10 MB, table", "table", lambda: b"Title\n" + b"sarcoma " * 1_250_000),
    Input(
        "a title of 10 MB, calendar",
        "calendar",
        lambda: event("DTSTART:20261201T180000Z", "SUMMARY:" + "sarcoma " * 1_250_000),
    ),
    Input("one line of 20 MB, feed", "feed", lambda: b"x" * LARGE),
    Input("one line of 20 MB, page", "page", lambda: b"x" * LARGE),
    Input("words of 20 MB, page", "page", lambda: b"sarcoma " * (LARGE // 8)),
    Input(
        "one line of 20 MB, calendar",
        "calendar",
        lambda: b"BEGIN:VCALENDAR\r\n" + b"x" * (LARGE - 100),
    ),
    Input("20 MB of <, feed", "feed", lambda: b"<rss>" + b"<" * (LARGE - 10)),
    Input("20 MB of <, page", "page", lambda: b"<html>" + b"<" * (LARGE - 10)),
    Input(
        "1,400,000 items, feed",
        "feed",
        lambda: b"<rss><channel>" + b"<item></item>" * (LARGE // 14),
    ),
    Input("1,000,000 short lines, page", "page", lambda: b"A title (May 2024)\n" * 1_000_000),
    Input(
        "1,000,000 rows, CSV", "table", lambda: b"Title,Date\n" + b"Title,2026-11-01\n" * 1_000_000
    ),
    Input(
        "1,000,000 columns, CSV", "table", lambda: b"Title," * 1_000_000 + b"\n" + b"a," * 1_000_000
    ),
    Input(
        "a quotation mark that never closes, CSV",
        "table",
        lambda: b'Title\n"' + b"a\n" * (LARGE // 2 - 10),
    ),
    Input("1 GB of zeros in an XLSX", "table", lambda: workbook(bytes(1_000_000_000))),
    Input(
        "1,000,000 rows, XLSX",
        "table",
        lambda: workbook(sheet(HEADER + "<row><c><v>1</v></c></row>" * 1_000_000)),
    ),
    Input(
        "rows up to the limit, XLSX",
        "table",
        lambda: workbook(sheet(HEADER + ("<row>" + "<c><v>1</v></c>" * 40 + "</row>") * 15_000)),
    ),
    Input(
        "the last row and column, XLSX",
        "table",
        lambda: workbook(sheet(HEADER + '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')),
    ),
    Input(
        "entities within entities, XLSX",
        "table",
        lambda: workbook(sheet(f"<row>{CELL.format('&e11;')}</row>", laughs()[0])),
    ),
    Input(
        "every second for 100 years",
        "calendar",
        lambda: event(
            "DTSTART:20200101T000000Z",
            "DTEND:20200101T000001Z",
            "RRULE:FREQ=SECONDLY;UNTIL=21200101T000000Z",
        ),
    ),
    Input(
        "every second on February 30",
        "calendar",
        lambda: event("DTSTART:20200101T000000Z", "RRULE:FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30"),
    ),
    Input(
        "a leap day on each weekday",
        "calendar",
        lambda: event(
            "DTSTART:20200101T000000Z",
            "RRULE:FREQ=YEARLY;INTERVAL=97;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO",
        ),
    ),
    Input(
        "100,000 dates of one event",
        "calendar",
        lambda: event(
            "DTSTART:20261201T180000Z",
            "RDATE:"
            + ",".join(
                f"20261201T{n // 3600:02d}{n // 60 % 60:02d}{n % 60:02d}Z" for n in range(86_400)
            ),
        ),
    ),
    Input(
        "100,000 events",
        "calendar",
        lambda: (
            b"BEGIN:VCALENDAR\r\n"
            + b"".join(
                b"BEGIN:VEVENT\r\nUID:%d\r\nDTSTART:20261201T180000Z\r\nSUMMARY:A\r\nEND:VEVENT\r\n"
                % n
                for n in range(100_000)
            )
            + b"END:VCALENDAR\r\n"
        ),
    ),
    Input(
        "100,000 nested events",
        "calendar",
        lambda: b"BEGIN:VCALENDAR\r\n" + b"BEGIN:VEVENT\r\n" * 100_000,
    ),
    Input(
        "5,000,000 nested lists, JSON Feed",
        "feed",
        lambda: b'{"version": "https://jsonfeed.org/version/1.1", "items": ' + b"[" * 5_000_000,
    ),
    Input("5,000,000 nested lists, trials", "trials", lambda: b'{"studies": ' + b"[" * 5_000_000),
    Input("5,000,000 nested objects, grants", "grants", lambda: b'{"a":' * 3_000_000),
    Input(
        "a number of 10 MB, trials", "trials", lambda: b'{"studies": ' + b"1" * 10_000_000 + b"}"
    ),
    Input(
        "500,000 studies",
        "trials",
        lambda: b'{"studies": [' + b",".join([b'{"protocolSection": {}}'] * 500_000) + b"]}",
    ),
    Input(
        "500,000 calls",
        "grants",
        lambda: (
            b'{"data": {"oppHits": [' + b",".join([b'{"id": 1, "title": "A"}'] * 500_000) + b"]}}"
        ),
    ),
    Input(
        "5,000,000 nested elements, PubMed",
        "pubmed",
        lambda: b"<PubmedArticleSet>" + b"<a>" * 5_000_000,
    ),
    *(
        Input(f"{name} in a {kind}", kind, partial(make, bait))
        for kind, make in BAITED.items()
        for name, bait in BAITS.items()
    ),
]


def serving(content: bytes, encoding: str) -> int:
    """A server of one document; gives its port."""

    async def answer(request: web.Request) -> web.Response:
        return web.Response(
            body=content, headers={"Content-Encoding": encoding, "Content-Type": "application/xml"}
        )

    return loopback_site.serving("/", answer)


def collected(each: Input) -> Outcome:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        content = each.make()
        url = (
            f"http://127.0.0.1:{serving(content, each.encoding)}/" if each.encoding else "document"
        )
        if not each.encoding:
            (folder / "document").write_bytes(content)
        del content
        (folder / "newsletter.toml").write_text(
            '[newsletter]\ntitle = "T"\nfrom = "t@example.org"\nfetch_from = ["127.0.0.1"]\n'
            f'[[source]]\nname = "s"\nkind = "{each.kind}"\nurl = "{url}"\n',
            "utf-8",
        )
        return watched(
            ["-m", "newsletter", "-C", name, "--now", "2026-11-23T09:00Z", "collect", "--json"]
        )


def watched(arguments: list[str]) -> Outcome:
    """Processor time and the most memory of one process, and what its answer says."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        child = subprocess.Popen([sys.executable, *arguments], stdout=out, stderr=err)
        until = time.monotonic() + PATIENCE_S
        megabytes, ended = 0.0, 0
        while not ended and time.monotonic() < until:
            megabytes = max(megabytes, held_mb(child.pid))
            time.sleep(0.01)
            ended, _, used = os.wait4(child.pid, os.WNOHANG)
        if not ended:
            child.kill()
            _, _, used = os.wait4(child.pid, 0)
        child.returncode = 0  # it was waited for here
        out.seek(0)
        err.seek(0)
        words, answered = told(out.read()) if ended else (f"no end in {PATIENCE_S} s", False)
        if not answered and ended:
            words = f"no answer: {err.read().decode('utf-8', 'replace').strip()[-100:]}"
    return Outcome(used.ru_utime + used.ru_stime, megabytes, words, answered)


def held_mb(pid: int) -> float:
    """The most memory it has held.

    What wait4 tells counts ours, too, from before it became another program.
    """
    try:
        found = re.search(
            r"^VmHWM:\s+(\d+)", Path(f"/proc/{pid}/status").read_text("ascii"), re.MULTILINE
        )
    except OSError:  # it has ended
        return 0.0
    return int(found[1]) / 1024 if found else 0.0


def told(answer: bytes) -> tuple[str, bool]:
    """What came of it, in short, and whether it was an answer at all."""
    try:
        (source,) = json.loads(answer)["sources"]
    except ValueError:
        return "", False
    passed_over = f", {len(source['skipped'])} remarks" if source["skipped"] else ""
    return source["error"] or f"{source['entries']} entries{passed_over}", True


def main() -> int:
    wanted = sys.argv[1:]
    chosen = [each for each in ALL if not wanted or any(word in each.name for word in wanted)]
    outcomes = {}
    for each in chosen:
        outcome = outcomes[each.name] = collected(each)
        print(
            f"{outcome.seconds:6.2f} s {outcome.megabytes:5.0f} MB  {each.name}: {outcome.words[:110]}",
            flush=True,
        )
    slow = [name for name, each in outcomes.items() if each.seconds > MAX_S]
    large = [name for name, each in outcomes.items() if each.megabytes > MAX_MB]
    endless = [name for name, each in outcomes.items() if not each.ended]
    worst_s, worst_mb = (
        max(getattr(each, what) for each in outcomes.values()) for what in ("seconds", "megabytes")
    )
    print(
        f"hostile: {len(outcomes)} documents, at worst {worst_s:.1f} s (bar {MAX_S:.0f}) and {worst_mb:.0f} MB (bar {MAX_MB:.0f})"
    )
    for what, names in (("slow", slow), ("large", large), ("without an end", endless)):
        if names:
            print(f"hostile: {what}: {', '.join(names)}")
    return 1 if slow or large or endless else 0


if __name__ == "__main__":
    sys.exit(main())
