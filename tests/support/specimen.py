"""A clean issue to start from, with the page and text made of it by hand.

Each test spoils one thing in it.
"""

import dataclasses
from datetime import UTC, date, datetime
from html import escape
from zoneinfo import ZoneInfo

from newsletter import config
from newsletter.checks import CheckContext, check_issue
from newsletter.model import (
    Dated,
    Entry,
    Event,
    Finding,
    Grant,
    Ids,
    Issue,
    Section,
    Trial,
    TrialStatus,
)
from newsletter.placeholders import Placeholder

ADDRESS = "1 Main Street, Denver, CO 80202, USA"
DISCLAIMER = "This is not medical advice. Ask your care team before you change anything."
SUBJECT = "What is new in December: a trial, a paper and a meeting"
PREHEADER = "One new paper, one trial that now takes part, and a meeting for families."

SETTINGS = config.parse(f"""
[newsletter]
title = "LMS Research Monthly"
from = "National LMS Newsletter <news@example.org>"
address = "{ADDRESS}"
url = "https://www.example.org"
time_zone = "America/New_York"
[public]
url = "https://news.example.org"
""")

PAPER = Entry(
    key="doi:10.1158/1078-0432.ccr-24-0148",
    ids=Ids(doi="10.1158/1078-0432.ccr-24-0148"),
    title="Trabectedin plus doxorubicin in leiomyosarcoma",
    links=("https://doi.org/10.1158/1078-0432.ccr-24-0148",),
    dated=Dated.parse("2026-11-03"),
    summary="A randomised trial of two drugs.",
    note="People who got both drugs lived longer. Many felt more tired.",
)
TRIAL = Entry(
    key="nct:NCT04000001",
    ids=Ids(nct="NCT04000001"),
    title="A study of a new tablet",
    links=("https://clinicaltrials.gov/study/NCT04000001",),
    trial=Trial(status=TrialStatus.RECRUITING, phase="2"),
)
EVENT = Entry(
    key="uid:webinar@example.org",
    ids=Ids(uid="webinar@example.org"),
    title="Living well: an evening for families",
    links=("https://www.example.org/webinar",),
    event=Event(
        starts=datetime(2026, 12, 9, 18, tzinfo=ZoneInfo("America/New_York")),
        ends=datetime(2026, 12, 9, 19, tzinfo=ZoneInfo("America/New_York")),
        zone="America/New_York",
        place="Online",
    ),
)
GRANT = Entry(
    key="opportunity:PAR-26-101",
    ids=Ids(opportunity="PAR-26-101"),
    title="Grants for young researchers",
    links=("https://www.grants.gov/search-results-detail/350001",),
    grant=Grant(deadline=date(2027, 2, 1), amount="$50,000", funder="The foundation"),
)
ISSUE = Issue(
    name="2026-12",
    subject=SUBJECT,
    preheader=PREHEADER,
    send_on=date(2026, 12, 1),
    since_at=datetime(2026, 11, 1, tzinfo=UTC),
    until_at=datetime(2026, 12, 1, tzinfo=UTC),
    letter="Dear friends,\n\nwe are glad to write to you again. The days are short now. Do take care.",
    sections=(
        Section(name="research", title="Research", entries=(PAPER,)),
        Section(name="trials", title="Clinical trials", entries=(TRIAL,)),
        Section(name="events", title="Events", entries=(EVENT,)),
        Section(name="grants", title="Grants", entries=(GRANT,)),
    ),
)

HEAD = """<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><meta name="supported-color-schemes" content="light dark">
<meta name="format-detection" content="telephone=no"><meta name="x-apple-disable-message-reformatting">
<title>{subject}</title>
<!--[if mso]><xml><o:OfficeDocumentSettings><o:PixelsPerInch>96</o:PixelsPerInch></o:OfficeDocumentSettings></xml><![endif]-->
<style>{css}</style>"""
CSS = """@media (max-width: 600px) { .card { padding: 8px !important } }
@media (prefers-color-scheme: dark) { .card { background-color: #1d2327 !important; color: #f2f2f2 !important } }"""
TABLE = '<table role="presentation" border="0" cellpadding="0" cellspacing="0" width="{width}">'
STYLE = "font-family: Helvetica, Arial, sans-serif; font-size: 18px; color: #222222"


