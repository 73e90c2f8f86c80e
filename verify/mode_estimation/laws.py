"""Laws of the classes, as exact fractions, that the checks of search trees look at."""

from __future__ import annotations

from fractions import Fraction

__all__ = ["LAWS", "laws", "shares"]


def shares(*parts):
    """Fractions in these proportions, the largest first."""
    return tuple(Fraction(part, sum(parts)) for part in sorted(parts, reverse=True))


LAWS = [
    shares(1),
    shares(1, 1),
    shares(1, 1, 1),
    shares(8, 4, 2, 1, 1),
    shares(35, 17, 17, 16, 15),
    shares(5, 3, 2),
    shares(49, 49, 2),
    shares(1, 10**9),
    shares(10**12, 1, 1),
    shares(1, 2, 3, 4, 5, 6, 7, 8, 9, 10),
    shares(*range(100, 140)),
    shares(*(1 for _ in range(23))),
    shares(*(2**40 // k for k in range(1, 50))),
]


def laws(stream, count, *more):
    """The laws above, and some that are drawn: nearly uniform ones, and some far from it."""
    generator = stream.numpy()
    drawn = []
    for trial in range(count):
        size, steep = int(generator.integers(2, 40)), (1, 3, 10)[trial % 3]
        drawn.append(shares(*(1 + int(1e6 * u**steep) for u in generator.uniform(size=size))))
    return [{"m": len(law), "p": law} for law in [*LAWS, *more, *drawn]]
