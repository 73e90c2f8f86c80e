"""Derivations: lists of checked steps from definitions to a statement."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sympy

from theory.core.asymptotics import EVERY_POWER, is_negligible
from theory.core.decision import Finding, Status, decide_equal
from theory.core.domain import Domain
from theory.core.errors import ClaimError
from theory.core.rules import Definition, Rule
from theory.core.statement import Bound, Equivalent, Identity, Statement

if TYPE_CHECKING:
    from theory.core.claim import Claim

__all__ = ["ByClaim", "Derivation", "DerivationReport", "Step", "StepReport"]


@dataclass(frozen=True, eq=False)
class Step:
    """One line of a derivation.

    Parameters
    ----------
    expression : SymPy expression, or an equation for a side calculation
        An equation stands by itself; anything else continues the chain above it.
    by : Rule
        What justifies it.
    note : str
        A few words for the reader, in LaTeX text.
    """

    expression: Any
    by: Rule
    note: str = ""

    @property
    def is_lemma(self) -> bool:
        """True for an equation, which stands outside the chain."""
        return isinstance(self.expression, sympy.Equality)


@dataclass(frozen=True, eq=False)
class ByClaim(Rule):
    """An earlier claim of the catalogue is applied; its id belongs to ``uses``.

    Parameters
    ----------
    claim : Claim
    at : mapping, optional
        What its parameters are here.
    """

    claim: Claim
    at: Mapping[Any, Any] | None = None

    @property
    def relation(self) -> str:
        statement = self.claim.statement
        if isinstance(statement, Identity):
            return "="
        if isinstance(statement, Equivalent):
            return "~"
        if isinstance(statement, Bound):
            return "+-" if isinstance(statement.terms[0], sympy.Abs) else statement.sense
        raise ClaimError(f"{self.claim.id} cannot serve as a step: it is a {statement.kind}")

    @property
    def words(self) -> str:
        return rf"\texttt{{{self.claim.id}}}"

    def _here(self, expression: sympy.Expr) -> sympy.Expr:
        pairs = {sympy.sympify(old): sympy.sympify(new) for old, new in (self.at or {}).items()}
        return written_out(expression, self.claim).subs(pairs, simultaneous=True)

    def remainder(self, domain: Domain) -> sympy.Expr | None:
        statement = self.claim.statement
        if isinstance(statement, Bound) and isinstance(statement.terms[0], sympy.Abs):
            return self._here(statement.terms[1])
        return None

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        before = sympy.sympify(before)
        sides = [self._here(side) for side in self.claim.statement.sides]
        if self.relation == "+-":
            inside = sides[0].args[0]
            fits = _vanishes(before - after - inside, domain) or _vanishes(
                before - after + inside, domain
            )
        else:  # an identity may be read in either direction
            readings = [sides, sides[::-1]] if self.relation == "=" else [sides]
            fits = any(
                before.has(old) and _vanishes(before.subs(old, new) - after, domain)
                for old, new in readings
            )
        if not fits:
            return Finding(Status.UNDECIDED, f"{self.claim.id} is not seen to give this step")
        worst = self.claim.derivation_report().worst
        reason = f"by {self.claim.id}, whose own derivation is {worst}"
        return Finding(worst, reason)


def _vanishes(difference: sympy.Expr, domain: Domain) -> bool:
    return decide_equal(difference, 0, domain).status is Status.PROVED


def written_out(expression: Any, claim: Claim) -> sympy.Expr:
    """The expression with the observables that have definitions replaced by them."""
    expression = sympy.sympify(expression)
    for observable in claim.observables:
        if observable.definition is not None:
            expression = expression.replace(observable.function, observable.defined_as)
    return expression


@dataclass(frozen=True)
class StepReport:
    """One step with its status."""

    index: int
    status: Status
    rule: str
    relation: str
    reason: str
    numbers: dict[str, str]


@dataclass(frozen=True)
class DerivationReport:
    """All steps of a derivation with their statuses, and whether they reach the statement."""

    steps: tuple[StepReport, ...]
    conclusion: Finding

    @property
    def counts(self) -> dict[str, int]:
        """How many steps stand proved, certified, cited, undecided and refuted."""
        counts = {str(status): 0 for status in Status}
        for step in self.steps:
            counts[str(step.status)] += 1
        if self.conclusion.status is not Status.PROVED:
            counts[str(self.conclusion.status)] += 1
        return counts

    @property
    def worst(self) -> Status:
        """The weakest status among the steps and the conclusion."""
        order = (Status.REFUTED, Status.UNDECIDED, Status.CITED, Status.CERTIFIED, Status.PROVED)
        present = {step.status for step in self.steps} | {self.conclusion.status}
        return next(status for status in order if status in present)


@dataclass
class _Chain:
    """A run of steps from one definition: its ends, relations and accumulated remainder."""

    first: sympy.Expr
    last: sympy.Expr
    relations: set[str]
    remainder: sympy.Expr | None = None


@dataclass(frozen=True, init=False, eq=False)
class Derivation:
    """Checked steps from definitions to the statement.

    A step by `Definition` begins a chain; a statement with several parts, such as a two-sided
    bound, has a chain for each part.
    """

    steps: tuple[Step, ...]

    def __init__(self, *steps: Step) -> None:
        if not all(isinstance(step, Step) for step in steps):
            raise ClaimError("a derivation is made of Steps")
        object.__setattr__(self, "steps", tuple(steps))

    def check(self, claim: Claim) -> DerivationReport:
        """The status of every step, and whether the chains conclude the claim's statement."""
        reports: list[StepReport] = []
        chains: list[_Chain] = []
        for index, step in enumerate(self.steps, start=1):
            finding = self._check_step(step, chains, claim)
            reports.append(
                StepReport(
                    index,
                    finding.status,
                    step.by.words,
                    step.by.relation,
                    finding.reason,
                    finding.numbers,
                )
            )
        return DerivationReport(tuple(reports), _conclusion(claim, chains))

    def _check_step(self, step: Step, chains: list[_Chain], claim: Claim) -> Finding:
        domain = claim.domain
        if step.is_lemma:
            return step.by.check(step.expression.lhs, step.expression.rhs, domain)
        after = sympy.sympify(step.expression)
        if isinstance(step.by, Definition):
            chains.append(_Chain(after, after, set()))
            return step.by.check(None, after, domain)
        if not chains:
            return Finding(Status.UNDECIDED, "a chain begins with a step by definition")
        chain = chains[-1]
        finding = step.by.check(chain.last, after, domain)
        proved_remainder = step.by.remainder(domain)
        if proved_remainder is not None:
            chain.remainder = (chain.remainder or sympy.S.Zero) + proved_remainder
        chain.relations.add(step.by.relation)
        chain.last = after
        return finding


