"""Write docs/configuration.md from the settings' own words: `python docs/make_configuration.py`."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

from newsletter import config
from newsletter.config import ConfigKey

HEAD = """\
# newsletter.toml

Only `[newsletter]` `title` and `from` are required. A key that is not known is an error, so that a slip of the pen is
not silently passed over; all mistakes are reported at once, with file, line, what was expected and what stood there.

Secrets never stand here. The password of the mail server comes from the environment's `NEWSLETTER_SMTP_PASSWORD`, from
the file named by `NEWSLETTER_SMTP_PASSWORD_FILE`, or from the keyring (service “newsletter”); likewise
`NEWSLETTER_INBOX_PASSWORD`, `NEWSLETTER_PUBMED_API_KEY` and `NEWSLETTER_SECRET`, the key that links are signed with.
`newsletter init` makes the last one, in `.newsletter/secret`. A password of the mail server that was typed on the studio's page
Setup is in the keyring or, where there is none, in `.newsletter/smtp-password` (mode 0600, in no backup); it is looked at last.

This page is written by `python docs/make_configuration.py`; a test holds it against the code.
"""


def page() -> str:
    """The whole page."""
    parts = [HEAD]
    for table, (_, cls, many) in config.TABLES.items():
        parts.append(
            f"\n## `{'[[' if many else '['}{table}{']]' if many else ']'}`\n\n{rows(table, cls)}"
        )
        if table == "dkim":
            parts.append(f"\n### each of `keys`\n\n{rows('dkim.keys', config.DkimKey)}")
    return "".join(parts)


def rows(table: str, cls: type) -> str:
    """One line for each key."""
    lines = [
        f"| `{table}.{key.name}` | {key.help} | {default(key)} |\n" for key in config.keys_of(cls)
    ]
    return "| key | what it is | default |\n|---|---|---|\n" + "".join(lines)


def default(key: ConfigKey) -> str:
    """What holds when the key is left out."""
    return "*required*" if key.required else written(key.default)


def written(value: Any) -> str:
    """A value as it would stand in the file."""
    match value:
        case None | () | "":
            return "–"
        case bool():
            return f"`{str(value).lower()}`"
        case timedelta():
            seconds = int(value.total_seconds())
            if value > timedelta(days=7) and seconds % 86400 == 0:
                return f'`"{value.days}d"`'
            return f'`"{seconds // 3600}h"`' if seconds % 3600 == 0 else f'`"{seconds // 60}m"`'
        case StrEnum() | str():
            return f'`"{value}"`'
        case _:
            return f"`{value}`"


if __name__ == "__main__":
    (Path(__file__).parent / "configuration.md").write_text(page(), "utf-8")
