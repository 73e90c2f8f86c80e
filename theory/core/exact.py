"""Closed forms of sums and integrals, under the hypotheses of a domain.

What SymPy finds is not taken on trust: an antiderivative is differentiated back and must have no
jump or pole inside the range, a sum is compared with its terms added up, and where neither can be
done the closed form is not used.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sympy
from sympy.concrete.expr_with_limits import ExprWithLimits

from theory.core.binding import is_infinite, replace_free
from theory.core.continuity import is_continuous, limit_at
from theory.core.domain import Domain
from theory.core.probing import contradiction
from theory.core.signs import positive_atoms, surely_nonnegative, surely_positive
from theory.core.special import NormalCDF, StudentCDF

__all__ = ["evaluate_integrals", "evaluate_sums", "inside_out", "reflect", "settle_conditions"]

_GIVES_UP = (NotImplementedError, ValueError, TypeError, AttributeError, RecursionError)
_WRITTEN_OUT = 64
"""Sums of up to so many terms between numbers are written out."""

_INFINITE = (sympy.oo, -sympy.oo, sympy.zoo, sympy.nan, sympy.AccumBounds)


def settle_conditions(expression: sympy.Expr, domain: Domain) -> sympy.Expr:
    """Choose the branches of piecewise expressions that the hypotheses decide."""

    def settle(*branches: Any) -> sympy.Expr:
        for value, condition in branches:
            decided = _implied(condition, domain)
            if decided is True:
                return value
            if decided is None:
                return sympy.Piecewise(*branches)
        return sympy.Piecewise(*branches)

    return expression.replace(lambda e: isinstance(e, sympy.Piecewise), lambda e: settle(*e.args))


def _implied(condition: Any, domain: Domain) -> bool | None:
    """True or False where the hypotheses decide a condition on the whole domain, else None."""
    if condition in (sympy.true, sympy.false):
        return bool(condition)
    if condition in domain.where or getattr(condition, "reversed", None) in domain.where:
        return True
    if isinstance(condition, (sympy.And, sympy.Or)):
        parts = [_implied(part, domain) for part in condition.args]
        settling = isinstance(condition, sympy.Or)
        return settling if settling in parts else (None if None in parts else not settling)
    if isinstance(condition, (sympy.Lt, sympy.Le, sympy.Gt, sympy.Ge)):
        gap = condition.gts - condition.lts
        strict = isinstance(condition, (sympy.Lt, sympy.Gt))
        if (surely_positive if strict else surely_nonnegative)(gap, domain):
            return True
        if (surely_nonnegative if strict else surely_positive)(-gap, domain):
            return False
    if isinstance(condition, (sympy.Eq, sympy.Ne)):
        gap = condition.lhs - condition.rhs
        if surely_positive(gap, domain) or surely_positive(-gap, domain):
            return isinstance(condition, sympy.Ne)
    return None


def evaluate_sums(expression: sympy.Expr, domain: Domain) -> sympy.Expr:
    """Replace each sum or product that has a closed form under the hypotheses by that form."""
    return inside_out(expression, domain, (sympy.Sum, sympy.Product), _closed_sum)


def inside_out(
    e: sympy.Basic,
    domain: Domain,
    kinds: tuple[type, ...],
    close: Callable[[Any, Domain], sympy.Expr],
) -> sympy.Expr:
    """Apply ``close`` to each operation of the kinds, innermost first, with ranges in view."""
    if not e.args or not e.has(*kinds):
        return e
    if not isinstance(e, ExprWithLimits):
        return e.func(*(inside_out(argument, domain, kinds, close) for argument in e.args))
    *inner, outermost = e.limits
    if len(outermost) != 3:
        return e
    ends = (inside_out(end, domain, kinds, close) for end in outermost[1:])
    outermost = sympy.Tuple(outermost[0], *ends)
    within = domain.inside(e, outermost)
    body = e.func(e.function, *inner) if inner else e.function
    body = inside_out(body, within, kinds, close)
    whole = e.func(body, outermost)
    return close(whole, domain) if isinstance(e, kinds) else whole


def _closed_sum(total: Any, domain: Domain) -> sympy.Expr:
    ((variable, low, high),) = total.limits
    if not low.is_integer or not (high.is_integer or high is sympy.oo):
        return total
    if not surely_nonnegative(high - low + 1, domain):
        return total  # from 5 to 2 SymPy counts backwards
    if low.is_Integer and high.is_Integer and high - low < _WRITTEN_OUT:
        terms = (total.function.subs(variable, k) for k in range(int(low), int(high) + 1))
        return (sympy.Add if isinstance(total, sympy.Sum) else sympy.Mul)(*terms)
    if isinstance(total, sympy.Sum):
        known = _delta_sum(total, domain)
        if known is not None:
            return known
        known = _power_sum(total.function, variable, low, high, domain)
        if known is None:
            known = _binomial_sum(total.function, variable, low, high, domain)
        if known is not None:
            return known
    try:
        value = settle_conditions(total.doit(deep=False), domain)
    except _GIVES_UP:
        return total
    if value == total or value.has(sympy.Piecewise, *_INFINITE):
        return total
    if is_infinite(total) and value.has(sympy.Sum, sympy.Product):
        return total
    return value if _is_borne_out(total, value, domain) else total


def _delta_sum(total: sympy.Sum, domain: Domain) -> sympy.Expr | None:
    """A sum with a Kronecker delta, or 1 minus one, as a factor, whose index lies in the range."""
    ((variable, low, high),) = total.limits
    for factor in sympy.Mul.make_args(total.function):
        inverted = isinstance(1 - factor, sympy.KroneckerDelta)
        delta = 1 - factor if inverted else factor
        if not isinstance(delta, sympy.KroneckerDelta) or variable not in delta.args:
            continue
        index = next((e for e in delta.args[:2] if e != variable), variable)
        rest = sympy.Mul(*(f for f in sympy.Mul.make_args(total.function) if f is not factor))
        if index.has(variable) or len(delta.args) != 2 or not index.is_integer:
            continue
        below = high is sympy.oo or surely_nonnegative(high - index, domain)
        if not below or not surely_nonnegative(index - low, domain):
            continue
        own = replace_free(rest, {variable: index})
        if not inverted:
            return own
        whole = _closed_sum(sympy.Sum(rest, total.limits[0]), domain)
        if not whole.has(sympy.Sum):
            return whole - own
    return None


def _is_borne_out(total: Any, value: sympy.Expr, domain: Domain) -> bool:
    """Whether SymPy's closed form is right at the first terms, or by induction, or by numbers."""
    from theory.core.approximation import compare_numerically

    if is_infinite(total):
        agreed, numbers = compare_numerically(total, value, domain)
        return bool(agreed) and numbers is None
    numbers, compared = contradiction(total, value, domain, lambda a, b: not a.overlaps(b))
    if numbers is not None:
        return False
    return bool(compared) or _by_induction(total, value, domain)


