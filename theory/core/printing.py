r"""Expressions as LaTeX, with the names that parameters and observables were given.

SymPy's printer, with the habits of a paper: slanted fractions in exponents and arguments,
``\zeta(\alpha)^{-1/\alpha}`` instead of a power of a reciprocal, powers written after the
function value that they are of, what is tall (sums, powers of sums) beside a fraction instead of
in it, and nested sums one after the other from the outside in.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Any

import sympy
from sympy.printing.latex import LatexPrinter

from theory.core.parameters import Labels

if TYPE_CHECKING:
    from theory.core.domain import Domain
    from theory.core.observable import Observable

__all__ = ["latex"]

_TALL = re.compile(r"\\(frac|sum|int|prod|binom|begin|left|substack|lim)(?![A-Za-z])")
_BIG = (sympy.Sum, sympy.Integral, sympy.Product, sympy.Limit)
_SLASH_AT_MOST = 30  # visible characters on either side of a slanted fraction


def _in_parentheses(text: str) -> str:
    return rf"\left({text}\right)" if _TALL.search(text) else f"({text})"


def _length(text: str) -> int:
    """Roughly how many characters are seen."""
    return len(re.sub(r"\\substack|\\left|\\right|[{}_^ ]", "", re.sub(r"\\[A-Za-z]+", "x", text)))


def _all_negative(exponent: sympy.Expr) -> bool:
    """Whether every term has a minus sign, so that the power belongs in a denominator."""
    return all(term.could_extract_minus_sign() for term in sympy.Add.make_args(exponent))


class _Printer(LatexPrinter):
    def __init__(
        self,
        names: dict[str, str],
        observables: dict[str, Observable],
        labels: Iterable[str] = (),
    ) -> None:
        super().__init__({"fold_short_frac": False, "mul_symbol": None, "ln_notation": False})
        self._names = names
        self._observables = observables
        self._labels = frozenset(labels)
        self._bound: tuple[str, ...] = ()  # names that sums and integrals around have taken
        self._slanted = False  # fractions are a/b
        self._small = False  # ... and what is tall is no reason against it: exponents, limits

    @contextmanager
    def _setting(self, slanted: bool, small: bool) -> Iterator[None]:
        before = self._slanted, self._small
        self._slanted, self._small = slanted, small
        try:
            yield
        finally:
            self._slanted, self._small = before

    def _in_argument(self) -> AbstractContextManager[None]:
        return self._setting(True, self._small)

    def _in_script(self) -> AbstractContextManager[None]:
        return self._setting(True, True)

    def _in_display(self) -> AbstractContextManager[None]:
        return self._setting(self._small, self._small)

    def _may_slant(self, *parts: str) -> bool:
        tall = r"\\(frac|int|prod|begin)" if self._small else _TALL
        return all(_length(p) <= _SLASH_AT_MOST and not re.search(tall, p) for p in parts)

    # names

    def _print_Symbol(self, expr: sympy.Symbol, style: str = "plain") -> str:
        bare = expr.name.rstrip("'")
        if bare != expr.name and bare in self._bound:
            return f"{self._print(sympy.Symbol(bare))}{expr.name[len(bare) :]}"
        return self._names.get(expr.name) or super()._print_Symbol(expr, style=style)

    _print_RandomSymbol = _print_Symbol

    def _print_Indexed(self, expr: sympy.Indexed) -> str:
        base = self._print(expr.base)
        if str(expr.base.label) in self._labels:  # a map, written as one
            with self._in_argument():
                return f"{base}({', '.join(self._print(index) for index in expr.indices)})"
        with self._in_script():
            indices = ", ".join(self._print(index) for index in expr.indices)
        return rf"{{{base}}}_{{{indices}}}" if "_" in base else rf"{base}_{{{indices}}}"

    def _print_IndexedBase(self, expr: sympy.IndexedBase) -> str:
        return self._names.get(str(expr.label)) or super()._print_IndexedBase(expr)

    # sums, products, powers

    def _print_Add(self, expr: sympy.Add, order: Any = None) -> str:
        terms = list(self._as_ordered_terms(expr, order=order))
        shared = {term.as_coeff_Mul()[0] for term in terms}
        if all(number.is_Rational for number in shared):  # (d + 1)/2, not d/2 + 1/2
            (shared_q, *others) = {number.q for number in shared}
            if shared_q != 1 and not others:
                whole = sympy.Add(*(shared_q * term for term in terms))
                return self._print(sympy.Mul(sympy.Rational(1, shared_q), whole, evaluate=False))
        negative = [term.could_extract_minus_sign() for term in terms]
        if negative[0] and not all(negative):  # 1/alpha - 1, not -1 + 1/alpha
            terms.insert(0, terms.pop(negative.index(False)))
        terms.sort(key=self._has_open_end)  # nothing may be read as part of a sum before it
        text = ""
        for position, term in enumerate(terms):
            minus = term.could_extract_minus_sign()
            printed = self._print(-term if minus else term)
            if (-term if minus else term).is_Add:
                printed = _in_parentheses(printed)
            if minus and printed.startswith("-"):  # the sign sits where SymPy cannot move it
                minus, printed = False, self._print(term)
            if position:
                sign = " - " if minus else " + "
                if not minus and printed.startswith("-"):
                    sign, printed = " - ", printed[1:].lstrip()
            else:
                sign = "- " if minus else ""
            text += sign + printed
        return text

    @staticmethod
    def _has_open_end(term: sympy.Expr) -> bool:
        """Whether the printed term ends in a sum, whose extent is not marked."""
        return any(isinstance(factor, _BIG) for factor in sympy.Mul.make_args(term))

    def _print_Mul(self, expr: sympy.Mul) -> str:
        if not expr.is_commutative or any(
            getattr(argument, "is_Matrix", False) for argument in expr.args
        ):
            return str(super()._print_Mul(expr))
        number, factors = sympy.S.One, []
        for factor in expr.as_ordered_factors():
            if factor.is_Rational:
                number *= factor
            else:
                factors.append(factor)
        if not number.is_Rational or not factors:
            return str(super()._print_Mul(expr))
        above: list[sympy.Expr] = []
        below: list[sympy.Expr] = []
        for factor in factors:
            upside_down = self._reciprocal(factor)
            if upside_down is None:
                above.append(factor)
            else:
                below.append(upside_down)
        above.sort(key=self._place)
        if below or number.q != 1:
            self._lower(above, below)
        sign = "- " if number.is_negative else ""
        up, down = abs(number.p), number.q
        for root in [f for f in above if self._is_root(f) and f.base.is_Integer]:
            if down % root.base == 0:  # 1/sqrt(2), not sqrt(2)/2
                down //= int(root.base)
                above.remove(root)
                below.insert(0, root)
        above, below = self._one_root(above), self._one_root(below)
        if self._slanted:
            printed = [self._factor(f, alone=False) for f in above]
            top = self._join(([str(up)] if up != 1 or not above else []) + printed)
            if not below and down == 1:
                return sign + top
            bottom = self._denominator(below, down)
            single = len(below) + (down != 1) == 1
            if self._may_slant(top, bottom):
                if not single or (len(below) == 1 and below[0].is_Add):
                    bottom = f"({bottom})"
                if len(above) == 1 and above[0].is_Add and up == 1:
                    top = f"({self._print(above[0])})"
                return f"{sign}{top}/{bottom}"
            if len(above) == 1 and up == 1:
                top = self._print(above[0])
            return rf"{sign}\frac{{{top}}}{{{bottom}}}"
        first, over, after, last = self._arranged(above)
        if not below and down == 1:
            ordered = first + over + after + last
            pieces = [str(up)] if up != 1 else []
        else:
            if not over and not first and after and not last and len(after) == 1:
                over, after = after, []
            inside = [str(up)] if up != 1 or not over else []
            if len(over) == 1 and up == 1:
                inside = [self._print(over[0])]
            else:
                inside += [self._factor(f, alone=False) for f in over]
            fraction = rf"\frac{{{self._join(inside)}}}{{{self._denominator(below, down)}}}"
            pieces = [self._factor(f, alone=False) for f in first] + [fraction]
            ordered = after + last
        for position, factor in enumerate(ordered):
            alone = position == len(ordered) - 1  # a sum at the end needs no parentheses
            pieces.append(self._factor(factor, alone=alone))
        return sign + self._join(pieces)

    def _arranged(self, factors: list[sympy.Expr]) -> tuple[list[sympy.Expr], ...]:
        """Factors before, in, and after the numerator, and the sums and integrals at the end."""
        first: list[sympy.Expr] = []
        over: list[sympy.Expr] = []
        after: list[sympy.Expr] = []
        last: list[sympy.Expr] = []
        for factor in factors:
            base, exponent = factor.as_base_exp()
            if isinstance(factor, _BIG):
                last.append(factor)
            elif base == -1 or isinstance(factor, sympy.binomial):
                first.append(factor)
            elif base.is_Add and not (exponent.is_number or _TALL.search(self._print(base))):
                after.append(factor)
            elif _TALL.search(self._print(factor)):
                after.append(factor)
            else:
                over.append(factor)
        first.sort(key=lambda factor: isinstance(factor, sympy.binomial))
        return first, over, after, last

    @staticmethod
    def _place(factor: sympy.Expr) -> int:
        """Powers of numbers come first, then symbols and their numbered powers."""
        base, exponent = factor.as_base_exp()
        if base.is_number and not isinstance(factor, sympy.exp):
            return 0
        return 1 if base.is_Symbol and exponent.is_number else 2

    def _lower(self, above: list[sympy.Expr], below: list[sympy.Expr]) -> None:
        """Negative powers of values such as zeta(alpha) join a denominator that is there anyway."""
        for factor in tuple(above):
            base, exponent = factor.as_base_exp()
            atomic = base.is_Symbol or base.is_number or isinstance(base, sympy.Indexed)
            if isinstance(factor, sympy.Pow) and base.is_Function and not atomic:
                if len(above) > 1 and _all_negative(exponent):
                    above.remove(factor)
                    below.append(sympy.Pow(base, -exponent))
            elif isinstance(factor, sympy.Pow) and self._turned(base) is not None:
                if len(above) > 1 and exponent.could_extract_minus_sign() is False:
                    above.remove(factor)
                    below.append(sympy.Pow(self._turned(base), exponent, evaluate=False))

    def _turned(self, base: sympy.Expr) -> sympy.Expr | None:
        """1 / base, where the base is nothing but a reciprocal."""
        if base.is_number:
            return None
        turned = [self._reciprocal(factor) for factor in sympy.Mul.make_args(base)]
        return None if None in turned else sympy.Mul(*turned)

    @staticmethod
    def _is_root(factor: sympy.Expr) -> bool:
        return isinstance(factor, sympy.Pow) and factor.exp == sympy.Rational(1, 2)

    def _one_root(self, factors: list[sympy.Expr]) -> list[sympy.Expr]:
        """Square roots of numbers, symbols and function values under one sign."""
        roots = [f for f in factors if self._is_root(f) and not f.base.is_Add]
        if len(roots) < 2:
            return factors
        under = sympy.Mul(*(root.base for root in roots))
        merged = sympy.Pow(under, sympy.Rational(1, 2), evaluate=False)
        place = factors.index(roots[0])
        return factors[:place] + [merged] + [f for f in factors[place:] if f not in roots]

    def _denominator(self, below: list[sympy.Expr], number: int) -> str:
        if number == 1 and len(below) == 1:
            return str(self._print(below[0]))
        printed = [self._factor(factor, alone=False) for factor in below]
        return self._join(([str(number)] if number != 1 else []) + printed)

    def _factor(self, factor: sympy.Expr, alone: bool) -> str:
        printed = str(self._print(factor))
        bare = alone or not isinstance(factor, (*_BIG, sympy.Piecewise))
        if factor.is_Add or factor.is_Relational or printed.startswith("-") or not bare:
            return _in_parentheses(printed)
        return printed

    @staticmethod
    def _join(pieces: list[str]) -> str:
        text = ""
        for piece in pieces:
            numbers = re.search(r"[0-9][} ]*$", text) and re.match(r"\d|\\frac\{\d", piece)
            text += (r" \cdot " if numbers else " " if text else "") + piece
        return text

    def _reciprocal(self, factor: sympy.Expr) -> sympy.Expr | None:
        """What belongs in the denominator in place of the factor, or None."""
        if not isinstance(factor, sympy.Pow) or isinstance(factor, sympy.exp):
            return None
        base, exponent = factor.args
        if exponent.is_Rational:
            return sympy.Pow(base, -exponent) if exponent.is_negative else None
        if exponent.is_Add and _all_negative(exponent):
            return sympy.Pow(base, -exponent)
        return None

    def _print_Pow(self, expr: sympy.Pow) -> str:
        base, exponent = expr.args
        if not expr.is_commutative:
            return str(super()._print_Pow(expr))
        if exponent == sympy.Rational(1, 2):
            return rf"\sqrt{{{self._print(base)}}}"
        below = self._reciprocal(expr)
        if below is not None:
            printed = self._print(below)
            if self._slanted and self._may_slant(printed):
                return f"1/({printed})" if below.is_Add or below.is_Mul else f"1/{printed}"
            return rf"\frac{{1}}{{{printed}}}"
        if (turned := self._turned(base)) is not None:  # (1/z)^(1/a) is z^(-1/a)
            base, exponent = turned, -exponent
        with self._in_script():
            power = self._print(exponent)
        return rf"{self._base(base)}^{{{power}}}"

    def _base(self, base: sympy.Expr) -> str:
        printed = str(self._print(base))
        plain = (
            base.is_Symbol
            or isinstance(base, sympy.Indexed)
            or (base.is_Integer and base.is_nonnegative)
            or base in (sympy.pi, sympy.E)
            or isinstance(base, (sympy.binomial, sympy.harmonic))
        )
        observed = base.func.__name__ in self._observables
        called = base.is_Function and printed.endswith((")", "|")) and not observed
        if (plain and not {"^", "'"} & set(printed)) or called:
            return printed
        return _in_parentheses(printed)

    def _print_Rational(self, expr: sympy.Rational) -> str:
        if self._slanted and expr.q != 1:
            return f"{expr.p}/{expr.q}"
        return str(super()._print_Rational(expr))

    def _print_ExpBase(self, expr: sympy.Expr, exp: str | None = None) -> str:
        with self._in_script():
            power = self._print(expr.args[0])
        text = rf"e^{{{power}}}"
        if _TALL.search(power) or _length(power) > _SLASH_AT_MOST:
            with self._in_display():
                text = rf"\exp{_in_parentheses(self._print(expr.args[0]))}"
        return rf"\left({text}\right)^{{{exp}}}" if exp else text

    def _print_Sum(self, expr: sympy.Sum) -> str:
        return self._big(r"\sum", expr)

    def _print_Product(self, expr: sympy.Product) -> str:
        return self._big(r"\prod", expr)

    def _big(self, sign: str, expr: Any) -> str:
        with self._binding(expr) as expr:
            return self._printed_big(sign, expr)

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

    def _printed_big(self, sign: str, expr: Any) -> str:
        function, conditions = self._filtered(expr)
        text = ""
        for variable, *ends in reversed(expr.limits):
            with self._in_script():
                name = self._print(variable)
                below = name if len(ends) < 2 else f"{name}={self._print(ends[0])}"
                above = f"^{{{self._print(ends[1])}}}" if len(ends) == 2 else ""
            if known := sorted(conditions.get(variable, ()), key=lambda c: not c.startswith(name)):
                if len(ends) == 2 and ends[0] == 1:  # sum_{k != x}^{N}: indices start at 1
                    rows = known
                    if not re.match(rf"{re.escape(name)} (=|\\neq)", known[0]):
                        rows = [rf"{name} \colon {known[0]}", *known[1:]]
                else:
                    rows = [below, *known]
                below = rows[0] if len(rows) == 1 else self._stacked(rows)
            text += rf"{sign}_{{{below}}}{above} "
        with self._in_display():
            body = self._print(function)
        alone = not function.is_Add and not body.startswith("-")
        return text + (body if alone else _in_parentheses(body))

    @staticmethod
    def _stacked(rows: list[str]) -> str:
        return r"\substack{" + r" \\ ".join(rows) + "}"

    def _filtered(self, expr: Any) -> tuple[sympy.Expr, dict[Any, list[str]]]:
        """The body without its Kronecker factors, and what they say about each variable.

        A term that is multiplied by 0 or 1, or a factor with the exponent 0 or 1, according to a
        condition is the same as the condition written under the sum or the product.
        """
        conditions: dict[Any, list[str]] = {}

        def absorbed(factor: sympy.Expr) -> bool:
            equal = isinstance(factor, sympy.KroneckerDelta)
            deltas = factor.atoms(sympy.KroneckerDelta)
            if len(deltas) != 1 or not (equal or factor == 1 - next(iter(deltas))):
                return False
            one, other = next(iter(deltas)).args
            for variable, *_ in expr.limits:
                if (one - other).has(variable):
                    if not one.has(variable) or (other == variable):
                        one, other = other, one
                    with self._in_script():
                        relation = "=" if equal else r"\neq"
                        words = f"{self._print(one)} {relation} {self._print(other)}"
                    conditions.setdefault(variable, []).append(words)
                    return True
            return False

        if isinstance(expr, sympy.Product):
            base, exponent = expr.function.as_base_exp()
            return (base if absorbed(exponent) else expr.function), conditions
        sign, kept = 1, []
        for factor in sympy.Mul.make_args(expr.function):
            if absorbed(factor):
                continue
            if factor.is_Add and absorbed(-factor):
                sign = -sign
                continue
            kept.append(factor)
        return (sign * sympy.Mul(*kept) if conditions else expr.function), conditions

    def _print_Integral(self, expr: sympy.Integral) -> str:
        with self._binding(expr) as expr:
            return self._printed_integral(expr)

    def _printed_integral(self, expr: sympy.Integral) -> str:
        text = ""
        with self._in_script():
            for _, *ends in reversed(expr.limits):
                low_high = [self._print(end) for end in ends]
                if len(ends) == 2:
                    text += rf"\int_{{{low_high[0]}}}^{{{low_high[1]}}} "
                else:
                    text += r"\int "
        with self._in_display():
            body = self._print(expr.function)
            variables = [self._print(limit[0]) for limit in expr.limits]
        if expr.function.is_Add or self._has_open_end(expr.function):
            body = _in_parentheses(body)
        return text + body + "".join(rf" \, d{variable}" for variable in variables)

    # functions

    def _call(self, name: str, arguments: Iterable[Any], exp: str | None = None) -> str:
        with self._in_argument():
            inside = ", ".join(self._print(argument) for argument in arguments)
        text = name + _in_parentheses(inside)
        return f"{text}^{{{exp}}}" if exp else text

    def _print_Function(self, expr: Any, exp: str | None = None) -> str:
        observable = self._observables.get(expr.func.__name__)
        if observable is None:
            if isinstance(expr, sympy.core.function.AppliedUndef):
                name = self._names.get(expr.func.__name__) or self._hprint_Function(
                    expr.func.__name__
                )
                return self._call(name, expr.args, exp)
            return str(super()._print_Function(expr, exp=exp))
        text = observable.latex
        own = tuple(sympy.sympify(argument) for argument in observable.arguments)
        if expr.args != own:
            arguments = ", ".join(self._print(argument) for argument in expr.args)
            text = rf"{text}\left[{arguments}\right]"
        return rf"\left({text}\right)^{{{exp}}}" if exp else text

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
        with self._in_script():
            degrees = self._print(expr.args[1])
        return self._call(rf"T_{{{degrees}}}", expr.args[:1], exp)

    def _print_harmonic(self, expr: Any, exp: str | None = None) -> str:
        with self._in_script():
            indices = ", ".join(self._print(argument) for argument in expr.args)
        text = rf"H_{{{indices}}}"
        return f"{text}^{{{exp}}}" if exp else text

    def _print_KroneckerDelta(self, expr: Any, exp: str | None = None) -> str:
        with self._in_script():
            one, other = (self._print(argument) for argument in expr.args)
        return rf"\mathbf{{1}}\{{{one} = {other}\}}"

    def _print(self, expr: Any, **kwargs: Any) -> str:
        from theory.core.special import NormalCDF, StudentCDF

        if isinstance(expr, NormalCDF):  # SymPy would ask the function itself
            return self._print_NormalCDF(expr, **kwargs)
        if isinstance(expr, StudentCDF):
            return self._print_StudentCDF(expr, **kwargs)
        return str(super()._print(expr, **kwargs))


def latex(
    expression: Any, domain: Domain | None = None, observables: Iterable[Observable] = ()
) -> str:
    """LaTeX of an expression, with the printed names of a domain's parameters and observables."""
    names = {parameter.name: parameter.latex for parameter in domain.parameters} if domain else {}
    labels = [p.name for p in domain.parameters if isinstance(p, Labels)] if domain else []
    printer = _Printer(names, {observable.name: observable for observable in observables}, labels)
    return str(printer.doprint(sympy.sympify(expression)))
