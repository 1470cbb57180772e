"""Answers of registries are read without trusting a byte of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.errors import SourceError
from newsletter.model import Document
from newsletter.sources.registries.api_client import (
    ask,
    ask_with,
    at,
    json_of,
    list_at,
    number_of,
    refuse_too_many,
    text_at,
    texts_at,
    xml_of,
)

BOMB = b"""<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;">]><a>&d;</a>"""
INSIDE = b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]><a>&x;</a>'


@pytest.mark.parametrize("content", [BOMB, INSIDE])
def test_entities_of_strangers_are_not_followed(content):
    root, broken = xml_of(Document(content=content), "an answer")
    assert "".join(map(str, root.itertext())) in {"&d;", "&x;"}
    assert broken == ""


def test_broken_xml_gives_its_good_part_and_a_sentence():
    root, broken = xml_of(Document(content=b"<a><b>1</b>\n<c"), "an answer")
    assert root.findtext("b") == "1"
    assert broken.startswith("the answer is broken at line 2: ")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "it is empty"),
        (b" \n", "it is empty"),
        (b"no xml", "it is no XML"),
        (b"\x00\x00", "it is no XML"),
        (b"<?xml version='1.0' encoding='klingon'?><a/>", None),
        (b" " * 20_000_001, "20 MB at most"),
    ],
)
def test_what_is_no_xml_is_refused(content, words):
    if words is None:
        assert xml_of(Document(content=content), "an answer")[1]
        return
    with pytest.raises(SourceError, match=words):
        xml_of(Document(content=content), "an answer")


@pytest.mark.parametrize("content", [b"{", b"[" * 100_000, b"\xff\xfe\x00", b'{"a": 1} x'])
def test_what_is_no_json_is_refused(content):
    with pytest.raises(SourceError, match="this is not an answer: it is no JSON"):
        json_of(Document(content=content), "an answer")


def test_more_records_than_anybody_asked_for_are_refused():
    refuse_too_many(range(20_000), "an answer")
    with pytest.raises(
        SourceError, match="an answer may hold 20,000 records at most: ask for fewer"
    ):
        refuse_too_many(range(20_001), "an answer")


@pytest.mark.parametrize(
    ("text", "number"),
    [("0", 0), ("123456789", 123456789), ("1" * 5_000, None), ("²", None), ("", None)],
)
def test_counts_are_small_whole_numbers(text, number):
    assert number_of(text) == number


def test_paths_that_lead_nowhere_are_empty():
    answer = {"a": {"b": " one\n two ", "c": ["x", 1, "", " y "], "n": 5, "t": True}, "l": "z"}
    assert text_at(answer, "a", "b") == "one two"
    assert (text_at(answer, "a", "n"), text_at(answer, "a", "t"), text_at(answer, "a", "c")) == (
        "5",
        "",
        "",
    )
    assert (texts_at(answer, "a", "c"), texts_at(answer, "l"), texts_at(answer, "q")) == (
        ["x", "y"],
        ["z"],
        [],
    )
    assert (list_at(answer, "a", "c"), list_at(answer, "l")) == (["x", 1, "", " y "], [])
    assert at(answer, "a", "b", "c") is None


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=1), inner),
)


@given(JSON, st.lists(st.text(max_size=1), max_size=3))
def test_any_shape_of_json_gives_text(value, path):
    assert isinstance(text_at(value, *path), str)
    assert all(isinstance(each, str) for each in texts_at(value, *path))


async def test_a_failed_request_is_a_source_error_without_the_secret(registry):
    with pytest.raises(SourceError, match="answered 404") as caught:
        await ask(registry, f"{registry.base}/a?api_key=topsecret", secret="topsecret")
    assert "topsecret" not in str(caught.value)


async def test_json_may_be_posted(registry):
    registry.answers["/a"] = b"{}"
    assert (await ask_with(registry, f"{registry.base}/a", {"q": 1})).content == b"{}"
    assert registry.asked == [("/a", {"q": 1})]


async def test_no_document_and_no_error_is_still_an_error():
    class Silent:
        async def get(self, url):
            return Nothing()

    class Nothing:
        document = None
        error = None
        inside_host = ""

    with pytest.raises(SourceError, match="gave no answer"):
        await ask(Silent(), "https://example.org")
