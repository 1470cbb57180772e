"""What a rule is.

A function from a proof to the spots it objects to, with its reason and its remedy beside it.

A rule does no I/O and reads no clock. It is registered by `@rule`, which is also all that
docs/checks.md is made of.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from newsletter.checks.parsed_mail import ParsedMail
from newsletter.model import Finding, Fix, Issue, Severity


@dataclass(frozen=True, slots=True)
class Violation:
    """One place that a rule objects to, and what is wrong there as a sentence."""

    where: str
    message: str
    remedy: str = ""  # where this spot needs other words than the rule's own
    change: Callable[[Issue], Issue] | None = (
        None  # mends it, where the rule names what its button says
    )


Examine = Callable[[ParsedMail], Iterable[Violation]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One registered rule."""

    name: str
    severity: Severity
    why: str
    remedy: str
    group: str  # module it stands in: "content", "links", …
    fix: str = ""  # the button that mends what it finds, where a program can: a plain verb
    examine: Examine

    def findings(self, proof: ParsedMail) -> tuple[Finding, ...]:
        """All that this rule objects to, in the order it was found."""
        return tuple(
            Finding(
                rule=self.name,
                severity=self.severity,
                where=spot.where,
                message=spot.message,
                remedy=spot.remedy or self.remedy,
                fix=Fix(self.fix, spot.change) if spot.change else None,
            )
            for spot in self.examine(proof)
        )


_RULES: dict[str, Rule] = {}


def rule(
    name: str, severity: Severity, *, why: str, remedy: str, mend: str = ""
) -> Callable[[Examine], Examine]:
    """Register a rule under a name of its own; raises ValueError when the name is taken."""

    def register(examine: Examine) -> Examine:
        if name in _RULES:
            raise ValueError(f"two rules are named {name}")
        group = examine.__module__.rpartition(".")[2]
        told = Rule(
            name=name,
            severity=severity,
            why=why,
            remedy=remedy,
            group=group,
            fix=mend,
            examine=examine,
        )
        _RULES[name] = told
        return examine

    return register


def list_rules() -> tuple[Rule, ...]:
    """Every rule whose module was imported, in the order of registration."""
    return tuple(_RULES.values())
