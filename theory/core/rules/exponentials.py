"""Rules of derivation for inequalities between exponentials, and for bounds seen through a map.

Nothing here is special to associative memories; the module may move to the core.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import sympy

from theory.core.decision import Finding, Status, decide_equal, decide_nonnegative
from theory.core.domain import Domain
from theory.core.evaluation import enclose
from theory.core.rising import is_bound_inside, rises_with
from theory.core.rules.along_line import no_jump, one_sided, real_by_signs
from theory.core.rules.by_claim import ByClaim
from theory.core.rules.elementary import Rule, proved, undecided, worst
from theory.core.statement import Bound

__all__ = [
    "Inverse",
    "Majorised",
    "Rising",
    "applied_status",
    "ascending_terms",
    "nonnegative_from",
]


def _within_conditions(expression: sympy.Expr, domain: Domain) -> sympy.Expr:
    """Parameters that a side condition bounds by s <= c run through [0, c) as c v / (1 + v)."""
    for condition in domain.where:
        bounded = condition.lhs
        if not isinstance(condition, sympy.Le) or not bounded.is_Symbol:
            continue
        if bounded.is_positive and not condition.rhs.has(bounded):
            free = sympy.Dummy(bounded.name, positive=True)
            expression = expression.subs(bounded, condition.rhs * free / (1 + free))
    return expression


def nonnegative_from(
    expression: Any, variable: sympy.Symbol, low: Any, domain: Domain, downward: bool = False
) -> Finding:
    """Whether an expression is nonnegative for every value of a variable from ``low`` on.

    The variable is written low + u, u >= 0 (low - u when ``downward``), and exponentials of
    nonnegative arguments as 1 + v, v >= 0, which leaves a rational function of variables of one
    sign. Nothing is known here of how u and v belong together, so less may be seen than is true.
    """
    free = sympy.Dummy("u", nonnegative=True)
    value = sympy.sympify(expression).subs(variable, low - free if downward else low + free)
    return _nonnegative_rational(value, domain)


def _nonnegative_rational(expression: sympy.Expr, domain: Domain) -> Finding:
    """Sign of a rational function of parameters and exponentials, under the side conditions.

    The inside of the domain is looked at: at its ends the sign is the same, as there is no jump.
    """
    if sympy.sympify(expression).has(*_JUMPS):
        return undecided(f"{expression} may jump")
    value = _within_conditions(expression, domain).subs(domain.positive_form(), simultaneous=True)
    value = _without_exponentials(value)
    invented = value.free_symbols - expression.free_symbols
    found = decide_nonnegative(sympy.factor(sympy.together(value)), domain)
    if found.status is Status.UNDECIDED and _coefficients_nonnegative(value):
        return proved("nonnegative by the signs of its coefficients")
    if found.status is Status.REFUTED and invented:  # at values that do not belong together
        return undecided(f"not seen to be nonnegative: {found.reason}")
    return found


_JUMPS = (sympy.Piecewise, sympy.floor, sympy.ceiling, sympy.sign, sympy.Heaviside)


def _without_exponentials(expression: sympy.Expr) -> sympy.Expr:
    """Exponentials of arguments of known sign as products of factors 1 + v, v >= 0.

    Where one argument is larger than another, its exponential is that of the other times one.
    """

    def terms(exponential: sympy.exp) -> list[tuple[sympy.Expr, int]]:
        """The exponent, or else its terms: sizes and signs, of which 0 is unknown."""
        whole = sympy.factor(exponential.args[0])
        parts = sympy.Add.make_args(sympy.expand(whole))
        for split in ((whole,), tuple(sympy.factor(part) for part in parts)):
            signs = [next((s for s in (1, -1) if (s * p).is_nonnegative), 0) for p in split]
            if all(signs):
                break
        return [(sign * part, sign) for part, sign in zip(split, signs, strict=True)]

    exponentials = expression.atoms(sympy.exp)
    known = {e: terms(e) for e in exponentials}
    arguments = sorted({part for e in exponentials for part, sign in known[e] if sign}, key=str)
    powers: dict[sympy.Expr, sympy.Expr] = {}

    def power(argument: sympy.Expr) -> sympy.Expr:
        if argument not in powers:
            smaller = (
                other
                for other in arguments
                if other != argument and sympy.factor(argument - other).is_nonnegative
            )
            below = next(smaller, None)
            above_one = 1 + sympy.Dummy("v", nonnegative=True)
            powers[argument] = above_one * (1 if below is None else power(below))
        return powers[argument]

    table = {
        e: sympy.Mul(*(power(part) ** sign for part, sign in parts))
        for e, parts in known.items()
        if all(sign for _, sign in parts)
    }
    return expression.xreplace(table)


def _coefficients_nonnegative(expression: sympy.Expr) -> bool:
    """Whether numerator and denominator are polynomials of nonnegative coefficients in a symbol."""
    above, below = (sympy.factor(part) for part in sympy.fraction(sympy.together(expression)))
    if not below.is_positive:
        return False
    for symbol in sorted(above.free_symbols, key=str):
        if symbol.is_nonnegative and above.is_polynomial(symbol):
            coefficients = sympy.Poly(above, symbol).all_coeffs()
            if all(sympy.factor(value).is_nonnegative for value in coefficients):
                return True
    return False


def applied_status(rule: ByClaim, domain: Domain, variable: Any = None) -> Finding:
    """The status of the claim that is applied, if its side conditions are hypotheses here."""
    claim = rule.claim
    for condition in claim.domain.where:
        here = rule._here(condition)
        if here not in domain.where and not (variable is not None and here.has(variable)):
            return undecided(f"{claim.id} needs {here}")
    if set(claim.domain.remarks) - set(domain.remarks):
        return undecided(f"{claim.id} has hypotheses that are not made here")
    return Finding(claim.derivation_report().worst, f"by {claim.id}")


def ascending_terms(rule: ByClaim) -> list[sympy.Expr]:
    """The terms of the bound that the claim states, here, from the smallest to the largest."""
    statement = rule.claim.statement
    if not isinstance(statement, Bound):
        return []
    terms = [rule._here(term) for term in statement.terms]
    return terms if statement.sense == "<=" else terms[::-1]


@dataclass(frozen=True, eq=False)
class Inverse(ByClaim):
    """A bound of a rising function of the quantity bounds the quantity.

    Parameters
    ----------
    claim : Claim
        Bounds the potential of the quantity, on one side or both.
    potential, variable : expression and symbol
        The rising function.
    sense : str
    """

    potential: Any = None
    variable: Any = None
    sense: str = "<="

    @property
    def relation(self) -> str:
        return self.sense

    @property
    def words(self) -> str:
        return rf"\texttt{{{self.claim.id}}} and monotonicity"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        potential, q = sympy.sympify(self.potential), sympy.sympify(self.variable)
        real = sympy.Dummy("q", real=True)
        if not sympy.diff(potential.subs(q, real), real).is_positive:
            return undecided(f"{potential} is not seen to rise in {q}")
        inside = potential.subs(q, before)
        for low, high in pairwise(ascending_terms(self)):
            value, bound = (low, high) if self.sense == "<=" else (high, low)
            if decide_equal(value, inside, domain).status is not Status.PROVED:
                continue
            return worst(
                one_sided(self.sense),
                no_jump(potential.subs(q, real), real, domain),
                *(
                    f
                    for side in (before, after)
                    for f in real_by_signs(sympy.sympify(side), domain)
                ),
                decide_equal(_lambert(potential.subs(q, after)), bound, domain),
                applied_status(self, domain),
            )
        return undecided(f"{self.claim.id} does not bound the potential of the line before")


def _lambert(expression: sympy.Expr) -> sympy.Expr:
    """exp(-W(z)) = W(z) / z, for Lambert's function."""
    apart = sympy.expand_power_exp(sympy.expand(expression))
    known = {sympy.exp(-value): value / value.args[0] for value in apart.atoms(sympy.LambertW)}
    return sympy.simplify(apart.xreplace(known))


