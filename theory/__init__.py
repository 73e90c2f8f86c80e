"""What is claimed, and why: claims as mathematics, derived in checked steps.

The public names below are loaded on first use, so that naming the package costs nothing. Public is
what `theory.__all__` and `theory.rules.__all__` list; everything else may change.
"""

from __future__ import annotations

import importlib
from typing import Any

_HOMES = {
    "theory.core.rules.asymptotics": ("EVERY_POWER", "Expansion", "UnimodalSumToIntegral"),
    "theory.core.catalogue": ("claims_in", "find", "select", "topics"),
    "theory.core.claim": ("Claim",),
    "theory.core.decision": ("Finding", "Status", "decide_equal", "decide_nonnegative"),
    "theory.core.derivation": ("ByClaim", "Derivation", "DerivationReport", "Step", "StepReport"),
    "theory.core.domain": ("Domain",),
    "theory.core.errors": (
        "AssayError",
        "CatalogueError",
        "ClaimError",
        "DomainError",
        "NotEnclosable",
    ),
    "theory.core.evaluation": ("enclose",),
    "theory.core.rules.inequalities": (
        "Jensen",
        "KeepOneTerm",
        "Monotonicity",
        "Nonnegative",
        "RisesAndFalls",
        "Through",
    ),
    "theory.core.observable": ("Observable",),
    "theory.core.parameters": (
        "Categorical",
        "Integer",
        "Labels",
        "Matrix",
        "Natural",
        "Real",
        "Simplex",
        "Vector",
    ),
    "theory.core.rules.elementary": (
        "Algebra",
        "ChangeOfVariables",
        "Cited",
        "Definition",
        "Differentiation",
        "ExactIntegral",
        "ExactSum",
        "Exchange",
        "Limit",
        "Series",
        "Substitution",
        "Termwise",
        "algebra",
        "definition",
    ),
    "theory.core.rules.flows": ("Flow",),
    "theory.core.rules.iteration": ("Iterate",),
    "theory.core.shorthand": ("Shorthand",),
    "theory.core.source": ("Paper", "Seen", "Source", "Standing"),
    "theory.core.special": ("ChiPDF", "NormalCDF", "NormalPDF", "StudentCDF", "StudentPDF"),
    "theory.core.statement": (
        "Bound",
        "Equivalent",
        "ForAll",
        "Identity",
        "Rate",
        "Trend",
    ),
}
_HOME = {name: home for home, names in _HOMES.items() for name in names}

__all__ = sorted((*_HOME, "rules"))


def __getattr__(name: str) -> Any:
    if name == "rules":
        return importlib.import_module("theory.rules")
    if name in _HOME:
        return getattr(importlib.import_module(_HOME[name]), name)
    raise AttributeError(f"module 'theory' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
