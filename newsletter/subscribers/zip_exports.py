"""The files in a zip archive: an export that comes as several lists, as Mailchimp's does.

A workbook is a zip file too and is left alone. Nothing is unpacked to the disk, since a list of
patients would stay there.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import PurePosixPath
from typing import BinaryIO, cast

from newsletter.errors import UsageError

MAX_FILES = 50
MAX_BYTES = 1 << 30  # of one file, unpacked; a million people take a third of it
LISTS = frozenset({".csv", ".tsv", ".txt", ".tab", ".xlsx"})
DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError, OSError)
"""What zipfile raises for a file that is damaged, cut off, encrypted or oddly packed."""


def lists_in(file: BinaryIO) -> tuple[tuple[str, BinaryIO], ...]:
    """Name and content of each list in a zip file; nothing when it is none, or one workbook.

    Raises UsageError when it holds no list, or more than anybody has.
    """
    file.seek(0)
    if file.read(4) != b"PK\x03\x04" or not zipfile.is_zipfile(file):
        file.seek(0)
        return ()
    with readable():
        archive = zipfile.ZipFile(file)
        if "[Content_Types].xml" in archive.namelist():
            file.seek(0)
            return ()
        members = [each for each in archive.infolist() if _is_list(each)]
        if not members:
            raise UsageError(
                "there is no list in this zip file: put the CSV files of the export into it"
            )
        if len(members) > MAX_FILES or any(each.file_size > MAX_BYTES for each in members):
            raise UsageError(
                "this zip file is too large: unpack it, and import the files in it one by one"
            )
        return tuple(
            (PurePosixPath(each.filename).name, cast(BinaryIO, archive.open(each)))
            for each in members
        )


def _is_list(member: zipfile.ZipInfo) -> bool:
    path = PurePosixPath(member.filename)
    is_of_macos = path.name.startswith(".") or "__MACOSX" in path.parts
    return not member.is_dir() and not is_of_macos and path.suffix.lower() in LISTS


@contextmanager
def readable() -> Iterator[None]:
    """Tell what breaks while a zip file is read as UsageError."""
    try:
        yield
    except DAMAGED as error:
        raise UsageError(
            "this zip file is damaged or has a password: unpack it, and import the files in it"
        ) from error
