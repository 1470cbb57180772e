"""How the page is built: what mail programs and screen readers need around the words.

Each rule is one line of the advice that the Email Markup Consortium, Good Email Code and the makers
of mail programs give in common. The templates keep all of them; a workspace with templates of its
own may not.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from typing import cast

from lxml.etree import XPath, _Element

from newsletter.checks.mail_outline import comments, visible_children
from newsletter.checks.parsed_mail import PADDING, ParsedMail, hides, text_of
from newsletter.checks.rules import Violation, rule
from newsletter.model import Severity

CHARSET = re.compile(rb"charset=[\"']?utf-8", re.IGNORECASE)
LOCKED = re.compile(
    r"user-scalable\s*=\s*(?:no|0)|maximum-scale\s*=\s*1(?:\.0*)?\s*(?:,|$)", re.IGNORECASE
)
METAS = (
    "color-scheme",
    "supported-color-schemes",
    "format-detection",
    "x-apple-disable-message-reformatting",
)
IDS = XPath("descendant-or-self::*/@id", smart_strings=False)
ACTING = XPath("descendant-or-self::*[@*[starts-with(name(), 'on')]]")
GHOST_TABLE = re.compile(r"<table[^>]*(?:width=[\"']?[567]\d\d\b|width:\s*[567]\d\dpx)")
OUTLOOK_BUTTON = re.compile(r"mso-padding-alt|v:roundrect|mso-text-raise")
FEWEST_CHARACTERS = 200
TEMPLATE = "Mend it in templates/, where the page begins."


@rule(
    "html-empty",
    Severity.ERROR,
    why="A mail without words in its HTML part shows an empty page.",
    remedy="Render the issue again; look at the template when it stays empty.",
)
def html_empty(proof: ParsedMail) -> Iterator[Violation]:
    """The HTML part has no words."""
    if not proof.words:
        yield Violation("html", "The HTML part is empty.")


@rule(
    "html-little-text",
    Severity.WARNING,
    why=(
        "A page of pictures with hardly a word says nothing until they are loaded, and looks like"
        " spam."
    ),
    remedy="Say in words what the pictures say.",
)
def html_little_text(proof: ParsedMail) -> Iterator[Violation]:
    """The page has words, but fewer than 200 characters."""
    if 0 < len(proof.words) < FEWEST_CHARACTERS:
        yield Violation("html", f"The page has {len(proof.words)} characters of text.")


@rule(
    "html-cut-off",
    Severity.WARNING,
    why=(
        "A page that does not end with </html> was mostly cut: by a full disk, or by a template"
        " that stopped midway."
    ),
    remedy="Render the issue again; look at the end of the template when it stays so.",
)
def html_cut_off(proof: ParsedMail) -> Iterator[Violation]:
    """The page does not end with its closing tag."""
    if not proof.context.html[-200:].rstrip().lower().endswith("</html>"):
        yield Violation("html", "The page does not end with </html>.")


@rule(
    "doctype-missing",
    Severity.WARNING,
    why="Without <!doctype html> mail programs fall back to the layout rules of 1998.",
    remedy=TEMPLATE,
)
def doctype_missing(proof: ParsedMail) -> Iterator[Violation]:
    """The page does not begin with the HTML5 doctype."""
    if not re.match(r"\s*<!doctype html>", proof.context.html, re.IGNORECASE):
        yield Violation("html", "The page does not begin with <!doctype html>.")


@rule(
    "language-missing",
    Severity.WARNING,
    why=(
        "Screen readers choose the voice by lang, and dir turns a page for Arabic or Hebrew; Gmail"
        " drops those of <html>."
    ),
    remedy="Set lang and dir on <html>, and on every visible child of <body>.",
)
def language_missing(proof: ParsedMail) -> Iterator[Violation]:
    """The page, or a visible child of the body, does not say its language and direction."""
    for element in (proof.page, *visible_children(proof)):
        missing = [name for name in ("lang", "dir") if not element.get(name)]
        if missing:
            yield Violation("html", f"<{element.tag}> has no {' and no '.join(missing)}.")
            return


@rule(
    "charset-late",
    Severity.WARNING,
    why="A program that meets the charset late has read names with accents wrong by then.",
    remedy=TEMPLATE,
)
def charset_late(proof: ParsedMail) -> Iterator[Violation]:
    """The page does not say within its first 1,024 bytes that it is UTF-8."""
    if not CHARSET.search(proof.context.html[:1024].encode()[:1024]):
        yield Violation("html", "The first 1,024 bytes do not say charset=utf-8.")


@rule(
    "viewport-locked",
    Severity.WARNING,
    why="Readers with weak eyes enlarge the page with two fingers; it must let them.",
    remedy=(
        'Write <meta name="viewport" content="width=device-width, initial-scale=1"> and nothing'
        " more."
    ),
)
def viewport_locked(proof: ParsedMail) -> Iterator[Violation]:
    """There is no viewport, or one that forbids to zoom."""
    content = proof.metas.get("viewport")
    if content is None:
        yield Violation(
            "html", "The page has no viewport: phones show it as small as a computer's."
        )
    elif LOCKED.search(content):
        yield Violation("html", "The viewport forbids readers to zoom.")


@rule(
    "title-missing",
    Severity.WARNING,
    why="Screen readers read the title first; browsers show it on the tab.",
    remedy=TEMPLATE,
)
def title_missing(proof: ParsedMail) -> Iterator[Violation]:
    """The page has no title."""
    if not (proof.page.findtext(".//title") or "").strip():
        yield Violation("html", "The page has no <title>.")


@rule(
    "meta-missing",
    Severity.WARNING,
    why=(
        "These keep iPhones from turning dates into links and from shrinking text, and tell Apple"
        " Mail that dark mode is taken care of."
    ),
    remedy=TEMPLATE,
)
def meta_missing(proof: ParsedMail) -> Iterator[Violation]:
    """One of the metas that mail programs look for is not there."""
    missing = [name for name in METAS if name not in proof.metas]
    if missing:
        yield Violation("html", f"The head has no meta {', '.join(missing)}.")


@rule(
    "outlook-scale-missing",
    Severity.WARNING,
    why=(
        "Outlook on a Windows machine set to 120 or 150 % tears pictures and columns apart"
        " without it."
    ),
    remedy="Keep the <!--[if mso]> block with PixelsPerInch 96 in the head.",
)
def outlook_scale_missing(proof: ParsedMail) -> Iterator[Violation]:
    """The block that fixes Outlook's scale is not there."""
    if "PixelsPerInch" not in comments(proof):
        yield Violation("html", "The head has no PixelsPerInch block for Outlook.")


