"""Simulators: what happens when a theorem's situation is actually run.

Nothing here knows a prediction. A simulator draws samples, applies definitions and counts. `core`
holds what several topics need; each topic is a package of sections named as in `theory` and
`verify`. Importing this package is cheap: only the submodules import Numba.
"""

__all__: list[str] = []
