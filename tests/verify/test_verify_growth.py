"""Limits and rates on a ladder: what is approached slowly is not confirmed by haste."""

import math
from fractions import Fraction

import numpy as np
import pytest
import sympy
from flint import arb
from hypothesis import assume, given
from hypothesis import strategies as st

from theory import (
    Claim,
    ClaimError,
    Domain,
    Equivalent,
    Observable,
    Rate,
    Real,
    Seen,
    Source,
    Standing,
)
from theory.core.source import Paper
from verify import Exact
from verify.core.check import Check, Settings
from verify.core.extrapolation import Limit, extrapolate
from verify.core.findings import Finding
from verify.core.judge import judge
from verify.core.verdict import Decision, How

CONFIRMED, REFUTED, INCONCLUSIVE = Decision.CONFIRMED, Decision.REFUTED, Decision.INCONCLUSIVE
SOURCE = Source(
    Paper("doe2020", "On Things", "Doe, Jane", "Journal", 2020),
    "",
    seen=Seen.NOTHING,
    standing=Standing.DERIVED_HERE,
)
n = Real("n", above=0, grid=(10, 100, 1000, 10**4, 10**5))
size = Observable("size", (n,), "s", "a size")
LADDER = tuple(10**k for k in range(1, 9))


def tried(statement, measure, ladder=LADDER, resolution=1e-3):
    """The verdict on a statement about growth with this measurement."""
    said = Claim(
        id="made-up.growth",
        title="Growth",
        says="It grows.",
        statement=statement,
        domain=Domain(n),
        source=SOURCE,
        observables=(size,),
    )
    quick = Settings(resolution)
    points = [{"n": ladder[0]}] if ladder else None
    check = Check(said, lambda n: measure(n), {"quick": quick}, points, ladder)
    return judge(said, check)


def tends(function, order=0, **further):
    """The verdict on size(n) = 1 (1 + o(1)), or with an order of the gap, for size = function."""

    def measured(n):
        value = function(n)
        return value if isinstance(value, Exact) else Exact(value)

    return tried(Equivalent(size(), 1, as_=(n, sympy.oo), order=order), measured, **further)


def finding(function, ladder=LADDER, resolution=1e-3, noise=0.0):
    """What the bracket says about a limit 0 of a function."""
    limit = extrapolate(ladder, [function(x) for x in ladder], noise, resolution / 10)
    return limit.within(resolution)


# --------------------------------------------------------------------------- the bracket


@given(
    st.floats(-10, 10),
    st.floats(0.01, 3),
    st.sampled_from([-3.0, -1.0, 0.5, 2.0]),
    st.lists(st.floats(1.5, 20), min_size=4, max_size=7),
)
def test_a_power_is_bracketed(limit, exponent, size_, factors):
    """On any ladder, evenly spaced or not."""
    ladder = list(np.cumprod([2.0, *factors]))
    values = [limit + size_ * x**-exponent for x in ladder]
    found = extrapolate(ladder, values, 1e-13)
    assert found.low <= limit + 1e-11 and limit - 1e-11 <= found.high


@given(
    st.floats(-10, 10),
    st.floats(0.2, 4),
    st.sampled_from([-3.0, -1.0, 0.5, 2.0]),
    st.floats(1.5, 20),
)
def test_a_power_of_a_logarithm_is_bracketed(limit, exponent, size_, factor):
    ladder = [2.0 * factor**k for k in range(7)]
    values = [limit + size_ * math.log(x) ** -exponent for x in ladder]
    found = extrapolate(ladder, values, 1e-13)
    assert found.low <= limit + 1e-9 and limit - 1e-9 <= found.high


@given(st.floats(-5, 5), st.floats(0.3, 2), st.floats(0.2, 3), st.floats(-2, 2))
def test_two_powers_of_one_sign_are_bracketed(limit, slow, gap, size_):
    """The faster one is still there at the end: the bracket is wider, and holds."""
    assume(abs(size_) > 0.01)
    fast = slow + gap

    def function(x):
        return limit + size_ * (x**-slow + x**-fast)

    found = extrapolate(LADDER, [function(x) for x in LADDER], 1e-13)
    assert found.low <= limit + 1e-11 and limit - 1e-11 <= found.high


