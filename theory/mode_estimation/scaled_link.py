"""A rule of derivation: an earlier bound, times a nonnegative factor, inside a sum.

Nothing in it is special to this topic; the module may move to the core.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy

from theory.core.decision import Finding
from theory.core.domain import Domain
from theory.core.errors import ClaimError
from theory.core.rule import worst
from theory.core.rules.monotone import ByOneLink, decide_sign, equal
from theory.core.statement import Bound

__all__ = ["ScaledLink"]


@dataclass(frozen=True, eq=False)
class ScaledLink(ByOneLink):
    """One inequality A <= B of an earlier bound takes c A + d to c B + d, with c >= 0.

    `Replaced` does it too, but looks for the signs of A and B, which can take long.

    Parameters
    ----------
    times : expression
        The factor c.
    """

    times: Any = 1

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        statement = self.claim.statement
        if not isinstance(statement, Bound):
            raise ClaimError(f"{self.claim.id} is not a bound")
        low, sense, high = statement.links[self.link - 1]
        ends = (low, high) if sense == self.sense else (high, low)
        first, last = (self._put_in(end) for end in ends)
        times = sympy.sympify(self.times)
        rest = sympy.sympify(before) - times * first
        return worst(
            super().check(first, last, domain),
            decide_sign(times, domain),
            equal(rest, after - times * last, domain),
        )
