"""A claim: one theorem, written once as mathematics."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from theory.core.derivation import ByClaim, Derivation, DerivationReport
from theory.core.domain import Domain
from theory.core.errors import ClaimError
from theory.core.observable import Observable
from theory.core.rich_display import RichDisplay, paragraphs, text_of
from theory.core.rule import rules_in
from theory.core.shorthand import Shorthand
from theory.core.source import Source
from theory.core.statement import Statement

__all__ = ["Claim"]

_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*\.[A-Za-z0-9]+(-[A-Za-z0-9]+)*")


@dataclass(frozen=True, eq=False)
class Claim(RichDisplay):
    """A theorem to be put to the test.

    Parameters
    ----------
    id : str
        ``topic.short-name``, stable for ever.
    title : str
        One line.
    says : str
        One short paragraph of plain English.
    statement : Statement
    domain : Domain
        The hypotheses.
    source : Source
    observables : tuple of Observable
        The observables that the statement speaks of.
    derivation : Derivation, optional
    uses : tuple of str, optional
        Ids of claims that it rests on, besides those that the derivation applies.
    published : str
        For a claim of standing *corrected*: what the published form says, in plain words. A mutant
        marked ``published`` says it in mathematics, and must be refuted with the claim confirmed.

    Raises
    ------
    ClaimError
        The id is malformed, or the statement speaks of an unknown symbol or observable.
    """

    id: str
    title: str
    says: str
    statement: Statement
    domain: Domain
    source: Source
    observables: tuple[Observable, ...] = ()
    derivation: Derivation = field(default_factory=Derivation)
    uses: tuple[str, ...] = ()
    published: str = ""

    def __post_init__(self) -> None:
        if not _ID.fullmatch(self.id):
            raise ClaimError(f"claim id {self.id!r} is not of the form topic.short-name")
        named = {observable.name for observable in self.observables}
        if unknown := self.statement.observables - named:
            raise ClaimError(f"{self.id}: unknown observable {', '.join(sorted(unknown))}")
        applied = (
            rule.claim.id
            for step in self.derivation.steps
            for rule in rules_in(step.by)
            if isinstance(rule, ByClaim)
        )
        object.__setattr__(self, "uses", tuple(dict.fromkeys((*self.uses, *applied))))

    def __repr__(self) -> str:
        return f"<Claim {self.id} ({self.kind}, {self.source.standing}): {self.title}>"

    def __str__(self) -> str:
        return "\n".join(
            [f"{self.id}: {self.title}", f"  {self.statement}", f"  for {self.domain}"]
        )

    def _repr_latex_(self) -> str:
        """Title, hypotheses, what the observables are, and the statement."""
        named = [
            f"${observable.latex}$: {text_of(observable.meaning)}"
            for observable in self.observables
            if not isinstance(observable, Shorthand)
        ]
        formula = rf"$$\displaystyle {self.statement.latex(self.latex)}$$"
        return paragraphs([f"{text_of(self.title)}.", *self.domain.latex(), *named, formula])

    @property
    def topic(self) -> str:
        """The topic's name, with hyphens."""
        return self.id.partition(".")[0]

    @property
    def kind(self) -> str:
        """The statement kind, in lower case."""
        return self.statement.kind

    def derivation_report(self) -> DerivationReport:
        """The status of each step; checked once for each claim in a process."""
        return _checked(self)

    def varied(self, **changes: Any) -> Claim:
        """The same claim with some fields changed and no derivation, as mutants are."""
        return replace(self, **{"derivation": Derivation(), **changes})

    def latex(self, expression: Any) -> str:
        """LaTeX of an expression in the notation of this claim and of those that it applies."""
        from theory.core.printing import latex

        return latex(expression, self.domain, (*_observables_applied(self), *self.observables))


@cache
def _observables_applied(claim: Claim) -> tuple[Observable, ...]:
    """Those of the claims that the derivation applies, without their shorthands."""
    found: dict[str, Observable] = {}
    for step in claim.derivation.steps:
        for rule in rules_in(step.by):
            for applied in vars(rule).values():
                if isinstance(applied, Claim):
                    found |= {o.name: o for o in applied.observables}
    return tuple(o for o in found.values() if not isinstance(o, Shorthand))


@cache
def _checked(claim: Claim) -> DerivationReport:
    return claim.derivation.check(claim)
