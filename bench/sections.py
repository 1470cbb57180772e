"""How well sections are proposed, and where `newsletter/classifier/weights.py` comes from.

    python bench/sections.py [SHARED]            measure, leaving out one origin after the other
    python bench/sections.py [SHARED] --write    learn from all origins and write the weights

SHARED is the folder with `data/labels/titles.tsv`. Weights start at what a person would say
(`BELIEFS`) and move only as far as many titles of several origins pull them, so that no origin's
house style is learned. Titles of recorded Crossref works and of registered trials, whose kind is
known, are learned from as well and never measured.
"""

from __future__ import annotations

import csv
import json
import math
import os
import random
import re
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from newsletter import classifier
from newsletter.classifier import model
from newsletter.classifier.cues import cues_in
from newsletter.config import DEFAULT_SECTIONS
from newsletter.identity import ids_in
from newsletter.model import Entry

KINDS = ("research", "trials", "events", "grants", "other")
ROOT = Path(__file__).resolve().parents[1]
ARGUMENTS = [each for each in sys.argv[1:] if not each.startswith("-")]
SHARED = Path(
    ARGUMENTS[0] if ARGUMENTS else os.environ.get("NEWSLETTER_SHARED", ROOT.parent / "shared")
)

BELIEFS = {
    "research": {
        "results": 1,
        "kind of paper": 1.5,
        "design after a colon": 0.8,
        "from the trial": 1.2,
        "science": 1.2,
        "taxonomy": 3,
        "effect of": 0.8,
        "a colon": 0.2,
        "reveals": 0.5,
        "a finding": 1,
        "ends with a full stop": 0.7,
        "gene or code": 0.4,
        "path of a paper": 1.2,
        "summary concludes": 1,
        "long title": 0.2,
        "very long title": 0.3,
        "register's words": 0.4,
        "treatment": 0.2,
    },
    "trials": {
        "study of": 1,
        "study first": 1.5,
        "to find out": 1.5,
        "in patients": 0.8,
        "treating patients": 1,
        "phase": 1,
        "safety": 0.5,
        "versus": 0.3,
        "register's words": 0.5,
        "opens": 2,
        "recruits": 2,
        "clinical trial": 0.7,
        "trial as a noun": 0.3,
        "register number": 3,
        "treatment": 0.3,
        "path of a trial": 1.5,
        "summary studies": 1.5,
    },
    "events": {
        "date first": 5,
        "date inside": 1.5,
        "hour": 2,
        "invitation": 3,
        "weekday": 1.5,
        "gathering": 2.5,
        "gathering last": 2,
        "numbered gathering": 1.5,
        "year last": 0.7,
        "session": 1.5,
        "sign up": 2.5,
        "speaker": 2,
        "moved": 2.5,
        "charity sport": 2.5,
        "course": 1.2,
        "summary invites": 1.2,
        "summary tells a time": 1,
        "path of an event": 1.2,
        "host of a gathering": 1,
        "look back": -1.5,
        "awards as a verb": -1,
    },
    "grants": {
        "span of dates": 5,
        "activity code": 4,
        "trial clause": 5,
        "opportunity number": 4,
        "call": 3.5,
        "apply": 1.2,
        "deadline": 1.5,
        "notice": 1.5,
        "grant": 2,
        "fellowship": 2.5,
        "award as a noun": 2,
        "programme": 0.7,
        "policy": 0.7,
        "summary calls": 0.8,
        "path of a grant": 2,
        "money": 0.3,
        "awards as a verb": -2,
        "is awarded": -1,
    },
    "other": {
        "money": 1,
        "is awarded": 2,
        "awards as a verb": 3,
        "announces": 1.5,
        "approval": 1.5,
        "told as news": 1.2,
        "full date": 0.3,
        "company": 1.5,
        "advice": 1.5,
        "everyday": 1.5,
        "to you": 1.5,
        "question": 1.2,
        "question word": 1,
        "exclamation": 1,
        "look back": 2.5,
        "campaign": 1.5,
        "counted list": 1.5,
        "path of news": 0.8,
        "path of advice": 0.5,
        "summary reports": 1.5,
        "always": 0.5,
    },
}
ROUNDS = 20
STEP = 0.15
HOLD = 8.0  # how firmly beliefs are held
ORIGIN_COUNTS = 30  # titles of one kind and origin count at most as much as so many

