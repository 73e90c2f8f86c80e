import itertools
import math
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from verify.core.sequential import BoundTest, EquivalenceTest, Outcome

# Multiples of 1/64 with power-of-two ranges: shifting, scaling and mirroring them is exact, so that
# invariance can be asked for without a tolerance.
GRID = 64
levels = st.integers(0, GRID)
errors = st.sampled_from([0.3, 0.05, 1e-3])


@st.composite
def streams(draw):
    """Observations in [0, 1] whose mean may be anywhere, long enough to be decided often."""
    values = draw(st.lists(levels, min_size=1, max_size=5))
    size = draw(st.integers(0, 600))
    order = np.random.default_rng(draw(st.integers(0, 2**32 - 1))).integers(0, len(values), size)
    return np.array(values, dtype=np.float64)[order] / GRID


def new_test(kind, claimed, resolution, low, high, error):
    if kind == "==":
        return EquivalenceTest(claimed, resolution, low, high, error)
    return BoundTest(claimed, kind, resolution, low, high, error)


@st.composite
def claims(draw):
    """A kind of test with a claimed value and a resolution, in units of 1/GRID, that it accepts."""
    kind = draw(st.sampled_from(["==", "<=", ">="]))
    resolution = draw(st.integers(1, 16))
    claimed = draw(st.integers(-20, GRID + 20))
    if kind == "<=" and claimed < GRID:
        claimed = min(claimed, GRID - resolution)
    if kind == ">=" and claimed > 0:
        claimed = max(claimed, resolution)
    return kind, claimed / GRID, resolution / GRID


def summary(test):
    return test.decision, test.samples


@given(claims(), streams(), errors, st.integers(-5, 5), st.integers(-100, 100))
def test_decisions_do_not_depend_on_the_units(claim, stream, error, power, shift):
    kind, claimed, resolution = claim
    scale = 2.0**power
    plain = new_test(kind, claimed, resolution, 0, 1, error)
    moved = new_test(
        kind,
        scale * (claimed + shift),
        scale * resolution,
        scale * shift,
        scale * (shift + 1),
        error,
    )
    plain.update(stream)
    moved.update(scale * (stream + shift))
    assert summary(plain) == summary(moved)
    assert plain.evidence == moved.evidence


@given(claims(), streams(), errors, st.lists(st.integers(0, 600), max_size=6))
def test_decisions_do_not_depend_on_the_blocks(claim, stream, error, cuts):
    whole = new_test(*claim, 0, 1, error)
    pieces = new_test(*claim, 0, 1, error)
    answer = whole.update(stream)
    for block in np.split(stream, sorted(cuts)):
        last = pieces.update(block)
    assert answer == last
    assert summary(whole) == summary(pieces)
    assert whole.evidence == pieces.evidence
    np.testing.assert_equal(whole.mean, pieces.mean)


@given(claims(), streams(), errors)
def test_mirror_images_are_decided_alike(claim, stream, error):
    kind, claimed, resolution = claim
    mirrored_kind = {"==": "==", "<=": ">=", ">=": "<="}[kind]
    test = new_test(kind, claimed, resolution, 0, 1, error)
    mirror = new_test(mirrored_kind, 1 - claimed, resolution, 0, 1, error)
    test.update(stream)
    mirror.update(1 - stream)
    swap = {"above": "below", "below": "above", "not_above": "not_below", "not_below": "not_above"}
    assert summary(test) == summary(mirror)
    assert test.evidence == {swap[name]: log for name, log in mirror.evidence.items()}


@given(claims(), streams(), errors)
def test_samples_counts_up_to_the_deciding_one(claim, stream, error):
    test = new_test(*claim, 0, 1, error)
    decision = test.update(stream)
    used = test.samples
    if decision is None:
        assert used == len(stream)
        return
    if used:
        shorter = new_test(*claim, 0, 1, error)
        assert shorter.update(stream[: used - 1]) is None
        assert test.mean == pytest.approx(stream[:used].mean())
    assert test.update(np.ones(5)) == decision
    assert test.samples == used


# Each hypothesis, with a law on {0, 1/4, 1} that has exactly its mean: the expected wealth of its
# bettor over all sequences must be 1, or it would be looking ahead or betting at unfair odds.
@pytest.mark.parametrize("bernoulli", [False, True])
@pytest.mark.parametrize("kind", ["==", "<=", ">="])
def test_every_bet_is_fair(kind, bernoulli):
    claimed, resolution, length = 0.375, 0.125, 6
    edges = {"not_above": 0.5, "above": 0.5, "not_below": 0.25, "below": 0.25}
    if kind != "==":
        edges |= {"above": claimed, "below": claimed}
    values = (0.0, 1.0) if bernoulli else (0.0, 0.25, 1.0)
    logs = {}
    for sequence in itertools.product(values, repeat=length):
        if kind == "==":
            test = EquivalenceTest(claimed, resolution, 0, 1, 1e-30, bernoulli=bernoulli)
        else:
            test = BoundTest(claimed, kind, resolution, 0, 1, 1e-30, bernoulli=bernoulli)
        assert test.update(np.array(sequence)) is None
        logs[sequence] = test.evidence
    for name in next(iter(logs.values())):
        mean = edges[name]
        high = mean if bernoulli else mean - 0.05
        law = {0.0: 1 - high, 0.25: 0.0, 1.0: high}
        if not bernoulli:
            law = {0.0: 0.8 - high, 0.25: 0.2, 1.0: high}
        expected = sum(
            math.prod(law[x] for x in sequence) * math.exp(log[name])
            for sequence, log in logs.items()
        )
        assert expected == pytest.approx(1.0, rel=1e-9)


