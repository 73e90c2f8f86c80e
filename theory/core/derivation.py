"""Derivations: lists of checked steps from definitions to a statement."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import sympy

from theory.core.decision import Finding, Status, decide_equal
from theory.core.domain import Domain
from theory.core.errors import ClaimError
from theory.core.expansion import NoExpansion
from theory.core.printing import latex
from theory.core.rich_display import RichDisplay, paragraphs, without_commands
from theory.core.rule import Rule, examine, proved, rules_in, undecided
from theory.core.rules.asymptotics import growth_exponent, is_negligible
from theory.core.rules.by_claim import ByClaim, written_out
from theory.core.rules.elementary import Definition
from theory.core.statement import Bound, Equivalent, Identity, Rate, Statement

if TYPE_CHECKING:
    from theory.core.claim import Claim

__all__ = ["ByClaim", "Derivation", "DerivationReport", "Step", "StepReport", "written_out"]

_SIGNS = {"=": "=", "<=": r"\le", ">=": r"\ge", "~": r"\sim", "+-": "\\approx"}


@dataclass(frozen=True, eq=False)
class Step(RichDisplay):
    """One line of a derivation.

    Parameters
    ----------
    expression : SymPy expression, or an equation for a side calculation
        An equation stands by itself; anything else continues the chain above it.
    by : Rule
        What justifies it.
    note : str
        A few words for the reader, in LaTeX text.
    granting : tuple of str
        Hypotheses in words of claims that are applied, which are not among this claim's own and
        hold here for the reason that the note gives.

    Raises
    ------
    ClaimError
        Something is granted without a note.
    """

    expression: Any
    by: Rule
    note: str = ""
    granting: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.granting and not self.note:
            raise ClaimError("a hypothesis in words is granted for a reason, which is the note's")

    def __repr__(self) -> str:
        return f"<Step {self}  [{without_commands(self.by.words)}]>"

    def __str__(self) -> str:
        if self.is_lemma:
            return " = ".join(str(side) for side in self.expression.args)
        return f"{self.by.relation} {self.expression}"

    def _repr_latex_(self) -> str:
        return paragraphs([self._line(latex)])

    def _line(self, printer: Callable[[Any], str]) -> str:
        sign = "" if self.is_lemma else _SIGNS[self.by.relation]
        return rf"$\displaystyle {sign} {printer(self.expression)}$ ({self.by.words})"

    @property
    def is_lemma(self) -> bool:
        """True for an equation, which stands outside the chain."""
        return isinstance(self.expression, sympy.Equality)


@dataclass(frozen=True)
class StepReport:
    """One step with its status.

    Attributes
    ----------
    index : int
        From 1.
    status : Status
    rule : str
        How the rule is named in print, in LaTeX text.
    relation : str
        What the step claims: ``=``, ``<=``, ``>=``, ``~`` or ``+-``.
    reason : str
        Why it has this status.
    numbers : dict
        For a refuted step: the point and the values there.
    """

    index: int
    status: Status
    rule: str
    relation: str
    reason: str
    numbers: dict[str, str]


@dataclass(frozen=True)
class DerivationReport(RichDisplay):
    """All steps of a derivation with their statuses, and whether they reach the statement.

    Attributes
    ----------
    steps : tuple of StepReport
    conclusion : Finding
        Whether the chains of steps end with the statement.
    claim : Claim or None
        Whose derivation it is; needed to show its formulas.
    """

    steps: tuple[StepReport, ...]
    conclusion: Finding
    claim: Claim | None = field(default=None, compare=False)

    def __repr__(self) -> str:
        counts = ", ".join(f"{count} {status}" for status, count in self.counts.items() if count)
        lines = [f"Derivation: {counts or 'no steps'}"]
        written = self.claim.derivation.steps if self.claim is not None else ("",) * len(self.steps)
        for found, step in zip(self.steps, written, strict=True):
            lines.append(f"  {found.index}. {step}".rstrip())
            rule = without_commands(found.rule)
            lines.append(f"     {found.status} by {rule}: {found.reason}")
        if self.steps:
            lines.append(f"  conclusion {self.conclusion.status}: {self.conclusion.reason}")
        return "\n".join(lines)

    def _repr_latex_(self) -> str | None:
        if self.claim is None:
            return None
        lines = [
            f"{found.index}. {step._line(self.claim.latex)}: {found.status}"
            for found, step in zip(self.steps, self.claim.derivation.steps, strict=True)
        ]
        ending = f"Conclusion: {self.conclusion.status}" if lines else "No derivation is given"
        return paragraphs([*lines, f"{ending}."])

    @property
    def counts(self) -> dict[str, int]:
        """How many steps stand proved, certified, cited, undecided and refuted."""
        counts = {str(status): 0 for status in Status}
        for step in self.steps:
            counts[str(step.status)] += 1
        if self.steps and self.conclusion.status is not Status.PROVED:
            counts[str(self.conclusion.status)] += 1
        return counts

    @property
    def worst(self) -> Status:
        """The weakest status among the steps and the conclusion."""
        order = (Status.REFUTED, Status.UNDECIDED, Status.CITED, Status.CERTIFIED, Status.PROVED)
        present = {step.status for step in self.steps} | {self.conclusion.status}
        return next(status for status in order if status in present)

    def stored(self) -> list[dict[str, Any]]:
        """Plain values: a mapping for each step, and one for the conclusion."""
        steps = [{**asdict(step), "status": str(step.status)} for step in self.steps]
        return [*steps, {**asdict(self.conclusion), "status": str(self.conclusion.status)}]

    @classmethod
    def restored(
        cls, stored: Sequence[Mapping[str, Any]], claim: Claim | None = None
    ) -> DerivationReport:
        """The report on the derivation of a claim that `stored` wrote."""
        *steps, conclusion = ({**entry, "status": Status(entry["status"])} for entry in stored)
        return cls(tuple(StepReport(**step) for step in steps), Finding(**conclusion), claim)


@dataclass
class _Chain:
    """A run of steps from one definition: its ends, relations and accumulated remainder."""

    first: sympy.Expr
    last: sympy.Expr
    relations: set[str] = field(default_factory=set)
    remainder: sympy.Expr | None = None
    tends: set[tuple[Any, Any]] = field(default_factory=set)
    loses_a_remainder: bool = False
    asymptotic: list[tuple[sympy.Expr, sympy.Expr, Rule]] = field(default_factory=list)

    def extend(self, after: sympy.Expr, by: Rule, domain: Domain) -> None:
        """One more step, whatever its status."""
        if by.relation == "~":
            self.asymptotic.append((self.last, after, by))
        self.last = after
        self.relations.add(by.relation)
        if by.relation == "+-":
            remainder = by.remainder(domain)
            if remainder is None:
                self.loses_a_remainder = True
            else:
                self.remainder = (self.remainder or sympy.S.Zero) + remainder
        if by.relation == "~" and (tends := by.tends()) is not None:
            self.tends.add(tends)


@dataclass(frozen=True, init=False, eq=False)
class Derivation(RichDisplay):
    """Checked steps from definitions to the statement.

    A step by `Definition` begins a chain; a statement with several parts, such as a two-sided
    bound, has a chain for each part.

    Parameters
    ----------
    *steps : Step

    Raises
    ------
    ClaimError
        Something is no step.
    """

    steps: tuple[Step, ...]

    def __init__(self, *steps: Step) -> None:
        if not all(isinstance(step, Step) for step in steps):
            raise ClaimError("a derivation is made of Steps")
        object.__setattr__(self, "steps", tuple(steps))

    def __repr__(self) -> str:
        lines = [
            f"  {index}. {step}  [{without_commands(step.by.words)}]"
            for index, step in enumerate(self.steps, start=1)
        ]
        return "\n".join(["Derivation, not checked:" if lines else "No derivation", *lines])

    def _repr_latex_(self) -> str:
        return paragraphs(
            f"{index}. {step._line(latex)}" for index, step in enumerate(self.steps, start=1)
        )

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
        return DerivationReport(tuple(reports), _conclusion(claim, chains), claim)

    def _check_step(self, step: Step, chains: list[_Chain], claim: Claim) -> Finding:
        domain = claim.domain
        after = sympy.sympify(step.expression)
        if after is sympy.true:  # SymPy evaluates an equation with equal sides
            return proved("the two sides are the same expression")
        if not (step.is_lemma or isinstance(after, sympy.Expr)):
            return undecided(f"{after} is neither an expression nor an equation")
        if problem := _strangers(after, claim):
            finding = undecided(problem)
        elif step.is_lemma:
            if step.by.relation != "=":
                return undecided(f"a rule for {step.by.relation} does not give an equation")
            return _objection(step, claim) or examine(step.by, after.lhs, after.rhs, domain)
        elif isinstance(step.by, Definition):
            finding = _beginning(after, claim)
        elif not chains:
            return undecided("a chain begins with a step by definition")
        else:
            finding = _objection(step, claim) or examine(
                step.by, chains[-1].last, after, domain, _eventually(claim)
            )
        if isinstance(step.by, Definition) and not step.is_lemma:
            chains.append(_Chain(after, after))
        elif chains and not step.is_lemma:
            chains[-1].extend(after, step.by, domain)
        return finding


def _eventually(claim: Claim) -> Domain:
    """Where hypotheses of the steps must hold: for a limit, only as the variable has grown."""
    statement = claim.statement
    if not isinstance(statement, (Equivalent, Rate)):
        return claim.domain
    return claim.domain.beyond(statement.variable, 10**6)


def _strangers(expression: sympy.Basic, claim: Claim) -> str | None:
    """A symbol that has a parameter's name but is another symbol, or None."""
    for symbol in expression.free_symbols:
        for parameter in claim.domain.parameters:
            own = parameter.symbol.free_symbols
            if getattr(symbol, "name", None) == parameter.name and symbol not in own:
                return f"{symbol} is not the parameter {parameter.name}, but another symbol"
    return None


