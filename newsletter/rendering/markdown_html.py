"""Editors' Markdown as HTML and as plain text.

No HTML of one's own, no bare address made a link, only https, mailto and tel; a picture only from
the foundation's own hosts or beside the issue (`pictures/…`), else its description stands there.
All headings become one level, so that an issue's outline skips none. Two short lines, as of a
signature, stay two lines. A paragraph that is nothing but a link in bold,
`**[Register](https://…)**`, becomes a button.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from markupsafe import Markup

from newsletter.formats.markup_text import one_line
from newsletter.rendering.links import OWN_PICTURE, host, sanitize_url
from newsletter.rendering.text_layout import COLUMNS, wrap_text

if TYPE_CHECKING:  # the library waits until there is something to read
    from markdown_it.token import Token
    from markdown_it.tree import SyntaxTreeNode

PICTURE_WIDTH = 576
"""Pixels of a picture whose title gives no other width: the column of text in a mail."""


@dataclass(frozen=True, slots=True)
class Prose:
    """The same words for both parts of a mail. False when there are none."""

    html: Markup = field(default_factory=Markup)
    text: str = ""

    def __bool__(self) -> bool:
        return bool(self.text)


SHORT_LINE = 40
"""Characters of a line that nobody breaks for want of room."""

Marker = Callable[[str], str]
"""Marks the words of a glossary in a piece of plain text."""


@dataclass(frozen=True, slots=True)
class ImagePolicy:
    """Where pictures may come from."""

    hosts: frozenset[str] = frozenset()
    base: str | None = (
        # the address before `pictures/…`; empty: beside the page; None: readers cannot reach it
        None
    )

    def address(self, source: str) -> str:
        """The address that readers fetch a picture from; empty when it is not to be shown."""
        if OWN_PICTURE.fullmatch(source):
            reached = self.base is not None and (not self.base or self.base.startswith("https:"))
            return f"{self.base}{source}" if reached else ""
        source = sanitize_url(source)
        return source if source.startswith("https:") and host(source) in self.hosts else ""


def prose(
    markdown: str,
    *,
    heading: int = 3,
    image_hosts: Iterable[str] = (),
    picture_base: str | None = None,
    marker: Marker | None = None,
) -> Prose:
    """Markdown as HTML with headings of level `heading`, and as text of 72 columns."""
    if not markdown.strip():
        return Prose()
    gallery = ImagePolicy(
        frozenset(name.removeprefix("www.") for name in image_hosts), picture_base
    )
    if marker:
        return _prose(markdown, heading, gallery, marker)
    return _render_unmarked_prose(markdown, heading, gallery)


@lru_cache(maxsize=1024)
def _render_unmarked_prose(markdown: str, heading: int, gallery: ImagePolicy) -> Prose:
    return _prose(markdown, heading, gallery, None)


def _prose(markdown: str, heading: int, gallery: ImagePolicy, marker: Marker | None) -> Prose:
    from markdown_it.tree import SyntaxTreeNode

    from newsletter.rendering.markdown_parser import PARSER

    tokens = PARSER.parse(markdown)
    _prepare(tokens, heading, gallery, marker)
    # rendered with html off
    html = Markup(PARSER.renderer.render(tokens, PARSER.options, {}).strip())  # noqa: S704
    return Prose(html, _TextWriter().blocks(SyntaxTreeNode(tokens)).strip("\n"))


def button(label: str, url: str) -> Markup:
    """A button that Outlook for Windows draws too.

    There the cell has the padding (`mso-padding-alt`), elsewhere the link.
    """
    return Markup(
        '<table class="act" role="presentation" border="0" cellpadding="0" cellspacing="0"><tr>'
        '<td class="button"><a href="{}">{}</a></td></tr></table>'
    ).format(url, label)


def _prepare(
    tokens: list[Token], heading: int, gallery: ImagePolicy, marker: Marker | None
) -> None:
    """What must differ from plain Markdown, done on the tokens, so that HTML and text agree."""
    for place, token in enumerate(tokens):
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{heading}"
        elif token.type == "inline":
            token.children = _inline(token.children or [], gallery, marker)
            if _is_button(token.children) and place and tokens[place - 1].type == "paragraph_open":
                _make_button(tokens, place)


def _inline(children: list[Token], gallery: ImagePolicy, marker: Marker | None) -> list[Token]:
    _keep_short_lines(children)
    inside_link = False
    for child in children:
        if child.type in {"link_open", "link_close"}:
            inside_link = child.type == "link_open"
        if child.type == "link_open":
            href = str(child.attrs["href"])
            child.attrs = {"href": sanitize_url(href) or gallery.address(href) or "#"}
        elif child.type == "image":
            _prepare_picture(child, gallery)
        elif child.type == "text" and marker and not inside_link:
            child.content = marker(child.content)
    return children


def _keep_short_lines(children: list[Token]) -> None:
    """Two short lines stay two, as a greeting or a signature is written.

    Lines that an editor filled flow together.
    """
    lines: list[list[Token]] = [[]]
    for child in children:
        if child.type in {"softbreak", "hardbreak"}:
            lines.append([])
        lines[-1].append(child)
    are_short = [
        sum(len(each.content) for each in line) <= SHORT_LINE and not _links(line) for line in lines
    ]
    for line, is_short, was_short in zip(lines[1:], are_short[1:], are_short, strict=False):
        if is_short and was_short and line[0].type == "softbreak":
            line[0].type, line[0].tag = "hardbreak", "br"


def _links(line: list[Token]) -> bool:
    """A link or picture takes more room where it is written than where it is read."""
    return any(child.type in {"link_open", "image"} for child in line)


def _prepare_picture(token: Token, gallery: ImagePolicy) -> None:
    source = gallery.address(str(token.attrs["src"]))
    if not source:
        token.type, token.children = "text", None  # its description stays
        return
    written = next(
        (word for word in str(token.attrs.get("title", "")).split() if word.isdecimal()), "0"
    )
    width = int(written) if 0 < int(written) <= PICTURE_WIDTH else PICTURE_WIDTH
    token.attrs = {
        "src": source,
        "alt": "",
        "width": str(width),
    }  # the renderer fills alt from the children


def _is_button(children: list[Token]) -> bool:
    return [child.type for child in children if child.type != "text" or child.content] == [
        "strong_open",
        "link_open",
        "text",
        "link_close",
        "strong_close",
    ]


def _make_button(tokens: list[Token], place: int) -> None:
    from markdown_it.token import Token

    children = tokens[place].children or []
    label = "".join(child.content for child in children if child.type == "text")
    url = next(str(child.attrs["href"]) for child in children if child.type == "link_open")
    opening, inline, closing = tokens[place - 1 : place + 2]
    opening.hidden = closing.hidden = True  # no paragraph around a table
    drawn = Token(
        "html_inline", "", 0, content=str(button(label, url)), meta={"label": label, "url": url}
    )
    inline.children = [drawn]


class _TextWriter:
    """Writes a tree of Markdown as plain text."""

    def blocks(self, node: SyntaxTreeNode, columns: int = COLUMNS) -> str:
        parts = [self.block(child, columns) for child in node.children]
        return "\n\n".join(part for part in parts if part)

    def block(self, node: SyntaxTreeNode, columns: int) -> str:
        match node.type:
            case "paragraph" | "heading":
                return self.paragraph(node, columns)
            case "bullet_list" | "ordered_list":
                return self.listing(node, columns)
            case "blockquote":
                return _indent_lines(self.blocks(node, columns - 2), "> ", "> ")
            case _:  # a rule between parts: code and HTML are turned off
                return "* * *"

    def listing(self, node: SyntaxTreeNode, columns: int) -> str:
        first = int(str(node.attrs.get("start", 1)))
        marks = [
            f"{first + n}. " if node.type == "ordered_list" else "- "
            for n in range(len(node.children))
        ]
        items = zip(marks, node.children, strict=True)
        written = (
            _indent_lines(self.blocks(item, columns - len(mark)), mark, " " * len(mark))
            for mark, item in items
        )
        return "\n".join(written)

    def paragraph(self, node: SyntaxTreeNode, columns: int) -> str:
        """The words, then each link as a label and the address alone on its line."""
        links: list[tuple[str, str]] = []
        words = "".join(self.inline(child, links) for child in node.children).strip()
        if [label for label, _ in links] == [words]:
            label, url = links[0]
            return wrap_text(f"{label}:", columns=columns) + f"\n{url}" if label != url else url
        lines = [wrap_text(words, columns=columns)]
        for label, url in dict.fromkeys(links):
            if label != url:
                lines.append(wrap_text(f"{label}:", columns=columns))
            lines.append(url)
        return "\n".join(lines)

    def inline(self, node: SyntaxTreeNode, links: list[tuple[str, str]]) -> str:
        match node.type:
            case "softbreak":
                return " "
            case "hardbreak":
                return "\n"
            case "image":
                shown = (
                    "".join(self.inline(child, links) for child in node.children) or node.content
                )
                return f"[{shown}]" if shown else ""
            case "html_inline":
                links.append((node.meta["label"], node.meta["url"]))
                return str(node.meta["label"])
            case "link":
                label = one_line("".join(self.inline(child, links) for child in node.children))
                url = str(node.attrs["href"])
                shown = re.sub(r"^mailto:|^tel:", "", url)
                if shown != label:
                    links.append((label, shown))
                return label
            case _ if node.children:
                return "".join(self.inline(child, links) for child in node.children)
            case _:
                return node.content


def _indent_lines(text: str, first: str, rest: str) -> str:
    lines = enumerate(text.split("\n"))
    return "\n".join(((first if n == 0 else rest) + line).rstrip() for n, line in lines)


def plain_prose(text: str, marker: Marker | None = None) -> Prose:
    """Words of a source, which are never Markdown, in both forms."""
    words = marker(text) if marker else text
    return Prose(Markup("<p>{}</p>").format(words), wrap_text(words)) if words else Prose()


def words_only(markdown: str) -> str:
    """The words of Markdown in one line, without its addresses."""
    from newsletter.rendering.markdown_parser import PARSER

    blocks = (token for token in PARSER.parse(markdown) if token.type == "inline")
    return one_line(" ".join(_spoken(token.children or []) for token in blocks))


def _spoken(children: list[Token]) -> str:
    return "".join(
        " " if child.type in {"softbreak", "hardbreak"} else child.content for child in children
    )
