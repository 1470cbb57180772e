"""Answers about cards: those that were changed, as they stand now; or why nothing was changed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from starlette.responses import JSONResponse, Response

from newsletter import composition
from newsletter.errors import UsageError
from newsletter.issues.entry_undo import UndoRecord
from newsletter.model import TO_SORT, section_title
from newsletter.studio.entry_cards import (
    PLACES,
    CardPlace,
    EntryCard,
    EntryCards,
    load_cards,
)
from newsletter.studio.requests import StudioRequest


def read_cards(request: StudioRequest) -> EntryCards:
    """The cards as everything stands now; what did not change is taken from before."""
    shelf = load_cards(request.context, request.studio.shelf)
    request.studio.shelf = shelf
    return shelf


def section_titles(request: StudioRequest) -> dict[str, Any]:
    """The sections for a template, and a function that gives the title of any."""
    styles = request.context.workspace.settings.sections
    titles = {style.name: style.title for style in styles} | {TO_SORT: "To sort"}
    return {
        "styles": styles,
        "title_of": lambda name: titles.get(name) or section_title(name, styles),
    }


def name_entries(request: StudioRequest, keys: list[str]) -> str:
    """Entries in a sentence: the title of one, or how many there are."""
    if len(keys) > 1:
        return f"{len(keys)} entries"
    known = next(
        (card.entry.title for card in read_cards(request).cards if card.entry.key == keys[0]), ""
    )
    return f"“{known}”" if known else "1 entry"


def find_overtaken(request: StudioRequest, keys: list[str]) -> list[str]:
    """What to say of each entry that stands elsewhere by now than the asking window has shown.

    A window names the version of each entry, in the same order; one that names none is a selection
    without a script.
    """
    seen, stood = request.form.get("seen", []), request.form_value("stood")
    there = {card.entry.key: card for card in read_cards(request).cards}
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
    title_of = section_titles(request)["title_of"]
    return (
        f"“{card.entry.title}” is under “{PLACES[card.place]}” by now, in {title_of(card.section)}:"
        f" {card.reason}."
    )


def find_order_conflict(
    request: StudioRequest, keys: list[str], listed: tuple[str, ...]
) -> list[str]:
    """What to say when the entries that are moved do not stand between those any more that the window shows beside them."""
    above, below = request.form.get("above", []), request.form.get("below", [])
    if not len(above) == len(below) == len(keys):
        return []
    around = [each for each in zip(keys, above, below, strict=True) if each[0] in listed]
    if all(composition.stands_between(listed, *each) for each in around):
        return []
    return ["This section is in another order by now."]


def report_conflict(request: StudioRequest, keys: list[str], others: list[str]) -> Response:
    """Nothing was changed: say how these entries stand now, and show it."""
    said = (
        "This was changed in another window or program meanwhile, and nothing was changed here."
        f" {' '.join(others[:3])}"
    )
    if len(others) > 3:
        said += f" And {len(others) - 3} more."
    if not request.is_script:
        raise UsageError(f"{said} Load the page again, then decide.")
    shelf = read_cards(request)
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


def show_done(
    request: StudioRequest, done: UndoRecord, keys: Iterable[str], said: str, *, anew: bool = False
) -> Response:
    """Keep what is needed to undo it, and say what was done."""
    return show_cards(
        request, keys, said, undo=request.studio.stash(replace(done, said=said)), anew=anew
    )


def show_cards(
    request: StudioRequest, keys: Iterable[str], said: str, *, undo: str = "", anew: bool = False
) -> Response:
    """Show these cards as they are now.

    `anew`: other cards may have come, gone or moved as well.
    """
    if not request.is_script:
        return request.redirect(request.request.headers.get("referer", "/choose"), said)
    shelf, changed = read_cards(request), {*keys}
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
        "_card", card=card, places=PLACES, ordered=shelf.place_in_print, **section_titles(request)
    )
