"""Counts of independent labels, and means of functions of them.

Of n independent labels from m classes N_k are of class k. `CountMean` is the mean of a function of
these counts; the rules that speak of it are in `theory.mode_estimation.count_rules`.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import sympy
from flint import arb
from sympy.concrete.expr_with_limits import ExprWithLimits

from theory.core.enclosing import ball, encloses, limit_terms, spend, whole_number
from theory.core.errors import NotEnclosable
from theory.core.parameters import Parameter, Real, Simplex, Value

__all__ = ["Ahead", "CountMean", "Ranked", "counts"]

counts = sympy.IndexedBase(sympy.Symbol("N"), integer=True, nonnegative=True)
"""The counts N_1, ..., N_m under a `CountMean`."""


class Ahead(sympy.Function):
    """1 if the first of two counts is larger than the second, else 0.

    No `Piecewise`: SymPy would take its cases out of a mean.
    """

    nargs = (2,)

    @classmethod
    def eval(cls, one: sympy.Expr, other: sympy.Expr) -> sympy.Expr | None:
        """The value where the sign of the difference is known."""
        gap = sympy.expand(one - other)
        if gap.is_positive:
            return sympy.S.One
        return sympy.S.Zero if gap.is_nonpositive else None

    def _eval_is_nonnegative(self) -> bool:
        return True

    def _eval_is_integer(self) -> bool:
        return True

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        one, other = (printer._print(argument) for argument in self.args)
        power = f"^{{{exp}}}" if exp else ""
        return rf"\mathbf{{1}}{power}[{one} > {other}]"


@encloses(Ahead)
def _ahead_ball(e: Ahead, env: dict[str, Any]) -> arb:
    gap = ball(e.args[0], env) - ball(e.args[1], env)
    if gap > 0:
        return arb(1)
    if gap <= 0:
        return arb(0)
    raise NotEnclosable("which of two counts is larger is not known")


@dataclass(frozen=True, eq=False)
class Ranked(Simplex):
    """Positive probabilities in falling order, the first of them larger than all others."""

    entry: Parameter = field(default_factory=lambda: Real("entry", above=0, at_most=1))

    def violation(self, value: Value) -> str | None:
        problem = super().violation(value)
        if problem is None and any(b > a for a, b in itertools.pairwise(value)):
            return f"{self.name} is not in falling order"
        if problem is None and len(value) > 1 and value[0] == value[1]:
            return f"{self.name}[1] is not above {self.name}[2]: the mode is not unique"
        return problem

    def range_latex(self) -> str:
        base = self.latex
        order = rf"{base}_1 > {base}_2 \ge {base}_3 \ge \dots > 0"
        return rf"{super().range_latex()},\ {order}"


class CountMean(ExprWithLimits):
    """The mean of a function of the counts of n independent labels.

    ``CountMean(body, (N, law, n), (k, 1, m))``: the body speaks of the counts ``counts[k]``, whose
    label is N; the law is the probability of class k, for k = 1, ..., m.
    """

    def __new__(cls, function: Any, *limits: Any) -> CountMean:
        """As it is: what is inside belongs to the counts, and is not for SymPy to rearrange."""
        made = sympy.Expr.__new__(cls, function, *(sympy.Tuple(*limit) for limit in limits))
        made.is_commutative = True
        return made

    @classmethod
    def of(cls, body: Any, law: Any, k: Any, m: Any, n: Any) -> CountMean:
        """The mean of the body for n labels of which each is of class k with probability law."""
        return cls(sympy.sympify(body), (counts.label, law, n), (k, 1, m))

    @property
    def law(self) -> sympy.Expr:
        """The probability of class k, as an expression in k."""
        return self.limits[0][1]

    @property
    def number(self) -> sympy.Expr:
        """How many labels there are."""
        return self.limits[0][2]

    @property
    def index(self) -> sympy.Symbol:
        """The class k that the law speaks of."""
        return self.limits[1][0]

    @property
    def classes(self) -> sympy.Expr:
        """How many classes there are."""
        return self.limits[1][2]

    def chance(self, k: Any) -> sympy.Expr:
        """The probability of a class."""
        return self.law.subs(self.index, k)

    def with_body(self, body: Any) -> CountMean:
        """The mean of another function of the same counts."""
        return CountMean(sympy.sympify(body), *self.limits)

    def _eval_is_extended_real(self) -> bool | None:
        real = self.function.is_extended_real and _is_real_if_finite(self.law)
        return True if real else None

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        power = f"^{{{exp}}}" if exp else ""
        law = printer._print(self.law)
        body = printer._print(self.function)
        return rf"\mathbb{{E}}_{{{law}}}{power}\left[{body}\right]"


def _is_real_if_finite(law: sympy.Expr) -> bool:
    """Whether a law is real, but for denominators that might be 0."""
    over = {
        power: sympy.Dummy("over", real=True)
        for power in law.atoms(sympy.Pow)
        if power.exp.is_integer and power.exp.is_negative and power.base.is_extended_real
    }
    return bool(law.xreplace(over).is_extended_real)


@encloses(CountMean)
def _mean_ball(e: CountMean, env: dict[str, Any]) -> arb:
    label = e.limits[0][0]
    if not isinstance(label, sympy.Symbol) or not isinstance(e.index, sympy.Symbol):
        raise NotEnclosable("the counts have no name")
    n, m = whole_number(e.number, env), whole_number(e.classes, env)
    if n < 0 or m < 1:
        raise NotEnclosable(f"no counts of {n} labels in {m} classes")
    terms = math.comb(n + m - 1, m - 1)
    limit_terms(terms, e)
    spend(terms, env)
    chances = [ball(e.law, {**env, e.index.name: sympy.Integer(k)}) for k in range(1, m + 1)]
    total = arb(0)
    for vector in _vectors(n, m):
        weight = arb(math.factorial(n))
        for chance, count in zip(chances, vector, strict=True):
            weight *= chance**count / math.factorial(count)
        values = tuple(sympy.Integer(count) for count in vector)
        total += weight * ball(e.function, {**env, label.name: values})
    return total


def _vectors(n: int, m: int) -> Iterator[tuple[int, ...]]:
    if m == 1:
        yield (n,)
        return
    for first in range(n + 1):
        for rest in _vectors(n - first, m - 1):
            yield (first, *rest)
