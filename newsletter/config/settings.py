"""What may stand in newsletter.toml: each dataclass is one table, each field one key.

`help` in a field's metadata is the line that docs/configuration.md prints, `check` what more than
its type must hold.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from email.utils import parseaddr
from enum import StrEnum
from functools import cache
from typing import Any, get_type_hints
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from newsletter import plugins
from newsletter.model import SectionStyle, Source

FILE_NAME = "newsletter.toml"
Check = Callable[[Any], str | None]
"""Takes a value of the right type; returns what was expected, or None when it is good."""


def key(help_: str, *, default: Any = dataclasses.MISSING, check: Check | None = None) -> Any:
    """A key of newsletter.toml.

    Its one-line help, its default and what more than its type must hold.
    """
    metadata = {"help": help_, "check": check}
    if callable(default):
        return field(default_factory=default, metadata=metadata)
    return field(default=default, metadata=metadata)


class Security(StrEnum):
    """How the link to a mail server is protected."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


class Login(StrEnum):
    """How we prove to the mail server who we are."""

    PASSWORD = "password"  # noqa: S105 - the name of a way to log in
    XOAUTH2 = "xoauth2"


def _not_empty(value: str) -> str | None:
    return None if value.strip() else "some text"


def _mailbox(value: str) -> str | None:
    name, address = parseaddr(value)
    del name
    ok = (
        address.count("@") == 1
        and all(address.split("@"))
        and not re.search(r"[\x00-\x1f\x7f]", value)
    )
    return None if ok else 'one address, as in "Foundation News <news@example.org>"'


def _mailbox_or_empty(value: str) -> str | None:
    return _mailbox(value) if value else None


def _zone(value: str) -> str | None:
    return None if value in available_timezones() else 'a time zone such as "America/New_York"'


def _web_address_or_empty(value: str) -> str | None:
    parts = urlsplit(value)
    ok = not value or (parts.scheme in {"https", "http"} and parts.hostname)
    return None if ok else "an address that starts with https://"


def _name(value: str) -> str | None:
    return (
        None
        if re.fullmatch(r"[a-z0-9][a-z0-9_-]*", value)
        else "a name of small letters, digits, - and _"
    )


def _source_name(value: str) -> str | None:
    ok = value.strip() == value and value and not re.search(r"[\x00-\x1f\x7f]", value)
    return None if ok else "a name without line breaks or spaces at its ends"


_KINDS = ", ".join(plugins.SOURCES.own)


def _kind(value: str) -> str | None:
    if value in plugins.SOURCES:
        return None
    return (
        f"one of {', '.join(plugins.SOURCES.list_names())}, or one that an installed package adds"
    )


def _port(value: int) -> str | None:
    return None if 0 < value < 65536 else "a port from 1 to 65535"


def _not_negative(value: int) -> str | None:
    return None if value >= 0 else "0 or more"


def _positive(value: int) -> str | None:
    return None if value > 0 else "1 or more"


def _cadence(value: str) -> str | None:
    if re.fullmatch(r"(?:[1-9]\d* )?(?:day|week|month)s?", value):
        return None
    from dateutil.rrule import rrulestr  # only where a rule is written

    try:
        rrulestr(value, dtstart=datetime(2026, 1, 1, tzinfo=UTC))
    except (ValueError, TypeError, KeyError):
        return 'month, week, "2 weeks" or an RRULE such as "FREQ=MONTHLY;BYDAY=1TU"'
    return None


