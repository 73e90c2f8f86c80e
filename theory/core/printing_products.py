r"""Sums, products and powers as LaTeX, as a paper would set them.

Fractions are slanted in exponents and arguments, and stacked elsewhere; what is tall stands beside
a stacked fraction instead of in it; ``\zeta(\alpha)^{-1/\alpha}`` joins a denominator that is there
anyway. Factors come in this order: numbers, roots, indexed symbols, constants, symbols, named
functions, exponentials, other functions, parentheses, sums.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import sympy
from sympy.printing.latex import LatexPrinter

__all__ = ["BIG", "ProductPrinter", "in_parentheses"]

BIG = (sympy.Sum, sympy.Integral, sympy.Product, sympy.Limit)
_TALL = re.compile(r"\\(frac|sum|int|prod|binom|begin|left|substack|lim)(?![A-Za-z])")
_TALL_WHEN_SMALL = re.compile(r"\\(frac|int|prod|begin)(?![A-Za-z])")
_SLASH_AT_MOST = 30  # visible characters on either side of a slanted fraction
_UNBROKEN_AT_MOST = 50  # ... of a sum above or below a line or in a root, where no line breaks


def in_parentheses(text: str, signs: Sequence[str] = "()") -> str:
    """The text in parentheses or other brackets, which grow with it if it is tall."""
    left, right = signs
    return rf"\left{left}{text}\right{right}" if _TALL.search(text) else f"{left}{text}{right}"


def _length(text: str) -> int:
    """Roughly how many characters are seen."""
    return len(re.sub(r"\\substack|\\left|\\right|[{}_^ ]", "", re.sub(r"\\[A-Za-z]+", "x", text)))


class ProductPrinter(LatexPrinter):
    """SymPy's LaTeX printer with other sums, products and powers."""

    def __init__(self) -> None:
        super().__init__({"fold_short_frac": False, "mul_symbol": None, "ln_notation": False})
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

    # sums

    def _print_Add(self, expr: sympy.Add, order: Any = None) -> str:
        terms = list(self._as_ordered_terms(expr, order=order))
        shared = {term.as_coeff_Mul()[0] for term in terms}
        if all(number.is_Rational for number in shared):  # (d + 1)/2, not d/2 + 1/2
            (shared_q, *others) = {number.q for number in shared}
            if shared_q != 1 and not others:
                whole = sympy.Add(*(shared_q * term for term in terms))
                if whole.is_Add and not _TALL.search(self._print(whole)):
                    half = sympy.Mul(sympy.Rational(1, shared_q), whole, evaluate=False)
                    return str(self._print(half))
        negative = [term.could_extract_minus_sign() for term in terms]
        if negative[0] and not all(negative):  # 1/alpha - 1, not -1 + 1/alpha
            terms.insert(0, terms.pop(negative.index(False)))
        if len(terms) == 2 and terms[1].is_positive and terms[1].is_number and terms[0].is_Pow:
            terms.reverse()  # 1 + a^2, but a + 1
        terms.sort(key=self._has_open_end)  # nothing may be read as part of a sum before it
        text = ""
        for term in terms:
            minus = term.could_extract_minus_sign()
            bare = -term if minus else term
            printed = str(self._print(bare))
            if bare.is_Add:
                printed = in_parentheses(printed)
            if minus and printed.startswith("-"):  # the sign sits where SymPy cannot move it
                minus, printed = False, str(self._print(term))
            if not minus and text and printed.startswith("-"):
                minus, printed = True, printed[1:].lstrip()
            sign = (" - " if minus else " + ") if text else ("- " if minus else "")
            text += sign + printed
        return text

    def _is_sum(self, expr: sympy.Expr) -> bool:
        """Whether the expression is printed as a sum of terms."""
        return bool(expr.is_Add)

    @staticmethod
    def _has_open_end(term: sympy.Expr) -> bool:
        """Whether the printed term ends in a sum, whose extent is not marked."""
        return any(isinstance(factor, BIG) for factor in sympy.Mul.make_args(term))

    # products

    def _print_Mul(self, expr: sympy.Mul) -> str:
        factors = expr.as_ordered_factors()
        number = sympy.Mul(*(factor for factor in factors if factor.is_Rational))
        factors = _with_one_base([factor for factor in factors if not factor.is_Rational])
        number, factors = _with_the_number(number, factors)
        scalar = not any(getattr(factor, "is_Matrix", False) for factor in factors)
        if not (expr.is_commutative and scalar and number.is_Rational and factors):
            return str(super()._print_Mul(expr))
        above, below = self._split(factors, number.q != 1)
        up, down = abs(number.p), int(number.q)
        for root in [f for f in above if _is_root_of_integer(f)]:
            if down % root.base == 0:  # 1/sqrt(2), not sqrt(2)/2
                down //= int(root.base)
                above.remove(root)
                below.insert(0, root.base ** (1 - root.exp))
        above, below = (_under_one_root(_with_one_exponent(part)) for part in (above, below))
        sign = "- " if number.is_negative else ""
        if not below and down == 1:
            first, over, after = self._arranged(above)
            if up == 1 and not first + over and isinstance(after[0], BIG) and len(after) == 1:
                return sign + str(self._print(after[0]))  # - sum, without parentheses
            return sign + self._joined(up, first + over + after)
        bottom = self._joined(down, below) if down != 1 or len(below) > 1 else self._print(below[0])
        if not self._slanted:
            return sign + self._stacked_fraction(up, above, bottom)
        top = self._joined(up, above)
        single = len(above) == 1 and up == 1
        sum_above = single and self._is_sum(above[0]) and not self._small  # short, or upright
        if not self._may_slant(top, bottom, most=8 if sum_above else _SLASH_AT_MOST):
            return rf"{sign}\frac{{{self._print(above[0]) if single else top}}}{{{bottom}}}"
        if len(below) + (down != 1) > 1 or (below and below[0].is_Add):
            bottom = f"({bottom})"
        return f"{sign}{top}/{bottom}"

    def _split(
        self, factors: list[sympy.Expr], fraction: bool
    ) -> tuple[list[sympy.Expr], list[sympy.Expr]]:
        """The factors above and below the line of a fraction."""
        above = [factor for factor in factors if _reciprocal(factor) is None]
        below = [r for factor in factors if (r := _reciprocal(factor)) is not None]
        long = [factor for factor in below if self._is_long(factor)]
        above += [sympy.Pow(factor, -1) for factor in long]
        below = [factor for factor in below if factor not in long]
        above.sort(key=self._place)
        if below or fraction:  # values such as zeta(alpha)^(-1/alpha) join it
            for factor in tuple(above):
                base, exponent = factor.as_base_exp()
                if len(above) > 1 and isinstance(base, sympy.Function) and _all_negative(exponent):
                    above.remove(factor)
                    below.append(sympy.Pow(base, -exponent))
        return above, below

    def _is_long(self, expr: sympy.Expr) -> bool:
        """Whether a sum, or the root of one, is too long for where no line can be broken."""
        inside = expr.base if _is_root(expr) else expr
        if self._slanted or not self._is_sum(inside):
            return False
        return _length(str(self._print(inside))) > _UNBROKEN_AT_MOST

    def _place(self, factor: sympy.Expr) -> int:
        """Where a factor comes in a product, in the order that the module's docstring gives."""
        base, exponent = factor.as_base_exp()
        if isinstance(factor, BIG):
            return 9
        if isinstance(factor, sympy.exp):
            return 6
        if base.is_number:
            return 0
        if _is_root(factor):
            return 1
        if isinstance(base, sympy.Indexed):
            return len(base.indices)
        if base.is_Symbol:
            return 4 if exponent.is_number else 5
        if isinstance(base, sympy.core.function.AppliedUndef):
            return 5 if base.args else 3
        return 7 if base.is_Function else 8

    def _stacked_fraction(self, up: int, above: list[sympy.Expr], bottom: str) -> str:
        first, over, after = self._arranged(above)
        if up == 1 and not first + over and not bottom.isdigit():  # (N + 1)^{1 - a} over the line
            over = [factor for factor in after if not _TALL.search(self._print(factor))]
            after = [factor for factor in after if factor not in over]
        alone = len(over) == 1 and up == 1
        if alone and not first + after and self._is_long(over[0]):
            alone, over, after = False, [], over
        top = self._print(over[0]) if alone else self._joined(up, over)
        fraction = rf"\frac{{{top}}}{{{bottom}}}"
        pieces = [self._factor(factor) for factor in first] + [fraction]
        return _spaced(pieces + [self._factor(f, f is after[-1]) for f in after])

    def _arranged(self, factors: list[sympy.Expr]) -> tuple[list[sympy.Expr], ...]:
        """Factors before, in, and after the numerator; sums and integrals are at the end."""
        first: list[sympy.Expr] = []
        over: list[sympy.Expr] = []
        after: list[sympy.Expr] = []
        for factor in factors:
            base, exponent = factor.as_base_exp()
            if base == -1 or isinstance(factor, sympy.binomial):
                first.append(factor)
            elif _TALL.search(self._print(factor)) or (base.is_Add and not exponent.is_number):
                after.append(factor)
            else:
                over.append(factor)
        first.sort(key=lambda factor: isinstance(factor, sympy.binomial))
        after.sort(key=lambda factor: isinstance(factor, BIG))
        return first, over, after

    def _joined(self, number: int, factors: list[sympy.Expr]) -> str:
        """A product in one line; a sum at its end needs no parentheses."""
        pieces = [str(number)] if number != 1 or not factors else []
        several = len(pieces) + len(factors) > 1
        return _spaced(pieces + [self._factor(f, f is factors[-1] and several) for f in factors])

    def _factor(self, factor: sympy.Expr, last: bool = False) -> str:
        printed = str(self._print(factor))
        open_end = isinstance(factor, (*BIG, sympy.Piecewise)) and not last
        if self._is_sum(factor) or factor.is_Relational or printed.startswith("-") or open_end:
            return in_parentheses(printed)
        return printed

    def _may_slant(self, *parts: str, most: int = _SLASH_AT_MOST) -> bool:
        tall = _TALL_WHEN_SMALL if self._small else _TALL
        return all(_length(p) <= most and not tall.search(p) for p in parts)

    # powers

    def _print_Pow(self, expr: sympy.Pow) -> str:
        base, exponent = expr.args
        if not expr.is_commutative:
            return str(super()._print_Pow(expr))
        if exponent == sympy.Rational(1, 2):
            printed = str(self._print(base))
            if self._is_long(base):
                return rf"{in_parentheses(printed)}^{{1/2}}"
            return rf"\sqrt{{{printed}}}"
        below = _reciprocal(expr)
        if below is not None:
            printed = str(self._print(below))
            if exponent in (-1, -sympy.Rational(1, 2)) and self._is_long(base):
                return rf"{in_parentheses(str(self._print(base)))}^{{{exponent}}}"
            if self._slanted and self._may_slant(printed):
                return f"1/({printed})" if below.is_Add or below.is_Mul else f"1/{printed}"
            return rf"\frac{{1}}{{{printed}}}"
        with self._in_script():
            power = self._print(exponent)
        return rf"{self._base(base)}^{{{power}}}"

    def _base(self, base: sympy.Expr) -> str:
        printed = str(self._print(base))
        if self._stands_alone(base, printed) and not {"^", "'"} & set(printed):
            return printed
        if base.is_Function and printed.endswith((")", "|", r"\rfloor", r"\rceil")):
            return printed
        return in_parentheses(printed)

    def _stands_alone(self, base: sympy.Expr, printed: str) -> bool:
        """Whether an exponent may follow without parentheses."""
        kinds = (sympy.Symbol, sympy.Indexed, sympy.binomial, sympy.harmonic)
        constant = base in (sympy.pi, sympy.E) or (base.is_Integer and base.is_nonnegative)
        return isinstance(base, kinds) or constant

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
                text = rf"\exp{in_parentheses(self._print(expr.args[0]))}"
        return rf"\left({text}\right)^{{{exp}}}" if exp else text


