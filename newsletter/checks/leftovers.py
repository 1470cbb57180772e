"""What must not be left in a mail.

Marks that nobody filled in, and places that an editor meant to come back to.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import chain

from newsletter.checks.mail_elements import Passage
from newsletter.checks.parsed_mail import ParsedMail
from newsletter.checks.rules import Violation, rule
from newsletter.model import Severity

_JINJA = r"\{\{(?=[\s-])|(?<![}^_$\\A-Za-z])\{\{|\{[%#]"
"""Jinja's marks. `\\frac{a}{{b}}` and `x^{{2}}` are formulas of a title."""

_SERVICES = r"\*\|\w+\|\*|<%|%%\w+%%|\$\{\w+\}"
"""The marks of the usual mail services."""

_NAMES = r"\{(?!name\})(?i:(?:\w+[ _.-])?(?:name|nombre|e-?mail))\}"
"""`{First Name}`, as other programs ask for it."""

WRITTEN_MARK = re.compile(f"{_JINJA}|{_SERVICES}|{_NAMES}")
"""What must not stand in a text of the issue, where `{name}` asks for the reader's name."""

TEMPLATE_MARK = re.compile(
    rf"""
          {_JINJA} | {_SERVICES} | %7[Bb](?:%7[Bb]|%25|\w+%7[Dd])
        | \{{(?:\w+_)?(?:[Nn]ame|NAME|title|link|url|date)\}}
    """,
    re.VERBOSE,
)
"""What must not stand in the mail, also percent-encoded in a link."""

EMPTY_VALUE = re.compile(
    r"""
        (?:^|[:(]\s*|\b(?:Dear|Hello|Hi)\s+)(?:None|undefined|null|NaN|nan|\[object\ Object\])
        \s*(?=$|[,.!);])
    """,
    re.VERBOSE,
)
"""A value that was not there, where a value stands: alone, behind a colon, in a greeting. Not the
word in a sentence."""

UNFINISHED = re.compile(
    r"""
          \bTODO\b | \b(?i:to[- ]do): | \bFIXME\b | \bXXX+\b
        | \bTK(?:TK)*\b(?![ -](?:inhibit|activ|gene|domain|recept|1|2)) | \b(?i:lorem)\b
        | \bipsum\ dolor\b | \?\?\? | \bPENDIENTE\b | \bPOR\ (?:HACER|COMPLETAR)\b
        | (?<!siglo\ )(?<!46,)\bXX\b(?![/’'-])(?!\ (?:chromosom|century))
        | \[(?i:insert|placeholder|your|add|fill|insertar|añadir|completar)\b[^\]]*\](?!\()
        | \[(?i:
              (?:first\ )?name | date | link | url | title | number | amount | photo | picture
            | image | tb[adc] | nombre | fecha | enlace | foto
          )\](?!\()
    """,
    re.VERBOSE,
)
UNFINISHED_TITLE = re.compile(r"\bTODO\b|\bFIXME\b|\bTKTK\b|\b[Ll]orem ipsum\b")
"""In titles of sources, where TK is thymidine kinase."""
_UNFINISHED_TITLE_SIGNS = ("TODO", "FIXME", "TKTK", "orem ipsum")


_SIGNS = {"{": ("{",), "|": ("*|",), "%": ("<%", "%%", "%7B", "%7b")}
"""A character and what it is a part of: one of these stands in every mark. To look for one
character costs the least."""
_UNFINISHED_SIGNS = (
    *(
        "todo",
        "to do",
        "to-do",
        "fixme",
        "xx",
        "tk",
        "lorem",
        "ipsum",
        "???",
        "pendiente",
        "por hacer",
        "por completar",
    ),
    *(
        "[insert",
        "[placeholder",
        "[your",
        "[add",
        "[fill",
        "[añadir",
        "[completar",
        "[first name",
        "[name",
        "[nombre",
    ),
    *(
        "[date",
        "[fecha",
        "[link",
        "[enlace",
        "[url",
        "[title",
        "[number",
        "[amount",
        "[photo",
        "[foto",
        "[picture",
    ),
    *("[image", "[tb"),
)
_MISSING = ("None", "undefined", "null", "NaN", "nan", "[object Object]")


