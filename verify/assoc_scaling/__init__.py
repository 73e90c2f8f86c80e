"""Checks of the scaling laws of associative memories."""

SECTIONS = (
    "finite_data",
    "exact_laws",
    "theorem_one",
    "schemes",
    "thresholds",
    "graded_thresholds",
    "minimax",
    "joint",
    "crosstalk",
    "embeddings",
    "learned",
    "gradient",
    "sgd",
    "training",
)
