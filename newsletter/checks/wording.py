"""The editor's own words.

They promise nothing that medicine cannot keep, and explain what they shorten.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from newsletter.checks.leftovers import around
from newsletter.checks.mail_elements import Passage
from newsletter.checks.parsed_mail import ParsedMail
from newsletter.checks.rules import Violation, rule
from newsletter.config import Settings
from newsletter.model import Entry, Issue, Severity

HYPE = re.compile(
    r"""
        \b(?:
            cure[sd]?\b(?!\ rates?) | miracles?\b | miraculous(?:ly)?\b | game[- ]?chang\w+
          | revolutionary\b | revolutioni[sz]\w+
          | (?:wonder|magic|miracle)[- ](?:drug|pill|bullet|cure)s?\b | silver\ bullets?\b
          | ground-?breaking\b | holy\ grail\b | life-?changing\b
          | breakthroughs?\b
            (?!\ (?:therapy|device|designation|pain|cancer\ pain|status|infection))
          | 100\ ?%\ effective | guaranteed\b
          | (?:la|una)\ cura\b(?!\ de\ (?:la\ |las\ |los\ )?(?:herida|cicatri))
          | milagro(?:s[oa]?s?)?\b | revolucionari[oa]s?\b
        )
    """,
    re.IGNORECASE | re.VERBOSE,
)
"""“Breakthrough therapy” is a legal status, breakthrough pain a symptom, a cure rate a measure."""

HYPE_SIGNS = (
    *(
        "cure",
        "mirac",
        "game",
        "revolution",
        "drug",
        "pill",
        "bullet",
        "breaking",
        "breakthrough",
        "grail",
        "changing",
    ),
    *("100", "guaranteed", "cura", "milagro", "revolucionari"),
)
"""One of these stands in every promise."""

HYPE_TITLE = re.compile(
    r"""
        \b(?:
            miracles?\b | game[- ]?chang\w+
          | (?:wonder|magic|miracle)[- ](?:drug|pill|bullet|cure)s?\b | holy\ grail\b
          | breakthroughs?\b
            (?!\ (?:therapy|device|designation|pain|cancer\ pain|status|infection))
        )
    """,
    re.IGNORECASE | re.VERBOSE,
)
"""For headlines that others wrote, only the strongest."""

DENIES = re.compile(
    r"""
        \b(?:
            no | not | never | without | cannot | can.t | isn.t | neither | nor | yet\ to
          | rather\ than | instead\ of | hop(?:e|es|ing)\ for | find | towards?
          | no\ (?:hay|existe|es) | a[uú]n\ no | todav[ií]a\ no | sin | ning[uú]n\w*
          | busca(?:r|mos|n) | encontrar | hallar | hacia | esperamos | esperanza
          | not\ (?:yet\ )?an? | is\ there
        )\b[^.!?]{0,25}$
    """,
    re.IGNORECASE | re.VERBOSE,
)
"""What stands before a word that the sentence does not promise: “not a cure”, “we hope to find a
cure”."""


@rule(
    "hype",
    Severity.WARNING,
    why=(
        "“Cure” and “breakthrough” raise hopes that one study cannot keep, and patients change"
        " treatment for them."
    ),
    remedy="Say what was found, in how many people, and what is not known yet.",
)
def hype(proof: ParsedMail) -> Iterator[Violation]:
    """Words of the editor's own, or a headline, promise more than medicine can keep."""
    titles = (Passage(section.name, section.title) for section in proof.issue.sections)
    for passage in (
        (*proof.head_words, *titles, *proof.own_words) if proof.may_say(HYPE_SIGNS) else ()
    ):
        if found := _promise(passage, is_head=passage.where in {"subject", "preheader"}):
            yield Violation(passage.where, f"This promises much: {around(passage.text, found)}.")
    for entry in proof.entries:
        if not _is_paper_or_trial(entry) and (found := HYPE_TITLE.search(entry.title)):
            yield Violation(entry.key, f"The headline promises much: {around(entry.title, found)}.")


def _promise(passage: Passage, *, is_head: bool) -> re.Match[str] | None:
    """The first promise in a text.

    In a sentence a word with a capital is part of a name: “Race for the Cure”.
    """
    for found in HYPE.finditer(passage.text):
        before = passage.text[: found.start()]
        lead = before.rstrip(" \t\"“'(*_#>-")
        begins = not lead or lead.endswith((".", "!", "?", ":", "\n"))
        before_name = re.match(r"[®™]|\s[A-Z]", passage.text[found.end() :])  # “Cure Magazine”
        is_name = (
            found[0][0].isupper()
            and not is_head
            and bool(before_name or not (begins or found[0].isupper()))
        )
        if not is_name and not DENIES.search(before):
            return found
    return None


def _is_paper_or_trial(entry: Entry) -> bool:
    ids = entry.ids
    return bool(entry.trial or ids.doi or ids.pmid or ids.pmcid or ids.nct)


_LETTERS = r"[a-z]{0,2}[A-Z][A-Z&]{1,6}"
ACRONYM = re.compile(rf"(?<![\w.@/#&-])({_LETTERS})(?:s|’s|'s)?(?![\w@&]|[./’'-]\w)")
"""Two to seven capitals standing alone, as in PFS or ctDNA. With digits it is a gene or a code,
which has no long form."""

