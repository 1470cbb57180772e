"""One item as its feed wrote it, and the entry that it says.

The readers of the formats bring `Item`s; what a title, date, link or identifier *means* is decided
here, once. An item is never lost: one without a title takes the first words of its text, or its
address.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from urllib.parse import unquote, urlsplit

from newsletter.formats import dates as format_dates
from newsletter.formats.markup_text import one_line
from newsletter.identity import clean_url, ids_in, is_preprint_doi
from newsletter.model import Dated, Entry, Flag, Ids
from newsletter.sources import titles
from newsletter.sources.author_names import names_in
from newsletter.sources.feeds import publisher_text
from newsletter.sources.links import absolute_link, strip_tracking
from newsletter.sources.sanitizer import links_in, plain_text

LONGEST_SUMMARY = 5_000  # characters; a long abstract has 3,000
LONGEST_MARKUP = 100_000  # characters of markup that a summary is taken from
LONGEST_GUID = 500  # characters; a longer one is no name
LONGEST_NAME = 4_000  # characters of a link or field in which identifiers are sought
TITLE_WORDS = 90  # characters of the text that stand in for a missing title
PREPRINT_HOSTS = (
    "biorxiv.org",
    "medrxiv.org",
    "arxiv.org",
    "researchsquare.com",
    "preprints.org",
    "ssrn.com",
    "chemrxiv.org",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedItem:
    """What a feed says of one item, untouched."""

    title: str = ""  # HTML
    links: tuple[str, ...] = ()  # best first; relative ones are taken from `base`
    base: str = ""
    guid: str = ""
    dates: tuple[
        str, ...
    ] = ()  # published before updated before anything else that looks like a date
    authors: tuple[str, ...] = ()  # one name or a list of names each
    journal: str = ""
    identifiers: tuple[
        str, ...
    ] = ()  # dc:identifier, prism:doi: where the feed itself speaks of names
    summary: str = ""  # HTML
    content: str = ""  # HTML of the whole item
    is_paper: bool = False  # the feed has fields that only journals use


def entry_of(item: FeedItem, *, source: str, section: str | None = None) -> Entry:
    """The entry that an item of the feed `source` says.

    `guid` is kept where it adds to the other names.
    """
    links = _links(item)
    facts = _facts(item)
    ids = _ids(item, links, facts)
    journal = titles.clean_title(item.journal) or facts.journal
    title = titles.clean_title(item.title)
    trial = publisher_text.read_trial(facts.summary, title=title) if ids.nct else None
    summary = _shorten_summary(_without_title(facts.summary, title))
    return Entry(
        ids=_with_guid(ids, item.guid, links, source),
        title=title or _stand_in_title(summary, links, item.guid),
        authors=_authors(
            item, facts, is_paper=bool(item.is_paper or ids.doi or ids.pmid or facts.journal)
        ),
        links=links,
        dated=first_date(item.dates) or facts.dated,
        summary=summary,
        journal="" if journal == title else journal,
        section=section,
        flags=_flags(ids, links),
        trial=trial,
    )


def _links(item: FeedItem) -> tuple[str, ...]:
    """The item's own addresses; without any the guid, and at last the first address in its text."""
    guid = (item.guid,) if ":" in item.guid or "/" in item.guid else ()
    for candidates in (item.links, guid, _addresses_in(item)):
        found = (absolute_link(each, item.base) for each in candidates)
        links = tuple(dict.fromkeys(strip_tracking(each) for each in found if each))
        if links:
            return links
    return ()


def _addresses_in(item: FeedItem) -> Iterable[str]:
    yield from links_in((item.summary or item.content)[:LONGEST_MARKUP])


def _facts(item: FeedItem) -> publisher_text.PublisherFacts:
    """What the text says in short, else the whole; PubMed's short one is cut off."""
    if publisher_text.is_pubmed(item.guid, item.links) and item.content:
        return _facts_in(item.content)
    facts = _facts_in(item.summary)
    return facts if facts.summary or not item.content else facts.or_else(_facts_in(item.content))


