"""Are two expressions equal on a domain? Is one nonnegative? Proved, refuted, or undecided.

Numbers come first: enclosures of both sides at points of the domain, which can only refute.
Symbols come second: a difference that simplifies to zero is a proof. What neither settles is
undecided, and says so.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import sympy
from flint import arb
from sympy.concrete.expr_with_limits import ExprWithLimits

from theory.core.binding import canonical
from theory.core.domain import Domain, exact_float
from theory.core.exact import reflect
from theory.core.probing import contradiction, probe_points
from theory.core.signs import positive_atoms, surely_nonnegative, surely_positive
from theory.core.sums import finite_sum_normal_form
from theory.core.witness import has_witness

__all__ = [
    "Finding",
    "Status",
    "contradicted",
    "decide_equal",
    "decide_nonnegative",
    "decide_positive",
    "probe_points",
]


class Status(StrEnum):
    """How one step of a derivation stands."""

    PROVED = "proved"
    CERTIFIED = "certified"
    CITED = "cited"
    UNDECIDED = "undecided"
    REFUTED = "refuted"


@dataclass(frozen=True)
class Finding:
    """The status of one step with its reason, and the numbers that refute it where they do.

    Parameters
    ----------
    status : Status
    reason : str
        In a few words.
    numbers : dict
        For a refutation: the point, and the values that contradict the step there.
    """

    status: Status
    reason: str
    numbers: dict[str, str] = field(default_factory=dict)


_VIOLATED: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda a, b: not a.overlaps(b),
    "<=": lambda a, b: a > b,
    ">=": lambda a, b: a < b,
    "<": lambda a, b: a >= b,
    ">": lambda a, b: a <= b,
}


def contradicted(lhs: Any, relation: str, rhs: Any, domain: Domain) -> tuple[Finding | None, int]:
    """A refutation of ``lhs relation rhs`` by enclosures at some point, and how many were compared.

    Parameters
    ----------
    relation : {"=", "<=", ">=", "<", ">"}
    """
    numbers, compared = contradiction(lhs, rhs, domain, _VIOLATED[relation])
    if numbers is None:
        return None, compared
    where = f"at {numbers['at']}: " if numbers["at"] else ""
    reason = f"{where}{numbers['before']} against {numbers['after']}"
    return Finding(Status.REFUTED, reason, numbers), compared


def decide_equal(lhs: Any, rhs: Any, domain: Domain) -> Finding:
    """Whether two expressions are equal on the whole domain.

    Parameters
    ----------
    lhs, rhs : expressions
    domain : Domain

    Returns
    -------
    Finding
        ``refuted`` with a point where enclosures of the two sides are disjoint; ``proved`` when
        the difference simplifies to zero; else ``undecided`` with the number of points at which
        the two agreed, which proves nothing.
    """
    lhs, rhs = _prepared(lhs, rhs)
    if odd := _no_number(lhs) or _no_number(rhs):
        return Finding(Status.UNDECIDED, f"{odd} is no number, so there is nothing to compare")
    refutation, compared = contradicted(lhs, "=", rhs, domain)
    if refutation is not None:
        return refutation
    how = _proof_of_zero(lhs, rhs, domain)
    agreed = f"agrees at {compared} points" if compared else "not evaluated at any point"
    if how is not None:
        return Finding(Status.PROVED, f"{how}; {agreed}")
    return Finding(Status.UNDECIDED, f"the difference was not simplified to zero; {agreed}")


def _prepared(*expressions: Any) -> tuple[sympy.Expr, ...]:
    """Floats as the rationals that they are, and observables as symbols."""
    prepared = []
    for expression in map(sympy.sympify, expressions):
        floats = expression.atoms(sympy.Float)
        prepared.append(expression.xreplace({value: exact_float(value) for value in floats}))
    return _atoms_for_functions(*prepared)


def _atoms_for_functions(*expressions: sympy.Expr) -> tuple[sympy.Expr, ...]:
    """Applied observables become free symbols: an algebraic step must hold whatever they are.

    An observable at a bound variable is many values and stays as it is.
    """
    table: dict[sympy.Expr, sympy.Symbol] = {}

    def replaced(e: sympy.Basic, bound: frozenset[sympy.Basic]) -> sympy.Basic:
        if isinstance(e, sympy.core.function.AppliedUndef) and not e.free_symbols & bound:
            if e not in table:
                name = f"observed{len(table)}"
                table[e] = sympy.Dummy(name, real=True, positive=e.is_positive)
            return table[e]
        if not e.args or not e.has(sympy.core.function.AppliedUndef):
            return e
        if isinstance(e, ExprWithLimits):
            bound = bound | {limit[0] for limit in e.limits}
        return e.func(*(replaced(argument, bound) for argument in e.args))

    nothing: frozenset[sympy.Basic] = frozenset()
    return tuple(replaced(expression, nothing) for expression in expressions)


_NO_NUMBERS = (
    sympy.core.numbers.Infinity,
    sympy.core.numbers.NegativeInfinity,
    sympy.core.numbers.ComplexInfinity,
    sympy.core.numbers.NaN,
    sympy.AccumBounds,
    sympy.Order,
)


def _no_number(e: sympy.Basic) -> sympy.Basic | None:
    """A part that is infinite or no number at all, outside the limits of sums and integrals."""
    if isinstance(e, _NO_NUMBERS):
        return e
    if isinstance(e, ExprWithLimits):
        ends = (end for limit in e.limits for end in limit[1:])
        inside = (end for end in ends if end not in (sympy.oo, -sympy.oo))
        return next(filter(None, map(_no_number, (e.function, *inside))), None)
    if isinstance(e, sympy.Limit):
        return _no_number(e.args[0])
    return next(filter(None, map(_no_number, e.args)), None)


def _proof_of_zero(lhs: sympy.Expr, rhs: sympy.Expr, domain: Domain) -> str | None:
    if lhs == rhs:
        return "the same expression"
    if lhs.has(sympy.Sum) or rhs.has(sympy.Sum):
        if finite_sum_normal_form(lhs - rhs, domain) == 0:
            return "equal normal forms of finite sums"
    lhs, rhs = _opaque(lhs, rhs)
    atoms = positive_atoms(lhs - rhs, domain)
    lhs, rhs = lhs.subs(atoms), rhs.subs(atoms)
    how = None
    for form in domain.forms():  # the inside of the domain's box, then its closed upper ends
        how = _vanishes_in(lhs, rhs, form)
        if how is None:
            return None
    return how


def _vanishes_in(lhs: sympy.Expr, rhs: sympy.Expr, form: dict[Any, sympy.Expr]) -> str | None:
    difference = reflect(lhs - rhs).subs(form, simultaneous=True)
    if has_witness(difference, lambda value: not value.overlaps(arb(0))):
        return None
    for name, simplification in _SIMPLIFICATIONS:
        try:
            reduced = simplification(difference)
        except _GIVES_UP:
            continue
        if reduced == 0:
            return f"the difference vanishes by {name}"
    try:  # products of powers and gamma functions are easier as a quotient
        quotient = sympy.gammasimp(
            sympy.powsimp(sympy.expand_func(lhs / rhs).rewrite(sympy.gamma), force=False)
        ).subs(form, simultaneous=True)
        if sympy.simplify(sympy.expand_power_base(quotient) - 1) == 0:
            return "the quotient simplifies to 1"
    except _GIVES_UP:
        pass
    return None


_GIVES_UP = (
    NotImplementedError,
    ValueError,
    TypeError,
    AttributeError,
    RecursionError,
    ZeroDivisionError,
)

_OPAQUE = (ExprWithLimits, sympy.Derivative, sympy.Subs, sympy.Limit)


def _opaque(*expressions: sympy.Expr) -> tuple[sympy.Expr, ...]:
    """Integrals, infinite sums and the like become symbols: evaluating them is the rules' task."""
    table: dict[sympy.Expr, sympy.Symbol] = {}

    def symbol_for(operation: Any) -> sympy.Symbol:
        if operation not in table:
            parts = (operation.args[0], *(e for a in operation.args[1:] for e in a.args[1:]))
            real = isinstance(operation, ExprWithLimits) and all(e.is_extended_real for e in parts)
            table[operation] = sympy.Dummy("hidden", real=True if real else None)
        return table[operation]

    def hidden(expression: sympy.Expr) -> sympy.Expr:
        if isinstance(expression, ExprWithLimits):
            factor, rest = canonical(expression)
            return hidden(factor) * symbol_for(rest)
        if isinstance(expression, _OPAQUE):
            return symbol_for(expression)
        if not expression.args or not expression.has(*_OPAQUE):
            return expression
        return expression.func(*(hidden(argument) for argument in expression.args))

    return tuple(hidden(expression) for expression in expressions)


