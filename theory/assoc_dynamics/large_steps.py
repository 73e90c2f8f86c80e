"""Gradient descent with large steps: how much one step can raise the loss, and when it cannot.

One step can raise the loss, but by no more than step size times squared radius, and only from a
loss above a level that the step size sets. Both hold for any embeddings, and the constants are
sharp.
"""

from __future__ import annotations

from typing import Any

from sympy import Derivative, Expr, Rational, Subs, Sum, Symbol, exp, log, oo

from theory import (
    Bound,
    ByClaim,
    Cited,
    Claim,
    Derivation,
    Domain,
    Equivalent,
    Identity,
    Integer,
    Labels,
    Limit,
    Matrix,
    Natural,
    Observable,
    Real,
    Seen,
    Simplex,
    Source,
    Standing,
    Step,
    Termwise,
    algebra,
    definition,
)
from theory.assoc_dynamics.descent import (
    DescentUnderCurvature,
    ExponentialTangent,
    ShiftedLogSum,
    SquareAdded,
)
from theory.assoc_dynamics.paper import PAPER
from theory.assoc_dynamics.softplus import AboveTangentLine
from theory.core.rules.finite_sums import FiniteSums, SumDifferentiation
from theory.core.rules.monotone import (
    ByRemark,
    EachTerm,
    OneSign,
    Replaced,
    SumsAsSymbols,
)
from theory.core.shorthand import Shorthand

__all__ = [
    "spike_bounds",
    "spike_bounds_critical",
    "spike_bounds_curvature",
    "spike_bounds_descent",
    "spike_bounds_rise",
    "spike_bounds_sharp",
    "spike_bounds_two_labels",
]

N = Natural("N", at_least=1, meaning="number of tokens")
M = Natural("M", at_least=2, meaning="number of labels")
d = Natural("d", at_least=1, meaning="dimension of the input embeddings")
l = Natural("l", at_least=1, latex="d'", meaning="dimension of the output embeddings")
E = Matrix("E", length=N, columns=d, entry=Real("e"), meaning="rows are the input embeddings")
U = Matrix("U", length=M, columns=l, entry=Real("u"), meaning="rows are the output embeddings")
W = Matrix("W", length=l, columns=d, entry=Real("w"), meaning="the memory")
V = Matrix("V", length=l, columns=d, entry=Real("v"), meaning="a direction")
f = Labels("f", length=N, classes=M, meaning="label of each token")
p = Simplex("p", length=N, meaning="probability of each token")
eta = Real("eta", above=0, latex=r"\eta", meaning="step size")
token = Integer("token", at_least=1, meaning="a token")
rival = Integer("wrong", at_least=1, meaning="one of the wrong labels of a token, by number")

k, x, y, z = (Symbol(name, integer=True, positive=True) for name in "kxyz")
i, j = (Symbol(name, integer=True, positive=True) for name in "ij")
s = Symbol("s", real=True)

margin = Observable(
    "pair_margin",
    (token, rival),
    latex="m",
    meaning="score of the right label of x minus that of its y-th wrong label",
)
interaction = Observable(
    "interaction",
    (token, rival, Integer("other", at_least=1), Integer("rival", at_least=1)),
    latex="C",
    meaning="inner product of the vectors of two pairs",
)
rate = Observable(
    "rate",
    (token, rival),
    latex=r"\dot m",
    meaning="rate at which the margin of a token over its wrong label grows along a direction",
)
radius = Observable(
    "radius",
    (E, U, f),
    latex="R",
    meaning="largest length of the vectors of the pairs",
)
R = radius()
PAIRS = (
    "a pair is a token with one of its $M - 1$ wrong labels; its vector is "
    "$(u_{f(x)} - u_y) e_x^\\top$, and $R > 0$ is the largest length of these vectors"
)
ALL_OCCUR = "every token has a positive probability"


def mass(row: Any) -> Expr:
    """Sum of the exponentials of minus the margins of a token over its wrong labels."""
    return Sum(exp(-margin(row, y)), (y, 1, M - 1))


odds = Shorthand("odds", (x,), "S_{@}", "odds against the right label of a token", mass(x))


