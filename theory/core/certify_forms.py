"""Equivalent readings of an inequality: the difference, its numerator, logarithms of both sides."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import sympy

from theory.core.box_functions import Cell, Function, in_factors
from theory.core.certify_axes import Axes
from theory.core.certify_functions import prepared
from theory.core.errors import NotEnclosable
from theory.core.interval_programs import MAXIMAL_SIZE, Compiler, Positivity
from theory.core.intervals import Guard

__all__ = ["Form", "TriedForm", "TriedForms", "forms"]


@dataclass(frozen=True)
class Form:
    """A function whose sign is that of the gap wherever the conditions are all positive.

    The gap itself must be defined on the box: a form may have lost a factor that is not.
    """

    gap: Function
    main: Function
    conditions: tuple[Function, ...] = ()

    def is_enclosable(self) -> bool:
        """Whether everything in it can be evaluated."""
        try:
            return all(function.program for function in (self.gap, self.main, *self.conditions))
        except NotEnclosable:
            return False

    def proves(self, cell: Cell, strict: bool) -> bool:
        """Whether the inequality is seen to hold all over the box."""
        if self.gap.plain(cell)[1] > 0:
            return False
        for condition in self.conditions:
            (low, _), level = condition.plain(cell)
            if level or not low > 0:
                return False
        return self.main.nonnegative(cell, strict)


def forms(
    smaller: sympy.Expr,
    larger: sympy.Expr,
    symbols: tuple[sympy.Symbol, ...],
    positivity: Positivity,
) -> Iterator[Form]:
    """Ways to read ``smaller <= larger``: the difference, its numerator, and logarithms of both."""

    def form(main: sympy.Expr, conditions: Sequence[sympy.Expr]) -> Form:
        unknown = [c for c in conditions if compiler.guard(c) is not Guard.POSITIVE]
        needed = tuple(Function(c, symbols, positivity) for c in unknown)
        return Form(whole, Function(main, symbols, positivity), needed)

    compiler = Compiler(symbols, positivity, False)
    gap = larger - smaller
    whole = Function(gap, symbols, positivity)
    yield form(gap, ())
    if gap.has(sympy.zeta):  # near infinity the first terms are all there is
        yield form(gap.replace(sympy.zeta, _first_terms), ())
    smaller, larger = prepared(smaller), prepared(larger)
    gap = larger - smaller
    for difference, conditions in ((gap, ()), _logarithms(smaller, larger)):
        if difference is None:
            continue
        reduced = _numerator(difference, symbols, positivity)
        if reduced is not None and reduced[0] != gap:
            yield form(reduced[0], (*conditions, *reduced[1]))
        if conditions and (reduced is None or reduced[0] != difference):
            yield form(difference, conditions)


def _first_terms(s: sympy.Expr, first: sympy.Expr = sympy.S.One) -> sympy.Expr:
    return first**-s + (first + 1) ** -s + sympy.zeta(s, first + 2)


def _numerator(
    difference: sympy.Expr, symbols: tuple[sympy.Symbol, ...], positivity: Positivity
) -> tuple[sympy.Expr, list[sympy.Expr]] | None:
    """The numerator without its positive factors, and what must be positive for that."""
    if difference.count_ops() > MAXIMAL_SIZE:
        return None
    numerator, denominator = sympy.fraction(sympy.together(difference))
    compiler = Compiler(symbols, positivity, False)
    kept: list[sympy.Expr] = []
    conditions: list[sympy.Expr] = []
    for expression, below in ((in_factors(numerator), False), (in_factors(denominator), True)):
        for factor in sympy.Mul.make_args(expression):
            guard = compiler.guard(factor)
            if guard is Guard.POSITIVE:
                continue
            if guard is Guard.NEGATIVE:
                kept.append(sympy.S.NegativeOne)
            elif below:
                conditions.append(factor)
            else:
                kept.append(factor)
    return sympy.Mul(*kept), conditions


def _logarithms(
    smaller: sympy.Expr, larger: sympy.Expr
) -> tuple[sympy.Expr | None, tuple[sympy.Expr, ...]]:
    """log(larger) - log(smaller) written out, and the bases that must be positive."""
    conditions: list[sympy.Expr] = []

    def logarithm(e: sympy.Expr) -> sympy.Expr:
        if isinstance(e, sympy.Mul):
            return sympy.Add(*(logarithm(factor) for factor in e.args))
        if isinstance(e, sympy.Pow) and e.exp.is_real:
            return e.exp * logarithm(e.base)
        if isinstance(e, sympy.exp):
            return e.args[0]
        if isinstance(e, sympy.Add) and isinstance(whole := sympy.together(e), sympy.Mul):
            return logarithm(whole)
        if not e.is_number:
            conditions.append(e)
        return sympy.loggamma(e.args[0]) if isinstance(e, sympy.gamma) else sympy.log(e)

    if smaller.is_nonpositive or larger.is_nonpositive:
        return None, ()
    products = (sympy.Mul, sympy.Pow, sympy.exp, sympy.gamma)
    if not (isinstance(smaller, products) or isinstance(larger, products)):
        return None, ()
    return sympy.expand(logarithm(larger) - logarithm(smaller)), tuple(conditions)


class TriedForm:
    """A form with its record: one that never helps is rarely tried."""

    def __init__(self, form: Form, inverted: tuple[tuple[int, int], ...]) -> None:
        self.form, self.inverted = form, inverted
        self.offers = self.tries = self.successes = 0

    def worthwhile(self) -> bool:
        """Whether to try it: always where it helps at times, now and then where it does not."""
        self.offers += 1
        return self.tries < 60 or 20 * self.successes >= self.tries or self.offers % 8 == 0

    def seen_from(self, cell: Cell) -> Cell:
        """The box in the coordinates of the form."""
        if not self.inverted:
            return cell
        axes = {axis for axis, _ in self.inverted}
        return tuple(span.inverted() if k in axes else span for k, span in enumerate(cell))


class TriedForms:
    """The forms of the inequality in given coordinates, made when they are first needed."""

    def __init__(
        self,
        sides: tuple[sympy.Expr, sympy.Expr],
        axes: Axes,
        inverted: tuple[tuple[int, int], ...],
    ) -> None:
        symbols, positivity = list(axes.symbols), axes.positivity
        replacement: dict[sympy.Symbol, sympy.Expr] = {}
        for axis, sign in inverted:
            near = sympy.Dummy(f"inverse_{symbols[axis].name}", positive=True)
            replacement[symbols[axis]] = sign / near
            symbols[axis] = near
        if inverted:
            kept = {s for s in axes.symbols if s not in replacement}
            positivity = tuple(
                tuple((s, e) for s, e in pairs if s in kept) for pairs in axes.positivity
            )
        # in factors, so that limits at 0 are seen in products such as exp(-1/u)/(u (1 + 1/u^2))
        smaller, larger = (
            in_factors(sympy.together(side.subs(replacement))) if inverted else side
            for side in sides
        )
        self.inverted = inverted
        self.more = forms(smaller, larger, tuple(symbols), positivity)
        if not inverted:
            next(self.more)  # the difference itself has been tried already
        self.made: list[TriedForm] = []

    def __iter__(self) -> Iterator[TriedForm]:
        yield from self.made
        for form in self.more:
            if form.is_enclosable():
                self.made.append(TriedForm(form, self.inverted))
                yield self.made[-1]