def _by_induction(total: Any, value: sympy.Expr, domain: Domain) -> bool:
    from theory.core.decision import Status, decide_equal

    ((variable, low, high),) = total.limits
    last = sympy.Dummy("last", integer=True)
    free = domain.within(last, low - 1, sympy.oo, discrete=True)
    general = total.func(total.function, (variable, low, last)).doit(deep=False)
    general = settle_conditions(general, free)
    grown = total.function.subs(variable, last + 1)
    adds = isinstance(total, sympy.Sum)
    findings = (
        decide_equal(general.subs(last, low - 1), sympy.S.Zero if adds else sympy.S.One, domain),
        decide_equal(
            general.subs(last, last + 1), general + grown if adds else general * grown, free
        ),
        decide_equal(general.subs(last, high), value, domain),
    )
    return all(finding.status is Status.PROVED for finding in findings)


def _power_sum(
    term: sympy.Expr, variable: Any, low: Any, high: Any, domain: Domain
) -> sympy.Expr | None:
    """Sum of c * variable**(-s) from 1: zeta(s) for s > 1, harmonic(N, s) for finite N."""
    if low != 1:
        return None
    # what varies with the index is no constant
    atoms = {v: s for v, s in positive_atoms(term, domain).items() if not v.has(variable)}
    split = sympy.expand_power_base(sympy.powdenest(term.subs(atoms)))
    coefficient, power = sympy.powsimp(split).as_independent(variable, as_Add=False)
    coefficient = coefficient.subs({symbol: value for value, symbol in atoms.items()})
    if power == variable:
        exponent: sympy.Expr = -sympy.S.One
    elif isinstance(power, sympy.Pow) and power.base == variable:
        exponent = -power.exp
    else:
        return None
    if exponent.has(variable):
        return None
    if high is not sympy.oo:
        return coefficient * sympy.harmonic(high, exponent)
    if surely_positive(sympy.expand(exponent - 1), domain):
        return coefficient * sympy.zeta(exponent)
    return None


