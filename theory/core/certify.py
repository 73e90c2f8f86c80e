"""Inequalities over boxes, proved or refuted by branch and bound with Arb balls.

    certify(Le(sin(x), x), Domain(Real("x", at_least=0, at_most=10)))

A box is settled when interval arithmetic, the signs of the slopes, the mean value theorem or a
Taylor remainder shows the inequality all over it, in one of several equivalent forms; otherwise it
is halved where that helps most. A point where enclosures contradict the inequality refutes it.
Nothing depends on the clock: the same question has the same answer, with the same boxes.
"""

from __future__ import annotations

import itertools
import math
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import sympy
from flint import arb, ctx, fmpq

from theory.core.boxes import INFINITY, Interval
from theory.core.certify_forms import (
    Cell,
    Form,
    Function,
    Positivity,
    Span,
    Test,
    compiled,
    condition_test,
    forms,
    in_factors,
    prepared,
    vanishes,
)
from theory.core.decision import Finding, Status
from theory.core.domain import Domain
from theory.core.errors import ClaimError, NotEnclosable
from theory.core.evaluation import enclose
from theory.core.parameters import Integer, Real, _Ordered
from theory.core.rules import Rule, worst

__all__ = ["Certificate", "Certified", "EndPiece", "certify"]

_RELATIONS: dict[type, str] = {
    sympy.Le: "<=",
    sympy.Lt: "<",
    sympy.Ge: ">=",
    sympy.Gt: ">",
}
MAXIMAL_SPLITS = 60  # of one side: its width is then 2^-60 of what it was
FIRST_SPLITS = 3  # before other forms than the difference of the sides are tried
IMBALANCE = 10  # splits that one side may be ahead of another
NEARBY = Fraction(1, 2**24)  # how far around a box that is left over a zero is looked for
MAXIMAL_SYMBOLIC_CHECKS = 50  # of equality at single points
MAXIMAL_UNDEFINED = 100  # points without a value that are met before the search stops


@dataclass(frozen=True)
class Certificate:
    """What became of an inequality.

    Attributes
    ----------
    status : Status
        ``proved``, ``refuted`` or ``undecided``.
    boxes : int
        How many boxes were looked at.
    reason : str
        One line for the reader.
    point : mapping or None
        Where it fails: exact rationals by parameter name, inside the domain and its conditions.
    values : tuple of str
        Enclosures of the two sides at that point.
    left : mapping or None
        A box that was left over: (low, high) by parameter name.
    cited : tuple of str
        Theorems on which end pieces rest that the caller supplied.
    """

    status: Status
    boxes: int
    reason: str
    point: Mapping[str, Fraction] | None = None
    values: tuple[str, ...] = ()
    left: Mapping[str, tuple[Any, Any]] | None = None
    cited: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class EndPiece:
    """A simpler lower bound of the gap (larger side minus smaller side) on part of the domain.

    For ends at infinity where the gap itself evaluates to 0 times infinity.

    Parameters
    ----------
    where : tuple of SymPy conditions
        The part of the domain, such as ``(s >= 10,)``.
    at_least : expression
        At most the gap there.
    by : Rule
        What justifies the step from the gap to ``at_least`` (relation ``=`` or ``>=``); it is
        checked.
    """

    where: tuple[Any, ...]
    at_least: Any
    by: Rule


