"""Steps that a newcomer writes: those that must be seen, each kind beside steps that are false.

The rules are `Nonnegative`, `Expansion`, `ExactSum`, `Telescoping`, `WidenSum` and `ClosedForm`.
The comments say where a step is false.
"""

import pytest
from sympy import (
    E,
    EulerGamma,
    KroneckerDelta,
    Rational,
    Sum,
    Symbol,
    binomial,
    digamma,
    exp,
    factorial,
    harmonic,
    log,
    oo,
    pi,
    sin,
    sqrt,
    sympify,
    zeta,
)

from theory import (
    Bound,
    ByClaim,
    Claim,
    Derivation,
    Domain,
    Equivalent,
    ExactSum,
    Expansion,
    Integer,
    Natural,
    Nonnegative,
    Real,
    Seen,
    Source,
    Standing,
    Step,
    Vector,
    definition,
)
from theory.core.rule import examine
from theory.core.rules.asymptotics import is_negligible
from theory.core.rules.comparison import WidenSum
from theory.core.rules.hypotheses import Telescoping
from theory.core.rules.iteration import ClosedForm, Iterate
from theory.core.rules.monotone import AboveTangent

n, m, r = Natural("n", at_least=1), Natural("m", at_least=0), Natural("r", at_least=1)
whole = Integer("z")
p = Real("p", above=0, below=1)
up_to_one = Real("u", above=0, at_most=1)
a = Real("a", above=0)
b = Real("b", at_least=1)
any_sign = Real("c")
x, y = Real("x", at_least=0), Real("y", at_least=0)
A, B, C = (Real(name, at_least=0) for name in "ABC")
k = Symbol("k", integer=True, nonnegative=True)
j = Symbol("j", integer=True, positive=True)
i = Symbol("i", integer=True)
q = Symbol("q", real=True)

PLAIN = Domain(n, m, r, whole, p, up_to_one, a, b, any_sign, x, y)
ORDERED = Domain(A, B, C, where=(A.symbol <= B.symbol, B.symbol <= C.symbol))
FROM_M = PLAIN.within(k, m, oo, discrete=True)


def status(rule, before, after, domain=PLAIN):
    return str(examine(rule, sympify(before), sympify(after), domain).status)


UP, DOWN = Nonnegative("<="), Nonnegative(">=")


@pytest.mark.parametrize(
    "rule, before, after, domain",
    [
        (DOWN, sqrt(a) + (x - sqrt(a)) ** 2 / (1 + x), sqrt(a), PLAIN),
        (UP, 1, b ** (k - m), FROM_M),
        (UP, p ** (k - m), 1, FROM_M),
        (UP, exp(-a) * a**k, exp(-a) * a**k * b ** (k - m), FROM_M),
        (UP, A, C, ORDERED),
        (UP, A * B, C**2, ORDERED),
    ],
)
def test_signs_are_seen(rule, before, after, domain):
    assert status(rule, before, after, domain) == "proved"


@pytest.mark.parametrize(
    "rule, before, after, domain",
    [
        (DOWN, sqrt(a) + (x - sqrt(a)) ** 3 / (1 + x), sqrt(a), PLAIN),  # x = 0
        (UP, sqrt(any_sign) * x, (any_sign + x**2) / 2, PLAIN),  # complex below 0
        (UP, 1, b ** (k - m), PLAIN.within(k, 0, oo, discrete=True)),  # k below m
        (UP, 1, a ** (k - m), FROM_M),  # a below 1
        (UP, b ** (k - m), 1, FROM_M),  # b = 2
        (UP, p ** (m - k), 1, FROM_M),
        (UP, C, A, ORDERED),
        (UP, B**2, A * C, ORDERED),  # 0, 1, 1
        (UP, B, A + C, Domain(A, B, C, where=(A.symbol <= B.symbol, A.symbol <= C.symbol))),
        # one symbol for b^j would have made the two terms cancel: it is 1 - b
        (UP, 0, Sum(b**j * (3 - 2 * j), (j, 1, 2)), PLAIN),
        (UP, 0, Sum(b**k * (1 - 2 * KroneckerDelta(k, 1)), (k, 0, 1)), PLAIN),
    ],
)
def test_wrong_signs_are_not(rule, before, after, domain):
    assert status(rule, before, after, domain) != "proved"