def _expand_powers(e: sympy.Expr) -> sympy.Expr:
    return sympy.expand(sympy.powsimp(sympy.expand_power_base(sympy.expand_power_exp(e))))


def _numerator(e: sympy.Expr) -> sympy.Expr:
    split = sympy.expand_power_base(sympy.expand_power_exp(e))
    return _expand_powers(sympy.fraction(sympy.together(split))[0])


_SIMPLIFICATIONS: tuple[tuple[str, Callable[[Any], Any]], ...] = (
    ("expansion", sympy.expand),
    ("powers", _expand_powers),
    ("a common denominator", _numerator),
    ("simplification", sympy.simplify),
    ("gamma functions", lambda e: sympy.gammasimp(sympy.expand_func(e.rewrite(sympy.gamma)))),
    ("powers and simplification", lambda e: sympy.simplify(_expand_powers(sympy.powdenest(e)))),
    ("factoring", lambda e: sympy.simplify(sympy.factor(sympy.together(e)))),
)


def decide_nonnegative(expression: Any, domain: Domain) -> Finding:
    """Whether an expression is nonnegative on the whole domain, by SymPy's assumptions.

    Parameters
    ----------
    expression : SymPy expression
    domain : Domain

    Returns
    -------
    Finding
    """
    return _decide_sign(expression, domain, ">=", surely_nonnegative)


def decide_positive(expression: Any, domain: Domain) -> Finding:
    """Whether an expression is above zero on the whole domain, by SymPy's assumptions."""
    return _decide_sign(expression, domain, ">", surely_positive)


def _decide_sign(
    expression: Any, domain: Domain, relation: str, surely: Callable[[Any, Domain], bool]
) -> Finding:
    (expression,) = _prepared(expression)
    if expression is not sympy.oo and (odd := _no_number(expression)):
        return Finding(Status.UNDECIDED, f"{odd} is no number, so it has no sign")
    refutation, compared = contradicted(expression, relation, sympy.S.Zero, domain)
    if refutation is not None:
        return refutation
    kind = "nonnegative" if relation == ">=" else "positive"
    if surely(expression, domain):
        return Finding(Status.PROVED, f"{kind} by the signs of its parts")
    return Finding(Status.UNDECIDED, f"sign not decided; {kind} at {compared} points")
