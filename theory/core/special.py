"""Functions that claims speak of and SymPy lacks: normal and Student distribution functions."""

from __future__ import annotations

from typing import Any

import sympy
from sympy import Rational, exp, gamma, pi, sqrt
from sympy.core.function import ArgumentIndexError

__all__ = ["ChiPDF", "NormalCDF", "NormalPDF", "StudentCDF", "StudentPDF"]


def NormalPDF(x: Any) -> sympy.Expr:
    """Density of the standard normal law, written out.

    Parameters
    ----------
    x : expression
    """
    return exp(-(sympy.sympify(x) ** 2) / 2) / sqrt(2 * pi)


def ChiPDF(r: Any, degrees: Any) -> sympy.Expr:
    """Density at ``r > 0`` of the chi law (the length of a standard Gaussian vector).

    Parameters
    ----------
    r, degrees : expressions
    """
    degrees = sympy.sympify(degrees)
    return (
        2 ** (1 - degrees / 2)
        * sympy.sympify(r) ** (degrees - 1)
        * exp(-(sympy.sympify(r) ** 2) / 2)
        / gamma(degrees / 2)
    )


def StudentPDF(x: Any, degrees: Any) -> sympy.Expr:
    """Density of Student's t law, written out.

    Parameters
    ----------
    x, degrees : expressions
    """
    degrees, x = sympy.sympify(degrees), sympy.sympify(x)
    return (
        gamma((degrees + 1) / 2)
        / (sqrt(degrees * pi) * gamma(degrees / 2))
        * (1 + x**2 / degrees) ** (-(degrees + 1) / 2)
    )


class NormalCDF(sympy.Function):
    """Distribution function of the standard normal law: the integral of its density up to x.

    Parameters
    ----------
    x : expression
    """

    nargs = (1,)

    @classmethod
    def eval(cls, x: sympy.Expr) -> sympy.Expr | None:
        """Exact values at 0 and at the ends."""
        if x is sympy.S.Zero:
            return Rational(1, 2)
        if x is sympy.oo:
            return sympy.S.One
        if x is -sympy.oo:
            return sympy.S.Zero
        return None

    def fdiff(self, argindex: int = 1) -> sympy.Expr:
        """The density."""
        return NormalPDF(self.args[0])

    def _eval_is_positive(self) -> bool | None:
        return True if self.args[0].is_real else None

    def _eval_rewrite_as_erf(self, x: sympy.Expr, **_: Any) -> sympy.Expr:
        return (1 + sympy.erf(x / sqrt(2))) / 2

    def _eval_evalf(self, prec: int) -> sympy.Expr:
        return self._eval_rewrite_as_erf(self.args[0])._eval_evalf(prec)

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        power = f"^{{{exp}}}" if exp else ""
        return rf"\Phi{power}\left({printer._print(self.args[0])}\right)"


class StudentCDF(sympy.Function):
    """Distribution function at x of Student's t law with the given degrees of freedom.

    Parameters
    ----------
    x, degrees : expressions
    """

    nargs = (2,)

    @classmethod
    def eval(cls, x: sympy.Expr, degrees: sympy.Expr) -> sympy.Expr | None:
        """Exact values at 0 and at the ends."""
        if x is sympy.S.Zero:
            return Rational(1, 2)
        if x is sympy.oo:
            return sympy.S.One
        if x is -sympy.oo:
            return sympy.S.Zero
        return None

    def fdiff(self, argindex: int = 1) -> sympy.Expr:
        """The density in x; there is no closed form in the degrees of freedom."""
        if argindex == 1:
            return StudentPDF(*self.args)
        raise ArgumentIndexError(self, argindex)

    def _eval_is_positive(self) -> bool | None:
        x, degrees = self.args
        return True if x.is_real and degrees.is_positive else None

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        power = f"^{{{exp}}}" if exp else ""
        x, degrees = (printer._print(argument) for argument in self.args)
        return rf"T_{{{degrees}}}{power}\left({x}\right)"
