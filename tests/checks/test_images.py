import dataclasses

import pytest
from support.specimen import SETTINGS, context, findings, message, page, where

from newsletter.model import Severity

PICTURE = '<img src="https://www.example.org/walk.jpg" width="560" alt="Families on the walk">'


def test_a_picture_needs_an_alt_text():
    spoiled = PICTURE.replace(' alt="Families on the walk"', "")
    assert where(context(html=page(extra=spoiled)), "image-without-alt") == ["html"]
    assert where(context(html=page(extra=PICTURE)), "image-without-alt") == []
    assert (
        where(context(html=page(extra=spoiled.replace("<img", '<img alt=""'))), "image-without-alt")
        == []
    )


def with_picture(picture):
    return context(html=page(extra=picture))


def test_a_picture_that_is_a_link_says_where_it_leads():
    mute = PICTURE.replace("Families on the walk", "")
    assert where(
        with_picture(f'<a href="https://x.org/">{mute}</a>'), "image-link-without-alt"
    ) == ["html"]
    assert (
        where(
            with_picture(f'<a href="https://x.org/">{mute} The walk</a>'), "image-link-without-alt"
        )
        == []
    )
    assert (
        where(with_picture(f'<a href="https://x.org/">{PICTURE}</a>'), "image-link-without-alt")
        == []
    )
    assert where(with_picture(mute), "image-link-without-alt") == []


@pytest.mark.parametrize("width", ["", 'width="100%"', 'width="560px"', 'width="auto"'])
def test_a_picture_has_its_width_in_pixels(width):
    assert where(with_picture(PICTURE.replace('width="560"', width)), "image-width") == ["html"]
    assert where(with_picture(PICTURE), "image-width") == []


@pytest.mark.parametrize(
    "source", ["http://www.example.org/a.png", "data:image/png;base64,AA", "a.png", ""]
)
def test_a_picture_comes_over_https(source):
    assert where(with_picture(f'<img src="{source}" alt="A" width="10">'), "image-insecure") == [
        "html"
    ]
    assert (
        findings(with_picture(f'<img src="{source}" alt="A">'), "image-insecure")[0].severity
        is Severity.ERROR
    )


def test_a_picture_may_come_with_the_mail():
    given = with_picture('<img src="cid:walk" alt="A" width="10">')
    assert where(given, "image-insecure") == []
    assert where(given, "image-foreign-host") == []


@pytest.mark.parametrize(
    "spoiled",
    [
        '<img src="https://cdn.elsewhere.com/a.png" alt="A" width="10">',
        '<table background="https://cdn.elsewhere.com/a.png"></table>',
        '<p style="background-image: url(https://cdn.elsewhere.com/a.png)">x</p>',
    ],
)
def test_a_picture_comes_from_an_own_host(spoiled):
    assert message(with_picture(spoiled), "image-foreign-host") == (
        "The picture https://cdn.elsewhere.com/a.png comes from cdn.elsewhere.com."
    )
    assert findings(with_picture(spoiled), "image-foreign-host")[0].severity is Severity.ERROR


@pytest.mark.parametrize(
    "host", ["www.example.org", "news.example.org", "img.example.net", "www.example.net"]
)
def test_own_hosts_are_those_of_the_settings(host):
    theme = dataclasses.replace(SETTINGS.theme, image_hosts=("img.example.net", "example.net"))
    given = dataclasses.replace(
        with_picture(PICTURE.replace("www.example.org", host)),
        settings=dataclasses.replace(SETTINGS, theme=theme),
    )
    assert where(given, "image-foreign-host") == []


@pytest.mark.parametrize(
    "pixel",
    [
        '<img src="https://www.example.org/a.gif" alt="" width="1" height="1">',
        '<img src="https://www.example.org/a.gif" alt="" width="10" height="0">',
        '<div style="display: none"><img src="https://www.example.org/a.gif" alt="" width="10"></div>',
    ],
)
def test_a_picture_that_cannot_be_seen_counts_readers(pixel):
    assert where(with_picture(pixel), "image-tracks") == ["html"]
    assert where(with_picture(PICTURE), "image-tracks") == []
