"""Whether an expression is real wherever it has a value: inequalities are between real numbers."""

from __future__ import annotations

from typing import Any

import sympy
from sympy.concrete.expr_with_limits import ExprWithLimits
from sympy.core.function import AppliedUndef

from theory.core.domain import Domain
from theory.core.signs import surely_positive

__all__ = ["part_that_is_complex"]

_REAL_ANYHOW = (sympy.Abs, sympy.re, sympy.im, sympy.arg, sympy.KroneckerDelta, sympy.Heaviside)


def part_that_is_complex(expression: Any, domain: Domain) -> sympy.Basic | None:
    """A part of an expression that is not taken to be a real number, or None.

    The imaginary unit, what is not assumed to be real, and a root or logarithm of what is surely
    negative are such parts. A root of what is negative somewhere only has no value there.
    """
    e = sympy.sympify(expression)
    asked = e, *domain.told
    if asked not in _FOUND:
        _FOUND[asked] = _part_that_is_complex(e, domain)
    return _FOUND[asked]


_FOUND: dict[Any, sympy.Basic | None] = {}
"""What was asked before: every inner step of a rule asks of the same parts."""


def _part_that_is_complex(e: Any, domain: Domain) -> sympy.Basic | None:
    if isinstance(e, _REAL_ANYHOW) or e.is_extended_real or not isinstance(e, sympy.Expr):
        return None
    if not e.args or isinstance(e, (AppliedUndef, sympy.Indexed)):
        return e
    if isinstance(e, sympy.Pow) and not e.exp.is_integer and _is_negative(e.base, domain):
        return e
    if isinstance(e, sympy.log) and _is_negative(e.args[0], domain):
        return e
    if isinstance(e, (ExprWithLimits, sympy.Subs)):
        return _of_bound(e, domain)
    parts = e.args[:1] if isinstance(e, (sympy.Derivative, sympy.Limit)) else e.args
    if isinstance(e, sympy.Piecewise):
        parts = tuple(value for value, _ in e.args)
    found = (part_that_is_complex(part, domain) for part in parts)
    return next((part for part in found if part is not None), None)


def _is_negative(e: sympy.Expr, domain: Domain) -> bool:
    return not e.is_nonnegative and surely_positive(-e, domain)


def _of_bound(e: Any, domain: Domain) -> sympy.Basic | None:
    """The same where variables run through real numbers, or are put at places."""
    variables = {v: sympy.Dummy(v.name, real=True) for v in e.variables if not v.is_real}
    inside, *places = (
        (e.function, *(end for limit in e.limits for end in limit[1:]))
        if isinstance(e, ExprWithLimits)
        else (e.expr, *e.point)
    )
    for part in (inside.xreplace(variables), *places):
        if (found := part_that_is_complex(part.xreplace(variables), domain)) is not None:
            return found
    return None
