"""Are the scores what they are said to be? Attention maps from scores, and lists of weights."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from sympy import Rational, exp, log, oo

from numerics.iteration_head import metrics as numerics
from theory import Bound, Equivalent, Identity
from theory.iteration_head import metrics as theory
from theory.iteration_head.metrics import L, beta
from verify import Exact, Mutant, check_for, mutate

EPS = 1e-13
HEADS = [
    {"L": length, "beta": score}
    for length in (1, 2, 3, 4, 8, 16, 100)
    for score in (0, Fraction(1, 2), 3, 10)
]


def first_score(shift=0, key_shift=0):
    """The first score of a head that looks for the end of input, or that at other queries."""

    def measure(L, beta):
        head = numerics.end_of_input_head(L, float(beta))
        return Exact(numerics.layer_scores(head, head, L, shift, key_shift).first, EPS)

    return measure


check_for(theory.metric_peakiness, resolution=1e-10, points=HEADS)(first_score())
mutate(
    theory.metric_peakiness,
    Mutant("the queries of the second score", measure=first_score(shift=-1)),
    Mutant("the padding scored as well", measure=first_score(shift=1)),
    Mutant("the last input in place of the end", measure=first_score(key_shift=-1)),
    Mutant(
        "the end of input not counted",
        Identity(theory.first_score(), theory.total.subs(exp(beta), exp(beta) + 1) / L),
    ),
)

check_for(theory.metric_peakiness_range, resolution=1e-12, points=HEADS)(first_score())
mutate(
    theory.metric_peakiness_range,
    Mutant(
        "the weight from query 2 L at least",
        Bound(theory.weight_at(2 * L), "<=", theory.first_score()),
    ),
    Mutant(
        "the weight from query L + 3 at most",
        Bound(theory.first_score(), "<=", theory.weight_at(L + 3)),
    ),
    Mutant("the queries of the second score", measure=first_score(shift=-1)),
)


def weights(stream, count):
    """Weights at the ends, at one half and beside it, and some that are drawn."""
    generator = stream.numpy()
    drawn = [generator.random(generator.integers(1, 30)).tolist() for _ in range(count)]
    edges = [
        (0,),
        (1,),
        (0.5,),
        (0.46,),
        (0, 1),
        (0.5, 0.5, 0.5),
        (0.5, 0.51),
        (1, 1, 1),
        (0, 0, 0.75),
    ]
    return [{"m": len(w), "w": tuple(w)} for w in [*edges, *drawn]]


def peakiness(above=0.5):
    """The measurement with a threshold."""

    def measure(m, w):
        scored = [float(weight) for weight in w]
        mean, threshold = numerics.peakiness(scored)
        if above != 0.5:
            threshold = float(np.mean(np.asarray(scored) > above))
        return {"mean_score": Exact(mean, 1e-15 * m), "threshold_score": Exact(threshold, 1e-15)}

    return measure


check_for(theory.metric_peakiness_threshold, resolution=1e-12, points=weights, count=15)(
    peakiness()
)
mean, share = theory.mean_score(), theory.threshold_score()
mutate(
    theory.metric_peakiness_threshold,
    Mutant("the share is at most the mean", Bound(share, "<=", mean)),
    Mutant("the share is at least the mean", Bound(mean, "<=", share)),
    Mutant("twice the mean less a half", Bound(2 * mean - Rational(1, 2), "<=", share)),
    Mutant("a threshold of 0.45", measure=peakiness(0.45)),
    Mutant("a threshold of 0.7", measure=peakiness(0.7)),
)

# ------------------------------------------------------------------------------ uniform attention

LENGTHS = [{"L": length} for length in (1, 2, 3, 4, 8, 16, 64, 256)]


def uniform(which, shift=0):
    """A measurement of the scores of uniform attention; no weight may be above one half."""

    def measure(L):
        flat = numerics.end_of_input_head(L, 0.0)
        scores = numerics.layer_scores(flat, flat, L, shift)
        if scores.first_threshold or scores.second_threshold:
            raise AssertionError("a weight of uniform attention is above one half")
        return {f"uniform_{which}": Exact(getattr(scores, which), EPS)}

    return measure


for claim, score, which, moved in (
    (theory.metric_uniform_baseline, theory.uniform_first, "first", -1),
    (theory.metric_uniform_baseline_second, theory.uniform_second, "second", 1),
):
    check_for(claim, resolution=1e-10, points=LENGTHS)(uniform(which))
    mutate(
        claim,
        Mutant("log 2", Bound(log(2), "<=", L * score())),
        Mutant(
            "an upper bound of log 2 less 1 over L",
            Bound(L * score(), "<=", log(2) - 1 / (L.symbol)),
        ),
        Mutant("the queries of the other score", measure=uniform(which, moved)),
    )
for claim, score, which in (
    (theory.metric_uniform_baseline_limit, theory.uniform_first, "first"),
    (theory.metric_uniform_baseline_second_limit, theory.uniform_second, "second"),
):
    check_for(
        claim,
        resolution=1e-3,
        points=[{"L": 16}],
        ladder=tuple(2**power for power in range(4, 11)),
    )(uniform(which))
    mutate(claim, Mutant("one half", Equivalent(L * score(), Rational(1, 2), as_=(L, oo))))
