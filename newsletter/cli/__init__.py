"""The commands, named after the stages; the only place that prints or exits.

Commands load when they are called, so that `--help` and `--version` are there at once. Exit codes:
0 done, 1 something needs a person, 2 wrong usage or configuration.
"""

from __future__ import annotations

import contextlib
import importlib
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from newsletter import __version__
from newsletter.cli.session import CommandSession
from newsletter.errors import NewsletterError
from newsletter.platform_support import prepare_output

COMMANDS = {
    # name: (module, what it does, in one line)
    "init": ("init", "Make a new newsletter in a folder."),
    "demo": ("init", "Make a sample newsletter in ./demo and show an issue of it."),
    "collect": ("entries", "Fetch the sources: what is new in papers, trials, events, grants."),
    "add": ("entries", "Add entries from pasted text, a page, a file or an identifier."),
    "entries": ("entries", "List every entry seen, where it stands and why."),
    "why": ("entries", "Tell the story of one entry."),
    "classify": ("entries", "Say which section each of many titles belongs to."),
    "keep": ("decisions", "Take entries into the issue being made."),
    "hold": ("decisions", "Keep entries back for a later issue."),
    "drop": ("decisions", "Leave entries out for good."),
    "merge": ("decisions", "Make one entry of two or more that are the same thing."),
    "split": ("decisions", "Take a wrong merge apart."),
    "draft": ("issues", "Make the next issue from what is new, or add what is new to it."),
    "render": ("issues", "Make HTML and text again from issue.toml."),
    "check": ("issues", "Look for everything that is wrong with an issue."),
    "preview": ("issues", "Show an issue in the browser, and again whenever it is saved."),
    "studio": ("studio", "Make the whole issue in the browser."),
    "approve": ("issues", "Approve exactly this content for sending."),
    "publish": ("issues", "Note that an issue is out, though not mailed from here."),
    "subscribers": ("subscribers", "The list of subscribers: import, list, export, add, remove."),
    "send": ("send", "Send an approved issue to the list."),
    "status": ("send", "Tell how a sending stands."),
    "resolve": ("send", "Settle the deliveries in doubt."),
    "inbox": ("inbox", "Read the bounce mailbox: who asked to stop, who cannot be reached."),
    "report": (
        "report",
        "Tell what became of an issue, by mail provider, against those before it.",
    ),
    "serve": ("inbox", "Serve the public page: unsubscribe, preferences, archive."),
    "doctor": ("doctor", "Look for what mail providers will object to, and what is not private."),
    "tidy": ("maintenance", "Forget what need not be kept: who got which issue long ago."),
    "backup": ("maintenance", "Put all that is needed to go on into one file."),
    "restore": ("maintenance", "Put a backup back; who left since stays gone."),
}


class _Commands(click.Group):
    """Loads the module of a command when it is called for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(COMMANDS)

    # click's signature
    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:  # noqa: ARG002
        if name not in COMMANDS:
            return None
        module = importlib.import_module(f"newsletter.cli.{COMMANDS[name][0]}")
        command: click.Command = getattr(module, name)
        return command

    # click's
    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands, in the order of a month"):
            formatter.write_dl([(name, help_) for name, (_, help_) in COMMANDS.items()])


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.option(
    "-C",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="Work in the newsletter of this folder.",
)
@click.option(
    "--now", metavar="MOMENT", help="Run as if at this moment, as in 2026-11-23T09:00-05:00."
)
@click.version_option(__version__, message="newsletter %(version)s")
@click.pass_context
def newsletter(context: click.Context, folder: Path | None, now: str | None) -> None:
    r"""Gather what is new, make an issue of it, and mail it to patients and families.

    \b
    Example of a month:
      newsletter collect
      newsletter draft
      newsletter preview
      newsletter check
      newsletter approve 2026-11
      newsletter send 2026-11
    """
    context.obj = CommandSession(folder=folder, now_written=now)


def run(arguments: Sequence[str]) -> int:
    """Run one command; every failure that people can mend is a sentence on standard error."""
    for stream in (sys.stdout, sys.stderr):
        prepare_output(stream)
    try:
        with contextlib.suppress(BrokenPipeError):
            result = newsletter.main(list(arguments), prog_name="newsletter", standalone_mode=False)
            sys.stdout.flush()
            return result if isinstance(result, int) else 0
    except click.exceptions.Abort:
        sys.stderr.write("Stopped. What was done is kept; run the command again to go on.\n")
        return 1
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except NewsletterError as error:
        sys.stderr.write(f"newsletter: {error}\n")
        return error.exit_code
    except OSError as error:
        sys.stderr.write(
            f"newsletter: {error.filename or 'the system'}: {error.strerror or error}\n"
        )
        return 1
    # whatever nobody thought of: its words may name a reader
    except Exception as error:  # noqa: BLE001
        from newsletter import safe_traceback

        sys.stderr.write(safe_traceback.format_crash_message(error))
        return 1
    return 0
