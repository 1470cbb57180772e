"""Doctor: what mail providers will object to, and what is not as private as it must be.

Nothing is sent or changed.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping
from email.utils import parseaddr
from pathlib import Path

from newsletter import config
from newsletter.bounces.bounce_mailbox import open_mailbox
from newsletter.config import DeliverySettings, DkimKey, Settings
from newsletter.database.engine import database_file, is_sound
from newsletter.delivery.messages.dkim_signing import load_signer
from newsletter.delivery.messages.template import ascii_domain, sending_domain
from newsletter.delivery.smtp import MailServer
from newsletter.doctor import dns_records
from newsletter.doctor.diagnosis import Diagnosis, report_failure, report_ok, report_warning
from newsletter.doctor.dns_lookup import DnsLookup
from newsletter.doctor.sender_domains import SenderDomains
from newsletter.doctor.smtp_check import check_server
from newsletter.entries.repository import entries_of
from newsletter.errors import NewsletterError, SourceError, UsageError
from newsletter.platform_support import has_file_modes
from newsletter.plugins import SOURCES
from newsletter.sources.kinds import find_source_type
from newsletter.sources.staleness import find_stale_sources, is_empty
from newsletter.workspace import credentials
from newsletter.workspace.context import AppContext
from newsletter.workspace.credentials import INBOX_PASSWORD

ADDRESSES = "look whether their addresses are still right"
_PLUGIN_REMEDY = "until then no source of that kind can be read; all others are"
SECRETS = (
    credentials.SECRET,
    credentials.SMTP_PASSWORD,
    INBOX_PASSWORD,
    "NEWSLETTER_PUBMED_API_KEY",
)


def examine_workspace(
    context: AppContext, names: DnsLookup, environ: Mapping[str, str] = os.environ
) -> Iterator[Diagnosis]:
    """Everything, one finding after the other as they come."""
    settings = context.workspace.settings
    yield _postal_address(settings)
    yield _one_click(settings)
    yield from dns_records.examine_domains(_domains(context), names)
    yield from _signing_keys(context)
    yield from _server(context)
    yield _inbox(context)
    yield _secret(context)
    yield from _modes(context, environ)
    yield _database(context)
    yield from _sources(context)
    yield from examine_plugins()


def _postal_address(settings: Settings) -> Diagnosis:
    if settings.newsletter.address.strip():
        return report_ok(
            "address", "every mail carries the postal address, as the law of many countries wants"
        )
    return report_failure(
        "address",
        "no mail carries a postal address, which the law of many countries wants (CAN-SPAM, among"
        " others)",
        "write [newsletter] address",
    )


def _one_click(settings: Settings) -> Diagnosis:
    url = settings.public.url if settings.public else ""
    if url.startswith("https://"):
        return report_ok("unsubscribe", "readers leave with one click, as Gmail and Yahoo want")
    what = "the public page is not reached by https" if url else "there is no public page"
    return report_warning(
        "unsubscribe",
        f"{what}, so readers leave by mail alone; Gmail and Yahoo want one click of those who write"
        " to 5,000 a day",
        "run `newsletter serve` behind a web server with TLS, and set [public] url",
    )


def _domains(context: AppContext) -> SenderDomains:
    settings = context.workspace.settings
    sender = sending_domain(settings)
    envelope = ascii_domain(parseaddr(settings.inbox.address)[1].rpartition("@")[2]) or sender
    dkim = settings.dkim
    if dkim is None:
        return SenderDomains(sender=sender, envelope=envelope)
    keys = tuple(
        (each.selector, dns_records.read_public_key(context.workspace.path(each.file)))
        for each in dkim.keys
    )
    return SenderDomains(
        sender=sender, envelope=envelope, signing=ascii_domain(dkim.domain), keys=keys
    )


def _signing_keys(context: AppContext) -> Iterator[Diagnosis]:
    dkim = context.workspace.settings.dkim
    for each in dkim.keys if dkim else ():
        yield _signing_key(context, dkim.domain if dkim else "", each)


def _signing_key(context: AppContext, domain: str, key: DkimKey) -> Diagnosis:
    try:
        load_signer(config.Dkim(domain=domain, keys=(key,)), context.workspace.folder, context.now)
    except UsageError as error:
        return report_failure("DKIM", str(error), "until then nothing can be sent")
    return report_ok("DKIM", f"the key {key.file} can be read, by its owner alone")


def _server(context: AppContext) -> list[Diagnosis]:
    settings = context.workspace.settings
    if not settings.delivery.host and not settings.delivery.socket:
        remedy = (
            "name it in [delivery] host; without one, `newsletter publish` tells that an issue"
            " is out"
        )
        return [
            report_warning("mail server", "none is named, so nothing can be sent from here", remedy)
        ]
    try:
        password = credentials.smtp_password(context)
    except UsageError as error:
        return [
            report_failure("mail server", str(error), "correct the name, or the rights of the file")
        ]
    return test_server(context, settings.delivery, password)


def test_server(
    context: AppContext, delivery: DeliverySettings, password: str | None
) -> list[Diagnosis]:
    """What a mail server says to us, with settings that need not be saved; nothing is sent."""
    ehlo_name = delivery.ehlo_name or sending_domain(context.workspace.settings)
    return check_server(
        MailServer(settings=delivery, ehlo_name=ehlo_name, password=password), now=context.now
    )


NO_INBOX = (
    "no bounce mailbox is read: who cannot be reached is written to again and again, which"
    " providers punish"
)


def _inbox(context: AppContext) -> Diagnosis:
    settings = context.workspace.settings.inbox
    if not settings.folder and not settings.host:
        return report_warning("inbox", NO_INBOX, "write [inbox] with host, user and address")
    try:
        password = config.secret(INBOX_PASSWORD)
        with open_mailbox(settings, context.workspace.folder, password) as mailbox:
            waiting = len(mailbox.messages())
    except UsageError as error:
        return report_failure("inbox", str(error), "correct it, and look again")
    except NewsletterError as error:
        remedy = "is this machine online? Look at [inbox] and its password, and try again"
        return report_warning("inbox", str(error), remedy)
    return report_ok("inbox", f"the bounce mailbox can be read; {waiting} mails wait in it")


def _secret(context: AppContext) -> Diagnosis:
    try:
        credentials.load_keys(context)
    except UsageError as error:
        return report_failure(
            "secret", str(error), "links in mails that are out work with that key alone"
        )
    return report_ok("secret", "there is a key to sign links with; keep it in a backup")


def _modes(context: AppContext, environ: Mapping[str, str]) -> Iterator[Diagnosis]:
    """Files that others on this machine may read."""
    if not has_file_modes():
        yield report_ok(
            "privacy",
            "who may read the database and the secrets follows from their folder: keep it among"
            " your own files, where other accounts of this computer cannot look",
        )
        return
    workspace = context.workspace
    paths = [workspace.private, *workspace.private.rglob("*")] if workspace.private.is_dir() else []
    database = database_file(workspace.settings.newsletter.database, workspace.folder)
    paths += [database] if database else []
    paths += [Path(environ[f"{name}_FILE"]) for name in SECRETS if environ.get(f"{name}_FILE")]
    open_ones = sorted({str(each) for each in paths if _others_may(each)})
    for each in open_ones:
        mode = "700" if Path(each).is_dir() else "600"
        yield report_failure(
            "privacy", f"{each} may be read by others on this machine", f"chmod {mode} '{each}'"
        )
    if not open_ones:
        yield report_ok("privacy", "the database and the secrets are for their owner alone")


def _others_may(path: Path) -> bool:
    try:
        mode = path.stat().st_mode
    except OSError:
        return False
    return bool(stat.S_IMODE(mode) & 0o077) and (stat.S_ISREG(mode) or stat.S_ISDIR(mode))


def _database(context: AppContext) -> Diagnosis:
    try:
        sound = is_sound(context.engine)
    except NewsletterError as error:
        return report_failure("database", str(error), "put back a backup with `newsletter restore`")
    if not sound:
        return report_failure(
            "database",
            "the database is damaged",
            "put back a backup with `newsletter restore --force`",
        )
    return report_ok("database", "the database opens, and is sound")


def _sources(context: AppContext) -> Iterator[Diagnosis]:
    try:
        known = entries_of(context).sources()
    except NewsletterError:  # told already
        return
    sources = [known.get(each.name) for each in context.workspace.settings.sources]
    records = [each for each in sources if each is not None]
    broken = [each.name for each in records if each.error]
    quiet = find_stale_sources(context, records)
    empty = [
        each.name
        for each in records
        if not each.error and is_empty(each) and each.name not in quiet
    ]
    if broken:
        yield report_warning(
            "sources",
            f"{len(broken)} broken: {', '.join(broken)}",
            "`newsletter collect` says what is wrong",
        )
    if quiet:
        said = "; ".join(f"{name} ({sentence})" for name, sentence in quiet.items())
        yield report_warning("sources", f"{len(quiet)} quiet: {said}", ADDRESSES)
    if empty:
        words = f"{len(empty)} answer with nothing in them: {', '.join(empty)}"
        yield report_warning("sources", words, ADDRESSES)
    if not broken and not quiet and not empty:
        yield report_ok(
            "sources", f"{len(records)} of {len(sources)} were fetched, and none is broken or quiet"
        )


def examine_plugins() -> Iterator[Diagnosis]:
    """What other packages add; nothing is said where there are none."""
    for name, plugin in SOURCES.added.items():
        try:
            found = find_source_type(name)
        except SourceError as error:
            yield report_warning("plugins", str(error), _PLUGIN_REMEDY)
        else:
            words = f"{plugin.package} adds the kind of source “{name}”: {found.title}"
            yield report_ok("plugins", words)
    for refused in SOURCES.refused:
        yield report_warning("plugins", str(refused), _PLUGIN_REMEDY)
