"""Choose: every entry ever seen as a card, where it stands and why; keep, hold, drop, move, merge, split, add."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from starlette.responses import JSONResponse, Response

from newsletter.errors import UsageError
from newsletter.model import TO_SORT, Reading, Verdict, section_title
from newsletter.pipeline import editing, making, pasting, uniting
from newsletter.pipeline.choosing import making as making_of
from newsletter.pipeline.editing import Undoable
from newsletter.pipeline.story import story_of
from newsletter.studio.calls import Call, route
from newsletter.studio.shelf import AT_ONCE, PLACES, Card, Place, Shelf, by_section, stock

DONE = {"keep": "Kept", "hold": "Held", "drop": "Dropped", "move": "Moved"}


def _shelf(call: Call) -> Shelf:
    shelf = stock(call.desk, call.room.shelf)
    call.room.shelf = shelf
    return shelf


def choose(call: Call) -> Response:
    """The pool, filtered as the address says."""
    shelf = _shelf(call)
    counts = shelf.counts()
    usual = Place.NEW if counts[Place.NEW] or not counts[Place.INSIDE] else Place.INSIDE
    place = call.asked("place", usual)
    values = _pool(call, shelf, place if place in {*PLACES, ""} else usual)
    return call.page("choose", title="Choose", **values, has_issue=shelf.has_issue, text="", found=None, looked="")


def cards(call: Call) -> Response:
    """Only the cards, for the page to put in place as one types."""
    values = _pool(call, _shelf(call), call.asked("place"))
    return JSONResponse({"html": call.part("_pool", **values), "count": values["total"]})


def _pool(call: Call, shelf: Shelf, place: str) -> dict[str, Any]:
    words, section, late = call.asked("words"), call.asked("section"), call.asked("late") == "yes"
    found = shelf.found(place=place, words=words, section=section, late=late)
    most = int(more) if (more := call.asked("most")).isdecimal() else AT_ONCE
    return {
        "groups": by_section(found[:most], call.desk.workspace.settings.sections),
        "total": len(found),
        "shown": min(most, len(found)),
        "most": most + 5 * AT_ONCE,
        "places": PLACES,
        "place": place,
        "counts": shelf.counts(),
        "words": words,
        "section": section,
        "late": late,
        "lates": sum(card.is_late for card in shelf.cards),
        **_headings(call),
    }


def _headings(call: Call) -> dict[str, Any]:
    styles = call.desk.workspace.settings.sections
    titles = {style.name: style.title for style in styles} | {TO_SORT: "To sort"}
    return {"styles": styles, "title_of": lambda name: titles.get(name) or section_title(name, styles)}


def decide(call: Call) -> Response:
    """Keep, hold, drop or move one card or many."""
    keys, what = call.form.get("key", []), call.filled("verdict")
    if not keys:
        raise UsageError("select at least one entry first")
    if what not in DONE:
        raise UsageError("that cannot be done with an entry")
    section = call.filled("section") or None
    if what == "move" and section is None:
        raise UsageError("say which section it moves to")
    verdict = Verdict.KEEP if what == "move" else Verdict(what)
    moved_to = section if what == "move" else None
    done = editing.decide_undoably(call.desk, keys, verdict, why=call.filled("why"), section=moved_to)
    return _changed(call, keys, f"{DONE[what]}: {_called(call, keys)}.", undo=call.room.keep(done))


def _called(call: Call, keys: list[str]) -> str:
    if len(keys) > 1:
        return f"{len(keys)} entries"
    known = call.desk.store.by_keys(keys)
    return f"“{known[keys[0]].title}”" if keys[0] in known else "1 entry"


def undo(call: Call) -> Response:
    """Take a decision back."""
    done = call.room.take(call.filled("undo"), Undoable)
    if done is None:
        raise UsageError("this cannot be undone any more; decide again on the card")
    editing.undo(call.desk, done)
    return _changed(call, list(done.keys), "Undone.")


def _changed(call: Call, keys: Iterable[str], said: str, *, undo: str = "") -> Response:
    if not call.is_script:
        return call.go(call.request.headers.get("referer", "/choose"), said)
    shelf = _shelf(call)
    changed = [card for card in shelf.cards if card.entry.key in set(keys)]
    html = {card.entry.key: _drawn(call, card) for card in changed}
    return JSONResponse({"said": said, "undo": undo, "cards": html, "counts": shelf.counts()})


def _drawn(call: Call, card: Card) -> str:
    return call.part("_card", card=card, places=PLACES, **_headings(call))


def begin(call: Call) -> Response:
    """Make the issue of what is new, or add to it what is new since."""
    there = call.has_issue
    if there:
        editing.keep_version(call.desk, call.issue_name, always=True)
    drafted = making.draft(call.desk)
    count = len(drafted.issue.entries())
    said = "What is new was added" if there else f"The issue {drafted.issue.name} is made"
    return call.go("/choose?place=inside", f"{said}: there are {count} entries in it now.")


def look(call: Call) -> Response:
    """Show what was understood of a pasted text, before anything is taken."""
    pasted = call.filled("text")
    found = pasting.understand(call.desk, pasted)
    values = _pool(call, _shelf(call), Place.NEW)
    looked = call.room.keep(found) if found.entries else ""
    has_issue = making_of(call.desk).present is not None
    return call.page("choose", title="Choose", **values, has_issue=has_issue, text=pasted, found=found, looked=looked)


def add(call: Call) -> Response:
    """Take in what was understood and looked at, and keep it for the issue being made."""
    found = call.room.take(call.filled("looked"), Reading)
    if found is None:
        raise UsageError("this was added already, or the studio was started again since: paste it once more")
    wanted = {int(number) for number in call.form.get("take", []) if number.isdecimal()}
    entries = [entry for number, entry in enumerate(found.entries) if number in wanted]
    if not entries:
        raise UsageError("nothing was selected, so nothing was added")
    keys = pasting.take(call.desk, entries, section=call.filled("section") or None)
    editing.decide_undoably(call.desk, keys, Verdict.KEEP, why="added by hand")
    count = "1 entry was" if len(keys) == 1 else f"{len(keys)} entries were"
    return call.go("/choose?place=" + ("inside" if call.has_issue else "new"), f"{count} added and kept.")


def merge(call: Call) -> Response:
    """Make one entry of the selected ones."""
    if call.has_issue:
        editing.keep_version(call.desk, call.issue_name, always=True)
    united = uniting.unite(call.desk, call.form.get("key", []))
    return call.go(call.request.headers.get("referer", "/choose"), f"One entry now: “{united.title}”.")


def split(call: Call) -> Response:
    """Take a wrong merge apart."""
    parts = uniting.part(call.desk, call.filled("key"))
    return call.go(call.request.headers.get("referer", "/choose"), f"{len(parts)} entries now, one for each source.")


def story(call: Call) -> Response:
    """How one entry came to stand where it stands."""
    standing, sentences = story_of(call.desk, call.asked("key"))
    return call.page("story", title="Story of an entry", entry=standing.entry, sentences=sentences)


ROUTES = [
    route("/choose", choose),
    route("/choose/cards", cards),
    route("/choose/story", story),
    route("/choose/decide", decide, changes=True),
    route("/choose/undo", undo, changes=True),
    route("/choose/issue", begin, changes=True),
    route("/choose/look", look, changes=True, asks=True),
    route("/choose/add", add, changes=True),
    route("/choose/merge", merge, changes=True),
    route("/choose/split", split, changes=True),
]
