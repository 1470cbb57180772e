"""The editor's Markdown.

What rendering leaves out, or prints as it stands, because no mail may have it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from newsletter.checks.form import FORBIDDEN
from newsletter.checks.images import images
from newsletter.checks.links import SCHEMES, short, split
from newsletter.checks.parsed_mail import MARKDOWN_LINK, ParsedMail, upgrade_to_https
from newsletter.checks.rules import Violation, rule
from newsletter.model import Severity

TAG = re.compile(
    r"</?([a-z][a-z0-9]*)(?:\s+[a-z:-]+\s*=\s*(?:\"[^\"]*\"|'[^']*'|[^\s\"'<>]+))*\s*/?>",
    re.IGNORECASE,
)
BESIDE = "pictures/"
"""How the address of a picture begins that lies beside issue.toml."""
ORNAMENT = "ornament"
"""In the title of a picture: its words are left out on purpose."""
FORBIDDEN_TAG = re.compile(rf"<({'|'.join(sorted(FORBIDDEN))})\b", re.IGNORECASE)


@rule(
    "text-has-forbidden-html",
    Severity.ERROR,
    why=(
        "Scripts, forms and frames do not work in a mail; readers would see their code between the"
        " words."
    ),
    remedy="Delete it, and link to a page that has it.",
)
def text_has_forbidden_html(proof: ParsedMail) -> Iterator[Violation]:
    """A text of the editor's own holds a script, form, frame or other element no mail may have."""
    for where, tag in _tags(proof, FORBIDDEN_TAG):
        yield Violation(where, f"The text holds <{tag}>.")


@rule(
    "text-has-html",
    Severity.WARNING,
    why="Texts are Markdown: a tag is not obeyed, it is printed.",
    remedy="Write **bold**, *italic*, [words](https://…), and an empty line between paragraphs.",
)
def text_has_html(proof: ParsedMail) -> Iterator[Violation]:
    """A text of the editor's own holds an HTML tag."""
    for where, tag in _tags(proof, TAG):
        if tag not in FORBIDDEN:
            yield Violation(where, f"The text holds <{tag}>, which will be printed as it stands.")


def _tags(proof: ParsedMail, pattern: re.Pattern[str]) -> Iterator[tuple[str, str]]:
    """Place and name of the tags in the editor's texts, each once a text.

    An address in <…> is none.
    """
    for passage in proof.own_words:
        for tag in dict.fromkeys(found.lower() for found in pattern.findall(passage.text)):
            yield passage.where, tag


@rule(
    "text-link-broken",
    Severity.ERROR,
    why="A link that leads to no web page, mailbox or telephone is printed with its brackets.",
    remedy="Write the whole address, beginning with https://.",
)
def text_link_broken(proof: ParsedMail) -> Iterator[Violation]:
    """A link in the editor's own text is relative, or not of https, http, mailto or tel."""
    for passage in proof.own_words:
        for is_picture, words, href in MARKDOWN_LINK.findall(passage.text):
            parts = split(upgrade_to_https(href))
            if not is_picture and (parts is None or parts.scheme.lower() not in SCHEMES):
                yield Violation(
                    passage.where,
                    f"“{short(words)}” is to lead to “{short(href)}”, which is no whole address.",
                )


@rule(
    "text-picture-mute",
    Severity.WARNING,
    why="Who does not see the picture is told nothing, and many programs hide pictures at first.",
    remedy="Say between the brackets what it shows: ![Families on the walk](https://…).",
)
def text_picture_mute(proof: ParsedMail) -> Iterator[Violation]:
    """A picture in a text of the editor's own has no words between its brackets."""
    for where, words, href, title in _pictures(proof):
        if not words.strip() and ORNAMENT not in title.split():
            yield Violation(where, f"The picture {short(href)} has no alt text.")


@rule(
    "text-picture-left-out",
    Severity.WARNING,
    why=(
        "Pictures from other hosts tell these who opens the mail, so only the words of this one"
        " will be printed."
    ),
    remedy="Put it on the foundation's own site, or add its host to image_hosts under [theme].",
)
def text_picture_left_out(proof: ParsedMail) -> Iterator[Violation]:
    """A picture in the editor's own text is left out: its host is not one of the foundation's."""
    shown = {each.get("src") for each in images(proof)}
    for where, _, href, _ in _pictures(proof):
        if href.startswith(BESIDE):
            if not any(str(source).endswith(f"/{href}") for source in shown):
                yield Violation(
                    where,
                    f"The picture {short(href)} is left out: readers cannot fetch it.",
                    NO_PAGE,
                )
        elif upgrade_to_https(href) not in shown:
            yield Violation(where, f"The picture {short(href)} is left out.")


NO_PAGE = (
    "Pictures are fetched from your public page ([public] url, https). Without one, take the"
    " picture out."
)


@rule(
    "text-picture-missing",
    Severity.ERROR,
    why="Readers would see an empty frame in its place.",
    remedy=(
        "Put the file into the folder pictures beside issue.toml, or insert the picture again in"
        " the studio."
    ),
)
def text_picture_missing(proof: ParsedMail) -> Iterator[Violation]:
    """A picture that is to lie beside the issue is not there."""
    there = proof.context.pictures
    for where, _, href, _ in _pictures(proof):
        if there is not None and href.startswith(BESIDE) and href not in there:
            yield Violation(where, f"There is no file {short(href)}.")


def _pictures(proof: ParsedMail) -> Iterator[tuple[str, str, str, str]]:
    """Place, words, address and title of each picture in the editor's texts."""
    for passage in proof.own_words:
        for found in MARKDOWN_LINK.finditer(passage.text):
            if found[1]:
                title = re.search(r'"([^"]*)"\s*\)$', found[0])
                yield passage.where, found[2], found[3], title[1] if title else ""
