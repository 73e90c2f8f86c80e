"""Which confidence constants are valid: none below 4 for every error and every law.

A constant that is too small stops the rule after one sample. The constants of the published figures
fail at two classes of probabilities 0.6 and 0.4. Paths of a walk that do not return show that every
constant below 4 fails somewhere, while 4 never does (`elim-pac-four`).
"""

from __future__ import annotations

from sympy import Rational, Sum, Symbol, binomial, log, oo, pi

from theory import (
    Bound,
    Cited,
    Claim,
    Derivation,
    Domain,
    Equivalent,
    Identity,
    Limit,
    Natural,
    Observable,
    Rate,
    Real,
    Seen,
    Simplex,
    Source,
    Standing,
    Step,
    definition,
)
from theory.core.rules.monotone import SumsAsSymbols
from theory.mode_estimation.elimination import DERIVED, MODE, RULE, delta, m
from theory.mode_estimation.paper import PAPER

__all__ = [
    "calibrated_constants",
    "elim_constant_four",
    "elim_constant_four_exponent",
    "elim_constant_one_sample",
    "elim_constant_reflection",
]

c = Real("c", above=0, meaning="confidence constant")
p = Simplex("p", length=m, meaning="probabilities of the classes")
x = Symbol("x", integer=True, positive=True)

first_error = Observable(
    "mode_dropped",
    (m, p, delta, c),
    latex=r"\mathbb{P}(\text{mode dropped})",
    meaning=(
        "probability that the mode is ever dropped: after one sample the threshold of all classes "
        "but that of the sample is positive, and so they are all dropped"
    ),
    definition=Sum(p[x], (x, 1, m)) - p[1],
)

elim_constant_one_sample = Claim(
    id="mode-estimation.elim-constant-one-sample",
    title="With a constant that is too small, elimination stops after one sample",
    says=(
        "If c times the logarithm of pi squared m / delta is below 1, elimination stops after one "
        "sample and returns its class. For m = 1000 and delta = 1/512 this is so for every "
        "constant below 0.0648."
    ),
    statement=Identity(first_error(m, p, delta, c), 1 - p[1]),
    domain=Domain(m, p, delta, c, where=(c * log(pi**2 * m / delta) < 1,), remarks=(MODE, RULE)),
    source=DERIVED,
    observables=(first_error,),
    derivation=Derivation(
        Step(first_error.definition, by=definition),
        Step(1 - p[1], by=SumsAsSymbols(values={Sum(p[x], (x, 1, m)): (1, "p")})),
    ),
)

small = Real("c", above=0, at_most=Rational(3, 10), meaning="confidence constant")
error_at_tenth = Observable(
    "error_at_tenth",
    (small,),
    latex=r"\mathbb{P}(\text{mode dropped})",
    meaning=(
        "probability that elimination with two classes of probabilities 0.6 and 0.4 drops the mode "
        "when an error of 0.1 is asked for"
    ),
)

calibrated_constants = Claim(
    id="mode-estimation.calibrated-constants",
    title="The constants of the figures do not guarantee the error that is asked for",
    says=(
        "With two classes of probabilities 0.6 and 0.4 and an error of 0.1 asked for, elimination "
        "errs with a probability of more than 0.109 for every constant up to 0.3. The figures use "
        "0.3 for elimination and 0.1 for set elimination, which is the same rule for two classes; "
        "the latter errs with probability 0.4."
    ),
    statement=Bound(Rational(109, 1000), "<=", error_at_tenth(small)),
    domain=Domain(small, remarks=("two classes of probabilities 0.6 and 0.4, $\\delta = 0.1$",)),
    source=Source(PAPER, "figures", seen=Seen.REPOSITORY, standing=Standing.CORRECTED),
    published=(
        "Elimination with the constant 0.3, and set elimination with 0.1, is run as a rule whose "
        "error is at most delta."
    ),
    observables=(error_at_tenth,),
)