@dataclass(frozen=True, eq=False)
class Majorised(Rule):
    """A function of a part s of the expression, 0 <= s <= end, is replaced by one that is above.

    Parameters
    ----------
    function, by : expressions in ``variable``
        The gap g = by - function is nonnegative because g(0), g'(0), ... are, up to the derivative
        of order ``order``, which is nonnegative for s >= 0. With a finite ``end``: because
        g / s^power falls on (0, end], which is decided in the same way, and g(end) >= 0.
    variable : symbol
        Stands for s.
    of : expression
        What s is.
    order : int
    end : number, optional
    power : int, optional
    sense : str
        ``>=`` when ``by`` is below the function.
    """

    function: Any
    by: Any
    variable: Any
    of: Any
    order: int
    end: Any = sympy.oo
    power: int = 0
    sense: str = "<="

    @property
    def relation(self) -> str:
        return self.sense

    @property
    def words(self) -> str:
        s, function, by = (sympy.sympify(e) for e in (self.variable, self.function, self.by))
        sign = r"\le" if self.sense == "<=" else r"\ge"
        upto = "" if self.end is sympy.oo else rf" \le {sympy.latex(sympy.sympify(self.end))}"
        left = rf"{sympy.latex(function)} {sign} {sympy.latex(by)}"
        return rf"${left}$ for $0 \le {sympy.latex(s)}{upto}$"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        s, of, end = (sympy.sympify(e) for e in (self.variable, self.of, self.end))
        function, by = sympy.sympify(self.function), sympy.sympify(self.by)
        hole = sympy.Dummy("hole", real=True)
        with_hole = sympy.sympify(before).subs(function.subs(s, of), hole)
        if not with_hole.has(hole):
            return undecided(f"{function.subs(s, of)} does not occur")
        if is_bound_inside(function.subs(s, of), sympy.sympify(before)):
            return undecided(f"{of} is many values")
        findings = [
            one_sided(self.sense),
            decide_equal(with_hole.subs(hole, by.subs(s, of)), after, domain),
            rises_with(with_hole, hole, domain),
            _nonnegative_rational(of, domain),
            *self._inequality(domain),
        ]
        if end is not sympy.oo:
            findings.append(_nonnegative_rational(end - of, domain))
        return worst(*findings)

    def _inequality(self, domain: Domain) -> list[Finding]:
        s, end = sympy.sympify(self.variable), sympy.sympify(self.end)
        sign = 1 if self.sense == "<=" else -1
        gap = sign * (sympy.sympify(self.by) - sympy.sympify(self.function))
        if end is sympy.oo:
            return _by_derivatives(gap, s, self.order, domain)
        falling = sympy.expand(self.power * gap - s * sympy.diff(gap, s))
        height = enclose(gap.subs(s, end))
        at_end = proved(f"{gap.subs(s, end)} = {height.str(6)}")
        if not height >= 0:
            at_end = undecided(f"the gap at {end} is {height.str(6)}")
        free = sympy.Dummy("s", positive=True)
        smooth = no_jump(gap.subs(s, free), free, domain)
        return [*_by_derivatives(falling, s, self.order, domain), smooth, at_end]


