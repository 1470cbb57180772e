"""What can be added without touching the program: by a module of its own, or by another package.

The program's own are modules named `…_SUFFIX` somewhere below one package; those of others are
entry points of one group, named like what they add. Only names are looked up until one is needed:
a name can be checked without loading anything behind it, and a package that does not load is in
nobody's way but its own.
"""

from __future__ import annotations

import pkgutil
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from newsletter.errors import PluginError

if TYPE_CHECKING:
    from importlib.metadata import Distribution, EntryPoint

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]*")


@dataclass(frozen=True, slots=True)
class Plugin:
    """One name that another package adds."""

    name: str
    package: str  # and its version: "our-sources 1.0"
    entry: EntryPoint

    def load(self) -> Any:
        """What the name stands for; raises PluginError when the package does not load."""
        try:
            return self.entry.load()
        # whatever a package does while it loads, ending the program included, is its own failure
        except (Exception, SystemExit) as error:
            raise PluginError(self.name, self.package, _describe_error(error)) from error


@dataclass(frozen=True)
class ExtensionPoint:
    """One thing that can be added to. Answers are those of the first look in a process."""

    package: str  # where the program's own stand
    suffix: str  # what the names of their modules end in
    attribute: str  # what such a module calls the object that it adds
    group: str  # of entry points

    @cached_property
    def own(self) -> dict[str, str]:
        """Name → module, of those that the program brings, in the order of their names."""
        spec = find_spec(self.package)
        folders = spec.submodule_search_locations or () if spec else ()
        modules = (name for folder in folders for name in _list_modules(folder, self.package))
        found = {
            module.rpartition(".")[2].removesuffix(self.suffix): module
            for module in modules
            if module.endswith(self.suffix)
        }
        return dict(sorted(found.items()))

    @cached_property
    def _added(self) -> tuple[dict[str, Plugin], tuple[PluginError, ...]]:
        added: dict[str, Plugin] = {}
        refused: list[PluginError] = []
        for each in _list_plugins(self.group):
            if why := self._find_objection(each, added):
                refused.append(PluginError(each.name, each.package, why))
            else:
                added[each.name] = each
        return added, tuple(refused)

    def _find_objection(self, offered: Plugin, added: dict[str, Plugin]) -> str:
        """Why a package cannot have the name that it offers; empty when it can."""
        if offered.name in self.own:
            return "the program has one of that name"
        if offered.name in added:
            return f"{added[offered.name].package} adds one of that name"
        return "" if _NAME.fullmatch(offered.name) else "a name has small letters, digits, - and _"

    @property
    def added(self) -> dict[str, Plugin]:
        """Name → what another package adds under it; of two packages the first by name counts."""
        return self._added[0]

    @property
    def refused(self) -> tuple[PluginError, ...]:
        """What packages offer under names that they cannot have."""
        return self._added[1]

    def __contains__(self, name: str) -> bool:
        return name in self.own or name in self.added

    def list_names(self) -> tuple[str, ...]:
        """Every name: the program's own, then those of others."""
        return (*self.own, *self.added)

    def load(self, name: str) -> Any:
        """What a name stands for; raises PluginError where it does not load, else KeyError."""
        if name in self.own:
            return getattr(import_module(self.own[name]), self.attribute)
        return self.added[name].load()


SOURCES = ExtensionPoint(
    package="newsletter.sources",
    suffix="_source",
    attribute="SOURCE_TYPE",
    group="newsletter.sources",
)
"""The kinds of sources; `newsletter.sources.kinds` says what stands behind a name."""


def _list_modules(folder: str, package: str) -> Iterator[str]:
    """The modules of a package and of the packages in it, found without importing any."""
    for each in pkgutil.iter_modules([folder]):
        name = f"{package}.{each.name}"
        if each.ispkg:
            yield from _list_modules(f"{folder}/{each.name}", name)
        else:
            yield name


def _list_plugins(group: str) -> list[Plugin]:
    """What all packages add, by name and package: in which order they lie on the disk is chance."""
    from importlib.metadata import distributions  # takes a moment, and most runs need no plugin

    found: dict[str, tuple[Plugin, ...]] = {}
    for each in distributions():
        if plugins := _list_entries(each, group):
            # an older copy of a package, further down the path, counts for nothing
            found.setdefault(plugins[0].package.partition(" ")[0], plugins)
    added = (plugin for plugins in found.values() for plugin in plugins)
    return sorted(added, key=lambda each: (each.name, each.package))


def _list_entries(package: Distribution, group: str) -> tuple[Plugin, ...]:
    """What a package adds; nothing where its own records cannot be read."""
    try:
        entries = package.entry_points.select(group=group)
        return tuple(
            Plugin(each.name, f"{package.name} {package.version}", each) for each in entries
        )
    # half of a package is left behind when an installation is interrupted
    except Exception:  # noqa: BLE001
        return ()


def _describe_error(error: BaseException) -> str:
    words = " ".join(str(error).split())
    return f"{type(error).__name__}: {words}" if words else type(error).__name__
