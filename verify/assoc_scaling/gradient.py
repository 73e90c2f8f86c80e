"""Does a gradient step do what is derived? Slopes of the loss, and steps in floating point."""

from __future__ import annotations

import numpy as np
from sympy import KroneckerDelta, Sum, exp

from numerics.assoc_scaling import gradient as numerics
from numerics.assoc_scaling import instances
from numerics.assoc_scaling.sgd import one_step_disagreements
from numerics.core.streams import Stream
from theory import Identity
from theory.assoc_scaling import gradient as theory
from theory.assoc_scaling.gradient import M, N, U, batch, e, f, gamma, i, j, k, q, x, y, z
from verify import Exact, Mutant, Sampled, check_for, mutate

ROUNDING = 1e-14  # of some hundred operations on numbers of order 1


def rows(matrix):
    """A matrix as the tuple of tuples that points hold."""
    return tuple(tuple(float(entry) for entry in row) for row in matrix)


def gradient_points(stream, count):
    """Memories, samples and entries; half of the memories are sure of some class."""
    for index in range(count):
        rng = stream.numpy(index)
        classes, dimension = int(rng.integers(2, 11)), int(rng.integers(1, 5))
        yield {
            "M": classes,
            "d": dimension,
            "U": rows(rng.standard_normal((classes, dimension))),
            "W": rows((1, 4)[index % 2] * rng.standard_normal((dimension, dimension))),
            "e": tuple(rng.standard_normal(dimension).tolist()),
            "y": int(rng.integers(1, classes + 1)),
            "i": int(rng.integers(1, dimension + 1)),
            "j": int(rng.integers(1, dimension + 1)),
        }


@check_for(
    theory.gradient_identity,
    resolution=1e-12,
    points=gradient_points,
    count=20,
    full={"count": 200},
)
def _(M, d, U, W, e, y, i, j):
    return Exact(*numerics.loss_slope(W, U, e, y - 1, i - 1, j - 1))


slope = theory.loss_gradient()
doubt = theory.others / theory.normaliser
mutate(
    theory.gradient_identity,
    Mutant(
        "the others not renormalised",
        Identity(slope, -doubt * (U[y, i] - theory.mean_of_others / theory.normaliser) * e[j]),
    ),
    Mutant(
        "the right class among the others",
        Identity(
            slope,
            -doubt
            * (U[y, i] - Sum(exp(theory.sample_logit(z)) * U[z, i], (z, 1, M)) / theory.normaliser)
            * e[j],
        ),
    ),
    Mutant(
        "without the factor 1 - p",
        Identity(slope, -(U[y, i] - theory.mean_of_others / theory.others) * e[j]),
    ),
    Mutant(
        "row and column exchanged",
        Identity(
            slope, theory.gradient_identity.statement.rhs.subs({i: j, j: i}, simultaneous=True)
        ),
    ),
)


def shares(rng, size):
    """A batch: random shares, some of them 0."""
    weights = rng.exponential(size=size) * (rng.random(size) < 0.8)
    weights[int(rng.integers(size))] += 1.0
    return tuple((weights / weights.sum()).tolist())


def batches(embeddings="sphere", orthonormal_inputs=False, sizes=((2, 2, 2), (3, 2, 4), (5, 3, 6))):
    """Points of a step: labels, embeddings, a batch, a step size, an entry, an input, classes."""

    def points(stream, count):
        for index in range(count):
            size, classes, dimension = sizes[index % len(sizes)]
            part = stream.substream(index)
            rng = part.numpy()
            inputs = rng.standard_normal((size, dimension))
            if orthonormal_inputs:
                inputs = instances.output_embeddings(
                    "orthonormal", size, dimension, part.substream("E")
                )
            outputs = instances.output_embeddings(embeddings, classes, dimension, part)
            first, second = rng.permutation(classes)[:2] + 1
            yield {
                "N": size,
                "M": classes,
                "d": dimension,
                "f": tuple(rng.integers(1, classes + 1, size=size).tolist()),
                "U": rows(outputs),
                "E": rows(inputs),
                "W": rows(rng.standard_normal((dimension, dimension))),
                "q": tuple((3 * rng.standard_normal(size)).tolist()),
                "b": shares(rng, size),
                "gamma": float(10 ** rng.uniform(-3, np.log10(20))),
                "i": int(rng.integers(1, dimension + 1)),
                "j": int(rng.integers(1, dimension + 1)),
                "x": int(rng.integers(1, size + 1)),
                "y": int(first),
                "rival": int(second),
            }

    return points