def certify(
    inequality: Any,
    domain: Domain,
    *,
    budget: int = 20_000,
    digits: int = 20,
    end_pieces: Sequence[EndPiece] = (),
) -> Certificate:
    """Prove or refute an inequality on the whole domain.

    Parameters
    ----------
    inequality : SymPy inequality, or tuple (lhs, relation, rhs)
        With ``<=``, ``<``, ``>=`` or ``>``. Symbols are matched with the parameters by name; any
        other symbol ranges over what its assumptions say (``positive``, ``integer``, ...).
    domain : Domain
        Real and integer parameters, with open, closed or infinite ends. Side conditions discard
        boxes that they exclude.
    budget : int
        How many boxes may be looked at.
    digits : int
        Working precision.
    end_pieces : sequence of EndPiece, optional
        Lower bounds for ends where the inequality as it stands cannot be evaluated.

    Returns
    -------
    Certificate
        ``proved`` also requires that both sides are defined all over the domain.
    """
    smaller, larger, strict = _sides(inequality)
    used = 0
    cited: tuple[str, ...] = ()
    with ctx.workdps(digits + 10):
        for small, large in _smooth_parts(smaller, larger):
            try:
                search = _Search(small, large, strict, domain, digits, end_pieces)
                found = search.run(budget - used)
            except NotEnclosable as problem:
                return Certificate(Status.UNDECIDED, used, str(problem))
            used += found.boxes
            cited += found.cited
            if found.status is not Status.PROVED:
                return _counted(found, used, cited)
    return _counted(found, used, cited)


def _counted(found: Certificate, boxes: int, cited: tuple[str, ...]) -> Certificate:
    return Certificate(
        found.status, boxes, found.reason, found.point, found.values, found.left, cited
    )


def _sides(inequality: Any) -> tuple[sympy.Expr, sympy.Expr, bool]:
    """The smaller and the larger side, and whether they must differ."""
    if isinstance(inequality, tuple) and len(inequality) == 3:
        lhs, relation, rhs = inequality
    elif inequality in (True, False, sympy.true, sympy.false):
        lhs, relation, rhs = (0 if inequality else 1), "<=", 0
    elif type(inequality) in _RELATIONS:
        lhs, relation, rhs = inequality.lhs, _RELATIONS[type(inequality)], inequality.rhs
    else:
        raise ClaimError(f"{inequality} is not an inequality between two sides")
    if relation not in _RELATIONS.values():
        raise ClaimError(f"the relation of an inequality is one of <= < >= >, not {relation!r}")
    lhs, rhs = _without_floats(lhs), _without_floats(rhs)
    smaller, larger = (lhs, rhs) if relation.startswith("<") else (rhs, lhs)
    return smaller, larger, len(relation) == 1


def _without_floats(expression: Any) -> sympy.Expr:
    """Floats as the rationals that they are: SymPy would round their sums."""
    expression = sympy.sympify(expression)
    return expression.xreplace({f: sympy.Rational(f) for f in expression.atoms(sympy.Float)})


def _smooth_parts(smaller: sympy.Expr, larger: sympy.Expr) -> list[tuple[Any, Any]]:
    """Several inequalities for ``Abs(a) <= b``, ``Max(a, b) <= c`` and ``c <= Min(a, b)``."""
    if isinstance(smaller, sympy.Abs):
        inner = smaller.args[0]
        return [*_smooth_parts(inner, larger), *_smooth_parts(-inner, larger)]
    if isinstance(smaller, sympy.Max):
        return [part for a in smaller.args for part in _smooth_parts(a, larger)]
    if isinstance(larger, sympy.Min):
        return [part for a in larger.args for part in _smooth_parts(smaller, a)]
    return [(smaller, larger)]


# --------------------------------------------------------------------------- boxes


def _ball(value: fmpq | None, infinite: arb) -> arb:
    return infinite if value is None else arb(value)


def _span(low: fmpq | None, high: fmpq | None, like: Span | None = None, **facts: Any) -> Span:
    ends = _ball(low, -INFINITY), _ball(high, INFINITY)
    if like is None:
        return Span(low, high, **facts, splits=0, interval=ends)
    at_low, at_high = low == like.low, high == like.high
    return Span(
        low,
        high,
        like.low_face and at_low,
        like.high_face and at_high,
        like.low_out and at_low,
        like.high_out and at_high,
        like.whole,
        like.splits + 1,
        ends,
    )


def _root(parameter: _Ordered) -> Span:
    """The whole range of a parameter."""
    whole = isinstance(parameter, Integer)
    low, high = (
        None if math.isinf(end) else _exact(end) for end in (parameter.low, parameter.high)
    )
    low_out, high_out = parameter.low_open, parameter.high_open
    if whole:
        if low is not None:
            low = fmpq(low.floor() + 1 if low_out else low.ceil())
        if high is not None:
            high = fmpq(high.ceil() - 1 if high_out else high.floor())
        low_out, high_out = low is None, high is None
    return _span(
        low,
        high,
        low_face=low is not None,
        high_face=high is not None,
        low_out=low_out or low is None,
        high_out=high_out or high is None,
        whole=whole,
    )


