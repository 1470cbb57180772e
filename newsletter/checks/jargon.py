"""Words of medicine that a person who was told a diagnosis last week may never have heard.

For English alone.

No list of words can hold the names that medicine makes up anew each year; but it makes them of few
parts. A word counts by its part, and what everybody knows in spite of it is left out.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator

_ENDINGS = [
    "sarcomas?",
    "fibromas?",
    "lipomas?",
    "carcinomas?",
    "adenomas?",
    "blastomas?",
    "ectomy",
    "ectomies",
    "ostomy",
    "plasty",
    "scopy",
    "scopic",
    "ologic",
    "emic",
    "penia",
    "penic",
    "pathy",
    "pathic",
    "mabs?",
    "nibs?",
    "ciclib",
    "taxel",
    "rubicin",
    "platin",
    "tecan",
    "bectedin",
    "kinases?",
    "plasia",
    "plastic",
    "cytes?",
    "cytic",
    "cytosis",
    "genesis",
    "trophy",
    "algia",
    "necrosis",
    "fibrosis",
    "thrombosis",
    "stenosis",
    "emboli?sm",
    "itis",
]
_BEGINNINGS = [
    "abdominopelv",
    "abemaciclib",
    "ablat",
    "adjuvant",
    "agonis",
    "anastomo",
    "angiogen",
    "antagonis",
    "anthracycl",
    "antibod",
    "antiemetic",
    "aneuploid",
    "asymptomatic",
    "atroph",
    "aetiolog",
    "biomarker",
    "biopsy",
    "biopsies",
    "bioavailab",
    "brachytherap",
    "chemoembol",
    "cohort",
    "comorbid",
    "contraindicat",
    "cryoablat",
    "cytokin",
    "cytotox",
    "debulk",
    "dosimetr",
    "edema",
    "embolis",
    "emboliz",
    "endocrin",
    "endometri",
    "endoscop",
    "epidemiolog",
    "epithelioid",
    "etiolog",
    "exome",
    "genom",
    "germline",
    "haemat",
    "hematolog",
    "heterogene",
    "histolog",
    "histopath",
    "hormon",
    "hyperplas",
    "hypertens",
    "hypothyr",
    "hypoxi",
    "hysterectom",
    "idiopath",
    "immunohisto",
    "immunosuppress",
    "immunotherap",
    "infusion",
    "inhibitor",
    "interim",
    "intravenous",
    "intraven",
    "invasive",
    "ischemi",
    "laparoscop",
    "laparotom",
    "lesion",
    "leukop",
    "lymphaden",
    "lymphede",
    "malignan",
    "mesenchym",
    "metasta",
    "mitotic",
    "molecular",
    "monoclonal",
    "monotherap",
    "morbidit",
    "mortalit",
    "multivaria",
    "mutation",
    "myometri",
    "neoadjuvant",
    "neoplas",
    "neuropath",
    "neutrop",
    "nomogram",
    "observational",
    "oligometasta",
    "oncogen",
    "palliat",
    "pathogen",
    "pathohisto",
    "percutan",
    "perioperat",
    "peritone",
    "pharmaco",
    "placebo",
    "pleomorph",
    "pneumon",
    "polymorph",
    "postoperat",
    "preclinical",
    "preoperat",
    "prognos",
    "progression-free",
    "prophyla",
    "radiofrequ",
    "radiograph",
    "radiolog",
    "radiosens",
    "randomi",
    "receptor",
    "refractory",
    "regimen",
    "remission",
    "resectab",
    "resection",
    "retroperit",
    "retrospect",
    "sarcopen",
    "stereotact",
    "subcutan",
    "symptomatic",
    "systemic",
    "thoracotom",
    "thrombo",
    "toxicit",
    "transcript",
    "transcatheter",
    "translational",
    "unresectab",
    "univaria",
    "uterine",
    "vascular",
    "xenograft",
]
_TERMS = (
    "clinical benefit rate",
    "confidence interval",
    "disease control rate",
    "dose escalation",
    "double-blind",
    "first-line",
    "hazard ratio",
    "inferior vena cava",
    "objective response rate",
    "open-label",
    "overall survival",
    "phase 1",
    "phase 2",
    "phase 3",
    "phase i",
    "phase ii",
    "phase iii",
    "second-line",
    "standard of care",
)
_KNOWN = frozenset(
    [
        "arthritis",
        "bronchitis",
        "hepatitis",
        "homeopathy",
        "sympathy",
        "empathy",
        "apathy",
        "telepathy",
        "antipathy",
        "trophy",
        "plastic",
        "vascularity",
        "nostalgia",
        "cancer",
        "tumor",
        "tumour",
        "hormone",
        "hormones",
        "uterine",
        "pneumonia",
    ]
)


def _any_of(words: Iterable[str]) -> str:
    return "|".join(words).replace(" ", r"\ ")


HARD = re.compile(
    rf"""
        \b(?:
            {_any_of(_TERMS)}
          | (?:{_any_of(_BEGINNINGS)})\w*
          | [a-z]{{3,}}(?:{_any_of(_ENDINGS)})
        )\b
    """,
    re.IGNORECASE | re.VERBOSE,
)
_UNSEEN = re.compile(r"https?://\S+|\S+@\S+|\]\([^)]*\)|`[^`]*`")


def hard_words(markdown: str, *, easy: Collection[str]) -> Iterator[str]:
    """Each hard word of a text once, as it stands there.

    `easy` are words in small letters that need no explaining.

    A word that is explained at once, in brackets behind it, is none.
    """
    told = set(easy) | _KNOWN
    text = _UNSEEN.sub(_blank, markdown)
    if terms := [
        re.escape(term) for term in easy if not term.isalpha()
    ]:  # their parts are explained with them
        text = re.sub(rf"\b(?:{'|'.join(terms)})\b", _blank, text, flags=re.IGNORECASE)
    for found in HARD.finditer(text):
        word = found[0].casefold()
        if word in told:
            continue
        told.add(word)
        if not re.match(r"[*_]*\s*\(\s*[a-z]", text[found.end() :]):
            yield found[0]


def _blank(found: re.Match[str]) -> str:
    return " " * len(found[0])
