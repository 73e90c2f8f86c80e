"""The layers of equal area under the bell curve, from which normals are drawn.

The right half of ``exp(-x^2/2)`` is covered by `LAYERS` pieces of one area: rectangles as wide as
the curve at their lower edge, and a lowest piece that goes on as the curve's tail. A random word
chooses a layer, a sign, and a point in the layer's rectangle: 99 of 100 points lie below the curve
whatever their height. (Marsaglia and Tsang, "The ziggurat method for generating random variables",
2000; separate bits for layer and point as in Doornik, "An improved ziggurat method to generate
normal random samples", 2005.)
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

__all__ = ["LAYERS", "TAIL", "ziggurat"]

LAYERS = 256
TAIL = 3.654152885361009
"""Where the tail begins: so that the topmost of the 256 layers ends at the peak."""


def ziggurat() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return right edges of the layers, and the height of the curve there.

    Returns
    -------
    edges, heights : arrays of shape (LAYERS + 1,)
        From the lowest layer up. The first edge is that of a rectangle as large as the lowest
        piece, the last is 0, at the peak.
    """
    at_tail = math.exp(-0.5 * TAIL**2)
    area = TAIL * at_tail + math.sqrt(0.5 * math.pi) * math.erfc(TAIL / math.sqrt(2.0))
    edges = [area / at_tail, TAIL]
    for _ in range(LAYERS - 2):
        height = math.exp(-0.5 * edges[-1] ** 2) + area / edges[-1]
        edges.append(math.sqrt(-2.0 * math.log(height)))
    widths = np.array([*edges, 0.0])
    return widths, np.exp(-0.5 * widths**2)
