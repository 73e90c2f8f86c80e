"""What is guessed of the last state? Laws in fractions, and best guesses over all words."""

from __future__ import annotations

from sympy import Rational

from numerics.iteration_head import one_shot_chance as numerics
from theory import Identity
from theory.iteration_head import one_shot_chance as theory
from theory.iteration_head.one_shot_chance import L, closed, j, m, p, t
from verify import Exact, Exhaustive, Mutant, check_for, mutate

PRIMES = (2, 3, 5, 7, 11, 13)


def law(p, t, letters=None):
    """The law of the state after t steps."""
    letters = range(1, p) if letters is None else letters
    return numerics.state_law(numerics.polynomial_step(p), p, letters, t)


def followers(p, letters):
    """Every state, and whether what follows it is as claimed."""
    step = numerics.polynomial_step(p)
    for state in range(p):
        after = sorted(step(state, letter) for letter in letters)
        expected = [1] * len(letters) if state == 0 else [s for s in range(p) if s != 1]
        yield state, after == expected


check_for(
    theory.oneshot_chance_step,
    resolution=0,
    points=[{"p": p} for p in (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31)],
)(lambda p: Exhaustive(followers(p, range(1, p))))
mutate(
    theory.oneshot_chance_step,
    Mutant(
        "modulo a number that is no prime",
        points=[{"p": 4}, {"p": 9}],
        measure=lambda p: Exhaustive(followers(p, range(1, p))),
    ),
    Mutant(
        "zero among the inputs",
        measure=lambda p: Exhaustive(followers(p, range(p))),
    ),
)

POINTS = [{"p": p, "t": t} for p in PRIMES for t in (1, 2, 3, 4, 5, 8, 13)]
LATER = [point for point in POINTS if point["t"] > 1]


@check_for(theory.oneshot_chance, resolution=0, points=POINTS)
def _(p, t):
    return Exact(law(p, t)[0])


mutate(
    theory.oneshot_chance,
    Mutant("uniform at all times", Identity(theory.zero_chance(p, t), 1 / p)),
    Mutant("one of p - 1 at all times", Identity(theory.zero_chance(p, t), 1 / (p - 1))),
    Mutant("one step later", Identity(theory.zero_chance(p, t), closed(t + 1))),
    Mutant(
        "zero among the inputs",
        measure=lambda p, t: {"zero_chance": Exact(law(p, t, range(p))[0])},
    ),
    Mutant(
        "modulo a number that is no prime",
        points=[{"p": 4, "t": 3}],
        measure=lambda p, t: {"zero_chance": Exact(law(p, t)[0])},
    ),
)


@check_for(theory.oneshot_chance_one, resolution=0, points=LATER)
def _(p, t):
    return Exact(law(p, t)[1])


mutate(
    theory.oneshot_chance_one,
    Mutant("uniform at all times", Identity(theory.one_chance(p, theory.later), 1 / p)),
    Mutant(
        "as likely as zero",
        Identity(theory.one_chance(p, theory.later), closed(theory.later.symbol)),
    ),
)


@check_for(
    theory.oneshot_chance_others,
    resolution=0,
    points=[
        {**point, "v": v} for point in LATER for v in {2, point["p"] - 1} if 2 <= v < point["p"]
    ],
)
def _(p, t, v):
    return Exact(law(p, t)[v])


mutate(
    theory.oneshot_chance_others,
    Mutant(
        "as likely as one",
        Identity(theory.other_chance(p, theory.later, theory.v), closed(theory.later - 1)),
    ),
    Mutant("uniform", Identity(theory.other_chance(p, theory.later, theory.v), 1 / p)),
)

HALVES = [{"p": p, "m": m} for p in PRIMES for m in (1, 2, 3, 6)]

check_for(theory.oneshot_chance_guess, resolution=0, points=HALVES)(
    lambda p, m: Exact(max(law(p, 2 * m)))
)
check_for(theory.oneshot_chance_guess_odd, resolution=0, points=HALVES)(
    lambda p, m: Exact(max(law(p, 2 * m + 1)))
)
for claim, guess in (
    (theory.oneshot_chance_guess, theory.even_guess),
    (theory.oneshot_chance_guess_odd, theory.odd_guess),
):
    mutate(
        claim,
        Mutant("one of p", Identity(guess(p, m), 1 / p)),
        Mutant("one of p - 1", Identity(guess(p, m), 1 / (p - 1))),
        Mutant("a correction that halves", Identity(guess(p, m), (1 + 2 ** (1 - 2 * m)) / p)),
    )

# ------------------------------------------------------------------ all inputs but one

SIZES = ((2, 6), (3, 7), (5, 5), (7, 4), (11, 3))


def accuracy(p, L, j, letters=None):
    """Accuracy of the best guess from all inputs but the j-th."""
    letters = range(1, p) if letters is None else letters
    return numerics.accuracy_without(numerics.polynomial_step(p), p, letters, L, j)


@check_for(
    theory.oneshot_omit_one,
    resolution=0,
    points=[
        {"p": p, "L": L, "j": j} for p, n in SIZES for L in (n - 1, n) for j in range(2, L + 1)
    ],
)
def _(p, L, j):
    return Exact(accuracy(p, L, j))


limit = theory.accuracy(p, L, j)
mutate(
    theory.oneshot_omit_one,
    Mutant("an advantage of one in p", Identity(limit, 1 / p)),
    Mutant("the same whichever input is missing", Identity(limit, 2 / p)),
    Mutant(
        "as if the state before were never zero",
        Identity(limit, 1 / (p - 1)),
    ),
    Mutant(
        "zero among the inputs",
        measure=lambda p, L, j: {"accuracy": Exact(accuracy(p, L, j, range(p)))},
    ),
)

check_for(
    theory.oneshot_omit_one_first,
    resolution=0,
    points=[{"p": p, "L": L} for p, n in SIZES for L in range(1, n + 1)],
)(lambda p, L: Exact(accuracy(p, L, 1)))
mutate(
    theory.oneshot_omit_one_first,
    Mutant("one of p", Identity(theory.first_accuracy(p, L), 1 / p)),
    Mutant(
        "as for a later input",
        Identity(theory.first_accuracy(p, L), theory.WITHOUT.subs(j.symbol, 1)),
    ),
)

check_for(
    theory.oneshot_omit_one_bits,
    resolution=0,
    points=[{"L": L, "j": j} for L in (1, 2, 3, 6, 10) for j in range(1, L + 1)],
)(lambda L, j: Exact(numerics.accuracy_without(numerics.parity_step, 2, (0, 1), L, j)))
mutate(
    theory.oneshot_omit_one_bits,
    Mutant(
        "most of it is known",
        Identity(theory.bit_accuracy(L, theory.place), 1 - Rational(1, 2) / L),
    ),
    Mutant(
        "bits that are rather ones",
        measure=lambda L, j: {
            "bit_accuracy": Exact(
                numerics.accuracy_without(numerics.parity_step, 2, (0, 1, 1), L, j)
            )
        },
    ),
)
