"""The simulator of the elimination of classes, its fluid limit, and the rules about its stages."""

import math
from fractions import Fraction

import numba
import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from numerics.core.streams import Stream
from numerics.mode_estimation import elimination_costs as numerics
from numerics.mode_estimation.codes import huffman_cost
from numerics.mode_estimation.distributions import dirichlet, geometric, one_good, two_good
from numerics.mode_estimation.fluid_elimination import fluid_queries, stage_cost
from numerics.mode_estimation.sampling import alias_table
from tests.benchmarks.test_benchmark_mode_estimation_elimination_costs import direct_elimination
from theory import ByClaim, Domain, Status
from theory.core.evaluation import enclose
from theory.core.rule import examine
from theory.mode_estimation import elimination_costs as theory
from theory.mode_estimation import set_elimination as sets
from theory.mode_estimation.coding import entropy_sandwich
from theory.mode_estimation.gap_rules import MeanTimes
from theory.mode_estimation.geometric_sums import GeometricSum
from theory.mode_estimation.stage_cost import StageCost, over_stages
from theory.mode_estimation.stage_rules import LastStage, StagesReplaced, SummationByParts


def weights_of(tree, low):
    """Weights of a tree by place, its leaves, and whether every inner one is the sum of its two."""
    weight, parent, child = tree
    leaves = {-1 - child[q]: weight[q] for q in range(low, weight.size) if child[q] < 0}
    inner = [q for q in range(low, weight.size) if child[q] >= 0]
    assert all(weight[q] == weight[child[q]] + weight[child[q] + 1] for q in inner)
    assert all(parent[child[q]] == parent[child[q] + 1] == q for q in inner)
    assert (np.diff(weight[low:]) >= 0).all()
    return leaves, sum(int(weight[q]) for q in inner)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(0, 6), min_size=2, max_size=8),
    st.lists(st.integers(0, 7), min_size=1, max_size=40),
)
def test_the_tree_stays_optimal(counts, steps):
    counts = sorted(max(count, 1) if i else count for i, count in enumerate(counts))
    size = len(counts)
    tree, leaf = np.full((3, 2 * size + 1), -9), np.full(size, -9)
    held, order = np.array(counts), np.arange(size)
    made = np.empty((2, size), np.int64)
    low = numerics._build(*tree, leaf, held, order, size, made)
    for step in steps:
        symbol = step % size
        numerics._increment(*tree, leaf, leaf[symbol])
        held[symbol] += 1
        leaves, cost = weights_of(tree, low)
        assert [leaves[symbol] for symbol in range(size)] == held.tolist()
        assert all(tree[2][leaf[symbol]] == -1 - symbol for symbol in range(size))
        assert cost == huffman_cost(held.tolist())


@pytest.mark.parametrize(("law", "delta", "c"), [(two_good(20), 0.3, 0.5), (geometric(6), 0.1, 2)])
def test_against_direct_python_on_the_same_labels(law, delta, c):
    generator = np.random.default_rng(5)
    ours, direct = [], []
    for _ in range(15):
        labels = generator.choice(len(law), size=4000, p=law)
        ours.append(numerics.elimination_on_labels(labels, len(law), -math.log(delta), c, 4000))
        direct.append(direct_elimination(law, delta, c, labels.tolist()))
    assert [run[1:] for run in ours] == [run[1:] for run in direct]
    # of trees of equal cost for the counts, the flattest costs less at the next new class
    totals = [sum(run[0] for run in runs) for runs in (ours, direct)]
    assert totals[0] == pytest.approx(totals[1], rel=0.05)


def law_of_two_classes(p, delta, c, horizon):
    """Probability of error and mean number of samples, step by step, for two classes."""
    size = 2 * horizon + 1
    mass, error, mean = np.zeros(size), 0.0, 0.0
    mass[horizon] = 1.0
    lead = np.abs(np.arange(-horizon, horizon + 1))
    for n in range(1, horizon + 1):
        mass = np.append(0, mass[:-1]) * p + np.append(mass[1:], 0) * (1 - p)
        largest = (n + lead) / 2
        bar = np.sqrt(c * largest * math.log(math.pi**2 * n**2 * 2 / delta))
        stopped = largest - lead < largest - bar
        mean += n * mass[stopped].sum()
        error += mass[:horizon][stopped[:horizon]].sum()
        mass[stopped] = 0
    return error, mean


