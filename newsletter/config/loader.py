"""newsletter.toml read into settings; every mistake in the file is found in one reading."""

from __future__ import annotations

import dataclasses
import re
import tomllib
import types
from collections.abc import Callable, Mapping
from datetime import time, timedelta
from enum import StrEnum
from functools import cache, cached_property
from pathlib import Path
from typing import Any, TypeVar, Union, get_args, get_origin

from newsletter.config.settings import (
    FILE_NAME,
    TABLES,
    ConfigKey,
    Security,
    Settings,
    is_loopback,
    keys_of,
)
from newsletter.errors import ConfigError, Mistake, UsageError

T = TypeVar("T")


def load(path: Path) -> Settings:
    """Read newsletter.toml.

    Raises ConfigError with all mistakes, or UsageError when it cannot be read at all.
    """
    try:
        text = path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(
            f"{path.name} is not UTF-8 text (byte {error.start}): save it as UTF-8"
        ) from error
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from error
    return parse(text, file=path.name)


def parse(text: str, *, file: str = FILE_NAME) -> Settings:
    """Settings from the text of newsletter.toml; raises ConfigError with every mistake in it."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(
            (Mistake(where=file, expected="valid TOML", found=str(error)),)
        ) from error
    reader = _ConfigLoader(file, text)
    settings = reader.settings(data)
    if reader.mistakes or settings is None:
        raise ConfigError(tuple(reader.mistakes))
    return settings


class _ConfigLoader:
    """Turns tables into settings and gathers the mistakes on the way."""

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self.text = text
        self.mistakes: list[Mistake] = []

    @cached_property
    def lines(self) -> dict[tuple[str, str], int]:
        return line_numbers(self.text)

    def mistake(self, table: str, name: str, expected: str, found: str) -> None:
        line = self.lines.get((table, name)) or self.lines.get((table, ""))
        where = f"{self.file}, line {line}" if line else self.file
        label = f"[{table}] {name}".strip() if table else name
        self.mistakes.append(Mistake(where=f"{where}, {label}", expected=expected, found=found))

    def settings(self, data: dict[str, Any]) -> Settings | None:
        for name in sorted(data.keys() - TABLES.keys()):
            self.mistake("", name, _one_of(TABLES, name), "a table or key that is not known")
        data.setdefault("newsletter", {})
        values: dict[str, Any] = {}
        for name, (field_name, cls, many) in TABLES.items():
            if name in data:
                values[field_name] = (
                    self.tables(cls, data[name], name)
                    if many
                    else self.table(cls, data[name], name)
                )
        if self.mistakes:
            return None
        settings = Settings(**values)
        self.together(settings)
        return settings

    def tables(self, cls: type[T], value: Any, where: str) -> tuple[T, ...]:
        if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
            self.mistake(where, "", f"[[{where}]] tables", _quote_value(value))
            return ()
        read = (self.table(cls, each, where, at=f"{where}#{n}") for n, each in enumerate(value, 1))
        return tuple(each for each in read if each is not None)

    def table(self, cls: type[T], value: Any, where: str, *, at: str = "") -> T | None:
        at = at or where
        if not isinstance(value, dict):
            self.mistake(at, "", f"a table [{where}]", _quote_value(value))
            return None
        keys = {each.name: each for each in keys_of(cls)}
        before = len(self.mistakes)
        for name in sorted(value.keys() - keys.keys()):
            self.mistake(at, name, _one_of(keys, name), "a key that is not known")
        values = {
            each.field_name: self.value(each, value[name], at)
            for name, each in keys.items()
            if name in value
        }
        for each in keys.values():
            if each.required and each.name not in value:
                self.mistake(at, each.name, each.help, "nothing: the key is missing")
        return cls(**values) if len(self.mistakes) == before else None

    def value(self, each: ConfigKey, value: Any, at: str) -> Any:
        wanted, convert = _converter(each.type)
        if wanted == "tables":
            return self.tables(get_args(each.type)[0], value, f"{at}.{each.name}")
        try:
            read = convert(value)
        except (ValueError, TypeError, KeyError):
            self.mistake(at, each.name, wanted, _quote_value(value))
            return None
        expected = each.check(read) if each.check else None
        if expected:
            self.mistake(at, each.name, expected, _quote_value(value))
        return read

    def together(self, settings: Settings) -> None:
        """What no single key can tell."""
        sections = [each.name for each in settings.sections]
        for name in _find_duplicates(sections):
            self.mistake("section", "name", "each name once", f'"{name}" twice')
        for name in _find_duplicates([each.name for each in settings.sources]):
            self.mistake("source", "name", "each name once", f'"{name}" twice')
        for n, source in enumerate(settings.sources, 1):
            if source.section is not None and source.section not in sections:
                self.mistake(
                    f"source#{n}", "section", "one of " + ", ".join(sections), f'"{source.section}"'
                )
            if not source.url and not source.query:
                self.mistake(
                    f"source#{n}",
                    "url",
                    "an address, or the path of a file",
                    "nothing: the key is missing",
                )
        for table, security, host in (
            ("delivery", settings.delivery.security, settings.delivery.host),
            ("inbox", settings.inbox.security, settings.inbox.host),
        ):
            if security is Security.NONE and host and not is_loopback(host):
                self.mistake(
                    table,
                    "security",
                    "starttls or tls (none is for a loopback address alone)",
                    '"none"',
                )


@cache
def _converter(hint: Any) -> tuple[str, Callable[[Any], Any]]:
    """What a key of this type expects, in words, and how its value is read.

    The reader raises ValueError for a value that does not fit.
    """
    if get_origin(hint) in {Union, types.UnionType}:
        hint = next(each for each in get_args(hint) if each is not type(None))
    if get_origin(hint) is tuple:
        if dataclasses.is_dataclass(get_args(hint)[0]):
            return "tables", tuple
        return 'a list of texts such as ["one", "two"]', _texts
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return "one of " + ", ".join(hint), hint
    return _SCALARS[hint]


def _exactly(kind: type) -> Callable[[Any], Any]:
    def read(value: Any) -> Any:
        if type(value) is not kind:
            raise TypeError(value)
        return value

    return read


def _texts(value: Any) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,)
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise TypeError(value)
    return tuple(value)


_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def duration(text: Any) -> timedelta:
    """`"5m"`, `"48h"`, `"30s"` or `"2d"`; raises ValueError on anything else."""
    found = re.fullmatch(r"(\d{1,6})\s*([smhd])", text) if isinstance(text, str) else None
    if not found:
        raise ValueError(text)
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


def _time_of_day(value: Any) -> time:
    return value if isinstance(value, time) else time.fromisoformat(value)


_SCALARS: Mapping[Any, tuple[str, Callable[[Any], Any]]] = {
    str: ("a text in quotes", _exactly(str)),
    int: ("a whole number", _exactly(int)),
    bool: ("true or false", _exactly(bool)),
    timedelta: ('a duration such as "5m", "48h" or "2d"', duration),
    time: ("a time of day such as 21:30", _time_of_day),
}


def _quote_value(value: Any) -> str:
    text = f'"{value}"' if isinstance(value, str) else repr(value)
    return text if len(text) <= 80 else text[:77] + "…"


def _one_of(known: Mapping[str, Any], name: str) -> str:
    import difflib  # only needed when something is wrong

    near = difflib.get_close_matches(name, known, n=1)
    return f'"{near[0]}"?' if near else "one of " + ", ".join(known)


def _find_duplicates(names: list[str]) -> list[str]:
    return sorted({name for name in names if names.count(name) > 1})


def line_numbers(text: str) -> dict[tuple[str, str], int]:
    """(table, key) → line of the file; the second `[[source]]` is the table `source#2`.

    For messages only.
    """
    lines: dict[tuple[str, str], int] = {}
    counts: dict[str, int] = {}
    table = ""
    for number, line in enumerate(text.splitlines(), 1):
        if found := re.match(r"\s*\[\[\s*([\w.-]+)\s*\]\]", line):
            counts[found[1]] = counts.get(found[1], 0) + 1
            table = f"{found[1]}#{counts[found[1]]}"
        elif found := re.match(r"\s*\[\s*([\w.-]+)\s*\]", line):
            table = found[1]
        elif found := re.match(r'\s*"?([\w-]+)"?\s*=', line):
            lines.setdefault((table, found[1]), number)
            continue
        else:
            continue
        lines.setdefault((table, ""), number)
    return lines
