"""Where a perfect memory exists the loss finds it; with noisy labels it need not.

With deterministic labels a small loss means a perfect memory, so that suboptimal memorisation needs
a problem on which no memory is perfect (`simplex` and `forgetting`), training that has not ended,
or noisy labels: with these the least loss can be wrong although some memory predicts every majority
label.
"""

from __future__ import annotations

from typing import Any

from sympy import Derivative, Expr, Piecewise, Rational, Subs, Sum, Symbol, exp, log, sqrt

from theory import (
    Bound,
    Claim,
    Derivation,
    Domain,
    Identity,
    Labels,
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
from theory.assoc_dynamics.paper import PAPER
from theory.assoc_dynamics.softplus import AboveTangentLine, LogTwoOfAnError
from theory.core.rules.finite_sums import FiniteSums, SumDifferentiation
from theory.core.rules.hypotheses import ByHypothesis
from theory.core.rules.monotone import OneSign, Replaced, SplitOff, SumsAsSymbols

__all__ = [
    "noisy_realizable",
    "noisy_realizable_side",
    "noisy_realizable_slope",
    "separable_perfect",
    "separable_perfect_reached",
]

x = Symbol("x", integer=True, positive=True)
z = Symbol("z", integer=True, positive=True)

SOURCE = Source(
    PAPER, "underparameterised regime", seen=Seen.NOTHING, standing=Standing.DERIVED_HERE
)
TIES = "a tie counts as an error"

# Where a perfect memory exists

size = Natural("N", at_least=1, meaning="number of tokens")
wrong = Natural("K", at_least=1, meaning="number of wrong labels of a token")
law = Simplex("p", length=size, meaning="frequencies of the tokens")
pair_margins = Matrix(
    "m",
    length=size,
    columns=wrong,
    entry=Real("entry"),
    meaning="score of the right label of a token minus that of each wrong one",
)
rival = Labels(
    "r", length=size, classes=wrong, meaning="a wrong label of each token; the closest, to be sharp"
)

loss = Observable(
    "loss",
    (size, wrong, law, pair_margins),
    latex=r"\mathcal{L}",
    meaning="cross-entropy of the memory",
    definition=Sum(law[x] * log(1 + Sum(exp(-pair_margins[x, z]), (z, 1, wrong))), (x, 1, size)),
)
error = Observable(
    "error",
    (size, wrong, law, pair_margins, rival),
    latex=r"\mathcal{E}",
    meaning="frequency of the tokens whose rival scores no less than the right label",
    definition=Sum(
        law[x] * Piecewise((1, pair_margins[x, rival[x]] <= 0), (0, True)), (x, 1, size)
    ),
)

separable_perfect = Claim(
    id="assoc-dynamics.separable-perfect",
    title="The loss is at least log 2 times the error",
    says=(
        "With deterministic labels every error costs log 2. A memory whose loss is below log 2 "
        "times the least frequency is right on every token: where a perfect memory exists, the "
        "least loss cannot be wrong on any token, and suboptimal memorisation needs a problem "
        "without a perfect memory, noisy labels, or training that has not ended."
    ),
    statement=Bound(
        log(2) * error(size, wrong, law, pair_margins, rival),
        "<=",
        loss(size, wrong, law, pair_margins),
    ),
    domain=Domain(size, wrong, law, pair_margins, rival, remarks=(TIES,)),
    source=SOURCE,
    observables=(loss, error),
    derivation=Derivation(
        Step(loss.definition, by=definition),
        Step(
            Sum(law[x] * log(1 + exp(-pair_margins[x, rival[x]])), (x, 1, size)),
            by=Termwise(
                Replaced(
                    Sum(exp(-pair_margins[x, z]), (z, 1, wrong)),
                    exp(-pair_margins[x, rival[x]]),
                    SplitOff(rival[x], drop=True),
                    sense=">=",
                )
            ),
        ),
        Step(
            log(2) * Sum(law[x] * log(1 + exp(-pair_margins[x, rival[x]])) / log(2), (x, 1, size)),
            by=algebra,
        ),
        Step(log(2) * error.definition, by=Termwise(LogTwoOfAnError())),
    ),
)

scale = Real("t", at_least=0, meaning="how much the memory is scaled up")
least = Real("gamma", above=0, latex=r"\gamma", meaning="least pair margin of a perfect memory")
beyond = Matrix(
    "s",
    length=size,
    columns=wrong,
    entry=Real("entry", at_least=0),
    meaning="how far each pair margin of the memory is above the least",
)
scaled_loss = Observable(
    "scaled_loss",
    (size, wrong, law, scale, least, beyond),
    latex=r"\mathcal{L}(t W)",
    meaning="cross-entropy of the memory times t",
    definition=Sum(
        law[x] * log(1 + Sum(exp(-scale * (least + beyond[x, z])), (z, 1, wrong))), (x, 1, size)
    ),
)

separable_perfect_reached = Claim(
    id="assoc-dynamics.separable-perfect-reached",
    title="A perfect memory, scaled up, has a loss as small as one likes",
    says=(
        "Scaled by t, a memory with pair margins of at least gamma has a loss of at most "
        "log(1 + K exp(-t gamma)). So the infimum of the loss is 0 where a perfect memory exists, "
        "and every sequence of memories whose loss tends to it ends with no error."
    ),
    statement=Bound(
        scaled_loss(size, wrong, law, scale, least, beyond),
        "<=",
        log(1 + wrong * exp(-scale * least)),
    ),
    domain=Domain(size, wrong, law, scale, least, beyond),
    source=SOURCE,
    observables=(scaled_loss,),
    derivation=Derivation(
        Step(scaled_loss.definition, by=definition),
        Step(
            Sum(law[x] * log(1 + Sum(exp(-scale * least), (z, 1, wrong))), (x, 1, size)),
            by=Replaced(beyond[x, z], 0, OneSign(">=")),
        ),
        Step(Sum(law[x] * log(1 + wrong * exp(-scale * least)), (x, 1, size)), by=FiniteSums()),
        Step(
            log(1 + wrong * exp(-scale * least)),
            by=SumsAsSymbols(values={Sum(law[x], (x, 1, size)): (1, "p")}),
        ),
    ),
)

# Noisy labels

sure = Real("a", above=0, below=1, meaning="probability of the first label for the first token")
unsure = Real(
    "b",
    above=0,
    below=Rational(1, 2),
    meaning="probability of the first label for the second and the third token",
)
along = Real("w", meaning="score of the first token, and minus that of the second")
u = Symbol("u", real=True)
v = Symbol("v", real=True)
NOISY = (
    "three tokens of the same frequency, the two axes of the plane and their normalised sum, with "
    "noisy labels"
)


def _noisy_loss(score: Expr, probability: Any) -> Expr:
    return log(1 + exp(score)) - probability * score


crossing_slope = Observable(
    "crossing_slope",
    (sure, unsure, along),
    latex=r"\mathcal{L}'",
    meaning=(
        "slope of the loss across the line of memories on which the score of the third token is 0, "
        "in the direction (1, 1)"
    ),
    definition=Subs(
        Derivative(
            (
                _noisy_loss(along + u, sure)
                + _noisy_loss(u - along, unsure)
                + _noisy_loss(sqrt(2) * u, unsure)
            )
            / 3,
            u,
        ),
        u,
        0,
    ),
)
slope_value = (1 - sure - unsure + sqrt(2) * (Rational(1, 2) - unsure)) / 3

noisy_realizable_slope = Claim(
    id="assoc-dynamics.noisy-realizable-slope",
    title="The loss has one slope all along the line where the third token is undecided",
    says=(
        "Across the line of memories on which the third token scores 0 the slope of the loss is "
        "the same everywhere. The loss is convex, so the sign of the slope tells on which side of "
        "the line the least loss lies: the third token gets the first label as soon as a + b is "
        "above 1 + (1 - 2 b) over the square root of 2."
    ),
    statement=Identity(crossing_slope(sure, unsure, along), slope_value),
    domain=Domain(sure, unsure, along, remarks=(NOISY,)),
    source=SOURCE,
    observables=(crossing_slope,),
    derivation=Derivation(
        Step(crossing_slope.definition, by=definition),
        Step(
            (
                1 / (1 + exp(-along))
                - sure
                + 1 / (1 + exp(along))
                - unsure
                + sqrt(2) * (Rational(1, 2) - unsure)
            )
            / 3,
            by=SumDifferentiation(),
        ),
        Step(slope_value, by=algebra),
    ),
)

depth = Real("t", at_least=0, meaning="how far beyond the line a memory lies")
crossing = sure + unsure >= 1 + (1 - 2 * unsure) / sqrt(2)


def _loss_beyond(t: Any) -> Expr:
    """Loss at the point of the undecided line, moved by t along (-1, -1)."""
    scores = ((along - t, sure), (-along - t, unsure), (-sqrt(2) * t, unsure))
    return sum((_noisy_loss(score, share) for score, share in scores), Rational(0)) / 3


loss_beyond = Observable(
    "loss_beyond",
    (sure, unsure, along, depth),
    latex=r"\mathcal{L}(w - t, -w - t)",
    meaning="loss of a memory in which the third token scores at most 0",
    definition=_loss_beyond(depth),
)
loss_on_line = Observable(
    "loss_on_line",
    (sure, unsure, along),
    latex=r"\mathcal{L}(w, -w)",
    meaning="loss of a memory in which the third token scores 0",
    definition=_loss_beyond(0),
)


_STARTS = ((along.symbol, 1), (-along, 1), (Rational(0), sqrt(2)))


def _tangent(at: Expr, shift: Expr) -> tuple[Expr, Expr, AboveTangentLine]:
    """What a term of the loss is replaced by, with the reason, as for `Replaced`."""
    rule = AboveTangentLine(log(1 + exp(v)), v, of=at + shift, at=at)
    slope = shift / (1 + exp(-at))
    return log(1 + exp(at + shift)), log(1 + exp(at)) + slope, rule


_tangents = [_tangent(at, -factor * depth) for at, factor in _STARTS]
_partly = [loss_beyond.definition]
for old, new, _ in _tangents:
    _partly.append(_partly[-1].xreplace({old: new}))

noisy_realizable_side = Claim(
    id="assoc-dynamics.noisy-realizable-side",
    title="No memory that gives the third token its majority label has the least loss",
    says=(
        "Where the slope across the undecided line is not positive, every memory that gives the "
        "third token a score of at most 0 has at least the loss of a memory on the line: the loss "
        "is convex, and above its tangents there. If the slope is negative the least loss lies "
        "beyond the line, and the third token gets the wrong label."
    ),
    statement=Bound(
        loss_on_line(sure, unsure, along), "<=", loss_beyond(sure, unsure, along, depth)
    ),
    domain=Domain(sure, unsure, along, depth, where=(crossing,), remarks=(NOISY,)),
    source=SOURCE,
    observables=(loss_on_line, loss_beyond),
    derivation=Derivation(
        Step(loss_beyond.definition, by=definition),
        *(
            Step(after, by=Replaced(old, new, rule, sense=">="))
            for after, (old, new, rule) in zip(_partly[1:], _tangents, strict=True)
        ),
        Step(loss_on_line.definition - depth * slope_value, by=algebra),
        Step(loss_on_line.definition, by=ByHypothesis({crossing: depth / 3}, sense=">=")),
    ),
)

noisy_excess = Observable(
    "excess",
    (sure, unsure),
    latex=r"\mathcal{E}(W_*) - \min_W \mathcal{E}(W)",
    meaning="error of the memory of least loss minus that of the best memory",
)

noisy_realizable = Claim(
    id="assoc-dynamics.noisy-realizable",
    title="With noisy labels the least loss errs although a memory predicts every majority label",
    says=(
        "The memory (1, -2) predicts the majority label of all three tokens, but where the slope "
        "across the undecided line is negative the least loss gives the third token the wrong "
        "label, at an excess error of (1 - 2 b) / 3. With probabilities 0.99 and 0.4 the errors "
        "are 0.3367 and 0.27."
    ),
    statement=Identity(noisy_excess(sure, unsure), (1 - 2 * unsure) / 3),
    domain=Domain(
        sure,
        unsure,
        where=(sure + unsure > 1 + (1 - 2 * unsure) / sqrt(2),),
        remarks=(NOISY,),
    ),
    source=SOURCE,
    observables=(noisy_excess,),
    uses=("assoc-dynamics.noisy-realizable-slope", "assoc-dynamics.noisy-realizable-side"),
)
