"""How claims, hypotheses and derivations show themselves in a notebook.

As LaTeX, which a front end typesets with MathJax or KaTeX and which goes into a PDF. HTML has more
to show, such as verdicts, and is made by `verify`: importing that sets the renderer. Theory knows
no more of it than that there may be one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

__all__ = ["RichDisplay", "paragraphs", "render_html_with", "text_of", "without_commands"]

_renderers: list[Callable[[Any], str | None]] = []


def render_html_with(renderer: Callable[[Any], str | None]) -> None:
    """Let notebooks show objects as this function has them, instead of any set before."""
    _renderers[:] = [renderer]


class RichDisplay:
    """Base of what notebooks show as HTML, once there is something that renders it."""

    def _repr_html_(self) -> str | None:
        return _renderers[0](self) if _renderers else None


def text_of(words: str) -> str:
    """Plain words as LaTeX text."""
    return re.sub(r"([%#&_$])", r"\\\1", words).replace("^", r"\textasciicircum{}")


def without_commands(text: str) -> str:
    """LaTeX text without commands for the type of words, such as rules put around claims' ids."""
    return re.sub(r"\\(?:texttt|emph)\{([^{}]*)\}", r"\1", text)


def paragraphs(lines: Iterable[str]) -> str:
    """Lines of LaTeX as paragraphs; MathJax would print commands outside formulas."""
    return "\n\n".join(map(without_commands, lines))