def keep(points, claim):
    """The parameters of each point that the claim has."""

    def kept(stream, count):
        for point in points(stream, count):
            yield {name: point[name] for name in claim.domain.names}

    return kept


def first_memory(N, M, d, f, U, E, b, gamma):
    """The memory after one step from 0."""
    return numerics.step_memory(np.zeros((d, d)), E, U, np.array(f) - 1, b, gamma)


@check_for(
    theory.one_step_gd,
    resolution=1e-10,
    absolute=True,
    points=keep(batches(), theory.one_step_gd),
    count=20,
    full={"count": 200},
)
def _(N, M, d, f, U, E, b, gamma, i, j):
    return Exact(first_memory(N, M, d, f, U, E, b, gamma)[i - 1, j - 1], gamma * ROUNDING)


E, first = theory.E, theory.first_memory()


def stored(output):
    """The claim that the first memory stores these outputs, each of an input k."""
    return Identity(first, gamma * Sum(batch[k] * output * E[k, j], (k, 1, N)))


mean = Sum(U[z, i], (z, 1, M)) / M
rest = Sum((1 - KroneckerDelta(z, f[k])) * U[z, i], (z, 1, M)) / (M - 1)
mutate(
    theory.one_step_gd,
    Mutant("the frequencies as they are", stored(U[f[k], i])),
    Mutant("relative to the mean of the other classes", stored(U[f[k], i] - rest)),
    Mutant(
        "every input once",
        Identity(first, gamma / N * Sum((U[f[k], i] - mean) * E[k, j], (k, 1, N))),
    ),
)


def first_gap(kind=None):
    """Measure the gap of two logits after one step; for ``kind``, with outputs of that family."""

    def measure(N, M, d, f, U, E, b, gamma, x, y, rival, stream):
        outputs = U if kind is None else instances.output_embeddings(kind, M, d, stream)
        memory = first_memory(N, M, d, f, outputs, E, b, gamma)
        scores = numerics.logits(memory, E, outputs)[x - 1]
        return Exact(scores[y - 1] - scores[rival - 1], 10 * gamma * ROUNDING)

    return measure


check_for(
    theory.one_step_classifier,
    resolution=1e-10,
    absolute=True,
    points=keep(batches("orthonormal"), theory.one_step_classifier),
    count=20,
    full={"count": 200},
)(first_gap())

random_outputs = [
    {name: point[name] for name in theory.one_step_classifier.domain.names}
    for point in batches()(Stream.of(0, "random outputs"), 3)
]
mutate(
    theory.one_step_classifier,
    Mutant(
        "published: frequencies as weights for random output embeddings",
        points=random_outputs,
        published=True,
    ),
    Mutant(
        "the mean output embedding added",
        Identity(
            theory.first_gap(),
            theory.frequency_gap * (1 + 1 / M.symbol),
        ),
    ),
)


@check_for(
    theory.one_step_disagreement,
    resolution=0.004,
    budget=4000,  # a first block is no longer than this
    full={"resolution": 0.001, "budget": 1_000_000},
)
def _(alpha, stream):
    def draw(first, count):
        return one_step_disagreements(20, 60, 5, float(alpha), stream, first, count)

    return Sampled(draw)


def equal_answers(alpha, stream):
    """The same comparison on orthonormal embeddings of both kinds."""
    rng = stream.numpy()
    outputs = instances.output_embeddings("orthonormal", 5, 20, stream)
    inputs = rng.standard_normal((60, 20))
    weights = np.arange(1, 61.0) ** -float(alpha)
    weights /= weights.sum()
    labels = np.arange(60) % 5
    memory = numerics.step_memory(np.zeros((20, 20)), inputs, outputs, labels, weights, 1.0)
    weighted = outputs[labels].T @ (weights[:, None] * inputs)
    tables = (numerics.logits(m, inputs, outputs) for m in (memory, weighted))
    return Exact(numerics.disagreement(*tables))


mutate(
    theory.one_step_disagreement,
    Mutant("orthonormal output embeddings", measure=equal_answers),
)


@check_for(
    theory.gram_sgd_step,
    resolution=1e-10,
    absolute=True,
    points=keep(
        batches("unnormalised", sizes=((2, 2, 2), (3, 2, 3), (2, 3, 3))), theory.gram_sgd_step
    ),
    count=12,
    full={"count": 200},
)
def _(N, M, d, f, U, E, W, b, gamma, x, y):
    stepped = numerics.step_memory(W, E, U, np.array(f) - 1, b, gamma)
    value = numerics.logits(stepped, E, U)[x - 1, y - 1]
    return Exact(value, (1 + abs(value)) * 10 * ROUNDING)


