"""What a title's wording says about its section, and how surely.

Cues are weighed against each other (a log-linear model).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from newsletter.classifier.cues import cues_in
from newsletter.classifier.weights import KINDS, WEIGHTS

OTHER = "other"
"""News, advice, company reports: what belongs to none of the four."""


@dataclass(frozen=True, slots=True)
class Classification:
    """The likeliest kind, its probability, and the cues that spoke for it, the strongest first."""

    kind: str
    probability: float
    cues: tuple[str, ...]


def classify_title(title: str, summary: str = "", url: str = "") -> Classification:
    """Weigh all cues of a title; the summary and the address may be empty."""
    cues = [name for name in ("always", *cues_in(title, summary, url)) if name in WEIGHTS]
    scores = [math.fsum(WEIGHTS[name][n] for name in cues) for n in range(len(KINDS))]
    best = max(range(len(KINDS)), key=lambda n: scores[n])
    probability = 1 / math.fsum(math.exp(score - scores[best]) for score in scores)
    telling = sorted(
        (name for name in cues if WEIGHTS[name][best] > 0.25), key=lambda name: -WEIGHTS[name][best]
    )
    return Classification(
        KINDS[best], probability, tuple(name for name in telling if name != "always")
    )
