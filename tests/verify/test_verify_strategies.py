"""Strategies draw points of the domain, all kinds of parameters, and shrink to simple ones."""

from fractions import Fraction

import pytest
import sympy
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st

from theory import (
    Categorical,
    ClaimError,
    Domain,
    Integer,
    Labels,
    Matrix,
    Natural,
    Real,
    Simplex,
    Vector,
)
from theory.core import catalogue
from verify.strategies import points

N = Natural("N", at_least=1)
M = Natural("M", at_least=1)
EVERYTHING = Domain(
    Real("a", above=1),
    Real("b", at_least=0, below=1),
    Real("c"),
    Real("d", below=0),
    N,
    M,
    Integer("k"),
    Simplex("p", length=N),
    Labels("f", length=N, classes=M),
    Vector("q", length=N, entry=Real("q", at_least=-1, at_most=1)),
    Matrix("E", length=N, columns=M, entry=Integer("e", at_least=0, at_most=3)),
    Categorical("kind", choices=("one", "two")),
    where=(N <= 6, M <= 4),
)
fixed = {"N": st.integers(1, 6), "M": st.integers(1, 4)}


@given(points(EVERYTHING, **fixed))
@settings(max_examples=100)
def test_every_point_is_in_the_domain(point):
    assert EVERYTHING.violation(point) is None


def test_shrinks_to_simple_values():
    domain = Domain(Real("alpha", above=1), Natural("T", at_least=1))
    found = find(points(domain), lambda point: point["alpha"] >= 1.75 and point["T"] > 7)
    assert found == {"alpha": 2, "T": 8}


def test_an_open_interval_without_whole_numbers():
    domain = Domain(Real("t", above=Fraction(1, 4), below=Fraction(1, 2)))
    assert 0.25 < find(points(domain), lambda point: True)["t"] < 0.5


def test_fixed_values_and_unknown_names():
    domain = Domain(Real("alpha", above=1), Natural("T"))
    assert find(points(domain, alpha=2.5), lambda point: True)["alpha"] == 2.5
    with pytest.raises(ClaimError, match="unknown parameter beta"):
        points(domain, beta=1)


def has_an_equation(claim):
    return any(isinstance(condition, sympy.Eq) for condition in claim.domain.where)


@pytest.mark.parametrize("claim", catalogue.claims_in("assoc-scaling"), ids=lambda claim: claim.id)
def test_domains_of_the_catalogue_have_points(claim):
    if has_an_equation(claim):
        with pytest.raises(ClaimError, match="no chance draw satisfies"):
            points(claim.domain)
        return
    once = settings(phases=[Phase.generate], database=None)  # it need not be a simple one
    found = find(points(claim.domain), lambda point: True, settings=once)
    assert claim.domain.violation(found) is None


def test_equations_are_for_the_user_to_satisfy():
    a, b = Real("a", at_least=0), Real("b", at_least=0)
    domain = Domain(a, b, where=(sympy.Eq(a.symbol + b.symbol, 1),))
    with pytest.raises(ClaimError, match=r"a \+ b.* fix a, b"):
        points(domain)
    assert find(points(domain, a=0.25, b=0.75), lambda point: True) == {"a": 0.25, "b": 0.75}
