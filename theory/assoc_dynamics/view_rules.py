"""Rules that treat what is seen of a memory, its scores or margins, as given numbers.

Nothing here is special to this topic; the module may move to the core.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import sympy
from sympy.concrete.expr_with_limits import ExprWithLimits

from theory.assoc_dynamics.descent import seen_real
from theory.core.binding import is_infinite
from theory.core.decision import Finding, Status, decide_equal
from theory.core.domain import Domain
from theory.core.parameters import Labels, Matrix
from theory.core.rising import is_bound_inside
from theory.core.rule import Rule, examine, undecided, worst

__all__ = ["Differentiated", "EitherLabel", "Named"]


def _not_refuted(finding: Finding) -> Finding:
    """The finding; numbers that are no views may tell lines apart that are equal."""
    if finding.status is Status.REFUTED:
        return undecided(f"not equal for numbers of any kind: {finding.reason}")
    return finding


@dataclass(frozen=True, eq=False)
class EitherLabel(Rule):
    """An equation for each of the two labels that a token may have; sums stand as they are.

    Parameters
    ----------
    label : expression
        The label of a token, one of two.
    """

    label: Any

    @property
    def words(self) -> str:
        return f"for ${sympy.latex(self.label)} = 1$ and $2$"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        kinds = [q for q in domain.parameters if isinstance(q, Labels)]
        if not any(q.classes == 2 and self.label.base == q.symbol for q in kinds):
            return undecided(f"{self.label} is not one of two labels")
        if any(is_bound_inside(self.label, sympy.sympify(side)) for side in (before, after)):
            return undecided(f"{self.label} is the label of many tokens")
        found = []
        for value in (1, 2):
            one, two = (
                sympy.sympify(side).xreplace({self.label: sympy.Integer(value)})
                for side in (before, after)
            )
            sums = sorted(one.atoms(sympy.Sum) | two.atoms(sympy.Sum), key=sympy.default_sort_key)
            opaque = {total: sympy.Dummy("sum", real=True) for total in sums}
            finding = decide_equal(one.xreplace(opaque), two.xreplace(opaque), domain)
            found.append(_not_refuted(finding))
        return worst(*found)


@dataclass(frozen=True, eq=False)
class Named(Rule):
    """A rule applied with views of the state as entries of a vector, whatever these entries are.

    The views are real, and depend on bound variables only by the token that they are of.

    Parameters
    ----------
    rule : Rule
        For equations.
    view : callable
        Of a token, gives the expression that becomes an entry.
    of : Matrix
        Its rows belong to the tokens: their indices are the tokens that occur.
    """

    rule: Rule
    view: Callable[[Any], sympy.Expr]
    of: Matrix

    @property
    def relation(self) -> str:
        return self.rule.relation if self.rule.relation == "=" else "?"

    @property
    def words(self) -> str:
        return self.rule.words

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        entries = sympy.IndexedBase(sympy.Dummy("view"), real=True)
        sides = sympy.sympify(before), sympy.sympify(after)
        any_token = sympy.Dummy("token", integer=True, positive=True)
        view = sympy.sympify(self.view(any_token))
        if any(side.has(sympy.Derivative, sympy.Subs, sympy.Limit) for side in sides):
            return undecided("a view is no constant where something in it varies")
        if any(is_bound_inside(view, side) for side in sides):
            return undecided(f"the views {view} have a bound variable")

        def named(expression: sympy.Expr) -> sympy.Expr:
            indices = {
                e.indices[0] for e in expression.atoms(sympy.Indexed) if e.base == self.of.symbol
            }
            views = {self.view(index): entries[index] for index in indices}
            negative = {-view: -entry for view, entry in views.items()}  # SymPy flattens products
            return expression.xreplace(views | negative)

        found = examine(self.rule, named(sides[0]), named(sides[1]), domain)
        return worst(seen_real(view, domain), _not_refuted(found))


@dataclass(frozen=True, eq=False)
class Differentiated(Rule):
    """Derivatives are carried out under finite sums; another rule brings them to their form."""

    rule: Rule

    @property
    def relation(self) -> str:
        return self.rule.relation

    @property
    def words(self) -> str:
        return "differentiation"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        before = sympy.sympify(before)
        if self.rule.relation not in ("=", "<=", ">="):
            return undecided(f"the rule takes no step of the kind {self.rule.relation}")
        derivatives = before.atoms(sympy.Derivative)
        for operation in (o for e in derivatives for o in e.expr.atoms(ExprWithLimits)):
            if not isinstance(operation, sympy.Sum) or is_infinite(operation):
                return undecided("the derivative is under an operation that is no finite sum")
        if any(is_bound_inside(v, e.expr) for e in derivatives for v in e.variables):
            return undecided("the derivative is in what a sum runs over")
        value = before.replace(
            lambda e: isinstance(e, sympy.Derivative), lambda e: e.expr.diff(*e.variables)
        )
        if value.has(sympy.Derivative):
            return undecided("a derivative is left standing")
        return examine(self.rule, value, after, domain)