def _spaced(pieces: list[str]) -> str:
    text = ""
    for piece in pieces:
        numbers = re.search(r"[0-9][} ]*$", text) and re.match(r"\d|\\frac\{\d", piece)
        text += (r" \cdot " if numbers else " " if text else "") + piece
    return text


def _all_negative(exponent: sympy.Expr) -> bool:
    """Whether every term has a minus sign, so that the power belongs in a denominator."""
    return all(term.could_extract_minus_sign() for term in sympy.Add.make_args(exponent))


def _reciprocal(factor: sympy.Expr) -> sympy.Expr | None:
    """What belongs in the denominator in place of the factor, or None."""
    if isinstance(factor, sympy.exp):
        (power,) = factor.args
        return sympy.exp(-power) if power.is_Integer and power < 0 else None
    if not isinstance(factor, sympy.Pow):
        return None
    base, exponent = factor.args
    negative = exponent.is_Rational or exponent.is_Add
    return sympy.Pow(base, -exponent) if negative and _all_negative(exponent) else None


def _is_root(factor: sympy.Expr) -> bool:
    return isinstance(factor, sympy.Pow) and factor.exp == sympy.Rational(1, 2)


def _is_root_of_integer(factor: sympy.Expr) -> bool:
    if not (isinstance(factor, sympy.Pow) and factor.base.is_Integer and factor.exp.is_Rational):
        return False
    return bool(factor.base > 1 and 0 < factor.exp < 1)


