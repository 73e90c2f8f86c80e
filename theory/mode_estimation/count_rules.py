"""Rules of derivation about means of functions of counts.

They compare functions under a mean, change the law, and exchange two classes.
"""

from __future__ import annotations

import itertools
from copy import copy
from dataclasses import dataclass
from typing import Any

import sympy
from sympy.concrete.expr_with_limits import ExprWithLimits

from theory.core.binding import is_infinite
from theory.core.decision import Finding, Status, decide_equal, decide_nonnegative, decide_positive
from theory.core.domain import Domain
from theory.core.parameters import Parameter, Simplex
from theory.core.rising import is_bound_inside
from theory.core.rule import Rule, examine, proved, undecided, worst
from theory.core.rules.monotone import decide_sign
from theory.mode_estimation.counts import CountMean, counts
from theory.mode_estimation.order_rules import is_rival, ranked, surely_above

__all__ = [
    "ConstantMean",
    "Exchanged",
    "InMean",
    "JensenOfSquare",
    "LastLabel",
    "MeanOfSum",
    "SecondMoment",
    "Tilted",
]


def _sole(expression: Any) -> CountMean | None:
    """The one mean in an expression, if it is one value and of functions of the counts alone."""
    found = sympy.sympify(expression).atoms(CountMean)
    mean = next(iter(found)) if len(found) == 1 else None
    if mean is None or is_bound_inside(mean, sympy.sympify(expression)):
        return None
    (label, law, number), (k, _, classes) = mean.limits
    sound = label == counts.label and not mean.function.has(k)
    return mean if sound and not sympy.Tuple(law, number, classes).has(label) else None


def _of_mean(expression: Any) -> tuple[sympy.Expr, CountMean] | None:
    """An expression that is a multiple of one mean: the factor and the mean."""
    mean = _sole(expression)
    if mean is None:
        return None
    hole = sympy.Dummy("mean")
    whole = sympy.sympify(expression).xreplace({mean: hole})
    factor, rest = whole.as_independent(hole, as_Add=False)
    return (factor, mean) if rest == hole and not _of_counts(factor) else None


def _of_counts(expression: sympy.Basic) -> bool:
    """Whether counts occur outside of means."""
    hidden = {mean: sympy.Dummy("mean") for mean in expression.atoms(CountMean)}
    outside = expression.xreplace(hidden).atoms(sympy.Indexed)
    return any(entry.base == counts for entry in outside)


def _same_counts(one: CountMean, two: CountMean) -> bool:
    return bool(one.limits == two.limits)


def _classes_of(rule_classes: tuple[Any, Any], mean: CountMean, domain: Domain) -> Finding:
    """Whether two classes are different and both among those of the mean."""
    first, second = (sympy.sympify(k) for k in rule_classes)
    if first != 1:
        return undecided("the first of the two classes is class 1")
    return is_rival(second, mean.classes, domain)


def _is_nonnegative(mean: CountMean, domain: Domain) -> bool:
    """Whether the factors of a law are nonnegative, by their own signs or the order."""
    inside = domain.within(mean.index, 1, mean.classes, discrete=True)
    for factor in sympy.Mul.make_args(mean.law):
        base, exponent = factor.as_base_exp()
        if not (factor.is_nonnegative or (exponent.is_real and surely_above(base, inside))):
            return False
    return True


def _for_all_counts(domain: Domain) -> Domain:
    """The domain under a mean: what is said of the counts outside of it is not used."""
    inside = copy(domain._without(counts.label))
    assumed = tuple(c for c in getattr(domain, "assumed", ()) if not c.has(counts.label))
    known = getattr(domain, "facts", {}).items()
    object.__setattr__(inside, "assumed", assumed)
    facts = {old: new for old, new in known if not old.has(counts.label)}
    object.__setattr__(inside, "facts", facts)
    return inside


@dataclass(frozen=True, eq=False)
class InMean(Rule):
    """A rule applied to the function whose mean is taken, whatever the counts are."""

    inner: Rule

    @property
    def relation(self) -> str:
        return self.inner.relation

    @property
    def words(self) -> str:
        return f"{self.inner.words}, under the mean"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        one, two = _of_mean(before), _of_mean(after)
        if one is None or two is None or not _same_counts(one[1], two[1]):
            return undecided("the rule takes a multiple of a mean to one over the same counts")
        if self.relation not in ("=", "<=", ">="):
            return undecided("an asymptotic step does not go through a mean")
        factor = one[0]
        scale = sympy.cancel(two[0] / factor)  # a number that comes out of the mean
        if not scale.is_positive:
            return undecided(f"{two[0]} is not seen to be a positive multiple of {factor}")
        functions = one[1].function, scale * two[1].function
        found = examine(self.inner, *functions, _for_all_counts(domain))
        sign = proved("=")
        if self.relation != "=":
            sign = decide_sign(factor, ranked(domain, factor))
            if not all(_is_nonnegative(mean, domain) for _, mean in (one, two)):
                return undecided("the law is not seen to be nonnegative")
        return worst(found, sign)