def mean_over_errors(row: Any, value: Any) -> Expr:
    """Sum over the wrong labels of a token of their probabilities times values."""
    return Sum(exp(-margin(row, y)) * value(row, y), (y, 1, M - 1)) / (1 + mass(row))


def over_tokens(value: Any) -> Expr:
    """Mean over the tokens."""
    return Sum(p[x] * value, (x, 1, N))


def moved_loss(shift: Any) -> Expr:
    """The loss with shifted margins."""
    return over_tokens(log(1 + Sum(exp(-(margin(x, y) + shift)), (y, 1, M - 1))))


loss = Observable(
    "loss",
    (W,),
    latex="L(W)",
    meaning="cross-entropy: mean over the tokens of minus the logarithm of the right probability",
    definition=over_tokens(log(1 + mass(x))),
)
error = Observable(
    "error",
    (W,),
    latex="G(W)",
    meaning="mean probability of the wrong labels",
    definition=over_tokens(mass(x) / (1 + mass(x))),
)
pushed = Sum(
    p[k]
    * Sum(exp(-margin(k, z)) * interaction(x, y, k, z), (z, 1, M - 1))
    / (1 + Sum(exp(-margin(k, z)), (z, 1, M - 1))),
    (k, 1, N),
)
next_loss = Observable(
    "next_loss",
    (W, eta),
    latex="L(W')",
    meaning=(
        "loss after a gradient step of size eta: every wrong label z of every token k pushes the "
        "margins by the step size times its probability times the inner product of the pairs"
    ),
    definition=moved_loss(eta * pushed),
)
DERIVED = Source(PAPER, "benign loss spikes", seen=Seen.NOTHING, standing=Standing.DERIVED_HERE)
CAUCHY = "Cauchy--Schwarz inequality"
PLACE = "inner products of the pairs' vectors"
total_one = SumsAsSymbols(values={Sum(p[x], (x, 1, N)): (1, "p")})
instance = (N, M, d, l, E, U, f, p)

lifted = over_tokens(
    log(1 + Sum(exp(-margin(x, y) + eta * R**2 * error.definition), (y, 1, M - 1)))
)
spike_bounds = Claim(
    id="assoc-dynamics.spike-bounds",
    title="One gradient step raises the loss by at most step size times squared radius",
    says=(
        "From any memory a gradient step raises the loss by at most the step size times the "
        "squared radius times the mean probability of the wrong labels, and so multiplies it by "
        "at most one plus the step size times the squared radius. Nothing is assumed of the "
        "embeddings."
    ),
    statement=Bound(
        next_loss(),
        "<=",
        loss() + eta * R**2 * error(),
        "<=",
        (1 + eta * R**2) * loss(),
    ),
    domain=Domain(*instance, W, eta, remarks=(PAIRS,)),
    source=DERIVED,
    observables=(next_loss, loss, error, radius, margin, interaction, odds),
    derivation=Derivation(
        Step(next_loss.definition, by=definition),
        Step(
            moved_loss(eta * pushed.xreplace({interaction(x, y, k, z): -(R**2)})),
            by=Replaced(
                interaction(x, y, k, z), -(R**2), by=Cited(CAUCHY, PLACE, sense=">="), sense="<="
            ),
        ),
        Step(lifted, by=algebra),
        Step(
            over_tokens(eta * R**2 * error.definition + log(1 + mass(x))),
            by=Termwise(
                Replaced(
                    log(1 + Sum(exp(-margin(x, y) + eta * R**2 * error.definition), (y, 1, M - 1))),
                    eta * R**2 * error.definition + log(1 + mass(x)),
                    by=ShiftedLogSum(),
                )
            ),
        ),
        Step(eta * R**2 * error.definition + loss.definition, by=total_one),
        Step(eta * R**2 * error.definition + loss.definition, by=definition),
        Step(
            eta * R**2 * loss.definition + loss.definition,
            by=Replaced(
                error.definition,
                loss.definition,
                by=EachTerm(ExponentialTangent(of=-log(1 + mass(x)), times=p[x])),
            ),
        ),
        Step((1 + eta * R**2) * loss.definition, by=algebra),
    ),
    uses=("assoc-dynamics.particle-system",),
)

