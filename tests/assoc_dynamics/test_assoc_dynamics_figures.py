"""Figures of the topic: found by name, the same file every time, true to what they draw."""

import numpy as np
import pytest

from numerics.assoc_dynamics import forgetting, sweeps
from verify.assoc_dynamics.figures import capacity, many_tokens
from verify.core import figures

NAMES = [name for name in figures.names() if name.startswith("assoc-dynamics/")]


def test_a_figure_is_drawn_the_same_again(tmp_path):
    first, again = (figures.draw("assoc-dynamics/spikes", tmp_path / name) for name in ("a", "b"))
    assert [path.suffix for path in first] == [".svg", ".png"]
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in again]


def test_memories_of_a_path_have_its_margins():
    tokens = forgetting.signed_circle((116, 161, -98, 27))
    law = forgetting.zipf_law(4, 1.0)
    memories, margins = capacity.descend(tokens, law, (-1, 2), 3.0, 20)
    assert memories[0] == pytest.approx([-1, 2])
    assert memories @ tokens.T == pytest.approx(margins)


def test_five_tokens_are_unit_vectors_and_those_of_the_repository_in_three_dimensions():
    for dimension in (3, 5, 10):
        for rows in many_tokens.five_tokens(dimension):
            assert rows.shape == (5, dimension)
            assert np.linalg.norm(rows, axis=1) == pytest.approx(1)
    inputs, outputs = many_tokens.five_tokens(3)
    labels, law = np.arange(5), many_tokens.zipf(5)
    tables = many_tokens.benign.run(inputs, outputs, law, labels, 10, 20)
    losses, _ = sweeps.notebook_run(10, 20)
    assert many_tokens.particles.loss(tables, law, labels) == pytest.approx(losses)


def test_the_topic_has_its_figures():
    wanted = "orthogonal phase-portrait spikes learning-rates forgetting five-tokens "
    wanted += "edge-of-stability particles landscape loss-rates transformer"
    assert {f"assoc-dynamics/{name}" for name in wanted.split()} == set(NAMES)


@pytest.mark.slow
def test_the_animation_has_a_frame_for_every_step(tmp_path):
    from PIL import Image

    *_, motion = figures.draw("assoc-dynamics/particles", tmp_path)
    with Image.open(motion) as picture:
        assert picture.n_frames == 31