@rule(
    "outlook-width-missing",
    Severity.WARNING,
    why=(
        "Outlook for Windows knows no max-width: without a table of fixed width the text runs over"
        " the whole screen."
    ),
    remedy="Put the page into a table of 500 to 700 px, between <!--[if mso]> and <![endif]-->.",
)
def outlook_width_missing(proof: ParsedMail) -> Iterator[Violation]:
    """No table holds the page to a readable width in Outlook."""
    ghost = GHOST_TABLE.search(comments(proof))
    widths = (each.get("width") or "" for each in proof.body.iter("table"))
    if not ghost and not any(width.isdigit() and 500 <= int(width) <= 700 for width in widths):
        yield Violation("html", "No table of 500 to 700 px holds the page in Outlook.")


@rule(
    "article-missing",
    Severity.WARNING,
    why="Screen readers announce role=article with its label: this is where the letter begins.",
    remedy=(
        "Put the page into one element with role=article, aria-roledescription=email and an"
        " aria-label."
    ),
)
def article_missing(proof: ParsedMail) -> Iterator[Violation]:
    """No element is the labelled article of the mail."""
    articles = (each for each in proof.elements if each.get("role") == "article")
    if not any(each.get("aria-label") and each.get("aria-roledescription") for each in articles):
        yield Violation(
            "html", "No element has role=article with aria-roledescription and aria-label."
        )


@rule(
    "preheader-misplaced",
    Severity.WARNING,
    why=(
        "The inbox shows the first words of the page: they must be the preheader, and hidden in the"
        " page itself."
    ),
    remedy=(
        "Keep the hidden preheader as the first element of the body, filled up with"
        " &#8199;&#65279;&#847;."
    ),
)
def preheader_misplaced(proof: ParsedMail) -> Iterator[Violation]:
    """The body does not begin with the hidden preheader, or the letter's words run into it."""
    first = next((each for each in proof.elements[1:] if text_of(each).strip()), None)
    if first is None:
        return
    words = text_of(first)
    if not hides(first.get("style") or ""):
        yield Violation("html", "The body does not begin with a hidden preheader.")
    elif " ".join(PADDING.sub("", words).split()) != " ".join(proof.context.preheader.split()):
        yield Violation("html", "The hidden text at the beginning is not the preheader.")
    elif sum(map(len, PADDING.findall(words))) < 20:
        yield Violation(
            "html", "The preheader is not filled up: the inbox shows words of the letter behind it."
        )


