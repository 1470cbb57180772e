"""Subject and preheader.

What an inbox, a spam filter and a locked screen in other people's sight make of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from newsletter.checks.parsed_mail import ParsedMail
from newsletter.checks.rules import Violation, rule
from newsletter.model import Severity

LONGEST_SUBJECT = 60  # characters; phones cut there
PREHEADER_LENGTH = range(
    30, 151
)  # shorter, and the letter's first words run in; longer is never shown
WORD = re.compile(r"[^\W\d_]+")
CONTROL = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]")

TELLS_ILLNESS = re.compile(
    r"""
        \b(?:
            leiomyosarcom\w* | l?lms | ulms | \w*sarcoma\w* | cancer\w* | tumou?rs? | oncolog\w*
          | chemo\w* | radiotherap\w* | metasta\w* | malignan\w* | carcinoma\w* | uterine
          | hysterectom\w* | relapse\w* | recurren\w* | terminal | palliat\w* | hospice
          | your\ diagnosis | cáncer\w* | tumor(?:es)? | oncólog\w* | quimioterapia | metástasis
          | útero | diagnóstico
        )\b
    """,
    re.IGNORECASE | re.VERBOSE,
)
"""Words that tell a stranger what the reader has."""


@rule(
    "subject-empty",
    Severity.ERROR,
    why="A mail without a subject is taken for spam, and nobody finds it again.",
    remedy="Write a subject of up to 60 characters.",
)
def subject_empty(proof: ParsedMail) -> Iterator[Violation]:
    """The subject says nothing."""
    if not proof.context.subject.strip():
        yield Violation("subject", "The subject is empty.")


@rule(
    "subject-broken",
    Severity.ERROR,
    why="A line break in a header would let what follows pass for another header.",
    remedy="Write the subject on one line.",
)
def subject_broken(proof: ParsedMail) -> Iterator[Violation]:
    """The subject holds a line break or another control character."""
    if CONTROL.search(proof.context.subject):
        yield Violation("subject", "The subject holds a line break or another control character.")


@rule(
    "subject-too-long",
    Severity.WARNING,
    why="Phones cut a subject at about 60 characters, and the reader guesses the rest.",
    remedy=(
        "Shorten it, with what matters most at the beginning; the rest may go into the preheader."
    ),
)
def subject_too_long(proof: ParsedMail) -> Iterator[Violation]:
    """The subject has more characters than a phone shows."""
    length = len(proof.context.subject.strip())
    if length > LONGEST_SUBJECT:
        yield Violation(
            "subject", f"The subject has {length} characters; phones show about {LONGEST_SUBJECT}."
        )


@rule(
    "preheader-length",
    Severity.WARNING,
    why=(
        "The inbox shows the preheader beside the subject: too short, and stray words of the letter"
        " follow it."
    ),
    remedy="Write one sentence of 30 to 150 characters that goes on where the subject ends.",
)
def preheader_length(proof: ParsedMail) -> Iterator[Violation]:
    """The preheader is missing, shorter than 30 or longer than 150 characters."""
    length = len(proof.context.preheader.strip())
    if length not in PREHEADER_LENGTH:
        said = f"The preheader has {length} characters." if length else "There is no preheader."
        yield Violation("preheader", said)


@rule(
    "preheader-repeats-subject",
    Severity.WARNING,
    why=(
        "The inbox shows both side by side; the same words twice waste the one line a reader"
        " decides by."
    ),
    remedy="Let the preheader say what the subject does not.",
)
def preheader_repeats_subject(proof: ParsedMail) -> Iterator[Violation]:
    """Subject and preheader say the same."""
    heads = (proof.context.subject, proof.context.preheader)
    subject, preheader = (" ".join(each.casefold().split()) for each in heads)
    if subject and preheader.startswith(subject):
        yield Violation("preheader", "The preheader repeats the subject.")


@rule(
    "tells-diagnosis",
    Severity.WARNING,
    why=(
        "Subject and preheader stand on a locked screen, where colleagues and strangers read what"
        " the reader has."
    ),
    remedy=(
        "Say it without the illness, or set discreet = false under [theme] if your readers wish it."
    ),
)
def tells_diagnosis(proof: ParsedMail) -> Iterator[Violation]:
    """Subject or preheader names an illness that newsletter and sender do not name already."""
    if not proof.settings.theme.discreet:
        return
    newsletter = proof.settings.newsletter
    names = f"{newsletter.title} {newsletter.sender.partition('<')[0]}".casefold()
    for passage in proof.head_words:
        words = (found[0] for found in TELLS_ILLNESS.finditer(passage.text))
        told = next(
            (word for word in words if not re.search(rf"\b{re.escape(word.casefold())}\b", names)),
            None,
        )
        if told:
            yield Violation(
                passage.where,
                f"The {passage.where} says “{told}”: it can be read on a locked screen.",
            )


@rule(
    "spam-shape",
    Severity.WARNING,
    why="Capitals and rows of exclamation marks are what spam filters and readers know spam by.",
    remedy="Write it in ordinary letters, with one mark at the end.",
)
def spam_shape(proof: ParsedMail) -> Iterator[Violation]:
    """Subject or preheader shouts, or any text has a row of exclamation or dollar signs."""
    for passage in proof.head_words:
        if _shouts(passage.text):
            yield Violation(passage.where, f"The {passage.where} is written in capitals.")
        elif passage.text.count("!") > 1:
            yield Violation(
                passage.where, f"The {passage.where} has more than one exclamation mark."
            )
    for passage in (
        (*proof.head_words, *proof.own_words) if proof.may_say(("!", "$$", "????")) else ()
    ):
        if found := SPAM_MARKS.search(passage.text):
            yield Violation(passage.where, f"“{found[0]}” looks like spam.")


def _shouts(text: str) -> bool:
    """Whether nearly all letters are capitals, in more than one long word."""
    words = [word for word in WORD.findall(text) if len(word) > 3]
    return len(words) > 1 and sum(word.isupper() for word in words) > len(words) / 2


@rule(
    "spam-words",
    Severity.WARNING,
    why="Filters count these phrases, and a letter to patients has no need of them.",
    remedy="Say it in the plain words you would use to a friend.",
)
def spam_words(proof: ParsedMail) -> Iterator[Violation]:
    """A text of the editor's own uses a phrase of advertising."""
    for passage in (*proof.head_words, *proof.own_words) if proof.may_say(SPAM_SIGNS) else ():
        if found := SPAM.search(passage.text):
            yield Violation(passage.where, f"“{found[0]}” is a phrase of spam.")


SPAM = re.compile(
    r"""
          \bFREE\b
        | \b(?i:
              act\ now | limited[- ]time | risk[- ]free | 100\ ?%\ (?:free|guaranteed|satisf\w+)
            | buy\ now | order\ now | no\ obligation | you\ have\ (?:won|been\ selected)
            | you.re\ a\ winner | cash\ bonus | double\ your | once\ in\ a\ lifetime
            | don.t\ miss\ out | click\ below | special\ promotion | lowest\ price
            | money[- ]back | this\ is\ not\ spam | urgent\ response | while\ supplies\ last
            | winner!
          )
    """,
    re.VERBOSE,
)
SPAM_MARKS = re.compile(r"!{3,}|\${2,}|[!?]{4,}")
SPAM_SIGNS = (
    *(
        "free",
        "act now",
        "buy now",
        "order now",
        "limited",
        "100",
        "obligation",
        "you have",
        "winner",
        "cash",
        "double",
    ),
    *(
        "once in",
        "miss out",
        "click below",
        "promotion",
        "price",
        "money",
        "this is not",
        "urgent",
        "supplies last",
    ),
)
"""One of these stands in every phrase of spam."""
