"""Rules of derivation for gradients of softmax losses: sums under logs, exponents, fractions.

Nothing here is special to associative memories; the module may move to the core.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import sympy

from theory.core.binding import rename_apart, replace_free, symbols_of
from theory.core.decision import Finding, Status, decide_equal
from theory.core.domain import Domain
from theory.core.parameters import Integer, Matrix
from theory.core.rules.by_claim import ByClaim
from theory.core.rules.elementary import Rule, not_differentiated, proved, undecided, worst
from theory.core.signs import surely_nonnegative
from theory.core.sums import finite_sum_normal_form

__all__ = [
    "ByClaimInside",
    "ClearedDenominators",
    "FiniteSums",
    "Orthonormal",
    "SumDifferentiation",
    "closed_sums",
]


def closed_sums(expression: Any, domain: Domain) -> sympy.Expr:
    """The expression with every finite sum, also inside functions, brought to normal form.

    Functions of one Kronecker delta become linear in it (it is 0 or 1), deltas are contracted, and
    a sum of a constant becomes the number of its terms times the constant.
    """
    expression = _linear_in_deltas(sympy.sympify(expression))
    if not expression.args or not expression.has(sympy.Sum):
        return expression
    inside = expression.func(*(closed_sums(argument, domain) for argument in expression.args))
    if not isinstance(inside, sympy.Sum):
        return inside
    height = _height(inside)
    normal = finite_sum_normal_form(inside, domain)
    counted = normal.replace(lambda e: isinstance(e, sympy.Sum), lambda e: _counted(e, domain))
    return counted.replace(
        lambda e: isinstance(e, sympy.Sum) and _height(e) == height,
        lambda e: _with_own_indices(e, height),
    )


def _height(expression: sympy.Expr) -> int:
    """How many sums are nested in one another."""
    inside = max((_height(argument) for argument in expression.args), default=0)
    return inside + isinstance(expression, sympy.Sum)


def _with_own_indices(total: sympy.Sum, height: int) -> sympy.Sum:
    """Indices that no sum around this one will use: none can be captured."""
    names = {
        limit[0]: _own_index(position, height, frozenset(limit[0].assumptions0.items()))
        for position, limit in enumerate(total.limits, start=1)
    }
    return total.xreplace(names)


@lru_cache(maxsize=1024)
def _own_index(position: int, height: int, kind: frozenset[tuple[str, bool]]) -> sympy.Dummy:
    """A dummy, so that it is no symbol of the user's; assumed to be what the index was."""
    return sympy.Dummy(f"i{position}_{height}", **dict(kind))


def _counted(total: sympy.Sum, domain: Domain) -> sympy.Expr:
    """A sum of terms, with the limits that a term does not depend on carried out.

    Limits that other limits speak of stay, and so do those that may be empty.
    """
    done = sympy.S.Zero
    for term in sympy.Add.make_args(sympy.expand(total.function)):
        kept = []
        for variable, low, high in total.limits:
            spoken = any(end.has(variable) for limit in total.limits for end in limit[1:])
            count = high - low + 1
            known = count.is_integer and surely_nonnegative(count, domain)
            if term.has(variable) or spoken or not known:
                kept.append((variable, low, high))
            else:
                term = term * count
        done += sympy.Sum(term, *kept) if kept else term
    return done


def _linear_in_deltas(expression: sympy.Expr) -> sympy.Expr:
    """Exponentials of a Kronecker delta as g(0) + delta (g(1) - g(0))."""

    def split(function: sympy.Expr) -> sympy.Expr:
        deltas = function.atoms(sympy.KroneckerDelta)
        if len(deltas) != 1 or function.has(sympy.Sum):
            return function
        (delta,) = deltas
        off, on = (function.subs(delta, value) for value in (0, 1))
        return off + delta * (on - off)

    return expression.replace(lambda e: isinstance(e, sympy.exp), split)


def _equal_when_closed(before: Any, after: Any, domain: Domain) -> Finding:
    if finite_sum_normal_form(sympy.sympify(before) - after, domain) == 0:
        return proved("equal normal forms of finite sums")
    as_they_stand = decide_equal(before, after, domain)
    if as_they_stand.status is not Status.UNDECIDED:
        return as_they_stand
    return decide_equal(closed_sums(before, domain), closed_sums(after, domain), domain)


@dataclass(frozen=True, eq=False)
class FiniteSums(Rule):
    """Equal once the finite sums of both sides, also those inside functions, are carried out."""

    @property
    def words(self) -> str:
        return "finite sums"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        return _equal_when_closed(before, after, domain)


@dataclass(frozen=True, eq=False)
class SumDifferentiation(Rule):
    """Derivatives are carried out under finite sums, and evaluated where the line before says."""

    @property
    def words(self) -> str:
        return "differentiation"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        before = sympy.sympify(before)
        for derivative in before.atoms(sympy.Derivative):
            if problem := not_differentiated(derivative):
                return undecided(problem)
        value = before.replace(lambda e: isinstance(e, sympy.Derivative), _carried_out)
        value = value.replace(
            lambda e: isinstance(e, sympy.Subs),
            lambda e: replace_free(e.expr, dict(zip(e.variables, e.point, strict=True))),
        )
        if value.has(sympy.Derivative, sympy.Subs):
            return undecided("a derivative is left standing")
        return _equal_when_closed(value, after, domain)


def _carried_out(derivative: sympy.Derivative) -> sympy.Expr:
    """The derivative; no index of a sum is that of an entry in which it is taken."""
    taken = {symbol for variable in derivative.variables for symbol in variable.free_symbols}
    own: sympy.Expr = rename_apart(derivative.expr, symbols_of(sympy.Tuple(*taken)))
    return own.diff(*derivative.variables)


