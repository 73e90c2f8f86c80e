"""Summation, product and integral signs as LaTeX.

Indicator factors are written as conditions under the sign; nested signs come one after the other
from the outside in; a bound variable that hides another is primed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import sympy

from theory.core.printing_products import ProductPrinter, in_parentheses

__all__ = ["SumPrinter"]


class SumPrinter(ProductPrinter):
    """Adds summation, product and integral signs."""

    def __init__(self) -> None:
        super().__init__()
        self._bound: tuple[str, ...] = ()  # names that sums and integrals around have taken

    @contextmanager
    def _binding(self, expr: Any) -> Iterator[Any]:
        """The sum or integral, its variables renamed where a sum around it has the same ones."""
        before = self._bound
        renamed = {}
        for variable, *_ in expr.limits:
            name = variable.name
            while name in self._bound:
                name += "'"
            if name != variable.name:
                renamed[variable] = sympy.Symbol(name, **variable.assumptions0)
            self._bound += (name,)
        if renamed:
            expr = expr.func(
                expr.function.xreplace(renamed), *(limit.xreplace(renamed) for limit in expr.limits)
            )
        try:
            yield expr
        finally:
            self._bound = before

    def _print_Symbol(self, expr: sympy.Symbol, style: str = "plain") -> str:
        bare = expr.name.rstrip("'")
        if bare != expr.name and bare in self._bound:
            return f"{self._print(sympy.Symbol(bare))}{expr.name[len(bare) :]}"
        return str(super()._print_Symbol(expr, style=style))

    # indicators

    def _print_KroneckerDelta(self, expr: Any, exp: str | None = None) -> str:
        words = self._relation(expr, "=", self._bound)  # a power of 0 or 1 is itself
        return rf"\mathbf{{1}}\{{{words}\}}"

    def _print_Add(self, expr: sympy.Add, order: Any = None) -> str:
        if self._is_sum(expr):
            return super()._print_Add(expr, order=order)
        words = self._relation(1 - expr, r"\neq", self._bound)
        return rf"\mathbf{{1}}\{{{words}\}}"

    def _is_sum(self, expr: sympy.Expr) -> bool:
        return super()._is_sum(expr) and not isinstance(1 - expr, sympy.KroneckerDelta)

    def _relation(self, delta: sympy.KroneckerDelta, sign: str, names: Iterable[str]) -> str:
        """What an indicator says, with a side that holds one of the names on the left."""
        sides = sorted(_plainest(*delta.args), key=lambda side: (not side.is_Symbol, str(side)))
        named = [side for side in sides if {str(s) for s in side.free_symbols} & set(names)]
        if named and named[0] is sides[1]:
            sides.reverse()
        with self._in_script():
            return f"{self._print(sides[0])} {sign} {self._print(sides[1])}"

    # signs

    def _print_Sum(self, expr: sympy.Sum) -> str:
        with self._binding(expr) as bound:
            return self._big(r"\sum", bound)

    def _print_Product(self, expr: sympy.Product) -> str:
        with self._binding(expr) as bound:
            return self._big(r"\prod", bound)

    def _big(self, sign: str, expr: Any) -> str:
        body, conditions = self._conditions(expr)
        text = ""
        for variable, *ends in reversed(expr.limits):
            with self._in_script():
                name = self._print(variable)
                below = name if len(ends) < 2 else f"{name}={self._print(ends[0])}"
                above = f"^{{{self._print(ends[1])}}}" if len(ends) == 2 else ""
            rows = sorted(conditions.get(variable, ()), key=lambda row: not row.startswith(name))
            if rows and len(ends) == 2 and ends[0] == 1:  # sum_{k != x}^{N}: indices start at 1
                if not rows[0].startswith(rf"{name} \neq"):
                    rows[0] = rf"{name} \colon {rows[0]}"
            else:
                rows.insert(0, below)
            stacked = r" \\ ".join(rows)
            below = stacked if len(rows) == 1 else rf"\substack{{{stacked}}}"
            text += rf"{sign}_{{{below}}}{above} "
        with self._in_display():
            printed = str(self._print(body))
        negative = not body.is_Add and body.could_extract_minus_sign()
        return text + (in_parentheses(printed) if self._is_sum(body) or negative else printed)

    def _conditions(self, expr: Any) -> tuple[sympy.Expr, dict[Any, list[str]]]:
        """The body without its indicators, and what they say about each variable.

        A term that is multiplied by an indicator, or a factor with one as exponent, is the same as
        the condition written under the sum or the product. A sum of nothing but indicators keeps
        them.
        """
        variables = [limit[0] for limit in expr.limits]
        conditions: dict[Any, list[str]] = {}

        def absorbed(factor: sympy.Expr) -> int:
            """The factor's sign if it is an indicator that speaks of a variable, and 0 if not."""
            for sign, delta, relation in (
                (1, factor, "="),
                (1, 1 - factor, r"\neq"),
                (-1, 1 + factor, r"\neq"),
            ):
                if isinstance(delta, sympy.KroneckerDelta):
                    for variable in filter(delta.has, variables):
                        words = self._relation(delta, relation, [variable.name])
                        conditions.setdefault(variable, []).append(words)
                        return sign
            return 0

        if isinstance(expr, sympy.Product):
            base, exponent = expr.function.as_base_exp()
            return (base if absorbed(exponent) else expr.function), conditions
        kept = sympy.S.One
        for factor in sympy.Mul.make_args(expr.function):
            kept *= absorbed(factor) or factor
        return (kept, conditions) if kept.has(*variables) else (expr.function, {})

    def _print_Integral(self, expr: sympy.Integral) -> str:
        with self._binding(expr) as bound:
            return self._integral(bound)

    def _integral(self, expr: sympy.Integral) -> str:
        text = ""
        with self._in_script():
            for _, *ends in reversed(expr.limits):
                printed = [self._print(end) for end in ends]
                text += r"\int_{{{}}}^{{{}}} ".format(*printed) if len(ends) == 2 else r"\int "
        with self._in_display():
            body = str(self._print(expr.function))
            variables = [self._print(limit[0]) for limit in expr.limits]
        if self._is_sum(expr.function):
            body = in_parentheses(body)
        return text + body + "".join(rf" \, d{variable}" for variable in variables)


def _plainest(left: sympy.Expr, right: sympy.Expr) -> tuple[sympy.Expr, sympy.Expr]:
    """The sides of an equation, or two symbols if it says that these are the same."""
    if not (left.is_Symbol or right.is_Symbol):
        one, *other = sympy.Add.make_args(sympy.expand(left - right))
        if len(other) == 1 and one.could_extract_minus_sign():
            one, other = other[0], [one]
        if one.is_Symbol and len(other) == 1 and (-other[0]).is_Symbol:
            return one, -other[0]
    return left, right
