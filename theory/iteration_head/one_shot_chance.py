r"""What can be guessed of the last state of polynomial iteration from too little of the input.

The inputs are independent and uniform on 1, ..., p - 1, as in the authors' code; the first state is
the first input. After a state s other than 0 the next one, s x + 1, is uniform on all states but 1;
after 0 it is 1.
"""

from __future__ import annotations

from typing import Any

from sympy import Expr, Lambda, Max, Rational, Symbol

from theory import (
    ByClaim,
    Claim,
    Derivation,
    Domain,
    ForAll,
    Identity,
    Natural,
    Observable,
    Seen,
    Source,
    Standing,
    Step,
    algebra,
    definition,
)
from theory.iteration_head.one_shot_rules import LargestOf, Recursion, SolvesRecursion
from theory.iteration_head.paper import PAPER

__all__ = [
    "oneshot_chance",
    "oneshot_chance_guess",
    "oneshot_chance_guess_odd",
    "oneshot_chance_one",
    "oneshot_chance_others",
    "oneshot_chance_step",
    "oneshot_omit_one",
    "oneshot_omit_one_bits",
    "oneshot_omit_one_first",
]

DERIVED = Source(PAPER, "", seen=Seen.NOTHING, standing=Standing.DERIVED_HERE)
LAW = Source(
    PAPER, "law of the inputs in the code", seen=Seen.REPOSITORY, standing=Standing.DERIVED_HERE
)
PRIME = "$p$ is a prime"
UNIFORM = "$x_1, x_2, \\dots$ are independent and uniform on $1, \\dots, p - 1$"
BITS = "$x_1, x_2, \\dots$ are independent and fair bits"

i = Symbol("i", integer=True, positive=True)
a = Symbol("a", real=True)
p = Natural("p", at_least=2, meaning="number of states, a prime")
t = Natural("t", at_least=1, meaning="number of steps")

oneshot_chance_step = Claim(
    id="iteration-head.oneshot-chance-step",
    title="A state other than zero is followed by any state but one, each in one way",
    says=(
        "For a prime p and a state s other than 0 the numbers s x + 1 modulo p, for x = 1, ..., "
        "p - 1, are all states but 1, each of them once; after the state 0 comes the state 1."
    ),
    statement=ForAll(
        "state $s$",
        "the states $s x + 1$ for $x = 1, \\dots, p - 1$ are all but 1, once each, or all 1 if "
        "$s = 0$",
    ),
    domain=Domain(p, remarks=(PRIME,)),
    source=DERIVED,
)


def after(chance: Expr) -> Expr:
    """Probability of a state other than one, from that of zero one step before."""
    return (1 - chance) / (p - 1)


def zero_at(time: Any) -> Expr:
    """Probability of the state zero, as its recursion gives it."""
    return Recursion(Lambda((i, a), after(a)), 0, 1, time)


def closed(time: Any) -> Expr:
    """The solution of the recursion."""
    return (1 + (-1) ** time * (p - 1) ** (1 - time)) / p


zero_chance = Observable(
    "zero_chance",
    (p, t),
    latex=r"\mathbb{P}(s_t = 0)",
    meaning="probability that the state is 0 after t steps",
    definition=zero_at(t.symbol),
)

oneshot_chance = Claim(
    id="iteration-head.oneshot-chance",
    title="How often polynomial iteration is at zero",
    says=(
        "The probability of the state 0 swings about 1/p and comes closer by a factor of "
        "p - 1 with every step, if p is above 2. It is 0 at first, since 0 is no input."
    ),
    statement=Identity(zero_chance(p, t), closed(t.symbol)),
    domain=Domain(p, t, remarks=(PRIME, UNIFORM)),
    source=LAW,
    observables=(zero_chance,),
    derivation=Derivation(
        Step(zero_chance.definition, by=definition),
        Step(closed(t.symbol), by=SolvesRecursion(closed(i), i)),
    ),
    uses=("iteration-head.oneshot-chance-step",),
)

