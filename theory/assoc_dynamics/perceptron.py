"""Rules of derivation for the argument of the perceptron: steps that turn and steps that grow.

Nothing here is special to associative memories; the module may move to the core.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import sympy
from sympy.core.function import AppliedUndef

from theory.assoc_dynamics.descent import seen_real, stated_positive
from theory.core.binding import rename_apart, replace_free, symbols_of
from theory.core.decision import Finding, decide_equal, decide_nonnegative, decide_positive
from theory.core.domain import Domain
from theory.core.parameters import Real, Vector
from theory.core.rising import is_bound_inside, rises_with
from theory.core.rule import Rule, examine, proved, undecided, worst
from theory.core.rules.by_claim import ByClaim, written_out
from theory.core.rules.monotone import decide_sign, equal
from theory.core.statement import Bound

__all__ = [
    "FROM_ZERO",
    "CountedCosts",
    "ForEntries",
    "InProportion",
    "PerceptronArgument",
    "SeparatedRoot",
]


FROM_ZERO = "$W_0 = 0$"


@dataclass(frozen=True, eq=False)
class ForEntries(ByClaim):
    """An earlier bound on any real sequence, for a sequence that is given entry by entry.

    Parameters
    ----------
    claim : Claim
        Its sequences may hold any real numbers.
    entries : mapping from Vector to callable
        The entry of each index.
    times : expression
        A nonnegative factor of both sides.
    """

    entries: Mapping[Any, Callable[..., Any]] | None = None
    times: Any = 1

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        statement = self.claim.statement
        if not isinstance(statement, Bound) or len(statement.terms) != 2:
            return undecided(f"{self.claim.id} is no single inequality")
        pairs = {sympy.sympify(old): sympy.sympify(new) for old, new in (self.at or {}).items()}
        bases = {vector.symbol: entry for vector, entry in (self.entries or {}).items()}

        index = sympy.Dummy("index", positive=True, integer=True)
        incoming = symbols_of(*(sympy.sympify(entry(index)) for entry in bases.values()))

        def here(side: sympy.Expr) -> sympy.Expr:
            apart = rename_apart(written_out(side, self.claim), incoming)
            opened = replace_free(apart, pairs)
            return opened.replace(
                lambda e: isinstance(e, sympy.Indexed) and e.base in bases,
                lambda e: bases[e.base](*e.indices),
            )

        factor = sympy.sympify(self.times)
        unmet = _unmet(self.claim, domain, here)
        low, high = (factor * here(side) for side in statement.terms)
        start, end = (low, high) if statement.sense == "<=" else (high, low)
        status = self.claim.derivation_report().worst
        return worst(
            unmet,
            decide_sign(factor, domain),
            equal(before, start, domain),
            equal(after, end, domain),
            *(self._in_range(p, pairs, bases, domain) for p in self.claim.domain.parameters),
            Finding(status, f"by {self.claim.id}, whose own derivation is {status}"),
        )

    def _in_range(
        self,
        parameter: Any,
        pairs: Mapping[Any, Any],
        bases: Mapping[Any, Callable[..., Any]],
        domain: Domain,
    ) -> Finding:
        """Whether what stands for a parameter of the claim is a value that it may have."""
        symbol = parameter.symbol
        if symbol in bases:
            entry = parameter.entry
            ends = getattr(entry, "low", 0), getattr(entry, "high", 0)
            if (
                type(parameter) is not Vector
                or not isinstance(entry, Real)
                or any(
                    end != infinite
                    for end, infinite in zip(ends, (-sympy.oo, sympy.oo), strict=True)
                )
            ):
                return undecided(f"{parameter.name} does not hold any real numbers")
            index = sympy.Dummy("index", positive=True, integer=True)
            return seen_real(sympy.sympify(bases[symbol](index)), domain)
        if symbol not in pairs:
            return undecided(f"{parameter.name} has no value")
        least = getattr(parameter, "at_least", None)
        if least is None or parameter.high != sympy.oo:
            return undecided(f"the range of {parameter.name} is not looked at")
        if symbol.is_integer and not pairs[symbol].is_integer:
            return undecided(f"{parameter.name} is not seen to be an integer")
        return decide_nonnegative(pairs[symbol] - least, domain)

    def rests_on(self, before: sympy.Expr, after: sympy.Expr, domain: Domain) -> Finding:
        return proved("the ranges are looked at with the step")


def _unmet(claim: Any, domain: Domain, here: Callable[[Any], Any] = lambda e: e) -> Finding:
    """That the side conditions and the remarks of a claim are hypotheses here as well."""
    for condition in claim.domain.where:
        if here(condition) not in domain.where:
            return undecided(f"{claim.id} needs {here(condition)}")
    for remark in claim.domain.remarks:
        if remark not in domain.remarks:
            return undecided(f"{claim.id} needs that {remark}")
    return proved("the hypotheses of the claim are made here")


def _stands_still(constants: tuple[Any, ...], claim: Any, domain: Domain) -> Finding:
    """That expressions have no parameter of a claim on one step that is not one of the run."""
    own = {s for p in domain.parameters for s in p.symbol.free_symbols}
    moving = {s for p in claim.domain.parameters for s in p.symbol.free_symbols} - own
    if any(sympy.sympify(constant).free_symbols & moving for constant in constants):
        return undecided("a bound is not the same at all steps")
    return proved("the same at all steps")


def _is_polarised(aligned: Any, squared: Any) -> bool:
    """Whether <g, W_*> and 2 <g, W> + ... differ by one memory in place of another.

    What a step adds to the inner product is linear in the views of the fixed memory; what it adds
    to the squared norm begins with twice the same of the views of the memory itself.
    """
    one = written_out(aligned.statement.terms[1], aligned)
    two = written_out(squared.statement.terms[0], squared)
    views = {e.func for e in one.atoms(AppliedUndef)} - {e.func for e in two.atoms(AppliedUndef)}
    if len(views) != 1 or one == aligned.statement.terms[1]:
        return False
    (view,) = views
    for other in {e.func for e in two.atoms(AppliedUndef)}:
        if sympy.sympify(2 * one.replace(view, other)) in sympy.Add.make_args(two):
            return True
    return False


@dataclass(frozen=True, eq=False)
class PerceptronArgument(Rule):
    r"""How often a memory that starts at 0 can err in k steps, from what a step does.

    Every step adds at least a G_i to the inner product with a fixed memory of norm 1, and at most
    c + b G_i to the squared norm. With S the sum of the G_i over k steps, Cauchy and Schwarz give

        (a S)^2 <= <W_k, W_*>^2 <= |W_k|^2 <= c k + b S,

    so that S is at most the larger root of a^2 S^2 - b S - c k.

    That S is the sum is what the observable means; that the two increments are of the inner product
    and of the squared norm is read off how they are defined, as far as it shows there.

    Parameters
    ----------
    aligned, squared : ByClaim
        What a step adds at least to the inner product, ``a G <= ...``, and at most to the squared
        norm, ``... <= c + b G``, from any memory.
    total : expression
        S, the line before.
    error : expression
        G, as in the two claims.
    steps : expression
        k.
    positive : mapping from expression to str
        What is positive, and the remark of the domain that says so.
    """

    aligned: ByClaim
    squared: ByClaim
    total: Any
    error: Any
    steps: Any
    positive: Mapping[Any, str]

    @property
    def relation(self) -> str:
        return "<="

    @property
    def words(self) -> str:
        names = (by.words for by in (self.aligned, self.squared))
        return f"the argument of the perceptron, with {' and '.join(names)}"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        bounds = [
            by.claim.statement
            for by in (self.aligned, self.squared)
            if isinstance(by.claim.statement, Bound) and by.claim.statement.sense == "<="
            if len(by.claim.statement.terms) == 2 and not by.at
        ]
        if FROM_ZERO not in domain.remarks:
            return undecided(f"the domain does not say: {FROM_ZERO}")
        if len(bounds) < 2:
            return undecided("the rule takes two bounds")
        total, steps = sympy.sympify(self.total), sympy.sympify(self.steps)
        if not isinstance(total, AppliedUndef) or steps not in total.args:
            return undecided(f"{total} is no observable of a number of steps")
        if not _is_polarised(self.aligned.claim, self.squared.claim):
            return undecided("the bounds are not on an inner product and on a squared norm")
        gain, most = bounds[0].terms[0], sympy.expand(bounds[1].terms[-1], deep=False)
        table, stated = stated_positive(self.positive, domain)
        a = gain.coeff(self.error)
        b = most.coeff(self.error)
        c = most - b * self.error
        if a.has(self.error) or b.has(self.error) or c.has(self.error) or a * self.error != gain:
            return undecided(f"the bounds are not linear in {self.error}")
        k = steps
        root = (b + sympy.sqrt(b**2 + 4 * a**2 * c * k)) / (2 * a**2)
        own = [by.claim.derivation_report().worst for by in (self.aligned, self.squared)]
        return worst(
            *(_unmet(by.claim, domain) for by in (self.aligned, self.squared)),
            *(_stands_still((a, b, c), by.claim, domain) for by in (self.aligned, self.squared)),
            proved("k counts steps") if k.is_integer else undecided(f"{k} is no integer"),
            decide_nonnegative(k, domain),
            stated,
            equal(before, self.total, domain),
            decide_positive(a.xreplace(table), domain),
            *(decide_sign(part.xreplace(table), domain) for part in (b, c)),
            equal(after, root, domain),
            *(Finding(status, f"the bound on a step is {status}") for status in own),
        )


@dataclass(frozen=True, eq=False)
class SeparatedRoot(Rule):
    """sqrt(a^2 + b^2) <= a + b for a, b >= 0, in a sum where the root has a nonnegative factor.

    Parameters
    ----------
    root : expression
        As it stands in the line before.
    first, second : expressions
        a and b.
    positive : mapping from expression to str
        What is positive, and the remark of the domain that says so.
    """

    root: Any
    first: Any
    second: Any
    positive: Mapping[Any, str]

    @property
    def relation(self) -> str:
        return "<="

    @property
    def words(self) -> str:
        return "root of a sum"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        table, stated = stated_positive(self.positive, domain)
        root, a, b = (sympy.sympify(e) for e in (self.root, self.first, self.second))
        hole = sympy.Dummy("root", nonnegative=True)
        if is_bound_inside(root, sympy.sympify(before)):
            return undecided(f"{root} is many values")
        whole = sympy.expand(sympy.sympify(before).xreplace({root: hole}).xreplace(table))
        factor = whole.coeff(hole)
        if factor == 0 or sympy.expand(whole - factor * hole).has(hole):
            return undecided(f"{root} does not stand in a sum")
        a, b, square, last = (e.xreplace(table) for e in (a, b, root**2, sympy.sympify(after)))
        return worst(
            stated,
            decide_sign(factor, domain),
            decide_sign(a, domain),
            decide_sign(b, domain),
            decide_equal(a**2 + b**2, square, domain),
            decide_equal(whole.xreplace({hole: a + b}), last, domain),
        )


@dataclass(frozen=True, eq=False)
class CountedCosts(Rule):
    """If every event costs at least c, and costs are nonnegative, n events cost n c or more.

    Parameters
    ----------
    cost : ByClaim
        A bound ``c_x <= G`` that holds at every event.
    count : expression
        n, the line before.
    total : expression
        The sum of G over all steps, with events or without.
    error : expression
        G, nonnegative by its definition.
    least : mapping
        What is at most what in c_x: a part to a positive lower bound of it.
    remark : str
        The remark of the domain that says so.
    """

    cost: ByClaim
    count: Any
    total: Any
    error: Any
    least: Mapping[Any, Any]
    remark: str

    @property
    def relation(self) -> str:
        return "<="

    @property
    def words(self) -> str:
        return f"each of them costs something, by {self.cost.words}"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        claim = self.cost.claim
        if not isinstance(claim.statement, Bound) or len(claim.statement.terms) != 2:
            return undecided(f"{claim.id} is no single inequality")
        cost, paid = claim.statement.terms
        if claim.statement.sense != "<=" or paid != self.error:
            return undecided(f"{claim.id} does not bound {self.error} below")
        count, total = sympy.sympify(self.count), sympy.sympify(self.total)
        if not all(isinstance(e, AppliedUndef) for e in (count, total)) or count.args != total.args:
            return undecided(f"{count} and {total} are not observables of the same run")
        least = {sympy.sympify(old): sympy.sympify(new) for old, new in self.least.items()}
        table, stated = stated_positive(dict.fromkeys(least.values(), self.remark), domain)
        parts = {old: sympy.Dummy("part", positive=True) for old in least}
        rises = [rises_with(cost.xreplace(parts), part, domain) for part in parts.values()]
        smallest = cost.xreplace(least)
        own = claim.derivation_report().worst
        return worst(
            stated,
            _stands_still((smallest,), claim, domain),
            *rises,
            decide_sign(written_out(self.error, claim), claim.domain),
            decide_positive(smallest.xreplace(table), domain),
            equal(before, self.count, domain),
            equal(after, self.total / smallest, domain),
            Finding(own, f"the cost of an event is {own}"),
        )


@dataclass(frozen=True, eq=False)
class InProportion(Rule):
    """An inequality times a positive factor.

    Parameters
    ----------
    factor : expression
    rule : Rule
        For the inequality.
    positive : mapping from expression to str
        What is positive, and the remark of the domain that says so.
    """

    factor: Any
    rule: Rule
    positive: Mapping[Any, str]

    @property
    def relation(self) -> str:
        return self.rule.relation

    @property
    def words(self) -> str:
        return self.rule.words

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        factor = sympy.sympify(self.factor)
        if self.relation not in ("=", "<=", ">="):
            return undecided(f"the rule takes no step of the kind {self.relation}")
        table, stated = stated_positive(self.positive, domain)
        one, two = sympy.sympify(before) / factor, after / factor
        return worst(
            stated,
            decide_positive(factor.xreplace(table), domain),
            examine(self.rule, one, two, domain),
        )