def _with_one_base(factors: list[sympy.Expr]) -> list[sympy.Expr]:
    """Powers of the same positive symbol as one power: d^(1 - 2a), not d d^(-2a)."""
    powers: dict[sympy.Expr, sympy.Expr] = {}
    for factor in factors:
        base, exponent = factor.as_base_exp()
        if base.is_Symbol and base.is_positive:
            powers[base] = powers.get(base, sympy.S.Zero) + exponent
    together = {base: base**exponent for base, exponent in powers.items()}
    kept: list[sympy.Expr] = []
    for factor in factors:
        base = factor.as_base_exp()[0]
        if base not in powers:
            kept.append(factor)
        elif (power := together.pop(base, None)) is not None and power != 1:
            kept.append(power)
    return kept


def _with_the_number(
    number: sympy.Expr, factors: list[sympy.Expr]
) -> tuple[sympy.Expr, list[sympy.Expr]]:
    """(m - 1)/(2 c), not ((m - 1)/2)/c; and 2^(x + 1), not 2 2^x."""
    changed = []
    for factor in factors:
        if factor.is_Add:
            bottoms = {term.as_coeff_Mul()[0].q for term in factor.args if _is_half(term)}
            bottom = bottoms.pop() if len(bottoms) == 1 else 1
            if bottom != 1 and all(_is_half(term) for term in factor.args):
                number, factor = number / bottom, sympy.Add(*(bottom * a for a in factor.args))
        base, exponent = factor.as_base_exp()
        if base.is_Integer and base > 1 and not exponent.is_number:
            while number.p % base == 0 and number.p:
                number, exponent = number / base, exponent + 1
            root = any(_is_root_of_integer(other) and other.base == base for other in factors)
            while number.q % base == 0 and not root:  # roots are put under the line with it
                number, exponent = number * base, exponent - 1
            factor = base**exponent
        changed.append(factor)
    return number, changed


