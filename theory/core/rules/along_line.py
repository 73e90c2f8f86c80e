"""What rules about flows and iterations on the line ask of functions: no jumps, and honest limits.

A slope of one sign says nothing across a jump, and SymPy's limits are those for general values of
the parameters: where a coefficient vanishes the limit may be another.
"""

from __future__ import annotations

from typing import Any

import sympy

from theory.core.continuity import is_continuous, is_continuous_at
from theory.core.decision import Finding, Status, decide_equal, decide_positive
from theory.core.domain import Domain
from theory.core.probing import departing_ratio
from theory.core.rule import proved, undecided
from theory.core.signs import surely_nonnegative, surely_positive

__all__ = [
    "apart_from_time",
    "limit_far_out",
    "limit_in_place",
    "no_jump",
    "one_sided",
    "part_that_may_be_infinite",
    "real_by_signs",
    "vanishes_nowhere",
]


def one_sided(sense: str) -> Finding:
    """That a rule for inequalities is asked for one."""
    return proved("a sense") if sense in ("<=", ">=") else undecided(f"no inequality is {sense}")


def vanishes_nowhere(value: Any, domain: Domain) -> bool:
    """Whether a value is seen to be of one sign, and not 0, on the whole domain."""
    return surely_positive(value, domain) or surely_positive(-value, domain)


def part_that_may_be_infinite(expression: Any, domain: Domain) -> sympy.Expr | None:
    """A part of an expression that may be at a pole, or divided by 0, or None."""
    for part in sympy.preorder_traversal(sympy.sympify(expression)):
        if isinstance(part, (*_WITH_POLES, *_NO_VALUES)):
            return part
        if isinstance(part, _ON_POSITIVES):
            argument = part.args[-1] if isinstance(part, sympy.polygamma) else part.args[0]
            if not surely_positive(argument + _POSITIVE_FROM.get(part.func, 0), domain):
                return part
        if isinstance(part, sympy.zeta):
            if len(part.args) > 1 or not surely_positive(part.args[0] - 1, domain):
                return part
        if isinstance(part, sympy.Pow) and not surely_nonnegative(part.exp, domain):
            gammas = isinstance(part.base, (sympy.gamma, sympy.factorial))  # these are never 0
            if not gammas and not vanishes_nowhere(part.base, domain):
                return part
    return None


_POSITIVE_FROM: dict[Any, int] = {
    sympy.harmonic: 1,
    sympy.factorial: 1,
    sympy.gamma: 0,
    sympy.loggamma: 0,
    sympy.digamma: 0,
    sympy.log: 0,
}
"""Functions that are finite where the argument and this are above 0."""

_ON_POSITIVES: tuple[Any, ...] = (*_POSITIVE_FROM, sympy.polygamma)

_WITH_POLES = (
    sympy.tan,
    sympy.cot,
    sympy.sec,
    sympy.csc,
    sympy.coth,
    sympy.csch,
    sympy.atanh,
    sympy.acoth,
    sympy.beta,
    sympy.Ei,
    sympy.li,
)
_NO_VALUES = (
    sympy.core.numbers.Infinity,
    sympy.core.numbers.NegativeInfinity,
    sympy.core.numbers.ComplexInfinity,
    sympy.core.numbers.NaN,
)


def no_jump(function: Any, variable: sympy.Symbol, domain: Domain) -> Finding:
    """That a function is continuous wherever the sign of its variable lets it be."""
    signed = bool(variable.is_nonnegative)
    kind = {"positive": True} if variable.is_positive else {"nonnegative": True}
    free = sympy.Dummy(variable.name, **(kind if signed else {"real": True}))
    moved = sympy.sympify(function).subs(variable, free)
    least = sympy.S.Zero if signed else -sympy.oo
    smooth = is_continuous(moved, domain.within(free, least, sympy.oo, discrete=False))
    if signed and not variable.is_positive:
        smooth = smooth and is_continuous_at(moved, free, least, domain)
    if smooth:
        return proved("no jump is seen")
    return undecided(f"{function} is not seen to be continuous in {variable}")


def real_by_signs(expression: sympy.Expr, domain: Domain) -> list[Finding]:
    """That an expression is real; W(z) > 0 on the main branch of Lambert's function for z > 0."""
    found = sorted(expression.atoms(sympy.LambertW), key=str)
    if any(len(value.args) > 1 for value in found):
        return [undecided("only the main branch of Lambert's function is known here")]
    shown = expression.xreplace({value: sympy.Dummy("W", positive=True) for value in found})
    real = all(bool(shown.subs(form, simultaneous=True).is_real) for form in domain.forms())
    return [
        *(decide_positive(value.args[0], domain) for value in found),
        proved("real") if real else undecided(f"{expression} is not seen to be real"),
    ]


def apart_from_time(operation: Any, time: sympy.Expr) -> Finding:
    """That a flow or an iteration is the same one at all times, so that a limit may be taken.

    The time must be a symbol, of which neither the start nor the map or velocity speaks.
    """
    fixed = sympy.Tuple(operation.function, operation.start)
    if not time.is_Symbol or fixed.has(time):
        return undecided(f"{operation} is another one at every {time}")
    return proved("the same at all times")


