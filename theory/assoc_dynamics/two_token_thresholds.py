"""Two tokens under gradient descent: the step sizes at which their margins begin to oscillate.

Two tokens with one and the same embedding cannot both be answered rightly; their margins sum to
zero, and the difference follows a map of one variable. Its thresholds in the step size are in
closed form, and differ from what the curvature of the loss at W = 0 suggests.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import sympy
from sympy import Derivative, Eq, Expr, Rational, Subs, Symbol, exp, log, sqrt

from theory import (
    Bound,
    Claim,
    Derivation,
    Domain,
    Identity,
    Observable,
    Real,
    Step,
    algebra,
    definition,
)
from theory.assoc_dynamics.certified_runs import ConvexGap, TermsReplaced
from theory.assoc_dynamics.descent import seen_real
from theory.assoc_dynamics.first_reach import ReachedAround
from theory.assoc_dynamics.two_tokens import DERIVED, alpha, c, p1, pulls, share
from theory.core.continuity import is_continuous
from theory.core.decision import Finding, Status, decide_nonnegative
from theory.core.evaluation import enclose
from theory.core.rule import Rule, undecided, worst
from theory.core.rules.finite_sums import SumDifferentiation
from theory.core.rules.hypotheses import ByHypothesis
from theory.core.rules.monotone import decide_sign

__all__ = [
    "gd_threshold",
    "gd_threshold_curve",
    "gd_threshold_damped",
    "gd_threshold_exit",
    "gd_threshold_first_loss",
    "gd_threshold_overshoot",
    "gd_threshold_rise",
    "gd_threshold_sharpness",
]

eta = Real("eta", above=0, latex=r"\eta", meaning="step size")
x = Symbol("x", real=True)
p2 = 1 - p1
SAME = "two tokens of one and the same unit embedding and different labels, $m = 0$ at first"
TWO = "two unit tokens of inner product $\\alpha$ with labels of their own; $p_2 = 1 - p_1$"


@dataclass(frozen=True, eq=False)
class AgainstRoot(Rule):
    """A number is at most a root, or a root at most a number, as their squares are."""

    @property
    def relation(self) -> str:
        return "<="

    @property
    def words(self) -> str:
        return "comparison of squares"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        before = sympy.sympify(before)
        gap = sympy.factor(sympy.expand(after**2 - before**2))
        found = [decide_nonnegative(gap, domain)]
        if _is_root(after):  # a negative number is below it anyway
            return worst(*found, seen_real(before, domain), decide_nonnegative(after.base, domain))
        if _is_root(before):
            real = decide_nonnegative(before.base, domain)
            return worst(*found, real, decide_nonnegative(sympy.factor(after), domain))
        return undecided("the rule compares a number and a root")


def _is_root(expression: sympy.Expr) -> bool:
    return bool(expression.is_Pow and expression.exp == Rational(1, 2))


class ReturnTime(sympy.Function):
    """The argument above 0 at which a convex function is again what it is at 0.

    ``ReturnTime(f, v)``: of f as a function of v.
    """

    nargs = (2,)

    def _eval_is_positive(self) -> bool | None:
        return True

    def _eval_simplify(self, **_: Any) -> sympy.Expr:
        return self

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        function, v = (printer._print(argument) for argument in self.args)
        return rf"\text{{return}}_{{{v} > 0}}\left({function}\right)"


@dataclass(frozen=True, eq=False)
class ReturnsBy(Rule):
    """A convex function that falls at first is back at a number, or is not, as balls show there."""

    sense: str = "<="

    @property
    def relation(self) -> str:
        return self.sense

    @property
    def words(self) -> str:
        return "the function is convex, and its value there, in balls, is on that side"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        if not isinstance(before, ReturnTime) or not after.is_positive or after.free_symbols:
            return undecided("the rule takes the argument of return to a positive number")
        given, variable = before.args
        if given.free_symbols - {variable}:
            return undecided(f"{given} depends on more than {variable}")
        if self.sense not in ("<=", ">="):
            return undecided(f"the rule is for inequalities, not for {self.sense}")
        v = sympy.Dummy("v", real=True)  # from 0 on, whatever the variable is assumed to be
        function = given.xreplace({variable: v})
        kinks = function.has(sympy.Abs, sympy.Max, sympy.Min, sympy.Piecewise)
        onward = Domain().within(v, -1, sympy.oo, discrete=False)
        smooth = (is_continuous(sympy.diff(function, v, n), onward) for n in range(3))
        if kinks or not all(smooth):
            return undecided(f"{given} is not seen to be smooth")
        rise = function - function.subs(v, 0)
        slope = enclose(sympy.diff(function, v).subs(v, 0))
        there = enclose(rise.subs(v, after), digits=50)
        holds = there >= 0 if self.sense == "<=" else there <= 0
        curved = sympy.factor(sympy.simplify(sympy.diff(function, v, 2)))
        later = sympy.Dummy("v", nonnegative=True)
        found = decide_sign(curved.xreplace({v: later}), domain)
        if not (slope < 0 and holds):
            return undecided(f"slope {slope.str(5)} at 0, and {there.str(5)} at {after}")
        return worst(found, Finding(Status.CERTIFIED, f"{there.str(5)} at {after}"))


def velocity(margin: Any) -> Expr:
    """Rate of the margin of token 1, that of token 2 being minus it."""
    first, second = pulls(p1, margin, -margin)
    return c * (first - second)


rest = log(p1 / p2)
slope = Subs(Derivative(velocity(x), x), x, rest)
AT_REST = Step(
    Eq(velocity(rest), 0, evaluate=False),
    by=algebra,
    note="the map rests where the pulls are equal",
)

threshold = Observable(
    "threshold",
    (p1, c),
    latex=r"\eta_{\mathrm{osc}}",
    meaning="step size beyond which gradient descent does not settle: two over minus the slope of "
    "the velocity at rest",
    definition=-2 / slope,
)
gd_threshold = Claim(
    id="assoc-dynamics.gd-threshold",
    title="From which step size on two tokens of the same embedding oscillate for ever",
    says=(
        "The rest point of gradient descent attracts for step sizes below two over c times the "
        "product of the probabilities and repels beyond; runs from margins 0 settle below, and "
        "oscillate for ever beyond. For orthonormal outputs and a token of probability 3/4 that is "
        "5.33."
    ),
    statement=Identity(threshold(), 2 / (c * p1 * p2)),
    domain=Domain(p1, c, remarks=(SAME,)),
    source=DERIVED,
    observables=(threshold,),
    derivation=Derivation(
        AT_REST,
        Step(threshold.definition, by=definition, note="there the linearised map is $-1$"),
        Step(2 / (c * p1 * p2), by=SumDifferentiation()),
    ),
)

damped = Observable(
    "damped",
    (p1, c),
    latex=r"\eta_{\mathrm{damp}}",
    meaning="step size beyond which the approach to rest alternates: one over minus the slope of "
    "the velocity at rest",
    definition=-1 / slope,
)
gd_threshold_damped = Claim(
    id="assoc-dynamics.gd-threshold-damped",
    title="From which step size on the approach alternates",
    says=(
        "The last approach to rest is from one side for step sizes up to half the threshold, and "
        "alternates between the sides beyond."
    ),
    statement=Identity(damped(), 1 / (c * p1 * p2)),
    domain=Domain(p1, c, remarks=(SAME,)),
    source=DERIVED,
    observables=(damped,),
    derivation=Derivation(
        AT_REST,
        Step(damped.definition, by=definition, note="there the linearised map is $0$"),
        Step(1 / (c * p1 * p2), by=SumDifferentiation()),
    ),
)

overshoot = Observable(
    "overshoot",
    (p1, c),
    latex=r"\eta_{\mathrm{over}}",
    meaning="step size beyond which the first step from margins 0 goes past rest",
    definition=rest / velocity(0),
)
gd_threshold_overshoot = Claim(
    id="assoc-dynamics.gd-threshold-overshoot",
    title="From which step size on the first step goes too far",
    says=(
        "The first step from margins 0 goes past rest for step sizes beyond the log of the ratio "
        "of the probabilities over c times the excess of the larger one over one half: for "
        "orthonormal outputs and a token of probability 3/4 beyond 2.197."
    ),
    statement=Identity(overshoot(), rest / (c * (p1 - Rational(1, 2)))),
    domain=Domain(p1, c, remarks=(SAME,)),
    source=DERIVED,
    observables=(overshoot,),
    derivation=Derivation(
        AT_REST,
        Step(overshoot.definition, by=definition),
        Step(rest / (c * (p1 - Rational(1, 2))), by=algebra),
    ),
)

product = share * (1 - share)
root = sqrt((1 - 2 * share) ** 2 + 4 * product * alpha**2)
curvature = Subs(Derivative(log(1 + exp(-x)), (x, 2)), x, 0)
entry1, entry2 = c * curvature * share, c * curvature * (1 - share)
determinant = entry1 * entry2 * (1 - alpha**2)
sharpness = Observable(
    "sharpness",
    (share, alpha, c),
    latex=r"\lambda_{\max}",
    meaning="largest eigenvalue of the Hessian of the loss at W = 0",
    definition=(entry1 + entry2 + sqrt((entry1 + entry2) ** 2 - 4 * determinant)) / 2,
)
at_zero = c / 8 * (1 + root)

gd_threshold_sharpness = Claim(
    id="assoc-dynamics.gd-threshold-sharpness",
    title="The sharpness of the loss of two tokens at the start",
    says=(
        "At W = 0 the largest eigenvalue of the Hessian is c / 8 times one plus a root, which lies "
        "between c / 8 and c / 4."
    ),
    statement=Identity(sharpness(), at_zero),
    domain=Domain(share, alpha, c, remarks=(TWO,)),
    source=DERIVED,
    observables=(sharpness,),
    derivation=Derivation(
        Step(
            sharpness.definition,
            by=definition,
            note="trace and determinant of the Hessian on the span of the two outer products",
        ),
        Step(at_zero, by=SumDifferentiation()),
    ),
)

gain1 = c / 2 * (share - alpha * (1 - share))
gain2 = c / 2 * (1 - share - alpha * share)
first_loss = Observable(
    "first_loss",
    (share, alpha, c, eta),
    latex=r"\mathcal{L}_1",
    meaning="loss after the first step of gradient descent from W = 0",
    definition=share * log(1 + exp(-eta * gain1)) + (1 - share) * log(1 + exp(-eta * gain2)),
)
STABLE = eta * at_zero <= 2
spread = share * (share - alpha * (1 - share)) ** 2 + (1 - share) * (1 - share - alpha * share) ** 2
level = 1 - 4 * product * (1 + alpha)  # twice p^T K p, minus 1
v = Symbol("v", real=True)


def below_parabola(weight: Any, gain: Any) -> tuple[Any, ...]:
    """The loss of a token replaced by a parabola above it."""
    old, new = log(1 + exp(-eta * gain)), log(2) - eta * gain / 2 + (eta * gain) ** 2 / 8
    touching = ConvexGap(
        log(1 + exp(-v)), log(2) - v / 2 + v**2 / 8, v, of=eta * gain, low=-sympy.oo
    )
    return weight, old, new, touching


terms = (below_parabola(share.symbol, gain1), below_parabola(1 - share, gain2))
parabola = share * terms[0][2] + (1 - share) * terms[1][2]
edge = eta * c * product * (1 - alpha**2) / (2 * (1 + root) ** 2)

gd_threshold_first_loss = Claim(
    id="assoc-dynamics.gd-threshold-first-loss",
    title="Up to two over the sharpness the first step does not raise the loss",
    says=(
        "From W = 0 a first step of at most two over the largest eigenvalue of the Hessian never "
        "raises the loss of two tokens. Somewhat larger steps need not either: "
        "with inner product 0.95 and probabilities 3/4 and 1/4 only those beyond 5.44 do, and two "
        "over the sharpness is 4.08."
    ),
    statement=Bound(first_loss(), "<=", log(2)),
    domain=Domain(share, alpha, c, eta, where=(STABLE,), remarks=(TWO,)),
    source=DERIVED,
    observables=(first_loss,),
    derivation=Derivation(
        Step(first_loss.definition, by=definition),
        Step(parabola, by=TermsReplaced(terms)),
        Step(
            log(2) - eta * c * (1 + level) / 8 + eta**2 * c**2 / 32 * spread,
            by=algebra,
        ),
        Step(
            log(2) - eta * c * (1 + level) / 8 + eta * c * spread / (2 * (1 + root)),
            by=ByHypothesis({STABLE: eta * c * spread / (4 * (1 + root))}, sense="<="),
        ),
        Step(log(2) + edge * (level - root), by=algebra),
        Step(log(2), by=TermsReplaced(((edge, level, root, AgainstRoot()),))),
    ),
)

w = Symbol("w", nonnegative=True)
REPOSITORY_PAIR = {share.symbol: Rational(3, 4), alpha.symbol: Rational(19, 20), c.symbol: 2}
rising = Observable(
    "rising",
    (),
    latex=r"\eta_{\uparrow}",
    meaning="step size beyond which the first step from W = 0 raises the loss",
    definition=ReturnTime(first_loss.definition.subs({**REPOSITORY_PAIR, eta.symbol: w}), w),
)
BETWEEN = Rational(54392, 10**4), Rational(54393, 10**4)

gd_threshold_rise = Claim(
    id="assoc-dynamics.gd-threshold-rise",
    title="From which step size on the first step raises the loss",
    says=(
        "For inner product 0.95, probabilities 3/4 and 1/4 and orthonormal outputs the first step "
        "from W = 0 raises the loss for step sizes beyond 5.4392, and for no others. Two over the "
        "sharpness at W = 0 is 4.08."
    ),
    statement=Bound(BETWEEN[0], "<=", rising(), "<=", BETWEEN[1]),
    domain=Domain(remarks=("two unit tokens of inner product 19/20, $p = (3/4, 1/4)$, $c = 2$",)),
    source=DERIVED,
    observables=(rising,),
    derivation=Derivation(
        Step(rising.definition, by=definition),
        Step(BETWEEN[0], by=ReturnsBy(">=")),
        Step(rising.definition, by=definition),
        Step(BETWEEN[1], by=ReturnsBy("<=")),
    ),
)

wrong = Real("s", above=0, below=1, meaning="probability of the wrong label for token 2")
pull = p2 * wrong
weight1, weight2 = pull * (1 - pull / p1), pull * (1 - wrong)
total = pull * (2 - pull / (p1 * p2))
inside = (weight1 - weight2) ** 2 + 4 * alpha**2 * weight1 * weight2
curve_sharpness = Observable(
    "curve_sharpness",
    (p1, alpha, c, wrong),
    latex=r"\lambda_{\max}(v)",
    meaning="largest eigenvalue of the Hessian of the loss where both pulls are v",
    definition=c * (weight1 + weight2 + sqrt(inside)) / 2,
)

gd_threshold_curve = Claim(
    id="assoc-dynamics.gd-threshold-curve",
    title="How the sharpness falls along the slow curve",
    says=(
        "Where both tokens pull by the same v, the largest eigenvalue of the Hessian lies between "
        "(1 + alpha) / 2 times and once c v (2 - v / (p1 p2)). As v falls along the curve, so does "
        "the sharpness, and what oscillates there ends: with distinct embeddings it is transient."
    ),
    statement=Bound(c * (1 + alpha) / 2 * total, "<=", curve_sharpness(), "<=", c * total),
    domain=Domain(p1, alpha, c, wrong, remarks=(TWO, "$v = p_2 s$ is the pull of each token")),
    source=DERIVED,
    observables=(curve_sharpness,),
    derivation=Derivation(
        Step(c * (1 + alpha) / 2 * total, by=definition),
        Step(c * total / 2 + c / 2 * (alpha * total), by=algebra),
        Step(
            c * total / 2 + c / 2 * sqrt(inside),
            by=TermsReplaced(((c / 2, alpha * total, sqrt(inside), AgainstRoot()),)),
        ),
        Step(curve_sharpness.definition, by=algebra),
        Step(curve_sharpness.definition, by=definition),
        Step(c * total / 2 + c / 2 * sqrt(inside), by=algebra),
        Step(
            c * total,
            by=TermsReplaced(((c / 2, sqrt(inside), total, AgainstRoot()),)),
        ),
    ),
)

k = Real("k", at_least=0, below=1, meaning="how far the step size is beyond the threshold")
critical = c * (1 + alpha) * p1 * p2 * (1 - k**2) / 2
leaving = Observable(
    "leaving",
    (p1, alpha, c, k),
    latex="s_{\\downarrow}",
    meaning=(
        "least probability of the wrong label for token 2 at which, along the slow curve where the "
        "pulls are equal, the largest eigenvalue of the Hessian is at least two over the step size"
    ),
)

at_level = ReachedAround(
    gd_threshold_curve,
    place=leaving(),
    variable=wrong.symbol,
    level=critical,
    peak=p1.symbol,
)

gd_threshold_exit = Claim(
    id="assoc-dynamics.gd-threshold-exit",
    title="Where along the slow curve the oscillation ends",
    says=(
        "Let the step size be that of the threshold over 1 minus k squared. Along the slow curve "
        "both pulls v fall, and the oscillation ends where the largest eigenvalue of the Hessian "
        "is two over the step size: at a pull of at most p1 p2 (1 - k), and at least what this "
        "would be with the two embeddings the same. As alpha tends to 1 the two meet."
    ),
    statement=Bound(
        p1 * (1 - sqrt((1 - alpha + (1 + alpha) * k**2) / 2)),
        "<=",
        leaving(),
        "<=",
        p1 * (1 - k),
    ),
    domain=Domain(
        p1,
        alpha,
        c,
        k,
        remarks=(
            TWO,
            "$v = p_2 s$ is the pull of each token",
            "the step size is $4 / (c (1 + \\alpha) p_1 p_2 (1 - k^2))$",
        ),
    ),
    source=DERIVED,
    observables=(leaving, curve_sharpness),
    derivation=Derivation(
        Step(leaving(), by=definition),
        Step(
            p1 * (1 - sqrt((1 - alpha + (1 + alpha) * k**2) / 2)),
            by=replace(at_level, sense=">="),
        ),
        Step(leaving(), by=definition),
        Step(p1 * (1 - k), by=at_level),
    ),
    uses=("assoc-dynamics.gd-threshold-curve",),
)