def test_bernoulli_bets_are_likelihood_ratios():
    stream = (np.random.default_rng(3).random(500) < 0.3).astype(float)
    test = EquivalenceTest(0.3, 0.1, 0, 1, 1e-30, bernoulli=True)
    test.update(stream)
    ones, zeros = stream.sum(), (1 - stream).sum()
    for name, edge in (("not_below", 0.2), ("not_above", 0.4)):
        ratio = ones * math.log(0.3 / edge) + zeros * math.log(0.7 / (1 - edge))
        assert test.evidence[name] == pytest.approx(ratio, rel=1e-12)


# Rare events are the hard case: before the first one, the past looks as if nothing could go wrong.
@pytest.mark.parametrize(
    ("p", "resolution"), [(0.5, 0.05), (0.2, 0.04), (0.02, 0.015), (0.98, 0.015)]
)
def test_two_valued_data_need_no_telling(p, resolution):
    used = {True: 0, False: 0}
    for seed in range(100):
        stream = (np.random.default_rng(seed).random(40_000) < p).astype(float)
        for bernoulli in used:
            test = EquivalenceTest(p, resolution, 0, 1, 1e-3, bernoulli=bernoulli)
            assert test.update(stream) is Outcome.CONFIRMED
            used[bernoulli] += test.samples
    assert used[False] <= 1.15 * used[True]


def test_a_difference_of_two_laws():
    generator = np.random.default_rng(5)
    a, b, far = generator.random(40_000), generator.random(40_000), generator.random(40_000) ** 2
    same = EquivalenceTest(0, 0.03, -1, 1, 1e-3)
    assert same.update(a - b) is Outcome.CONFIRMED
    assert abs(same.mean) < 0.03
    different = EquivalenceTest(0, 0.03, -1, 1, 1e-3)
    assert different.update(a - far) is Outcome.REFUTED
    assert different.samples < 1000
    assert different.evidence["above"] >= math.log(2 / 1e-3)


@pytest.mark.parametrize(
    ("mean", "decision"), [(0.3, "confirmed"), (0.5, "confirmed"), (0.7, "refuted")]
)
def test_bounds(mean, decision):
    stream = (np.random.default_rng(7).random(20_000) < mean).astype(float)
    test = BoundTest(0.5, "<=", 0.05, 0, 1, 1e-3)
    assert test.update(stream) == decision
    mirror = BoundTest(0.5, ">=", 0.05, 0, 1, 1e-3)
    assert mirror.update(1 - stream) == decision


def test_rare_large_observations_do_not_ruin_a_learnt_bet():
    # Nearly constant at 1/2, with a jump to an end once in a hundred: bets learnt before the first
    # jump are far too bold, and must recover.
    for seed in range(20):
        generator = np.random.default_rng(seed)
        jump = generator.random(60_000) < 0.01
        small = 0.5 + 0.01 * generator.choice([-1.0, 1.0], jump.size)
        stream = np.where(jump, generator.integers(0, 2, jump.size), small)
        test = EquivalenceTest(0.5, 0.005, 0, 1, 1e-3)
        assert test.update(stream) is Outcome.CONFIRMED


def test_never_seeing_an_event_confirms_that_it_is_rare():
    test = EquivalenceTest(0, 0.01, 0, 1, 1e-3)
    assert test.update(np.zeros(5000)) is Outcome.CONFIRMED
    assert test.samples == pytest.approx(math.log(1000) / 0.01, rel=0.15)
    assert test.evidence["not_below"] == math.inf
    assert "below" not in test.evidence


def test_what_the_range_alone_decides():
    beyond = EquivalenceTest(1.5, 0.1, 0, 1, 0.01)
    assert (beyond.decision, beyond.samples) == (Outcome.REFUTED, 0)
    assert beyond.evidence == {"below": math.inf}
    assert EquivalenceTest(-0.5, 0.1, 0, 1, 0.01).evidence == {"above": math.inf}
    assert math.isnan(beyond.mean)
    assert BoundTest(1.0, "<=", 0.1, 0, 1, 0.01).decision is Outcome.CONFIRMED
    assert BoundTest(-0.1, "<=", 0.1, 0, 1, 0.01).decision is Outcome.REFUTED
    assert BoundTest(0.0, ">=", 0.1, 0, 1, 0.01).decision is Outcome.CONFIRMED
    assert BoundTest(1.1, ">=", 0.1, 0, 1, 0.01).decision is Outcome.REFUTED


