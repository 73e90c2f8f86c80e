"""Enclosures of the functions of SymPy, and of those that claims speak of besides."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import sympy
from flint import acb, arb

from theory.core.enclosing import (
    EnclosureRule,
    as_ball,
    ball,
    encloses,
    is_indicator,
    limit_terms,
    require_one_meaning,
    spend,
    whole_number,
)
from theory.core.errors import NotEnclosable
from theory.core.special import NormalCDF, StudentCDF

__all__: list[str] = []


def _add(e: sympy.Add, env: dict[str, Any]) -> Any:
    total = arb(0)
    for argument in e.args:
        total = total + ball(argument, env)
    return total


def _mul(e: sympy.Mul, env: dict[str, Any]) -> Any:
    # a vanishing indicator removes its term, even where the rest is undefined
    if any(ball(argument, env) == 0 for argument in e.args if is_indicator(argument)):
        return arb(0)
    product = arb(1)
    for argument in e.args:
        product = product * ball(argument, env)
    return product


def _pow(e: sympy.Pow, env: dict[str, Any]) -> Any:
    base = ball(e.base, env)
    if e.exp == sympy.Rational(1, 2):
        return base.sqrt()
    exponent = ball(e.exp, env)
    whole = exponent.unique_fmpz() if isinstance(exponent, arb) and exponent.is_exact() else None
    if whole is not None and abs(whole) < 2**62:
        if whole > 0 and isinstance(base, arb) and base.mid() == 0:
            return _power_about_zero(base, int(whole))
        return base ** int(whole)
    if isinstance(base, arb) and base == 0 and isinstance(exponent, arb) and exponent > 0:
        return arb(0)
    return base**exponent


def _power_about_zero(base: arb, exponent: int) -> arb:
    """A power of a ball about 0, for which python-flint's power is no number."""
    most = base.abs_upper() ** exponent
    return most.union(arb(0) if exponent % 2 == 0 else -most)


def _unary(name: str) -> Callable[[Any, dict[str, Any]], Any]:
    return lambda e, env: getattr(ball(e.args[0], env), name)()


def _normal_cdf(e: NormalCDF, env: dict[str, Any]) -> Any:
    return (-ball(e.args[0], env) / arb(2).sqrt()).erfc() / 2


def _student_cdf(e: StudentCDF, env: dict[str, Any]) -> Any:
    x, degrees = (ball(argument, env) for argument in e.args)
    if not degrees > 0:
        raise NotEnclosable(f"{degrees.str(5)} degrees of freedom are not seen to be positive")
    # Increasing in x, so the two ends of the ball bound it; each end is a thin ball.
    return _student_at(x.lower(), degrees).union(_student_at(x.upper(), degrees))


def _student_at(x: arb, degrees: arb) -> arb:
    half, square = arb(1) / 2, x * x
    if square < degrees:  # the body: from the middle outwards, so that small x loses nothing
        body = (square / (degrees + square)).beta_lower(half, degrees / 2, regularized=1) / 2
        return half - body if x <= 0 else half + body
    tail = (degrees / (degrees + square)).beta_lower(degrees / 2, half, regularized=1) / 2
    return tail if x <= 0 else 1 - tail


def _beta(e: sympy.beta, env: dict[str, Any]) -> Any:
    x, y = (ball(argument, env) for argument in e.args)
    if x > 0 and y > 0:  # logarithms: no overflow at large arguments
        return (x.lgamma() + y.lgamma() - (x + y).lgamma()).exp()
    return x.gamma() * y.gamma() * (x + y).rgamma()


def _zeta(e: sympy.zeta, env: dict[str, Any]) -> Any:
    return ball(e.args[0], env).zeta(*(ball(argument, env) for argument in e.args[1:]))


def _binomial(e: sympy.binomial, env: dict[str, Any]) -> Any:
    n, k = (whole_number(argument, env) for argument in e.args)
    return as_ball(sympy.binomial(n, k))


