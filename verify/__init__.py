"""Do theory and numerics agree? The only package that imports both.

The public names below are loaded on first use, so that naming the package costs nothing. Public is
what `verify.__all__` and `verify.strategies.__all__` list; everything else may change.
"""

from __future__ import annotations

import importlib
from typing import Any

from theory.core.rich_display import render_html_with

_HOMES = {
    "verify.core.assertion": ("assert_claim", "check"),
    "verify.core.check": ("Check", "Mutant", "Settings", "check_for", "leading", "mutate"),
    "verify.core.estimates": (
        "Counted",
        "Estimate",
        "Exact",
        "Exhaustive",
        "Sampled",
        "Trained",
        "training_seeds",
    ),
    "verify.core.judge": ("judge",),
    "verify.core.mutants": ("MutantOutcome", "judge_mutants"),
    "verify.core.registry": ("check_of", "measure"),
    "verify.core.search": ("Search", "refute"),
    "verify.core.sequential": ("BoundTest", "EquivalenceTest"),
    "verify.core.verdict": ("Decision", "How", "Verdict"),
}
_HOME = {name: home for home, names in _HOMES.items() for name in names}

__all__ = sorted(_HOME)


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(importlib.import_module(_HOME[name]), name)
    if name == "strategies":
        return importlib.import_module("verify.strategies")
    raise AttributeError(f"module 'verify' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted((*_HOME, "strategies"))


def _rendered(shown: Any) -> str | None:
    """What a notebook shows of claims and verdicts, rendered by what is loaded only then."""
    html: str | None = importlib.import_module("verify.report.notebook").rendered(shown)
    return html


render_html_with(_rendered)