def _objection(step: Step, claim: Claim) -> Finding | None:
    """What speaks against applying the claims that a step applies.

    It is a hypothesis in words that is not granted here, or another observable of the same name.
    """
    ours = {observable.name: observable for observable in claim.observables}
    granted = {*claim.domain.remarks, *step.granting}
    for used in (part.claim for part in rules_in(step.by) if isinstance(part, ByClaim)):
        if strange := [remark for remark in used.domain.remarks if remark not in granted]:
            return undecided(f"it is not granted here, as {used.id} asks, that: {strange[0]}")
        for theirs in used.observables:
            mine = ours.get(theirs.name)
            if theirs.definition is None and mine is not None and mine is not theirs:
                return undecided(f"{theirs.name} is not the observable that {used.id} speaks of")
    return None


def _beginning(after: sympy.Expr, claim: Claim) -> Finding:
    """Whether the first line of a chain is a side of the statement or a definition."""
    sides = [written_out(side, claim) for side in claim.statement.sides]
    inside = [s.args[0] for s in sides if isinstance(s, sympy.Abs)]
    known = [*sides, *inside, *(term for e in inside for term in sympy.Add.make_args(e))]
    known += [sympy.sympify(o.definition) for o in claim.observables if o.definition is not None]
    after = written_out(after, claim)
    if after in known or -after in known or any(_same(after, e, claim.domain) for e in known):
        return proved("by definition")
    if not known:
        return undecided("there is no definition to compare with")
    return undecided("the chain begins with neither a side of the statement nor a definition")