spike_bounds_rise = Claim(
    id="assoc-dynamics.spike-bounds-rise",
    title="No step raises the loss by more than step size times squared radius",
    says=(
        "From any memory a gradient step raises the loss by at most the step size times the "
        "squared radius. Three labels on a line come as close to that as one likes: a token whose "
        "label lies between the two others is thrown from the one wrong label to the other."
    ),
    statement=Bound(next_loss(), "<=", loss() + eta * R**2),
    domain=Domain(*instance, W, eta, remarks=(PAIRS,)),
    source=DERIVED,
    observables=(next_loss, loss, error, radius, margin, interaction, odds),
    derivation=Derivation(
        Step(next_loss.definition, by=definition),
        Step(loss.definition + eta * R**2 * error.definition, by=ByClaim(spike_bounds)),
        Step(
            loss.definition + eta * R**2 * Sum(p[x], (x, 1, N)),
            by=Replaced(error.definition, Sum(p[x], (x, 1, N)), by=Termwise(OneSign())),
        ),
        Step(loss.definition + eta * R**2, by=total_one),
    ),
)

two = Integer("M", at_least=2, at_most=2, meaning="number of labels")
pair_U = Matrix("U", length=two, columns=l, entry=Real("u"), meaning="rows are the two outputs")
pair_f = Labels("f", length=N, classes=two, meaning="label of each token")
before = Observable(
    "margin",
    (token,),
    latex="m",
    meaning="score of the right label of a token minus that of the other label",
)
after = Observable("margin_after", (token,), latex="m'", meaning="margin of a token after the step")
signed = Observable(
    "signed",
    (token, Integer("entry", at_least=1)),
    latex="z",
    meaning="entry of the vector of the pair that the token makes with its wrong label",
)
MOVED = (
    "the step moves the margins by "
    "$m'[x] - m[x] = \\eta \\sum_i z[x, i] \\sum_k p(k) z[k, i] / (1 + e^{m[k]})$"
)
two_loss = Observable(
    "two_loss",
    (W,),
    latex="L(W)",
    meaning="cross-entropy with two labels",
    definition=over_tokens(log(1 + exp(-before(x)))),
)
two_next_loss = Observable(
    "two_next_loss",
    (W, eta),
    latex="L(W')",
    meaning="cross-entropy with two labels after a gradient step of size eta",
    definition=over_tokens(log(1 + exp(-after(x)))),
)


def wrong(value: Any) -> Expr:
    """Probability of the wrong label at a margin."""
    return 1 / (1 + exp(value))


def mixed(sign: int) -> Expr:
    """Entry of the mean of the pairs' vectors, weighted by both errors, added or subtracted."""
    weight = wrong(before(x)) + sign * wrong(after(x))
    return over_tokens(weight * signed(x, i))


def over_entries(value: Any) -> Expr:
    """Sum over the entries of the pairs' vectors."""
    return Sum(value, (i, 1, l * d))


push = eta * over_entries(signed(x, i) * Sum(p[k] * wrong(before(k)) * signed(k, i), (k, 1, N)))
tangent = over_tokens(log(1 + exp(-after(x))) + wrong(after(x)) * (after(x) - before(x)))

spike_bounds_two_labels = Claim(
    id="assoc-dynamics.spike-bounds-two-labels",
    title="With two labels no step raises the loss by more than a quarter of that",
    says=(
        "With two labels a gradient step raises the loss by at most a quarter of the step size "
        "times the squared radius; two equally frequent tokens that the step exchanges, the one "
        "wrong before it and the other after it, come as close to that as one likes."
    ),
    statement=Bound(two_next_loss(), "<=", two_loss() + eta * R**2 / 4),
    domain=Domain(N, two, d, l, E, pair_U, pair_f, p, W, eta, remarks=(PAIRS, MOVED)),
    source=DERIVED,
    observables=(two_next_loss, two_loss, radius, before, after, signed),
    derivation=Derivation(
        Step(two_loss.definition + eta * R**2 / 4, by=definition),
        Step(
            tangent + eta * R**2 / 4,
            by=Termwise(
                AboveTangentLine(log(1 + exp(-s)), s, of=before(x), at=after(x), times=p[x])
            ),
        ),
        Step(
            over_tokens(log(1 + exp(-after(x))) + wrong(after(x)) * push) + eta * R**2 / 4,
            by=ByRemark(MOVED, pairs={before(x): after(x) - push}),
        ),
        Step(
            two_next_loss.definition
            + eta / 4 * over_entries(mixed(1) ** 2 - mixed(-1) ** 2)
            + eta * R**2 / 4,
            by=FiniteSums(),
        ),
        Step(
            two_next_loss.definition + eta / 4 * over_entries(-(mixed(-1) ** 2)) + eta * R**2 / 4,
            by=Termwise(SquareAdded(mixed(1), sense=">=")),
        ),
        Step(
            two_next_loss.definition - eta * R**2 / 4 + eta * R**2 / 4,
            by=Replaced(
                over_entries(-(mixed(-1) ** 2)),
                -(R**2),
                by=Cited("triangle inequality", "a mean of vectors no longer than R", sense=">="),
                sense=">=",
            ),
        ),
    ),
)