def _harmonic(e: sympy.harmonic, env: dict[str, Any]) -> Any:
    n = whole_number(e.args[0], env)
    if n < 0:
        raise NotEnclosable(f"harmonic number {n} is not defined")
    limit_terms(n, e)
    order = ball(e.args[1], env) if len(e.args) > 1 else arb(1)
    total = arb(0)
    for index in range(1, n + 1):
        total += arb(index) ** (-order)
    return total


def _extreme(name: str) -> Callable[[Any, dict[str, Any]], Any]:
    def rule(e: Any, env: dict[str, Any]) -> Any:
        first, *others = (ball(argument, env) for argument in e.args)
        for other in others:
            first = getattr(first, name)(other)
        return first

    return rule


def _piecewise(e: sympy.Piecewise, env: dict[str, Any]) -> Any:
    for value, condition in e.args:
        if _truth(condition, env):
            return ball(value, env)
    raise NotEnclosable("no branch of the piecewise expression applies")


def _truth(condition: sympy.Basic, env: dict[str, Any]) -> bool:
    if condition in (sympy.true, sympy.false):
        return bool(condition)
    if isinstance(condition, sympy.And):
        return all(_truth(argument, env) for argument in condition.args)
    if isinstance(condition, sympy.Or):
        return any(_truth(argument, env) for argument in condition.args)
    if isinstance(condition, sympy.Not):
        return not _truth(condition.args[0], env)
    left, right = (ball(argument, env) for argument in condition.args)
    holds, fails = _COMPARISONS[type(condition)](left, right)
    if holds == fails:
        raise NotEnclosable(f"the condition {condition} cannot be decided at this precision")
    return bool(holds)


_COMPARISONS: dict[type, Callable[[Any, Any], tuple[bool, bool]]] = {
    sympy.Lt: lambda a, b: (a < b, a >= b),
    sympy.Le: lambda a, b: (a <= b, a > b),
    sympy.Gt: lambda a, b: (a > b, a <= b),
    sympy.Ge: lambda a, b: (a >= b, a < b),
    sympy.Eq: lambda a, b: (a == b, a != b),
    sympy.Ne: lambda a, b: (a != b, a == b),
}


def _kronecker(e: sympy.KroneckerDelta, env: dict[str, Any]) -> Any:
    if len(e.args) > 2:
        raise NotEnclosable(f"{e} is 0 outside of a range, which is not looked at")
    left, right = (whole_number(argument, env) for argument in e.args)
    return arb(1 if left == right else 0)


def _repeated(e: Any, env: dict[str, Any]) -> Any:
    require_one_meaning(e)
    *inner, (variable, low, high) = e.limits
    body = e.func(e.function, *inner) if inner else e.function
    if sympy.oo in (high, -low):
        raise NotEnclosable(f"an infinite {e.func.__name__} has no enclosure here")
    first, last = whole_number(low, env), whole_number(high, env)
    limit_terms(last - first + 1, e)
    spend(last - first + 1, env)
    total = arb(0) if isinstance(e, sympy.Sum) else arb(1)
    for index in range(first, last + 1):
        term = ball(body, {**env, variable.name: arb(index)})
        total = total + term if isinstance(e, sympy.Sum) else total * term
    return total


# Analytic wherever they have a finite value: no branch cut, no absolute value.
_MEROMORPHIC = (
    sympy.Add,
    sympy.Mul,
    sympy.exp,
    sympy.sin,
    sympy.cos,
    sympy.tan,
    sympy.sinh,
    sympy.cosh,
    sympy.tanh,
    sympy.erf,
    sympy.erfc,
    sympy.gamma,
    sympy.factorial,
    NormalCDF,
)


@lru_cache(maxsize=4096)
def _is_meromorphic(e: sympy.Basic, variable: sympy.Symbol) -> bool:
    if e == variable or not e.has(variable):
        return True
    if isinstance(e, sympy.Pow):
        if not (e.exp.is_integer or (not e.base.has(variable) and e.base.is_positive)):
            return False
    elif isinstance(e, (sympy.Sum, sympy.Product)):
        if any(end.has(variable) for limit in e.limits for end in limit[1:]):
            return False
        return _is_meromorphic(e.function, variable)
    elif not isinstance(e, _MEROMORPHIC):
        return False
    return all(_is_meromorphic(argument, variable) for argument in e.args)