def _exact(value: Any) -> fmpq:
    fraction = Fraction(value)
    return fmpq(fraction.numerator, fraction.denominator)


def _fraction(value: fmpq) -> Fraction:
    return Fraction(int(value.p), int(value.q))


def _middle(span: Span) -> fmpq:
    """Where a side is halved: the middle, or twice as far out where it is infinite."""
    low, high = span.low, span.high
    if low is not None and high is not None:
        middle = (low + high) / 2
        return fmpq(middle.floor()) if span.whole else middle
    if low is None and high is None:
        return fmpq(0)
    if high is None:
        return fmpq(0) if low < 0 else 2 * low + 1
    return fmpq(0) if high > 0 else 2 * high - 1


def _halves(span: Span, at: fmpq | None = None) -> tuple[Span, Span]:
    middle = _middle(span) if at is None else at
    if span.whole:
        return _span(span.low, middle, span), _span(middle + 1, span.high, span)
    first, second = _span(span.low, middle, span), _span(middle, span.high, span)
    if at is None:
        return first, second
    return _with_face(first, upper=True), _with_face(second, upper=False)


def _with_face(span: Span, upper: bool) -> Span:
    """With a face where the two sides are equal; it belongs to the domain."""
    faces = (span.low_face, True) if upper else (True, span.high_face)
    outs = span.low_out, span.high_out
    return Span(span.low, span.high, *faces, *outs, span.whole, span.splits, span.interval)


def simplest(low: Fraction, high: Fraction) -> Fraction:
    """The rational of smallest denominator in the closed interval [low, high]."""
    if low <= 0 <= high:
        return Fraction(0)
    if high < 0:
        return -simplest(-high, -low)
    whole = math.ceil(low)
    if whole <= high:
        return Fraction(whole)
    rest = simplest(1 / (high - math.floor(low)), 1 / (low - math.floor(low)))
    return math.floor(low) + 1 / rest


# --------------------------------------------------------------------------- search


@dataclass
class _Axes:
    """The parameters that matter, as symbols without integrality (which real boxes ignore)."""

    parameters: list[_Ordered] = field(default_factory=list)
    symbols: tuple[sympy.Symbol, ...] = ()
    roots: Cell = ()
    positivity: Positivity = ()
    table: dict[Any, sympy.Symbol] = field(default_factory=dict)

    @classmethod
    def of(cls, expressions: Sequence[sympy.Basic], domain: Domain) -> _Axes:
        """The parameters in the expressions, and those that side conditions tie to them."""
        names = {str(s) for e in expressions for s in e.free_symbols}
        for _ in domain.where:
            for condition in domain.where:
                tied = {str(s) for s in condition.free_symbols}
                if tied & names:
                    names |= tied
        parameters: list[_Ordered] = []
        for parameter in domain.parameters:
            if parameter.name in names:
                if not isinstance(parameter, _Ordered):
                    raise NotEnclosable(f"{parameter.name} is no number: it has no range")
                parameters.append(parameter)
        known = {parameter.name for parameter in parameters}
        free = {s for e in expressions for s in e.free_symbols if str(s) not in known}
        others = sorted(free, key=sympy.default_sort_key)
        for symbol in others:
            if not isinstance(symbol, sympy.Symbol):
                raise NotEnclosable(f"{symbol} has no range")
            taken = {parameter.name for parameter in parameters}
            parameters.append(_by_assumptions(symbol, taken))
        symbols = tuple(sympy.Dummy(p.name, **p._sign_assumptions()) for p in parameters)
        roots = tuple(_root(parameter) for parameter in parameters)
        # parameters are known by name, other symbols by themselves
        keys = [*(p.name for p in parameters[: len(known)]), *others]
        table = dict(zip(keys, symbols, strict=True))
        return cls(parameters, symbols, roots, _positivity(symbols, roots), table)

    def translated(self, expression: sympy.Basic) -> sympy.Basic:
        """The expression in the symbols of the boxes."""
        found = {s: self.table.get(s, self.table.get(str(s))) for s in expression.free_symbols}
        return expression.xreplace({s: new for s, new in found.items() if new is not None})


