"""Names that a claim prints for expressions that occur in it again and again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import permutations
from typing import Any

import sympy
from sympy.concrete.expr_with_limits import ExprWithLimits

from theory.core.observable import Observable

__all__ = ["Shorthand", "with_names"]

_Found = dict[sympy.Expr, sympy.Expr]


@dataclass(frozen=True, eq=False)
class Shorthand(Observable):
    """A name that stands for an expression wherever a claim is printed; it is never measured.

    It changes no mathematics: calling it gives the expression in full, and `with_names` finds such
    expressions again. A claim lists it among its observables, after those that are measured.

    Parameters
    ----------
    arguments : tuple of Symbol
        What it is a function of; parameters of the claim that never change are none of them.
    latex : str
        How it prints, with ``@`` for each argument: ``"Q_{@}"``.
    definition : sympy expression
        Of the quantity raised to ``power``: a standard deviation is best defined by its square.
    power : int
        1 or 2; the quantity itself is nonnegative if it is 2.
    name : str
        Python identifier.
    meaning : str
        What it is, in plain words.

    Examples
    --------
    >>> z, k, n = sympy.symbols("z k n", integer=True, positive=True)
    >>> energy = Shorthand("Q", (z,), "Q_{@}", "energy of class z", sympy.Sum(k**z, (k, 1, n)))
    >>> energy(3)
    Sum(k**3, (k, 1, n))
    >>> with_names(energy(3) / energy(n), [energy])
    Q(3)/Q(n)
    """

    power: int = 1

    def __call__(self, *arguments: Any) -> sympy.Expr:
        """The expression in full at the given arguments (its own by default)."""
        return self.defined_as(*arguments)

    def defined_as(self, *arguments: Any) -> sympy.Expr:
        pairs = zip(self.arguments, map(sympy.sympify, arguments or self.arguments), strict=True)
        return sympy.sympify(self.definition).xreplace(dict(pairs))

    def named(self, *arguments: Any) -> sympy.Expr:
        """The quantity at the given arguments as an undefined function, which prints as its name.

        Raised to its power, it is what the definition defines.
        """
        sign = {"positive": True} if self.power == 2 else {"real": True}
        return sympy.Function(self.name, **sign)(*(arguments or self.arguments))


def with_names(expression: Any, shorthands: Iterable[Shorthand]) -> sympy.Expr:
    """The expression with the names of shorthands for what they stand for, longest first."""
    named = _upright(sympy.sympify(expression))
    for shorthand in sorted(shorthands, key=lambda s: -sympy.count_ops(s.definition)):
        named = _Finder(shorthand).put_into(named)
    return named


def _upright(expression: sympy.Expr) -> sympy.Expr:
    """(1/z)^e as z^(-e): bases here are positive, but SymPy need not know it."""
    return expression.replace(
        lambda e: isinstance(e, sympy.Pow) and not e.base.is_number and _is_reciprocal(e.base),
        lambda e: sympy.Pow(1 / e.base, -e.exp),
    )


def _is_reciprocal(base: sympy.Expr) -> bool:
    return all(factor.as_base_exp()[1] == -1 for factor in sympy.Mul.make_args(base))


class _Finder:
    """Finds a shorthand's definition, at whatever arguments, in expressions."""

    def __init__(self, shorthand: Shorthand) -> None:
        self._shorthand = shorthand
        self._arguments = shorthand.arguments
        self._definition = _upright(sympy.sympify(shorthand.definition))

    def put_into(self, expression: Any) -> Any:
        """The expression with the name for every occurrence, also as some factors of a product."""
        if not isinstance(expression, sympy.Basic) or not expression.args:
            return expression
        if isinstance(self._definition, sympy.Mul):
            if isinstance(expression, sympy.Mul):
                expression = self._factored_out(expression)
        elif (found := next(self._matches(self._definition, expression, {}), None)) is not None:
            return self._name(found) ** self._shorthand.power
        arguments = [self.put_into(argument) for argument in expression.args]
        changed = any(new is not old for new, old in zip(arguments, expression.args, strict=True))
        if not changed:
            return expression
        if expression.is_Relational:  # the name's sign must not decide a condition
            return expression.func(*arguments, evaluate=False)
        return expression.func(*arguments)

    def _name(self, found: _Found) -> sympy.Expr:
        return self._shorthand.named(*(found[argument] for argument in self._arguments))

    def _factored_out(self, product: sympy.Expr) -> sympy.Expr:
        """The product with the name for the factors of the definition, or of its reciprocal."""
        number, factors = _factors(product)
        own_number, own_factors = _factors(self._definition)
        for power in (1, -1):
            wanted = [sympy.Tuple(base, power * exponent) for base, exponent in own_factors]
            ratio = number / own_number**power
            if _irrationality(ratio) > _irrationality(number):
                continue
            for found, rest in self._chosen(wanted, factors, {}):
                name = self._name(found) ** (power * self._shorthand.power)
                return self._factored_out(sympy.Mul(ratio, name, *(b**e for b, e in rest)))
        return product

    def _chosen(
        self, wanted: list[sympy.Tuple], factors: list[sympy.Tuple], found: _Found
    ) -> Iterator[tuple[_Found, list[sympy.Tuple]]]:
        """Ways to choose the wanted factors, each with the factors that are left."""
        if not wanted:
            yield found, factors
            return
        for index, factor in enumerate(factors):
            for more in self._matches(wanted[0], factor, found):
                yield from self._chosen(wanted[1:], factors[:index] + factors[index + 1 :], more)

    def _matches(self, pattern: Any, expression: Any, found: _Found) -> Iterator[_Found]:
        """Ways to read the expression as the pattern: values of the arguments, with those found."""
        if pattern in self._arguments:
            if found.get(pattern, expression) == expression:
                yield found | {pattern: expression}
        elif not pattern.has(*self._arguments):
            if pattern == expression:
                yield found
        elif isinstance(pattern, (sympy.Add, sympy.Mul, sympy.KroneckerDelta)):
            if isinstance(expression, pattern.func):
                yield from self._matches_in_any_order(pattern, expression, found)
        elif isinstance(pattern, ExprWithLimits) and expression.func == pattern.func:
            expression = _bound_alike(pattern, expression)
            bound = {limit[0] for limit in expression.limits}
            if len(expression.args) == len(pattern.args):
                for more in self._matches_in_order(pattern.args, expression.args, found):
                    if not bound & set().union(*(value.free_symbols for value in more.values())):
                        yield more
        elif expression.func == pattern.func and len(expression.args) == len(pattern.args):
            yield from self._matches_in_order(pattern.args, expression.args, found)
        elif pattern.is_Pow and pattern.exp == 2:  # (r s)^2 is stored as r^2 s^2
            root = sympy.sqrt(expression).replace(sympy.Abs, lambda inside: inside)
            if not root.has(sympy.Rational(1, 2)):
                yield from self._matches(pattern.base, root, found)

    def _matches_in_any_order(
        self, pattern: Any, expression: Any, found: _Found
    ) -> Iterator[_Found]:
        wanted = [part for part in pattern.args if part.has(*self._arguments)]
        rest = list(expression.args)
        for part in pattern.args:
            if part not in wanted:
                if part not in rest:
                    return
                rest.remove(part)
        if len(wanted) == 1 and len(rest) > 1:
            rest = [expression.func(*rest)]
        if len(wanted) == len(rest):
            for order in permutations(rest):
                yield from self._matches_in_order(wanted, order, found)

    def _matches_in_order(
        self, patterns: Iterable[Any], expressions: Iterable[Any], found: _Found
    ) -> Iterator[_Found]:
        (pattern, *patterns), (expression, *expressions) = patterns, expressions
        for more in self._matches(pattern, expression, found):
            if patterns:
                yield from self._matches_in_order(patterns, expressions, more)
            else:
                yield more