def stepped_logits(pull):
    """The claim that a step adds gamma times the sum of these pulls on the logit, by input k."""
    return Identity(
        theory.stepped_logit(),
        theory.input_logit(y, x) + gamma * Sum(batch[k] * pull, (k, 1, N)),
    )


gram_E = theory.inner(E, x, E, k)
right = theory.inner(U, y, U, f[k])
expected = theory.softmax_mean(lambda c: theory.inner(U, y, U, c), k)
own = theory.softmax_mean(lambda c: KroneckerDelta(y, c), k)
mutate(
    theory.gram_sgd_step,
    Mutant(
        "inputs do not act on one another",
        stepped_logits(KroneckerDelta(x, k) * (right - expected)),
    ),
    Mutant(
        "orthonormal outputs taken for granted",
        stepped_logits(gram_E * (KroneckerDelta(y, f[k]) - own)),
    ),
    Mutant("softmax of the wrong input", stepped_logits(gram_E * (right - expected.subs(k, x)))),
    Mutant(
        "every input of the batch once",
        Identity(
            theory.stepped_logit(),
            theory.input_logit(y, x) + gamma / N * Sum(gram_E * (right - expected), (k, 1, N)),
        ),
    ),
)


def contrasted(M, d, f, U, E, q):
    """The memory that stores, with weights q, outputs relative to the other classes."""
    outputs, labels = np.array(U), np.array(f) - 1
    contrast = outputs - (outputs.sum(axis=0) - outputs) / (M - 1)
    return contrast[labels].T @ (np.array(q)[:, None] * np.array(E))


ORTHONORMAL = batches("orthonormal", True, ((2, 2, 2), (3, 2, 4), (5, 3, 6), (4, 4, 5)))


def contrast_logit(kind=None):
    """Measure a logit of the contrasted memory; for ``kind``, with outputs of that family."""

    def measure(N, M, d, f, U, E, q, x, y, stream):
        outputs = U if kind is None else instances.output_embeddings(kind, M, d, stream)
        memory = contrasted(M, d, f, outputs, E, q)
        return Exact(numerics.logits(memory, E, outputs)[x - 1, y - 1], 20 * ROUNDING)

    return measure


check_for(
    theory.orthonormal_logits,
    resolution=1e-10,
    absolute=True,
    points=keep(ORTHONORMAL, theory.orthonormal_logits),
    count=20,
    full={"count": 200},
)(contrast_logit())

mutate(
    theory.orthonormal_logits,
    Mutant("random output embeddings", measure=contrast_logit("sphere")),
    Mutant(
        "logits of the other classes 0",
        Identity(theory.contrast_logit(), q[x] * KroneckerDelta(y, f[x])),
    ),
)


def stepped_memory(outputs=None):
    """Measure an entry after a step; for ``outputs``, with output embeddings of that family."""

    def measure(N, M, d, f, U, E, q, b, gamma, i, j, stream):
        rows_of_U = U if outputs is None else instances.output_embeddings(outputs, M, d, stream)
        memory = contrasted(M, d, f, rows_of_U, E, q)
        stepped = numerics.step_memory(memory, E, rows_of_U, np.array(f) - 1, b, gamma)
        return Exact(stepped[i - 1, j - 1], (1 + gamma) * 20 * ROUNDING)

    return measure


check_for(
    theory.sgd_recursion_exact,
    resolution=1e-10,
    absolute=True,
    points=keep(ORTHONORMAL, theory.sgd_recursion_exact),
    count=20,
    full={"count": 200},
)(stepped_memory())


def grown(gain):
    """The claim that a step of size 1 on the whole batch adds this to the weight of input x."""
    added = (q[x] + gamma * batch[x] * gain) * theory.contrasted(f[x], i)
    return Identity(theory.stepped_memory(), Sum(E[x, j] * added, (x.symbol, 1, N)))


mutate(
    theory.sgd_recursion_exact,
    Mutant("exponent q, level M", grown(1 / (1 + exp(q[x]) / M))),
    Mutant("exponent q, level M - 1", grown(1 / (1 + exp(q[x]) / (M - 1)))),
    Mutant("level M", grown(1 / (1 + exp(M * q[x] / (M - 1)) / M))),
    Mutant(
        "outputs as they are, not relative to the other classes",
        Identity(
            theory.stepped_memory(),
            Sum(
                E[x, j] * (q[x] + gamma * batch[x] * theory.gain(q[x])) * U[f[x], i],
                (x.symbol, 1, N),
            ),
        ),
    ),
    Mutant("random output embeddings", measure=stepped_memory("sphere")),
)
