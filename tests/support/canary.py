"""One reader and one password that must be named nowhere but where they are kept, and how to look for them."""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path
from urllib.parse import quote, unquote

LOCAL, DOMAIN = "wilhelmina.canary", "patients.example.net"
ADDRESS = f"{LOCAL}@{DOMAIN}"
NAME = "Wilhelmina Kanari"
PASSWORD = "Canary-Pass-7f3e"
LOGIN = "news-login"
MAY_NAME_HER = (
    "newsletter.db*",  # the list itself
    "before-restore-*/*",  # what a restore put aside
    "dry-run/*",  # messages, for a person to look at
    "rejected-*.csv",  # rows to be mended
    "kept.tar.gz",
)
"""What lies in `.newsletter` and holds people on purpose; all of it is for its owner alone."""


def forms(secret: str) -> set[str]:
    """How a text may be hidden in another one, in small letters.

    As it stands, quoted, encoded, hashed without a key.
    """
    raw = secret.encode()
    found = {secret, quote(secret, safe=""), raw.hex()}
    found |= {hashlib.new(name, raw).hexdigest() for name in ("md5", "sha1", "sha256")}
    for start in range(3):  # base64 of a longer text in which it stands anywhere
        encoded = base64.b64encode(b"\0" * start + raw).decode()
        found.add(encoded[4 if start else 0 : -4])
    return {each.lower() for each in found}


OF_HER = forms(ADDRESS) | forms(LOCAL)
OF_THE_PASSWORD = forms(PASSWORD)


def told_in(text: str | bytes, secrets: set[str] = OF_HER | OF_THE_PASSWORD) -> list[str]:
    """The forms that stand in a text."""
    text = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    small = {text.lower(), unquote(text).lower(), re.sub(r"=\r?\n", "", text).lower()}
    return sorted(each for each in secrets if any(each in one for one in small))


def told_in_files(workspace: Path) -> list[tuple[str, list[str]]]:
    """Files of a newsletter whose name or content names her, but those that hold people.

    And the password anywhere.
    """
    found = []
    for path in workspace.rglob("*"):
        within = path.relative_to(workspace)
        held = within.parts[0] == ".newsletter" and any(
            Path(*within.parts[1:]).match(each) for each in MAY_NAME_HER
        )
        told = told_in(str(within))
        if path.is_file():
            told += told_in(
                path.read_bytes(), OF_THE_PASSWORD if held else OF_HER | OF_THE_PASSWORD
            )
        if told:
            found.append((str(within), told))
    return found
