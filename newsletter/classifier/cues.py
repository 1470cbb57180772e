"""What the wording of a title tells about its section: named cues, each a pattern.

The words are of general English. A cue says nothing by itself of any disease, product or website;
how much it counts for each section was learned (see `weights`). Patterns are matched against the
title, except `summary …` ones, `path …` ones (the words of the address) and that of the host.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from urllib.parse import unquote, urlsplit

from newsletter.classifier.other_cues import NEWS, READING
from newsletter.classifier.title_cues import EVENTS, GRANTS, MONTH, PAPERS, TRIALS

_TITLE = EVENTS | GRANTS | NEWS | READING | TRIALS | PAPERS
_CASED = frozenset(  # whose capitals tell something
    {
        "speaker",
        "activity code",
        "opportunity number",
        "policy",
        "awards as a verb",
        "gene or code",
        "hour",
        "taxonomy",
        "company",
    }
)
_SUMMARY = {
    "summary invites": r"""
        \b(?:
            join\ us | register | registration | rsvp | webinar | attend | venue
          | will\ be\ held | held\ (?:at|in|on) | takes\ place | speakers? | conference
          | workshop | meeting | event
        )\b
    """,
    "summary tells a time": rf"\b{MONTH}\ \d{{1,2}}\b | \b\d{{1,2}}(?::\d\d)?\ ?[ap]\.?m\b",
    "summary calls": r"""
        \b(?:
            applications? | proposals? | applicants? | funding | grants? | deadline | eligible
          | letter\ of\ intent | award(?:s|ed)? | up\ to\ \$
        )\b
    """,
    "summary studies": r"""
        \b(?:
            purpose\ of\ this\ study | aim\ of\ (?:this|the)\ (?:study|trial)
          | this\ (?:study|trial)\ (?:will|aims|is|evaluates|examines) | this\ is\ an?[ ]
          | participants\ will | patients\ will | will\ be\ (?:randomi[sz]ed|enrolled|recruited)
          | eligible\ patients | phase\ (?:[1-4]|i{1,3}v?)
        )\b
    """,
    "summary concludes": r"""
        \b(?:
            background | methods | results | conclusions?
          | we\ (?:found|show|report|describe|identified|aimed|conducted|investigated|present)
          | were\ (?:found|observed|analy[sz]ed|included|collected) | significantly
          | p\ ?[<=]\ ?0?\. | abstract | doi | et\ al | journal | published | vol(?:ume)?\.?
        )\b
    """,
    "summary reports": r"""
        \b(?:
            today\ announced | announced | press\ release | said | told | according\ to
          | president | spokes\w+ | administrator | secretary
        )\b
    """,
}
_PATH = {
    "path of an event": r"""
        \b(?:
            events? | webinars? | conferences? | meetings? | calendar | symposium | workshops?
          | congress | summit | forum | register | registration | agenda | sessions? | program
          | walk | run | gala
        )\b
    """,
    "path of a grant": r"""
        \b(?:
            grants? | funding | fund | rfa | rfp | opportunit(?:y|ies) | fellowships? | awards?
          | proposals? | apply | calls?
        )\b
    """,
    "path of news": r"""
        \b(?:
            news | newsroom | press | releases? | blog | posts? | stories | story | media
          | announcements? | insights | magazine | articles?\ view | view | updates? | projects
        )\b
    """,
    "path of a trial": r"\b(?:clinical\ trials?|trials?|stud(?:y|ies)|ctgov)\b",
    "path of a paper": r"""
        \b(?:
            doi | pii | abstract | abs | fulltext | full\ text | journals? | pmc | articles?
          | content | publications? | papers? | manuscript | suppl | issue | volume | early
        )\b
    """,
    "path of advice": r"""
        \b(?:
            living | survivorship | coping | resources? | support | caregiv\w+ | patients?
          | education | health | wellness | tips | guide | advice | facts | about
        )\b
    """,
    "path with a year": r"\b20[12]\d\b",
}
_HOST = {"host of a gathering": r"(?:conf|meeting|symposi|congress|summit|workshop|20[12]\d)"}


# a mailing's own page, a link shortener, a shared folder: its address tells nothing of the one item
_OF_MAILINGS = re.compile(
    r"""
        https?://(?:[\w-]+\.)*(?:
            mailchi\.mp | campaign-archive\.com | constantcontact\.com | list-manage\.com
          | substack\.com | bit\.ly | tinyurl\.com | t\.co | goo\.gl | ow\.ly | lnkd\.in
          | docs\.google\.com | drive\.google\.com | dropbox\.com | facebook\.com
        )(?:/|$)
    """,
    re.IGNORECASE | re.VERBOSE,
)


def _compile_patterns(patterns: Mapping[str, str]) -> Mapping[str, re.Pattern[str]]:
    return MappingProxyType(
        {
            name: re.compile(each, re.VERBOSE | (0 if name in _CASED else re.IGNORECASE))
            for name, each in patterns.items()
        }
    )


_BY_PART = (
    _compile_patterns(_TITLE),
    _compile_patterns(_SUMMARY),
    _compile_patterns(_PATH),
    _compile_patterns(_HOST),
)
_LONGEST = 600  # characters of a title or summary that are looked at: the point is made early


def cues_in(title: str, summary: str = "", url: str = "") -> tuple[str, ...]:
    """The names of all cues that hold, in a fixed order."""
    path, host = _parts(url)
    texts = (title[:_LONGEST], summary[:_LONGEST], path[:_LONGEST], host[:_LONGEST])
    found = (
        _holding(patterns, text) for patterns, text in zip(_BY_PART, texts, strict=True) if text
    )
    cues = [name for names in found for name in names]
    return (*cues, *_shape(title))


def _parts(url: str) -> tuple[str, str]:
    """The words of an address's path, and its host.

    Both are empty where the address tells nothing of the item.
    """
    try:
        parts = urlsplit("" if _OF_MAILINGS.match(url) else url)
        host = parts.hostname or ""
    except ValueError:
        return "", ""
    return re.sub(r"[^A-Za-z0-9]+", " ", unquote(f"{parts.path} {parts.query}")), host


def _holding(patterns: Mapping[str, re.Pattern[str]], text: str) -> Iterable[str]:
    return (name for name, pattern in patterns.items() if pattern.search(text))


def _shape(title: str) -> tuple[str, ...]:
    """How long the title is: notes and news are short, papers and trials long."""
    words = len(title.split())
    length = (
        "short"
        if words <= 5
        else "middling"
        if words <= 9
        else "long"
        if words <= 16
        else "very long"
    )
    return (f"{length} title",)
