"""Many gradient steps: the simulators, and rules that must not pass wrong steps."""

import time

import numba
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sympy import Rational, Symbol, exp

from numerics.assoc_scaling import gradient
from numerics.assoc_scaling.sgd import (
    approximation_errors,
    one_step_disagreements,
    recursion,
    recursion_weights,
    train_logits,
    train_memory,
)
from numerics.core.streams import Stream
from theory import Domain, Status, enclose
from theory.assoc_scaling import sgd as theory
from theory.assoc_scaling.sgd import K, gamma, n, potential, q
from theory.core.rules.exponentials import Inverse, Majorised, nonnegative_from
from theory.core.rules.iteration import (
    Compared,
    Conjugated,
    FirstStep,
    Intertwined,
    Iterate,
    StolzCesaro,
    Telescoped,
    TelescopedBy,
)


def run(seed, size=6, classes=3, dimension=4, steps=12, batch=5):
    rng = np.random.default_rng(seed)
    return {
        "memory": rng.standard_normal((dimension, dimension)),
        "input_embeddings": rng.standard_normal((size, dimension)),
        "output_embeddings": rng.standard_normal((classes, dimension)),
        "labels": rng.integers(classes, size=size),
        "batches": rng.integers(size, size=(steps, batch)),
        "step": 0.4,
    }


@given(st.integers(0, 10**6))
def test_training_is_step_after_step(seed):
    given_ = run(seed)
    memory = given_["memory"]
    fixed = [given_[name] for name in ("input_embeddings", "output_embeddings", "labels")]
    for batch in given_["batches"]:
        memory = gradient.step_memory(memory, *fixed, np.bincount(batch, minlength=6) / 5, 0.4)
    assert train_memory(**given_) == pytest.approx(memory, abs=1e-11)
    e, u, labels = fixed
    start = gradient.logits(given_["memory"], e, u)
    table = train_logits(start, e @ e.T, u @ u.T, labels, given_["batches"], 0.4)
    assert table == pytest.approx(gradient.logits(memory, e, u), abs=1e-10)


def test_training_leaves_its_arguments_alone():
    given_ = run(1)
    before = {name: np.array(value) for name, value in given_.items()}
    train_memory(**given_)
    assert all(np.array_equal(before[name], given_[name]) for name in before)


@given(st.floats(1e-3, 5), st.floats(0.1, 100), st.integers(0, 60))
def test_recursion_in_balls_and_in_doubles(step, level, times):
    value, error = recursion(step, level, times)
    assert error < 1e-20
    batches = np.zeros((times, 1), dtype=np.int64)
    (weight,) = recursion_weights(batches, 1, step, level)
    assert weight == pytest.approx(float(value), rel=1e-12, abs=1e-300)


def test_weights_take_the_share_of_the_batch():
    batches = np.array([[0, 0, 0, 1], [2, 2, 2, 2]])
    first = 1 / (1 + 1 / 4)
    expected = [0.75 * first, 0.25 * first, first, 0.0]
    assert recursion_weights(batches, 4, 1.0, 4.0) == pytest.approx(expected, rel=1e-15)


DRAWS = [
    lambda first, count: approximation_errors(
        8, 2, 20, 1.0, Stream.of(5), first, count, size=12, classes=3
    ),
    lambda first, count: one_step_disagreements(6, 12, 3, 1.0, Stream.of(5), first, count),
]


@pytest.mark.parametrize("draw", DRAWS)
def test_draws_do_not_depend_on_blocks_or_threads(draw):
    whole = draw(3, 40)
    assert np.array_equal(whole, np.concatenate([draw(3, 15), draw(18, 25)]))
    threads = numba.get_num_threads()
    try:
        numba.set_num_threads(1)
        assert np.array_equal(whole, draw(3, 40))
    finally:
        numba.set_num_threads(threads)


def test_errors_of_an_untrained_memory_are_the_mass_of_all_but_the_first_class():
    errors = approximation_errors(5, 1, 0, 1.0, Stream.of(1), 0, 3, size=10, classes=5, exponent=0)
    assert errors == pytest.approx(np.full((3, 2), 0.8))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"memory": np.zeros((3, 4))}, "must be"),
        ({"labels": np.zeros(5, dtype=int)}, "labels"),
        ({"labels": np.full(6, 3)}, "labels"),
        ({"batches": np.array([[6]])}, "tokens"),
        ({"batches": np.array([0, 1])}, "batches"),
        ({"batches": np.zeros((2, 0), dtype=int)}, "batches"),
        ({"step": float("inf")}, "step"),
    ],
)
def test_bad_arguments_of_training(change, words):
    with pytest.raises(ValueError, match=words):
        train_memory(**{**run(0), **change})


