"""A decision is never read out of an English sentence: codes and attributes tell what was found.

Whoever corrects a sentence, or puts it in another language, must not change what the program does.
Of the comparisons that look like one, each is listed here with its reason.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "newsletter"
METHODS = {"startswith", "endswith", "removeprefix", "removesuffix", "find", "index", "count"}
SEARCHES = {"search", "match", "fullmatch", "findall", "finditer"}
PROSE = {"reason", "why", "message", "remedy", "error", "reply", "trouble", "sentence"}
"""What our values call a sentence for people; on a message of mail it is something else."""

ALLOWED = {
    "complaint about message from ": "another program's mail has only its subject to tell by",
    "in process citation": "PubMed writes this where a title is still missing",
    r"\W*(?:congratulations|felicitaciones|welcome to|bienvenid|thank you)": "the words of a page",
    "'unexpected end' in str(error)": "csv.Error has no code: “unexpected end” is how an open quotation mark is told",
    "row.reason == MOVED": "the column of suppressions holds a code",
    "title[:TITLE_SHOWN] in finding.message": "only whether a title is said twice; no more than a sentence hangs on it",
    "error not in chain": "an exception among those that were seen already, not its text",
}
"""What is left, and why: nearly all of it is what other programs and people write."""


def operands(node: ast.AST) -> list[ast.expr]:
    """What a node compares or searches; nothing for one that does neither."""
    if isinstance(node, ast.Compare):
        return [node.left, *node.comparators]
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        if node.func.attr in METHODS:
            return [node.func.value, *node.args]
        if node.func.attr in SEARCHES:
            return node.args
    return []


def texts(operand: ast.expr) -> Iterator[str]:
    """The literals of an operand, also of a tuple, a set or an f-string."""
    yield from (
        each.value
        for each in ast.walk(operand)
        if isinstance(each, ast.Constant) and isinstance(each.value, str)
    )


def is_sentence(text: str) -> bool:
    """Whether a text has three words or more, with spaces between them."""
    return len([each for each in text.split() if re.search(r"[a-z]{2}", each)]) >= 3


def is_prose(operand: ast.expr) -> bool:
    """Whether an operand is the text of an error, or a field that holds a sentence."""
    if isinstance(operand, ast.Call) and isinstance(operand.func, ast.Name):
        return operand.func.id == "str" and "error" in ast.unparse(operand)
    if isinstance(operand, ast.Name):
        return operand.id in PROSE
    if isinstance(operand, ast.Attribute):
        return operand.attr in PROSE and "mail" not in ast.unparse(operand)
    return isinstance(operand, ast.BoolOp) and any(map(is_prose, operand.values))


def is_blank(operand: ast.expr) -> bool:
    """Whether an operand is None or the empty text: whether there is a sentence is no wording."""
    return isinstance(operand, ast.Constant) and operand.value in {None, ""}


def suspects(source: str) -> Iterator[str]:
    """What the code decides by: a sentence of three words or more, or what is done with a field."""
    for node in ast.walk(ast.parse(source)):
        compared = operands(node)
        for operand in compared:
            yield from (each for each in texts(operand) if is_sentence(each))
            if is_prose(operand) and not any(map(is_blank, compared)):
                yield ast.unparse(node)


@pytest.mark.parametrize(
    "line",
    [
        'reason.startswith("too far ahead")',
        '"changed after" in str(error)',
        're.search("late|seen only", card.reason)',
        "found.remedy != NOT_REACHED",
        'error.startswith(f"{host} is inside your own network")',
        "each.reply != LEFT_AS_IT_IS",
        '"locked" in str(error.orig)',
    ],
)
def test_a_decision_by_a_sentence_is_found(line: str) -> None:
    assert list(suspects(line))


def test_no_decision_is_read_out_of_a_sentence() -> None:
    found = [
        f"{path.relative_to(PACKAGE)}: {each}"
        for path in sorted(PACKAGE.rglob("*.py"))
        if "versions" not in path.parts  # a migration knows what an older program wrote
        for each in suspects(path.read_text("utf-8"))
        if each not in ALLOWED
    ]
    assert found == []


def test_the_list_names_nothing_that_is_gone() -> None:
    every = {each for path in PACKAGE.rglob("*.py") for each in suspects(path.read_text("utf-8"))}
    assert every >= ALLOWED.keys()
