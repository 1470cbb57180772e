"""ClinicalTrials.gov: studies as API v2 gives them (https://clinicaltrials.gov/data-api/api).

The register's words are kept (status, dates at their precision, the contact it publishes); only
their form is made that of the newsletter. An entry is dated when the register first posted the
study.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from math import cos, hypot, radians
from typing import Any
from urllib.parse import urlencode

from newsletter.errors import SourceError
from newsletter.formats.dates import parse
from newsletter.formats.markup_text import paragraphs
from newsletter.model import Dated, Document, Entry, Ids, ParsedDocument, Source, Trial, TrialStatus
from newsletter.sources.registries.api_client import (
    MAX_SUMMARY,
    HttpClient,
    ask,
    at,
    json_of,
    list_at,
    newest,
    refuse_too_many,
    text_at,
    texts_at,
)
from newsletter.sources.titles import clean_title

API = "https://clinicaltrials.gov/api/v2"
SECTION = "trials"
PAGE = 100  # studies of one request; the service allows 1,000, which may be 100 MB
MAX_PLACES = 200

ANSWER = "an answer of ClinicalTrials.gov"
STATUS = {status.value.upper().replace(",", "").replace(" ", "_"): status for status in TrialStatus}
"""The register's word → ours: ACTIVE_NOT_RECRUITING → “active, not recruiting”."""

PHASE = {"EARLY_PHASE1": "early 1", "PHASE1": "1", "PHASE2": "2", "PHASE3": "3", "PHASE4": "4"}
SEX = {"FEMALE": "women", "MALE": "men"}
SHORT = {"United States": "US", "United Kingdom": "UK"}


def read_trials(document: Document, source: Source) -> ParsedDocument:
    """The studies of a `/studies` answer, of one study, or of a list of them.

    Only those of the source's states.

    Raises SourceError when the document is something else.
    """
    wanted = _read_statuses(source)
    entries: list[Entry] = []
    skipped: list[str] = []
    studies = _studies(json_of(document, ANSWER))
    refuse_too_many(studies, ANSWER)
    for study in studies:
        entry = _entry(study, source)
        if not entry.ids.nct or not entry.title:
            skipped.append(
                f"study {entry.ids.nct or f'“{entry.title}”'} was left out: it has no number or no"
                " title"
            )
        elif entry.trial and (not wanted or entry.trial.status in wanted):
            entries.append(entry)
    return newest(entries, skipped, source.limit)


def _studies(answer: Any) -> list[Any]:
    if isinstance(answer, list):
        return answer
    if at(answer, "protocolSection"):
        return [answer]
    if isinstance(at(answer, "studies"), list):
        return list_at(answer, "studies")
    if at(answer, "FullStudiesResponse"):
        raise SourceError(
            "this answer is of ClinicalTrials.gov's old API, closed in 2024: fetch it from"
            " /api/v2/studies"
        )
    raise SourceError(
        "this is not an answer of ClinicalTrials.gov: it has no studies; use /api/v2/studies"
    )


def _read_statuses(source: Source) -> tuple[TrialStatus, ...]:
    """The states the source asks for; empty: all. Raises SourceError for a word that is none."""
    words = {name.replace("_", " "): status for name, status in STATUS.items()}
    states = []
    for each in source.status:
        word = re.sub(r"[\s,_]+", " ", each).strip().upper()
        if word not in words:
            raise SourceError(
                f"“{each}” is no status of a trial: write one of {', '.join(TrialStatus)}"
            )
        states.append(words[word])
    return tuple(states)


def _entry(study: Any, source: Source) -> Entry:
    protocol = at(study, "protocolSection")
    named = at(protocol, "identificationModule")
    number = text_at(named, "nctId").upper()
    nct = number if re.fullmatch(r"NCT\d{8}", number) else None
    trial = _trial(protocol, source.place)
    return Entry(
        ids=Ids(nct=nct),
        title=clean_title(text_at(named, "briefTitle") or text_at(named, "officialTitle")),
        links=(f"https://clinicaltrials.gov/study/{nct}",) if nct else (),
        dated=trial.first_posted_on or trial.updated_on,
        summary=_summary(at(protocol, "descriptionModule", "briefSummary")),
        section=source.section or SECTION,
        trial=trial,
    )


def _summary(markdown: Any) -> str:
    """The register's Markdown as plain text.

    List items are paragraphs, and an escaped `>` is a `>`.
    """
    if not isinstance(markdown, str):
        return ""
    text = re.sub(r"\n\s*(?=(?:[*-]|\d+\.) )", "\n\n", markdown[:MAX_SUMMARY])
    return paragraphs(re.sub(r"\\([\\<>\[\]*_~#&`])", r"\1", text.replace("<", "&lt;")))


def _trial(protocol: Any, near: str) -> Trial:
    state = at(protocol, "statusModule")
    locations = _sort_locations(list_at(protocol, "contactsLocationsModule", "locations"), near)
    interventions = (
        text_at(each, "name")
        for each in list_at(protocol, "armsInterventionsModule", "interventions")
    )
    return Trial(
        status=STATUS.get(text_at(state, "overallStatus"), TrialStatus.UNKNOWN),
        phase="/".join(
            PHASE[each] for each in texts_at(protocol, "designModule", "phases") if each in PHASE
        ),
        sponsor=text_at(protocol, "sponsorCollaboratorsModule", "leadSponsor", "name"),
        places=tuple(dict.fromkeys(filter(None, map(_place, locations))))[:MAX_PLACES],
        contact=_contact(protocol, locations),
        interventions=tuple(dict.fromkeys(filter(None, interventions))),
        who="; ".join(_who(protocol)),
        status_on=_date(state, "statusVerifiedDate"),
        first_posted_on=_date(state, "studyFirstPostDateStruct", "date"),
        updated_on=_date(state, "lastUpdatePostDateStruct", "date"),
    )


