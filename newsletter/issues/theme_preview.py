"""An issue in another dress.

How it would look in colours, letters and words that are not saved yet.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from newsletter import config, rendering
from newsletter.config import Settings
from newsletter.issues import render, window
from newsletter.issues.store import issues_of
from newsletter.model import Dated, Entry, Ids, Issue, Section
from newsletter.rendering import palette
from newsletter.workspace import settings_editor
from newsletter.workspace.context import AppContext

MAY_BE_EMPTY = ("logo", "logo_alt", "footer")
MAX_ENTRIES = 3
"""Of each section: a look is to be there while one chooses a colour."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ThemePreview:
    """A mail, and what is to be said of how it can be read."""

    html: str
    said: tuple[str, ...]  # sentences
    is_good: bool


def preview_theme(
    context: AppContext, theme: Mapping[str, str], *, language: str = ""
) -> ThemePreview:
    """The issue being made, or a specimen, with these values of `[theme]`.

    One that is wrong is said, and left as it is.
    """
    wrong = settings_editor.find_mistakes("theme", theme)
    settings = context.workspace.settings
    known: dict[str, Any] = {
        name: value for name, value in theme.items() if name not in wrong and value
    }
    emptied: dict[str, Any] = {name: "" for name in MAY_BE_EMPTY if theme.get(name) == ""}
    dressed = replace(settings, theme=replace(settings.theme, **known | emptied))
    if language and not settings_editor.find_mistakes("newsletter", {"language": language}):
        dressed = replace(dressed, newsletter=replace(settings.newsletter, language=language))
    own = AppContext(replace(context.workspace, settings=dressed), context.now)
    issue = _issue(context, dressed)
    shown = rendering.remove_personal_parts(render.render_mail(own, issue), dressed)
    said = [f"{NAMES.get(name, name)}: this needs {expected}." for name, expected in wrong.items()]
    said += _faint(own, issue, shown.html, shown.text)
    said += [] if not dressed.theme.logo or dressed.theme.logo_alt else [LOGO_WITHOUT_WORDS]
    return ThemePreview(
        html=shown.html, said=(*said, *_of_colours(dressed.theme)), is_good=not said
    )


NAMES = {
    "accent": "Colour of headings and links",
    "background": "Colour around the letter",
    "logo": "Logo",
}
LOGO_WITHOUT_WORDS = (
    "Say what the logo says: many mail programs show no picture until they are asked."
)


def _issue(context: AppContext, settings: Settings) -> Issue:
    name = window.due_name(context)
    if not issues_of(context).exists(name):
        return _specimen(context, settings, name)
    issue = render.load_issue(context, name)
    parts = (replace(each, entries=each.entries[:MAX_ENTRIES]) for each in issue.sections)
    return replace(issue, sections=tuple(parts), coming_up=issue.coming_up[:MAX_ENTRIES])


SPECIMEN_LETTER = (
    "Dear friends,\n\nthis is how a letter of yours looks, with a"
    " [link](https://www.example.org) in it."
)


def _specimen(context: AppContext, settings: Settings, name: str) -> Issue:
    """An issue of nothing but examples, for a newsletter that has none yet."""
    day = context.now.astimezone(settings.newsletter.zone).date()
    return Issue(
        name=name,
        subject=settings.newsletter.title,
        send_on=day,
        since_at=None,
        until_at=context.now,
        letter=SPECIMEN_LETTER,
        sections=tuple(
            Section(
                name=each.name,
                title=each.title,
                entries=(_example(each.title, each.name, day - timedelta(days=n)),),
            )
            for n, each in enumerate(settings.sections[:MAX_ENTRIES], 2)
        ),
    )


def _example(title: str, name: str, day: date) -> Entry:
    url = f"https://www.example.org/{name}"
    return Entry(
        key=f"url:{url}",
        ids=Ids(url=url),
        title=f"An example of what stands under “{title}”",
        authors=("Example A", "Example B"),
        links=(url,),
        dated=Dated(day),
        summary="A few words that say what it is about, as you or its source wrote them.",
        section=name,
    )


def _faint(context: AppContext, issue: Issue, html: str, text: str) -> Iterator[str]:
    """What the check for contrast says of this mail."""
    from newsletter.checks import CheckContext, rules
    from newsletter.checks.parsed_mail import ParsedMail

    settings = context.workspace.settings
    proof = ParsedMail(
        CheckContext(
            issue=issue,
            html=html,
            text=text,
            subject="",
            preheader="",
            settings=settings,
            now=context.now,
        )
    )
    for rule in rules():
        if rule.group == "contrast":
            yield from (f"{each.message} {each.remedy}" for each in rule.findings(proof))


def _of_colours(theme: config.Theme) -> Iterator[str]:
    made = palette.palette(theme.accent, theme.background)
    on_paper = palette.contrast(theme.accent, made.card)
    if made.button == theme.accent.lower():
        yield (
            f"Headings, links and buttons can be read well: {on_paper:.1f} to 1 on white, and 4.5"
            " is needed."
        )
    else:
        yield (
            f"{theme.accent} is too pale for words on white ({on_paper:.1f} to 1, and 4.5 is"
            f" needed). The mail takes the nearest that can be read, {made.button}."
        )
    around = palette.contrast(made.foot, theme.background)
    yield (
        f"The small words at the end can be read on the colour around the letter: {around:.1f}"
        " to 1."
    )