def _binomial_sum(
    term: sympy.Expr, variable: Any, low: Any, high: Any, domain: Domain
) -> sympy.Expr | None:
    """The binomial theorem: sum of binomial(n, k) c u^k over k = 0..n is c (1 + u)^n."""
    if low != 0 or not term.has(sympy.binomial(high, variable)):
        return None
    rest = term / sympy.binomial(high, variable)
    ratio = sympy.simplify(sympy.powsimp(rest.subs(variable, variable + 1) / rest))
    if rest.has(sympy.binomial) or ratio.has(variable) or not surely_nonnegative(high, domain):
        return None
    return rest.subs(variable, 0) * (1 + ratio) ** high


def evaluate_integrals(
    expression: sympy.Expr, domain: Domain, antiderivative: Any = None
) -> tuple[sympy.Expr | None, str]:
    """Replace the integrals of an expression by closed forms.

    Returns
    -------
    (value, how) : the expression without integrals, or None with the reason.
    """
    hows: list[str] = []

    def close(integral: sympy.Integral, here: Domain) -> sympy.Expr:
        ((variable, low, high),) = integral.limits
        body = integral.function
        if antiderivative is not None:
            primitive = sympy.sympify(antiderivative)
            value = _by_antiderivative(body, variable, low, high, primitive, here)
            hows.append("the antiderivative differentiates back")
            return value
        value = _euler(body, variable, low, high, here)
        if value is None:
            value = _gaussian(body, variable, low, high, here)
        if value is not None:
            hows.append("Euler's integral")
            return value
        value, how = _integrated(body, variable, low, high, here)
        hows.append(how)
        return value

    try:
        value = inside_out(expression, domain, (sympy.Integral,), close)
    except _NoClosedForm as reason:
        return None, str(reason)
    return value, ", ".join(dict.fromkeys(hows)) or "no integral"


class _NoClosedForm(Exception):
    pass


def _integrated(
    body: sympy.Expr, variable: Any, low: Any, high: Any, domain: Domain
) -> tuple[sympy.Expr, str]:
    """SymPy's value, by its antiderivative where that is continuous, else borne out by numbers."""
    from theory.core.approximation import compare_numerically

    frees = _free_of_ranges(domain)
    try:
        primitive = settle_conditions(sympy.integrate(body.subs(frees), variable), domain)
        if not primitive.has(sympy.Integral, sympy.Piecewise):
            primitive = primitive.subs({free: parameter for parameter, free in frees.items()})
            value = _by_antiderivative(body, variable, low, high, primitive, domain)
            return value, "SymPy's antiderivative differentiates back"
    except (*_GIVES_UP, _NoClosedForm):
        pass
    try:
        ends = (low.subs(frees), high.subs(frees))
        value = sympy.integrate(body.subs(frees), (variable, *ends))
    except _GIVES_UP as problem:
        raise _NoClosedForm(f"SymPy does not integrate over {variable}: {problem}") from problem
    value = settle_conditions(value, domain)
    value = value.subs({free: parameter for parameter, free in frees.items()})
    if value.has(sympy.Integral, *_INFINITE):
        raise _NoClosedForm(f"no closed form found for the integral over {variable}")
    agreed, numbers = compare_numerically(
        sympy.Integral(body, (variable, low, high)), value, domain
    )
    if numbers is not None or not agreed:
        raise _NoClosedForm(f"no number bears out SymPy's value of the integral over {variable}")
    return value, f"integrated by SymPy, borne out by quadrature at {agreed} points"


def _free_of_ranges(domain: Domain) -> dict[sympy.Symbol, sympy.Symbol]:
    """Positive symbols for the parameters: only signs matter to SymPy's integrator."""
    frees = {}
    for parameter in domain.positive_form():
        if parameter.is_positive or surely_positive(parameter, domain):
            frees[parameter] = sympy.Dummy(str(parameter), positive=True)
    return frees


def _by_antiderivative(
    body: sympy.Expr, variable: Any, low: Any, high: Any, primitive: sympy.Expr, domain: Domain
) -> sympy.Expr:
    gap = sympy.diff(primitive, variable) - body
    if sympy.simplify(gap) != 0 and sympy.simplify(sympy.expand(sympy.powsimp(gap))) != 0:
        ratio = sympy.simplify(sympy.powsimp(sympy.diff(primitive, variable) / body, force=False))
        if sympy.simplify(ratio - 1) != 0:
            raise _NoClosedForm("the antiderivative does not differentiate back to the integrand")
    inside = domain.within(variable, low, high, discrete=False)
    if primitive.has(variable) and not is_continuous(primitive, inside):
        raise _NoClosedForm(f"the antiderivative is not seen to be continuous in {variable}")
    rising = high is sympy.oo or low is -sympy.oo or surely_nonnegative(high - low, domain)
    falling = not rising and surely_nonnegative(low - high, domain)
    values = []
    for end, sides in ((low, "+-"), (high, "-+")):
        if rising or falling:
            value = _at(primitive, variable, end, sides[0 if rising else 1], domain)
        else:  # either order of the ends is possible
            both = {_at(primitive, variable, end, side, domain) for side in sides}
            value = both.pop() if len(both) == 1 else None
        if value is None or value.has(*_INFINITE):
            raise _NoClosedForm(f"the antiderivative has no finite value at {variable} = {end}")
        values.append(value)
    return values[1] - values[0]


