"""Hard words and plain ones, from glossary.toml, and how a page changes them.

Comments and order stay, and nothing that another window wrote is written over.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping

import tomlkit

from newsletter.errors import IssueFileError, UsageError
from newsletter.issues.editor import SaveResult, compute_version
from newsletter.issues.store import GLOSSARY_FILE
from newsletter.workspace.context import AppContext
from newsletter.workspace.files import write_whole

LONGEST_TERM = 80
HEADER = "Hard words, and what they mean in plain ones."


def set_term(
    context: AppContext, term: str, meaning: str, *, seen: str, was: str = ""
) -> SaveResult:
    """Write what a word means. `seen` is the version of the meaning that the editor began with.

    `was` its name before.

    Raises UsageError when there is nothing to write, or the word is there already under another
    row; IssueFileError, with the file untouched, when it cannot be read.
    """
    term, meaning = " ".join(term.split()), " ".join(meaning.split())
    known, was = glossary(context), was or term
    _refuse_term(term, meaning, taken=[each for each in known if each != was])
    there = SaveResult(text=known.get(was, ""))
    if there.text == meaning and was == term:
        return there
    if there.version != seen:
        return SaveResult(text=there.text, conflict=True)
    _write(context, was, term, meaning)
    return SaveResult(text=meaning)


def _refuse_term(term: str, meaning: str, *, taken: list[str]) -> None:
    """Raises UsageError when there is nothing to write, or another row has the word."""
    if not term or len(term) > LONGEST_TERM:
        raise UsageError(
            f"write the word that is to be explained, in up to {LONGEST_TERM} characters"
        )
    if not meaning:
        raise UsageError(f"write in plain words what “{term}” means")
    if same := [each for each in taken if each.casefold() == term.casefold()]:
        raise UsageError(f"“{same[0]}” is in the glossary already: change it there")


def delete_term(context: AppContext, term: str, *, seen: str) -> SaveResult:
    """Take a word out; gives what it meant, so that this can be undone.

    `seen` is the version of that which was shown.

    Raises UsageError when it is not there.
    """
    meaning = glossary(context).get(term)
    if meaning is None:
        raise UsageError(f"“{term}” is not in the glossary any more")
    there = SaveResult(text=meaning)
    if there.version != seen:
        return SaveResult(text=meaning, conflict=True)
    document = _document(context)
    document.remove(term)
    write_whole(context.workspace.folder / GLOSSARY_FILE, tomlkit.dumps(document))
    return there


def _write(context: AppContext, was: str, term: str, meaning: str) -> None:
    document = _document(context)
    if was != term and was in document:
        renamed = tomlkit.document()
        for key, item in document.body:
            # a name is changed where it stands: taken out and put in again, it would come last
            renamed.append(tomlkit.key(term) if key is not None and key.key == was else key, item)
        document = renamed
    document[term] = meaning
    write_whole(context.workspace.folder / GLOSSARY_FILE, tomlkit.dumps(document))


def _document(context: AppContext) -> tomlkit.TOMLDocument:
    """The file with all that people wrote in it; that it can be read was seen before."""
    path = context.workspace.folder / GLOSSARY_FILE
    if not path.is_file():
        document = tomlkit.document()
        document.add(tomlkit.comment(HEADER))
        document.add(tomlkit.nl())
        return document
    return tomlkit.parse(path.read_text("utf-8-sig"))


def glossary(context: AppContext) -> Mapping[str, str]:
    """Hard words and plain ones, from glossary.toml; empty when there is none."""
    path = context.workspace.folder / GLOSSARY_FILE
    if not path.is_file():
        return {}
    try:
        terms = tomllib.loads(path.read_text("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise IssueFileError(
            f'{GLOSSARY_FILE} cannot be read: {error}. Write lines such as biopsy = "a small'
            ' sample"'
        ) from error
    return {term: words for term, words in terms.items() if isinstance(words, str)}


def list_terms(context: AppContext) -> list[dict[str, str]]:
    """Every word with its meaning and the version of that, in the order of the file."""
    terms = glossary(context).items()
    return [
        {"term": term, "meaning": meaning, "version": compute_version(meaning)}
        for term, meaning in terms
    ]