def _language(value: str) -> str | None:
    return (
        None
        if re.fullmatch(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*", value)
        else 'a language such as "en" or "es"'
    )


def _colour(value: str) -> str | None:
    return (
        None
        if re.fullmatch(r"#[0-9a-fA-F]{6}", value)
        else 'a colour of six digits such as "#0b5c6b"'
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class DkimKey:
    """`[[dkim.keys]]`"""

    selector: str = key("the name of the key in DNS", check=_not_empty)
    file: str = key(
        "the private key, a PEM file of mode 0600, from the workspace", check=_not_empty
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Dkim:
    """`[dkim]`: only where the relay does not sign."""

    domain: str = key("the domain that signs; the one of `from`", check=_not_empty)
    keys: tuple[DkimKey, ...] = key(
        "one table for each key; RSA and Ed25519 may stand side by side"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliverySettings:
    """`[delivery]`: the mail server, and how fast it may be used."""

    host: str = key("the mail server", default="")
    port: int = key("its port", default=587, check=_port)
    security: Security = key(
        "starttls, tls, or none (none only to a loopback address)", default=Security.STARTTLS
    )
    user: str = key("the name to log in with; empty: no login", default="")
    login: Login = key(
        "password or xoauth2; the secret is NEWSLETTER_SMTP_PASSWORD", default=Login.PASSWORD
    )
    protocol: str = key(
        "smtp or lmtp",
        default="smtp",
        check=lambda v: None if v in {"smtp", "lmtp"} else "smtp or lmtp",
    )
    socket: str = key("a unix socket of a local relay, instead of host and port", default="")
    connections: int = key("connections at once", default=2, check=_positive)
    per_minute: int = key(
        "messages a minute at most; 0 = as fast as the server takes them",
        default=120,
        check=_not_negative,
    )
    per_day: int = key("messages a day at most; 0 = no limit", default=0, check=_not_negative)
    retry_after: timedelta = key(
        "the first wait before a deferred one is tried again, then doubling",
        default=timedelta(minutes=5),
    )
    give_up_after: timedelta = key("how long a deferred one is tried", default=timedelta(hours=48))
    per_connection: int = key(
        "messages on one connection, then a new one; 0 = no limit", default=50, check=_not_negative
    )
    adapt: bool = key("slow down when the server answers 421 or 45x", default=True)
    quiet_from: time | None = key("no mail from this time of day on", default=None)
    quiet_until: time | None = key("until this one, in the newsletter's time zone", default=None)
    ehlo_name: str = key(
        "the name we say; empty: the domain of `from`, never the machine's", default=""
    )
    ca_file: str = key("another certificate authority, for a relay of one's own", default="")


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicSettings:
    """`[public]`: the page for readers. Left out: unsubscribing by mail alone."""

    url: str = key("where readers reach it", check=_web_address_or_empty)
    robots: bool = key("may search engines list the archive", default=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxSettings:
    """`[inbox]`: where bounces and unsubscribe mails arrive."""

    folder: str = key("a folder of .eml files, instead of a mailbox", default="")
    host: str = key("the IMAP server", default="")
    port: int = key("its port", default=993, check=_port)
    security: Security = key(
        "tls, starttls, or none (none only to a loopback address)", default=Security.TLS
    )
    user: str = key("the name to log in with", default="")
    login: Login = key(
        "password or xoauth2; the secret is NEWSLETTER_INBOX_PASSWORD", default=Login.PASSWORD
    )
    address: str = key(
        "envelope sender and address to unsubscribe; a token is put behind a +",
        default="",
        check=_mailbox_or_empty,
    )
    ca_file: str = key("another certificate authority, for a server of one's own", default="")


@dataclass(frozen=True, slots=True, kw_only=True)
class Theme:
    """`[theme]`: colours, logo and fonts of the mail."""

    accent: str = key("colour of headings, links and buttons", default="#0b5c6b", check=_colour)
    background: str = key("colour around the letter", default="#f3f1ec", check=_colour)
    logo: str = key(
        "https address of a logo on the foundation's own host",
        default="",
        check=_web_address_or_empty,
    )
    logo_alt: str = key("what the logo says to those who do not see it", default="")
    font: str = key(
        "sans or serif",
        default="sans",
        check=lambda v: None if v in {"sans", "serif"} else "sans or serif",
    )
    footer: str = key(
        "words of the foundation's own at the end of every mail, Markdown", default=""
    )
    image_hosts: tuple[str, ...] = key("hosts that pictures may come from", default=())
    discreet: bool = key(
        "warn when subject or preheader would tell a diagnosis on a locked screen", default=True
    )


DEFAULT_SECTIONS = (
    SectionStyle(name="research", title="Research"),
    SectionStyle(name="trials", title="Clinical trials"),
    SectionStyle(name="events", title="Events"),
    SectionStyle(name="grants", title="Grants"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewsletterSettings:
    """`[newsletter]`"""

    title: str = key("the name of the newsletter", check=_not_empty)
    sender: str = key("`from`: the sender that readers see", check=_mailbox)
    reply_to: str = key("where answers go, when not to `from`", default="", check=_mailbox_or_empty)
    address: str = key("the foundation's postal address, printed in every mail", default="")
    url: str = key("the foundation's own page", default="", check=_web_address_or_empty)
    language: str = key("language of the fixed words", default="en", check=_language)
    time_zone: str = key(
        "whose days and hours the newsletter speaks in", default="America/New_York", check=_zone
    )
    every: str = key("month, week, 2 weeks, or an RFC 5545 RRULE", default="month", check=_cadence)
    late_days: int = key(
        "how many days back an entry first seen only now may be dated",
        default=90,
        check=_not_negative,
    )
    ahead_days: int = key(
        "how many days ahead events are offered", default=120, check=_not_negative
    )
    database: str = key(
        "an SQLAlchemy address; a relative path is taken from the workspace",
        default="sqlite:///.newsletter/newsletter.db",
        check=_not_empty,
    )
    keep_deliveries: timedelta = key(
        "how long it is kept who got which issue; after that, how many", default=timedelta(days=400)
    )
    fetch_from: tuple[str, ...] = key(
        "host names inside your own network that sources may be fetched from", default=()
    )

    @property
    def zone(self) -> ZoneInfo:
        """`time_zone` as a zone."""
        return ZoneInfo(self.time_zone)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The whole newsletter.toml."""

    newsletter: NewsletterSettings
    sections: tuple[SectionStyle, ...] = DEFAULT_SECTIONS
    sources: tuple[Source, ...] = ()
    delivery: DeliverySettings = field(default_factory=DeliverySettings)
    dkim: Dkim | None = None
    public: PublicSettings | None = None
    inbox: InboxSettings = field(default_factory=InboxSettings)
    theme: Theme = field(default_factory=Theme)


TABLES: Mapping[str, tuple[str, type, bool]] = {
    "newsletter": ("newsletter", NewsletterSettings, False),
    "section": ("sections", SectionStyle, True),
    "source": ("sources", Source, True),
    "delivery": ("delivery", DeliverySettings, False),
    "dkim": ("dkim", Dkim, False),
    "public": ("public", PublicSettings, False),
    "inbox": ("inbox", InboxSettings, False),
    "theme": ("theme", Theme, False),
}
"""Table in the file → (field of Settings, its class, whether it is a list of tables)."""

SPELLED = {"from": "sender"}
"""Keys that cannot be a Python name."""

NOUN_KEYS: Mapping[tuple[type, str], tuple[str, Check | None]] = {
    (SectionStyle, "name"): ("the name used in files and commands", _name),
    (SectionStyle, "title"): ("the heading in print", _not_empty),
    (SectionStyle, "rules"): ("words or host names; an entry with one of them goes here", None),
    (Source, "name"): ("the name used in reports and commands", _source_name),
    (Source, "kind"): (f"{_KINDS}, or one that an installed package adds", _kind),
    (Source, "url"): ("its address, or the path of a file from the workspace", None),
    (Source, "section"): ("where its entries go; left out: proposed entry by entry", None),
    (Source, "limit"): ("how many entries of one answer are kept, the newest first", _positive),
    (Source, "query"): ("pubmed, trials, grants: the search, in the words of the service", None),
    (Source, "status"): ("trials: only these states", None),
    (Source, "place"): ("trials: a country or city", None),
}
"""Help and check of the tables that are nouns of the model."""


@dataclass(frozen=True, slots=True)
class ConfigKey:
    """One key as written in the file."""

    name: str
    field_name: str
    type: Any
    required: bool
    default: Any
    help: str
    check: Check | None


def keys_of(table: type) -> tuple[ConfigKey, ...]:
    """The keys of a table, in the order of the documentation."""
    return _keys_of(table)


@cache  # 150 sources are tables of one kind
def _keys_of(table: type) -> tuple[ConfigKey, ...]:
    hints = get_type_hints(table)
    return tuple(_key(table, each, hints[each.name]) for each in dataclasses.fields(table))


def _key(table: type, each: dataclasses.Field[Any], hint: Any) -> ConfigKey:
    written = next((name for name, python in SPELLED.items() if python == each.name), each.name)
    help_, check = NOUN_KEYS.get(
        (table, each.name), (each.metadata.get("help", ""), each.metadata.get("check"))
    )
    default = (
        each.default_factory() if each.default_factory is not dataclasses.MISSING else each.default
    )
    required = default is dataclasses.MISSING
    return ConfigKey(written, each.name, hint, required, default, help_, check)


def is_loopback(host: str) -> bool:
    """Whether mail to this host never leaves the machine."""
    return host in {"localhost", "::1", "[::1]"} or bool(re.fullmatch(r"127(?:\.\d{1,3}){3}", host))
