"""A normal form for finite sums, so that equality of multilinear expressions is decided.

Products of sums become one sum, factors go inside, a Kronecker delta whose index surely lies in
range removes a sum, and bound indices are renamed in a canonical order. That is done to finite
sums alone, where the order of summation does not matter; an infinite sum stays one symbol.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import sympy
from sympy.concrete.expr_with_limits import ExprWithLimits

from theory.core.binding import canonical, is_infinite, rename_apart, symbols_of
from theory.core.domain import Domain
from theory.core.parameters import Labels, Parameter

__all__ = ["finite_sum_normal_form"]

_Limit = tuple[sympy.Symbol, sympy.Expr, sympy.Expr]
_Term = tuple[tuple[_Limit, ...], sympy.Expr]


def finite_sum_normal_form(expression: Any, domain: Domain) -> sympy.Expr:
    """The expression as a sum of sums of monomials, in canonical order.

    Two expressions that are equal by linearity, distributivity, renaming of indices and the
    contraction of Kronecker deltas have the same normal form.
    """
    collected: dict[tuple[_Limit, ...], sympy.Expr] = {}
    for limits, body in _terms(_with_symbols(sympy.sympify(expression)), domain):
        limits, body = _canonical(limits, body)
        collected[limits] = collected.get(limits, sympy.S.Zero) + body
    total = sympy.S.Zero
    for limits, body in collected.items():
        body = sympy.expand(body)
        total += sympy.Sum(body, *limits) if limits and body != 0 else body
    return total


@lru_cache(maxsize=1024)
def _infinite(operation: Any) -> sympy.Dummy:
    """The symbol that stands for an infinite sum; real only where its terms are."""
    return sympy.Dummy("infinite", real=operation.function.is_extended_real or None)


def _with_symbols(expression: sympy.Expr) -> sympy.Expr:
    """Infinite sums as symbols, so that they are neither split nor taken in another order."""
    if isinstance(expression, sympy.Sum) and is_infinite(expression):
        factor, rest = canonical(expression)
        return _with_symbols(factor) * _infinite(rest)
    if isinstance(expression, ExprWithLimits) and not isinstance(expression, sympy.Sum):
        factor, rest = canonical(expression)
        return _with_symbols(factor) * rest
    if not expression.args or not expression.has(ExprWithLimits):
        return expression
    if isinstance(expression, sympy.Sum) and expression.function.has(ExprWithLimits):
        if _has_infinite_sum(expression.function):
            return _infinite_terms(expression)
    return expression.func(*(_with_symbols(argument) for argument in expression.args))


def _has_infinite_sum(expression: sympy.Expr) -> bool:
    return any(is_infinite(operation) for operation in expression.atoms(sympy.Sum))


def _infinite_terms(expression: sympy.Sum) -> sympy.Expr:
    """A finite sum of infinite ones: a symbol as well, for they depend on its index."""
    factor, rest = canonical(expression)
    return _with_symbols(factor) * _infinite(rest)


def _terms(expression: sympy.Expr, domain: Domain) -> list[_Term]:
    """Pairs (limits, monomial) whose sums add up to the expression."""
    done: list[_Term] = []
    waiting: list[_Term] = [((), expression)]
    while waiting:
        limits, body = waiting.pop()
        body = sympy.expand(body, func=False)
        if isinstance(body, sympy.Add):
            waiting += [(limits, term) for term in body.args]
            continue
        pulled = _pull_one_sum(limits, body)
        if pulled is not None:
            waiting.append(pulled)
            continue
        contracted = _contract_one_delta(limits, body, domain)
        if contracted is not None:
            waiting.append(contracted)
        elif body != 0:
            done.append((limits, body))
    return done


def _pull_one_sum(limits: tuple[_Limit, ...], body: sympy.Expr) -> _Term | None:
    for factor in sympy.Mul.make_args(body):
        whole, times = factor, 1
        if isinstance(factor, sympy.Pow) and factor.exp.is_Integer and factor.exp > 0:
            whole, times = factor.base, int(factor.exp)
        if isinstance(whole, sympy.Sum):
            inner, function = _freshly_named(whole)
            rest = body / factor * whole ** (times - 1)
            return (*limits, *inner), rest * function
    return None


def _freshly_named(total: sympy.Sum) -> tuple[list[_Limit], sympy.Expr]:
    """The limits, outermost first, and the summand, with indices that occur nowhere else."""
    function, limits = total.function, [tuple(limit) for limit in total.limits]
    named: list[_Limit] = []
    for position in reversed(range(len(limits))):  # the outermost limit comes last
        variable, low, high = limits[position]
        pair = {variable: sympy.Dummy(variable.name, **_kind(low))}
        function = function.subs(pair)
        limits[:position] = [(v, lo.subs(pair), hi.subs(pair)) for v, lo, hi in limits[:position]]
        named.append((pair[variable], low, high))
    return named, function


def _kind(low: sympy.Expr) -> dict[str, bool]:
    """What is known of an index that starts at ``low``."""
    if low.is_integer and low.is_positive:
        return {"integer": True, "positive": True}
    if low.is_integer and low.is_nonnegative:
        return {"integer": True, "nonnegative": True}
    return {"integer": True} if low.is_integer else {}


def _contract_one_delta(
    limits: tuple[_Limit, ...], body: sympy.Expr, domain: Domain
) -> _Term | None:
    for factor in sympy.Mul.make_args(body):
        delta = factor
        if isinstance(factor, sympy.Pow) and factor.exp.is_positive:
            delta = factor.base
        if not isinstance(delta, sympy.KroneckerDelta) or len(delta.args) != 2:
            continue
        if isinstance(factor, sympy.Pow):  # a positive power of a delta is the delta
            return limits, body / factor * delta
        for limit in limits:
            variable, low, high = limit
            if variable not in delta.args:
                continue
            (other,) = (a for a in delta.args if a != variable)
            if not other.has(variable) and _surely_within(other, low, high, limits, domain):
                pair = {variable: other}
                rest = tuple((v, lo.subs(pair), hi.subs(pair)) for v, lo, hi in limits)
                rest = tuple(known for known in rest if known[0] != variable)
                inside = rename_apart(body / factor, symbols_of(other))
                return rest, inside.subs(variable, other)
    return None


def _surely_within(
    index: sympy.Expr,
    low: sympy.Expr,
    high: sympy.Expr,
    limits: tuple[_Limit, ...],
    domain: Domain,
) -> bool:
    """True when the index is known to be an integer within low..high."""
    for variable, its_low, its_high in limits:
        if index == variable:
            return bool(its_low == low and its_high == high)
    for bounds in domain.ranges:
        if index == bounds.variable:
            return bounds.discrete and (bounds.low, bounds.high) == (low, high)
    if low != 1 or not index.is_integer:
        return False
    if isinstance(index, sympy.Indexed):
        for parameter in domain.parameters:
            if isinstance(parameter, Labels) and parameter.name == str(index.base.label):
                classes = parameter.classes
                most = classes.symbol if isinstance(classes, Parameter) else sympy.Integer(classes)
                return bool(most == high)
    if isinstance(index, sympy.Symbol) and index.is_positive:
        return any(condition == sympy.Le(index, high) for condition in domain.where)
    return False


@lru_cache(maxsize=1024)
def _index(position: int, kind: frozenset[tuple[str, bool]]) -> sympy.Dummy:
    """The standard index at a position: a dummy, so that it is no symbol of the user's."""
    return sympy.Dummy(f"i{position}", dummy_index=10**12 + position, **dict(kind))


