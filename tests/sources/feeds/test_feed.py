"""RSS, Atom, RDF and CDF as entries."""

from __future__ import annotations

import gzip

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.errors import SourceError
from newsletter.model import Document, Flag, Source, SourceKind, TrialStatus
from newsletter.sources.feeds.feed import read_feed

SOURCE = Source(name="x", kind=SourceKind.FEED, section="research")
NAMESPACES = (
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:prism="http://prismstandard.org/namespaces/basic/2.0/" '
    'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:feedburner="http://rssnamespace.org/feedburner/ext/1.0"'
)


def reading(text, *, source=SOURCE, **document):
    content = text if isinstance(text, bytes) else text.encode()
    return read_feed(Document(content=content, **document), source)


def rss(*items, link="https://example.org/"):
    channel = "".join(f"<item>{item}</item>" for item in items)
    return f'<rss version="2.0" {NAMESPACES}><channel><title>F</title><link>{link}</link>{channel}</channel></rss>'


def first(*items, **document):
    return reading(rss(*items), **document).entries[0]


def atom(*entries):
    return f'<feed xmlns="http://www.w3.org/2005/Atom"><title>F</title>{"".join(entries)}</feed>'


def test_an_rss_item_is_read():
    entry = first(
        "<title>A &lt;i&gt;b&lt;/i&gt; &amp;amp; c.</title><link>https://example.org/1?utm_source=rss</link>"
        "<guid isPermaLink='false'>42</guid><pubDate>Fri, 31 Mar 2023 10:00:00 GMT</pubDate>"
        "<dc:creator>Jane Doe</dc:creator><dc:creator>John Roe</dc:creator>"
        "<description>&lt;p&gt;One&lt;/p&gt;&lt;p&gt;Two&lt;/p&gt;</description>"
    )
    assert entry.title == "A b & c"
    assert entry.links == ("https://example.org/1",)
    assert entry.ids.known() == {"url": "https://example.org/1", "guid": "x/42"}
    assert str(entry.dated) == "2023-03-31"
    assert entry.authors == ("Jane Doe", "John Roe")
    assert entry.summary == "One\n\nTwo"
    assert entry.section == "research"
    assert (entry.key, entry.sources, entry.first_seen_at) == ("", (), None)


def test_an_atom_entry_is_read():
    entry = reading(
        atom(
            "<entry><title type='html'>A &amp;lt;b&amp;gt; &lt;em&gt;c&lt;/em&gt;</title><id>tag:example.org,2023:1</id>"
            "<link rel='alternate' href='https://example.org/1'/><published>2023-03-31T10:00:00Z</published>"
            "<updated>2023-04-02T10:00:00Z</updated><author><name>Jane Doe</name><email>j@example.org</email></author>"
            "<summary>p &lt; 0.05</summary></entry>"
        )
    ).entries[0]
    assert entry.title == "A <b> c"
    assert entry.links == ("https://example.org/1",)
    assert entry.ids.guid == "x/tag:example.org,2023:1"
    assert str(entry.dated) == "2023-03-31"
    assert entry.authors == ("Jane Doe",)
    assert entry.summary == "p < 0.05"


def test_an_rdf_item_of_a_journal_is_a_paper():
    entry = reading(
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" '
        + NAMESPACES
        + '><channel rdf:about="https://j.org"><link>https://j.org</link></channel>'
        '<item rdf:about="https://j.org/1"><title>T</title><link>https://j.org/1</link>'
        "<dc:creator>Urquhart, A.S.</dc:creator><dc:identifier>doi:10.1000/ABC</dc:identifier>"
        "<prism:publicationName>T</prism:publicationName><dc:source>Journal of X</dc:source>"
        "<prism:publicationDate>2023-03</prism:publicationDate></item></rdf:RDF>"
    ).entries[0]
    assert entry.authors == ("Urquhart AS",)
    assert entry.ids.doi == "10.1000/abc"
    assert entry.ids.guid is None
    assert entry.journal == "Journal of X"
    assert str(entry.dated) == "2023-03"


def test_a_cdf_item_is_read():
    entry = reading(
        '<channel href="https://example.org/"><item href="https://example.org/1" lastmod="2004-04-06T12:00:00Z">'
        "<title>T</title></item></channel>"
    ).entries[0]
    assert (entry.title, entry.links, str(entry.dated)) == (
        "T",
        ("https://example.org/1",),
        "2004-04-06",
    )


