"""What the rules about maps and flows of the plane ask of the coordinates that they follow."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sympy

from theory.core.binding import symbols_of
from theory.core.continuity import is_continuous
from theory.core.decision import Finding
from theory.core.domain import Domain
from theory.core.rule import proved, undecided

__all__ = ["are_coordinates", "is_continuous_on_line", "is_plainly_real"]


def is_plainly_real(symbol: Any) -> bool:
    """Whether a symbol stands for any real number: nothing else is assumed of it."""
    plain = sympy.Symbol("plain", real=True)
    return isinstance(symbol, sympy.Symbol) and symbol.assumptions0 == plain.assumptions0


def are_coordinates(
    coordinates: Iterable[Any], domain: Domain, *constants: Any, seen: Iterable[Any] = ()
) -> Finding:
    """That symbols may take any real value, whatever the domain is, and constants have none.

    Parameters
    ----------
    coordinates : symbols
        A sign that SymPy assumes of them, or the range of a parameter, need not last.
    domain : Domain
    *constants : expressions
        Must not have them.
    seen : expressions
        May have them, but no other symbol of the same name.
    """
    coordinates = tuple(coordinates)
    names = {getattr(v, "name", None) for v in coordinates}
    taken = set(domain.names) | {bounds.variable.name for bounds in domain.ranges}
    taken |= {s.name for p in domain.parameters for s in symbols_of(p.symbol)}
    if not all(map(is_plainly_real, coordinates)):
        return undecided(f"{coordinates} are not symbols for any real numbers")
    if len(names) < len(coordinates) or names & taken:
        return undecided(f"{coordinates} are not symbols of their own")
    if any(s.name in names for s in symbols_of(*map(sympy.sympify, constants))):
        return undecided(f"what stands still has one of {coordinates}")
    others = symbols_of(*map(sympy.sympify, seen)) - set(coordinates)
    if any(s.name in names for s in others):
        return undecided(f"another symbol has the name of one of {coordinates}")
    return proved("coordinates")


def is_continuous_on_line(function: Any, variable: sympy.Symbol, domain: Domain) -> bool:
    """Whether a function is seen to be continuous at every real value of its variable."""
    real = sympy.Dummy("real", real=True)
    line = domain.within(real, -sympy.oo, sympy.oo, discrete=False)
    return is_continuous(sympy.sympify(function).xreplace({variable: real}), line)
