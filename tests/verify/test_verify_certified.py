"""Bounds between formulas, judged on their whole domain by interval arithmetic."""

from fractions import Fraction

from sympy import E, Rational, exp, log, sin

from theory import Bound, Claim, Domain, Integer, Real, Seen, Source, Standing
from verify import Check, Decision, How, Settings, judge

x = Real("x", at_least=0, grid=(0, 1, 2))
n = Integer("n", at_least=1, at_most=50, grid=(1, 2, 50))
QUICK = {"quick": Settings(0.0)}


def bound(lhs, sense, rhs, *parameters):
    return Claim(
        id="made-up.bound",
        title="a bound",
        says="a bound",
        statement=Bound(lhs, sense, rhs),
        domain=Domain(*(parameters or (x,))),
        source=Source(None, "", seen=Seen.NOTHING, standing=Standing.DERIVED_HERE),
    )


def judged(claim, **further):
    return judge(claim, Check(claim, None, QUICK, **further))


def test_a_true_bound_holds_on_the_whole_domain():
    verdict = judged(bound(sin(x), "<=", x))
    assert (verdict.verdict, verdict.how) == (Decision.CONFIRMED, How.CERTIFIED)
    assert "on the whole domain" in verdict.reason


def test_a_violation_between_the_points_is_found_and_checked_exactly():
    """x^2 - 2.2 x + 1.2 is negative exactly between 1 and 1.2, where no grid point lies."""
    claim = bound(Rational(11, 5) * x, "<=", x**2 + Rational(6, 5))
    verdict = judged(claim)
    assert (verdict.verdict, verdict.how) == (Decision.REFUTED, How.CERTIFIED)
    assert 1 < Fraction(verdict.counterexample["point"]["x"]) < Fraction(6, 5)
    assert judged(claim, boxes=0).verdict is Decision.CONFIRMED  # at its points, and it says so


def test_what_is_not_certified_is_confirmed_at_its_points_only():
    verdict = judged(bound(log(1 + x), "<=", x + 1 / E**40), boxes=1)
    assert verdict.verdict is Decision.CONFIRMED
    if verdict.how is not How.CERTIFIED:
        assert verdict.how is How.EXACT and "no certificate" in verdict.reason


def test_whole_numbers_stay_whole():
    assert judged(bound(n, "<=", exp(n), n)).how is How.CERTIFIED
    verdict = judged(bound(2 * n, "<=", exp(n / 2), n))
    assert verdict.verdict is Decision.REFUTED
    assert isinstance(verdict.counterexample["point"]["n"], int)
