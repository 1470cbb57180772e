"""Issue → mail: HTML with inline styles, and plain text.

Pure: same issue, settings and templates, same bytes.
"""

from __future__ import annotations

import dataclasses
import hashlib
import re
from collections.abc import Mapping
from email.utils import parseaddr
from urllib.parse import quote

import jinja2
from markupsafe import escape

from newsletter.config import Settings
from newsletter.formats.mail_limits import MAX_HTML_BYTES
from newsletter.model import Issue, RenderedIssue, Variant
from newsletter.placeholders import Placeholder, fill
from newsletter.rendering.issue_view import (
    IssueView,
    PageFrame,
    build_frame,
    build_issue_view,
    public_address,
)
from newsletter.rendering.templates import TemplateEnvironment, fill_template
from newsletter.rendering.text_layout import tidy
from newsletter.rendering.translations import FALLBACK_NAMES
from newsletter.rendering.truncation import FULL, TIGHTER, TextLimits

HTML_TEMPLATE = "issue.html.jinja"
TEXT_TEMPLATE = "issue.txt.jinja"
USUAL = Variant()
LARGE_PRINT = 1.35
"""Body text of 23 pixels, as large as print of 18 points."""


def render_mail(
    issue: Issue,
    settings: Settings,
    templates: jinja2.Environment,
    *,
    glossary: Mapping[str, str] | None = None,
    variant: Variant = USUAL,
) -> RenderedIssue:
    """The mail of `issue`, with marks where each reader's own parts enter.

    An HTML part that mail programs would cut is made again with shorter texts. `glossary` maps hard
    words to plain ones. Raises TemplateError naming file and line.
    """
    issue, settings = _chosen(issue, settings, variant)
    shared = build_frame(settings, scale=LARGE_PRINT if variant.large_print else 1.0)
    full = _page(issue, settings, glossary, FULL)
    html = _html(templates, full, shared)
    if len(html.encode()) > MAX_HTML_BYTES:
        html = _render_shorter_html(issue, settings, templates, glossary, shared)
    text = tidy(fill_template(templates, TEXT_TEMPLATE, page=full, frame=shared))
    return RenderedIssue(
        subject=full.subject,
        preheader=full.preheader,
        html=html,
        text=text,
        digest=compute_digest(full.subject, full.preheader, html, text),
        fallback_name=fallback_name(settings.newsletter.language),
    )


def compute_digest(*parts: str) -> str:
    """SHA-256, hex, over the parts and their lengths: no text can move between parts unseen."""
    summed = hashlib.sha256()
    for part in parts:
        data = part.encode()
        summed.update(f"{len(data)}:".encode() + data)
    return summed.hexdigest()


def remove_personal_parts(rendered: RenderedIssue, settings: Settings) -> RenderedIssue:
    """The issue without any reader's own parts.

    What is kept beside issue.toml and what staff paste elsewhere.

    Its digest stays that of `render_mail`, because it is the same content.
    """
    newsletter = settings.newsletter
    address = parseaddr(settings.inbox.address or newsletter.reply_to or newsletter.sender)[1]
    values = {
        Placeholder.UNSUBSCRIBE: f"mailto:{quote(address, safe='@+')}?subject=unsubscribe",
        Placeholder.PREFERENCES: settings.public.url if settings.public else "",
        Placeholder.NAME: rendered.fallback_name,
    }
    escaped = {mark: str(escape(value)) for mark, value in values.items()}
    return dataclasses.replace(
        rendered, html=fill(rendered.html, escaped), text=fill(rendered.text, values)
    )


def fallback_name(language: str) -> str:
    """What stands for the name of a reader who gave none: `reader`, as in “Dear reader”.

    In English for a language that has none.
    """
    return FALLBACK_NAMES.get(language.partition("-")[0].lower(), FALLBACK_NAMES["en"])


def _page(
    issue: Issue, settings: Settings, glossary: Mapping[str, str] | None, fit: TextLimits
) -> IssueView:
    return build_issue_view(
        issue,
        settings,
        glossary=glossary or {},
        fit=fit,
        calendar_base=public_address(issue, settings),
    )


def _html(templates: jinja2.Environment, shown: IssueView, shared: PageFrame) -> str:
    from newsletter.rendering.css_inliner import (
        inline_styles,  # premailer's libraries wait until there is something to inline
    )

    kept = templates.kept if isinstance(templates, TemplateEnvironment) else None
    return _MARK.sub(
        _as_entity,
        inline_styles(fill_template(templates, HTML_TEMPLATE, page=shown, frame=shared), kept),
    )


_MARK = re.compile(r"\{(?=[{%#])|\*(?=\|[A-Z])|%(?=7[Bb]%7[Bb])")
"""What mail services, where staff paste the mail, take for a mark of theirs: `{{`, `{%`,
`*|NAME|*`. A title may have it."""


def _as_entity(found: re.Match[str]) -> str:
    """The same character for readers, and for no mail service a mark."""
    return f"&#{ord(found[0])};"


def _chosen(issue: Issue, settings: Settings, variant: Variant) -> tuple[Issue, Settings]:
    """What the readers of this variant want.

    Their sections, and the fixed words in their language.
    """
    if variant.sections:
        wanted = tuple(section for section in issue.sections if section.name in variant.sections)
        issue = dataclasses.replace(issue, sections=wanted)
    if variant.language:
        newsletter = dataclasses.replace(settings.newsletter, language=variant.language)
        settings = dataclasses.replace(settings, newsletter=newsletter)
    return issue, settings


def _render_shorter_html(
    issue: Issue,
    settings: Settings,
    templates: jinja2.Environment,
    glossary: Mapping[str, str] | None,
    shared: PageFrame,
) -> str:
    html = ""
    for fit in TIGHTER:
        tighter = _page(issue, settings, glossary, fit)
        html = _html(templates, tighter, shared)
        if len(html.encode()) <= MAX_HTML_BYTES:
            break
    return html
