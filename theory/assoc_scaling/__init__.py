"""Scaling laws of associative memories: Cabannes, Dohmatob and Bietti, arXiv 2310.02984."""

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
