"""Passwords and keys: from the environment, a file that it names, or the keyring of the machine.

Never from newsletter.toml.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from newsletter.errors import UsageError

KEYRING = "newsletter"
"""The service that our secrets stand under in a keyring."""


def secret(name: str, environ: Mapping[str, str] = os.environ) -> str | None:
    """A secret by its name, `NEWSLETTER_SMTP_PASSWORD`.

    It comes from the environment, the file named by `…_FILE`, or the keyring.

    None when it is nowhere. Raises UsageError when the file cannot be read.
    """
    if environ.get(name):
        return environ[name]
    if file := environ.get(f"{name}_FILE"):
        try:
            return Path(file).read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(
                f"{name}_FILE names a file that cannot be read ({error.__class__.__name__})"
            ) from error
    try:
        import keyring  # optional: most machines that send from cron have none
        import keyring.errors
    except ImportError:
        return None
    try:
        password: str | None = keyring.get_password(KEYRING, name)
    except keyring.errors.KeyringError:  # there is none on this machine, or it stays locked
        return None
    return password
