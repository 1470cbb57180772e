"""`collect`, `add`, `entries`, `why`, `classify`: from the sources to the entries seen."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from newsletter.cli.session import CommandSession, answer, json_option, say, tell
from newsletter.errors import UsageError
from newsletter.model import EntryState

if TYPE_CHECKING:
    from newsletter.issues.standing import EntryStatus
    from newsletter.sources.collector import CollectionResult


@click.command(epilog="Example: newsletter collect pubmed-lms")
@click.argument("sources", nargs=-1, metavar="[SOURCE]…")
@json_option
@click.pass_obj
def collect(session: CommandSession, sources: tuple[str, ...], as_json: bool) -> int:
    """Fetch all sources, or the named ones, into the entries seen."""
    from newsletter.cli.progress import watching_sources
    from newsletter.sources import collector

    chosen = collector.chosen_sources(session.context, sources)
    if not chosen and not as_json:
        say("newsletter.toml has no [[source]] yet; docs/configuration.md shows how to write one")
    with watching_sources(len(chosen)) as on_progress:
        gathered = collector.collect(session.context, chosen, on_progress)
    if as_json:
        answer({"sources": [_source_json(each) for each in gathered]})
    else:
        for each in gathered:
            say(_source_line(each))
    return 1 if any(each.collected.error for each in gathered) else 0


def _source_json(gathered: CollectionResult) -> dict[str, object]:
    return {
        "name": gathered.name,
        "kind": gathered.collected.source.kind,
        "entries": gathered.count,
        "new": gathered.new,
        "unchanged": gathered.collected.unchanged,
        "error": gathered.collected.error,
        "failing_since": gathered.record.failing_since_at,
        "quiet": gathered.quiet or None,
        "skipped": gathered.collected.parsed.skipped,
    }


def _source_line(gathered: CollectionResult) -> str:
    collected, record = gathered.collected, gathered.record
    if collected.error is not None:
        since = f", since {record.failing_since_at:%Y-%m-%d}" if record.failing_since_at else ""
        kept = " What it gave before is kept." if record.succeeded_at else ""
        return f"{gathered.name}: BROKEN{since}: {collected.error}{kept}"
    quiet = f"; QUIET: {gathered.quiet}" if gathered.quiet else ""
    if collected.unchanged:
        return f"{gathered.name}: unchanged, {gathered.count} entries{quiet}"
    quiet = quiet or ("" if gathered.count else "; it is empty")
    skipped = "".join(f"\n    passed over: {each}" for each in collected.parsed.skipped)
    return f"{gathered.name}: {gathered.count} entries, {gathered.new} new{quiet}{skipped}"


@click.command(epilog="Example: newsletter add notes.txt --section research")
@click.argument("what", metavar="TEXTFILE|-|URL|doi:…|pmid:…|NCT…")
@click.option("--section", help="Put what is added into this section.")
@json_option
@click.pass_obj
def add(session: CommandSession, what: str, section: str | None, as_json: bool) -> int:
    """Add entries from pasted text (“-”), a page, an identifier or a file.

    Notes, a saved page or mail, a table, a calendar, a feed.
    """
    from newsletter.issues.standing import list_entry_statuses
    from newsletter.sources import manual_entry

    entries, skipped = manual_entry.add(
        session.context, what, stdin=sys.stdin.buffer.read, section=section
    )
    for each in skipped:
        tell(f"passed over: {each}")
    keys = [entry.key for entry in entries]
    found = sorted(
        (each for each in list_entry_statuses(session.context) if each.entry.key in keys),
        key=lambda each: keys.index(each.entry.key),
    )
    _show(found, as_json=as_json, none="Nothing in it looks like an entry; nothing was added.")
    return 0 if found else 1


@click.command(epilog="Example: newsletter entries --state held")
@click.option(
    "--state",
    type=click.Choice([each.value for each in EntryState]),
    help="Only those in this state.",
)
@json_option
@click.pass_obj
def entries(session: CommandSession, state: str | None, as_json: bool) -> None:
    """List every entry seen, where it stands and why."""
    from newsletter.issues.standing import list_entry_statuses

    found = [
        each
        for each in list_entry_statuses(session.context)
        if state is None or each.state == state
    ]
    _show(found, as_json=as_json, none="No entries. “newsletter collect” fetches the sources.")


def _show(found: Sequence[EntryStatus], *, as_json: bool, none: str) -> None:
    from newsletter.cli.output import entry_json, entry_line

    if not found:
        (tell if as_json else say)(none)
    if as_json:
        answer({"entries": [entry_json(each) for each in found]})
        return
    for each in found:
        say(
            f"{entry_line(each.entry)}\n    {each.state.replace('_', ' ')},"
            f" {each.section or 'to sort'}: {each.reason}"
        )


@click.command(epilog='Example: newsletter why "Targeting the Molecular"')
@click.argument("entry", metavar="KEY|TITLE")
@json_option
@click.pass_obj
def why(session: CommandSession, entry: str, as_json: bool) -> None:
    """Tell the story of one entry: seen where and when, chosen or left out, and why."""
    from newsletter.cli.output import entry_json
    from newsletter.issues.entry_history import tell_history

    standing, history = tell_history(session.context, entry)
    if as_json:
        answer({"entry": entry_json(standing), "history": history})
        return
    say(standing.entry.title)
    for sentence in history:
        say(f"  {sentence}")


@click.command(epilog="Example: newsletter classify titles.jsonl --json")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@json_option
@click.pass_obj
def classify(session: CommandSession, file: Path, as_json: bool) -> None:
    """Say which section each title of a JSON-lines file belongs to, and why."""
    from newsletter.issues.classify import classify_lines

    try:
        found = list(classify_lines(session.styles, file.read_text("utf-8-sig"), name=file.name))
    except UnicodeDecodeError as error:
        raise UsageError(f"{file.name} is not UTF-8 text: save it as UTF-8") from error
    if as_json:
        answer({"results": found})
        return
    for each in found:
        say(
            f"{each['section'] or 'to sort'}{'' if each['confident'] else ' (unsure)'}:"
            f" {each['why']}"
        )
