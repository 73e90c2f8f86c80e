"""Simulators for "Mode Estimation with Partial Feedback" (Arnal et al., 2024).

`empirical_mode`, `prefactor` and `minimax` compute errors exactly; `codes` builds Huffman trees,
and `adaptive_coding`, `exhaustive`, `truncated_search`, `elimination_costs` and `set_elimination`
ask queries about samples from a hidden law. `elimination` is the exact programme for two and three
classes. Class 0 is the mode.
"""

__all__: list[str] = []
