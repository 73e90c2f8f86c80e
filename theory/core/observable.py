"""Observables: named quantities that theory may speak of and only numerics can produce."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy

from theory.core.binding import replace_free
from theory.core.errors import ClaimError
from theory.core.parameters import Parameter

__all__ = ["Observable", "observed"]


@dataclass(frozen=True, eq=False)
class Observable:
    """A quantity that a simulator can measure.

    Parameters
    ----------
    name : str
        Python identifier; two observables of one claim have different names.
    arguments : tuple of Parameter
        What it depends on.
    latex : str
        How it prints when applied to its own arguments.
    meaning : str
        What is measured, in plain words.
    definition : sympy expression, optional
        What it is in terms of its arguments, where that can be written down.

    Examples
    --------
    Calling it gives the symbolic quantity: ``unseen_mass(alpha, T)``.
    """

    name: str
    arguments: tuple[Parameter, ...]
    latex: str
    meaning: str
    definition: Any = None

    def __post_init__(self) -> None:
        if not self.name.isidentifier():
            raise ClaimError(f"observable name {self.name!r} is not a Python identifier")

    @property
    def function(self) -> Any:
        """The undefined SymPy function of this name, real-valued."""
        return sympy.Function(self.name, real=True)

    def __call__(self, *arguments: Any) -> sympy.Expr:
        """The observable at the given arguments (its own by default)."""
        if not arguments:
            arguments = self.arguments
        if len(arguments) != len(self.arguments):
            raise ClaimError(f"{self.name} takes {len(self.arguments)} arguments")
        return self.function(*(sympy.sympify(argument) for argument in arguments))

    def defined_as(self, *arguments: Any) -> sympy.Expr:
        """The definition at the given arguments."""
        if self.definition is None:
            raise ClaimError(f"{self.name} has no symbolic definition")
        expression = sympy.sympify(self.definition)
        if not arguments:
            return expression
        if len(arguments) != len(self.arguments):
            raise ClaimError(f"{self.name} takes {len(self.arguments)} arguments")
        pairs = zip(self.arguments, arguments, strict=True)
        return replace_free(expression, {own.symbol: other for own, other in pairs})


def observed(expression: Any) -> set[str]:
    """Names of the observables that an expression contains."""
    applied = sympy.sympify(expression).atoms(sympy.core.function.AppliedUndef)
    return {application.func.__name__ for application in applied}
