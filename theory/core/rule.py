"""What a rule of derivation is, and the examination that every step passes, whatever its rule.

A rule sees the expression before the step, the expression after it, and the hypotheses, and
returns a `Finding`. ``relation`` is what the step claims between the two: equal (``=``), at most
(``<=``), at least (``>=``), asymptotically equal (``~``), or equal up to a remainder that the rule
proves (``+-``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import sympy
from sympy.concrete.expr_with_limits import ExprWithLimits
from sympy.core.function import PoleError
from sympy.polys.polyerrors import BasePolynomialError

from theory.core.approximation import compare_numerically
from theory.core.binding import rename_apart, symbols_of
from theory.core.decision import Finding, Status, contradicted
from theory.core.domain import Domain
from theory.core.errors import NotEnclosable
from theory.core.expansion import NoExpansion
from theory.core.probing import departing_ratio
from theory.core.reality import part_that_is_complex
from theory.core.signs import surely_nonnegative, surely_positive

__all__ = [
    "Rule",
    "between_reals",
    "examine",
    "is_examined",
    "proved",
    "refuted",
    "rules_in",
    "undecided",
    "unfit_variable",
    "worst",
]


def proved(reason: str) -> Finding:
    """A finding of a rule that holds."""
    return Finding(Status.PROVED, reason)


def undecided(reason: str) -> Finding:
    """A finding of a rule that cannot tell."""
    return Finding(Status.UNDECIDED, reason)


def refuted(reason: str) -> Finding:
    """A finding of a rule that is broken; `examine` asks for numbers before the step is."""
    return Finding(Status.REFUTED, reason, {"what": reason})


def worst(*findings: Finding) -> Finding:
    """The weakest of several findings that must all hold."""
    order = (Status.REFUTED, Status.UNDECIDED, Status.CITED, Status.CERTIFIED, Status.PROVED)
    return min(findings, key=lambda finding: order.index(finding.status))


_EXAMINED: ContextVar[Any] = ContextVar("examined", default=None)


def is_examined(rule: Rule) -> bool:
    """Whether `examine` sees to what the rule rests on; not where another rule only checks it."""
    return _EXAMINED.get() is rule


@dataclass(frozen=True)
class Rule:
    """Base of the rules.

    Attributes
    ----------
    relation : str
        What the step claims: ``=``, ``<=``, ``>=``, ``~`` or ``+-``.
    words : str
        How the rule is named in print.
    """

    @property
    def relation(self) -> str:
        return "="

    @property
    def words(self) -> str:
        raise NotImplementedError

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        """Whether the step from ``before`` to ``after`` is right on the domain."""
        raise NotImplementedError

    def remainder(self, domain: Domain) -> sympy.Expr | None:
        """For relation ``+-``: the proved bound on |before - after|."""
        return None

    def tends(self) -> tuple[sympy.Symbol, sympy.Expr] | None:
        """For relation ``~``: which variable goes where; None for a cited theorem."""
        return None

    def gap_order(self, before: sympy.Expr, after: sympy.Expr, domain: Domain) -> Any:
        """For ``~``: a k with before / after = 1 + O(variable^-k); 0 when none is known."""
        return sympy.S.Zero

    def rests_on(self, before: sympy.Expr, after: sympy.Expr, domain: Domain) -> Finding:
        """Whether what the rule rests on besides the step itself is given on the domain."""
        return proved("no further hypotheses")


def rules_in(rule: Any) -> Iterator[Any]:
    """A rule and the rules that it is built on."""
    yield rule
    for value in vars(rule).values():
        for part in value if isinstance(value, (tuple, list)) else (value,):
            part = getattr(part, "by", part)  # an end piece says by which rule
            if isinstance(part, Rule):
                yield from rules_in(part)


def examine(
    rule: Rule, before: Any, after: Any, domain: Domain, grounds: Domain | None = None
) -> Finding:
    """The finding on one step: the rule's own, with what is asked of every rule.

    ``grounds`` is where the rule's own hypotheses must hold, by default the domain.

    - No variable is bound to a range that its assumptions do not cover.
    - What the rule rests on is given.
    - A step is refuted only by numbers for the step itself; a rule that merely does not apply, or
      that breaks off, leaves it undecided.
    """
    before, after = _apart_from_parameters(sympy.sympify(before), sympy.sympify(after), domain)
    for expression in (before, after):
        problem = unfit_variable(expression, domain)
        if problem is None and rule.relation != "=":  # an equation does not look inside
            problem = _unfit_place(expression, domain)
        if problem is not None:
            return undecided(problem)
    token = _EXAMINED.set(rule)
    try:
        finding = rule.check(before, after, domain)
        if finding.status not in (Status.REFUTED, Status.UNDECIDED):
            rests = rule.rests_on(before, after, grounds or domain)
            finding = worst(finding, between_reals(rule, before, domain), rests)
    except _BREAKS_OFF as problem:
        line = str(problem).partition("\n")[0]
        finding = undecided(f"the rule broke off: {type(problem).__name__}: {line}")
    finally:
        _EXAMINED.reset(token)
    if finding.status is not Status.REFUTED:
        return finding
    borne_out = _numbers_against(rule, before, after, domain)
    return borne_out or undecided(f"this rule does not give it: {finding.reason}")


def _unfit_place(expression: sympy.Basic, domain: Domain) -> str | None:
    """Why a variable that is put at a place is not to be told from a parameter, or None.

    SymPy takes two substitutions, or two functions, for the same whatever their variables are
    called, so that to rename one is of no use.
    """
    taken = _names_taken(domain)
    for operation in expression.atoms(sympy.Subs, sympy.Lambda):
        for variable in operation.variables:
            if variable.name in taken:
                return f"{variable} has a meaning already, and another one in {operation}"
    return None


def _names_taken(domain: Domain) -> set[str]:
    symbols = {s for p in domain.parameters for s in symbols_of(p.symbol)}
    return {s.name for s in symbols | {bounds.variable for bounds in domain.ranges}}


def between_reals(rule: Rule, before: Any, domain: Domain) -> Finding:
    """That an inequality is between real numbers; a real gap makes the other side one as well."""
    if rule.relation in ("<=", ">="):
        if (odd := part_that_is_complex(before, domain)) is not None:
            return undecided(f"no inequality is seen between real numbers: {odd} may be complex")
    return proved("of real numbers")


def _apart_from_parameters(
    before: sympy.Expr, after: sympy.Expr, domain: Domain
) -> tuple[sympy.Expr, sympy.Expr]:
    """Bound variables that hide a parameter get other names, so that no fact about it is used."""
    taken = {s for p in domain.parameters for s in symbols_of(p.symbol)}
    bound = {v for e in (before, after) for o in e.atoms(ExprWithLimits) for v in o.variables}
    bound |= {o.args[1] for e in (before, after) for o in e.atoms(sympy.Limit)}
    if not bound & taken:
        return before, after
    both = rename_apart(sympy.Tuple(before, after), bound & taken)
    return both[0], both[1]


_BREAKS_OFF = (
    NotEnclosable,
    NoExpansion,
    BasePolynomialError,
    PoleError,
    NotImplementedError,
    ArithmeticError,
    ValueError,
    TypeError,
    AttributeError,
    LookupError,
    RecursionError,
)


def _numbers_against(
    rule: Rule, before: sympy.Expr, after: sympy.Expr, domain: Domain
) -> Finding | None:
    """A refutation of the step itself, not of how it was argued."""
    relation = rule.relation
    if relation in ("=", "<=", ">="):
        found, _ = contradicted(before, relation, after, domain)
        if found is not None:
            return found
    if relation == "=":
        _, numbers = compare_numerically(before, after, domain)
        if numbers is not None:
            reason = f"at {numbers['at']}: about {numbers['before']} against {numbers['after']}"
            return Finding(Status.REFUTED, reason, numbers)
    if relation == "+-" and (remainder := rule.remainder(domain)) is not None:
        found, _ = contradicted(sympy.Abs(before - after), "<=", remainder, domain)
        return found
    if relation == "~" and (tends := rule.tends()) is not None:
        numbers = departing_ratio(before, after, *tends, domain)
        if numbers is not None:
            reason = f"the ratio is not seen to tend to 1: {', '.join(map(str, numbers.items()))}"
            return Finding(Status.REFUTED, reason, numbers)
    return None


def unfit_variable(expression: sympy.Basic, domain: Domain) -> str | None:
    """Why a bound variable does not fit its range, or None.

    SymPy simplifies by what a symbol is assumed to be, so ``sqrt(k**2)`` is ``k`` for a positive
    ``k``, also under a sum that runs over negative integers.
    """
    if not expression.has(ExprWithLimits):
        return None
    if not isinstance(expression, ExprWithLimits):
        return next(filter(None, (unfit_variable(a, domain) for a in expression.args)), None)
    inside = domain
    for limit in reversed(expression.limits):
        if len(limit) != 3:
            return f"{expression.func.__name__} over {limit[0]} has no ends"
        if isinstance(expression, (sympy.Sum, sympy.Product, sympy.Integral)):
            problem = _misfit(limit, isinstance(expression, sympy.Integral), inside)
        else:
            problem = _misfit_of_iterates(expression, limit, inside)
        if problem is not None:
            return problem
        inside = inside.inside(expression, limit)
    return unfit_variable(expression.function, inside)


def _misfit_of_iterates(operation: Any, limit: Any, domain: Domain) -> str | None:
    """For a variable that a map gives new values: what it is assumed to be must stay so."""
    variable, start, _ = limit
    if variable.is_number or not variable.is_Symbol:
        return f"{variable} is no symbol"
    inside = domain.inside(operation, limit)
    for name, value in variable.assumptions0.items():
        if value and name in _KEPT and not _implied(name, variable):
            for side, known in ((start, domain), (operation.function, inside)):
                if not _KEPT[name](side, known):
                    return f"{variable} is assumed to be {name}, which {side} is not seen to be"
    special = ("even", "odd", "prime", "composite", "irrational", "imaginary", "zero")
    if any(getattr(variable, f"is_{name}") for name in special):
        return f"{variable} is assumed to be more than a number of one sign"
    return None


def _implied(name: str, variable: sympy.Symbol) -> bool:
    """Whether another assumption that is checked says more."""
    if name == "extended_real":
        return bool(variable.is_nonnegative or variable.is_nonpositive)
    if name in ("nonnegative", "nonpositive", "nonzero"):
        return bool(variable.is_positive or variable.is_negative)
    return False


def _is_seen_real(side: sympy.Expr, domain: Domain) -> bool:
    forms = domain.forms()
    return all(bool(side.subs(form, simultaneous=True).is_extended_real) for form in forms)


_KEPT: dict[str, Callable[[sympy.Expr, Domain], bool]] = {
    "extended_real": _is_seen_real,
    "integer": lambda side, _: bool(side.is_integer),
    "positive": surely_positive,
    "negative": lambda side, domain: surely_positive(-side, domain),
    "nonnegative": surely_nonnegative,
    "nonpositive": lambda side, domain: surely_nonnegative(-side, domain),
    "nonzero": lambda side, domain: surely_positive(side, domain) or surely_positive(-side, domain),
}


def _misfit(limit: Any, continuous: bool, domain: Domain) -> str | None:
    variable, low, high = limit
    if variable.is_number or not variable.is_Symbol:
        return f"{variable} is no symbol"
    if continuous and variable.is_integer:
        return f"the integral runs over {variable}, which is an integer"
    special = ("even", "odd", "prime", "composite", "irrational", "imaginary", "zero")
    if any(getattr(variable, f"is_{name}") for name in special):
        return f"{variable} is bound, and assumed to be more than a number of its range"
    if variable.is_positive and not continuous:
        fits = surely_nonnegative(low - 1, domain)
    elif variable.is_nonnegative:  # a positive integration variable may reach 0 at an end
        fits = surely_nonnegative(low, domain)
        fits = fits and (not continuous or surely_nonnegative(high, domain))
    elif variable.is_nonpositive:
        fits = surely_nonnegative(-high, domain)
        fits = fits and (not continuous or surely_nonnegative(-low, domain))
    else:
        fits = variable.is_nonzero is not True
    return (
        None if fits else f"{variable} is assumed to have a sign that {low}..{high} does not give"
    )