Weights = dict[str, list[float]]


@dataclass(frozen=True)
class Title:
    entry: Entry
    kind: str
    origin: str
    is_hard: bool

    @property
    def url(self) -> str:
        return self.entry.links[0] if self.entry.links else ""

    def cues(self, *, alone: bool) -> tuple[str, ...]:
        """All cues, or those of the title alone.

        Kept-back origins have other addresses, or none.
        """
        entry = self.entry
        return (
            "always",
            *(cues_in(entry.title) if alone else cues_in(entry.title, entry.summary, self.url)),
        )


@dataclass(frozen=True)
class Example:
    cues: tuple[str, ...]
    kind: int
    weight: float


def labelled() -> list[Title]:
    with (SHARED / "data" / "labels" / "titles.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    return [
        Title(
            entry=Entry(
                title=row["title"],
                summary=row["summary"],
                links=(row["url"],) if row["url"] else (),
                ids=ids_in(row["url"]),
            ),
            kind=row["label"],
            origin=origin(row["origin"]),
            is_hard=bool(row["trap"]),
        )
        for row in rows
    ]


def origin(text: str) -> str:
    """One name for all that one hand wrote: a feed, a repository, a site."""
    if "public page" in text or "public code" in text:
        return "public pages"
    if " RSS titles" in text:
        return text.partition(" RSS titles")[0]
    part = "archive" if "archives" in text else ""
    return (text.partition("@")[0].partition(":")[0] + " " + part).strip()


def certain() -> list[Example]:
    """Titles whose kind their register tells."""
    found: dict[str, str] = {}
    for path in sorted((SHARED / "data" / "real" / "crossref_json").glob("*.json")):
        answer = json.loads(path.read_text("utf-8"))
        message = answer.get("message") if isinstance(answer, dict) else None
        works = message.get("items", [message]) if isinstance(message, dict) else []
        found |= {work["title"][0]: "research" for work in works if is_article(work)}
    for path in sorted((SHARED / "data" / "real" / "ctgov_json").glob("*.json")):
        titles = re.findall(
            r'"(?:briefTitle|officialTitle)": ?"([^"]+)"', path.read_text("utf-8"), re.IGNORECASE
        )
        found |= dict.fromkeys(titles, "trials")
    counts = Counter(found.values())
    return [
        Example(
            ("always", *cues_in(title)), KINDS.index(kind), min(1, ORIGIN_COUNTS / counts[kind])
        )
        for title, kind in found.items()
    ]


def is_article(work: object) -> bool:
    return (
        isinstance(work, dict)
        and work.get("type") in {"journal-article", "posted-content", "proceedings-article"}
        and bool(work.get("title"))
        and len(work["title"][0].split()) > 4
    )


def examples(titles: Iterable[Title]) -> list[Example]:
    titles = list(titles)
    counts = Counter((title.origin, title.kind) for title in titles)
    found: list[Example] = []
    for title in titles:
        weight = min(1, ORIGIN_COUNTS / counts[title.origin, title.kind])
        kind = KINDS.index(title.kind)
        found.append(Example(title.cues(alone=True), kind, weight))
        if is_left_to_wording(title):
            found.append(Example(title.cues(alone=False), kind, weight))
    return found


def is_left_to_wording(title: Title) -> bool:
    # what it does is measured
    return next(classifier._sure_ways(title.entry, DEFAULT_SECTIONS), None) is None  # noqa: SLF001


