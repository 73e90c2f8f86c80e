"""Does the published run of two tokens spike, end and get ahead as it should?"""

from __future__ import annotations

from functools import cache

from sympy import Rational

from numerics.assoc_dynamics import two_token_steps as numerics
from theory import Bound, Identity
from theory.assoc_dynamics import two_token_steps as theory
from theory.assoc_dynamics.two_token_steps import CHOICES
from verify import Exact, Mutant, check_for, mutate

RUNS = [{"eta": eta} for eta in CHOICES]
STEPS = 600
run = cache(numerics.run)


def of_run(what, p1=0.75, alpha=0.95, change=None):
    """A measurement on the runs, of other settings if given."""

    def measure(eta):
        step = float((change or {}).get(int(eta), eta))
        return Exact(what(run(p1, alpha, step, STEPS)), 0)

    return measure


def rises(path):
    """How many steps raised the loss."""
    return len(path.rises)


def last_error(path):
    """The last iterate with an error."""
    return path.last_error


check_for(theory.spike_2d, resolution=0.1, absolute=True, points=RUNS)(of_run(rises))
mutate(
    theory.spike_2d,
    Mutant("constructive correlation", measure=of_run(rises, alpha=-0.95)),
    Mutant("balanced", measure=of_run(rises, p1=0.5)),
    Mutant("less interference", measure=of_run(rises, alpha=0.5)),
    Mutant("steps of 4 for steps of 10", measure=of_run(rises, change={10: 4})),
    Mutant("never", Identity(theory.spikes(), 0)),
)
check_for(theory.spike_2d_error, resolution=0.1, absolute=True, points=RUNS)(of_run(last_error))
mutate(
    theory.spike_2d_error,
    Mutant("constructive correlation", measure=of_run(last_error, alpha=-0.95)),
    Mutant("balanced", measure=of_run(last_error, p1=0.5)),
    Mutant(
        "in inverse proportion to the step", Identity(theory.last_error(), 51 / theory.run_step)
    ),
)


def height(eta):
    """Largest loss within the run."""
    return Exact(float(run(0.75, 0.95, float(eta), STEPS).losses.max()), 1e-9)


check_for(theory.spike_2d_height, resolution=0, points=RUNS)(height)
check_for(theory.spike_2d_height_upper, resolution=0, points=RUNS)(height)
mutate(
    theory.spike_2d_height,
    Mutant(
        "constructive correlation",
        measure=lambda eta: Exact(float(run(0.75, -0.95, float(eta), STEPS).losses.max()), 1e-9),
    ),
    Mutant("c p1 p2 times the step", Bound(3 * theory.run_step / 8, "<=", theory.height())),
    Mutant("a millionth more", Bound(theory.HIGH, "<=", theory.height())),
)
mutate(
    theory.spike_2d_height_upper,
    Mutant("a millionth less", Bound(theory.height(), "<=", theory.LOW)),
    Mutant("no spike", Bound(theory.height(), "<=", Rational(7, 10))),
)


def after_34(p1=0.75, alpha=0.95, fast=10.0, slow=1.0):
    """Losses of the two runs at the end of the published figure."""

    def measure():
        names = {"fast": fast, "slow": slow}
        return {
            name: Exact(float(run(p1, alpha, step, 34).losses[-1]), 1e-10)
            for name, step in names.items()
        }

    return measure


check_for(theory.spike_2d_speed, resolution=0, points=[{}])(after_34())
mutate(
    theory.spike_2d_speed,
    Mutant("less than a tenth", Bound(10 * theory.fast(), "<=", theory.slow())),
    Mutant("steps of 4 for steps of 10", measure=after_34(fast=4.0)),
    Mutant("steps exchanged", measure=after_34(fast=1.0, slow=10.0)),
)
