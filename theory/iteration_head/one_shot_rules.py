"""Sequences given by a recursion, and rules of derivation for what answers in one shot compute.

Nothing in them is special to this topic; the module may move to the core.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import sympy
from flint import arb

from theory.core.binding import rename_apart, replace_free, symbols_of
from theory.core.decision import Finding, Status, decide_equal, decide_nonnegative
from theory.core.domain import Domain
from theory.core.enclosing import ball, encloses, spend, whole_number
from theory.core.errors import NotEnclosable
from theory.core.rule import Rule, proved, undecided, worst
from theory.core.signs import surely_nonnegative
from theory.iteration_head.circle_rules import stands_free

__all__ = ["LargestOf", "Ramps", "Recursion", "SolvesRecursion"]


class Recursion(sympy.Function):
    """A value of a sequence that begins with ``start`` and goes on step by step.

    ``Recursion(Lambda((i, a), body), start, first, last)`` is the value at the index ``last`` of
    the sequence that is ``start`` at the index ``first``, and ``body`` at every later index i, with
    the value before it for a.
    """

    nargs = 4

    @classmethod
    def eval(cls, step: Any, start: Any, first: Any, last: Any) -> Any:
        # the two variables are symbols of no other expression, so that nothing is captured
        if not isinstance(step, sympy.Lambda) or not all(v.is_Symbol for v in step.signature):
            return None
        height = _height(step.expr)
        own = [_variable(v.name, height, tuple(v.assumptions0.items())) for v in step.signature]
        if tuple(own) == tuple(step.signature):
            return None
        moved = step.expr.xreplace(dict(zip(step.signature, own, strict=True)))
        return cls(sympy.Lambda(tuple(own), moved), start, first, last)

    def after(self, index: Any, value: Any) -> sympy.Expr:
        """The value at an index, from the value before it."""
        i, a = self.args[0].signature
        moved: sympy.Expr = replace_free(self.args[0].expr, {i: index, a: value})
        return moved

    def _latex(self, printer: Any, **_: Any) -> str:
        step, start, first, last = self.args
        i, a = (sympy.Symbol(v.name, **v.assumptions0) for v in step.signature)
        name, before = a.name, sympy.Symbol(f"{a.name}_{{{printer._print(i - 1)}}}")
        rule = printer._print(self.after(i, before))
        index, begin, end = (printer._print(part) for part in (i, first, last))
        given = rf"{name}_{{{begin}}} = {printer._print(start)},\ {name}_{{{index}}} = {rule}"
        return rf"\left. {name}_{{{end}}} \right|_{{{given}}}"


@encloses(Recursion)
def _recursion_ball(e: Recursion, env: dict[str, Any]) -> arb:
    step, start, first, last = e.args
    begin, end = whole_number(first, env), whole_number(last, env)
    if end < begin:
        raise NotEnclosable(f"{e} has no value before its first index")
    spend(end - begin, env)
    # numbers are found by name, and a parameter may have that of a variable
    taken = {*env, *(symbol.name for symbol in step.expr.atoms(sympy.Symbol))}
    i, a = (sympy.Symbol(_unlike(v.name, taken), **v.assumptions0) for v in step.signature)
    body, value = e.after(i, a), ball(start, env)
    for index in range(begin + 1, end + 1):
        value = ball(body, {**env, i.name: arb(index), a.name: value})
    return value


def _unlike(name: str, taken: set[str]) -> str:
    while name in taken:
        name += "'"
    taken.add(name)
    return name


def _height(expression: sympy.Basic) -> int:
    """How deep recursions are nested in an expression."""
    below = max((_height(argument) for argument in expression.args), default=0)
    return below + isinstance(expression, Recursion)


@lru_cache(maxsize=1024)
def _variable(name: str, height: int, assumptions: tuple[tuple[str, bool], ...]) -> sympy.Dummy:
    return sympy.Dummy(name, **dict(assumptions))


def _sole(expression: Any) -> Recursion | None:
    found = sympy.sympify(expression).atoms(Recursion)
    return next(iter(found)) if len(found) == 1 else None


@dataclass(frozen=True, eq=False)
class SolvesRecursion(Rule):
    """A sequence that begins as a recursion says, and goes on as it says, is its solution.

    Parameters
    ----------
    closed : expression
        The value at the index ``at``; sums and products in it may end there.
    at : symbol
    """

    closed: Any
    at: Any

    @property
    def words(self) -> str:
        return "induction along the recursion"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        sides = (sympy.sympify(before), sympy.sympify(after))
        given = next((side for side in sides if _sole(side) is not None), None)
        if given is None:
            return undecided("there is no recursion to solve")
        other = sides[1] if given is sides[0] else sides[0]
        recursion = _sole(given)
        assert recursion is not None
        if not stands_free(recursion, given):
            return undecided("what the recursion depends on is bound around it")
        _, start, first, last = recursion.args
        if not (first.is_Integer and last.is_integer):
            return undecided("the first index is a number, and the last is a whole one")
        if problem := _misfit(recursion, sympy.sympify(self.at)):
            return undecided(problem)
        own = symbols_of(*(p.symbol for p in domain.parameters))
        own |= {bounds.variable for bounds in domain.ranges}
        closed = rename_apart(sympy.sympify(self.closed), own)  # no fact about them is used

        def at(place: Any) -> sympy.Expr:
            return replace_free(closed, {sympy.sympify(self.at): place})

        sign = {"positive": True} if first.is_nonnegative else {}
        index = sympy.Dummy("index", integer=True, **sign)
        inside = domain.within(index, first + 1, last, discrete=True)
        expected = given.xreplace({recursion: at(last)})
        return worst(
            decide_nonnegative(last - first, domain),
            proved("the same") if expected == other else _equal(expected, other, domain),
            _equal(_carried_out(at(first)), start, domain),
            _equal(
                _split(at(index), index, inside),
                recursion.after(index, at(index - 1)),
                inside,
            ),
        )


def _misfit(recursion: Recursion, at: sympy.Symbol) -> str | None:
    """A symbol that is assumed to be more than what takes its place, or None."""
    step, _, first, _ = recursion.args
    if not isinstance(step, sympy.Lambda) or len(step.signature) != 2:
        return f"{step} is no function of an index and a value"
    index, value = step.signature
    if any(getattr(value, f"is_{kind}") is not None for kind in ("positive", "negative", "zero")):
        return f"{value} is assumed to have a sign"
    if value.is_integer is not None or value.is_rational is not None:
        return f"{value} is assumed to be a special number"
    for symbol, least in ((index, first + 1), (at, first)):
        for kind in ("even", "odd", "prime", "composite", "negative", "nonpositive"):
            if getattr(symbol, f"is_{kind}"):
                return f"{symbol} is assumed to be {kind}"
        if symbol.is_nonnegative and not (
            least.is_positive if symbol.is_positive else least.is_nonnegative
        ):
            return f"{symbol} is assumed to have a sign, which {least} has not"
    return None


_REPEATED = (sympy.Sum, sympy.Product)


def _carried_out(expression: sympy.Expr) -> sympy.Expr:
    """Sums and products of a known number of terms, one or none, are written out."""

    def is_known(e: Any) -> bool:
        if not isinstance(e, _REPEATED) or len(e.limits) != 1:
            return False
        _, low, high = e.limits[0]
        return bool(low.is_Integer and high.is_Integer and high >= low - 1)

    def written(e: Any) -> sympy.Expr:
        ((k, low, high),) = e.limits  # not by SymPy, which counts backwards in sums inside
        terms = (replace_free(e.function, {k: at}) for at in range(int(low), int(high) + 1))
        return (sympy.Add if isinstance(e, sympy.Sum) else sympy.Mul)(*terms)

    return expression.replace(is_known, written)


def _split(expression: sympy.Expr, last: sympy.Symbol, domain: Domain) -> sympy.Expr:
    """Sums and products that end at an index, with their last term apart."""

    def ends_there(e: Any) -> bool:
        return (
            isinstance(e, _REPEATED)
            and len(e.limits) == 1
            and e.limits[0][2] == last
            and surely_nonnegative(last - e.limits[0][1], domain)
        )

    def apart(e: Any) -> sympy.Expr:
        ((k, low, _),) = e.limits
        rest, final = e.func(e.function, (k, low, last - 1)), replace_free(e.function, {k: last})
        return rest + final if isinstance(e, sympy.Sum) else rest * final

    while any(ends_there(e) for e in sympy.preorder_traversal(expression)):
        expression = expression.replace(ends_there, apart)
    return expression


def _equal(one: sympy.Expr, two: sympy.Expr, domain: Domain) -> Finding:
    """Equality of expressions in which sums and products stand for numbers."""
    plain = decide_equal(one, two, domain)
    if plain.status is not Status.UNDECIDED:
        return plain
    difference = sympy.sympify(one) - two
    names = {}
    for repeated in difference.atoms(*_REPEATED):
        positive = isinstance(repeated, sympy.Product) and repeated.function.is_positive
        names[repeated] = sympy.Dummy("value", positive=True if positive else None)
    numerator, denominator = sympy.fraction(sympy.together(difference.xreplace(names)))
    for factor in sympy.Mul.make_args(sympy.factor(denominator)):
        if factor.is_nonzero is not True:
            return undecided(f"the denominator {factor} is not seen to be other than 0")
    if sympy.expand(numerator) == 0:
        return proved("equal as rational functions of the sums and products")
    return plain


@dataclass(frozen=True, eq=False)
class Ramps(Rule):
    """A sum of weighted rectified terms ends where the terms become negative.

    The sum over k from a to b of w(k) max(0, m(k)) is that of w(k) m(k) from a to c, if m is not
    negative up to c and not positive from c on.

    Parameters
    ----------
    up_to : expression
        c, between a - 1 and b.
    """

    up_to: Any

    @property
    def words(self) -> str:
        return "the other units are off"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        before = sympy.sympify(before)
        sums = before.atoms(sympy.Sum)
        if len(sums) != 1 or len((total := sums.pop()).limits) != 1:
            return undecided("the rule takes an expression in one sum")
        ((k, low, high),) = total.limits
        ramps = total.function.atoms(sympy.Max)
        cut = sympy.sympify(self.up_to)
        if len(ramps) != 1 or 0 not in (ramp := ramps.pop()).args or len(ramp.args) != 2:
            return undecided("the terms have one factor max(0, m)")
        if not (stands_free(total, before) and low.is_integer):
            return undecided("the terms are not for whole numbers, or bound around the sum")
        if not (high.is_integer or high is sympy.oo):
            return undecided(f"{high} is no whole number")
        if cut.has(k) or not cut.is_integer:
            return undecided(f"{cut} is no whole number that is the same for all terms")
        if sympy.cancel(total.function / ramp).has(sympy.Max):
            return undecided("the rectified number is not a factor of the term")
        inside = next(argument for argument in ramp.args if argument != 0)
        ends = sympy.Sum(total.function.xreplace({ramp: inside}), (k, low, cut))
        return worst(
            decide_nonnegative(cut - low + 1, domain),
            decide_nonnegative(high - cut, domain),
            decide_nonnegative(inside, domain.within(k, low, cut, discrete=True)),
            decide_nonnegative(-inside, domain.within(k, cut, high, discrete=True)),
            decide_equal(before.xreplace({total: ends}), after, domain),
        )


@dataclass(frozen=True, eq=False)
class LargestOf(Rule):
    """The largest of several numbers is the one that is at least each of them.

    Parameters
    ----------
    largest : expression
    """

    largest: Any

    @property
    def words(self) -> str:
        return "the largest"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        before = sympy.sympify(before)
        maxima = before.atoms(sympy.Max)
        if len(maxima) != 1:
            return undecided("the rule takes an expression in one maximum")
        maximum, largest = maxima.pop(), sympy.sympify(self.largest)
        if not stands_free(maximum, before):
            return undecided("what the maximum depends on is bound around it")
        same = [decide_equal(argument, largest, domain).status for argument in maximum.args]
        if Status.PROVED not in same:
            return undecided(f"{largest} is not among {maximum}")
        return worst(
            decide_equal(before.xreplace({maximum: largest}), after, domain),
            *(decide_nonnegative(largest - argument, domain) for argument in maximum.args),
        )
