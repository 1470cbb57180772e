"""The sample issue, byte for byte."""

from __future__ import annotations

import dataclasses

from support.sample_issues import GLOSSARY, ODD, SAMPLE, SETTINGS

from newsletter.rendering import (
    render_archive,
    render_feed,
    render_mail,
    render_print,
    render_proof,
    render_web,
)


def test_the_sample_issue_looks_as_it_was_last_approved(templates, golden):
    rendered = render_mail(SAMPLE, SETTINGS, templates, glossary=GLOSSARY)
    golden("issue.html", rendered.html)
    golden("issue.txt", rendered.text)


def test_the_spanish_issue_looks_as_it_was_last_approved(templates, golden):
    spanish = dataclasses.replace(
        SETTINGS,
        newsletter=dataclasses.replace(SETTINGS.newsletter, language="es", title="Noticias de LMS"),
    )
    rendered = render_mail(SAMPLE, spanish, templates)
    golden("issue.es.html", rendered.html)
    golden("issue.es.txt", rendered.text)


def test_odd_content_looks_as_it_was_last_approved(templates, golden):
    rendered = render_mail(ODD, SETTINGS, templates)
    golden("odd.html", rendered.html)
    golden("odd.txt", rendered.text)


def test_the_pages_beside_the_mail_look_as_they_were_last_approved(templates, golden):
    golden("web.html", render_web(SAMPLE, SETTINGS, templates, glossary=GLOSSARY))
    golden("print.html", render_print(SAMPLE, SETTINGS, templates, glossary=GLOSSARY))
    golden("proof.html", render_proof(SAMPLE, SETTINGS, templates))
    golden("archive.html", render_archive((SAMPLE,), SETTINGS, templates))
    golden("atom.xml", render_feed((SAMPLE,), SETTINGS, templates))
