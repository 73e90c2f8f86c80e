"""Parameters, domains, statements, claims and the catalogue."""

import subprocess
import sys
from fractions import Fraction

import pytest
import sympy as sp
from hypothesis import example, given
from hypothesis import strategies as st

from theory import (
    Bound,
    CatalogueError,
    Categorical,
    Claim,
    ClaimError,
    Derivation,
    Domain,
    DomainError,
    Equivalent,
    ExactSum,
    ForAll,
    Identity,
    Integer,
    Labels,
    Matrix,
    Natural,
    NormalCDF,
    Observable,
    Rate,
    Real,
    Seen,
    Simplex,
    Source,
    Standing,
    Step,
    StudentCDF,
    Trend,
    Vector,
    algebra,
    definition,
    enclose,
)
from theory.core import catalogue

SOURCE = Source(None, "a test", Seen.NOTHING, Standing.DERIVED_HERE)
x = Real("x", above=0, grid=(1, 2))
n = Natural("n", at_least=1, grid=(1, 2, 3))
value = Observable("value", (n,), latex="v", meaning="a value")


def claim(**changes):
    fields = {
        "id": "topic.name",
        "title": "",
        "says": "",
        "statement": Identity(value(n), n**2),
        "domain": Domain(n),
        "source": SOURCE,
        "observables": (value,),
    }
    return Claim(**{**fields, **changes})


@pytest.mark.parametrize(
    "parameter, inside, outside",
    [
        (Real("a", above=1), [1.01, 2, Fraction(3, 2)], [1, 0, float("inf"), float("nan"), "x"]),
        (Real("a", at_least=0, at_most=1), [0, 1, 0.5], [-1e-9, 1.0001, True]),
        (Integer("k", at_least=-2, below=3), [-2, 0, 2], [3, 0.5, -3]),
        (Categorical("c", choices=("u", "v")), ["u"], ["w", 1]),
        (
            Simplex("p", length=2),
            [(0.5, 0.5), (Fraction(1, 3), Fraction(2, 3))],
            [(0.5, 0.6), (1,)],
        ),
        (Vector("q", length=2), [(1, -2.5)], [(1,), "ab", (1, "x")]),
        (Matrix("E", length=2, columns=2), [((1, 2), (3, 4))], [((1, 2), (3,)), (1, 2)]),
    ],
)
def test_ranges(parameter, inside, outside):
    assert [parameter.violation(entry) for entry in inside] == [None] * len(inside)
    for entry in outside:
        assert "\n" not in parameter.violation(entry)
    assert parameter.range_latex()


@pytest.mark.parametrize(
    "make, message",
    [
        (lambda: Real("a", above=1, at_least=2), "not both"),
        (lambda: Real("a", above=1, below=1), "empty"),
        (lambda: Real("not a name"), "identifier"),
        (lambda: Real("a", above=1, grid=(1,)), "outside"),
        (lambda: Categorical("c"), "needs choices"),
        (lambda: Domain(x, x), "share a name"),
        (lambda: Domain(Vector("q", length=n)), "no parameter"),
        (lambda: Domain(x, where=(n < 3,)), "unknown"),
        (lambda: Bound(1, "<", 2), "senses"),
        (lambda: Bound(1, "<=", 2, ">=", 3), "senses"),
        (lambda: Bound(1), "written"),
        (lambda: Equivalent(n, n, as_=(n, 0)), "grows to oo"),
        (lambda: Rate(n, n, 1, form="cubic"), "not 'cubic'"),
        (lambda: Trend("m", "a", "b", "sideways"), "not 'sideways'"),
        (lambda: claim(id="no dot"), "topic.short-name"),
        (lambda: claim(observables=()), "unknown observable value"),
        (lambda: value(1, 2), "takes 1 arguments"),
    ],
)
def test_what_is_put_together_wrongly_is_named(make, message):
    with pytest.raises(ClaimError, match=message) as caught:
        make()
    assert "\n" not in str(caught.value)


def test_a_domain_tells_inside_from_outside():
    domain = Domain(n, x, where=(x <= n,))
    assert domain.violation({"n": 2, "x": 1.5}) is None
    assert "side condition" in domain.violation({"n": 1, "x": 1.5})
    assert "no value for x" in domain.violation({"n": 1})
    assert "unknown parameter z" in domain.violation({"n": 1, "x": 1, "z": 0})
    with pytest.raises(DomainError):
        domain.require({"n": 0, "x": 1})
    assert list(domain.grid()) == [p for p in Domain(n, x).grid() if p["x"] <= p["n"]]


def test_sizes_are_checked_against_the_same_point():
    M = Natural("M", at_least=1)
    domain = Domain(n, M, Labels("f", length=n, classes=M))
    assert domain.violation({"n": 2, "M": 3, "f": (1, 3)}) is None
    assert "beyond 3 classes" in domain.violation({"n": 2, "M": 3, "f": (1, 4)})
    assert "has 1 entries" in domain.violation({"n": 2, "M": 3, "f": (1,)})


def test_points_are_exact():
    assert Domain(x).environment({"x": 0.1})["x"] == sp.Rational(*(0.1).as_integer_ratio())


