"""A rule of derivation for finite sums with Kronecker deltas inside functions."""

from __future__ import annotations

from dataclasses import dataclass

import sympy

from theory.core.binding import is_infinite
from theory.core.decision import Finding, decide_equal
from theory.core.domain import Domain
from theory.core.exact import evaluate_sums
from theory.core.rule import Rule
from theory.core.sums import finite_sum_normal_form

__all__ = ["InnerDeltas"]


@dataclass(frozen=True, eq=False)
class InnerDeltas(Rule):
    """Finite sums inside functions are carried out, from the innermost on.

    Deltas of indices that are known to differ, by a side condition or by where the rule is applied
    (`EachTerm`), are 0.
    """

    @property
    def words(self) -> str:
        return "finite sums"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        conditions = (*domain.where, *getattr(domain, "assumed", ()))
        apart = {
            sympy.KroneckerDelta(*condition.args): sympy.S.Zero
            for condition in conditions
            if isinstance(condition, sympy.Ne)
        }

        def carried_out(e: sympy.Expr) -> sympy.Expr:
            if not e.args or not e.has(sympy.Sum):
                return e
            if isinstance(e, sympy.Sum):
                function = carried_out(e.function)
                whole = e.func(function, *e.limits)
                if is_infinite(whole):
                    return whole
                normal = finite_sum_normal_form(whole, domain).xreplace(apart)
                return sympy.sympify(evaluate_sums(normal, domain))
            return e.func(*(carried_out(argument) for argument in e.args))

        return decide_equal(carried_out(sympy.sympify(before)), carried_out(after), domain)
