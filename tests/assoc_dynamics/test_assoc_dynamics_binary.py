"""Two labels: what the claims say, by other means; and rules that must not pass wrong steps."""

import numpy as np
import pytest
from sympy import KroneckerDelta, Symbol, exp

from numerics.assoc_dynamics import binary, memory
from theory import Status
from theory.assoc_dynamics import binary as theory
from theory.assoc_dynamics import model
from theory.assoc_dynamics.curvature import hessian_convex_sharpness
from theory.assoc_dynamics.model import E, f, k, q
from theory.assoc_dynamics.view_rules import Differentiated, EitherLabel, Named
from theory.core.catalogue import claims_of
from theory.core.rules.finite_sums import FiniteSums


@pytest.mark.parametrize("claim", claims_of(theory), ids=lambda claim: claim.id)
def test_every_step_is_proved(claim):
    report = claim.derivation_report()
    assert report.worst is Status.PROVED, report


def test_the_loss_falls_at_the_rate_of_the_mobilities():
    rng = np.random.default_rng(2)
    z, p, m = rng.standard_normal((4, 2)), rng.dirichlet(np.ones(4)), rng.standard_normal(4)
    mobility = 2 * z @ z.T
    pushes = p / (1 + np.exp(m))
    rate = -pushes @ mobility @ pushes
    h = 1e-4
    later, later_still = binary.loss(binary.flow_margins(m, mobility, p, [h, 2 * h]), p)
    slope = (4 * later - later_still - 3 * binary.loss(m, p)) / (2 * h)
    assert slope == pytest.approx(rate, rel=1e-6)


def test_signs_of_labels_decide_between_help_and_interference():
    e = np.array([[1.0, 0.0], [0.6, 0.8]])
    p = [0.9, 0.1]
    for labels, helps in (([0, 0], True), ([0, 1], False)):
        path = memory.descend(np.zeros((2, 2)), e, np.eye(2), p, labels, 0.1, 1)
        table = memory.scores(path[-1], e, np.eye(2))
        margin = table[labels[1], 1] - table[1 - labels[1], 1]
        assert (margin > 0) == helps


def checked(rule, before, after, domain=theory.binary_particles.domain):
    return rule.check(before, after, domain).status


def test_both_labels_must_agree():
    first = KroneckerDelta(f[k], 1)
    assert checked(EitherLabel(f[k]), theory.sign(k), 2 * first - 1) is Status.PROVED
    assert checked(EitherLabel(f[k]), theory.sign(k), 1 - 2 * first) is not Status.PROVED
    assert checked(EitherLabel(f[k]), theory.sign(k), first) is not Status.PROVED
    many = hessian_convex_sharpness.domain  # with M labels there are more cases
    assert checked(EitherLabel(f[k]), theory.sign(k), 2 * first - 1, many) is Status.UNDECIDED
    assert checked(EitherLabel(q[k]), q[k], q[k]) is Status.UNDECIDED


def test_named_views_are_arbitrary_numbers():
    rule = Named(FiniteSums(), theory.margin, of=E)
    margin = theory.margin(k)
    assert checked(rule, exp(-margin) * exp(margin), exp(0)) is Status.PROVED
    assert checked(rule, exp(-margin), exp(margin)) is Status.UNDECIDED
    assert checked(rule, margin, 2 * margin) is not Status.PROVED
    other = theory.margin(Symbol("other", integer=True, positive=True))
    assert checked(rule, margin, other) is not Status.PROVED


def test_derivatives_are_carried_out_before_views_are_named():
    rule = Differentiated(Named(FiniteSums(), theory.lead_of_right, of=E))
    before = theory.binary_particles_dissipation.derivation.steps[0].expression
    domain = theory.binary_particles_dissipation.domain
    assert checked(rule, before, -theory.slopes, domain) is Status.PROVED
    assert checked(rule, before, theory.slopes, domain) is not Status.PROVED
    assert checked(rule, before, -2 * theory.slopes, domain) is not Status.PROVED


def test_margins_are_recognised():
    assert theory.is_margin(theory.margin(k)) and theory.is_margin(-theory.margin(k))
    assert not theory.is_margin(2 * theory.margin(k))
    assert not theory.is_margin(model.score(1, k) - model.score(2, k))
