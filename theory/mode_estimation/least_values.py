"""Least values of functions, and rules of derivation that find them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import sympy
from sympy.concrete.expr_with_limits import ExprWithLimits

from theory.core.binding import replace_free, symbols_of
from theory.core.continuity import is_continuous_at
from theory.core.decision import Finding, Status, decide_equal, decide_nonnegative
from theory.core.domain import Domain
from theory.core.observable import Observable
from theory.core.parameters import Parameter, Simplex
from theory.core.printing import in_words
from theory.core.rising import is_bound_inside
from theory.core.rule import Rule, examine, proved, undecided, worst
from theory.core.statement import Bound
from theory.mode_estimation.order_rules import surely_above

__all__ = ["AttainedAt", "AttainedBound", "Least", "RestOfLaw", "TermReplaced"]


_REAL = sympy.Symbol("t", real=True)


class Least(ExprWithLimits):
    """The greatest lower bound of a function of a real variable between two ends.

    ``Least(body, (t, low, high))``; infinite ends do not belong to the range.
    """

    def _eval_is_extended_real(self) -> bool | None:
        return True if self.function.is_extended_real else None

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        t, low, high = (printer._print(part) for part in self.limits[0])
        power = f"^{{{exp}}}" if exp else ""
        whole = self.limits[0][1:] == (-sympy.oo, sympy.oo)
        where = rf"{t} \in \mathbb{{R}}" if whole else rf"{low} \le {t} \le {high}"
        return rf"\left(\min_{{{where}}} {printer._print(self.function)}\right){power}"


@dataclass(frozen=True, eq=False)
class AttainedAt(Rule):
    """A least value is that at a point of the range, if it is nowhere less.

    Parameters
    ----------
    at : expression
    by : Rule
        Takes the function anywhere to its value there, as ``>=``.
    """

    at: Any
    by: Rule

    @property
    def words(self) -> str:
        return f"least at ${in_words(self.at)}$"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        found = sympy.sympify(before).atoms(Least)
        if len(found) != 1 or self.by.relation != ">=":
            return undecided("the rule takes an expression with one least value")
        (least,) = found
        at = sympy.sympify(self.at)
        ((t, low, high),) = least.limits
        if t in at.free_symbols or t.name in domain.names or is_bound_inside(least, before):
            return undecided(f"{t} has another meaning, or the least value is many")
        if t.assumptions0 != _REAL.assumptions0:
            return undecided(f"{t} is assumed to be more than a real number")
        value = replace_free(least.function, {t: at})
        inside = domain.within(t, low, high, discrete=False)
        within = []
        for end, gap in ((low, at - low), (high, high - at)):
            if end in (sympy.oo, -sympy.oo):
                continue
            within.append(decide_nonnegative(gap, domain))
            if not is_continuous_at(least.function, t, end, domain):  # it looks inside the range
                return undecided(f"the function is not seen to be continuous at {end}")
        if not at.is_real:
            return undecided(f"{at} is not seen to be real")
        return worst(
            *within,
            examine(self.by, least.function, value, inside),
            decide_equal(sympy.sympify(before).xreplace({least: value}), after, domain),
        )


@dataclass(frozen=True, eq=False)
class TermReplaced(Rule):
    """One term of a sum becomes another, as a rule says.

    Parameters
    ----------
    old, new : expressions
    by : Rule
        Takes the old term to the new one; the sum goes the same way.
    """

    old: Any
    new: Any
    by: Rule

    @property
    def relation(self) -> str:
        return self.by.relation

    @property
    def words(self) -> str:
        return self.by.words

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        old, new = sympy.sympify(self.old), sympy.sympify(self.new)
        if self.relation not in ("=", "<=", ">="):
            return undecided("an asymptotic step is not made term by term")
        if sympy.sympify(before) - old + new != after:
            return undecided("something but the term has changed")
        return examine(self.by, old, new, domain)


@dataclass(frozen=True, eq=False)
class RestOfLaw(Rule):
    """The probabilities from the third on are 1 minus the first two, under sums that are linear.

    Parameters
    ----------
    then : Rule
        Compares the two sides after that.
    """

    then: Rule

    @property
    def words(self) -> str:
        return "probabilities sum to $1$"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        if self.then.relation != "=":
            return undecided("the rule compares two sides that are equal")
        if any(sympy.sympify(side).has(sympy.Derivative, sympy.Subs) for side in (before, after)):
            return undecided("what holds of laws alone is not differentiated")
        one, two = (_without_sums(sympy.sympify(side), domain) for side in (before, after))
        return examine(self.then, one, two, domain)


def _without_sums(expression: sympy.Expr, domain: Domain) -> sympy.Expr:
    return expression.replace(
        lambda e: isinstance(e, sympy.Sum), lambda total: _linear(total, domain)
    )


def _linear(total: sympy.Sum, domain: Domain) -> sympy.Expr:
    """A sum of multiples of probabilities of classes 3, ..., m, or the sum as it stands."""
    if len(total.limits) != 1:
        return total
    ((k, low, high),) = total.limits
    value = sympy.S.Zero
    for term in sympy.Add.make_args(sympy.expand(total.function)):
        factor, entry = term.as_independent(k, as_Add=False)
        law = next(
            (
                q
                for q in domain.parameters
                if isinstance(q, Simplex) and entry == q[k] and _length(q) == high
            ),
            None,
        )
        if (
            law is None
            or low != 3
            or decide_nonnegative(high - 2, domain).status is not (Status.PROVED)
        ):
            return total
        value += factor * (1 - law[1] - law[2])
    return value


def _length(law: Simplex) -> sympy.Expr:
    return law.length.symbol if isinstance(law.length, Parameter) else sympy.Integer(law.length)


@dataclass(frozen=True, eq=False)
class AttainedBound(Rule):
    """The least value of a quantity that an earlier claim bounds from below is that bound.

    The claim bounds a quantity that depends on a law, and the bound does not; there is a law of
    the claim's domain for which the two are equal. That the observable before the step is the
    least value of the quantity over all laws of that domain is for the writer to say, and the
    step's reason tells the reader: nothing else is known of the observable, which has no
    definition.

    Parameters
    ----------
    least : Observable
        The least value.
    claim : Claim
    law : Simplex
        The parameter of the claim over which the least value is taken.
    at : callable
        The probability of class k in the law that attains the bound.
    by : Rule
        Takes the quantity there to the bound.
    """

    least: Observable
    claim: Any
    law: Simplex
    at: Callable[[Any], Any]
    by: Rule

    @property
    def words(self) -> str:
        return rf"\texttt{{{self.claim.id}}}, which is attained"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        statement = self.claim.statement
        if not isinstance(statement, Bound) or statement.sense != "<=" or len(statement.terms) != 2:
            return undecided(f"{self.claim.id} is not a lower bound")
        from theory.core.rules.by_claim import written_out

        low, quantity = (written_out(side, self.claim) for side in statement.terms)
        if low.has(self.law.symbol) or low != after:
            return undecided("the bound is another, or depends on the law")
        if self.by.relation != "=":
            return undecided("the rule must show equality")
        if self.least.definition is not None or before != self.least():
            return undecided("the least value must be an observable, known by its words alone")
        if self.least.name in {own.name for own in self.claim.observables}:
            return undecided(f"{before} is what {self.claim.id} speaks of, not its least value")
        if not set(self.claim.domain.remarks) <= set(domain.remarks):
            return undecided(f"{self.claim.id} has hypotheses that are not made here")
        if problem := self._unfit(quantity, domain):
            return undecided(problem)
        others = [q for q in self.claim.domain.parameters if q is not self.law]
        if not all(any(q is own for own in domain.parameters) for q in others):
            return undecided("the claim has further parameters")
        if not set(before.args) <= {q.symbol for q in others}:
            return undecided("the least value depends on more than the claim's other parameters")
        k = sympy.Dummy("k", integer=True, positive=True)
        beyond = domain.within(k, 3, _length(self.law), discrete=True)
        total = self.at(1) + self.at(2) + sympy.Sum(self.at(k), (k, 3, _length(self.law)))
        conditions = [self._there(c) for c in self.claim.domain.where]
        if not all(condition == sympy.true for condition in conditions):
            return undecided("the law is not seen to fulfil the hypotheses")
        positive = [
            surely_above(self.at(1), domain),
            surely_above(self.at(2), domain),
            surely_above(self.at(k), beyond),
        ]
        status = self.claim.derivation_report().worst
        read = f'"{self.least.meaning}" is read as the least {quantity}'
        return worst(
            Finding(status, f"by {self.claim.id}, whose own derivation is {status}; {read}"),
            proved("positive") if all(positive) else undecided("the law is not seen positive"),
            decide_nonnegative(_length(self.law) - 2, domain),
            examine(RestOfLaw(self.by), total, sympy.S.One, domain),
            examine(self.by, self._there(quantity), low, domain),
        )

    def _unfit(self, quantity: sympy.Expr, domain: Domain) -> str | None:
        """Why `at` may be no law of the claim's, or not the one that the quantity is taken at."""
        entry: Any = self.law.entry
        if type(self.law) is not Simplex or entry.low > 0 or entry.high < 1 or entry.high_open:
            return "the entries of the law are restricted"
        starts: dict[Any, set[Any]] = {}
        for total in quantity.atoms(ExprWithLimits):
            for k, *ends in total.limits:
                starts.setdefault(k, set()).add((type(total), *ends))
        beyond = {(sympy.Sum, sympy.Integer(3), _length(self.law))}
        for where in (quantity, *self.claim.domain.where):
            for value in where.atoms(sympy.Indexed):
                if value.base != self.law.symbol or value.indices[0] in (1, 2):
                    continue
                if starts.get(value.indices[0]) != beyond:
                    return f"{value} is not one of the first two, nor any of the others"
        known = {s for parameter in domain.parameters for s in parameter.symbol.free_symbols}
        k = sympy.Dummy("k", integer=True, positive=True)
        for value in (self.at(1), self.at(2), self.at(k)):
            if symbols_of(sympy.sympify(value)) - known - {k}:
                return f"{value} speaks of more than the parameters"
        return None

    def _there(self, expression: sympy.Basic) -> Any:
        """The expression at the law."""
        return expression.replace(
            lambda e: isinstance(e, sympy.Indexed) and e.base == self.law.symbol,
            lambda entry: self.at(entry.indices[0]),
        )
