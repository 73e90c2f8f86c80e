"""Fine-tuning: what starts where, what stays as it was, and how steps to a level are counted."""

from dataclasses import replace

import numpy as np
import pytest

from numerics.iteration_head.decoder import Decoder
from numerics.iteration_head.training import Run, drawn_parameters, learned_names
from theory.core.catalogue import claims_of
from theory.iteration_head import trained_variants as variants_theory
from theory.iteration_head import transfer as theory
from verify.core.check import registered
from verify.iteration_head import trained, trained_variants, transfer

TINY = {"n": 4, "p": 3, "d": 8, "batch": 4, "steps": 20, "rate": 0.01, "finite": 0, "seed": 0}
PAIR = {**TINY, "numbers": trained.SEEDS[:2]}
SIZES = {name: value for name, value in TINY.items() if name not in ("rate", "seed")}
TUNED = 12


def run_with(accuracies):
    """A run of two seeds or more with these accuracies at steps 10, 20, ..., of length 4 only."""
    values = np.asarray(accuracies, dtype=float)[:, :, None]
    steps = 10 * np.arange(1, values.shape[1] + 1)
    return Run({}, steps, np.array([4]), values, *[values] * 4)


def test_steps_to_a_level_are_those_of_the_first_record_that_has_it():
    run = run_with([[0.1, 0.8, 0.2], [0.9, 0.9, 0.9], [0.1, 0.2, 0.3]])
    assert transfer.reached(run, 0.7, 99).tolist() == [20, 10, 99]
    assert transfer.not_yet(run, 0.7).tolist() == [10, 0, 30]


def swapped(monkeypatch, before, after, scratch):
    """Put runs in the place of trained ones."""
    monkeypatch.setattr(transfer, "on_polynomials", lambda **sizes: run_with(before))
    monkeypatch.setattr(transfer, "on_parity", lambda **sizes: run_with(scratch))
    monkeypatch.setattr(transfer, "fine_tuned", lambda *_, **sizes: run_with(after))


def measured(claim, **point):
    """What the check of a claim measures at a point."""
    return registered(claim).measure(**{**TINY, "steps": 30, "tuned": 20, **point})


@pytest.mark.parametrize(
    ("before", "after", "scratch", "longer", "shorter"),
    [
        ([0.1, 0.9, 1], [0.2, 0.9], [0.9, 0.9, 0.9], True, False),
        ([0.9, 0.9, 1], [0.9, 0.9], [0.1, 0.1, 0.9], False, True),
        ([0.9, 0.9, 1], [0.1, 0.9], [0.1, 0.1, 0.9], False, False),
        ([0.1, 0.1, 0.9], [0.9, 0.9], [0.1, 0.1, 0.1], False, False),
        ([0.1, 0.9, 0.9], [0.1, 0.1], [0.1, 0.1, 0.9], True, False),
        ([0.1, 0.1, 0.1], [0.9, 0.9], [0.1, 0.9, 0.9], True, False),
        ([0.9, 0.9, 0.9], [0.9, 0.9], [0.1, 0.1, 0.1], False, True),
    ],
)
def test_totals_count_what_is_never_reached_for_neither_side(
    monkeypatch, before, after, scratch, longer, shorter
):
    swapped(monkeypatch, [before], [after], [scratch])
    found = [
        not next(iter(measured(claim, level=0.7).cases))[1]
        for claim in (theory.train_transfer_total, theory.train_transfer_total_saved)
    ]
    assert found == [longer, shorter]


def test_a_network_that_never_gets_there_is_not_the_sooner_one(monkeypatch):
    swapped(monkeypatch, [[1, 1, 1]], [[0, 0]], [[0, 0, 0]])
    found = measured(theory.train_transfer, level=0.7)
    assert found.group_a > found.group_b


