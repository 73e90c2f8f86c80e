"""Steps of the three ways in numbers, and rules about least values that refuse what is false."""

import pytest
import sympy
from sympy import Rational, Symbol, cos, exp, log, oo

from theory import Domain, enclose
from theory.core.decision import Status
from theory.core.rule import examine
from theory.core.rules.monotone import OneSign
from theory.mode_estimation import exponents as theory
from theory.mode_estimation.empirical_mode import m, p
from theory.mode_estimation.exponents import OVERTAKEN, nearest, q
from theory.mode_estimation.least_values import (
    AttainedAt,
    AttainedBound,
    Least,
    RestOfLaw,
    TermReplaced,
)
from theory.mode_estimation.order_rules import LogarithmsByRank

DOMAIN = Domain(m, p, q, where=(OVERTAKEN,))
u = Symbol("u", real=True)


def is_proved(rule, before, after, domain=DOMAIN):
    return examine(rule, before, after, domain).status is Status.PROVED


@pytest.mark.parametrize("law", [(5, 3, 2), (3, 2), (6, 2, 1, 1)])
def test_every_step_of_the_sanov_bound_holds_in_numbers(law):
    chances = tuple(Rational(x, sum(law)) for x in law)
    other = (chances[1] / 2, chances[0] + chances[1] / 2, *chances[2:])
    before = None
    for step in theory.em_exponent_sanov.derivation.steps:
        value = enclose(step.expression, {"m": len(law), "p": chances, "q": other})
        relation = step.by.relation
        assert before is None or (
            not before < value if relation == ">=" else value.overlaps(before)
        )
        before = value


def test_least_values_refuse_what_is_false():
    above = OneSign(">=")
    whole = Least(u**2 + 1, (u, -oo, oo))
    assert is_proved(AttainedAt(0, above), whole, sympy.Integer(1))
    assert not is_proved(AttainedAt(1, above), whole, sympy.Integer(2))
    assert not is_proved(AttainedAt(0, OneSign("<=")), whole, sympy.Integer(1))
    assert not is_proved(AttainedAt(0, above), Least(u**2, (u, 1, 2)), sympy.Integer(0))
    assert not is_proved(AttainedAt(0, above), Least(cos(u), (u, -oo, oo)), sympy.Integer(1))
    assert not is_proved(AttainedAt(u, above), whole, u**2 + 1)
    assert whole.function.subs(u, 0) == 1 and "min" in sympy.latex(whole)


def test_the_rest_of_a_law():
    j = Symbol("j", integer=True, positive=True)
    same = LogarithmsByRank()
    rest = sympy.Sum(3 * q[j] + 2 * p[j], (j, 3, m))
    assert is_proved(RestOfLaw(same), rest, 5 - 3 * q[1] - 3 * q[2] - 2 * p[1] - 2 * p[2])
    assert not is_proved(RestOfLaw(same), rest, 5 - 3 * q[1] - 3 * q[2] - 2 * p[1])
    assert not is_proved(RestOfLaw(same), sympy.Sum(q[j], (j, 2, m)), 1 - q[1] - q[2])
    assert not is_proved(RestOfLaw(same), sympy.Sum(q[j] ** 2, (j, 3, m)), 1 - q[1] - q[2])


def test_logarithms_of_what_is_positive():
    rho = theory.rho
    assert is_proved(LogarithmsByRank(), log(p[2] / rho), log(p[2]) - log(rho))
    assert not is_proved(LogarithmsByRank(), log(p[2] / rho), log(p[2]) + log(rho))
    free = log((q[1] - q[2]) ** 2)
    assert not is_proved(LogarithmsByRank(), free, 2 * log(q[1] - q[2]))


def test_one_term_is_replaced():
    rule = TermReplaced(q[1], p[1] + q[1], OneSign())
    assert is_proved(rule, q[1] + q[2], p[1] + q[1] + q[2])
    assert not is_proved(rule, q[1] + q[2], q[1] + q[2])
    assert not is_proved(TermReplaced(q[1], -q[1], OneSign()), q[1] + q[2], q[2] - q[1])


def test_a_bound_is_attained_by_a_law_only():
    domain = theory.em_exponent_projection.domain
    before, after = theory.least_divergence(m, p), theory.sanov_gap(p[1], p[2])
    by = RestOfLaw(LogarithmsByRank())

    def attained(at):
        least = theory.least_divergence
        rule = AttainedBound(least, theory.em_exponent_sanov, q, at, by)
        return is_proved(rule, before, after, domain)

    assert attained(nearest)
    assert not attained(lambda k: p[k])  # there the mode is ahead
    assert not attained(lambda k: exp(0) * (p[1] + p[2]) / 2 if k in (1, 2) else p[k])
