"""Are two expressions equal on a domain? Is one nonnegative? Proved, refuted, or undecided.

Numbers come first: enclosures of both sides at points of the domain, which can only refute.
Symbols come second: a difference that simplifies to zero is a proof. What neither settles is
undecided, and says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from typing import Any

import sympy
from sympy.concrete.expr_with_limits import ExprWithLimits

from theory.core.domain import Domain
from theory.core.errors import DomainError, NotEnclosable
from theory.core.evaluation import enclose
from theory.core.exact import reflect
from theory.core.parameters import (
    Categorical,
    Integer,
    Labels,
    Matrix,
    Parameter,
    Simplex,
    Vector,
    _Ordered,
)
from theory.core.parameters import Value as ParameterValue
from theory.core.signs import above_one, positive_atoms
from theory.core.sums import finite_sum_normal_form

__all__ = ["Finding", "Status", "decide_equal", "decide_nonnegative", "probe_points"]


class Status(StrEnum):
    """How one step of a derivation stands."""

    PROVED = "proved"
    CERTIFIED = "certified"
    CITED = "cited"
    UNDECIDED = "undecided"
    REFUTED = "refuted"


@dataclass(frozen=True)
class Finding:
    """The status of one step with its reason, and the numbers that refute it where they do."""

    status: Status
    reason: str
    numbers: dict[str, str] = field(default_factory=dict)


_STEPS = (
    Fraction(1, 2),
    Fraction(1),
    Fraction(1, 3),
    Fraction(2),
    Fraction(7, 5),
    Fraction(3),
    Fraction(1, 7),
    Fraction(9, 2),
)


def probe_points(domain: Domain, free: set[sympy.Symbol]) -> Iterator[dict[str, Any]]:
    """A few fixed points of the domain, with values for further free symbols by their signs."""
    for index in range(len(_STEPS)):
        point: dict[str, ParameterValue] = {}
        for position, parameter in enumerate(domain.parameters):
            point[parameter.name] = _probe(parameter, index + position, point)
        try:
            if domain.violation(point) is not None:
                continue
        except DomainError:
            continue
        environment = domain.environment(point)
        for position, symbol in enumerate(sorted(free, key=str)):
            if symbol.name not in environment:
                environment[symbol.name] = _probe_free(symbol, index + 3 * position)
        yield environment


def _probe(parameter: Parameter, index: int, point: dict[str, ParameterValue]) -> ParameterValue:
    step = _STEPS[index % len(_STEPS)]
    if isinstance(parameter, Vector):
        length = parameter.length if isinstance(parameter.length, int) else None
        length = point[parameter.length.name] if length is None else length  # type: ignore[union-attr]
        if isinstance(parameter, Matrix):
            columns = parameter.columns
            width = columns if isinstance(columns, int) else point[columns.name]
            return tuple(
                tuple(_probe(parameter.entry, index + 5 * row + 2 * k, point) for k in range(width))
                for row in range(length)
            )
        if isinstance(parameter, Labels):
            classes = parameter.classes
            most = classes if isinstance(classes, int) else point[classes.name]
            return tuple(1 + (index + k * k) % most for k in range(length))
        entries = tuple(_probe(parameter.entry, index + 3 * k, point) for k in range(length))
        if isinstance(parameter, Simplex):
            weights = [Fraction(1 + (index + k) % 4) for k in range(length)]
            return tuple(weight / sum(weights) for weight in weights)
        return entries
    if isinstance(parameter, Categorical):
        return parameter.choices[index % len(parameter.choices)]
    assert isinstance(parameter, _Ordered)
    if isinstance(parameter, Integer):
        offset = (index * 3) % 7
        if parameter.low > -float("inf"):
            value = int(parameter.low) + offset
            return min(value, int(parameter.high)) if parameter.high < float("inf") else value
        return offset - 3
    infinite = (parameter.low == -float("inf"), parameter.high == float("inf"))
    if infinite == (True, True):
        return step if index % 2 else -step
    if infinite == (False, True):
        return Fraction(parameter.low) + step
    if infinite == (True, False):
        return Fraction(parameter.high) - step
    low, high = Fraction(parameter.low), Fraction(parameter.high)
    return low + (high - low) * step / (1 + step)


def _probe_free(symbol: sympy.Symbol, index: int) -> sympy.Expr:
    step = _STEPS[index % len(_STEPS)]
    if symbol.is_integer:
        return sympy.Integer(1 + index % 5)
    sign = 1 if symbol.is_nonnegative or index % 2 else -1
    return sympy.Rational(step.numerator, step.denominator) * sign


def _free(*expressions: sympy.Expr) -> set[sympy.Symbol]:
    symbols: set[sympy.Symbol] = set()
    for expression in expressions:
        symbols |= {s for s in expression.free_symbols if isinstance(s, sympy.Symbol)}
    return symbols


def _atoms_for_functions(*expressions: sympy.Expr) -> tuple[sympy.Expr, ...]:
    """Applied observables become free symbols: an algebraic step must hold whatever they are."""
    applied = sorted(
        {a for e in expressions for a in e.atoms(sympy.core.function.AppliedUndef)}, key=str
    )
    table = {
        a: sympy.Symbol(f"observed{i}", real=True, positive=a.is_positive)
        for i, a in enumerate(applied)
    }
    return tuple(expression.subs(table) for expression in expressions)


def _falsify(
    lhs: sympy.Expr,
    rhs: sympy.Expr,
    domain: Domain,
    violated: Callable[[Any, Any], bool],
) -> tuple[Finding | None, int]:
    """Look for a point where enclosures contradict the relation; also how many were compared."""
    compared = 0
    for environment in probe_points(domain, _free(lhs, rhs)):
        try:
            left, right = enclose(lhs, environment), enclose(rhs, environment)
        except (NotEnclosable, ValueError, ZeroDivisionError, OverflowError):
            continue
        if not (left.is_finite() and right.is_finite()):
            continue
        compared += 1
        if violated(left, right):
            point = ", ".join(f"{name} = {value}" for name, value in environment.items())
            numbers = {"at": point, "before": left.str(12), "after": right.str(12)}
            reason = f"at {point}: {left.str(12)} against {right.str(12)}"
            return Finding(Status.REFUTED, reason, numbers), compared
    return None, compared


def decide_equal(lhs: Any, rhs: Any, domain: Domain) -> Finding:
    """Whether two expressions are equal on the whole domain.

    Returns
    -------
    Finding
        ``refuted`` with a point where enclosures of the two sides are disjoint; ``proved`` when
        the difference simplifies to zero; else ``undecided`` with the number of points at which
        the two agreed, which proves nothing.
    """
    lhs, rhs = _atoms_for_functions(sympy.sympify(lhs), sympy.sympify(rhs))
    refutation, compared = _falsify(lhs, rhs, domain, lambda a, b: not a.overlaps(b))
    if refutation is not None:
        return refutation
    how = _proof_of_zero(lhs, rhs, domain)
    agreed = f"agrees at {compared} points" if compared else "not evaluated"
    if how is not None:
        return Finding(Status.PROVED, f"{how}; {agreed}")
    return Finding(Status.UNDECIDED, f"the difference was not simplified to zero; {agreed}")


def _proof_of_zero(lhs: sympy.Expr, rhs: sympy.Expr, domain: Domain) -> str | None:
    if lhs == rhs:
        return "the same expression"
    if lhs.has(sympy.Sum) or rhs.has(sympy.Sum):
        if finite_sum_normal_form(lhs - rhs, domain) == 0:
            return "equal normal forms of finite sums"
    lhs, rhs = _opaque(lhs, rhs)
    form = domain.positive_form()
    atoms = positive_atoms(lhs - rhs, domain)
    lhs, rhs = lhs.subs(atoms), rhs.subs(atoms)
    difference = reflect(lhs - rhs).subs(form, simultaneous=True)
    for name, simplification in _SIMPLIFICATIONS:
        try:
            reduced = simplification(difference)
        except (NotImplementedError, ValueError, TypeError, AttributeError, RecursionError):
            continue
        if reduced == 0:
            return f"the difference vanishes by {name}"
    try:  # products of powers and gamma functions are easier as a quotient
        quotient = sympy.gammasimp(
            sympy.powsimp(sympy.expand_func(lhs / rhs).rewrite(sympy.gamma), force=False)
        ).subs(form, simultaneous=True)
        if sympy.simplify(sympy.expand_power_base(quotient) - 1) == 0:
            return "the quotient simplifies to 1"
    except (NotImplementedError, ValueError, TypeError, AttributeError, RecursionError):
        pass
    return None


def _opaque(*expressions: sympy.Expr) -> tuple[sympy.Expr, ...]:
    """Integrals, infinite sums and the like become symbols: evaluating them is the rules' task."""
    table: dict[sympy.Expr, sympy.Symbol] = {}

    def hide(operation: Any) -> sympy.Symbol:
        simplest = operation.func(sympy.expand(operation.function), *operation.limits)
        return table.setdefault(simplest, sympy.Dummy("hidden", real=True))

    def hidden(expression: sympy.Expr) -> sympy.Expr:
        if isinstance(expression, ExprWithLimits):
            return hide(expression)
        if not expression.args or not expression.has(ExprWithLimits):
            return expression
        return expression.func(*(hidden(argument) for argument in expression.args))

    return tuple(hidden(expression) for expression in expressions)