@given(st.floats(-3, 3), st.floats(-3, 3), st.floats(1e-9, 1))
def test_scale_shift_and_reflection(limit, shift, scale):
    values = [limit + 1 / math.log(x) for x in LADDER]
    found = extrapolate(LADDER, values, 0)
    for sign in (1, -1):
        moved = extrapolate(LADDER, [sign * scale * (v + shift) for v in values], 0)
        ends = sorted(sign * scale * (end + shift) for end in (found.low, found.high))
        assert [moved.low, moved.high] == pytest.approx(ends, abs=1e-6 * scale + 1e-12)


@given(st.lists(st.floats(-1e3, 1e3), min_size=4, max_size=8), st.floats(0, 10))
def test_the_bracket_is_in_order_and_as_wide_as_the_noise(values, noise):
    ladder = LADDER[: len(values)]
    found = extrapolate(ladder, values, 0.0)
    noisy = extrapolate(ladder, values, noise)
    for limit in (found, noisy):
        assert limit.low <= limit.high
        assert not math.isnan(limit.low) and not math.isnan(limit.high)
    assert noisy.high - noisy.low >= noise * 0.999 - 1e-9


@pytest.mark.parametrize(
    "ladder, values",
    [
        ((10, 100, 1000), (1, 2, 3)),
        ((), ()),
        ((10, 100, 1000, 10**4), (1, 2, 3)),
        ((10, 100, 100, 1000), (1, 2, 3, 4)),
        ((1000, 100, 10, 2), (1, 2, 3, 4)),
        ((10, 1000, 100, 10**4), (1, 2, 3, 4)),
        ((0.1, 0.2, 0.3, 0.4), (1, 2, 3, 4)),
    ],
)
def test_ladders_that_are_none(ladder, values):
    with pytest.raises(ClaimError):
        extrapolate(ladder, values, 0)


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_values_that_are_none(bad):
    for position in range(4):
        values = [1.0, 0.5, 0.25, 0.125]
        values[position] = bad
        with pytest.raises(ArithmeticError):
            extrapolate((2, 4, 8, 16), values, 0)
    with pytest.raises(ArithmeticError):
        extrapolate((2, 4, 8, 16), [1, 0.5, 0.25, 0.125], math.nan)


def test_the_four_ways_to_end():
    assert extrapolate(LADDER, [5.0] * 8, 0) == Limit(5.0, 5.0)
    oscillating = [(-0.5) ** k for k in range(8)]
    limit = extrapolate(LADDER, oscillating, 0)
    assert limit.low <= 0 <= limit.high and limit.high - limit.low < 0.1
    swinging = [(-1.0) ** k for k in range(8)]
    assert extrapolate(LADDER, swinging, 0) == Limit(-math.inf, math.inf)
    steady = extrapolate(LADDER, [float(k) for k in range(8)], 0)
    assert steady == Limit(7.0, math.inf)
    woken = extrapolate(LADDER, [0, 0, 0, 0, 0, 0, 0, 1.0], 0)
    assert woken == Limit(-math.inf, math.inf)


# ---------------------------------------------------------- false limits, and how they hide

SLOW = {
    "1/log n": lambda x: 1 / math.log(x),
    "1/sqrt(log n)": lambda x: 1 / math.sqrt(math.log(x)),
    "1/log^2 n": lambda x: 1 / math.log(x) ** 2,
    "n^-0.02": lambda x: x**-0.02,
    "n^-0.1": lambda x: x**-0.1,
    "n^-0.3": lambda x: x**-0.3,
    "log n / n^0.2": lambda x: math.log(x) * x**-0.2,
    "1/log n + 1/n": lambda x: 1 / math.log(x) + 1 / x,
    "1/loglog n": lambda x: 1 / math.log(math.log(x) + 2),
    "log log n / log n": lambda x: math.log(math.log(x)) / math.log(x),
}
LADDERS = {
    "tens": LADDER,
    "twos": tuple(2**k for k in range(3, 21)),
    "short": (10, 30, 100, 300, 1000),
    "long": tuple(10**k for k in range(2, 31, 2)),
    "fine": tuple(int(100 * 1.2**k) for k in range(30)),
    "steps": tuple(range(5, 40)),
}


def too_short(name, gap):
    """log n / n^0.2 still rises on a ladder that ends at 39: its fall cannot be seen there."""
    return name == "steps" and gap == "log n / n^0.2"


CASES = [
    pytest.param(SLOW[gap], LADDERS[name], id=f"{gap} on {name}")
    for gap in SLOW
    for name in LADDERS
    if not too_short(name, gap)
]


