"""Simulators for "Iteration Head" (Cabannes et al., 2024).

`construction` and `one_shot` write out transformers that `numerics.core.circuits` runs;
`thresholds` and its companions compute attention weights from scores; `positions` decides which
positions a query can single out; `metrics` and `leakage` are about how heads are detected and
tested.
"""

__all__: list[str] = []
