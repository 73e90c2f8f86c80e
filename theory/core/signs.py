"""Signs of special values that SymPy's assumptions do not know."""

from __future__ import annotations

import sympy

from theory.core.domain import Domain

__all__ = ["above_one", "at_least_one", "positive_atoms"]


def above_one(value: sympy.Expr, domain: Domain) -> bool:
    """True for zeta(s) where the hypotheses give s > 1: the first term of its series is 1."""
    if not isinstance(value, sympy.zeta) or len(value.args) != 1:
        return False
    excess = sympy.expand((value.args[0] - 1).subs(domain.positive_form()))
    return bool(excess.is_positive)


def at_least_one(value: sympy.Expr, domain: Domain) -> bool:
    """True for harmonic numbers H_{N,s}, N >= 1 (their first term is 1), and such zeta values."""
    if isinstance(value, sympy.harmonic):
        return bool(value.args[0].is_positive)
    return above_one(value, domain)


def positive_atoms(expression: sympy.Expr, domain: Domain) -> dict[sympy.Expr, sympy.Symbol]:
    """Symbols known to be positive for the zeta and harmonic numbers of an expression.

    With them, powers of products split and signs are decided; put the values back with the
    inverse table.
    """
    table: dict[sympy.Expr, sympy.Symbol] = {}
    for value in sorted(expression.atoms(sympy.zeta, sympy.harmonic), key=str):
        if at_least_one(value, domain):
            table[value] = sympy.Dummy("value", positive=True)
    return table
