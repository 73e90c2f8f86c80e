"""Tokens drawn in training loops are those that JAX draws by bisection."""

import numpy as np
import pytest

from numerics.assoc_scaling.tokens import token_sampler
from numerics.core.zipf import zipf_probabilities


@pytest.mark.parametrize(
    "law",
    [
        zipf_probabilities(2.0, 100),
        zipf_probabilities(3.5, 1000),  # many tokens in one cell of the table
        np.array([1.0]),
        np.array([0.5, 0.0, 0.0, 0.5]),
        np.array([0.0, 0.25, 0.25, 0.5, 0.0]),
        np.full(7, 1 / 7),
    ],
)
def test_tokens_are_those_of_jax(law):
    import jax

    sample = token_sampler(law)
    for seed in range(5):
        key = jax.random.key(seed)
        drawn = np.asarray(sample(key, 20_000))
        assert np.array_equal(drawn, jax.random.choice(key, len(law), (20_000,), p=np.float32(law)))
        assert np.asarray(law)[drawn].min() > 0