def test_a_pubmed_item_has_its_names_and_the_whole_abstract():
    entry = first(
        "<title>[A title.]</title><guid isPermaLink='false'>pubmed:34902460</guid>"
        "<link>https://pubmed.ncbi.nlm.nih.gov/34902460/?utm_source=Mobile Safari&amp;fc=1</link>"
        "<description>An abstract that is cut...</description><content:encoded><![CDATA[<div>"
        "<p>J Virol Methods. 2021 Dec 10:114425. doi: 10.1016/j.jviromet.2021.114425.</p><p><b>ABSTRACT</b></p>"
        "<p>An abstract that is whole.</p><p>PMID:<a href='x'>34902460</a> | PMC:<a>PMC8662978</a></p></div>]]>"
        "</content:encoded><dc:date>2021-12-13</dc:date>"
    )
    assert entry.title == "A title"
    assert entry.links == ("https://pubmed.ncbi.nlm.nih.gov/34902460/",)
    assert (entry.ids.pmid, entry.ids.doi) == ("34902460", "10.1016/j.jviromet.2021.114425")
    assert entry.ids.pmcid == "PMC8662978"
    assert entry.ids.guid is None
    assert entry.journal == "J Virol Methods"
    assert entry.summary == "An abstract that is whole."
    assert str(entry.dated) == "2021-12-13"


def test_a_trial_item_is_a_trial():
    entry = first(
        "<title>Safety of X</title><guid isPermaLink='false'>NCT04425629</guid>"
        "<link>https://clinicaltrials.gov/ct2/show/NCT04425629?cond=lms&amp;amp;rank=1</link>"
        "<description>&lt;b&gt;Condition&lt;/b&gt;: LMS&lt;br/&gt;&lt;b&gt;Sponsor&lt;/b&gt;: Acme&lt;br/&gt;"
        "&lt;b&gt;Recruiting&lt;/b&gt;</description>"
    )
    assert entry.ids.nct == "NCT04425629"
    assert entry.trial.status is TrialStatus.RECRUITING
    assert entry.trial.sponsor == "Acme"


def test_news_about_a_trial_is_no_trial():
    entry = first(
        "<title>T</title><link>https://example.org/NCT04425629</link><description>x</description>"
    )
    assert entry.ids.nct is None
    assert entry.trial is None


@pytest.mark.parametrize(
    "item",
    [
        "<link>https://www.biorxiv.org/content/10.1101/2023.12.16.571984v1?rss=1</link>",
        "<link>https://example.org/1</link><dc:identifier>doi:10.1101/2023.12.16.571984</dc:identifier>",
        "<link>https://arxiv.org/abs/2301.00001</link>",
    ],
)
def test_a_preprint_is_flagged(item):
    assert first(item).flags == {Flag.PREPRINT}
    assert first("<link>https://notbiorxiv.org/1</link>").flags == frozenset()


def test_dois_in_running_text_are_not_the_items_own():
    assert (
        first("<title>T</title><description>As shown in 10.1000/other, …</description>").ids.doi
        is None
    )


@pytest.mark.parametrize(
    ("item", "title"),
    [
        (
            "<description>&lt;p&gt;First words&lt;/p&gt;&lt;p&gt;More&lt;/p&gt;</description>",
            "First words",
        ),
        ("<link>https://example.org/2023/a-new-trial/</link>", "a new trial"),
        ("<link>https://example.org/7</link>", "example.org/7"),
        ("<guid isPermaLink='false'>tag:7</guid>", "tag:7"),
        ("", "Untitled"),
    ],
)
def test_an_item_without_a_title_is_not_lost(item, title):
    assert first(item).title == title


@pytest.mark.parametrize(
    ("item", "link"),
    [
        ("<guid>https://example.org/guid</guid>", "https://example.org/guid"),
        ("<guid isPermaLink='false'>https://example.org/guid</guid>", "https://example.org/guid"),
        ("<link>/relative</link>", "https://example.org/relative"),
        (
            "<link>https://f.org/1</link><feedburner:origLink>https://o.org/1</feedburner:origLink>",
            "https://o.org/1",
        ),
        (
            "<enclosure url='https://example.org/a.mp3' type='audio/mpeg'/>",
            "https://example.org/a.mp3",
        ),
        (
            "<description>&lt;a href='/in-text'&gt;x&lt;/a&gt;</description>",
            "https://example.org/in-text",
        ),
    ],
)
def test_the_best_link_is_taken(item, link):
    assert first(item).links == (link,)


def test_relative_links_are_taken_from_xml_base_then_the_feed():
    based = "<entry xml:base='https://base.org/a/'><title>T</title><link href='b'/></entry>"
    plain = "<entry><title>U</title><link href='b'/></entry>"
    entries = reading(atom(based, plain), url="https://feeds.org/x/atom.xml").entries
    assert [entry.links for entry in entries] == [
        ("https://base.org/a/b",),
        ("https://feeds.org/x/b",),
    ]


def test_in_rss_the_channels_link_comes_before_the_feeds_address():
    assert first("<link>b</link>", url="https://feeds.org/x").links == ("https://example.org/b",)
    assert reading(rss("<link>b</link>", link=""), url="https://feeds.org/x").entries[0].links == (
        "https://feeds.org/b",
    )


