r"""The circuit of an iteration head with layer normalisation.

Every coordinate is kept twice, with opposite signs, so that the mean is 0. With positions that are
unit vectors and a first head that rests on position 0 until the end of the inputs is in sight, the
stream has one length everywhere but for what the heads stray, and normalisation with a constant
gain leaves it as it is. Biases are multiples of a constant coordinate, which is scaled with the
rest.
"""

from __future__ import annotations

from sympy import Sum, Symbol, sqrt

from theory import (
    Categorical,
    Claim,
    Derivation,
    Domain,
    ForAll,
    Identity,
    Natural,
    Observable,
    Real,
    Seen,
    Source,
    Standing,
    Step,
    Vector,
    algebra,
    definition,
)
from theory.core.rules.comparison_heads import LinearSums
from theory.iteration_head.construction import n, states, symbols
from theory.iteration_head.paper import PAPER

__all__ = [
    "normalised",
    "normalised_double",
]

SOURCE = Source(PAPER, "architecture", seen=Seen.REPOSITORY, standing=Standing.DERIVED_HERE)

code = Categorical(
    "code",
    choices=("onehot", "trig"),
    latex=r"\mathit{code}",
    meaning="position code: unit vectors, or points on a circle",
)

normalised = Claim(
    id="iteration-head.construct-normalised",
    title="The circuit also exists with layer normalisation",
    says=(
        "With normalisation before the attention and before the feed-forward network of both "
        "layers, as in the published code, and no biases, a circuit of twice the width writes the "
        "chain and stops, for every map and every prompt of at most n inputs, with unit vectors or "
        "points on a circle as positions. Until the end of the inputs is in sight, its first head "
        "rests on position 0."
    ),
    statement=ForAll(
        "map of $S$ states and $X$ inputs to states, first state after each input, and prompt of "
        "at most $n$ inputs",
        "the greedy continuation is the chain of states, then the mark of the end",
    ),
    domain=Domain(
        code,
        states,
        symbols,
        n,
        remarks=(
            r"$\beta_1 = 12 + 4 \log(n + 1)$, of which half for the token at position 0, and "
            r"$\beta_2 = 6 + \log(2 n + 2)$ for unit vectors, $6 (n + 1)^2 / \pi^2$ for $2 n + 2$ "
            r"points on a circle; $10^{-5}$ is added to variances",
        ),
    ),
    source=SOURCE,
    uses=(
        "iteration-head.construct-exact",
        "iteration-head.construct-normalised-double",
    ),
)

d = Natural("d", at_least=1, meaning="number of coordinates, before they are doubled")
p = Vector("p", length=d, entry=Real("entry"), meaning="the coordinates")
epsilon = Real("epsilon", latex=r"\epsilon", above=0, meaning="what is added to the variance")
i = Symbol("i", integer=True, positive=True)
j = Symbol("j", integer=True, positive=True)
mean = (Sum(p[j], (j, 1, d)) + Sum(-p[j], (j, 1, d))) / (2 * d)
spread = Sum((p[i] - mean) ** 2, (i, 1, d)) + Sum((-p[i] - mean) ** 2, (i, 1, d))
squares = Sum(p[i] ** 2, (i, 1, d))

first_of_double = Observable(
    "first_of_double",
    (d, p, epsilon),
    latex=r"\mathrm{LN}(p, -p)_1",
    meaning="first coordinate after layer normalisation of all coordinates and their opposites",
    definition=(p[1] - mean) / sqrt(spread / (2 * d) + epsilon),
)

normalised_double = Claim(
    id="iteration-head.construct-normalised-double",
    title="Layer normalisation of coordinates and their opposites only scales them",
    says=(
        "If every coordinate is kept twice, with opposite signs, layer normalisation divides by "
        "the root of the mean square plus epsilon: vectors of one length are all scaled alike."
    ),
    statement=Identity(first_of_double(d, p, epsilon), p[1] / sqrt(squares / d + epsilon)),
    domain=Domain(d, p, epsilon),
    source=SOURCE,
    observables=(first_of_double,),
    derivation=Derivation(
        Step(first_of_double.definition, by=definition),
        Step(
            p[1] / sqrt((squares + Sum((-p[i]) ** 2, (i, 1, d))) / (2 * d) + epsilon),
            by=LinearSums(),
        ),
        Step(p[1] / sqrt(squares / d + epsilon), by=algebra),
    ),
)
