"""The one place that knows premailer: style rules become `style` attributes.

What works with it is narrow. Rules to inline stand in a plain `<style>`; rules to keep (media, dark mode, with
`!important`) in one marked `data-premailer="ignore"`; sizes and alignment of tables stand in the template.
"""

from __future__ import annotations

import logging
from functools import lru_cache
from typing import Any

import cssutils
from premailer import Premailer

cssutils.ser.prefs.minimizeColorHash = False  # mail programs want six digits


class _Premailer(Premailer):  # type: ignore[misc] # the library has no types
    """Premailer that reads one style sheet once: half of its time on a usual page goes into the same few rules."""

    def _parse_style_rules(self, css_body: str, ruleset_index: int) -> tuple[list[Any], list[Any]]:
        rules, leftover = _rules(css_body, ruleset_index)
        return list(rules), list(leftover)

    def _style_to_basic_html_attributes(self, *_args: object, **_options: object) -> None:
        """Nothing: sizes, alignment and colours of tables stand in the template (see `disable_basic_attributes`)."""


@lru_cache(maxsize=8)
def _rules(css_body: str, ruleset_index: int) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    reader = Premailer(disable_validation=True, strip_important=False, cssutils_logging_level=logging.CRITICAL)
    rules, leftover = reader._parse_style_rules(css_body, ruleset_index)  # noqa: SLF001 - see the class
    return tuple(rules), tuple(leftover)


def inlined(html: str) -> str:
    """A whole page with its styles inlined; the same page gives the same bytes."""
    page = _Premailer(
        compact(html),
        strip_important=False,
        disable_validation=True,
        allow_network=False,
        allow_loading_external_files=False,
        disable_link_rewrites=True,
        align_floating_images=False,
        disable_basic_attributes=["width", "height", "align", "valign", "bgcolor"],
        cssutils_logging_level=logging.CRITICAL,
    ).transform(pretty_print=False)
    return f"{page.strip()}\n"


def compact(html: str) -> str:
    """Without indentation and empty lines, which every reader would download; there is no `<pre>` in an issue."""
    lines = (line.strip(" \t\r") for line in html.split("\n"))
    return "\n".join(line for line in lines if line)