@pytest.fixture
def untrained(monkeypatch):
    """Runs that leave parameters as they were, and what was asked of each."""
    asked = []

    def leave(how, seeds, rates, *, records, start=None, learned=None):
        asked.append((how, seeds, start, learned))
        parameters = drawn_parameters(how, seeds) if start is None else start
        shape = (len(seeds), records, how.iteration.longest, 2, 1)
        lengths = np.arange(1, how.iteration.longest + 1)
        scores = np.broadcast_to(np.reshape(seeds, (-1, 1, 1, 1, 1)), shape)
        return Run(parameters, np.arange(records), lengths, scores[..., 0, 0], *[scores] * 4)

    for module in (trained, transfer):
        monkeypatch.setattr(module, "train_decoders", leave)
        for name in ("trained", "continued"):
            if hasattr(module, name):
                getattr(module, name).cache_clear()
    yield asked
    trained.trained.cache_clear()
    transfer.continued.cache_clear()


def test_the_base_is_cut_to_the_first_seeds(untrained):
    base = transfer.on_polynomials(**TINY)
    (_, seeds, _, _), *more = untrained
    assert not more and seeds == tuple(trained.SEEDS)
    assert base.end_share[:, 0, 0, 0, 0].tolist() == list(trained.FEW)
    few = drawn_parameters(trained.setting(**SIZES), trained.FEW)
    assert all(np.array_equal(base.parameters[name], array) for name, array in few.items())


@pytest.mark.parametrize("source", [transfer.on_polynomials, transfer.on_parity])
def test_fine_tuning_goes_on_from_the_other_task(untrained, source):
    transfer.fine_tuned(source, TUNED, **PAIR)
    (before, seeds, nothing, _), (how, again, start, learned) = untrained
    assert nothing is None and learned is None
    assert seeds == again == tuple(PAIR["numbers"])
    both = (trained.setting(**SIZES), transfer.parity_setting(**SIZES))
    assert {before.iteration, how.iteration} == {each.iteration for each in both}
    assert (before.iteration == both[0].iteration) == (source is transfer.on_polynomials)
    assert how.iteration.vocabulary == before.iteration.vocabulary
    assert (how.steps, how.cool_down, how.warm_up) == (TUNED, 0, before.warm_up)
    for name, array in drawn_parameters(before, seeds).items():
        assert np.array_equal(start[name], array)


def test_the_second_network_alone_leaves_the_rest_and_the_first_symbol():
    before = transfer.on_polynomials(**PAIR).parameters
    run = transfer.second_only(TUNED, **PAIR)
    own = run.parameters
    changed = {name for name in own if not np.array_equal(own[name], before[name])}
    assert changed == {*transfer.SECOND, "tokens"}
    moved = np.flatnonzero(np.any(own["tokens"] != before["tokens"], axis=(0, 2)))
    assert moved.tolist() == [TINY["p"] + 1]
    assert np.array_equal(own["tokens"][:, TINY["p"] + 1], before["tokens"][:, TINY["p"]])
    assert run.diagonal_weight[:, 0] == pytest.approx(run.diagonal_weight[:, -1], abs=1e-6)


def test_heads_are_ranked_over_all_layers(monkeypatch):
    scores = np.array([[[0.1, 0.2], [0.9, 0.3], [0.4, 0.0]]])
    monkeypatch.setattr(trained_variants, "deep", lambda **sizes: scores)
    found = [trained_variants.best(rank)(0.5).group_a[0] for rank in (1, 2, 6)]
    assert found == [0.9, 0.4, 0.0]
    assert trained_variants.in_layers(0, 2)(0.5).group_a[0] == 0.4


def test_positions_are_cut_and_frozen():
    how = trained_variants.with_positions(2, False)(trained.setting(**SIZES))
    drawn = drawn_parameters(how, [1])
    assert drawn["positions"].shape == (1, how.iteration.size, 2)
    assert set(drawn) - set(learned_names(how.decoder, drawn, None)) == {"positions"}
    assert replace(how.decoder, position_width=None, learned_positions=True) == Decoder(TINY["d"])


@pytest.mark.parametrize("section", [theory, variants_theory], ids=["transfer", "variants"])
def test_every_claim_is_checked_at_points_of_its_domain(section):
    for claim in claims_of(section):
        bound = registered(claim)
        points = bound.points(None, 3) if callable(bound.points) else bound.points
        for point in points:
            assert set(point) == {each.name for each in claim.domain.parameters}
            assert claim.domain.violation(point) is None
