"""Rules of derivation for gradient steps on a cross-entropy: logarithms of sums, and curvature.

Nothing here is special to associative memories; the module may move to the core.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import sympy
from sympy.core.function import AppliedUndef

from theory.assoc_dynamics.coordinates import are_coordinates
from theory.core.binding import is_infinite
from theory.core.decision import (
    Finding,
    Status,
    decide_equal,
    decide_nonnegative,
    decide_positive,
)
from theory.core.domain import Domain
from theory.core.rising import is_bound_inside
from theory.core.rule import Rule, examine, proved, undecided, worst
from theory.core.rules.finite_sums import SumDifferentiation
from theory.core.rules.monotone import decide_sign, equal
from theory.core.signs import with_signed_symbols

__all__ = [
    "DescentUnderCurvature",
    "ExponentialTangent",
    "LambertEquation",
    "ShiftedLogSum",
    "SquareAdded",
    "seen_real",
    "stated_positive",
]


def stated_positive(
    positive: Mapping[Any, str], domain: Domain
) -> tuple[dict[sympy.Expr, sympy.Symbol], Finding]:
    """Positive symbols for what remarks of the domain say is positive, and whether they do.

    A remark may speak of an observable, or say that what is nonnegative is not 0, but not that a
    number or a parameter of the other sign is positive. Lambert's function needs no remark but a
    positive argument.
    """
    table, found = {}, [proved("nothing is presumed")]
    for part, remark in positive.items():
        part = sympy.sympify(part)
        table[part] = sympy.Dummy("part", positive=True)
        if isinstance(part, sympy.LambertW) and len(part.args) == 1:
            found.append(decide_positive(part.args[0], domain))
        elif not isinstance(part, AppliedUndef) and not _may_be_positive(part, domain):
            found.append(undecided(f"the sign of {part} is not for a remark to say"))
        elif remark not in domain.remarks:
            found.append(undecided(f"the domain does not say: {remark}"))
    return table, worst(*found)


def _may_be_positive(part: sympy.Expr, domain: Domain) -> bool:
    found = decide_nonnegative(part, domain)
    return bool(part.free_symbols) and found.status is Status.PROVED


def seen_real(expression: sympy.Expr, domain: Domain) -> Finding:
    """Whether an expression is real, sums taken by their signs."""
    if with_signed_symbols(expression, domain).is_extended_real:
        return proved("real")
    return undecided(f"{expression} is not seen to be real")


@dataclass(frozen=True, eq=False)
class ExponentialTangent(Rule):
    """exp(u) >= 1 + u, for any real u: the step adds c (exp(u) - 1 - u) with c >= 0.

    Parameters
    ----------
    of : expression
        u.
    times : expression
        c.
    """

    of: Any
    times: Any = 1

    @property
    def relation(self) -> str:
        return "<="

    @property
    def words(self) -> str:
        return "the exponential is above its tangent at 0"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        u, c = sympy.sympify(self.of), sympy.sympify(self.times)
        gained = sympy.sympify(before) + c * (sympy.exp(u) - 1 - u)
        return worst(
            seen_real(u, domain),
            decide_sign(c, domain),
            equal(gained, after, domain),
        )


@dataclass(frozen=True, eq=False)
class SquareAdded(Rule):
    """The step adds c q^2 with a real q and c >= 0, or takes it away.

    Parameters
    ----------
    of : expression
        q.
    times : expression
        c.
    sense : str
        ``<=`` adds it, ``>=`` takes it away.
    """

    of: Any
    times: Any = 1
    sense: str = "<="

    @property
    def relation(self) -> str:
        return self.sense

    @property
    def words(self) -> str:
        return "a square is dropped"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        q, c = sympy.sympify(self.of), sympy.sympify(self.times)
        if self.sense not in ("<=", ">="):
            return undecided(f"the rule is for inequalities, not for {self.sense}")
        smaller, larger = (before, after) if self.sense == "<=" else (after, before)
        return worst(
            seen_real(q, domain),
            decide_sign(c, domain),
            equal(sympy.sympify(smaller) + c * q**2, larger, domain),
        )


@dataclass(frozen=True, eq=False)
class LambertEquation(Rule):
    """w exp(w) = z for w = LambertW(z), z > 0: exp(-w) is written w / z in both lines."""

    argument: Any

    @property
    def words(self) -> str:
        return "definition of Lambert's function"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        z = sympy.sympify(self.argument)
        w = sympy.LambertW(z)
        value = sympy.Dummy("w", positive=True)
        if any(is_bound_inside(z, sympy.sympify(side)) for side in (before, after)):
            return undecided(f"{z} is many values")

        def written(side: Any) -> sympy.Expr:
            opened = sympy.expand_power_exp(sympy.sympify(side))
            return opened.xreplace({sympy.exp(-w): w / z, sympy.exp(w): z / w}).xreplace({w: value})

        return worst(
            decide_positive(z, domain), decide_equal(written(before), written(after), domain)
        )


@dataclass(frozen=True, eq=False)
class ShiftedLogSum(Rule):
    """log(1 + sum of exp(a + c)) <= c + log(1 + sum of exp(a)) for c >= 0."""

    @property
    def relation(self) -> str:
        return "<="

    @property
    def words(self) -> str:
        return "a logarithm of exponentials rises by at most what all of them are shifted by"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        one = _log_sum(sympy.sympify(before))
        logs = [term for term in sympy.Add.make_args(after) if isinstance(term, sympy.log)]
        two = _log_sum(logs[0]) if len(logs) == 1 else None
        if one is None or two is None or one.limits != two.limits:
            return undecided("the rule takes log(1 + sum) to a shift plus log(1 + sum)")
        shift = after - logs[0]
        if shift.free_symbols & set(one.variables):
            return undecided(f"the shift {shift} is not the same for all terms")
        if not all(isinstance(total.function, sympy.exp) for total in (one, two)):
            return undecided("the terms are no exponentials")
        exponents = [total.function.args[0] for total in (one, two)]
        return worst(
            *(seen_real(exponent, domain) for exponent in exponents),
            decide_sign(shift, domain),
            decide_equal(sympy.expand(exponents[0] - exponents[1] - shift), 0, domain),
        )


def _log_sum(expression: sympy.Expr) -> sympy.Sum | None:
    """The sum in log(1 + sum), or None."""
    if not isinstance(expression, sympy.log):
        return None
    rest = expression.args[0] - 1
    return rest if isinstance(rest, sympy.Sum) and len(rest.limits) == 1 else None


@dataclass(frozen=True, eq=False)
class DescentUnderCurvature(Rule):
    r"""A step downhill when the curvature is at most a multiple of the function.

    Let F be smooth on [0, h], F'(0) = -g <= 0 and F'' <= K g F there with K >= 0, and let
    h K F(0) <= 2. As long as F has stayed at or below F(0), Taylor's formula gives

        F(s) <= F(0) - s g (1 - s K F(0) / 2),

    which is below F(0) for g > 0 and 0 < s < h. So F does not return to F(0) before h, and the
    inequality holds at s = h. For g = 0 the function is concave with slope 0, and F(h) <= F(0).

    Parameters
    ----------
    line : expression in ``variable``
        F.
    variable : symbol
        s, real.
    length : expression
        h.
    slope : expression
        g.
    factor : expression
        K.
    curvature : callable
        Gives, for K g with a nonnegative symbol for g, a chain of steps (expression, Rule) from
        the second derivative of F to K g F; each rule is for ``=`` or ``<=``.
    positive : mapping from expression to str
        What is positive, and the remark of the domain that says so.
    downhill : str
        The remark of the domain that says that g is nonnegative.
    why : str
        What the chain is, for the reader, in LaTeX text.
    """

    line: Any
    variable: Any
    length: Any
    slope: Any
    factor: Any
    curvature: Callable[[sympy.Expr], Iterable[tuple[Any, Rule]]]
    positive: Mapping[Any, str]
    downhill: str
    why: str = ""

    @property
    def relation(self) -> str:
        return "<="

    @property
    def words(self) -> str:
        taylor = "Taylor's formula, as long as the loss stays below its start"
        return f"{taylor}; {self.why}" if self.why else taylor

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        line, s, h = (sympy.sympify(e) for e in (self.line, self.variable, self.length))
        slope, factor = sympy.sympify(self.slope), sympy.sympify(self.factor)
        start = line.subs(s, 0)
        if not _is_smooth(line, s):
            return undecided(f"{line} is not seen to be smooth")
        apart = are_coordinates((s,), domain, h, slope, factor, after, seen=(line,))
        inside = domain.within(s, 0, h, discrete=False)
        table, stated = stated_positive(self.positive, domain)
        if self.downhill not in domain.remarks:
            return undecided(f"the domain does not say: {self.downhill}")
        if not slope.has(AppliedUndef):
            return undecided(f"the sign of {slope} is not for a remark to say")
        g = sympy.Dummy("g", nonnegative=True)
        found: list[Finding] = [stated, apart]
        here: sympy.Expr = sympy.Derivative(line, (s, 2))
        for there, rule in self.curvature(factor * g):
            if rule.relation not in ("=", "<="):
                return undecided(f"{rule.words}: no bound from above")
            found.append(examine(rule, here, there, inside))
            here = sympy.sympify(there)
        first = sympy.Subs(sympy.Derivative(line, s), s, 0)
        taylor = start - h * slope + h**2 * slope * factor * start / 2
        return worst(
            *found,
            equal(here, factor * g * line, inside),
            equal(before, line.subs(s, h), domain),
            equal(after, taylor, domain),
            *(
                decide_sign(part.xreplace(table), domain)
                for part in (h, factor, 2 - h * factor * start)
            ),
            examine(SumDifferentiation(), first, -slope, domain),
        )


def _is_smooth(expression: sympy.Expr, variable: sympy.Symbol) -> bool:
    """Whether it is built of finite sums, products, exp, and log(1 + sum of exponentials)."""
    if not expression.has(variable):
        return True
    if isinstance(expression, sympy.log):
        total = _log_sum(expression)
        return (
            total is not None
            and not is_infinite(total)
            and not any(limit.has(variable) for limit in total.limits)
            and isinstance(total.function, sympy.exp)
            and all(_is_smooth(part, variable) for part in total.function.args)
        )
    if isinstance(expression, sympy.Sum):
        fixed = not any(limit.has(variable) for limit in expression.limits)
        return fixed and not is_infinite(expression) and _is_smooth(expression.function, variable)
    if isinstance(expression, (sympy.exp, sympy.Mul, sympy.Add)):
        return all(_is_smooth(part, variable) for part in expression.args)
    return expression == variable
