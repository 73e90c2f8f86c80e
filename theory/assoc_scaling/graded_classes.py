"""Power-law weights with any number of classes: the constant of the rate.

Input x has the weight x^(-b), and the inputs have the labels 1, 2, ..., M, 1, 2, ... in turn. The
output embeddings are orthonormal, so that the noise of every class is a Gaussian of its own, of
the energy Q_z of the class. All inputs are stored; the sums of the squares of the weights converge.
"""

from __future__ import annotations

from typing import Any

from sympy import (
    Expr,
    Integral,
    KroneckerDelta,
    Product,
    Rational,
    Sum,
    Symbol,
    oo,
    sqrt,
    zeta,
)

from theory import (
    ChangeOfVariables,
    Cited,
    Claim,
    Derivation,
    Domain,
    Equivalent,
    Natural,
    Observable,
    Real,
    Seen,
    Source,
    Standing,
    Step,
    Termwise,
    algebra,
    definition,
)
from theory.assoc_scaling.exact_laws import GAUSSIAN
from theory.assoc_scaling.model import PAPER
from theory.assoc_scaling.schemes import alpha, p
from theory.core.shorthand import Shorthand
from theory.core.special import ChiPDF, NormalCDF, NormalPDF

__all__ = ["many_classes_rho_rate"]

decay = Real(
    "b",
    above=Rational(1, 2),
    meaning="decay of the weights, powers -b of x: powers rho of p for b = rho alpha",
    grid=(2, 1, Rational(3, 4)),
)
M = Natural("M", at_least=2, meaning="number of classes", grid=(2, 3, 5))
d = Natural("d", at_least=2, meaning="embedding dimension", grid=(10**3, 10**4, 10**5))
b = decay.symbol
i, j = (Symbol(name, integer=True, nonnegative=True) for name in "ij")
y, z = (Symbol(name, integer=True, positive=True) for name in "yz")
r, s, t = (Symbol(name, positive=True) for name in "rst")
g = Symbol("g", real=True)

IN_TURN = (
    r"the $u_y$ are orthonormal, input $x = 1, 2, \dots$ has the weight $x^{-b}$, and the classes "
    r"$1, 2, \dots, M$ come in turn: $x - f_*(x)$ is a multiple of $M$"
)
SERIES = "the cross-talk of infinitely many inputs is a series that converges in mean square"

energy = Shorthand(
    "graded_energy",
    (z,),
    "Q_{@}",
    "the energy of class z, of which an input has its own part",
    Sum((z + M * i) ** (-2 * b), (i, 0, oo)),
)


def missed(signal: Any, own: Any) -> Expr:
    """How often another class is ahead, for a signal and the energy of the noise of class z."""
    ahead = NormalCDF((signal + sqrt(own) * g) / sqrt(energy(y)))
    return 1 - Integral(
        NormalPDF(g) * Product(ahead ** (1 - KroneckerDelta(y, z)), (y, 1, M)), (g, -oo, oo)
    )


place = z + M * j
classes_error = Observable(
    "graded_classes_error",
    (alpha, decay, M, d),
    latex=r"\mathcal{E}_{M,d}",
    meaning=(
        "probability of misclassifying an input drawn from Zipf's law; the inputs of class z are "
        "z, z + M, z + 2 M and so on"
    ),
    definition=Sum(
        p(place)
        * Integral(
            ChiPDF(r, d) * missed(r * place ** (-b), energy(z) - place ** (-2 * b)), (r, 0, oo)
        ),
        (j, 0, oo),
        (z, 1, M),
    ),
)
crowding = Observable(
    "graded_crowding",
    (alpha, decay, M),
    latex=r"K_{\alpha, b, M}",
    meaning="moment of the signals at which classes are missed, over all classes",
    definition=Sum(
        Integral(s ** ((alpha - 1) / b - 1) * missed(s, energy(z)), (s, 0, oo)), (z, 1, M)
    ),
)
front = d ** (-(alpha - 1) / (2 * b)) / (M * b * zeta(alpha))

many_classes_rho_rate = Claim(
    id="assoc-scaling.many-classes-rho-rate",
    title="Power-law weights with any number of classes: the constant of the rate",
    says=(
        "For square-summable weights, powers rho of p, and M classes that come in turn the error "
        "falls like the same power of the dimension as with two classes, (alpha-1)/(2 rho alpha), "
        "without a logarithm. The constant is a moment of the signals at which the noise of the "
        "classes, of which the first has the most, hides an input."
    ),
    statement=Equivalent(
        classes_error(alpha, decay, M, d), front * crowding(alpha, decay, M), as_=(d, oo)
    ),
    domain=Domain(alpha, decay, M, d, where=(M <= d,), remarks=(GAUSSIAN, IN_TURN, SERIES)),
    source=Source(
        PAPER, "rates of the weighting schemes", seen=Seen.NOTHING, standing=Standing.DERIVED_HERE
    ),
    observables=(classes_error, crowding, energy),
    derivation=Derivation(
        Step(classes_error.definition, by=definition),
        Step(
            Sum(Integral(p(t) / M * missed(sqrt(d) * t ** (-b), energy(z)), (t, 0, oo)), (z, 1, M)),
            by=Cited(
                "dominated convergence theorem",
                r"for the sums over the inputs of a class as Riemann sums in $x \, d^{-1/(2 b)}$",
                sense="~",
            ),
            note=(
                r"$r / \sqrt{d} \to 1$ in probability, the input's own part of the energy vanishes "
                r"where $x$ is of the order of $d^{1/(2 b)}$, and an exponential in "
                r"$d \, x^{-2 b}$ dominates the error; the inputs of a class are $M$ apart"
            ),
        ),
        Step(
            Sum(
                front * Integral(s ** ((alpha - 1) / b - 1) * missed(s, energy(z)), (s, 0, oo)),
                (z, 1, M),
            ),
            by=Termwise(ChangeOfVariables(t, s, (sqrt(d) / s) ** (1 / b))),
        ),
        Step(front * crowding.definition, by=algebra),
    ),
    uses=("assoc-scaling.orthonormal-exact",),
)
