"""Checks of public arguments: one clear line says what is wrong and what is allowed."""

from __future__ import annotations

import math
import operator
from typing import Any

__all__ = ["require_integer", "require_real"]


def require_integer(
    name: str, value: Any, at_least: int | None = None, at_most: int | None = None
) -> int:
    """Return ``value`` as an int, or raise ValueError.

    Parameters
    ----------
    name : str
        How the message calls the argument.
    value : Any
        A Python or NumPy integer; booleans and floats are refused.
    at_least, at_most : int, optional
        Closed ends of the allowed range.

    Raises
    ------
    ValueError
        If ``value`` is not an integer or lies outside the range.
    """
    allowed = _allowed("an integer", at_least, at_most)
    try:
        number = operator.index(value)
    except TypeError:
        raise ValueError(f"{name} is {value!r}; it must be {allowed}") from None
    too_small = at_least is not None and number < at_least
    too_large = at_most is not None and number > at_most
    if isinstance(value, bool) or too_small or too_large:
        raise ValueError(f"{name} is {value!r}; it must be {allowed}")
    return number


def require_real(
    name: str,
    value: Any,
    at_least: float | None = None,
    at_most: float | None = None,
    above: float | None = None,
) -> float:
    """Return ``value`` as a finite float, or raise ValueError.

    Parameters
    ----------
    name : str
        How the message calls the argument.
    value : Any
        Anything that `float` accepts, but for strings.
    at_least, at_most : float, optional
        Closed ends of the allowed range.
    above : float, optional
        Open lower end.

    Raises
    ------
    ValueError
        If ``value`` is not a finite real number or lies outside the range.
    """
    allowed = _allowed("a finite real number", at_least, at_most, above)
    try:
        number = math.nan if isinstance(value, str | bytes) else float(value)
    except (TypeError, ValueError, OverflowError):
        number = math.nan
    too_small = (at_least is not None and number < at_least) or (
        above is not None and number <= above
    )
    too_large = at_most is not None and number > at_most
    if not math.isfinite(number) or too_small or too_large:
        raise ValueError(f"{name} is {value!r}; it must be {allowed}")
    return number


def _allowed(
    what: str, at_least: float | None, at_most: float | None, above: float | None = None
) -> str:
    ends = []
    if above is not None:
        ends.append(f"above {above}")
    if at_least is not None:
        ends.append(f"at least {at_least}")
    if at_most is not None:
        ends.append(f"at most {at_most}")
    return " ".join([what, " and ".join(ends)]).strip()
