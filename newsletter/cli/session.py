"""What every command shares: the workspace, the clock, and how answers are given."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from newsletter.errors import UsageError, WorkspaceError

if TYPE_CHECKING:
    from newsletter.model import SectionStyle
    from newsletter.workspace.context import AppContext
    from newsletter.workspace.folder import Workspace


@dataclass
class CommandSession:
    """One run of the command line."""

    folder: Path | None
    now_written: str | None

    @cached_property
    def workspace(self) -> Workspace:
        """The workspace of `-C`, or the nearest one upwards."""
        from newsletter.workspace.folder import open_workspace

        return open_workspace(self.folder)

    @cached_property
    def now(self) -> datetime:
        """The moment of this run: `--now`, SOURCE_DATE_EPOCH, or the clock."""
        return moment(self.now_written, os.environ)

    @property
    def styles(self) -> tuple[SectionStyle, ...]:
        """The sections of the workspace.

        The default ones where there is none, or what was asked needs none.
        """
        from newsletter.config import DEFAULT_SECTIONS

        with contextlib.suppress(WorkspaceError):
            return self.workspace.settings.sections
        return DEFAULT_SECTIONS

    @cached_property
    def context(self) -> AppContext:
        """This workspace at this moment, for the stages to work on."""
        from newsletter.workspace.context import AppContext

        return AppContext(self.workspace, self.now)


def moment(written: str | None, environ: Mapping[str, str]) -> datetime:
    """The moment that was asked for, as an aware UTC datetime.

    Raises UsageError when it cannot be read.
    """
    if written:
        try:
            asked = datetime.fromisoformat(written)
        except ValueError as error:
            raise UsageError(
                f"--now {written}: write a moment such as 2026-11-23T09:00-05:00"
            ) from error
        return asked.astimezone(UTC) if asked.tzinfo else asked.replace(tzinfo=UTC)
    if epoch := environ.get("SOURCE_DATE_EPOCH"):
        try:
            return datetime.fromtimestamp(int(epoch), UTC)
        except (ValueError, OverflowError, OSError) as error:
            raise UsageError(
                f"SOURCE_DATE_EPOCH={epoch}: it must be a whole number of seconds"
            ) from error
    return datetime.now(UTC)


def answer(document: Any) -> None:
    """The one JSON document of a `--json` command, on standard output."""
    click.echo(json.dumps(document, ensure_ascii=False, default=_jsonable))


def _jsonable(value: Any) -> str:
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def say(text: str = "") -> None:
    """A line for people."""
    click.echo(text)


def tell(text: str) -> None:
    """A line beside the answer: on standard error."""
    click.echo(text, err=True)


def interactive() -> bool:
    """Whether there is a person who can be asked."""
    return sys.stdin.isatty()


json_option = click.option("--json", "as_json", is_flag=True, help="Answer with one JSON document.")
