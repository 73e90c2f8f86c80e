"""The rule that applies an earlier claim, where its hypotheses hold."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sympy
from sympy.concrete.expr_with_limits import ExprWithLimits

from theory.core.binding import rename_apart, replace_free, standard_names, symbols_of
from theory.core.decision import (
    Finding,
    Status,
    decide_equal,
    decide_nonnegative,
    decide_positive,
)
from theory.core.domain import Domain, exact_number
from theory.core.errors import ClaimError
from theory.core.exact import settle_conditions
from theory.core.parameters import (
    Categorical,
    Integer,
    Labels,
    Matrix,
    Parameter,
    Simplex,
    Vector,
    _Ordered,
)
from theory.core.rising import evaluated_variables, is_bound_inside, rises_with
from theory.core.rule import Rule, is_examined, proved, undecided, worst
from theory.core.signs import (
    positive_atoms,
    surely_nonnegative,
    surely_positive,
    with_signed_symbols,
)
from theory.core.statement import Bound, Equivalent, Identity

if TYPE_CHECKING:
    from theory.core.claim import Claim

__all__ = ["ByClaim", "written_out"]


def written_out(expression: Any, claim: Claim) -> sympy.Expr:
    """The expression with the observables that have definitions replaced by them."""
    expression = sympy.sympify(expression)
    for observable in claim.observables:
        if observable.definition is not None and expression.has(observable.function):
            # a parameter that the definition speaks of is no bound variable of the expression
            own = symbols_of(*(argument.symbol for argument in observable.arguments))
            ambient = symbols_of(sympy.sympify(observable.definition)) - own
            expression = rename_apart(expression, ambient)
            expression = expression.replace(observable.function, observable.defined_as)
    return expression


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
            return "+-" if _bounds_a_gap(statement) else statement.sense
        raise ClaimError(f"{self.claim.id} cannot serve as a step: it is a {statement.kind}")

    @property
    def words(self) -> str:
        return rf"\texttt{{{self.claim.id}}}"

    def _here(self, expression: sympy.Expr) -> sympy.Expr:
        return replace_free(written_out(expression, self.claim), self._pairs())

    def _pairs(self) -> dict[sympy.Expr, sympy.Expr]:
        return {sympy.sympify(old): sympy.sympify(new) for old, new in (self.at or {}).items()}

    def remainder(self, domain: Domain) -> sympy.Expr | None:
        statement = self.claim.statement
        if isinstance(statement, Bound) and _bounds_a_gap(statement):
            return self._here(statement.terms[1])
        return None

    def tends(self) -> tuple[sympy.Symbol, sympy.Expr] | None:
        statement = self.claim.statement
        if not isinstance(statement, Equivalent):
            return None
        return self._here(statement.variable), statement.point

    def rests_on(self, before: sympy.Expr, after: sympy.Expr, domain: Domain) -> Finding:
        """Whether the claim's domain holds what its parameters are here."""
        symbols = symbols_of(before, after)
        inside = _with_inner_ranges(before, symbols, domain)
        finding = applies(self.claim.domain, self._pairs(), inside, symbols)
        return worst(finding, self._is_at_fixed_values())

    def _is_at_fixed_values(self) -> Finding:
        """A limit is taken while everything else stands still: nothing else may move with it."""
        statement = self.claim.statement
        if not isinstance(statement, Equivalent):
            return proved("no limit is taken")
        pairs = self._pairs()
        moving = symbols_of(self._here(statement.variable))
        for parameter in self.claim.domain.parameters:
            value = pairs.get(parameter.symbol, parameter.symbol)
            if parameter.symbol != statement.variable and value.free_symbols & moving:
                return undecided(f"{parameter.name} = {value} moves with {statement.variable}")
        return proved("all else is fixed")

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        before = sympy.sympify(before)
        sides = [self._here(side) for side in self.claim.statement.sides]
        spelt = standard_names(before), [standard_names(side) for side in sides]
        if not (self._fits(before, sides, after, domain) or self._fits(*spelt, after, domain)):
            return undecided(f"{self.claim.id} is not seen to give this step")
        status = self.claim.derivation_report().worst
        reason = f"by {self.claim.id}, whose own derivation is {status}"
        if not self.claim.derivation.steps:
            reason = f"{self.claim.id} has no derivation of its own to rest on"
        # that the claim's derivation is wrong does not make this step wrong
        found = Finding(Status.UNDECIDED if status is Status.REFUTED else status, reason)
        found = worst(found, self._holds_all_over(before, after, domain))
        # a rule that is built on this one may ask for its check alone
        return found if is_examined(self) else worst(found, self.rests_on(before, after, domain))

    def _holds_all_over(self, before: sympy.Expr, after: sympy.Expr, domain: Domain) -> Finding:
        """Whether a parameter that is a bound variable here stays in its range all along."""
        pairs = self._pairs()
        bound = {v for o in before.atoms(ExprWithLimits) for v in o.variables}
        inside = _with_inner_ranges(before, symbols_of(before, after), domain)
        for parameter in self.claim.domain.parameters:
            if parameter.symbol in evaluated_variables(before) - pairs.keys():
                return undecided(f"{parameter.name} is given a value that may be outside its range")
        findings = [
            _lies_in(parameter, parameter.symbol, pairs, inside)
            for parameter in self.claim.domain.parameters
            if parameter.symbol in bound - pairs.keys()
        ]
        return worst(*findings) if findings else proved("no parameter is bound")

    def _fits(
        self, before: sympy.Expr, sides: list[sympy.Expr], after: sympy.Expr, domain: Domain
    ) -> bool:
        relation = self.relation
        if relation == "+-":
            inside = sides[0].args[0] if isinstance(sides[0], sympy.Abs) else sides[0]
            gap = before - after
            return _vanishes(gap - inside, domain) or _vanishes(gap + inside, domain)
        if relation == "=":  # an identity may be read in either direction
            if before.has(sympy.Derivative, sympy.Subs) and self._has_equations():
                return False  # what holds at some points only is not differentiated
            return any(
                before.has(old) and _vanishes(replace_free(before, {old: new}) - after, domain)
                for old, new in (sides, sides[::-1])
            )
        pairs = itertools.pairwise(sides) if relation != "~" else [sides]
        return any(
            before.has(old)
            and not is_bound_inside(old, before)
            and _vanishes(replace_free(before, {old: new}) - after, domain)
            and self._keeps(before, old, new, domain)
            for old, new in pairs
        )

    def _has_equations(self) -> bool:
        return any(condition.has(sympy.Eq) for condition in self.claim.domain.where)

    def _keeps(self, before: sympy.Expr, old: sympy.Expr, new: sympy.Expr, domain: Domain) -> bool:
        """Whether the relation between two parts gives the same relation of the whole.

        An inequality does when the whole does not fall with the part; an equivalence when the part
        is a factor, or a fixed power of it is.
        """
        if self.relation == "~":
            part = sympy.Dummy("part", real=True)
            with_hole = replace_free(before, {old: part})
            exponent = sympy.simplify(part * sympy.diff(with_hole, part) / with_hole)
            moving = symbols_of((self.tends() or (part,))[0])
            return not exponent.free_symbols & {part, *moving}
        positive = all(surely_positive(side, domain) for side in (old, new))
        part = sympy.Dummy("part", real=True, positive=positive or None)
        finding = rises_with(replace_free(before, {old: part}), part, domain)
        return finding.status is Status.PROVED