def test_addresses_and_guids_that_items_share_name_none_of_them():
    entries = reading(
        rss(
            "<title>A</title><link>https://example.org/page#1</link><guid isPermaLink='false'>same</guid>",
            "<title>B</title><link>https://example.org/page#2</link><guid isPermaLink='false'>same</guid>",
            "<title>C</title><link>https://example.org/other</link>",
        )
    ).entries
    assert [entry.ids.known() for entry in entries] == [
        {"guid": "x/https://example.org/page#1"},
        {"guid": "x/https://example.org/page#2"},
        {"url": "https://example.org/other"},
    ]


def test_a_guid_without_end_is_no_name():
    assert first(f"<title>T</title><guid isPermaLink='false'>{'g' * 600}</guid>").ids.guid is None


def test_only_the_newest_are_kept_in_the_order_of_the_feed():
    dated = [f"<title>{day}</title><pubDate>{day} Mar 2023</pubDate>" for day in (1, 30, 2, 31)]
    source = Source(name="x", kind=SourceKind.FEED, limit=3)
    entries = reading(rss(*dated, "<title>undated</title>"), source=source).entries
    assert [entry.title for entry in entries] == ["30", "31", "undated"]


@pytest.mark.parametrize(
    ("item", "dated"),
    [
        ("<pubDate>Mi, 30 Jun 2021 00:00:00 +0000</pubDate>", "2021-06-30"),
        ("<pubDate>2021/10/16 9:23:28</pubDate>", "2021-10-16"),
        ("<pubDate>nonsense</pubDate><dc:date>2023-03</dc:date>", "2023-03"),
        ("<description>Publication date: November 2021</description>", "2021-11"),
        ("<prism:coverDisplayDate>Spring 2023</prism:coverDisplayDate>", "2023"),
        ("<my:release_date xmlns:my='urn:x'>31 March 2023</my:release_date>", "2023-03-31"),
        ("<pubDate>Κυρ, 11 Ιούλ 2004 12:00:00 EST</pubDate>", "2004-07-11"),
        ("<my:expirationdate xmlns:my='urn:x'>31 March 2023</my:expirationdate>", None),
        ("<description>See you on 31 March 2023</description>", None),
    ],
)
def test_a_date_is_found_in_any_form(item, dated):
    entry = first(item)
    assert (str(entry.dated) if entry.dated else None) == dated


def test_authors_broken_at_a_mail_address_are_mended():
    assert first("<author>lastname@in.du.stries (Jonas Große Sundrup)</author>").authors == (
        "Jonas Große Sundrup",
    )
    assert first("<author>office@example.org</author>").authors == ()


def test_a_journal_is_no_address():
    assert first("<title>T</title><dc:source>https://example.org</dc:source>").journal == ""


def test_the_title_is_not_said_twice():
    entry = first(
        "<title>A title.</title><description>&lt;p&gt;A title&lt;/p&gt;&lt;p&gt;Text&lt;/p&gt;</description>"
    )
    assert entry.summary == "Text"


def test_the_whole_stands_in_for_an_empty_summary():
    entry = first(
        "<title>T</title><description>TAXON, EarlyView.</description><content:encoded>All</content:encoded>"
    )
    assert entry.summary == "All"


@pytest.mark.parametrize("text", ["word " * 5_000, "x" * 20_000])
def test_a_long_summary_is_cut(text):
    summary = first(f"<title>T</title><description>{text}</description>").summary
    assert len(summary) <= 5_000
    assert summary.endswith("…")


def test_compressed_bytes_are_unpacked():
    assert reading(gzip.compress(rss("<title>T</title>").encode())).entries[0].title == "T"


@pytest.mark.parametrize(
    "encoded",
    [
        '<?xml version="1.0" encoding="iso-8859-1"?>{}'.format(rss("<title>Größe</title>")).encode(
            "iso-8859-1"
        ),
        '<?xml version="1.0" encoding="utf-8"?>{}'.format(rss("<title>Größe</title>")).encode(
            "iso-8859-1"
        ),
        rss("<title>Größe</title>").encode("utf-16"),
        '<?xml version="1.0" encoding="utf-16"?>{}'.format(rss("<title>Größe</title>")).encode(
            "utf-16-le"
        ),
        rss("<title>Größe</title>").encode("utf-8-sig"),
    ],
    ids=["latin-1", "wrong", "utf-16", "utf-16-le", "bom"],
)
def test_any_encoding_is_read(encoded):
    assert reading(encoded).entries[0].title == "Größe"


def test_the_header_says_the_encoding():
    content = rss("<title>Größe</title>").encode("iso-8859-1")
    assert (
        reading(content, content_type="application/rss+xml; charset=iso-8859-1").entries[0].title
        == "Größe"
    )


