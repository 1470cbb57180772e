"""A title as a reader may see it: one line of plain text.

Markup becomes text, XML escapes are undone once, ALL CAPITALS become a sentence, the brackets
around a translated title and a final full stop go. What could be meant, such as `p <0.05` or `the
<blink> tag`, stays.
"""

from __future__ import annotations

import html
import re

from newsletter.formats.markup_text import one_line

LONGEST = 1000  # characters; the longest true title among 1,500 feed entries has 390
FORMATTING = (
    r"i|em|italic|b|strong|bold|u|sub|sup|inf|sc|scp|small|tt|span|font|jats:[a-z-]+|mml:[a-z]+"
)
ELEMENTS = (
    FORMATTING
    + r"""
    # of HTML
    | a | abbr | acronym | address | article | big | blockquote | body | br | caption | center
    | cite | code | dd | del | dfn | div | dl | dt | figure | figcaption | footer | h[1-6]
    | header | hr | html | img | input | ins | kbd | label | li | main | mark | nav | ol | p
    | pre | q | s | samp | section | strike | table | tbody | td | tfoot | th | thead | time
    | tr | ul | var | wbr
    # of SVG, MathML and JATS
    | svg | math | m(?:i|n|o|row|sub|sup|subsup|text|frac|style)
    | title | inline-formula | named-content | xref
    # what no title should hold
    | meta | link | embed | frame | frameset | blink | applet | base | button | form | head
    | iframe | noscript | object | script | style | select | textarea
"""
)
TAG = re.compile(rf"</?(?:{ELEMENTS})(?:\s[^<>]*)?/?>|<![a-z][^<>]*>", re.IGNORECASE | re.VERBOSE)
BREAK = re.compile(r"<(?:br|p|/p|div|/div|li|tr|td|h[1-6]|hr)(?:\s[^<>]*)?/?>", re.IGNORECASE)
PAIR = re.compile(rf"<({FORMATTING})(?:\s[^<>]*)?>([^<>]*)</\1\s*>", re.IGNORECASE)
UNSEEN = re.compile(
    r"<!--.*?-->|<(script|style|applet|object|iframe)\b.*?</\1\s*>", re.IGNORECASE | re.DOTALL
)


def clean_title(markup: str) -> str:
    """The title that `markup` (HTML, or text with escapes) shows; empty when it shows nothing."""
    return polish(text_of(markup))


def text_of(markup: str) -> str:
    """The text of a short piece of inline HTML, escapes undone once, on one line."""
    text = markup[: 10 * LONGEST]
    if "<" in text:
        text = TAG.sub("", BREAK.sub(" ", UNSEEN.sub("", text)))
    if "&" in text:
        text = _without_pairs(html.unescape(text))
    return one_line(text)


def polish(text: str) -> str:
    """A title of plain text in the form of print.

    No capitals throughout, no translator's brackets, no full stop.
    """
    text = _without_stop(_without_brackets(_without_stop(text)))
    return shorten(sentence_case(text), LONGEST)


