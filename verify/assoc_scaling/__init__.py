"""Checks of the scaling laws of associative memories."""

SECTIONS = (
    "finite_data",
    "exact_laws",
    "schemes",
    "thresholds",
    "graded_thresholds",
    "joint",
    "crosstalk",
    "embeddings",
    "learned",
    "gradient",
    "sgd",
    "training",
)
