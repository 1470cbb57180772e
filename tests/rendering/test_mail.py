"""What every rendered issue keeps, whatever is in it."""

from __future__ import annotations

import dataclasses
import html
import re
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.sample_issues import COMING_UP, GLOSSARY, ODD, SAMPLE, SETTINGS, many, mixed

from newsletter.config import InboxSettings, PublicSettings
from newsletter.model import Entry, Issue, Section, Variant
from newsletter.placeholders import Placeholder
from newsletter.rendering import remove_personal_parts, render_mail
from newsletter.rendering.environment import environment

ENVIRONMENT = environment()


class Links(HTMLParser):
    """Gathers each link with its words."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []
        self._inside = False
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        if tag == "a":
            self._inside = True
            self.found.append((dict(attrs)["href"], ""))

    def handle_endtag(self, tag):
        self._inside = self._inside and tag != "a"

    def handle_data(self, data):
        if self._inside:
            url, words = self.found[-1]
            self.found[-1] = (url, words + data)


def with_entry(**fields) -> Issue:
    entry = Entry(
        **{"key": "url:https://example.org/x", "links": ("https://example.org/x",), **fields}
    )
    return dataclasses.replace(
        SAMPLE,
        letter="",
        coming_up=(),
        sections=(Section(name="research", title="Research", entries=(entry,)),),
    )


def shown(issue: Issue, **changes):
    return render_mail(issue, dataclasses.replace(SETTINGS, **changes), ENVIRONMENT)


def without_public(url: str = ""):
    return dataclasses.replace(
        SETTINGS,
        public=None,
        newsletter=dataclasses.replace(SETTINGS.newsletter, url=url, reply_to=""),
    )


def test_the_same_issue_is_the_same_bytes_and_digest():
    assert shown(SAMPLE) == render_mail(SAMPLE, SETTINGS, environment())


@pytest.mark.parametrize("field", ["subject", "preheader", "letter", "closing"])
def test_whatever_a_reader_would_see_changes_the_digest(field):
    assert (
        shown(dataclasses.replace(SAMPLE, **{field: "Other words"})).digest != shown(SAMPLE).digest
    )


def test_a_personal_mark_stands_where_the_readers_own_parts_enter():
    rendered = shown(SAMPLE)
    for part in (rendered.html, rendered.text):
        assert {mark for mark in Placeholder if mark in part} == set(Placeholder)
    assert f'href="{Placeholder.UNSUBSCRIBE}"' in rendered.html
    assert f"Dear {Placeholder.NAME}," in rendered.text


def test_preferences_are_offered_only_where_there_is_a_page_for_them():
    rendered = render_mail(SAMPLE, without_public(), ENVIRONMENT)
    assert Placeholder.PREFERENCES not in rendered.html + rendered.text
    assert Placeholder.UNSUBSCRIBE in rendered.html


def test_the_online_link_leads_to_this_issue():
    assert "https://news.example.org/issues/2026-12/" in shown(SAMPLE).html


def test_without_a_public_page_nothing_promises_to_read_the_issue_there():
    rendered = render_mail(SAMPLE, without_public("https://www.example.org/"), ENVIRONMENT)
    assert "Read this issue online" not in rendered.html
    assert "Online version" not in rendered.text
    assert (
        '<a href="https://www.example.org/" style="color:#0b5c6b">Find us online: example.org</a>'
        in rendered.html
    )
    assert "Find us online" not in render_mail(SAMPLE, without_public(), ENVIRONMENT).html


def test_no_mail_service_obeys_a_title():
    rendered = shown(ODD)
    assert "&#123;{ page.subject }} &#123;% raw %} {name} &#37;7B%7B &#42;|FNAME|*" in rendered.html
    assert "{{ page.subject }} {% raw %} {name} %7B%7B *|FNAME|*" in html.unescape(rendered.html)


def test_for_everyone_leaves_no_mark_and_keeps_the_digest():
    rendered = shown(SAMPLE)
    general = remove_personal_parts(rendered, SETTINGS)
    assert ".invalid" not in general.html + general.text
    assert "mailto:office@example.org?subject=unsubscribe" in general.html
    assert "mailto:office@example.org?subject=unsubscribe" in general.text
    assert "Dear reader," in general.text
    assert general.digest == rendered.digest


def test_for_everyone_prefers_the_mailbox_that_reads_such_mails():
    inbox = dataclasses.replace(SETTINGS, inbox=InboxSettings(address="bounces+x@example.org"))
    assert (
        "mailto:bounces+x@example.org?subject" in remove_personal_parts(shown(SAMPLE), inbox).html
    )


def test_for_everyone_falls_back_to_the_sender():
    general = remove_personal_parts(
        render_mail(SAMPLE, without_public(), ENVIRONMENT), without_public()
    )
    assert "mailto:news@example.org?subject=unsubscribe" in general.html


def test_an_empty_section_is_not_printed():
    assert "An empty section" not in shown(SAMPLE).html + shown(SAMPLE).text


def test_an_issue_without_anything_still_renders():
    empty = dataclasses.replace(
        SAMPLE, letter="", closing="", preheader="", sections=(), coming_up=()
    )
    rendered = shown(empty)
    assert "In this issue</h2>" not in rendered.html
    assert rendered.preheader == "In this issue: 0 items, chosen for patients and families."


def test_a_missing_preheader_is_made_of_the_counts():
    issue = dataclasses.replace(SAMPLE, preheader="")
    assert shown(issue).preheader == (
        "In this issue: 5 papers, 3 trials, 2 events, 1 grant call, and Tips for Living with LMS, "
        "chosen for patients and families."
    )


def test_what_earlier_issues_announced_stands_in_a_box_of_its_own():
    text = shown(dataclasses.replace(SAMPLE, sections=())).text
    assert (
        "- Thursday, December 3, 2026, 8:00\u00a0PM Eastern\n  Support group for caregivers:\n"
        in text
    )
    assert (
        "- Deadline Tuesday, December 15, 2026 (14\u00a0days\u00a0left)\n  Travel fund for trial visits:\n"
        in text
    )


def test_a_line_of_the_box_without_a_link_is_words_alone():
    entry = dataclasses.replace(COMING_UP[1], links=())
    rendered = shown(dataclasses.replace(SAMPLE, coming_up=(entry,)))
    assert "<br>Travel fund for trial visits</li>" in rendered.html


def test_words_of_sources_are_data_and_never_markup_or_template():
    rendered = shown(ODD)
    assert "<script" not in rendered.html
    assert "onerror=alert(1)&gt;" in rendered.html
    assert "javascript:" not in re.sub(r"\[bad\]\(javascript:alert\(1\)\)", "", rendered.html)
    assert "{ page.subject }} " in rendered.html
    assert '<b>Bold</b> &lt;script&gt; & <img src=x onerror=alert(1)> "quoted"' in rendered.text


def test_every_link_is_secure_and_has_words_that_lead_to_one_place_only():
    places = {}
    for url, words in Links(shown(ODD).html).found:
        assert re.match(r"(https://|mailto:|tel:)", url), url
        assert words.strip()
        assert places.setdefault(words.strip().lower(), url) == url
    assert "more" not in places


def test_no_line_of_the_text_is_longer_than_its_columns_but_for_words_and_addresses():
    for issue in (SAMPLE, ODD, mixed(40)):
        for line in shown(issue).text.splitlines():
            assert len(line) <= 72 or " " not in line.strip() or max(map(len, line.split())) > 66, (
                line
            )


def test_every_web_address_of_the_html_stands_alone_on_a_line_of_the_text():
    for issue in (SAMPLE, ODD):
        rendered = shown(issue)
        lines = {line.strip("> ") for line in rendered.text.splitlines()}
        for url, _ in Links(rendered.html).found:
            assert url in lines or not url.startswith("http"), url


def test_a_very_long_address_is_whole_in_both_parts():
    url = "https://example.org/?q=" + "a%20b" * 360
    rendered = shown(ODD)
    assert f'href="{url}"' in rendered.html
    assert f"\n{url}\n" in rendered.text


def test_a_title_in_another_direction_says_so():
    assert '<td class="pad entry" dir="rtl"' in shown(ODD).html
    assert 'dir="ltr"' not in shown(with_entry(title="Plain")).html.split("Research</h2>")[1]


def test_a_page_from_right_to_left_is_mirrored():
    newsletter = dataclasses.replace(SETTINGS.newsletter, language="he")
    html = shown(SAMPLE, newsletter=newsletter).html
    assert '<html lang="he" dir="rtl">' in html
    assert "border-right:6px solid" in html
    assert "border-left" not in html
    assert 'dir="ltr"' in html  # the titles in English


@pytest.mark.parametrize("count", [1, 80])
def test_markup_stays_small(count):
    issue = mixed(count) if count > 1 else many(1)
    html = shown(issue).html
    words = len(re.sub(r"<[^>]+>", "", html.partition("</head>")[2]).encode())
    assert len(html.encode()) <= 8192 + 1000 * count + words


def test_an_issue_that_would_be_clipped_is_shortened_and_says_where_the_rest_is():
    rendered = shown(mixed(150))
    assert rendered.html_bytes <= 100_000
    assert "This issue is long, so some texts are shortened here." in rendered.html
    assert "shortened" not in rendered.text
    assert "What is tried" in rendered.text


def test_a_little_too_long_an_issue_loses_only_a_little():
    rendered = shown(many(140))
    assert 80_000 < rendered.html_bytes <= 100_000


def test_even_what_cannot_fit_is_rendered():
    assert shown(many(400)).html_bytes > 102 * 1024


def test_the_first_hard_word_is_marked_and_explained_at_the_end():
    rendered = render_mail(SAMPLE, SETTINGS, ENVIRONMENT, glossary=GLOSSARY)
    assert rendered.html.count("biomarker*") == 1
    assert "<b>biomarker</b>: something in blood or tissue" in rendered.html
    assert "biomarker: something in blood" in rendered.text
    assert "Words explained" not in shown(SAMPLE).html


def test_pictures_come_from_the_foundations_own_hosts_only():
    letter = (
        '![A walk](https://www.example.org/walk.jpg "400") ![Gone](https://elsewhere.example/x.png)'
    )
    html = shown(dataclasses.replace(SAMPLE, letter=letter)).html
    assert '<img src="https://www.example.org/walk.jpg" alt="A walk" width="400"' in html
    assert "elsewhere.example" not in html
    assert "Gone" in html


def test_a_theme_changes_colours_logo_and_fonts():
    theme = dataclasses.replace(
        SETTINGS.theme,
        accent="#ff8800",
        background="#EEEEFF",
        logo="https://www.example.org/logo.png",
        logo_alt="The foundation",
        font="serif",
    )
    html = shown(SAMPLE, theme=theme).html
    assert '<img src="https://www.example.org/logo.png" alt="The foundation" width="160"' in html
    assert "font-family:Georgia, Times New Roman, serif; font-size:17px" in html
    assert "background-color:#eeeeff" in html
    assert "#0b5c6b" not in html


def test_a_public_address_with_a_slash_at_its_end_is_not_doubled():
    html = shown(SAMPLE, public=PublicSettings(url="https://news.example.org/")).html
    assert "https://news.example.org/issues/2026-12/" in html


TEXT = st.text(max_size=60)


@given(title=TEXT.filter(str.strip), summary=TEXT, note=TEXT, journal=TEXT)
@settings(max_examples=40, deadline=None)
def test_any_words_are_shown_and_none_becomes_markup(title, summary, note, journal):
    rendered = shown(with_entry(title=title, summary=summary, note=note, journal=journal))
    tags = set(re.findall(r"<([a-z][a-z0-9]*)", rendered.html.partition("<body")[2]))
    assert tags <= {
        *"apbi",
        "div",
        "table",
        "tr",
        "td",
        "h1",
        "h2",
        "h3",
        "h4",
        "ul",
        "ol",
        "li",
        "br",
        "hr",
    } | {*("span", "em", "strong", "code", "blockquote")}
    assert not re.search(r"[ \t]$", rendered.text, re.MULTILINE)
    assert rendered.html.endswith("</html>\n")


def test_a_reader_may_choose_sections():
    rendered = render_mail(
        SAMPLE, SETTINGS, ENVIRONMENT, variant=Variant(sections=("trials", "tips"))
    )
    assert re.findall(r"<h2[^>]*>([^<]*)</h2><p", rendered.html) == ["Clinical trials"]
    assert "Tips for Living with LMS" in rendered.html
    assert "Webinar: Overcoming" not in rendered.html + rendered.text


def test_a_reader_may_choose_a_language():
    rendered = render_mail(SAMPLE, SETTINGS, ENVIRONMENT, variant=Variant(language="es"))
    assert '<html lang="es" dir="ltr">' in rendered.html
    assert "Lea este número en línea" in rendered.html


def test_a_reader_may_choose_large_print():
    rendered = render_mail(SAMPLE, SETTINGS, ENVIRONMENT, variant=Variant(large_print=True))
    assert min(map(int, re.findall(r"font-size:(\d+)px", rendered.html))) == 20
    assert "font-size:23px" in rendered.html
    assert rendered.text == shown(SAMPLE).text
