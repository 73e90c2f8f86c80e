"""What the simulators of several topics share: random streams, Zipf laws, sums over power laws.

Numba notices a change of a kernel's own file only. After editing a kernel that other modules call
(`streams`, `zipf`, `chi_square`), delete the ``__pycache__`` folders of `numerics`.
"""

__all__: list[str] = []
