"""Do random output embeddings interfere as claimed?"""

from __future__ import annotations

from sympy import KroneckerDelta, Rational, Sum, exp, sqrt

from numerics.assoc_scaling import crosstalk as numerics
from theory import Bound, Domain, Identity, NormalCDF, StudentCDF
from theory.assoc_scaling import crosstalk as theory
from theory.assoc_scaling.crosstalk import M, d, height
from verify import Exact, Mutant, Sampled, check_for, mutate

HEIGHTS = (0.1, 0.3, 0.5, 0.8)


@check_for(
    theory.cap_law,
    resolution=1e-11,
    points=[{"d": n, "epsilon": h} for n in (2, 3, 4, 10, 50, 300) for h in HEIGHTS],
)
def _(d, epsilon):
    return Exact(*numerics.cap_probability(d, epsilon))


mutate(
    theory.cap_law,
    Mutant(
        "d degrees of freedom",
        Identity(theory.cap(), StudentCDF(-sqrt(d) * theory.slope, d)),
    ),
    Mutant("a normal tail", Identity(theory.cap(), NormalCDF(-sqrt(d) * height))),
    Mutant("both signs", Identity(theory.cap(), 2 * theory.cap_tail)),
)


def directions(M, d, epsilon, stream):
    """Whether random directions are coherent."""

    def draw(first, count):
        return numerics.coherent(M, d, float(epsilon), stream, first, count)

    return Sampled(draw, bernoulli=True)


NEARLY = [
    {"M": n, "d": m, "epsilon": h}
    for n, m, h in (
        (2, 2, 0.95),
        (2, 3, 0.5),
        (2, 50, 0.25),
        (3, 10, 0.6),
        (10, 50, 0.5),
        (10, 200, 0.25),
        (50, 50, 0.65),
        (100, 200, 0.375),
    )
]
check_for(
    theory.quasi_orthogonal_sharp, resolution=0.02, points=NEARLY, full={"resolution": 0.005}
)(directions)
# Only where the bound says something: it is 0.99 at the point that is left out.
TELLING = [point for point in NEARLY if point != {"M": 3, "d": 10, "epsilon": 0.6}]
check_for(theory.quasi_orthogonal, resolution=0.02, points=TELLING, full={"resolution": 0.005})(
    directions
)
power = 1 - height.symbol**2
mutate(
    theory.quasi_orthogonal_sharp,
    Mutant(
        "the power d instead of (d - 1)/2",
        Bound(theory.coherence(), "<=", theory.pairs * power**d),
    ),
    Mutant(
        "not the number of pairs",
        Bound(theory.coherence(), "<=", theory.pair_bound / theory.pairs / 2),
    ),
)
mutate(
    theory.quasi_orthogonal,
    Mutant(
        "epsilon^2 instead of epsilon^2/2 in the exponent",
        Bound(theory.coherence(), "<=", M * (M - 1) * exp(-d * height.symbol**2)),
    ),
)

check_for(
    theory.quasi_orthogonal_capacity,
    resolution=0.02,
    points=[
        {"M": n, "d": m, "epsilon": h}
        for n, m, h in ((2, 10, 0.6), (5, 30, 0.5), (22, 50, 0.5), (50, 100, 0.4), (54, 400, 0.2))
    ],
    full={"resolution": 0.005},
)(directions)
mutate(
    theory.quasi_orthogonal_capacity,
    Mutant(
        "up to exp(d epsilon^2/2) directions",
        points=[{"M": 500, "d": 50, "epsilon": 0.5}],
        domain=Domain(M, d, height, where=(M.symbol <= exp(d * height.symbol**2 / 2),)),
    ),
    Mutant(
        "almost surely",
        Bound(theory.coherence(), "<=", Rational(1, 100)),
    ),
)


def random_outputs(d, M, stored, stream):
    """Whether stored inputs are misread when all embeddings are drawn."""

    def draw(first, count):
        return numerics.errors_with_random_outputs(d, M, stored, stream, first, count)

    return Sampled(draw, bernoulli=True)


def balanced(d, M, n, stream):
    """Classes of n stored inputs each."""
    return random_outputs(d, M, n * M, stream)


def own_class(d, N, stream):
    """Every input a class of its own."""
    return random_outputs(d, N, N, stream)


BALANCED = [
    {"d": m, "M": n, "n": k}
    for m, n, k in (
        (30, 2, 20),
        (30, 5, 6),
        (30, 10, 4),
        (30, 15, 4),
        (30, 20, 3),
        (30, 50, 3),
        (60, 20, 10),
        (100, 5, 100),
        (100, 20, 20),
        (100, 50, 8),
    )
]
FEWER = [{"d": 30, "M": 10, "n": 2}, {"d": 30, "M": 50, "n": 2}]

check_for(theory.role_of_M, resolution=0.01, points=BALANCED, full={"resolution": 0.004})(balanced)
check_for(
    theory.role_of_M_sharper,
    resolution=0.008,
    points=BALANCED + FEWER,
    full={"resolution": 0.003},
)(balanced)


def around(observable, formula, room):
    """The claim that an error is within ``room`` of a formula."""
    return Bound(formula - room, "<=", observable(), "<=", formula + room)


