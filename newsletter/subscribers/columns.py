"""What the columns of a subscriber list mean.

By their headings, and where those do not tell, by what stands in them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from newsletter.model import SubscriberState

S = SubscriberState


class StateColumnKind(StrEnum):
    """How a state column tells a state."""

    WORD = "word"
    YES_IS_ACTIVE = "yes is active"
    YES_IS_OUT = "yes is out"
    DATE_IS_OUT = "a date is out"
    DATE_IS_BOUNCED = "a date is bounced"


@dataclass(frozen=True, slots=True)
class StateColumn:
    """A column that tells whether a person may be mailed."""

    index: int
    kind: StateColumnKind

    def state(self, cell: str) -> SubscriberState | None:
        """The state that a cell tells; None when it tells nothing either way."""
        text = _normalize_text(cell)
        match self.kind:
            case StateColumnKind.WORD:
                return WORDS.get(text, S.PENDING)
            case StateColumnKind.YES_IS_ACTIVE:
                return S.ACTIVE if text in _YES else S.UNSUBSCRIBED if text in _NO else S.PENDING
            case StateColumnKind.YES_IS_OUT:
                return S.UNSUBSCRIBED if text in _YES else S.ACTIVE if text in _NO else S.PENDING
            case StateColumnKind.DATE_IS_OUT:
                return S.UNSUBSCRIBED if text not in _NEVER else None
            case StateColumnKind.DATE_IS_BOUNCED:
                return S.BOUNCED if text not in _NEVER else None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListColumns:
    """Where in a row each part stands; None or empty: nowhere."""

    address: int
    names: tuple[int, ...] = ()
    states: tuple[StateColumn, ...] = ()
    default_state: SubscriberState = S.ACTIVE  # where no column tells one
    why: int | None = None
    language: int | None = None
    sections: int | None = None
    large_print: int | None = None

    def state_of(self, cells: Sequence[str]) -> SubscriberState:
        """The most careful of the states that a row tells."""
        told = [
            each.state(cells[each.index] if each.index < len(cells) else "") for each in self.states
        ]
        return max(
            (state for state in told if state), key=CAREFUL.index, default=self.default_state
        )


CAREFUL = (S.ACTIVE, S.PAUSED, S.PENDING, S.BOUNCED, S.UNSUBSCRIBED, S.COMPLAINED)
"""From the one who may be mailed to the one who must never be."""

_YES = frozenset({"1", "yes", "y", "true", "t", "x", "on", "ja", "si", "oui"})
_NO = frozenset({"0", "no", "n", "false", "f", "off", "nein", "non"})
_NEVER = frozenset(
    {"", "0", "null", "none", "n a", "false", "no", "never", "0000 00 00 00 00 00", "0000 00 00"}
)


def _normalize_text(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold().replace("_", " ")))


_SPELLINGS: Mapping[SubscriberState, str] = {
    S.ACTIVE: (
        "active|subscribed|subscriber|confirmed|opted in|opt in|optin|enabled|express|implied|"
        "explicit|double opt in|single opt in|confirmed opt in|granted|mailable|valid|"
        "deliverable|yes|true|1"
    ),
    S.UNSUBSCRIBED: (
        "unsubscribed|unsubscribe|unsub|opted out|opt out|optout|optedout|removed|cancelled|"
        "canceled|blocked|blacklisted|blocklisted|blacklist|blocklist|suppressed|disabled|"
        "deleted|left|revoked|withdrawn|do not mail|do not email|do not contact|no|false|0|"
        "archived"
    ),
    S.BOUNCED: (
        "bounced|bounce|cleaned|unreachable|hard bounce|hard bounced|hardbounced|"
        "undeliverable|invalid|bouncing"
    ),
    S.COMPLAINED: (
        "complained|complaint|spam|marked as spam|reported spam|abuse|spam complaint|"
        "abuse complaint|junk"
    ),
    S.PAUSED: "paused|snoozed|on hold|vacation",
    S.PENDING: "pending|unconfirmed|awaiting confirmation|not confirmed|inactive|waiting",
}
WORDS = {word: state for state, words in _SPELLINGS.items() for word in words.split("|")}
"""Folded word → state."""

_ADDRESS = [
    "e mail 1 value",
    "email address",
    "e mail address",
    "email",
    "e mail",
    "mail address",
    "mail",
    "emailaddress",
    "primary email",
    "email 1",
    "e mail 1",
    "e mail 1 address",
    "your email",
    "your email address",
    "work email",
    "contact email",
    "subscriber email",
    "correo",
    "correo electrónico",
    "adresse e mail",
    "adresse email",
    "adresse électronique",
    "courriel",
    "e mail adresse",
    "email adresse",
    "indirizzo email",
    "endereço de e mail",
    "user email",
    "address",
]
_FIRST = [
    "first name",
    "given name",
    "firstname",
    "fname",
    "forename",
    "vorname",
    "prénom",
    "nombre",
    "first",
]
_LAST = [
    "last name",
    "family name",
    "lastname",
    "surname",
    "lname",
    "nachname",
    "nom de famille",
    "apellido",
    "apellidos",
    "last",
]
_FULL = [
    "name",
    "full name",
    "fullname",
    "your name",
    "your full name",
    "display name",
    "contact name",
    "subscriber name",
    "person",
]
_STATE_WORDS = [
    "status",
    "state",
    "email status",
    "list status",
    "global status",
    "subscription status",
    "subscriber status",
    "subscription state",
    "email permission status",
    "permission status",
    "marketing status",
    "email marketing status",
    "contact status",
    "opt in status",
    "consent",
    "email opt in status",
]
_STATE_KINDS: Mapping[str, StateColumnKind] = {
    **dict.fromkeys(
        ("subscribed", "is subscribed", "opted in", "opt in", "email opt in"),
        StateColumnKind.YES_IS_ACTIVE,
    ),
    **dict.fromkeys(
        (
            "email disabled",
            "unsubscribed",
            "is unsubscribed",
            "opted out",
            "opt out",
            "email opt out",
            "bounced",
            "unsubscribed from all email",
            "blocked",
            "suppressed",
            "complained",
        ),
        StateColumnKind.YES_IS_OUT,
    ),
    **dict.fromkeys(
        (
            "unsub time",
            "unsubscribed at",
            "unsubscribe date",
            "date unsubscribed",
            "optout date",
            "opt out date",
            "unsubscribed on",
            "cancelled at",
            "canceled at",
            "unsubscribe time",
            "unsubscribed date",
            "optout time",
        ),
        StateColumnKind.DATE_IS_OUT,
    ),
    **dict.fromkeys(
        ("clean time", "cleaned at", "bounced at", "bounce date", "bounced on"),
        StateColumnKind.DATE_IS_BOUNCED,
    ),
}
_WHY = ["why", "reason", "unsub reason", "unsubscribe reason", "unsubscribed reason"]


def detect_columns(
    header: Sequence[str], sample: Sequence[Sequence[str]], *, file_name: str = ""
) -> ListColumns | None:
    """The columns of a file with a heading line; None when no column holds addresses."""
    names = [_normalize_text(cell) for cell in header]
    address = _address_column(names, sample)
    if address is None:
        return None
    states = _state_columns(names, sample)
    return ListColumns(
        address=address,
        names=_name_columns(names, sample),
        states=states,
        default_state=_default_state(names, states, file_name),
        why=_first(names, _WHY),
        language=_first(names, ("language", "lang", "locale", "preferred language")),
        sections=_first(names, ("sections",)),
        large_print=_first(names, ("large print",)),
    )


def detect_without_header(rows: Sequence[Sequence[str]]) -> ListColumns | None:
    """The columns of a plain list: one whose first line already holds an address.

    None when it does not.
    """
    first = list(rows[0]) if rows else []
    holding = [index for index, cell in enumerate(first) if _looks_like_address(cell)]
    if not holding:
        return None
    others = tuple(
        index for index, cell in enumerate(first)
        if index not in holding and cell.strip() and not re.search(r"\d|@", cell)
    )  # fmt: skip
    return ListColumns(address=holding[0], names=others[:2])


def _first(names: Sequence[str], wanted: Sequence[str]) -> int | None:
    return next((names.index(each) for each in wanted if each in names), None)


def _address_column(names: Sequence[str], sample: Sequence[Sequence[str]]) -> int | None:
    """By name, where addresses stand in it (or nothing does); else the one with the most addresses."""
    known = [names.index(each) for each in _ADDRESS if each in names]
    filled = [index for index in known if _share(index, sample) > 0]
    if filled:
        return filled[0]
    shares = [(_share(index, sample), -index) for index in range(len(names))]
    best, index = max(shares, default=(0.0, 0))
    if best >= 0.5:
        return -index
    sure = [index for index in known if names[index] != "address"]
    return sure[0] if sure else None


def _share(index: int, sample: Sequence[Sequence[str]]) -> float:
    cells = [row[index] for row in sample if index < len(row) and row[index].strip()]
    return sum(map(_looks_like_address, cells)) / len(cells) if cells else 0.0


def _looks_like_address(cell: str) -> bool:
    return bool(re.search(r"[^\s@<>,;]@[^\s@<>,;]+\.[^\s@<>,;]", cell)) and "://" not in cell


def _name_columns(names: Sequence[str], sample: Sequence[Sequence[str]]) -> tuple[int, ...]:
    first, last, full = _first(names, _FIRST), _first(names, _LAST), _first(names, _FULL)
    parts = tuple(index for index in (first, last) if index is not None)
    if full is not None and (
        not parts or any(full < len(row) and row[full].strip() for row in sample)
    ):
        return (full,)
    return parts


def _state_columns(
    names: Sequence[str], sample: Sequence[Sequence[str]]
) -> tuple[StateColumn, ...]:
    found = []
    for index, name in enumerate(names):
        if name in _STATE_KINDS:
            found.append(StateColumn(index, _STATE_KINDS[name]))
        elif name in _STATE_WORDS and (name != "state" or _tells_states(index, sample)):
            found.append(StateColumn(index, StateColumnKind.WORD))
    return tuple(found)


def _tells_states(index: int, sample: Sequence[Sequence[str]]) -> bool:
    """Whether "state" is a subscriber's state here, and not Colorado."""
    cells = [
        _normalize_text(row[index]) for row in sample if index < len(row) and row[index].strip()
    ]
    return not cells or any(cell in WORDS for cell in cells)


def _default_state(
    names: Sequence[str], states: Sequence[StateColumn], file_name: str
) -> SubscriberState:
    """What a row is when its columns tell nothing. Mailchimp tells it by the name of the file."""
    stem = _normalize_text(file_name.rpartition("/")[2]).removeprefix(
        "rejected "
    )  # the lines of such a file, mended
    if stem.startswith(("unsubscribed", "unsubscribes", "optout", "opted out", "suppress")):
        return S.UNSUBSCRIBED
    if stem.startswith(("cleaned", "bounced", "bounces")):
        return S.BOUNCED
    whole_file = {StateColumnKind.DATE_IS_OUT, StateColumnKind.DATE_IS_BOUNCED} & {
        each.kind for each in states
    }
    if whole_file and "last changed" not in names and "leid" in names and "languages" not in names:
        return S.PENDING  # a Mailchimp file of people who left, with a row that does not say when
    return S.ACTIVE