@dataclass(frozen=True, eq=False)
class MeanOfSum(Rule):
    """The mean of a finite sum is the sum of the means, and a number comes out of a mean."""

    @property
    def words(self) -> str:
        return "linearity of the mean"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        left = _of_mean(before)
        if left is None or not isinstance(left[1].function, sympy.Sum):
            return undecided("the rule takes the mean of a sum")
        factor, mean = left
        total: Any = mean.function
        if is_infinite(total) or any(_of_counts(end) for l in total.limits for end in l[1:]):
            return undecided("the sum is not of a fixed finite number of terms")
        meanings = {s for limit in mean.limits for part in limit for s in part.free_symbols}
        if any(limit[0] in meanings for limit in total.limits):
            return undecided("an index of the sum has a meaning in the law")
        expected = factor * sympy.Sum(mean.with_body(total.function), *total.limits)
        if expected == after:
            return proved("linearity")
        return decide_equal(expected, after, domain)


@dataclass(frozen=True, eq=False)
class Tilted(Rule):
    """The law is changed at two classes, and the function makes up for it.

    For a law q_k = p_k w_k / Z with w_k = 1 but at two classes, the mean of f under p is Z^n times
    the mean under q of f times the product of w_k^(-N_k) over the two classes.

    Parameters
    ----------
    classes : pair of expressions
        Class 1 and a rival.
    weights : pair of expressions
        w at the two classes, positive.
    """

    classes: tuple[Any, Any]
    weights: tuple[Any, Any]

    @property
    def words(self) -> str:
        return "exponential change of the law"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        left, right = _of_mean(before), _of_mean(after)
        if left is None or right is None:
            return undecided("the rule takes a multiple of a mean to another")
        (factor, mean), (other_factor, tilted) = left, right
        if (mean.number, mean.index, mean.classes) != (
            tilted.number,
            tilted.index,
            tilted.classes,
        ):
            return undecided("the labels are not as many, or not of the same classes")
        base = next((q for q in domain.parameters if _is_law(q, mean)), None)
        if base is None:
            return undecided(f"{mean.law} is not a law of the domain")
        first, second = map(sympy.sympify, self.classes)
        weights = [sympy.sympify(weight) for weight in self.weights]
        if any(_of_counts(weight) or weight.has(mean.index) for weight in weights):
            return undecided("the weights must be constants")
        chances = [mean.chance(k) for k in (first, second)]
        total = 1 + sum(c * (w - 1) for c, w in zip(chances, weights, strict=True))
        correction = sympy.Mul(
            *(w ** -counts[k] for w, k in zip(weights, (first, second), strict=True))
        )
        elsewhere = sympy.Dummy("k", integer=True, positive=True)
        return worst(
            _classes_of((first, second), mean, domain),
            *(decide_positive(w, domain) for w in weights),
            *(
                _equal(_chance_at(tilted, k, (first, second)) * total, c * w, domain)
                for k, c, w in zip((first, second), chances, weights, strict=True)
            ),
            _equal(
                _chance_at(tilted, elsewhere, (first, second)) * total,
                mean.chance(elsewhere),
                domain,
            ),
            _equal(factor * mean.function * correction, tilted.function * factor, domain),
            _equal(other_factor, factor * total**mean.number, domain),
        )


def _is_law(parameter: Parameter, mean: CountMean) -> bool:
    """Whether a mean is taken under a parameter, which sums to 1."""
    if not isinstance(parameter, Simplex) or not parameter[1].is_nonnegative:
        return False
    length = sympy.sympify(parameter.length)
    return bool(mean.law == parameter[mean.index] and mean.classes == length)


def _chance_at(mean: CountMean, k: Any, apart: tuple[Any, Any]) -> sympy.Expr:
    """The probability of a class that is one of two different ones, or neither."""
    value = mean.chance(k)
    first, second = apart
    for one, two in itertools.combinations({first, second, k}, 2):
        value = value.subs(sympy.KroneckerDelta(one, two), 0)
    return value


