"""What readers may choose of an issue; each combination is rendered and built once."""

from __future__ import annotations

from collections.abc import Callable

from newsletter.config import Settings
from newsletter.delivery.messages.template import MessageTemplate
from newsletter.model import Subscriber, Variant


class VariantTemplates:
    """The templates of the variants that are asked for."""

    def __init__(self, build: Callable[[Variant], MessageTemplate], settings: Settings) -> None:
        self._build = build
        self._order = tuple(each.name for each in settings.sections)
        self._language = settings.newsletter.language
        self._built: dict[Variant, MessageTemplate] = {}

    def template_for(self, reader: Subscriber) -> MessageTemplate:
        """The template for a reader."""
        variant = self.variant_for(reader)
        template = self._built.get(variant)
        if template is None:
            template = self._built[variant] = self._build(variant)
        return template

    def variant_for(self, reader: Subscriber) -> Variant:
        """A reader's choices as far as they differ from what everybody gets."""
        if not reader.sections and not reader.language and not reader.large_print:
            return Variant()
        chosen = tuple(name for name in self._order if name in reader.sections)
        language = "" if reader.language == self._language else reader.language
        return Variant(
            sections=() if chosen == self._order else chosen,
            language=language,
            large_print=reader.large_print,
        )
