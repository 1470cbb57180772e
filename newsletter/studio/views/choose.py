"""Choose: every entry ever seen as a card, where it stands and why.

Keep, hold, drop, move, order, merge, split, add.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import groupby
from typing import Any

from starlette.responses import JSONResponse, Response

from newsletter.errors import UsageError
from newsletter.issues import drafting, editor, entry_undo
from newsletter.issues.entry_history import tell_history
from newsletter.issues.entry_undo import UndoRecord
from newsletter.model import ParsedDocument, Verdict
from newsletter.sources import manual_entry
from newsletter.studio.card_answers import (
    find_order_conflict,
    find_overtaken,
    name_entries,
    read_cards,
    report_conflict,
    section_titles,
    show_cards,
    show_done,
)
from newsletter.studio.entry_cards import (
    AT_ONCE,
    PLACES,
    CardPlace,
    EntryCards,
    in_sections,
)
from newsletter.studio.requests import StudioRequest, route

DONE = {"keep": "Kept", "hold": "Held", "drop": "Dropped", "move": "Moved"}


def choose(request: StudioRequest) -> Response:
    """The pool, filtered as the address says."""
    shelf = read_cards(request)
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
    values = _pool(request, read_cards(request), request.query_value("place"))
    html = request.render_fragment("_pool", **values)
    return JSONResponse({"html": html, "count": values["total"], "counts": values["counts"]})


def counts(request: StudioRequest) -> Response:
    """How many cards lie where, for a page that wants to know whether something arrived."""
    return JSONResponse(read_cards(request).counts())


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
        **section_titles(request),
    }


def _number(request: StudioRequest, name: str, usual: int) -> int:
    return int(asked) if (asked := request.query_value(name)).isdecimal() else usual


def decide(request: StudioRequest) -> Response:
    """Keep, hold, drop or move one card or many."""
    keys, what = request.form.get("key", []), request.form_value("verdict")
    if not keys:
        raise UsageError("select at least one entry first")
    if what not in DONE:
        raise UsageError("that cannot be done with an entry")
    if others := find_overtaken(request, keys):
        return report_conflict(request, keys, others)
    section = request.form_value("section") or None
    if what == "move" and section is None:
        raise UsageError("say which section it moves to")
    verdict = Verdict.KEEP if what == "move" else Verdict(what)
    moved_to = section if what == "move" else None
    done = entry_undo.decide_with_undo(
        request.context, keys, verdict, why=request.form_value("why"), section=moved_to
    )
    return show_done(request, done, keys, f"{DONE[what]}: {name_entries(request, keys)}.")


def place(request: StudioRequest) -> Response:
    """Put entries into a section, before or behind another one of it, or last."""
    keys, section = request.form.get("key", []), request.form_value("section")
    if not keys:
        raise UsageError("select at least one entry first")
    listed = read_cards(request).list_keys(section)
    if others := find_overtaken(request, keys) or find_order_conflict(request, keys, listed):
        return report_conflict(request, keys, others)
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
    key, shelf = request.form_value("key"), read_cards(request)
    if others := find_overtaken(request, [key]):
        return report_conflict(request, [key], others)
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
    listed = read_cards(request).list_keys(section)
    at = f"{listed.index(keys[0]) + 1} of {len(listed)}"
    return show_done(
        request,
        done,
        keys,
        f"{at} in {section_titles(request)['title_of'](section)} now: {name_entries(request, keys)}.",
    )


def undo(request: StudioRequest) -> Response:
    """Take back what was named, or what was done last."""
    latest = request.studio.latest(UndoRecord)
    done = request.studio.pop(
        request.form_value("undo") or (latest[0] if latest else ""), UndoRecord
    )
    if done is None:
        raise UsageError("this cannot be undone any more; decide again on the card")
    entry_undo.undo_change(request.context, done)
    return show_cards(request, done.keys, f"Undone. Taken back: {done.said}", anew=done.is_wide)


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
    shelf = read_cards(request)
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
    if others := find_overtaken(request, keys):
        return report_conflict(request, keys, others)
    done = entry_undo.merge_with_undo(request.context, keys)
    return show_done(
        request, done, keys, f"One entry now: {name_entries(request, keys[:1])}.", anew=True
    )


def split(request: StudioRequest) -> Response:
    """Take a wrong merge apart."""
    key = request.form_value("key")
    if others := find_overtaken(request, [key]):
        return report_conflict(request, [key], others)
    done = entry_undo.split_with_undo(request.context, key)
    return show_done(
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
