"""What can one layer do? Conflicts between beginnings, and circuits on all sequences."""

from __future__ import annotations

import numpy as np
from sympy import Pow

from numerics.core.streams import Stream
from numerics.iteration_head import one_layer as numerics
from numerics.iteration_head import one_layer_messages as messages_of
from theory import Identity
from theory.iteration_head import one_layer as theory
from theory.iteration_head.one_layer import n
from verify import Exact, Exhaustive, Mutant, check_for, mutate


def messages(lengths=None):
    """The least number of messages at all lengths, or at some."""

    def measure(n, task):
        clash = messages_of.conflicts(n, task == "parity", lengths(n) if lengths else None)
        return Exact(messages_of.least_colours(clash))

    return measure


TASKS = ("copy", "parity")
check_for(
    theory.onelayer_lower,
    resolution=0,
    points=[{"n": longest, "task": task} for longest in (1, 2, 3, 4, 7, 10, 13) for task in TASKS],
)(messages())
found = theory.messages()
mutate(
    theory.onelayer_lower,
    Mutant("a message for each input", Identity(found, theory.half)),
    Mutant("all inputs", Identity(found, Pow(2, n - 1))),
    Mutant("the longest length only", measure=messages(lambda n: [n])),
    Mutant("even lengths only", measure=messages(lambda n: range(2, n + 1, 2))),
)

check_for(
    theory.onelayer_lower_fixed,
    resolution=0,
    points=[{"n": length, "task": task} for length in (3, 6, 9) for task in TASKS],
)(messages(lambda n: [n - 1]))
mutate(
    theory.onelayer_lower_fixed,
    Mutant("all lengths", measure=messages(), points=[{"n": 9, "task": "copy"}]),
)


def task_of(S, X):
    """A task that is drawn; the same for all lengths."""
    return numerics.random_task(S, X, Stream.of(0, "one layer", S, X))


def all_sequences(predict, lengths):
    """Whether a circuit predicts every token after the end of input, for all sequences."""

    def cases(S, X, n):
        table = task_of(S, X)
        for length in lengths(n):
            inputs = numerics.all_inputs(X, length)
            right = numerics.sequences(table, inputs)[:, length + 2 :]
            held = (predict(table, inputs, n) == right).all(axis=1)
            yield from zip(map(tuple, inputs.tolist()), held.tolist(), strict=True)

    return lambda S, X, n: Exhaustive(cases(S, X, n))


def up_to(n):
    """All lengths."""
    return range(n + 1)


def sizes(*triples):
    """Numbers of states and inputs, and longest lengths."""
    return [{"S": states, "X": inputs, "n": longest} for states, inputs, longest in triples]


def uniform(**changes):
    """The circuit with uniform attention."""

    def predict(table, inputs, n):
        return numerics.uniform_circuit(table, inputs, n, **changes)

    return all_sequences(predict, up_to)


SIZES = sizes((1, 1, 4), (2, 2, 6), (3, 3, 4), (4, 2, 5), (5, 4, 3))
check_for(theory.onelayer_upper, resolution=0, points=SIZES)(uniform())
mutate(
    theory.onelayer_upper,
    Mutant("gates that do not ask for all", measure=uniform(bias=0.0)),
    Mutant("gates of half the bias", measure=uniform(bias=2.0)),
    Mutant("the input before", measure=uniform(shift=-1)),
)


def one_number(**changes):
    """The decoder of one number."""

    def predict(table, inputs, n):
        return numerics.one_number_circuit(table, inputs, **changes)

    return all_sequences(predict, up_to)


check_for(
    theory.onelayer_one_number,
    resolution=0,
    points=sizes((1, 1, 6), (2, 2, 5), (3, 3, 3), (5, 2, 4)),
)(one_number())
mutate(
    theory.onelayer_one_number,
    Mutant("sixteen binary places", measure=one_number(bits=16)),
    Mutant("a base of two", measure=one_number(base=2)),
)


def looking_back(beta, lengths=lambda n: [n]):
    """The circuit that looks a fixed number of positions back."""

    def predict(table, inputs, n):
        predicted, weight = numerics.fixed_length_circuit(table, inputs, n, beta * (n + 1) ** 2)
        return predicted if weight > 0.5 else np.full_like(predicted, -1)

    return all_sequences(predict, lengths)


check_for(theory.onelayer_fixed_length, resolution=0, points=SIZES)(looking_back(2.0))
mutate(
    theory.onelayer_fixed_length,
    Mutant("at shorter lengths as well", measure=looking_back(2.0, up_to)),
    Mutant("uniform attention", measure=looking_back(0.0)),
)
