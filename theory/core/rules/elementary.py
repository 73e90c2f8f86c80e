"""Rules of derivation. Each one checks the step that uses it; none is taken on trust.

`theory.core.rule` says what a rule is. Here are the elementary rules; those that evaluate sums and
integrals are in `theory.core.rules.evaluation`, limits in `theory.core.rules.limits`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy
from sympy.concrete.expr_with_limits import ExprWithLimits

from theory.core.binding import is_infinite, replace_free
from theory.core.continuity import is_continuous, is_continuous_at
from theory.core.decision import (
    Finding,
    Status,
    contradicted,
    decide_equal,
    decide_nonnegative,
)
from theory.core.domain import Domain
from theory.core.errors import ClaimError
from theory.core.exact import evaluate_integrals, evaluate_sums
from theory.core.rule import Rule, examine, proved, refuted, undecided, worst
from theory.core.rules.evaluation import ChangeOfVariables, ExactIntegral, ExactSum
from theory.core.rules.limits import Limit, Series
from theory.core.signs import surely_nonnegative

__all__ = [
    "Algebra",
    "ChangeOfVariables",
    "Cited",
    "Definition",
    "Differentiation",
    "ExactIntegral",
    "ExactSum",
    "Exchange",
    "Limit",
    "Rule",
    "Series",
    "Substitution",
    "Termwise",
    "algebra",
    "definition",
    "not_differentiated",
    "proved",
    "refuted",
    "undecided",
    "worst",
]


@dataclass(frozen=True)
class Definition(Rule):
    """The first line of a chain: a side of the statement with its observables written out.

    The derivation compares it with the sides and with the definitions of the observables
    (`Derivation.check`), so that a chain cannot start from something else.
    """

    @property
    def words(self) -> str:
        return "definition"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        if before is None:
            return proved("by definition")
        return decide_equal(before, after, domain)  # not the first line: then it must be the same


@dataclass(frozen=True)
class Algebra(Rule):
    """The difference of the two expressions simplifies to zero, finite sums included."""

    @property
    def words(self) -> str:
        return "algebra"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        return decide_equal(before, after, domain)


definition = Definition()
algebra = Algebra()


@dataclass(frozen=True, eq=False)
class Substitution(Rule):
    """Parts of the expression before are replaced by what they are equal to.

    Each pair must be equal on the domain, or be an equation among its side conditions.

    Parameters
    ----------
    pairs : dict
        From a part to what is put in its place.
    """

    pairs: dict[Any, Any]

    @property
    def words(self) -> str:
        return "substitution"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        pairs = {sympy.sympify(old): sympy.sympify(new) for old, new in self.pairs.items()}
        findings = [decide_equal(replace_free(before, pairs), after, domain)]
        for old, new in pairs.items():
            if {sympy.Eq(old, new), sympy.Eq(new, old)} & set(domain.where):
                if sympy.sympify(before).has(sympy.Derivative, sympy.Subs):
                    findings.append(undecided("a side condition is not differentiated"))
                continue
            if decide_equal(old, new, domain).status is not Status.PROVED:
                findings.append(undecided(f"{old} is not known to be {new}"))
        return worst(*findings)


@dataclass(frozen=True, eq=False)
class Differentiation(Rule):
    """Derivatives in the expression before are carried out."""

    @property
    def words(self) -> str:
        return "differentiation"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        sides = []
        for side in (sympy.sympify(before), after):
            for derivative in side.atoms(sympy.Derivative):
                if problem := not_differentiated(derivative):
                    return undecided(problem)
            sides.append(
                side.replace(
                    lambda e: isinstance(e, sympy.Derivative),
                    lambda e: sympy.diff(e.expr, *e.variable_count),
                )
            )
        return decide_equal(sides[0], sides[1], domain)


def not_differentiated(derivative: sympy.Derivative) -> str | None:
    """Why a derivative is not to be carried out inside, or None."""
    for operation in derivative.expr.atoms(ExprWithLimits):
        if not operation.free_symbols & set(derivative.variables):
            continue
        if is_infinite(operation) or isinstance(operation, sympy.Integral):
            kind = operation.func.__name__
            return f"whether the derivative may go inside the {kind} is not seen"
    moving = [getattr(variable, "base", variable) for variable in derivative.variables]
    if any(kink.has(*moving) for kink in derivative.expr.atoms(*_KINKS)):
        return "the function is not seen to be smooth"
    return None


_KINKS = (
    sympy.Abs,
    sympy.sign,
    sympy.floor,
    sympy.ceiling,
    sympy.Max,
    sympy.Min,
    sympy.Piecewise,
    sympy.KroneckerDelta,
    sympy.Heaviside,
)


@dataclass(frozen=True, eq=False)
class Termwise(Rule):
    """A rule applied under a common outer sum, product or integral of nonnegative weight.

    The inner rule sees the range of the bound variable (`Domain.within`).

    Parameters
    ----------
    inner : Rule
        From term to term.
    """

    inner: Rule

    @property
    def relation(self) -> str:
        return self.inner.relation

    @property
    def words(self) -> str:
        return f"{self.inner.words}, term by term"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        if self.relation not in ("=", "<=", ">="):
            return undecided("an asymptotic step does not go through a sum or an integral")
        if before == after:
            return proved("the same expression")
        split = _common_outside(sympy.sympify(before), after)
        if split is None:
            return undecided("no common outer sum or integral")
        factor, operation, inside_before, inside_after = split
        limit = operation.limits[-1]
        discrete = not isinstance(operation, sympy.Integral)
        inside = domain.inside(operation, limit)
        finding = examine(self.inner, inside_before, inside_after, inside)
        if self.relation == "=":
            return finding
        requirements = [decide_nonnegative(factor, domain)]
        if not discrete and not _ascends(limit, domain):
            requirements.append(undecided(f"the ends of {limit} are not seen to be in order"))
        if isinstance(operation, sympy.Product):
            smaller = inside_before if self.relation == "<=" else inside_after
            requirements.append(decide_nonnegative(smaller, inside))
        return worst(finding, *requirements)


def _ascends(limit: Any, domain: Domain) -> bool:
    _, low, high = limit
    return low is -sympy.oo or high is sympy.oo or surely_nonnegative(high - low, domain)


def _common_outside(
    before: sympy.Expr, after: sympy.Expr
) -> tuple[sympy.Expr, Any, sympy.Expr, sympy.Expr] | None:
    """Strip a constant term, a factor and one outer operation that two expressions share."""
    shared_terms = set(sympy.Add.make_args(before)) & set(sympy.Add.make_args(after))
    for term in shared_terms:
        before, after = before - term, after - term
    outer = (sympy.Sum, sympy.Integral, sympy.Product)

    def parts(e: sympy.Expr) -> tuple[sympy.Expr, Any] | None:
        operations = [f for f in sympy.Mul.make_args(e) if isinstance(f, outer)]
        return (e / operations[0], operations[0]) if len(operations) == 1 else None

    one, two = parts(before), parts(after)
    if one is None or two is None or one[0] != two[0] or type(one[1]) is not type(two[1]):
        return None
    if one[1].limits[-1] != two[1].limits[-1]:
        return None

    def inside(operation: Any) -> sympy.Expr:
        rest = operation.limits[:-1]
        return operation.func(operation.function, *rest) if rest else operation.function

    return one[0], one[1], inside(one[1]), inside(two[1])


@dataclass(frozen=True, eq=False)
class Exchange(Rule):
    """Two sums or integrals change places.

    Allowed when one of them is a finite sum of convergent terms, or the summand is nonnegative
    (Tonelli); which of the two was used is part of the finding.
    """

    @property
    def words(self) -> str:
        return "exchange of the order"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        left, right = _nest(sympy.sympify(before)), _nest(after)
        if left is None or right is None or len(left[1]) != 2 or len(right[1]) != 2:
            return undecided("an exchange takes a double sum or integral to another")
        factor_before, (first, second), body = left
        factor_after, swapped, swapped_body = right
        if swapped != (second, first):
            return undecided("the two sums or integrals are not the same, exchanged")
        bound = {first[1][0], second[1][0]}
        if (factor_before.free_symbols | factor_after.free_symbols) & bound:
            return undecided("a factor outside has the name of a bound variable")
        if any(end.free_symbols & bound for _, limit in swapped for end in limit[1:]):
            return undecided("the range of one depends on the other")
        inside = domain
        for kind, limit in (second, first):
            inside = inside.within(*limit, discrete=kind is not sympy.Integral)
        same = decide_equal(factor_before * body, factor_after * swapped_body, inside)
        for (kind, limit), other in ((first, second), (second, first)):
            if kind is sympy.Sum and not is_infinite(kind(body, limit)):
                around = domain.within(*limit, discrete=True)
                if how := _why_convergent(other, body, around):
                    reason = f"{same.reason}; the sum over {limit[0]} is finite, {how}"
                    return worst(same, proved(reason))
        sign = decide_nonnegative(body, inside)
        if sign.status is Status.PROVED:
            return worst(same, proved(f"{same.reason}; the terms are nonnegative (Tonelli)"))
        return worst(same, undecided("neither a finite sum of convergent terms nor nonnegative"))


def _why_convergent(operation: tuple[Any, Any], body: sympy.Expr, domain: Domain) -> str | None:
    """How one sum or integral of a nest is seen to converge, or None."""
    kind, limit = operation
    whole = kind(body, limit)
    if kind is sympy.Sum:
        if not is_infinite(whole):
            return "and so is the other"
        closed = not evaluate_sums(whole, domain).has(sympy.Sum)
        return "its terms are convergent sums" if closed else None
    within = domain.within(*limit, discrete=False)
    if not is_infinite(whole) and is_continuous(body, within):
        if all(is_continuous_at(body, limit[0], end, domain) for end in limit[1:]):
            return "its terms are integrals of continuous functions"
    value, _ = evaluate_integrals(whole, domain)
    return "its terms are convergent integrals" if value is not None else None


_Nest = tuple[sympy.Expr, tuple[tuple[Any, Any], ...], sympy.Expr]


def _nest(expression: sympy.Expr) -> _Nest | None:
    """Outer factor, the operations from the inside out, and all that stands under them."""
    factor, body = sympy.S.One, expression
    operations: list[Any] = []
    while True:
        found = [f for f in sympy.Mul.make_args(body) if isinstance(f, (sympy.Sum, sympy.Integral))]
        if len(found) > 1:
            return None
        if not found:
            break
        beside = body / found[0]
        if operations:
            # what stands between two operations goes under the inner one
            if beside.free_symbols & {limit[0] for limit in found[0].limits}:
                return None
            body = found[0].function * beside
        else:
            factor, body = beside, found[0].function
        operations = [(type(found[0]), limit) for limit in found[0].limits] + operations
    return (factor, tuple(operations), body) if operations else None


@dataclass(frozen=True, eq=False)
class Cited(Rule):
    """A named theorem from elsewhere; shown as cited wherever the derivation is shown.

    Parameters
    ----------
    theorem : str
        Its name, in LaTeX text.
    reference : str
        Where it is proved.
    sense : str
        The relation it gives.
    within : expression, optional
        For the sense ``+-``: the bound that it gives on the difference.
    """

    theorem: str
    reference: str
    sense: str = "="
    within: Any = None

    def __post_init__(self) -> None:
        if self.sense not in ("=", "<=", ">=", "~", "+-"):
            raise ClaimError(
                f"the sense of a cited theorem is =, <=, >=, ~ or +-, not {self.sense}"
            )
        if self.sense == "+-" and self.within is None:
            raise ClaimError("a cited theorem with a remainder says what bounds it: within=...")

    @property
    def relation(self) -> str:
        return self.sense

    @property
    def words(self) -> str:
        return f"{self.theorem} [{self.reference}]"

    def remainder(self, domain: Domain) -> sympy.Expr | None:
        return None if self.within is None else sympy.sympify(self.within)

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        if self.sense in ("=", "<=", ">="):  # a theorem that is not applied rightly
            refutation, _ = contradicted(sympy.sympify(before), self.sense, after, domain)
            if refutation is not None:
                return refutation
        return Finding(Status.CITED, f"cited: {self.theorem} ({self.reference})")
