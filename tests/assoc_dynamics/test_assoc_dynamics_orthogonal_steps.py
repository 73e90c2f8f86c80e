"""Gradient descent on orthogonal inputs: simulators, and rules that must not pass wrong steps."""

import math

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sympy import exp, log

import verify.assoc_dynamics.orthogonal_steps  # noqa: F401
from numerics.assoc_dynamics.orthogonal import (
    Problem,
    orthogonal_inputs,
    problem_with_rate,
    shifted_outputs,
)
from numerics.assoc_dynamics.orthogonal_steps import (
    crowded_labels,
    descend_token,
    margins_along_descent,
    scores_after_step,
    step_slope,
)
from numerics.core.streams import Stream
from theory import Domain, Status
from theory.assoc_dynamics import orthogonal_steps as theory
from theory.assoc_dynamics.orthogonal import M, P, flow, potential, start
from theory.assoc_dynamics.orthogonal_steps import chance, m, n, step, trajectory
from theory.core.rule import examine
from theory.core.rules.long_iteration import (
    AheadOfFlow,
    LogarithmicExcess,
    SettlesWithoutCycles,
)
from verify.core.check import registered
from verify.core.judge import judge


@given(
    classes=st.integers(2, 5),
    size=st.integers(1, 3),
    log_step=st.floats(-3, 7),
    seed=st.integers(0, 10**6),
)
def test_margins_rise_and_losses_fall_at_every_step_size(classes, size, log_step, seed):
    stream = Stream.of(seed)
    rng = stream.numpy()
    problem = problem_with_rate(classes, rng.uniform(0.05, 2, size), stream.substream("p"))
    scores = rng.normal(0, 3, (classes, size))
    for _ in range(3):
        after = scores_after_step(problem, scores, math.exp(log_step))
        for token in range(size):
            label = token % classes
            gains = np.delete(
                after[label, token] - scores[label, token] - after[:, token] + scores[:, token],
                label,
            )
            assert (gains > -1e-9 * (1 + np.abs(after).max())).all()
        scores = after


@given(classes=st.integers(2, 6), rate=st.floats(0.05, 3), step_size=st.floats(0.01, 20))
def test_a_single_token_learns_as_one_of_several(classes, rate, step_size):
    problem = problem_with_rate(classes, [rate, 0.5, 1.0], Stream.of(1))
    one = margins_along_descent(problem, step_size, 7)
    assert one == pytest.approx(descend_token(classes, rate, step_size, [7])[0], abs=1e-9)


def test_long_descents_are_accurate():
    margins = descend_token(3, 0.3, 2.0, np.array([0, 1, 2000]))
    with mpmath.workdps(40):
        scores = [mpmath.mpf(0)] * 3
        pull = mpmath.mpf(0.3) * 2
        for _ in range(2000):
            total = sum(mpmath.exp(s) for s in scores)
            shares = [mpmath.exp(s) / total for s in scores]
            scores = [
                s + pull * ((y == 0) - p)
                for y, (s, p) in enumerate(zip(scores, shares, strict=True))
            ]
        expected = float(scores[0] - scores[1])
    assert margins[:2] == pytest.approx([0, 0.6])
    assert margins[2] == pytest.approx(expected, rel=1e-15)


def noisy_end(rate, step_size, law, start_margin, steps=4000):
    """Last two margins of a token with noisy labels."""
    problem = Problem(
        orthogonal_inputs([1.0], Stream.of(1)),
        shifted_outputs(2, 1.0, 0.0, Stream.of(2)),
        np.array([rate]),
        np.array([[law], [1 - law]]),
    )
    ends = []
    for count in (steps, steps + 1):
        scores = scores_after_step(problem, [[start_margin], [0.0]], step_size, count)
        ends.append(scores[0, 0] - scores[1, 0])
    return ends


@pytest.mark.parametrize("law", [0.5, 0.9])
@pytest.mark.parametrize("start_margin", [0.001, -7.0])
def test_noisy_labels_bring_a_threshold(law, start_margin):
    threshold = 1 / (0.5 * law * (1 - law))
    below = noisy_end(0.5, 0.97 * threshold, law, start_margin)
    assert below == pytest.approx([math.log(law / (1 - law))] * 2, abs=1e-6)
    one, two = noisy_end(0.5, 1.03 * threshold, law, start_margin)
    assert abs(one - two) > 0.1


def test_the_fixed_point_shows_no_threshold():
    assert noisy_end(0.5, 1000.0, 0.5, 0.0, steps=10) == [0, 0]


def test_a_single_crowding_label_does_not_make_the_margin_fall():
    assert crowded_labels(0.2, 1, 1.0) > 0 > crowded_labels(0.2, 2, 1.0)


def test_the_margin_over_a_lone_label_falls_as_the_softmax_leaves_it():
    """The instance of the dossier: all of the mass at (1, h) gives minus 0.96."""
    assert crowded_labels(0.2, 1000, 1.0) == pytest.approx(-0.96, abs=3e-3)