def _by_assumptions(symbol: sympy.Symbol, taken: set[str]) -> _Ordered:
    ends: dict[str, Any] = {}
    if symbol.is_positive:
        ends = {"at_least": 1} if symbol.is_integer else {"above": 0}
    elif symbol.is_nonnegative:
        ends = {"at_least": 0}
    elif symbol.is_negative:
        ends = {"at_most": -1} if symbol.is_integer else {"below": 0}
    elif symbol.is_nonpositive:
        ends = {"at_most": 0}
    elif not symbol.is_real:
        raise NotEnclosable(f"{symbol} is neither a parameter nor a real symbol")
    kind: type[_Ordered] = Integer if symbol.is_integer else Real
    name = symbol.name if symbol.name.isidentifier() else "free"
    while name in taken:
        name += "_"
    return kind(name, **ends)


def _positivity(symbols: tuple[sympy.Symbol, ...], roots: Cell) -> Positivity:
    """Symbols as a finite end plus or minus something whose sign SymPy knows."""

    def form(symbol: sympy.Symbol, root: Span, upper: bool) -> sympy.Expr:
        end = root.high if upper else root.low
        if end is None:
            return symbol
        sign = {"positive": True} if root.out(upper) else {"nonnegative": True}
        distance = sympy.Dummy(symbol.name, **sign)
        number = sympy.Rational(int(end.p), int(end.q))
        return number - distance if upper else number + distance

    pairs = list(zip(symbols, roots, strict=True))
    from_below = tuple((s, form(s, root, False)) for s, root in pairs)
    from_above = tuple(((s, form(s, root, True)),) for s, root in pairs if root.high is not None)
    return (from_below, *from_above)


