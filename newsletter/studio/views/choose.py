"""Choose: every entry ever seen as a card, where it stands and why; keep, hold, drop, move, order, merge, split, add."""

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
from newsletter.studio.entry_cards import AT_ONCE, PLACES, CardPlace, EntryCard, EntryCards, in_sections, load_cards
from newsletter.studio.requests import StudioRequest, route

DONE = {"keep": "Kept", "hold": "Held", "drop": "Dropped", "move": "Moved"}


def _shelf(call: StudioRequest) -> EntryCards:
    shelf = load_cards(call.context, call.studio.shelf)
    call.studio.shelf = shelf
    return shelf


def choose(call: StudioRequest) -> Response:
    """The pool, filtered as the address says."""
    shelf = _shelf(call)
    counts = shelf.counts()
    usual = CardPlace.NEW if counts[CardPlace.NEW] or not counts[CardPlace.INSIDE] else CardPlace.INSIDE
    place = call.query_value("place", usual)
    return _page(call, shelf, place if place in {*PLACES, ""} else usual)


def _page(call: StudioRequest, shelf: EntryCards, place: str, **pasted: Any) -> Response:
    values = _pool(call, shelf, place) | {"text": "", "found": None, "looked": "", "known": []} | pasted
    undo = call.studio.latest(UndoRecord) if call.studio.has_flash else None
    return call.render_page("choose", title="Choose", **values, has_issue=shelf.has_issue, undo=undo and undo[0])


def cards(call: StudioRequest) -> Response:
    """Only the cards, for the page to put in place as one types, or to add as one scrolls."""
    values = _pool(call, _shelf(call), call.query_value("place"))
    html = call.render_fragment("_pool", **values)
    return JSONResponse({"html": html, "count": values["total"], "counts": values["counts"]})


def counts(call: StudioRequest) -> Response:
    """How many cards lie where, for a page that wants to know whether something arrived."""
    return JSONResponse(_shelf(call).counts())


def _pool(call: StudioRequest, shelf: EntryCards, place: str) -> dict[str, Any]:
    words, section, late = call.query_value("words"), call.query_value("section"), call.query_value("late") == "yes"
    styles = call.context.workspace.settings.sections
    found = in_sections(shelf.find_cards(place=place, words=words, section=section, late=late), styles)
    begin, most = _number(call, "from", 0), _number(call, "most", AT_ONCE)
    shown = found[begin : begin + most]
    return {
        "groups": [(name, list(cards)) for name, cards in groupby(shown, key=lambda card: card.section)],
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
        **_headings(call),
    }


def _number(call: StudioRequest, name: str, usual: int) -> int:
    return int(asked) if (asked := call.query_value(name)).isdecimal() else usual


def _headings(call: StudioRequest) -> dict[str, Any]:
    styles = call.context.workspace.settings.sections
    titles = {style.name: style.title for style in styles} | {TO_SORT: "To sort"}
    return {"styles": styles, "title_of": lambda name: titles.get(name) or section_title(name, styles)}


def decide(call: StudioRequest) -> Response:
    """Keep, hold, drop or move one card or many."""
    keys, what = call.form.get("key", []), call.form_value("verdict")
    if not keys:
        raise UsageError("select at least one entry first")
    if what not in DONE:
        raise UsageError("that cannot be done with an entry")
    if others := _overtaken(call, keys):
        return _report_conflict(call, keys, others)
    section = call.form_value("section") or None
    if what == "move" and section is None:
        raise UsageError("say which section it moves to")
    verdict = Verdict.KEEP if what == "move" else Verdict(what)
    moved_to = section if what == "move" else None
    done = entry_undo.decide_with_undo(call.context, keys, verdict, why=call.form_value("why"), section=moved_to)
    return _done(call, done, keys, f"{DONE[what]}: {_name_entries(call, keys)}.")


def place(call: StudioRequest) -> Response:
    """Put entries into a section, before or behind another one of it, or last."""
    keys, section = call.form.get("key", []), call.form_value("section")
    if not keys:
        raise UsageError("select at least one entry first")
    listed = _shelf(call).list_keys(section)
    if others := _overtaken(call, keys) or _describe_order_conflict(call, keys, listed):
        return _report_conflict(call, keys, others)
    done = entry_undo.place_with_undo(call.context, keys, section, before=_next(call, listed), listed=listed)
    return _confirm_place(call, done, keys, section)


