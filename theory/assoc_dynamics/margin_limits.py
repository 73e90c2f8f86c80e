r"""How fast margins grow when all tokens are support vectors: flows, and rules about their limits.

The theorem behind the rules. Let $K$ be the Gram matrix of linearly independent vectors $z_x$,
let $\lambda > 0$ solve $K \lambda = 1$, and let $m_x' = c \sum_k K_{xk} p_k / (1 + e^{m_k})$ with
$c, p > 0$, from any start. Then $e^{m_x} \sim c p_x t / \lambda_x$.

1. The loss $L = \sum p_x \log(1 + e^{-m_x})$ obeys $L' = -c |v|^2$ with $v = \sum_x p_x z_x /
   (1 + e^{m_x})$, and $|v|^2 \ge G^2 / \sum \lambda$ with $G = \sum p_x / (1 + e^{m_x})$ (the first
   claim that the rules rest on). As $L$ falls, the losses of the tokens stay below some $b$, where
   $1 - e^{-l} \ge \kappa l$ with $\kappa = (1 - e^{-b}) / b$, so $G \ge \kappa L$. Hence
   $(1 / L)' \ge c \kappa^2 / \sum \lambda$, and $t e^{-m_x}$ is bounded for $t \ge 1$.
2. Let $b_x = c p_x t e^{-m_x}$ and $\beta_x = c p_x t / (1 + e^{m_x})$, so that $0 < b_x - \beta_x
   = O(1 / t)$. In the time $\log t$ the function $V = \sum (b_x - \lambda_x - \lambda_x
   \log(b_x / \lambda_x)) \ge 0$ has the rate $\sum (b_x - \lambda_x)(1 - \sum_k K_{xk} \beta_k)$,
   at most half of $|\sum (b_x - \beta_x) z_x|^2 - |\sum (b_x - \lambda_x) z_x|^2$ (the second
   claim). The first square is $O(t^{-2})$, integrable in $\log t$; so $V$ converges, and the
   second square is integrable. Along a sequence it tends to 0, so $b \to \lambda$ there, as the
   $z_x$ are independent; then $V \to 0$ along it, hence altogether, and $b \to \lambda$.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sympy
from sympy.concrete.expr_with_limits import ExprWithLimits

from theory.assoc_dynamics.descent import seen_real
from theory.core.decision import Finding, decide_equal, decide_positive
from theory.core.domain import Domain
from theory.core.rule import Rule, undecided, worst

if TYPE_CHECKING:
    from theory.core.claim import Claim

__all__ = ["CoupledFlow", "MarginsSettle", "are_lemmas", "coupled_velocity", "only_flow"]


class CoupledFlow(sympy.Function):
    """One coordinate, at a time, of the solution of q_i' = velocity for all i at once.

    ``CoupledFlow(velocity, q, i, start, which, time)``: the velocity is an expression in q[k] and
    i, the start one in i.
    """

    nargs = (6,)
    followed = 0

    @property
    def time(self) -> sympy.Expr:
        """For how long it flows."""
        return self.args[5]

    def _eval_is_real(self) -> bool | None:
        return True

    def _eval_simplify(self, **_: Any) -> sympy.Expr:
        return self  # what it is made of is not seen from outside

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        velocity, q, i, start, which, time = (printer._print(argument) for argument in self.args)
        power = f"^{{{exp}}}" if exp else ""
        system = rf"\dot{{{q}}}_{{{i}}} = {velocity},\; {q}_{{{i}}}(0) = {start}"
        return rf"\left[{system}\right]_{{{which}}}{power}\left({time}\right)"


def coupled_velocity(scale: Any, vectors: Any, probability: Any, row: Any, values: Any) -> Any:
    """Velocity c sum_k <z_row, z_k> p_k / (1 + exp(values[k])) of a margin."""
    k, j = (sympy.Symbol(name, integer=True, positive=True) for name in "kj")
    gram = sympy.Sum(vectors[row, j] * vectors[k, j], (j, 1, vectors.columns.symbol))
    pull = probability(k) / (1 + sympy.exp(values[k]))
    return scale * sympy.Sum(gram * pull, (k, 1, vectors.length.symbol))


def only_flow(kind: Any, before: Any, after: sympy.Expr) -> Any:
    """The one flow in the line before, where the line after has none and time is a symbol.

    Nothing but the function that is followed may move with time: neither field nor start.
    """
    found = sympy.sympify(before).atoms(kind)
    if len(found) != 1 or after.has(kind):
        return None
    (flow,) = found
    fixed = sympy.Tuple(*flow.args[kind.followed : -1])
    return flow if flow.time.is_Symbol and not fixed.has(flow.time) else None


def are_lemmas(gradient: Claim, potential: Claim) -> bool:
    """Whether two claims are the inequalities that the theorem rests on."""
    from theory.assoc_dynamics import margins

    return (
        gradient is margins.max_margin_gradient and potential is margins.margin_constants_potential
    )


def _is_same(one: Any, other: Any) -> bool:
    return bool(sympy.sympify(one) == sympy.sympify(other))


@dataclass(frozen=True, eq=False)
class MarginsSettle(Rule):
    """e^m of every margin grows like time times c p / lambda: the theorem of this module.

    Parameters
    ----------
    vectors : Matrix
        The z, a row for each token.
    scale, probability, weight : expression and two callables of the token
        c, p and lambda.
    gradient, potential : Claim
        The two inequalities that the proof rests on.
    independent : str
        The remark of the domain that says that the z are independent. That lambda solves the
        equation is what the potential rests on: its remarks must be those of the domain.
    """

    vectors: Any
    scale: Any
    probability: Any
    weight: Any
    gradient: Claim
    potential: Claim
    independent: str
    time: Any

    @property
    def relation(self) -> str:
        return "~"

    @property
    def words(self) -> str:
        lemmas = rf"\texttt{{{self.gradient.id}}} and \texttt{{{self.potential.id}}}"
        return f"a function that falls along the flow in logarithmic time: {lemmas}"

    def tends(self) -> tuple[sympy.Symbol, sympy.Expr]:
        return sympy.sympify(self.time), sympy.oo

    def _rests_on_its_lemmas(self) -> bool:
        """Whether the claims are those of the theorem, and speak of these vectors and weights."""
        from theory.assoc_dynamics import margins  # which states them, and uses this rule

        if not are_lemmas(self.gradient, self.potential):
            return False
        token = sympy.Symbol("any", integer=True, positive=True)
        ours = (self.scale, self.probability(token), self.weight(token))
        theirs = (margins.c, margins.p[token], margins.weights[token])
        return self.vectors is margins.Z and all(map(_is_same, ours, theirs))

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        flow = only_flow(CoupledFlow, before, after)
        if flow is None or flow.time != self.time:
            return undecided("the rule takes a function of one margin to one of time")
        velocity, q, i, start, which, time = flow.args
        own = {v for o in velocity.atoms(ExprWithLimits) for v in o.variables}
        if i in own or {i.name, q.label.name} & set(domain.names):
            return undecided("the flow is not written in symbols of its own")
        if velocity != coupled_velocity(self.scale, self.vectors, self.probability, i, q):
            return undecided("the flow is not the one that the theorem is about")
        needed = (self.independent, *self.potential.domain.remarks)
        missing = [remark for remark in needed if remark not in domain.remarks]
        if missing:
            return undecided(f"the domain does not say: {missing[0]}")
        if not self._rests_on_its_lemmas():
            return undecided("the two claims are not those that the proof rests on")
        any_token = sympy.Symbol("any", integer=True, positive=True)
        signs = [self.scale, self.probability(any_token), self.weight(any_token)]
        lemmas = [c.derivation_report().worst for c in (self.gradient, self.potential)]
        rate = sympy.sympify(self.scale) * self.probability(which) / self.weight(which)
        power = sympy.simplify(time * sympy.diff(after, time) / after)
        if power.has(time):
            return undecided(f"{after} is no power of {time}")
        large = sympy.Dummy("v", positive=True)  # the exponential of the margin
        inside = sympy.sympify(before).xreplace({flow: sympy.log(large)})
        if inside.has(time):
            return undecided("the line before is no function of the margin alone")
        ratio = inside / after.subs(time, large / rate)
        entries = {
            part: sympy.Dummy("part", positive=True)
            for part in (*ratio.atoms(sympy.Indexed), *ratio.free_symbols)
            if part.is_positive and part != large
        }
        known = sympy.simplify(ratio.xreplace(entries))
        return worst(
            *(decide_positive(sign, domain) for sign in signs),
            seen_real(start, domain),
            *(Finding(status, "a claim that the proof rests on") for status in lemmas),
            decide_equal(sympy.limit(known, large, sympy.oo), 1, domain),
        )
