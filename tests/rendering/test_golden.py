"""The sample issue, byte for byte."""

from __future__ import annotations

import dataclasses

from rendering.issues import GLOSSARY, SAMPLE, SETTINGS

from newsletter.rendering import render


def test_the_sample_issue_looks_as_it_was_last_approved(templates, golden):
    rendered = render(SAMPLE, SETTINGS, templates, glossary=GLOSSARY)
    golden("issue.html", rendered.html)
    golden("issue.txt", rendered.text)


def test_the_spanish_issue_looks_as_it_was_last_approved(templates, golden):
    spanish = dataclasses.replace(
        SETTINGS, newsletter=dataclasses.replace(SETTINGS.newsletter, language="es", title="Noticias de LMS")
    )
    rendered = render(SAMPLE, spanish, templates)
    golden("issue.es.html", rendered.html)
    golden("issue.es.txt", rendered.text)
