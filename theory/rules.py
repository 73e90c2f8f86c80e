"""Further rules of derivation, beside the common ones in `theory` itself.

Each checks the step that uses it, and its docstring says how. Public is what ``__all__`` lists; the
rules in `theory.core.rules` that are not among them serve a few proofs, and may change.
"""

from __future__ import annotations

import importlib
from typing import Any

_HOMES = {
    "theory.core.certify": ("Certified",),
    "theory.core.rules.comparison": (
        "DecreasingSum",
        "DropTerms",
        "FirstTerm",
        "PowerTail",
        "SplitSum",
        "WidenSum",
    ),
    "theory.core.rules.comparison_bounds": ("ExponentialAbove",),
    "theory.core.rules.comparison_heads": (
        "JoinSums",
        "LinearSums",
    ),
    "theory.core.rules.comparison_limits": (
        "LimitOfMinimum",
        "LimitOfParts",
        "Squeeze",
    ),
    "theory.core.rules.exponentials": (
        "Inverse",
        "Majorised",
        "Rising",
    ),
    "theory.core.rules.finite_sums": (
        "ClearedDenominators",
        "FiniteSums",
        "Orthonormal",
        "SumDifferentiation",
    ),
    "theory.core.rules.flows": (
        "AlongFlow",
        "EquivalentTerms",
        "FlowRewritten",
        "Separated",
    ),
    "theory.core.rules.hypotheses": (
        "ByHypothesis",
        "FallingSumToIntegral",
        "Logarithms",
        "MonotoneRatio",
        "OneSided",
        "Telescoping",
    ),
    "theory.core.rules.iteration": (
        "AlongIterates",
        "ClosedForm",
        "Compared",
        "Conjugated",
        "EachStep",
        "FirstStep",
        "Intertwined",
        "StolzCesaro",
        "Telescoped",
        "TelescopedBy",
    ),
    "theory.core.rules.monotone": (
        "AboveChord",
        "AboveTangent",
        "ByCases",
        "ByOneLink",
        "ByRemark",
        "BySquares",
        "Chained",
        "EachTerm",
        "EitherSign",
        "Given",
        "InBranch",
        "OneOfMany",
        "OneSign",
        "Replaced",
        "SplitOff",
        "SumsAsSymbols",
    ),
    "theory.core.rules.profiles": (
        "EqualPart",
        "PowerOfProbability",
    ),
}
_HOME = {name: home for home, names in _HOMES.items() for name in names}

__all__ = sorted(_HOME)


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(importlib.import_module(_HOME[name]), name)
    raise AttributeError(f"module 'theory.rules' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(_HOME)