@dataclass(frozen=True, init=False, eq=False)
class ClearedDenominators(Rule):
    """Both sides, times sums of positive terms that stand in denominators, are equal.

    Parameters
    ----------
    *denominators : sums over 1, ..., n
        Of positive terms, or of such terms with one of them left out where n is at least 2.
    """

    denominators: tuple[sympy.Sum, ...]

    def __init__(self, *denominators: Any) -> None:
        object.__setattr__(self, "denominators", tuple(denominators))

    @property
    def words(self) -> str:
        return "common denominators"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        stand_in = {total: sympy.Dummy("sum", positive=True) for total in self.denominators}
        difference = (sympy.sympify(before) - after).xreplace(stand_in)
        above, below = sympy.fraction(sympy.together(difference))
        if below.free_symbols - set(stand_in.values()):
            return undecided(f"the denominator {below} has other factors")
        back = {symbol: total for total, symbol in stand_in.items()}
        signs = [_positive(total, domain) for total in self.denominators]
        return worst(*signs, decide_equal(above.xreplace(back), 0, domain))


def _positive(total: sympy.Sum, domain: Domain) -> Finding:
    ((variable, low, high),) = total.limits
    indicators = [
        factor
        for factor in sympy.Mul.make_args(total.function)
        if isinstance(1 - factor, sympy.KroneckerDelta)
    ]
    for indicator in indicators:  # each leaves out one index at most
        ends = (1 - indicator).args
        if variable not in ends or all(end.has(variable) for end in ends):
            return undecided(f"{indicator} may leave out more than one term")
    term = total.function / sympy.Mul(*indicators)
    size = next((p for p in domain.parameters if isinstance(p, Integer) and p.symbol == high), None)
    if size is None or low != 1 or len(indicators) > 1 or not term.is_positive:
        return undecided(f"{total} is not seen to be positive")
    if size.low < 1 + len(indicators):
        return undecided(f"{total} may be empty")
    return proved(f"the sum over {variable} has a positive term")


@dataclass(frozen=True, eq=False)
class ByClaimInside(ByClaim):
    """An identity that an earlier claim gives is applied inside sums, whose indices it names."""

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        before = sympy.sympify(before)
        old, new = (self._here(side) for side in self.claim.statement.sides)
        applied = before.xreplace({old: new})
        if self.relation != "=" or applied == before:
            return undecided(f"{self.claim.id} is not seen to give this step")
        if before.has(sympy.Derivative, sympy.Subs) and self._has_equations():
            return undecided(f"{self.claim.id} may hold at some points only")
        own = self.claim.derivation_report().worst
        by = Finding(own, f"by {self.claim.id}, whose own derivation is {own}")
        by = worst(by, self._holds_all_over(before, after, domain))
        return by if applied == after else worst(by, decide_equal(applied, after, domain))


@dataclass(frozen=True, eq=False)
class Orthonormal(Rule):
    """Inner products of the rows of matrices are Kronecker deltas.

    Parameters
    ----------
    hypotheses : dict from Matrix to str
        The remark of the domain that says that the rows of the matrix are orthonormal.
    """

    hypotheses: dict[Matrix, str]

    @property
    def words(self) -> str:
        return "orthonormal embeddings"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        for matrix, remark in self.hypotheses.items():
            if remark not in domain.remarks:
                return undecided(f"the domain does not say that {matrix.name} is orthonormal")
        one, two = (self._contracted(sympy.sympify(side), domain) for side in (before, after))
        found = decide_equal(one, two, domain)
        if found.status is not Status.PROVED:
            return found
        read = "; ".join(
            f'"{remark}" is read as orthonormal rows of {matrix.name}'
            for matrix, remark in self.hypotheses.items()
        )
        return proved(f"{found.reason}; {read}")

    def _contracted(self, expression: sympy.Expr, domain: Domain) -> sympy.Expr:
        normal = finite_sum_normal_form(expression, domain)
        while True:
            contracted = normal.replace(lambda e: isinstance(e, sympy.Sum), self._contract)
            contracted = finite_sum_normal_form(contracted, domain)
            if contracted == normal:
                return normal
            normal = contracted

    def _contract(self, total: sympy.Sum) -> sympy.Expr:
        """Carry out, in each term, one sum over the columns of two rows of the same matrix."""
        done = sympy.S.Zero
        for term in sympy.Add.make_args(total.function):
            limits = list(total.limits)
            for limit in total.limits:
                delta = self._inner_product(term, limit)
                if delta is not None:
                    term = term.as_independent(limit[0], as_Add=False)[0] * delta
                    limits.remove(limit)
                    break
            done += sympy.Sum(term, *limits) if limits else term
        return done

    def _inner_product(self, term: sympy.Expr, limit: Any) -> sympy.Expr | None:
        variable, low, high = limit
        _, entries = term.as_independent(variable, as_Add=False)
        pair = [
            factor
            for power in sympy.Mul.make_args(entries)
            for factor in ([power.base] * 2 if power.is_Pow and power.exp == 2 else [power])
        ]
        if low != 1 or len(pair) != 2 or not all(isinstance(e, sympy.Indexed) for e in pair):
            return None
        if any(entry.indices[0].has(variable) for entry in pair):
            return None
        for matrix in self.hypotheses:
            columns = sympy.sympify(matrix.columns)
            if columns == high and all(
                entry.base == matrix.symbol and entry.indices[1] == variable for entry in pair
            ):
                return sympy.KroneckerDelta(pair[0].indices[0], pair[1].indices[0])
        return None
