"""Where a function of a sharpness turns from one sign to the other, and rules that find it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy
from sympy.concrete.expr_with_limits import ExprWithLimits

from theory.core.binding import replace_free
from theory.core.continuity import is_continuous, is_continuous_at
from theory.core.decision import (
    Finding,
    Status,
    decide_equal,
    decide_nonnegative,
    decide_positive,
)
from theory.core.domain import Domain
from theory.core.errors import NotEnclosable
from theory.core.observable import Observable
from theory.core.parameters import Parameter
from theory.core.rule import Rule, examine, proved, undecided, worst
from theory.core.rules.along_line import one_sided
from theory.core.rules.by_claim import written_out
from theory.core.statement import Bound
from theory.iteration_head.attention_rules import Theta

__all__ = ["GreatestByClaim", "Root", "RootAt", "RootBeyond", "RootRewritten"]


class Root(ExprWithLimits):
    """The point of an interval at which a continuous, strictly monotone function is 0.

    ``Root(body, (x, low, high))``; infinite ends do not belong to the interval.
    """

    def _eval_is_extended_real(self) -> bool | None:
        return True

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        x, low, high = (printer._print(part) for part in self.limits[0])
        whole = self.limits[0][1:] == (-sympy.oo, sympy.oo)
        where = rf"{x} \in \mathbb{{R}}" if whole else rf"{low} \le {x} \le {high}"
        body = printer._print(self.function)
        name = rf"\operatorname{{root}}_{{{where}}}"
        return rf"{name}\left[{body}\right]" if not exp else rf"({name}[{body}])^{{{exp}}}"


def _seen_from(root: Root, domain: Domain) -> tuple[sympy.Symbol, Any, Any, Domain]:
    ((x, low, high),) = root.limits
    return x, low, high, domain.within(x, low, high, discrete=False)


def _direction(root: Root, domain: Domain) -> int:
    """1 if the function is continuous and rises, -1 if it falls, 0 if neither is seen."""
    x, low, high, inside = _seen_from(root, domain)
    if root.function.has(Theta):  # which falls, all its terms being falling
        beside = root.function.coeff(Theta(x), 0)
        falls = sympy.expand(root.function - Theta(x) - beside) == 0 and not beside.has(x)
        return -1 if falls and decide_positive(x, inside).status is Status.PROVED else 0
    ends = [end for end in (low, high) if end not in (-sympy.oo, sympy.oo)]
    if not is_continuous(root.function, inside) or not all(
        is_continuous_at(root.function, x, end, domain) for end in ends
    ):
        return 0
    slope = sympy.diff(root.function, x)
    for way in (1, -1):
        if decide_positive(way * slope, inside).status is Status.PROVED:
            return way
    return 0


@dataclass(frozen=True, eq=False)
class RootRewritten(Rule):
    """The function whose root is taken is written in another way, which another rule justifies."""

    by: Rule

    @property
    def words(self) -> str:
        return self.by.words

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        if not (isinstance(before, Root) and isinstance(after, Root)):
            return undecided("the rule takes a root to a root")
        if before.limits != after.limits or self.by.relation != "=":
            return undecided("the root is sought elsewhere")
        x, low, high, inside = _seen_from(before, domain)
        ends = [end for end in (low, high) if end not in (-sympy.oo, sympy.oo)]
        sides = (before.function, after.function)
        if not all(is_continuous_at(side, x, end, domain) for side in sides for end in ends):
            return undecided("a function is not seen to be continuous at an end")
        return examine(self.by, before.function, after.function, inside)


@dataclass(frozen=True)
class RootAt(Rule):
    """A root is where the function is 0, which its sense makes the only place."""

    @property
    def words(self) -> str:
        return "the only root"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        if not isinstance(before, Root):
            return undecided("the rule takes a root")
        x, low, high, _ = _seen_from(before, domain)
        if after.has(x):
            return undecided(f"{x} has no meaning outside the root")
        within = []
        if low is not -sympy.oo:
            within.append(decide_nonnegative(after - low, domain))
        if high is not sympy.oo:
            within.append(decide_nonnegative(high - after, domain))
        if not _is_real(after, domain):
            return undecided(f"{after} is not seen to be a real number")
        if not _direction(before, domain):
            return undecided("the function is not seen to be continuous and monotone")
        return worst(*within, decide_equal(replace_free(before.function, {x: after}), 0, domain))


def _is_real(value: sympy.Expr, domain: Domain) -> bool:
    """Real and finite, its logarithms being of what is seen to be positive."""
    for logarithm in value.atoms(sympy.log):
        if decide_positive(logarithm.args[0], domain).status is not Status.PROVED:
            return False
    return bool(value.replace(sympy.log, lambda _: sympy.Dummy("log", real=True)).is_real)


@dataclass(frozen=True, eq=False)
class RootBeyond(Rule):
    """A root lies on one side of a number, as enclosures of the function there and at the ends say.

    Parameters
    ----------
    sense : {"<=", ">="}
        Whether the number is above or below the root.
    """

    sense: str = "<="

    @property
    def relation(self) -> str:
        return self.sense

    @property
    def words(self) -> str:
        return "the sign of the function there"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        if not isinstance(before, Root) or before.free_symbols or not after.is_number:
            return undecided("the rule compares a root without parameters with a number")
        x, low, high, _ = _seen_from(before, domain)
        if (wrong := one_sided(self.sense)).status is not Status.PROVED:
            return wrong
        if not (low.is_finite and high.is_finite):  # at infinity SymPy's values need not be limits
            return undecided("an end of the interval is infinite")
        way = _direction(before, domain)
        if not way or not (low < after < high):
            return undecided("the function is not seen to be monotone, or the number is outside")
        beyond = way if self.sense == "<=" else -way
        wanted = ((low, -way), (high, way), (after, beyond))
        signs = [_has_sign(before.function.subs(x, at), sign) for at, sign in wanted]
        return worst(*signs)


def _has_sign(value: sympy.Expr, sign: int) -> Finding:
    from theory.core.evaluation import enclose

    try:
        if enclose(sign * value, {}) > 0:
            return Finding(Status.CERTIFIED, "by the enclosure of its value")
    except NotEnclosable as problem:
        return undecided(str(problem))
    return undecided(f"{value} is not seen to have the sign")


@dataclass(frozen=True, eq=False)
class GreatestByClaim(Rule):
    """The greatest value of a quantity that an earlier claim bounds from above is that bound.

    The claim bounds a quantity that depends on a parameter, and the bound does not; they are equal
    at one value of the parameter. That the observable before the step is the greatest value of the
    quantity over all values of that parameter is for the writer to say, and the step's reason
    tells the reader: nothing else is known of the observable, which has no definition.

    Parameters
    ----------
    of : Observable
        The greatest value.
    claim : Claim
    over : Parameter
    at : expression
        Where the bound is attained.
    by : Rule
        Takes the quantity there to the bound.
    """

    of: Observable
    claim: Any
    over: Parameter
    at: Any
    by: Rule

    @property
    def words(self) -> str:
        return rf"\texttt{{{self.claim.id}}}, which is attained"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        statement = self.claim.statement
        if not isinstance(statement, Bound) or statement.sense != "<=" or len(statement.terms) != 2:
            return undecided(f"{self.claim.id} is not an upper bound")
        if self.of.definition is not None or before != self.of():
            return undecided("the greatest value must be an observable, known by its words alone")
        if self.of.name in {own.name for own in self.claim.observables}:
            return undecided(f"{before} is what {self.claim.id} speaks of, not its greatest value")
        if before.has(self.over.symbol):
            return undecided(f"the greatest value depends on {self.over.name}")
        if not set(self.claim.domain.remarks) <= set(domain.remarks):
            return undecided(f"{self.claim.id} has further hypotheses")
        quantity, high = (written_out(side, self.claim) for side in statement.terms)
        symbol, at = self.over.symbol, sympy.sympify(self.at)
        if high.has(symbol) or high != after or self.by.relation != "=":
            return undecided("the bound is another, or depends on the parameter")
        others = [p for p in self.claim.domain.parameters if p is not self.over]
        if set(before.args) != {p.symbol for p in others}:
            return undecided("the greatest value is that for the claim's other parameters")
        if not all(any(p is own for own in domain.parameters) for p in others):
            return undecided("the claim has further parameters")
        if not at.is_Integer or self.over.violation(int(at)) is not None:
            return undecided(f"{at} is not seen to be a value of {self.over.name}")
        fulfilled = [
            decide_nonnegative(condition.gts - condition.lts, domain)
            if isinstance(condition, (sympy.Le, sympy.Ge))
            else undecided(f"{condition} is not seen to hold")
            for condition in (c.subs(symbol, at) for c in self.claim.domain.where)
            if condition != sympy.true
        ]
        status = self.claim.derivation_report().worst
        read = f'"{self.of.meaning}" is read as the greatest value of {quantity} over {symbol}'
        return worst(
            Finding(status, f"by {self.claim.id}, whose own derivation is {status}; {read}"),
            proved("the bound does not depend on the parameter"),
            *fulfilled,
            examine(self.by, quantity.subs(symbol, at), after, domain),
        )
