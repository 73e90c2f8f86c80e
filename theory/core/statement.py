"""What can be claimed: a small closed set of statement kinds.

Each kind knows its LaTeX and how to make wrong versions of itself; ``verify`` knows how each is
judged. A wrong version that only weakens a statement would be true, so each kind generates
changes in the direction that makes it false.
"""

from __future__ import annotations

import builtins
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import sympy

from theory.core.errors import ClaimError
from theory.core.observable import observed
from theory.core.rich_display import RichDisplay

__all__ = [
    "Bound",
    "Equivalent",
    "ForAll",
    "Identity",
    "Rate",
    "Statement",
    "Trend",
    "Wrong",
]

Printer = Callable[[Any], str]


@dataclass(frozen=True)
class Wrong:
    """A wrong version of a statement: its name and the statement that must be refuted."""

    name: str
    statement: Statement


class Statement(RichDisplay):
    """Base of the statement kinds; as text, one line of plain words."""

    def _repr_latex_(self) -> str:
        from theory.core.printing import latex

        return rf"$\displaystyle {self.latex(latex)}$"

    @property
    def kind(self) -> str:
        """The kind in lower case, as listed by the command line."""
        return type(self).__name__.lower()

    @property
    def sides(self) -> tuple[sympy.Expr, ...]:
        """The expressions that the statement relates."""
        raise NotImplementedError

    @property
    def observables(self) -> frozenset[str]:
        """Names of the observables that occur."""
        return frozenset(name for side in self.sides for name in observed(side))

    def latex(self, printer: Printer) -> str:
        """The statement as display mathematics; ``printer`` prints expressions."""
        raise NotImplementedError

    def wrong_versions(self, step: float) -> Iterator[Wrong]:
        """Automatic mutants; constants move by the relative ``step``."""
        raise NotImplementedError


def _scaled(expression: sympy.Expr, step: float) -> sympy.Expr:
    return expression * (1 + sympy.nsimplify(step, rational=True))


def _altered(expression: sympy.Expr, step: float) -> Iterator[tuple[str, sympy.Expr]]:
    """Changes of a predicted expression: scaled, a term dropped, an exponent moved."""
    yield f"constant times {1 + step:g}", _scaled(expression, step)
    if isinstance(expression, sympy.Add):
        for position, term in enumerate(expression.args, start=1):
            yield f"term {position} of the right side dropped", expression - term
    moved = sympy.Rational(11, 10)
    for factor in sympy.Mul.make_args(expression):
        if isinstance(factor, sympy.Pow) and factor.exp.free_symbols:
            changed = expression / factor * factor.base ** (factor.exp * moved)
            yield f"exponent {factor.exp} of {factor.base} times 1.1", changed


def _require_symbol(variable: Any) -> None:
    if not isinstance(variable, sympy.Symbol):
        raise ClaimError(f"what grows to infinity is a parameter, not {variable}")


@dataclass(frozen=True)
class Identity(Statement):
    """The two sides are equal on the whole domain.

    Parameters
    ----------
    lhs, rhs : expressions
    """

    lhs: Any
    rhs: Any

    def __post_init__(self) -> None:
        object.__setattr__(self, "lhs", sympy.sympify(self.lhs))
        object.__setattr__(self, "rhs", sympy.sympify(self.rhs))

    def __str__(self) -> str:
        return f"{self.lhs} = {self.rhs}"

    @property
    def sides(self) -> tuple[sympy.Expr, ...]:
        return (self.lhs, self.rhs)

    def latex(self, printer: Printer) -> str:
        return f"{printer(self.lhs)} = {printer(self.rhs)}"

    def wrong_versions(self, step: float) -> Iterator[Wrong]:
        if self.rhs.is_zero or isinstance(self.rhs, sympy.core.function.AppliedUndef):
            shift = sympy.nsimplify(step, rational=True)
            yield Wrong(f"shifted by {step:g}", Identity(self.lhs, self.rhs + shift))
            return
        for name, rhs in _altered(self.rhs, step):
            yield Wrong(name, Identity(self.lhs, rhs))


