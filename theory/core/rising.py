"""Whether an expression does not fall as one of its parts grows."""

from __future__ import annotations

import sympy
from sympy.concrete.expr_with_limits import ExprWithLimits

from theory.core.continuity import is_continuous, is_continuous_at
from theory.core.decision import Finding, decide_nonnegative
from theory.core.domain import Domain
from theory.core.rule import undecided, worst

__all__ = ["evaluated_variables", "is_bound_inside", "rises_with"]


def rises_with(whole: sympy.Expr, part: sympy.Symbol, domain: Domain) -> Finding:
    """The finding that ``whole`` falls nowhere as ``part`` grows, wherever its sign lets it be.

    A slope of one sign is not enough: -atan(1/x) has a positive slope and falls where it jumps.
    """
    slope = sympy.diff(whole, part)
    least = sympy.S.Zero if part.is_nonnegative else -sympy.oo
    inside = domain.within(part, least, sympy.oo, discrete=False)
    finding = decide_nonnegative(slope, domain)
    if _is_affine(whole, slope, part):
        return finding
    continuous = is_continuous(whole, inside)
    if part.is_nonnegative and not part.is_positive:
        continuous = continuous and is_continuous_at(whole, part, least, domain)
    if not continuous:
        return worst(finding, undecided(f"{whole} is not seen to be continuous in {part}"))
    return finding


def _is_affine(whole: sympy.Expr, slope: sympy.Expr, part: sympy.Symbol) -> bool:
    if slope.has(part) or whole.has(sympy.Derivative, sympy.Subs, sympy.Limit):
        return False
    return bool(sympy.expand(whole.subs(part, 0) + slope * part - whole) == 0)


def is_bound_inside(old: sympy.Expr, expression: sympy.Expr) -> bool:
    """Whether a part speaks of a variable that is bound where it occurs: it is many values."""
    bound = {v for o in expression.atoms(ExprWithLimits) for v in o.variables}
    bound |= {v for o in expression.atoms(sympy.Derivative) for v in o.variables}
    return bool(old.free_symbols & (bound | evaluated_variables(expression)))


def evaluated_variables(expression: sympy.Expr) -> set[sympy.Basic]:
    """The variables that limits and substitutions in an expression give other values."""
    variables = {o.args[1] for o in expression.atoms(sympy.Limit)}
    return variables | {v for o in expression.atoms(sympy.Subs, sympy.Lambda) for v in o.variables}