def _equal(one: Any, two: Any, domain: Domain) -> Finding:
    """Equality of expressions that are products of powers once entries are positive symbols."""
    if one == two:
        return proved("the same expression")
    ratio = sympy.sympify(one) / two
    if ratio.has(ExprWithLimits, sympy.Derivative, sympy.Subs, sympy.Limit):
        return decide_equal(one, two, domain)  # an entry may be many values
    names = {
        entry: sympy.Dummy("entry", positive=True)
        for entry in sorted(ratio.atoms(sympy.Indexed), key=str)
        if entry.is_positive
    }
    number = {
        count: sympy.Dummy("count", integer=True, nonnegative=True)
        for count in sorted(ratio.atoms(sympy.Indexed), key=str)
        if count.base == counts
    }
    plain = ratio.xreplace({**names, **number})
    if sympy.simplify(sympy.powsimp(sympy.expand_power_base(plain), force=False)) == 1:
        return proved("the quotient simplifies to 1")
    return decide_equal(one, two, domain)


@dataclass(frozen=True, eq=False)
class Exchanged(Rule):
    """Two classes of the same probability are exchanged, and the mean of both ways is taken."""

    classes: tuple[Any, Any]

    @property
    def words(self) -> str:
        return "exchange of two equally likely classes"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        left, right = _of_mean(before), _of_mean(after)
        if left is None or right is None or not _same_counts(left[1], right[1]):
            return undecided("the rule takes a multiple of a mean to one over the same counts")
        (factor, mean), (other_factor, both) = left, right
        first, second = map(sympy.sympify, self.classes)
        swapped = mean.function.xreplace(
            {counts[first]: counts[second], counts[second]: counts[first]}
        )
        only = {entry for entry in mean.function.atoms(sympy.Indexed) if entry.base == counts}
        if not only <= {counts[first], counts[second]} or is_bound_inside(second, mean.function):
            return undecided("the function speaks of further classes")
        chances = [_chance_at(mean, k, (first, second)) for k in (first, second)]
        same = proved("the mean of both")
        if both.function != (mean.function + swapped) / 2:
            same = undecided("the function after is not the mean of both ways")
        return worst(
            _classes_of((first, second), mean, domain),
            _equal(chances[0], chances[1], domain),
            decide_equal(factor, other_factor, domain),
            same,
        )


@dataclass(frozen=True, eq=False)
class ConstantMean(Rule):
    """The mean of what does not depend on the counts, under a law that sums to 1.

    Parameters
    ----------
    classes, weights : pairs of expressions, optional
        For a law that is tilted (`Tilted`): at which classes and by what.
    """

    classes: tuple[Any, Any] | None = None
    weights: tuple[Any, Any] | None = None

    @property
    def words(self) -> str:
        return "the mean of a constant"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        left = _of_mean(before)
        if left is None:
            return undecided("the rule takes a multiple of a mean")
        factor, mean = left
        if any(entry.base == counts for entry in mean.function.atoms(sympy.Indexed)):
            return undecided("the function depends on the counts")
        return worst(
            _sums_to_one(mean, self.classes, self.weights, domain),
            decide_equal(factor * mean.function, after, domain),
        )


def _sums_to_one(
    mean: CountMean,
    classes: tuple[Any, Any] | None,
    weights: tuple[Any, Any] | None,
    domain: Domain,
) -> Finding:
    """Whether a law is one of the domain, or such a one tilted at two classes."""
    if any(_is_law(q, mean) for q in domain.parameters):
        return proved("a law of the domain")
    if classes is None or weights is None:
        return undecided(f"{mean.law} is not seen to sum to 1")
    for parameter in domain.parameters:
        if not isinstance(parameter, Simplex):
            continue
        base = CountMean.of(1, parameter[mean.index], mean.index, mean.classes, mean.number)
        if not _is_law(parameter, base):
            continue
        first, second = map(sympy.sympify, classes)
        pairs = list(zip((first, second), map(sympy.sympify, weights), strict=True))
        total = 1 + sum(base.chance(k) * (w - 1) for k, w in pairs)
        elsewhere = sympy.Dummy("k", integer=True, positive=True)
        return worst(
            _classes_of((first, second), mean, domain),
            *(decide_positive(w, domain) for _, w in pairs),
            *(
                _equal(_chance_at(mean, k, (first, second)) * total, base.chance(k) * w, domain)
                for k, w in (*pairs, (elsewhere, sympy.S.One))
            ),
        )
    return undecided(f"{mean.law} is not a tilted law of the domain")


