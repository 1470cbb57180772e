"""What publishers say in running text for want of a field.

Date, journal, authors, identifiers, a trial's status.

Only lines that begin with a label, and the citation line that PubMed sets first, are read. They
then leave the summary; everything else is what somebody wrote, and stays.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields

from newsletter.formats import dates
from newsletter.model import Dated, Trial, TrialStatus

_LABELLED = re.compile(
    r"""
        (?P<label>
            publication\ date | published\ online | published | available\ online
          | online\ publication\ date | cover\ date | source | journal | authors?(?:\(s\))?
          | author/s | doi | pmid | pmcid | pmc
        )\s*(?:[:：]|(?<=[id])\s(?=10\.))\s*(?P<value>\S.*)
    """,
    re.IGNORECASE | re.VERBOSE,
)
_ISSUE = re.compile(r",?\s*(?:Volume|Vol\.?|Issue|No\.?|Pages?|pp?\.)\s.*", re.IGNORECASE)
# Volume 55, Issue 31-32, August 2021, Page 1917-1940
_ISSUE_DATE = re.compile(
    r"""
        \bVolume\ \S+(?:,\ Issue\ \S+)?,[ ]
        ((?:\d{1,2}\ )?[A-Z][a-z]+(?:[-–][A-Z][a-z]+)?(?:\ \d{1,2},)?\ \d{4})\b
    """,
    re.VERBOSE,
)
# J Virol Methods. 2021 Dec 10:114425. doi: 10.1016/j.jviromet.2021.114425. Online ahead of print.
_CITATION = re.compile(
    r"""
        (?P<journal>[^.\n]{2,120}?(?:\([^)\n]*\))?)\.[ ]
        (?P<date>\d{4}(?:\ [A-Z][a-z]{2}(?:-[A-Z][a-z]{2})?(?:\ \d{1,2})?)?)[;:.](?P<rest>.*)
    """,
    re.VERBOSE,
)
_EMPTY_WORDS = re.compile(
    r"""
          n/?a | none | no\ abstract(?:\ available)? | abstract | summary | \W*
        | (?:html|xml|pdf|full[ -]?text)(?:\W+(?:html|xml|pdf))*
        | [\w\s&:-]{2,100},\ (?:
              early\ ?view | ahead\ of\ print | accepted\ article
            | volume\ \S+,\ issue\ [^,]+,\ pages?\b.*
          )
        | volume\ \S+,\ (?:issue\ \S+,\ )?[\w\s-]+\ \d{4},\ pages?\ [\w\s-]+\W*
    """,
    re.IGNORECASE | re.VERBOSE,
)
_ADVERTISING = re.compile(
    r"""
          the\ post\ .{1,300}\ (?:appeared\ first|first\ appeared)\ on\ .{1,200}
        | (?:continue\ reading|read\ more|weiterlesen)\b.{0,200}
    """,
    re.IGNORECASE | re.DOTALL | re.VERBOSE,
)
_PUBMED = re.compile(
    r"""
          (?:https?://)?(?:www\.)?(?:pubmed\.ncbi\.nlm\.nih\.gov/|ncbi\.nlm\.nih\.gov/pubmed/)
        | pubmed:\d
    """,
    re.IGNORECASE | re.VERBOSE,
)
_REGISTER = re.compile(
    r"https?://(?:www\.|classic\.|beta\.)?clinicaltrials\.gov/.*\bNCT\d{8}\b|NCT\d{8}\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PublisherFacts:
    """What the lines of a text said, and the text without them."""

    dated: Dated | None = None
    journal: str = ""
    authors: tuple[str, ...] = ()
    identifiers: tuple[str, ...] = ()
    summary: str = ""

    def or_else(self, other: PublisherFacts) -> PublisherFacts:
        """These facts, and the other ones where these say nothing."""
        names = [each.name for each in fields(PublisherFacts)]
        known = {name: getattr(self, name) or getattr(other, name) for name in names}
        return PublisherFacts(**known)


def is_pubmed(guid: str, links: tuple[str, ...]) -> bool:
    """Whether the item is a PubMed record: then its content begins with the citation."""
    return bool(_PUBMED.match(guid) or (links and _PUBMED.match(links[0].strip())))


def is_trial_record(guid: str, links: tuple[str, ...]) -> bool:
    """Whether the item is a record of ClinicalTrials.gov itself, and no paper or news about one."""
    return any(_REGISTER.match(each.strip()) for each in (guid, *links[:1]))


def read_text(text: str) -> PublisherFacts:
    """The facts in a plain text of paragraphs."""
    said: dict[str, list[str]] = {}
    kept: list[str] = []
    for n, paragraph in enumerate(text.split("\n\n")):
        rest = "\n".join(
            line for line in paragraph.split("\n") if not _take(line, said, first=n == 0)
        )
        if (
            rest
            and not _ADVERTISING.fullmatch(rest)
            and not _EMPTY_WORDS.fullmatch(rest.rstrip(". "))
        ):
            kept.append(rest)
    found = (dated for each in said.get("date", []) if (dated := _date(each)))
    return PublisherFacts(
        dated=next(found, None) or _issue_date(text),
        journal=next(iter(said.get("journal", [])), ""),
        authors=tuple(said.get("authors", [])),
        identifiers=tuple(said.get("ids", [])),
        summary="\n\n".join(kept),
    )


def _take(line: str, said: dict[str, list[str]], *, first: bool) -> bool:
    """Whether the line told a fact; then it stands in `said`."""
    if found := _LABELLED.fullmatch(line):
        return _take_labelled(found["label"].lower(), found["value"], said)
    if first and (found := _CITATION.fullmatch(line)) and dates.parse(found["date"]):
        said.setdefault("journal", []).append(found["journal"])
        said.setdefault("date", []).append(found["date"])
        said.setdefault("ids", []).append(found["rest"])
        return True
    return line.rstrip(": ").lower() == "abstract"


def _take_labelled(label: str, value: str, said: dict[str, list[str]]) -> bool:
    if label.startswith("author"):
        said.setdefault("authors", []).append(value)
    elif label in {"source", "journal"}:
        said.setdefault("journal", []).append(_ISSUE.sub("", value).rstrip(" .,"))
    elif label in {"doi", "pmid", "pmcid", "pmc"}:
        said.setdefault("ids", []).append(f"{label}:{value}")
    elif _date(value):
        said.setdefault("date", []).append(value)
    else:
        return False
    return True


def _date(text: str) -> Dated | None:
    """ScienceDirect writes `Publication date: Available online 5 November 2021`."""
    return dates.parse(
        re.sub(r"^(?:available|published) online:?\s*", "", text, flags=re.IGNORECASE).strip(" .")
    )


def _issue_date(text: str) -> Dated | None:
    found = _ISSUE_DATE.search(text[:300])
    return dates.parse(found[1]) if found else None


# --- ClinicalTrials.gov

_STATUSES: Mapping[str, TrialStatus] = {status.value: status for status in TrialStatus}
_WORDS = "|".join(re.escape(each) for each in sorted(_STATUSES, key=len, reverse=True))
_STATUS_LINE = re.compile(
    rf"(?:(?:overall |recruitment )?status\s*:\s*)?({_WORDS})\.?", re.IGNORECASE
)
_STATUS_IN_TITLE = re.compile(
    rf"\s*({_WORDS})\s*[:|–—-]\s.*|.*[(\[]({_WORDS})[)\]]\s*", re.IGNORECASE | re.DOTALL
)
_TRIAL_LINE = re.compile(
    r"(?P<label>sponsors?|interventions?|phases?)\s*:\s*(?P<value>\S.*)", re.IGNORECASE
)


def read_trial(text: str, *, title: str = "") -> Trial:
    """What the text of a trial's item tells of it; the status may stand in the title."""
    said: dict[str, str] = {}
    status = TrialStatus.UNKNOWN
    for line in text.split("\n"):
        if found := _STATUS_LINE.fullmatch(line.strip()):
            status = _STATUSES[found[1].lower()]
        elif found := _TRIAL_LINE.fullmatch(line.strip()):
            said[found["label"].lower().rstrip("s")] = found["value"]
    if status is TrialStatus.UNKNOWN and (found := _STATUS_IN_TITLE.fullmatch(title)):
        status = _STATUSES[(found[1] or found[2]).lower()]
    return Trial(
        status=status,
        phase=_phase(said.get("phase", "")),
        sponsor="; ".join(_several(said.get("sponsor", ""))),
        interventions=_several(said.get("intervention", "")),
    )


def _several(value: str) -> tuple[str, ...]:
    """`Drug: C21; Drug: Placebo` as two, without the kind."""
    parts = (
        re.sub(r"^(?:[A-Z][a-z]+(?: [A-Z][a-z]+)?):\s+", "", part.strip())
        for part in value.split(";")
    )
    return tuple(dict.fromkeys(part for part in parts if part))


def _phase(value: str) -> str:
    """`Phase 1; Phase 2` → `1/2`."""
    early = "early " if "early" in value.lower() else ""
    return early + "/".join(dict.fromkeys(re.findall(r"[1-4]", value)))
