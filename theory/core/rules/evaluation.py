"""Rules that evaluate: closed forms of sums and integrals, and changes of variables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy

from theory.core.binding import replace_free
from theory.core.continuity import is_continuous, limit_at
from theory.core.decision import Finding, Status, contradicted, decide_equal
from theory.core.domain import Domain
from theory.core.exact import evaluate_integrals, evaluate_sums
from theory.core.rule import Rule, undecided
from theory.core.rules.closed_sums import close_sums, expand_harmonic
from theory.core.signs import surely_nonnegative

__all__ = ["ChangeOfVariables", "ExactIntegral", "ExactSum"]


@dataclass(frozen=True, eq=False)
class ChangeOfVariables(Rule):
    """An integral over ``x`` becomes one over ``v``, with ``x`` a monotone function of ``v``.

    Parameters
    ----------
    old, new : symbols
    old_as : expression in ``new``
        The old variable in terms of the new one.
    """

    old: Any
    new: Any
    old_as: Any

    @property
    def words(self) -> str:
        return f"substitution ${sympy.latex(self.old)} = {sympy.latex(self.old_as)}$"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        left, right = _one_integral(sympy.sympify(before)), _one_integral(after)
        if left is None or right is None:
            return undecided("a change of variables takes one integral, as a factor, to another")
        (outside_before, source), (outside_after, target) = left, right
        (old, low, high), (new, new_low, new_high) = source.limits[0], target.limits[0]
        if (old, new) != (sympy.sympify(self.old), sympy.sympify(self.new)):
            return undecided(f"the integrals run over {old} and {new}")
        if source.limits[1:] != target.limits[1:]:
            return undecided("the other integrals are not the same")
        if new in sympy.sympify(before).free_symbols | source.function.free_symbols:
            return undecided(f"{new} has a meaning already")
        around = domain
        for limit in reversed(source.limits[1:]):
            around = around.within(*limit, discrete=False)
        inside = around.within(new, new_low, new_high, discrete=False)
        old_as = sympy.sympify(self.old_as)
        slope = sympy.diff(old_as, new)
        rising = surely_nonnegative(slope, inside)
        if not rising and not surely_nonnegative(-slope, inside):
            return undecided(f"{old_as} is not seen to be monotone in {new}")
        if not is_continuous(old_as, inside):
            return undecided(f"{old_as} is not seen to be continuous in {new}")
        forward = new_high is sympy.oo or new_low is -sympy.oo
        if not forward and not surely_nonnegative(new_high - new_low, around):
            return undecided(f"{new_low} is not seen to be below {new_high}")
        ends = ((new_low, "+"), (new_high, "-"))
        for expected, (end, side) in zip((low, high), ends if rising else ends[::-1], strict=True):
            value = limit_at(old_as, new, end, side, around)
            if value is None:
                return undecided(f"the limit of {old_as} at {new} = {end} was not found")
            if value != expected and decide_equal(value, expected, around).status is not (
                Status.PROVED
            ):
                return undecided(f"{old} = {value} where {new} = {end}, against {expected}")
        transformed = replace_free(source.function, {old: old_as}) * (slope if rising else -slope)
        return decide_equal(outside_before * transformed, outside_after * target.function, inside)


def _one_integral(expression: sympy.Expr) -> tuple[sympy.Expr, sympy.Integral] | None:
    """The factor and the integral of an expression that is such a product."""
    factors = sympy.Mul.make_args(expression)
    integrals = [factor for factor in factors if isinstance(factor, sympy.Integral)]
    if len(integrals) != 1 or any(len(limit) != 3 for limit in integrals[0].limits):
        return None
    outside = sympy.Mul(*(factor for factor in factors if factor is not integrals[0]))
    if outside.has(sympy.Integral) or outside.free_symbols & set(integrals[0].variables):
        return None
    return outside, integrals[0]


@dataclass(frozen=True, eq=False)
class ExactIntegral(Rule):
    """Integrals are evaluated in closed form.

    Parameters
    ----------
    antiderivative : expression, optional
        In the integration variable: it is differentiated back, must be continuous, and is
        evaluated at the ends. Without it, Euler's Beta and Gamma integrals and Gaussian integrals
        are recognised and SymPy integrates the rest, which is checked.
    """

    antiderivative: Any = None

    @property
    def words(self) -> str:
        return "exact integral"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        before = sympy.sympify(before)
        finding = self._closed(before, after, domain)
        if finding.status is not Status.PROVED and after.has(sympy.Integral):
            # a closed form may also be opened into an integral
            backward = self._closed(after, before, domain)
            return backward if backward.status is Status.PROVED else finding
        return finding

    def _closed(self, integral: sympy.Expr, closed: sympy.Expr, domain: Domain) -> Finding:
        value, how = evaluate_integrals(integral, domain, self.antiderivative)
        if value is None:
            return undecided(how)
        found = decide_equal(value, closed, domain)
        return Finding(found.status, f"{how}; {found.reason}", found.numbers)


@dataclass(frozen=True, eq=False)
class ExactSum(Rule):
    """Sums and products are evaluated in closed form, where the hypotheses make them converge.

    Where no closed form is found, `Telescoping` takes one.
    """

    @property
    def words(self) -> str:
        return "exact sum"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        before = sympy.sympify(before)
        refutation, _ = contradicted(before, "=", after, domain)
        if refutation is not None:
            return refutation
        first: Finding | None = None
        for one, two in ((before, after), (after, before)):  # it may also be opened into a sum
            closed = evaluate_sums(one, domain)
            finding = decide_equal(closed, two, domain)
            if finding.status is not Status.PROVED and one.has(sympy.Sum):
                closed = close_sums(closed if closed.has(sympy.Sum) else one, domain)
                finding = decide_equal(expand_harmonic(closed), expand_harmonic(two), domain)
            if finding.status is Status.PROVED:
                return finding
            first = first or finding
        assert first is not None
        return first