@pytest.mark.parametrize("gap, ladder", CASES)
def test_a_slow_approach_hides_no_false_limit(gap, ladder):
    """However the size of the correction is matched to the error of the limit.

    limit + c gap(n) is made to vanish at the end of the ladder, or where an extrapolation that
    believes in powers would put it. A limit that is off by two resolutions must not pass.
    """
    resolution = 1e-3
    by_itself = [gap(x) for x in ladder]
    aitken = by_itself[-1] - (by_itself[-1] - by_itself[-2]) ** 2 / (
        by_itself[-1] - 2 * by_itself[-2] + by_itself[-3]
    )
    for wrong in (2, 3, 10, 100, 1000):
        limit = wrong * resolution
        for target in {by_itself[-1], by_itself[-2], aitken, aitken / 2, aitken * 2}:
            if abs(target) < 1e-12:
                continue
            factor = -limit / target
            if abs(factor) > 1e3:  # no correction, but another function altogether
                continue
            found = finding(lambda x, c=factor, l=limit: l + c * gap(x), ladder, resolution)
            assert found is not Finding.AGREES, (wrong, target)


@pytest.mark.parametrize("gap, ladder", CASES)
@pytest.mark.parametrize("sign", [1, -1])
def test_a_slow_approach_refutes_no_true_limit(gap, ladder, sign):
    for factor in (1e-3, 0.03, 1, 30):
        found = finding(lambda x, c=sign * factor: c * gap(x), ladder)
        assert found is not Finding.CONTRADICTS


def test_two_powers_that_cancel_at_the_end_seldom_hide_a_false_limit():
    """Both sizes are solved for, so that the last two values vanish: a worst case made on purpose.

    What passes is rare, of two almost equal small powers, and off by less than 30 resolutions.
    """
    rng = np.random.default_rng(0)
    ladder, resolution, tries, passed = np.array(LADDER, float), 1e-3, 0, 0
    while tries < 2000:
        one, two = (ladder**-s for s in 10 ** rng.uniform(-1.5, 0.5, 2))
        limit = rng.choice([-1, 1]) * 2 * resolution * 500 ** rng.uniform()
        wanted = rng.uniform(-1, 1, 2) * resolution * rng.choice([0.01, 0.3, 1]) - limit
        sizes = np.linalg.solve([[one[-1], two[-1]], [one[-2], two[-2]]], wanted)
        if np.max(np.abs(sizes)) > 1e3:
            continue
        tries += 1
        values = limit + sizes[0] * one + sizes[1] * two
        if extrapolate(LADDER, values, 1e-15, resolution / 10).within(resolution) is Finding.AGREES:
            passed += 1
            assert abs(limit) < 30 * resolution
    assert passed < 0.03 * tries


def test_what_is_confirmed_beyond_what_is_seen():
    """The stated blind spots, so that nobody is surprised: these false limits pass."""
    late = finding(lambda x: 1.0 if x > 10**8 else 0.0)
    assert late is Finding.AGREES  # sets in beyond the ladder
    creeping = finding(lambda x: 1e-5 * math.log10(x))
    assert creeping is Finding.AGREES  # within the resolution until n = 10^100


def test_a_claim_about_a_slow_limit_is_left_open_and_decided_on_a_long_enough_ladder():
    def harmonic(x):
        euler = 0.5772156649015329
        return Exact(Fraction(1) + Fraction(euler / math.log(x)))

    assert tends(harmonic).verdict is INCONCLUSIVE
    verdict = tends(harmonic, ladder=tuple(10 ** (2**k) for k in range(2, 9)), resolution=0.05)
    assert verdict.verdict is CONFIRMED


def test_limits_that_are_reached_fast_enough():
    assert tends(lambda x: 1 + 3 / x).verdict is CONFIRMED
    assert tends(lambda x: 1 - x**-0.5).verdict is CONFIRMED
    assert tends(lambda x: 1 + (-0.5) ** round(math.log10(x)) / 10).verdict is CONFIRMED
    assert tends(lambda x: 1).verdict is CONFIRMED
    assert tends(lambda x: 1 + math.exp(-x)).verdict is CONFIRMED


@pytest.mark.parametrize(
    "function",
    [
        lambda x: 1.002,
        lambda x: 1.002 + 1 / x,
        lambda x: 0.998 - x**-0.5,
        lambda x: x**0.05,
        lambda x: x**-0.05,
        lambda x: x**0.001,
        lambda x: 2 * x**-0.05 + 1 / x,
        lambda x: math.log(x),
        lambda x: x,
        lambda x: -1,
        lambda x: -1 - 1 / x,
        lambda x: 1 / x - 0.5,
    ],
)
def test_limits_that_are_not_1(function):
    verdict = tends(function)
    assert (verdict.verdict, verdict.how) == (REFUTED, How.RATE)
    assert "\n" not in verdict.reason
    assert verdict.counterexample["point"] == {"n": LADDER[-1]}


