"""A picture that an editor chose, made fit for mail.

Small, without its hidden notes, and said in words.

A photograph tells the place and time where it was taken, the camera and often a name: it is drawn
anew, and only what can be seen is kept. What a file is, its content says, never its name. Sizes are
looked at before anything is unpacked.
"""

from __future__ import annotations

import hashlib
import io
import re
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from newsletter.errors import UsageError
from newsletter.issues.store import issue_folder
from newsletter.rendering.links import sanitize_url
from newsletter.rendering.markdown_html import PICTURE_WIDTH
from newsletter.workspace.files import write_if_new
from newsletter.workspace.folder import Workspace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PIL.Image import Image

    from newsletter.workspace.context import AppContext

MAX_BYTES = 20_000_000
MAX_PIXELS = 60_000_000
"""A photograph of a telephone has up to 50 million; unpacked, these take 240 MB."""
WIDEST, HIGHEST = 1200, 2400
"""Twice what is shown, for fine screens."""
HEAVY_PNG = 250_000
"""Bytes from which a drawing without see-through parts is kept as a photograph instead."""
FORMATS = ("JPEG", "PNG", "GIF", "WEBP")
ORNAMENT = "ornament"
"""In the title of a picture: it is mere ornament, and its words are left out on purpose."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadedImage:
    """A picture that was taken in."""

    markdown: str
    said: str  # what was done to it, for the editor
    path: str  # from the folder of the issue
    is_reachable: bool  # False: without a public page readers see its words alone


def add_image(
    context: AppContext,
    name: str,
    data: bytes,
    *,
    words: str,
    is_ornament: bool = False,
    width: int = 0,
) -> UploadedImage:
    """Keep a picture beside the issue. `width` is in pixels as shown; 0: as wide as the text.

    Raises UsageError, with nothing kept, when it is no picture that may go out, or nothing says
    what it shows.
    """
    words = "" if is_ornament else _one_line(words)
    if not words and not is_ornament:
        raise UsageError("say in a few words what the picture shows, or mark it as mere decoration")
    if not issue_folder(context.workspace, name).is_dir():
        raise UsageError(f"there is no issue {name} to put the picture into")
    with _refusing_what_is_damaged():
        content, ending, size, was_moving = _redraw_image(data)
    path = keep(context.workspace, name, content, ending=ending)
    shown = min(size[0], width or PICTURE_WIDTH, PICTURE_WIDTH)
    title = " ".join([str(shown)] * (shown < PICTURE_WIDTH) + [ORNAMENT] * is_ornament)
    said = (
        f"The picture is in: {size[0]} by {size[1]} pixels,"
        f" {max(1, round(len(content) / 1000))} KB."
    )
    if was_moving:
        said += " It moved; its first picture is kept, because many mail programs show no more."
    return UploadedImage(
        markdown=f'![{words}]({path} "{title}")' if title else f"![{words}]({path})",
        said=said,
        path=path,
        is_reachable=is_reachable(context),
    )


def is_reachable(context: AppContext) -> bool:
    """Whether readers can fetch a picture of an issue: over https, from the public page."""
    public = context.workspace.settings.public
    return public is not None and sanitize_url(public.url).startswith("https:")


def _one_line(words: str) -> str:
    """Words that stand between the brackets of Markdown and end there."""
    words = words.replace("[", "(").replace("]", ")").replace("\\", "/")
    return re.sub(r"([*_`<&])", r"\\\1", " ".join(words.split()))[:300]


@contextmanager
def _refusing_what_is_damaged() -> Iterator[None]:
    """What the library says of a file that is broken, or made to break it, as a sentence."""
    from PIL import Image

    try:
        yield
    except UsageError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning, MemoryError) as error:
        raise _too_large() from error
    except Exception as error:  # decoders raise nearly anything on a damaged file
        raise UsageError(
            "this picture is damaged and cannot be read: save it again, or choose another one"
        ) from error


def _too_large() -> UsageError:
    return UsageError(
        f"this picture is too large: {MAX_BYTES // 1_000_000} MB and {MAX_PIXELS // 1_000_000}"
        " million pixels are the most. Make it smaller first"
    )


def _redraw_image(data: bytes) -> tuple[bytes, str, tuple[int, int], bool]:
    """The bytes of a picture of our own, its ending, its size, and whether it was a moving one."""
    from PIL import ImageOps

    if len(data) > MAX_BYTES:
        raise _too_large()
    image = _open_image(data)
    if image.width * image.height > MAX_PIXELS:
        raise _too_large()
    if min(image.size) < 2:
        raise UsageError(
            "this picture is too small to be seen; such ones are used to spy on readers"
        )
    is_photograph = image.format in {
        "JPEG",
        "MPO",
    }  # MPO: a JPEG with a second one behind it, as telephones write
    was_moving = not is_photograph and bool(getattr(image, "is_animated", False))
    image.draft(
        "RGB", (2 * WIDEST, 2 * HIGHEST)
    )  # a large photograph is unpacked at a fraction of its size
    image = _in_plain_colours(ImageOps.exif_transpose(image))
    image.thumbnail((WIDEST, HIGHEST))
    content, ending = _encode_image(image, is_photograph=is_photograph)
    return content, ending, image.size, was_moving


def _open_image(data: bytes) -> Image:
    from PIL import Image, UnidentifiedImageError

    try:
        return Image.open(io.BytesIO(data), formats=FORMATS)
    except UnidentifiedImageError as error:
        raise UsageError(_what_it_is(data)) from error


def _what_it_is(data: bytes) -> str:
    head = data[:4096].lstrip().lower()
    if not head:
        return "this file is empty: choose a picture"
    if b"<svg" in head:
        return (
            "this is a drawing of the kind SVG, which can hold scripts and is shown by few mail"
            " programs: save it as PNG"
        )
    if head[4:12] in {b"ftypheic", b"ftypheix", b"ftypmif1", b"ftypavif", b"ftyphevc"}:
        return (
            "this picture is of a kind (HEIC or AVIF) that few mail programs show: save it as JPEG"
            " first"
        )
    return (
        "this file is no picture of the kinds PNG, JPEG, GIF or WebP, whatever its name says:"
        " choose another one"
    )


def _in_plain_colours(image: Image) -> Image:
    """The colours that every screen knows (sRGB), with see-through parts where there are some."""
    if image.has_transparency_data:
        return image.convert("RGBA")
    profile = image.info.get("icc_profile")
    if profile and image.mode in {"RGB", "CMYK"}:
        return _as_srgb(image, profile)
    return image.convert("RGB")


def _as_srgb(image: Image, profile: bytes) -> Image:
    """Cameras of today write wider colours, which would look pale without their profile."""
    from PIL import ImageCms

    try:
        made = ImageCms.profileToProfile(
            image,
            ImageCms.ImageCmsProfile(io.BytesIO(profile)),
            ImageCms.createProfile("sRGB"),
            outputMode="RGB",
        )
    except (ImageCms.PyCMSError, OSError):  # a profile that is wrong: as if there were none
        return image.convert("RGB")
    assert made is not None  # only when it is done in place
    return made


def _encode_image(image: Image, *, is_photograph: bool) -> tuple[bytes, str]:
    """As PNG what is drawn, as JPEG what is photographed.

    Nothing but what can be seen goes with it.
    """
    image.info.clear()  # else some notes of the file would be written again
    if not is_photograph:
        drawn = _save_image(image, "PNG", optimize=True)
        if len(drawn) <= HEAVY_PNG:
            return drawn, ".png"
        if image.mode == "RGBA":
            return _save_image(image.quantize(256), "PNG", optimize=True), ".png"
    return _save_image(image, "JPEG", quality=82, optimize=True, progressive=True), ".jpg"


def _save_image(image: Image, kind: str, **how: object) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **how)
    return file.getvalue()


FOLDER = "pictures"
MEDIA_TYPES = {
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".png": "image/png",
    ".gif": "image/gif",
    ".webp": "image/webp",
}
"""Ending → media type, of what may be handed out."""

_OURS = re.compile(r"[0-9a-f]{20}\.[a-z]{3,4}")
_NAME = re.compile(r"[A-Za-z0-9][\w.-]{0,120}", re.ASCII)


def keep(workspace: Workspace, issue: str, content: bytes, *, ending: str) -> str:
    """Put a picture beside the issue; gives its path from there: `pictures/…`. Raises StorageError.

    Its name is a hash: the name that the file had before may tell of a person, and nobody can guess
    this one.
    """
    path = f"{FOLDER}/{hashlib.sha256(content).hexdigest()[:20]}{ending}"
    write_if_new(issue_folder(workspace, issue) / path, content)
    return path


def find(workspace: Workspace, issue: str, file: str) -> Path | None:
    """The file of a picture.

    None when there is none of this name, or it is not of a kind that is handed out.
    """
    if not _NAME.fullmatch(file) or Path(file).suffix.lower() not in MEDIA_TYPES:
        return None
    path = issue_folder(workspace, issue) / FOLDER / file
    return path if path.is_file() and not path.is_symlink() else None


def names(workspace: Workspace, issue: str) -> frozenset[str]:
    """The pictures that may be handed out, as texts name them: `pictures/…`."""
    folder = issue_folder(workspace, issue) / FOLDER
    return frozenset(
        f"{FOLDER}/{path.name}" for path in folder.glob("*") if find(workspace, issue, path.name)
    )


def list_uploads(workspace: Workspace, issue: str) -> tuple[Path, ...]:
    """The pictures that `keep` has put there, by their names.

    A picture that a person laid beside the issue is not among them.
    """
    folder = issue_folder(workspace, issue) / FOLDER
    return tuple(
        sorted(path for path in folder.glob("*") if _OURS.fullmatch(path.name) and path.is_file())
    )


def media_type(path: Path) -> str:
    """What a picture is handed out as."""
    return MEDIA_TYPES[path.suffix.lower()]
