"""Closed forms of sums and integrals, under the hypotheses of a domain."""

from __future__ import annotations

from typing import Any

import sympy

from theory.core.domain import Domain
from theory.core.signs import positive_atoms
from theory.core.special import NormalCDF, StudentCDF

__all__ = ["evaluate_integrals", "evaluate_sums", "reflect", "settle_conditions"]


def settle_conditions(expression: sympy.Expr, domain: Domain) -> sympy.Expr:
    """Choose the branches of piecewise expressions that the hypotheses decide."""
    form = domain.positive_form()

    def settle(*branches: Any) -> sympy.Expr:
        for value, condition in branches:
            decided = _implied(condition, form, domain)
            if decided is True:
                return value
            if decided is None:
                return sympy.Piecewise(*branches)
        return sympy.Piecewise(*branches)

    return expression.replace(lambda e: isinstance(e, sympy.Piecewise), lambda e: settle(*e.args))


def _implied(condition: Any, form: dict[Any, Any], domain: Domain) -> bool | None:
    """True or False where the hypotheses decide a condition, else None."""
    if condition in domain.where or getattr(condition, "reversed", None) in domain.where:
        return True
    if isinstance(condition, sympy.And):
        parts = [_implied(part, form, domain) for part in condition.args]
        return False if False in parts else (None if None in parts else True)
    inside = condition.subs(form)
    if inside in (sympy.true, sympy.false):
        return bool(inside)
    if isinstance(inside, sympy.core.relational.Relational):
        gap = sympy.factor(sympy.expand(inside.lhs - inside.rhs))
        holds = {
            sympy.Lt: gap.is_negative,
            sympy.Le: gap.is_nonpositive,
            sympy.Gt: gap.is_positive,
            sympy.Ge: gap.is_nonnegative,
        }.get(type(inside))
        return holds
    return None


def evaluate_sums(expression: sympy.Expr, domain: Domain) -> sympy.Expr:
    """Replace each sum or product that has a closed form under the hypotheses by that form."""

    def close(total: Any) -> sympy.Expr:
        if isinstance(total, sympy.Sum) and len(total.limits) == 1:
            variable, low, high = total.limits[0]
            known = _power_sum(total.function, variable, low, high, domain)
            if known is None:
                known = _binomial_sum(total.function, variable, low, high)
            if known is not None:
                return known
        value = settle_conditions(total.doit(), domain)
        return total if value.has(sympy.Piecewise) else value

    return expression.replace(lambda e: isinstance(e, (sympy.Sum, sympy.Product)), close)


def _power_sum(
    term: sympy.Expr, variable: Any, low: Any, high: Any, domain: Domain
) -> sympy.Expr | None:
    """Sum of c * variable**(-s) from 1: zeta(s) for s > 1, harmonic(N, s) for finite N."""
    if low != 1:
        return None
    atoms = positive_atoms(term, domain)
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
    excess = sympy.factor(sympy.expand((exponent - 1).subs(domain.positive_form())))
    expanded = sympy.expand(excess)
    if excess.is_positive or expanded.is_positive:
        return coefficient * sympy.zeta(exponent)
    return None


def _binomial_sum(term: sympy.Expr, variable: Any, low: Any, high: Any) -> sympy.Expr | None:
    """The binomial theorem: sum of binomial(n, k) c u^k over k = 0..n is c (1 + u)^n."""
    if low != 0 or not term.has(sympy.binomial(high, variable)):
        return None
    rest = term / sympy.binomial(high, variable)
    ratio = sympy.simplify(sympy.powsimp(rest.subs(variable, variable + 1) / rest))
    if rest.has(sympy.binomial) or ratio.has(variable):
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

    def close(integral: sympy.Integral) -> sympy.Expr:
        *inner, (variable, low, high) = integral.limits
        body = sympy.Integral(integral.function, *inner) if inner else integral.function
        if antiderivative is not None:
            value = _by_antiderivative(body, variable, low, high, sympy.sympify(antiderivative))
            hows.append("the antiderivative differentiates back")
        else:
            value = _euler(body, variable, low, high, domain)
            hows.append("Euler's integral" if value is not None else "integrated by SymPy")
            if value is None:
                value = _integrated(body, variable, low, high, domain)
        if value is None or value.has(sympy.Integral):
            raise _NoClosedForm(f"no closed form found for the integral over {variable}")
        return value

    try:
        value = expression.replace(lambda e: isinstance(e, sympy.Integral), close)
    except _NoClosedForm as reason:
        return None, str(reason)
    return value, ", ".join(dict.fromkeys(hows)) or "no integral"


class _NoClosedForm(Exception):
    pass


def _integrated(
    body: sympy.Expr, variable: Any, low: Any, high: Any, domain: Domain
) -> sympy.Expr | None:
    form = domain.positive_form()
    frees = {parameter: sympy.Dummy(str(parameter), positive=True) for parameter in form}
    for parameter, whole in form.items():  # only signs matter to SymPy's integrator
        if not sympy.expand(whole).is_positive:
            frees[parameter] = parameter
    try:
        value = sympy.integrate(body.subs(frees), (variable, low.subs(frees), high.subs(frees)))
    except (NotImplementedError, ValueError):
        return None
    value = settle_conditions(value, domain)
    return value.subs({free: parameter for parameter, free in frees.items()})


def _by_antiderivative(
    body: sympy.Expr, variable: Any, low: Any, high: Any, primitive: sympy.Expr
) -> sympy.Expr | None:
    gap = sympy.diff(primitive, variable) - body
    if sympy.simplify(gap) != 0 and sympy.simplify(sympy.expand(sympy.powsimp(gap))) != 0:
        ratio = sympy.simplify(sympy.powsimp(sympy.diff(primitive, variable) / body, force=False))
        if sympy.simplify(ratio - 1) != 0:
            raise _NoClosedForm("the antiderivative does not differentiate back to the integrand")
    return _at(primitive, variable, high) - _at(primitive, variable, low)


def _at(primitive: sympy.Expr, variable: Any, end: Any) -> sympy.Expr:
    if end not in (sympy.oo, -sympy.oo):
        return primitive.subs(variable, end)

    def saturate(function: Any) -> sympy.Expr:
        head = sympy.limit(function.args[0], variable, end)
        return function.func(head, *function.args[1:])

    kinds = (NormalCDF, StudentCDF)
    settled = primitive.replace(lambda e: isinstance(e, kinds) and e.has(variable), saturate)
    return sympy.limit(settled, variable, end) if settled.has(variable) else settled


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
    form = domain.positive_form()

    def positive(e: sympy.Expr) -> bool:
        inside = sympy.together(sympy.sympify(e).subs(form))
        return bool(inside.is_positive or sympy.factor(sympy.simplify(inside)).is_positive)

    if (low, high) == (0, 1) and rate == 0 and positive(s) and positive(t):
        return coefficient * sympy.beta(s, t)
    if (low, high) == (0, sympy.oo) and t == 1 and positive(s):
        for power in (1, 2):
            scale = sympy.factor(sympy.expand(rate / variable**power))
            if not scale.has(variable) and positive(scale):
                return coefficient * sympy.gamma(s / power) * scale ** (-s / power) / power
    return None


def reflect(expression: sympy.Expr) -> sympy.Expr:
    """Write distribution functions of negated arguments as 1 minus those of the argument."""

    def flip(function: Any) -> sympy.Expr:
        return 1 - function.func(-function.args[0], *function.args[1:])

    return expression.replace(
        lambda e: isinstance(e, (NormalCDF, StudentCDF)) and e.args[0].could_extract_minus_sign(),
        flip,
    )