@pytest.mark.parametrize(
    "function",
    [
        lambda x: (-1.0) ** round(math.log10(x)),
        lambda x: x**0.1 if x < 10**8 else 1.0,  # one step that happens to arrive
        lambda x: 1 + (1 if x == 10**7 else 0),
        lambda x: 2 if x > 10**7 else 1,
    ],
)
def test_values_without_a_way(function):
    assert tends(function).verdict is INCONCLUSIVE


def test_zero_is_no_sign():
    """Exactly 0 contradicts the limit 1; a ball around 0 leaves it open."""
    assert tends(lambda x: 0).verdict is REFUTED
    assert tends(lambda x: Exact(0, 1e-9)).verdict is INCONCLUSIVE
    assert tends(lambda x: Exact(0, 2.0)).verdict is INCONCLUSIVE


# --------------------------------------------------------------------------- noise


@pytest.mark.parametrize("error", [1e-2, 0.5, 3.0, 1e6])
@pytest.mark.parametrize("value", [1.0, 1.0005, 0.9, 1.1])
def test_values_known_too_coarsely_decide_nothing(value, error):
    assert tends(lambda x: Exact(value, error)).verdict is (
        REFUTED if error == 1e-2 and abs(value - 1) > 0.09 else INCONCLUSIVE
    )


@given(st.lists(st.floats(-1, 1), min_size=8, max_size=8), st.floats(1e-9, 1e-4))
def test_noise_within_its_bound_changes_no_verdict_to_its_opposite(signs, noise):
    """True limit 0 with errors as declared: never contradicted; a limit of 0.01: never agreed."""
    for limit, forbidden in ((0.0, Finding.CONTRADICTS), (0.01, Finding.AGREES)):
        values = [limit + 1 / x + noise * sign for x, sign in zip(LADDER, signs, strict=True)]
        found = extrapolate(LADDER, values, noise, 1e-5)
        assert found.within(1e-3) is not forbidden
        assert found.low <= limit <= found.high


def test_rounding_noise_settles():
    rng = np.random.default_rng(0)
    assert tends(lambda x: Exact(1 + 1e-15 * rng.standard_normal(), 5e-15)).verdict is CONFIRMED


@pytest.mark.parametrize("value", [math.nan, math.inf, 1e308 * 10])
def test_no_number_no_limit(value):
    for order in (0, 1, sympy.oo):
        verdict = tends(lambda x: value if x == LADDER[-1] else 1.0, order=order)
        assert verdict.verdict is INCONCLUSIVE and "\n" not in verdict.reason
    assert tends(lambda x: Exact(arb("nan"))).verdict is INCONCLUSIVE


@pytest.mark.parametrize("right", [sympy.Max(0, 5 - n), sympy.log(n - n)])
def test_a_prediction_of_nothing(right):
    verdict = tried(Equivalent(size(), right, as_=(n, sympy.oo)), lambda x: Exact(1))
    assert verdict.verdict is INCONCLUSIVE


@pytest.mark.parametrize(
    "ladder",
    [(10, 100, 1000), (10**4, 1000, 100, 10), (10, 10, 100, 1000, 10**4), (0.5, 2, 3, 4)],
)
def test_bad_ladders_are_told(ladder):
    verdict = tends(lambda x: 1, ladder=ladder)
    assert verdict.verdict is INCONCLUSIVE and "ladder" in verdict.reason


def test_without_a_ladder_the_grid_is_used():
    verdict = tends(lambda x: 1 + 1 / x**2, ladder=())
    assert verdict.verdict is CONFIRMED
    assert verdict.worst["detail"]["n"] == [10, 100, 1000, 10**4, 10**5]


def test_a_resolution_of_zero_cannot_be_met():
    assert tends(lambda x: 1, resolution=0).verdict is INCONCLUSIVE


# --------------------------------------------------------------------------- orders


@pytest.mark.parametrize("power", [0.5, 1, 2])
@pytest.mark.parametrize("order", [1, 2])
def test_the_order_of_the_gap(power, order):
    verdict = tends(lambda x: 1 + 3 * x**-power, order=order, ladder=LADDER[:6], resolution=0.05)
    assert verdict.verdict is (CONFIRMED if power >= order else REFUTED)


