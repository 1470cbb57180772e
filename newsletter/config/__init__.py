"""newsletter.toml as frozen settings, and the secrets that never stand in it.

`settings` says what may stand in the file, `reading` reads it, `secrets` finds passwords.
"""

from newsletter.config.credentials import KEYRING, secret
from newsletter.config.loader import line_numbers, load, parse
from newsletter.config.settings import (
    DEFAULT_SECTIONS,
    FILE_NAME,
    TABLES,
    ConfigKey,
    DeliverySettings,
    Dkim,
    DkimKey,
    InboxSettings,
    Login,
    NewsletterSettings,
    PublicSettings,
    Security,
    Settings,
    Theme,
    is_loopback,
    keys_of,
)

__all__ = [
    "DEFAULT_SECTIONS",
    "FILE_NAME",
    "KEYRING",
    "TABLES",
    "ConfigKey",
    "DeliverySettings",
    "Dkim",
    "DkimKey",
    "InboxSettings",
    "Login",
    "NewsletterSettings",
    "PublicSettings",
    "Security",
    "Settings",
    "Theme",
    "is_loopback",
    "keys_of",
    "line_numbers",
    "load",
    "parse",
    "secret",
]
