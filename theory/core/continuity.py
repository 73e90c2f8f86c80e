"""Where a function has no jump and no pole, so that it may be integrated by its ends."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import sympy
from sympy.concrete.expr_with_limits import ExprWithLimits

from theory.core.binding import standard_names
from theory.core.domain import Domain
from theory.core.signs import positive_atoms, surely_nonnegative, surely_positive
from theory.core.special import NormalCDF, StudentCDF

__all__ = ["is_continuous", "is_continuous_at", "limit_at"]

_EVERYWHERE = (
    sympy.Add,
    sympy.Mul,
    sympy.exp,
    sympy.sin,
    sympy.cos,
    sympy.sinh,
    sympy.cosh,
    sympy.tanh,
    sympy.atan,
    sympy.asinh,
    sympy.erf,
    sympy.erfc,
    sympy.Abs,
    sympy.Max,
    sympy.Min,
    NormalCDF,
)
_ON_POSITIVES = (sympy.log, sympy.gamma, sympy.loggamma, sympy.digamma, sympy.factorial)


def is_continuous(expression: Any, domain: Domain) -> bool:
    """Whether an expression is seen to be continuous in a variable inside its open range.

    The variable is that of the innermost range of ``domain`` (see `Domain.within`).
    """
    variable = domain.ranges[-1].variable
    conditions = _Conditions(
        variable,
        lambda e: surely_positive(e, domain),
        lambda e: surely_nonnegative(e, domain),
    )
    return _continuous(standard_names(sympy.sympify(expression)), conditions)


def is_continuous_at(expression: Any, variable: sympy.Symbol, end: Any, domain: Domain) -> bool:
    """Whether an expression is seen to be continuous at one value of a variable, on the domain."""
    return _continuous(standard_names(sympy.sympify(expression)), _at(variable, end, domain))


def _at(variable: sympy.Symbol, end: Any, domain: Domain) -> _Conditions:
    return _Conditions(
        variable,
        lambda e: surely_positive(e.subs(variable, end), domain),
        lambda e: surely_nonnegative(e.subs(variable, end), domain),
    )


@dataclass(frozen=True)
class _Conditions:
    """How to tell the signs of functions of a variable, on its range or at one point."""

    variable: sympy.Symbol
    positive: Callable[[sympy.Expr], bool]
    nonnegative: Callable[[sympy.Expr], bool]


def _continuous(e: sympy.Expr, at: _Conditions) -> bool:
    if e == at.variable or not e.has(at.variable):
        return True
    if isinstance(e, (sympy.Sum, sympy.Product)):
        ends = [end for limit in e.limits for end in limit[1:]]
        if any(end in (sympy.oo, -sympy.oo) or end.has(at.variable) for end in ends):
            return False
        return _continuous(e.function, at)  # signs must hold whatever the index is
    if not all(_continuous(argument, at) for argument in e.args):
        return False
    if isinstance(e, sympy.Pow):
        return _is_continuous_power(e, at)
    if isinstance(e, _ON_POSITIVES):
        return at.positive(e.args[0])
    if isinstance(e, sympy.beta):
        return all(at.positive(argument) for argument in e.args)
    if isinstance(e, StudentCDF):
        return at.positive(e.args[1])
    return isinstance(e, _EVERYWHERE)


def _is_continuous_power(e: sympy.Pow, at: _Conditions) -> bool:
    base, exponent = e.args
    if exponent.has(at.variable):
        return at.positive(base)
    if exponent.is_integer and at.nonnegative(exponent):
        return True
    if at.positive(exponent) and at.nonnegative(base):
        return True
    return at.positive(base) or bool(exponent.is_integer and at.positive(-base))


def limit_at(
    expression: sympy.Expr, variable: sympy.Symbol, end: Any, side: str, domain: Domain
) -> sympy.Expr | None:
    """The one-sided limit of an expression, the same formula on the whole domain, or None.

    Parameters
    ----------
    side : {"+", "-"}
        From above or from below; for an infinite end it does not matter.

    Notes
    -----
    SymPy's limits are those for general values of the parameters: n x / (1 + n x) tends to 1, but
    not where x = 0. Where a leading coefficient may vanish there is no one formula, and None is
    the answer.
    """
    expression = sympy.sympify(expression)
    if not expression.has(variable):
        return expression
    if variable in domain.positive_form():  # it would be written through another symbol
        return None
    if end not in (sympy.oo, -sympy.oo):
        towards = sympy.Dummy("h", positive=True)
        if is_continuous_at(expression, variable, end, domain):
            return expression.subs(variable, end)
        expression = expression.subs(variable, end + towards if side == "+" else end - towards)
        variable, end, side = towards, sympy.S.Zero, "+"
    atoms = positive_atoms(expression, domain)
    atoms = {value: symbol for value, symbol in atoms.items() if not value.has(variable)}
    hidden = expression.subs(atoms)
    inside, *ends = domain.forms()
    back = {symbol: value for value, symbol in atoms.items()}
    value = _limit(hidden.subs(inside, simultaneous=True), variable, end)
    if value is None:
        return None
    for parameter, written in inside.items():
        (free,) = written.free_symbols or (None,)
        if free is not None and value.has(free):
            (solved,) = sympy.solve(written - parameter, free)
            value = value.subs(free, solved)
    value = sympy.simplify(value.subs(back))
    if _has_special_values(expression, variable, end, value, domain):
        return None
    for form in ends:  # the limit must not jump where a parameter is at the end of its range
        there = _limit(hidden.subs(form, simultaneous=True), variable, end)
        expected = value.subs(atoms).subs(form, simultaneous=True)
        if there is None or sympy.simplify(there - expected) != 0:
            return None
    return value


def _limit(expression: sympy.Expr, variable: sympy.Symbol, end: Any) -> sympy.Expr | None:
    try:
        value = sympy.limit(expression, variable, end, "+" if end == 0 else "-")
    except (NotImplementedError, ValueError, TypeError, AttributeError, RecursionError):
        return None
    if value.has(sympy.Limit, sympy.AccumBounds, sympy.nan, sympy.zoo, variable):
        return None
    return value


def _has_special_values(
    expression: sympy.Expr, variable: sympy.Symbol, end: Any, value: sympy.Expr, domain: Domain
) -> bool:
    """Whether the limit may be another one for some values of the parameters."""
    if expression.free_symbols <= {variable}:
        return False
    far = sympy.Dummy("far", positive=True)
    way = {sympy.oo: far, -sympy.oo: -far}.get(end, 1 / far)
    moved = expression.subs(variable, way)
    return _may_turn(moved, far, bool(value.has(sympy.oo, -sympy.oo)), domain)


def _may_turn(e: sympy.Expr, far: sympy.Symbol, leads: bool, domain: Domain) -> bool:
    """Whether an expression may grow in another way for some values of the parameters.

    ``leads`` says that its leading coefficient must not vanish, as in a denominator. Where that is
    not asked the expression is a sum of products, whose limit, if it is finite, is one formula.
    """
    if not e.has(far):
        return leads and not _vanishes_nowhere(e, domain)
    if isinstance(e, sympy.Add):
        if leads and not _vanishes_nowhere(_leading(e, far), domain):
            return True
        return any(_may_turn(term, far, False, domain) for term in e.args)
    if isinstance(e, sympy.Mul):
        return any(_may_turn(factor, far, leads, domain) for factor in e.args)
    if isinstance(e, (sympy.Pow, sympy.exp)):
        base, exponent = e.as_base_exp()
        if exponent.has(far):
            level = base if base.has(far) else base - 1  # 1 to any power is 1
            if _may_turn(level, far, True, domain):
                return True
            return _may_turn(exponent, far, not _is_bounded(exponent, far), domain)
        if exponent.is_Integer and exponent > 0:
            return _may_turn(base, far, leads, domain)
        if not (exponent.is_number or _vanishes_nowhere(exponent, domain)):
            return True
        return _may_turn(base, far, True, domain)
    anywhere = isinstance(e, _EVERYWHERE)
    return isinstance(e, ExprWithLimits) or any(
        _may_turn(part, far, not (anywhere and _is_bounded(part, far)), domain) for part in e.args
    )


def _is_bounded(e: sympy.Expr, far: sympy.Symbol) -> bool:
    """Whether an expression has a finite limit, so that its leading coefficient may vanish."""
    value = _limit(e, far, sympy.oo)
    return value is not None and not value.has(sympy.oo, -sympy.oo)


def _vanishes_nowhere(e: sympy.Expr, domain: Domain) -> bool:
    return surely_positive(e, domain) or surely_positive(-e, domain)


def _leading(total: sympy.Expr, far: sympy.Symbol) -> sympy.Expr:
    """What the terms of a sum add up to, in units of the one that leads them."""
    collected: dict[sympy.Expr, sympy.Expr] = {}
    for term in sympy.Add.make_args(sympy.expand(total)):
        coefficient, rest = term.as_independent(far, as_Add=False)
        collected[rest] = collected.get(rest, sympy.S.Zero) + coefficient
    terms = [(rest, c) for rest, value in collected.items() if (c := sympy.factor(value)) != 0]
    if not terms:
        return sympy.S.Zero
    (lead, coefficient), *others = terms
    for rest, c in others:
        share = _limit(sympy.simplify(rest / lead), far, sympy.oo)
        if share is None:
            return sympy.S.Zero
        if share in (sympy.oo, -sympy.oo):
            lead, coefficient = rest, c
        else:
            coefficient += share * c
    return coefficient