@pytest.mark.parametrize("c", [0.3, 1.0])
def test_two_classes_against_the_exact_law(c):
    error, mean = law_of_two_classes(0.6, 0.1, c, 2000)
    queries, samples, answers = numerics.simulate((0.6, 0.4), 0.1, c, 20_000, 11)
    assert (queries == samples).all()
    assert samples.mean() == pytest.approx(mean, abs=4.5 * samples.std() / math.sqrt(20_000))
    wrong = (answers == 1).mean()
    assert wrong == pytest.approx(error, abs=4.5 * math.sqrt(error / 20_000))


def fixed_point(c, gap, constant):
    n = 1.0
    for _ in range(200):
        n = c / gap * (constant + 2 * math.log(n + 1))
    return n


@pytest.mark.parametrize("law", [(0.4, 0.25, 0.15, 0.1, 0.1), (0.3, 0.2) + (0.05,) * 10])
def test_mean_queries_against_the_fluid_cost(law):
    c, ell, m = 4.0, 40 * math.log(10), len(law)
    queries, _, answers = numerics.elimination_runs(law, ell, c, Stream.of(3), 0, 200)
    assert not answers.any()
    constant, expected, before = ell + math.log(math.pi**2 * m), 0.0, 0.0
    for kept in range(m, 1, -1):
        gap = (law[0] - law[kept - 1]) ** 2 / law[0]
        left = fixed_point(c, gap, constant)
        expected += (left - before) * stage_cost(law, kept)[0]
        before = left
    assert queries.mean() == pytest.approx(expected, rel=0.03)


def test_runs_do_not_depend_on_threads_or_on_how_many_there_are():
    stream, law = Stream.of(1, "threads"), two_good(40)
    whole = numerics.elimination_runs(law, 3.0, 1.0, stream, 0, 50)
    threads = numba.get_num_threads()
    try:
        numba.set_num_threads(1)
        alone = numerics.elimination_runs(law, 3.0, 1.0, stream, 0, 50)
    finally:
        numba.set_num_threads(threads)
    part = numerics.elimination_runs(law, 3.0, 1.0, stream, 20, 13)
    for one, other, third in zip(whole, alone, part, strict=True):
        assert (one == other).all()
        assert (one[20:33] == third).all()


def test_degenerate_input():
    queries, samples, answers = numerics.simulate([1.0], 0.1, 4, 3, 0)
    assert queries.tolist() == samples.tolist() == answers.tolist() == [0, 0, 0]
    assert numerics.elimination_on_labels([0], 1, 1.0, 4.0) == (0, 0, 0)
    assert all(part.size == 0 for part in numerics.simulate((0.6, 0.4), 0.1, 4, 0, 0))
    certain = numerics.simulate((1.0, 0.0, 0.0), 0.1, 4, 3, 0)
    assert (certain[2] == 0).all()
    stopped = numerics.elimination_runs((0.6, 0.4), 2.0, 4.0, Stream.of(0), 0, 5, largest=10)
    assert (stopped[1] == 10).all() and (stopped[2] == -1).all()
    assert fluid_queries([1.0], 4.0) == (0.0, 0.0)


@pytest.mark.parametrize(
    "arguments",
    [
        ((0.5, 0.5), 0.1, 4, 1, 0),
        ((0.6, 0.3), 0.1, 4, 1, 0),
        ((0.6, -0.1, 0.5), 0.1, 4, 1, 0),
        ((), 0.1, 4, 1, 0),
        ((0.6, 0.4), 0, 4, 1, 0),
        ((0.6, 0.4), 1.5, 4, 1, 0),
        ((0.6, 0.4), 0.1, 0, 1, 0),
        ((0.6, 0.4), 0.1, 4, -1, 0),
    ],
)
def test_bad_arguments(arguments):
    with pytest.raises(ValueError, match=r"p |delta|c is|count"):
        numerics.simulate(*arguments)


def test_bad_labels():
    for labels in ([], [0, 2], [-1], [0.5]):
        with pytest.raises(ValueError, match="labels"):
            numerics.elimination_on_labels(labels, 2, 1.0, 4.0)
    with pytest.raises(ValueError, match="fall"):
        fluid_queries((0.2, 0.5, 0.3), 4.0)


@pytest.mark.parametrize("law", [one_good(7), geometric(9), dirichlet(30, 0.3, 2)])
def test_alias_table_holds_the_law(law):
    threshold, alias = alias_table(law)
    mass = threshold.copy()
    np.add.at(mass, alias, 1 - threshold)
    assert mass / law.size == pytest.approx(law, abs=1e-14)


def test_cost_of_a_stage_in_theory_is_that_of_the_simulator():
    law = (Fraction(2, 5), Fraction(1, 4), Fraction(3, 20), Fraction(1, 10), Fraction(1, 10))
    exact = tuple(sympy.Rational(share.numerator, share.denominator) for share in law)
    for kept in range(2, 6):
        ball = enclose(StageCost(theory.p.symbol, kept, 5), {"p": exact})
        value, error = stage_cost([float(share) for share in law], kept)
        assert abs(ball - value) <= error


