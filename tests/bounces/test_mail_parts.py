"""A mail taken apart, however odd it is."""

import email

import pytest

from newsletter.bounces.mail_parts import (
    MAX_PARTS,
    addresses_in,
    blocks,
    decode_body,
    decode_header_line,
    decode_mail,
    split_returned,
    text_of_html,
)


def test_parts_in_parts_hundreds_deep_are_read_from_the_outside():
    nested = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(2000)
    )
    mail = decode_mail(b"Subject: hello\n" + nested)
    assert mail.header("Subject") == "hello"
    assert mail.notice.startswith("--b0")


def test_of_very_many_parts_only_the_first_are_read():
    many = b"".join(b"--b\nContent-Type: text/plain\n\npart %d\n" % n for n in range(200))
    mail = decode_mail(b"Content-Type: multipart/mixed; boundary=b\n\n" + many + b"--b--\n")
    assert f"part {MAX_PARTS - 2}" in mail.notice
    assert f"part {MAX_PARTS}" not in mail.notice


def test_an_envelope_line_in_front_is_no_header():
    assert decode_mail(b"\r\nFrom x Mon Jan 1\nSubject: hello\n\n").header("Subject") == "hello"


@pytest.mark.parametrize(
    "kind",
    ["text/plain; charset=nonsense", "text/plain; charset*=x''%ff", "text/plain; charset=utf-7\0"],
)
def test_a_charset_that_is_none_does_not_matter(kind):
    assert decode_mail(f"Content-Type: {kind}\n\nhello".encode()).notice == "hello"


def test_a_body_that_is_not_in_its_charset_is_read_all_the_same():
    assert decode_mail(b"Content-Type: text/plain; charset=utf-8\n\ncaf\xe9").notice == "café"


def test_what_stands_below_a_returned_message_is_no_part_of_the_notice():
    notice, returned = split_returned(
        "It failed.\n\n> Received: from x\n> From: a@b.example\n> To: ann@example.net\n>\n> Dear"
    )
    assert notice == "It failed.\n"
    assert returned["to"] == "ann@example.net"


def test_three_lines_that_look_like_headers_are_not_enough():
    text = "To: ann\nSubject: x\nDate: y\n"
    assert split_returned(text) == ("To: ann\nSubject: x\nDate: y", {})


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("=?utf-8?B?RGVsaXZlcnkgZmFpbHVyZQ?=", "Delivery failure"),
        ("=?nonsense?B?eA==?=", "=?nonsense?B?eA==?="),
        ("a\r\n  b", "a b"),
        (None, ""),
    ],
)
def test_a_header_is_read_as_far_as_it_can_be(written, read):
    assert decode_header_line(written) == read


def test_brackets_in_brackets_name_nobody():
    assert addresses_in(["(" * 5000 + "a@b.example"]) == ()
    assert addresses_in(["Ann <ann@example.net>, undisclosed-recipients:;, x"]) == (
        "ann@example.net",
    )


def test_the_first_of_a_field_counts_and_folded_lines_are_joined():
    assert blocks("Aa: 1\n 2\nAA: 3\nno field\n\n\nBb: 4") == [{"aa": "1 2"}, {"bb": "4"}]
    assert blocks("") == []


def test_a_page_is_read_by_its_blocks():
    page = "<title>no</title><script>no()</script><p>one<br>two</p><div>three &amp; <ann@example.net></div><i>x</i></b>"
    assert text_of_html(page).split("\n") == [
        "",
        "one",
        "two",
        "",
        "three & <ann@example.net>",
        "x",
    ]


def test_a_report_that_only_says_that_it_is_base64_is_read_as_it_stands():
    text = "Content-Type: message/delivery-status\nContent-Transfer-Encoding: base64\n\nStatus: 5.1.1\n"
    assert decode_mail(text.encode()).reports == ({"status": "5.1.1"},)


def test_a_report_inside_a_report_is_read_as_text():
    inner = "Content-Type: multipart/mixed; boundary=i\n\n--i\n\nx\n--i--\n"
    text = f"Content-Type: message/delivery-status\n\n{inner}\nStatus: 5.1.1\n"
    assert {"status": "5.1.1"} in decode_mail(text.encode()).reports


def test_what_is_no_body_is_empty():
    assert (
        decode_body(email.message_from_string("Content-Type: message/rfc822\n\nSubject: x\n\ny"))
        == ""
    )