@pytest.mark.parametrize(
    "call",
    [
        lambda: descend_token(1, 1.0, 1.0, [1]),
        lambda: descend_token(2, 0.0, 1.0, [1]),
        lambda: descend_token(2, 1.0, 1.0, [2, 1]),
        lambda: descend_token(2, 1.0, 1.0, [0.5]),
        lambda: descend_token(2, 1.0, 1.0, [[1]]),
        lambda: crowded_labels(0.2, 0, 1.0),
        lambda: crowded_labels(0.2, 2, 0.0),
        lambda: step_slope(1.0, 1.0, [1.0, 0.0], 0, 0, Stream.of(1)),
        lambda: step_slope(1.0, 1.0, [0.5, 0.5], 0, 2, Stream.of(1)),
        lambda: scores_after_step(problem_with_rate(2, [1.0], Stream.of(1)), [[0.0]], 1.0),
    ],
)
def test_bad_arguments_are_refused(call):
    with pytest.raises(ValueError, match=r"\w+ (is|has|must)"):
        call()


PROVED, CITED = Status.PROVED, Status.CITED
DESCENT = Domain(M, P, step, n, remarks=theory.orthogonal_gd_flow.domain.remarks)


def ahead(**changes):
    """The rule that compares with the flow."""
    settings = {"potential": potential(m), "variable": m.symbol, **changes}
    return AheadOfFlow(theory.orthogonal_gd_potential, **settings)


@pytest.mark.parametrize(
    ("rule", "before", "after", "right"),
    [
        (ahead(), trajectory(n), flow(P, step * n), True),
        (ahead(), trajectory(n), flow(P, 2 * step * n), False),
        (ahead(), trajectory(2 * n), flow(P, step * n), False),
        (ahead(sense="<="), trajectory(n), flow(P, step * n), False),
        (ahead(potential=exp(m)), trajectory(n), flow(P, step * n), False),
    ],
)
def test_wrong_comparisons_with_the_flow_do_not_pass(rule, before, after, right):
    assert (examine(rule, before, after, DESCENT).status is PROVED) is right


def gained(times=4):
    """What is gained beyond the linear growth."""
    return (
        exp(trajectory(times * n))
        - exp(trajectory(n))
        - (times - 1) * M * P * step * n
        + (M - 1) * log(times)
    )


@pytest.mark.parametrize(
    ("times", "before", "after", "right"),
    [
        (4, gained(), M * P * step / 2 * log(4), True),
        (4, gained(), M * P * step * log(4), False),
        (2, gained(), M * P * step / 2 * log(2), False),
        (4, gained() + n, M * P * step / 2 * log(4), False),
        (4, gained() - (M - 1) * log(4), (M * P * step / 2 - M + 1) * log(4), False),  # may be 0
    ],
)
def test_wrong_logarithms_do_not_pass(times, before, after, right):
    rule = LogarithmicExcess(
        theory.orthogonal_gd_growth, function=exp(m), variable=m.symbol, times=times
    )
    # not examined as a step is: that would compare numbers after millions of steps
    assert (rule.check(before, after, DESCENT).status is CITED) is right


NOISY = theory.orthogonal_noisy.domain
HERE = {p.name: p for p in NOISY.parameters}


def settles(**changes):
    """The rule for noisy labels."""
    by = theory.orthogonal_noisy.derivation.steps[1].by
    settings = {
        name: getattr(by, name)
        for name in ("claim", "response", "variable", "inverse", "gain", "level", "parts", "times")
    }
    return SettlesWithoutCycles(**{**settings, **changes})


@pytest.mark.parametrize(
    ("rule", "after", "domain", "right"),
    [
        (settles(), chance / (1 - chance), NOISY, True),
        (settles(), chance.symbol, NOISY, False),
        (settles(), chance / (1 - chance), Domain(*NOISY.parameters), False),
        (
            settles(),
            chance / (1 - chance),
            Domain(*NOISY.parameters, where=(step * P * chance * (1 - chance) < 2,)),
            False,
        ),
        (settles(gain=step * P), chance / (1 - chance), NOISY, False),
        (settles(level=1 - chance), chance / (1 - chance), NOISY, False),
        (settles(inverse=lambda s, r: log(s)), chance / (1 - chance), NOISY, False),
        (settles(claim=theory.orthogonal_gd_step), chance / (1 - chance), NOISY, False),
    ],
)
def test_convergence_needs_its_hypotheses(rule, after, domain, right):
    before = exp(theory.noisy_margin.definition)
    assert (examine(rule, before, after, domain).status is CITED) is right
    assert start in NOISY.parameters


def test_two_cycles_appear_exactly_at_the_threshold():
    """The gain of a cycle of half-width d rises from twice one over pi (1 - pi)."""
    d = np.linspace(1e-3, 0.0999, 50)
    law = 0.9
    gain = (np.log((law + d) / (1 - law - d)) - np.log((law - d) / (1 - law + d))) / d
    assert (np.diff(gain) > 0).all()
    assert gain[0] == pytest.approx(2 / (law * (1 - law)), rel=1e-4)
    assert (gain > 2 / (law * (1 - law))).all()


def test_a_published_form_with_any_outputs_is_refuted():
    check = registered(theory.orthogonal_gd_correlated)
    mutant = next(m for m in check.mutants if m.name == "orthogonal inputs make every margin rise")
    wrong = check.as_mutant(mutant)
    assert judge(wrong.claim, wrong).verdict == "refuted"
