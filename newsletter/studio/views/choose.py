"""Choose: every entry ever seen as a card, where it stands and why.

Keep, hold, drop, move, order, merge, split, add.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from itertools import groupby
from typing import Any

from starlette.responses import JSONResponse, Response

from newsletter import composition
from newsletter.errors import UsageError
from newsletter.issues import drafting, editor, entry_undo
from newsletter.issues.entry_history import tell_history
from newsletter.issues.entry_undo import UndoRecord
from newsletter.model import TO_SORT, ParsedDocument, Verdict, section_title
from newsletter.sources import manual_entry
from newsletter.studio.entry_cards import (
    AT_ONCE,
    PLACES,
    CardPlace,
    EntryCard,
    EntryCards,
    in_sections,
    load_cards,
)
from newsletter.studio.requests import StudioRequest, route

DONE = {"keep": "Kept", "hold": "Held", "drop": "Dropped", "move": "Moved"}


def _shelf(request: StudioRequest) -> EntryCards:
    shelf = load_cards(request.context, request.studio.shelf)
    request.studio.shelf = shelf
    return shelf


def choose(request: StudioRequest) -> Response:
    """The pool, filtered as the address says."""
    shelf = _shelf(request)
    counts = shelf.counts()
    usual = (
        CardPlace.NEW if counts[CardPlace.NEW] or not counts[CardPlace.INSIDE] else CardPlace.INSIDE
    )
    place = request.query_value("place", usual)
    return _page(request, shelf, place if place in {*PLACES, ""} else usual)


def _page(request: StudioRequest, shelf: EntryCards, place: str, **pasted: Any) -> Response:
    values = (
        _pool(request, shelf, place)
        | {"text": "", "found": None, "looked": "", "known": []}
        | pasted
    )
    undo = request.studio.latest(UndoRecord) if request.studio.has_flash else None
    return request.render_page(
        "choose", title="Choose", **values, has_issue=shelf.has_issue, undo=undo and undo[0]
    )


def cards(request: StudioRequest) -> Response:
    """Only the cards, for the page to put in place as one types, or to add as one scrolls."""
    values = _pool(request, _shelf(request), request.query_value("place"))
    html = request.render_fragment("_pool", **values)
    return JSONResponse({"html": html, "count": values["total"], "counts": values["counts"]})


def counts(request: StudioRequest) -> Response:
    """How many cards lie where, for a page that wants to know whether something arrived."""
    return JSONResponse(_shelf(request).counts())


def _pool(request: StudioRequest, shelf: EntryCards, place: str) -> dict[str, Any]:
    words, section, late = (
        request.query_value("words"),
        request.query_value("section"),
        request.query_value("late") == "yes",
    )
    styles = request.context.workspace.settings.sections
    found = in_sections(
        shelf.find_cards(place=place, words=words, section=section, late=late), styles
    )
    begin, most = _number(request, "from", 0), _number(request, "most", AT_ONCE)
    shown = found[begin : begin + most]
    return {
        "groups": [
            (name, list(cards)) for name, cards in groupby(shown, key=lambda card: card.section)
        ],
        "sizes": Counter(card.section for card in found),
        "total": len(found),
        "shown": begin + len(shown),
        "most": begin + most + 5 * AT_ONCE,
        "places": PLACES,
        "ordered": shelf.place_in_print,
        "place": place,
        "counts": shelf.counts(),
        "words": words,
        "section": section,
        "late": late,
        "lates": sum(card.is_late for card in shelf.cards),
        **_headings(request),
    }


def _number(request: StudioRequest, name: str, usual: int) -> int:
    return int(asked) if (asked := request.query_value(name)).isdecimal() else usual


def _headings(request: StudioRequest) -> dict[str, Any]:
    styles = request.context.workspace.settings.sections
    titles = {style.name: style.title for style in styles} | {TO_SORT: "To sort"}
    return {
        "styles": styles,
        "title_of": lambda name: titles.get(name) or section_title(name, styles),
    }


def decide(request: StudioRequest) -> Response:
    """Keep, hold, drop or move one card or many."""
    keys, what = request.form.get("key", []), request.form_value("verdict")
    if not keys:
        raise UsageError("select at least one entry first")
    if what not in DONE:
        raise UsageError("that cannot be done with an entry")
    if others := _overtaken(request, keys):
        return _report_conflict(request, keys, others)
    section = request.form_value("section") or None
    if what == "move" and section is None:
        raise UsageError("say which section it moves to")
    verdict = Verdict.KEEP if what == "move" else Verdict(what)
    moved_to = section if what == "move" else None
    done = entry_undo.decide_with_undo(
        request.context, keys, verdict, why=request.form_value("why"), section=moved_to
    )
    return _done(request, done, keys, f"{DONE[what]}: {_name_entries(request, keys)}.")


def place(request: StudioRequest) -> Response:
    """Put entries into a section, before or behind another one of it, or last."""
    keys, section = request.form.get("key", []), request.form_value("section")
    if not keys:
        raise UsageError("select at least one entry first")
    listed = _shelf(request).list_keys(section)
    if others := _overtaken(request, keys) or _describe_order_conflict(request, keys, listed):
        return _report_conflict(request, keys, others)
    done = entry_undo.place_with_undo(
        request.context, keys, section, before=_next(request, listed), listed=listed
    )
    return _confirm_place(request, done, keys, section)


def _next(request: StudioRequest, listed: tuple[str, ...]) -> str:
    """The key of the entry that follows the place which was named; empty: none does."""
    behind = request.form_value("behind")
    if not behind:
        return request.form_value("before")
    if behind not in listed:
        raise UsageError(
            "the entry that it was to stand behind is not there any more: look again, then move it"
        )
    return (*listed, "")[listed.index(behind) + 1]


def step(request: StudioRequest) -> Response:
    """One entry a step up or down in its section."""
    key, shelf = request.form_value("key"), _shelf(request)
    if others := _overtaken(request, [key]):
        return _report_conflict(request, [key], others)
    section = next((card.section for card in shelf.cards if card.entry.key == key), "")
    listed = shelf.list_keys(section)
    if key not in listed:
        raise UsageError("only what is in the issue has a place in it: keep the entry first")
    at = listed.index(key)
    before = (
        listed[max(0, at - 1)] if request.form_value("to") == "up" else (*listed, "", "")[at + 2]
    )
    done = entry_undo.place_with_undo(request.context, [key], section, before=before, listed=listed)
    return _confirm_place(request, done, [key], section)


def _confirm_place(
    request: StudioRequest, done: UndoRecord, keys: list[str], section: str
) -> Response:
    listed = _shelf(request).list_keys(section)
    at = f"{listed.index(keys[0]) + 1} of {len(listed)}"
    return _done(
        request,
        done,
        keys,
        f"{at} in {_headings(request)['title_of'](section)} now: {_name_entries(request, keys)}.",
    )


def _name_entries(request: StudioRequest, keys: list[str]) -> str:
    if len(keys) > 1:
        return f"{len(keys)} entries"
    known = next(
        (card.entry.title for card in _shelf(request).cards if card.entry.key == keys[0]), ""
    )
    return f"“{known}”" if known else "1 entry"


def _overtaken(request: StudioRequest, keys: list[str]) -> list[str]:
    """What to say of each entry that stands elsewhere by now than the asking window has shown.

    A window names the version of each entry, in the same order; one that names none is a selection
    without a script.
    """
    seen, stood = request.form.get("seen", []), request.form_value("stood")
    there = {card.entry.key: card for card in _shelf(request).cards}
    if stood:  # on the page Write, where an entry is in a section of the issue, or is not shown
        cards = [there.get(key) for key in keys]
        return [
            _stands(request, card)
            for card in cards
            if card is None or (card.place, card.section) != (CardPlace.INSIDE, stood)
        ]
    if len(seen) != len(keys):
        return []
    pairs = ((there.get(key), version) for key, version in zip(keys, seen, strict=True))
    return [
        _stands(request, card) for card, version in pairs if card is None or card.version != version
    ]


def _stands(request: StudioRequest, card: EntryCard | None) -> str:
    if card is None:
        return "One entry is not there any more: it was merged with another one, or split."
    title_of = _headings(request)["title_of"]
    return (
        f"“{card.entry.title}” is under “{PLACES[card.place]}” by now, in {title_of(card.section)}:"
        f" {card.reason}."
    )


def _describe_order_conflict(
    request: StudioRequest, keys: list[str], listed: tuple[str, ...]
) -> list[str]:
    """What to say when moved entries no longer stand between those that the window shows."""
    above, below = request.form.get("above", []), request.form.get("below", [])
    if not len(above) == len(below) == len(keys):
        return []
    around = [each for each in zip(keys, above, below, strict=True) if each[0] in listed]
    if all(composition.stands_between(listed, *each) for each in around):
        return []
    return ["This section is in another order by now."]


def _report_conflict(request: StudioRequest, keys: list[str], others: list[str]) -> Response:
    """Nothing was changed: say how these entries stand now, and show it."""
    said = (
        "This was changed in another window or program meanwhile, and nothing was changed here."
        f" {' '.join(others[:3])}"
    )
    if len(others) > 3:
        said += f" And {len(others) - 3} more."
    if not request.is_script:
        raise UsageError(f"{said} Load the page again, then decide.")
    shelf = _shelf(request)
    there = {card.entry.key: card for card in shelf.cards}
    html = {key: _render_card(request, shelf, there[key]) for key in keys if key in there}
    answer = {
        "conflict": True,
        "said": said,
        "cards": html,
        "counts": shelf.counts(),
        "anew": len(html) < len(keys),
    }
    return JSONResponse(answer)


def undo(request: StudioRequest) -> Response:
    """Take back what was named, or what was done last."""
    latest = request.studio.latest(UndoRecord)
    done = request.studio.pop(
        request.form_value("undo") or (latest[0] if latest else ""), UndoRecord
    )
    if done is None:
        raise UsageError("this cannot be undone any more; decide again on the card")
    entry_undo.undo_change(request.context, done)
    return _show_cards(request, done.keys, f"Undone. Taken back: {done.said}", anew=done.is_wide)


def _done(
    request: StudioRequest, done: UndoRecord, keys: Iterable[str], said: str, *, anew: bool = False
) -> Response:
    """Keep what is needed to undo it, and say what was done."""
    return _show_cards(
        request, keys, said, undo=request.studio.stash(replace(done, said=said)), anew=anew
    )


def _show_cards(
    request: StudioRequest, keys: Iterable[str], said: str, *, undo: str = "", anew: bool = False
) -> Response:
    """Show these cards as they are now.

    `anew`: other cards may have come, gone or moved as well.
    """
    if not request.is_script:
        return request.redirect(request.request.headers.get("referer", "/choose"), said)
    shelf, changed = _shelf(request), {*keys}
    html = {
        card.entry.key: _render_card(request, shelf, card)
        for card in shelf.cards
        if card.entry.key in changed
    }
    return JSONResponse(
        {"said": said, "undo": undo, "cards": html, "counts": shelf.counts(), "anew": anew}
    )


def _render_card(request: StudioRequest, shelf: EntryCards, card: EntryCard) -> str:
    return request.render_fragment(
        "_card", card=card, places=PLACES, ordered=shelf.place_in_print, **_headings(request)
    )


def begin(request: StudioRequest) -> Response:
    """Make the issue of what is new, or add to it what is new since."""
    there = request.has_issue
    if there:
        editor.save_revision(request.context, request.issue_name, always=True)
    drafted = drafting.draft_issue(request.context)
    count = len(drafted.issue.entries())
    said = "What is new was added" if there else f"The issue {drafted.issue.name} is made"
    return request.redirect("/choose?place=inside", f"{said}: there are {count} entries in it now.")


def preview_paste(request: StudioRequest) -> Response:
    """Show what was understood of a pasted text, before anything is taken."""
    pasted = request.form_value("text")
    found = manual_entry.understand(request.context, pasted)
    looked = request.studio.stash(found) if found.entries else ""
    shelf = _shelf(request)
    cards = {card.entry.key: card for card in shelf.cards}
    known = [
        cards.get(manual_entry.known_as(request.context, entry) or "") for entry in found.entries
    ]
    return _page(
        request, shelf, CardPlace.NEW, text=pasted, found=found, looked=looked, known=known
    )


def add(request: StudioRequest) -> Response:
    """Take in what was understood and looked at, and keep it for the issue being made."""
    found = request.studio.pop(request.form_value("looked"), ParsedDocument)
    if found is None:
        raise UsageError(
            "this was added already, or the studio was started again since: paste it once more"
        )
    wanted = {int(number) for number in request.form.get("take", []) if number.isdecimal()}
    entries = [
        replace(entry, title=" ".join(request.form_value(f"title-{number}").split()) or entry.title)
        for number, entry in enumerate(found.entries)
        if number in wanted
    ]
    if not entries:
        raise UsageError("nothing was selected, so nothing was added")
    keys = manual_entry.take(
        request.context, entries, section=request.form_value("section") or None
    )
    done = entry_undo.decide_with_undo(request.context, keys, Verdict.KEEP, why="added by hand")
    said = f"{'1 entry was' if len(keys) == 1 else f'{len(keys)} entries were'} added and kept."
    request.studio.stash(replace(done, said=said))
    return request.redirect("/choose?place=" + ("inside" if request.has_issue else "new"), said)


def merge(request: StudioRequest) -> Response:
    """Make one entry of the selected ones."""
    keys = request.form.get("key", [])
    if others := _overtaken(request, keys):
        return _report_conflict(request, keys, others)
    done = entry_undo.merge_with_undo(request.context, keys)
    return _done(
        request, done, keys, f"One entry now: {_name_entries(request, keys[:1])}.", anew=True
    )


def split(request: StudioRequest) -> Response:
    """Take a wrong merge apart."""
    key = request.form_value("key")
    if others := _overtaken(request, [key]):
        return _report_conflict(request, [key], others)
    done = entry_undo.split_with_undo(request.context, key)
    return _done(
        request, done, done.made, f"{len(done.made)} entries now, one for each source.", anew=True
    )


def story(request: StudioRequest) -> Response:
    """How one entry came to stand where it stands."""
    standing, sentences = tell_history(request.context, request.query_value("key"))
    return request.render_page(
        "story", title="Story of an entry", entry=standing.entry, sentences=sentences
    )


ROUTES = [
    route("/choose", choose),
    route("/choose/cards", cards),
    route("/choose/counts", counts),
    route("/choose/story", story),
    route("/choose/decide", decide, changes=True),
    route("/choose/place", place, changes=True),
    route("/choose/step", step, changes=True),
    route("/choose/undo", undo, changes=True),
    route("/choose/issue", begin, changes=True),
    route("/choose/look", preview_paste, changes=True, asks=True),
    route("/choose/add", add, changes=True),
    route("/choose/merge", merge, changes=True),
    route("/choose/split", split, changes=True),
]
