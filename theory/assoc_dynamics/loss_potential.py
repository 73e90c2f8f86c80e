"""Rules of derivation for how fast a loss can fall along its gradient flow.

Nothing here is special to associative memories; the module may move to the core.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import sympy
from sympy.core.function import AppliedUndef

from theory.assoc_dynamics.descent import stated_positive
from theory.core.decision import Finding, decide_equal, decide_nonnegative, decide_positive
from theory.core.domain import Domain
from theory.core.parameters import Simplex
from theory.core.rule import Rule, examine, proved, undecided, worst
from theory.core.rules.along_line import no_jump
from theory.core.rules.by_claim import ByClaim
from theory.core.rules.monotone import decide_sign, equal
from theory.core.statement import Bound

__all__ = ["FLOW", "AlongGradientFlow", "ErrorByLoss", "UnderRoot"]

FLOW = "$\\dot W = -\\nabla L(W)$ for $t \\ge 0$, from $W = 0$, where all margins are 0"


@dataclass(frozen=True, eq=False)
class ErrorByLoss(Rule):
    r"""Bounds on a mean of ``1 - exp(-l)`` by the mean ``L`` of nonnegative ``l``.

    From above (``<=``): it is at most ``1 - exp(-L)``, as the function is concave.

    From below (``>=``), where all probabilities are at least q > 0: it is at least
    ``q (1 - exp(-L / q))``. For ``p_x l_x <= L`` and so ``l_x <= L / q``, and a concave function
    that is 0 at 0 is above its chord there: ``1 - exp(-l_x) >= l_x (1 - exp(-L / q)) q / L``. The
    mean of that is the bound. (For L = 0 both sides are 0.)

    Parameters
    ----------
    weights : Simplex
        The probabilities.
    values : callable
        The ``l`` of an index.
    least : expression, optional
        q, for the bound from below.
    remark : str
        The remark of the domain that says that q is positive and at most all probabilities.
    power : int
        Both lines are powers of the two sides, which are not negative; at least 1.
    """

    weights: Any
    values: Callable[[Any], Any]
    least: Any = None
    remark: str = ""
    power: int = 1

    @property
    def relation(self) -> str:
        return "<=" if self.least is None else ">="

    @property
    def words(self) -> str:
        if self.least is None:
            return "Jensen's inequality for a concave function"
        return "a concave function is above its chord, which ends at the largest loss of a token"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        if not isinstance(self.weights, Simplex) or self.weights not in domain.parameters:
            return undecided("the weights are no probabilities of the domain")
        length = self.weights.length
        size = sympy.sympify(length if isinstance(length, int) else length.symbol)
        x = sympy.Symbol("x", integer=True, positive=True)
        if x in size.free_symbols:
            return undecided("the number of tokens is called x")
        value = sympy.sympify(self.values(x))
        mean = sympy.Sum(self.weights[x] * value, (x, 1, size))
        error = sympy.Sum(self.weights[x] * (1 - sympy.exp(-value)), (x, 1, size))
        if not isinstance(self.power, int) or self.power < 1:
            return undecided("the power is no positive integer")
        found = [
            decide_nonnegative(value, domain.within(x, 1, size, discrete=True)),
            equal(before, error**self.power, domain),
        ]
        if self.least is None:
            return worst(*found, equal(after, (1 - sympy.exp(-mean)) ** self.power, domain))
        table, stated = stated_positive({self.least: self.remark}, domain)
        low = (sympy.sympify(self.least) * (1 - sympy.exp(-mean / self.least))) ** self.power
        return worst(*found, stated, equal(after.xreplace(table), low.xreplace(table), domain))


@dataclass(frozen=True, eq=False)
class UnderRoot(Rule):
    """Two square roots are equal because what is under them is.

    Parameters
    ----------
    inner : Rule
    backwards : bool
        Whether the inner rule takes what is under the second root to what is under the first.
    """

    inner: Rule
    backwards: bool = False

    @property
    def words(self) -> str:
        return self.inner.words

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        one, two = sympy.sympify(before), sympy.sympify(after)
        if any(not side.is_Pow or side.exp != sympy.S.Half for side in (one, two)):
            return undecided("the lines are no square roots")
        if self.inner.relation != "=":
            return undecided("what is under the roots must be replaced by what is equal")
        if self.backwards:
            one, two = two, one
        return examine(self.inner, one.base, two.base, domain)


@dataclass(frozen=True, eq=False)
class AlongGradientFlow(Rule):
    r"""A potential of the loss along the gradient flow, from how fast the loss falls at a place.

    Along ``W' = -grad L`` the loss has the rate ``-g``, g the squared norm of the gradient. Let F
    be a falling function on (0, oo). From ``g <= b(L)`` with ``-F'(v) b(v) = c`` for all v > 0
    follows that F(L) grows at most at the rate c, and from ``sqrt(g) >= a(L) >= 0`` with
    ``-F'(v) a(v)^2 = c`` at least. The flow exists for all times, as the gradient of a
    cross-entropy is bounded, and the loss with more than one label is positive.

    Parameters
    ----------
    bound : ByClaim
        A claim ``g <= ... <= b(L)``, or ``a(L) <= ... <= sqrt(g)``, at any memory.
    along, at, fall : expressions
        The loss along the flow; the loss and g at a memory, as in the claim.
    forms : (expression, expression)
        What the last two are defined to be; g as ``-Subs(Derivative(line, s), s, 0)``, where the
        line begins at the loss.
    weights : Simplex
        The probabilities that the loss is a mean with.
    margin : expression
        A margin as it occurs in the loss: an observable of two indices.
    potential : expression in ``variable``
    variable : symbol
        Positive.
    through : expression in one positive symbol
        How the variable runs through (0, oo), where the signs of the formulas need it.
    start : expression
        The loss where all margins are 0.
    time : expression
    positive : mapping from expression to str
        What is positive, and the remark of the domain that says so.
    sense : str
        ``<=`` from the potential to what bounds it from above, ``>=`` from below.
    """

    bound: ByClaim
    along: Any
    at: Any
    fall: Any
    forms: tuple[Any, Any]
    weights: Any
    margin: Any
    potential: Any
    variable: Any
    through: Any
    start: Any
    time: Any
    positive: Mapping[Any, str]
    sense: str = "<="

    @property
    def relation(self) -> str:
        return self.sense

    @property
    def words(self) -> str:
        shape = self.bound.claim.latex(self.potential)
        return f"the rate of ${shape}$ along the flow, {self.bound.words}"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        claim = self.bound.claim
        statement = claim.statement
        if FLOW not in domain.remarks:
            return undecided(f"the domain does not say: {FLOW}")
        if not isinstance(statement, Bound) or statement.sense != "<=" or self.bound.at:
            return undecided(f"{claim.id} is no bound")
        for hypothesis in (*claim.domain.where, *claim.domain.remarks):
            if hypothesis not in (*domain.where, *domain.remarks):
                return undecided(f"{claim.id} needs {hypothesis}")
        fall, at, along = (sympy.sympify(e) for e in (self.fall, self.at, self.along))
        v, time = sympy.sympify(self.variable), sympy.sympify(self.time)
        if not (v.is_Symbol and v.is_positive and isinstance(along, AppliedUndef)):
            return undecided("the potential is no function of a positive loss")
        if time not in along.args or v in {p.symbol for p in domain.parameters}:
            return undecided(f"{along} is no observable of the time")
        if self.sense == "<=" and statement.terms[0] == fall:
            pace, sign = statement.terms[-1], proved("nothing is squared")
        elif self.sense == ">=" and statement.terms[-1] == sympy.sqrt(fall):
            pace = statement.terms[0] ** 2
            sign = self._signed(statement.terms[0].xreplace({at: v}), domain)
        else:
            return undecided(f"{claim.id} does not bound {fall} on that side")
        potential = sympy.sympify(self.potential)
        falling = -sympy.diff(potential, v)
        table, stated = stated_positive(self.positive, domain)
        here = sympy.simplify((falling * pace.xreplace({at: v})).xreplace(table))
        rate = here.xreplace({symbol: part for part, symbol in table.items()})
        moving = {s for p in claim.domain.parameters for s in p.symbol.free_symbols}
        moving -= {s for p in domain.parameters for s in p.symbol.free_symbols}
        if rate.has(v) or rate.free_symbols & moving or rate.has(time):
            return undecided(f"the potential does not change at a constant rate: {rate}")
        begin = potential.subs(v, self.start) + rate * time
        status = claim.derivation_report().worst
        return worst(
            stated,
            sign,
            self._is_the_rate(domain),
            decide_nonnegative(time, domain),
            decide_positive(sympy.sympify(self.start), domain),
            self._signed(falling, domain, strictly=True),
            decide_equal(sympy.sympify(before).xreplace({along: v}), potential, domain),
            equal(after.xreplace(table), begin.xreplace(table), domain),
            Finding(status, f"by {claim.id}, whose own derivation is {status}"),
        )

    def _signed(self, formula: sympy.Expr, domain: Domain, strictly: bool = False) -> Finding:
        """The sign of a formula in the loss, which is written through another number."""
        table, stated = stated_positive(self.positive, domain)
        through = sympy.sympify(self.through).xreplace(table)
        own = [e for e in through.free_symbols - set(table.values()) if e.is_positive]
        if len(own) != 1 or own[0] in {p.symbol for p in domain.parameters}:
            return undecided("the loss is not written through one positive number")
        ends = [sympy.limit(through, own[0], end) for end in (0, sympy.oo)]
        if ends != [0, sympy.oo]:
            return undecided(f"{through} does not run through all positive numbers")
        v = sympy.sympify(self.variable)
        inside = sympy.simplify(formula.xreplace(table).subs(v, through))
        return worst(
            stated,
            no_jump(through, own[0], domain),
            (decide_positive if strictly else decide_sign)(inside, domain),
        )

    def _is_the_rate(self, domain: Domain) -> Finding:
        """That the two are a loss that begins where it is said, and minus its rate."""
        loss, fall = (sympy.sympify(form) for form in self.forms)
        inner = -fall
        if not isinstance(inner, sympy.Subs) or inner.point != sympy.Tuple(0):
            return undecided("what falls is no rate at 0")
        slope = inner.expr
        if not isinstance(slope, sympy.Derivative) or slope.variables != inner.variables:
            return undecided("what falls is no slope")
        (s,) = inner.variables
        margin = sympy.sympify(self.margin).func
        level = loss.replace(lambda e: isinstance(e, AppliedUndef) and e.func == margin, _zero)
        if not isinstance(self.weights, Simplex) or self.weights not in domain.parameters:
            return undecided("the weights are no probabilities of the domain")
        if not isinstance(level, sympy.Sum) or len(level.limits) != 1:
            return undecided("the loss is no mean over the tokens")
        ((x, low, high),) = level.limits
        length = self.weights.length
        if (low, high) != (1, length if isinstance(length, int) else length.symbol):
            return undecided("the loss is not a mean over all tokens")
        inside = domain.within(x, low, high, discrete=True)
        return worst(
            equal(slope.expr.subs(s, 0), loss, domain),
            decide_equal(level.function.doit(), self.weights[x] * self.start, inside),
        )


def _zero(*_: Any) -> sympy.Expr:
    return sympy.S.Zero
