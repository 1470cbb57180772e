"""The one place that knows premailer: style rules become `style` attributes.

What works with it is narrow. Rules to inline stand in a plain `<style>`; rules to keep (media, dark mode, with
`!important`) in one marked `data-premailer="ignore"`; sizes and alignment of tables stand in the template.
"""

from __future__ import annotations

import logging
import re

import cssutils
from premailer import Premailer

cssutils.ser.prefs.minimizeColorHash = False  # mail programs want six digits


def inlined(html: str) -> str:
    """A whole page with its styles inlined; the same page gives the same bytes."""
    page = Premailer(
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
    return re.sub(r"\s*\n\s*", "\n", html.strip())
