"""The parameters of a claim: what they are called, what they may be, how they print.

A parameter stands for a SymPy symbol (or an indexed base, for vectors) and can be used in SymPy
expressions as it is: ``zeta(alpha)``, ``T ** (1 / alpha)``, ``q[k]``.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import sympy

from theory.core.errors import ClaimError

__all__ = [
    "Categorical",
    "Integer",
    "Labels",
    "Matrix",
    "Natural",
    "Parameter",
    "Real",
    "Simplex",
    "Value",
    "Vector",
]

Value = Any  # int, float, Fraction, str, or a tuple of these: what a point holds for a parameter


class _Symbolic:
    """Lets a parameter stand in SymPy arithmetic by handing over its symbol."""

    @property
    def symbol(self) -> sympy.Expr:
        raise NotImplementedError

    def _sympy_(self) -> sympy.Expr:
        return self.symbol

    def __add__(self, other: Any) -> sympy.Expr:
        return self.symbol + other

    def __radd__(self, other: Any) -> sympy.Expr:
        return other + self.symbol

    def __sub__(self, other: Any) -> sympy.Expr:
        return self.symbol - other

    def __rsub__(self, other: Any) -> sympy.Expr:
        return other - self.symbol

    def __mul__(self, other: Any) -> sympy.Expr:
        return self.symbol * other

    def __rmul__(self, other: Any) -> sympy.Expr:
        return other * self.symbol

    def __truediv__(self, other: Any) -> sympy.Expr:
        return self.symbol / other

    def __rtruediv__(self, other: Any) -> sympy.Expr:
        return other / self.symbol

    def __pow__(self, other: Any) -> sympy.Expr:
        return self.symbol**other

    def __rpow__(self, other: Any) -> sympy.Expr:
        return other**self.symbol

    def __neg__(self) -> sympy.Expr:
        return -self.symbol

    def __lt__(self, other: Any) -> Any:
        return self.symbol < other

    def __le__(self, other: Any) -> Any:
        return self.symbol <= other

    def __gt__(self, other: Any) -> Any:
        return self.symbol > other

    def __ge__(self, other: Any) -> Any:
        return self.symbol >= other


@dataclass(frozen=True, eq=False)
class Parameter(_Symbolic):
    """One named parameter of a claim.

    Parameters
    ----------
    name : str
        Python identifier: the key in points and the argument of check functions.
    latex : str, optional
        How it prints; the name itself by default.
    meaning : str
        A few words of plain English.
    grid : sequence, optional
        Default values to look at, simplest first.
    """

    name: str
    latex: str = ""
    meaning: str = ""
    grid: tuple[Value, ...] = ()

    def __post_init__(self) -> None:
        if not self.name.isidentifier():
            raise ClaimError(f"parameter name {self.name!r} is not a Python identifier")
        object.__setattr__(self, "grid", tuple(self.grid))
        if not self.latex:
            object.__setattr__(self, "latex", self.name)

    def violation(self, value: Value) -> str | None:
        """One line saying why ``value`` is not allowed, or None when it is."""
        raise NotImplementedError

    def range_latex(self) -> str:
        """LaTeX of the set of allowed values, name included."""
        raise NotImplementedError


def _one_line(value: Any) -> str:
    """The value as text without line ends, such as an array has."""
    return " ".join(repr(value).split())


def _number(value: Any, name: str) -> Any:
    """A real number or infinity; anything else, a bool or NaN included, is an error."""
    if isinstance(value, sympy.Expr) and value.is_number:
        if value in (sympy.oo, -sympy.oo):
            return float(value)
        if value.is_Rational:
            return Fraction(int(value.p), int(value.q))
        if value.is_extended_real is not True:
            raise ClaimError(f"parameter {name}: {_one_line(value)} is not a real number")
        return float(value)
    if isinstance(value, bool) or not isinstance(value, (int, float, Fraction)):
        raise ClaimError(f"parameter {name}: {_one_line(value)} is not a real number")
    if isinstance(value, float) and math.isnan(value):
        raise ClaimError(f"parameter {name}: NaN is not a real number")
    return value


@dataclass(frozen=True, eq=False)
class _Ordered(Parameter):
    """A number in an interval: ``above``, ``below`` are open ends, the other two closed."""

    above: Any = None
    at_least: Any = None
    below: Any = None
    at_most: Any = None
    low: Any = field(init=False, default=-math.inf)
    high: Any = field(init=False, default=math.inf)

    def __post_init__(self) -> None:
        super().__post_init__()
        for pair in (("above", "at_least"), ("below", "at_most")):
            if all(getattr(self, end) is not None for end in pair):
                raise ClaimError(f"parameter {self.name}: give {pair[0]} or {pair[1]}, not both")
        for end in ("above", "at_least"):
            if getattr(self, end) is not None:
                object.__setattr__(self, "low", _number(getattr(self, end), self.name))
        for end in ("below", "at_most"):
            if getattr(self, end) is not None:
                object.__setattr__(self, "high", _number(getattr(self, end), self.name))
        if self._is_empty():
            raise ClaimError(f"parameter {self.name}: the range {self.interval()} is empty")
        for value in self.grid:
            if (problem := self.violation(value)) is not None:
                raise ClaimError(f"default grid: {problem}")

    def _is_empty(self) -> bool:
        if self.low == math.inf or self.high == -math.inf:
            return True
        open_end = self.low_open or self.high_open
        return bool(self.low > self.high or (self.low == self.high and open_end))

    @property
    def low_open(self) -> bool:
        """True when the lower end itself is not allowed."""
        return self.at_least is None or self.low == -math.inf

    @property
    def high_open(self) -> bool:
        """True when the upper end itself is not allowed."""
        return self.at_most is None or self.high == math.inf

    def interval(self) -> str:
        """The range in plain text, such as ``(1, inf)`` or ``[0, 1]``."""
        left, right = "(" if self.low_open else "[", ")" if self.high_open else "]"
        return f"{left}{self.low}, {self.high}{right}"

    def range_latex(self) -> str:
        def end(value: Any) -> str:
            if value in (math.inf, -math.inf):
                return r"\infty" if value > 0 else r"-\infty"
            return str(sympy.latex(sympy.sympify(value))).removeprefix(r"1.0 \cdot ")

        if self.low == self.high:
            return f"{self.latex} = {end(self.low)}"
        left, right = "(" if self.low_open else "[", ")" if self.high_open else "]"
        return rf"{self.latex} \in {left}{end(self.low)}, {end(self.high)}{right}"

    def violation(self, value: Value) -> str | None:
        try:
            value = _number(value, self.name)
        except ClaimError as error:
            return str(error)
        below = value <= self.low if self.low_open else value < self.low
        beyond = value >= self.high if self.high_open else value > self.high
        if below or beyond or (isinstance(value, float) and math.isinf(value)):
            return f"{self.name} = {value} is outside {self.interval()}"
        return None

    def _sign_assumptions(self) -> dict[str, bool]:
        if self.low > 0 or (self.low == 0 and self.low_open):
            return {"positive": True}
        if self.low == 0:
            return {"nonnegative": True}
        if self.high < 0 or (self.high == 0 and self.high_open):
            return {"negative": True}
        return {"real": True}


@dataclass(frozen=True, eq=False)
class Real(_Ordered):
    """A real parameter in an interval with open, closed or infinite ends.

    Parameters
    ----------
    above, at_least : number, optional
        The lower end of the interval, open or closed; give one of them, or none.
    below, at_most : number, optional
        The upper end, open or closed.
    """

    @property
    def symbol(self) -> sympy.Symbol:
        """The SymPy symbol, real, with the sign that the range implies."""
        return sympy.Symbol(self.name, **self._sign_assumptions())


@dataclass(frozen=True, eq=False)
class Integer(_Ordered):
    """An integer parameter in an interval that holds an integer.

    Parameters
    ----------
    above, at_least : number, optional
        The lower end of the interval, open or closed; give one of them, or none.
    below, at_most : number, optional
        The upper end, open or closed.
    """

    @property
    def symbol(self) -> sympy.Symbol:
        """The SymPy symbol, integer, with the sign that the range implies."""
        return sympy.Symbol(self.name, integer=True, **self._sign_assumptions())

    def violation(self, value: Value) -> str | None:
        problem = super().violation(value)
        if problem is None and value != int(value):
            return f"{self.name} = {value} is not an integer"
        return problem

    @property
    def first(self) -> int | None:
        """The least allowed value, or None."""
        if self.low == -math.inf:
            return None
        return math.floor(self.low) + 1 if self.low_open else math.ceil(self.low)

    @property
    def last(self) -> int | None:
        """The largest allowed value, or None."""
        if self.high == math.inf:
            return None
        return math.ceil(self.high) - 1 if self.high_open else math.floor(self.high)

    def _is_empty(self) -> bool:
        if super()._is_empty():
            return True
        return self.first is not None and self.last is not None and self.first > self.last

    def range_latex(self) -> str:
        low, high = self.first, self.last
        if low is not None and high is not None:
            return rf"{self.latex} \in \{{{low}, \dots, {high}\}}"
        if low is not None:
            return rf"{self.latex} \in \{{{low}, {low + 1}, \dots\}}"
        if high is not None:
            return rf"{self.latex} \in \{{\dots, {high}\}}"
        return rf"{self.latex} \in \mathbb{{Z}}"


def Natural(name: str, at_least: int = 0, **rest: Any) -> Integer:
    """A natural number: an `Integer` that is at least ``at_least`` (0 by default).

    Parameters
    ----------
    name : str
    at_least : int
    **rest
        What else an `Integer` takes.
    """
    return Integer(name, at_least=at_least, **rest)


@dataclass(frozen=True, eq=False)
class Categorical(Parameter):
    """One of finitely many named choices, such as a family of weights.

    Parameters
    ----------
    choices : tuple of str
    """

    choices: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "choices", tuple(self.choices))
        if not self.choices:
            raise ClaimError(f"parameter {self.name}: a categorical parameter needs choices")
        if not self.grid:
            object.__setattr__(self, "grid", self.choices)

    @property
    def symbol(self) -> sympy.Symbol:
        """The SymPy symbol that stands for the choice."""
        return sympy.Symbol(self.name)

    def violation(self, value: Value) -> str | None:
        if value in self.choices:
            return None
        return f"{self.name} = {_one_line(value)} is not one of {', '.join(self.choices)}"

    def range_latex(self) -> str:
        names = r",\ ".join(rf"\text{{{choice}}}" for choice in self.choices)
        return rf"{self.latex} \in \{{{names}\}}"


@dataclass(frozen=True, eq=False)
class Vector(Parameter):
    """A finite sequence of values of one kind; entries are indexed from 1, as in the formulas.

    Parameters
    ----------
    length : Parameter or int
        How many entries: an integer parameter of the same domain, or a fixed number.
    entry : Parameter
        What each entry may be (its name is not used).
    """

    length: Integer | int = 1
    entry: Parameter = field(default_factory=lambda: Real("entry"))

    @property
    def symbol(self) -> sympy.IndexedBase:
        """The SymPy indexed base; its entries take the assumptions of ``entry``."""
        assumptions = dict(self.entry.symbol.assumptions0) if self.entry.symbol.is_Symbol else {}
        assumptions.pop("commutative", None)
        return sympy.IndexedBase(self.name, **{k: v for k, v in assumptions.items() if v})

    def __getitem__(self, index: Any) -> sympy.Indexed:
        return self.symbol[index]

    def violation(self, value: Value) -> str | None:
        if not isinstance(value, Sequence) or isinstance(value, str):
            return f"{self.name} = {_one_line(value)} is not a sequence"
        if isinstance(self.length, int) and len(value) != self.length:
            return f"{self.name} has {len(value)} entries, not {self.length}"
        for position, entry in enumerate(value, start=1):
            if (problem := self.entry.violation(entry)) is not None:
                return f"{self.name}[{position}]: {problem}"
        return None

    def range_latex(self) -> str:
        length = self.length if isinstance(self.length, int) else self.length.latex
        _, _, entries = self.entry.range_latex().partition(r"\in ")
        return rf"{self.latex} \in {{{entries}}}^{{{length}}}"


@dataclass(frozen=True, eq=False)
class Simplex(Vector):
    """A probability vector: nonnegative entries that sum to 1 (to rounding, for floats)."""

    entry: Parameter = field(default_factory=lambda: Real("entry", at_least=0, at_most=1))

    def violation(self, value: Value) -> str | None:
        problem = super().violation(value)
        if problem is not None:
            return problem
        total = sum(value)
        exact = all(isinstance(entry, (int, Fraction)) for entry in value)
        if (total != 1) if exact else abs(total - 1) > 1e-12 * len(value):
            return f"{self.name} sums to {total}, not 1"
        return None

    def range_latex(self) -> str:
        length = self.length if isinstance(self.length, int) else self.length.latex
        return rf"{self.latex} \in \Delta_{{{length}}}"


@dataclass(frozen=True, eq=False)
class Labels(Vector):
    """A map from {1..length} to classes {1..classes}, written as the vector of its values.

    Parameters
    ----------
    classes : Parameter or int
        How many classes: an integer parameter of the same domain, or a fixed number.
    """

    entry: Parameter = field(default_factory=lambda: Integer("entry", at_least=1))
    classes: Integer | int = 1

    def range_latex(self) -> str:
        length = self.length if isinstance(self.length, int) else self.length.latex
        classes = self.classes if isinstance(self.classes, int) else self.classes.latex
        return rf"{self.latex} \in \{{1, \dots, {classes}\}}^{{{length}}}"


@dataclass(frozen=True, eq=False)
class Matrix(Vector):
    """A matrix, as the tuple of its rows; entries are indexed ``A[row, column]`` from 1.

    Parameters
    ----------
    columns : Parameter or int
        How many columns; ``length`` is the number of rows.
    """

    columns: Integer | int = 1

    def __getitem__(self, index: Any) -> sympy.Indexed:
        return self.symbol[index]

    def violation(self, value: Value) -> str | None:
        if not isinstance(value, Sequence) or isinstance(value, str):
            return f"{self.name} = {_one_line(value)} is not a sequence of rows"
        if isinstance(self.length, int) and len(value) != self.length:
            return f"{self.name} has {len(value)} rows, not {self.length}"
        for position, row in enumerate(value, start=1):
            if not isinstance(row, Sequence) or isinstance(row, str):
                return f"row {position}: {self.name} = {_one_line(row)} is not a sequence"
            width = self.columns if isinstance(self.columns, int) else len(value[0])
            vector = Vector(f"{self.name}", length=width, entry=self.entry)
            if (problem := vector.violation(row)) is not None:
                return f"row {position}: {problem}"
        return None

    def range_latex(self) -> str:
        rows = self.length if isinstance(self.length, int) else self.length.latex
        columns = self.columns if isinstance(self.columns, int) else self.columns.latex
        _, _, entries = self.entry.range_latex().partition(r"\in ")
        return rf"{self.latex} \in {{{entries}}}^{{{rows} \times {columns}}}"