def page(issue: Issue = ISSUE, *, extra: str = "", css: str = CSS) -> str:
    """The HTML part of an issue, good in every respect; `extra` is put before the footer."""
    sections = "".join(
        f"<h2>{escape(section.title)}</h2><p>{escape(section.text)}</p>{''.join(map(_block, section.entries))}"
        for section in issue.sections
    )
    hidden = f'<div lang="en" dir="ltr" style="display: none">{escape(PREHEADER)}{"&#8199;&#65279;&#847;" * 30}</div>'
    return f"""<!doctype html>
<html lang="en" dir="ltr"><head>{HEAD.format(subject=escape(issue.subject), css=css)}</head><body>{hidden}
<div role="article" aria-roledescription="email" aria-label="{escape(issue.subject)}" lang="en" dir="ltr" style="{STYLE}">
{TABLE.format(width="100%")}<tr><td align="center">{TABLE.format(width="600")}
<tr><td class="card" style="background-color: #ffffff; max-width: 600px">
<h1>{escape(SETTINGS.newsletter.title)}</h1><p>{escape(issue.letter)}</p>{sections}{extra}
<p>{DISCLAIMER}</p><p>{ADDRESS}</p><p><a href="https://news.example.org/2026-12">View this issue online</a>
<a href="{Placeholder.UNSUBSCRIBE}">Unsubscribe from this letter</a></p>
</td></tr></table></td></tr></table></div></body></html>"""


def _block(entry: Entry) -> str:
    link = (
        f'<a href="{escape(entry.links[0])}">{escape(entry.title)}</a>'
        if entry.links
        else escape(entry.title)
    )
    return f"<h3>{link}</h3><p>{escape(entry.note)}</p><p>{escape(entry.summary)}</p>"


def text(issue: Issue = ISSUE, *, extra: str = "") -> str:
    """The text part of an issue."""
    blocks = "\n\n".join(f"{entry.title}\n{chr(10).join(entry.links)}" for entry in issue.entries())
    return (
        f"View online:\nhttps://news.example.org/2026-12\n\n{blocks}\n{extra}\n{DISCLAIMER}\n{ADDRESS}\n"
        f"Unsubscribe:\n{Placeholder.UNSUBSCRIBE}\n"
    )


def context(issue: Issue = ISSUE, **changes: object) -> CheckContext:
    """A context around an issue, with the parts made of it."""
    given = {
        "issue": issue,
        "html": page(issue),
        "text": text(issue),
        "subject": issue.subject,
        "preheader": issue.preheader,
        "settings": SETTINGS,
        "now": datetime(2026, 11, 23, 14, tzinfo=UTC),
    }
    return CheckContext(**(given | changes))


def with_entry(entry: Entry, *, section: str = "research") -> CheckContext:
    """The clean issue with one entry more, at the end of a section."""
    sections = tuple(
        dataclasses.replace(each, entries=(*each.entries, entry)) if each.name == section else each
        for each in ISSUE.sections
    )
    return context(dataclasses.replace(ISSUE, sections=sections))


def changed(entry: Entry, **changes: object) -> CheckContext:
    """The clean issue with one of its entries changed."""
    new = dataclasses.replace(entry, **changes)
    sections = tuple(
        dataclasses.replace(
            each, entries=tuple(new if old is entry else old for old in each.entries)
        )
        for each in ISSUE.sections
    )
    return context(dataclasses.replace(ISSUE, sections=sections))


def findings(given: CheckContext, rule: str) -> list[Finding]:
    """What one rule found."""
    return [each for each in check_issue(given) if each.rule == rule]


def where(given: CheckContext, rule: str) -> list[str]:
    """The places that one rule objects to."""
    return [each.where for each in findings(given, rule)]


def message(given: CheckContext, rule: str) -> str:
    """The words of the only finding of a rule."""
    (found,) = findings(given, rule)
    return found.message