class _Search:
    """Branch and bound for one inequality ``smaller <= larger``."""

    def __init__(
        self,
        smaller: sympy.Expr,
        larger: sympy.Expr,
        strict: bool,
        domain: Domain,
        digits: int,
        end_pieces: Sequence[EndPiece],
    ) -> None:
        self.strict, self.domain, self.digits = strict, domain, digits
        self.stated = smaller, larger
        self.axes = _Axes.of([smaller, larger], domain)
        self.sides = self.axes.translated(smaller), self.axes.translated(larger)
        symbols, positivity = self.axes.symbols, self.axes.positivity
        names = {parameter.name for parameter in self.axes.parameters}
        self.where = [
            (condition, condition_test(self.axes.translated(condition), symbols))
            for condition in domain.where
            if {str(s) for s in condition.free_symbols} <= names
        ]
        self.bound_axes = {
            axis
            for axis, parameter in enumerate(self.axes.parameters)
            for condition, _ in self.where
            if parameter.name in {str(s) for s in condition.free_symbols}
        }
        self.gap = Function(self.sides[1] - self.sides[0], symbols, positivity)
        _ = self.gap.program  # raises where there is no enclosure
        self.forms: dict[tuple[tuple[int, int], ...], _Forms] = {}
        self.end_pieces = [self._checked(piece) for piece in end_pieces]
        self.cited: list[str] = []
        self.boxes = self.undefined = self.symbolic_checks = 0
        self.used_region = False

    def run(self, budget: int) -> Certificate:
        """Look at boxes until the inequality is settled or the budget is spent."""
        cuts: dict[int, set[fmpq]] = {}
        for attempt in itertools.count():
            self.left: list[Cell] = []
            refutation = self._all_boxes(self._start(cuts), budget, patience=attempt < 3)
            if refutation is not None:
                return refutation
            if not self.left:
                plural = "" if self.boxes == 1 else "es"
                reason = f"interval arithmetic on {self.boxes} box{plural}"
                if not self.used_region:
                    reason = "the side conditions leave nothing"
                return Certificate(
                    Status.PROVED, self.boxes, reason, cited=tuple(sorted(set(self.cited)))
                )
            stopped = self.boxes >= budget or self.undefined > MAXIMAL_UNDEFINED
            if stopped or attempt >= 3 or not self._new_cut(cuts):
                break
        left = {
            parameter.name: (
                -math.inf if span.low is None else _fraction(span.low),
                math.inf if span.high is None else _fraction(span.high),
            )
            for parameter, span in zip(self.axes.parameters, self.left[0], strict=True)
        }
        shown = ", ".join(f"{name} in [{low}, {high}]" for name, (low, high) in left.items())
        reason = f"not settled on {shown} after {self.boxes} boxes"
        if self.undefined > MAXIMAL_UNDEFINED:
            reason = f"a side has no value at points with {shown}"
        return Certificate(Status.UNDECIDED, self.boxes, reason, left=left)

    def _start(self, cuts: Mapping[int, set[fmpq]]) -> list[Cell]:
        sides: list[list[Span]] = []
        for axis, root in enumerate(self.axes.roots):
            parts = [root]
            for cut in sorted(cuts.get(axis, ())):
                parts = [*parts[:-1], *_halves(parts[-1], cut)]
            sides.append(parts)
        return [tuple(spans) for spans in itertools.product(*sides)]

    def _all_boxes(self, start: list[Cell], budget: int, patience: bool) -> Certificate | None:
        if (refutation := self._at_corners()) is not None:
            return refutation
        queue = deque(start)
        stop = min(budget, self.boxes + 1000) if patience else budget
        while queue:
            if self.boxes >= budget or (self.boxes >= stop and self._looks_stuck(queue)):
                self.left += sorted(queue, key=self._closeness)
                return None
            if self.boxes >= stop:
                stop = budget
            cell = queue.popleft()
            self.boxes += 1
            outcome = self._examine(cell)
            if isinstance(outcome, Certificate):
                return outcome
            queue.extend(outcome)
            if outcome and self.gap.level > 0 and self._undefined_at(cell):
                self.undefined += 1
                if self.undefined > MAXIMAL_UNDEFINED:
                    self.left.insert(0, cell)
                    return None
        return None

    def _closeness(self, cell: Cell) -> float:
        """How close the two sides are in the middle of a box."""
        low, high = self.gap.program.run([(arb(v), arb(v)) for v in map(_inner, cell)])
        value = float(abs(low).max(abs(high)))
        return math.inf if math.isnan(value) else value

    def _looks_stuck(self, queue: deque[Cell]) -> bool:
        """Whether a cut at a zero inside of the domain might help."""
        self.left = sorted(queue, key=self._closeness)
        stuck = self._new_cut({})
        self.left = []
        return stuck

    # ----------------------------------------------------------------- one box

    def _examine(self, cell: Cell) -> list[Cell] | Certificate:
        """Nothing more to do, the boxes to look at next, or a refutation."""
        inputs = [span.interval for span in cell]
        if any(test(inputs) is False for _, test in self.where):
            return []
        self.used_region = True
        if self._end_piece_settles(cell, inputs):
            return []
        if self.gap.nonnegative(cell, self.strict):
            return []
        point = tuple(_inner(span) for span in cell)
        if (refutation := self._refuted_at(point, cell)) is not None:
            return refutation
        if all(span.thin for span in cell) and not self.strict and self._vanishes_at(point):
            return []
        for form in self._forms_for(cell):
            if form.form.proves(form.seen_from(cell), self.strict):
                form.successes += 1
                return []
        if (collapsed := self._collapsed(cell)) is not None:
            return [collapsed]
        focus = self.gap
        vanishing = self.gap.vanishing_part(cell)
        if vanishing is not None:  # its derivative is what has to be narrowed
            focus = vanishing[0]
            focus.nonnegative(cell, False)
        axis = self._widest(focus, cell)
        if axis is None:
            self.left.append(cell)
            return []
        halves = _halves(cell[axis])
        return [(*cell[:axis], half, *cell[axis + 1 :]) for half in halves]

    def _collapsed(self, cell: Cell) -> Cell | None:
        """The face with the least values, where the slopes show one: a box of fewer dimensions."""
        slopes = self.gap.slopes
        spans = list(cell)
        if self.gap.level > 0:
            return None  # not known to be continuous up to the faces
        for axis, (span, slope) in enumerate(zip(cell, slopes, strict=False)):
            if slope is None or axis in self.bound_axes or span.thin:
                continue
            if slope[0] >= 0 and not span.low_out:
                spans[axis] = _span(span.low, span.low, span)
            elif slope[1] <= 0 and not span.high_out:
                spans[axis] = _span(span.high, span.high, span)
        return tuple(spans) if spans != list(cell) else None

    def _widest(self, function: Function, cell: Cell) -> int | None:
        """The side whose halving should narrow the range most: slope times width."""
        open_axes = [
            axis for axis, span in enumerate(cell) if not span.thin and span.splits < MAXIMAL_SPLITS
        ]
        if not open_axes:
            return None
        fewest = min(cell[axis].splits for axis in open_axes)
        weights = {}
        for axis in open_axes:
            if cell[axis].splits > fewest + IMBALANCE:
                continue
            weights[axis] = (_contribution(function, cell, axis), -cell[axis].splits, -axis)
        return max(weights, key=lambda axis: weights[axis])

    def _forms_for(self, cell: Cell) -> Iterator[_TriedForm]:
        """Other readings of the inequality, once halving alone has not been enough."""
        if max(span.splits for span in cell) < FIRST_SPLITS:
            return
        infinite = tuple(
            (axis, 1 if span.high is None else -1)
            for axis, span in enumerate(cell)
            if (span.high is None and span.low is not None and span.low > 0)
            or (span.low is None and span.high is not None and span.high < 0)
        )
        for key in {(): None, infinite: None}:
            if key not in self.forms:
                self.forms[key] = _Forms(self.sides, self.axes, key)
            for form in self.forms[key]:
                if form.worthwhile():
                    form.tries += 1
                    yield form

    def _end_piece_settles(self, cell: Cell, inputs: Sequence[Interval]) -> bool:
        for tests, function, theorem in self.end_pieces:
            if self.gap.plain(cell)[1] > 0 or not all(test(inputs) for test in tests):
                continue  # the gap must be defined too
            if function.nonnegative(cell, self.strict):
                if theorem:
                    self.cited.append(theorem)
                return True
        return False

    def _checked(self, piece: EndPiece) -> tuple[list[Test], Function, str]:
        """An end piece whose step from the gap has been checked."""
        region = Domain(*self.domain.parameters, where=(*self.domain.where, *piece.where))
        gap = self.stated[1] - self.stated[0]
        if piece.by.relation not in ("=", ">="):
            raise ClaimError(f"an end piece needs a rule for = or >=, not {piece.by.relation}")
        finding = piece.by.check(gap, sympy.sympify(piece.at_least), region)
        if finding.status in (Status.REFUTED, Status.UNDECIDED):
            raise NotEnclosable(
                f"the end piece {piece.at_least} is {finding.status}: {finding.reason}"
            )
        symbols = self.axes.symbols
        tests = [condition_test(self.axes.translated(c), symbols) for c in piece.where]
        bound = self.axes.translated(sympy.sympify(piece.at_least))
        theorem = finding.reason if finding.status is Status.CITED else ""
        return tests, Function(bound, symbols, self.axes.positivity), theorem

    # ----------------------------------------------------------------- refutation

    def _at_corners(self) -> Certificate | None:
        """The finite corners of the domain, where equalities like to be."""
        ends = [
            [end for end, out in ((s.low, s.low_out), (s.high, s.high_out)) if not out]
            for s in self.axes.roots
        ]
        if not all(ends) or len(ends) > 6:
            return None
        for corner in itertools.product(*ends):
            if (found := self._refuted_at(corner, None)) is not None:
                return found
        return None

    def _refuted_at(self, point: tuple[fmpq, ...], cell: Cell | None) -> Certificate | None:
        if not self._fails_at(point):
            return None
        best = list(point)
        for axis, span in enumerate(cell or ()):  # simpler numbers that fail as well
            if span.low is None or span.high is None or span.thin:
                continue
            for low, high in ((span.low, span.high), (span.low, point[axis])):
                simple = _exact(simplest(_fraction(low), _fraction(high)))
                trial = [*best[:axis], simple, *best[axis + 1 :]]
                if self._fails_at(tuple(trial)):
                    best = trial
                    break
        return self._refutation(tuple(best))

    def _fails_at(self, point: tuple[fmpq, ...]) -> bool:
        """Whether the inequality is seen to fail at a point of the domain."""
        inputs = [(arb(value), arb(value)) for value in point]
        low, high = self.gap.program.run(inputs)
        if self.gap.program.trouble.level or not (high < 0 or (self.strict and not low > 0)):
            return False
        if any(map(_outside, point, self.axes.roots)):
            return False
        if not all(self._holds_at(condition, test, point) for condition, test in self.where):
            return False
        return bool(high < 0) or self._vanishes_at(point)

    def _undefined_at(self, cell: Cell) -> bool:
        """Whether a side has no value at the middle of the box, a point of the domain."""
        point = tuple(_inner(span) for span in cell)
        low, high = self.gap.program.run([(arb(value), arb(value)) for value in point])
        if not (low.is_nan() and high.is_nan()):
            return False
        inside = not any(map(_outside, point, self.axes.roots))
        return inside and all(self._holds_at(c, test, point) for c, test in self.where)

    def _holds_at(self, condition: sympy.Basic, test: Test, point: tuple[fmpq, ...]) -> bool:
        """Whether a side condition is seen to hold at a point."""
        if test([(arb(value), arb(value)) for value in point]):
            return True
        values = {s: _rational(v) for s, v in zip(self.axes.symbols, point, strict=True)}
        return bool(self.axes.translated(condition).subs(values) == sympy.true)

    def _vanishes_at(self, point: tuple[fmpq, ...]) -> bool:
        """Whether the two sides are equal at a point, as SymPy sees."""
        low, high = self.gap.program.run([(arb(value), arb(value)) for value in point])
        if low > 0 or high < 0 or self.symbolic_checks >= MAXIMAL_SYMBOLIC_CHECKS:
            return False
        self.symbolic_checks += 1
        values = {s: _rational(v) for s, v in zip(self.axes.symbols, point, strict=True)}
        return vanishes(self.sides[1] - self.sides[0], values)

    def _refutation(self, point: tuple[fmpq, ...]) -> Certificate | None:
        """The counterexample, evaluated once more by the independent evaluator where it can."""
        exact = {p.name: _rational(v) for p, v in zip(self.axes.parameters, point, strict=True)}
        plain = {
            s: sympy.Symbol(p.name)
            for p, s in zip(self.axes.parameters, self.axes.symbols, strict=True)
        }
        smaller, larger = (side.xreplace(plain) for side in self.sides)
        values: tuple[str, ...] = ()
        try:
            left, right = (enclose(side, exact, 2 * self.digits) for side in (smaller, larger))
            if left < right or (not left > right and not self.strict):
                return None  # the two evaluators disagree: not a refutation
            values = left.str(12), right.str(12)
        except (NotEnclosable, ValueError, ZeroDivisionError, OverflowError):
            inputs = [(arb(value), arb(value)) for value in point]
            programs = [compiled(prepared(side), self.axes.symbols) for side in self.sides]
            values = tuple(program.run(inputs)[0].str(12) for program in programs)
        shown = ", ".join(f"{name} = {value}" for name, value in exact.items()) or "every point"
        sign = ">=" if self.strict else ">"
        return Certificate(
            Status.REFUTED,
            self.boxes,
            f"at {shown}: {values[0]} {sign} {values[1]}",
            point={name: Fraction(int(v.p), int(v.q)) for name, v in exact.items()},
            values=values,
        )

    # ----------------------------------------------------------------- zeros inside

    def _new_cut(self, cuts: dict[int, set[fmpq]]) -> bool:
        """Look for a simple coordinate where the two sides are equal, in what was left over."""
        for cell in self.left[:3]:
            for axis, span in enumerate(cell):
                if span.low is None or span.high is None or span.whole:
                    continue
                low, high = _fraction(span.low), _fraction(span.high)
                margin = (1 + abs(low)) * NEARBY
                cut, root = _exact(simplest(low - margin, high + margin)), self.axes.roots[axis]
                beyond = _outside(cut, root) or cut in (root.low, root.high)
                if beyond or cut in cuts.get(axis, ()):
                    continue
                if self.gap.vanishes_at(cell, axis, cut):
                    cuts.setdefault(axis, set()).add(cut)
                    return True
        return False


