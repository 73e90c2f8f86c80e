"""Checks that cannot fail are found out: wrong versions of claims are refuted, or explained."""

import numpy as np
import pytest
import sympy

from theory import (
    Bound,
    Claim,
    Domain,
    Equivalent,
    ForAll,
    Identity,
    Observable,
    Rate,
    Real,
    Seen,
    Source,
    Standing,
    Trend,
)
from theory.core import catalogue
from theory.core.source import Paper
from verify import Exact, Exhaustive, Mutant, Trained, mutate
from verify.core.check import Check, Settings, forget, survivors
from verify.core.judge import judge
from verify.core.mutants import judge_mutants, mutants_of
from verify.core.registry import check_of, mutants_by_reference
from verify.core.verdict import Decision

SOURCE = Source(
    Paper("doe2020", "On Things", "Doe, Jane", "Journal", 2020),
    "",
    seen=Seen.NOTHING,
    standing=Standing.DERIVED_HERE,
)
n = Real("n", at_least=1, grid=(2, 3, 5))
size = Observable("size", (n,), "s", "a size")
LADDER = tuple(10**k for k in range(1, 8))
THING = "made-up.mutated"


def bound_to(statement, measure, *mutants, resolution=1e-3, points=None, domain=None):
    claim = Claim(
        id=THING,
        title="A thing",
        says="It is so.",
        statement=statement,
        domain=domain or Domain(n),
        source=SOURCE,
        observables=(size,),
    )
    quick = {"quick": Settings(resolution, 1e-3)}
    return claim, Check(claim, measure, quick, points, LADDER, mutants=mutants)


def outcomes(statement, measure, *mutants, **further):
    claim, check = bound_to(statement, measure, *mutants, **further)
    assert judge(claim, check).verdict is Decision.CONFIRMED
    return {o.mutant: o for o in judge_mutants(claim, check, tier="quick", seed=0)}


@pytest.mark.parametrize(
    "statement, measure, domain",
    [
        (Identity(size(), n**2 + 3 * n), lambda n: Exact(n**2 + 3 * n), None),
        (Identity(size(), 0), lambda n: Exact(0), None),
        (Identity(size(), sympy.exp(n)), lambda n: Exact(sympy.exp(n)), None),
        (Bound(n, "<=", size(), "<=", 3 * n), lambda n: Exact(2 * n), None),
        (Bound(n, ">=", size()), lambda n: Exact(1 - n), None),
        (Equivalent(size(), n**2, as_=(n, sympy.oo)), lambda n: Exact(n**2 + n), None),
        (Rate(size(), n, 2), lambda n: Exact(3 * n**2 + n), None),
        (
            ForAll("bit", "it is one"),
            lambda: Exhaustive([(0, True), (1, True)]),
            Domain(),
        ),
        (
            Trend("error", "A", "B", "lower"),
            lambda: Trained(np.zeros(12), np.ones(12)),
            Domain(),
        ),
    ],
)
def test_every_automatic_mutant_of_a_true_claim_is_killed(statement, measure, domain):
    found = outcomes(statement, measure, domain=domain)
    assert found
    assert {o.outcome for o in found.values()} == {"killed"}
    assert all(o.reason and not o.found and not o.unexplained for o in found.values())


def test_the_same_in_other_words_is_equivalent():
    found = outcomes(
        Identity(size(), (n + 1) ** 2),
        lambda n: Exact((n + 1) ** 2),
        Mutant("multiplied out", Identity(size(), n**2 + 2 * n + 1)),
        Mutant("wrongly multiplied out", Identity(size(), n**2 + n + 1)),
        Mutant("measured otherwise", Identity(size(), (n + 1) ** 2), measure=lambda n: Exact(n)),
        Mutant("the bound instead", Bound(size(), "<=", (n + 1) ** 2 - 1)),
    )
    assert found["multiplied out"].outcome == "equivalent"
    assert found["wrongly multiplied out"].outcome == "killed"
    assert found["measured otherwise"].outcome == "killed"
    assert found["the bound instead"].outcome == "killed"
    for statement in (
        Bound(size(), "<=", n),
        Equivalent(size(), n, as_=(n, sympy.oo)),
        Rate(size(), n, 1),
    ):
        same = outcomes(statement, lambda n: Exact(n), Mutant("itself", statement))
        assert same["itself"].outcome == "equivalent"


def test_a_survivor_needs_a_reason_and_tells_what_was_found():
    weaker = Mutant("a weaker bound", Bound(size(), "<=", 2 * n))
    failing = Mutant("a measurement that stops", measure=lambda n: 1 / 0)
    try:
        found = outcomes(Bound(size(), "<=", n), lambda n: Exact(n - 1), weaker, failing)
        assert found["a weaker bound"].unexplained
        assert found["a weaker bound"].found == "confirmed: agreed at 3 points"
        assert found["a measurement that stops"].unexplained
        assert "inconclusive: the check stopped: ZeroDivisionError" in (
            found["a measurement that stops"].found
        )
        claim, _ = bound_to(Bound(size(), "<=", n), None)
        mutate(claim, survives={"a weaker bound": "it is true"})
        found = outcomes(Bound(size(), "<=", n), lambda n: Exact(n - 1), weaker)
        assert not found["a weaker bound"].unexplained
        assert found["a weaker bound"].reason == "it is true"
    finally:
        forget([THING])


def test_a_hypothesis_is_dropped_by_points_beyond_it():
    wider = Domain(Real("n", at_least=-5, grid=(1,)))
    found = outcomes(
        Bound(size(), ">=", 1),
        lambda n: Exact(n),
        Mutant("for all n", points=iter([{"n": -2}]), domain=wider),
        Mutant("outside the domain, without widening it", points=[{"n": -2}]),
    )
    assert found["for all n"].outcome == "killed"
    assert found["outside the domain, without widening it"].outcome == "survived"


@pytest.mark.parametrize("prediction", [sympy.log(n - n), sympy.zoo])
def test_a_prediction_without_a_value_kills_nothing(prediction):
    claim, check = bound_to(Identity(size(), prediction), lambda n: Exact(n))
    assert all(o.outcome != "killed" for o in judge_mutants(claim, check, tier="quick", seed=0))


def test_a_constant_is_moved_beyond_the_resolution():
    for resolution in (1e-6, 1e-3, 0.1):
        claim, check = bound_to(
            Identity(size(), n), lambda n: Exact(n), resolution=resolution, points=[{"n": 2}]
        )
        mutants = list(mutants_of(claim, check))
        assert mutants
        for mutant in mutants:
            wrong = check.as_mutant(mutant)
            assert judge(wrong.claim, wrong).verdict is Decision.REFUTED


def no_unexplained_survivor(claims):
    for claim in claims:
        check = check_of(claim)
        if check is None:
            continue
        names = {mutant.name for mutant in mutants_of(claim, check)}
        stale = set(survivors(claim)) - names
        assert not stale, f"{claim.id} excuses mutants that do not exist: {stale}"
        for outcome in mutants_by_reference(claim.id, "quick", 0, None):
            assert outcome["outcome"] in ("killed", "equivalent", "survived")
            if outcome["outcome"] == "survived":
                assert outcome["reason"], f"{claim.id}: {outcome['mutant']}: {outcome['found']}"


def test_no_unexplained_survivor_among_the_finite_data_claims():
    no_unexplained_survivor(catalogue.select(["assoc-scaling.finite-data-*"]))


@pytest.mark.slow
def test_no_unexplained_survivor_in_the_catalogue():
    no_unexplained_survivor(catalogue.select(()))