direction_square = Sum(V[i, j] ** 2, (i, 1, l), (j, 1, d))
curvature = Observable(
    "curvature",
    (W, V),
    latex=r"\frac{d^2}{ds^2} L(W + s V) \big|_{s = 0}",
    meaning="second derivative of the loss along a direction",
    definition=Subs(Derivative(moved_loss(s * rate(x, y)), (s, 2)), s, 0),
)


def curvature_steps(shift: Any, square: Any) -> tuple[tuple[Expr, Any], ...]:
    """From the second derivative of the loss at shifted margins to a multiple of the loss there.

    ``square`` bounds the square of the rate at which every margin moves.
    """

    def mean(values: Any) -> Expr:
        return Sum(exp(-(margin(x, y) + shift)) * values, (y, 1, M - 1))

    total = 1 + mean(1)
    errors = over_tokens(mean(1) / total)
    return (
        (
            over_tokens(mean(rate(x, y) ** 2) / total - mean(rate(x, y)) ** 2 / total**2),
            SumDifferentiation(),
        ),
        (
            over_tokens(mean(rate(x, y) ** 2) / total),
            Termwise(SquareAdded(mean(rate(x, y)) / total, times=p[x])),
        ),
        (
            over_tokens(mean(square) / total),
            Replaced(rate(x, y) ** 2, square, by=Cited(CAUCHY, PLACE, sense="<=")),
        ),
        (square * errors, algebra),
        (
            square * over_tokens(log(total)),
            Replaced(
                errors,
                over_tokens(log(total)),
                by=EachTerm(ExponentialTangent(of=-log(total), times=p[x])),
            ),
        ),
    )


spike_bounds_curvature = Claim(
    id="assoc-dynamics.spike-bounds-curvature",
    title="The curvature of the loss is at most squared radius times the loss",
    says=(
        "Along any direction the second derivative of the loss is at most the squared radius "
        "times the mean probability of the wrong labels, for every unit of length: where the loss "
        "is small the landscape is flat."
    ),
    statement=Bound(
        curvature(),
        "<=",
        R**2 * direction_square * error(),
        "<=",
        R**2 * direction_square * loss(),
    ),
    domain=Domain(*instance, W, V, remarks=(PAIRS,)),
    source=DERIVED,
    observables=(curvature, loss, error, radius, margin, rate, odds),
    derivation=Derivation(
        Step(curvature.definition, by=definition),
        *(Step(line, by=rule) for line, rule in curvature_steps(0, R**2 * direction_square)[:-1]),
        Step(R**2 * direction_square * error.definition, by=definition),
        Step(*curvature_steps(0, R**2 * direction_square)[-1]),
    ),
)

level = Real(
    "h",
    above=0,
    at_most=2,
    meaning="step size times squared radius times loss",
    grid=(Rational(1, 10), 1, 2),
)
gradient_square = Observable(
    "gradient_square",
    (W,),
    latex=r"\lVert \nabla L(W) \rVert^2",
    meaning="squared norm of the gradient",
    definition=over_tokens(mean_over_errors(x, rate)),
)
step_of_level = level / (R**2 * loss.definition)
levelled_loss = Observable(
    "levelled_loss",
    (W, level),
    latex="L(W')",
    meaning="loss after a gradient step of size h over squared radius times loss",
    definition=moved_loss(step_of_level * rate(x, y)),
)
DOWNHILL = (
    "the direction is minus the gradient, so that "
    "$\\sum_x p(x) \\sum_y P(y|x) \\dot m[x,y] = \\lVert \\nabla L(W) \\rVert^2$"
)


