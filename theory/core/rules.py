"""Rules of derivation. Each one checks the step that uses it; none is taken on trust.

A rule sees the expression before the step, the expression after it, and the hypotheses, and
returns a `Finding`. ``relation`` is what the step claims between the two: equal (``=``), at most
(``<=``), at least (``>=``), asymptotically equal (``~``), or equal up to a remainder that the rule
proves (``+-``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy

from theory.core.decision import Finding, Status, decide_equal, decide_nonnegative
from theory.core.domain import Domain
from theory.core.exact import evaluate_integrals, evaluate_sums
from theory.core.signs import positive_atoms

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
]


def proved(reason: str) -> Finding:
    return Finding(Status.PROVED, reason)


def undecided(reason: str) -> Finding:
    return Finding(Status.UNDECIDED, reason)


def refuted(reason: str) -> Finding:
    return Finding(Status.REFUTED, reason, {"what": reason})


def worst(*findings: Finding) -> Finding:
    """The weakest of several findings that must all hold."""
    order = (Status.REFUTED, Status.UNDECIDED, Status.CITED, Status.CERTIFIED, Status.PROVED)
    return min(findings, key=lambda finding: order.index(finding.status))


@dataclass(frozen=True)
class Rule:
    """Base of the rules.

    Attributes
    ----------
    relation : str
        What the step claims: ``=``, ``<=``, ``>=``, ``~`` or ``+-``.
    words : str
        How the rule is named in print.
    """

    @property
    def relation(self) -> str:
        return "="

    @property
    def words(self) -> str:
        raise NotImplementedError

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        """Whether the step from ``before`` to ``after`` is right on the domain."""
        raise NotImplementedError

    def remainder(self, domain: Domain) -> sympy.Expr | None:
        """For relation ``+-``: the proved bound on |before - after|."""
        return None


@dataclass(frozen=True)
class Definition(Rule):
    """The first line of a chain: a side of the statement with its observables written out.

    The derivation compares it with the definitions of the observables (`Derivation.check`), so
    that a chain cannot start from something else.
    """

    @property
    def words(self) -> str:
        return "definition"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        return proved("by definition")


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
    """Symbols of the expression before are replaced by what they stand for."""

    pairs: dict[Any, Any]

    @property
    def words(self) -> str:
        return "substitution"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        pairs = {sympy.sympify(old): sympy.sympify(new) for old, new in self.pairs.items()}
        return decide_equal(sympy.sympify(before).subs(pairs, simultaneous=True), after, domain)


@dataclass(frozen=True, eq=False)
class Differentiation(Rule):
    """Derivatives in the expression before are carried out."""

    @property
    def words(self) -> str:
        return "differentiation"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        return decide_equal(sympy.sympify(before).doit(), after.doit(), domain)


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
        integrals = sympy.sympify(before).atoms(sympy.Integral)
        results = after.atoms(sympy.Integral)
        if len(integrals) != 1 or len(results) != 1:
            return undecided("a change of variables takes one integral to one integral")
        (source,), (target,) = integrals, results
        (old, low, high), (new, new_low, new_high) = source.limits[0], target.limits[0]
        if (old, new) != (sympy.sympify(self.old), sympy.sympify(self.new)):
            return refuted(f"the integrals run over {old} and {new}")
        old_as = sympy.sympify(self.old_as)
        slope = sympy.diff(old_as, new)
        rising = decide_nonnegative(slope, domain).status is Status.PROVED
        falling = decide_nonnegative(-slope, domain).status is Status.PROVED
        if not rising and not falling:
            return undecided(f"{old_as} is not seen to be monotone in {new}")
        ends = (new_low, new_high) if rising else (new_high, new_low)
        for expected, end in zip((low, high), ends, strict=True):
            value = _end_value(old_as, new, end, domain)
            if value != expected:
                at_end = decide_equal(value, expected, domain)
                if at_end.status is not Status.PROVED:
                    reason = f"{old} = {value} where {new} = {end}, against {expected}"
                    return Finding(at_end.status, reason, at_end.numbers)
        transformed = source.function.subs(old, old_as) * (slope if rising else -slope)
        outside_before = sympy.sympify(before).subs(source, 1)
        outside_after = after.subs(target, 1)
        if before != outside_before * source or after != outside_after * target:
            if sympy.expand(sympy.sympify(before) - outside_before * source) != 0:
                return undecided("the integral must stand as a factor")
        return decide_equal(outside_before * transformed, outside_after * target.function, domain)


def _end_value(expression: Any, variable: Any, end: Any, domain: Domain) -> sympy.Expr:
    form = domain.positive_form()
    if end in (sympy.oo, sympy.S.Zero):
        atoms = positive_atoms(expression, domain)
        inside = sympy.limit(
            expression.subs(atoms).subs(form), variable, end, "+" if end == 0 else "-"
        )
        for parameter, whole in form.items():
            (free,) = whole.free_symbols
            inside = inside.subs(free, sympy.solve(whole - parameter, free)[0])
        inside = inside.subs({symbol: value for value, symbol in atoms.items()})
        return sympy.simplify(inside)
    return sympy.simplify(expression.subs(variable, end))


@dataclass(frozen=True, eq=False)
class ExactIntegral(Rule):
    """Integrals are evaluated in closed form.

    Parameters
    ----------
    antiderivative : expression, optional
        In the integration variable: it is differentiated back and evaluated at the ends.
        Without it, Euler's Beta and Gamma integrals are recognised and SymPy integrates the rest.
    """

    antiderivative: Any = None

    @property
    def words(self) -> str:
        return "exact integral"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        finding = self._closed(sympy.sympify(before), after, domain)
        if finding.status is Status.UNDECIDED and after.has(sympy.Integral):
            # a closed form may also be opened into an integral
            backward = self._closed(after, sympy.sympify(before), domain)
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
    """Sums are evaluated in closed form, where the hypotheses make them converge."""

    @property
    def words(self) -> str:
        return "exact sum"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        value = evaluate_sums(sympy.sympify(before), domain)
        forward = decide_equal(value, after, domain)
        if forward.status is Status.UNDECIDED:  # a closed form may also be opened into a sum
            backward = decide_equal(before, evaluate_sums(after, domain), domain)
            return backward if backward.status is Status.PROVED else forward
        return forward


@dataclass(frozen=True, eq=False)
class Termwise(Rule):
    """A rule applied under a common outer sum, product or integral of nonnegative weight."""

    inner: Rule

    @property
    def relation(self) -> str:
        return self.inner.relation

    @property
    def words(self) -> str:
        return f"{self.inner.words}, term by term"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        split = _common_outside(sympy.sympify(before), after)
        if split is None:
            return undecided("no common outer sum or integral")
        factor, inside_before, inside_after = split
        finding = self.inner.check(inside_before, inside_after, domain)
        if self.relation in ("<=", ">="):
            return worst(finding, decide_nonnegative(factor, domain))
        return finding


def _common_outside(
    before: sympy.Expr, after: sympy.Expr
) -> tuple[sympy.Expr, sympy.Expr, sympy.Expr] | None:
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

    return one[0], inside(one[1]), inside(two[1])


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
        if {first[:2], second[:2]} != {swapped[0][:2], swapped[1][:2]} or swapped[0][:2] == first[
            :2
        ]:
            return refuted("the two sums or integrals are not the same, exchanged")
        same = decide_equal(factor_before * body, factor_after * swapped_body, domain)
        for kind, limit in (first, second):
            if kind is sympy.Sum and limit[2] is not sympy.oo:
                return worst(same, proved(f"{same.reason}; the sum over {limit[0]} is finite"))
        sign = decide_nonnegative(body, domain)
        if sign.status is Status.PROVED:
            return worst(same, proved(f"{same.reason}; the terms are nonnegative (Tonelli)"))
        return worst(same, undecided("neither a finite sum nor nonnegative terms"))


_Nest = tuple[sympy.Expr, tuple[tuple[Any, Any], ...], sympy.Expr]


def _nest(expression: sympy.Expr) -> _Nest | None:
    """Outer factor, the operations from the inside out, and the innermost body."""
    factor: sympy.Expr = sympy.S.One
    operations: list[tuple[Any, Any]] = []
    body = expression
    while True:
        found = [f for f in sympy.Mul.make_args(body) if isinstance(f, (sympy.Sum, sympy.Integral))]
        if not found:
            return (factor, tuple(operations), body) if operations else None
        if len(found) > 1:
            return None
        factor = factor * (body / found[0])
        operations = [(type(found[0]), limit) for limit in found[0].limits] + operations
        body = found[0].function


@dataclass(frozen=True, eq=False)
class Series(Rule):
    """A truncated Taylor or Laurent series; the neglected part is of higher order.

    Parameters
    ----------
    variable, point : symbol and expression
    order : int
        The first neglected power of the distance to ``point`` (of 1/variable at infinity).
    """

    variable: Any
    point: Any
    order: int

    @property
    def relation(self) -> str:
        return "~"

    @property
    def words(self) -> str:
        return f"series at ${sympy.latex(sympy.sympify(self.point))}$"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        variable, point = sympy.sympify(self.variable), sympy.sympify(self.point)
        small = sympy.Dummy("h", positive=True)
        at = 1 / small if point is sympy.oo else point + small
        form = domain.positive_form()
        gap = (sympy.sympify(before) - after).subs(variable, at).subs(form)
        try:
            leading = sympy.limit(gap / small ** (self.order - 1), small, 0, "+")
        except (NotImplementedError, ValueError) as error:
            return undecided(f"SymPy found no limit: {error}")
        if leading.is_zero or sympy.simplify(leading) == 0:
            return proved(f"the neglected part is o(h^{self.order - 1})")
        if leading.has(sympy.Limit):
            return undecided("SymPy left the limit standing")
        return refuted(f"a term of order {self.order - 1} is missing: coefficient {leading}")


@dataclass(frozen=True, eq=False)
class Limit(Rule):
    """The expression after is the limit of the one before."""

    variable: Any
    point: Any

    @property
    def relation(self) -> str:
        return "~"

    @property
    def words(self) -> str:
        return f"limit ${sympy.latex(self.variable)} \\to {sympy.latex(sympy.sympify(self.point))}$"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        form = domain.positive_form()
        variable = sympy.sympify(self.variable)
        kept = {symbol: whole for symbol, whole in form.items() if symbol != variable}
        try:
            value = sympy.limit(sympy.sympify(before).subs(kept), variable, self.point)
        except (NotImplementedError, ValueError) as error:
            return undecided(f"SymPy found no limit: {error}")
        if value.has(sympy.Limit):
            return undecided("SymPy left the limit standing")
        difference = sympy.simplify(value - after.subs(kept))
        if difference == 0:
            return proved(f"the limit is {value}")
        if difference.is_number:
            return refuted(f"the limit is {value}, not {after}")
        return undecided(f"the limit is {value}; not seen to equal {after}")


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
    """

    theorem: str
    reference: str
    sense: str = "="
    within: Any = None

    @property
    def relation(self) -> str:
        return self.sense

    @property
    def words(self) -> str:
        return f"{self.theorem} [{self.reference}]"

    def remainder(self, domain: Domain) -> sympy.Expr | None:
        return None if self.within is None else sympy.sympify(self.within)

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        return Finding(Status.CITED, f"cited: {self.theorem} ({self.reference})")
