"""When two entries are one thing.

Each test is a way in which sources write the same thing, or different ones alike.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.identity import (
    Index,
    address_key,
    aliases_of,
    are_different,
    clean_doi,
    clean_url,
    entry_of_key,
    ids_in,
    is_preprint,
    is_preprint_doi,
    key_of,
    merge,
    merge_entries,
    strip_doi_version,
)
from newsletter.identity.titles import is_generic, is_telling, surnames, words_of
from newsletter.model import Dated, Entry, Event, Flag, Grant, Ids, Trial, TrialStatus

TITLE = "Trabectedin and doxorubicin as first-line treatment of uterine leiomyosarcoma"
SEEN = datetime(2026, 11, 1, tzinfo=UTC)


def entry(title: str = TITLE, *, dated: str | None = "2026-10-05", **changes) -> Entry:
    """An entry whose remaining keywords are ids or fields."""
    ids = {name: changes.pop(name) for name in list(changes) if name in Ids.__dataclass_fields__}
    return Entry(
        title=title, ids=Ids(**ids), dated=Dated.parse(dated) if dated else None, **changes
    )


def merged(*entries: Entry) -> tuple[Entry, ...]:
    """What is known after the entries came in this order."""
    return merge_entries((), entries).entries


# DOI


@pytest.mark.parametrize(
    ("text", "doi"),
    [
        ("10.1158/1078-0432.CCR-24-0148", "10.1158/1078-0432.ccr-24-0148"),
        ("https://doi.org/10.1158/1078-0432.CCR-24-0148.", "10.1158/1078-0432.ccr-24-0148"),
        ("http://dx.doi.org/10.4039/tce.2021.39?rft_dat=source%3Ddrss", "10.4039/tce.2021.39"),
        ("DOI: 10.1002/CNCR.12345)", "10.1002/cncr.12345"),
        ("doi:10.1002%2Fcncr.12345,", "10.1002/cncr.12345"),
        ("(doi: 10.1016/S0140-6736(23)01234-5)", "10.1016/s0140-6736(23)01234-5"),
        ("[paper](https://doi.org/10.1000/x)](", "10.1000/x"),
        ("10.1000.10/123", "10.1000.10/123"),
        ("10.1000/a\u200bb", "10.1000/ab"),
        (
            "https://www.frontiersin.org/articles/10.3389/fonc.2023.1149106/full",
            "10.3389/fonc.2023.1149106",
        ),
        ("https://onlinelibrary.wiley.com/doi/abs/10.1002/hed.25359", "10.1002/hed.25359"),
        ("https://dl.acm.org/doi/pdf/10.1145/3319535.3354229.pdf", "10.1145/3319535.3354229"),
        ("https://x.org/doi/10.1000/abc;jsessionid=12AF", "10.1000/abc"),
        (
            "https://journals.plos.org/plosone/article?id=10.1371/journal.pone.0258454&x=1",
            "10.1371/journal.pone.0258454",
        ),
        (
            "https://iopscience.iop.org/article/10.1088/1742-6596/1234/1/012345/meta",
            "10.1088/1742-6596/1234/1/012345",
        ),
        (
            "https://academic.oup.com/jme/advance-article/doi/10.1093/jme/tjab199/6427600?login=false",
            "10.1093/jme/tjab199",
        ),
        (
            "https://aacrjournals.org/ccr/article/doi/10.1158/1078-0432.CCR-22-0738/694390/A-Title",
            "10.1158/1078-0432.ccr-22-0738",
        ),
        (
            "https://onlinelibrary.wiley.com/doi/10.1002/(SICI)1097-0142(19991015)86:8%3C1478::AID-CNCR13%3E3.0.CO;2-9/abstract",
            "10.1002/(sici)1097-0142(19991015)86:8<1478::aid-cncr13>3.0.co;2-9",
        ),
        (
            "10.1175/1520-0469(1979)036&lt;0099:TRITAS&gt;2.0.CO;2",
            "10.1175/1520-0469(1979)036<0099:tritas>2.0.co;2",
        ),
        ("10.1002/cncr.1234. Epub 2023 Mar 1", "10.1002/cncr.1234"),
        ("10.1002/cncr.1234PMID: 123", "10.1002/cncr.1234"),
        (
            "https://www.biorxiv.org/content/10.1101/2023.01.01.123456v2.full.pdf+html",
            "10.1101/2023.01.01.123456",
        ),
        (
            "https://www.medrxiv.org/content/10.64898/2026.01.01.123456v1",
            "10.64898/2026.01.01.123456",
        ),
        ("https://www.nature.com/articles/s41467-022-34710-1", "10.1038/s41467-022-34710-1"),
        ("https://elifesciences.org/articles/85235", "10.7554/elife.85235"),
        ("arXiv:2301.12345v3", "10.48550/arxiv.2301.12345"),
        ("10.1002/cnc… or 10.1002/whole", "10.1002/whole"),
    ],
)
def test_a_doi_has_one_form(text, doi):
    assert clean_doi(text) == doi
    assert clean_doi(doi) == doi


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no doi",
        "10.1002/cnc…",
        "https://doi.org/10.1002/cnc...",
        "10.12/x",
        "10.1002/)",
        "v10.1002/x",
    ],
)
def test_what_is_cut_or_none_is_no_doi(text):
    assert clean_doi(text) is None


def test_versions_of_a_preprint_are_one_work_and_an_articles_number_is_no_version():
    assert strip_doi_version("10.21203/rs.3.rs-123456/v2") == "10.21203/rs.3.rs-123456"
    assert strip_doi_version("10.20944/preprints202301.0001.v1") == "10.20944/preprints202301.0001"
    assert strip_doi_version("10.1002/cncr.v1") == "10.1002/cncr.v1"
    assert is_preprint_doi("10.1101/2023.01.01.123456")
    assert not is_preprint_doi("10.1101/gr.123456.107")


# Other identifiers


@pytest.mark.parametrize(
    ("text", "known"),
    [
        (
            "https://pubmed.ncbi.nlm.nih.gov/ 37254103/?utm_source=x&fc=None&ff=2023&v=2.17",
            {"pmid": "37254103"},
        ),
        ("https://www.ncbi.nlm.nih.gov/pubmed/28662235?dopt=Abstract", {"pmid": "28662235"}),
        ("http://www.ncbi.nlm.nih.gov/m/pubmed/28662235/", {"pmid": "28662235"}),
        ("https://europepmc.org/article/MED/28662235", {"pmid": "28662235"}),
        ("pubmed:37254103", {"pmid": "37254103"}),
        ("PubMed ID 37254103", {"pmid": "37254103"}),
        ("PMID: 03725410; PMCID: PMC10234567", {"pmid": "3725410", "pmcid": "PMC10234567"}),
        ("PMID37254103.", {"pmid": "37254103"}),
        ("https://pmc.ncbi.nlm.nih.gov/articles/PMC9029111/pdf/x.pdf", {"pmcid": "PMC9029111"}),
        ("https://clinicaltrials.gov/ct2/show/nct01234567?term=x", {"nct": "NCT01234567"}),
        ("(NCT 01234567)", {"nct": "NCT01234567"}),
        ("ISBN 0-306-40615-2", {"isbn": "9780306406157"}),
        ("isbn-13: 978-3-16-148410-0", {"isbn": "9783161484100"}),
        ("ISBN 0-8044-2957-X", {"isbn": "9780804429573"}),
        ("ISBN 0-306-40615-3, ISBN 978-3-16-148410-1", {}),
        ("PMID: 0, NCT123, PMC, pubmed: 12 results", {}),
        ("NCT012345678 PMID 123456789", {}),
    ],
)
def test_identifiers_are_found_in_links_and_texts(text, known):
    assert ids_in(text).known() == known


# Addresses


@pytest.mark.parametrize(
    ("url", "cleaned"),
    [
        (
            "HTTPS://WWW.Example.ORG:443/A/?utm_source=x&b=1&fbclid=y#frag",
            "https://www.example.org/A/?b=1",
        ),
        (
            " https://pubmed.ncbi.nlm.nih.gov/ 37254103/?fc=None&ff=2023&v=2.17\n",
            "https://pubmed.ncbi.nlm.nih.gov/37254103/",
        ),
        (
            "https://pubmed.ncbi.nlm.nih.gov/?term=leiomyosarcoma",
            "https://pubmed.ncbi.nlm.nih.gov/?term=leiomyosarcoma",
        ),
        ("https://x.org/a b?q=1 2", "https://x.org/a%20b?q=1%202"),
        (
            "https://www.sciencedirect.com/science/article/pii/S1?via%3Dihub",
            "https://www.sciencedirect.com/science/article/pii/S1",
        ),
        ("https://x.org/doi/full/10.1/x?af=R", "https://x.org/doi/full/10.1/x"),
        ("http://x.org:8080/a;jsessionid=1?b=&amp;utm_medium=rss", "http://x.org:8080/a?b="),
        ("https://user:secret@x.org", "https://x.org/"),
        ("https://münchen.de/ä", "https://xn--mnchen-3ya.de/%C3%A4"),
        ("https://x.org./%7Ea", "https://x.org/%7Ea"),
        ("https://[::1]/x", "https://[::1]/x"),
    ],
)
def test_an_address_is_cleaned_and_stays_so(url, cleaned):
    assert clean_url(url) == cleaned
    assert clean_url(cleaned) == cleaned


@pytest.mark.parametrize(
    "url",
    [
        "",
        "x.org",
        "www.x.org/a",
        "javascript:alert(1)",
        "ftp://x.org/a",
        "https://",
        "https://x.org/foo…",
        "https://x.org/a...",
        "https://x.org/.../a",
        "https://x.org/...?",
        "https://x.org:99999/",
        "https://[x/",
        "https://a b.org/",
        "https://" + "ü" * 70 + ".de/",
        "mailto:a@x.org",
    ],
)
def test_what_leads_nowhere_is_no_address(url):
    assert clean_url(url) is None
    assert address_key(url) is None


def test_addresses_of_one_page_compare_equal():
    keys = {
        address_key(url)
        for url in (
            "http://www.x.org/a/b",
            "https://x.org/a/b/",
            "https://x.org/a/b/?utm_campaign=y",
            "https://x.org/%61/b#top",
            "https://x.org/a/b/index.html",
        )
    }
    assert keys == {"x.org/a/b"}
    assert (
        address_key("https://x.org/a?c=1&b=2")
        == address_key("https://x.org/a?b=2&c=1")
        == "x.org/a?b=2&c=1"
    )
    assert address_key("https://dx.doi.org/10.1/x") == address_key("https://doi.org/10.1/x")


@pytest.mark.parametrize("url", ["https://www.x.org/", "https://x.org", "https://x.org/index.php"])
def test_a_home_page_names_no_item(url):
    assert address_key(url) is None


@settings(max_examples=80)
@given(
    st.text(alphabet=st.sampled_from("aé/?&=#%:.@ 1[]…"), max_size=25).map(
        lambda rest: f"https://x.org/{rest}"
    )
)
def test_cleaning_twice_changes_nothing(url):
    once = clean_url(url)
    assert once is None or (clean_url(once) == once and address_key(once) == address_key(url))


@settings(max_examples=80)
@given(st.text(max_size=60))
def test_no_text_breaks_the_readers(text):
    doi = clean_doi(f"10.1000/{text}")
    assert doi is None or clean_doi(doi) == doi or "%" in text or "&" in text
    assert ids_in(text).url is None
    assert isinstance(words_of(text), tuple)


# Keys


@pytest.mark.parametrize(
    ("one", "key"),
    [
        (entry(doi="10.1/x", pmid="1"), "doi:10.1/x"),
        (entry(doi="10.21203/rs.3.rs-1/v2"), "doi:10.21203/rs.3.rs-1"),
        (entry(pmid="1", nct="NCT01234567"), "pmid:1"),
        (entry(nct="NCT01234567", url="https://x.org/a"), "nct:NCT01234567"),
        (entry(nct="NCT01234567", doi="10.1/x", trial=Trial()), "nct:NCT01234567"),
        (entry(nct="NCT01234567", uid="a@x", event=Event()), "uid:a@x"),
        (entry(nct="NCT01234567", url="https://x.org/a", event=Event()), "url:https://x.org/a"),
        (entry(opportunity="PAR-26-101", doi="10.1/x", grant=Grant()), "opportunity:PAR-26-101"),
        (entry("β-Catenin in <i>LMS</i>: naïve?"), "title:beta-catenin-in-lms-naive-2026"),
        (entry("?!", dated=None), "title:untitled"),
    ],
)
def test_a_key_is_the_strongest_name_of_the_thing_itself(one, key):
    assert key_of(one) == key
    assert entry_of_key(key).key == key


def test_long_titles_that_differ_at_the_end_have_different_keys():
    first, second = (key_of(entry(f"{TITLE} and of the retroperitoneum, part {n}")) for n in (1, 2))
    assert first != second
    assert len(first) < 120


def test_two_things_with_one_key_are_numbered():
    index = Index([entry("Editorial", key="title:editorial-2026", authors=("Chi P",))])
    assert index.fresh_key(entry("Editorial")) == "title:editorial-2026~2"


# One thing


@pytest.mark.parametrize(
    "other",
    [
        entry(doi="10.1/x", dated=None, title="Another wording"),
        entry(pmid="37254103", dated="2024", title="Another wording"),
        entry(url="http://x.org/a/", title="Another wording"),
        entry(f"<b>{TITLE.upper()}</b>.", dated="2027-01"),
        entry(TITLE, dated=None),
        entry(TITLE, authors=("Sylvain Hemming",)),
    ],
)
def test_the_same_paper_is_found_by_doi_pmid_address_or_title_and_year(other):
    known = entry(
        doi="10.1/x",
        pmid="37254103",
        url="https://www.x.org/a",
        authors=("Hemming ML", "Chi P"),
        key="k",
    )
    assert Index([known]).find(other) == ("k",)


@pytest.mark.parametrize(
    "other",
    [
        entry(doi="10.1/y"),
        entry(pmid="2"),
        entry(dated="2024"),
        entry(authors=("Smith J",)),
        entry(uid="a@x", event=Event(starts=date(2026, 12, 9))),
        entry(nct="NCT01234567", trial=Trial()),
        entry("Trabectedin and doxorubicin"),
    ],
)
def test_papers_that_an_identifier_year_or_author_tells_apart_stay_two(other):
    known = entry(doi="10.1/x", pmid="1", authors=("Hemming ML",), key="k")
    assert Index([known]).find(other) == ()


@pytest.mark.parametrize(
    "title", ["Editorial", "Correction", "In reply", "Reply to Smith et al.", "Leiomyosarcoma"]
)
def test_a_title_that_many_pieces_share_never_joins(title):
    known = entry(title, doi="10.1/x", key="k")
    assert Index([known]).find(entry(title)) == ()


def test_a_short_title_joins_within_its_year_alone():
    index = Index([entry("Uterine leiomyosarcoma", doi="10.1/x", key="k", authors=("Chi P",))])
    assert index.find(entry("Uterine Leiomyosarcoma.", authors=("Ping Chi",))) == ("k",)
    assert index.find(entry("Uterine leiomyosarcoma", dated="2025")) == ()
    assert index.find(entry("Uterine leiomyosarcoma", dated=None)) == ()


@pytest.mark.parametrize("title", ["Uterine leiomyosarcoma", "The tumour board"])
def test_a_short_title_without_a_year_joins_where_the_first_author_or_the_abstract_is_the_same(
    title,
):
    abstract = "We looked at " + " ".join(f"word{n}" for n in range(30))
    known = entry(title, doi="10.1/x", key="k", authors=("Chi P", "Hemming ML"), summary=abstract)
    index = Index([known])
    assert index.find(entry(title, dated=None, authors=("Ping Chi",))) == ("k",)
    assert index.find(entry(title, dated=None, summary=f"{abstract} and more")) == ("k",)
    assert index.find(entry(title, dated=None, authors=("Hemming ML", "Chi P"))) == ()
    assert index.find(entry(title, dated=None, journal="Cancer")) == ()
    assert index.find(entry(title, dated=None, summary="We looked at few.")) == ()
    assert index.find(entry(title, dated="2025", authors=("Ping Chi",))) == ()


def test_a_bare_word_or_a_yearly_column_without_a_year_joins_nothing():
    column = entry(
        "From the president", doi="10.1/x", key="k", authors=("Chi P",), journal="Sarcoma Today"
    )
    word = entry("Leiomyosarcoma", doi="10.1/y", key="y", authors=("Chi P",))
    index = Index([column, word])
    assert index.find(entry("From the president", dated=None, journal="Sarcoma Today")) == ()
    assert index.find(entry("Leiomyosarcoma", dated=None, authors=("Chi P",))) == ()
    news = Index([entry("Support group", url="https://x.org/1", authors=("Chi P",))])
    assert (
        news.find(entry("Support group", dated=None, url="https://x.org/2", authors=("Chi P",)))
        == ()
    )


@pytest.mark.parametrize(
    ("told", "found"),
    [
        ({"authors": ("Chi P",)}, ("article",)),
        ({"journal": "The Lancet."}, ("comment",)),
        ({"summary": "word " * 30}, ("comment",)),
        ({"authors": ("Chi P",), "journal": "The Lancet"}, ("article",)),
        ({"authors": ("Wang L",)}, ("comment",)),
        ({"journal": "Cancer"}, ()),
        ({}, ()),
    ],
    ids=str,
)
def test_of_two_papers_with_one_title_a_shared_author_journal_or_abstract_singles_one_out(
    told, found
):
    article = entry(doi="10.1/article", key="article", authors=("Chi P",), journal="Sarcoma")
    comment = entry(doi="10.1/comment", key="comment", journal="The Lancet", summary="word " * 40)
    assert Index([article, comment]).find(entry(**told)) == found


def test_an_abstract_at_a_conference_and_its_article_by_the_same_people_are_told_apart_by_the_journal_alone():
    abstract = entry(
        doi="10.1/abstract", key="a", authors=("Chi P",), journal="JCO", dated="2025-06"
    )
    article = entry(
        doi="10.1/article", key="b", authors=("Chi P",), journal="Lancet Oncology", dated="2026-02"
    )
    index = Index([abstract, article])
    assert index.find(entry(authors=("Ping Chi",), dated="2026")) == ()
    assert index.find(entry(authors=("Ping Chi",), dated="2026", journal="Lancet oncology")) == (
        "b",
    )


def test_two_papers_by_one_author_stay_two_where_only_that_author_is_told():
    pair = [entry(doi=f"10.1/{n}", key=str(n), authors=("Chi P",)) for n in range(2)]
    assert Index(pair).find(entry(authors=("Chi P",))) == ()


def test_an_editorial_and_its_reply_with_one_title_stay_two_and_a_bare_title_joins_neither():
    known = merged(
        entry(doi="10.1/editorial", authors=("Smith J",)),
        entry(doi="10.1/reply", authors=("Hemming ML",)),
    )
    assert [each.key for each in known] == ["doi:10.1/editorial", "doi:10.1/reply"]
    assert Index(known).find(entry()) == ()
    assert Index(known).find(entry(authors=("M. Hemming",))) == ("doi:10.1/reply",)


def test_a_paper_and_the_trial_or_webinar_it_is_about_stay_apart():
    known = merged(
        entry(
            "A study of lurbinectedin in leiomyosarcoma patients", nct="NCT01234567", trial=Trial()
        ),
        entry("A study of lurbinectedin in leiomyosarcoma patients", pmid="1", nct="NCT01234567"),
        entry(
            "Webinar: the lurbinectedin study",
            nct="NCT01234567",
            event=Event(starts=date(2026, 12, 9)),
        ),
    )
    assert len(known) == 3


def test_a_trial_is_known_by_its_number_however_it_is_titled():
    index = Index([entry("A Study of X", nct="NCT01234567", trial=Trial(), key="k")])
    assert index.find(entry("SARC041: X for sarcoma", nct="NCT01234567")) == ("k",)
    assert index.find(entry("A Study of X", nct="NCT07654321", trial=Trial())) == ()


def test_an_event_moved_to_another_day_is_the_same_and_the_next_evening_of_a_series_is_not():
    known = entry(
        "Support group",
        uid="a@x",
        event=Event(starts=date(2026, 12, 9)),
        key="k",
        url="https://x.org/s",
    )
    moved = entry(
        "Support group", uid="a@x", event=Event(starts=date(2026, 12, 16)), url="https://x.org/s"
    )
    another = entry(
        "Support group",
        uid="a@x/20270113T180000Z",
        event=Event(starts=date(2027, 1, 13)),
        url="https://x.org/s",
    )
    index = Index([known])
    assert index.find(moved) == ("k",)
    assert index.find(another) == ()


def test_an_event_from_a_page_is_the_calendars_on_the_same_day():
    starts = datetime(2026, 12, 9, 18, tzinfo=UTC)
    known = entry(
        "Patient webinar on sarcoma surgery",
        uid="a@x",
        event=Event(starts=starts),
        key="k",
        url="https://x.org/s",
    )
    pasted = entry("Webinar", event=Event(starts=date(2026, 12, 9)), url="https://x.org/s")
    later = replace(pasted, event=Event(starts=date(2026, 12, 10)))
    assert Index([known]).find(pasted) == ("k",)
    assert Index([known]).find(later) == ()


def test_a_retitled_post_with_the_same_guid_is_the_same_and_takes_its_new_title():
    before = entry("We moved", guid="blog/7", url="https://x.org/moved")
    after = entry("Our new office in Denver is open", guid="blog/7", url="https://x.org/office")
    (only,) = merged(before, after)
    assert only.title == "Our new office in Denver is open"


def test_posts_of_one_site_under_two_addresses_or_a_month_apart_are_two():
    title = "Join our monthly leiomyosarcoma support group"
    october = entry(title, url="https://x.org/1", dated="2026-10-01")
    november = entry(title, url="https://x.org/2", dated="2026-11-05")
    elsewhere = entry(title, url="https://y.org/1", dated="2026-10-03")
    assert len(merged(october, november)) == 2
    assert len(merged(october, elsewhere)) == 1
    assert len(merged(november, replace(elsewhere, ids=Ids(url="https://y.org/9")))) == 2
    assert len(merged(november, entry(title, url="https://y.org/9", dated="2026"))) == 1


def test_items_that_share_the_address_of_a_whole_page_stay_apart():
    page = "https://mailchi.mp/x/news-tracker-7"
    counts, clinic = entry("Caregiving Counts", url=page), entry("Survivorship clinic", url=page)
    retold = entry("Caregiving counts, a session", links=(page,), dated=None)
    assert len(merged(counts, clinic)) == 2
    assert len(merged(counts, clinic, retold)) == 2


def test_a_name_that_very_many_things_share_tells_none_of_them():
    many = [entry(doi=f"10.1/{n}", key=f"k{n}", authors=("Chi P",)) for n in range(31)]
    assert Index(many[:1]).find(entry()) == ("k0",)
    assert Index(many).find(entry()) == ()


def test_a_note_without_any_link_is_the_same_when_it_is_read_again():
    note = entry("Office closed", dated="2026-11-01")
    assert len(merged(note, note)) == 1
    assert len(merged(note, entry("Office closed", dated="2026-12-24"))) == 2
    assert (
        len(
            merged(entry("Untitled", summary="On walking."), entry("Untitled", summary="On sleep."))
        )
        == 2
    )


def test_versions_of_a_preprint_are_one_entry():
    first = entry(doi="10.21203/rs.3.rs-1/v1", title="First wording of it")
    second = entry(doi="10.21203/rs.3.rs-1/v2", title="Second wording of it")
    assert len(merged(first, second)) == 1


@pytest.mark.parametrize("article_first", [True, False])
def test_a_preprint_and_its_article_are_linked_and_not_merged(article_first):
    preprint = entry(doi="10.1101/2025.01.01.123456", dated="2025-01-02")
    article = entry(doi="10.1158/x", dated="2026-10-05")
    known = merged(article, preprint) if article_first else merged(preprint, article)
    by_key = {each.key: each for each in known}
    assert by_key["doi:10.1158/x"].related == ("doi:10.1101/2025.01.01.123456",)
    assert by_key["doi:10.1101/2025.01.01.123456"].related == ("doi:10.1158/x",)
    assert Flag.PREPRINT in by_key["doi:10.1101/2025.01.01.123456"].flags
    assert is_preprint(by_key["doi:10.1101/2025.01.01.123456"])
    assert Index(known).find(entry(dated="2026")) == ("doi:10.1158/x",)


def test_a_preprint_that_names_its_article_is_linked_whatever_their_titles():
    preprint = entry(
        "An early wording", doi="10.1101/2025.01.01.123456", related=("doi:10.1158/x",)
    )
    known = merged(entry(doi="10.1158/x"), preprint)
    assert known[0].related == ("doi:10.1101/2025.01.01.123456",)


def test_the_names_of_an_entry_come_strongest_first():
    one = entry(doi="10.1/x", pmid="1", guid="blog/1", links=("https://x.org/a",))
    assert aliases_of(one) == (
        "doi:10.1/x",
        "pmid:1",
        "guid:blog/1",
        "address:x.org/a",
        "title:trabectedinanddoxorubicinasfirstlinetreatmentofuterineleiomyosarcoma",
    )


def test_identifiers_decide_in_their_order_of_strength():
    assert not are_different(entry(doi="10.1/x", pmid="1"), entry(doi="10.1/y", pmid="1"))
    assert are_different(entry(pmcid="PMC1"), entry(pmcid="PMC2"))
    assert not are_different(entry(doi="10.1/x", pmcid="PMC1"), entry(doi="10.1/x", pmcid="PMC2"))
    assert are_different(
        entry(opportunity="PA-1", grant=Grant()), entry(opportunity="PA-2", grant=Grant())
    )
    assert not are_different(entry(), entry())


def test_an_index_knows_what_it_holds():
    index = Index([entry(key="a"), entry("Other", key="b")])
    index.remove("a")
    assert ("a" in index, "b" in index, len(index), [each.key for each in index]) == (
        False,
        True,
        1,
        ["b"],
    )
    assert index.find(entry()) == ()


# Merging


def test_a_paper_from_four_sources_is_one_entry_that_says_what_all_say():
    pasted = entry(
        "Trabectedin and doxorubicin as first-line…",
        dated="2026",
        url="https://x.org/a",
        sources=("page",),
        note="Ask Dr. B.",
    )
    feed = entry(
        dated="2026-10",
        doi="10.1/x",
        url="http://x.org/a/",
        sources=("journal",),
        authors=("Chi P",),
        links=("http://x.org/a/",),
    )
    crossref = entry(
        TITLE.upper(),
        dated="2026-10-05",
        doi="10.1/x",
        sources=("crossref",),
        journal="J Clin Oncol",
    )
    pubmed = entry(
        doi="10.1/x",
        pmid="1",
        dated="2026-12-01",
        sources=("pubmed",),
        authors=("Hemming ML", "Chi P"),
        links=("https://pubmed.ncbi.nlm.nih.gov/1/", "https://www.x.org/a"),
        summary="Background. A long abstract.",
        flags=frozenset({Flag.REVIEW}),
        first_seen_at=SEEN,
    )
    (only,) = merged(pasted, feed, crossref, pubmed)
    assert only == Entry(
        key="url:https://x.org/a",
        ids=Ids(doi="10.1/x", pmid="1", url="https://x.org/a"),
        title=TITLE,
        authors=("Hemming ML", "Chi P"),
        links=("http://x.org/a/", "https://pubmed.ncbi.nlm.nih.gov/1/"),
        dated=Dated(date(2026, 10, 5)),
        summary="Background. A long abstract.",
        note="Ask Dr. B.",
        journal="J Clin Oncol",
        flags=frozenset({Flag.REVIEW}),
        sources=("page", "journal", "crossref", "pubmed"),
        first_seen_at=SEEN,
    )


def test_a_feed_that_stamps_all_its_items_anew_changes_no_date():
    known = entry(doi="10.1/x", dated="2024-03-01")
    assert merge(known, entry(doi="10.1/x", dated="2026-11-20")).dated == Dated(date(2024, 3, 1))
    assert str(merge(entry(dated="2026-10"), entry(dated="2026-11-20")).dated) == "2026-10"
    assert str(merge(entry(dated=None), entry(dated="2026-11-20")).dated) == "2026-11-20"


def test_the_better_title_wins():
    assert (
        merge(entry("SHOUTED TITLE OF IT"), entry("Shouted title of it")).title
        == "Shouted title of it"
    )
    assert (
        merge(entry("A title"), entry("A title: with its subtitle")).title
        == "A title: with its subtitle"
    )
    assert merge(entry("A title"), entry("A TITLE IN CAPITALS")).title == "A title"
    assert merge(entry("A title"), entry("")).title == "A title"
    assert merge(entry(""), entry("A title")).title == "A title"


def test_no_note_is_lost_and_none_is_doubled():
    known = entry(note="Ask Dr. B.")
    assert (
        merge(known, entry(note="Trial site in Denver")).note
        == "Ask Dr. B.\n\nTrial site in Denver"
    )
    assert merge(known, known).note == "Ask Dr. B."
    assert merge(entry(), known).note == "Ask Dr. B."
    assert merge(entry(note="Ask"), known).note == "Ask Dr. B."


def test_a_whole_summary_replaces_a_cut_one():
    assert (
        merge(entry(summary="A long one, but cut […]"), entry(summary="Whole.")).summary == "Whole."
    )
    assert (
        merge(entry(summary="Whole."), entry(summary="In other words.")).summary
        == "In other words."
    )
    assert (
        merge(entry(summary="A whole one."), entry(summary="Another one.")).summary
        == "A whole one."
    )


def test_first_seen_is_the_earlier_moment():
    later = datetime(2026, 12, 1, tzinfo=UTC)
    assert merge(entry(first_seen_at=later), entry(first_seen_at=SEEN)).first_seen_at == SEEN
    assert merge(entry(), entry(first_seen_at=SEEN)).first_seen_at == SEEN


def test_a_trial_remembers_the_status_it_had():
    known = entry(trial=Trial(status=TrialStatus.RECRUITING, sponsor="SARC", phase="2"))
    closed = merge(known, entry(trial=Trial(status=TrialStatus.COMPLETED, phase="2/3"))).trial
    assert closed == Trial(
        status=TrialStatus.COMPLETED, was=TrialStatus.RECRUITING, sponsor="SARC", phase="2/3"
    )
    assert merge(known, entry(trial=Trial())).trial == known.trial
    assert merge(known, known).trial == known.trial
    assert merge(known, entry()).trial == known.trial


def test_an_event_takes_its_new_day_and_its_cancelling_and_keeps_the_hour():
    evening = datetime(2026, 12, 9, 18, tzinfo=UTC)
    known = entry(event=Event(starts=evening, place="Denver"))
    assert merge(known, entry(event=Event(starts=date(2026, 12, 16)))).event == Event(
        starts=date(2026, 12, 16), place="Denver"
    )
    assert merge(known, entry(event=Event(starts=date(2026, 12, 9)))).event == known.event
    assert merge(known, entry(event=Event(join="https://x.org"))).event.join == "https://x.org"
    cancelled = merge(known, entry(event=Event(starts=evening, cancelled=True)))
    assert cancelled.event.cancelled
    assert not merge(cancelled, known).event.cancelled


def test_a_deadline_extended_is_taken():
    known = entry(grant=Grant(deadline=date(2026, 12, 1), funder="NCI"))
    assert merge(known, entry(grant=Grant(deadline=date(2027, 2, 1)))).grant == Grant(
        deadline=date(2027, 2, 1), funder="NCI"
    )
    assert merge(entry(), known).grant == known.grant


def test_an_entry_that_proves_two_known_ones_to_be_one_folds_them_into_the_older():
    younger = entry(
        "Pasted without any number",
        url="https://x.org/a",
        key="url:https://x.org/a",
        first_seen_at=SEEN,
    )
    older = entry(doi="10.1/x", key="doi:10.1/x", first_seen_at=datetime(2026, 1, 1, tzinfo=UTC))
    result = merge_entries([younger, older], [entry(doi="10.1/x", url="https://x.org/a")])
    assert [each.key for each in result.entries] == ["doi:10.1/x"]
    assert result.folded == (("url:https://x.org/a", "doi:10.1/x"),)
    assert result.key_of_seen == ("doi:10.1/x",)
    assert (result.new, result.changed) == (frozenset(), frozenset({"doi:10.1/x"}))


def test_keys_of_one_run_are_those_that_stand_at_its_end():
    seen = [
        entry("One wording", url="https://x.org/a"),
        entry("Another wording", doi="10.1/x"),
        entry("Third", doi="10.1/x", url="https://x.org/a"),
    ]
    result = merge_entries(Index(), seen)
    assert result.key_of_seen == ("url:https://x.org/a",) * 3
    assert result.new == {"url:https://x.org/a"}
    assert result.folded == ()


def test_an_emptied_feed_that_comes_back_brings_nothing_new():
    first = merge_entries((), [entry(doi="10.1/x"), entry("Other", url="https://x.org/b")])
    emptied = merge_entries(first.entries, [])
    back = merge_entries(
        emptied.entries, [entry(doi="10.1/x"), entry("Other", url="https://x.org/b")]
    )
    assert (back.new, back.changed, back.entries) == (frozenset(), frozenset(), first.entries)


NAMES = st.fixed_dictionaries(
    {},
    optional={
        "doi": st.sampled_from(["10.1/a", "10.1/b"]),
        "pmid": st.sampled_from(["1", "2"]),
        "url": st.sampled_from(["https://x.org/1", "https://y.org/2"]),
    },
)
SIGHTINGS = st.builds(
    lambda ids, title, source: Entry(
        title=title, ids=Ids(**ids), sources=(source,), links=tuple(filter(None, [ids.get("url")]))
    ),
    NAMES,
    st.sampled_from([TITLE, "Editorial", "A wholly different piece of news about sarcoma"]),
    st.sampled_from(["a", "b", "c"]),
)


@settings(max_examples=60)
@given(st.lists(SIGHTINGS, max_size=8))
def test_merging_loses_no_identifier_and_is_settled_after_one_run(seen):
    once = merge_entries((), seen)
    assert len({each.key for each in once.entries}) == len(once.entries)
    assert {s for each in once.entries for s in each.sources} == {
        s for each in seen for s in each.sources
    }
    assert set(once.key_of_seen) <= {each.key for each in once.entries}
    for kind in ("doi", "pmid"):
        assert {getattr(each.ids, kind) for each in once.entries} - {None} <= {
            getattr(each.ids, kind) for each in seen
        }


# Titles


def test_titles_are_compared_without_markup_marks_accents_and_greek():
    assert words_of("<i>TP53</i>&nbsp;in β‐catenin–driven Müller’s “naïve” LMS") == (
        *("tp53", "in", "beta", "catenin", "driven", "muller", "s", "naive", "lms"),
    )
    assert is_telling(words_of("平滑肌肉瘤的诊断与治疗进展研究"))
    assert not is_telling(words_of("Short title"))
    assert is_generic(words_of("Author’s Reply"))
    assert surnames(("Hemming ML", "Q")) == {"hemming", "ml"}