later = Natural("t", at_least=2, meaning="number of steps")
one_chance = Observable(
    "one_chance",
    (p, later),
    latex=r"\mathbb{P}(s_t = 1)",
    meaning="probability that the state is 1 after t steps",
    definition=zero_at(later - 1),
)

oneshot_chance_one = Claim(
    id="iteration-head.oneshot-chance-one",
    title="How often polynomial iteration is at one",
    says=(
        "From the second step on the state is 1 exactly when it was 0 one step before, so it is 1 "
        "with the probability of that."
    ),
    statement=Identity(one_chance(p, later), closed(later - 1)),
    domain=Domain(p, later, remarks=(PRIME, UNIFORM)),
    source=LAW,
    observables=(one_chance,),
    derivation=Derivation(
        Step(one_chance.definition, by=definition),
        Step(closed(later - 1), by=SolvesRecursion(closed(i), i)),
    ),
    uses=("iteration-head.oneshot-chance-step",),
)

v = Natural("v", at_least=2, meaning="a state other than 0 and 1")
other_chance = Observable(
    "other_chance",
    (p, later, v),
    latex=r"\mathbb{P}(s_t = v)",
    meaning="probability that the state is v after t steps",
    definition=after(zero_at(later - 1)),
)

oneshot_chance_others = Claim(
    id="iteration-head.oneshot-chance-others",
    title="All other states are as likely as zero",
    says="From the second step on every state but 1 is as likely as the state 0.",
    statement=Identity(other_chance(p, later, v), closed(later.symbol)),
    domain=Domain(p, later, v, where=(v < p.symbol,), remarks=(PRIME, UNIFORM)),
    source=LAW,
    observables=(other_chance,),
    derivation=Derivation(
        Step(other_chance.definition, by=definition),
        Step(closed(later.symbol), by=SolvesRecursion(closed(i), i)),
    ),
    uses=("iteration-head.oneshot-chance-step",),
)

m = Natural("m", at_least=1, meaning="half the number of steps, rounded down")


def guess(name: str, time: Expr) -> Observable:
    """The best guess of a state without any input."""
    return Observable(
        name,
        (p, m),
        latex=rf"\max_v \mathbb{{P}}(s_{{{'2m' if time == 2 * m else '2m + 1'}}} = v)",
        meaning="probability of the likeliest state",
        definition=Max(zero_at(time), zero_at(time - 1)),
    )


even_guess = guess("even_guess", 2 * m)
odd_guess = guess("odd_guess", 2 * m + 1)
BEST = (1 + (p - 1) ** (1 - 2 * m)) / p
GUESS = (
    "Without any input the best guess of the last state is right with a probability that is "
    "slightly above 1/p: the level at which a model stays that learns nothing of the inputs."
)

oneshot_chance_guess = Claim(
    id="iteration-head.oneshot-chance-guess",
    title="The best blind guess after an even number of steps",
    says=GUESS + " After an even number of steps any state but 1 is the best guess.",
    statement=Identity(even_guess(p, m), BEST),
    domain=Domain(p, m, remarks=(PRIME, UNIFORM)),
    source=LAW,
    observables=(even_guess,),
    derivation=Derivation(
        Step(even_guess.definition, by=definition),
        Step(
            Max(closed(2 * m), zero_at(2 * m - 1)),
            by=ByClaim(oneshot_chance, at={t.symbol: 2 * m}),
        ),
        Step(
            Max(closed(2 * m), closed(2 * m - 1)),
            by=ByClaim(oneshot_chance, at={t.symbol: 2 * m - 1}),
        ),
        Step(closed(2 * m), by=LargestOf(closed(2 * m))),
        Step(BEST, by=algebra),
    ),
    uses=("iteration-head.oneshot-chance-one", "iteration-head.oneshot-chance-others"),
)

