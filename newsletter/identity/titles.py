"""Titles in the form in which they are compared.

Letters and digits alone, Greek spelt out, markup and marks gone.
"""

from __future__ import annotations

import html
import re
import unicodedata
from functools import lru_cache
from zlib import crc32

_MARKUP = re.compile(r"</?[a-zA-Z][^<>]{0,200}>")
_GREEK = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon", "ζ": "zeta",
    "η": "eta", "θ": "theta", "ι": "iota", "κ": "kappa", "λ": "lambda", "μ": "mu", "ν": "nu",
    "ξ": "xi", "π": "pi", "ρ": "rho", "σ": "sigma", "ς": "sigma", "τ": "tau", "υ": "upsilon",
    "φ": "phi", "χ": "chi", "ψ": "psi", "ω": "omega", "ß": "ss", "æ": "ae", "ø": "o", "œ": "oe",
    "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i",
}  # fmt: skip
_SPELT_OUT = str.maketrans(_GREEK)
_ACCENT = re.compile(
    r"[\u0300-\u036f\u00ad\u200b-\u200d\u2060\ufeff]+"
)  # combining marks, and what nobody sees
_WORD = re.compile(r"[^\W_]+")
_LEAST_WORDS = 5  # a title of fewer words is shared by chance
_LEAST_CHARACTERS = 30
_KEY_CHARACTERS = 80
_MAX_GENERIC_WORDS = 12

# Titles that stand over many different pieces of one year.
_GENERIC = re.compile(
    r"""
        (?:
            (?:letters?\ )?(?:to|from)\ the\ editors?(?:\ in\ chief)?
          | editorial(?:\ board|\ comment(?:ary)?|\ introduction)? | (?:in\ )?reply(?:\ to.*)?
          | (?:the\ )?authors?\ (?:s\ )?(?:repl(?:y|ies)|response)(?:\ to.*)?
          | in\ (?:response|memoriam|brief) | response(?:\ to\ .*)?
          | (?:publisher\ |author\ )?(?:correction|corrigendum|erratum|errata|addendum)s?
          | (?:retraction|expression\ of\ concern)(?:\ notice|\ note)?
          | comment(?:ary|aries)?(?:\ on)? | news(?:\ (?:and|in)\ (?:brief|views|notes))?
          | announcements?
          | (?:poster|oral|selected|meeting|conference)?\ ?
            (?:abstracts?|presentations?|sessions?)
          | book\ reviews? | obituary | (?:front|back|inside)\ (?:cover|matter)
          | (?:table\ of\ )?contents | issue\ information | masthead | index | preface
          | foreword | case\ (?:report|series|study) | letters? | perspectives? | viewpoints?
          | opinion | research\ (?:highlights?|letters?|updates?|news)
          | (?:monthly\ |weekly\ )?(?:newsletter|update|digest) | save\ the\ date
          | register\ now | clinical\ trials?(?:\ update)? | events? | (?:upcoming\ )?events?
          | (?:patient|survivor)\ (?:story|stories) | introduction
          | acknowledge?ments?(?:\ to\ reviewers)? | reviewers? | in\ this\ issue | highlights
          | welcome | calendar | untitled
        )
    """,
    re.VERBOSE,
)


@lru_cache(maxsize=4096)
def words_of(title: str) -> tuple[str, ...]:
    """The words of a title without case, accents, markup and punctuation.

    `β-catenin` is `beta`, `catenin`.
    """
    if "<" in title or "&" in title:
        title = _MARKUP.sub("", html.unescape(title))
    title = title.lower()
    if not title.isascii():
        title = _ACCENT.sub("", unicodedata.normalize("NFKD", title)).translate(_SPELT_OUT)
    return tuple(_WORD.findall(title))


def title_key(title: str, year: int | None) -> str:
    """`words-of-the-title-2023`, bounded in length; what is cut off still counts, by a checksum."""
    words = "-".join(words_of(title)) or "untitled"
    if len(words) > _KEY_CHARACTERS:
        words = f"{words[:_KEY_CHARACTERS].rsplit('-', 1)[0]}-{crc32(words.encode()):08x}"
    return f"{words}-{year}" if year else words


def is_generic(words: tuple[str, ...]) -> bool:
    """Whether a title such as “Editorial” or “In reply” stands over many different pieces."""
    return len(words) <= _MAX_GENERIC_WORDS and _GENERIC.fullmatch(" ".join(words)) is not None


def is_telling(words: tuple[str, ...]) -> bool:
    """Whether a title is long enough that two things with it are one."""
    squeezed = "".join(words)
    ideographs = (
        sum("\u2e80" <= each <= "\ud7ff" for each in squeezed) if not squeezed.isascii() else 0
    )
    return (
        len(words) >= _LEAST_WORDS and len(squeezed) >= _LEAST_CHARACTERS * 5 // 6
    ) or ideographs >= 10


def surnames(authors: tuple[str, ...]) -> frozenset[str]:
    """The words in the authors' names but initials: “Hemming ML”, “M. L. Hemming” share one."""
    return frozenset(word for author in authors for word in words_of(author) if len(word) > 1)