def _inner(span: Span) -> fmpq:
    """A point of a side to test the inequality at."""
    if span.thin:
        return span.low
    return _middle(span)


def _rational(value: fmpq) -> sympy.Rational:
    return sympy.Rational(int(value.p), int(value.q))


def _outside(value: fmpq, root: Span) -> bool:
    below = root.low is not None and (value < root.low or (root.low_out and value == root.low))
    above = root.high is not None and (value > root.high or (root.high_out and value == root.high))
    return below or above or (root.whole and value.q != 1)


def _contribution(function: Function, cell: Cell, axis: int) -> float:
    """How much one side contributes to the width of the range on the box."""
    span = cell[axis]
    (low, high), _ = function.plain(cell)
    whole = high - low
    slope = function.slopes[axis] if function.slopes else None
    if slope is not None and span.finite:
        width = abs(slope[0]).max(abs(slope[1])) * (span.interval[1] - span.interval[0])
        if width <= whole or (width.is_finite() and not whole.is_finite()):
            return float(width.upper())
    at = _inner(span)  # the slope says too little: what is gained by a single value there
    narrowed = (*cell[:axis], _span(at, at, span), *cell[axis + 1 :])
    (low, high), _ = function.plain(narrowed)
    value = float((whole - (high - low)).upper())
    return math.inf if math.isnan(value) else value