def descended(h: Any, before: Any, square: Any) -> Expr:
    """What the step leaves of the loss, at most."""
    return before - h * (1 - h / 2) * square / (R**2 * before)


spike_bounds_descent = Claim(
    id="assoc-dynamics.spike-bounds-descent",
    title="Below two over step size times squared radius the loss falls for ever",
    says=(
        "If the loss is at most 2 over the step size times the squared radius, the step lowers it, "
        "by at least what is stated; so from then on it falls at every step. Every spike begins at "
        "a loss above that level."
    ),
    statement=Bound(levelled_loss(), "<=", descended(level, loss(), gradient_square())),
    domain=Domain(*instance, W, level, remarks=(PAIRS, DOWNHILL)),
    source=DERIVED,
    observables=(levelled_loss, loss, gradient_square, radius, margin, rate, odds),
    derivation=Derivation(
        Step(levelled_loss.definition, by=definition),
        Step(
            descended(level, loss.definition, gradient_square.definition),
            by=DescentUnderCurvature(
                line=moved_loss(s * rate(x, y)),
                variable=s,
                length=step_of_level,
                slope=gradient_square.definition,
                factor=R**2,
                curvature=lambda square: curvature_steps(s * rate(x, y), square),
                positive={R: PAIRS},
                downhill=DOWNHILL,
                why=rf"\texttt{{{spike_bounds_curvature.id}}}, along the step",
            ),
        ),
    ),
    uses=(spike_bounds_curvature.id,),
)


common = Real("m", above=0, meaning="margin that both tokens have, but for a tilt")
tilt = Symbol("a", real=True)
half_gap = (1 / (1 + exp(common + tilt)) - 1 / (1 + exp(common - tilt))) / 2
critical_level = Observable(
    "critical_level",
    (common,),
    latex=r"\eta_* R^2 L",
    meaning=(
        "least step size times squared radius times loss at which a step raises the loss: where it "
        "turns the tilt around; a step adds to the tilt squared radius times step size times half "
        "the difference of the probabilities of the wrong label"
    ),
    definition=-2 * log(1 + exp(-common)) / Subs(Derivative(half_gap, tilt), tilt, 0),
)
critical_value = 2 * log(1 + exp(-common)) * (1 + exp(common)) * (1 + exp(-common))
TWINS = (
    "two tokens of probability 1/2 have the same unit input embedding and different labels with "
    "orthonormal embeddings; their margins are $m$, tilted by a vanishing amount up and down"
)

spike_bounds_critical = Claim(
    id="assoc-dynamics.spike-bounds-critical",
    title="Two opposed tokens: from which loss on a step raises it, exactly",
    says=(
        "For two equally frequent tokens with the same input embedding and different labels, at "
        "nearly equal margins, a step raises the loss from the stated value of step size times "
        "squared radius times loss on."
    ),
    statement=Identity(critical_level(common), critical_value),
    domain=Domain(common, remarks=(TWINS,)),
    source=DERIVED,
    observables=(critical_level,),
    derivation=Derivation(
        Step(critical_level.definition, by=definition),
        Step(critical_value, by=SumDifferentiation()),
    ),
)

spike_bounds_sharp = Claim(
    id="assoc-dynamics.spike-bounds-sharp",
    title="The constant 2 of the descent criterion is sharp",
    says=(
        "The least step size times squared radius times loss at which a step can raise the loss "
        "comes down to 2 as the margins grow: no constant above 2 would do."
    ),
    statement=Equivalent(critical_level(common), 2, as_=(common, oo)),
    domain=Domain(common, remarks=(TWINS,)),
    source=DERIVED,
    observables=(critical_level,),
    derivation=Derivation(
        Step(critical_level.definition, by=definition),
        Step(critical_value, by=ByClaim(spike_bounds_critical)),
        Step(2, by=Limit(common, oo)),
    ),
)