def _date(value: Any, *path: str) -> Dated | None:
    text = text_at(value, *path)
    return parse(text) if re.fullmatch(r"\d{4}(-\d\d){0,2}", text) else None


def _place(location: Any) -> str:
    """“Denver, US”."""
    country = text_at(location, "country")
    return ", ".join(filter(None, (text_at(location, "city"), SHORT.get(country, country))))


def _sort_locations(locations: list[Any], near: str) -> list[Any]:
    """Without the withdrawn ones.

    Those in the place that staff named first, then by distance from it.
    """
    locations = [each for each in locations if text_at(each, "status") != "WITHDRAWN"]
    word = near.strip().casefold()
    here = [each for each in locations if word in _names(each)] if word else []
    points = [point for each in here if (point := _point(each))]
    distance = _distance_from(points[0]) if points else None
    return sorted(
        locations, key=lambda each: (each not in here, distance(each) if distance else 0.0)
    )


def _names(location: Any) -> set[str]:
    names = [text_at(location, name) for name in ("city", "state", "country")]
    return {name.casefold() for each in names for name in (each, SHORT.get(each, each))}


def _point(location: Any) -> tuple[float, float] | None:
    """Latitude and longitude in degrees."""
    lat, lon = at(location, "geoPoint", "lat"), at(location, "geoPoint", "lon")
    return (
        (float(lat), float(lon))
        if isinstance(lat, int | float) and isinstance(lon, int | float)
        else None
    )


def _distance_from(here: tuple[float, float]) -> Callable[[Any], float]:
    """A measure good enough to order places: degrees on a flat map around `here`.

    What has no point comes last.
    """

    def distance(location: Any) -> float:
        there = _point(location)
        if there is None:
            return 1_000.0
        east = (there[1] - here[1] + 180) % 360 - 180
        return hypot(there[0] - here[0], east * cos(radians(here[0])))

    return distance


def _contact(protocol: Any, locations: list[Any]) -> str:
    """Name, phone and mail address of the study's contact, else of the first place with one."""
    module = at(protocol, "contactsLocationsModule")
    lists = [list_at(module, "centralContacts"), *(list_at(each, "contacts") for each in locations)]
    return next(filter(None, (_person(person) for persons in lists for person in persons)), "")


def _person(person: Any) -> str:
    phone, extension = text_at(person, "phone"), text_at(person, "phoneExt")
    number = f"{phone} ext. {extension}" if phone and extension else phone
    return ", ".join(filter(None, (text_at(person, "name"), number, text_at(person, "email"))))


def _who(protocol: Any) -> Iterator[str]:
    """Age, sex, conditions, and whether healthy people may join."""
    module = at(protocol, "eligibilityModule")
    if age := _age(text_at(module, "minimumAge").lower(), text_at(module, "maximumAge").lower()):
        yield age
    if sex := SEX.get(text_at(module, "sex")):
        yield sex
    if conditions := texts_at(protocol, "conditionsModule", "conditions"):
        yield "with " + ", ".join(conditions[:3]) + (" and others" if conditions[3:] else "")
    if at(module, "healthyVolunteers") is True:
        yield "healthy volunteers accepted"


def _age(least: str, most: str) -> str:
    """“18 to 75 years”, “18 years and older”, “up to 17 years”; empty when every age may join."""
    if least and most:
        number, _, unit = least.partition(" ")
        return f"{number if most.rstrip('s').endswith(unit.rstrip('s')) else least} to {most}"
    return f"{least} and older" if least else f"up to {most}" if most else ""


def studies_request(source: Source, *, page_token: str = "", base: str = API) -> str:
    """The address of one page of the source's search, the most recently updated first."""
    names = {status: name for name, status in STATUS.items()}
    parameters = {
        "query.cond": source.query,
        "query.locn": source.place,
        "filter.overallStatus": ",".join(names[status] for status in _read_statuses(source)),
        "sort": "LastUpdatePostDate:desc",
        "pageSize": str(min(PAGE, source.limit)),
        "pageToken": page_token,
        "format": "json",
    }
    return (
        f"{base}/studies?{urlencode({name: value for name, value in parameters.items() if value})}"
    )


async def collect_trials(getter: HttpClient, source: Source, *, base: str = API) -> ParsedDocument:
    """The studies of the source's condition, states and place, at most its limit.

    Raises SourceError when any page fails: a shortened list would look as if trials had closed.
    """
    entries: list[Entry] = []
    skipped: list[str] = []
    token = ""
    seen = {""}
    while len(entries) < source.limit:
        document = await ask(getter, studies_request(source, page_token=token, base=base))
        page = read_trials(document, source)
        entries += page.entries
        skipped += page.skipped
        token = text_at(json_of(document, "an answer of ClinicalTrials.gov"), "nextPageToken")
        if token in seen:  # none, or a service that leads in circles
            break
        seen.add(token)
    return ParsedDocument(entries=tuple(entries[: source.limit]), skipped=tuple(skipped))


async def fetch_trial(
    getter: HttpClient, nct: str, source: Source, *, base: str = API
) -> ParsedDocument:
    """One study by its number.

    Raises SourceError when the register does not answer or does not know it.
    """
    reading = read_trials(await ask(getter, f"{base}/studies/{nct}?format=json"), source)
    if not reading.entries:
        raise SourceError(f"ClinicalTrials.gov has no study {nct}: look at the number")
    return reading
