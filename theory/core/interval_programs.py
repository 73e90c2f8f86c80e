"""Expressions compiled to flat lists of interval operations: compiled once, run often."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import sympy
from flint import arb, ctx, fmpq

from theory.core import intervals, special_intervals
from theory.core.certify_functions import (
    Lambert,
    Student,
    StudentSlope,
    ZetaDerivative,
    prepared,
    zeta_with_slope,
)
from theory.core.errors import NotEnclosable
from theory.core.intervals import INFINITY, UNKNOWN, ZERO, Guard, Interval, Trouble
from theory.core.shown_signs import constant_step, known_sign, vanishes_on_face
from theory.core.special import NormalCDF, StudentCDF

__all__ = ["Compiler", "Positivity", "Program", "Test", "compiled", "condition_test"]

MAXIMAL_TERMS = 100_000
MAXIMAL_SIZE = 120  # operations in an expression that is still worth factoring

Positivity = tuple[tuple[tuple[sympy.Symbol, sympy.Expr], ...], ...]
_LOG_GAMMAS = (sympy.loggamma, sympy.polygamma)


class Program:
    """An expression as a flat list of interval operations."""

    __slots__ = ("code", "inputs", "output", "places", "trouble")

    def __init__(self, inputs: int) -> None:
        self.inputs = inputs
        # one place for each input, constant and operation; constants are there already
        self.places: list[Interval | None] = [None] * inputs
        self.code: list[tuple[Callable[..., Interval], int, int, int]] = []
        self.trouble = Trouble()
        self.output = 0

    def run(self, inputs: Sequence[Interval]) -> Interval:
        """An interval that holds the values on the box; `trouble` tells of singularities."""
        self.trouble.level = 0
        values: list[Any] = self.places.copy()
        values[: self.inputs] = inputs
        for operation, place, first, second in self.code:
            if second >= 0:
                values[place] = operation(values[first], values[second])
            elif second == _UNARY:
                values[place] = operation(values[first])
            else:
                values[place] = operation(values)
        result: Interval = values[self.output]
        return result


_UNARY, _ON_ALL = -1, -2


def compiled(
    expression: sympy.Expr,
    symbols: tuple[sympy.Symbol, ...],
    positivity: Positivity = (),
    at_limit: bool = False,
) -> Program:
    """The program of an expression at the working precision, made once.

    Parameters
    ----------
    expression : sympy.Expr
    symbols : tuple of symbols
        The inputs, in order.
    positivity : tuple
        Replacements of the symbols by forms whose assumptions show signs on the domain.
    at_limit : bool
        For inputs that are infinite ends themselves: 0 times infinity says nothing.

    Raises
    ------
    NotEnclosable
        A function has no enclosure here, or a symbol is not among the inputs.
    """
    return _compiled(expression, symbols, positivity, at_limit, ctx.prec)


@functools.lru_cache(maxsize=4096)
def _compiled(
    expression: sympy.Expr,
    symbols: tuple[sympy.Symbol, ...],
    positivity: Positivity,
    at_limit: bool,
    precision: int,  # part of the key: constants are rounded to it
) -> Program:
    return Compiler(symbols, positivity, at_limit).program(expression)


class Compiler:
    """Makes the program of one expression; signs that are known on the domain guard it."""

    def __init__(
        self, symbols: tuple[sympy.Symbol, ...], positivity: Positivity, at_limit: bool
    ) -> None:
        self.symbols = symbols
        self.positivity = positivity
        self.at_limit = at_limit
        self.multiply = intervals.times_at_limit if at_limit else intervals.times
        self.target = Program(len(symbols))
        self.trouble = self.target.trouble
        self.known: dict[sympy.Basic, int] = {s: i for i, s in enumerate(symbols)}

    def program(self, expression: sympy.Expr) -> Program:
        self.target.output = self.place(expression)
        return self.target

    def place(self, e: sympy.Basic) -> int:
        """Where the value of a subexpression stands; equal ones are computed once."""
        if e not in self.known:
            self.known[e] = self.build(e)
        return self.known[e]

    def number(self, value: Interval) -> int:
        self.target.places.append(value)
        return len(self.target.places) - 1

    def emit(self, operation: Callable[..., Interval], first: int, second: int = _UNARY) -> int:
        constants = [self.target.places[p] for p in (first, second) if p >= 0]
        if second != _ON_ALL and all(value is not None for value in constants):
            self.trouble.level = 0
            value = operation(*constants)
            return self.number(value if self.trouble.level == 0 else UNKNOWN)
        self.target.places.append(None)
        self.target.code.append((operation, len(self.target.places) - 1, first, second))
        return len(self.target.places) - 1

    def is_constant(self, place: int) -> bool:
        """Whether the value at a place is known already."""
        return self.target.places[place] is not None

    def ball(self, place: int) -> arb:
        """A ball that holds the constant at a place."""
        value = self.target.places[place]
        assert value is not None
        return value[0] if value[0] is value[1] else value[0].union(value[1])

    def guard(self, e: sympy.Expr) -> Guard:
        """What is known of an expression that must not vanish."""
        for sign, strictly in self.signs(e):
            if strictly:
                return Guard.POSITIVE if sign > 0 else Guard.NEGATIVE
        return Guard.FACE if vanishes_on_face(e) else Guard.NONE

    def signs(self, e: sympy.Expr) -> Iterator[tuple[int, bool]]:
        """What is seen of the sign on the domain, in the several forms of the symbols."""
        for replacement in ((), *self.positivity):
            shape = e.xreplace(dict(replacement))
            if (found := known_sign(shape)) is not None:
                yield found
            if shape.count_ops() <= MAXIMAL_SIZE:
                if (found := known_sign(sympy.expand(shape))) is not None:
                    yield found

    def build(self, e: Any) -> int:
        if e in _CONSTANTS:
            ball = _CONSTANTS[e]()
            return self.number((ball, ball))
        if isinstance(e, (sympy.Rational, sympy.Float)):
            exact = sympy.Rational(e)
            ball = arb(fmpq(int(exact.p), int(exact.q)))
            return self.number((ball, ball))
        if isinstance(e, (sympy.Sum, sympy.Product)):
            return self.repeated(e)
        if isinstance(e, sympy.Piecewise):
            return self.branches(e)
        for kind, method in _STRUCTURES.items():
            if isinstance(e, kind):
                return method(self, e)
        for kind, plain in _PLAIN.items():
            if isinstance(e, kind):
                return self.emit(plain, self.place(e.args[0]))
        for kind, binary in _BINARY.items():
            if isinstance(e, kind):
                first, *others = (self.place(argument) for argument in e.args)
                for other in others:
                    first = self.emit(binary(self.trouble), first, other)
                return first
        raise NotEnclosable(f"no enclosure for {e}" if e.is_Atom else f"none for {e.func.__name__}")

    def sum(self, e: sympy.Add) -> int:
        terms = list(e.args)
        places = self._differences(terms)
        places += [self.place(term) for term in terms]
        first, *others = sorted(places, key=self._constants_first)
        for other in others:
            if self.is_constant(first) and not self.is_constant(other):
                first = self.emit(intervals.shifted(self.ball(first)), other)
            else:
                first = self.emit(intervals.plus, first, other)
        return first

    def _differences(self, terms: list[sympy.Expr]) -> list[int]:
        """Take c (f(x + step) - f(x)) out of a sum, f loggamma or polygamma: monotone in x."""
        places: list[int] = []
        found = []
        for term in terms:
            functions = [f for f in sympy.Mul.make_args(term) if isinstance(f, _LOG_GAMMAS)]
            if len(functions) == 1:
                found.append((term, functions[0], term / functions[0]))
        for (one, f, factor), (other, g, minus_factor) in itertools.combinations(found, 2):
            if one not in terms or other not in terms or factor + minus_factor != 0:
                continue
            if f.func != g.func or f.args[:-1] != g.args[:-1]:
                continue
            step = constant_step(g.args[-1], f.args[-1])
            if step is None:
                continue
            order = int(f.args[0]) if isinstance(f, sympy.polygamma) else -1
            near, sign = (g, factor) if step.is_positive else (f, minus_factor)
            argument = near.args[-1]
            operation = special_intervals.polygamma_difference(
                order, self.ball(self.place(abs(step))), self.guard(argument), self.trouble
            )
            place = self.emit(operation, self.place(argument))
            places.append(self.emit(self.multiply, place, self.place(sign)))
            terms.remove(one)
            terms.remove(other)
        return places

    def _ratios(self, factors: list[sympy.Expr]) -> list[int]:
        """Take gamma(x + step)/gamma(x) out of a product: monotone in x, unlike its parts."""
        places: list[int] = []
        above = [f for f in factors if isinstance(f, sympy.gamma)]
        below = [f for f in factors if isinstance(f, sympy.Pow) and f.exp == -1]
        below = [f for f in below if isinstance(f.base, sympy.gamma)]
        for one, other in itertools.product(above, below):
            if one not in factors or other not in factors:
                continue
            step = constant_step(other.base.args[0], one.args[0])
            if step is None:
                continue
            near = other.base if step.is_positive else one
            if self.guard(near.args[0]) is not Guard.POSITIVE:
                continue  # poles may matter
            width = self.ball(self.place(abs(step)))
            place = self.emit(special_intervals.gamma_ratio(width), self.place(near.args[0]))
            inverse = intervals.reciprocal(Guard.POSITIVE, self.trouble)
            places.append(place if step.is_positive else self.emit(inverse, place))
            factors.remove(one)
            factors.remove(other)
        return places

    def product(self, e: sympy.Mul) -> int:
        factors = list(e.args)
        places = self._ratios(factors)
        places += [self.place(factor) for factor in factors]
        first, *others = sorted(places, key=self._constants_first)
        for other in others:
            if self.is_constant(first) and not self.is_constant(other):
                constant = self.ball(first)
                if constant == -1 or not constant.contains(0):
                    scaling = intervals.minus if constant == -1 else intervals.scaled(constant)
                    first = self.emit(scaling, other)
                    continue
            first = self.emit(self.multiply, first, other)
        return first

    def _constants_first(self, place: int) -> tuple[bool, int]:
        return not self.is_constant(place), place

    def power(self, e: sympy.Pow) -> int:
        base, exponent = e.args
        if exponent.is_Integer:
            if exponent < 0:
                return self.inverse(base if exponent == -1 else base**-exponent)
            return self.emit(intervals.power(int(exponent)), self.place(base))
        constant = arb(0) if exponent.free_symbols else self.ball(self.place(exponent))
        if constant < 0:
            return self.inverse(base**-exponent)
        if constant > 0:
            # for a root it is enough that the base is nowhere negative
            positive = any(sign > 0 for sign, _ in self.signs(base))
            guard = Guard.POSITIVE if positive else Guard.NONE
            return self.emit(intervals.root(constant, guard, self.trouble), self.place(base))
        guard = self.guard(base)
        if guard is Guard.POSITIVE and base.is_number:
            logarithm = self.place(sympy.log(base))
            return self.emit(
                intervals.exponential, self.emit(self.multiply, self.place(exponent), logarithm)
            )
        operation = intervals.raised(guard, self.trouble, self.multiply)
        return self.emit(operation, self.place(base), self.place(exponent))

    def inverse(self, e: sympy.Expr) -> int:
        if isinstance(e, sympy.gamma):  # entire, though gamma has poles
            return self.emit(
                special_intervals.reciprocal_gamma(self.trouble), self.place(e.args[0])
            )
        return self.emit(intervals.reciprocal(self.guard(e), self.trouble), self.place(e))

    def guarded(self, e: Any) -> int:
        argument = e.args[0]
        return self.emit(_GUARDED[e.func](self.guard(argument), self.trouble), self.place(argument))

    def polygamma(self, e: sympy.polygamma) -> int:
        order, argument = e.args
        if not order.is_Integer or order < 0:
            raise NotEnclosable(f"no enclosure for polygamma of order {order}")
        operation = special_intervals.polygamma(int(order), self.guard(argument), self.trouble)
        return self.emit(operation, self.place(argument))

    def zeta_derivative(self, e: ZetaDerivative) -> int:
        order, argument, first = e.args
        guard = self.guard(argument - 1)
        operation = special_intervals.zeta_derivative(int(order), int(first), guard, self.trouble)
        return self.emit(operation, self.place(argument))

    def zeta(self, e: sympy.zeta) -> int:
        if (rewritten := zeta_with_slope(*e.args)) != e:
            return self.place(rewritten)
        return self.emit(special_intervals.hurwitz(self.trouble), *(self.place(a) for a in e.args))

    def lambert(self, e: Any) -> int:
        branch = int(e.args[1]) if len(e.args) > 1 else 0
        return self.emit(special_intervals.lambert(branch, self.trouble), self.place(e.args[0]))

    def repeated(self, e: Any) -> int:
        """A finite sum or product whose limits are single integers on the box."""
        *inner, (variable, low, high) = e.limits
        body = e.func(e.function, *inner) if inner else e.function
        index = sympy.Dummy(variable.name, real=True)
        compiler = Compiler((*self.symbols, index), self.positivity, self.at_limit)
        program = compiler.program(body.xreplace({variable: index}))
        combine = intervals.plus if isinstance(e, sympy.Sum) else self.multiply
        start = ZERO if isinstance(e, sympy.Sum) else intervals.ONE
        at_low, at_high = self.place(low), self.place(high)
        inputs, trouble = len(self.symbols), self.trouble

        def operation(values: list[Interval]) -> Interval:
            first, last = (intervals.whole_number(values[place]) for place in (at_low, at_high))
            if first is None or last is None or last - first >= MAXIMAL_TERMS:
                return trouble.inside()
            total = (start, start)
            for k in range(first, last + 1):
                total = combine(total, program.run([*values[:inputs], (arb(k), arb(k))]))
                trouble.level = max(trouble.level, program.trouble.level)
            return total

        return self.emit(operation, _ON_ALL, _ON_ALL)

    def branches(self, e: sympy.Piecewise) -> int:
        """The hull of the branches that may apply; one that cannot is not looked at."""
        cases = []
        for value, condition in e.args:
            compiler = Compiler(self.symbols, self.positivity, self.at_limit)
            cases.append((compiler.program(value), condition_test(condition, self.symbols)))
        inputs, trouble = len(self.symbols), self.trouble

        def operation(values: list[Interval]) -> Interval:
            found: Interval | None = None
            for program, test in cases:
                truth = test(values[:inputs])
                if truth is False:
                    continue
                value = program.run(values[:inputs])
                trouble.level = max(trouble.level, program.trouble.level)
                found = value if found is None else intervals.hull(found, value)
                if truth:
                    return found
            return trouble.inside()

        return self.emit(operation, _ON_ALL, _ON_ALL)


_CONSTANTS: dict[sympy.Expr, Callable[[], arb]] = {
    sympy.pi: arb.pi,
    sympy.E: arb.const_e,
    sympy.EulerGamma: arb.const_euler,
    sympy.Catalan: arb.const_catalan,
    sympy.oo: lambda: INFINITY,
    -sympy.oo: lambda: -INFINITY,
}
_PLAIN: dict[Any, Callable[[Interval], Interval]] = {
    sympy.exp: intervals.exponential,
    sympy.sin: intervals.sine,
    sympy.cos: intervals.cosine,
    sympy.tanh: intervals.hyperbolic_tangent,
    sympy.sinh: intervals.hyperbolic_sine,
    sympy.cosh: intervals.hyperbolic_cosine,
    sympy.atan: intervals.arc_tangent,
    sympy.erf: intervals.error_function,
    sympy.erfc: intervals.complementary_error,
    NormalCDF: special_intervals.normal_cdf,
    sympy.Abs: intervals.absolute,
    sympy.sign: intervals.sign,
    sympy.floor: intervals.floor,
    sympy.ceiling: intervals.ceiling,
}
_GUARDED: dict[Any, Callable[[Guard, Trouble], Callable[[Interval], Interval]]] = {
    sympy.log: intervals.logarithm,
    sympy.asin: lambda _, trouble: intervals.arc("asin", trouble),
    sympy.acos: lambda _, trouble: intervals.arc("acos", trouble),
    sympy.gamma: functools.partial(special_intervals.gamma_like, "gamma"),
    sympy.loggamma: functools.partial(special_intervals.gamma_like, "lgamma"),
}
_BINARY: dict[Any, Callable[[Trouble], Callable[[Interval, Interval], Interval]]] = {
    sympy.beta: special_intervals.beta,
    Student: special_intervals.student_cdf,
    StudentCDF: special_intervals.student_cdf,
    StudentSlope: lambda _: special_intervals.student_slope,
    sympy.Max: lambda _: intervals.largest,
    sympy.Min: lambda _: intervals.smallest,
    sympy.KroneckerDelta: lambda _: intervals.equal,
}
_STRUCTURES: dict[Any, Callable[[Compiler, Any], int]] = {
    sympy.Add: Compiler.sum,
    sympy.Mul: Compiler.product,
    sympy.Pow: Compiler.power,
    sympy.polygamma: Compiler.polygamma,
    ZetaDerivative: Compiler.zeta_derivative,
    sympy.zeta: Compiler.zeta,
    Lambert: Compiler.lambert,
    sympy.LambertW: Compiler.lambert,
    **dict.fromkeys(_GUARDED, Compiler.guarded),
}


Test = Callable[[Sequence[Interval]], bool | None]


def condition_test(condition: sympy.Basic, symbols: tuple[sympy.Symbol, ...]) -> Test:
    """Whether a condition holds everywhere on a box, nowhere (False), or is not known to."""
    if condition in (sympy.true, sympy.false):
        truth = bool(condition)
        return lambda _: truth
    if isinstance(condition, (sympy.And, sympy.Or)):
        parts = [condition_test(argument, symbols) for argument in condition.args]
        decisive = isinstance(condition, sympy.Or)

        def combined(inputs: Sequence[Interval]) -> bool | None:
            truths = [part(inputs) for part in parts]
            if decisive in truths:
                return decisive
            return None if None in truths else not decisive

        return combined
    if isinstance(condition, sympy.Not):
        negated = condition_test(condition.args[0], symbols)
        return lambda inputs: None if (truth := negated(inputs)) is None else not truth
    if type(condition) not in _COMPARISONS:
        return lambda _: None
    try:
        program = compiled(prepared(condition.lhs - condition.rhs), symbols)
    except NotEnclosable:
        return lambda _: None
    holds, fails = _COMPARISONS[type(condition)]

    def compared(inputs: Sequence[Interval]) -> bool | None:
        low, high = program.run(inputs)
        if program.trouble.level or low.is_nan() or high.is_nan():
            return None
        return True if holds(low, high) else False if fails(low, high) else None

    return compared


Comparison = Callable[[arb, arb], bool]
_COMPARISONS: dict[type, tuple[Comparison, Comparison]] = {
    sympy.Lt: (lambda low, high: high < 0, lambda low, high: low >= 0),
    sympy.Le: (lambda low, high: high <= 0, lambda low, high: low > 0),
    sympy.Gt: (lambda low, high: low > 0, lambda low, high: high <= 0),
    sympy.Ge: (lambda low, high: low >= 0, lambda low, high: high < 0),
    sympy.Eq: (lambda low, high: low == 0 and high == 0, lambda low, high: low > 0 or high < 0),
    sympy.Ne: (lambda low, high: low > 0 or high < 0, lambda low, high: low == 0 and high == 0),
}