def around(text: str, found: re.Match[str]) -> str:
    """A few words on both sides of what was found, on one line, in quotes."""
    start, end = max(found.start() - 20, 0), found.end() + 20
    before, after = text[start : found.start()], text[found.end() : end]
    if start:  # no half words
        before = f"… {before.partition(' ')[2]}" if " " in before else f"…{before}"
    if end < len(text):
        after = f"{after.rpartition(' ')[0]} …" if " " in after else f"{after}…"
    return f"“{' '.join((before + found[0] + after).split())}”"


@rule(
    "unrendered-mark",
    Severity.ERROR,
    why="Readers would see the machinery, or a link would lead nowhere.",
    remedy="Mend the template, or the text that was meant to be filled in; then render again.",
)
def unrendered_mark(proof: ParsedMail) -> Iterator[Violation]:
    """A template mark is left in what readers get.

    Where a text of the issue brings it in, that is the place.
    """
    titles = (Passage(entry.key, f"{entry.title}\n{entry.summary}") for entry in proof.all_entries)
    written = tuple(_find_marks((*proof.head_words, *proof.own_words, *titles), WRITTEN_MARK))
    whole = (
        Passage("html", _without_styles(proof.context.html)),
        Passage("text", proof.context.text),
    )
    yield from written or _find_marks((*proof.head_words, *whole), TEMPLATE_MARK)


def _find_marks(passages: Iterable[Passage], pattern: re.Pattern[str]) -> Iterator[Violation]:
    for passage in passages:
        if _may_be_marked(passage.text) and (found := pattern.search(passage.text)):
            yield Violation(
                passage.where, f"A template mark was left: {around(passage.text, found)}."
            )


def _may_be_marked(text: str) -> bool:
    return any(
        sign in text for character, signs in _SIGNS.items() if character in text for sign in signs
    )


def _without_styles(html: str) -> str:
    """HTML without comments and styles, where braces are the language's own.

    A mark is one also as rendering writes it.
    """
    return _STYLES.sub(" ", html).replace("&#123;", "{").replace("&#42;", "*").replace("&#37;", "%")


_STYLES = re.compile(r"<(?:style\b.*?</style>|!--.*?-->)", re.DOTALL | re.IGNORECASE)


@rule(
    "empty-value",
    Severity.ERROR,
    why="“None” or “undefined” stands where a value was missing.",
    remedy="Fill the value in, or mend the template so that it leaves the line out.",
)
def empty_value(proof: ParsedMail) -> Iterator[Violation]:
    """A missing value was printed as a word of the programming language."""
    if not _may_be_missing(proof):
        return
    sources = " ".join(
        chain.from_iterable((each.title, each.summary, each.note) for each in proof.all_entries)
    )
    for node in proof.nodes:
        if (found := EMPTY_VALUE.search(node)) and (node == found[0] or node not in sources):
            yield Violation("html", f"A missing value was printed: {around(node, found)}.")
            break
    for passage in (
        *proof.head_words,
        *(Passage("text", line.strip()) for line in proof.text_lines),
    ):
        found = EMPTY_VALUE.search(passage.text)
        if found and passage.text not in sources:
            yield Violation(
                passage.where, f"A missing value was printed: {around(passage.text, found)}."
            )
            break


def _may_be_missing(proof: ParsedMail) -> bool:
    everywhere = (proof.words, proof.context.text, *(passage.text for passage in proof.head_words))
    return any(word in text for word in _MISSING for text in everywhere)


@rule(
    "unfinished-text",
    Severity.ERROR,
    why="A place that was meant to be finished would go out as it is.",
    remedy="Finish the text, or delete the mark.",
)
def unfinished_text(proof: ParsedMail) -> Iterator[Violation]:
    """TK, TODO, lorem ipsum or a bracket to be filled in is left in words of the editor."""
    for passage in (
        (*proof.head_words, *proof.own_words) if proof.may_say(_UNFINISHED_SIGNS) else ()
    ):
        lower = passage.text.lower()
        if not any(sign in lower for sign in _UNFINISHED_SIGNS):
            continue
        explained = {"TK"} if "(TK)" in passage.text else set()  # thymidine kinase
        if found := next(
            (each for each in UNFINISHED.finditer(passage.text) if each[0] not in explained), None
        ):
            yield Violation(passage.where, f"Unfinished: {around(passage.text, found)}.")
    for entry in proof.all_entries:
        may_be = any(sign in entry.title for sign in _UNFINISHED_TITLE_SIGNS)
        if may_be and (found := UNFINISHED_TITLE.search(entry.title)):
            yield Violation(entry.key, f"Unfinished title: {around(entry.title, found)}.")