def _bounds_a_gap(statement: Bound) -> bool:
    return statement.sense == "<=" and isinstance(statement.terms[0], sympy.Abs)


def _vanishes(difference: sympy.Expr, domain: Domain) -> bool:
    return decide_equal(difference, 0, domain).status is Status.PROVED


def _with_inner_ranges(expression: sympy.Expr, free: set[sympy.Symbol], domain: Domain) -> Domain:
    """The domain with the ranges of variables that are bound in one way only inside."""
    ranges: dict[sympy.Symbol, set[Any]] = {}
    for operation in expression.atoms(ExprWithLimits):
        for limit in operation.limits:
            ranges.setdefault(limit[0], set()).add((operation.func, limit))
    for variable, ways in sorted(ranges.items(), key=str):
        if len(ways) == 1 and variable not in free:
            ((kind, limit),) = ways
            domain = domain.inside(kind(variable, limit), limit)
    return domain


def applies(
    used: Domain, at: Mapping[Any, Any], here: Domain, symbols: set[sympy.Symbol]
) -> Finding:
    """Whether the values ``at`` of a claim's parameters lie in its domain, wherever we are.

    Parameters
    ----------
    used : Domain
        The domain of the claim that is applied.
    at : mapping
        What its symbols are here; a symbol that is not named is itself, or, if there is none of
        that name here, whatever we like.
    here : Domain
    symbols : set of symbols
        What occurs in the step.
    """
    findings = []
    unknown = at.keys() - {parameter.symbol for parameter in used.parameters}
    free = {symbol for parameter in used.parameters for symbol in parameter.symbol.free_symbols}
    if unknown & free:
        return undecided(f"{unknown} are parts of parameters")
    for parameter in used.parameters:
        value = at.get(parameter.symbol, parameter.symbol)
        present = {s.name for s in symbols} | set(here.names)
        if parameter.symbol not in at and parameter.name not in present:
            findings.append(_is_inhabited(parameter, at, here))
        else:
            findings.append(_lies_in(parameter, value, at, here))
    for condition in used.where:
        findings.append(_holds(condition, at, here))
    return worst(*findings) if findings else proved("no hypotheses")


def _is_inhabited(parameter: Parameter, at: Mapping[Any, Any], here: Domain) -> Finding:
    """Whether there is a value: an interval holds some, a simplex of no entries does not."""
    size = None
    if isinstance(parameter, Simplex):
        size = parameter.length
    elif isinstance(parameter, Labels):
        size = parameter.classes
    if size is None or decide_positive(_size(size, at), here).status is Status.PROVED:
        return proved("there are such values")
    return undecided(f"whether there is any {parameter.name} is not decided")


def _size(size: Any, at: Mapping[Any, Any]) -> sympy.Expr:
    size = sympy.sympify(size)
    return at.get(size, size)