def test_an_order_that_is_not_seen_is_left_open():
    verdict = tends(lambda x: Exact(1, 1e-16), order=1)
    assert verdict.verdict is INCONCLUSIVE and "not seen" in verdict.reason


@pytest.mark.parametrize("power", [1, 3, 4, 5, 7])
def test_no_power_is_beyond_all_powers(power):
    verdict = tends(
        lambda x: Fraction(1) + Fraction(1, x**power), order=sympy.oo, ladder=LADDERS["twos"][:12]
    )
    assert verdict.verdict is not CONFIRMED
    if power < 4:
        assert verdict.verdict is REFUTED


@pytest.mark.parametrize("rate", [lambda x: x, lambda x: x**0.5, lambda x: math.log(x) ** 2])
def test_beyond_all_powers(rate):
    verdict = tends(
        lambda x: Fraction(1) + Fraction(math.exp(-rate(x))),
        order=sympy.oo,
        ladder=tuple(2**k for k in range(1, 10)),
    )
    assert verdict.verdict is CONFIRMED


# --------------------------------------------------------------------------- rates


def rate(function, exponent, form="power", **further):
    statement = Rate(size(), n, exponent, form)
    return tried(statement, lambda x: Exact(function(x)), **{"resolution": 0.01, **further})


STEPS = tuple(range(10, 200, 10))


@pytest.mark.parametrize(
    "function, form, ladder, slope",
    [
        (lambda x: 5 * x**-1.5, "power", LADDER, -1.5),
        (lambda x: 5 * x**-1.5 * (1 + 1 / x), "power", LADDER, -1.5),
        (lambda x: x**0.5 + 3, "power", LADDER, 0.5),
        (lambda x: 7 * math.exp(-0.4 * x), "exponential", STEPS, -0.4),
        (lambda x: math.exp(0.3 * x) / (1 + math.exp(-x)), "exponential", STEPS, 0.3),
        (lambda x: 2 * math.log(x) + 4 + 1 / x, "logarithmic", LADDER, 2),
        (lambda x: 1 - 3 * math.log(x), "logarithmic", LADDER, -3),
        (lambda x: 4, "power", LADDER, 0),
    ],
)
def test_a_rate(function, form, ladder, slope):
    slope = sympy.nsimplify(slope)
    assert rate(function, slope, form, ladder=ladder).verdict is CONFIRMED
    for shift in (-0.05, 0.05):
        wrong = rate(function, slope + sympy.nsimplify(shift), form, ladder=ladder)
        assert wrong.verdict is REFUTED
        assert wrong.counterexample["point"] == {"n": ladder[-1]}


@pytest.mark.parametrize("power", [-2, -1, 1, 2])
def test_logarithmic_factors_hide_no_false_rate(power):
    """x^-1 log(x)^p has slope -1 + p/log x: the slope at the end must not pass for the exponent."""

    def function(x):
        return x**-1.0 * math.log(x) ** power

    seen = math.log(function(10**8) / function(10**7)) / math.log(10)
    for claimed in (seen, (seen - 1) / 2):
        assert rate(function, sympy.nsimplify(claimed)).verdict is not CONFIRMED
    assert rate(function, -1).verdict is not REFUTED


def test_slopes_on_their_way_are_not_confirmed_as_they_pass():
    """The local slope is -1/2 at the end and steepens by 0.2 a decade: there is no power law."""

    def function(x):
        decades = math.log10(x)
        return 10 ** (-0.5 * decades - 0.1 * (decades - 7.5) ** 2)

    for claimed in (-0.5, -0.6, -0.7):
        assert rate(function, sympy.nsimplify(claimed)).verdict is not CONFIRMED


@pytest.mark.parametrize("value", [0, -1, math.nan, math.inf])
def test_a_power_law_is_about_positive_numbers(value):
    assert rate(lambda x: value, -1).verdict is INCONCLUSIVE


def test_numbers_beyond_floats():
    """exp(-40 n) is far below the smallest float; its logarithm is not."""
    verdict = tried(
        Rate(size(), n, -40, "exponential"),
        lambda x: Exact((arb(-40) * x).exp() * (1 + arb(1) / x)),
        ladder=tuple(range(10, 200, 10)),
        resolution=0.01,
    )
    assert verdict.verdict is CONFIRMED


def test_coarse_values_decide_no_rate():
    statement = Rate(size(), n, -1)
    verdict = tried(statement, lambda x: Exact(1 / x, 0.5 / x), resolution=0.01)
    assert verdict.verdict is INCONCLUSIVE