class _TriedForm:
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


class _Forms:
    """The forms of the inequality in given coordinates, made when they are first needed."""

    def __init__(
        self,
        sides: tuple[sympy.Expr, sympy.Expr],
        axes: _Axes,
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
        self.made: list[_TriedForm] = []

    def __iter__(self) -> Iterator[_TriedForm]:
        yield from self.made
        for form in self.more:
            if form.is_enclosable():
                self.made.append(_TriedForm(form, self.inverted))
                yield self.made[-1]


# --------------------------------------------------------------------------- a rule


@dataclass(frozen=True, eq=False)
class Certified(Rule):
    """An inequality step that interval arithmetic proves on the whole domain.

    Parameters
    ----------
    sense : {"<=", ">="}
        What the step claims between the expression before and the one after.
    budget : int
        How many boxes may be looked at.
    end_pieces : tuple of EndPiece
    """

    sense: str
    budget: int = 20_000
    end_pieces: tuple[EndPiece, ...] = ()

    def __post_init__(self) -> None:
        if self.sense not in ("<=", ">="):
            raise ClaimError(f"the sense of a certified step is <= or >=, not {self.sense!r}")

    @property
    def relation(self) -> str:
        return self.sense

    @property
    def words(self) -> str:
        return "interval arithmetic"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        found = certify(
            (before, self.sense, after), domain, budget=self.budget, end_pieces=self.end_pieces
        )
        if found.status is Status.PROVED:
            certified = Finding(Status.CERTIFIED, found.reason)
            return worst(certified, *(Finding(Status.CITED, text) for text in found.cited))
        if found.status is Status.REFUTED:
            at = ", ".join(f"{name} = {value}" for name, value in (found.point or {}).items())
            smaller, larger = found.values
            values = (smaller, larger) if self.sense == "<=" else (larger, smaller)
            numbers = {"at": at, "before": values[0], "after": values[1]}
            return Finding(Status.REFUTED, found.reason, numbers)
        return Finding(Status.UNDECIDED, found.reason)