@rule(
    "layout-table-speaks",
    Severity.WARNING,
    why=(
        "A screen reader reads a table cell by cell, with rows and columns, unless it is told that"
        " it is mere layout."
    ),
    remedy=(
        'Write role="presentation" border="0" cellpadding="0" cellspacing="0" on every table that'
        " only places things."
    ),
)
def layout_table_speaks(proof: ParsedMail) -> Iterator[Violation]:
    """A table without headings is not marked as layout, or leaves its gaps to the mail program."""
    tables = [each for each in proof.body.iter("table") if each.find(".//th") is None]
    loud = sum(each.get("role") not in {"presentation", "none"} for each in tables)
    gaps = sum(
        any(each.get(name) != "0" for name in ("border", "cellpadding", "cellspacing"))
        for each in tables
    )
    if loud:
        yield Violation("html", f'{loud} of {len(tables)} tables have no role="presentation".')
    if gaps:
        yield Violation(
            "html",
            f"{gaps} of {len(tables)} tables do not set border, cellpadding and cellspacing to 0.",
        )


@rule(
    "headings-out-of-order",
    Severity.WARNING,
    why=(
        "Readers who cannot see the page move through it by its headings, as through a table of"
        " contents."
    ),
    remedy="Use one h1 for the title, h2 for sections, h3 for entries, and skip none.",
)
def headings_out_of_order(proof: ParsedMail) -> Iterator[Violation]:
    """There is not exactly one h1, or a level is skipped."""
    levels = [int(str(each.tag)[1]) for each in proof.body.iter("h1", "h2", "h3", "h4", "h5", "h6")]
    if levels.count(1) != 1:
        yield Violation("html", f"The page has {levels.count(1)} headings h1 instead of one.")
    skipped = next(
        ((above, below) for above, below in pairwise([0, *levels]) if below - above > 1), None
    )
    if skipped and levels.count(1):
        yield Violation(
            "html",
            f"A heading h{skipped[1]} follows {f'h{skipped[0]}' if skipped[0] else 'no other'}.",
        )


@rule(
    "button-role",
    Severity.WARNING,
    why="A link that calls itself a button does not do what the keyboard expects of one.",
    remedy="Leave role=button out: it is a link, however it looks.",
)
def button_role(proof: ParsedMail) -> Iterator[Violation]:
    """A link has role=button."""
    if any(each.get("role") == "button" for each in proof.body.iter("a")):
        yield Violation("html", "A link has role=button.")


@rule(
    "button-flat-in-outlook",
    Severity.WARNING,
    why=(
        "Outlook for Windows ignores the padding of a link: its button shrinks to a strip behind"
        " the words."
    ),
    remedy=(
        "Give the cell around the button mso-padding-alt, or draw it with v:roundrect for Outlook."
    ),
)
def button_flat_in_outlook(proof: ParsedMail) -> Iterator[Violation]:
    """A link is drawn as a button, and nothing draws it for Outlook."""
    if OUTLOOK_BUTTON.search(proof.context.html):
        return
    for element in proof.body.iter("a"):
        style = element.get("style") or ""
        if "inline-block" in style and "padding" in style:
            yield Violation(
                "html",
                f"The button “{' '.join(text_of(element).split())}” has no padding in Outlook.",
            )
            return


@rule(
    "id-twice",
    Severity.WARNING,
    why="A link or label that names an id finds only the first one.",
    remedy="Give each element an id of its own.",
)
def id_twice(proof: ParsedMail) -> Iterator[Violation]:
    """Two elements have the same id."""
    counts = Counter(cast("list[str]", IDS(proof.body)))
    twice = sorted(name for name, count in counts.items() if name and count > 1)
    if twice:
        yield Violation("html", f"The id {', '.join(twice)} is given twice.")


@rule(
    "html-active-content",
    Severity.ERROR,
    why="Code in a mail is taken for an attack; a page that reloads or forwards itself too.",
    remedy="Take the attribute or meta out of the template or the text.",
)
def html_active_content(proof: ParsedMail) -> Iterator[Violation]:
    """An element carries code in an on… attribute, or a meta acts as a header."""
    elements = cast("list[_Element]", ACTING(proof.page))
    names = {str(name) for each in elements for name in each.attrib if str(name).startswith("on")}
    if names:
        yield Violation("html", f"An element has the attribute {', '.join(sorted(names))}.")
    acting = {(each.get("http-equiv") or "").lower() for each in proof.page.iter("meta")}
    if acting & {"refresh", "set-cookie", "content-security-policy"}:
        yield Violation("html", "A meta http-equiv acts on the page.")


@rule(
    "view-online-missing",
    Severity.WARNING,
    why="Where a mail program breaks the page, readers need the way to the one on the web.",
    remedy="Keep the link to the online version at the top of both parts.",
)
def view_online_missing(proof: ParsedMail) -> Iterator[Violation]:
    """There is a public page, and the mail does not lead to the issue on it."""
    public = proof.settings.public
    if (
        public
        and public.url
        and not any(each.href.startswith(public.url) for each in proof.anchors)
    ):
        yield Violation("html", f"The HTML part has no link to the issue on {public.url}.")
