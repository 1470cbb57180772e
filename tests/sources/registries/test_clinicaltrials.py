"""ClinicalTrials.gov studies become entries, and a search is followed to its last page."""

import contextlib
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.errors import SourceError
from newsletter.model import Document, Source, SourceKind, TrialStatus
from newsletter.sources.registries.clinicaltrials import (
    collect_trials,
    fetch_trial,
    read_trials,
    studies_request,
)

SOURCE = Source(name="trials", kind=SourceKind.TRIALS, query="leiomyosarcoma")

STUDY = {
    "protocolSection": {
        "identificationModule": {"nctId": "NCT01234567", "briefTitle": "Olaparib in Uterine Leiomyosarcoma."},
        "statusModule": {
            "overallStatus": "ACTIVE_NOT_RECRUITING",
            "statusVerifiedDate": "2026-10",
            "studyFirstPostDateStruct": {"date": "2025-03-04", "type": "ACTUAL"},
            "lastUpdatePostDateStruct": {"date": "2026-11-02"},
        },
        "sponsorCollaboratorsModule": {"leadSponsor": {"name": "Dana-Farber", "class": "OTHER"}},
        "descriptionModule": {"briefSummary": "Two drugs:\n\n* one, dose \\> 5\n* two <10\n\nWho may\njoin?"},
        "conditionsModule": {"conditions": ["Leiomyosarcoma", "Uterine Sarcoma"]},
        "designModule": {"phases": ["PHASE1", "PHASE2"]},
        "armsInterventionsModule": {"interventions": [{"name": "Olaparib"}, {"name": "Temozolomide"}, {"name": "Olaparib"}]},
        "eligibilityModule": {"sex": "FEMALE", "minimumAge": "18 Years", "healthyVolunteers": False},
        "contactsLocationsModule": {
            "centralContacts": [{"name": "Ann Lee", "phone": "555-0100", "phoneExt": "7", "email": "ann@example.org"}],
            "locations": [
                {"city": "Berlin", "country": "Germany", "geoPoint": {"lat": 52.5, "lon": 13.4}},
                {"city": "Aurora", "state": "Colorado", "country": "United States", "geoPoint": {"lat": 39.7, "lon": -104.8}},
                {"city": "Denver", "state": "Colorado", "country": "United States", "geoPoint": {"lat": 39.7, "lon": -105.0}},
                {"city": "Denver", "state": "Colorado", "country": "United States", "contacts": [{"name": "B. Day"}]},
                {"city": "London", "country": "United Kingdom", "status": "WITHDRAWN"},
                {"facility": "Nowhere"},
            ],
        },
    }
}  # fmt: skip


def read(value, source=SOURCE):
    return read_trials(Document(content=json.dumps(value).encode()), source)


def only(value, source=SOURCE):
    reading = read(value, source)
    assert reading.skipped == ()
    (entry,) = reading.entries
    return entry


def changed(**modules):
    return {"protocolSection": STUDY["protocolSection"] | modules}


def test_a_study_is_an_entry():
    entry = only(STUDY)
    assert entry.title == "Olaparib in Uterine Leiomyosarcoma"
    assert entry.ids.known() == {"nct": "NCT01234567"}
    assert entry.links == ("https://clinicaltrials.gov/study/NCT01234567",)
    assert str(entry.dated) == "2025-03-04"
    assert entry.section == "trials"
    assert entry.summary == "Two drugs:\n\n* one, dose > 5\n\n* two <10\n\nWho may join?"
    trial = entry.trial
    assert trial.status is TrialStatus.ACTIVE_NOT_RECRUITING
    assert (trial.phase, trial.sponsor) == ("1/2", "Dana-Farber")
    assert trial.places == ("Berlin, Germany", "Aurora, US", "Denver, US")
    assert trial.contact == "Ann Lee, 555-0100 ext. 7, ann@example.org"
    assert trial.interventions == ("Olaparib", "Temozolomide")
    assert trial.who == "18 years and older; women; with Leiomyosarcoma, Uterine Sarcoma"
    assert (str(trial.status_on), str(trial.first_posted_on), str(trial.updated_on)) == (
        "2026-10",
        "2025-03-04",
        "2026-11-02",
    )


def test_the_section_of_the_source_is_the_entry_s():
    assert (
        only(STUDY, Source(name="a", kind=SourceKind.TRIALS, section="studies")).section
        == "studies"
    )


