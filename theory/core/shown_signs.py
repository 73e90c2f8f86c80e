"""Signs that show in the parts of an expression, and where zeros can lie: quick and incomplete."""

from __future__ import annotations

import math

import sympy

from theory.core.special import NormalCDF

__all__ = ["constant_step", "known_sign", "vanishes_on_face"]


def known_sign(e: sympy.Expr) -> tuple[int, bool] | None:
    """The sign that shows in the parts of a real expression, and whether 0 is excluded.

    SymPy's own ``is_positive`` may take seconds on a polynomial.
    """
    if isinstance(e, (sympy.Add, sympy.Mul)):
        parts = [known_sign(part) for part in e.args]
        if any(part is None for part in parts):
            return None
        known = [part for part in parts if part is not None]
        signs = [sign for sign, _ in known]
        if isinstance(e, sympy.Mul):
            return math.prod(signs), all(strictly for _, strictly in known)
        return (signs[0], any(s for _, s in known)) if len(set(signs)) == 1 else None
    if isinstance(e, sympy.Pow):
        base, exponent = known_sign(e.base), e.exp
        if exponent.is_real and base is not None and base[0] > 0:
            return 1, base[1] or bool(exponent.is_negative)
        if exponent.is_even and e.base.is_real:
            return 1, (base is not None and base[1]) or bool(exponent.is_negative)
        return base if exponent.is_odd else None
    if isinstance(e, sympy.log):
        return known_sign(sympy.expand(e.args[0] - 1))
    if isinstance(e, sympy.gamma):
        return (1, True) if known_sign(e.args[0]) == (1, True) else None
    if e.is_Atom or isinstance(e, _OF_ONE_SIGN) or getattr(e, "shows_its_sign", False):
        for sign, strictly, truth in (
            (1, True, e.is_positive),
            (-1, True, e.is_negative),
            (1, False, e.is_nonnegative),
            (-1, False, e.is_nonpositive),
        ):
            if truth:
                return sign, strictly
    return None


_OF_ONE_SIGN = (sympy.exp, sympy.cosh, sympy.Abs, sympy.erfc, NormalCDF)


def vanishes_on_face(e: sympy.Expr) -> bool:
    """True where zeros can only lie at an end of one variable's range that the interval touches.

    An affine function of one variable is monotone: if its interval ends at 0, the zero is at an
    end of the box. The same holds for its powers, and for products of such.
    """
    if isinstance(e, sympy.Mul):
        return all(factor.is_number or vanishes_on_face(factor) for factor in e.args)
    if isinstance(e, sympy.Pow) and e.exp.is_number:  # an even power may touch 0 inside
        return e.exp.is_even is False and vanishes_on_face(e.base)
    symbols = e.free_symbols
    return len(symbols) == 1 and bool(e.diff(next(iter(symbols))).is_number)


def constant_step(start: sympy.Expr, end: sympy.Expr) -> sympy.Expr | None:
    """The difference where it is a number other than 0 and the start varies."""
    step = sympy.expand(end - start)
    return step if start.free_symbols and step.is_Rational and step != 0 else None