def shorten(text: str, most: int) -> str:
    """At most `most` characters, cut between words and ended with “…”."""
    if len(text) <= most:
        return text
    cut = text[: most - 1]
    head = cut.rpartition(" ")[0] if " " in cut[most // 2 :] else cut
    return head.rstrip(" ,;:.-–—(") + "…"


def _without_pairs(text: str) -> str:
    """Text without the formatting that was escaped twice: `<i>TP53</i>`.

    A lone tag is what the title is about.
    """
    while "</" in text and (plain := PAIR.sub(r"\2", text)) != text:
        text = plain
    return text


BRACKETED = re.compile(r"\[([^\[\]]*(?:\[[^\[\]]*\][^\[\]]*)*)\]")


def _without_brackets(text: str) -> str:
    """PubMed puts a title that was translated into brackets."""
    found = BRACKETED.fullmatch(text)
    return found[1].strip().removesuffix(".") if found and found[1].strip() else text


ABBREVIATED = re.compile(
    r"""
        (?:
            \b(?:
                al | approx | co | corp | cv | dept | dr | e\.g | ed | eds | etc | f | fam | fig | gen
              | i\.e | inc | jr | ltd | no | nom | nov | ph\.d | pp | prof | sect | sp | spp | sr | ssp
              | st | subsp | var | vol | vs
            )
          | \b[a-z](?:\.\s?[a-z])+  # U.S.
          | (?-i:\s[A-Z])  # an initial
        )\.$
    """,
    re.IGNORECASE | re.VERBOSE,
)


def _without_stop(text: str) -> str:
    if not text.endswith(".") or text.endswith("..") or ABBREVIATED.search(text):
        return text
    return text[:-1].rstrip()


# --- ALL CAPITALS

ACRONYMS = frozenset(
    word
    for line in (
        (
            "AACR AI AIDS ALK ANCA ASCO ASTRO ATP ATRX AYA BMI BRCA CDC CDK CNS COG COPD COVID CT"
            " CTOS DNA ECG EGFR EMA"
        ),
        (
            "EORTC ER ESMO ESTRO EU EUS FDA FIGO GI GIST HIV HR HRD IARC ICD ICU IHC II III IL IORT"
            " ISPY IV IX MAPK MEK"
        ),
        (
            "MRI MSI MTOR NCI NIH NOS NTRK OS PARP PET PI QOL RECIST RNA SARC STUMP TCGA UK ULMS"
            " USA UV VEGF VI VII VIII"
        ),
    )
    for word in line.split()
)
NAMES = {
    name.upper(): name
    for line in (
        (
            "Africa African America American Asia Asian Australia Australian Austria Belgium Boston"
            " Brazil Britain"
        ),
        (
            "British Canada Canadian Chicago China Chinese Denmark Denver Dutch England English"
            " Europe European Finland"
        ),
        (
            "France French German Germany Greece Houston India Indian Ireland Israel Italian Italy"
            " Japan Japanese Kaplan"
        ),
        (
            "Kaposi Korea Korean London Meier Mexico Mohs Norway Paris Poland Portugal Russia"
            " Scotland Spain Spanish"
        ),
        (
            "Sweden Swedish Switzerland Texas Turkey Ewing Fraumeni January February April June"
            " July August September"
        ),
        (
            "October November December Monday Tuesday Wednesday Thursday Friday Saturday Sunday Dr"
            " Mr Mrs St"
        ),
    )
    for name in line.split()
} | {"VS": "vs", "PHD": "PhD", "MRNA": "mRNA"}
WORD = re.compile(r"[^\W\d_]+(?:[’'][^\W\d_]+)*")
_SPOKEN = re.compile("[a-z]{4}")
TOKEN = re.compile(r"\d+-[A-Z]{1,2}\b|[^\W_]+(?:[’'][^\W_]+)*")
SENTENCE_START = re.compile(r"(^|[.?!]\s+)([^\w\s]*)([^\W\d_])")


def sentence_case(text: str) -> str:
    """A title of capitals throughout as a sentence.

    Acronyms, numerals and names of genes keep theirs.
    """
    if _SPOKEN.search(text) or not _shouts(text):
        return text
    marked = set(re.findall(r"\(([A-Z]{2,6})s?\)", text))
    quiet = TOKEN.sub(lambda found: _quiet(found[0], marked), text)
    quiet = re.sub(
        r"(?<=the )us\b|\bcar(?=[- ]T\b)", lambda found: found[0].upper(), quiet
    )  # “us” and “car” are words
    return SENTENCE_START.sub(lambda found: found[1] + found[2] + found[3].upper(), quiet)


def _shouts(text: str) -> bool:
    """Whether there are two long words and hardly a small letter (a “de” or a “p” may slip in)."""
    big = sum(map(str.isupper, text))
    small = sum(map(str.islower, text))
    words = [
        word
        for word in WORD.findall(text)
        if len(word) > 3 and word.isupper() and word not in ACRONYMS
    ]
    return small <= big * 0.12 and len(words) >= 2


def _quiet(word: str, marked: set[str]) -> str:
    if not word.isupper() or word in ACRONYMS | marked | {"I"}:
        return word
    if word in NAMES:
        return NAMES[word]
    if any(map(str.isdigit, word)):  # TP53, HER2, 5-FU, but 2nd
        return word.lower() if re.fullmatch(r"\d+(?:ST|ND|RD|TH)", word) else word
    if len(word) <= 5 and not re.search("[AEIOUYÀ-ß]", word):  # no word of English has no vowel
        return word
    return word.lower()
