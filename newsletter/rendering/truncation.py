"""How much of each text is printed.

Mail programs cut a message that is too long, so we shorten it ourselves first.
"""

from __future__ import annotations

from dataclasses import dataclass

from newsletter.rendering.markdown_html import Marker, Prose, plain_prose, prose, words_only
from newsletter.rendering.text_layout import beginning


@dataclass(frozen=True, slots=True, kw_only=True)
class TextLimits:
    """How long the texts of an entry may be."""

    summary_words: int = 60
    note_words: int | None = None  # None: as the editor wrote it
    title_characters: int | None = None
    authors: int = 3
    brief: bool = False  # of trials, events and calls only what decides whether to read on


FULL = TextLimits()
"""What a mail has room for."""
WHOLE = TextLimits(summary_words=100_000, authors=12)
"""What a page has room for."""
TIGHTER = (
    TextLimits(summary_words=30),
    TextLimits(summary_words=30, note_words=60),
    TextLimits(summary_words=0, note_words=35),
    TextLimits(summary_words=0, note_words=15, authors=1),
    TextLimits(summary_words=0, note_words=0, authors=1, title_characters=160),
    TextLimits(summary_words=0, note_words=0, authors=0, title_characters=90, brief=True),
)
"""What is tried in turn when an issue is too long."""


def fit_note(
    markdown: str,
    fit: TextLimits,
    *,
    heading: int,
    image_hosts: tuple[str, ...],
    picture_base: str | None = None,
    marker: Marker | None,
) -> Prose:
    """The editor's note, its first paragraphs, or the beginning of its first one."""
    limit = fit.note_words
    if limit is None or len(markdown.split()) <= limit:
        return prose(
            markdown,
            heading=heading,
            image_hosts=image_hosts,
            picture_base=picture_base,
            marker=marker,
        )
    kept: list[str] = []
    for paragraph in markdown.split("\n\n"):
        if len(" ".join([*kept, paragraph]).split()) > limit:
            break
        kept.append(paragraph)
    if kept:
        shorter = "\n\n".join(kept)
        return prose(
            shorter,
            heading=heading,
            image_hosts=image_hosts,
            picture_base=picture_base,
            marker=marker,
        )
    return plain_prose(beginning(words_only(markdown), limit), marker)


def fit_title(title: str, fit: TextLimits) -> str:
    """The title, cut behind a word where it must be."""
    limit = fit.title_characters
    if limit is None or len(title) <= limit:
        return title
    return (title[:limit].rpartition(" ")[0] or title[:limit]) + " …"
