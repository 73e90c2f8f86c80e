"""Rules of derivation that replace a part by a larger or smaller one, also in cases and under sums.

Nothing here is special to associative memories; the module may move to the core.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Mapping
from copy import copy
from dataclasses import dataclass
from typing import Any

import sympy
from sympy.concrete.expr_with_limits import ExprWithLimits
from sympy.core.function import AppliedUndef

from theory.core.binding import rename_apart, replace_free, standard_names, symbols_of
from theory.core.continuity import is_continuous_at
from theory.core.decision import Finding, Status, decide_equal, decide_nonnegative
from theory.core.domain import Domain, exact_number
from theory.core.errors import ClaimError
from theory.core.evaluation import enclose
from theory.core.parameters import Integer, Labels, Matrix, Vector, _Ordered
from theory.core.reality import part_that_is_complex
from theory.core.rising import is_bound_inside
from theory.core.rule import Rule, between_reals, proved, undecided, unfit_variable, worst
from theory.core.rules.along_line import no_jump, one_sided, vanishes_nowhere
from theory.core.rules.by_claim import ByClaim, written_out
from theory.core.rules.by_claim import _is_inhabited as is_inhabited
from theory.core.rules.by_claim import _is_whole as is_whole
from theory.core.rules.by_claim import _lies_in as lies_in
from theory.core.signs import surely_positive
from theory.core.special import NormalCDF, StudentCDF
from theory.core.statement import Bound, Identity
from theory.core.sums import _surely_within as surely_within
from theory.core.sums import finite_sum_normal_form

__all__ = [
    "AboveChord",
    "AboveTangent",
    "AtMostOne",
    "ByCases",
    "ByOneLink",
    "ByRemark",
    "BySquares",
    "CertainCase",
    "Chained",
    "ConstantTerms",
    "EachTerm",
    "EitherSign",
    "EventApart",
    "Given",
    "InBranch",
    "LargerEvent",
    "OneOfMany",
    "OneSign",
    "Replaced",
    "SplitOff",
    "SumsAsSymbols",
    "assuming",
    "decide_sign",
    "equal",
    "read_from",
]

_RISING = (NormalCDF, StudentCDF, sympy.exp, sympy.log)


def assuming(
    domain: Domain, *conditions: sympy.Basic, facts: Mapping[sympy.Expr, sympy.Expr] | None = None
) -> Domain:
    """The domain where these conditions hold as well.

    ``facts`` says how expressions are written through symbols whose signs tell what is known.
    """
    narrower = copy(domain)
    object.__setattr__(narrower, "assumed", (*_assumed(domain), *conditions))
    object.__setattr__(narrower, "facts", {**_facts(domain), **(facts or {})})
    return narrower


def _assumed(domain: Domain) -> tuple[sympy.Basic, ...]:
    """What holds in the case, or for the term, that a rule is applied in."""
    return tuple(getattr(domain, "assumed", ()))


def _facts(domain: Domain) -> dict[sympy.Expr, sympy.Expr]:
    return dict(getattr(domain, "facts", {}))


def equal(lhs: Any, rhs: Any, domain: Domain) -> Finding:
    """Equality, as it stands or with what is known of the parts and of the ranges of indices."""
    plain = decide_equal(lhs, rhs, domain)
    if plain.status is Status.PROVED:
        return plain
    told = [sympy.piecewise_fold(_told(side, _facts(domain))) for side in (lhs, rhs)]
    values = {v for side in told for v in side.atoms(sympy.beta)}
    positive = {v: sympy.Dummy("value", positive=True) for v in values if _is_positive(v, domain)}
    one, two = (side.xreplace(positive) for side in told)
    found = decide_equal(one, two, _ranged(domain))
    return plain if found.status is Status.REFUTED and positive else found


def _is_positive(value: sympy.beta, domain: Domain) -> bool:
    return all(surely_positive(argument, domain) for argument in value.args)


def _normal_form(expression: sympy.Expr, domain: Domain) -> sympy.Expr:
    """With finite sums in normal form, and what is known of indices put in."""
    return _told(finite_sum_normal_form(expression, _ranged(domain)), _facts(domain))


def _ranged(domain: Domain) -> Domain:
    """The domain whose side conditions include those of the case and of the sums around."""
    wider = copy(domain)
    object.__setattr__(wider, "where", (*domain.where, *_assumed(domain)))
    return wider


def _forgetting(domain: Domain, variables: Iterable[sympy.Symbol]) -> Domain:
    """The domain where these names are those of other variables, of which nothing is known."""
    hidden = {variable.name for variable in variables}
    assumed = tuple(c for c in _assumed(domain) if not hidden & _names(c))
    facts = {
        old: new for old, new in _facts(domain).items() if not hidden & (_names(old) | _names(new))
    }
    for variable in variables:
        domain = domain._without(variable)
    domain = copy(domain)
    object.__setattr__(domain, "assumed", assumed)
    object.__setattr__(domain, "facts", facts)
    return domain


def _under(operation: Any, domain: Domain) -> Domain:
    """The domain under an operation: what is said of variables that it binds is of others."""
    known = {bounds.variable.name for bounds in domain.ranges} | set(domain.names)
    known |= {name for e in (*_assumed(domain), *_facts(domain)) for name in _names(e)}
    hiding = [variable for variable in operation.variables if variable.name in known]
    return _forgetting(domain, hiding) if hiding else domain


def _told(expression: Any, facts: dict[sympy.Expr, sympy.Expr]) -> sympy.Expr:
    """With what is known put in, but not of a variable that is bound: that is another one."""
    expression = sympy.sympify(expression)
    for old, new in facts.items():
        if is_bound_inside(old, expression) or is_bound_inside(new, expression):
            expression = rename_apart(expression, symbols_of(old, new))
            if is_bound_inside(old, expression) or is_bound_inside(new, expression):
                continue
        expression = expression.xreplace({old: new})
    return expression


def _is_indicator(e: sympy.Expr) -> bool:
    return isinstance(e, sympy.KroneckerDelta) or isinstance(1 - e, sympy.KroneckerDelta)


def decide_sign(expression: Any, domain: Domain) -> Finding:
    """Whether an expression is nonnegative, by the signs of its parts.

    Sums, integrals over growing ranges, cases, products and sums of nonnegative parts are seen
    through; numbers are enclosed; the rest is left to `decide_nonnegative`.
    """
    facts = _facts(domain)
    for condition in (*domain.where, *_assumed(domain)):
        if isinstance(condition, (sympy.Gt, sympy.Ge, sympy.Lt, sympy.Le)):
            if condition.lts == 0 and condition.gts == expression:
                return proved("by hypothesis")
    told = _told(expression, facts)
    found = _sign(told, domain)
    if found.status is not Status.PROVED and told.has(sympy.log):
        found = _sign(_with_logarithms(told, domain), domain)
    if found.status is Status.REFUTED and facts:  # at values that do not belong together
        return undecided(f"not seen to be nonnegative: {found.reason}")
    return found


def _with_logarithms(expression: sympy.Expr, domain: Domain) -> sympy.Expr:
    """Logarithms of parameters as the logarithm of the least value and what is more."""
    table = {}
    for parameter in domain.parameters:
        low = getattr(parameter, "low", None)
        if low is not None and 0 < low < float("inf"):
            more = sympy.Dummy("more", nonnegative=True)
            table[sympy.log(parameter.symbol)] = sympy.log(sympy.nsimplify(low)) + more
    return expression.xreplace(table)


def _sign(e: sympy.Expr, domain: Domain) -> Finding:
    if e.is_number:
        if not e.is_finite:
            return proved("infinite") if e is sympy.oo else undecided(f"{e} is no finite number")
        ball = enclose(e)
        if ball >= 0:
            return proved(f"the value is {ball.str(6)}")
        return undecided(f"the value is {ball.str(6)}")
    if e.is_nonnegative or _is_indicator(e) or _is_probability(e, domain):
        return proved("nonnegative")
    if isinstance(e, (NormalCDF, StudentCDF)):
        return undecided(f"{e} is not seen to be a probability")
    if isinstance(e, sympy.Sum):
        return decide_sign(e.function, _under(e, domain))
    if isinstance(e, sympy.Integral):
        ordered = [decide_sign(limit[2] - limit[1], _under(e, domain)) for limit in e.limits]
        return worst(decide_sign(e.function, _under(e, domain)), *ordered)
    if isinstance(e, sympy.Piecewise):
        return worst(*(decide_sign(value, domain) for value, _ in e.args))
    if isinstance(e, sympy.beta):
        return worst(*(decide_sign(argument, domain) for argument in e.args))
    if isinstance(e, (sympy.Mul, sympy.Add)):
        number = e.func(*(part for part in e.args if part.is_number))
        parts = [number, *(part for part in e.args if not part.is_number)]
        if all(decide_sign(part, domain).status is Status.PROVED for part in parts):
            return proved("nonnegative by its parts")
    if isinstance(e, sympy.Pow) and e.exp.is_real:
        inside = decide_sign(e.base, domain)
        if inside.status is Status.PROVED:
            return inside
    for indicator in sorted(e.atoms(sympy.KroneckerDelta), key=str):
        if indicator.free_symbols <= e.free_symbols - _bound(e):  # 0 or 1, whatever is summed over
            return worst(
                *(_sign(e.xreplace({indicator: sympy.Integer(n)}), domain) for n in (0, 1))
            )
    opaque = {s: _stand_in(s) for s in _nonnegative_sums(e, domain)}
    plain = e.xreplace(opaque)
    factored = sympy.factor(plain)
    if isinstance(factored, sympy.Mul) and factored != e:
        if all(decide_sign(part, domain).status is Status.PROVED for part in factored.args):
            return proved("nonnegative by its factors")
    return decide_nonnegative(plain, domain)


def _is_probability(e: sympy.Expr, domain: Domain) -> bool:
    """A distribution function where it is one."""
    if not isinstance(e, (NormalCDF, StudentCDF)) or part_that_is_complex(e.args[0], domain):
        return False
    return all(surely_positive(degrees, domain) for degrees in e.args[1:])


def _bound(e: sympy.Expr) -> set[sympy.Basic]:
    return {v for operation in e.atoms(ExprWithLimits) for v in operation.variables}


def _stand_in(part: sympy.Expr) -> sympy.Expr:
    """A symbol of the sign of a part; distribution functions at negative numbers are below 1/2."""
    free = sympy.Dummy("part", nonnegative=True)
    if isinstance(part, (NormalCDF, StudentCDF)) and part.args[0].is_nonpositive:
        return 1 / (2 * (1 + free))
    return free


def _nonnegative_sums(e: sympy.Expr, domain: Domain) -> list[sympy.Expr]:
    """Sums, beta functions and cases in an expression that are nonnegative, outermost first."""
    if isinstance(e, (sympy.Sum, sympy.beta, sympy.Piecewise, NormalCDF, StudentCDF)):
        hidden = not e.is_number and decide_sign(e, domain).status is Status.PROVED
        return [e] if hidden else []
    return [found for argument in e.args for found in _nonnegative_sums(argument, domain)]


def _direction(e: sympy.Expr, hole: sympy.Symbol, domain: Domain) -> int | None:
    """1 if e is nondecreasing in the hole, -1 if nonincreasing, 0 if it is not in it, else None."""
    if e == hole:
        return 1
    if not e.has(hole):
        return 0
    if e.has(sympy.Derivative, sympy.Subs, sympy.Limit):
        return None  # what holds of values does not hold of slopes
    if isinstance(e, (sympy.Sum, sympy.Integral)):
        if any(end.has(hole) for limit in e.limits for end in limit[1:]):
            return None
        if isinstance(e, sympy.Integral):
            ordered = [decide_sign(limit[2] - limit[1], _under(e, domain)) for limit in e.limits]
            if worst(*ordered).status is not Status.PROVED:
                return None
        return _direction(e.function, hole, _under(e, domain))
    if isinstance(e, sympy.Piecewise):
        if any(condition.has(hole) for _, condition in e.args):
            return None
        return _common(_direction(value, hole, domain) for value, _ in e.args)
    if isinstance(e, (sympy.Add, sympy.Min, sympy.Max)):
        return _common(_direction(part, hole, domain) for part in e.args)
    if isinstance(e, sympy.Mul):
        inside = [factor for factor in e.args if factor.has(hole)]
        outside = sympy.Mul(*(factor for factor in e.args if not factor.has(hole)))
        if len(inside) == 1:
            way = _direction(inside[0], hole, domain)
            for sign in (1, -1):
                if way is not None and decide_sign(sign * outside, domain).status is Status.PROVED:
                    return sign * way
    if isinstance(e, sympy.Pow) and not e.exp.has(hole):
        if decide_sign(e.base, domain).status is Status.PROVED:
            way = _direction(e.base, hole, domain)
            for sign in (1, -1):
                if way is not None and decide_sign(sign * e.exp, domain).status is Status.PROVED:
                    return sign * way
    if isinstance(e, _RISING) and not any(argument.has(hole) for argument in e.args[1:]):
        return _direction(e.args[0], hole, domain)
    if no_jump(e, hole, domain).status is not Status.PROVED:
        return None
    slope = sympy.diff(e, hole)
    for sign in (1, -1):
        if decide_sign(sign * slope, domain).status is Status.PROVED:
            return sign
    return None


def _common(ways: Any) -> int | None:
    seen = set(ways) - {0}
    return 0 if not seen else seen.pop() if len(seen) == 1 else None


def granted(rule: Rule, before: sympy.Expr, after: sympy.Expr, domain: Domain) -> Finding:
    """The finding of a rule that another is built on, and whether what it rests on is given."""
    for side in map(sympy.sympify, (before, after)):
        if problem := unfit_variable(side, domain):
            return undecided(problem)
    found = rule.check(before, after, domain)
    if found.status in (Status.REFUTED, Status.UNDECIDED):
        return found
    return worst(found, between_reals(rule, before, domain), rule.rests_on(before, after, domain))


@dataclass(frozen=True, eq=False)
class OneSign(Rule):
    """An inequality whose difference is nonnegative by the signs of its parts.

    Parameters
    ----------
    sense : {"<=", ">="}
        How the expression before stands to the one after.
    """

    sense: str = "<="

    @property
    def relation(self) -> str:
        return self.sense

    @property
    def words(self) -> str:
        return "the difference has one sign"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        if (wrong := one_sided(self.sense)).status is not Status.PROVED:
            return wrong
        gap = _told(after - sympy.sympify(before), _facts(domain))
        gap = gap if self.sense == "<=" else -gap
        first = decide_sign(gap, domain)
        if first.status is Status.PROVED:
            return first
        if gap.has(sympy.Piecewise):
            gap = sympy.piecewise_fold(gap)
            first = decide_sign(gap, domain)
            if first.status is Status.PROVED:
                return first
        if gap.has(sympy.Sum):
            normal = decide_sign(_normal_form(gap, domain), domain)
            if normal.status is Status.PROVED:
                return normal
        together = decide_sign(sympy.factor(sympy.together(gap)), domain)
        return together if together.status is Status.PROVED else first


@dataclass(frozen=True, eq=False)
class Replaced(Rule):
    """A part is replaced by a larger or smaller one, in which the whole is monotone.

    Parameters
    ----------
    old, new : expressions
    by : Rule
        Takes ``old`` to ``new``; which way round it must be follows from the direction in which
        the whole moves with the part.
    sense : str
        The relation of the step.
    at_least : expression, optional
        A lower bound on both values of the part, where the signs of the whole need one.
    """

    old: Any
    new: Any
    by: Rule
    sense: str = "<="
    at_least: Any = None

    @property
    def relation(self) -> str:
        return "=" if self.by.relation == "=" else self.sense

    @property
    def words(self) -> str:
        return self.by.words

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        if (wrong := one_sided(self.sense)).status is not Status.PROVED:
            return wrong
        old, new = sympy.sympify(self.old), sympy.sympify(self.new)
        bound = _bound(sympy.sympify(before)) & (symbols_of(old) | symbols_of(new))
        free = _forgetting(domain, bound) if bound else domain
        signed = decide_sign(old, free), decide_sign(new, free)
        assumptions: dict[str, bool] = {"real": True}
        if all(finding.status is Status.PROVED for finding in signed):
            assumptions = {"nonnegative": True}
        if self.at_least is not None:
            bounds = [decide_sign(part - self.at_least, free) for part in (old, new)]
            if worst(*bounds).status is not Status.PROVED:
                return undecided(f"the part is not seen to be at least {self.at_least}")
            assumptions = {"nonnegative": True}
        hole = sympy.Dummy("hole", **assumptions)
        whole = sympy.sympify(before).xreplace({old: hole})
        if not whole.has(hole):
            return undecided(f"{old} does not occur")
        same = equal(whole.xreplace({hole: new}), after, domain)
        around = {v for o in whole.atoms(ExprWithLimits) if o.has(hole) for v in o.variables}
        hidden = around & (symbols_of(old) | symbols_of(new))  # where the part is many values
        inner = granted(self.by, old, new, _forgetting(domain, hidden) if hidden else domain)
        if self.by.relation == "=":
            if whole.has(sympy.Derivative, sympy.Subs, sympy.Limit):
                return undecided("what holds at some points only is not differentiated")
            return worst(same, inner)
        if self.at_least is not None:
            whole = whole.xreplace({hole: self.at_least + hole})
        way = _direction(whole, hole, domain)
        if not way:
            return undecided(f"the whole is not seen to be monotone in {old}")
        needed = self.sense if way > 0 else {"<=": ">=", ">=": "<="}[self.sense]
        if self.by.relation != needed:
            return undecided(f"the part would have to be replaced by one that is {needed}")
        return worst(same, inner)


@dataclass(frozen=True, eq=False)
class ByOneLink(ByClaim):
    """One inequality of an earlier bound, or an identity, takes one of its sides to the other.

    The step is from exactly that side; inside an expression it goes with `Replaced`. Ranges of the
    claim's parameters are checked, conditions between them are looked for among the hypotheses.

    Parameters
    ----------
    link : int
        Which inequality of the chain, counted from 1.
    sense : str
        ``<=`` goes from the smaller side to the larger, ``>=`` from the larger to the smaller.
    because : mapping from expression to (expression, Rule) or str
        Why a condition that the first is positive holds: the rule takes it down to the second,
        which is positive here; or a remark of the domain says so.
    """

    link: int = 1
    sense: str = "<="
    because: Mapping[Any, tuple[Any, Rule] | str] | None = None

    @property
    def relation(self) -> str:
        return "=" if isinstance(self.claim.statement, Identity) else self.sense

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        if (wrong := one_sided(self.sense)).status is not Status.PROVED:
            return wrong
        statement = self.claim.statement
        if isinstance(statement, Identity):
            ends = statement.sides
        elif isinstance(statement, Bound):
            low, sense, high = statement.links[self.link - 1]
            ends = (low, high) if sense == self.sense else (high, low)
        else:
            raise ClaimError(f"{self.claim.id} is neither a bound nor an identity")
        status = self.claim.derivation_report().worst
        return worst(
            self._same(ends[0], before, domain),
            self._same(ends[1], after, domain),
            *self._in_range(domain),
            Finding(status, f"by {self.claim.id}, whose own derivation is {status}"),
        )

    def _same(self, end: sympy.Expr, given: Any, domain: Domain) -> Finding:
        """Whether a side of the claim is what is given, observables written out or not."""
        named = self._put_in(end)
        if named == given:
            return proved("as the claim states it")
        return equal(self._put_in(written_out(end, self.claim)), given, domain)

    def _put_in(self, expression: sympy.Expr) -> sympy.Expr:
        pairs = {sympy.sympify(old): sympy.sympify(new) for old, new in (self.at or {}).items()}
        bases = {old: new for old, new in pairs.items() if isinstance(old, sympy.IndexedBase)}
        others = {old: new for old, new in pairs.items() if old not in bases}
        return replace_free(expression.xreplace(bases), others)

    def rests_on(self, before: sympy.Expr, after: sympy.Expr, domain: Domain) -> Finding:
        return proved("the hypotheses are looked at with the step")

    def _in_range(self, domain: Domain) -> list[Finding]:
        """That the claim's parameters are within their ends, and its conditions hold here.

        A parameter that the inequality does not speak of is free: there must be some value of it.
        """
        found = []
        statement = self.claim.statement
        sides = statement.sides
        if isinstance(statement, Bound):
            low, _, high = statement.links[self.link - 1]
            sides = (low, high)
        spoken = {name for side in sides for name in _names(written_out(side, self.claim))}
        values = {str(sympy.sympify(k)): sympy.sympify(v) for k, v in (self.at or {}).items()}
        for parameter in self.claim.domain.parameters:
            value = values.get(parameter.name)
            if not isinstance(parameter, _Ordered):
                if value is not None or parameter.name in spoken:
                    here = parameter.symbol if value is None else value
                    taken_out = here == parameter.symbol and parameter.name not in domain.names
                    if taken_out and type(parameter) in (Vector, Matrix, Labels):
                        words = f"{parameter.name} is that of {self.claim.id}: {parameter.meaning}"
                        found.append(proved(words))
                        continue
                    found.append(lies_in(parameter, here, self._pairs(), domain))
                else:
                    found.append(is_inhabited(parameter, self._pairs(), domain))
                continue
            if value is None and parameter.name in spoken and parameter not in domain.parameters:
                value = parameter.symbol
            if value is None:
                continue
            if (odd := part_that_is_complex(value, domain)) is not None:
                found.append(undecided(f"{odd} is not seen to be real"))
            if isinstance(parameter, Integer) and not is_whole(value):
                found.append(undecided(f"{value} is not seen to be an integer"))
            ends = (parameter.low, parameter.low_open, 1), (parameter.high, parameter.high_open, -1)
            for end, is_open, way in ends:
                if abs(end) != math.inf:
                    room = way * (value - exact_number(end))
                    closes = is_open and all(
                        is_continuous_at(
                            written_out(side, self.claim),
                            parameter.symbol,
                            exact_number(end),
                            self.claim.domain,
                        )
                        for side in sides
                    )  # then the inequality holds at the end as well
                    above = is_open and not closes
                    found.append((decide_above if above else decide_sign)(room, domain))
        return [*found, *self._conditions(spoken | values.keys(), domain)]

    def _conditions(self, fixed: set[str], domain: Domain) -> list[Finding]:
        """That the claim's side conditions hold, for some values of the parameters that are free.

        What ties free parameters to one another is looked at together, as values that meet one
        condition need not meet the others.
        """
        own = {parameter.name for parameter in self.claim.domain.parameters}
        groups: list[tuple[set[str], list[sympy.Basic]]] = []
        found = []
        for condition in self.claim.domain.where:
            free = (_names(condition) & own) - fixed
            if not free:
                found.append(self._granted(self._put_in(condition), domain))
                continue
            tied = [group for group in groups if group[0] & free]
            groups = [group for group in groups if group not in tied]
            names = free.union(*(group[0] for group in tied))
            groups.append((names, [*(c for group in tied for c in group[1]), condition]))
        return [*found, *(self._some_value(*group, domain) for group in groups)]

    def _some_value(self, free: set[str], conditions: list[sympy.Basic], domain: Domain) -> Finding:
        """That some values of free parameters meet all of these conditions."""
        if all(self.claim.domain[name] in domain.parameters for name in free):
            here = worst(*(self._granted(self._put_in(c), domain) for c in conditions))
            if here.status is Status.PROVED:
                return here  # the values that they have here
        if len(free) == 1:
            (name,) = free
            if len(conditions) == 1:
                return self._granted(self._put_in(self._at_least(name, conditions[0])), domain)
            if (room := self._left_over(name, conditions)) is not None:
                return decide_sign(self._put_in(room), domain)
        which = ", ".join(sorted(free))
        return undecided(f"whether any {which} meets {conditions[0]} is not decided")

    def _left_over(self, name: str, conditions: list[sympy.Basic]) -> sympy.Expr | None:
        """How many integers from the first one on, up to an end, are left over but for one.

        The conditions say that the parameter is at most the end, and is none of some values.
        """
        parameter = self.claim.domain[name]
        symbol = parameter.symbol
        ends = [
            c.gts for c in conditions if isinstance(c, (sympy.Le, sympy.Ge)) and c.lts == symbol
        ]
        others = [c for c in conditions if isinstance(c, sympy.Ne) and symbol in c.args]
        if not isinstance(parameter, Integer) or parameter.first is None or len(ends) != 1:
            return None
        spoken = [*ends, *(e for c in others for e in c.args if e != symbol)]
        if parameter.last is not None or any(e.has(symbol) for e in spoken):
            return None
        if len(ends) + len(others) < len(conditions) or len(spoken) != len(conditions):
            return None
        return sympy.sympify(ends[0] - parameter.first - len(others))

    def _at_least(self, name: str, condition: sympy.Basic) -> sympy.Basic:
        """The condition at the least value of a parameter that is free, where it has one."""
        parameter = self.claim.domain[name]
        if not isinstance(parameter, _Ordered) or parameter.low_open or parameter.low == -math.inf:
            return condition
        return replace_free(condition, {parameter.symbol: exact_number(parameter.low)})

    def _granted(self, condition: sympy.Basic, domain: Domain) -> Finding:
        for large, why in (self.because or {}).items():
            if condition != sympy.Gt(large, 0):
                continue
            if isinstance(why, str):
                if why not in domain.remarks:
                    return undecided(f"not said: {why}")
                return read_from(why, f"{large} > 0", [large])
            small, rule = why
            if rule.relation in ("=", ">="):
                reason = granted(rule, sympy.sympify(large), sympy.sympify(small), domain)
                return worst(reason, _holds(sympy.Gt(small, 0), domain))
        return _holds(condition, domain)


def _names(expression: sympy.Basic) -> set[str]:
    return {str(s) for s in expression.free_symbols if isinstance(s, sympy.Symbol)}


def _holds(condition: sympy.Basic, domain: Domain) -> Finding:
    known = (*domain.where, *_assumed(domain))
    if condition == sympy.true or condition in known:
        return proved("by hypothesis")
    if isinstance(condition, sympy.Ne) and condition.func(*condition.args[::-1]) in known:
        return proved("by hypothesis")
    if isinstance(condition, (sympy.Le, sympy.Ge)):
        return decide_sign(condition.gts - condition.lts, domain)
    if isinstance(condition, (sympy.Lt, sympy.Gt)):
        return decide_above(condition.gts - condition.lts, domain)
    return undecided(f"{condition} is not a hypothesis")


def decide_above(expression: Any, domain: Domain) -> Finding:
    """Whether an expression is above 0, with what is known of its parts."""
    expression = sympy.sympify(expression)
    for told in (expression, _told(expression, _facts(domain))):
        values = {v: sympy.Dummy(positive=True) for v in told.atoms(sympy.beta)}
        positive = {v: symbol for v, symbol in values.items() if _is_positive(v, domain)}
        if surely_positive(told.xreplace(positive), domain):
            return proved("positive")
    return undecided(f"{expression} is not seen to be positive")


@dataclass(frozen=True, eq=False)
class Given(Rule):
    """A rule applied where a condition holds, which is built into one of the symbols.

    The rules of this module then know it when they decide signs and equalities.

    Parameters
    ----------
    condition : relation, or str
        A side condition of the domain, the condition of a branch, or a remark of the domain.
    symbol : expression
        What the condition restricts.
    as_ : expression
        The symbol in terms of ``slack``; as the slack runs from 0 to infinity, it takes every value
        that a condition allows. What a remark allows is for the writer to say.
    slack : symbol
    rule : Rule
    """

    condition: Any
    symbol: Any
    as_: Any
    slack: Any
    rule: Rule

    @property
    def relation(self) -> str:
        return self.rule.relation

    @property
    def words(self) -> str:
        return self.rule.words

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        known = (*domain.where, *_assumed(domain), *domain.remarks)
        if self.condition not in known:
            return undecided(f"{self.condition} is not known to hold")
        symbol, as_ = sympy.sympify(self.symbol), sympy.sympify(self.as_)
        known_as = (*_facts(domain).values(), *_facts(domain))
        parameters = (parameter.symbol for parameter in domain.parameters)
        taken = symbols_of(sympy.sympify(before), after, *known_as, *parameters)
        if self.slack in taken and not isinstance(self.condition, str):
            return undecided(f"{self.slack} has a meaning already")
        found = granted(self.rule, before, after, assuming(domain, facts={symbol: as_}))
        if isinstance(self.condition, str):
            return worst(read_from(self.condition, f"{symbol} = {as_}", [symbol]), found)
        covered, end = self._covers(symbol, as_, domain)
        if end is not None:  # the closed end of the range, which the slack only tends to
            at_end = granted(self.rule, before, after, assuming(domain, facts={symbol: end}))
            found = worst(found, at_end)
        return worst(found, covered)

    def _covers(
        self, symbol: sympy.Expr, as_: sympy.Expr, domain: Domain
    ) -> tuple[Finding, sympy.Expr | None]:
        """Whether all that the condition allows is covered, and the end that is only tended to."""
        slack = sympy.sympify(self.slack)
        if not isinstance(self.condition, (sympy.Gt, sympy.Ge, sympy.Lt, sympy.Le)):
            return undecided(f"{self.condition} is no inequality"), None
        gap = self.condition.gts - self.condition.lts
        parts = gap.atoms(sympy.Sum) - {symbol}
        hidden = {part: sympy.Dummy("part", positive=True) for part in parts}
        here = sympy.simplify(gap.xreplace({symbol: as_}).xreplace(hidden))
        if here.has(symbol) or not slack.is_nonnegative:
            return undecided(f"{symbol} is not seen to obey {self.condition}"), None
        if no_jump(here, slack, domain).status is not Status.PROVED:
            return undecided(f"{as_} is not seen to be continuous in {slack}"), None
        place = sympy.Dummy("place", real=True)
        if not sympy.expand(gap.xreplace({symbol: place})).diff(place, 2).is_zero:
            return undecided(f"{self.condition} may allow other values of {symbol}"), None
        slope = sympy.diff(gap.xreplace({symbol: place}), place)
        told = _told(slope, {**_facts(domain), **self._signed(parts, domain)})
        if not vanishes_nowhere(told, domain):
            return undecided(f"{self.condition} may say nothing of {symbol}"), None
        strict = isinstance(self.condition, (sympy.Gt, sympy.Lt))
        if slack.is_positive and not strict:
            return undecided(f"{self.condition} holds also where the slack is 0"), None
        start, end = (_limit(here, slack, at) for at in (0, sympy.oo))
        slope = sympy.factor(sympy.diff(here, slack))
        if start == 0 and end is sympy.oo and decide_sign(slope, domain).status is Status.PROVED:
            return proved(f"{symbol} takes every value that the condition allows"), None
        first = _limit(as_.xreplace(hidden), slack, 0)
        falls = decide_sign(-slope, domain).status is Status.PROVED
        if end == 0 and first == 0 and symbol.is_nonnegative and falls:
            back = {dummy: part for part, dummy in hidden.items()}
            last = _limit(as_.xreplace(hidden), slack, sympy.oo).xreplace(back)
            return proved(f"{symbol} takes every value from 0 that the condition allows"), last
        problem = f"{as_} is not seen to take every value that {self.condition} allows"
        return undecided(problem), None

    @staticmethod
    def _signed(parts: set[sympy.Expr], domain: Domain) -> dict[sympy.Expr, sympy.Expr]:
        """Sums as symbols: positive where they are seen to be so."""
        return {
            part: sympy.Dummy("part", positive=True)
            for part in parts
            if decide_above(part, domain).status is Status.PROVED
        }


def _limit(expression: sympy.Expr, slack: sympy.Symbol, at: Any) -> sympy.Expr:
    positive = {s: sympy.Dummy(str(s), positive=True) for s in expression.free_symbols}
    back = {dummy: s for s, dummy in positive.items()}
    value = sympy.limit(expression.xreplace(positive), positive.get(slack, slack), at, "+")
    return sympy.simplify(value).xreplace(back)


@dataclass(frozen=True, eq=False)
class EitherSign(Rule):
    """A rule applied for either sign of a real quantity, and where it is 0.

    Parameters
    ----------
    of : expression
    rule : Rule
    """

    of: Any
    rule: Rule

    @property
    def relation(self) -> str:
        return self.rule.relation

    @property
    def words(self) -> str:
        return f"{self.rule.words}, for either sign of ${sympy.latex(sympy.sympify(self.of))}$"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        of, size = sympy.sympify(self.of), sympy.Dummy("size", positive=True)
        if not of.is_real:
            return undecided(f"{of} is not known to be real")
        return worst(
            *(
                granted(self.rule, before, after, assuming(domain, facts={of: sign * size}))
                for sign in (1, -1, 0)
            )
        )


@dataclass(frozen=True, eq=False)
class InBranch(Rule):
    """A rule applied in one case of a case distinction, where that case's condition holds.

    Parameters
    ----------
    branch : int
        Counted from 0; the last case holds where the others do not.
    rule : Rule
    """

    branch: int
    rule: Rule

    @property
    def relation(self) -> str:
        return self.rule.relation

    @property
    def words(self) -> str:
        return self.rule.words

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        before = sympy.sympify(before)
        if not isinstance(before, sympy.Piecewise) or not isinstance(after, sympy.Piecewise):
            return undecided("the rule takes cases to cases")
        if [c for _, c in before.args] != [c for _, c in after.args]:
            return undecided("the cases are not the same")
        same = [
            decide_equal(one, two, domain)
            for position, ((one, _), (two, _)) in enumerate(
                zip(before.args, after.args, strict=True)
            )
            if position != self.branch
        ]
        held = [sympy.Not(condition) for _, condition in before.args[: self.branch]]
        own = before.args[self.branch][1]
        if own != sympy.true:
            held.append(own)
        inside = granted(
            self.rule,
            before.args[self.branch][0],
            after.args[self.branch][0],
            assuming(domain, *held),
        )
        return worst(*same, inside)


@dataclass(frozen=True, eq=False)
class AtMostOne(Rule):
    """A probability is at least 0 and at most 1, and this is used in one of two ways.

    Either P becomes min(1, R), where ``rule`` takes P to R, or P becomes 1 in one case and stays in
    the other (0 in the other, with ``sense`` ``>=``).

    Parameters
    ----------
    probability : Observable
        Whose name P must bear.
    rule : Rule, optional
    sense : str
    """

    probability: Any
    rule: Rule | None = None
    sense: str = "<="

    @property
    def relation(self) -> str:
        return self.sense

    @property
    def words(self) -> str:
        if self.rule is not None:
            return f"{self.rule.words}, and a probability is at most $1$"
        return f"a probability is at {'most $1$' if self.sense == '<=' else 'least $0$'}"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        if (wrong := one_sided(self.sense)).status is not Status.PROVED:
            return wrong
        before = sympy.sympify(before)
        if before.func != self.probability.function:
            return undecided(f"{before} is not the probability {self.probability.name}")
        if "probability" not in self.probability.meaning:
            return undecided(f"{self.probability.name} is not declared to be a probability")
        if self.rule is not None:
            if not isinstance(after, sympy.Min) or 1 not in after.args or self.sense != "<=":
                return undecided("the rule gives a minimum with 1")
            if self.rule.relation not in ("=", "<="):
                return undecided("the rule must give a bound from above")
            (rest,) = [argument for argument in after.args if argument != 1]
            return granted(self.rule, before, rest, domain)
        extreme = 1 if self.sense == "<=" else 0
        if after == extreme:
            return proved("a probability is between 0 and 1")
        if not isinstance(after, sympy.Piecewise):
            return undecided("the rule gives cases")
        if all(value in (before, extreme) for value, _ in after.args):
            return proved("a probability is between 0 and 1")
        return undecided("the cases are not the probability and its bound")


@dataclass(frozen=True, eq=False)
class ByCases(Rule):
    """One rule where a condition holds, another where it does not.

    Parameters
    ----------
    condition : relation
    then, otherwise : Rule
        Both of the same relation.
    """

    condition: Any
    then: Rule
    otherwise: Rule

    @property
    def relation(self) -> str:
        return self.then.relation

    @property
    def words(self) -> str:
        where = sympy.latex(self.condition)
        return f"{self.then.words} if ${where}$, else {self.otherwise.words}"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        if self.then.relation != self.otherwise.relation:
            return undecided("the two cases give different relations")
        facts = {}
        if isinstance(self.condition, sympy.Eq):
            facts = {self.condition.lhs: self.condition.rhs}
        return worst(
            granted(self.then, before, after, assuming(domain, self.condition, facts=facts)),
            granted(self.otherwise, before, after, assuming(domain, sympy.Not(self.condition))),
        )


@dataclass(frozen=True, eq=False)
class ByRemark(Rule):
    """A hypothesis that is not a condition on the parameters, and so stands among the remarks.

    Parameters
    ----------
    remark : str
        As the domain has it; that it says what the rule uses is for the writer to see to, and the
        step's reason tells the reader. It is something about observables or sequences: what is
        supposed of numbers is a side condition.
    pairs : mapping, optional
        What it says is equal.
    bound : pair of expressions, optional
        What it says is at most what.
    """

    remark: str
    pairs: Mapping[Any, Any] | None = None
    bound: tuple[Any, Any] | None = None

    @property
    def relation(self) -> str:
        return "=" if self.bound is None else "<="

    @property
    def words(self) -> str:
        return "hypothesis"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        if self.remark not in domain.remarks:
            return undecided(f"the domain does not say: {self.remark}")
        before = sympy.sympify(before)
        if self.bound is not None:
            low, high = (sympy.sympify(side) for side in self.bound)
            return worst(
                read_from(self.remark, f"{low} <= {high}", [low - high]),
                decide_equal(before, low, domain),
                decide_equal(after, high, domain),
            )
        pairs = {sympy.sympify(k): sympy.sympify(v) for k, v in (self.pairs or {}).items()}
        for side in (before, after):
            if any(side.has(old) for old in pairs) and side.has(sympy.Derivative, sympy.Subs):
                return undecided("a hypothesis is not differentiated")
            brought = {s for old, new in pairs.items() for s in new.free_symbols - old.free_symbols}
            if _bound(side) & brought:
                return undecided("what the hypothesis speaks of is bound")
        found = decide_equal(before.xreplace(pairs), after.xreplace(pairs), domain)
        if found.status is not Status.PROVED:
            return found
        said = ", ".join(f"{old} = {new}" for old, new in pairs.items())
        names = {old for old in pairs if old.is_Symbol and old.name not in domain.names}
        return read_from(self.remark, said, pairs.keys() - names)


def read_from(remark: str, said: str, parts: Iterable[sympy.Expr]) -> Finding:
    """That words say a formula, which the reader is told; it must be one about more than numbers.

    The words are not understood here, but they cannot say that 1 is 2.
    """
    if not all(part.has(sympy.Indexed, AppliedUndef) for part in parts):
        return undecided(f"{said} is no hypothesis about observables or sequences")
    return proved(f'by hypothesis: "{remark}" is read as {said}')


@dataclass(frozen=True, init=False, eq=False)
class SplitOff(Rule):
    """The terms of a finite sum at distinct indices are split off; the rest is kept or dropped.

    Parameters
    ----------
    *at : expressions
        One or two indices within the range of the sum; two must differ, by a side condition.
    drop : bool
        Whether the rest is dropped, which may only lower the sum.
    """

    at: tuple[Any, ...]
    drop: bool

    def __init__(self, *at: Any, drop: bool = False) -> None:
        object.__setattr__(self, "at", tuple(sympy.sympify(index) for index in at))
        object.__setattr__(self, "drop", drop)

    @property
    def relation(self) -> str:
        return ">=" if self.drop else "="

    @property
    def words(self) -> str:
        return "some nonnegative terms are kept" if self.drop else "some terms are split off"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        if not isinstance(before, sympy.Sum) or len(before.limits) != 1:
            return undecided("the rule takes a single sum")
        ((z, low, high),) = before.limits
        for index in self.at:
            if low != 1 or not (surely_within(index, low, high, (), domain)):
                return undecided(f"{index} is not seen to be within the range of {z}")
        conditions = (*domain.where, *_assumed(domain))
        known = {condition.args for condition in conditions if isinstance(condition, sympy.Ne)}
        for one, two in itertools.combinations(self.at, 2):
            if not known & {(one, two), (two, one)}:
                return undecided(f"{one} and {two} are not known to differ")
        kept = sympy.Add(*(replace_free(before.function, {z: index}) for index in self.at))
        if self.drop:
            return worst(decide_equal(kept, after, domain), decide_sign(before.function, domain))
        left_out = sympy.Mul(*(1 - sympy.KroneckerDelta(z, index) for index in self.at))
        rest = sympy.Sum(left_out * before.function, *before.limits)
        return decide_equal(kept + rest, after, domain)


@dataclass(frozen=True, eq=False)
class OneOfMany(Rule):
    """A term is at most the sum of all, none of which is negative.

    Parameters
    ----------
    index : expression
        Which term it is: an index that runs within the range of the sum.
    """

    index: Any

    @property
    def relation(self) -> str:
        return "<="

    @property
    def words(self) -> str:
        return "one of several nonnegative terms"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        dropped = SplitOff(self.index, drop=True)
        return dropped.check(after, sympy.sympify(before), domain)


@dataclass(frozen=True, eq=False)
class EachTerm(Rule):
    """A rule applied to every term of a sum, within the range of its index.

    A factor 1 - delta that leaves out one index is taken off: elsewhere the indices differ.

    Parameters
    ----------
    inner : Rule
        From term to term.
    """

    inner: Rule

    @property
    def relation(self) -> str:
        return self.inner.relation

    @property
    def words(self) -> str:
        return f"{self.inner.words}, term by term"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        before = sympy.sympify(before)
        if not isinstance(before, sympy.Sum) or not isinstance(after, sympy.Sum):
            return undecided("the rule takes a sum to a sum")
        if self.relation not in ("=", "<=", ">="):
            return undecided("an asymptotic step does not go through a sum")
        if before.limits != after.limits or len(before.limits) != 1:
            return undecided("the sums do not run over the same range")
        ((index, low, high),) = before.limits
        conditions = [sympy.Ge(index, low), sympy.Le(index, high)]
        one, two = (rename_apart(side.function, [index]) for side in (before, after))
        for factor in sympy.Mul.make_args(one):
            if factor in sympy.Mul.make_args(two) and isinstance(1 - factor, sympy.KroneckerDelta):
                one, two = one / factor, two / factor
                conditions.append(sympy.Ne(*(1 - factor).args))
        inside = domain.within(index, low, high, discrete=True)
        return granted(self.inner, one, two, assuming(inside, *conditions))


@dataclass(frozen=True, eq=False)
class EventApart(Rule):
    """A sum of cases is at most the second case everywhere, plus the first where it holds."""

    @property
    def relation(self) -> str:
        return "<="

    @property
    def words(self) -> str:
        return "the two cases are added"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        if not isinstance(before, sympy.Sum) or not isinstance(before.function, sympy.Piecewise):
            return undecided("the rule takes a sum of cases")
        (first, condition), (second, rest) = before.function.args
        if rest != sympy.true:
            return undecided("there must be two cases")
        inside = sympy.Piecewise((first, condition), (0, True))
        parts = sympy.Sum(second, *before.limits) + sympy.Sum(inside, *before.limits)
        same = proved("the same") if parts == after else decide_equal(parts, after, domain)
        return worst(same, decide_sign(second, domain))


@dataclass(frozen=True, eq=False)
class LargerEvent(Rule):
    """A sum over the terms with A <= B becomes one over those with A <= C, where B <= C.

    Parameters
    ----------
    rule : Rule
        Takes B to C.
    """

    rule: Rule

    @property
    def relation(self) -> str:
        return "<="

    @property
    def words(self) -> str:
        return f"the event grows: {self.rule.words}"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        cases = []
        if self.rule.relation not in ("=", "<="):
            return undecided("the event must grow")
        for side in (sympy.sympify(before), after):
            if not isinstance(side, sympy.Sum) or not isinstance(side.function, sympy.Piecewise):
                return undecided("the rule takes sums of cases")
            (value, condition), (other, rest) = side.function.args
            event = isinstance(condition, (sympy.Le, sympy.Ge))
            if other != 0 or rest != sympy.true or not event:
                return undecided("the terms must be 0 outside an event A <= B")
            cases.append((value, condition, side.limits))
        (one, smaller, limits), (two, larger, same_limits) = cases
        if one != two or limits != same_limits or smaller.lts != larger.lts:
            return undecided("only the bound of the event may change")
        return worst(granted(self.rule, smaller.gts, larger.gts, domain), decide_sign(one, domain))


@dataclass(frozen=True, eq=False)
class ConstantTerms(Rule):
    """A sum over all indices but one of what does not depend on the index.

    Parameters
    ----------
    total : Sum
        Of (1 - delta) K, with K free of the index.
    """

    total: Any

    @property
    def words(self) -> str:
        return "equal terms"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        total = self.total
        ((variable, low, high),) = total.limits
        term, factor = total.function.as_independent(variable, as_Add=False)
        left_out = [index for index in (1 - factor).args if index != variable]
        if not isinstance(1 - factor, sympy.KroneckerDelta) or len(left_out) != 1:
            return undecided("the sum does not leave out one index")
        if low != 1 or not surely_within(left_out[0], low, high, (), domain):
            return undecided(f"{left_out[0]} is not seen to be within the range of the sum")
        changed = sympy.sympify(before).xreplace({total: (high - 1) * term})
        return decide_equal(changed, after, domain)


@dataclass(frozen=True, init=False, eq=False)
class Chained(Rule):
    """Several rules one after the other, through expressions in between.

    Parameters
    ----------
    *links : pairs of expression and Rule
        The last expression is that after the step, and may be left out as None.
    """

    links: tuple[tuple[Any, Rule], ...]

    def __init__(self, *links: tuple[Any, Rule]) -> None:
        object.__setattr__(self, "links", links)

    @property
    def relation(self) -> str:
        relations = {rule.relation for _, rule in self.links} - {"="}
        return relations.pop() if len(relations) == 1 else "=" if not relations else "?"

    @property
    def words(self) -> str:
        return ", ".join(dict.fromkeys(rule.words for _, rule in self.links))

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        if self.relation not in ("=", "<=", ">="):
            return undecided("the rules do not point the same way")
        found, here = [], sympy.sympify(before)
        for expression, rule in self.links:
            there = after if expression is None else sympy.sympify(expression)
            found.append(granted(rule, here, there, domain))
            here = there
        if here != after:
            found.append(equal(here, after, domain))
        return worst(*found)


@dataclass(frozen=True, eq=False)
class CertainCase(Rule):
    """A value becomes one with cases, of which the first is certain.

    Parameters
    ----------
    rule : Rule
        Takes the smaller side of that case's condition to the larger.
    """

    rule: Rule

    @property
    def words(self) -> str:
        return f"the condition is certain: {self.rule.words}"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        if not isinstance(after, sympy.Piecewise) or self.rule.relation != "<=":
            return undecided("the rule takes a value to cases")
        value, condition = after.args[0]
        if not isinstance(condition, (sympy.Le, sympy.Ge)):
            return undecided(f"{condition} is not certain where its sides may be equal")
        return worst(
            decide_equal(before, value, domain),
            granted(self.rule, condition.lts, condition.gts, domain),
        )


@dataclass(frozen=True, eq=False)
class BySquares(Rule):
    """Two nonnegative numbers are ordered as their squares, two others the other way round.

    Parameters
    ----------
    sense : {"<=", ">="}
        How the expression before stands to the one after.
    """

    sense: str = "<="

    @property
    def relation(self) -> str:
        return self.sense

    @property
    def words(self) -> str:
        return "comparison of the squares"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        if (wrong := one_sided(self.sense)).status is not Status.PROVED:
            return wrong
        plain = OneSign(self.sense).check(before, after, domain)
        if plain.status is Status.PROVED:
            return plain
        before = sympy.sympify(before)
        low, high = (before, after) if self.sense == "<=" else (after, before)
        for small, large in ((low, high), (-high, -low)):
            signs = worst(decide_sign(small, domain), decide_sign(large, domain))
            if signs.status is Status.PROVED:
                return OneSign().check(small**2, large**2, domain)
        return undecided("the signs of the two sides are not decided")


@dataclass(frozen=True, eq=False)
class AboveTangent(Rule):
    """A convex function is at least its tangent (a concave one at most).

    Parameters
    ----------
    function : expression in ``variable``
    variable : symbol
    at : expression
        Where the tangent touches.
    stands_for : expression, optional
        What the variable is in the step; the variable itself by default.
    derivative : expression, optional
        Of the function, in another form.
    concave : bool
    downward : bool
        Whether the step goes from the function to the tangent, or back.
    given : mapping, optional
        How symbols are written through signed ones on the range where the function is convex.
    interval : pair of expressions
        The nonnegative ends of an interval that holds both points, and on which ``given`` or the
        variable's own sign makes the function convex.
    """

    function: Any
    variable: Any
    at: Any
    stands_for: Any = None
    derivative: Any = None
    concave: bool = False
    downward: bool = True
    given: Mapping[Any, Any] | None = None
    interval: tuple[Any, Any] = (0, sympy.oo)

    @property
    def relation(self) -> str:
        return ">=" if self.downward is not self.concave else "<="

    @property
    def words(self) -> str:
        shape = "concave" if self.concave else "convex"
        return f"tangent of a {shape} function"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        function, v = sympy.sympify(self.function), sympy.sympify(self.variable)
        at = sympy.sympify(self.at)
        here = v if self.stands_for is None else sympy.sympify(self.stands_for)
        given = {sympy.sympify(k): sympy.sympify(e) for k, e in (self.given or {}).items()}
        exact = sympy.diff(function, v)
        derivative = exact if self.derivative is None else sympy.sympify(self.derivative)
        tangent = function.subs(v, at) + derivative.subs(v, at) * (here - at)
        curvature = sympy.simplify(sympy.diff(derivative, v)).xreplace(given)
        inside = [self._inside(sympy.sympify(point), domain) for point in (at, here)]
        if any(old != v for old in given):
            return undecided(f"only {v} may be written through another symbol")
        smooth = [self._smooth(e.xreplace(given), given, domain) for e in (function, exact)]
        ends = (function.subs(v, here), tangent)
        one, two = ends if self.downward else ends[::-1]
        return worst(
            decide_sign(-curvature if self.concave else curvature, domain),
            *inside,
            *smooth,
            equal(derivative.xreplace(given), exact.xreplace(given), domain),
            equal(before, one, domain),
            equal(two, after, domain),
        )

    def _smooth(self, e: sympy.Expr, given: dict[Any, Any], domain: Domain) -> Finding:
        """Neither a jump nor a kink, where the slope is looked at."""
        v = sympy.sympify(self.variable)
        (free,) = given[v].free_symbols if v in given else (v,)
        inside = sympy.Dummy("inside", positive=True)
        return no_jump(e.subs(free, inside), inside, domain)

    def _inside(self, point: sympy.Expr, domain: Domain) -> Finding:
        low, high = (sympy.sympify(end) for end in self.interval)
        v = sympy.sympify(self.variable)
        found = [decide_sign(low, domain), decide_sign(point - low, domain)]
        if high is not sympy.oo:
            found.append(decide_sign(high**2 - point**2, domain))
        for old, new in (self.given or {}).items():
            (free,) = sympy.sympify(new).free_symbols
            ends = [sympy.limit(new, free, end) for end in (0, sympy.oo)]
            if sympy.sympify(old) == v and ends != [low, high]:
                return undecided(f"{old} = {new} does not run through the interval")
        if not self.given and not (v.is_nonnegative and low == 0):
            return undecided(f"the sign of {v} does not make up the interval")
        return worst(*found)


@dataclass(frozen=True, eq=False)
class AboveChord(Rule):
    """before >= after on an interval, as the difference is concave and not negative at its ends.

    Parameters
    ----------
    variable : symbol
    low, high : expressions
        The condition of the domain bounds the variable by ``high``; ``low`` bounds its range.
    condition : relation
    """

    variable: Any
    low: Any
    high: Any
    condition: Any

    @property
    def relation(self) -> str:
        return ">="

    @property
    def words(self) -> str:
        return "the difference is concave and not negative at the ends"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        v = sympy.sympify(self.variable)
        low, high = sympy.sympify(self.low), sympy.sympify(self.high)
        if self.condition not in (*domain.where, *_assumed(domain)):
            return undecided(f"{self.condition} is not known to hold")
        gap = sympy.sympify(before) - after
        room = self.condition.gts - self.condition.lts
        inside = sympy.Dummy("inside", positive=True)
        moved = [low + inside * (high - low) / (1 + inside)]
        if low.has(v) or high.has(v):
            return undecided(f"the ends move with {v}")
        smooth = [no_jump(e.subs(v, moved[0]), inside, domain) for e in (gap, sympy.diff(gap, v))]
        return worst(
            *smooth,
            decide_sign(v - low, domain),
            decide_equal(room.subs(v, high), 0, domain),
            decide_above(-sympy.diff(room, v), domain),
            proved("affine") if sympy.diff(room, v, 2) == 0 else undecided("the room may turn"),
            decide_sign(-sympy.diff(gap, v, 2), domain),
            decide_sign(sympy.simplify(gap.subs(v, low)), domain),
            decide_sign(sympy.simplify(gap.subs(v, high)), domain),
        )


@dataclass(frozen=True, eq=False)
class SumsAsSymbols(Rule):
    """The sides agree when known sums are written as symbols of their sign.

    Constant factors are taken out of sums first; a sum may also be known to have a value, by a
    remark of the domain.

    Parameters
    ----------
    positive : tuple of expressions
        Sums, or other parts, that are positive; each must be so by its own sign or by a condition.
    values : mapping from sum to (value, reason)
        The reason is a remark of the domain, or names a `Simplex` of which it is the total.
    """

    positive: tuple[Any, ...] = ()
    values: Mapping[Any, tuple[Any, str]] | None = None

    @property
    def words(self) -> str:
        return "algebra"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        table: dict[sympy.Expr, sympy.Expr] = {}
        found = []
        for part in self.positive:
            part = sympy.sympify(part)
            if any(is_bound_inside(part, sympy.sympify(side)) for side in (before, after)):
                return undecided(f"{part} is many values")
            above = any(c == (part > 0) for c in (*domain.where, *_assumed(domain)))
            above = above or decide_above(part, domain).status is Status.PROVED
            kind = {"positive": True} if above else {"nonnegative": True}
            table[part] = sympy.Dummy("part", **kind)
            found.append(proved("positive") if above else decide_sign(part, domain))
        for total, (value, reason) in (self.values or {}).items():
            total = sympy.sympify(total)
            if not _has_total(total, sympy.sympify(value), reason, domain):
                return undecided(f"{total} = {value} is not a hypothesis")
            if reason in domain.remarks:
                found.append(read_from(reason, f"{total} = {value}", [total]))
            table[total] = sympy.sympify(value)
        named = {standard_names(part): value for part, value in table.items()}
        one, two = (_written(sympy.sympify(side), named) for side in (before, after))
        return worst(*found, equal(one, two, domain))


def _has_total(total: sympy.Expr, value: sympy.Expr, reason: str, domain: Domain) -> bool:
    from theory.core.parameters import Simplex

    if reason in domain.remarks:
        return True
    for parameter in domain.parameters:
        if isinstance(parameter, Simplex) and parameter.name == reason and value == 1:
            length = parameter.length
            end = length if isinstance(length, int) else length.symbol
            ((variable, low, high),) = total.limits
            return bool(total.function == parameter[variable] and (low, high) == (1, end))
    return False


def _written(expression: sympy.Expr, table: dict[sympy.Expr, sympy.Expr]) -> sympy.Expr:
    """Known sums as symbols, also where they stand with constant factors or in several terms."""
    if expression.has(sympy.Sum) or not table.keys().isdisjoint(expression.args):
        known = table.get(standard_names(expression))
        if known is not None:
            return known
    expression = expression.xreplace(table)
    if not expression.args:
        return expression
    expression = expression.func(*(_written(argument, table) for argument in expression.args))
    if not isinstance(expression, sympy.Sum):
        return expression
    total: sympy.Expr = sympy.S.Zero
    for term in sympy.Add.make_args(sympy.expand(expression.function)):
        variables = [limit[0] for limit in expression.limits]
        constant, rest = term.as_independent(*variables, as_Add=False)
        if isinstance(rest, sympy.Piecewise) and rest.args[-1] == (0, True) and len(rest.args) == 2:
            value, condition = rest.args[0]
            factor, value = value.as_independent(*variables, as_Add=False)
            constant, rest = constant * factor, sympy.Piecewise((value, condition), (0, True))
        whole = sympy.Sum(rest, *expression.limits)
        total += constant * table.get(standard_names(whole), whole)
    return total
