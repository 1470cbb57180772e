"""Pages as text: templates, words, and what all of them need to know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parseaddr
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jinja2
from starlette.requests import Request
from starlette.responses import HTMLResponse

from newsletter.config import Settings
from newsletter.public.translations import LANGUAGES, chosen_language
from newsletter.rendering.i18n import Phrases
from newsletter.rendering.palette import palette

FOLDER = Path(__file__).parent / "templates"


@dataclass(frozen=True, slots=True)
class PageRenderer:
    """Makes answers of templates, in the language of each visitor."""

    settings: Settings
    templates: jinja2.Environment = field(
        default_factory=lambda: jinja2.Environment(
            loader=jinja2.FileSystemLoader(FOLDER),
            autoescape=jinja2.select_autoescape(("html.jinja",)),
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
    )

    @property
    def root(self) -> str:
        """The path below which readers reach us: empty, or as in https://example.org/news."""
        url = self.settings.public.url if self.settings.public else ""
        return urlsplit(url).path.rstrip("/")

    def language(self, request: Request) -> str:
        """The language of the page for this visitor."""
        asked = request.query_params.get("lang", "")
        return chosen_language(
            asked, request.headers.get("accept-language", ""), self.settings.newsletter.language
        )

    def words(self, request: Request) -> Mapping[str, str]:
        """The fixed words for this visitor."""
        return LANGUAGES[self.language(request)]

    def day(self, request: Request, moment: datetime) -> str:
        """A day as the visitor writes it, in the newsletter's own zone."""
        return Phrases(self.language(request)).day(
            moment.astimezone(self.settings.newsletter.zone).date()
        )

    def page(
        self, request: Request, template: str, heading: str, *, status: int = 200, **values: Any
    ) -> HTMLResponse:
        """A page under a heading."""
        newsletter = self.settings.newsletter
        language = self.language(request)
        shared = {
            "title": newsletter.title,
            "address": newsletter.address,
            "contact": parseaddr(newsletter.reply_to)[1] or parseaddr(newsletter.sender)[1],
            "language": language,
            "other_language": next(each for each in LANGUAGES if each != language),
            "words": LANGUAGES[language],
            "root": self.root,
            "heading": heading,
            "notice": "",
            "problem": "",
        }
        html = self.templates.get_template(template).render(**(shared | values))
        return HTMLResponse(
            html, status, headers={"Content-Language": language, "Vary": "Accept-Language"}
        )

    def message_page(
        self,
        request: Request,
        name: str,
        *,
        status: int = 200,
        link: str = "",
        link_words: str = "home",
    ) -> HTMLResponse:
        """A page with the words `NAME_title` and `NAME_text`.

        One that is not well shows whom to write to.
        """
        words = self.words(request)
        return self.page(
            request,
            "words.html.jinja",
            words[f"{name}_title"],
            status=status,
            text=words[f"{name}_text"],
            with_contact=status >= 400,
            link=link,
            link_text=words[link_words],
        )

    def style_sheet(self) -> str:
        """The one style sheet."""
        theme = self.settings.theme
        return self.templates.get_template("style.css.jinja").render(
            c=palette(theme.accent, theme.background)
        )


MAX_FIELDS = 50


async def read_form(request: Request) -> dict[str, list[str]]:
    """The fields of an urlencoded form, each with all its values; empty for any other body."""
    body = await request.body()
    if (
        not request.headers.get("content-type", "")
        .lower()
        .startswith("application/x-www-form-urlencoded")
    ):
        return {}
    try:
        return parse_qs(
            body.decode("ascii"), encoding="utf-8", errors="replace", max_num_fields=MAX_FIELDS
        )
    except ValueError:
        return {}


def first(form: dict[str, list[str]], name: str) -> str:
    """One field; empty when it is not there."""
    return form.get(name, [""])[0].strip()
