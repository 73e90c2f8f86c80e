"""Checks of iteration heads."""

SECTIONS = (
    "formalism",
    "construction",
    "thresholds",
    "thresholds_second",
    "thresholds_onehot",
    "thresholds_circle",
    "dimension",
    "normalised_circuit",
    "one_shot",
    "one_shot_chance",
    "metrics",
    "invariance",
    "leakage",
    "positions",
    "gaussian_positions",
    "layer_norm",
    "one_layer",
)