def _facts_in(markup: str) -> publisher_text.PublisherFacts:
    return (
        publisher_text.read_text(plain_text(markup[:LONGEST_MARKUP]))
        if markup
        else publisher_text.PublisherFacts()
    )


def _ids(item: FeedItem, links: tuple[str, ...], facts: publisher_text.PublisherFacts) -> Ids:
    """The names of the thing, from where a feed speaks of names.

    Running text is not asked: it names other things.
    """
    spoken = dict.fromkeys((*item.identifiers, item.guid, *links[:1], *facts.identifiers))
    found = _merge_ids(ids_in(each[:LONGEST_NAME]) for each in spoken if each)
    is_trial = publisher_text.is_trial_record(item.guid, links)
    return Ids(
        doi=found.doi,
        pmid=found.pmid,
        pmcid=found.pmcid,
        nct=found.nct if is_trial else None,
        isbn=found.isbn,
        url=clean_url(links[0]) if links else None,
    )


def _merge_ids(several: Iterable[Ids]) -> Ids:
    """Of each kind the first one."""
    values: dict[str, str] = {}
    for ids in several:
        values = ids.known() | values
    return Ids(**values)


def _with_guid(ids: Ids, guid: str, links: tuple[str, ...], source: str) -> Ids:
    """A guid that only repeats the link or another name says nothing more."""
    if not guid or len(guid) > LONGEST_GUID or {guid, strip_tracking(guid)} & {*links, ids.url}:
        return ids
    named = ids_in(guid)
    if named.doi or named.pmid or named.pmcid or (named.nct and ids.nct):
        return ids
    return replace(ids, guid=f"{source}/{one_line(guid)}")


def _stand_in_title(summary: str, links: tuple[str, ...], guid: str) -> str:
    """The first words of the text, or what the address says, for an item without a title."""
    if words := one_line(summary.partition("\n\n")[0]):
        return titles.shorten(words, TITLE_WORDS)
    if links:
        parts = urlsplit(links[0])
        last = (
            unquote(parts.path.rstrip("/").rpartition("/")[2])
            .replace("-", " ")
            .replace("_", " ")
            .strip()
        )
        return titles.shorten(
            last if " " in last else f"{parts.netloc}{parts.path}".rstrip("/"), TITLE_WORDS
        )
    return titles.shorten(one_line(guid), TITLE_WORDS) or "Untitled"


def _authors(
    item: FeedItem, facts: publisher_text.PublisherFacts, *, is_paper: bool
) -> tuple[str, ...]:
    names = (
        name for each in item.authors or facts.authors for name in names_in(each, one_form=is_paper)
    )
    return tuple(dict.fromkeys(names))


def first_date(texts: Iterable[str]) -> Dated | None:
    """The first of several texts that is a date."""
    return next((dated for each in texts if (dated := format_dates.parse(each))), None)


def _without_title(summary: str, title: str) -> str:
    """Some publishers begin the text with the title once more."""
    first, _, rest = summary.partition("\n\n")
    may_be = title and len(first) <= 2 * len(title) + 10
    return rest if may_be and titles.polish(one_line(first)) == title else summary


def _shorten_summary(summary: str) -> str:
    """Whole paragraphs while they fit, the next one cut between words."""
    if len(summary) <= LONGEST_SUMMARY:
        return summary
    head = summary[: LONGEST_SUMMARY - 1]
    cut = max(head.rfind(" "), head.rfind("\n"))
    return (head[:cut] if cut > LONGEST_SUMMARY // 2 else head).rstrip() + "…"


def _flags(ids: Ids, links: tuple[str, ...]) -> frozenset[Flag]:
    hosts = (urlsplit(each).hostname or "" for each in links)
    at_server = any(
        host == each or host.endswith(f".{each}") for host in hosts for each in PREPRINT_HOSTS
    )
    return (
        frozenset({Flag.PREPRINT})
        if at_server or (ids.doi and is_preprint_doi(ids.doi))
        else frozenset()
    )
