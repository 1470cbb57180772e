"""What every service works on: one workspace, at one moment."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from newsletter.workspace.folder import Workspace

if TYPE_CHECKING:
    from sqlalchemy.engine import Engine

T = TypeVar("T")


@dataclass(eq=False)
class AppContext:
    """One workspace at one moment; opens the database when it is first needed."""

    workspace: Workspace
    now: datetime
    _parts: dict[type, Any] = field(default_factory=dict, repr=False)

    @cached_property
    def engine(self) -> Engine:
        """The database; raises StorageError when it cannot be used."""
        from newsletter.database.engine import open_database

        return open_database(self.workspace.settings.newsletter.database, self.workspace.folder)

    def part(self, kind: type[T], make: Callable[[], T]) -> T:
        """What a capability keeps for the life of this context.

        Made when it is first asked for, one of a kind.
        """
        if kind not in self._parts:
            self._parts[kind] = make()
        found: T = self._parts[kind]
        return found

    def hold(self, part: object) -> None:
        """Use this very object as the part of its kind."""
        self._parts[type(part)] = part
