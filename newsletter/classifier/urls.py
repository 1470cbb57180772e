"""What an address tells of its section by itself.

Registers, journals, funders and booking pages that carry one kind only.

Only hosts that hold a single kind stand here, with the part of the site where that is so.
Everything else is judged by its wording: a foundation, a company or a newspaper writes of papers,
trials, events and calls alike.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

Hosts = Mapping[str, str | tuple[str, ...]]
"""Host (and its subdomains) → how the path starts; empty for the whole site."""

_TRIALS: Hosts = {
    "clinicaltrials.gov": "",
    "classic.clinicaltrials.gov": "",
    "trialsearch.who.int": "",
    "clinicaltrialsregister.eu": "",
    "euclinicaltrials.eu": "",
    "isrctn.com": "/ISRCTN",
    "anzctr.org.au": "",
    "chictr.org.cn": "",
    "drks.de": "",
    "jrct.niph.go.jp": "",
    "jrct.mhlw.go.jp": "",
    "ctri.nic.in": "",
    "umin.ac.jp": "/ctr",
    "bepartofresearch.nihr.ac.uk": "/trial-details",
    "cancer.gov": "/research/participate/clinical-trials",
    "trialjectory.com": "",
    "trialscope.com": "",
}
_GRANTS: Hosts = {
    "grants.gov": "",
    "grants.nih.gov": "/grants/guide",
    "sam.gov": "/opp",
    "cdmrp.health.mil": "/funding",
    "simpler.grants.gov": "",
    "pcori.org": "/funding-opportunities",
    "cdmrp.army.mil": "/funding",
    "proposalcentral.com": "",
    "ec.europa.eu": "/info/funding-tenders",
    "researchprofessional.com": "",
    "instrumentl.com": "/grants",
    "nsf.gov": "/funding",
    "beta.nsf.gov": "/funding",
    "cancer.gov": "/grants-training/grants-funding",
}
_EVENTS: Hosts = {
    "eventbrite.com": "/e/",
    "eventbrite.co.uk": "/e/",
    "zoom.us": "",
    "zoom.com": "",
    "meetup.com": "",
    "gotowebinar.com": "",
    "gotomeeting.com": "",
    "webex.com": "",
    "teams.microsoft.com": "",
    "meet.google.com": "",
    "calendar.google.com": "",
    "lu.ma": "",
    "cvent.com": "",
    "cvent.me": "",
    "whova.com": "",
    "ticketmaster.com": "",
    "eventcreate.com": "",
    "givebutter.com": "/c/",
    "runsignup.com": "",
    "on24.com": "",
    "livestorm.co": "",
    "streamyard.com": "",
    "addevent.com": "/event",
}
_RESEARCH: Hosts = {
    "pubmed.ncbi.nlm.nih.gov": "",
    "pmc.ncbi.nlm.nih.gov": "",
    "ncbi.nlm.nih.gov": ("/pmc", "/pubmed", "/m/pubmed", "/books"),
    "europepmc.org": "",
    "doi.org": "",
    "dx.doi.org": "",
    "biorxiv.org": "/content",
    "medrxiv.org": "/content",
    "arxiv.org": "",
    "ssrn.com": "",
    "researchsquare.com": "/article",
    "preprints.org": "/manuscript",
    "sciencedirect.com": "/science/article",
    "linkinghub.elsevier.com": "",
    "link.springer.com": "/",
    "springeropen.com": "",
    "biomedcentral.com": "",
    "nature.com": tuple(
        f"/articles/{first}" for first in "abcefghijklmnopqrstuvwxyz"
    ),  # its news are /articles/d…
    "onlinelibrary.wiley.com": "",
    "tandfonline.com": "/doi",
    "journals.sagepub.com": "",
    "journals.lww.com": "",
    "academic.oup.com": "",
    "frontiersin.org": "",
    "mdpi.com": "",
    "plos.org": "",
    "hindawi.com": "",
    "karger.com": "",
    "thieme-connect.com": "",
    "thieme-connect.de": "",
    "aacrjournals.org": "",
    "ascopubs.org": "",
    "ashpublications.org": "",
    "ahajournals.org": "",
    "acpjournals.org": "",
    "nejm.org": "/doi",
    "jamanetwork.com": "/journals",
    "bmj.com": "/content",
    "thelancet.com": "/journals",
    "cell.com": "",
    "science.org": "/doi",
    "pnas.org": "",
    "elifesciences.org": "",
    "cureus.com": "/articles",
    "spandidos-publications.com": "",
    "annualreviews.org": "",
    "degruyter.com": "/document",
    "cambridge.org": "/core/journals",
    "microbiologyresearch.org": "/content",
    "semanticscholar.org": "/paper",
    "jci.org": "",
    "insight.jci.org": "",
    "oncotarget.com": "/article",
    "impactjournals.com": "",
    "dovepress.com": "",
    "peerj.com": "/articles",
    "f1000research.com": "/articles",
    "ejso.com": "",
    "annalsofoncology.org": "",
    "esmoopen.com": "",
    "gynecologiconcology-online.net": "",
    "redjournal.org": "",
    "jto.org": "",
    "jnccn.org": "",
    "jstage.jst.go.jp": "/article",
}
_KINDS = (("trials", _TRIALS), ("grants", _GRANTS), ("events", _EVENTS), ("research", _RESEARCH))
_TRIAL_PAGE = re.compile(
    r"/(?:clinical-?trials?|trials?)/(?:.*/)?(?:NCT\d{8}|\d\d-\d{3,4}|[A-Z]{2,}-?\d{2,})[^/]*/?$",
    re.IGNORECASE,
)


def section_of_address(url: str) -> tuple[str, str] | None:
    """The section and the host that tells it; None when the address tells nothing for sure."""
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").removeprefix("www.")
    except ValueError:
        return None
    for section, hosts in _KINDS:
        for known in _with_parents(host):
            start = hosts.get(known)
            if start is not None and parts.path.startswith(start):
                return section, known
    if _TRIAL_PAGE.search(parts.path):  # a hospital's page of one trial: /clinical-trials/24-147
        return "trials", host
    return None


def _with_parents(host: str) -> list[str]:
    """`jco.ascopubs.org`, `ascopubs.org`."""
    labels = host.split(".")
    return [".".join(labels[n:]) for n in range(len(labels) - 1)]