def learn(found: list[Example]) -> Weights:
    """Weights by stochastic gradient (AdaGrad), pulled back to the beliefs after each round.

    The same on each run.
    """
    believed = {name for beliefs in BELIEFS.values() for name in beliefs}
    names = sorted(believed.union(*(example.cues for example in found)))
    beliefs = {name: [BELIEFS[kind].get(name, 0.0) for kind in KINDS] for name in names}
    weights = {name: list(each) for name, each in beliefs.items()}
    squares = {name: [1.0] * len(KINDS) for name in names}
    found, chance = list(found), random.Random(0)  # noqa: S311 - an order, not a secret
    for _ in range(ROUNDS):
        chance.shuffle(found)
        for example in found:
            learn_one(example, weights, squares)
        for name in names:
            for n in range(len(KINDS)):
                pull = HOLD * (weights[name][n] - beliefs[name][n])
                weights[name][n] -= STEP * pull / math.sqrt(squares[name][n])
    return weights


def learn_one(example: Example, weights: Weights, squares: Weights) -> None:
    for n, probability in enumerate(probabilities(weights, example.cues)):
        slope = (probability - (n == example.kind)) * example.weight
        if abs(slope) >= 1e-3:
            for cue in example.cues:
                squares[cue][n] += slope * slope
                weights[cue][n] -= STEP * slope / math.sqrt(squares[cue][n])


def probabilities(weights: Weights, cues: Iterable[str]) -> list[float]:
    known = [weights[cue] for cue in cues if cue in weights]
    scores = [sum(each[n] for each in known) for n in range(len(KINDS))]
    exponents = [math.exp(score - max(scores)) for score in scores]
    return [each / sum(exponents) for each in exponents]


def measure(titles: list[Title]) -> None:
    """Each origin is proposed by weights that never saw it."""
    also = certain()
    outcomes: list[tuple[Title, classifier.SectionProposal]] = []
    for left_out in sorted({title.origin for title in titles}):
        use(learn(examples(title for title in titles if title.origin != left_out) + also))
        outcomes += [
            (title, classifier.propose_section(title.entry, DEFAULT_SECTIONS))
            for title in titles
            if title.origin == left_out
        ]
    report("all", outcomes)
    report("left to wording", [each for each in outcomes if is_left_to_wording(each[0])])
    report("hard ones", [each for each in outcomes if each[0].is_hard])
    for title, proposal in outcomes:
        if "-v" in sys.argv and proposal.confident and not is_right(title, proposal):
            print(
                f"    {title.kind} -> {proposal.section}: {title.entry.title[:90]} | {proposal.why}"
            )


def use(weights: Weights) -> None:
    model.WEIGHTS = {name: tuple(each) for name, each in weights.items()}  # type: ignore[attr-defined]


def is_right(title: Title, proposal: classifier.SectionProposal) -> bool:
    return (proposal.section or "other") == title.kind


def report(what: str, outcomes: list[tuple[Title, classifier.SectionProposal]]) -> None:
    confident = [each for each in outcomes if each[1].confident]
    right = sum(is_right(*each) for each in confident)
    any_right = sum(is_right(*each) for each in outcomes)
    print(
        f"{what}: {len(outcomes)} titles, confident {len(confident) / len(outcomes):.3f}, "
        f"right of these {right / len(confident):.3f}; right of all, unsure as “to sort” {any_right / len(outcomes):.3f}"
    )


HEADER = '''"""How much each cue speaks for each kind: learned by bench/sections.py from {titles} labelled titles.

Made by `python bench/sections.py --write`: change `BELIEFS` there, not these numbers.
"""

from __future__ import annotations

KINDS = {kinds}

WEIGHTS: dict[str, tuple[float, ...]] = {{
'''


def write(titles: list[Title]) -> None:
    weights = learn(examples(titles) + certain())
    kinds = "(" + ", ".join(f'"{kind}"' for kind in KINDS) + ")"
    lines = [
        f'    "{name}": (' + ", ".join(f"{each:.2f}" for each in weights[name]) + "),\n"
        for name in sorted(weights)
    ]
    text = HEADER.format(titles=len(titles), kinds=kinds) + "".join(lines) + "}\n"
    (ROOT / "newsletter" / "sections" / "weights.py").write_text(text, "utf-8")


if __name__ == "__main__":
    if not (SHARED / "data").is_dir():
        print(
            "no recorded data here: name the folder that holds data/labels, or set NEWSLETTER_SHARED"
        )
    elif "--write" in sys.argv:
        write(labelled())
    else:
        measure(labelled())
