"""The mail server's password as typed on a page.

Into the keyring where one works, else a file for its owner alone.

It never enters newsletter.toml. Where the environment names one, that one counts, and nothing is
kept here.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
from enum import StrEnum

from newsletter import config
from newsletter.errors import UsageError
from newsletter.tokens import Keys
from newsletter.workspace.context import AppContext
from newsletter.workspace.files import write_whole


class PasswordLocation(StrEnum):
    """Where the password is."""

    ENVIRONMENT = "environment"
    FILE = "file"  # the one that the environment names
    KEYRING = "keyring"
    HERE = "here"  # .newsletter/smtp-password
    NOWHERE = "nowhere"


def locate_password(
    context: AppContext, environ: Mapping[str, str] = os.environ
) -> PasswordLocation:
    """Where the password comes from that a sending would use."""
    if environ.get(SMTP_PASSWORD):
        return PasswordLocation.ENVIRONMENT
    if environ.get(f"{SMTP_PASSWORD}_FILE"):
        return PasswordLocation.FILE
    if config.secret(SMTP_PASSWORD, {}):
        return PasswordLocation.KEYRING
    return (
        PasswordLocation.HERE
        if (context.workspace.private / PASSWORD_FILE).is_file()
        else PasswordLocation.NOWHERE
    )


def store_password(context: AppContext, password: str) -> PasswordLocation:
    """Keep a password for later; tells where.

    Raises UsageError when the environment names one already.
    """
    if locate_password(context) in {PasswordLocation.ENVIRONMENT, PasswordLocation.FILE}:
        raise UsageError(
            f"the password comes from {SMTP_PASSWORD} in the environment: change it there"
        )
    file = context.workspace.private / PASSWORD_FILE
    if _into_keyring(password):
        file.unlink(missing_ok=True)
        return PasswordLocation.KEYRING
    write_whole(file, password + "\n", private=True)
    return PasswordLocation.HERE


def delete_password(context: AppContext) -> None:
    """Keep no password any longer, neither in the keyring nor in a file of ours."""
    (context.workspace.private / PASSWORD_FILE).unlink(missing_ok=True)
    with contextlib.suppress(ImportError):
        import keyring
        import keyring.errors

        with contextlib.suppress(keyring.errors.KeyringError):
            keyring.delete_password(config.KEYRING, SMTP_PASSWORD)


def _into_keyring(password: str) -> bool:
    """Whether a keyring took it, and gives it back."""
    try:
        import keyring
        import keyring.errors
    except ImportError:
        return False
    try:
        keyring.set_password(config.KEYRING, SMTP_PASSWORD, password)
    except keyring.errors.KeyringError:
        return False
    return config.secret(SMTP_PASSWORD, {}) == password


INBOX_PASSWORD = "NEWSLETTER_INBOX_PASSWORD"  # noqa: S105 - its name

SECRET = "NEWSLETTER_SECRET"  # noqa: S105 - its name
SMTP_PASSWORD = "NEWSLETTER_SMTP_PASSWORD"  # noqa: S105 - its name
# where it lies below .newsletter, when no keyring keeps it
PASSWORD_FILE = "smtp-password"  # noqa: S105


def load_keys(context: AppContext) -> Keys:
    """The keys that tokens are signed with; raises UsageError when there are none."""
    file = context.workspace.private / "secret"
    text = config.secret(SECRET) or (file.read_text("utf-8") if file.is_file() else "")
    try:
        return Keys.parse(text)
    except ValueError as error:
        raise UsageError(
            f"there is no key to sign links with: put back {file.parent.name}/{file.name} from a"
            " backup, or make one for a new newsletter with: python -c 'import secrets;"
            f" print(secrets.token_hex(32))' > {file}"
        ) from error


def smtp_password(context: AppContext) -> str | None:
    """The mail server's password.

    As `config.secret` finds it, else as it was typed on the page Setup; None when nowhere.
    """
    file = context.workspace.private / PASSWORD_FILE
    return config.secret(SMTP_PASSWORD) or (
        file.read_text("utf-8").strip() if file.is_file() else None
    )
