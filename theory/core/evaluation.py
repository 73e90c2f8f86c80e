"""Values of expressions: exact substitution, and enclosures in Arb balls.

An enclosure is a ball that is proved to hold the value, whatever the rounding: if the enclosures
of two expressions at one point do not meet, the expressions differ there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import sympy
from flint import acb, arb, ctx, fmpq, fmpz
from sympy.concrete.expr_with_limits import ExprWithLimits

from theory.core.domain import exact_float
from theory.core.errors import NotEnclosable
from theory.core.special import NormalCDF, StudentCDF

__all__ = ["Environment", "enclose", "substitute"]

Environment = Mapping[str, Any]

MAXIMAL_TERMS = 100_000


def substitute(expression: sympy.Basic, environment: Environment) -> sympy.Basic:
    """The expression with named values put in and finite sums over vectors written out.

    Parameters
    ----------
    expression : sympy.Basic
        Symbols are matched by name, indexed bases by their label (entries counted from 1).
    environment : mapping
        SymPy numbers by name, tuples of them for vectors.
    """
    if isinstance(expression, sympy.Symbol):
        value = environment.get(expression.name, expression)
        return expression if isinstance(value, tuple) else value
    if isinstance(expression, sympy.Indexed):
        indices = [substitute(index, environment) for index in expression.indices]
        values = environment.get(str(expression.base.label))
        if isinstance(values, tuple) and all(index.is_Integer for index in indices):
            return _entry(values, indices, expression)
        return expression.base[tuple(indices)]
    if isinstance(expression, (sympy.Sum, sympy.Product)):
        return _substitute_repeated(expression, environment)
    if isinstance(expression, ExprWithLimits):
        _require_one_meaning(expression)
        bound = {str(limit[0]) for limit in expression.limits}
        environment = {name: v for name, v in environment.items() if name not in bound}
    if not expression.args or isinstance(expression, sympy.IndexedBase):
        return expression
    if isinstance(expression, sympy.Mul) and any(
        _is_indicator(factor) and substitute(factor, environment) == 0 for factor in expression.args
    ):
        return sympy.S.Zero  # a vanishing indicator removes its term
    return expression.func(*(substitute(argument, environment) for argument in expression.args))


def _entry(values: tuple[Any, ...], indices: Sequence[Any], expression: sympy.Basic) -> Any:
    entry: Any = values
    for index in indices:
        if not 1 <= int(index) <= len(entry):
            raise NotEnclosable(f"index {index} of {expression} is outside 1..{len(entry)}")
        entry = entry[int(index) - 1]
    return entry


def _substitute_repeated(expression: Any, environment: Environment) -> sympy.Basic:
    _require_one_meaning(expression)
    *inner, (variable, low, high) = expression.limits
    body = expression.func(expression.function, *inner) if inner else expression.function
    low, high = substitute(low, environment), substitute(high, environment)
    without = {name: v for name, v in environment.items() if name != variable.name}
    if low.is_Integer and high.is_Integer:
        _limit_terms(int(high) - int(low) + 1, expression)
        terms = (
            substitute(body, {**without, variable.name: sympy.Integer(index)})
            for index in range(int(low), int(high) + 1)
        )
        return (sympy.Add if isinstance(expression, sympy.Sum) else sympy.Mul)(*terms)
    return expression.func(substitute(body, without), (variable, low, high))


@lru_cache(maxsize=4096)
def _confused(operation: Any) -> str:
    """A name that a bound variable shares with another symbol inside, or nothing."""
    names = {limit[0].name for limit in operation.limits}
    inside = {s for s in operation.function.free_symbols if isinstance(s, sympy.Symbol)}
    bound = {limit[0] for limit in operation.limits}
    return next((s.name for s in inside - bound if s.name in names), "")


def _require_one_meaning(operation: Any) -> None:
    """Values are looked up by name, so one name must not stand for two things."""
    if name := _confused(operation):
        raise NotEnclosable(f"{name} is both a bound variable and another symbol")


def _limit_terms(count: int, expression: sympy.Basic) -> None:
    if count > MAXIMAL_TERMS:
        raise NotEnclosable(f"{count} terms of {expression.func.__name__} are too many to add up")


def enclose(
    expression: Any,
    environment: Environment | None = None,
    digits: int = 30,
    most_terms: int | None = None,
) -> arb:
    """A ball that holds the value of a real expression.

    Parameters
    ----------
    expression : sympy.Expr
        Built from the elementary functions, gamma, beta, zeta, error and distribution functions,
        binomials, finite sums and products, and finite integrals of analytic functions.
    environment : mapping, optional
        Values by name: SymPy or Python numbers, ``arb`` balls, tuples of these for vectors.
        An applied observable such as ``error(d)`` is looked up by its function name.
    digits : int
        Working precision; the ball's radius tells what came of it.
    most_terms : int, optional
        How many terms of sums and products are added up in all; by default each sum may have
        `MAXIMAL_TERMS`.

    Returns
    -------
    flint.arb
        May be of infinite radius (for instance log of a ball that holds 0).

    Raises
    ------
    NotEnclosable
        A symbol has no value, or a function or sum has no enclosure here.
    """
    expression = sympy.sympify(expression)
    if name := _at_two_places(expression):
        raise NotEnclosable(f"{name} occurs with different arguments, but has one value")
    with ctx.workdps(digits + 10):
        values = dict(environment or {})
        if most_terms is not None:
            values[_BUDGET] = [most_terms]
        return _ball(expression, values)


_BUDGET = " terms left"  # no symbol's name


@lru_cache(maxsize=4096)
def _at_two_places(expression: sympy.Basic) -> str:
    """An observable that is applied to different arguments, or nothing."""
    seen: dict[str, sympy.Basic] = {}
    for applied in expression.atoms(sympy.core.function.AppliedUndef):
        if seen.setdefault(applied.func.__name__, applied) != applied:
            return str(applied.func.__name__)
    return ""


def _as_ball(value: Any) -> Any:
    if isinstance(value, (arb, acb)):
        return value
    value = sympy.sympify(value)
    if value.is_Integer:
        return arb(fmpz(int(value)))
    if value.is_Rational:
        return arb(fmpq(int(value.p), int(value.q)))
    if isinstance(value, sympy.Float):
        exact = exact_float(value)
        return arb(fmpq(int(exact.p), int(exact.q)))
    if value.is_Number:
        raise NotEnclosable(f"{value} is no finite number")
    return _ball(value, {})


def _ball(e: sympy.Basic, env: dict[str, Any]) -> Any:
    if isinstance(e, sympy.Symbol):
        if e.name not in env or isinstance(env[e.name], tuple):
            raise NotEnclosable(f"{e.name} has no value")
        return _as_ball(env[e.name])
    if isinstance(e, sympy.Number):
        return _as_ball(e)
    if isinstance(e, sympy.Indexed):
        values = env.get(str(e.base.label))
        if not isinstance(values, tuple):
            raise NotEnclosable(f"{e.base.label} has no value")
        return _as_ball(_entry(values, [_integer(index, env) for index in e.indices], e))
    if isinstance(e, sympy.core.function.AppliedUndef):
        if e.func.__name__ not in env:
            raise NotEnclosable(f"{e.func.__name__} has no value")
        return _as_ball(env[e.func.__name__])
    for kind, rule in _RULES.items():
        if isinstance(e, kind):
            return rule(e, env)
    raise NotEnclosable(f"no enclosure for {e.func.__name__}")


def _integer(e: sympy.Basic, env: dict[str, Any]) -> int:
    ball = _ball(e, env)
    value = ball.unique_fmpz()
    if value is None:
        raise NotEnclosable(f"{e} is not a known integer")
    return int(value)


def _add(e: sympy.Add, env: dict[str, Any]) -> Any:
    total = arb(0)
    for argument in e.args:
        total = total + _ball(argument, env)
    return total


def _mul(e: sympy.Mul, env: dict[str, Any]) -> Any:
    # a vanishing indicator removes its term, even where the rest is undefined
    indicators = [argument for argument in e.args if argument.has(sympy.KroneckerDelta)]
    for indicator in indicators:
        if _is_indicator(indicator) and _ball(indicator, env) == 0:
            return arb(0)
    product = arb(1)
    for argument in e.args:
        product = product * _ball(argument, env)
    return product


def _is_indicator(e: sympy.Expr) -> bool:
    """A Kronecker delta, or 1 minus one."""
    return isinstance(e, sympy.KroneckerDelta) or isinstance(1 - e, sympy.KroneckerDelta)


def _pow(e: sympy.Pow, env: dict[str, Any]) -> Any:
    base = _ball(e.base, env)
    if e.exp == sympy.Rational(1, 2):
        return base.sqrt()
    exponent = _ball(e.exp, env)
    whole = exponent.unique_fmpz() if isinstance(exponent, arb) and exponent.is_exact() else None
    if whole is not None and abs(whole) < 2**62:
        return base ** int(whole)
    if isinstance(base, arb) and base == 0 and isinstance(exponent, arb) and exponent > 0:
        return arb(0)
    return base**exponent


def _unary(name: str) -> Callable[[Any, dict[str, Any]], Any]:
    return lambda e, env: getattr(_ball(e.args[0], env), name)()


def _normal_cdf(e: NormalCDF, env: dict[str, Any]) -> Any:
    return (-_ball(e.args[0], env) / arb(2).sqrt()).erfc() / 2


def _student_cdf(e: StudentCDF, env: dict[str, Any]) -> Any:
    x, degrees = (_ball(argument, env) for argument in e.args)
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
    x, y = (_ball(argument, env) for argument in e.args)
    if x > 0 and y > 0:  # logarithms: no overflow at large arguments
        return (x.lgamma() + y.lgamma() - (x + y).lgamma()).exp()
    return x.gamma() * y.gamma() * (x + y).rgamma()


def _zeta(e: sympy.zeta, env: dict[str, Any]) -> Any:
    return _ball(e.args[0], env).zeta(*(_ball(argument, env) for argument in e.args[1:]))


def _binomial(e: sympy.binomial, env: dict[str, Any]) -> Any:
    n, k = (_integer(argument, env) for argument in e.args)
    return _as_ball(sympy.binomial(n, k))


def _harmonic(e: sympy.harmonic, env: dict[str, Any]) -> Any:
    n = _integer(e.args[0], env)
    if n < 0:
        raise NotEnclosable(f"harmonic number {n} is not defined")
    _limit_terms(n, e)
    order = _ball(e.args[1], env) if len(e.args) > 1 else arb(1)
    total = arb(0)
    for index in range(1, n + 1):
        total += arb(index) ** (-order)
    return total


def _extreme(name: str) -> Callable[[Any, dict[str, Any]], Any]:
    def rule(e: Any, env: dict[str, Any]) -> Any:
        first, *others = (_ball(argument, env) for argument in e.args)
        for other in others:
            first = getattr(first, name)(other)
        return first

    return rule


def _piecewise(e: sympy.Piecewise, env: dict[str, Any]) -> Any:
    for value, condition in e.args:
        if _truth(condition, env):
            return _ball(value, env)
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
    left, right = (_ball(argument, env) for argument in condition.args)
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
    left, right = (_integer(argument, env) for argument in e.args[:2])
    return arb(1 if left == right else 0)


def _repeated(e: Any, env: dict[str, Any]) -> Any:
    _require_one_meaning(e)
    *inner, (variable, low, high) = e.limits
    body = e.func(e.function, *inner) if inner else e.function
    if sympy.oo in (high, -low):
        raise NotEnclosable(f"an infinite {e.func.__name__} has no enclosure here")
    first, last = _integer(low, env), _integer(high, env)
    _limit_terms(last - first + 1, e)
    if (left := env.get(_BUDGET)) is not None:
        left[0] -= max(last - first + 1, 0)
        if left[0] < 0:
            raise NotEnclosable("too many terms in all")
    total = arb(0) if isinstance(e, sympy.Sum) else arb(1)
    for index in range(first, last + 1):
        term = _ball(body, {**env, variable.name: arb(index)})
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
    _require_one_meaning(e)
    if len(e.limits) != 1 or len(e.limits[0]) != 3:
        raise NotEnclosable("only single integrals with two ends have enclosures here")
    ((variable, low, high),) = e.limits
    if {low, high} & {sympy.oo, -sympy.oo}:
        raise NotEnclosable("only integrals over finite ranges have enclosures here")
    if not _is_meromorphic(e.function, variable):
        # with a branch cut or a corner the result would not be rigorous
        raise NotEnclosable("the integrand is not seen to be analytic")
    first, last = (acb(_ball(end, env)) for end in (low, high))
    problems: list[Exception] = []

    def integrand(z: acb, analytic: bool) -> acb:
        try:  # flint cannot pass an exception on
            return acb(_ball(e.function, {**env, variable.name: z}))
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
    return _ball(e.args[0], env).lambertw(int(branch))


_RULES: dict[type, Callable[[Any, dict[str, Any]], Any]] = {
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
    sympy.Abs: lambda e, env: abs(_ball(e.args[0], env)),
    sympy.factorial: lambda e, env: (_ball(e.args[0], env) + 1).gamma(),
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
