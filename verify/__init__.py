"""Do theory and numerics agree? The only package that imports both.

The public names below are loaded on first use, so that naming the package costs nothing.
"""

from __future__ import annotations

import importlib
from typing import Any

_HOMES = {
    "verify.core.assertion": ("assert_claim",),
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
    "verify.core.mutants": ("judge_mutants",),
    "verify.core.registry": ("measure",),
    "verify.core.search": ("refute",),
    "verify.core.sequential": ("BoundTest", "EquivalenceTest"),
    "verify.core.verdict": ("Decision", "How", "Verdict"),
}
_HOME = {name: home for home, names in _HOMES.items() for name in names}

__all__ = sorted(_HOME)


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(importlib.import_module(_HOME[name]), name)
    raise AttributeError(f"module 'verify' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(_HOME)
