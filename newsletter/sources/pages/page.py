"""The foundation's own research page: pasted text, a file or HTML, as people wrote it.

Every entry that a careful reader would see comes out once; what frames the page does not. The way:
bytes → text → lines → pieces (each line read alone) → blocks (the lines of one entry) → entries,
the same thing only once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from newsletter.identity import are_different, clean_url, ids_in
from newsletter.model import Document, Entry, Ids, ParsedDocument, Source
from newsletter.sources.pages import line_kinds
from newsletter.sources.pages.bylines import triples
from newsletter.sources.pages.grouping import EntryGroup, group_parts
from newsletter.sources.pages.html_lines import is_markup, markup_lines
from newsletter.sources.pages.line_parser import read_line
from newsletter.sources.pages.line_parts import LinePart
from newsletter.sources.pages.lines import MAX_LINES, PageLines, decode, split_pasted_text
from newsletter.sources.pages.wrapped_lines import unwrap
from newsletter.sources.titles import polish

MAX_ENTRIES = 2000  # a page of a foundation has fewer than a hundred
_DAY_FIRST = re.compile(
    r"(?<![\d/.-])(?:1[3-9]|2\d|3[01])[/.-](?:0?[1-9]|1[0-2])[/.-](?:19|20)?\d\d(?![\d/.-])"
)
_MONTH_FIRST = re.compile(
    r"(?<![\d/.-])(?:0?[1-9]|1[0-2])[/.-](?:1[3-9]|2\d|3[01])[/.-](?:19|20)?\d\d(?![\d/.-])"
)
_SPANISH = re.compile(
    r"\b(?:de|la|los|las|del|para|con|una|pacientes|tratamiento)\b", re.IGNORECASE
)
_ENGLISH = re.compile(r"\b(?:the|of|and|for|with|in|patients|treatment)\b", re.IGNORECASE)


def read_page(document: Document, source: Source) -> ParsedDocument:
    """The entries of a page; raises SourceError when it is no text that can be read."""
    text = decode(document.content, document.content_type)
    reading = _read(text, base=document.url, content_type=document.content_type)
    entries = (replace(entry, section=entry.section or source.section) for entry in reading.entries)
    return replace(reading, entries=tuple(entries))


def read_text(text: str, *, base: str = "") -> ParsedDocument:
    """The entries of text that a person pasted, plain or HTML.

    `base` is what relative links start from.
    """
    return _read(text, base=base, content_type="")


def _read(text: str, *, base: str, content_type: str) -> ParsedDocument:
    page = (
        markup_lines(text, base=base) if is_markup(text, content_type) else split_pasted_text(text)
    )
    read = replace(page, lines=page.lines[:MAX_LINES])
    blocks = group_parts(_pieces(read))
    entries = _once(_entry(block) for block in blocks[:MAX_ENTRIES])
    cut = page.cut or len(read.lines) < len(page.lines)
    return ParsedDocument(
        entries=entries, skipped=tuple(dict.fromkeys(_sentences(blocks, cut=cut)))
    )


def _pieces(page: PageLines) -> tuple[LinePart, ...]:
    month_first = _writes_month_first("\n".join(line.text for line in page.lines))
    lines = tuple(unwrap(page.lines))
    known = {} if page.hrefs else triples(lines, month_first=month_first)
    read = (
        known.get(at) or read_line(line, hrefs=page.hrefs, month_first=month_first)
        for at, line in enumerate(lines)
    )
    return tuple(piece for pieces in read for piece in pieces)


def _writes_month_first(text: str) -> bool:
    """Whether 3/8/23 is a day of March here.

    By dates that leave no choice, else by the language of the page.
    """
    day_first, month_first = len(_DAY_FIRST.findall(text)), len(_MONTH_FIRST.findall(text))
    if day_first != month_first:
        return month_first > day_first
    return len(_ENGLISH.findall(text)) >= len(_SPANISH.findall(text))


def _entry(block: EntryGroup) -> Entry:
    """The block as an entry. A link is made from an identifier only where none was given."""
    known = ids_in(" ".join((*block.links, *block.ids, block.title)))
    links = _links(block.links) or _links_of(known)
    return Entry(
        ids=replace(known, url=clean_url(links[0]) if links else None),
        title=polish(block.title),
        authors=block.authors,
        links=links,
        dated=block.entry_date,
        summary="\n\n".join(block.words),
        journal=block.journal,
        section="grants" if line_kinds.is_call(block.title) else None,
    )


def _links(links: Iterable[str]) -> tuple[str, ...]:
    """The live links in the order of the page, each once."""
    return tuple(dict.fromkeys(link for link in links if clean_url(link)))


def _links_of(ids: Ids) -> tuple[str, ...]:
    """Where an entry without a link can be found by its strongest identifier."""
    if ids.doi:
        return (f"https://doi.org/{ids.doi}",)
    if ids.pmid:
        return (f"https://pubmed.ncbi.nlm.nih.gov/{ids.pmid}/",)
    if ids.pmcid:
        return (f"https://www.ncbi.nlm.nih.gov/pmc/articles/{ids.pmcid}/",)
    return (f"https://clinicaltrials.gov/study/{ids.nct}",) if ids.nct else ()


def _once(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """The entries, those that are one thing made one.

    By DOI, PMID or PMCID, or by a title that no such number contradicts.
    """
    kept: list[Entry] = []
    places: dict[str, int] = {}
    for entry in entries:
        names = _names(entry)
        known = (places[name] for name in names if name in places)
        at = next((at for at in known if not are_different(kept[at], entry)), None)
        if at is None:
            at = len(kept)
            kept.append(entry)
        else:
            kept[at] = _merge_entries(kept[at], entry)
        places.update(dict.fromkeys((name for name in names if name not in places), at))
    return tuple(kept)


def _names(entry: Entry) -> tuple[str, ...]:
    letters = "".join(char for char in entry.title.casefold() if char.isalnum())
    strong = (
        f"{name}:{value}"
        for name, value in entry.ids.known().items()
        if name in {"doi", "pmid", "pmcid"}
    )
    return (f"title:{letters}", *strong)


def _merge_entries(one: Entry, other: Entry) -> Entry:
    """Two printings of one thing: the first, with what only the second says."""
    ids = Ids(**(other.ids.known() | one.ids.known()))
    finer = other.dated and (not one.dated or str(other.dated).startswith(str(one.dated)))
    return replace(
        one,
        ids=ids,
        authors=one.authors or other.authors,
        links=tuple(dict.fromkeys((*one.links, *other.links))),
        dated=other.dated if finer else one.dated,
        summary=one.summary or other.summary,
        journal=one.journal or other.journal,
        section=one.section or other.section,
    )


def _sentences(blocks: Sequence[EntryGroup], *, cut: bool) -> Iterable[str]:
    """What could not be read, for the editor."""
    if cut:
        yield "The page is longer than we read: its last part was left out. Split it into several."
    if len(blocks) > MAX_ENTRIES:
        yield f"The page holds {len(blocks)} entries; the first {MAX_ENTRIES} were read."
    for block in blocks[:MAX_ENTRIES]:
        for link in block.cut:
            yield f"A link of “{block.title}” is cut short and was left out: {link}"