count, classes, dimensions = theory.each, theory.classes, theory.ordinary
orthogonal = theory.symbol_error(sqrt(dimensions), count, count, classes)
full = theory.symbol_error(sqrt(dimensions), count * classes, count * classes, classes)
mutate(
    theory.role_of_M,
    Mutant(
        "as if the output embeddings were orthogonal",
        around(theory.balanced_error, orthogonal, Rational(3, 100)),
    ),
    Mutant(
        "as if all energy were in one class", around(theory.balanced_error, full, Rational(3, 100))
    ),
)
sharper_noise = theory.pair_of - Rational(1, 2), theory.pair_of
leaking = theory.pair_of + theory.pair_of * (classes - 1) / dimensions + 1
short = Rational(1, 50)
mutate(
    theory.role_of_M_sharper,
    Mutant(
        "the two classes that compete leak as well",
        around(
            theory.sharper_error,
            theory.symbol_error(sqrt(dimensions), leaking, leaking, classes),
            short,
        ),
    ),
    Mutant(
        "no leak",
        around(
            theory.sharper_error,
            theory.symbol_error(sqrt(dimensions), *sharper_noise, classes),
            short,
        ),
    ),
)

SINGLE = [{"d": m, "N": n} for m, n in ((30, 60), (30, 100), (30, 200), (64, 204), (64, 409))]
check_for(
    theory.role_of_M_injective,
    resolution=0.01,
    points=SINGLE,
    full={"resolution": 0.005},
)(own_class)

N, m = theory.injective, theory.middling
mutate(
    theory.role_of_M_injective,
    Mutant(
        "as if the output embeddings were orthogonal",
        around(theory.injective_error, theory.symbol_error(sqrt(m), 1, 1, N), Rational(6, 100)),
    ),
    Mutant(
        "as if there were two classes",
        around(
            theory.injective_error,
            theory.symbol_error(sqrt(m), N / 2 * (1 + 1 / m), N / 2 * (1 + 1 / m), 2),
            Rational(6, 100),
        ),
    ),
)

check_for(
    theory.role_of_M_capacity,
    resolution=0.01,
    points=[{"d": n, "N": k} for n, k in ((30, 54), (64, 194), (100, 410), (128, 630))],
)(own_class)
anything = Domain(m, N)
mutate(
    theory.role_of_M_capacity,
    Mutant(
        "a capacity of Md / 4, for M beyond d as well",
        points=[{"d": 64, "N": 800}],
        domain=anything,
    ),
    Mutant("no error at all", Bound(theory.injective_error(), "<=", Rational(1, 20))),
)

check_for(
    theory.role_of_M_overload,
    resolution=0.01,
    points=[{"d": n, "N": k} for n, k in ((30, 175), (50, 420), (64, 640))],
)(own_class)
mutate(
    theory.role_of_M_overload,
    Mutant(
        "a capacity that does not depend on the number of classes",
        points=[{"d": 64, "N": 4 * 64}],
        domain=Domain(m, N, where=(N >= 4 * m,)),
    ),
)


def weighted_points(stream, count):
    """Few inputs with integer weights, small enough for every pattern of signs."""
    sizes = ((1, 2, 3), (2, 2, 3), (3, 2, 2), (4, 3, 2), (5, 3, 2), (3, 2, 3))
    for index in range(count):
        rng = stream.numpy(index)
        size, classes, dimension = sizes[index % len(sizes)]
        yield {
            "N": size,
            "M": classes,
            "d": dimension,
            "q": tuple(rng.integers(-5, 6, size=size).tolist()),
            "f": tuple(rng.integers(1, classes + 1, size=size).tolist()),
            "x": int(rng.integers(1, size + 1)),
            "y": int(rng.integers(1, classes + 1)),
        }


@check_for(
    theory.memory_visual_mean, resolution=0, points=weighted_points, count=12, full={"count": 40}
)
def _(N, M, d, q, f, x, y):
    return Exact(numerics.mean_score_of_signs(q, [c - 1 for c in f], M, d, x - 1, y - 1))


mutate(
    theory.memory_visual_mean,
    Mutant("whatever the class", Identity(theory.mean_score(), theory.q[theory.x])),
    Mutant(
        "the weights of the whole class",
        Identity(
            theory.mean_score(),
            Sum(
                theory.q[theory.k] * KroneckerDelta(theory.y, theory.f[theory.k]),
                (theory.k, 1, theory.inputs),
            ),
        ),
    ),
)


def picture(power, d, stream):
    """How scores go with frequencies."""

    def draw(first, count):
        return numerics.score_correlations(power, d, stream, first, count)

    return Sampled(draw, -1.0, 1.0)


PICTURED = [{"d": n} for n in (10, 20, 50)]


@check_for(theory.memory_visual, resolution=0.03, points=PICTURED, full={"resolution": 0.01})
def _(d, stream):
    return picture(1.0, d, stream)


mutate(
    theory.memory_visual,
    Mutant("with equal weights", measure=lambda d, stream: picture(0.0, d, stream)),
    Mutant("in small dimensions", points=[{"d": 2}], domain=Domain(d)),
    Mutant(
        "a correlation of 0.95", Bound(theory.proportional_correlation(), ">=", Rational(95, 100))
    ),
)


@check_for(
    theory.memory_visual_uniform,
    resolution=0.03,
    points=[{"d": n} for n in (2, 10, 50)],
    full={"resolution": 0.01},
)
def _(d, stream):
    return picture(0.0, d, stream)


mutate(
    theory.memory_visual_uniform,
    Mutant("weighted by frequency", measure=lambda d, stream: picture(1.0, d, stream)),
    Mutant("a correlation of -0.1", Identity(theory.uniform_correlation(), -Rational(1, 10))),
)
