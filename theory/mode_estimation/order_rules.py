"""Rules of derivation that use the order of ranked probabilities."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy
from sympy.concrete.expr_with_limits import ExprWithLimits

from theory.core.decision import Finding, Status, decide_equal, decide_nonnegative
from theory.core.domain import Domain
from theory.core.parameters import Integer, Parameter
from theory.core.rising import is_bound_inside
from theory.core.rule import Rule, examine, proved, undecided, worst
from theory.core.rules.along_line import one_sided
from theory.core.rules.monotone import assuming, decide_sign
from theory.mode_estimation.counts import Ranked

__all__ = [
    "AsExponential",
    "ByRank",
    "LogarithmsByRank",
    "PowersBelowOne",
    "is_rival",
    "ranked",
    "surely_above",
]


def is_rival(k: Any, classes: Any, domain: Domain) -> Finding:
    """Whether a class is one of 2, ..., m."""
    k, classes = sympy.sympify(k), sympy.sympify(classes)
    if not k.is_integer:
        return undecided(f"{k} is not seen to be an integer")
    for bounds in domain.ranges:
        if bounds.variable == k and bounds.discrete and bounds.high == classes:
            return decide_nonnegative(bounds.low - 2, domain)
    own = next((q for q in domain.parameters if isinstance(q, Integer) and q.symbol == k), None)
    if own is not None and sympy.Le(k, classes) in domain.where:
        first = own.first
        return proved("a rival") if first is not None and first >= 2 else undecided(f"{k} may be 1")
    return worst(decide_nonnegative(k - 2, domain), decide_nonnegative(classes - k, domain))


@dataclass(frozen=True, eq=False)
class ByRank(Rule):
    """A rule applied with what the order of ranked probabilities says of those that occur.

    Parameters
    ----------
    inner : Rule
        One of those that use facts (`theory.core.rules.monotone.assuming`).
    """

    inner: Rule

    @property
    def relation(self) -> str:
        return self.inner.relation

    @property
    def words(self) -> str:
        return f"{self.inner.words}, by the order of the probabilities"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        if self.relation not in ("=", "<=", ">="):
            return undecided("an order of probabilities says nothing of limits")
        return examine(self.inner, before, after, ranked(domain, before, after))


def ranked(domain: Domain, *expressions: Any) -> Domain:
    """The domain with the order of ranked probabilities built into those that occur.

    With 1 >= p_1 > p_2 >= p_i for every rival i, the first is 1 / (1 + w), the second is the first
    over (1 + t)^2, and any other is the second over (1 + s)^2, with w, s >= 0 and t > 0. Nothing
    is said of an entry whose index is bound in one of the expressions, where it is many values.
    """
    facts: dict[sympy.Expr, sympy.Expr] = {}
    sides = [sympy.sympify(x) for x in expressions]
    entries = {e for x in sides for e in x.atoms(sympy.Indexed)}
    entries -= {e for x in sides for e in entries if is_bound_inside(e.indices[0], x)}
    for law in domain.parameters:
        if not isinstance(law, Ranked):
            continue
        length = law.length
        classes = length.symbol if isinstance(length, Parameter) else sympy.Integer(length)
        if decide_nonnegative(classes - 2, domain).status is not Status.PROVED:
            continue
        for entry in sorted(entries, key=str):
            if entry.base != law.symbol or entry.indices[0] in (1, 2):
                continue
            if is_rival(entry.indices[0], classes, domain).status is Status.PROVED:
                facts[entry] = law[2] / (1 + sympy.Dummy("s", nonnegative=True)) ** 2
        facts[law[2]] = law[1] / (1 + sympy.Dummy("t", positive=True)) ** 2
        facts[law[1]] = 1 / (1 + sympy.Dummy("w", nonnegative=True))
    return assuming(domain, facts=facts)


@dataclass(frozen=True, eq=False)
class PowersBelowOne(Rule):
    """Powers of a positive number of at most 1: smaller ones for larger exponents; 0 is below.

    Parameters
    ----------
    base : expression
        Seen to be at most 1 by the order of the probabilities.
    """

    base: Any
    sense: str = "<="

    @property
    def relation(self) -> str:
        return self.sense

    @property
    def words(self) -> str:
        return "powers of a number that is at most $1$"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        if (wrong := one_sided(self.sense)).status is not Status.PROVED:
            return wrong
        base = sympy.sympify(self.base)
        small, large = (sympy.sympify(before), sympy.sympify(after))
        if self.sense == ">=":
            small, large = large, small
        if small == 0 and large.is_nonnegative:
            return proved("nothing is below 0 here")
        lower, higher = (self._exponent(side, base) for side in (small, large))
        if lower is None or higher is None or not (lower.is_real and higher.is_real):
            return undecided(f"the sides are not real powers of {base}")
        positive = proved("positive") if surely_above(base, domain) else undecided("of no sign")
        return worst(
            positive,
            decide_sign(1 - base, ranked(domain, base)),
            decide_nonnegative(sympy.expand(lower - higher), domain),
        )

    @staticmethod
    def _exponent(side: sympy.Expr, base: sympy.Expr) -> sympy.Expr | None:
        if side == 1:
            return sympy.S.Zero
        found = side.as_base_exp()
        if found[0] == base:
            return sympy.sympify(found[1])
        return -found[1] if found[0] == 1 / base else None


@dataclass(frozen=True, eq=False)
class AsExponential(Rule):
    """Powers of positive numbers are written with the exponential function.

    Numbers are seen to be positive by the order of the probabilities.
    """

    @property
    def words(self) -> str:
        return "powers as exponentials"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        if _binds(before, after):
            return decide_equal(before, after, domain)
        one, two = _positive_parts(domain, before, after)
        gap = sympy.expand(sympy.expand_log(sympy.log(one / two), force=False))
        if sympy.simplify(gap) == 0:
            return proved("equal logarithms")
        return decide_equal(before, after, domain)


@dataclass(frozen=True, eq=False)
class LogarithmsByRank(Rule):
    """Logarithms of products are sums: the order of the probabilities shows what is positive."""

    @property
    def words(self) -> str:
        return "algebra of logarithms"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        if _binds(before, after):
            return decide_equal(before, after, domain)
        one, two = _positive_parts(domain, before, after, back=True)
        gap = sympy.expand(sympy.expand_log(one[0] - two[0], force=False))
        logs = {value: sympy.Dummy("log", real=True) for value in gap.atoms(sympy.log)}
        plain = gap.xreplace(logs).xreplace(one[1])
        if sympy.simplify(plain) == 0:
            return proved("equal once logarithms are taken apart")
        return decide_equal(before, after, domain)


def _binds(*expressions: Any) -> bool:
    """Whether a variable is bound, so that a part may be many values."""
    kinds = (ExprWithLimits, sympy.Derivative, sympy.Subs, sympy.Lambda, sympy.Limit)
    return any(sympy.sympify(e).has(*kinds) for e in expressions)


def _positive_parts(domain: Domain, *expressions: Any, back: bool = False) -> Any:
    """The expressions with positive symbols for entries and for sums that are seen to be positive.

    With ``back``, each comes with the table of what the symbols for sums stand for.
    """
    names: dict[sympy.Expr, sympy.Expr] = {}

    def plain(e: sympy.Expr) -> sympy.Expr:
        if isinstance(e, sympy.Add) and not e.has(sympy.log) and not _has_quotient(e):
            expanded = sympy.expand(e)  # one symbol for all spellings
            if expanded not in names and surely_above(expanded, domain):
                names[expanded] = sympy.Dummy("positive", positive=True)
            if expanded in names:
                return names[expanded]
        return e.func(*map(plain, e.args)) if e.args and not e.is_Indexed else e

    written = [plain(sympy.sympify(e)) for e in expressions]
    atoms = {entry for e in (*written, *names) for entry in e.atoms(sympy.Indexed)}
    entries = {
        entry: sympy.Dummy("entry", positive=True)
        for entry in sorted(atoms, key=str)
        if entry.is_positive
    }
    table = {symbol: e.xreplace(entries) for e, symbol in names.items()}
    made = [e.xreplace(entries) for e in written]
    return [(e, table) for e in made] if back else made


def _has_quotient(expression: sympy.Expr) -> bool:
    """Whether a sum stands in a denominator: then its parts are looked at, not the whole."""
    return any(
        power.exp.is_negative and power.base.has(sympy.Add) for power in expression.atoms(sympy.Pow)
    )


def surely_above(expression: sympy.Expr, domain: Domain) -> bool:
    """Whether the order of the probabilities shows an expression to be positive."""
    known = ranked(domain, expression)
    for old, new in getattr(known, "facts", {}).items():
        expression = expression.xreplace({old: new})
    written = sympy.fraction(sympy.together(sympy.expand(expression)))
    return all(bool(sympy.expand(part).is_positive) for part in written)
