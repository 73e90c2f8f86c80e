"""Rules of derivation that replace a part of an expression by a bound on it.

They are written for the sections on weighting schemes and would serve any topic.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy

from theory.core.binding import symbols_of
from theory.core.continuity import is_continuous_at
from theory.core.decision import Finding, Status, decide_equal, decide_nonnegative, decide_positive
from theory.core.domain import Domain
from theory.core.rising import is_bound_inside, rises_with
from theory.core.rules.along_line import one_sided
from theory.core.rules.by_claim import ByClaim, applies
from theory.core.rules.elementary import Rule, proved, undecided, worst
from theory.core.signs import at_least_one, surely_positive
from theory.core.statement import Bound

__all__ = [
    "ByLink",
    "ExponentAlgebra",
    "ExponentialAbove",
    "FallsToZero",
    "LargerExponent",
    "LeastAtMost",
    "LeastOver",
    "MonotoneIn",
]


@dataclass(frozen=True, eq=False)
class LargerExponent(Rule):
    """Under a sum over x >= 1, a power of x is replaced by one of larger exponent."""

    variable: Any

    @property
    def relation(self) -> str:
        return "<="

    @property
    def words(self) -> str:
        return "a larger exponent of a base of at least 1"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        x = sympy.sympify(self.variable)
        ratio = sympy.powsimp(after / sympy.sympify(before))
        base, exponent = ratio.as_base_exp()
        if base != x or not (x.is_integer and x.is_positive):
            return undecided(f"the ratio {ratio} is no power of {x}")
        return worst(
            decide_nonnegative(sympy.factor(sympy.together(exponent)), domain),
            decide_nonnegative(before, domain),
        )


@dataclass(frozen=True, eq=False)
class ExponentialAbove(Rule):
    """(1 - u)^k <= exp(-k u) for 0 <= u <= 1 and k >= 0, applied to a factor of a term.

    Parameters
    ----------
    of : expression
        u.
    power : expression
        k.
    """

    of: Any
    power: Any

    @property
    def relation(self) -> str:
        return "<="

    @property
    def words(self) -> str:
        return "$1 - u \\le e^{-u}$"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        u, k = sympy.sympify(self.of), sympy.sympify(self.power)
        factor = sympy.Dummy("factor", nonnegative=True)
        below, above = (1 - u) ** k, sympy.exp(-k * u)
        with_hole = sympy.sympify(before).subs(below, factor)
        if not with_hole.has(factor):
            return undecided(f"{below} does not occur")
        return worst(
            decide_equal(with_hole.subs(factor, above), after, domain),
            rises_with(with_hole, factor, domain),
            decide_nonnegative(u, domain),
            decide_nonnegative(1 - u, domain),
            decide_nonnegative(k, domain),
        )


@dataclass(frozen=True, eq=False)
class MonotoneIn(Rule):
    """A positive part is replaced by a larger or smaller one, in which the whole is monotone.

    Parameters
    ----------
    part, by : expressions
        A floor(y) lies between y - 1 and y; other pairs must have a difference of one sign.
    sense : {"<=", ">="}
        What the step claims.
    within : expression, optional
        Where the part is replaced; everywhere by default.
    """

    part: Any
    by: Any
    sense: str
    within: Any = None

    @property
    def relation(self) -> str:
        return self.sense

    @property
    def words(self) -> str:
        return f"monotone in ${sympy.latex(sympy.sympify(self.part))}$"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        if (wrong := one_sided(self.sense)).status is not Status.PROVED:
            return wrong
        part, by = sympy.sympify(self.part), sympy.sympify(self.by)
        hole = sympy.Dummy("part", positive=True)
        before = sympy.sympify(before)
        within = before if self.within is None else sympy.sympify(self.within)
        with_hole = before.subs(within, within.subs(part, hole))
        if not with_hole.has(hole):
            return undecided(f"{part} does not occur")
        order = _order(part, by, domain)
        if order is None:
            return undecided(f"{part} and {by} are not ordered")
        grows, found = order
        falls = grows is (self.sense == ">=")
        return worst(
            found,
            _positive(part, domain),
            _positive(by, domain),
            decide_equal(with_hole.subs(hole, by), after, domain),
            rises_with(-with_hole if falls else with_hole, hole, domain),
        )


def _order(part: sympy.Expr, by: sympy.Expr, domain: Domain) -> tuple[bool, Finding] | None:
    """Whether ``by`` is the larger one, and why; None if they are not seen to be ordered."""
    if isinstance(part, sympy.floor):
        (y,) = part.args
        if decide_equal(by, y, domain).status is Status.PROVED:
            return True, proved("a floor is at most its argument")
        if decide_equal(by, y - 1, domain).status is Status.PROVED:
            return False, proved("a floor is above its argument minus 1")
        return None
    for grows, gap in ((True, by - part), (False, part - by)):
        found = decide_nonnegative(gap, domain)
        if found.status is Status.PROVED:
            return grows, found
    return None


def _positive(expression: sympy.Expr, domain: Domain) -> Finding:
    """Positive by its parts, or because a side condition bounds it."""
    found = decide_positive(expression, domain)
    for condition in domain.where:
        if not isinstance(condition, sympy.Ge) or found.status is Status.PROVED:
            continue
        large, least = condition.args
        if isinstance(large, sympy.floor):  # where the floor is at least a number, so is this
            (large,) = large.args
        whole = least.is_integer and expression in (large, sympy.floor(large))
        found = decide_positive(least if whole else expression - large + least, domain)
    return found


@dataclass(frozen=True, eq=False)
class ByLink(ByClaim):
    """One inequality of an earlier bound, applied to a part that stands with a sign.

    Parameters
    ----------
    link : int
        Which inequality of the chain, counted from 1.
    backward : bool
        Whether its right side occurs, to be replaced by its left one.
    defined : bool
        Whether observables stand with their definitions here.
    """

    link: int = 1
    backward: bool = False
    defined: bool = True

    @property
    def relation(self) -> str:
        statement = self.claim.statement
        assert isinstance(statement, Bound)
        return {"<=": ">=", ">=": "<="}[statement.sense] if self.backward else statement.sense

    def remainder(self, domain: Domain) -> sympy.Expr | None:
        return None

    def rests_on(self, before: sympy.Expr, after: sympy.Expr, domain: Domain) -> Finding:
        """As for every claim, where values that a side condition bounds from below are known."""
        pairs = self._pairs()
        for condition in domain.where:
            for parameter, value in pairs.items():
                if isinstance(condition, sympy.Ge) and condition.rhs.is_integer:
                    lower = sympy.floor(condition.lhs)  # SymPy may have dropped the floor
                    if value in (lower, condition.lhs) and isinstance(value, sympy.floor):
                        more = sympy.Dummy("more", nonnegative=True, integer=True)
                        pairs[parameter] = condition.rhs + more
        return applies(self.claim.domain, pairs, domain, symbols_of(before, after))

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        statement = self.claim.statement
        assert isinstance(statement, Bound)
        lhs, _, rhs = statement.links[self.link - 1]
        old, new = (self._here(side) if self.defined else side for side in (lhs, rhs))
        if self.backward:
            old, new = new, old
        before = sympy.sympify(before)
        positive = all(_above_zero(side, domain) for side in (old, new))
        hole = sympy.Dummy("part", real=True, positive=positive or None)
        with_hole = before.subs(old, hole)
        if not with_hole.has(hole) or is_bound_inside(old, before):
            return undecided(f"{old} does not occur")
        found = worst(
            decide_equal(with_hole.subs(hole, new), after, domain),
            rises_with(with_hole, hole, domain),
        )
        if found.status is not Status.PROVED:
            return found
        status = self.claim.derivation_report().worst
        reason = f"by {self.claim.id}, whose own derivation is {status}"
        return Finding(Status.UNDECIDED if status is Status.REFUTED else status, reason)


def _above_zero(value: sympy.Expr, domain: Domain) -> bool:
    return bool(value.is_positive) or at_least_one(value, domain) or surely_positive(value, domain)


@dataclass(frozen=True, eq=False)
class ExponentAlgebra(Rule):
    """The expressions agree when powers of one base are collected and exponents factored."""

    base: Any

    @property
    def words(self) -> str:
        return "algebra of exponents"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        base = sympy.sympify(self.base)

        def tidy(e: sympy.Expr) -> sympy.Expr:
            return sympy.powsimp(e, deep=True).replace(
                lambda part: isinstance(part, sympy.Pow) and part.base == base,
                lambda part: base ** sympy.factor(sympy.together(part.exp)),
            )

        if not base.is_positive:
            return undecided(f"{base} is not known to be positive")
        return decide_equal(tidy(sympy.sympify(before)), tidy(after), domain)


@dataclass(frozen=True, eq=False)
class FallsToZero(Rule):
    """before >= after because their difference falls on (0, oo) and tends to 0."""

    variable: Any

    @property
    def relation(self) -> str:
        return ">="

    @property
    def words(self) -> str:
        return "the difference falls to $0$"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        z = sympy.Dummy("z", positive=True)
        variable = sympy.sympify(self.variable)
        gap = (sympy.sympify(before) - after).subs(variable, z)
        if gap.free_symbols - {z}:
            return undecided(f"the difference is not a function of {variable} alone")
        if not is_continuous_at(gap, z, sympy.S.Zero, domain):
            return undecided("the difference is not seen to be continuous at 0")
        return worst(
            decide_nonnegative(variable, domain),
            rises_with(sympy.simplify(-gap), z, domain),
            decide_equal(sympy.limit(gap.rewrite(sympy.erf), z, sympy.oo), 0, domain),
        )


@dataclass(frozen=True, eq=False)
class LeastOver(Rule):
    """A minimum over an integer, bounded from below on either side of a split.

    If f(P) is at least A(P), which falls, and at least B(P), which rises, then the least f(P) is
    at least the smaller of A and B at any point.

    Parameters
    ----------
    least : Observable
        The minimum, by definition (in words: a minimum over P is no SymPy expression).
    observable : Observable
        f, whose last argument is P.
    parameter : Parameter
        P.
    falling, rising : Claim
        Chains of inequalities that begin with A(P) <= f(P) and B(P) <= f(P).
    at : expression
        Where the range is split, above 1.
    """

    least: Any
    observable: Any
    parameter: Any
    falling: Any
    rising: Any
    at: Any

    @property
    def relation(self) -> str:
        return ">="

    @property
    def words(self) -> str:
        ids = " and ".join(rf"\texttt{{{claim.id}}}" for claim in (self.falling, self.rising))
        return f"on either side, by {ids}"

    def rests_on(self, before: sympy.Expr, after: sympy.Expr, domain: Domain) -> Finding:
        """Both claims must hold here, whatever P is."""
        inside = Domain(*domain.parameters, self.parameter, where=domain.where)
        symbols = symbols_of(before, after)
        return worst(*(applies(c.domain, {}, inside, symbols) for c in (self.falling, self.rising)))

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        found, ends = [decide_positive(sympy.sympify(self.at) - 1, domain)], []
        if before != self.least() or self.parameter.low < 2:
            return undecided(f"{before} is not a minimum over integers from 2 on")
        size = sympy.sympify(self.parameter)
        for claim, rises in ((self.falling, False), (self.rising, True)):
            lhs, sense, rhs = claim.statement.links[0]
            if sense != "<=" or rhs != self.observable():
                return undecided(f"{claim.id} does not begin with a lower bound")
            step = sympy.Dummy("step", positive=True)  # sizes 1 + step, so that P - 1 > 0
            in_step = lhs.subs(size, 1 + step)
            found.append(rises_with(in_step if rises else -in_step, step, domain))
            found.append(Finding(claim.derivation_report().worst, claim.id))
            ends.append(lhs.subs(size, self.at))
        same = after == sympy.Min(*ends)
        return worst(*found, proved("the two ends") if same else undecided("not these ends"))


@dataclass(frozen=True, eq=False)
class LeastAtMost(Rule):
    """A minimum over an integer P >= 2 is at most each of its values.

    Parameters
    ----------
    least, observable : Observable
        The minimum, and what is minimised over its last argument.
    """

    least: Any
    observable: Any

    @property
    def relation(self) -> str:
        return "<="

    @property
    def words(self) -> str:
        return "a minimum is at most each value"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        arguments = [parameter.symbol for parameter in self.observable.arguments]
        found = sympy.sympify(after).match(self.observable(*arguments[:-1], sympy.Wild("size")))
        if before != self.least() or not found:
            return undecided("not a value of what is minimised")
        (size,) = found.values()
        if not (size.is_integer or isinstance(size, sympy.floor)):
            return undecided(f"{size} is not seen to be an integer")
        given = any(
            isinstance(c, sympy.Ge) and sympy.floor(c.lhs) == size and c.rhs == 2
            for c in domain.where
        )
        return proved("given") if given else decide_nonnegative(size - 2, domain)