@dataclass(frozen=True, init=False)
class Bound(Statement):
    """A chain of inequalities on the whole domain, such as ``Bound(a, "<=", b, "<=", c)``.

    All senses of a chain point the same way.

    Parameters
    ----------
    *chain : expressions and senses
        By turns, an expression first and last; a sense is ``"<="`` or ``">="``.

    Raises
    ------
    ClaimError
        There are too few terms, or the senses differ or are others.
    """

    terms: tuple[sympy.Expr, ...]
    sense: str

    def __init__(self, *chain: Any) -> None:
        terms, senses = chain[::2], set(chain[1::2])
        if len(chain) < 3 or len(chain) % 2 == 0:
            raise ClaimError("a bound is written Bound(lhs, '<=', rhs), or as a longer chain")
        if senses not in ({"<="}, {">="}):
            raise ClaimError(f"the senses of a bound are all '<=' or all '>=', not {senses}")
        object.__setattr__(self, "terms", tuple(sympy.sympify(term) for term in terms))
        object.__setattr__(self, "sense", senses.pop())

    def __str__(self) -> str:
        return f" {self.sense} ".join(map(str, self.terms))

    @property
    def sides(self) -> tuple[sympy.Expr, ...]:
        return self.terms

    @property
    def links(self) -> tuple[tuple[sympy.Expr, str, sympy.Expr], ...]:
        """The inequalities one by one: (lhs, sense, rhs)."""
        pairs = zip(self.terms, self.terms[1:], strict=False)
        return tuple((lhs, self.sense, rhs) for lhs, rhs in pairs)

    def latex(self, printer: Printer) -> str:
        sign = r" \le " if self.sense == "<=" else r" \ge "
        return sign.join(printer(term) for term in self.terms)

    def wrong_versions(self, step: float) -> Iterator[Wrong]:
        flipped = ">=" if self.sense == "<=" else "<="
        for position, (lhs, _, rhs) in enumerate(self.links, start=1):
            which = f" of inequality {position}" if len(self.terms) > 2 else ""
            yield Wrong(f"sense{which} flipped", Bound(lhs, flipped, rhs))


@dataclass(frozen=True, init=False)
class Equivalent(Statement):
    """The ratio of the two sides tends to 1 as ``variable`` goes to ``point``.

    Parameters
    ----------
    lhs, rhs : expressions
    as_ : (parameter, limit point)
    order : int or ``oo``
        The claim that the relative gap is moreover O(variable^-order), for an infinite order:
        smaller than every power. 0 claims the limit alone.
    """

    lhs: sympy.Expr
    rhs: sympy.Expr
    variable: sympy.Symbol
    point: sympy.Expr
    order: Any

    def __init__(self, lhs: Any, rhs: Any, as_: tuple[Any, Any], order: Any = 0) -> None:
        object.__setattr__(self, "lhs", sympy.sympify(lhs))
        object.__setattr__(self, "rhs", sympy.sympify(rhs))
        object.__setattr__(self, "variable", sympy.sympify(as_[0]))
        object.__setattr__(self, "point", sympy.sympify(as_[1]))
        object.__setattr__(self, "order", sympy.sympify(order))
        if self.point is not sympy.oo:
            raise ClaimError(f"an equivalence is claimed as a parameter grows to oo, not {as_[1]}")
        whole = self.order is sympy.oo or (self.order.is_Integer and self.order >= 0)
        if not whole:
            raise ClaimError(f"the order of an equivalence is 0, 1, 2, ... or oo, not {order}")
        if any(side.is_Number and side.is_zero for side in (self.lhs, self.rhs)):  # 0.0 as well
            raise ClaimError("nothing is asymptotically equal to 0")
        _require_symbol(self.variable)

    def __str__(self) -> str:
        gap = f", relative gap O({self.variable}^-{self.order})" if self.order != 0 else ""
        return f"{self.lhs} ~ {self.rhs} as {self.variable} -> {self.point}{gap}"

    @property
    def sides(self) -> tuple[sympy.Expr, ...]:
        return (self.lhs, self.rhs)

    def latex(self, printer: Printer) -> str:
        text = rf"{printer(self.lhs)} \sim {printer(self.rhs)}"
        every = r" \text{ for every } k" if self.order is sympy.oo else ""
        if self.order != 0:
            power = rf"{printer(self.variable)}^{{-k}}" if every else ""
            gap = power or printer(self.variable ** (-self.order))
            text = f"{printer(self.lhs)} = {self._with_gap(printer, gap)}{every}"
        return rf"{text} \qquad ({printer(self.variable)} \to \infty)"

    def _with_gap(self, printer: Printer, gap: str) -> str:
        """The right side times one plus a gap of this order."""
        if self.rhs == 1:
            return f"1 + O({gap})"
        right = printer(self.rhs)
        factor = rf"\left({right}\right)" if self.rhs.is_Add else right
        return rf"{factor} \left(1 + O({gap})\right)"

    def wrong_versions(self, step: float) -> Iterator[Wrong]:
        n, as_ = self.variable, (self.variable, self.point)
        yield Wrong(
            f"constant times {1 + step:g}",
            Equivalent(self.lhs, _scaled(self.rhs, step), as_, self.order),
        )
        for shift in (sympy.Rational(1, 20), -sympy.Rational(1, 20)):
            yield Wrong(
                f"exponent of {n} moved by {float(shift):+g}",
                Equivalent(self.lhs, self.rhs * n**shift, as_, self.order),
            )


