"""The functions of an inequality in a spelling that has enclosures on boxes, and derivatives."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import sympy
from sympy.core.function import ArgumentIndexError

from theory.core.shown_signs import known_sign
from theory.core.special import StudentCDF, StudentPDF

__all__ = ["Lambert", "Student", "StudentSlope", "ZetaDerivative", "prepared", "zeta_with_slope"]


class ZetaDerivative(sympy.Function):
    """(-1)^k times the k-th s-derivative of zeta(s, a), which SymPy has no name for."""

    nargs = (3,)
    shows_its_sign = True  # see `known_sign`

    def fdiff(self, argindex: int = 1) -> sympy.Expr:
        order, s, first = self.args
        if argindex != 2:
            raise ArgumentIndexError(self, argindex)
        return -ZetaDerivative(order + 1, s, first)

    def _eval_is_positive(self) -> bool | None:
        return True if known_sign(sympy.expand(self.args[1] - 1)) == (1, True) else None


class Lambert(sympy.Function):
    """The branches of the Lambert function, with a derivative that is regular at 0."""

    nargs = (2,)

    @classmethod
    def eval(cls, x: sympy.Expr, branch: sympy.Expr) -> sympy.Expr | None:
        return sympy.S.Zero if x.is_zero and branch.is_zero else None

    def fdiff(self, argindex: int = 1) -> sympy.Expr:
        return sympy.exp(-self) / (1 + self)


class Student(sympy.Function):
    """Student's distribution function, with what is known of its slope in the degrees."""

    nargs = (2,)

    @classmethod
    def eval(cls, x: sympy.Expr, degrees: sympy.Expr) -> sympy.Expr | None:
        return sympy.S.Half if x.is_zero else None

    def fdiff(self, argindex: int = 1) -> sympy.Expr:
        return StudentPDF(*self.args) if argindex == 1 else StudentSlope(*self.args)


class StudentSlope(sympy.Function):
    """Slope of Student's distribution function in its degrees: of the sign of x, else unknown."""

    nargs = (2,)

    @classmethod
    def eval(cls, x: sympy.Expr, degrees: sympy.Expr) -> sympy.Expr | None:
        return sympy.S.Zero if x.is_zero else None

    def fdiff(self, argindex: int = 1) -> sympy.Expr:
        raise ArgumentIndexError(self, argindex)


def zeta_with_slope(s: sympy.Expr, first: sympy.Expr = sympy.S.One) -> sympy.Expr:
    """With a whole second argument, the function that has derivatives here."""
    if first.is_Integer and first > 0:
        return ZetaDerivative(0, s, first)
    return sympy.zeta(s, first)


_REWRITINGS: tuple[tuple[Any, Callable[..., sympy.Expr]], ...] = (
    (sympy.zeta, zeta_with_slope),
    (StudentCDF, Student),
    (sympy.LambertW, lambda x, k=0: Lambert(x, k)),
    (sympy.factorial, lambda n: sympy.gamma(n + 1)),
    (sympy.tan, lambda x: sympy.sin(x) / sympy.cos(x)),
    (
        sympy.binomial,
        lambda n, k: sympy.gamma(n + 1) / (sympy.gamma(k + 1) * sympy.gamma(n - k + 1)),
    ),
    (
        sympy.harmonic,
        lambda n, *m: sympy.harmonic(n, *m) if m else sympy.polygamma(0, n + 1) + sympy.EulerGamma,
    ),
)


def prepared(expression: sympy.Expr) -> sympy.Expr:
    """The expression in the functions that have enclosures and derivatives here."""
    for function, rule in _REWRITINGS:
        found = [part for part in expression.atoms(function) if part.free_symbols]
        if found:  # numbers keep the functions that SymPy can compare
            expression = expression.xreplace(_inside_out(found, rule))
    return expression


def _inside_out(
    found: Sequence[sympy.Expr], rule: Callable[..., sympy.Expr]
) -> dict[sympy.Expr, sympy.Expr]:
    table: dict[sympy.Expr, sympy.Expr] = {}
    for part in sorted(found, key=lambda part: part.count_ops()):
        table[part] = rule(*(argument.xreplace(table) for argument in part.args))
    return table