def test_a_mean_at_the_end_of_the_range_is_not_excluded():
    # 0.9 + 0.1 and 0.7 + 0.3 round to 1 or beside it; a mean of 1 is possible, and so not rejected.
    for prediction, resolution in ((0.9, 0.1), (0.7, 0.3), (0.95, 0.05)):
        test = EquivalenceTest(prediction, resolution, 0, 1, 0.01)
        assert test.update(np.ones(20_000)) is not Outcome.CONFIRMED
        assert test.evidence["not_above"] <= 0
    # A prediction beyond the range whose zone reaches into it can still be refuted.
    test = EquivalenceTest(1.05, 0.1, 0, 1, 0.01)
    assert test.update(np.full(1000, 0.5)) is Outcome.REFUTED


def test_contradictory_evidence_is_refuted():
    test = EquivalenceTest(0.5, 0.1, 0, 1, 0.01)
    test.update([0.5])
    test._table.rows["needed"] = 0.0  # the next observation completes everything at once
    assert test.update([0.5]) is Outcome.REFUTED
    test = BoundTest(0.5, "<=", 0.1, 0, 1, 0.01)
    test._table.rows["needed"] = 0.0
    assert test.update([0.55]) is Outcome.REFUTED


def test_wealth_neither_overflows_nor_dies():
    stream = np.random.default_rng(11).random(200_000)
    test = EquivalenceTest(0.5, 0.05, 0, 1, 1e-300)
    assert test.update(stream) is Outcome.CONFIRMED
    assert test.evidence["not_above"] == pytest.approx(300 * math.log(10), rel=0.01)
    assert -math.inf < test.evidence["above"] < -100
    # Wealth must stay exact over many rescalings: compare with logarithms summed one by one.
    tiny = EquivalenceTest(0.5, 0.25, 0, 1, 1e-300, bernoulli=True)
    tiny.update(np.zeros(2000))
    assert tiny.evidence["not_below"] == pytest.approx(2000 * math.log1p(-0.25 / 0.1875 * 0.25))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"resolution": 0.0}, "resolution must be positive"),
        ({"resolution": math.nan}, "finite"),
        ({"prediction": math.inf}, "finite"),
        ({"low": 1.0}, "low must be less"),
        ({"error": 0.0}, "strictly between"),
        ({"error": 1.0}, "strictly between"),
        ({"error": math.nan}, "strictly between"),
        ({"resolution": 0.5}, "cannot fail"),
    ],
)
def test_invalid_equivalence_tests(change, message):
    arguments = {"prediction": 0.5, "resolution": 0.1, "low": 0.0, "high": 1.0, "error": 0.01}
    with pytest.raises(ValueError, match=message) as caught:
        EquivalenceTest(**(arguments | change))
    assert "\n" not in str(caught.value)


def test_invalid_bound_tests():
    with pytest.raises(ValueError, match="sense"):
        BoundTest(0.5, "<", 0.1, 0, 1, 0.01)
    with pytest.raises(ValueError, match="cannot fail"):
        BoundTest(0.95, "<=", 0.1, 0, 1, 0.01)
    with pytest.raises(ValueError, match="cannot fail"):
        BoundTest(0.05, ">=", 0.1, 0, 1, 0.01)


@pytest.mark.parametrize("bad", [math.nan, -0.01, 1.01, math.inf, -math.inf])
def test_invalid_samples_leave_the_test_as_it_was(bad):
    test = EquivalenceTest(0.5, 0.1, 0, 1, 0.01)
    test.update([0.25, 0.75])
    before = test.samples, test.mean, test.evidence
    with pytest.raises(ValueError, match=r"sample 1 of the block is .* not in \[0, 1\]"):
        test.update([0.5, bad])
    assert (test.samples, test.mean, test.evidence) == before


def test_invalid_blocks():
    with pytest.raises(ValueError, match="not 0 or 1"):
        EquivalenceTest(0.5, 0.1, 0, 1, 0.01, bernoulli=True).update([0.0, 0.5])
    with pytest.raises(ValueError, match="one-dimensional"):
        EquivalenceTest(0.5, 0.1, 0, 1, 0.01).update(np.zeros((2, 2)))
    assert EquivalenceTest(0.5, 0.1, 0, 1, 0.01).update([]) is None
    assert EquivalenceTest(0.5, 0.1, 0, 1, 0.01).update(np.array([True, False])) is None


@pytest.mark.benchmark
def test_speed():
    stream = (np.random.default_rng(17).random(5_000_000) < 0.5).astype(float)
    test = EquivalenceTest(0.5, 1e-4, 0, 1, 1e-3, bernoulli=True)
    test.update(stream[:10])
    start = time.perf_counter()
    test.update(stream)
    assert len(stream) / (time.perf_counter() - start) > 1e7