def test_a_broken_feed_is_read_as_far_as_it_goes():
    entries = reading(rss("<title>A &nbsp; & B</title>", "<title>C")).entries
    assert [entry.title for entry in entries] == ["A & B", "Untitled"]


@pytest.mark.parametrize(
    "reference", ["&#xD800;", "&#99999999999;", "&#x110000;", "&#" + "9" * 5000 + ";", "&#0;"]
)
def test_a_reference_to_no_character_costs_nothing_else(reference):
    entries = reading(
        rss(f"<title>A{reference}B &#67;&#x44; & E</title>", "<title>F</title>")
    ).entries
    assert [entry.title for entry in entries] == ["AB CD & E", "F"]


def test_an_empty_feed_is_no_error():
    assert reading(rss()).entries == ()
    assert reading(atom()).entries == ()


def test_a_feed_that_feedparser_cannot_survive_is_refused(tmp_path):
    secret = tmp_path / "secret.xml"
    secret.write_text(rss("<title>Secret</title>"))
    with pytest.raises(SourceError):
        reading(str(secret))  # a name is not opened


# --- bombs
# --------------------------------------------------------------------------------------------------------

LAUGHS = "".join(f"<!ENTITY l{n} '{f'&l{n - 1};' * 10}'>" for n in range(1, 12))
BOMBS = {
    "laughs": f'<!DOCTYPE x [<!ENTITY l0 "lol">{LAUGHS}]>' + rss("<title>&l11;</title>"),
    "quadratic": f"<!DOCTYPE x [<!ENTITY a '{'a' * 50_000}'>]>"
    + rss(f"<title>{'&a;' * 50_000}</title>"),
    "title": rss(f"<title>{'word ' * 2_000_000}</title>"),
    "nested": rss(f"<description>{'<div>' * 50_000}</description>"),
    "escaped": rss(f"<description>{'&lt;div&gt;' * 50_000}</description>"),
    "bases": rss("<title>x</title>" + "<x xml:base='a/'>" * 20_000),
    "author": rss(f"<author>{'a' * 1_000_000}</author>"),
    "categories": rss("".join(f"<category>{n}</category>" for n in range(10_000))),
    "items": rss(*["<title>x</title>"] * 6_000),
    "rdf items": '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    + "<item/>" * 6_000,
    "rootless items": "<item/>" * 6_000,
}
REFUSED_BOMBS = {
    "attributes": f"<rss {' '.join(f'a{n}=1' for n in range(50_000))}><channel/></rss>".replace(
        "=1", "='1'"
    ),
    "bare attributes": f"<rss {' '.join(f'a{n}=1' for n in range(50_000))}><channel/></rss>",
    "elements": rss("<a>" * 500_000),
    "escapes": rss(f"<title>{'&' * 3_100_000}</title>"),
}


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS)
def test_a_bomb_ends_in_bounded_entries(bomb):
    entries = reading(bomb).entries
    assert 1 <= len(entries) <= 200
    assert len(entries[0].title) <= 1_000


def test_a_date_of_endless_digits_is_none():
    assert first(f"<title>A</title><pubDate>{'1' * 10_000}</pubDate>").dated is None


@pytest.mark.parametrize("bomb", REFUSED_BOMBS.values(), ids=REFUSED_BOMBS)
def test_what_would_never_end_is_refused(bomb):
    with pytest.raises(SourceError, match="absurdly many elements"):
        reading(bomb)


def test_items_left_out_are_said():
    result = reading(BOMBS["items"])
    assert result.skipped == (
        "the feed has more than 5,000 items: only the first ones were looked at",
    )


def test_an_external_entity_is_not_read(tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("secret words")
    entry = reading(
        f'<!DOCTYPE x [<!ENTITY a SYSTEM "{secret.as_uri()}">]>' + rss("<title>T&a;</title>")
    ).entries[0]
    assert "secret" not in repr(entry)


@given(st.binary(max_size=300))
@settings(max_examples=100)
def test_any_bytes_end_in_entries_or_a_sentence(content):
    try:
        reading(content)
    except SourceError as refused:
        sentence = str(refused)
    else:
        sentence = "entries"
    assert sentence


@given(
    st.lists(
        st.sampled_from(
            [
                *"<>&'\"=/ ]",
                "item",
                "title",
                "<rss>",
                "<item>",
                "</",
                "&#x0;",
                "&#99999999;",
                "![CDATA[",
                "link",
                "é",
            ]
        )
    )
)
@settings(max_examples=150)
def test_any_markup_ends_in_entries_or_a_sentence(parts):
    try:
        reading("<rss><channel><item>" + "".join(parts))
    except SourceError as refused:
        sentence = str(refused)
    else:
        sentence = "entries"
    assert sentence
