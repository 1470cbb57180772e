"""Where the mail server's password is kept, and that it never stands in newsletter.toml."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from newsletter.errors import UsageError
from newsletter.workspace import credentials
from newsletter.workspace.context import AppContext
from newsletter.workspace.credentials import PasswordLocation
from newsletter.workspace.folder import open_workspace

KEYRING = """
from keyring import errors
kept = {}
locked = False

def _open():
    if locked:
        raise errors.KeyringError("locked")

def get_password(service, name):
    _open()
    return kept.get((service, name))

def set_password(service, name, password):
    _open()
    kept[service, name] = password

def delete_password(service, name):
    _open()
    del kept[service, name]
"""


@pytest.fixture
def context(folder: Path, now: datetime, monkeypatch: pytest.MonkeyPatch) -> AppContext:
    monkeypatch.delenv("NEWSLETTER_SMTP_PASSWORD", raising=False)
    monkeypatch.delenv("NEWSLETTER_SMTP_PASSWORD_FILE", raising=False)
    return AppContext(open_workspace(folder), now)


@pytest.fixture
def no_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)  # as where it is not installed


@pytest.fixture
def keyring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[object]:
    """A keyring that keeps passwords in memory, in the place of whatever this machine has."""
    package = tmp_path / "library" / "keyring"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text(KEYRING, "utf-8")
    (package / "errors.py").write_text("class KeyringError(Exception):\n    pass\n", "utf-8")
    before = {
        name: sys.modules.pop(name)
        for name in tuple(sys.modules)
        if name.partition(".")[0] == "keyring"
    }
    monkeypatch.syspath_prepend(package.parent)
    import keyring

    yield keyring
    for name in ("keyring", "keyring.errors"):
        sys.modules.pop(name, None)
    sys.modules.update(before)


def test_without_a_keyring_a_file_for_its_owner_alone_keeps_it(
    context: AppContext, no_keyring: None
) -> None:
    assert credentials.locate_password(context) is PasswordLocation.NOWHERE
    assert credentials.smtp_password(context) is None
    assert credentials.store_password(context, "open sesame") is PasswordLocation.HERE
    file = context.workspace.private / "smtp-password"
    assert (file.stat().st_mode & 0o777, credentials.locate_password(context)) == (
        0o600,
        PasswordLocation.HERE,
    )
    assert credentials.smtp_password(context) == "open sesame"
    assert "sesame" not in (context.workspace.folder / "newsletter.toml").read_text("utf-8")
    credentials.delete_password(context)
    assert credentials.locate_password(context) is PasswordLocation.NOWHERE
    credentials.delete_password(context)


def test_a_keyring_that_works_keeps_it(context: AppContext, keyring: object) -> None:
    (context.workspace.private).mkdir()
    (context.workspace.private / "smtp-password").write_text("older", "utf-8")
    assert credentials.store_password(context, "open sesame") is PasswordLocation.KEYRING
    assert keyring.kept == {("newsletter", "NEWSLETTER_SMTP_PASSWORD"): "open sesame"}
    assert not (context.workspace.private / "smtp-password").exists()
    assert (credentials.locate_password(context), credentials.smtp_password(context)) == (
        PasswordLocation.KEYRING,
        "open sesame",
    )
    credentials.delete_password(context)
    assert credentials.locate_password(context) is PasswordLocation.NOWHERE


def test_one_that_stays_locked_is_none(context: AppContext, keyring: object) -> None:
    keyring.locked = True
    assert credentials.store_password(context, "open sesame") is PasswordLocation.HERE
    assert credentials.smtp_password(context) == "open sesame"
    credentials.delete_password(context)


def test_the_environment_wins_and_nothing_is_kept_beside_it(
    context: AppContext, no_keyring: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "password").write_text("from a file\n", "utf-8")
    monkeypatch.setenv("NEWSLETTER_SMTP_PASSWORD_FILE", str(tmp_path / "password"))
    assert (credentials.locate_password(context), credentials.smtp_password(context)) == (
        PasswordLocation.FILE,
        "from a file",
    )
    monkeypatch.setenv("NEWSLETTER_SMTP_PASSWORD", "from the environment")
    assert (credentials.locate_password(context), credentials.smtp_password(context)) == (
        PasswordLocation.ENVIRONMENT,
        "from the environment",
    )
    with pytest.raises(UsageError, match="change it there"):
        credentials.store_password(context, "another")
    assert not (context.workspace.private / "smtp-password").exists()