mode = Real("P", above=Rational(1, 2), below=1, meaning="probability of the mode")
n = Natural("n", at_least=1, meaning="number of samples")
j = Natural("j", at_least=1, meaning="how many of them are of the rival")
d = Natural("d", at_least=1, meaning="a lead of the mode that drops nothing is below it")
error_by = Observable(
    "error_by",
    (mode, delta, c, n),
    latex=r"\mathbb{P}(\text{mode dropped by } n)",
    meaning="probability that elimination with two classes drops the mode within n samples",
)
paths = binomial(n, j) - binomial(n, j + d)

elim_constant_reflection = Claim(
    id="mode-estimation.elim-constant-reflection",
    title="How often the mode is dropped at least",
    says=(
        "With two classes, if j samples of the rival among n drop the mode, elimination errs at "
        "least with the probability of the paths that end there and never gave the mode a lead of "
        "d, where d - 1 is so small a lead that it drops nothing."
    ),
    statement=Bound(mode ** (n - j) * (1 - mode) ** j * paths, "<=", error_by(mode, delta, c, n)),
    domain=Domain(
        mode,
        delta,
        c,
        n,
        j,
        d,
        where=(
            n < 2 * j,
            j <= n,
            c * j * log(2 * pi**2 * n**2 / delta) < (2 * j - n) ** 2,
            d - 1 <= c * log(2 * pi**2 / delta),
        ),
        remarks=(RULE, "two classes"),
    ),
    source=DERIVED,
    observables=(error_by,),
    derivation=Derivation(
        Step(error_by(mode, delta, c, n), by=definition),
        Step(
            mode ** (n - j) * (1 - mode) ** j * paths,
            by=Cited(
                "reflection principle",
                "Feller, An Introduction to Probability Theory I, Section III.1",
                sense=">=",
            ),
            note=(
                "a lead of $k$ drops nothing if $k^2 \\le c k L_1 \\le c N_{\\max} L_n$; all paths "
                "with the same end have the same probability"
            ),
        ),
    ),
)

y = Real("y", above=0, below=1, meaning="lead of the rival over the number of samples")
bits = Natural(
    "bits", at_least=1, latex="b", meaning="the error that is asked for is 2 to minus this"
)
divergence = ((1 + y) * log(1 + y) + (1 - y) * log(1 - y)) / 2
late_error = Observable(
    "late_error",
    (y, c, bits),
    latex=r"\mathbb{P}(\text{class 2 wins})",
    meaning=(
        "probability that of two equally likely classes the first is dropped within c (1 + y) "
        "log(1 / delta) samples over twice the square of y: the limit of the error as the "
        "probability of the mode falls to one half"
    ),
)
rate = c * (1 + y) * divergence / (2 * y**2)

elim_constant_four = Claim(
    id="mode-estimation.elim-constant-four",
    title="How the error within a given time falls with the error that is asked for",
    says=(
        "With two classes that are nearly as likely as each other, the probability that the mode "
        "is dropped within c (1 + y) log(1 / delta) samples over twice the square of y is delta to "
        "a power, which is near c / 4 when y is small. So every constant below 4 fails for some "
        "delta and law."
    ),
    statement=Rate(late_error(y, c, bits), bits, -rate * log(2), "exponential"),
    domain=Domain(y, c, bits, remarks=(RULE, "two classes, whose probabilities tend to one half")),
    source=Source(PAPER, "elimination", seen=Seen.NOTHING, standing=Standing.SHARPENED),
    observables=(late_error,),
    uses=("mode-estimation.elim-constant-reflection",),
)

N = Real("N", above=1, meaning="one over y", grid=(2, 10))

elim_constant_four_exponent = Claim(
    id="mode-estimation.elim-constant-four-exponent",
    title="The power of delta tends to c / 4",
    says=(
        "As y tends to 0 the power of delta in the error within a given time tends to c / 4, which "
        "is below 1 for every constant below 4: no constant below 4 is valid for all laws and "
        "errors, and 4 is."
    ),
    statement=Equivalent(rate.subs(y.symbol, 1 / N.symbol), c / 4, as_=(N, oo)),
    domain=Domain(N, c),
    source=DERIVED,
    derivation=Derivation(
        Step(rate.subs(y.symbol, 1 / N.symbol), by=definition),
        Step(c / 4, by=Limit(N, oo)),
    ),
    uses=("mode-estimation.elim-pac-four",),
)