WELL_KNOWN = frozenset(
    # countries and the clock
    "USA US UK EU UN NY LA DC AM PM ET EST EDT CT CST CDT MT MST MDT PT PST PDT GMT UTC CET"  # noqa: SIM905
    " CEST BST IST AEST "
    # daily life
    "OK iOS TBA TBD TK TODO FIXME XXX TV PC PDF FAQ ID PO RSVP DIY CEO VIP ASAP FYI PS DVD CD QR"
    " URL SMS USB AI IT HR NGO BBC CNN NASA AND OR NOT NO YES NEW ALL ONE TWO ANY NOW WE YOU SO DO"
    " GO IF IN IS IT OF ON AN AS AT BE BY TO UP MY ME HE HOW WHO WHY "
    # medicine as every patient meets it
    "IRS MRI CT PET DNA RNA mRNA GP ER ICU IV HIV AIDS COVID FDA NIH NCI CDC WHO MD RN NHS BMI ADHD"
    " PTSD ECG EKG LMS "
    # numerals and titles
    "II III IV VI VII VIII IX XI XII XX PHD MBA MPH DO NP PA BSC MSC JR SR".split()
)
"""What needs no explanation. LMS is what this newsletter is about."""


@rule(
    "acronym-unexplained",
    Severity.WARNING,
    why="Letters that everybody in a clinic knows shut out who is new to the illness.",
    remedy=(
        "Write it out the first time: progression-free survival (PFS); or put it into the glossary."
    ),
)
def acronym_unexplained(proof: ParsedMail) -> Iterator[Violation]:
    """The editor uses an acronym that nothing in the issue explains; each is told once."""
    used: dict[str, str] = {}
    for passage in proof.own_words:
        for short in ACRONYM.findall(_without_addresses(passage.text)):
            used.setdefault(short, passage.where)
    unknown = used.keys() - WELL_KNOWN
    unexplained = unknown - _list_known_acronyms(proof) if unknown else unknown
    for short, where in used.items():
        if short in unexplained:
            yield Violation(where, f"“{short}” is not explained.")


def _without_addresses(text: str) -> str:
    return _SHOUTED.sub(" ", _STATE.sub(" ", _ADDRESS.sub(" ", text)))


_ADDRESS = re.compile(r"https?://\S+|\S+@\S+|`[^`]*`|\*\|\w+\|\*")
_STATE = re.compile(r",\s[A-Z]{2}(?=[\s,.;)]|$)")  # Denver, CO
_SHOUTED = re.compile(r"\b[A-Z]{2,}(?:[ ,!]+[A-Z]{2,}){2,}\b")
"""Three words in capitals are a shout, not acronyms."""


def _list_known_acronyms(proof: ParsedMail) -> set[str]:
    texts = [each.text for each in proof.own_words]
    return find_known_acronyms(proof.issue, proof.settings, texts, proof.context.glossary)


def find_known_acronyms(
    issue: Issue, settings: Settings, texts: Iterable[str], glossary: Iterable[str]
) -> set[str]:
    """What the issue explains, has in a name, or also writes in small letters.

    A word in small letters elsewhere was written in capitals for emphasis.
    """
    newsletter = settings.newsletter
    titles = (each.title for each in issue.sections)
    names = " ".join(
        (newsletter.title, newsletter.sender, newsletter.url, newsletter.address, *titles)
    )
    texts = list(texts)
    emphasis = frozenset[str]().union(*map(_in_small_letters, texts))
    texts += [f"{entry.title}\n{entry.summary}" for entry in issue.entries()]
    terms = {term.upper() for term in glossary}
    return terms.union(
        emphasis, re.findall(r"[A-Z&]+", names.upper()), *map(_find_definitions, texts)
    )


@lru_cache(maxsize=1024)
def _in_small_letters(text: str) -> frozenset[str]:
    return frozenset(word.upper() for word in re.findall(r"\b[a-z]{2,7}\b", text))


def acronyms(text: str) -> list[str]:
    """The acronyms of a text of the editor's own, as often as they stand there.

    The well-known ones left out.
    """
    return [short for short in ACRONYM.findall(_without_addresses(text)) if short not in WELL_KNOWN]


_IN_BRACKETS = re.compile(
    rf"\w[\w’'/-]*\W{{1,3}}\(\s*({_LETTERS})s?\b"
)  # progression-free survival (PFS)
_BEFORE_BRACKETS = re.compile(
    rf"\b({_LETTERS})s?\s*[(:—–]\s*[^\W\d_]{{2,}}[ -][^\W\d_]+"
)  # PFS (time without…)
_IN_WORDS = re.compile(
    rf"""
        \b({_LETTERS})s?,?\s+(?:
            stands\ for | is\ short\ for | means | is\ (?:the|an?)\b | or\ (?:the\ )?[a-z]
          | significa | quiere\ decir | es\ decir | o\ sea
        )
    """,
    re.VERBOSE,
)
_SHORT_FOR = re.compile(
    rf"\b(?:called|known as|short(?:ened to)?|or|llamad[oa]s?),?\s+(?:the\s+)?({_LETTERS})\b"
)


@lru_cache(maxsize=1024)
def _find_definitions(text: str) -> frozenset[str]:
    return frozenset(
        short
        for pattern in (_IN_BRACKETS, _BEFORE_BRACKETS, _IN_WORDS, _SHORT_FOR)
        for short in pattern.findall(text)
    )