def limit_far_out(expression: Any, variable: sympy.Symbol, domain: Domain) -> sympy.Expr:
    """The limit as a variable of the line grows, of an expression in its exponential.

    Raises
    ------
    ValueError
        The limit may be another one for some values of the parameters, or numbers object.
    """
    place = sympy.Dummy("v", positive=True)
    inside = sympy.expand_power_exp(sympy.sympify(expression)).subs(variable, sympy.log(place))
    value = limit_in_place(inside, place, domain)
    if value.is_finite and vanishes_nowhere(value, domain):  # SymPy's limits can be wrong
        numbers = departing_ratio(inside, value, place, sympy.oo, domain)
        if numbers is not None:
            raise ValueError(f"numbers speak against the limit {value}: {numbers}")
    return value


def limit_in_place(expression: sympy.Expr, place: sympy.Symbol, domain: Domain) -> sympy.Expr:
    """The limit as a place grows; parameters are written so that SymPy sees their signs.

    Raises
    ------
    ValueError
        The limit may be another one for some values of the parameters.
    """
    forms = {
        tuple((old, new) for old, new in form.items() if expression.has(old))
        for form in domain.forms()[1:]
    }
    known = {old: new for old, new in domain.positive_form().items() if expression.has(old)}
    entries = {
        e: sympy.Dummy("entry", positive=True)
        for e in expression.atoms(sympy.Indexed)
        if e.is_positive
    }
    if problem := _coefficient_that_may_vanish(sympy.expand_log(expression), place, domain):
        raise ValueError(f"{problem} may vanish, and then the limit may be another")
    hidden = expression.xreplace(entries)
    back = {new: old for old, new in entries.items()}
    value = _sympy_limit(hidden.subs(known, simultaneous=True), place)
    value = value.subs(back).subs(
        {_symbol_of(new): _solved(old, new) for old, new in known.items()}
    )
    value = sympy.simplify(value)
    for form in forms:  # the limit must not jump where a parameter is at the end of its range
        if dict(form) == known:
            continue
        there = _sympy_limit(hidden.subs(dict(form), simultaneous=True), place).subs(back)
        expected = value.subs(dict(form), simultaneous=True)
        if decide_equal(there, expected, domain).status is not Status.PROVED:
            raise ValueError(f"at an end of the domain the limit is {there}")
    return value


def _sympy_limit(expression: sympy.Expr, place: sympy.Symbol) -> sympy.Expr:
    return sympy.limit(sympy.simplify(sympy.expand_log(expression)), place, sympy.oo)


def _symbol_of(written: sympy.Expr) -> sympy.Symbol:
    (symbol,) = written.free_symbols
    return symbol


def _solved(old: sympy.Expr, written: sympy.Expr) -> sympy.Expr:
    """The symbol that a parameter is written through, in terms of the parameter."""
    symbol = _symbol_of(written)
    (solution,) = sympy.solve(written - old, symbol)
    return solution


def _coefficient_that_may_vanish(
    expression: sympy.Expr, place: sympy.Symbol, domain: Domain, leads: bool = False
) -> sympy.Expr | None:
    """A coefficient in an expression in the place that is not seen to be different from 0.

    ``leads`` says that its leading coefficient is one of them, as in a denominator.
    """
    if not expression.has(place):
        if expression == 0 or vanishes_nowhere(expression, domain):
            return None
        return expression
    parts: list[tuple[sympy.Expr, bool]] = []
    if isinstance(expression, sympy.Add):
        collected: dict[sympy.Expr, sympy.Expr] = {}
        for term in sympy.Add.make_args(sympy.expand(expression)):
            coefficient, rest = term.as_independent(place, as_Add=False)
            collected[rest] = collected.get(rest, sympy.S.Zero) + coefficient
        known = {rest: sympy.factor(value) for rest, value in collected.items()}
        known = {rest: value for rest, value in known.items() if value != 0}
        parts = [(e, False) for pair in known.items() for e in pair]
        if leads and not vanishes_nowhere(
            _leading([r * v for r, v in known.items()], place), domain
        ):
            return expression
    elif isinstance(expression, sympy.Mul):
        coefficient, rest = expression.as_independent(place, as_Add=False)
        parts = [(coefficient, leads), *((e, leads) for e in sympy.Mul.make_args(rest))]
    elif isinstance(expression, sympy.Pow):
        below = leads or not expression.exp.is_positive
        parts = [(expression.base, below), (expression.exp, True)]
    else:
        parts = [(part, True) for part in expression.args]
    found = (_coefficient_that_may_vanish(part, place, domain, low) for part, low in parts)
    return next((part for part in found if part is not None), None)


def _leading(terms: list[sympy.Expr], place: sympy.Symbol) -> sympy.Expr:
    """What the terms add up to in units of the one that leads them, far out."""
    lead, total = terms[0], sympy.S.One
    for term in terms[1:]:
        share = sympy.limit(sympy.simplify(term / lead), place, sympy.oo)
        if share in (sympy.oo, -sympy.oo):
            lead, total = term, sympy.S.One
        else:
            total += share
    return total
