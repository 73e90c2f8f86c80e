"""Rules of derivation that take limits by comparison: squeezing, limits of the parts.

They are written for the sections on weighting schemes and would serve any topic.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import sympy

from theory.core.binding import symbols_of
from theory.core.continuity import limit_at
from theory.core.decision import Finding, decide_equal, decide_positive
from theory.core.domain import Domain
from theory.core.parameters import Integer
from theory.core.rising import is_bound_inside
from theory.core.rule import examine
from theory.core.rules.asymptotics import EVERY_POWER, Expansion, is_negligible
from theory.core.rules.by_claim import ByClaim, applies
from theory.core.rules.comparison_bounds import ByLink
from theory.core.rules.elementary import Rule, proved, refuted, undecided, worst
from theory.core.signs import surely_nonnegative, surely_positive
from theory.core.special import NormalCDF
from theory.core.statement import Bound, Equivalent

__all__ = [
    "BeyondAllOrders",
    "FadingExponential",
    "HalvedExpansion",
    "LimitOfMinimum",
    "LimitOfParts",
    "Squeeze",
]


@dataclass(frozen=True, eq=False)
class HalvedExpansion(Rule):
    """`Expansion` for a large parameter that occurs halved, in half of it.

    Parameters
    ----------
    variable : symbol
    large : expression, optional
        A multiple of the variable; the expansion is in half of it.
    """

    variable: Any
    large: Any = None

    @property
    def relation(self) -> str:
        return "~"

    def tends(self) -> tuple[sympy.Symbol, sympy.Expr]:
        return sympy.sympify(self.variable), sympy.oo

    @property
    def words(self) -> str:
        return Expansion(self.variable).words

    def _grows(self, domain: Domain) -> bool:
        variable = sympy.sympify(self.variable)
        scale = sympy.S.One if self.large is None else sympy.sympify(self.large) / variable
        return not scale.has(variable) and surely_positive(scale, domain)

    def _halved(self, *expressions: Any) -> tuple[Any, ...]:
        """Half of the large expression, and the expressions in terms of it."""
        variable = sympy.sympify(self.variable)
        large = variable if self.large is None else sympy.sympify(self.large)
        half = sympy.Symbol("half", positive=True)
        pairs = {variable: 2 * half * variable / large}
        return half, *(sympy.sympify(e).subs(pairs) for e in expressions)

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        if not self._grows(domain):
            return undecided(f"{self.large} is not seen to be a positive multiple")
        half, left, right = self._halved(before, after)
        return Expansion(half).check(left, right, domain)

    def negligible(self, small: sympy.Expr, main: sympy.Expr, domain: Domain) -> Finding:
        """Whether ``small`` is of lower order than ``main``."""
        half, left, right = self._halved(small, main)
        return is_negligible(left, right, half, 0, domain)


@dataclass(frozen=True, eq=False)
class BeyondAllOrders(ByClaim):
    """An equivalence beyond all orders, applied to a factor of power growth.

    What is neglected is then smaller than every power of the variable.

    Parameters
    ----------
    times : expression
        What both sides of the equivalence are multiplied by first.
    scale : HalvedExpansion
        In whose variable the term that is replaced has a power expansion.
    """

    times: Any = 1
    scale: HalvedExpansion = field(default_factory=lambda: HalvedExpansion(sympy.Symbol("n")))

    @property
    def relation(self) -> str:
        return "+-"

    def remainder(self, domain: Domain) -> sympy.Expr | None:
        return sympy.sympify(self.scale.variable) ** (-EVERY_POWER)

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        statement = self.claim.statement
        if not (isinstance(statement, Equivalent) and statement.order is sympy.oo):
            return refuted(f"{self.claim.id} is no equivalence beyond all orders")
        old, new = (self._here(side) * self.times for side in statement.sides)
        hole = sympy.Dummy("part", real=True)
        with_hole = sympy.sympify(before).subs(old, hole)
        factor = sympy.diff(with_hole, hole)
        if factor.has(hole) or not with_hole.has(hole) or is_bound_inside(old, before):
            return undecided(f"{old} does not occur, or not linearly")
        variable = sympy.sympify(self.scale.variable)
        if self._here(statement.variable) != variable:
            return undecided(f"the equivalence is one in {statement.variable}")
        status = self.claim.derivation_report().worst
        return worst(
            decide_equal(with_hole.subs(hole, new), after, domain),
            self.scale.negligible(variable ** (-EVERY_POWER) * factor * new, variable**0, domain),
            Finding(status, f"by {self.claim.id}, whose own derivation is {status}"),
        )


@dataclass(frozen=True, eq=False)
class LimitOfParts(Rule):
    """The ratio to the expression after tends to 1, because its parts tend to limits.

    Parameters
    ----------
    variable : symbol
        Grows to infinity.
    parts : mapping
        From parts of the ratio to their limits. A limit that is given with a rule, as a pair, is
        checked by it; the others by SymPy. The ratio must be continuous in its parts.
    letters : mapping, optional
        Positive symbols for expressions in the variable, or in other letters, in which the parts
        are written.
    written : mapping, optional
        Expressions in the variable, and what they are in letters.
    ratio : expression, optional
        The ratio of before and after, written so that the parts occur.
    """

    variable: Any
    parts: Mapping[Any, Any]
    letters: Mapping[Any, Any] = field(default_factory=dict)
    written: Mapping[Any, Any] = field(default_factory=dict)
    ratio: Any = None

    @property
    def relation(self) -> str:
        return "~"

    def tends(self) -> tuple[sympy.Symbol, sympy.Expr]:
        return sympy.sympify(self.variable), sympy.oo

    @property
    def words(self) -> str:
        return f"limits as ${sympy.latex(sympy.sympify(self.variable))} \\to \\infty$"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        n = sympy.sympify(self.variable)
        letters = {symbol: sympy.sympify(value) for symbol, value in self.letters.items()}
        compound = {symbol: value for symbol, value in letters.items() if value.has(*letters)}
        ratio, found = sympy.sympify(before) / after, []
        for whole, in_letters in self.written.items():
            ratio = ratio.subs(whole, in_letters)
            back = sympy.sympify(in_letters).subs(letters)
            found.append(decide_equal(whole, back, domain))
        if self.ratio is not None:
            given = sympy.sympify(self.ratio)
            found.append(decide_equal(ratio, given.subs(compound), domain))
            ratio = given
        at_limit = {}
        for part, limit in self.parts.items():
            value, rule = limit if isinstance(limit, tuple) else (limit, _PlainLimit(n))
            value = sympy.sympify(value)
            inside = sympy.sympify(part).subs(compound).subs(letters)
            # a symbol that is positive only where the part is: sqrt(u**2) is u or -u
            positive = surely_positive(inside, domain) or None
            hole = sympy.Dummy("part", real=True, positive=positive)
            ratio = ratio.subs(part, hole)
            at_limit[hole] = value
            if rule.relation not in ("=", "~") or rule.tends() not in (None, self.tends()):
                return undecided(f"{part} is not seen to tend to {value}")
            if value.has(n, *letters) or inside.has(*letters):
                return undecided(f"{value} is no limit: it moves")
            found.append(examine(rule, inside, value, domain))
        if ratio.has(n, *letters):
            return undecided(f"the ratio is not seen as a function of the parts: {ratio}")
        if not _continuous(ratio, at_limit, domain):
            return undecided(f"not seen to be continuous: {ratio}")
        total = ratio.subs(at_limit)
        if total.has(sympy.oo, sympy.zoo, sympy.nan):
            return undecided(f"the limit is {total}")
        return worst(*found, decide_equal(total, 1, domain))


@dataclass(frozen=True, eq=False)
class _PlainLimit(Rule):
    """A finite limit, the same formula on the whole domain; it may be 0."""

    variable: Any

    @property
    def relation(self) -> str:
        return "~"

    def tends(self) -> tuple[sympy.Symbol, sympy.Expr]:
        return sympy.sympify(self.variable), sympy.oo

    @property
    def words(self) -> str:
        return "limit"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        value = _limit(sympy.sympify(before), self.tends()[0], domain)
        if value is None or not value.is_finite:
            return undecided(f"{before} is not seen to have a finite limit: {value}")
        return decide_equal(value, after, domain)


def _limit(expression: sympy.Expr, variable: sympy.Symbol, domain: Domain) -> sympy.Expr | None:
    """The limit as a variable, taken as a real one, grows; None if it is not seen."""
    real = sympy.Dummy(str(variable), positive=True)
    fixed = [p for p in domain.parameters if p.symbol != variable]
    conditions = tuple(c for c in domain.where if variable not in c.free_symbols)
    around = Domain(*fixed, where=conditions)
    return limit_at(expression.subs(variable, real), real, sympy.oo, "-", around)


def _continuous(
    expression: sympy.Expr, at: Mapping[sympy.Symbol, sympy.Expr], domain: Domain
) -> bool:
    """Whether a function of parts is continuous where they are at their limits."""
    kinds = (sympy.Add, sympy.Mul, sympy.Pow, sympy.exp, NormalCDF)
    parts = [e for e in sympy.preorder_traversal(expression) if e.has(*at)] if at else []
    if not all(isinstance(e, kinds) or e.is_Atom for e in parts):
        return False
    powers = (e for e in parts if isinstance(e, sympy.Pow))
    return all(_is_continuous_power(e.base, e.exp, at, domain) for e in powers)


def _is_continuous_power(
    base: sympy.Expr,
    exponent: sympy.Expr,
    at: Mapping[sympy.Symbol, sympy.Expr],
    domain: Domain,
) -> bool:
    there = base.subs(at)
    if not base.has(*at) and base.is_positive:
        return True
    if there is sympy.oo:
        return not exponent.has(*at)
    if surely_positive(there, domain):
        return True
    if exponent.has(*at):
        return False
    if exponent.is_integer:
        return surely_nonnegative(exponent, domain) or surely_positive(-there, domain)
    return there == 0 and surely_positive(exponent, domain)


def _grows(value: Any, variable: sympy.Symbol, domain: Domain) -> bool:
    """Whether a value tends to infinity with a variable."""
    return value is not None and _limit(value, variable, domain) is sympy.oo


@dataclass(frozen=True, eq=False)
class Squeeze(ByClaim):
    """What lies between two expressions that are asymptotically the same is so too.

    Parameters
    ----------
    claim : Claim
        A chain ``lower <= ... middle ... <= upper``, or ``|middle - main| <= remainder``.
    lower, upper : Rule
        Why the two ends are asymptotic to the expression after. For the second form ``lower``
        is for ``main``, and is a `HalvedExpansion`, which also compares the remainder.
    """

    lower: Rule = field(default_factory=Rule)
    upper: Rule | None = None

    @property
    def relation(self) -> str:
        return "~"

    def tends(self) -> tuple[sympy.Symbol, sympy.Expr] | None:
        return self.lower.tends()

    def rests_on(self, before: sympy.Expr, after: sympy.Expr, domain: Domain) -> Finding:
        """As for every claim; a value that tends to infinity is in an infinite range at last.

        That is so for a real parameter: an integer one must be seen to be whole.
        """
        pairs, used = self._pairs(), self.claim.domain
        variable = self.tends()[0]  # type: ignore[index]
        kept = [
            parameter
            for parameter in used.parameters
            if getattr(parameter, "high", None) != float("inf")
            or isinstance(parameter, Integer)
            or not _grows(pairs.get(parameter.symbol), variable, domain)
        ]
        names = {parameter.name for parameter in used.parameters} - {p.name for p in kept}
        if any(s.name in names for condition in used.where for s in condition.free_symbols):
            return undecided(f"a side condition speaks of {', '.join(sorted(names))}")
        rest = Domain(*kept, where=used.where)
        pairs = {symbol: value for symbol, value in pairs.items() if str(symbol) not in names}
        return applies(rest, pairs, domain, symbols_of(before, after))

    def remainder(self, domain: Domain) -> sympy.Expr | None:
        return None

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        statement = self.claim.statement
        if not isinstance(statement, Bound):
            return refuted(f"{self.claim.id} is not a bound")
        terms = [self._here(term) for term in statement.terms]
        for rule in (self.lower, self.upper or self.lower):
            same = rule.relation == "=" or rule.tends() == self.tends()
            if rule.relation not in ("=", "~") or not same:
                return undecided(f"{rule.words} is no equivalence in the same variable")
        if len(terms) > 2:
            low, *between, high = terms if statement.sense == "<=" else terms[::-1]
            middle = before if sympy.sympify(before) in between else between[0]
            ends = [
                examine(self.lower, low, after, domain),
                examine(self.upper or self.lower, high, after, domain),
            ]
        elif isinstance(terms[0], sympy.Abs) and isinstance(self.lower, HalvedExpansion):
            middle = sympy.sympify(before)
            main = sympy.expand(middle - terms[0].args[0])
            ends = [
                examine(self.lower, main, after, domain),
                self.lower.negligible(terms[1], main, domain),
            ]
        else:
            return undecided("the bound has no two ends")
        status = self.claim.derivation_report().worst
        return worst(
            decide_equal(before, middle, domain),
            *ends,
            Finding(status, f"by {self.claim.id}, whose own derivation is {status}"),
        )


@dataclass(frozen=True, eq=False)
class FadingExponential(Rule):
    """n^A exp(-c n^k) -> 0 for c, k > 0, whatever A."""

    variable: Any

    @property
    def relation(self) -> str:
        return "~"

    def tends(self) -> tuple[sympy.Symbol, sympy.Expr]:
        return sympy.sympify(self.variable), sympy.oo

    @property
    def words(self) -> str:
        return "an exponential beats every power"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        n = sympy.sympify(self.variable)
        if sympy.sympify(after) != 0:
            return undecided("the limit is 0")
        height: sympy.Expr = sympy.S.Zero
        for factor in sympy.Mul.make_args(sympy.powsimp(sympy.sympify(before))):
            base, power = factor.as_base_exp()
            if isinstance(factor, sympy.exp):
                height = height - factor.args[0]
            elif base != n or power.has(n):
                return undecided(f"{factor} is neither a power of {n} nor an exponential")
        coefficient, whole = height.as_independent(n, as_Add=False)
        base, power = whole.as_base_exp()
        if base != n:
            return undecided(f"the exponent is not a power of {n}")
        signs = [
            sympy.factor(sympy.together(e.subs(form)))
            for e in (coefficient, power)
            for form in domain.forms()
        ]
        if all(sign.is_positive for sign in signs):
            return proved("the exponential beats every power")
        return undecided("the exponent is not seen to grow")


@dataclass(frozen=True, eq=False)
class LimitOfMinimum(Rule):
    """Min(A, B) is asymptotic to what A is asymptotic to, if B outgrows that.

    Parameters
    ----------
    first : Rule
        For A.
    lower : ByLink
        Why B is at least ``bound``.
    bound : expression
    outgrown : expression
        The ratio of the expression after to the bound; it must tend to 0.
    letter : symbol
        Grows to infinity with the variable; the ratio is written in it.
    letter_is : expression
        What it is in the variable.
    written : mapping
        What is replaced in the ratio and the bound by expressions in letters before a comparison.
    letters : mapping
        Further letters, which grow to infinity as well, and what they are in the first.
    """

    first: Rule
    lower: ByLink
    bound: Any
    outgrown: Any
    letter: Any
    letter_is: Any
    written: Mapping[Any, Any]
    letters: Mapping[Any, Any]

    @property
    def relation(self) -> str:
        return "~"

    def tends(self) -> tuple[sympy.Symbol, sympy.Expr] | None:
        return self.first.tends()

    @property
    def words(self) -> str:
        return "the smaller of two, one of which outgrows the other"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        if not isinstance(before, sympy.Min) or len(before.args) != 2:
            return undecided("the rule takes the smaller of two")
        large = [e for e in before.args if e.has(NormalCDF)]
        if len(large) != 1:
            return undecided("one of the two must be a normal tail")
        (small,) = (e for e in before.args if e is not large[0])
        ratio, tail = sympy.sympify(after) / self.bound, large[0]
        for whole, in_letter in self.written.items():
            ratio, tail = ratio.subs(whole, in_letter), tail.subs(whole, in_letter)
        bound = sympy.sympify(self.bound)
        for whole, in_letter in self.written.items():
            bound = bound.subs(whole, in_letter)
        letter, letter_is = sympy.sympify(self.letter), sympy.sympify(self.letter_is)
        same = [
            decide_equal(
                whole, sympy.sympify(in_letter).subs(self.letters).subs(letter, letter_is), domain
            )
            for whole, in_letter in self.written.items()
        ]
        if self.first.relation != "~" or self.lower.relation != ">=":
            return undecided("the first takes an equivalence, the second a bound from below")
        (variable, _) = self.first.tends() or (letter, None)
        if sympy.sympify(self.outgrown).subs(self.letters).has(variable):
            return undecided(f"{self.outgrown} moves with {variable} as well")
        growing = [_grows(letter_is, variable, domain)]
        growing += [_grows(sympy.sympify(e), letter, domain) for e in self.letters.values()]
        return worst(
            *same,
            proved("the letters grow") if all(growing) else undecided("a letter may not grow"),
            examine(self.first, small, after, domain),
            examine(self.lower, tail, bound, domain),
            decide_equal(ratio, self.outgrown, domain),
            decide_positive(after, domain),
            decide_positive(bound, domain),  # in letters, which are positive at last
            _PlainLimit(letter).check(
                sympy.sympify(self.outgrown).subs(self.letters), sympy.S.Zero, domain
            ),
        )
