"""Queries a sample while some classes are left, and sums of them over the stages of an elimination.

After the classes k + 1, ..., m have been dropped, a sample costs what it costs along a Huffman tree
of p_1, ..., p_k and the total probability of the dropped classes.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import sympy
from flint import arb, fmpq
from sympy.concrete.expr_with_limits import ExprWithLimits

from theory.core.binding import symbols_of
from theory.core.decision import Status, decide_nonnegative
from theory.core.domain import Domain
from theory.core.enclosing import encloses, whole_number
from theory.core.errors import NotEnclosable
from theory.core.parameters import Simplex

__all__ = [
    "OfStage",
    "StageCost",
    "is_constant",
    "is_granted",
    "is_law",
    "is_nonnegative_below",
    "is_sequence",
    "over_stages",
    "partial_sum",
    "weights_fall",
]


class StageCost(sympy.Function):
    """Cost of a Huffman tree of p_1, ..., p_k and p_{k+1} + ... + p_m, none of the latter if k = m.

    The arguments are the indexed base p, k and m.
    """

    nargs = (3,)

    def _eval_is_nonnegative(self) -> bool | None:
        return True if self.args[0][1].is_nonnegative else None

    def _eval_is_real(self) -> bool | None:
        return True if self.args[0][1].is_real else None

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        power = f"^{{{exp}}}" if exp else ""
        return rf"\operatorname{{Huff}}_{{{printer._print(self.args[1])}}}{power}"


@encloses(StageCost)
def _stage_cost_ball(e: StageCost, env: dict[str, Any]) -> arb:
    """Exact, from rational probabilities: which nodes are joined depends on comparisons."""
    values = env.get(str(e.args[0].label))
    kept, count = whole_number(e.args[1], env), whole_number(e.args[2], env)
    if not isinstance(values, tuple) or len(values) != count or not 1 <= kept <= count:
        raise NotEnclosable("the cost of a stage needs a distribution and a number of its classes")
    numbers = [sympy.sympify(value) for value in values]
    if not all(isinstance(number, sympy.Rational) for number in numbers):
        raise NotEnclosable("the cost of a stage needs rational probabilities")
    queue = [Fraction(int(number.p), int(number.q)) for number in numbers]
    if kept < count:
        queue[kept:] = [sum(queue[kept:], Fraction(0))]
    heapq.heapify(queue)
    cost = Fraction(0)
    while len(queue) > 1:
        joined = heapq.heappop(queue) + heapq.heappop(queue)
        cost += joined
        heapq.heappush(queue, joined)
    return arb(fmpq(cost.numerator, cost.denominator))


OfStage = Callable[[Any], sympy.Expr]


def over_stages(weight: OfStage, cost: OfStage, index: Any, last: Any) -> sympy.Expr:
    """Sum of a_k - a_{k+1} times the cost of stage k for 2 <= k < m, and a_m times that of m."""
    index, last = sympy.sympify(index), sympy.sympify(last)
    steps = (weight(index) - weight(index + 1)) * cost(index)
    return weight(last) * cost(last) + sympy.Sum(steps, (index, 2, last - 1))


def partial_sum(first: Any, increase: OfStage, last: Any) -> sympy.Expr:
    """``first`` and the increases from 2 to ``last``."""
    i = sympy.Symbol("i", integer=True, positive=True)
    return sympy.sympify(first) + sympy.Sum(increase(i), (i, 2, last))


def weights_fall(weight: OfStage, base: Any) -> bool:
    """Whether a_k - a_{k+1} and a_k are not negative where p_1 > p_k >= p_{k+1}."""
    k = sympy.Symbol("k", integer=True, positive=True)
    return all(is_nonnegative_below(gap, base) for gap in (weight(k) - weight(k + 1), weight(k)))


def is_sequence(values: OfStage, domain: Domain, *at: Any) -> bool:
    """Whether a function of a class is one formula, in it and the parameters, at these too."""
    d = sympy.Dummy("k", integer=True, positive=True)
    k = sympy.Symbol("k", integer=True, positive=True)
    general = sympy.sympify(values(d))
    if general.has(ExprWithLimits) or not is_constant(general.xreplace({d: sympy.S.One}), domain):
        return False
    places = (k, k + 1, sympy.Integer(2), *map(sympy.sympify, at))
    return all(values(i) == general.xreplace({d: i}) for i in places)


def is_constant(expression: sympy.Expr, domain: Domain) -> bool:
    """Whether an expression speaks of nothing but the parameters, and so of no index."""
    own = {s for parameter in domain.parameters for s in parameter.symbol.free_symbols}
    return symbols_of(sympy.sympify(expression)) <= own


def is_law(base: Any, last: Any, domain: Domain) -> bool:
    """Whether p is a law of the domain: positive, and of as many classes, two at least."""
    several = decide_nonnegative(sympy.sympify(last) - 2, domain).status is Status.PROVED
    return several and any(
        isinstance(q, Simplex)
        and (q.symbol, sympy.sympify(q.length)) == (base, sympy.sympify(last))
        and bool(q[1].is_positive)
        for q in domain.parameters
    )


def is_granted(claim: Any, domain: Domain) -> bool:
    """Whether what a claim says in words is said here as well."""
    return set(claim.domain.remarks) <= set(domain.remarks)


def is_nonnegative_below(gap: sympy.Expr, base: Any) -> bool:
    """With p_{k+1} = u, p_k = u + v and p_1 = u + v + w, in numbers u, v >= 0 and w > 0.

    A rational function is not negative if all coefficients of its two polynomials are positive.
    """
    k = sympy.Symbol("k", integer=True, positive=True)
    u, v = sympy.symbols("u v", nonnegative=True)
    w = sympy.Symbol("w", positive=True)
    values = {base[1]: u + v + w, base[k]: u + v, base[k + 1]: u}
    for part in sympy.fraction(sympy.together(gap.xreplace(values))):
        expanded = sympy.expand(part)
        if expanded.free_symbols - {u, v, w} or expanded.is_zero:
            return False
        if not all(c > 0 for c in sympy.Poly(expanded, u, v, w).coeffs()):
            return False
    return True
