"""Issues to render.

One as a foundation would send it, and ones of nothing but odd or much content.
"""

from __future__ import annotations

import dataclasses
import itertools
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from newsletter.config import NewsletterSettings, PublicSettings, Settings, Theme
from newsletter.model import (
    Dated,
    Entry,
    Event,
    Flag,
    Grant,
    Ids,
    Issue,
    Section,
    Trial,
    TrialStatus,
)

EASTERN = ZoneInfo("America/New_York")

SETTINGS = Settings(
    newsletter=NewsletterSettings(
        title="LMS Research Monthly",
        sender="LMS Foundation News <news@example.org>",
        reply_to="office@example.org",
        address="LMS Foundation, 1200 Maple Street, Suite 300, Denver, CO 80202, USA",
        url="https://www.example.org/",
    ),
    public=PublicSettings(url="https://news.example.org"),
    theme=Theme(
        footer="The LMS Foundation is run by patients and families.",
        image_hosts=("www.example.org",),
    ),
)

GLOSSARY = {
    "biomarker": "something in blood or tissue that can be measured and tells how a disease behaves",
    "median": "the middle value: half of the people lie above it, half below",
    "phase 2": "a trial that looks at whether a treatment works in a small group of people",
}

LETTER = """Dear {name},

December is a time to gather. In this issue we have gathered **five papers**, three trials and the
events of the coming weeks. Nothing here asks you to do anything today: read what helps you, and leave
the rest for a better day.

If a word is hard, look at the end: we explain a few. And if you would rather talk, our
[helpline page](https://www.example.org/helpline) tells you how to reach us.

Warmly,
the editors"""

TIPS = """- Bring one page to each visit: your medicines, your questions, and the name of the person to call.
- Ask for a copy of every scan report. It is yours.
- Tired days are not lost days. Rest is part of the treatment.

> **A small box.** The helpline has a new number from January on.

**[See all our tips](https://www.example.org/tips)**"""

RESEARCH = (
    Entry(
        key="doi:10.1158/1078-0432.ccr-24-0148",
        ids=Ids(doi="10.1158/1078-0432.ccr-24-0148"),
        title="Developing Novel Genomic Risk Stratification Models in Soft Tissue and Uterine Leiomyosarcoma",
        authors=(
            "Josephine K. Dermawan",
            "Sarah Chiang",
            "Samuel Singer",
            "William D. Tap",
            "Cristina R. Antonescu",
        ),
        links=("https://doi.org/10.1158/1078-0432.CCR-24-0148",),
        dated=Dated.parse("2024-05-15"),
        journal="Clin Cancer Res",
        note=(
            "Not every leiomyosarcoma behaves alike. This team looked at the genes of many tumors and found "
            "patterns that help to tell the **calmer** from the **more restless** ones. It does not change "
            "treatment yet; it may help doctors to plan how closely to watch."
        ),
        flags=frozenset({Flag.OPEN_ACCESS}),
    ),
    Entry(
        key="doi:10.1007/s11864-023-01067-2",
        ids=Ids(doi="10.1007/s11864-023-01067-2"),
        title="Not All Leiomyosarcomas Are the Same: How to Best Classify LMS",
        authors=("Agustina Bessi", "Jonathan Trent"),
        links=("https://link.springer.com/article/10.1007/s11864-023-01067-2",),
        dated=Dated.parse("2023-03-08"),
        journal="Curr Treat Options Oncol",
        summary=(
            "The authors go through the kinds of leiomyosarcoma by place and by behavior. They explain why a tumor of "
            "the womb and one of a vein may need another plan. They also look at which biomarker could guide a choice "
            "one day, e.g. changes in genes that repair DNA. At the end stands a table of open questions."
        ),
        flags=frozenset({Flag.REVIEW}),
    ),
    Entry(
        key="pmid:36603130",
        ids=Ids(pmid="36603130"),
        title=(
            "Sequential Targeting of Retinoblastoma and DNA Synthesis Pathways Is a Therapeutic Strategy for Sarcomas "
            "That Can Be Monitored in Real Time"
        ),
        links=("https://pubmed.ncbi.nlm.nih.gov/36603130/",),
        dated=Dated.parse("2023-03"),
        journal="Cancer Res",
        note="Our foundation helped to pay for this work. It is laboratory research; a trial may follow.",
    ),
    Entry(
        key="url:https://example.org/preprint",
        title="Circulating tumor DNA in uterine leiomyosarcoma: a first look",
        authors=("A. Author", "B. Writer", "C. Scribe", "D. Penman"),
        links=("https://example.org/preprint",),
        dated=Dated.parse("2026-11-03"),
        flags=frozenset({Flag.PREPRINT}),
        related=("doi:10.1000/published.2026",),
        summary="A small study of blood samples. The median time of watching was nine months.",
    ),
    Entry(
        key="url:https://example.org/retracted",
        title="A paper that its journal has taken back",
        authors=("E. Erring",),
        links=("https://example.org/retracted",),
        dated=Dated.parse("2021"),
        journal="Journal of Corrections",
        flags=frozenset({Flag.RETRACTED}),
        note="We told you of this paper in 2021. Please do not build on it any more.",
    ),
)