H = harmonic(n)


@pytest.mark.parametrize(
    "before, after, order",
    [
        (H, log(n) + EulerGamma, 1),
        (H - log(n) - EulerGamma, 1 / (2 * n), 1),
        (log(n + 1) - log(n), 1 / n, 1),
        (n * log(1 + a / n), a, 1),
        (log(factorial(n)), n * log(n) - n, 1),
        (harmonic(2 * n) - harmonic(n), log(2), 1),
        (harmonic(n, Rational(1, 2)), 2 * sqrt(n), 0),
        (harmonic(n, 2), pi**2 / 6, 1),
        (binomial(2 * n, n) / (n + 1), 4**n / sqrt(pi * n**3), 1),
        (binomial(3 * n, n), sqrt(3 / (4 * pi * n)) * Rational(27, 4) ** n, 1),
        (factorial(n), sqrt(2 * pi * n) * (n / E) ** n * (1 + 1 / (12 * n)), 2),
    ],
)
def test_expansions_with_logarithms_and_exponentials(before, after, order):
    rule = Expansion(n)
    assert status(rule, before, after) == "proved"
    assert order <= rule.gap_order(sympify(before), sympify(after), PLAIN) < order + 1


@pytest.mark.parametrize(
    "before, after",
    [
        (H, 2 * log(n)),
        (H - log(n), 1),  # it is .577
        (H - log(n) - EulerGamma, 1 / n),
        (log(n + 1) - log(n), 2 / n),
        (log(n) ** 2, log(n)),
        (log(factorial(n)) - n * log(n) + n, log(n)),  # half of that
        (harmonic(2 * n) - harmonic(n), log(3)),
        (harmonic(n, Rational(1, 2)), sqrt(n)),
        (binomial(2 * n, n), 4**n / sqrt(2 * pi * n)),
        (binomial(2 * n, n), 5**n / sqrt(pi * n)),
        ((a - 1) * log(n) + 1, (a - 1) * log(n)),  # a = 1
        (any_sign * 4**n + 2**n, any_sign * 4**n),  # c = 0
        ((-1) ** n * log(n), log(n)),
        (log(n) * sin(n), log(n + 1)),
        (4**n, (4 + 1 / n) ** n),  # off by exp(1/4)
    ],
)
def test_wrong_expansions_are_not_proved(before, after):
    assert status(Expansion(n), before, after) != "proved"


@pytest.mark.parametrize(
    "before, after, order",
    [
        (H, log(n) + EulerGamma, 2),
        (H, log(n), 1),  # the gap is .577 / log n
        (log(n) * n + n, n * log(n), 1),
        (n**2 + n * log(n), n**2, 1),  # log n / n
        (binomial(2 * n, n), 4**n / sqrt(pi * n), 2),
    ],
)
def test_too_high_an_order_is_not_concluded(before, after, order):
    claim = Claim(
        id="newcomer.order",
        title="",
        says="",
        statement=Equivalent(before, after, as_=(n, oo), order=order),
        domain=Domain(n),
        source=Source(None, "made up", Seen.NOTHING, Standing.DERIVED_HERE),
        derivation=Derivation(Step(before, by=definition), Step(after, by=Expansion(n))),
    )
    assert str(claim.derivation_report().worst) == "undecided"


@pytest.mark.parametrize(
    "remainder, negligible",
    [
        (1 / factorial(n + 1), True),
        (exp(n) * n**5 / factorial(n), True),
        (n**n / factorial(n), False),  # e^n
        (exp(n**2) / factorial(n), False),
        (factorial(n) / exp(n), False),
    ],
)
def test_what_decays_like_a_factorial_is_below_every_power(remainder, negligible):
    found = is_negligible(remainder, 1, n.symbol, oo, PLAIN)
    assert (str(found.status) == "proved") is negligible


