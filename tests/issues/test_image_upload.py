"""A picture is drawn anew: small, told in words, and without what it tells of place and camera."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image, ImageCms
from support import pictures
from support.checkout import NOW

from newsletter.errors import UsageError
from newsletter.issues import images
from newsletter.workspace.context import AppContext
from newsletter.workspace.folder import open_workspace

ISSUE = "2026-12"


@pytest.fixture
def context(folder: Path) -> AppContext:
    (folder / f"issues/{ISSUE}").mkdir(parents=True)
    return AppContext(open_workspace(folder), NOW)


def taken(
    context: AppContext, data: bytes, words: str = "Snow", **how: object
) -> tuple[Image.Image, bytes, images.UploadedImage]:
    made = images.add_image(context, ISSUE, data, words=words, **how)
    content = (context.workspace.folder / f"issues/{ISSUE}" / made.path).read_bytes()
    return Image.open(io.BytesIO(content)), content, made


def test_a_photograph_is_upright_and_small_and_tells_neither_place_nor_camera(
    context: AppContext,
) -> None:
    data = pictures.photograph()
    assert pictures.CAMERA in data
    image, content, made = taken(context, data)
    assert (image.format, image.size) == ("JPEG", (1000, 1600))  # it lay on its side
    assert (dict(image.getexif()), image.info.get("comment")) == ({}, None)
    for told in (b"Exif", pictures.CAMERA, b"taken by Ana"):
        assert told not in content
    assert made.said.startswith("The picture is in: 1000 by 1600 pixels, ")


@pytest.mark.parametrize(
    ("size", "shown"), [((4000, 1000), (1200, 300)), ((100, 6000), (40, 2400))]
)
def test_a_large_one_is_made_smaller(
    context: AppContext, size: tuple[int, int], shown: tuple[int, int]
) -> None:
    image, _, _ = taken(context, pictures.drawing("RGB", size=size))
    assert image.size == shown


@pytest.mark.parametrize(
    ("mode", "kind", "mode_after"),
    [
        ("RGBA", "PNG", "RGBA"),
        ("RGBA", "WEBP", "RGBA"),
        ("P", "GIF", "RGB"),
        ("1", "PNG", "RGB"),
        ("L", "PNG", "RGB"),
        ("RGB", "WEBP", "RGB"),
    ],
)
def test_a_drawing_stays_one_and_keeps_what_can_be_seen_through(
    context: AppContext, mode: str, kind: str, mode_after: str
) -> None:
    image, _, _ = taken(context, pictures.drawing(mode, kind))
    assert (image.format, image.mode) == ("PNG", mode_after)


def test_what_is_too_heavy_as_a_drawing_is_packed_tighter(context: AppContext) -> None:
    assert taken(context, pictures.noise("RGB", "PNG"))[0].format == "JPEG"
    image, _, _ = taken(context, pictures.noise("RGBA", "PNG"))
    assert (image.format, image.mode) == ("PNG", "P")


def test_colours_are_those_that_every_screen_knows(context: AppContext) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for told in (profile, b"no profile at all"):
        data = pictures.encoded(Image.new("RGB", (40, 40), "#336699"), "JPEG", icc_profile=told)
        image, _, _ = taken(context, data)
        assert "icc_profile" not in image.info
        assert image.getpixel((20, 20)) == pytest.approx((51, 102, 153), abs=3)


def test_of_a_moving_one_the_first_is_kept_and_that_is_said(context: AppContext) -> None:
    image, _, made = taken(context, pictures.moving())
    assert not getattr(image, "is_animated", False)
    assert "It moved; its first picture is kept" in made.said


@pytest.mark.parametrize(
    ("words", "how", "markdown"),
    [
        ("Forty people [in] the\nsnow", {}, '![Forty people (in) the snow]({} "300")'),
        ("1 * 2 < 3", {"width": 240}, '![1 \\* 2 \\< 3]({} "240")'),
        ("ignored", {"is_ornament": True}, '![]({} "300 ornament")'),
    ],
)  # fmt: skip
def test_the_text_gets_the_words_and_the_width(
    context: AppContext, words: str, how: dict, markdown: str
) -> None:
    _, _, made = taken(context, pictures.drawing(), words, **how)
    assert made.markdown == markdown.format(made.path)


def test_one_as_wide_as_the_text_names_no_width(context: AppContext) -> None:
    _, _, made = taken(context, pictures.photograph())
    assert made.markdown == f"![Snow]({made.path})"


def test_the_name_of_the_file_is_its_content(context: AppContext) -> None:
    one, other = (taken(context, pictures.drawing())[2] for _ in range(2))
    assert one.path == other.path
    assert one.path.startswith("pictures/")
    assert taken(context, pictures.drawing("L"))[2].path != one.path


def test_only_a_public_page_over_https_shows_pictures(context: AppContext, folder: Path) -> None:
    file = folder / "newsletter.toml"
    plain = file.read_text("utf-8")
    told = {
        "": False,
        "https://news.example.org": True,
        "http://news.example.org": True,
        "http://localhost:8080": False,
    }
    for url, is_reachable in told.items():
        file.write_text(f'{plain}\n[public]\nurl = "{url}"\n' if url else plain, "utf-8")
        assert images.is_reachable(AppContext(open_workspace(folder), NOW)) is is_reachable, url


SVG = (
    b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (SVG, "SVG"),
        (
            b"<html><script>alert(1)</script>",
            "no picture of the kinds PNG, JPEG, GIF or WebP, whatever its name says",
        ),
        (b"%PDF-1.7", "no picture of the kinds"),
        (b"\0\0\0\x18ftypheic\0\0", "HEIC"),
        (b"", "empty"),
        (pictures.claiming(60_000, 60_000), "too large"),
        (pictures.claiming(9_000, 9_000), "too large"),
        (pictures.claiming(700, 700), "damaged"),
        (pictures.photograph()[:4000], "damaged"),
        (pictures.drawing(size=(1, 1)), "spy"),
        (b"\xff\xd8\xff" + b"\0" * images.MAX_BYTES, "too large"),
    ],
)
def test_what_may_not_go_out_is_refused_with_a_sentence(
    context: AppContext, folder: Path, data: bytes, said: str
) -> None:
    with pytest.raises(UsageError, match=said):
        images.add_image(context, ISSUE, data, words="Snow")
    assert not (folder / f"issues/{ISSUE}/pictures").exists()


def test_without_words_it_is_not_taken(context: AppContext) -> None:
    with pytest.raises(UsageError, match="say in a few words what the picture shows"):
        images.add_image(context, ISSUE, pictures.drawing(), words=" \n ")


def test_an_issue_must_be_there(context: AppContext) -> None:
    with pytest.raises(UsageError, match="there is no issue 2027-01"):
        images.add_image(context, "2027-01", pictures.drawing(), words="Snow")