TRIALS = (
    Entry(
        key="nct:NCT05633381",
        ids=Ids(nct="NCT05633381"),
        title="A Study of Trabectedin With Radiation for People With Leiomyosarcoma That Has Spread",
        links=("https://clinicaltrials.gov/study/NCT05633381",),
        trial=Trial(
            status=TrialStatus.RECRUITING,
            was=TrialStatus.NOT_YET_RECRUITING,
            phase="2",
            sponsor="Example Cancer Center",
            places=(
                "Denver, US",
                "Houston, US",
                "Boston, US",
                "Miami, US",
                "New York, US",
                "Villejuif, FR",
            ),
            contact="Study office, 303-555-0142, trials@example.org",
            interventions=("Trabectedin", "radiation therapy"),
            who="Adults of 18 years and older with leiomyosarcoma that has spread, after one treatment or more.",
        ),
        note="A **phase 2** trial. Ask your doctor whether it fits you before you travel.",
    ),
    Entry(
        key="nct:NCT04200443",
        ids=Ids(nct="NCT04200443"),
        title="Cabozantinib and Temozolomide for the Treatment of Unresectable or Metastatic Leiomyosarcoma",
        links=("https://clinicaltrials.gov/study/NCT04200443",),
        trial=Trial(
            status=TrialStatus.ACTIVE_NOT_RECRUITING,
            was=TrialStatus.RECRUITING,
            phase="2",
            places=("Chicago, US",),
            interventions=("Cabozantinib", "Temozolomide"),
        ),
    ),
    Entry(
        key="nct:NCT06088290",
        ids=Ids(nct="NCT06088290"),
        title="Unesbulin in Advanced Leiomyosarcoma: Follow-up",
        links=("https://clinicaltrials.gov/study/NCT06088290",),
        trial=Trial(
            status=TrialStatus.NOT_YET_RECRUITING, phase="early 1", places=("Germany", "Spain")
        ),
        summary="People who took part before are followed for two more years.",
    ),
)

EVENTS = (
    Entry(
        key="uid:webinar-1@example.org",
        ids=Ids(uid="webinar-1@example.org"),
        title="Webinar: Overcoming Insurance Barriers",
        links=("https://www.example.org/webinars/insurance",),
        event=Event(
            starts=datetime(2026, 12, 9, 18, 0, tzinfo=EASTERN),
            ends=datetime(2026, 12, 9, 19, 0, tzinfo=EASTERN),
            zone="America/New_York",
            place="Online",
            join="https://example.zoom.us/j/5550100",
        ),
        note="A lawyer and two patients tell what helped. You can keep your camera off.",
    ),
    Entry(
        key="uid:circle@example.org",
        title="Circle of Hope: family weekend",
        links=("https://www.example.org/circle",),
        event=Event(starts=date(2027, 1, 16), ends=date(2027, 1, 18), place="Estes Park, Colorado"),
    ),
)

GRANTS = (
    Entry(
        key="url:https://example.org/grants/young",
        title="Young Investigator Award for Sarcoma Research",
        links=("https://www.example.org/grants/young",),
        grant=Grant(
            deadline=date(2027, 2, 1),
            amount="$50,000",
            funder="LMS Foundation",
            who="Researchers within six years of their degree, in any country.",
            number="LMS-27-01",
        ),
        summary="One year of support for new ideas on leiomyosarcoma.",
    ),
)

COMING_UP = (
    Entry(
        title="Support group for caregivers",
        links=("https://www.example.org/caregivers",),
        event=Event(
            starts=datetime(2026, 12, 3, 20, 0, tzinfo=EASTERN),
            zone="America/New_York",
            place="Online",
        ),
    ),
    Entry(
        title="Travel fund for trial visits",
        links=("https://www.example.org/travel",),
        grant=Grant(deadline=date(2026, 12, 15)),
    ),
)

SAMPLE = Issue(
    name="2026-12",
    subject="LMS Research Monthly: December 2026",
    preheader="Five papers in plain words, three trials, a webinar on insurance, and tips for tired days.",
    send_on=date(2026, 12, 1),
    since_at=datetime(2026, 11, 1, tzinfo=UTC),
    until_at=datetime(2026, 12, 1, tzinfo=UTC),
    letter=LETTER,
    closing="Thank you for reading. You are not alone.",
    sections=(
        Section(name="research", title="Research", entries=RESEARCH),
        Section(name="trials", title="Clinical trials", entries=TRIALS),
        Section(name="events", title="Events", entries=EVENTS),
        Section(name="grants", title="Grants", entries=GRANTS),
        Section(name="tips", title="Tips for Living with LMS", text=TIPS),
        Section(name="empty", title="An empty section"),
    ),
    coming_up=COMING_UP,
)


