"""Checks of the scaling laws of associative memories."""

SECTIONS = ("finite_data", "exact_laws", "gradient", "sgd", "training")
