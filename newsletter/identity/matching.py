"""Which entries are one thing.

Two entries are one when they share a strong identifier; they are two when a strong identifier
differs, whatever their titles say: an editorial and its reply, a preprint and its article. Only
where identifiers are silent do the address and at last title and year decide. In doubt they stay
two: printing a paper twice is a nuisance, losing one is not repaired.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, datetime

from newsletter.formats.urls import address_key, host_of
from newsletter.identity.identifiers import is_preprint_doi, strip_doi_version
from newsletter.identity.keys import format_identifier, key_of, naming_ids
from newsletter.identity.titles import is_generic, is_telling, surnames, words_of
from newsletter.model import Entry, Flag, Precision

WEAK = ("address:", "title:")
"""Names that several things may have: they lead to an entry, and do not tell which one it is."""
_MAX_PER_NAME = 30  # a title or address that so many things share tells none of them
_NOTE_CHARACTERS = 300
_SAME_BEGINNING = 25  # words of an abstract; no two papers begin alike for so long
_SAME_NEWS_DAYS = 31  # a monthly “Join our support group” is each month another one


def aliases_of(entry: Entry) -> tuple[str, ...]:
    """The names under which an entry can be found again, strongest first.

    The last ones, address and title, are weak.
    """
    ids = entry.ids
    aliases = [
        format_identifier(name, value)
        for name in naming_ids(entry)
        if name != "url" and (value := getattr(ids, name))
    ]
    if ids.guid:
        aliases.append(f"guid:{ids.guid}")
    address = ids.url or (entry.links[0] if entry.links else None)
    if address and (compared := address_key(address)):
        aliases.append(f"address:{compared}")
    words = words_of(entry.title)
    if not aliases:  # a pasted note without any link is the same when all it says is read again
        said = "".join(words_of(entry.summary[:_NOTE_CHARACTERS]))
        aliases.append(f"note:{''.join(words)}|{entry.dated or ''}|{said}")
    if words and not is_generic(words):
        aliases.append(f"title:{''.join(words)}")
    return tuple(aliases)


def is_preprint(entry: Entry) -> bool:
    """Whether a paper is known to be a preprint."""
    return Flag.PREPRINT in entry.flags or (
        entry.ids.doi is not None and is_preprint_doi(entry.ids.doi)
    )


class Index:
    """Entries by their names. Finds a hundred thousand in about a second; holds references only."""

    def __init__(self, entries: Iterable[Entry] = ()) -> None:
        self._entries: dict[str, Entry] = {}
        self._keys: defaultdict[str, dict[str, None]] = defaultdict(
            dict
        )  # alias → keys, in order of arrival
        self._ranks: dict[str, int] = {}
        self._last: tuple[Entry | None, tuple[str, ...]] = (
            None,
            (),
        )  # who is found is mostly added next
        for entry in entries:
            self.add(entry)

    def __getitem__(self, key: str) -> Entry:
        return self._entries[key]

    def __contains__(self, key: str) -> bool:
        return key in self._entries

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._entries.values())

    def __len__(self) -> int:
        return len(self._entries)

    def add(self, entry: Entry) -> None:
        """Know an entry under its key and all its aliases.

        What stood under this key before is replaced.
        """
        if known := self._entries.get(entry.key):
            self._forget(known)
        self._entries[entry.key] = entry
        self._ranks.setdefault(entry.key, len(self._ranks))
        for alias in self._aliases(entry):
            self._keys[alias][entry.key] = None

    def remove(self, key: str) -> None:
        """Forget an entry; raises KeyError when it is not known."""
        self._forget(self._entries.pop(key))

    def _forget(self, entry: Entry) -> None:
        for alias in aliases_of(entry):
            self._keys[alias].pop(entry.key, None)

    def _aliases(self, entry: Entry) -> tuple[str, ...]:
        if self._last[0] is not entry:
            self._last = entry, aliases_of(entry)
        return self._last[1]

    def rank(self, key: str) -> int:
        """When the key came into the index, as a number that grows."""
        return self._ranks[key]

    def find(self, entry: Entry) -> tuple[str, ...]:
        """The keys of all known entries that are the same thing, best match first.

        More than one: they are one, too.

        Where a weak name fits several different things, it says nothing.
        """
        found: list[str] = []
        for alias in self._aliases(entry):
            is_weak = alias.startswith(WEAK)
            if (keys := self._keys.get(alias)) and not (is_weak and len(keys) > _MAX_PER_NAME):
                candidates = [
                    key for key in keys if key not in found and self._fits(alias, key, entry, found)
                ]
                found += self._unambiguous(candidates, entry) if is_weak else candidates
        return tuple(found)

    def _fits(self, alias: str, key: str, entry: Entry, found: list[str]) -> bool:
        known = self._entries[key]
        if are_different(known, entry) or any(
            are_different(known, self._entries[other]) for other in found
        ):
            return False
        if alias.startswith("address:"):
            return address_suffices(known, entry)
        return not alias.startswith("title:") or titles_suffice(known, entry)

    def _unambiguous(self, keys: list[str], entry: Entry) -> list[str]:
        """The candidates if they can all be one thing, else those that one more witness points to.

        Empty when nothing does.

        An article goes before its preprint; then speak the abstract, the authors, the journal.
        """
        if len(keys) < 2 or not self._differ_among(keys):
            return keys
        articles = [key for key in keys if not is_preprint(self._entries[key])]
        witnesses = (_begin_alike, _share_authors, _share_journal)
        singled_out = (
            [key for key in articles if alike(self._entries[key], entry)] for alike in witnesses
        )
        chosen = (
            some for some in (articles, *singled_out) if some and not self._differ_among(some)
        )
        return next(chosen, [])

    def _differ_among(self, keys: list[str]) -> bool:
        first, *others = (self._entries[key] for key in keys)
        return any(are_different(first, other) for other in others)

    def fresh_key(self, entry: Entry) -> str:
        """`key_of(entry)`, numbered when another thing has that key.

        So it is with two events on one page, or two untitled notes.
        """
        key, number = key_of(entry), 2
        fresh = key
        while fresh in self._entries:
            fresh, number = f"{key}~{number}", number + 1
        return fresh

    def versions_of(self, entry: Entry) -> tuple[str, ...]:
        """Keys of the preprint of an article, or the article of a preprint.

        Linked, never merged.
        """
        named_by = [
            key
            for name in entry.related
            for key in self._keys.get(name, ())
            if self._is_other_form(key, entry)
        ]
        titled = f"title:{''.join(words_of(entry.title))}"
        alike = [
            key for key in self._keys.get(titled, ()) if _are_versions(self._entries[key], entry)
        ]
        return tuple(key for key in dict.fromkeys(named_by + alike) if key != entry.key)

    def _is_other_form(self, key: str, entry: Entry) -> bool:
        return is_preprint(self._entries[key]) != is_preprint(entry)


def _are_versions(one: Entry, other: Entry) -> bool:
    return (
        is_preprint(one) != is_preprint(other)
        and _kind(one) == _kind(other) == "paper"
        and titles_suffice(one, other, years=3)
    )


def _kind(entry: Entry) -> str | None:
    """What an entry surely is; None for news and for what only a title tells."""
    if entry.event is not None:
        return "event"
    if entry.grant is not None:
        return "grant"
    if entry.trial is not None:
        return "trial"
    if entry.ids.doi or entry.ids.pmid or entry.ids.pmcid:
        return "paper"
    return "trial" if entry.ids.nct else None


def are_different(one: Entry, other: Entry) -> bool:
    """Whether identifiers, kind or day show two things, however alike their titles are."""
    verdict = _by_ids(one, other)
    if verdict is not None:
        return not verdict
    kind, other_kind = _kind(one), _kind(other)
    if kind and other_kind and kind != other_kind:
        return True
    return kind == "event" == other_kind and _start_day(one) != _start_day(other)


def _by_ids(one: Entry, other: Entry) -> bool | None:
    """True: a strong identifier is shared; False: one differs; None: identifiers are silent."""
    a, b = one.ids, other.ids
    kinds = {_kind(one), _kind(other)}
    verdicts: list[bool] = []
    if kinds <= {"paper", None}:
        if a.doi and b.doi:
            verdicts.append(strip_doi_version(a.doi) == strip_doi_version(b.doi))
        if a.pmid and b.pmid:
            verdicts.append(a.pmid == b.pmid)
        if not verdicts and a.pmcid and b.pmcid:
            verdicts.append(a.pmcid == b.pmcid)
    if not verdicts and kinds == {"trial"} and a.nct and b.nct:
        verdicts.append(a.nct == b.nct)
    for mine, its in ((a.uid, b.uid), (a.opportunity, b.opportunity)):
        if not verdicts and mine and its:
            verdicts.append(mine == its)
    guid, other_guid = a.guid, b.guid
    if not verdicts and guid and guid == other_guid:
        verdicts.append(True)
    return any(verdicts) if verdicts else None


def _start_day(entry: Entry) -> date | None:
    starts = entry.event.starts if entry.event else None
    return starts.date() if isinstance(starts, datetime) else starts


def titles_suffice(one: Entry, other: Entry, *, years: int = 1) -> bool:
    """Whether two entries with one title are one thing.

    Year, authors and the title's length speak for it.

    A long title may be off by a year or lack it (online in December, printed in January); a short
    one wants the very year, or where one is undated the same first author or abstract, and an
    author on both lists wherever both have one.
    """
    apart = _years_apart(one, other)
    words = words_of(one.title)
    is_long = is_telling(words)
    if apart is None and not is_long and not (len(words) > 1 and _are_surely_one_paper(one, other)):
        return False
    if (apart or 0) > (years if is_long else 0):
        return False
    shared = _share_authors(one, other)
    if shared is False or not (shared or is_long or len(words) > 1):
        return False
    return _kind(one) == "paper" or _kind(other) == "paper" or not _are_two_posts(one, other)


def address_suffices(one: Entry, other: Entry) -> bool:
    """Whether two entries at one address are one thing.

    A paper's page is, a page of many items wants like titles, too.
    """
    if "paper" in {_kind(one), _kind(other)}:
        return True
    pair = (one, other)
    words, others = ({word for word in words_of(e.title) if len(word) > 3} for e in pair)
    return 2 * len(words & others) >= min(len(words), len(others))


def _years_apart(one: Entry, other: Entry) -> int | None:
    return abs(one.dated.day.year - other.dated.day.year) if one.dated and other.dated else None


def _share_authors(one: Entry, other: Entry) -> bool | None:
    """Whether an author is on both; None when one of the lists tells none."""
    names, others = surnames(one.authors), surnames(other.authors)
    return not names.isdisjoint(others) if names and others else None


def _share_journal(one: Entry, other: Entry) -> bool:
    """Whether both name the same journal; an abbreviation is another name."""
    return bool(one.journal) and words_of(one.journal) == words_of(other.journal)


def _begin_alike(one: Entry, other: Entry) -> bool:
    """Whether both abstracts begin with the same words.

    A few words, or a sentence on where to read it, are none.
    """
    beginnings = [
        words_of(each.summary[: 20 * _SAME_BEGINNING])[:_SAME_BEGINNING] for each in (one, other)
    ]
    return len(beginnings[0]) == _SAME_BEGINNING and beginnings[0] == beginnings[1]


def _are_surely_one_paper(one: Entry, other: Entry) -> bool:
    """Whether the first author or the abstract says so.

    Columns of a journal have one title year by year.
    """
    if "paper" not in {_kind(one), _kind(other)}:
        return False
    first, other_first = surnames(one.authors[:1]), surnames(other.authors[:1])
    return not first.isdisjoint(other_first) or _begin_alike(one, other)


def _are_two_posts(one: Entry, other: Entry) -> bool:
    """Whether two pieces without any number are two.

    They are on one host under two addresses, or more than a month apart.
    """
    if one.ids.url and other.ids.url and host_of(one.ids.url) == host_of(other.ids.url):
        return address_key(one.ids.url) != address_key(other.ids.url)
    if (
        one.dated is None
        or other.dated is None
        or {one.dated.precision, other.dated.precision} != {Precision.DAY}
    ):
        return False
    return abs((one.dated.day - other.dated.day).days) > _SAME_NEWS_DAYS
