"""Is there a state to begin with, and do two ways to run a model agree? By enumeration."""

from __future__ import annotations

import itertools

from sympy import Integer, KroneckerDelta, isprime, primerange

from numerics.iteration_head import formalism as numerics
from theory import Domain, Identity
from theory.iteration_head import formalism as theory
from theory.iteration_head.formalism import p, s
from verify import Exact, Exhaustive, Mutant, check_for, mutate


def polynomial(modulus):
    """The map of polynomial iteration."""
    return lambda state, x: (state * x + 1) % modulus


def no_start(moduli):
    """Every modulus, and whether no state begins the chain."""
    for modulus in moduli:
        inputs = range(1, modulus)
        yield modulus, numerics.starting_states(polynomial(modulus), modulus, inputs) == 0


def zero_begins(P):
    """Short chains of the data, and whether the state 0 begins them."""
    for modulus in primerange(3, P + 1):
        for inputs in itertools.product(range(1, min(modulus, 4)), repeat=2):
            data = numerics.polynomial_chain(modulus, inputs)
            yield (modulus, inputs), data == numerics.polynomial_chain(modulus, inputs, start=0)


check_for(theory.init_symbol, resolution=0)(lambda P: Exhaustive(no_start(primerange(3, P + 1))))
mutate(
    theory.init_symbol,
    Mutant("p = 2 as well", measure=lambda P: Exhaustive(no_start(primerange(2, P + 1)))),
    Mutant("the state 0 begins the data", measure=lambda P: Exhaustive(zero_begins(P))),
)

PRIMES = tuple(primerange(2, 24))


@check_for(
    theory.init_symbol_count,
    resolution=0,
    points=[{"p": modulus, "s": state} for modulus in PRIMES for state in range(modulus)],
)
def _(p, s):
    return Exact(numerics.inputs_kept(p, s))


mutate(
    theory.init_symbol_count,
    Mutant("the state 1 as well", Identity(theory.inputs_kept(p, s), Integer(1))),
    Mutant(
        "the state 0 is the exception",
        Identity(theory.inputs_kept(p, s), 1 - KroneckerDelta(s, 0)),
    ),
    Mutant(
        "a modulus that is not prime",
        points=[{"p": m, "s": state} for m in range(4, 13) if not isprime(m) for state in range(m)],
        domain=Domain(p, s, where=(s < p,)),
    ),
)


def sums(modulus):
    """The map that adds an input modulo a number."""
    return lambda state, x: (state + x) % modulus


def starts(P, expected):
    """Every modulus, and whether copying and sums have as many starting states as expected."""
    for modulus in range(2, P + 1):
        inputs = range(modulus)
        copying = numerics.starting_states(lambda state, x: x, modulus, inputs)
        adding = numerics.starting_states(sums(modulus), modulus, inputs)
        at_zero = all(sums(modulus)(0, x) == x for x in inputs)
        yield modulus, (copying, adding) == expected(modulus) and at_zero


check_for(theory.init_symbol_others, resolution=0, points=[{"P": 40}])(
    lambda P: Exhaustive(starts(P, lambda m: (m, 1)))
)
mutate(
    theory.init_symbol_others,
    Mutant(
        "copying has one start alone",
        measure=lambda P: Exhaustive(starts(P, lambda m: (1, 1))),
    ),
    Mutant(
        "sums have none, as polynomial iteration",
        measure=lambda P: Exhaustive(starts(P, lambda m: (m, 0))),
    ),
)


def runs(V, T, agree):
    """Every model and reference, and whether the scored and the free answers agree."""
    for model in numerics.every_model(V, T):
        written = numerics.greedy(model, T)
        for reference in itertools.product(range(V), repeat=T):
            answers = numerics.scored(model, reference)
            yield (list(model.values()), reference), agree(model, answers, written, reference)


def same_first_error(model, answers, written, reference):
    """Whether the first error is at the same place."""
    one, other = (numerics.first_error(a, reference) for a in (answers, written))
    return one == other


def same_number_of_errors(model, answers, written, reference):
    """Whether as many tokens are wrong."""
    wrong = [sum(a != b for a, b in zip(x, reference, strict=True)) for x in (answers, written)]
    return wrong[0] == wrong[1]


def second_choice(model, answers, written, reference):
    """The same when one token is drawn that is not the likeliest: here, the last, moved on by 1."""
    tokens = len(set(model.values()) | set(reference))
    drawn = (*written[:-1], (written[-1] + 1) % tokens)
    return same_first_error(model, answers, drawn, reference)


check_for(
    theory.tf_equals_greedy,
    resolution=0,
    points=[{"V": V, "T": T} for V, T in ((1, 3), (2, 1), (3, 1), (2, 2), (3, 2), (2, 3), (4, 2))],
)(lambda V, T: Exhaustive(runs(V, T, same_first_error)))
mutate(
    theory.tf_equals_greedy,
    Mutant(
        "as many wrong tokens", measure=lambda V, T: Exhaustive(runs(V, T, same_number_of_errors))
    ),
    Mutant(
        "sampled in place of greedy", measure=lambda V, T: Exhaustive(runs(V, T, second_choice))
    ),
)
