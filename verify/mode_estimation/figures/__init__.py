"""The figures of the topic: what theory says as lines, simulated runs as marks and bands."""

from verify.mode_estimation.figures import benchmarks, classes, elimination, errors, trees

__all__ = ["benchmarks", "classes", "elimination", "errors", "trees"]