def _canonical(limits: tuple[_Limit, ...], body: sympy.Expr) -> _Term:
    """Rename bound indices so that equal sums read the same."""
    best: tuple[str, _Term] | None = None
    for order in _orders(limits, body):
        names = {
            limit[0]: _index(position, frozenset(_kind(limit[1]).items()))
            for position, limit in enumerate(order, 1)
        }
        renamed = body.xreplace(names)
        listed = tuple((names[v], lo.xreplace(names), hi.xreplace(names)) for v, lo, hi in order)
        key = f"{[limit[1:] for limit in listed]} {sympy.srepr(renamed)}"
        if best is None or key < best[0]:
            best = key, (listed, renamed)
    assert best is not None
    return best[1]


def _orders(limits: tuple[_Limit, ...], body: sympy.Expr) -> Iterator[tuple[_Limit, ...]]:
    """The orders of the indices that are worth trying: alike indices in every order.

    What an index looks like does not depend on names: the summand with all other indices blotted
    out.
    """
    alike: dict[str, list[_Limit]] = {}
    for limit in limits:
        blot = {known[0]: _OTHER if known != limit else _THIS for known in limits}
        looks = str((body.xreplace(blot), *(end.xreplace(blot) for end in limit[1:])))
        alike.setdefault(looks, []).append(limit)
    groups = [alike[looks] for looks in sorted(alike)]
    count = math.prod(math.factorial(len(group)) for group in groups)
    if count > _MOST_ORDERS:  # then equal sums may read differently, which proves nothing
        yield tuple(itertools.chain.from_iterable(groups))
        return
    for choice in itertools.product(*map(itertools.permutations, groups)):
        yield tuple(itertools.chain.from_iterable(choice))


_MOST_ORDERS = 200
_THIS = sympy.Dummy("this", integer=True, positive=True, dummy_index=10**12 - 1)
_OTHER = sympy.Dummy("other", integer=True, positive=True, dummy_index=10**12 - 2)
