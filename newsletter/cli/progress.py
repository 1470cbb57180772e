"""Progress on a terminal; silent elsewhere.

Always on standard error, so that answers stay clean.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import ProgressColumn

    from newsletter.sources.collector import CollectionResult


@contextlib.contextmanager
def watching_sources(count: int) -> Iterator[Callable[[CollectionResult], None]]:
    """A bar that moves with each source that is done, naming it."""
    with bar("Collecting", count) as advance:
        yield lambda gathered: advance(gathered.name)


@contextlib.contextmanager
def bar(title: str, total: int) -> Iterator[Callable[[str], None]]:
    """A bar of `total` steps; each call moves it by one and says what was just done."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(*bar_columns(), console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(title, total=total)
        yield lambda done: progress.update(task, advance=1, description=f"{title}: {done}")


def bar_columns() -> tuple[ProgressColumn, ProgressColumn, ProgressColumn, ProgressColumn]:
    """What stands in a bar: what is done, the bar itself, how many, how long still."""
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn

    description = TextColumn("{task.description}")
    return description, BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