@pytest.mark.parametrize(
    ("place", "places"),
    [
        ("Denver", ("Denver, US", "Aurora, US", "Berlin, Germany")),
        ("colorado", ("Aurora, US", "Denver, US", "Berlin, Germany")),
        ("US", ("Aurora, US", "Denver, US", "Berlin, Germany")),
        ("germany", ("Berlin, Germany", "Aurora, US", "Denver, US")),
        ("Atlantis", ("Berlin, Germany", "Aurora, US", "Denver, US")),
    ],
)
def test_the_nearest_places_come_first(place, places):
    found = only(STUDY, Source(name="a", kind=SourceKind.TRIALS, place=place)).trial.places
    assert found == places


def test_without_a_central_contact_the_first_place_s_is_named():
    module = STUDY["protocolSection"]["contactsLocationsModule"] | {"centralContacts": []}
    assert only(changed(contactsLocationsModule=module)).trial.contact == "B. Day"


@pytest.mark.parametrize(
    ("eligibility", "who"),
    [
        ({"minimumAge": "18 Years", "maximumAge": "75 Years"}, "18 to 75 years"),
        ({"minimumAge": "1 Year", "maximumAge": "5 Years"}, "1 to 5 years"),
        ({"minimumAge": "6 Months", "maximumAge": "5 Years"}, "6 months to 5 years"),
        ({"maximumAge": "17 Years", "sex": "MALE"}, "up to 17 years; men"),
        ({"sex": "ALL", "healthyVolunteers": True}, "healthy volunteers accepted"),
        ({}, ""),
    ],
)
def test_who_may_join_is_said_shortly(eligibility, who):
    assert only(changed(eligibilityModule=eligibility, conditionsModule={})).trial.who == who


def test_many_conditions_are_cut():
    study = changed(eligibilityModule={}, conditionsModule={"conditions": ["A", "B", "C", "D"]})
    assert only(study).trial.who == "with A, B, C and others"


@pytest.mark.parametrize(
    ("phases", "phase"),
    [(["EARLY_PHASE1"], "early 1"), (["NA"], ""), (["PHASE3"], "3"), (None, "")],
)
def test_phases_are_short(phases, phase):
    assert only(changed(designModule={"phases": phases})).trial.phase == phase


def test_a_study_of_unknown_state_without_dates_is_still_an_entry():
    entry = only(
        changed(
            statusModule={"overallStatus": "SOMETHING_NEW", "statusVerifiedDate": "soon"},
            descriptionModule={},
        )
    )
    assert (entry.trial.status, entry.dated, entry.trial.status_on) == (
        TrialStatus.UNKNOWN,
        None,
        None,
    )
    assert entry.summary == ""


def test_one_study_many_and_an_answer_are_read_alike():
    assert len(read([STUDY, STUDY]).entries) == 2
    assert len(read({"studies": [STUDY], "nextPageToken": "x"}).entries) == 1
    assert read({"studies": []}).entries == ()


@pytest.mark.parametrize(
    "words",
    [
        "recruiting",
        "RECRUITING",
        "active not recruiting",
        "active, not recruiting",
        "ACTIVE_NOT_RECRUITING",
    ],
)
def test_only_the_states_that_staff_asked_for_are_kept(words):
    found = read(STUDY, Source(name="a", kind=SourceKind.TRIALS, status=(words,))).entries
    assert len(found) == ("ACTIVE" in words.upper())


def test_a_state_that_does_not_exist_is_told_with_those_that_do():
    with pytest.raises(
        SourceError,
        match="“open” is no status of a trial: write one of not yet recruiting, recruiting",
    ):
        read(STUDY, Source(name="a", kind=SourceKind.TRIALS, status=("open",)))


def test_a_study_without_number_is_named_and_left_out():
    reading = read([STUDY, changed(identificationModule={"briefTitle": "A study"}), 5])
    assert len(reading.entries) == 1
    assert reading.skipped == (
        "study “A study” was left out: it has no number or no title",
        "study “” was left out: it has no number or no title",
    )


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"<html>", "it is no JSON"),
        (b'{"FullStudiesResponse": {"FullStudies": []}}', "old API, closed in 2024"),
        (b'{"message": "NCT number is not valid"}', "it has no studies; use /api/v2/studies"),
        (b"3", "it has no studies"),
    ],
)
def test_what_is_no_answer_of_the_register_is_refused(content, words):
    with pytest.raises(SourceError, match=words):
        read_trials(Document(content=content), SOURCE)


KEYS = """protocolSection identificationModule nctId briefTitle statusModule overallStatus contactsLocationsModule locations
geoPoint lat lon eligibilityModule minimumAge conditionsModule conditions studies city designModule phases"""
VALUES = st.sampled_from(
    [None, True, 5, 1e300, "", "NCT01234567", "PHASE1", "RECRUITING", "2023", "\x00"]
)
SHAPES = st.recursive(
    VALUES,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(KEYS.split()), inner, max_size=6)
    ),
    max_leaves=20,
)


