"""Figures of the topic: found by name, the same file every time, true to what they draw."""

import numpy as np
import pytest

from numerics.mode_estimation import distributions
from numerics.mode_estimation.coarse_search import truncated_huffman_cost
from numerics.mode_estimation.codes import huffman_cost, huffman_lengths
from numerics.mode_estimation.fluid_elimination import fluid_queries
from verify.core import figures
from verify.mode_estimation.figures import benchmarks, elimination, trees

WANTED = {
    f"mode-estimation/{name}"
    for name in (
        "benchmarks coarse-partition confidence-constant elimination-cost empirical-mode "
        "number-of-classes truncated-search"
    ).split()
}


def test_the_topic_has_its_figures():
    assert {name for name in figures.names() if name.startswith("mode-estimation/")} == WANTED


def test_a_figure_is_drawn_the_same_again(tmp_path):
    name = "mode-estimation/coarse-partition"
    first, again = (figures.draw(name, tmp_path / folder) for folder in ("a", "b"))
    assert [path.suffix for path in first] == [".svg", ".png"]
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in again]


@pytest.mark.parametrize("law", [distributions.zipf(14, 0.8), distributions.geometric(9, 1.3)])
def test_the_tree_that_is_drawn_is_a_huffman_tree(law):
    nodes = trees.nodes_of(law)
    masses = {one: sum(float(law[k]) for k in one) for one in nodes}
    inner = [mass for one, mass in masses.items() if len(one) > 1]
    assert len(nodes) == 2 * len(law) - 1
    assert sum(inner) == pytest.approx(huffman_cost(law.tolist()))
    cut = sum(mass for mass in inner if mass > law[0])
    assert cut == pytest.approx(truncated_huffman_cost(law.tolist()))
    depths = [nodes[frozenset([k])] for k in range(len(law))]
    assert np.dot(depths, law) == pytest.approx(np.dot(huffman_lengths(law.tolist()), law))
    at = trees.places(law, nodes)
    assert sorted(at[frozenset([k])] for k in range(len(law))) == list(range(len(law)))
    for one in nodes:  # no edges cross: the leaves below a node are neighbours
        spots = sorted(at[frozenset([k])] for k in one)
        assert spots[-1] - spots[0] == len(one) - 1


def test_the_area_of_the_stages_is_the_fluid_cost():
    times, depths = elimination.stages(elimination.LAW)
    shares = np.array([float(share) for share in elimination.LAW])
    area = np.diff(times) @ (depths @ shares)
    assert area == pytest.approx(fluid_queries(shares, 1.0)[0])


def test_left_out_classes_do_not_change_the_error():
    law = distributions.geometric(100)
    assert benchmarks.budget(law, 5) == 80
    assert benchmarks.exact(law, 80) == pytest.approx(0.13 / 2**5, rel=0.001)


def test_the_least_constant_makes_the_error_that_is_asked_for():
    constant = elimination.least_constant(1e-3)
    assert constant == pytest.approx(1.196, abs=0.002)
    assert elimination.worst_error(1e-3, constant) <= 1e-3
    assert elimination.worst_error(1e-3, constant - 0.01) > 1e-3
