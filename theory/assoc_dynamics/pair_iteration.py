"""Iterates of a map of the plane, and rules of derivation about them.

Nothing here is special to associative memories; the module may move to the core.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy

from theory.assoc_dynamics.coordinates import are_coordinates
from theory.core.decision import Finding, decide_equal
from theory.core.domain import Domain
from theory.core.evaluation import ball, encloses, whole_number
from theory.core.rising import is_bound_inside
from theory.core.rule import Rule, undecided, worst
from theory.core.rules.iteration import Iterate

__all__ = ["OnDiagonal", "PairIterate"]


class PairIterate(sympy.Function):
    """A function of a pair after the map (x, y) -> (F, G) was applied so many times.

    Parameters
    ----------
    observed : expression in x and y
    x, y : symbols
    F, G : expressions in x and y
    x0, y0 : expressions
        Where the iteration begins.
    times : expression
    """

    nargs = (8,)

    def _eval_is_real(self) -> bool | None:
        return True if all(part.is_extended_real for part in self.args) else None

    def _eval_simplify(self, **_: Any) -> sympy.Expr:
        return self  # what it is made of is not seen from outside

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        observed, x, y, F, G, x0, y0, times = (printer._print(part) for part in self.args)
        power = f"^{{{exp}}}" if exp else ""
        run = rf"{x} \mapsto {F},\ {y} \mapsto {G} \text{{ from }} ({x0}, {y0})"
        return rf"\left({observed} \mid {run}, {times} \text{{ times}}\right){power}"


@encloses(PairIterate)
def _pair_iterate(e: PairIterate, env: dict[str, Any]) -> Any:
    observed, x, y, F, G, x0, y0, times = e.args
    pair = ball(x0, env), ball(y0, env)
    for _ in range(whole_number(times, env)):
        here = {**env, x.name: pair[0], y.name: pair[1]}
        pair = ball(F, here), ball(G, here)
    return ball(observed, {**env, x.name: pair[0], y.name: pair[1]})


@dataclass(frozen=True, eq=False)
class OnDiagonal(Rule):
    """A map that takes equal coordinates to equal ones iterates them like a map of one variable.

    The line after is the function that is followed, of one iteration in place of both.
    """

    @property
    def words(self) -> str:
        return "the map is symmetric, and so is the start: the coordinates stay equal"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        iterates = after.atoms(Iterate)
        if not isinstance(before, PairIterate) or len(iterates) != 1:
            return undecided("the rule takes an iteration of a pair to one of a number")
        observed, x, y, F, G, x0, y0, times = before.args
        (single,) = iterates
        if times != single.times:
            return undecided("the rule takes an iteration to one of the same length")
        if is_bound_inside(single, after):
            return undecided("the line after has many iterations")
        seen = sympy.Dummy("q", real=True)
        equal = {x: seen, y: seen}
        function = single.function.subs(single.variable, seen)
        return worst(
            decide_equal(x0, y0, domain),
            decide_equal(x0, single.start, domain),
            are_coordinates((x, y), domain, after, x0, y0, times, seen=(observed, F, G)),
            decide_equal(F.subs(equal), function, domain),
            decide_equal(G.subs(equal), function, domain),
            decide_equal(observed.subs(equal), after.xreplace({single: seen}), domain),
        )