@given(SHAPES)
@settings(deadline=None)
def test_any_json_ends_in_entries_or_a_sentence(value):
    for shape in (value, {"protocolSection": value}, {"studies": [{"protocolSection": value}]}):
        with contextlib.suppress(SourceError):
            assert all(
                entry.title
                for entry in read(
                    shape, Source(name="a", kind=SourceKind.TRIALS, place="x")
                ).entries
            )


def test_a_search_names_condition_place_and_states():
    source = Source(
        name="a",
        kind=SourceKind.TRIALS,
        query="sarcoma",
        place="Denver",
        status=("recruiting",),
        limit=30,
    )
    assert studies_request(source) == (
        "https://clinicaltrials.gov/api/v2/studies?query.cond=sarcoma&query.locn=Denver&filter.overallStatus=RECRUITING"
        "&sort=LastUpdatePostDate%3Adesc&pageSize=30&format=json"
    )


async def test_a_search_is_followed_to_its_last_page(registry):
    first, second = {"studies": [STUDY], "nextPageToken": "t1"}, {"studies": [STUDY]}
    registry.answers["/studies"] = [json.dumps(first).encode(), json.dumps(second).encode()]
    reading = await collect_trials(registry, SOURCE, base=registry.base)
    assert len(reading.entries) == 2
    assert [asked.get("pageToken") for _, asked in registry.asked] == [None, "t1"]


async def test_a_search_that_leads_in_circles_ends(registry):
    registry.answers["/studies"] = json.dumps({"studies": [STUDY], "nextPageToken": "t1"}).encode()
    reading = await collect_trials(registry, SOURCE, base=registry.base)
    assert len(reading.entries) == len(registry.asked) == 2


async def test_a_search_ends_at_the_source_s_limit(registry):
    registry.answers["/studies"] = json.dumps(
        {"studies": [STUDY, STUDY], "nextPageToken": "t1"}
    ).encode()
    source = Source(name="a", kind=SourceKind.TRIALS, query="x", limit=1)
    assert len((await collect_trials(registry, source, base=registry.base)).entries) == 1


async def test_a_page_that_fails_fails_the_source(registry):
    registry.answers["/studies"] = [
        json.dumps({"studies": [STUDY], "nextPageToken": "t1"}).encode()
    ]
    with pytest.raises(SourceError, match="answered 404"):
        await collect_trials(registry, SOURCE, base=registry.base)


async def test_one_study_is_fetched_by_its_number(registry):
    registry.answers["/studies/NCT01234567"] = json.dumps(STUDY).encode()
    assert (await fetch_trial(registry, "NCT01234567", SOURCE, base=registry.base)).entries[
        0
    ].ids.nct == "NCT01234567"
    registry.answers["/studies/NCT00000000"] = b'{"studies": []}'
    with pytest.raises(SourceError, match="has no study NCT00000000"):
        await fetch_trial(registry, "NCT00000000", SOURCE, base=registry.base)


@pytest.mark.shared
def test_recorded_studies_are_read_as_an_editor_reads_them(recorded):
    def of(name):
        (entry,) = read_trials(
            Document(content=(recorded / "ctgov_json" / name).read_bytes()), SOURCE
        ).entries
        return entry

    entry = of("aact__NCT06171568.json")
    assert (str(entry.dated), entry.trial.status, entry.trial.places) == (
        "2023-12-14",
        "not yet recruiting",
        ("Paris, France",),
    )
    assert (
        entry.trial.contact == "Camille Heslot, MD, 01.49.95.81.69 ext. +33, camille.heslot@aphp.fr"
    )
    assert (entry.trial.who, str(entry.trial.status_on)) == (
        "18 years and older; with Brain Injuries",
        "2023-12",
    )
    entry = of("biomcp__get_nct02576665_20260811.json")
    assert (entry.trial.phase, entry.trial.status, entry.trial.sponsor) == (
        "1",
        "terminated",
        "Tocagen Inc.",
    )
    assert entry.trial.places == ("Denver, US", "Miami, US", "Houston, US")


@pytest.mark.shared
def test_every_recorded_answer_of_today_s_api_is_read_whole(recorded):
    for path in sorted((recorded / "ctgov_json").iterdir()):
        answer = json.loads(path.read_bytes())
        if "FullStudiesResponse" in answer:
            continue
        reading = read_trials(Document(content=path.read_bytes()), SOURCE)
        assert len(reading.entries) == len(answer.get("studies", [answer])), path.name
        assert reading.skipped == (), path.name