def test_bad_arguments_of_the_others():
    with pytest.raises(ValueError, match="Gram"):
        train_logits(np.zeros((3, 2)), np.eye(2), np.eye(2), [0, 0, 0], [[0]], 1.0)
    with pytest.raises(ValueError, match="step"):
        recursion(0.0, 1.0, 1)
    with pytest.raises(ValueError, match="times"):
        recursion(1.0, 1.0, -1)
    with pytest.raises(ValueError, match="dimension"):
        approximation_errors(0, 1, 1, 1.0, Stream.of(0), 0, 1)
    with pytest.raises(ValueError, match="classes"):
        one_step_disagreements(2, 2, 1, 0.0, Stream.of(0), 0, 1)


def test_the_published_counterexample():
    # M = 4, step 1, an input seen 400 times: gradient descent against the two published maps.
    point = {"M": 4, "gamma": 1, "n": 400}
    exact = float(enclose(theory.exact_iterate, point))
    published = [
        float(enclose(Iterate(theory.published_map(level), (q, 0, n)), point)) for level in (4, 3)
    ]
    assert exact == pytest.approx(5.5292, abs=1e-4)
    assert published == pytest.approx([7.3673, 7.0804], abs=1e-4)
    # the same three after 192 times, nearest to the figures 6.63, 6.35 and 4.98 on record
    recorded = {**point, "n": 192}
    assert float(enclose(theory.exact_iterate, recorded)) == pytest.approx(4.975, abs=1e-3)


def test_iterates_are_carried_out():
    x = Symbol("x", real=True)
    twice = Iterate(2 * x + 1, (x, 3, 2))
    assert twice.doit() == 15 and twice.is_real
    assert Iterate(2 * x + 1, (x, 3, n)).free_symbols == {n.symbol}
    assert float(enclose(twice)) == 15
    assert "circ" in theory.qgamma.latex(theory.exact_iterate)


DOMAIN = theory.qgamma_growth.domain
ITERATE = theory.iterate


def proved(rule, before, after, domain=DOMAIN):
    return rule.check(before, after, domain).status is Status.PROVED


def test_telescoping_refuses_wrong_shares():
    first = theory.first
    assert proved(Telescoped(), ITERATE, n * first)
    assert not proved(Telescoped(), ITERATE, n * first * Rational(9, 10))
    assert not proved(Telescoped(sense=">="), ITERATE, n * first)
    right = n * gamma / (1 + exp(n * first) / K)
    assert proved(Telescoped(sense=">=", rises_at_most=first), ITERATE, right)
    assert not proved(Telescoped(sense=">=", rises_at_most=first / 2), ITERATE, right)
    assert not proved(Telescoped(sense=">="), ITERATE, right)


def test_telescoping_by_a_claim_needs_its_hypotheses():
    before, late = potential(ITERATE), theory.late_time
    rule = TelescopedBy(theory.qgamma_step_upper, potential=potential(q))
    assert proved(rule, before, late, theory.qgamma_potential_upper.domain)
    assert not proved(rule, before, late, DOMAIN)  # any step size
    lower = TelescopedBy(theory.qgamma_step, potential=potential(q), sense=">=")
    assert proved(lower, before, theory.flow_time)
    assert not proved(lower, before, late)


def test_inverse_refuses_another_point_of_the_flow():
    rule = Inverse(theory.qgamma_potential, potential=potential(q), variable=q, sense=">=")
    assert proved(rule, ITERATE, theory.along_flow(theory.flow_time))
    assert not proved(rule, ITERATE, theory.along_flow(2 * theory.flow_time))
    falling = Inverse(theory.qgamma_potential, potential=-potential(q), variable=q, sense=">=")
    assert not proved(falling, ITERATE, theory.along_flow(theory.flow_time))