@dataclass(frozen=True)
class Rate(Statement):
    """A power law, exponential rate or logarithmic growth of an observable.

    Parameters
    ----------
    observable : expression
    variable : parameter
        Grows to infinity.
    exponent : expression
        ``power``: observable = variable^(exponent + o(1)); ``exponential``:
        exp((exponent + o(1)) variable); ``logarithmic``: (exponent + o(1)) log variable.
    form : {"power", "exponential", "logarithmic"}
    """

    observable: Any
    variable: Any
    exponent: Any
    form: str = "power"

    def __post_init__(self) -> None:
        for name in ("observable", "variable", "exponent"):
            object.__setattr__(self, name, sympy.sympify(getattr(self, name)))
        if self.form not in ("power", "exponential", "logarithmic"):
            raise ClaimError(f"a rate is power, exponential or logarithmic, not {self.form!r}")
        _require_symbol(self.variable)
        if self.exponent.has(self.variable):
            raise ClaimError(f"the exponent {self.exponent} of a rate varies with {self.variable}")

    def __str__(self) -> str:
        return f"{self.observable} has {self.form} rate {self.exponent} in {self.variable}"

    @property
    def sides(self) -> tuple[sympy.Expr, ...]:
        return (self.observable, self.exponent)

    def latex(self, printer: Printer) -> str:
        lhs, n, rate = printer(self.observable), printer(self.variable), printer(self.exponent)
        growth = {
            "power": rf"{n}^{{{rate} + o(1)}}",
            "exponential": rf"\exp\left(\left({rate} + o(1)\right) {n}\right)",
            "logarithmic": rf"\left({rate} + o(1)\right) \log {n}",
        }[self.form]
        return rf"{lhs} = {growth} \qquad ({n} \to \infty)"

    def wrong_versions(self, step: float) -> Iterator[Wrong]:
        for sign in (1, -1):
            shift = sympy.nsimplify(sign * step, rational=True)
            changed = Rate(self.observable, self.variable, self.exponent + shift, self.form)
            yield Wrong(f"exponent moved by {sign * step:+g}", changed)


@dataclass(frozen=True)
class ForAll(Statement):
    """A construction has a property on every input.

    Parameters
    ----------
    inputs : str
        What is ranged over, in LaTeX text.
    property : str
        What holds for each input, in LaTeX text.
    holds : bool
        False claims that some input fails (the form its automatic mutant takes).
    """

    inputs: str
    property: str
    holds: bool = True

    def __str__(self) -> str:
        every = "every" if self.holds else "not every"
        return f"for {every} {self.inputs}: {self.property}"

    @builtins.property
    def sides(self) -> tuple[sympy.Expr, ...]:
        return ()

    def latex(self, printer: Printer) -> str:
        if self.holds:
            return rf"\text{{for every {self.inputs}: {self.property}}}"
        return rf"\text{{for some {self.inputs}, not: {self.property}}}"

    def wrong_versions(self, step: float) -> Iterator[Wrong]:
        yield Wrong("some input fails", ForAll(self.inputs, self.property, not self.holds))


@dataclass(frozen=True)
class Trend(Statement):
    """Across independently seeded trained models, a metric is lower or higher in group A.

    Parameters
    ----------
    metric, group_a, group_b : str
        In words.
    direction : {"lower", "higher"}
        How the metric of A compares with that of B, in more than half of all seed pairs.
    """

    metric: str
    group_a: str
    group_b: str
    direction: str

    def __post_init__(self) -> None:
        if self.direction not in ("lower", "higher"):
            raise ClaimError(f"a trend is lower or higher, not {self.direction!r}")

    def __str__(self) -> str:
        return f"{self.metric} is {self.direction} with {self.group_a} than with {self.group_b}"

    @property
    def sides(self) -> tuple[sympy.Expr, ...]:
        return ()

    def latex(self, printer: Printer) -> str:
        comparison = f"{self.direction} with {self.group_a} than with {self.group_b}"
        return rf"\text{{{self.metric} is {comparison}}}"

    def wrong_versions(self, step: float) -> Iterator[Wrong]:
        flipped = "higher" if self.direction == "lower" else "lower"
        yield Wrong("direction flipped", Trend(self.metric, self.group_a, self.group_b, flipped))
