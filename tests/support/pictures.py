"""Pictures as people and strangers bring them, made here: none is kept in the project."""

from __future__ import annotations

import io
import struct
import zlib

from PIL import Image

PLACE = 0x8825  # the part of EXIF that holds latitude and longitude
CAMERA = b"Camera of Ana"


def encoded(image: Image.Image, kind: str, **how: object) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **how)
    return file.getvalue()


def photograph(width: int = 1600, height: int = 1000) -> bytes:
    """A JPEG that lies on its side, and tells camera and place."""
    image = Image.new("RGB", (width, height), "#88aacc")
    image.paste("#208040", (0, 0, width // 2, height // 2))
    notes = image.getexif()
    notes[0x0112] = 6  # turned by 90 degrees
    notes[0x010F] = CAMERA.decode()
    notes.get_ifd(PLACE)[1] = "N"
    notes.get_ifd(PLACE)[2] = (39.0, 44.0, 0.0)
    return encoded(image, "JPEG", exif=notes, comment=b"taken by Ana")


def drawing(mode: str = "RGBA", kind: str = "PNG", size: tuple[int, int] = (300, 200)) -> bytes:
    colour = (200, 30, 30, 90) if mode == "RGBA" else "#c81e1e"
    return encoded(Image.new("RGBA" if mode == "RGBA" else "RGB", size, colour).convert(mode), kind)


def moving() -> bytes:
    frames = [Image.new("RGB", (60, 40), colour) for colour in ("red", "blue", "green")]
    return encoded(frames[0], "GIF", save_all=True, append_images=frames[1:], duration=100)


def noise(mode: str, kind: str, size: tuple[int, int] = (900, 700)) -> bytes:
    """Every pixel another one: what cannot be packed."""
    plane = Image.effect_noise(size, 90)
    return encoded(
        Image.merge(mode, [plane.rotate(90 * n, expand=False) for n in range(len(mode))]), kind
    )


def claiming(width: int, height: int) -> bytes:
    """A PNG of some bytes that claims to be as large as it likes (a decompression bomb)."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content))
            + name
            + content
            + struct.pack(">I", zlib.crc32(name + content))
        )

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b"\0" * 99))
        + chunk(b"IEND", b"")
    )