def test_exponential_inequalities_hold_only_where_they_hold():
    s, y = Symbol("s", nonnegative=True), q.symbol
    domain = Domain(q)
    below = Majorised(exp(s), 1 + s, s, of=y, order=2, sense=">=")
    assert proved(below, exp(y), 1 + y, domain)
    too_high = Majorised(exp(s), 1 + 2 * s, s, of=y, order=2, sense=">=")
    assert not proved(too_high, exp(y), 1 + 2 * y, domain)
    share = y / (1 + y)
    for end, expected in ((Rational(179, 100), True), (Rational(18, 10), False)):
        part = share * end
        rule = Majorised(exp(s), 1 + s + s**2, s, of=part, order=3, end=end, power=2)
        assert proved(rule, exp(part), 1 + part + part**2, domain) is expected
    beyond = Majorised(exp(s), 1 + s + s**2, s, of=y, order=3, end=1, power=2)
    assert not proved(beyond, exp(y), 1 + y + y**2, domain)  # y is not below 1


def test_signs_from_a_point_on():
    y = q.symbol
    domain = Domain(q)
    assert nonnegative_from(exp(y) - 1, y, 0, domain).status is Status.PROVED
    assert nonnegative_from(exp(2 * y) - exp(y), y, 0, domain).status is Status.PROVED
    assert nonnegative_from(exp(y) - 2, y, 0, domain).status is not Status.PROVED
    assert nonnegative_from(1 - exp(y), y, 0, domain).status is not Status.PROVED
    assert nonnegative_from(1 - exp(y), y, 0, domain, downward=True).status is Status.PROVED


def test_comparison_needs_order_and_monotonicity():
    domain = theory.qgamma_overestimate.domain
    exact, published = theory.exact_iterate, theory.published
    assert proved(Compared("<="), exact, published, domain)
    assert not proved(Compared(">="), exact, published, domain)
    assert not proved(Compared("<="), exact, published, theory.qgamma.domain)  # steps above 4


def test_conjugation_and_first_step():
    c = theory.factor
    domain = theory.qgamma_flattening.domain
    scaled = theory.iterated_larger.definition
    assert proved(Conjugated(c), scaled, c * theory.softer, domain)
    assert not proved(Conjugated(c), scaled, c * ITERATE, domain)
    often = theory.often
    before = theory.iterated_seen.definition
    after = Iterate(theory.published_map(K), (q, theory.first, often - 1))
    assert proved(FirstStep(), before, after, theory.qgamma_large_step.domain)
    assert not proved(FirstStep(), before, after.subs(often, often + 1), DOMAIN)
    assert not proved(
        FirstStep(), ITERATE, Iterate(theory.published_map(K), (q, theory.first, n - 1))
    )


def test_stolz_cesaro_needs_the_limit_of_a_step():
    rule = StolzCesaro(theory.qgamma_potential, potential=potential(q), variable=q)
    assert rule.check(K * potential(ITERATE), K * gamma * n, DOMAIN).status is Status.CITED
    assert rule.check(K * potential(ITERATE), gamma * n, DOMAIN).status is not Status.CITED


def test_induction_needs_a_step_that_is_closed_in_the_view():
    before, after = theory.memory_logit.definition, theory.gram_logit.definition
    domain = theory.gram_sgd.domain
    right = theory.gram_sgd.derivation.steps[-1].by
    assert proved(right, before, after, domain)
    blind = Intertwined(theory.gram_sgd_step, state=theory.W, is_view=lambda _: False)
    assert not proved(blind, before, after, domain)
    assert not proved(right, before, before, domain)


def test_every_derivation_of_the_section_stands():
    empirical = {theory.sgd_approx_error, theory.sgd_approx_breakdown}
    for name in theory.__all__:
        claim = getattr(theory, name)
        if claim in empirical:
            assert not claim.derivation.steps
            continue
        expected = Status.CITED if claim is theory.qgamma_growth else Status.PROVED
        assert claim.derivation_report().worst is expected, claim.id


@pytest.mark.benchmark
def test_logits_are_trained_faster_than_the_memory_in_high_dimension():
    rng = np.random.default_rng(0)
    size, classes, dimension = 100, 5, 1000
    e = rng.standard_normal((size, dimension)) / np.sqrt(dimension)
    u = rng.standard_normal((classes, dimension)) / np.sqrt(dimension)
    labels = np.arange(size) % classes
    batches = np.minimum(rng.zipf(2.0, size=(32, 16)), size) - 1
    start = np.zeros((dimension, dimension))
    grams = (e @ e.T, u @ u.T)

    def timed(train, *arguments):
        train(*arguments, batches[:1], 1.0)
        begun = time.perf_counter()
        train(*arguments, batches, 1.0)
        return time.perf_counter() - begun

    by_memory = timed(train_memory, start, e, u, labels)
    by_logits = timed(train_logits, np.zeros((size, classes)), *grams, labels)
    assert by_logits < by_memory / 50