@dataclass(frozen=True, eq=False)
class LastLabel(Rule):
    """The mean of a nonnegative function is at least what one class of the last label gives to it.

    With probability q_c the last of n labels is of class c; then N_c is one more than what the
    others give. Those are n - 1 labels of the same law.

    Parameters
    ----------
    of : expression
        c, one of the classes.
    """

    of: Any

    @property
    def relation(self) -> str:
        return ">="

    @property
    def words(self) -> str:
        return "the last label alone"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        left, right = _of_mean(before), _of_mean(after)
        if left is None or right is None:
            return undecided("the rule takes a multiple of a mean to another")
        (factor, mean), (other_factor, rest) = left, right
        c = sympy.sympify(self.of)
        added = mean.function.xreplace({counts[c]: counts[c] + 1})
        if {e for e in mean.function.atoms(sympy.Indexed) if e.base == counts} - {
            counts[1],
            counts[c],
        } or is_bound_inside(c, mean.function):
            return undecided("the function speaks of further classes")
        same = rest.function == added and rest.limits[1] == mean.limits[1] and rest.law == mean.law
        if not any(_is_law(q, mean) for q in domain.parameters):
            return undecided(f"{mean.law} is not a law of the domain")
        return worst(
            is_rival(c, mean.classes, domain),
            proved("one label less") if same else undecided("the mean after is another"),
            decide_equal(rest.number, mean.number - 1, domain),
            decide_nonnegative(rest.number, domain),
            decide_sign(factor, ranked(domain, factor)),
            decide_nonnegative(mean.function, _for_all_counts(domain)),
            decide_equal(other_factor, factor * mean.chance(c), domain),
        )


@dataclass(frozen=True, eq=False)
class JensenOfSquare(Rule):
    """The mean of b^|D| is at least b to the root of the mean of D^2, for 0 < b <= 1.

    The function b^(sqrt v) of v >= 0 is convex: its second derivative is c b^(sqrt v) times
    (c sqrt v + 1) / (4 v^(3/2)) with c = -log b >= 0. The rule takes the exponent |D| c' for a
    number c' > 0.

    Parameters
    ----------
    base : expression
        b, positive, and at most 1 by the order of the probabilities.
    of : expression in the counts
        D.
    power : expression
        The positive factor of |D| in the exponent.
    classes, weights
        As for `ConstantMean`.
    """

    base: Any
    of: Any
    power: Any
    classes: tuple[Any, Any] | None = None
    weights: tuple[Any, Any] | None = None

    @property
    def relation(self) -> str:
        return ">="

    @property
    def words(self) -> str:
        return "Jensen's inequality"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        left, right = _of_mean(before), _sole(after)
        if left is None or right is None or not _same_counts(left[1], right):
            return undecided("the rule takes a multiple of a mean to one over the same counts")
        factor, mean = left
        base, of, power = (sympy.sympify(e) for e in (self.base, self.of, self.power))
        if not of.is_extended_real:
            return undecided(f"{of} is not seen to be real")
        if _of_counts(base) or _of_counts(power):
            return undecided("the base and the factor of the exponent must be constants")
        v = sympy.Dummy("v", positive=True)
        c = sympy.Dummy("c", nonnegative=True)
        curvature = sympy.diff(sympy.exp(-c * sympy.sqrt(v)), v, 2)
        convex = sympy.simplify(curvature).is_nonnegative or sympy.factor(curvature).is_nonnegative
        expected = factor * base ** (power * sympy.sqrt(mean.with_body(of**2)))
        return worst(
            proved("convex") if convex else undecided("the function is not seen to be convex"),
            decide_positive(base, domain),
            decide_positive(power, domain),
            decide_sign(factor, ranked(domain, factor)),
            decide_sign(1 - base, ranked(domain, base)),
            _sums_to_one(mean, self.classes, self.weights, domain),
            proved("the function")
            if mean.function == base ** (power * sympy.Abs(of))
            else undecided("the function is not a power of the base"),
            proved("the bound") if expected == after else undecided("the bound is another"),
        )


@dataclass(frozen=True, eq=False)
class SecondMoment(Rule):
    """The mean of (N_i - N_1)^2 is n (q_1 + q_i) + n (n - 1) (q_i - q_1)^2.

    Each label adds 1, -1 or 0 to the difference; different labels are independent.

    Parameters
    ----------
    classes, weights
        As for `ConstantMean`.
    """

    classes: tuple[Any, Any]
    weights: tuple[Any, Any] | None = None

    @property
    def words(self) -> str:
        return "second moment of a sum of independent terms"

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        mean = _sole(before)
        if mean is None:
            return undecided("the rule takes an expression in one mean")
        first, second = map(sympy.sympify, self.classes)
        if mean.function != (counts[second] - counts[first]) ** 2:
            return undecided("the mean is not that of the square of the difference")
        n = mean.number
        one, other = (_chance_at(mean, k, (first, second)) for k in (first, second))
        if not n.is_nonnegative or not n.is_integer:
            return undecided(f"{n} is not seen to be a natural number")
        drift = _equal(one, other, domain)
        moment = n * (one + other) + n * (n - 1) * (other - one) ** 2
        if drift.status is Status.PROVED:
            moment = 2 * n * one
        return worst(
            _classes_of((first, second), mean, domain),
            _sums_to_one(mean, self.classes, self.weights, domain),
            _equal(sympy.sympify(before).xreplace({mean: moment}), after, domain),
        )
