"""The one place that knows premailer: style rules become `style` attributes.

What works with it is narrow. Rules to inline stand in a plain `<style>`; rules to keep (media, dark
mode, with `!important`) in one marked `data-premailer="ignore"`; sizes and alignment of tables
stand in the template.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import re
from collections.abc import Mapping
from functools import lru_cache
from importlib.metadata import version
from typing import Any, cast

import cssutils
from lxml import etree
from lxml.etree import _Element
from premailer import Premailer
from premailer.merge_style import csstext_to_pairs

from newsletter.rendering.templates import StyleCache, compact

cssutils.ser.prefs.minimizeColorHash = False  # mail programs want six digits

_CLASS = re.compile(r"(?<!\S)\.([\w-]+)")
"""A class that a selector names without the tag it is for: `.box` in `.box h2`."""
_WITH_CLASS = etree.XPath("//*[@class]")

Rule = tuple[Any, str, str]
"""Premailer's own: how specific a selector is, the selector, its declarations."""


class _Premailer(Premailer):  # type: ignore[misc] # the library has no types
    """Premailer with less to do.

    It reads a style sheet once, and looks only where a rule may match.
    """

    kept: StyleCache | None = None

    def _parse_style_rules(self, css_body: str, ruleset_index: int) -> tuple[list[Rule], list[Any]]:
        rules, leftover = _rules(css_body, ruleset_index, self.kept)
        tags = _tags_of_classes(self.html)
        return [
            (rank, _with_tags(selector, tags), style)
            for rank, selector, style in rules
            if _may_match(selector, tags)
        ], list(leftover)

    def _style_to_basic_html_attributes(self, *_args: object, **_options: object) -> None:
        """Nothing.

        Sizes, alignment and colours of tables stand in the template (see
        `disable_basic_attributes`).
        """


@lru_cache(maxsize=8)
def _rules(
    css_body: str, ruleset_index: int, kept: StyleCache | None
) -> tuple[tuple[Rule, ...], tuple[Any, ...]]:
    """A style sheet as an earlier process has read it, or read now.

    That takes longer than all else of a first page.
    """
    name = _name(css_body, ruleset_index) if kept else ""
    if kept and (rules := _restore_rules(kept.read(name))) is not None:
        return rules, ()
    reader = Premailer(
        disable_validation=True, strip_important=False, cssutils_logging_level=logging.CRITICAL
    )
    # see the class
    found, leftover = reader._parse_style_rules(css_body, ruleset_index)  # noqa: SLF001
    if kept and not leftover:
        kept.write(
            name,
            json.dumps(
                [(*rule, csstext_to_pairs(rule[2], validate=False)) for rule in found]
            ).encode(),
        )
    return tuple(found), tuple(leftover)


def _name(css_body: str, ruleset_index: int) -> str:
    """Other versions of the two libraries may read the same style sheet otherwise."""
    of = f"{version('premailer')} {version('cssutils')} {ruleset_index} {css_body}"
    return f"style-sheet-{hashlib.sha256(of.encode()).hexdigest()}.json"


def _restore_rules(content: bytes | None) -> tuple[Rule, ...] | None:
    """The rules that were kept, and premailer's memory filled with their declarations.

    None when they cannot be read.
    """
    with contextlib.suppress(ValueError, TypeError):
        rules = [
            (tuple(rank), selector, style, pairs)
            for rank, selector, style, pairs in json.loads(content or b"")
        ]
        for _, _, style, pairs in rules:
            csstext_to_pairs.cache[csstext_to_pairs.cache_key(style, validate=False)] = pairs
        return tuple(rule[:3] for rule in rules)
    return None


def _tags_of_classes(page: _Element) -> Mapping[str, set[str]]:
    """Class → the tags of the elements that have it."""
    tags: dict[str, set[str]] = {}
    for element in cast("list[_Element]", _WITH_CLASS(page)):
        for name in element.get("class", "").split():
            tags.setdefault(name, set()).add(str(element.tag))
    return tags


def _may_match(selector: str, tags: Mapping[str, set[str]]) -> bool:
    return all(name in tags for name in _CLASS.findall(selector))


def _with_tags(selector: str, tags: Mapping[str, set[str]]) -> str:
    """`td.box h2` for `.box h2` where only cells are boxes.

    A tag is found four times as fast as a class.
    """
    return _CLASS.sub(lambda found: _with_tag(found[1], tags[found[1]]), selector)


def _with_tag(name: str, tags: set[str]) -> str:
    return f"{next(iter(tags))}.{name}" if len(tags) == 1 else f".{name}"


def inline_styles(html: str, kept: StyleCache | None = None) -> str:
    """A whole page with its styles inlined; the same page gives the same bytes.

    `kept`: style sheets read before.
    """
    page = etree.fromstring(compact(html).strip(), etree.HTMLParser())
    reader = _Premailer(
        page,
        strip_important=False,
        disable_validation=True,
        allow_network=False,
        allow_loading_external_files=False,
        disable_link_rewrites=True,
        align_floating_images=False,
        disable_basic_attributes=["width", "height", "align", "valign", "bgcolor"],
        cssutils_logging_level=logging.CRITICAL,
    )
    reader.kept = kept
    reader.transform()
    return (
        f"{etree.tostring(page.getroottree(), method='html', encoding='utf-8').decode().strip()}\n"
    )
