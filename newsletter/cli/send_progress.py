"""How fast a send goes: a bar while it runs, and words for whoever asks."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import contextmanager
from typing import TYPE_CHECKING

from newsletter.cli.progress import bar_columns

if TYPE_CHECKING:
    from collections.abc import Iterator

    from newsletter.delivery.send_status import SendStatus


@contextmanager
def progress_bar(issue: str) -> Iterator[Callable[[SendStatus], None]]:
    """A bar that says how many are done; silent where nobody looks."""
    from rich.console import Console
    from rich.progress import Progress, TextColumn

    rate = TextColumn("{task.fields[rate]}")
    description, bar, count, left = bar_columns()
    columns = (description, bar, count, rate, left)
    console = Console(stderr=True)
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task(f"Sending {issue}", total=None, rate="")

        def show(tally: SendStatus) -> None:
            done = tally.total - tally.remaining - tally.deferred
            speed = progress.tasks[0].speed  # over the last half a minute
            rate = f"{speed * 60:.0f} a minute" if speed else ""
            words = _count_words(tally)
            progress.update(task, total=tally.total, completed=done, description=words, rate=rate)

        yield show


def _count_words(tally: SendStatus) -> str:
    counts = (("deferred", "deferred"), ("refused", "refused"), ("unknown", "in doubt"))
    others = (f", {getattr(tally, name)} {said}" for name, said in counts if getattr(tally, name))
    return f"{tally.accepted} accepted{''.join(others)}"


def describe_pace(tally: SendStatus) -> Iterator[str]:
    """How fast it goes, and how long it still takes at that."""
    done = tally.accepted + tally.refused + tally.unknown
    if tally.state != "sending" or not done or not tally.seconds:
        return
    rate = done / tally.seconds
    yield (
        f"  {rate * 60:.0f} a minute until now; {_duration(tally.remaining / rate)} for those not"
        " yet sent"
    )


def _duration(seconds: float) -> str:
    minutes = round(seconds / 60)
    if minutes < 1:
        return "less than a minute"
    hours, minutes = divmod(minutes, 60)
    return " ".join(
        filter(None, (f"{hours} h" if hours else "", f"{minutes} min" if minutes else ""))
    )
