"""Axes of a drawing: where a value stands, and the ticks that are printed."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass

__all__ = ["Axis", "printed", "sign_of"]

_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_LETTERS = dict(
    zip(
        "alpha beta gamma delta epsilon zeta eta theta kappa lambda mu nu xi pi rho sigma tau phi "
        "chi psi omega".split(),
        "αβγδεζηθκλμνξπρστφχψω",
        strict=True,
    )
)
_SMALLEST = 1e-160  # a value below is 0
_WIDE = 30.0  # positive values that spread further stand on a logarithmic axis


@dataclass(frozen=True)
class Axis:
    """A scale between two places.

    Attributes
    ----------
    low, high : float
        The values at its ends.
    start, end : float
        The places of its ends.
    logarithmic : bool
    """

    low: float
    high: float
    start: float
    end: float
    logarithmic: bool

    @classmethod
    def over(
        cls,
        values: Iterable[float],
        start: float,
        end: float,
        logarithmic: bool | None = None,
        margin: float = 0.06,
    ) -> Axis:
        """The axis that shows all values, with some room at both ends.

        Parameters
        ----------
        values : iterable of float
            Finite; positive for a logarithmic axis.
        start, end : float
        logarithmic : bool or None
            None: where the values are positive and spread far.
        margin : float
            The room at each end, as a share of the spread.
        """
        values = list(values)
        low, high = min(values), max(values)
        if logarithmic is None:
            logarithmic = low > _SMALLEST and high / low > _WIDE
        if logarithmic:
            first, last = (math.log10(max(end, _SMALLEST)) for end in (low, high))
            room = max(min(margin * (last - first), 0.6), 0.15)
            return cls(10 ** (first - room), 10 ** (last + room), start, end, True)
        largest = max(abs(low), abs(high))
        least = 0.1 * largest if largest > _SMALLEST else 1.0  # else ticks have many digits
        room = max(margin * (high - low), (least - (high - low)) / 2)
        return cls(low - room, high + room, start, end, False)

    def place(self, value: float) -> float:
        """Where a value stands; one beyond the axis stands at its end."""
        if self.logarithmic:
            if value <= self.low:
                return self.start
            share = math.log(value / self.low) / math.log(self.high / self.low)
        else:
            share = (value - self.low) / (self.high - self.low)
        return self.start + min(max(share, 0.0), 1.0) * (self.end - self.start)

    def ticks(self) -> list[tuple[float, str]]:
        """Values with their labels."""
        if self.logarithmic:
            first = math.ceil(math.log10(self.low) - 1e-9)
            last = math.floor(math.log10(self.high) + 1e-9)
            if last - first >= 1:
                stride = max(1, math.ceil((last - first) / 5))
                return [(10.0**k, printed(10.0**k)) for k in range(first, last + 1, stride)]
        parts = 4
        while True:
            step = _round_step((self.high - self.low) / parts)
            first, last = math.ceil(self.low / step), math.floor(self.high / step)
            if last - first >= 2:
                break
            parts *= 2
        return [(k * step, printed(k * step)) for k in range(first, last + 1)]


def _round_step(rough: float) -> float:
    """The least of 1, 2, 5 times a power of ten that is not below."""
    power = 10.0 ** math.floor(math.log10(rough))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough * 0.999)


def printed(value: float, digits: int = 6) -> str:
    """A tick's label: 0.02, 5000, 10⁻⁷, 2×10⁶."""
    if value == 0 or 1e-3 <= abs(value) < 1e5:
        return f"{value:.{digits}g}".replace("-", "−")
    mantissa, _, exponent = f"{value:.3e}".partition("e")
    power = "10" + str(int(exponent)).translate(_SUPERSCRIPTS)
    factor = mantissa.rstrip("0").rstrip(".")
    sign, factor = ("−", factor[1:]) if factor.startswith("-") else ("", factor)
    return f"{sign}{power}" if factor == "1" else f"{sign}{factor}×{power}"


def sign_of(name: str) -> str:
    """A parameter's name as a drawing shows it: kappa is κ, p1 is p₁."""
    letters = re.fullmatch(r"([A-Za-z]+?)_?(\d*)", name)
    if letters is None:
        return name
    return _LETTERS.get(letters[1], letters[1]) + letters[2].translate(_SUBSCRIPTS)
