"""The foundation's real page, against the list that an editor made of it by reading."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from support.checkout import ROOT

from newsletter.model import Document, Entry, ParsedDocument, Source, SourceKind
from newsletter.sources.pages.page import read_page, read_text

SHARED = Path(os.environ.get("NEWSLETTER_SHARED", ROOT.parent / "shared"))
PAGE = SHARED / "seed" / "research-updates-page.txt"

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(
        not PAGE.exists(), reason="the recorded page does not stand beside the checkout"
    ),
]

# date | DOI, PMID, PMCID | title
EXPECTED = """
2024 | 10.1158/1078-0432.ccr-24-0148 | Developing Novel Genomic Risk Stratification Models in Soft Tissue and Uterine Leiomyosarcoma
2023-05-14 | - | New Therapeutics for Soft Tissue Sarcomas – Overview of current Immunotherapy for future direction of STS
2023-05 | - | High Grade Sarcomas with Myogenic Differentiation Harboring Hotspot PDGFRB Mutations
2023-04 | - | The Biology and Treatment of LMS
2023-03-31 | - | Targeting the Molecular and Immunologic Features of Leiomyosarcoma
2023-03-15 | 36603130 | Sequential Targeting of Retinoblastoma and DNA Synthesis Pathways Is a Therapeutic Strategy for Sarcomas That Can Be Monitored in Real Time
2023-03-08 | 10.1007/s11864-023-01067-2 | Not All Leiomyosarcomas Are the Same: How to Best Classify LMS
2023-03-08 | 10.3389/fonc.2023.1149106 | Therapeutic advances in leiomyosarcoma
2023-03-01 | - | Clinical characteristics of sarcoma cases in which long-term disease control was achieved with trabectedin treatment: A retrospective study
2023-03-01 | 10.1093/oncolo/oyad052 | Emerging Trends in Immunotherapy for Adult Sarcomas
2023-01-29 | - | Use of Trabectedin in the Treatment of LMS
2022-11-02 | - | Molecular subtypes of leiomyosarcoma: Moving toward a consensus
2022-11-02 | 10.1245/s10434-022-12517-w | Landmark Series: A Review of Landmark Studies in the Treatment of Primary Localized Retroperitoneal Sarcoma
2022-08-02 | - | Phase II Clinical Trial of Eribulin–Gemcitabine Combination Therapy in Previously Treated Patients With Advanced Liposarcoma or Leiomyosarcoma
2023-08-02 | - | A phase Ib/II study of the combination of lenvatinib (L) and eribulin (E) in advanced liposarcoma (LPS) and leiomyosarcoma (LMS) (LEADER): Efficacy updates
2022-07-03 | - | Retroperitoneal LMS Nomogram Model
2022-06-13 | - | Sounding the Alarm on Leiomyosarcoma Recurrence: Role of Circulating Tumor DNA
2022-06-03 | - | Preliminary Results Presented at ASCO Demonstrated Promising Clinical Efficacy with Unesbulin in Leiomyosarcoma Study
2022-06-03 | 35665732 | Surgical management strategy for leiomyosarcoma of Zone I-II inferior vena cava: A case series
2022-06-01 | - | Preclinical Modeling of Leiomyosarcoma Identifies Susceptibility to Transcriptional CDK Inhibitors through Antagonism of E2F-Driven Oncogenic Gene Expression
2022-04-13 | 35454875 PMC9029111 | Preoperative Differentiation of Uterine Leiomyomas and Leiomyosarcomas: Current Possibilities and Future Directions
2022-03-11 | - | What Clinical Trials Are Needed for Treatment of Leiomyosarcoma?
2022-02-16 | - | Proteomic and Metabolomic Profiling in Soft Tissue Sarcomas
2021-12 | - | Surgical resection of leiomyosarcoma of the inferior vena cava: A case series and literature review
2021-08-01 | - | Relationships between highly recurrent tumor suppressor alterations in 489 leiomyosarcomas
2021 | - | Large scale multiomic analysis suggests mechanisms of resistance to immunotherapy in leiomyosarcoma
2021 | - | Multiomic analysis to reveal distinct molecular profiles of uterine and nonuterine leiomyosarcoma
2018-01-10 | - | Soft Tissue and Uterine Leiomyosarcoma
None | - | NLMSF 2024 RFP Announcement: Call for Leiomyosarcoma Research Grant Proposals for 2025-2026 Funding
None | - | Development of the Multi-Omic Liquid Biopsy Assay for the Pre-Operative Diagnosis of Uterine Leiomyosarcoma and Benign Leiomyoma
None | - | Spatial Heterogeneity and Therapeutic Implications of Activated Telomere Maintenance Mechanisms in
"""
AUTHORS = {
    "Developing Novel": ("Josephine K. Dermawan",),
    "New Therapeutics": ("Gyuhee Seong", "Sandra D’Angelo"),
    "Therapeutic advances": ("Kristine Lacuna", "Sminu Bose", "Mathew Ingham", "Gary Schwartz"),
    "Emerging Trends": (
        "Marium Husain",
        "Luxi Chen",
        "David Liebner",
        "Joal Beane",
        "Mark Rubinstein",
        "Raphael Pollock",
        "Claire Verschraegen",
        "Gabriel Tinoco",
    ),
    "Use of Trabectedin": ("Jonathan Trent",),
    "Sounding the Alarm": ("Kasper B", "Wilky BA"),
    "Preclinical Modeling": ("Matthew Hemming",),
    "Soft Tissue and Uterine": (
        "Suzanne George",
        "César Serrano",
        "Martee L. Hensley",
        "Isabelle Ray-Coquard",
    ),
    "Development of the": ("Joanna Pryzbyl",),
    "Spatial Heterogeneity": ("Priya Chudasama",),
}


@pytest.fixture(scope="module")
def reading() -> ParsedDocument:
    document = Document(content=PAGE.read_bytes())
    return read_page(document, Source(name="updates", kind=SourceKind.PAGE))


def _paper_ids(entry: Entry) -> str:
    return " ".join(filter(None, (entry.ids.doi, entry.ids.pmid, entry.ids.pmcid))) or "-"


def test_the_page_holds_what_an_editor_sees_in_it_once_and_in_order(reading):
    found = [f"{e.dated} | {_paper_ids(e)} | {e.title}" for e in reading.entries]
    assert found == EXPECTED.strip().splitlines()


def test_authors_are_divided_and_belong_to_their_paper(reading):
    found = {
        start: e.authors for e in reading.entries for start in AUTHORS if e.title.startswith(start)
    }
    assert found == AUTHORS
    assert sum(bool(e.authors) for e in reading.entries) == len(AUTHORS)


def test_every_link_of_the_page_stands_at_its_entry(reading):
    links = {e.title[:12]: e.links for e in reading.entries if e.links}
    assert links == {
        "Developing N": ("https://doi.org/10.1158/1078-0432.CCR-24-0148",),
        "Sequential T": ("https://pubmed.ncbi.nlm.nih.gov/36603130/",),
        "Not All Leio": ("https://link.springer.com/article/10.1007/s11864-023-01067-2",),
        "Therapeutic ": ("https://www.frontiersin.org/articles/10.3389/fonc.2023.1149106/full",),
        "Emerging Tre": ("https://doi.org/10.1093/oncolo/oyad052",),
        "Use of Trabe": ("https://youtu.be/efuZXkaRncQ",),
        "Landmark Ser": ("https://link.springer.com/article/10.1245/s10434-022-12517-w",),
        "Surgical man": ("https://pubmed.ncbi.nlm.nih.gov/35665732/",),
        "Preoperative": (
            "https://pubmed.ncbi.nlm.nih.gov/35454875/",
            "https://www.ncbi.nlm.nih.gov/pmc/articles/PMC9029111/",
        ),
    }


def test_a_link_cut_by_an_ellipsis_is_reported_and_not_kept(reading):
    assert reading.skipped[0].endswith(
        "is cut short and was left out: https://ir.ptcbio.com/…/preliminary-results-presented…"
    )


RESHAPED = {
    "Windows line ends": lambda text: text.replace("\n", "\r\n"),
    "no empty lines": lambda text: re.sub(r"\n\s*\n+", "\n", text),
    "single spaces": lambda text: re.sub(r" {2,}", " ", text),
    "dates without brackets": lambda text: re.sub(
        r"\(( ?\d{0,2} ?[A-Z][a-z]{2} \d{4})\)", r"\1", text
    ),
    "one paragraph of HTML": lambda text: f"<div>{'<br>'.join(text.splitlines())}</div>",
    "a list of HTML": lambda text: "".join(
        f"<li>{'<br>'.join(b.splitlines())}" for b in re.split(r"\n\s*\n", text)
    ),
}


@pytest.mark.parametrize("reshape", RESHAPED.values(), ids=RESHAPED.keys())
def test_the_shape_in_which_the_page_was_copied_changes_nothing(reading, reshape):
    text = reshape(PAGE.read_text(encoding="utf-8"))
    found = [(e.title, e.dated, e.authors, e.links) for e in read_text(text).entries]
    assert found == [(e.title, e.dated, e.authors, e.links) for e in reading.entries]


def test_the_call_for_proposals_goes_to_grants_and_nothing_else_has_a_section(reading):
    assert [e.title[:14] for e in reading.entries if e.section] == ["NLMSF 2024 RFP"]
