"""Inequalities over boxes, proved or refuted by branch and bound with Arb balls.

    certify(Le(sin(x), x), Domain(Real("x", at_least=0, at_most=10)))

A box is settled when interval arithmetic, the signs of the slopes, the mean value theorem or a
Taylor remainder shows the inequality all over it, in one of several equivalent forms; otherwise it
is halved where that helps most. A point where enclosures contradict the inequality refutes it.
Nothing depends on the clock: the same question has the same answer, with the same boxes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sympy
from flint import ctx

from theory.core.certificate import Certificate, EndPiece
from theory.core.certify_search import Search
from theory.core.decision import Finding, Status
from theory.core.domain import Domain
from theory.core.errors import ClaimError, NotEnclosable
from theory.core.rule import Rule, worst

__all__ = ["Certificate", "Certified", "EndPiece", "certify"]

_RELATIONS: dict[type, str] = {
    sympy.Le: "<=",
    sympy.Lt: "<",
    sympy.Ge: ">=",
    sympy.Gt: ">",
}


def certify(
    inequality: Any,
    domain: Domain,
    *,
    budget: int = 20_000,
    digits: int = 20,
    end_pieces: Sequence[EndPiece] = (),
) -> Certificate:
    """Prove or refute an inequality on the whole domain.

    Parameters
    ----------
    inequality : SymPy inequality, or tuple (lhs, relation, rhs)
        With ``<=``, ``<``, ``>=`` or ``>``. Symbols are matched with the parameters by name; any
        other symbol ranges over what its assumptions say (``positive``, ``integer``, ...).
    domain : Domain
        Real and integer parameters, with open, closed or infinite ends. Side conditions discard
        boxes that they exclude.
    budget : int
        How many boxes may be looked at.
    digits : int
        Working precision.
    end_pieces : sequence of EndPiece, optional
        Lower bounds for ends where the inequality as it stands cannot be evaluated.

    Returns
    -------
    Certificate
        ``proved`` also requires that both sides are defined all over the domain.
    """
    smaller, larger, strict = _sides(inequality)
    used = 0
    cited: tuple[str, ...] = ()
    with ctx.workdps(digits + 10):
        for small, large in _smooth_parts(smaller, larger):
            try:
                search = Search(small, large, strict, domain, digits, end_pieces)
                found = search.run(budget - used)
            except NotEnclosable as problem:
                return Certificate(Status.UNDECIDED, used, str(problem))
            used += found.boxes
            cited += found.cited
            if found.status is not Status.PROVED:
                return _counted(found, used, cited)
    return _counted(found, used, cited)


def _counted(found: Certificate, boxes: int, cited: tuple[str, ...]) -> Certificate:
    return Certificate(
        found.status, boxes, found.reason, found.point, found.values, found.left, cited
    )


def _sides(inequality: Any) -> tuple[sympy.Expr, sympy.Expr, bool]:
    """The smaller and the larger side, and whether they must differ."""
    if isinstance(inequality, tuple) and len(inequality) == 3:
        lhs, relation, rhs = inequality
    elif inequality in (True, False, sympy.true, sympy.false):
        lhs, relation, rhs = (0 if inequality else 1), "<=", 0
    elif type(inequality) in _RELATIONS:
        lhs, relation, rhs = inequality.lhs, _RELATIONS[type(inequality)], inequality.rhs
    else:
        raise ClaimError(f"{inequality} is not an inequality between two sides")
    if relation not in _RELATIONS.values():
        raise ClaimError(f"the relation of an inequality is one of <= < >= >, not {relation!r}")
    lhs, rhs = _without_floats(lhs), _without_floats(rhs)
    smaller, larger = (lhs, rhs) if relation.startswith("<") else (rhs, lhs)
    return smaller, larger, len(relation) == 1


def _without_floats(expression: Any) -> sympy.Expr:
    """Floats as the rationals that they are: SymPy would round their sums."""
    expression = sympy.sympify(expression)
    return expression.xreplace({f: sympy.Rational(f) for f in expression.atoms(sympy.Float)})


def _smooth_parts(smaller: sympy.Expr, larger: sympy.Expr) -> list[tuple[Any, Any]]:
    """Several inequalities for ``Abs(a) <= b``, ``Max(a, b) <= c`` and ``c <= Min(a, b)``."""
    if isinstance(smaller, sympy.Abs):
        inner = smaller.args[0]
        return [*_smooth_parts(inner, larger), *_smooth_parts(-inner, larger)]
    if isinstance(smaller, sympy.Max):
        return [part for a in smaller.args for part in _smooth_parts(a, larger)]
    if isinstance(larger, sympy.Min):
        return [part for a in larger.args for part in _smooth_parts(smaller, a)]
    return [(smaller, larger)]


@dataclass(frozen=True, eq=False)
class Certified(Rule):
    """An inequality step that interval arithmetic proves on the whole domain.

    Parameters
    ----------
    sense : {"<=", ">="}
        What the step claims between the expression before and the one after.
    budget : int
        How many boxes may be looked at.
    end_pieces : tuple of EndPiece
    """

    sense: str
    budget: int = 20_000
    end_pieces: tuple[EndPiece, ...] = ()

    def __post_init__(self) -> None:
        if self.sense not in ("<=", ">="):
            raise ClaimError(f"the sense of a certified step is <= or >=, not {self.sense!r}")

    @property
    def relation(self) -> str:
        return self.sense

    @property
    def words(self) -> str:
        return "interval arithmetic"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        found = certify(
            (before, self.sense, after), domain, budget=self.budget, end_pieces=self.end_pieces
        )
        if found.status is Status.PROVED:
            certified = Finding(Status.CERTIFIED, found.reason)
            return worst(certified, *(Finding(Status.CITED, text) for text in found.cited))
        if found.status is Status.REFUTED:
            at = ", ".join(f"{name} = {value}" for name, value in (found.point or {}).items())
            smaller, larger = found.values
            values = (smaller, larger) if self.sense == "<=" else (larger, smaller)
            numbers = {"at": at, "before": values[0], "after": values[1]}
            return Finding(Status.REFUTED, found.reason, numbers)
        return Finding(Status.UNDECIDED, found.reason)