def many(count: int) -> Issue:
    """An issue of `count` papers of usual length, each another one."""
    entries = tuple(
        dataclasses.replace(
            entry,
            key=f"{entry.key}-{n}",
            title=f"{entry.title} (part {n})",
            links=tuple(f"{link}?part={n}" for link in entry.links),
        )
        for n, entry in zip(range(1, count + 1), itertools.cycle(RESEARCH), strict=False)
    )
    section = Section(name="research", title="Research", entries=entries)
    return dataclasses.replace(SAMPLE, sections=(section,), coming_up=())


def mixed(count: int) -> Issue:
    """An issue of `count` entries of every kind."""
    kinds = (("research", RESEARCH), ("trials", TRIALS), ("events", EVENTS), ("grants", GRANTS))
    sections = tuple(
        Section(
            name=name,
            title=name.title(),
            entries=tuple(
                dataclasses.replace(
                    entry,
                    key=f"{entry.key}-{n}",
                    title=f"{entry.title} (part {n})",
                    ids=dataclasses.replace(entry.ids, nct=f"NCT{n:08}" if entry.ids.nct else None),
                    links=tuple(f"{link}?part={n}" for link in entry.links),
                )
                for n, entry in zip(
                    range(1, count // 4 + 1), itertools.cycle(entries), strict=False
                )
            ),
        )
        for name, entries in kinds
    )
    return dataclasses.replace(SAMPLE, sections=sections)


def _odd(n: int, title: str, **more: object) -> Entry:
    return Entry(
        key=f"url:https://example.org/{n}", title=title, links=(f"https://example.org/{n}",), **more
    )


ODD_TITLES = (
    "A long title of many words about leiomyosarcoma and what came after it " * 6,
    "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft" + "x" * 12,
    "🎗️👩‍👩‍👧‍👦 A ribbon 🏳️‍🌈 and a family 💜",
    "סרקומה של שריר חלק: מה חדש בטיפול",
    "ساركوما العضلات الملساء: ما الجديد في العلاج؟",
    "Zalgo t̷̢̛e̸̡̛x̵̧̛t̶̡ with m̈ä̈n̈ÿ̈ combining marks",
    "<b>Bold</b> &lt;script&gt; & <img src=x onerror=alert(1)> \"quoted\" 'too'",
    "p < 0.001 and n > 30 when x² + y² = r², ∑ᵢ αᵢ ≤ ½, β‑catenin, 5 µg/mL",
    "{{ page.subject }} {% raw %} {name} %7B%7B *|FNAME|*",
    "more",
    "More",
    "https://example.org/a-title-that-is-an-address/" + "path/" * 15,
)

ODD = dataclasses.replace(
    SAMPLE,
    subject="Odd <content> & 🎗️",
    preheader="",
    letter="Hello {name} <script>alert(1)</script>\n\n![gone](https://elsewhere.example/x.png) [bad](javascript:alert(1))",
    closing="",
    coming_up=(),
    sections=(
        Section(
            name="research",
            title="Research & <more>",
            entries=(
                *(_odd(n, title) for n, title in enumerate(ODD_TITLES)),
                _odd(50, "Three hundred authors", authors=tuple(f"Author {n}" for n in range(300))),
                Entry(
                    title="A very long address", links=("https://example.org/?q=" + "a%20b" * 360,)
                ),
                Entry(title="No link, no summary, no date"),
                _odd(51, "A long word", summary="Word " + "w" * 90 + ". " + "<b>&lt;</b> " * 80),
                _odd(
                    52,
                    "An http link",
                    note="> [home](http://example.org:8080/x)\n\n    four spaces\n\n# Heading",
                ),
                Entry(
                    title="An odd link",
                    links=("javascript:alert(1)", 'http://example.org/ä?x=1&y="2"'),
                ),
            ),
        ),
        Section(
            name="events",
            title="Events",
            entries=(
                _odd(60, "No date", event=Event()),
                _odd(
                    61,
                    "Cancelled",
                    event=Event(
                        starts=date(2026, 12, 24), cancelled=True, join="https://x.example/"
                    ),
                ),
                _odd(
                    62,
                    "In Tokyo, where it is tomorrow",
                    event=Event(
                        starts=datetime(2026, 12, 10, 8, 30, tzinfo=ZoneInfo("Asia/Tokyo")),
                        ends=datetime(2026, 12, 10, 10, 0, tzinfo=ZoneInfo("Asia/Tokyo")),
                        zone="Asia/Tokyo",
                        place="W" * 90,
                        join="https://x.example/a",
                    ),
                ),
                _odd(
                    63,
                    "Only an offset",
                    event=Event(starts=datetime(2026, 12, 10, 8, 30, tzinfo=UTC)),
                ),
            ),
        ),
        Section(
            name="grants",
            title="Grants",
            entries=(
                _odd(70, "No deadline", grant=Grant()),
                _odd(71, "Last day", grant=Grant(deadline=date(2026, 12, 1), amount="€ 1.000")),
                _odd(72, "Over", grant=Grant(deadline=date(2026, 11, 1))),
            ),
        ),
        Section(name="trials", title="Trials", entries=(_odd(80, "A bare trial", trial=Trial()),)),
    ),
)
