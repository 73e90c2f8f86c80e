"""Figures of the topic: found by name, the same file every time, true to what they draw."""

import math

import numpy as np
import pytest

from theory.iteration_head import thresholds_second
from verify.core import figures
from verify.iteration_head.figures import attention, data, guesses, positions, sharpness

WANTED = {
    f"iteration-head/{name}"
    for name in (
        "attention-maps blind-guesses first-sharpness gaussian-positions interventions leakage "
        "second-sharpness trained-maps training transfer variants"
    ).split()
}


def test_the_topic_has_its_figures():
    assert {name for name in figures.names() if name.startswith("iteration-head/")} == WANTED


def test_a_figure_is_drawn_the_same_again(tmp_path):
    name = "iteration-head/attention-maps"
    first, again = (figures.draw(name, tmp_path / folder) for folder in ("a", "b"))
    assert [path.suffix for path in first] == [".svg", ".png"]
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in again]


@pytest.mark.parametrize("case", attention.CASES, ids=["polynomial", "parity"])
def test_the_frames_are_where_the_maps_are_dark(case):
    _, task, _, code, prompt = case
    for layer, weights in enumerate(attention.maps(task, code, prompt), start=1):
        assert np.triu(weights, 1).max() == 0
        assert weights.sum(axis=1) == pytest.approx(1)
        framed = attention.targets(layer, len(prompt))
        assert [query for query, _ in framed] == list(range(len(prompt) + 1, len(weights)))
        assert min(weights[query, key] for query, key in framed) > 0.85


def test_no_margin_is_below_the_line_and_long_prompts_are_on_it():
    for second in (0.7, math.pi / 2, 3.0):
        bound = sharpness.margin_bound(second)
        found = [sharpness.least_margin(length, second) for length in (1, 3, 6)]
        assert all(one > bound - 1e-12 for one in found)
    root = sharpness.critical_sharpness()
    assert float(thresholds_second.LOW) <= root <= float(thresholds_second.HIGH)
    assert sharpness.least_margin(9, root) == pytest.approx(0, abs=1e-7)


@pytest.mark.parametrize("length", [1, 4, 9])
def test_prompts_fail_just_below_the_threshold_of_the_first_head(length):
    least = 2 * math.log(length + 1)
    assert sharpness.share_right(length, least + 0.01) == 1
    assert sharpness.share_right(length, least - 0.01) < 1
    weights = sharpness.fetched(length, least - 0.01)
    assert list(weights > 0.5) == [False] + [True] * length


@pytest.mark.parametrize("p", guesses.LENGTHS)
def test_guesses_are_counted_as_the_formulas_say(p):
    for length in range(1, 8):
        assert guesses.counted(p, length) == pytest.approx(guesses.blind(p, length))
    longest = guesses.LENGTHS[p] - 1
    for missing in range(1, longest + 1):
        found = guesses.run_without(p, longest, missing)
        assert found == pytest.approx(guesses.without(p, longest, missing))


def test_positions_are_singled_out_always_or_never_where_that_is_plain():
    assert positions.all_attendable(5, 1, draws=20) == 0  # only the two ends can be
    assert positions.all_attendable(2, 3, draws=20) == 20
    assert positions.all_attendable(16, 12, draws=20) == 20
    assert positions.all_by_themselves(16, 40, draws=20) == 20
    assert positions.all_by_themselves(16, 1, draws=20) == 0


def test_data_that_are_drawn_leak_as_the_formula_says():
    assert data.leaked(2, 10) == pytest.approx(0.632, abs=1e-3)
    assert data.leaked(10, 4) == pytest.approx(0.097, abs=1e-3)
    assert data.simulated(2, 10).mean() == pytest.approx(data.leaked(2, 10), abs=0.02)
