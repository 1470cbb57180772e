"""Dates as people and machines write them."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.formats.dates import FIRST_YEAR, LAST_YEAR, parse
from newsletter.model import Precision

WRITTEN = {
    # ISO 8601 and its W3C profile
    "2023": "2023",
    "2023-03": "2023-03",
    "2023-03-31": "2023-03-31",
    "2023-3-1": "2023-03-01",
    "20230331": "2023-03-31",
    "2023-03-31Z": "2023-03-31",
    "2023-03-31-05:00": "2023-03-31",
    "20230331T101455Z": "2023-03-31",
    "20230331101455": "2023-03-31",
    "2023-03-31T10:14": "2023-03-31",
    "2023-03-31T10:14:55.123+02:00": "2023-03-31",
    "2023-03-31 10:14:55 UTC": "2023-03-31",
    "2015-11-30T23:56:13+00:00Z": "2015-11-30",
    "2017-06-13T03:18:00+00:0": "2017-06-13",
    "2023-03-31T24:00:00Z": "2023-03-31",
    "2023-W13-5": "2023-03-31",
    "2023W135": "2023-03-31",
    "2023-W13": "2023-03",
    "2023-090": "2023-03-31",
    # RFC 822, 2822 and what programs made of them
    "Fri, 31 Mar 2023 10:14:55 GMT": "2023-03-31",
    "Mon, 31 Mar 2023 10:14:55 GMT": "2023-03-31",  # it was a Friday
    "Fri, 31 Mar 23 10:14 EDT": "2023-03-31",
    "31 Mar 99": "1999-03-31",
    "Fri,  31 Mar 2023 10:14:55 +0000 (UTC)": "2023-03-31",
    "Fri Mar 31 2023 10:14:55 GMT+0100 (Central European Standard Time)": "2023-03-31",
    "Fri Mar 31 10:14:55 2023": "2023-03-31",
    "Fri Mar 31 10:14:55 EST 2023": "2023-03-31",
    "Fri, 31 Mar 2023 10:14:55 Europe/Brussels": "2023-03-31",
    "Fri, 31 Mar 2023 10:14:55 A": "2023-03-31",
    "Fri, 31 Mar 2023 25:14:55 GMT": "2023-03-31",  # the clock is wrong, the day is not
    "Fri, 31 Mar 2023 10:14:55 +9900": "2023-03-31",
    "2021/10/16 9:23:28": "2021-10-16",
    "2021/10": "2021-10",
    "2021.10.16": "2021-10-16",
    # as people write
    "31 Mar 2023": "2023-03-31",
    "31st of March 2023": "2023-03-31",
    "31-Mar-23": "2023-03-31",
    "March 31, 2023": "2023-03-31",
    "Mar. 31st, 2023": "2023-03-31",
    "Sept. 5, 2023": "2023-09-05",
    "Friday, March 31, 2023 at 10:30 PM": "2023-03-31",
    "10:30 a.m., 31 March 2023": "2023-03-31",
    "12:30 am, 31 March 2023": "2023-03-31",
    "Mar 2023": "2023-03",
    "March, 2023": "2023-03",
    "13/8/23": "2023-08-13",
    "8/13/2023": "2023-08-13",
    "5/5/2023": "2023-05-05",
    "31.03.2023": "2023-03-31",
    # as PubMed and journals write
    "2023 Apr": "2023-04",
    "2023 Apr 3": "2023-04-03",
    "2023 Apr 3-9": "2023-04",
    "2023 Mar-Apr": "2023-03",
    "2023 Mar/Apr": "2023-03",
    "2023 Mar 30-Apr 5": "2023-03",
    "2023 Dec-2024 Jan": "2023-12",
    "March–April 2023": "2023-03",
    "Spring 2023": "2023",
    "2023 Winter": "2023",
    "Q3 2023": "2023",
    # in other languages
    "Mi, 30 Jun 2021 00:00:00 +0000": "2021-06-30",
    "30. Juni 2021": "2021-06-30",
    "30.06.2021, 10:15 Uhr": "2021-06-30",
    "5 maj 2023": "2023-05-05",
    "Friday, March 31, 2023 - 10:30": "2023-03-31",
    "Fri, 31-Mar-2023 10:14:55 GMT": "2023-03-31",
    "Freitag, 3. März 2023": "2023-03-03",
    "mer, 16 nov 2022 12:38:15 +0100": "2022-11-16",
    "mar. 1er août 2023": "2023-08-01",
    "le 3 février 2022": "2022-02-03",
    "31 de marzo de 2023": "2023-03-31",
    "1º maggio 2023": "2023-05-01",
    "2 outubro 2023": "2023-10-02",
    "vr 5 mei 2023": "2023-05-05",
    "2021年11月9日": "2021-11-09",
    "2021年11月": "2021-11",
}

NO_DATES = (
    "",
    "foo",
    "2023-02-30",
    "2023-13",
    "2023-366",
    "2023-W60",
    "0000-00-00",
    "2023-03-00",
    "32 Mar 2023",
    "March 31, 2023 foo",
    "in 2023",
    "2023-03-31 10:00 foo",
    "2023-03T10:00",
    "Mar 2023 10:00",
    "Fri, 31 Mar 2023 10:00:00 XYZ",
    "1899",
    "2101-01-01",
    "0001-W01-1",
    "9999-366",
    "3/8/23",
    "3/8/2023",
    "13/13/2023",
    "Mar-23",
    "Mon 2023",
    "31 Foo 2023",
    "2023 Foo-Apr",
    "2023 Mar-Foo",
    "2023-2024",
    "202303",
    "1234567",
    "June 2023 5",
    "1" * 200,
)


@pytest.mark.parametrize(("text", "expected"), WRITTEN.items())
def test_reads_a_date_at_the_precision_it_is_written_in(text, expected):
    assert str(parse(text)) == expected


@pytest.mark.parametrize("text", NO_DATES)
def test_a_text_that_is_not_surely_a_date_is_none(text):
    assert parse(text) is None


def test_a_slash_date_is_month_first_where_the_caller_says_so():
    assert str(parse("3/8/2023", month_first=True)) == "2023-03-08"
    assert str(parse("13/8/2023", month_first=True)) == "2023-08-13"


def test_an_instant_counts_for_its_day_in_utc():
    assert str(parse("2004-04-06T23:05:43-05:00")) == "2004-04-07"
    assert str(parse("Fri, 13 Aug 2021 00:52:36 +0300")) == "2021-08-12"


def test_midnight_in_the_zone_of_the_source_is_the_day_as_written():
    assert str(parse("Wed, 30 Jun 2021 00:00:00 +0200")) == "2021-06-30"


@given(st.dates(min_value=date(1901, 1, 1), max_value=date(2099, 12, 31)))
@settings(max_examples=60)
def test_what_machines_write_comes_back(day):
    for form in (
        "%Y-%m-%d",
        "%Y%m%d",
        "%a, %d %b %Y 11:00:00 +0000",
        "%B %d, %Y",
        "%Y %b %d",
        "%Y/%m/%d",
    ):
        assert parse(day.strftime(form)).day == day


@given(st.text(alphabet="0123456789-/:., TZ+janMARdeciW年", max_size=40))
@settings(max_examples=200)
def test_any_text_ends_in_a_date_within_range_or_none(text):
    read = parse(text)
    if read is not None:
        assert FIRST_YEAR <= read.day.year <= LAST_YEAR + 1
        assert read.precision is Precision.DAY or read.day.day == 1
