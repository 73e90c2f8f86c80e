"""Rules of derivation that compare the head of an integral or a sum with its tail.

They are written for the sections on weighting schemes and would serve any topic.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy

from theory.core.binding import is_infinite
from theory.core.decision import (
    Finding,
    Status,
    decide_equal,
    decide_nonnegative,
    decide_positive,
)
from theory.core.domain import Domain
from theory.core.exact import evaluate_sums
from theory.core.parameters import Real
from theory.core.rising import rises_with
from theory.core.rules.elementary import Rule, proved, undecided, worst
from theory.core.signs import above_one

__all__ = [
    "ExchangeOnUnit",
    "HeadBelowTail",
    "HeadOfIntegral",
    "JoinSums",
    "LeftRectangle",
    "LinearSums",
    "ShorterRange",
]


def _falls_on_unit(expression: sympy.Expr, v: sympy.Symbol, domain: Domain) -> Finding:
    """Whether an expression falls as v runs through (0, 1), written as w / (1 + w)."""
    w = sympy.Dummy("w", positive=True)
    inside = sympy.powdenest(expression.subs(1 - v, 1 / (1 + w)).subs(v, w / (1 + w)), force=False)
    return rises_with(-inside, w, domain)


def _nonnegative_term(term: sympy.Expr, domain: Domain) -> Finding:
    """Nonnegative factor by factor; an integral over a part of (0, 1) is when what is inside is."""
    found = []
    for factor in sympy.Mul.make_args(term):
        if isinstance(factor, sympy.Integral) and len(factor.limits) == 1:
            ((v, low, high),) = factor.limits
            w = sympy.Dummy("w", positive=True)
            inside = factor.function.subs(1 - v, 1 / (1 + w)).subs(v, w / (1 + w))
            found += [
                decide_equal(high, 1, domain),
                decide_nonnegative(low, domain),
                decide_nonnegative(1 - low, domain),
                decide_nonnegative(inside, domain),
            ]
        else:
            found.append(decide_nonnegative(factor, domain))
    return worst(*found)


def _more_terms(expression: sympy.Expr, domain: Domain) -> sympy.Expr:
    """zeta(s), s > 1, as a harmonic number of order s beside it, plus what is positive."""
    for finite in expression.atoms(sympy.harmonic):
        if len(finite.args) == 2 and above_one(sympy.zeta(finite.args[1]), domain):
            rest = sympy.Dummy("rest", positive=True)
            expression = expression.subs(sympy.zeta(finite.args[1]), finite + rest)
    return expression


def _one_integral(
    before: sympy.Expr, after: sympy.Expr
) -> tuple[sympy.Integral, sympy.Symbol] | None:
    """The single-variable integral of an expression that another lacks, and its variable."""
    gone = [e for e in before.atoms(sympy.Integral) if not after.has(e)]
    if len(gone) != 1 or len(gone[0].limits) != 1:
        return None
    return gone[0], gone[0].limits[0][0]


@dataclass(frozen=True, eq=False)
class LeftRectangle(Rule):
    """An integral up to 1 of a falling function, begun earlier: the piece is below a rectangle.

    If h falls on (0, 1) and 0 < a <= c <= 1, the integral of h from c to 1 is at least that from
    a to 1 less (c - a) h(a).

    Parameters
    ----------
    start : expression
        a.
    """

    start: Any

    @property
    def relation(self) -> str:
        return ">="

    @property
    def words(self) -> str:
        return "a falling function is below its value at the left end"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        before, start = sympy.sympify(before), sympy.sympify(self.start)
        found = _one_integral(before, after)
        if found is None:
            return undecided("one integral begins elsewhere")
        old, v = found
        _, low, high = old.limits[0]
        earlier = sympy.Integral(old.function, (v, start, high))
        hole = sympy.Dummy("hole", real=True)
        with_hole = before.subs(old, hole)
        new = earlier - (low - start) * old.function.subs(v, start)
        return worst(
            decide_equal(high, 1, domain),
            decide_equal(with_hole.subs(hole, new), after, domain),
            rises_with(with_hole, hole, domain),
            _falls_on_unit(old.function, v, domain),
            decide_positive(start, domain),
            decide_nonnegative(_more_terms(low - start, domain), domain),
            decide_nonnegative(1 - low, domain),
        )


@dataclass(frozen=True, eq=False)
class ShorterRange(Rule):
    """An integral up to 1 of a nonnegative function is at least the one that begins later.

    Parameters
    ----------
    start : expression
        Where it begins then, at most 1.
    """

    start: Any

    @property
    def relation(self) -> str:
        return ">="

    @property
    def words(self) -> str:
        return "a shorter range of a nonnegative integrand"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        before, start = sympy.sympify(before), sympy.sympify(self.start)
        found = _one_integral(before, after)
        if found is None:
            return undecided("one integral begins elsewhere")
        old, v = found
        _, low, high = old.limits[0]
        later = sympy.Integral(old.function, (v, start, high))
        hole = sympy.Dummy("hole", real=True)
        with_hole = before.subs(old, hole)
        return worst(
            decide_equal(with_hole.subs(hole, later), after, domain),
            rises_with(with_hole, hole, domain),
            _nonnegative_term(later, domain),
            decide_nonnegative(low, domain),
            decide_nonnegative(start - low, domain),
        )


@dataclass(frozen=True, eq=False)
class HeadOfIntegral(Rule):
    """An integral over (0, 1), begun later: what is cut off is at least a h(a) / (1 - s).

    If v^s h(v) falls on (0, 1) and is nonnegative, for an s in [0, 1), then the integral of
    v^(-s) v^s h(v) from 0 to a is at least a^s h(a) times that of v^(-s).

    Parameters
    ----------
    start : expression
        a, in (0, 1].
    power : expression
        s.
    """

    start: Any
    power: Any

    @property
    def relation(self) -> str:
        return ">="

    @property
    def words(self) -> str:
        return "a falling factor is above its value at the right end"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        before, start = sympy.sympify(before), sympy.sympify(self.start)
        power = sympy.sympify(self.power)
        found = _one_integral(before, after)
        if found is None:
            return undecided("one integral begins elsewhere")
        old, v = found
        _, low, high = old.limits[0]
        later = sympy.Integral(old.function, (v, start, high))
        hole = sympy.Dummy("hole", real=True)
        with_hole = before.subs(old, hole)
        new = later + start * old.function.subs(v, start) / (1 - power)
        factor = sympy.powsimp(old.function * v**power)
        w = sympy.Dummy("w", positive=True)
        return worst(
            decide_equal(low, 0, domain),
            decide_equal(high, 1, domain),
            decide_nonnegative(power, domain),
            decide_positive(1 - power, domain),
            decide_equal(with_hole.subs(hole, new), after, domain),
            rises_with(with_hole, hole, domain),
            _falls_on_unit(factor, v, domain),
            decide_nonnegative(factor.subs(1 - v, 1 / (1 + w)).subs(v, w / (1 + w)), domain),
            decide_positive(start, domain),
            decide_nonnegative(1 - start, domain),
        )


@dataclass(frozen=True, eq=False)
class ExchangeOnUnit(Rule):
    """An integral over z in (0, 1) and u >= s(z), in the other order, s falling from infinity.

    For nonnegative integrands (Tonelli). That s takes every value from s(1) on is seen from its
    inverse, which must be positive.

    Parameters
    ----------
    edge : expression in z
        s.
    inverse : expression in u
        Its inverse.
    """

    edge: Any
    inverse: Any

    @property
    def words(self) -> str:
        return "exchange of the order (Tonelli)"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        edge, inverse = sympy.sympify(self.edge), sympy.sympify(self.inverse)
        gone = [e for e in _nested(sympy.sympify(before)) if not after.has(e)]
        new = [e for e in _nested(after) if not sympy.sympify(before).has(e)]
        if len(gone) != 1 or len(new) != 1:
            return undecided("one double integral becomes another")
        weight, (z, *ends), inner = _taken_apart(gone[0])
        density, (u, *new_ends), mass = _taken_apart(new[0])
        if ends != [0, 1] or inner.limits != (sympy.Tuple(u, edge, sympy.oo),):
            return undecided("the inner integral must run from the edge to infinity")
        if new_ends[1] is not sympy.oo or mass.limits != (sympy.Tuple(z, inverse, 1),):
            return undecided("the new inner integral must run from the inverse to 1")
        hole = sympy.Dummy("hole", real=True)
        return worst(
            decide_equal(
                sympy.sympify(before).subs(gone[0], hole), after.subs(new[0], hole), domain
            ),
            decide_equal(weight * inner.function, density * mass.function, domain),
            decide_nonnegative(weight * inner.function, domain),
            _falls_on_unit(edge, z, domain),
            decide_equal(edge.subs(z, 1), new_ends[0], domain),
            decide_equal(edge.subs(z, inverse), u, domain),
            decide_positive(inverse, domain),
        )


def _nested(expression: sympy.Expr) -> list[sympy.Integral]:
    """The integrals over one variable whose integrand is a multiple of another such integral."""
    return [
        e
        for e in expression.atoms(sympy.Integral)
        if len(e.limits) == 1
        and len([f for f in sympy.Mul.make_args(e.function) if isinstance(f, sympy.Integral)]) == 1
    ]


def _taken_apart(double: sympy.Integral) -> tuple[sympy.Expr, Any, sympy.Integral]:
    """The factor, the outer limits and the inner integral."""
    (inner,) = (f for f in sympy.Mul.make_args(double.function) if isinstance(f, sympy.Integral))
    return double.function / inner, double.limits[0], inner


@dataclass(frozen=True, eq=False)
class LinearSums(Rule):
    """Sums of several terms are sums of sums; in an infinite one all terms have the same sign."""

    @property
    def words(self) -> str:
        return "linearity of sums"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        found: list[Finding] = []

        def split(total: Any) -> sympy.Expr:
            (limit,) = total.limits
            (x, *_) = limit
            terms = sympy.Add.make_args(sympy.expand(total.function))
            if is_infinite(total) and len(terms) > 1:
                inside = domain.within(*limit, discrete=True)
                found.extend(_nonnegative_term(term, inside) for term in terms)
            pieces = []
            for term in terms:
                factor, rest = term.as_independent(x, as_Add=False)
                pieces.append(factor * total.func(sympy.powsimp(rest), limit))
            return sympy.Add(*pieces)

        def tidy(e: Any) -> sympy.Expr:
            return sympy.sympify(e).replace(
                lambda part: isinstance(part, sympy.Sum) and len(part.limits) == 1, split
            )

        same = decide_equal(tidy(before), tidy(after), domain)
        return worst(same, *found)


@dataclass(frozen=True, eq=False)
class JoinSums(Rule):
    """The sums of nonnegative terms over 1, ..., P and over P + 1, ... are the sum over all."""

    @property
    def words(self) -> str:
        return "the sums joined"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        before = sympy.sympify(before)
        joined = [e for e in after.atoms(sympy.Sum) if not before.has(e)]
        if len(joined) != 1 or len(joined[0].limits) != 1:
            return undecided("one sum must be new")
        ((x, low, high),) = joined[0].limits
        starts = {e.limits[0][1] for e in before.atoms(sympy.Sum) if e.limits[0][2] == high}
        for start in starts - {low}:
            pieces = joined[0].func(joined[0].function, (x, low, start - 1)) + joined[0].func(
                joined[0].function, (x, start, high)
            )
            same = decide_equal(before, after.subs(joined[0], pieces), domain)
            if same.status is Status.PROVED:
                inside = domain.within(x, low, high, discrete=True)
                return worst(
                    same,
                    decide_nonnegative(start - low, domain),
                    _nonnegative_term(joined[0].function, inside),
                )
        return undecided("the pieces are not seen to make up the sum")


@dataclass(frozen=True, eq=False)
class HeadBelowTail(Rule):
    """A head of f is at most its tail times head over tail of g, where f / g rises.

    At x <= P, f(x) <= r g(x), and beyond f(x) >= r g(x), with r = f(P) / g(P); so the sum of f up
    to P is at most r times that of g, and the sum beyond at least. The expression must fall as the
    head grows.

    Parameters
    ----------
    variable : symbol
        x, summed over 1, ..., P and over P + 1, ...
    by : expression
        g, positive.
    quotients : tuple of expressions
        Nonnegative functions of x >= 1 that rise, and whose product is f / g.
    """

    variable: Any
    by: Any
    quotients: tuple[Any, ...]

    @property
    def relation(self) -> str:
        return ">="

    @property
    def words(self) -> str:
        return f"the quotient by ${sympy.latex(sympy.sympify(self.by))}$ rises"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        before, x, by = sympy.sympify(before), sympy.sympify(self.variable), sympy.sympify(self.by)
        heads = [
            e
            for e in before.atoms(sympy.Sum)
            if e.limits[0][2] is not sympy.oo and not after.has(e)
        ]
        if len(heads) != 1 or len(heads[0].limits) != 1:
            return undecided("one finite sum must give way")
        (head,) = heads
        y, low, high = head.limits[0]
        f = head.function.subs(y, x)
        tail = sympy.Sum(f, (x, high + 1, sympy.oo))
        finite = evaluate_sums(sympy.Sum(by, (x, 1, high)), domain)
        whole = evaluate_sums(sympy.Sum(by, (x, 1, sympy.oo)), domain)
        if finite.has(sympy.Sum) or whole.has(sympy.Sum):
            return undecided(f"the sums of {by} are not known")
        hole = sympy.Dummy("hole", positive=True)
        with_hole = before.subs(head, hole)
        quotient = sympy.Mul(*self.quotients)
        inside = domain.within(x, 1, sympy.oo, discrete=True)
        rising = [_rises_from_one(sympy.sympify(e), x, domain) for e in self.quotients]
        smaller = rises_with(-_more_terms(with_hole, domain), hole, domain)
        return worst(
            decide_equal(low, 1, domain),
            decide_nonnegative(high - 1, domain),
            decide_equal(f, quotient * by, inside),
            decide_positive(by, inside),
            *rising,
            smaller,
            decide_equal(with_hole.subs(hole, finite / (whole - finite) * tail), after, domain),
        )


def _rises_from_one(expression: sympy.Expr, x: sympy.Symbol, domain: Domain) -> Finding:
    """Whether a function of a real variable is nonnegative and rises from 1 on."""
    real = Real("x_real", at_least=1)
    around = Domain(*domain.parameters, real, where=domain.where)
    inside = expression.subs(x, real.symbol)
    if not _smooth(inside, real.symbol, around):
        return undecided(f"{expression} is not seen to be smooth")
    return worst(
        decide_nonnegative(inside, around),
        decide_nonnegative(sympy.diff(inside, real.symbol), around),
        proved("smooth"),
    )


def _smooth(e: sympy.Expr, x: sympy.Symbol, domain: Domain) -> bool:
    """Sums, products and powers of nonnegative bases: no jumps where it is real."""
    if not e.has(x) or e == x:
        return True
    if isinstance(e, sympy.Pow) and not e.exp.has(x):
        positive = decide_positive(e.base, domain).status is Status.PROVED
        return positive and _smooth(e.base, x, domain)
    return isinstance(e, (sympy.Add, sympy.Mul)) and all(_smooth(a, x, domain) for a in e.args)