@pytest.mark.parametrize(
    "before, after",
    [
        (Sum(k * (1 - p) * p**k, (k, 0, oo)), p / (1 - p)),
        (Sum(k**2 * p**k, (k, 1, oo)), p * (1 + p) / (1 - p) ** 3),
        (Sum(exp(-k * a) * exp(-k), (k, 0, oo)), 1 / (1 - exp(-a - 1))),
        (Sum(exp(a * k), (k, 0, n)), (exp(a * (n + 1)) - 1) / (exp(a) - 1)),
        (Sum(k * exp(-a) * a**k / factorial(k), (k, 0, oo)), a),
        (Sum(k * binomial(n, k) * p**k * (1 - p) ** (n - k), (k, 0, n)), n * p),
        (Sum(1 / (k + 1), (k, 0, n - 1)), H),
        (Sum(1 / (r + j - 1), (j, 1, n)), harmonic(n + r - 1) - harmonic(r - 1)),
        (Sum(1 / (j + r) ** 2, (j, 1, oo)), zeta(2) - harmonic(r, 2)),
    ],
)
def test_sums_in_closed_form(before, after):
    assert status(ExactSum(), before, after) == "proved"


@pytest.mark.parametrize(
    "before, after",
    [
        (Sum(k * p**k, (k, 1, oo)), 1 / (1 - p) ** 2),
        (Sum(k * up_to_one**k, (k, 0, oo)), up_to_one / (1 - up_to_one) ** 2),  # infinite at 1
        (Sum(k * a**k, (k, 0, oo)), a / (1 - a) ** 2),
        (Sum((-a) ** k, (k, 0, oo)), 1 / (1 + a)),  # a = 2
        (Sum(a**k, (k, 0, n)), (1 - a ** (n + 1)) / (1 - a)),  # a = 1
        (Sum(a**k / factorial(k), (k, 1, oo)), exp(a)),
        (Sum(a**k / factorial(k), (k, 0, n)), exp(a)),
        (Sum(k * binomial(n, k) * p**k, (k, 0, n)), n * p * (1 + p) ** n),
        # m = 0: the sum is empty, and (1 + p)^-1 is not 0
        (Sum(binomial(m - 1, k) * p**k, (k, 0, m - 1)), (1 + p) ** (m - 1)),
        (Sum(k * binomial(n, k) * p**k, (k, 0, m)), m * p * (1 + p) ** (m - 1)),
        (Sum(1 / (k + whole), (k, 0, n)), harmonic(n + whole) - harmonic(whole - 1)),  # z = 0
        (Sum(1 / (j + r), (j, 1, oo)), zeta(1 + p) - harmonic(r)),
        (Sum(1 / (r + j - 1), (j, 1, n)), harmonic(n + r) - harmonic(r)),
        (Sum(p**k, (k, m, whole)), (p**m - p ** (whole + 1)) / (1 - p)),  # z far below m
    ],
)
def test_wrong_sums_are_not_proved(before, after):
    assert status(ExactSum(), before, after) != "proved"


@pytest.mark.parametrize(
    "primitive, before, after, right",
    [
        (-1 / j, Sum(1 / (j * (j + 1)), (j, 1, oo)), 1, True),
        (-1 / j, Sum(1 / (j * (j + 1)), (j, 1, oo)), 2, False),
        (
            harmonic(r + j - 2),
            Sum(1 / (r + j - 1), (j, 1, n)),
            harmonic(n + r - 1) - harmonic(r - 1),
            True,
        ),
        (j * (j - 1) / 2, Sum(j, (j, 1, oo)), 0, False),
        (sin(j), Sum(sin(j + 1) - sin(j), (j, 1, oo)), -sin(1), False),  # no limit
        # both ends infinite, every step finite
        (digamma(-k), Sum(1 / (k + 1), (k, m, n + m)), digamma(-n - m - 1) - digamma(-m), False),
    ],
)
def test_telescoping_sums(primitive, before, after, right):
    assert (status(Telescoping(primitive), before, after) == "proved") is right


