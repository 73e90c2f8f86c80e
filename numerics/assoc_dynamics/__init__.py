"""Simulators for "Learning Associative Memories with Gradient Descent" (Cabannes et al., 2024).

`memory` trains the matrix ``W`` itself. `particles` follows the scores of all tokens and labels in
their closed system, and `binary` the margins of two labels; their flows are integrated by
`stiff_flow`. That the three agree is a theorem to be tested, and none calls another.
"""

__all__: list[str] = []