def _next(call: StudioRequest, listed: tuple[str, ...]) -> str:
    """The key of the entry that follows the place which was named; empty: none does."""
    behind = call.form_value("behind")
    if not behind:
        return call.form_value("before")
    if behind not in listed:
        raise UsageError("the entry that it was to stand behind is not there any more: look again, then move it")
    return (*listed, "")[listed.index(behind) + 1]


def step(call: StudioRequest) -> Response:
    """One entry a step up or down in its section."""
    key, shelf = call.form_value("key"), _shelf(call)
    if others := _overtaken(call, [key]):
        return _report_conflict(call, [key], others)
    section = next((card.section for card in shelf.cards if card.entry.key == key), "")
    listed = shelf.list_keys(section)
    if key not in listed:
        raise UsageError("only what is in the issue has a place in it: keep the entry first")
    at = listed.index(key)
    before = listed[max(0, at - 1)] if call.form_value("to") == "up" else (*listed, "", "")[at + 2]
    done = entry_undo.place_with_undo(call.context, [key], section, before=before, listed=listed)
    return _confirm_place(call, done, [key], section)


def _confirm_place(call: StudioRequest, done: UndoRecord, keys: list[str], section: str) -> Response:
    listed = _shelf(call).list_keys(section)
    at = f"{listed.index(keys[0]) + 1} of {len(listed)}"
    return _done(call, done, keys, f"{at} in {_headings(call)['title_of'](section)} now: {_name_entries(call, keys)}.")


def _name_entries(call: StudioRequest, keys: list[str]) -> str:
    if len(keys) > 1:
        return f"{len(keys)} entries"
    known = next((card.entry.title for card in _shelf(call).cards if card.entry.key == keys[0]), "")
    return f"“{known}”" if known else "1 entry"


def _overtaken(call: StudioRequest, keys: list[str]) -> list[str]:
    """What to say of each entry that stands elsewhere by now than the asking window has shown.

    A window names the version of each entry, in the same order; one that names none is a selection without a script.
    """
    seen, stood = call.form.get("seen", []), call.form_value("stood")
    there = {card.entry.key: card for card in _shelf(call).cards}
    if stood:  # on the page Write, where an entry is in a section of the issue, or is not shown
        cards = [there.get(key) for key in keys]
        return [
            _stands(call, card)
            for card in cards
            if card is None or (card.place, card.section) != (CardPlace.INSIDE, stood)
        ]
    if len(seen) != len(keys):
        return []
    pairs = ((there.get(key), version) for key, version in zip(keys, seen, strict=True))
    return [_stands(call, card) for card, version in pairs if card is None or card.version != version]


def _stands(call: StudioRequest, card: EntryCard | None) -> str:
    if card is None:
        return "One entry is not there any more: it was merged with another one, or split."
    title_of = _headings(call)["title_of"]
    return f"“{card.entry.title}” is under “{PLACES[card.place]}” by now, in {title_of(card.section)}: {card.reason}."


def _describe_order_conflict(call: StudioRequest, keys: list[str], listed: tuple[str, ...]) -> list[str]:
    """What to say when the entries that are moved do not stand between those any more that the window shows beside them."""
    above, below = call.form.get("above", []), call.form.get("below", [])
    if not len(above) == len(below) == len(keys):
        return []
    around = [each for each in zip(keys, above, below, strict=True) if each[0] in listed]
    if all(composition.stands_between(listed, *each) for each in around):
        return []
    return ["This section is in another order by now."]


def _report_conflict(call: StudioRequest, keys: list[str], others: list[str]) -> Response:
    """Nothing was changed: say how these entries stand now, and show it."""
    said = (
        f"This was changed in another window or program meanwhile, and nothing was changed here. {' '.join(others[:3])}"
    )
    if len(others) > 3:
        said += f" And {len(others) - 3} more."
    if not call.is_script:
        raise UsageError(f"{said} Load the page again, then decide.")
    shelf = _shelf(call)
    there = {card.entry.key: card for card in shelf.cards}
    html = {key: _render_card(call, shelf, there[key]) for key in keys if key in there}
    answer = {"conflict": True, "said": said, "cards": html, "counts": shelf.counts(), "anew": len(html) < len(keys)}
    return JSONResponse(answer)


