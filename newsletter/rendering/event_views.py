"""An event as a template prints it.

One date, or all dates of a series with what they share told once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from newsletter.formats.markup_text import one_line
from newsletter.model import Entry, Event
from newsletter.rendering.event_times import When, short_day, when
from newsletter.rendering.i18n import Phrases
from newsletter.rendering.ics import event_file_name
from newsletter.rendering.links import Link, LinkLabels, sanitize_url

if TYPE_CHECKING:
    from newsletter.rendering.entry_context import EntryContext
from collections.abc import Iterable
from datetime import date, datetime

from newsletter.identity import series_of


@dataclass(frozen=True, slots=True, kw_only=True)
class DateView:
    """One date of a series. Hours and links are empty where all its dates share them."""

    day: str
    cancelled: bool
    hours: str = ""
    page: Link | None = None
    join: Link | None = None
    calendar: Link | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EventView:
    """What a reader asks of an event, or of all dates of a series."""

    when: When  # of a series: the hours that its dates share
    cancelled: bool
    place: str = ""
    join: Link | None = None
    calendar: Link | None = None  # the .ics file, where readers can reach it
    dates: tuple[DateView, ...] = ()  # of a series, by day; empty for a single event


def event_view(dates: Sequence[Entry], setting: EntryContext) -> EventView:
    """The event in the reader's words.

    `dates` are its entry, or those of all dates of its series.
    """
    told = [
        _one(entry, entry.event or Event(), setting, with_hour=len(dates) == 1) for entry in dates
    ]
    if len(told) > 1:
        return _series(dates, told, setting)
    labels, (view,) = setting.labels, told
    return replace(
        view, join=_label_link(view.join, labels), calendar=_label_link(view.calendar, labels)
    )


def _one(entry: Entry, event: Event, setting: EntryContext, *, with_hour: bool) -> EventView:
    """One date; its labels may not be the only ones of their kind yet."""
    words, told = setting.words, when(event, setting.home, setting.words)
    if setting.fit.brief:
        return EventView(when=When(day=told.day, hours=told.hours), cancelled=event.cancelled)
    day, join = short_day(event, words, with_hour=with_hour), sanitize_url(event.join)
    reachable = (
        setting.calendar_base is not None and event.starts is not None and not event.cancelled
    )
    file = f"{setting.calendar_base}{event_file_name(entry)}" if reachable else ""
    return EventView(
        when=told,
        place=_place(event, words),
        cancelled=event.cancelled,
        join=Link(label=words("join", day=day), url=join) if join and not event.cancelled else None,
        calendar=Link(label=words("add_to_calendar", day=day), url=file) if file else None,
    )


def _place(event: Event, words: Phrases) -> str:
    place = one_line(event.place)
    return words("online") if place == "Online" or (event.join and not place) else place


def _label_link(link: Link | None, labels: LinkLabels) -> Link | None:
    return labels.link(link.label, link.url) if link else None


def _series(dates: Sequence[Entry], told: Sequence[EventView], setting: EntryContext) -> EventView:
    hours, elsewhere = (
        {getattr(each.when, name) for each in told} for name in ("hours", "elsewhere")
    )
    joins = {each.join.url for each in told if each.join}
    shared = When(
        day="",
        hours=told[0].when.hours if len(hours) == 1 else "",
        elsewhere=told[0].when.elsewhere if len(elsewhere) == 1 else "",
    )
    join = (
        Link(label=setting.words.count("join_series", len(told)), url=joins.pop())
        if len(joins) == 1
        else None
    )
    listed = tuple(
        replace(
            _date(view, setting),
            hours="" if shared.hours else view.when.hours,
            join=None if join else _label_link(view.join, setting.labels),
            page=_own_page(entry, dates[0], setting),
        )
        for entry, view in zip(dates, told, strict=True)
    )
    return EventView(
        when=shared,
        cancelled=False,
        place=told[0].place,
        join=_label_link(join, setting.labels),
        dates=listed,
    )


def _date(view: EventView, setting: EntryContext) -> DateView:
    calendar = _label_link(view.calendar, setting.labels)
    return DateView(day=view.when.day, cancelled=view.cancelled, calendar=calendar)


def _own_page(entry: Entry, first: Entry, setting: EntryContext) -> Link | None:
    """The page of this date, where it is another than that of the whole series."""
    if (
        entry.event is None
        or not entry.links
        or entry.links[:1] == first.links[:1]
        or setting.fit.brief
    ):
        return None
    label = setting.words("about_date", day=short_day(entry.event, setting.words, with_hour=False))
    return _label_link(Link(label=label, url=sanitize_url(entry.links[0])), setting.labels)


def group_series(entries: Iterable[Entry]) -> tuple[tuple[Entry, ...], ...]:
    """The entries in their order, each with the later dates of its series that say the same.

    A series by its days.
    """
    groups: dict[object, list[Entry]] = {}
    for place, entry in enumerate(entries):
        groups.setdefault(_build_series_key(entry) or place, []).append(entry)
    return tuple(tuple(sorted(group, key=_day)) for group in groups.values())


def _build_series_key(entry: Entry) -> object:
    """What all dates of an item have in common; None for what is no date of a series."""
    series, event = series_of(entry), entry.event
    if series is None or event is None or event.starts is None:
        return None
    title = " ".join(entry.title.casefold().split())
    return (
        series,
        title,
        entry.note.strip(),
        entry.summary.strip(),
        entry.flags,
        event.place,
        event.zone,
    )


def _day(entry: Entry) -> str:
    """Sorts by day and hour; days of one item are in one zone."""
    starts = entry.event.starts if entry.event else None
    return starts.strftime("%Y%m%d%H%M") if isinstance(starts, date | datetime) else ""
