"""One layer: circuits against the definition of the task, conflicts against small cases."""

from itertools import product

import numpy as np
import pytest

from numerics.core.streams import Stream
from numerics.iteration_head import one_layer, one_layer_messages


def test_sequences():
    table = [[0, 1], [1, 0], [0, 1]]  # parity, which starts with the first bit
    rows = one_layer.sequences(table, [[1, 0, 1], [0, 0, 1]])
    assert rows.tolist() == [[4, 3, 2, 3, 5, 1, 1, 0, 6], [4, 2, 2, 3, 5, 0, 0, 1, 6]]
    assert one_layer.sequences(table, np.zeros((1, 0), dtype=int)).tolist() == [[4, 5, 6]]


def chain(table, inputs):
    """The states in plain Python."""
    states, state = [], len(table) - 1
    for entry in inputs:
        state = int(table[state][entry])
        states.append(state)
    return states


@pytest.mark.parametrize(
    ("states", "inputs", "length"), [(1, 1, 0), (2, 3, 4), (5, 2, 6), (7, 7, 3)]
)
def test_circuits_run_the_task(states, inputs, length):
    for replicate in range(3):
        table = one_layer.random_task(states, inputs, Stream.of(0, "test"), replicate)
        chosen = one_layer.all_inputs(inputs, length)
        end = one_layer.Tokens.of(table).end_of_sequence
        expected = [[*chain(table, row), end] for row in chosen.tolist()]
        assert one_layer.uniform_circuit(table, chosen, length + 2).tolist() == expected
        assert one_layer.one_number_circuit(table, chosen).tolist() == expected
        if length:
            found, weight = one_layer.fixed_length_circuit(
                table, chosen, length, 3.0 * (length + 1) ** 2
            )
            assert found.tolist() == expected
            assert weight > 0.5


def test_the_weight_that_is_looked_for():
    table = one_layer.random_task(2, 2, Stream.of(0))
    _, weight = one_layer.fixed_length_circuit(table, [[0, 1, 1]], 3, 0.0)
    assert weight == pytest.approx(1 / 8)


def test_one_number_needs_its_digits():
    table, stream = one_layer.random_task(3, 3, Stream.of(0)), Stream.of(1)
    for length in (2, 4, 8):
        chosen = stream.numpy(length).integers(3, size=(20, length))
        right = one_layer.sequences(table, chosen)[:, length + 2 :]
        enough = 4 * (2 * length + 3) + 8  # nine tokens: less than four bits each
        assert (one_layer.one_number_circuit(table, chosen, bits=enough) == right).all()
        assert (one_layer.one_number_circuit(table, chosen, bits=length) == right).mean() < 0.8


@pytest.mark.parametrize("parity", [False, True])
def test_all_beginnings_are_in_conflict(parity):
    for longest in range(1, 12):
        clash = one_layer_messages.conflicts(longest, parity)
        size = 2 ** ((longest + 1) // 2 - 1)
        assert (clash == ~np.eye(size, dtype=bool)).all()
        assert one_layer_messages.least_colours(clash) == size


def test_one_length_asks_for_one_bit():
    clash = one_layer_messages.conflicts(7, lengths=[6])
    bits = list(product((0, 1), repeat=3))
    expected = [[one[0] != other[0] for other in bits] for one in bits]
    assert clash.tolist() == expected
    assert one_layer_messages.least_colours(clash) == 2
    assert not one_layer_messages.conflicts(7, lengths=[]).any()


def test_colours():
    ring = np.zeros((5, 5), dtype=bool)
    for i in range(5):
        ring[i, (i + 1) % 5] = ring[(i + 1) % 5, i] = True
    assert one_layer_messages.least_colours(ring) == 3
    assert one_layer_messages.least_colours(np.zeros((3, 3))) == 1
    assert one_layer_messages.least_colours(np.zeros((0, 0))) == 0


@pytest.mark.parametrize(
    "call",
    [
        lambda: one_layer.sequences([[0]], [[0]]),
        lambda: one_layer.sequences([[2], [0]], [[0]]),
        lambda: one_layer.sequences([[0], [0]], [[1]]),
        lambda: one_layer.sequences([[0], [0]], [0]),
        lambda: one_layer.all_inputs(10, 10),
        lambda: one_layer.random_task(0, 1, Stream.of(0)),
        lambda: one_layer.uniform_circuit([[0], [0]], [[0, 0]], 1),
        lambda: one_layer.fixed_length_circuit([[0], [0]], [[0]], 0, 1.0),
        lambda: one_layer.fixed_length_circuit([[0], [0]], [[0]], 1, -1.0),
        lambda: one_layer_messages.conflicts(0),
        lambda: one_layer_messages.least_colours(np.ones((2, 2))),
        lambda: one_layer_messages.least_colours([[0, 1], [0, 0]]),
    ],
)
def test_bad_arguments(call):
    with pytest.raises(ValueError, match=r"\w"):
        call()