def _bound_alike(pattern: Any, expression: Any) -> Any:
    """The sum or integral with the bound variables of the pattern, where these are free."""
    if len(pattern.limits) != len(expression.limits):
        return expression
    own, wanted = ([limit[0] for limit in e.limits] for e in (expression, pattern))
    if own == wanted or set(wanted) & {
        symbol for e in expression.args for symbol in e.atoms(sympy.Symbol)
    }:
        return expression
    renamed = dict(zip(own, wanted, strict=True))
    return expression.func(*(argument.xreplace(renamed) for argument in expression.args))


def _factors(product: sympy.Expr) -> tuple[sympy.Expr, list[sympy.Tuple]]:
    """The number in front of a product, and its other factors as (base, exponent)."""
    number, factors = sympy.S.One, []
    for factor in sympy.Mul.make_args(product):
        base, exponent = factor.as_base_exp()
        if base.is_number:
            shift, exponent = exponent.as_coeff_Add()
            number *= base**shift
        if exponent != 0:
            factors.append(sympy.Tuple(base, exponent))
    return number, factors


def _irrationality(number: sympy.Expr) -> sympy.Expr:
    """How far a number is from rational: roots and powers of pi that a name would leave behind."""
    factors = (factor.as_base_exp() for factor in sympy.Mul.make_args(number))
    return sum(abs(exponent) for base, exponent in factors if not (base**exponent).is_Rational)