def _same(one: sympy.Expr, other: sympy.Expr, domain: Domain) -> bool:
    return one == other or decide_equal(one - other, 0, domain).status is Status.PROVED


def _conclusion(claim: Claim, chains: list[_Chain]) -> Finding:
    """Whether the chains, taken together, say what the statement says."""
    statement = claim.statement
    if isinstance(statement, Rate):
        return _rate_conclusion(statement, claim, chains)
    parts = _parts(claim)
    if not parts:
        return undecided("the statement is in words: no chain can end with it")
    missing = [part for part in parts if not any(_says(chain, part, claim) for chain in chains)]
    if not missing:
        return proved("the chain reaches the statement")
    lhs, relation, rhs = missing[0]
    return undecided(f"no chain is seen to give {lhs} {relation} {rhs}")


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


_ALLOWED = {"=": {"="}, "<=": {"=", "<="}, ">=": {"=", ">="}, "~": {"=", "~", "+-"}}
_MIRRORED = {"=": {"="}, "<=": {"=", ">="}, ">=": {"=", "<="}, "~": {"=", "~"}}


def _says(chain: _Chain, part: _Part, claim: Claim) -> bool:
    lhs, relation, rhs = part
    domain = claim.domain
    if chain.loses_a_remainder:
        return False
    if isinstance(lhs, sympy.Abs) and chain.remainder is not None:
        gap, inside = chain.first - chain.last, lhs.args[0]
        return (
            relation == "<="
            and chain.relations <= {"=", "+-"}
            and (_same(gap, inside, domain) or _same(-gap, inside, domain))
            and _same(chain.remainder, rhs, domain)
        )
    if chain.remainder is not None and not _negligible(chain, claim):
        return False
    if relation == "~" and not _tends_alike(chain, claim):
        return False
    if chain.relations <= _ALLOWED[relation]:
        if _same(chain.first, lhs, domain) and _same(chain.last, rhs, domain):
            return True
    return (
        chain.relations <= _MIRRORED[relation]
        and _same(chain.first, rhs, domain)
        and _same(chain.last, lhs, domain)
    )