def _conclusion(claim: Claim, chains: list[_Chain]) -> Finding:
    """Whether the chains, taken together, say what the statement says."""
    missing = [
        part for part in _parts(claim) if not any(_says(chain, part, claim) for chain in chains)
    ]
    if not missing:
        return Finding(Status.PROVED, "the chain reaches the statement")
    lhs, relation, rhs = missing[0]
    return Finding(Status.UNDECIDED, f"no chain is seen to give {lhs} {relation} {rhs}")


_Part = tuple[sympy.Expr, str, sympy.Expr]


def _parts(claim: Claim) -> list[_Part]:
    statement: Statement = claim.statement
    if isinstance(statement, Identity):
        return [(written_out(statement.lhs, claim), "=", written_out(statement.rhs, claim))]
    if isinstance(statement, Equivalent):
        return [(written_out(statement.lhs, claim), "~", written_out(statement.rhs, claim))]
    if isinstance(statement, Bound):
        return [
            (written_out(lhs, claim), sense, written_out(rhs, claim))
            for lhs, sense, rhs in statement.links
        ]
    return []


def _says(chain: _Chain, part: _Part, claim: Claim) -> bool:
    lhs, relation, rhs = part
    domain = claim.domain

    def same(a: sympy.Expr, b: sympy.Expr) -> bool:
        return a == b or _vanishes(a - b, domain)

    if isinstance(lhs, sympy.Abs) and chain.remainder is not None:
        gap = chain.first - chain.last
        within = relation == "<=" and chain.relations <= {"=", "+-"}
        return (
            within
            and (same(gap, lhs.args[0]) or same(-gap, lhs.args[0]))
            and same(chain.remainder, rhs)
        )
    if chain.remainder is not None and not _negligible(chain, claim):
        return False
    allowed = {"=": {"="}, "<=": {"=", "<="}, ">=": {"=", ">="}, "~": {"=", "~", "+-"}}[relation]
    if chain.relations <= allowed and same(chain.first, lhs) and same(chain.last, rhs):
        return True
    mirror = {"=": {"="}, "<=": {"=", ">="}, ">=": {"=", "<="}, "~": {"=", "~"}}[relation]
    return chain.relations <= mirror and same(chain.first, rhs) and same(chain.last, lhs)


def _negligible(chain: _Chain, claim: Claim) -> bool:
    """A remainder may only be dropped from an equivalence, when it is of lower order there."""
    statement = claim.statement
    if not isinstance(statement, Equivalent) or chain.remainder is None:
        return False
    if statement.order != 0 and "~" in chain.relations:
        return False  # the steps that are only asymptotic would have to carry the order too
    order = statement.order
    if order is sympy.oo:  # smaller than every power: the remainder must hold for every k
        if EVERY_POWER not in chain.remainder.free_symbols:
            return False
        order = 0
    small = is_negligible(chain.remainder, chain.last, statement.variable, order, claim.domain)
    return small.status is Status.PROVED
