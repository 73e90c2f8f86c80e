"""Rules for entries between 0 and 1 and for cases: what they must refuse."""

import pytest
from sympy import Piecewise, Rational, Symbol

from theory import Domain, Natural, Real, Vector
from theory.core.decision import Status
from theory.core.rule import examine
from theory.iteration_head.case_rules import EntryInRange, SignInCases

m = Natural("m", at_least=1)
i = Symbol("i", integer=True, positive=True)
HALF = Rational(1, 2)


def inside(high=1, low=0):
    w = Vector("w", length=m, entry=Real("entry", at_least=low, at_most=high))
    return w[i], Domain(m, w).within(i, 1, m.symbol, discrete=True)


def test_entries():
    w, domain = inside()
    assert examine(EntryInRange(), w**2, w, domain).status is Status.PROVED
    assert examine(EntryInRange(">="), w, w**2, domain).status is Status.PROVED
    assert examine(EntryInRange(), w, w**2, domain).status is not Status.PROVED
    assert examine(EntryInRange(), w, HALF, domain).status is not Status.PROVED


@pytest.mark.parametrize(("low", "high"), [(0, 2), (-1, 1)])
def test_entries_of_another_range(low, high):
    w, domain = inside(high, low)
    assert examine(EntryInRange(), w**2, w, domain).status is not Status.PROVED


def test_two_entries_are_refused():
    w = Vector("w", length=m, entry=Real("entry", at_least=0, at_most=1))
    domain = Domain(m, w)
    assert EntryInRange().check(w[1] * w[2], w[1], domain).status is Status.UNDECIDED


def test_cases():
    w, domain = inside()
    peak = Piecewise((1, w > HALF), (0, True))
    assert examine(SignInCases(), peak, 2 * w, domain).status is Status.PROVED
    assert examine(SignInCases(">="), peak, 2 * w - 1, domain).status is Status.PROVED
    for wrong in (w, 2 * w - 1, 3 * w / 2):
        assert examine(SignInCases(), peak, wrong, domain).status is not Status.PROVED
    swapped = Piecewise((0, w > HALF), (1, True))
    assert examine(SignInCases(), swapped, 2 * w, domain).status is not Status.PROVED
    assert SignInCases().check(w**2, w, domain).status is Status.UNDECIDED


def test_cases_that_are_not_all():
    w, domain = inside()
    peak = Piecewise((1, w > HALF))
    assert SignInCases().check(peak, 2 * w, domain).status is Status.UNDECIDED