def _at(
    primitive: sympy.Expr, variable: Any, end: Any, side: str, domain: Domain
) -> sympy.Expr | None:
    """The value of an antiderivative at an end, where distribution functions saturate."""
    if end in (sympy.oo, -sympy.oo):
        heads: dict[sympy.Symbol, sympy.Expr] = {}

        def stand_in(function: Any) -> sympy.Symbol:
            symbol = sympy.Dummy("saturated")
            heads[symbol] = function
            return symbol

        kinds = (NormalCDF, StudentCDF)
        shape = primitive.replace(lambda e: isinstance(e, kinds) and e.has(variable), stand_in)
        if heads and not shape.has(variable):
            at_end = {}
            for symbol, function in heads.items():
                head = limit_at(function.args[0], variable, end, side, domain)
                if head is None or any(a.has(variable) for a in function.args[1:]):
                    return None
                at_end[symbol] = function.func(head, *function.args[1:])
            return shape.subs(at_end)
        primitive = primitive.rewrite(sympy.erf)
    return limit_at(primitive, variable, end, side, domain)


def _euler(
    body: sympy.Expr, variable: Any, low: Any, high: Any, domain: Domain
) -> sympy.Expr | None:
    """Euler's Beta and Gamma integrals, the latter also of Gaussian form."""
    apart = sympy.expand_power_base(sympy.powdenest(body, force=False))
    coefficient, rest = apart.as_independent(variable, as_Add=False)
    powers: dict[Any, sympy.Expr] = {}
    rate: sympy.Expr = sympy.S.Zero
    for factor in sympy.Mul.make_args(rest):
        base, exponent = factor.as_base_exp()
        if isinstance(factor, sympy.exp):
            rate -= factor.args[0]
        elif not exponent.has(variable) and base in (variable, 1 - variable):
            powers[base] = powers.get(base, sympy.S.Zero) + exponent
        else:
            return None
    s = powers.get(variable, sympy.S.Zero) + 1
    t = powers.get(1 - variable, sympy.S.Zero) + 1

    if (low, high) == (0, 1) and rate == 0:
        if surely_positive(s, domain) and surely_positive(t, domain):
            return coefficient * sympy.beta(s, t)
    if (low, high) == (0, sympy.oo) and t == 1 and surely_positive(s, domain):
        for power in (1, 2):
            scale = sympy.factor(sympy.expand(rate / variable**power))
            if not scale.has(variable) and surely_positive(scale, domain):
                return coefficient * sympy.gamma(s / power) * scale ** (-s / power) / power
    return None


def _gaussian(
    body: sympy.Expr, variable: Any, low: Any, high: Any, domain: Domain
) -> sympy.Expr | None:
    """The integral of exp(-a v^2 + b v) over the line, for a > 0 and any complex b."""
    if (low, high) != (-sympy.oo, sympy.oo):
        return None
    coefficient, rest = sympy.powsimp(body).as_independent(variable, as_Add=False)
    if not isinstance(rest, sympy.exp):
        return None
    exponent = sympy.expand(rest.args[0])
    square, linear = exponent.coeff(variable, 2), exponent.coeff(variable, 1)
    constant = sympy.expand(exponent - square * variable**2 - linear * variable)
    if constant.has(variable) or not surely_positive(-square, domain):
        return None
    bell = sympy.sqrt(-sympy.pi / square) * sympy.exp(constant - linear**2 / (4 * square))
    return coefficient * bell


def reflect(expression: sympy.Expr) -> sympy.Expr:
    """Write distribution functions of negated arguments as 1 minus those of the argument."""

    def flip(function: Any) -> sympy.Expr:
        return 1 - function.func(-function.args[0], *function.args[1:])

    return expression.replace(
        lambda e: isinstance(e, (NormalCDF, StudentCDF)) and e.args[0].could_extract_minus_sign(),
        flip,
    )