def _is_half(term: sympy.Expr) -> bool:
    """Whether a term has a fraction in front."""
    coefficient = term.as_coeff_Mul()[0]
    return bool(coefficient.is_Rational and coefficient.q != 1)


def _with_one_exponent(factors: list[sympy.Expr]) -> list[sympy.Expr]:
    """Powers with the same fraction as exponent, of what is not negative, as one power."""
    kept: list[sympy.Expr] = []
    for factor in factors:
        base, exponent = factor.as_base_exp()
        alike = [
            other
            for other in kept
            if exponent.is_Rational
            and exponent.q > 2
            and isinstance(other, sympy.Pow)
            and other.exp == exponent
            and base.is_nonnegative
            and other.base.is_nonnegative
        ]
        if not alike:
            kept.append(factor)
            continue
        product = sympy.Mul(alike[0].base, base)
        kept[kept.index(alike[0])] = sympy.Pow(product, exponent, evaluate=False)
    return kept


def _under_one_root(factors: list[sympy.Expr]) -> list[sympy.Expr]:
    """Square roots of numbers, symbols and function values under one sign."""
    roots = [f for f in factors if _is_root(f) and not f.base.is_Add]
    if len(roots) < 2:
        return factors
    under = sympy.Mul(*(root.base for root in roots))
    merged = sympy.Pow(under, sympy.Rational(1, 2), evaluate=False)
    place = factors.index(roots[0])
    return factors[:place] + [merged] + [f for f in factors[place:] if f not in roots]
