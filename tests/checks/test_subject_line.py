import dataclasses

import pytest
from support.specimen import ISSUE, SETTINGS, context, findings, message, where

from newsletter.model import Severity


def test_a_subject_says_something():
    assert where(context(subject="  "), "subject-empty") == ["subject"]
    assert findings(context(subject=""), "subject-empty")[0].severity is Severity.ERROR
    assert where(context(), "subject-empty") == []


@pytest.mark.parametrize("broken", ["News\nBcc: x@example.org", "News\r", "News\x00", "News\u2028"])
def test_a_subject_is_one_line(broken):
    assert where(context(subject=broken), "subject-broken") == ["subject"]
    assert where(context(subject="Noticias: ¿qué hay de nuevo? 🌱"), "subject-broken") == []


def test_a_subject_has_sixty_characters_at_most():
    assert where(context(subject="x" * 61), "subject-too-long") == ["subject"]
    assert where(context(subject="x" * 60), "subject-too-long") == []


@pytest.mark.parametrize(("length", "places"), [(0, 1), (29, 1), (30, 0), (150, 0), (151, 1)])
def test_a_preheader_has_thirty_to_a_hundred_and_fifty_characters(length, places):
    assert where(context(preheader="x" * length), "preheader-length") == ["preheader"] * places


def test_a_missing_preheader_is_named_so():
    assert message(context(preheader=""), "preheader-length") == "There is no preheader."


def test_a_preheader_says_more_than_the_subject():
    assert where(
        context(preheader=ISSUE.subject.upper() + " and more"), "preheader-repeats-subject"
    ) == ["preheader"]
    assert where(context(), "preheader-repeats-subject") == []


@pytest.mark.parametrize(
    "word", ["leiomyosarcoma", "Cancer", "tumour", "chemotherapy", "sarcoma", "cáncer"]
)
def test_a_diagnosis_is_not_told_on_a_locked_screen(word):
    given = context(
        subject=f"News on {word}", preheader=f"What {word} research brought us in this long month."
    )
    assert where(given, "tells-diagnosis") == ["subject", "preheader"]


def test_what_the_sender_or_the_title_tells_anyway_may_stand_in_the_subject():
    assert where(context(subject="LMS news of December"), "tells-diagnosis") == []
    named = dataclasses.replace(
        SETTINGS.newsletter, title="Sarcoma Monthly", sender="The Circle <news@example.org>"
    )
    given = context(
        subject="Sarcoma Monthly: December",
        settings=dataclasses.replace(SETTINGS, newsletter=named),
    )
    assert where(given, "tells-diagnosis") == []
    assert where(dataclasses.replace(given, subject="LMS news of December"), "tells-diagnosis") == [
        "subject"
    ]


def test_the_foundation_decides_whether_to_be_discreet():
    open_ = dataclasses.replace(SETTINGS, theme=dataclasses.replace(SETTINGS.theme, discreet=False))
    assert where(context(subject="Cancer news", settings=open_), "tells-diagnosis") == []
    assert where(context(subject="Your horoscope of the month"), "tells-diagnosis") == []


@pytest.mark.parametrize(
    ("subject", "places"),
    [
        ("GREAT NEWS INSIDE", 1),
        ("Come! Soon!", 1),
        ("Come!!!", 2),
        ("Win $$$", 1),
        ("NIH and ASCO news", 0),
        ("Come soon!", 0),
        ("FDA NEWS", 0),
    ],
)
def test_the_shape_of_spam(subject, places):
    assert where(context(subject=subject), "spam-shape") == ["subject"] * places


def test_a_row_of_marks_is_found_in_the_letter():
    assert where(context(dataclasses.replace(ISSUE, letter="Hooray!!!")), "spam-shape") == [
        "letter"
    ]


@pytest.mark.parametrize(
    "words", ["FREE webinar", "Act now for more", "It is 100% free", "Limited-time offer"]
)
def test_phrases_of_spam(words):
    assert where(context(subject=words), "spam-words") == ["subject"]


def test_a_free_webinar_is_no_spam():
    assert where(context(subject="A free webinar for families"), "spam-words") == []
