"""A normal form for finite sums, so that equality of multilinear expressions is decided.

Products of sums become one sum, factors go inside, a Kronecker delta whose index surely lies in
range removes a sum, and bound indices are renamed in a canonical order. Every sum here is finite,
so the order of summation does not matter.
"""

from __future__ import annotations

import itertools
from typing import Any

import sympy

from theory.core.domain import Domain
from theory.core.parameters import Labels, Parameter

__all__ = ["finite_sum_normal_form"]

_Limit = tuple[sympy.Symbol, sympy.Expr, sympy.Expr]


def finite_sum_normal_form(expression: Any, domain: Domain) -> sympy.Expr:
    """The expression as a sum of sums of monomials, in canonical order.

    Two expressions that are equal by linearity, distributivity, renaming of indices and the
    contraction of Kronecker deltas have the same normal form.
    """
    collected: dict[tuple[Any, ...], sympy.Expr] = {}
    for limits, body in _terms(sympy.sympify(expression), domain):
        limits, body = _canonical(limits, body)
        key = tuple((str(name), low, high) for name, low, high in limits)
        collected[key] = collected.get(key, sympy.S.Zero) + body
    total = sympy.S.Zero
    for key, body in collected.items():
        limits = tuple((_index(name), low, high) for name, low, high in key)
        body = sympy.expand(body)
        total += sympy.Sum(body, *limits) if limits and body != 0 else body
    return total


def _index(name: str) -> sympy.Symbol:
    return sympy.Symbol(name, integer=True, positive=True)


def _terms(expression: sympy.Expr, domain: Domain) -> list[tuple[tuple[_Limit, ...], sympy.Expr]]:
    """Pairs (limits, monomial) whose sums add up to the expression."""
    done: list[tuple[tuple[_Limit, ...], sympy.Expr]] = []
    waiting: list[tuple[tuple[_Limit, ...], sympy.Expr]] = [((), expression)]
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


def _pull_one_sum(
    limits: tuple[_Limit, ...], body: sympy.Expr
) -> tuple[tuple[_Limit, ...], sympy.Expr] | None:
    for factor in sympy.Mul.make_args(body):
        whole, times = factor, 1
        if isinstance(factor, sympy.Pow) and factor.exp.is_Integer and factor.exp > 0:
            whole, times = factor.base, int(factor.exp)
        if isinstance(whole, sympy.Sum):
            fresh = {
                limit[0]: sympy.Dummy(limit[0].name, integer=True, positive=True)
                for limit in whole.limits
            }
            inner = tuple((fresh[v], lo.subs(fresh), hi.subs(fresh)) for v, lo, hi in whole.limits)
            rest = body / factor * whole ** (times - 1)
            return (*limits, *inner), rest * whole.function.subs(fresh)
    return None


def _contract_one_delta(
    limits: tuple[_Limit, ...], body: sympy.Expr, domain: Domain
) -> tuple[tuple[_Limit, ...], sympy.Expr] | None:
    for factor in sympy.Mul.make_args(body):
        delta = factor.base if isinstance(factor, sympy.Pow) else factor
        if not isinstance(delta, sympy.KroneckerDelta):
            continue
        if isinstance(factor, sympy.Pow):  # a power of a delta is the delta
            return limits, body / factor * delta
        for limit in limits:
            variable, low, high = limit
            if variable not in delta.args:
                continue
            (other,) = (a for a in delta.args if a != variable)
            if not other.has(variable) and _surely_within(other, low, high, limits, domain):
                rest = tuple(known for known in limits if known != limit)
                return rest, (body / factor).subs(variable, other)
    return None


def _surely_within(
    index: sympy.Expr,
    low: sympy.Expr,
    high: sympy.Expr,
    limits: tuple[_Limit, ...],
    domain: Domain,
) -> bool:
    """True when the index is known to run within low..high."""
    for variable, its_low, its_high in limits:
        if index == variable:
            return bool(its_low == low and its_high == high)
    if low != 1:
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


def _canonical(
    limits: tuple[_Limit, ...], body: sympy.Expr
) -> tuple[tuple[_Limit, ...], sympy.Expr]:
    """Rename bound indices so that equal sums read the same."""
    best: tuple[str, tuple[_Limit, ...], sympy.Expr] | None = None
    for order in itertools.permutations(limits):
        names = {limit[0]: _index(f"i{position}") for position, limit in enumerate(order, 1)}
        renamed = body.subs(names, simultaneous=True)
        listed = tuple((names[v], lo.subs(names), hi.subs(names)) for v, lo, hi in order)
        key = f"{[limit[1:] for limit in listed]} {sympy.srepr(renamed)}"
        if best is None or key < best[0]:
            best = (key, listed, renamed)
    assert best is not None
    return best[1], best[2]
