"""What an editor is told while writing: paragraphs that are hard to read, and hard words that the glossary explains."""

from __future__ import annotations

import re
from collections.abc import Mapping

from newsletter.checks.reading import GRADE, UNAVOIDABLE, paragraphs, reading_grade


def hints_on(text: str, glossary: Mapping[str, str]) -> list[str]:
    """Sentences about a text of the editor's own; none when it reads well."""
    easy = UNAVOIDABLE | {word for term in glossary for word in term.lower().split()}
    found = []
    for paragraph in paragraphs(text):
        grade = reading_grade(paragraph, easy=easy)
        if grade is not None:
            start = " ".join(paragraph.split()[:5])
            found.append(f"“{start}…” reads at grade {grade}; aim for {GRADE}. Make two sentences of one.")
    explained = [term for term in glossary if re.search(rf"\b{re.escape(term)}\b", text, re.IGNORECASE)]
    if explained:
        found.append(f"Explained to readers from the glossary: {', '.join(sorted(explained))}.")
    return found
