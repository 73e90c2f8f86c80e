"""The figures of the topic: what theory says as lines, simulated training as marks and paths."""

from verify.assoc_dynamics.figures import capacity, many_tokens, transformers, two_tokens

__all__ = ["capacity", "many_tokens", "transformers", "two_tokens"]