def _tends_alike(chain: _Chain, claim: Claim) -> bool:
    """Whether the asymptotic steps speak of the statement's own limit, and are as sharp."""
    statement = claim.statement
    if not isinstance(statement, Equivalent):
        return True
    if not chain.tends <= {(statement.variable, statement.point)}:
        return False
    if statement.order == 0:
        return True
    orders = [by.gap_order(old, new, claim.domain) for old, new, by in chain.asymptotic]
    return all(order >= statement.order for order in orders)


def _negligible(chain: _Chain, claim: Claim) -> bool:
    """A remainder may only be dropped from an equivalence, when it is of lower order there."""
    statement = claim.statement
    if not isinstance(statement, Equivalent) or chain.remainder is None:
        return False
    variable, order = statement.variable, statement.order
    small = is_negligible(chain.remainder, chain.last, variable, order, claim.domain)
    return small.status is Status.PROVED


def _rate_conclusion(statement: Rate, claim: Claim, chains: list[_Chain]) -> Finding:
    """A rate is reached by an asymptotic chain, or by one from above and one from below."""
    observable = written_out(statement.observable, claim)
    senses: set[str] = set()
    for chain in chains:
        alike = chain.tends <= {(statement.variable, sympy.oo)}
        if chain.loses_a_remainder or not alike or not _same(chain.first, observable, claim.domain):
            continue
        if chain.remainder is not None:
            small = is_negligible(chain.remainder, chain.last, statement.variable, 0, claim.domain)
            if small.status is not Status.PROVED:
                continue
        try:
            rate = growth_exponent(chain.last, statement.variable, statement.form, claim.domain)
        except NoExpansion:
            continue
        if _same(rate, statement.exponent, claim.domain):
            sided = chain.relations & {"<=", ">="}
            senses |= {"<=", ">="} if not sided else (sided if len(sided) == 1 else set())
    if senses == {"<=", ">="}:
        return proved("the chain reaches the statement")
    return undecided(f"no chain is seen to give the rate {statement.exponent}")