def undo(call: StudioRequest) -> Response:
    """Take back what was named, or what was done last."""
    latest = call.studio.latest(UndoRecord)
    done = call.studio.pop(call.form_value("undo") or (latest[0] if latest else ""), UndoRecord)
    if done is None:
        raise UsageError("this cannot be undone any more; decide again on the card")
    entry_undo.undo_change(call.context, done)
    return _show_cards(call, done.keys, f"Undone. Taken back: {done.said}", anew=done.is_wide)


def _done(call: StudioRequest, done: UndoRecord, keys: Iterable[str], said: str, *, anew: bool = False) -> Response:
    """Keep what is needed to undo it, and say what was done."""
    return _show_cards(call, keys, said, undo=call.studio.stash(replace(done, said=said)), anew=anew)


def _show_cards(call: StudioRequest, keys: Iterable[str], said: str, *, undo: str = "", anew: bool = False) -> Response:
    """Show these cards as they are now; `anew`: other cards may have come, gone or moved as well."""
    if not call.is_script:
        return call.redirect(call.request.headers.get("referer", "/choose"), said)
    shelf, changed = _shelf(call), {*keys}
    html = {card.entry.key: _render_card(call, shelf, card) for card in shelf.cards if card.entry.key in changed}
    return JSONResponse({"said": said, "undo": undo, "cards": html, "counts": shelf.counts(), "anew": anew})


def _render_card(call: StudioRequest, shelf: EntryCards, card: EntryCard) -> str:
    return call.render_fragment("_card", card=card, places=PLACES, ordered=shelf.place_in_print, **_headings(call))


def begin(call: StudioRequest) -> Response:
    """Make the issue of what is new, or add to it what is new since."""
    there = call.has_issue
    if there:
        editor.save_revision(call.context, call.issue_name, always=True)
    drafted = drafting.draft_issue(call.context)
    count = len(drafted.issue.entries())
    said = "What is new was added" if there else f"The issue {drafted.issue.name} is made"
    return call.redirect("/choose?place=inside", f"{said}: there are {count} entries in it now.")


def preview_paste(call: StudioRequest) -> Response:
    """Show what was understood of a pasted text, before anything is taken."""
    pasted = call.form_value("text")
    found = manual_entry.understand(call.context, pasted)
    looked = call.studio.stash(found) if found.entries else ""
    shelf = _shelf(call)
    cards = {card.entry.key: card for card in shelf.cards}
    known = [cards.get(manual_entry.known_as(call.context, entry) or "") for entry in found.entries]
    return _page(call, shelf, CardPlace.NEW, text=pasted, found=found, looked=looked, known=known)


def add(call: StudioRequest) -> Response:
    """Take in what was understood and looked at, and keep it for the issue being made."""
    found = call.studio.pop(call.form_value("looked"), ParsedDocument)
    if found is None:
        raise UsageError("this was added already, or the studio was started again since: paste it once more")
    wanted = {int(number) for number in call.form.get("take", []) if number.isdecimal()}
    entries = [
        replace(entry, title=" ".join(call.form_value(f"title-{number}").split()) or entry.title)
        for number, entry in enumerate(found.entries)
        if number in wanted
    ]
    if not entries:
        raise UsageError("nothing was selected, so nothing was added")
    keys = manual_entry.take(call.context, entries, section=call.form_value("section") or None)
    done = entry_undo.decide_with_undo(call.context, keys, Verdict.KEEP, why="added by hand")
    said = f"{'1 entry was' if len(keys) == 1 else f'{len(keys)} entries were'} added and kept."
    call.studio.stash(replace(done, said=said))
    return call.redirect("/choose?place=" + ("inside" if call.has_issue else "new"), said)


def merge(call: StudioRequest) -> Response:
    """Make one entry of the selected ones."""
    keys = call.form.get("key", [])
    if others := _overtaken(call, keys):
        return _report_conflict(call, keys, others)
    done = entry_undo.merge_with_undo(call.context, keys)
    return _done(call, done, keys, f"One entry now: {_name_entries(call, keys[:1])}.", anew=True)


def split(call: StudioRequest) -> Response:
    """Take a wrong merge apart."""
    key = call.form_value("key")
    if others := _overtaken(call, [key]):
        return _report_conflict(call, [key], others)
    done = entry_undo.split_with_undo(call.context, key)
    return _done(call, done, done.made, f"{len(done.made)} entries now, one for each source.", anew=True)


def story(call: StudioRequest) -> Response:
    """How one entry came to stand where it stands."""
    standing, sentences = tell_history(call.context, call.query_value("key"))
    return call.render_page("story", title="Story of an entry", entry=standing.entry, sentences=sentences)


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
