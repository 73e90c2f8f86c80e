"""Real functions on boxes: compiled once, enclosed often, with the forms that decide a sign.

A `Function` is an expression in a few symbols. Its range on a box comes from interval arithmetic,
from the signs of its slopes (the extreme is at an end), from the mean value theorem, or, where it
vanishes on a face of the domain, from the first derivative that does not (Taylor with remainder).
A `Form` is a function whose sign decides an inequality, under conditions that are checked too.
"""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sympy
from flint import arb, ctx, fmpq
from sympy.core.function import ArgumentIndexError

from theory.core import boxes
from theory.core.boxes import INFINITY, NAN, UNKNOWN, ZERO, Guard, Interval, Trouble
from theory.core.errors import NotEnclosable
from theory.core.special import NormalCDF, StudentCDF, StudentPDF

__all__ = ["Form", "Function", "Positivity", "Program", "Span", "compiled", "forms"]

HIGHEST_ORDER = 4
MAXIMAL_TERMS = 100_000
LARGEST_NUMBER = 1000  # in numerators and denominators that SymPy is given

Positivity = tuple[tuple[tuple[sympy.Symbol, sympy.Expr], ...], ...]


class ZetaDerivative(sympy.Function):
    """(-1)^k times the k-th s-derivative of zeta(s, a), which SymPy has no name for."""

    nargs = (3,)

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


def _zeta(s: sympy.Expr, first: sympy.Expr = sympy.S.One) -> sympy.Expr:
    """With a whole second argument, the function that has derivatives here."""
    if first.is_Integer and first > 0:
        return ZetaDerivative(0, s, first)
    return sympy.zeta(s, first)


