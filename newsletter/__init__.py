"""A newsletter of what is new since the last issue, made by people who are no programmers.

In Python::

    import newsletter

    issue = newsletter.open_newsletter("lms-news").draft()

`docs/python.md` shows the rest, and `docs/architecture.md` the rooms of this package. What is named
here loads when it is first asked for: `import newsletter` alone costs nothing. Its types stand in
`__init__.pyi`.
"""

import importlib

__version__ = "0.1.0"

_HOMES = {"Newsletter": "newsletter.api", "open_newsletter": "newsletter.api"} | dict.fromkeys(
    (
        "ConfigError",
        "DeliveryError",
        "IssueFileError",
        "MailboxError",
        "NewsletterError",
        "NotApprovedError",
        "PluginError",
        "RestoredLedgerError",
        "SendPausedError",
        "SenderAtWorkError",
        "SourceError",
        "SpreadsheetError",
        "StorageError",
        "TemplateError",
        "UsageError",
        "WorkspaceError",
    ),
    "newsletter.errors",
)
__all__ = ["__version__", *_HOMES]  # noqa: PLE0604 - names all


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return [*globals(), *_HOMES]