STATEMENTS = [
    Identity(value(n), n**2 + n),
    Identity(value(n), 0),
    Bound(value(n), "<=", n, "<=", n**2),
    Bound(value(n), ">=", n),
    Equivalent(value(n), n**2, as_=(n, sp.oo)),
    Rate(value(n), n, -1),
    ForAll("$n$", "it holds"),
    Trend("the error", "one", "the other", "lower"),
]


@pytest.mark.parametrize("statement", STATEMENTS, ids=lambda s: s.kind)
def test_wrong_versions_are_other_statements_with_names_of_their_own(statement):
    wrong = list(statement.wrong_versions(0.1))
    assert wrong
    assert len({version.name for version in wrong}) == len(wrong)
    assert all(version.statement != statement for version in wrong)
    assert statement.latex(sp.latex)


def test_wrong_versions_of_a_bound_are_not_weaker():
    for version in Bound(value(n), "<=", n).wrong_versions(0.1):
        assert version.statement.sense == ">="


def test_a_derivation_that_does_not_reach_the_statement_is_undecided():
    k = sp.Symbol("k", integer=True, positive=True)
    total = Observable("total", (n,), "s", "sum", definition=sp.Sum(k, (k, 1, n)))
    steps = (Step(sp.Sum(k, (k, 1, n)), by=definition), Step(n * (n + 1) / 2, by=ExactSum()))
    right = claim(
        statement=Identity(total(n), n * (n + 1) / 2),
        observables=(total,),
        derivation=Derivation(*steps),
    )
    assert right.derivation_report().worst == "proved"
    other = claim(
        statement=Identity(total(n), n**2), observables=(total,), derivation=Derivation(*steps)
    )
    assert other.derivation_report().conclusion.status == "undecided"
    wrong = claim(
        statement=Identity(total(n), n**2),
        observables=(total,),
        derivation=Derivation(steps[0], Step(n**2, by=ExactSum())),
    )
    (finding,) = [step for step in wrong.derivation_report().steps if step.status != "proved"]
    assert finding.status == "refuted"
    assert finding.numbers
    empty = claim()
    assert set(empty.derivation_report().counts.values()) == {0}


def test_a_chain_must_begin_with_a_definition():
    lone = claim(derivation=Derivation(Step(n**2, by=algebra)))
    assert lone.derivation_report().steps[0].status == "undecided"


@given(st.floats(-30, 30), st.integers(1, 60))
@example(1.1885851267428126e-18, 1)
def test_distribution_functions_are_enclosed(at, degrees):
    from mpmath import mp

    # near the middle the beta form takes the square root of 1 - z, and loses half of the digits
    with mp.workdps(120):
        normal = mp.ncdf(at)
        tail = mp.betainc(
            mp.mpf(degrees) / 2, 0.5, 0, degrees / (degrees + mp.mpf(at) ** 2), regularized=True
        )
        student = tail / 2 if at <= 0 else 1 - tail / 2
        for function, reference in ((NormalCDF(x), normal), (StudentCDF(x, degrees), student)):
            ball = enclose(function, {"x": at})
            assert abs(mp.mpf(str(ball.mid().str(30, radius=False))) - reference) <= mp.mpf(1e-25)


def test_the_catalogue_is_sound():
    claims = catalogue.select(())
    catalogue.require_unique(claims)
    catalogue.require_acyclic(claims)
    for entry in claims:
        assert entry.title and entry.says
        assert entry.statement.latex(entry.latex)


def test_unknown_names_come_with_suggestions():
    with pytest.raises(CatalogueError, match=r"did you mean assoc-scaling\.finite-data-rate"):
        catalogue.find("assoc-scaling.finite-data-rat")
    with pytest.raises(CatalogueError, match="did you mean assoc-scaling"):
        catalogue.claims_in("assoc-scalin")
    with pytest.raises(CatalogueError, match="no claim matches"):
        catalogue.select(["assoc-scaling.zz*"])


def test_circles_and_twins_are_found():
    one = claim(id="t.one", uses=("t.two",))
    two = claim(id="t.two", uses=("t.one",))
    with pytest.raises(CatalogueError, match=r"circular use: t\.one -> t\.two -> t\.one"):
        catalogue.require_acyclic([one, two])
    with pytest.raises(CatalogueError, match="given twice"):
        catalogue.require_unique([one, one])


def test_naming_the_package_loads_nothing_heavy():
    heavy = "('sympy', 'numba', 'jax', 'scipy')"
    code = f"import theory, verify, numerics, sys; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_side_conditions_with_awkward_powers_are_decided():
    """SymPy itself does not end on 608**(p / 2**51)."""
    d, t = Natural("d"), Natural("T")
    power = Real("alpha", above=1)
    domain = Domain(power, d, t, where=(t >= d**power,))
    point = {"alpha": 2.909090909090909, "d": 608, "T": 144}
    assert "side condition" in domain.violation(point)
    assert domain.violation({**point, "T": 10**9}) is None
    assert domain.violation({"alpha": 2, "d": 12, "T": 144}) is None  # equal, and exact
