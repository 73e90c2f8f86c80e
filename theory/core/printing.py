r"""Expressions as LaTeX, with the names that parameters, observables and shorthands were given."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import sympy
from sympy.printing.latex import accepted_latex_functions

from theory.core.observable import Observable
from theory.core.parameters import Labels
from theory.core.printing_products import in_parentheses
from theory.core.printing_sums import SumPrinter
from theory.core.shorthand import Shorthand, with_names

if TYPE_CHECKING:
    from theory.core.domain import Domain

__all__ = ["in_words", "latex", "names_for_words"]


_SIMPLE = re.compile(r"[A-Za-z]|\\[A-Za-z]+")  # a name that takes an exponent as it is
_DIGITS = 15
_COMPARED = {"==": "=", "!=": r"\neq", "<": "<", ">": ">", "<=": r"\leq", ">=": r"\geq"}


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
        self._known: dict[Any, str] = {}

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
            return isinstance(observable, Shorthand) or bool(_SIMPLE.fullmatch(printed))
        return super()._stands_alone(base, printed)

    # numbers and functions

    def _print_Rational(self, expr: sympy.Rational) -> str:
        zeros = len(str(expr.q)) - 1
        if expr.p == 1 and zeros > 3 and expr.q == 10**zeros:
            return f"10^{{-{zeros}}}"
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

    def _are_its_own(self, arguments: tuple[Any, ...], observable: Observable) -> bool:
        """Whether an observable is taken where the claim defines it, which its name stands for."""
        own = tuple(map(sympy.sympify, observable.arguments))
        if arguments == own:
            return True
        named = [str(a) for a in arguments] == [str(a) for a in own]  # only assumptions differ
        return named and not {str(s) for a in arguments for s in a.free_symbols} & set(self._bound)

    def _print_Function(self, expr: Any, exp: str | None = None) -> str:
        observable = self._observables.get(expr.func.__name__)
        if isinstance(observable, Shorthand):
            with self._in_script():
                printed = iter([self._print(argument) for argument in expr.args])
            text = re.sub("@", lambda _: next(printed), observable.latex)
            return f"{text}^{{{exp}}}" if exp else text
        if observable is not None:
            text = observable.latex
            if not self._are_its_own(expr.args, observable):
                with self._in_argument():
                    arguments = ", ".join(self._print(argument) for argument in expr.args)
                text += in_parentheses(arguments, "[]")
            if exp and _SIMPLE.fullmatch(text):
                return f"{text}^{{{exp}}}"
            return rf"{in_parentheses(text)}^{{{exp}}}" if exp else text
        if isinstance(expr, sympy.core.function.AppliedUndef):
            name = expr.func.__name__
            return self._call(self._names.get(name) or self._hprint_Function(name), expr.args, exp)
        name = expr.func.__name__
        if name in accepted_latex_functions and not hasattr(self, f"_print_{name}"):
            return self._call(rf"\{name}", expr.args, exp)
        return str(super()._print_Function(expr, exp=exp))

    def _print_Subs(self, expr: sympy.Subs) -> str:
        inner, variables, values = expr.args
        text = str(self._print(inner))
        with self._in_script():
            pairs = zip(variables, values, strict=True)
            places = ", ".join(f"{self._print(v)}={self._print(value)}" for v, value in pairs)
        return rf"\left. {text} \right|_{{{places}}}"

    # conditions

    def _print_Relational(self, expr: Any) -> str:
        """A sum compared with 0 as a comparison of its terms: a >= b, not a - b >= 0."""
        left, right = expr.lhs, expr.rhs
        if right == 0 and left.is_Add:
            minus = [term for term in left.args if term.could_extract_minus_sign()]
            if 0 < len(minus) < len(left.args):
                right = -sympy.Add(*minus)
                left = left + right
        return f"{self._print(left)} {_COMPARED[expr.rel_op]} {self._print(right)}"

    def _print_And(self, expr: Any) -> str:
        return self._conditions_joined(expr, "and")

    def _print_Or(self, expr: Any) -> str:
        return self._conditions_joined(expr, "or")

    def _conditions_joined(self, expr: Any, word: str) -> str:
        parts = []
        for part in sorted(expr.args, key=sympy.default_sort_key):
            printed = str(self._print(part))
            inner = isinstance(part, (sympy.And, sympy.Or))
            parts.append(in_parentheses(printed) if inner else printed)
        return rf" \text{{ {word} }} ".join(parts)

    def _print_Piecewise(self, expr: sympy.Piecewise) -> str:
        rows = []
        for value, condition in expr.args:
            where = r"\text{otherwise}"
            if condition != sympy.true:
                where = rf"\text{{if }} {self._print(condition)}"
            rows.append(f"{self._print(value)} & {where}")
        lines = r" \\ ".join(rows)
        return rf"\begin{{cases}} {lines} \end{{cases}}"

    # functions

    def _print_floor(self, expr: Any, exp: str | None = None) -> str:
        return self._between(r"\lfloor", expr, r"\rfloor", exp)

    def _print_ceiling(self, expr: Any, exp: str | None = None) -> str:
        return self._between(r"\lceil", expr, r"\rceil", exp)

    def _print_Abs(self, expr: Any, exp: str | None = None) -> str:
        return self._between("|", expr, "|", exp)

    def _between(self, left: str, expr: Any, right: str, exp: str | None) -> str:
        inside = f"{{{self._print(expr.args[0])}}}"  # braces: no line is broken inside
        text = in_parentheses(inside, (left, right))
        return f"{text}^{{{exp}}}" if exp else text

    def _print_Max(self, expr: Any, exp: str | None = None) -> str:
        return self._extremum(r"\max", expr, exp)

    def _print_Min(self, expr: Any, exp: str | None = None) -> str:
        return self._extremum(r"\min", expr, exp)

    def _extremum(self, name: str, expr: Any, exp: str | None) -> str:
        of = ", ".join(self._print(arg) for arg in sorted(expr.args, key=sympy.default_sort_key))
        text = name + in_parentheses(of)
        return f"{text}^{{{exp}}}" if exp else text

    def _print_factorial(self, expr: Any, exp: str | None = None) -> str:
        inside = str(self._print(expr.args[0]))
        text = f"{inside if len(inside) == 1 else in_parentheses(inside)}!"
        return f"({text})^{{{exp}}}" if exp else text

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
        """Each part once in each setting: what is tall is known from how it prints."""
        if kwargs or not isinstance(expr, sympy.Basic):
            return self._printed_anew(expr, **kwargs)
        key = expr, self._slanted, self._small, self._bound
        if key not in self._known:
            self._known[key] = self._printed_anew(expr)
        return self._known[key]

    def _printed_anew(self, expr: Any, **kwargs: Any) -> str:
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
    try:
        return _printed(expression, domain, tuple(observables), inline)
    except TypeError:  # of a mutable matrix, which has no hash
        return str(_printed.__wrapped__(expression, domain, tuple(observables), inline))


@lru_cache(maxsize=2**14, typed=True)  # proofs and pages print most formulas several times
def _printed(
    expression: Any, domain: Domain | None, observables: tuple[Observable, ...], inline: bool
) -> str:
    names = {parameter.name: parameter.latex for parameter in domain.parameters} if domain else {}
    labels = [p.name for p in domain.parameters if isinstance(p, Labels)] if domain else []
    printer = _Printer(names, {observable.name: observable for observable in observables}, labels)
    shorthands = [o for o in observables if isinstance(o, Shorthand)]
    return printer.printed(with_names(_with_powers(expression), shorthands), inline)


_FOR_WORDS: ContextVar[tuple[Domain | None, tuple[Observable, ...]]] = ContextVar(
    "names for words", default=(None, ())
)


@contextmanager
def names_for_words(domain: Domain, observables: Iterable[Observable]) -> Iterator[None]:
    """Have `in_words` print with the names of a claim, which rules do not know."""
    token = _FOR_WORDS.set((domain, tuple(observables)))
    try:
        yield
    finally:
        _FOR_WORDS.reset(token)


def in_words(expression: Any) -> str:
    """LaTeX of an expression in the words of a rule, with the names in force there."""
    return latex(expression, *_FOR_WORDS.get(), inline=True)


def _with_powers(expression: Any) -> Any:
    """exp(c log x) as x^c, for positive x."""
    expression = sympy.sympify(expression)
    if not isinstance(expression, sympy.Basic):
        return expression
    powers = {}
    for exponential in expression.atoms(sympy.exp):
        factors = sympy.Mul.make_args(exponential.args[0])
        logs = [f for f in factors if isinstance(f, sympy.log) and f.args[0].is_positive]
        if len(logs) == 1 and len(factors) > 1:
            rest = sympy.Mul(*(factor for factor in factors if factor is not logs[0]))
            powers[exponential] = logs[0].args[0] ** rest
    return expression.xreplace(powers) if powers else expression