_REWRITINGS: tuple[tuple[Any, Callable[..., sympy.Expr]], ...] = (
    (sympy.zeta, _zeta),
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


_ROUGH = (
    sympy.Abs,
    sympy.Max,
    sympy.Min,
    sympy.floor,
    sympy.ceiling,
    sympy.sign,
    sympy.Piecewise,
    sympy.KroneckerDelta,
    sympy.Derivative,
    sympy.Subs,
    sympy.Integral,
)


# --------------------------------------------------------------------------- compilation


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
    return _Compiler(symbols, positivity, at_limit).program(expression)


class _Compiler:
    def __init__(
        self, symbols: tuple[sympy.Symbol, ...], positivity: Positivity, at_limit: bool
    ) -> None:
        self.symbols = symbols
        self.positivity = positivity
        self.at_limit = at_limit
        self.multiply = boxes.times_at_limit if at_limit else boxes.times
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
        return Guard.FACE if _vanishes_on_face(e) else Guard.NONE

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
                first = self.emit(boxes.shifted(self.ball(first)), other)
            else:
                first = self.emit(boxes.plus, first, other)
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
            step = _constant_step(g.args[-1], f.args[-1])
            if step is None:
                continue
            order = int(f.args[0]) if isinstance(f, sympy.polygamma) else -1
            near, sign = (g, factor) if step.is_positive else (f, minus_factor)
            argument = near.args[-1]
            operation = boxes.polygamma_difference(
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
            step = _constant_step(other.base.args[0], one.args[0])
            if step is None:
                continue
            near = other.base if step.is_positive else one
            if self.guard(near.args[0]) is not Guard.POSITIVE:
                continue  # poles may matter
            width = self.ball(self.place(abs(step)))
            place = self.emit(boxes.gamma_ratio(width), self.place(near.args[0]))
            inverse = boxes.reciprocal(Guard.POSITIVE, self.trouble)
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
                    scaling = boxes.minus if constant == -1 else boxes.scaled(constant)
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
            return self.emit(boxes.power(int(exponent)), self.place(base))
        constant = arb(0) if exponent.free_symbols else self.ball(self.place(exponent))
        if constant < 0:
            return self.inverse(base**-exponent)
        if constant > 0:
            # for a root it is enough that the base is nowhere negative
            positive = any(sign > 0 for sign, _ in self.signs(base))
            guard = Guard.POSITIVE if positive else Guard.NONE
            return self.emit(boxes.root(constant, guard, self.trouble), self.place(base))
        guard = self.guard(base)
        if guard is Guard.POSITIVE and base.is_number:
            logarithm = self.place(sympy.log(base))
            return self.emit(
                boxes.exponential, self.emit(self.multiply, self.place(exponent), logarithm)
            )
        operation = boxes.raised(guard, self.trouble, self.multiply)
        return self.emit(operation, self.place(base), self.place(exponent))

    def inverse(self, e: sympy.Expr) -> int:
        if isinstance(e, sympy.gamma):  # entire, though gamma has poles
            return self.emit(boxes.reciprocal_gamma(self.trouble), self.place(e.args[0]))
        return self.emit(boxes.reciprocal(self.guard(e), self.trouble), self.place(e))

    def guarded(self, e: Any) -> int:
        argument = e.args[0]
        return self.emit(_GUARDED[e.func](self.guard(argument), self.trouble), self.place(argument))

    def polygamma(self, e: sympy.polygamma) -> int:
        order, argument = e.args
        if not order.is_Integer or order < 0:
            raise NotEnclosable(f"no enclosure for polygamma of order {order}")
        operation = boxes.polygamma(int(order), self.guard(argument), self.trouble)
        return self.emit(operation, self.place(argument))

    def zeta_derivative(self, e: ZetaDerivative) -> int:
        order, argument, first = e.args
        guard = self.guard(argument - 1)
        operation = boxes.zeta_derivative(int(order), int(first), guard, self.trouble)
        return self.emit(operation, self.place(argument))

    def zeta(self, e: sympy.zeta) -> int:
        if (rewritten := _zeta(*e.args)) != e:
            return self.place(rewritten)
        return self.emit(boxes.hurwitz(self.trouble), *(self.place(a) for a in e.args))

    def lambert(self, e: Any) -> int:
        branch = int(e.args[1]) if len(e.args) > 1 else 0
        return self.emit(boxes.lambert(branch, self.trouble), self.place(e.args[0]))

    def repeated(self, e: Any) -> int:
        """A finite sum or product whose limits are single integers on the box."""
        *inner, (variable, low, high) = e.limits
        body = e.func(e.function, *inner) if inner else e.function
        index = sympy.Dummy(variable.name, real=True)
        compiler = _Compiler((*self.symbols, index), self.positivity, self.at_limit)
        program = compiler.program(body.xreplace({variable: index}))
        combine = boxes.plus if isinstance(e, sympy.Sum) else self.multiply
        start = ZERO if isinstance(e, sympy.Sum) else boxes.ONE
        at_low, at_high = self.place(low), self.place(high)
        inputs, trouble = len(self.symbols), self.trouble

        def operation(values: list[Interval]) -> Interval:
            first, last = (boxes.whole_number(values[place]) for place in (at_low, at_high))
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
            compiler = _Compiler(self.symbols, self.positivity, self.at_limit)
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
                found = value if found is None else boxes.hull(found, value)
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
    sympy.exp: boxes.exponential,
    sympy.sin: boxes.sine,
    sympy.cos: boxes.cosine,
    sympy.tanh: boxes.hyperbolic_tangent,
    sympy.sinh: boxes.hyperbolic_sine,
    sympy.cosh: boxes.hyperbolic_cosine,
    sympy.atan: boxes.arc_tangent,
    sympy.erf: boxes.error_function,
    sympy.erfc: boxes.complementary_error,
    NormalCDF: boxes.normal_cdf,
    sympy.Abs: boxes.absolute,
    sympy.sign: boxes.sign,
    sympy.floor: boxes.floor,
    sympy.ceiling: boxes.ceiling,
}
_GUARDED: dict[Any, Callable[[Guard, Trouble], Callable[[Interval], Interval]]] = {
    sympy.log: boxes.logarithm,
    sympy.asin: lambda _, trouble: boxes.arc("asin", trouble),
    sympy.acos: lambda _, trouble: boxes.arc("acos", trouble),
    sympy.gamma: functools.partial(boxes.gamma_like, "gamma"),
    sympy.loggamma: functools.partial(boxes.gamma_like, "lgamma"),
}
_BINARY: dict[Any, Callable[[Trouble], Callable[[Interval, Interval], Interval]]] = {
    sympy.beta: boxes.beta,
    Student: boxes.student_cdf,
    StudentCDF: boxes.student_cdf,
    StudentSlope: lambda _: boxes.student_slope,
    sympy.Max: lambda _: boxes.largest,
    sympy.Min: lambda _: boxes.smallest,
    sympy.KroneckerDelta: lambda _: boxes.equal,
}
_STRUCTURES: dict[Any, Callable[[_Compiler, Any], int]] = {
    sympy.Add: _Compiler.sum,
    sympy.Mul: _Compiler.product,
    sympy.Pow: _Compiler.power,
    sympy.polygamma: _Compiler.polygamma,
    ZetaDerivative: _Compiler.zeta_derivative,
    sympy.zeta: _Compiler.zeta,
    Lambert: _Compiler.lambert,
    sympy.LambertW: _Compiler.lambert,
    **dict.fromkeys(_GUARDED, _Compiler.guarded),
}


def known_sign(e: sympy.Expr) -> tuple[int, bool] | None:
    """The sign that shows in the parts of a real expression, and whether 0 is excluded.

    SymPy's own ``is_positive`` may take seconds on a polynomial.
    """
    if isinstance(e, (sympy.Add, sympy.Mul)):
        parts = [known_sign(part) for part in e.args]
        if any(part is None for part in parts):
            return None
        known = [part for part in parts if part is not None]
        signs = [sign for sign, _ in known]
        if isinstance(e, sympy.Mul):
            return math.prod(signs), all(strictly for _, strictly in known)
        return (signs[0], any(s for _, s in known)) if len(set(signs)) == 1 else None
    if isinstance(e, sympy.Pow):
        base, exponent = known_sign(e.base), e.exp
        if exponent.is_real and base is not None and base[0] > 0:
            return 1, base[1] or bool(exponent.is_negative)
        if exponent.is_even and e.base.is_real:
            return 1, (base is not None and base[1]) or bool(exponent.is_negative)
        return base if exponent.is_odd else None
    if isinstance(e, sympy.log):
        return known_sign(sympy.expand(e.args[0] - 1))
    if isinstance(e, sympy.gamma):
        return (1, True) if known_sign(e.args[0]) == (1, True) else None
    if e.is_Atom or isinstance(e, (*_OF_ONE_SIGN, ZetaDerivative)):
        for sign, strictly, truth in (
            (1, True, e.is_positive),
            (-1, True, e.is_negative),
            (1, False, e.is_nonnegative),
            (-1, False, e.is_nonpositive),
        ):
            if truth:
                return sign, strictly
    return None


_OF_ONE_SIGN = (sympy.exp, sympy.cosh, sympy.Abs, sympy.erfc, NormalCDF)


def _vanishes_on_face(e: sympy.Expr) -> bool:
    """True where zeros can only lie at an end of one variable's range that the interval touches.

    An affine function of one variable is monotone: if its interval ends at 0, the zero is at an
    end of the box. The same holds for its powers, and for products of such.
    """
    if isinstance(e, sympy.Mul):
        return all(factor.is_number or _vanishes_on_face(factor) for factor in e.args)
    if isinstance(e, sympy.Pow) and e.exp.is_number:  # an even power may touch 0 inside
        return e.exp.is_even is False and _vanishes_on_face(e.base)
    symbols = e.free_symbols
    return len(symbols) == 1 and bool(e.diff(next(iter(symbols))).is_number)


_LOG_GAMMAS = (sympy.loggamma, sympy.polygamma)


def _constant_step(start: sympy.Expr, end: sympy.Expr) -> sympy.Expr | None:
    """The difference where it is a number other than 0 and the start varies."""
    step = sympy.expand(end - start)
    return step if start.free_symbols and step.is_Rational and step != 0 else None


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


# --------------------------------------------------------------------------- ranges


@dataclass(frozen=True, slots=True)
class Span:
    """One side of a box.

    Attributes
    ----------
    low, high : fmpq or None
        The ends; None where infinite.
    low_face, high_face : bool
        The end lies on a face where the inequality may be an equality.
    low_out, high_out : bool
        The end itself does not belong to the domain.
    whole : bool
        Only the integers in it count.
    splits : int
        How often it has been halved.
    interval : Interval
    """

    low: Any
    high: Any
    low_face: bool
    high_face: bool
    low_out: bool
    high_out: bool
    whole: bool
    splits: int
    interval: Interval

    @property
    def thin(self) -> bool:
        """A single number."""
        return self.low is not None and self.low == self.high

    @property
    def finite(self) -> bool:
        """Two finite ends."""
        return self.low is not None and self.high is not None

    def end(self, upper: bool) -> Interval:
        """The lower or upper end as an interval."""
        ball = self.interval[1 if upper else 0]
        return ball, ball

    def out(self, upper: bool) -> bool:
        """Whether that end is not in the domain."""
        return self.high_out if upper else self.low_out

    def inverted(self) -> Span:
        """The range of 1/x for x that runs to infinity, or of -1/x for minus infinity."""
        upwards = self.high is None
        high = 1 / (self.low if upwards else -self.high)
        edge_out = self.low_out if upwards else self.high_out
        ends = ZERO, arb(high)
        return Span(fmpq(0), high, True, False, True, edge_out, False, self.splits, ends)


Cell = tuple[Span, ...]


class Function:
    """A real function of the coordinates of a box."""

    def __init__(
        self,
        expression: sympy.Expr,
        symbols: tuple[sympy.Symbol, ...],
        positivity: Positivity = (),
    ) -> None:
        self.expression = prepared(sympy.sympify(expression))
        self.symbols = symbols
        self.positivity = positivity
        self.slopes: list[Interval | None] = []  # of the last box that needed them, and
        self.level = 0  # the worst singularity met there
        self._partials: dict[int, Function | None] = {}
        self._orders: dict[tuple[int, Any], int] = {}

    @functools.cached_property
    def program(self) -> Program:
        """The compiled expression."""
        return compiled(self.expression, self.symbols, self.positivity)

    @functools.cached_property
    def limit_program(self) -> Program:
        """The same for limits at ends that are no part of the domain."""
        return compiled(self.expression, self.symbols, self.positivity, at_limit=True)

    def plain(self, cell: Cell) -> tuple[Interval, int]:
        """The range by interval arithmetic, and the worst singularity met."""
        value = self.program.run([span.interval for span in cell])
        return value, self.program.trouble.level

    def partial(self, axis: int) -> Function | None:
        """The derivative in one coordinate, None where there is none to be had."""
        if axis not in self._partials:
            self._partials[axis] = self._derivative(axis)
        return self._partials[axis]

    def _derivative(self, axis: int) -> Function | None:
        symbol = self.symbols[axis]
        rough = [part for kind in _ROUGH for part in self.expression.atoms(kind)]
        if any(part.has(symbol) for part in rough):
            return None
        try:
            slope = in_factors(sympy.diff(self.expression, symbol))
            if slope.has(*_ROUGH):
                return None
            derivative = Function(slope, self.symbols, self.positivity)
            _ = derivative.program
        except (NotEnclosable, ArgumentIndexError, NotImplementedError):
            return None
        return derivative

    def enclosure(self, cell: Cell, depth: int = 1) -> tuple[Interval, int]:
        """The range, improved ``depth`` times by slopes that are themselves enclosed so."""
        value, level = self.plain(cell)
        if depth == 0 or level == Trouble.INSIDE:
            return value, level
        slopes = self._slopes(cell, depth - 1)
        low = self._extreme(cell, slopes, upper=False)
        high = self._extreme(cell, slopes, upper=True)
        better = (
            value[0] if low.is_nan() else low if value[0].is_nan() else low.max(value[0]),
            value[1] if high.is_nan() else high if value[1].is_nan() else high.min(value[1]),
        )
        return better, level

    def _slopes(self, cell: Cell, depth: int) -> list[Interval | None]:
        slopes: list[Interval | None] = []
        for axis, span in enumerate(cell):
            derivative = None if span.thin else self.partial(axis)
            slope, level = derivative.enclosure(cell, depth) if derivative else (None, 0)
            slopes.append(None if level == Trouble.INSIDE else slope)
        return slopes

    def _extreme(self, cell: Cell, slopes: list[Interval | None], upper: bool) -> arb:
        """A lower (upper) bound of the least (largest) value, by signs of slopes and mean values.

        A coordinate in which the function is monotone is set to the end with the extreme value;
        elsewhere the mean value theorem is used, and a coordinate without slope stays as it is.
        """
        centre: list[Interval] = []
        rest: list[tuple[Interval, Interval]] = []
        vanishes = outside = False
        for axis, (span, slope) in enumerate(zip(cell, slopes, strict=True)):
            if slope is None:
                centre.append(span.interval)
            elif slope[0] >= 0 or slope[1] <= 0:
                at_high = (slope[0] >= 0) == upper
                centre.append(span.end(at_high))
                outside = outside or span.out(at_high)
                vanishes = vanishes or self.order(cell, axis, at_high) > 0
            elif span.finite and slope[0].is_finite() and slope[1].is_finite():
                middle = arb((span.low + span.high) / 2)
                offset = span.interval[0] - middle, span.interval[1] - middle
                centre.append((middle, middle))
                rest.append((slope, offset))
            else:
                centre.append(span.interval)
        if vanishes:
            value = (ZERO, ZERO)
        else:
            program = self.limit_program if outside else self.program
            value = program.run(centre)
            if program.trouble.level:
                return NAN
        for slope, offset in rest:
            value = boxes.plus(value, boxes.times(slope, offset))
        return value[1 if upper else 0]

    def nonnegative(self, cell: Cell, strict: bool) -> bool:
        """Whether the function is seen to be at least 0 (above 0) all over the box."""
        (low, _), level = self.plain(cell)
        self.slopes, self.level = [], level
        if level == 0 and _holds(low, strict):
            return True
        self.slopes = self._slopes(cell, 0)
        if level == 0:
            low = self._extreme(cell, self.slopes, upper=False)
            if _holds(low, strict) or (strict and low >= 0 and self._rises_from_outside(cell)):
                return True
        return self._positive_by_taylor(cell, strict)

    def _rises_from_outside(self, cell: Cell) -> bool:
        """Above 0 though the lower bound is 0, because it is reached outside of the domain only.

        An analytic function that is monotone on an interval, at least 0 in the limit at one end
        and above 0 at the other can vanish nowhere between.
        """
        for span, slope in zip(cell, self.slopes, strict=True):
            if slope is None or not (slope[0] >= 0 or slope[1] <= 0):
                continue
            at_high = not slope[0] >= 0
            if not span.out(at_high):
                continue
            opposite = [s.end(not at_high) if s is span else s.interval for s in cell]
            if self.program.run(opposite)[0] > 0 and self.program.trouble.level == 0:
                return True
        return False

    def order(self, cell: Cell, axis: int, upper: bool) -> int:
        """How many derivatives in one coordinate, itself included, vanish all over that face."""
        span = cell[axis]
        if not (span.high_face if upper else span.low_face):
            return 0
        value = span.high if upper else span.low
        key = axis, value
        if key not in self._orders:
            function: Function | None = self
            order = 0
            while order < HIGHEST_ORDER and function and function.vanishes_at(cell, axis, value):
                function, order = function.partial(axis), order + 1
            self._orders[key] = order
        return self._orders[key]

    def vanishes_at(self, cell: Cell, axis: int, value: fmpq) -> bool:
        """Whether the function is 0 wherever one coordinate has that value."""
        at = sympy.Rational(int(value.p), int(value.q))
        centre = [_middle(s.interval) if s.finite else s.interval for s in cell]
        centre[axis] = arb(value), arb(value)
        low, high = self.program.run(centre)
        return not (low > 0 or high < 0) and vanishes(self.expression, {self.symbols[axis]: at})

    def _positive_by_taylor(self, cell: Cell, strict: bool) -> bool:
        """Where the function vanishes to order k on a face, its k-th derivative has its sign.

        With orders k and l on faces of two coordinates, f(x, y) is x^k y^l times a mean value of
        the mixed derivative of these orders over k! l!, and so on.
        """
        derivative = self.vanishing_part(cell, strict)
        if derivative is None:
            return False
        function, sign = derivative
        (low, high), level = function.enclosure(cell)
        return level == 0 and _holds(low if sign > 0 else -high, strict)

    def vanishing_part(self, cell: Cell, strict: bool = False) -> tuple[Function, int] | None:
        """The derivative that decides the sign next to faces of zeros, and its sign there."""
        function, sign, found = self, 1, False
        for axis, span in enumerate(cell):
            for upper in (False, True):
                order = self.order(cell, axis, upper)
                if order == 0 or span.thin or (strict and not span.out(upper)):
                    continue
                for _ in range(order):
                    value, level = function.plain(cell)
                    if level or not (value[0].is_finite() and value[1].is_finite()):
                        return None  # not seen to be continuous up to the face
                    derivative = function.partial(axis)
                    if derivative is None:
                        return None
                    function = derivative
                sign, found = (-sign if upper and order % 2 else sign), True
                break
        return (function, sign) if found else None


def _middle(interval: Interval) -> Interval:
    middle = (interval[0] + interval[1]) / 2
    return middle, middle


def _holds(low: arb, strict: bool) -> bool:
    return bool(low > 0 if strict else low >= 0)


def vanishes(e: sympy.Expr, values: dict[sympy.Symbol, sympy.Rational]) -> bool:
    """Whether an expression is identically 0 with simple values put in, as far as SymPy sees."""
    if any(abs(value.p) > LARGEST_NUMBER or value.q > LARGEST_NUMBER for value in values.values()):
        return False  # SymPy would write out factorials and Bernoulli numbers
    try:
        e = e.subs(values)
        if e.has(sympy.nan, sympy.zoo, sympy.oo, -sympy.oo, sympy.AccumBounds):
            return False
        return bool(e.is_zero or sympy.expand(e) == 0 or sympy.simplify(e) == 0)
    except (NotImplementedError, ValueError, TypeError, AttributeError, RecursionError):
        return False


MAXIMAL_SIZE = 120  # operations in an expression that is still worth factoring


def in_factors(e: sympy.Expr) -> sympy.Expr:
    """Factored where that is cheap: interval arithmetic sees the signs of factors."""
    if e.count_ops() > MAXIMAL_SIZE:
        return sympy.factor_terms(e)
    try:
        return sympy.factor(e)
    except (NotImplementedError, sympy.PolynomialError, RecursionError):
        return sympy.factor_terms(e)


# --------------------------------------------------------------------------- equivalent forms


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

    compiler = _Compiler(symbols, positivity, False)
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
    compiler = _Compiler(symbols, positivity, False)
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