oneshot_chance_guess_odd = Claim(
    id="iteration-head.oneshot-chance-guess-odd",
    title="The best blind guess after an odd number of steps",
    says=GUESS + " After an odd number of steps, three or more, the state 1 is the best guess.",
    statement=Identity(odd_guess(p, m), BEST),
    domain=Domain(p, m, remarks=(PRIME, UNIFORM)),
    source=LAW,
    observables=(odd_guess,),
    derivation=Derivation(
        Step(odd_guess.definition, by=definition),
        Step(
            Max(closed(2 * m + 1), zero_at(2 * m)),
            by=ByClaim(oneshot_chance, at={t.symbol: 2 * m + 1}),
        ),
        Step(
            Max(closed(2 * m + 1), closed(2 * m)),
            by=ByClaim(oneshot_chance, at={t.symbol: 2 * m}),
        ),
        Step(closed(2 * m), by=LargestOf(closed(2 * m))),
        Step(BEST, by=algebra),
    ),
    uses=("iteration-head.oneshot-chance-one", "iteration-head.oneshot-chance-others"),
)

# ------------------------------------------------------------------ all inputs but one

L = Natural("L", at_least=1, meaning="number of inputs")
j = Natural("j", at_least=2, meaning="which input is not seen")
place = Natural("j", at_least=1, meaning="which input is not seen")
accuracy = Observable(
    "accuracy",
    (p, L, j),
    latex=r"A_j",
    meaning="accuracy of the best guess of the last state from all inputs but the j-th",
    definition=zero_at(j - 1) + after(zero_at(j - 1)),
)
WITHOUT = (2 - (-1) ** j.symbol * (p - 2) * (p - 1) ** (1 - j)) / p

oneshot_omit_one = Claim(
    id="iteration-head.oneshot-omit-one",
    title="All inputs but one tell next to nothing of the last state",
    says=(
        "The inputs before the missing one tell the state before it. If that is 0 the missing "
        "input does not matter; otherwise the state after it is uniform on p - 1 states, which "
        "the later inputs carry to different ones. The best guess is right with a probability of "
        "about 2/p: a model has to use all inputs to do better."
    ),
    statement=Identity(accuracy(p, L, j), WITHOUT),
    domain=Domain(p, L, j, where=(j <= L.symbol,), remarks=(PRIME, UNIFORM)),
    source=LAW,
    observables=(accuracy,),
    derivation=Derivation(
        Step(accuracy.definition, by=definition),
        Step(WITHOUT, by=SolvesRecursion(closed(i), i)),
    ),
    uses=("iteration-head.oneshot-chance-step",),
)

first_accuracy = Observable(
    "first_accuracy",
    (p, L),
    latex=r"A_1",
    meaning="accuracy of the best guess of the last state from all inputs but the first",
)

oneshot_omit_one_first = Claim(
    id="iteration-head.oneshot-omit-one-first",
    title="Without the first input the last state is one of p - 1 equally likely ones",
    says=(
        "The first input is the first state, which the others carry to different last states: "
        "these are p - 1 equally likely ones."
    ),
    statement=Identity(first_accuracy(p, L), 1 / (p - 1)),
    domain=Domain(p, L, remarks=(PRIME, UNIFORM)),
    source=LAW,
    observables=(first_accuracy,),
    uses=("iteration-head.oneshot-chance-step",),
)

bit_accuracy = Observable(
    "bit_accuracy",
    (L, place),
    latex=r"A_j",
    meaning="accuracy of the best guess of the parity from all bits but the j-th",
)

oneshot_omit_one_bits = Claim(
    id="iteration-head.oneshot-omit-one-bits",
    title="All bits but one tell nothing of the parity",
    says="The missing bit is fair, and decides the parity: no guess is better than tossing a coin.",
    statement=Identity(bit_accuracy(L, place), Rational(1, 2)),
    domain=Domain(L, place, where=(place <= L.symbol,), remarks=(BITS,)),
    source=LAW,
    observables=(bit_accuracy,),
)
