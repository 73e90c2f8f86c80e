"""Signs that show only when what is known is used together: ranges, side conditions, powers.

`theory.core.signs` writes one variable at a time through a signed symbol. Here all of them are
written at once, in every order that the ranges and conditions allow. Each way holds at every point
of the domain, so that a sign that one of them shows is the sign everywhere.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import sympy
from sympy.concrete.expr_with_limits import ExprWithLimits

from theory.core.binding import symbols_of
from theory.core.domain import Domain, in_range, solved
from theory.core.signs import shows, surely_nonnegative, surely_positive, with_signed_symbols

__all__ = ["is_nonnegative_somehow"]

_MOST_WAYS = 24
_NOT_VALUES = (sympy.Derivative, sympy.Subs, sympy.Limit, sympy.Lambda)


def is_nonnegative_somehow(expression: sympy.Expr, domain: Domain) -> bool:
    """Whether some way to write the variables shows an expression to be at least 0."""
    for spelling in (expression, _with_powers(expression, domain)):
        if surely_nonnegative(spelling, domain):
            return True
        hidden = with_signed_symbols(spelling, domain)
        if hidden.has(sympy.oo, -sympy.oo, sympy.zoo, sympy.nan, *_NOT_VALUES):
            return False
        for way in itertools.islice(_ways(hidden, domain), _MOST_WAYS):
            written = hidden
            for table in way:
                written = written.subs(table, simultaneous=True)
            forms = (written.subs(form, simultaneous=True) for form in domain.forms())
            if all(shows(form, "is_extended_nonnegative") for form in forms):
                return True
    return False


def _ways(expression: sympy.Expr, domain: Domain) -> Iterator[tuple[dict[Any, Any], ...]]:
    """Substitutions one after the other, inner ranges before outer ones, conditions last."""
    choices: list[list[dict[Any, Any]]] = []
    for bounds in reversed(domain.ranges):
        choices.append([{bounds.variable: written} for written in in_range(bounds)] or [{}])
    conditions = [table for c in domain.where if (table := solved(c))]
    seen = symbols_of(expression)
    for chosen in itertools.product(*choices):
        spoken = seen.union(*(symbols_of(*table.values()) for table in chosen if table))
        used = _concerned(spoken, conditions)
        if len(used) + sum(map(bool, chosen)) < 2:
            continue  # one alone has been tried
        for order in itertools.permutations(used):
            yield (*chosen, *order)


def _concerned(spoken: set[Any], tables: list[dict[Any, Any]]) -> list[dict[Any, Any]]:
    """The conditions on what is spoken of, and on what these bring in."""
    used: list[dict[Any, Any]] = []
    while more := [t for t in tables if t not in used and t.keys() & spoken]:
        used += more
        spoken = spoken.union(*(symbols_of(*table.values()) for table in more))
    return used


def _with_powers(expression: sympy.Expr, domain: Domain) -> sympy.Expr:
    """Powers b^k with b >= 1 and k >= 0 as 1 + w, those with 0 < b <= 1 as 1 / (1 + w)."""
    table = {}
    bound = {v for o in expression.atoms(ExprWithLimits) for v in o.variables}
    for power in sorted(expression.atoms(sympy.Pow, sympy.exp), key=str):
        base, exponent = power.as_base_exp()
        if exponent.is_number or power.free_symbols & bound:  # one value, and not many
            continue
        way = next((s for s in (1, -1) if surely_nonnegative(s * exponent, domain)), 0)
        if not way:
            continue
        if not surely_nonnegative(base - 1, domain):
            if not (surely_positive(base, domain) and surely_nonnegative(1 - base, domain)):
                continue
            way = -way
        table[power] = (1 + sympy.Dummy("w", nonnegative=True)) ** way
    return expression.xreplace(table)
