"""Checks of the scaling laws of associative memories."""

SECTIONS = (
    "finite_data",
    "exact_laws",
    "theorem_one",
    "schemes",
    "thresholds",
    "graded_thresholds",
    "many_classes",
    "minimax",
    "least_error",
    "joint",
    "crosstalk",
    "injective",
    "embeddings",
    "learned",
    "gradient",
    "sgd",
    "training",
)
