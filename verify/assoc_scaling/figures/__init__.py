"""The figures of the topic: theory lines over simulated marks, with 95% intervals."""

from verify.assoc_scaling.figures import laws, training

__all__ = ["laws", "training"]
