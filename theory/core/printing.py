r"""Expressions as LaTeX, with the names that parameters, observables and shorthands were given."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import sympy

from theory.core.observable import Observable
from theory.core.parameters import Labels
from theory.core.printing_products import in_parentheses
from theory.core.printing_sums import SumPrinter
from theory.core.shorthand import Shorthand, with_names

if TYPE_CHECKING:
    from theory.core.domain import Domain

__all__ = ["latex"]


_SIMPLE = re.compile(r"[A-Za-z]|\\[A-Za-z]+")  # a name that takes an exponent as it is
_DIGITS = 15


def _decimal(number: sympy.Rational) -> str:
    """A fraction of large numbers by its decimals, if these are few and all of it; else nothing."""
    if min(abs(number.p), number.q) < 10**4:
        return ""
    shifted = number * 10**_DIGITS
    if not shifted.is_Integer:
        return ""
    whole, rest = divmod(abs(int(shifted)), 10**_DIGITS)
    text = f"{whole}.{rest:0{_DIGITS}d}".rstrip("0")
    return f"-{text}" if number < 0 else text


class _Printer(SumPrinter):
    """Adds names, and functions as this field writes them."""

    def __init__(
        self,
        names: dict[str, str],
        observables: dict[str, Observable],
        labels: Iterable[str] = (),
    ) -> None:
        super().__init__()
        self._names = names
        self._observables = observables
        self._labels = frozenset(labels)

    def printed(self, expression: sympy.Expr, inline: bool) -> str:
        with self._setting(slanted=inline, small=False):
            return str(self.doprint(expression))

    # names

    def _print_Symbol(self, expr: sympy.Symbol, style: str = "plain") -> str:
        return self._names.get(expr.name) or super()._print_Symbol(expr, style=style)

    _print_RandomSymbol = _print_Symbol

    def _print_Indexed(self, expr: sympy.Indexed) -> str:
        base = self._print(expr.base)
        if str(expr.base.label) in self._labels:  # a map, written as one
            return self._call(base, expr.indices)
        return self._subscripted(base, expr.indices)

    def _subscripted(self, name: str, indices: Iterable[Any]) -> str:
        with self._in_script():
            printed = ", ".join(self._print(index) for index in indices)
        return rf"{{{name}}}_{{{printed}}}" if "_" in name else rf"{name}_{{{printed}}}"

    def _print_IndexedBase(self, expr: sympy.IndexedBase) -> str:
        return self._names.get(str(expr.label)) or str(super()._print_IndexedBase(expr))

    def _stands_alone(self, base: sympy.Expr, printed: str) -> bool:
        observable = self._observables.get(base.func.__name__)
        if observable is not None:
            return isinstance(observable, Shorthand)
        return super()._stands_alone(base, printed)

    # numbers and functions

    def _print_Rational(self, expr: sympy.Rational) -> str:
        return _decimal(expr) or str(super()._print_Rational(expr))

    def _print_Derivative(self, expr: sympy.Derivative) -> str:
        text, last = str(super()._print_Derivative(expr)), self._print(expr.expr)
        if expr.expr.is_Mul and text.endswith(last):  # a derivative takes all of the product
            return text[: -len(last)] + in_parentheses(last)
        return text

    def _call(self, name: str, arguments: Iterable[Any], exp: str | None = None) -> str:
        with self._in_argument():
            inside = ", ".join(self._print(argument) for argument in arguments)
        text = name + in_parentheses(inside)
        return f"{text}^{{{exp}}}" if exp else text

    def _print_Function(self, expr: Any, exp: str | None = None) -> str:
        observable = self._observables.get(expr.func.__name__)
        if isinstance(observable, Shorthand):
            with self._in_script():
                printed = iter([self._print(argument) for argument in expr.args])
            text = re.sub("@", lambda _: next(printed), observable.latex)
            return f"{text}^{{{exp}}}" if exp else text
        if observable is not None:
            text = observable.latex
            if expr.args != tuple(map(sympy.sympify, observable.arguments)):
                arguments = ", ".join(self._print(argument) for argument in expr.args)
                text = rf"{text}\left[{arguments}\right]"
            if exp and _SIMPLE.fullmatch(text):
                return f"{text}^{{{exp}}}"
            return rf"\left({text}\right)^{{{exp}}}" if exp else text
        if isinstance(expr, sympy.core.function.AppliedUndef):
            name = expr.func.__name__
            return self._call(self._names.get(name) or self._hprint_Function(name), expr.args, exp)
        return str(super()._print_Function(expr, exp=exp))

    def _print_binomial(self, expr: Any, exp: str | None = None) -> str:
        with self._in_script():
            upper, lower = (self._print(argument) for argument in expr.args)
        text = rf"\binom{{{upper}}}{{{lower}}}"
        return f"{text}^{{{exp}}}" if exp else text

    def _print_beta(self, expr: Any, exp: str | None = None) -> str:
        return self._call(r"\mathrm{B}", expr.args, exp)

    def _print_gamma(self, expr: Any, exp: str | None = None) -> str:
        return self._call(r"\Gamma", expr.args, exp)

    def _print_zeta(self, expr: Any, exp: str | None = None) -> str:
        return self._call(r"\zeta", expr.args, exp)

    def _print_log(self, expr: Any, exp: str | None = None) -> str:
        return self._call(r"\log", expr.args, exp)

    def _print_NormalCDF(self, expr: Any, exp: str | None = None) -> str:
        return self._call(r"\Phi", expr.args, exp)

    def _print_StudentCDF(self, expr: Any, exp: str | None = None) -> str:
        return self._call(self._subscripted("T", expr.args[1:]), expr.args[:1], exp)

    def _print_harmonic(self, expr: Any, exp: str | None = None) -> str:
        text = self._subscripted("H", expr.args)
        return f"{text}^{{{exp}}}" if exp else text

    def _print(self, expr: Any, **kwargs: Any) -> str:
        from theory.core.special import NormalCDF, StudentCDF

        if isinstance(expr, NormalCDF):  # SymPy would ask the function itself
            return self._print_NormalCDF(expr, **kwargs)
        if isinstance(expr, StudentCDF):
            return self._print_StudentCDF(expr, **kwargs)
        return str(super()._print(expr, **kwargs))


def latex(
    expression: Any,
    domain: Domain | None = None,
    observables: Iterable[Observable] = (),
    *,
    inline: bool = False,
) -> str:
    """LaTeX of an expression, with the printed names of a domain's parameters and observables.

    Parameters
    ----------
    expression : SymPy expression
    domain : Domain, optional
    observables : iterable of Observable
        Shorthands among them are put in wherever what they stand for occurs.
    inline : bool
        Slanted fractions, for formulas in the text.
    """
    observables = tuple(observables)
    names = {parameter.name: parameter.latex for parameter in domain.parameters} if domain else {}
    labels = [p.name for p in domain.parameters if isinstance(p, Labels)] if domain else []
    printer = _Printer(names, {observable.name: observable for observable in observables}, labels)
    shorthands = [o for o in observables if isinstance(o, Shorthand)]
    return printer.printed(with_names(expression, shorthands), inline)