def _expand_powers(e: sympy.Expr) -> sympy.Expr:
    return sympy.expand(sympy.powsimp(sympy.expand_power_base(sympy.expand_power_exp(e))))


_SIMPLIFICATIONS: tuple[tuple[str, Callable[[Any], Any]], ...] = (
    ("expansion", sympy.expand),
    ("powers", _expand_powers),
    ("simplification", sympy.simplify),
    ("gamma functions", lambda e: sympy.gammasimp(sympy.expand_func(e.rewrite(sympy.gamma)))),
    ("powers and simplification", lambda e: sympy.simplify(_expand_powers(sympy.powdenest(e)))),
    ("factoring", lambda e: sympy.simplify(sympy.factor(sympy.together(e)))),
)


def decide_nonnegative(expression: Any, domain: Domain) -> Finding:
    """Whether an expression is nonnegative on the whole domain, by SymPy's assumptions."""
    expression = sympy.sympify(expression)
    (expression,) = _atoms_for_functions(expression)
    refutation, compared = _falsify(expression, sympy.S.Zero, domain, lambda a, _: a < 0)
    if refutation is not None:
        return refutation
    form = domain.positive_form()
    candidates = (expression, sympy.factor(expression), sympy.simplify(expression))
    for candidate in candidates:
        atoms = {
            value: 1 + (symbol if above_one(value, domain) else sympy.Dummy(nonnegative=True))
            for value, symbol in positive_atoms(candidate, domain).items()
        }
        inside = candidate.subs(atoms).subs(form, simultaneous=True)
        for shape in (inside, sympy.factor(inside), sympy.expand(inside)):
            if shape.is_nonnegative:
                return Finding(Status.PROVED, "nonnegative by the signs of its parts")
    return Finding(Status.UNDECIDED, f"sign not decided; nonnegative at {compared} points")
