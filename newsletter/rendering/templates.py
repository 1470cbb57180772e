"""Templates filled, and what jinja2 says of a broken one as a sentence for their editors."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Protocol

import jinja2
from jinja2.runtime import Macro

from newsletter.errors import TemplateError
from newsletter.rendering.i18n import Phrases
from newsletter.rendering.markdown_html import button
from newsletter.rendering.text_layout import printable, wrap_text


class StyleCache(Hashable, Protocol):
    """What is found out once and kept for the next process, under names made of its origin."""

    def read(self, name: str) -> bytes | None:
        """What was kept; None when nothing is there."""

    def write(self, name: str, content: bytes) -> None:
        """Keep it, where that can be done."""


class _TemplateContext(jinja2.runtime.Context):
    """Calls fixed words and macros at once.

    Jinja2 asks of each call again what it wants to be given, for its own time.
    """

    def call(self, called: Callable[..., Any], /, *values: Any, **named: Any) -> Any:
        kind = type(called)
        if kind is not Phrases and kind is not Macro:
            return super().call(called, *values, **named)
        named.pop(
            "_block_vars", None
        )  # the variables of the block or loop, for what wants the whole context
        named.pop("_loop_vars", None)
        return (
            called(*values, **named) if kind is Phrases else called(self.eval_ctx, *values, **named)
        )


class TemplateEnvironment(jinja2.Environment):
    """Templates, and what earlier processes found out about their style sheets."""

    context_class = _TemplateContext
    kept: StyleCache | None = None


def fill_template(templates: jinja2.Environment, name: str, **values: object) -> str:
    """The template `name` filled with `values`; raises TemplateError."""
    with _explain_errors(name):
        return printable(templates.get_template(name).render(**values))


def compact(html: str) -> str:
    """Without indentation and empty lines, which every reader would download.

    There is no `<pre>` in an issue.
    """
    lines = (line.strip(" \t\r") for line in html.split("\n"))
    return "\n".join(line for line in lines if line)


@contextmanager
def _explain_errors(name: str) -> Iterator[None]:
    """Turn what goes wrong in the template `name`, or in one it includes, into TemplateError."""
    try:
        yield
    except jinja2.TemplateSyntaxError as error:
        where = f"{error.name or name}, line {error.lineno}"
        raise TemplateError(
            f"{where}: {error.message}. Correct the line, or take the shipped template."
        ) from error
    except jinja2.TemplateNotFound as error:
        missing = ", ".join(map(str, error.templates))
        raise TemplateError(
            f"{_where(error, name)}: the template {missing} is in no template folder. "
            "Put it into the workspace's templates/, or correct its name."
        ) from error
    except jinja2.UndefinedError as error:
        raise TemplateError(
            f"{_where(error, name)}: {error.message}. Correct the name; docs/templates.md lists"
            " what a template may use."
        ) from error
    except (
        TypeError,
        ValueError,
        KeyError,
        AttributeError,
        ZeroDivisionError,
        jinja2.TemplateRuntimeError,
    ) as error:
        raise TemplateError(
            f"{_where(error, name)}: {type(error).__name__}: {error}. Correct the line, or take the"
            " shipped template."
        ) from error


def _where(error: Exception, name: str) -> str:
    """The innermost template and line that the error passed through.

    Jinja2 rewrites the traceback to templates.
    """
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if frame.filename.endswith(".jinja")
    ]
    if not frames:
        return name
    return (
        f"{frames[-1].filename.replace(chr(92), '/').rpartition('/templates/')[2]}, line"
        f" {frames[-1].lineno}"
    )


FILTERS: Mapping[str, Callable[..., Any]] = {"wrap": wrap_text, "button": button}
"""Name in a template → function."""
