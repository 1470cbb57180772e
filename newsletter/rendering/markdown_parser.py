"""The reader of editors' Markdown, made once and whole: whoever imports it waits until it is.

mdurl, below markdown-it, fills its tables of characters when it first needs them, in sight of every
other thread: one that comes meanwhile stumbles over half a table. Python lets one thread alone run
a module for the first time.
"""

from __future__ import annotations

from markdown_it import MarkdownIt

from newsletter.rendering.links import OWN_PICTURE, sanitize_url


def _build_parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "linkify": False, "breaks": False})
    parser.disable(["code", "fence", "html_block", "html_inline"])
    # the documented way to set it
    parser.validateLink = lambda url: bool(sanitize_url(url) or OWN_PICTURE.fullmatch(url))  # type: ignore[method-assign]
    parser.normalizeLink("https://example.org/")
    parser.normalizeLinkText("https://example.org/")
    return parser


PARSER = _build_parser()