k, m, c = theory.k, theory.m.symbol, theory.c.symbol
DOMAIN = Domain(theory.m, theory.p, theory.c, remarks=(theory.ORDER, theory.HUFFMAN_COST))


def status(rule, before, after, domain=DOMAIN):
    return examine(rule, before, after, domain).status


def test_summation_by_parts_gives_that_and_nothing_else():
    information = theory.information
    rule = SummationByParts(theory.longest, information, 1 + information(1), k, m, c)
    partial = c * over_stages(theory.longest, lambda i: theory.at_most.subs(KEPT, i), k, m)
    right = c * theory.bracket
    assert status(rule, partial, right) is Status.PROVED
    assert status(rule, partial, 2 * right) is Status.UNDECIDED
    assert status(rule, right, right) is Status.UNDECIDED
    # and it is true: both sides at a point
    law = (0.4, 0.25, 0.15, 0.1, 0.1)
    point = {"p": tuple(map(sympy.Rational, map(str, law))), "m": 5, "c": 4}
    assert enclose(partial, point).overlaps(enclose(right, point))


KEPT = theory.stage.symbol


def test_stages_are_replaced_only_where_the_weights_have_one_sign():
    by = ByClaim(theory.elim_complexity_stage, {KEPT: k})
    before = c * over_stages(theory.longest, theory.stage_cost, k, m)
    after = c * over_stages(theory.longest, lambda i: theory.at_most.subs(KEPT, i), k, m)
    good = StagesReplaced(by, theory.longest, k, m, c, theory.ORDER)
    assert status(good, before, after) in (Status.PROVED, Status.CITED)
    assert status(good, before, c * theory.bracket) is Status.UNDECIDED
    assert status(good, before, after, Domain(theory.m, theory.p, theory.c)) is Status.UNDECIDED

    def rising(i):
        return 1 / theory.longest(i)

    lines = (
        c * over_stages(rising, cost, k, m)
        for cost in (theory.stage_cost, lambda i: theory.at_most.subs(KEPT, i))
    )
    bad = StagesReplaced(by, rising, k, m, c, theory.ORDER)
    assert status(bad, *lines) is Status.UNDECIDED


def test_geometric_sums():
    r = sympy.Symbol("r", integer=True, positive=True)
    series = sympy.Sum(2 ** (-c * r), (r, 1, sympy.oo))
    assert status(GeometricSum(), series, 1 / (2**c - 1)) is Status.PROVED
    assert status(GeometricSum(), series, 1 / (2**c + 1)) is not Status.PROVED
    assert status(GeometricSum(), sympy.Sum(2 ** (c * r), (r, 1, sympy.oo)), 1) is not Status.PROVED
    harmonic = sympy.Sum(1 / r, (r, 1, sympy.oo))
    assert status(GeometricSum(), harmonic, 1) is not Status.PROVED


def test_the_last_stage_alone_is_a_lower_bound():
    def rule(below):
        by = ByClaim(entropy_sandwich)
        return LastStage(by, theory.longest, below, k, m, theory.p.symbol, c, theory.ORDER)

    stages = c * over_stages(theory.longest, theory.stage_cost, k, m)
    first = theory.p[1]
    good = c * theory.entropy / first
    assert status(rule(1 / first), stages, good) in (Status.PROVED, Status.CITED)
    assert status(rule(2 / first), stages, 2 * good) is Status.UNDECIDED
    assert status(rule(1 / first), stages, 2 * good) is Status.UNDECIDED


def test_mean_times_need_the_mean_that_the_claim_speaks_of():
    rule = sets.set_elim_complexity_shape.derivation.steps[1].by
    domain = sets.set_elim_complexity_shape.domain
    before = sets.first_phase + sets.second_phase
    assert status(rule, before, sets.shape, domain) is Status.PROVED
    assert status(rule, before, sets.shape / 2, domain) is not Status.PROVED
    assert status(rule, before, sets.shape, Domain(theory.m, theory.p)) is Status.UNDECIDED
    given = dict(rule.by.at)
    for name, wrong in (("mean", 2 * given[rule.names["mean"]]), ("first", 2 * theory.p[1])):
        by = ByClaim(rule.by.claim, {**given, rule.names[name]: wrong})
        other = MeanTimes(by, theory.longest, k, m, theory.p.symbol, theory.ORDER, rule.names)
        assert status(other, before, sets.shape, domain) is Status.UNDECIDED
