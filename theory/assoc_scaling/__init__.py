"""Scaling laws of associative memories: Cabannes, Dohmatob and Bietti, arXiv 2310.02984."""

SECTIONS = (
    "finite_data",
    "exact_laws",
    "theorem_one",
    "schemes",
    "thresholds",
    "graded_thresholds",
    "many_classes",
    "graded_classes",
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