def _by_derivatives(gap: sympy.Expr, s: sympy.Symbol, order: int, domain: Domain) -> list[Finding]:
    findings = [
        decide_nonnegative(sympy.simplify(sympy.diff(gap, s, k).subs(s, 0)), domain)
        for k in range(order)
    ]
    free = sympy.Dummy("s", nonnegative=True)
    for k in range(order):
        findings.append(no_jump(sympy.diff(gap, s, k).subs(s, free), free, domain))
    last = sympy.factor(sympy.simplify(sympy.diff(gap, s, order))).subs(s, free)
    return [*findings, decide_nonnegative(last, domain)]


@dataclass(frozen=True, eq=False)
class Rising(ByClaim):
    """A rising function of a quantity that an earlier claim bounds.

    Parameters
    ----------
    claim : Claim
        Bounds the quantity.
    function, variable : expression and symbol
        Nondecreasing for positive values.
    sense : str
    """

    function: Any = None
    variable: Any = None
    sense: str = "<="

    @property
    def relation(self) -> str:
        return self.sense

    @property
    def words(self) -> str:
        return rf"\texttt{{{self.claim.id}}} and monotonicity"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        function, v = sympy.sympify(self.function), sympy.sympify(self.variable)
        if not v.is_positive:
            return undecided(f"{v} must be positive")
        terms = ascending_terms(self)
        if not terms or not terms[0].is_positive:
            return undecided(f"the least term of {self.claim.id} is not seen to be positive")
        for low, high in pairwise(terms):
            one, two = (low, high) if self.sense == "<=" else (high, low)
            if decide_equal(function.subs(v, one), before, domain).status is not Status.PROVED:
                continue
            free = sympy.Dummy("v", positive=True)  # no parameter, whatever v is
            shape = function.subs(v, free)
            return worst(
                one_sided(self.sense),
                decide_nonnegative(sympy.diff(shape, free), domain),
                no_jump(shape, free, domain),
                decide_equal(function.subs(v, two), after, domain),
                applied_status(self, domain),
            )
        return undecided(f"{self.claim.id} does not bound the quantity of the line before")
