"""Values of an expression at a few made-up points, to save a proof that could not succeed.

A symbol stands here for any number that its assumptions allow: whatever is to be shown from the
assumptions alone fails, if it fails at one such point.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import sympy

from theory.core.errors import NotEnclosable
from theory.core.evaluation import enclose

__all__ = ["has_witness"]

_SCALES = (sympy.Integer(1), sympy.Rational(1, 9), sympy.Integer(6))


def has_witness(expression: sympy.Expr, against: Callable[[Any], bool]) -> bool:
    """Whether the value at some point is a ball that speaks against what is to be shown."""
    return any(map(against, _values(expression)))


def _values(expression: sympy.Expr) -> Iterator[Any]:
    atoms = sorted(expression.atoms(sympy.Symbol, sympy.Indexed), key=str)
    if any(atom.is_even or atom.is_odd or atom.is_zero or atom.is_real is False for atom in atoms):
        return  # not any number will do
    named = {atom: sympy.Symbol(f"atom{index}", real=True) for index, atom in enumerate(atoms)}
    plain = expression.xreplace(named)
    for scale in _SCALES:
        values = {name.name: _value(atom, i, scale) for i, (atom, name) in enumerate(named.items())}
        try:
            yield enclose(plain, values)
        except (NotEnclosable, NotImplementedError, ValueError, TypeError, ZeroDivisionError):
            return


def _value(atom: sympy.Expr, index: int, scale: sympy.Rational) -> sympy.Rational:
    size = scale * sympy.Rational(2 * index + 7, 7)
    if atom.is_integer:
        size = 1 + sympy.floor(2 * size)
    return -size if atom.is_extended_nonpositive else size
