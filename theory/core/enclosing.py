"""Balls for expressions: the table of rules, one for each kind of expression, and its entries.

A rule gets an expression and an environment and returns an Arb ball that holds the value, whatever
the rounding. Rules for the functions of SymPy are in `theory.core.enclosure_rules`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, TypeVar

import sympy
from flint import acb, arb, fmpq, fmpz

from theory.core.domain import exact_float
from theory.core.errors import ClaimError, NotEnclosable

__all__ = ["EnclosureRule", "Environment", "ball", "encloses", "whole_number"]

Environment = Mapping[str, Any]
EnclosureRule = Callable[[Any, dict[str, Any]], Any]
_Rule = TypeVar("_Rule", bound=EnclosureRule)

MAXIMAL_TERMS = 100_000

_RULES: dict[type, EnclosureRule] = {}


def encloses(*kinds: type[sympy.Basic]) -> Callable[[_Rule], _Rule]:
    """Register a rule for expressions of some kinds and of their subclasses.

    The rule takes the expression and an environment, a dict of values by name, and returns a ball
    that holds the value. Parts are enclosed with `ball`, whole numbers with `whole_number`; for a
    bound variable the environment is copied with a value of that name. It raises `NotEnclosable`
    where there is no value.

    Examples
    --------
    A function of one's own::

        @encloses(Softplus)
        def _softplus(e, environment):
            return ball(e.args[0], environment).exp().log1p()

    Raises
    ------
    ClaimError
        A kind has a rule already: what is proved must not depend on what else was loaded.
    """

    def register(rule: _Rule) -> _Rule:
        for kind in kinds:
            known = _RULES.setdefault(kind, rule)
            if known is not rule and not _is_reloaded(known, rule):
                raise ClaimError(f"{kind.__name__} has an enclosure already")
            _RULES[kind] = rule
        return rule

    return register


def _is_reloaded(known: EnclosureRule, rule: EnclosureRule) -> bool:
    """Whether two rules are the same lines of the same module, which was loaded again."""
    names = [
        (getattr(r, "__module__", None), getattr(r, "__qualname__", None)) for r in (known, rule)
    ]
    return names[0] == names[1] and "<" not in str(names[0][1])


def as_ball(value: Any) -> Any:
    """The thinnest ball that holds a number."""
    if isinstance(value, (arb, acb)):
        return value
    value = sympy.sympify(value)
    if value.is_Integer:
        return arb(fmpz(int(value)))
    if value.is_Rational:
        return arb(fmpq(int(value.p), int(value.q)))
    if isinstance(value, sympy.Float):
        exact = exact_float(value)
        return arb(fmpq(int(exact.p), int(exact.q)))
    if value.is_Number:
        raise NotEnclosable(f"{value} is no finite number")
    return ball(value, {})


def ball(e: sympy.Basic, env: dict[str, Any]) -> Any:
    """The ball of an expression, by the rule of its kind.

    Raises
    ------
    NotEnclosable
        A symbol has no value, or there is no rule.
    """
    if isinstance(e, sympy.Symbol):
        if e.name not in env or isinstance(env[e.name], tuple):
            raise NotEnclosable(f"{e.name} has no value")
        return as_ball(env[e.name])
    if isinstance(e, sympy.Number):
        return as_ball(e)
    if isinstance(e, sympy.Indexed):
        label = e.base.label
        values = env.get(label.name if isinstance(label, sympy.Symbol) else str(label))
        if not isinstance(values, tuple):
            raise NotEnclosable(f"{e.base.label} has no value")
        return as_ball(entry_of(values, [whole_number(index, env) for index in e.indices], e))
    if isinstance(e, sympy.core.function.AppliedUndef):
        if e.func.__name__ not in env:
            raise NotEnclosable(f"{e.func.__name__} has no value")
        return as_ball(env[e.func.__name__])
    for kind in type(e).__mro__:  # the nearest class that has one
        if (rule := _RULES.get(kind)) is not None:
            return rule(e, env)
    raise NotEnclosable(f"no enclosure for {e.func.__name__}")


def whole_number(e: sympy.Basic, env: dict[str, Any]) -> int:
    """The integer that an expression is, or `NotEnclosable`."""
    value = ball(e, env).unique_fmpz()
    if value is None:
        raise NotEnclosable(f"{e} is not a known integer")
    return int(value)


def entry_of(values: tuple[Any, ...], indices: Sequence[Any], expression: sympy.Basic) -> Any:
    """The entry of a sequence or matrix at indices counted from 1."""
    entry: Any = values
    for index in indices:
        if not 1 <= int(index) <= len(entry):
            raise NotEnclosable(f"index {index} of {expression} is outside 1..{len(entry)}")
        entry = entry[int(index) - 1]
    return entry


@lru_cache(maxsize=4096)
def _confused(operation: Any) -> str:
    """A name that a bound variable shares with another symbol inside, or nothing."""
    names = {limit[0].name for limit in operation.limits}
    inside = {s for s in operation.function.free_symbols if isinstance(s, sympy.Symbol)}
    bound = {limit[0] for limit in operation.limits}
    return next((s.name for s in inside - bound if s.name in names), "")


def require_one_meaning(operation: Any) -> None:
    """Values are looked up by name, so one name must not stand for two things."""
    if name := _confused(operation):
        raise NotEnclosable(f"{name} is both a bound variable and another symbol")


def limit_terms(count: int, expression: sympy.Basic) -> None:
    """Refuse to add up too many terms."""
    if count > MAXIMAL_TERMS:
        raise NotEnclosable(f"{count} terms of {expression.func.__name__} are too many to add up")


def is_indicator(e: sympy.Expr) -> bool:
    """A Kronecker delta, or 1 minus one."""
    if isinstance(e, sympy.Add) and len(e.args) == 2 and e.args[0] is sympy.S.One:
        e = -e.args[1]
    return isinstance(e, sympy.KroneckerDelta)


BUDGET = " terms left"  # in an environment, the number of terms that may be added; no symbol's name


def spend(terms: int, environment: Environment) -> None:
    """Take terms from the budget of an environment, if it has one."""
    if (left := environment.get(BUDGET)) is not None:
        left[0] -= max(terms, 0)
        if left[0] < 0:
            raise NotEnclosable("too many terms in all")
