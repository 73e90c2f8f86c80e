"""Trend: does it pay to average the iterates of stochastic gradient descent?

Forty noisy linear regressions are trained from independent seeds, with a constant step; the last
iterate is compared with the mean of the second half of all iterates.

Run it with ``assay run docs/examples/averaging.py``.
"""

import numpy as np

from theory import Claim, Domain, Natural, Real, Seen, Source, Standing, Trend
from verify import Mutant, Trained, check_for, mutate, training_seeds

d = Natural("d", at_least=1, meaning="weights", grid=(5,))
step = Real("step", above=0, below=0.1, meaning="step size", grid=(0.05,))
STEPS, RUNS = 1000, 40

averaging = Claim(
    id="averaging.helps",
    title="Averaged iterates are nearer to the truth than the last one",
    says="With a constant step the last iterate keeps jumping about; the mean settles.",
    statement=Trend("the distance to the truth", "averaging", "the last iterate", "lower"),
    domain=Domain(d, step, remarks=("inputs and noise are standard normal",)),
    source=Source(None, "Polyak and Juditsky, 1992", Seen.RECOLLECTION, Standing.DERIVED_HERE),
)


def train(d, step, seed, noise):
    """Train all runs side by side; how far from the truth the means and the last iterates are."""
    generators = [np.random.default_rng(number) for number in training_seeds(seed, range(RUNS))]
    drawn = np.stack([generator.standard_normal((STEPS + 1, d + 1)) for generator in generators])
    truth, inputs, disturbance = drawn[:, 0, :d], drawn[:, 1:, :d], drawn[:, 1:, d]
    weights, total = np.zeros((RUNS, d)), np.zeros((RUNS, d))
    for i in range(STEPS):
        x = inputs[:, i]
        residual = np.sum(x * (weights - truth), axis=1) - noise * disturbance[:, i]
        weights = weights - step * residual[:, None] * x
        if i >= STEPS // 2:
            total += weights
    mean = total / (STEPS - STEPS // 2)
    return [np.linalg.norm(estimate - truth, axis=1) for estimate in (mean, weights)]


@check_for(averaging, resolution=0)
def compare(d, step, seed):
    """The same runs end in both groups, so they are paired."""
    mean, last = train(d, step, seed, noise=1.0)
    return Trained(mean, last, paired=True)


def without_noise(d, step, seed):
    """With nothing to average out, the last iterate is the best."""
    mean, last = train(d, step, seed, noise=0.0)
    return Trained(mean, last, paired=True)


mutate(averaging, Mutant("without noise", measure=without_noise))
