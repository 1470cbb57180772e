"""What must be said of a paper: retracted, in doubt, or not reviewed yet."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial

from newsletter import composition
from newsletter.checks.content import describe_entry, doi_in
from newsletter.checks.parsed_mail import ParsedMail
from newsletter.checks.rules import Violation, rule
from newsletter.identity import address_key, is_preprint_doi
from newsletter.model import Entry, Flag, Severity

PREPRINT_HOST = re.compile(
    r"""
          (?:[\w-]+\.)*(?:arxiv|biorxiv|medrxiv|preprints)\.org(?:/|$)
        | (?:[\w-]+\.)*(?:researchsquare|ssrn|authorea)\.com(?:/|$) | osf\.io/preprints
    """,
    re.VERBOSE,
)
SAYS_RETRACTED = re.compile(
    r"""
          \bretract | \bwithdrawn\b | \bwithdrawal\b | \bretirad | \bretractad
        | \bt(?:ake|ook)n?\ back\b | \bdo\ not\ rely
    """,
    re.IGNORECASE | re.VERBOSE,
)
TITLED_RETRACTED = re.compile(
    r"\W*(?:retracted|retractado|withdrawn|retraction(?: note| notice)?)\b\W*[:\]]", re.IGNORECASE
)
"""How journals and PubMed title what was taken back, and the notice of it."""
SAYS_PREPRINT = re.compile(
    r"""
          pre-?print | not\ (?:yet\ )?(?:been\ )?peer[- ]reviewed | preimpres | prepublicac
        | medrxiv | biorxiv | arxiv
    """,
    re.IGNORECASE | re.VERBOSE,
)
SAYS_CONCERN = re.compile(r"\bconcern|\bdoubt|\bquestioned\b|\bpreocupaci|\bduda", re.IGNORECASE)


@rule(
    "paper-retracted",
    Severity.ERROR,
    why="A patient may act on a finding that its own authors or journal have taken back.",
    remedy="Take it out, or say in the note that it was retracted.",
)
def paper_retracted(proof: ParsedMail) -> Iterator[Violation]:
    """A retracted paper is printed as if it held.

    The note must say so where there is one, else the title.
    """
    for entry in proof.entries:
        retracted = Flag.RETRACTED in entry.flags or TITLED_RETRACTED.match(entry.title)
        if retracted and not SAYS_RETRACTED.search(
            entry.note if entry.note.strip() else entry.title
        ):
            yield Violation(
                entry.key, f"{describe_entry(entry)} was retracted, and the issue does not say so."
            )


@rule(
    "paper-in-doubt",
    Severity.WARNING,
    why="The journal itself warns that the findings may not hold.",
    remedy="Leave it out, or tell readers in the note that the journal has voiced concern.",
)
def paper_in_doubt(proof: ParsedMail) -> Iterator[Violation]:
    """The journal has published an expression of concern, and the editor says nothing of it."""
    for entry in proof.entries:
        if Flag.CONCERN in entry.flags and not SAYS_CONCERN.search(f"{entry.title} {entry.note}"):
            yield Violation(
                entry.key,
                f"The journal has voiced concern about {describe_entry(entry)}, and the note does not"
                " say so.",
            )


@rule(
    "preprint-not-marked",
    Severity.WARNING,
    why=(
        "No other researcher has reviewed a preprint yet; readers must be able to tell it"
        " from an article."
    ),
    remedy=(
        "Add the flag preprint to the entry, or say in its note that it is not peer-reviewed yet."
    ),
    mend="Mark as a preprint",
)
def preprint_not_marked(proof: ParsedMail) -> Iterator[Violation]:
    """An entry leads to a preprint server and is not marked as a preprint."""
    for entry in proof.entries:
        if not _is_preprint(entry):
            continue
        if Flag.PREPRINT not in entry.flags and not SAYS_PREPRINT.search(
            f"{entry.title} {entry.note} {entry.journal}"
        ):
            change = partial(composition.flag_entry, key=entry.key, flag=Flag.PREPRINT)
            yield Violation(
                entry.key,
                f"{describe_entry(entry)} is a preprint, and is not marked as one.",
                change=change,
            )


def _is_preprint(entry: Entry) -> bool:
    """Whether all that is known of the work is a preprint.

    An article's number beside it makes it an article.
    """
    if entry.ids.pmid or entry.ids.pmcid:
        return False
    dois = {doi for doi in (entry.ids.doi, *map(doi_in, entry.links)) if doi}
    if dois:
        return all(is_preprint_doi(doi) for doi in dois)
    return any(PREPRINT_HOST.match(address_key(link) or "") for link in entry.links)
