"""Branch and bound for one inequality on a domain.

A box is settled when interval arithmetic, the signs of the slopes, the mean value theorem or a
Taylor remainder shows the inequality all over it, in one of several equivalent forms; otherwise it
is halved where that helps most. A point where enclosures contradict the inequality refutes it.
"""

from __future__ import annotations

import itertools
import math
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

import sympy
from flint import arb, fmpq

from theory.core.box_functions import Cell, Function, Span, vanishes
from theory.core.certificate import Certificate, EndPiece
from theory.core.certify_axes import (
    Axes,
    exact,
    fraction,
    halves_of,
    inner_point,
    is_outside,
    rational,
    simplest,
    span_of,
)
from theory.core.certify_forms import TriedForm, TriedForms
from theory.core.certify_functions import prepared
from theory.core.decision import Status
from theory.core.domain import Domain
from theory.core.errors import ClaimError, NotEnclosable
from theory.core.evaluation import enclose
from theory.core.interval_programs import Test, compiled, condition_test
from theory.core.intervals import Interval
from theory.core.rule import examine

__all__ = ["Search"]

MAXIMAL_SPLITS = 60  # of one side: its width is then 2^-60 of what it was
FIRST_SPLITS = 3  # before other forms than the difference of the sides are tried
IMBALANCE = 10  # splits that one side may be ahead of another
NEARBY = Fraction(1, 2**24)  # how far around a box that is left over a zero is looked for
MAXIMAL_SYMBOLIC_CHECKS = 50  # of equality at single points
MAXIMAL_UNDEFINED = 100  # points without a value that are met before the search stops


class Search:
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
        self.axes = Axes.of([smaller, larger], domain)
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
        self._require_what_cancels()
        self.forms: dict[tuple[tuple[int, int], ...], TriedForms] = {}
        self.end_pieces = [self._checked(piece) for piece in end_pieces]
        self.cited: list[str] = []
        self.boxes = self.undefined = self.symbolic_checks = 0
        self.used_region = False

    def _require_what_cancels(self) -> None:
        """What occurs in both sides and not in their difference must have values as well."""
        kinds = (sympy.Pow, sympy.Function)
        kept = (self.sides[1] - self.sides[0]).atoms(*kinds)
        for part in {e for side in self.sides for e in side.atoms(*kinds)} - kept:
            function = Function(part, self.axes.symbols, self.axes.positivity)
            if function.plain(self.axes.roots)[1] > 0:
                raise NotEnclosable(f"{part} cancels, and may have no value somewhere")

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
                -math.inf if span.low is None else fraction(span.low),
                math.inf if span.high is None else fraction(span.high),
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
                parts = [*parts[:-1], *halves_of(parts[-1], cut)]
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
        low, high = self.gap.program.run([(arb(v), arb(v)) for v in map(inner_point, cell)])
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
        point = tuple(inner_point(span) for span in cell)
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
        halves = halves_of(cell[axis])
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
                spans[axis] = span_of(span.low, span.low, span)
            elif slope[1] <= 0 and not span.high_out:
                spans[axis] = span_of(span.high, span.high, span)
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

    def _forms_for(self, cell: Cell) -> Iterator[TriedForm]:
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
                self.forms[key] = TriedForms(self.sides, self.axes, key)
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
        finding = examine(piece.by, gap, sympy.sympify(piece.at_least), region)
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
                simple = exact(simplest(fraction(low), fraction(high)))
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
        if any(map(is_outside, point, self.axes.roots)):
            return False
        if not all(self._holds_at(condition, test, point) for condition, test in self.where):
            return False
        return bool(high < 0) or self._vanishes_at(point)

    def _undefined_at(self, cell: Cell) -> bool:
        """Whether a side has no value at the middle of the box, a point of the domain."""
        point = tuple(inner_point(span) for span in cell)
        low, high = self.gap.program.run([(arb(value), arb(value)) for value in point])
        if not (low.is_nan() and high.is_nan()):
            return False
        inside = not any(map(is_outside, point, self.axes.roots))
        return inside and all(self._holds_at(c, test, point) for c, test in self.where)

    def _holds_at(self, condition: sympy.Basic, test: Test, point: tuple[fmpq, ...]) -> bool:
        """Whether a side condition is seen to hold at a point."""
        if test([(arb(value), arb(value)) for value in point]):
            return True
        values = {s: rational(v) for s, v in zip(self.axes.symbols, point, strict=True)}
        return bool(self.axes.translated(condition).subs(values) == sympy.true)

    def _vanishes_at(self, point: tuple[fmpq, ...]) -> bool:
        """Whether the two sides are equal at a point, as SymPy sees."""
        low, high = self.gap.program.run([(arb(value), arb(value)) for value in point])
        if low > 0 or high < 0 or self.symbolic_checks >= MAXIMAL_SYMBOLIC_CHECKS:
            return False
        self.symbolic_checks += 1
        values = {s: rational(v) for s, v in zip(self.axes.symbols, point, strict=True)}
        return vanishes(self.sides[1] - self.sides[0], values)

    def _refutation(self, point: tuple[fmpq, ...]) -> Certificate | None:
        """The counterexample, evaluated once more by the independent evaluator where it can."""
        exact = {p.name: rational(v) for p, v in zip(self.axes.parameters, point, strict=True)}
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
                low, high = fraction(span.low), fraction(span.high)
                margin = (1 + abs(low)) * NEARBY
                cut, root = exact(simplest(low - margin, high + margin)), self.axes.roots[axis]
                beyond = is_outside(cut, root) or cut in (root.low, root.high)
                if beyond or cut in cuts.get(axis, ()):
                    continue
                if self.gap.vanishes_at(cell, axis, cut):
                    cuts.setdefault(axis, set()).add(cut)
                    return True
        return False


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
    at = inner_point(span)  # the slope says too little: what is gained by a single value there
    narrowed = (*cell[:axis], span_of(at, at, span), *cell[axis + 1 :])
    (low, high), _ = function.plain(narrowed)
    value = float((whole - (high - low)).upper())
    return math.inf if math.isnan(value) else value