def _integral(e: sympy.Integral, env: dict[str, Any]) -> Any:
    require_one_meaning(e)
    if len(e.limits) != 1 or len(e.limits[0]) != 3:
        raise NotEnclosable("only single integrals with two ends have enclosures here")
    ((variable, low, high),) = e.limits
    if {low, high} & {sympy.oo, -sympy.oo}:
        raise NotEnclosable("only integrals over finite ranges have enclosures here")
    if not _is_meromorphic(e.function, variable):
        # with a branch cut or a corner the result would not be rigorous
        raise NotEnclosable("the integrand is not seen to be analytic")
    first, last = (acb(ball(end, env)) for end in (low, high))
    problems: list[Exception] = []

    def integrand(z: acb, analytic: bool) -> acb:
        try:  # flint cannot pass an exception on
            return acb(ball(e.function, {**env, variable.name: z}))
        except Exception as problem:
            problems.append(problem)
            return acb(0)  # so that the integrator stops dividing the range; it is not used

    value = acb.integral(integrand, first, last)
    if problems:
        raise NotEnclosable(f"the integrand has no enclosure: {problems[0]}")
    return value.real


def _lambert(e: sympy.LambertW, env: dict[str, Any]) -> Any:
    branch = e.args[1] if len(e.args) > 1 else sympy.S.Zero
    if branch not in (0, -1):
        raise NotEnclosable(f"branch {branch} of LambertW is not real")
    return ball(e.args[0], env).lambertw(int(branch))


_TABLE: dict[type, EnclosureRule] = {
    sympy.Add: _add,
    sympy.Mul: _mul,
    sympy.exp: _unary("exp"),
    sympy.Pow: _pow,
    sympy.log: _unary("log"),
    sympy.sin: _unary("sin"),
    sympy.cos: _unary("cos"),
    sympy.tan: _unary("tan"),
    sympy.tanh: _unary("tanh"),
    sympy.sinh: _unary("sinh"),
    sympy.cosh: _unary("cosh"),
    sympy.asin: _unary("asin"),
    sympy.acos: _unary("acos"),
    sympy.atan: _unary("atan"),
    sympy.asinh: _unary("asinh"),
    sympy.acosh: _unary("acosh"),
    sympy.atanh: _unary("atanh"),
    sympy.gamma: _unary("gamma"),
    sympy.loggamma: _unary("lgamma"),
    sympy.erf: _unary("erf"),
    sympy.erfc: _unary("erfc"),
    sympy.LambertW: _lambert,
    sympy.floor: _unary("floor"),
    sympy.ceiling: _unary("ceil"),
    sympy.sign: _unary("sgn"),
    sympy.Abs: lambda e, env: abs(ball(e.args[0], env)),
    sympy.factorial: lambda e, env: (ball(e.args[0], env) + 1).gamma(),
    NormalCDF: _normal_cdf,
    StudentCDF: _student_cdf,
    sympy.beta: _beta,
    sympy.zeta: _zeta,
    sympy.binomial: _binomial,
    sympy.harmonic: _harmonic,
    sympy.Max: _extreme("max"),
    sympy.Min: _extreme("min"),
    sympy.Piecewise: _piecewise,
    sympy.KroneckerDelta: _kronecker,
    sympy.Sum: _repeated,
    sympy.Product: _repeated,
    sympy.Integral: _integral,
    sympy.core.numbers.Pi: lambda e, env: arb.pi(),
    sympy.core.numbers.Exp1: lambda e, env: arb(1).exp(),
    sympy.core.numbers.EulerGamma: lambda e, env: arb.const_euler(),
}

for _kind, _rule in _TABLE.items():
    encloses(_kind)(_rule)