@pytest.mark.parametrize(
    "before, after, right",
    [
        (Sum(p**k, (k, m, oo)), Sum(p**k, (k, 0, oo)), True),
        (Sum(p**k, (k, 1, n)), Sum(p**k, (k, 0, n + r)), True),
        (Sum(p**k, (k, 0, n + r)), Sum(p**k, (k, 1, n)), False),
        (Sum(p**k, (k, 0, n)), Sum(p**k, (k, 0, n - 1)), False),
        (Sum(i, (i, 1, n)), Sum(i, (i, -5, n)), False),  # -15 less
        (Sum(3 - i, (i, 1, 2)), Sum(3 - i, (i, 1, n + 2)), False),
        (-Sum(p**k, (k, m, oo)), -Sum(p**k, (k, 0, oo)), False),
        (Sum(p**k, (k, m, oo)), Sum(p**k, (k, m, n + m)), False),
    ],
)
def test_wider_sums(before, after, right):
    assert (status(WidenSum(), before, after) == "proved") is right


s = Symbol("s", positive=True)


def iterates(body, start, times=n, variable=q):
    return Iterate(body, (variable, sympify(start), sympify(times)))


@pytest.mark.parametrize(
    "before, closed, after, right",
    [
        (iterates(4 * q * (1 - q), sin(a) ** 2), sin(2**k * a) ** 2, sin(2**n * a) ** 2, True),
        (iterates(s / (1 + s), a, n, s), a / (1 + k * a), a / (1 + n * a), True),
        (2 * iterates(q**2, p, m), p ** (2**k), 2 * p ** (2**m), True),
        (iterates(q / (1 - q), a), a / (1 - k * a), a / (1 - n * a), False),  # a = 1/2: 1/0
        (iterates(4 * q * (1 - q), sin(a)), sin(2**k * a) ** 2, sin(2**n * a) ** 2, False),
        (iterates(q + 1, a), a + 2 * k, a + 2 * n, False),
        (iterates(q + 1, a), a + k, a + n + 1, False),
        (iterates(q + 1, a, whole), a + k, a + whole, False),  # how is it done -2 times?
        (iterates(q + k, a), a + k**2, a + n**2, False),  # the index is the map's
        (iterates(2 * q, a), 2**k * q, 2**n * q, False),
    ],
)
def test_iterates_in_closed_form(before, closed, after, right):
    assert (status(ClosedForm(closed, k), before, after) == "proved") is right


def test_an_index_of_another_kind_is_refused():
    before, after = iterates(q + 1, a), a + n
    assert status(ClosedForm(a + j, j), before, after) != "proved"
    assert status(ClosedForm(a + q, q), before, after) != "proved"


@pytest.mark.parametrize(
    "entry, least, left_out, right",
    [
        (Real("v", above=0), 1, 0, True),
        (Real("v", at_least=0), 1, 0, False),  # all of them 0
        (Real("v", above=0), 0, 0, False),  # none of them
        (Real("v", above=0), 1, 1, False),
    ],
)
def test_a_total_of_positive_entries_is_positive_if_there_is_one(entry, least, left_out, right):
    size = Natural("n", at_least=least)
    v, u = Vector("v", length=size, entry=entry), Real("u", above=0)
    total = Sum(v[j], (j, 1, size - left_out))
    tangent = Claim(
        id="newcomer.tangent",
        title="",
        says="",
        statement=Bound(log(u), "<=", u - 1),
        domain=Domain(u),
        source=Source(None, "made up", Seen.NOTHING, Standing.DERIVED_HERE),
        derivation=Derivation(
            Step(log(u), by=definition), Step(u - 1, by=AboveTangent(log(u), u, 1, concave=True))
        ),
    )
    found = status(ByClaim(tangent, {u: total}), log(total), total - 1, Domain(size, v))
    assert (found == "proved") is right