def _lies_in(parameter: Parameter, value: Any, at: Mapping[Any, Any], here: Domain) -> Finding:
    own = next((p for p in here.parameters if p.symbol == value), None)
    if isinstance(parameter, Vector) and own is not None:
        if not _is_as_large(own, parameter, at):
            return undecided(f"{value} is not seen to be of the size of {parameter.name}")
    if own is parameter:
        return proved("the same parameter")
    if not isinstance(parameter, _Ordered):
        if own is not None and _is_part(own, parameter):
            return proved("a parameter of the same kind")
        return undecided(f"whether {value} is a value of {parameter.name} is not decided")
    if isinstance(parameter, Integer) and not _is_whole(value):
        return undecided(f"{parameter.name}: {value} is not seen to be an integer")
    value = _with_positive_sums(value, here)
    findings = [_is_real(value, parameter, here)]
    for end, is_open, gap in (
        (parameter.low, parameter.low_open, lambda low: value - low),
        (parameter.high, parameter.high_open, lambda high: high - value),
    ):
        if abs(end) == float("inf"):
            continue
        decide = decide_positive if is_open else decide_nonnegative
        finding = decide(gap(exact_number(end)), here)
        if finding.status is not Status.PROVED:
            reason = f"{parameter.name}: {value} is not seen to lie in {parameter.interval()}"
            finding = undecided(reason)
        findings.append(finding)
    return worst(*findings)


def _with_positive_sums(value: sympy.Expr, here: Domain) -> sympy.Expr:
    """Finite sums of one positive term or more as positive symbols."""
    table = {}
    for total in sorted(value.atoms(sympy.Sum), key=str):
        _, low, high = total.limits[0]
        inside = here.inside(total, total.limits[0])
        if len(total.limits) == 1 and high is not sympy.oo and low is not -sympy.oo:
            if surely_nonnegative(high - low, here) and surely_positive(total.function, inside):
                table[total] = sympy.Dummy("total", positive=True)
    return value.xreplace(table)


def _is_whole(value: sympy.Expr) -> bool:
    """An integer wherever it is defined; so is a floor."""
    rounded = value.replace(
        lambda e: isinstance(e, (sympy.floor, sympy.ceiling)),
        lambda e: sympy.Dummy("rounded", integer=True),
    )
    return bool(rounded.is_integer)


def _is_real(value: sympy.Expr, parameter: Parameter, here: Domain) -> Finding:
    """Real wherever it is defined: a quotient may have a denominator that is not seen nonzero."""
    if value.is_extended_real:
        return proved("real")
    value = value.subs(positive_atoms(value, here))
    signed = with_signed_symbols(value, here)
    operations = symbols_of(signed) - symbols_of(value)
    positive = {s: sympy.Dummy(positive=True) for s in operations if s.is_nonnegative}
    real = {s: sympy.Dummy(real=True, nonzero=True) for s in operations if s.is_real}
    defined = signed.subs({**real, **positive})
    for reading in here.readings(*symbols_of(defined)):
        if all(_looks_real(defined.subs(form, simultaneous=True)) for form in reading):
            return proved("real")
    return undecided(f"{parameter.name}: {value} is not seen to be real")


def _looks_real(inside: sympy.Expr) -> bool:
    return any(e.is_extended_real for e in (inside, sympy.factor(inside), sympy.expand(inside)))


def _is_part(own: Parameter, other: Parameter) -> bool:
    """Whether every value of a parameter of ours is one of the other's, of the same sizes."""
    if type(own) is not type(other):
        return False
    if isinstance(own, Categorical) and isinstance(other, Categorical):
        return set(own.choices) <= set(other.choices)
    if not isinstance(own, Vector) or not isinstance(other, Vector):
        return False
    mine, theirs = own.entry, other.entry
    if isinstance(mine, _Ordered) and isinstance(theirs, _Ordered):
        whole = isinstance(mine, Integer) or not isinstance(theirs, Integer)
        low = mine.low > theirs.low or (
            mine.low == theirs.low and (mine.low_open or not theirs.low_open)
        )
        high = mine.high < theirs.high or (
            mine.high == theirs.high and (mine.high_open or not theirs.high_open)
        )
        return whole and low and high
    return False


def _is_as_large(own: Parameter, other: Parameter, at: Mapping[Any, Any]) -> bool:
    """Whether a sequence of ours has the sizes that the other one has here."""
    for name, kind in (("length", Vector), ("columns", Matrix), ("classes", Labels)):
        if isinstance(other, kind):
            if _size(getattr(own, name, None), {}) != _size(getattr(other, name), at):
                return False
    return True


def _holds(condition: sympy.Basic, at: Mapping[Any, Any], here: Domain) -> Finding:
    specialised = replace_free(condition, at)
    if specialised is sympy.true or specialised in here.where:
        return proved("a hypothesis here as well")
    settled = settle_conditions(sympy.Piecewise((1, specialised), (0, True)), here)
    if settled == 1:
        return proved("it follows from the hypotheses")
    return undecided(f"the side condition {specialised} is not seen to hold")
