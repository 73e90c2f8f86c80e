"""Many steps of stochastic gradient descent: the weights it finds and the memory they make.

On orthonormal embeddings the weight of an input is an iterate of one map, applied once for every
time that the input is seen. The section brackets these iterates, compares them with the published
map, and compares real training with the memory that has these weights.
"""

from __future__ import annotations

from typing import Any

from sympy import Expr, Function, LambertW, Rational, Symbol, exp, log, oo

from theory import (
    Bound,
    ByClaim,
    Categorical,
    Claim,
    Derivation,
    Domain,
    Equivalent,
    Identity,
    Integer,
    Natural,
    Nonnegative,
    Observable,
    Real,
    Seen,
    Source,
    Standing,
    Step,
    algebra,
    definition,
)
from theory.assoc_scaling.gradient import W, gain, gram_sgd_step, is_logit
from theory.assoc_scaling.model import PAPER
from theory.core.rules.exponentials import Inverse, Majorised, Rising
from theory.core.rules.iteration import (
    AlongIterates,
    Compared,
    Conjugated,
    EachStep,
    FirstStep,
    Intertwined,
    Iterate,
    StolzCesaro,
    Telescoped,
    TelescopedBy,
)

__all__ = [
    "gram_sgd",
    "qgamma",
    "qgamma_bracket",
    "qgamma_exponent",
    "qgamma_flattening",
    "qgamma_growth",
    "qgamma_large_step",
    "qgamma_overestimate",
    "qgamma_potential",
    "qgamma_potential_upper",
    "qgamma_small_step",
    "qgamma_step",
    "qgamma_step_upper",
    "sgd_approx_breakdown",
    "sgd_approx_error",
]

M = Natural("M", at_least=2, meaning="number of classes", grid=(2, 3, 4, 10))
gamma = Real("gamma", above=0, latex=r"\gamma", meaning="step size")
n = Natural("n", latex="n", meaning="how often the input was seen")
q = Real("q", at_least=0, meaning="weight")
s = Symbol("s", nonnegative=True)

right = exp(q)
wrong = exp(-q / (M - 1))
learned_weight = Observable(
    "learned_weight",
    (M, gamma, n),
    latex="q_n",
    meaning=(
        "weight of an input that was n times the whole batch: by the form of W the logit of its "
        "right class is q and that of each other class minus q/(M-1), and a step adds gamma times "
        "one minus the probability of the right class"
    ),
    definition=Iterate(
        q + gamma * (1 - right / (right + (M - 1) * wrong)),
        (q, 0, n),
    ),
)
exact_iterate = Iterate(q + gamma * gain(q), (q, 0, n))


def published_map(level: Any) -> Expr:
    """The published map, whose level is M or M - 1."""
    return q + gamma / (1 + exp(q) / level)


qgamma = Claim(
    id="assoc-scaling.qgamma",
    title="Weights that stochastic gradient descent learns on orthonormal embeddings",
    says=(
        "With batches of one, the weight of an input after it was seen n times, in whatever order, "
        "is the n-th iterate from 0 of the map that adds the step size over one plus a level times "
        "the exponential of q M/(M - 1). The published map lacks the factor M/(M - 1), and its "
        "level is 1/M or 1/(M - 1). With the latter and step sizes up to 4 it overestimates the "
        "weights, by at most that factor. With four classes and steps of 1, an input seen 400 "
        "times has weight 5.53, not 7.37 or 7.08."
    ),
    statement=Identity(learned_weight(M, gamma, n), exact_iterate),
    domain=Domain(
        M,
        gamma,
        n,
        remarks=("the $e_x$ and the $u_y$ are orthonormal", "$W_0 = 0$, batches of one sample"),
    ),
    source=Source(PAPER, "approximate dynamics", seen=Seen.SUMMARY, standing=Standing.CORRECTED),
    published=(
        "The weight of an input seen n times is the n-th iterate of the map that adds the step "
        "size over one plus exp(q) / M; in another notebook the level is M - 1."
    ),
    observables=(learned_weight,),
    derivation=Derivation(
        Step(learned_weight.definition, by=definition),
        Step(exact_iterate, by=EachStep(algebra)),
    ),
    uses=("assoc-scaling.sgd-recursion-exact",),
)

few = Real(
    "gamma", above=0, at_most=4, latex=r"\gamma", meaning="step size", grid=(1, Rational(1, 10), 4)
)
published = Iterate(published_map(M - 1), (q, 0, n))
stretched = Iterate(q + few * M / (M - 1) / (1 + exp(q) / (M - 1)), (q, 0, n))

qgamma_overestimate = Claim(
    id="assoc-scaling.qgamma-overestimate",
    title="The published map overestimates the weights by a factor of at most M / (M - 1)",
    says=(
        "For step sizes up to 4 the iterates of the published map, with level M - 1, are at least "
        "the weights that gradient descent finds and at most M / (M - 1) times these."
    ),
    statement=Bound(
        learned_weight(M, few, n),
        "<=",
        published,
        "<=",
        M / (M - 1) * learned_weight(M, few, n),
    ),
    domain=Domain(M, few, n, remarks=qgamma.domain.remarks),
    source=Source(PAPER, "", seen=Seen.NOTHING, standing=Standing.DERIVED_HERE),
    observables=(learned_weight,),
    derivation=Derivation(
        Step(learned_weight.defined_as(M, few, n), by=definition),
        Step(exact_iterate, by=ByClaim(qgamma, {gamma: few})),
        Step(published, by=Compared("<=")),
        Step(published, by=definition),
        Step(stretched, by=Compared("<="), note="steps $M / (M - 1)$ times as large"),
        Step(M / (M - 1) * exact_iterate, by=Conjugated(M / (M - 1))),
        Step(M / (M - 1) * learned_weight.defined_as(M, few, n), by=ByClaim(qgamma, {gamma: few})),
    ),
)

K = Real("K", above=0, meaning="level of the map", grid=(1, 4, 10, 1000))
first = gamma / (1 + 1 / K.symbol)
iterate = Iterate(published_map(K), (q, 0, n))


def iterated_for(count: Any) -> Observable:
    """The iterates of the map, for a count with a range of its own."""
    return Observable(
        "iterated",
        (gamma, K, count),
        latex="q_n",
        meaning="n-th iterate from 0 of the map that adds gamma / (1 + exp(q) / K)",
        definition=iterate.subs(n.symbol, count),
    )


iterated = iterated_for(n)
DERIVED = Source(PAPER, "", seen=Seen.NOTHING, standing=Standing.DERIVED_HERE)
EXPONENTS = Source(
    PAPER,
    "weights against frequencies",
    seen=Seen.RECOLLECTION,
    standing=Standing.SHARPENED,
)


def potential(weight: Any) -> Expr:
    """What grows at the rate gamma along the flow that the map discretises."""
    return weight + exp(weight) / K


rise = potential(published_map(K)) - potential(q)
increment = gamma / (1 + exp(q) / K)
opened = increment + exp(q) / K * (exp(increment) - 1)
LARGEST = Rational(179, 100)
MODERATE = gamma <= LARGEST * (1 + 1 / K.symbol)

qgamma_step = Claim(
    id="assoc-scaling.qgamma-step",
    title="One step of the map goes at least as far as the flow",
    says=(
        "Along the flow that the map discretises, q + exp(q) / K grows at the rate gamma. One step "
        "of the map raises it by at least gamma."
    ),
    statement=Bound(gamma, "<=", rise),
    domain=Domain(gamma, K, q),
    source=DERIVED,
    derivation=Derivation(
        Step(rise, by=definition),
        Step(opened, by=algebra),
        Step(
            increment + exp(q) / K * increment,
            by=Majorised(exp(s), 1 + s, s, of=increment, order=2, sense=">="),
        ),
        Step(gamma, by=algebra),
    ),
)

qgamma_step_upper = Claim(
    id="assoc-scaling.qgamma-step-upper",
    title="One step of the map goes little further than the flow",
    says=(
        "Where the first step of the map from 0 is at most 1.79, every step raises q + exp(q) / K "
        "by at most gamma plus a quarter of gamma squared."
    ),
    statement=Bound(rise, "<=", gamma + gamma**2 / 4),
    domain=Domain(gamma, K, q, where=(MODERATE,)),
    source=DERIVED,
    derivation=Derivation(
        Step(rise, by=definition),
        Step(opened, by=algebra),
        Step(
            increment + exp(q) / K * (increment + increment**2),
            by=Majorised(exp(s), 1 + s + s**2, s, of=increment, order=3, end=LARGEST, power=2),
        ),
        Step(
            gamma + gamma**2 / 4 - gamma**2 / 4 * ((1 - exp(q) / K) / (1 + exp(q) / K)) ** 2,
            by=algebra,
        ),
        Step(gamma + gamma**2 / 4, by=Nonnegative("<=")),
    ),
)

flow_time = 1 / K.symbol + gamma * n
late_time = 1 / K.symbol + n * (gamma + gamma**2 / 4)

qgamma_potential = Claim(
    id="assoc-scaling.qgamma-potential",
    title="The iterates are ahead of the flow",
    says="After n steps q + exp(q) / K is at least its value at 0 plus n times gamma.",
    statement=Bound(flow_time, "<=", potential(iterated(gamma, K, n))),
    domain=Domain(gamma, K, n),
    source=DERIVED,
    observables=(iterated,),
    derivation=Derivation(
        Step(potential(iterate), by=definition),
        Step(flow_time, by=TelescopedBy(qgamma_step, potential=potential(q), sense=">=")),
    ),
)

qgamma_potential_upper = Claim(
    id="assoc-scaling.qgamma-potential-upper",
    title="The iterates are not far ahead of the flow",
    says=(
        "Where the first step is at most 1.79, after n steps q + exp(q) / K is at most its value "
        "at 0 plus n times gamma plus a quarter of gamma squared."
    ),
    statement=Bound(potential(iterated(gamma, K, n)), "<=", late_time),
    domain=Domain(gamma, K, n, where=(MODERATE,)),
    source=DERIVED,
    observables=(iterated,),
    derivation=Derivation(
        Step(potential(iterate), by=definition),
        Step(late_time, by=TelescopedBy(qgamma_step_upper, potential=potential(q))),
    ),
)


def along_flow(time: Any) -> Expr:
    """Where q + exp(q) / K equals a given value, through Lambert's function."""
    return time - LambertW(exp(time) / K)


qgamma_bracket = Claim(
    id="assoc-scaling.qgamma-bracket",
    title="The weights lie between two times of one flow",
    says=(
        "The n-th iterate is at least where the flow is after time n gamma and, where the first "
        "step is at most 1.79, at most where it is after time n (gamma + gamma squared over 4); "
        "Lambert's function gives both in closed form."
    ),
    statement=Bound(
        along_flow(flow_time), "<=", iterated(gamma, K, n), "<=", along_flow(late_time)
    ),
    domain=Domain(gamma, K, n, where=(MODERATE,)),
    source=DERIVED,
    observables=(iterated,),
    derivation=Derivation(
        Step(iterate, by=definition),
        Step(
            along_flow(flow_time),
            by=Inverse(qgamma_potential, potential=potential(q), variable=q, sense=">="),
        ),
        Step(iterate, by=definition),
        Step(
            along_flow(late_time),
            by=Inverse(qgamma_potential_upper, potential=potential(q), variable=q),
        ),
    ),
)

qgamma_growth = Claim(
    id="assoc-scaling.qgamma-growth",
    title="Weights grow like the logarithm of the count",
    says="The exponential of the n-th iterate is asymptotic to n times K times gamma.",
    statement=Equivalent(exp(iterated(gamma, K, n)), K * gamma * n, as_=(n, oo)),
    domain=Domain(gamma, K, n),
    source=DERIVED,
    observables=(iterated,),
    derivation=Derivation(
        Step(exp(iterate), by=definition),
        Step(
            K * potential(iterate),
            by=AlongIterates(qgamma_potential, potential=potential(q), variable=q),
        ),
        Step(
            K * gamma * n,
            by=StolzCesaro(qgamma_potential, potential=potential(q), variable=q),
        ),
    ),
)

qgamma_small_step = Claim(
    id="assoc-scaling.qgamma-small-step",
    title="With small steps the weights are the counts",
    says=(
        "The n-th iterate is at most n times the first, and at least n times what a step adds "
        "there. As long as n gamma is small, weights are proportional to counts."
    ),
    statement=Bound(
        n * gamma / (1 + exp(n * first) / K), "<=", iterated(gamma, K, n), "<=", n * first
    ),
    domain=Domain(gamma, K, n),
    source=EXPONENTS,
    observables=(iterated,),
    derivation=Derivation(
        Step(iterate, by=definition),
        Step(n * first, by=Telescoped()),
        Step(iterate, by=definition),
        Step(n * gamma / (1 + exp(n * first) / K), by=Telescoped(sense=">=", rises_at_most=first)),
    ),
)

often = Natural("n", at_least=1, meaning="how often the input was seen", grid=(1, 2, 10, 100))
later = gamma / (1 + exp(first) / K)
iterated_seen = iterated_for(often)

qgamma_large_step = Claim(
    id="assoc-scaling.qgamma-large-step",
    title="With large steps the weights are all but equal",
    says=(
        "The n-th iterate is at least the first, and exceeds it by at most n - 1 times what the "
        "second step adds. Where the first step is large, all seen inputs have nearly equal weight."
    ),
    statement=Bound(first, "<=", iterated_seen(gamma, K, often), "<=", first + (often - 1) * later),
    domain=Domain(gamma, K, often),
    source=EXPONENTS,
    observables=(iterated_seen,),
    derivation=Derivation(
        Step(iterated_seen.definition, by=definition),
        Step(Iterate(published_map(K), (q, first, often - 1)), by=FirstStep()),
        Step(first, by=Telescoped(sense=">=")),
        Step(iterated_seen.definition, by=definition),
        Step(Iterate(published_map(K), (q, first, often - 1)), by=FirstStep()),
        Step(first + (often - 1) * later, by=Telescoped()),
    ),
)

several = Natural("n", at_least=2, meaning="how often the input was seen", grid=(2, 10, 100))
iterated_several = iterated_for(several)
v = Symbol("v", positive=True)


def exponent(weight: Any) -> Expr:
    """Effective exponent: the slope of log weight against log count, from 1 to n."""
    return log(weight / first) / log(several.symbol)


qgamma_exponent = Claim(
    id="assoc-scaling.qgamma-exponent",
    title="The effective exponent of the weights in the counts",
    says=(
        "Between the counts 1 and n the weights grow like a power of the count whose exponent lies "
        "between two bounds. The lower one is near 1 when n gamma is small, the upper one near 0 "
        "when the first step is large."
    ),
    statement=Bound(
        exponent(several * gamma / (1 + exp(several * first) / K)),
        "<=",
        exponent(iterated_several(gamma, K, several)),
        "<=",
        exponent(first + (several - 1) * later),
    ),
    domain=Domain(gamma, K, several),
    source=EXPONENTS,
    observables=(iterated_several,),
    derivation=Derivation(
        Step(exponent(iterated_several.definition), by=definition),
        Step(
            exponent(several * gamma / (1 + exp(several * first) / K)),
            by=Rising(qgamma_small_step, {n: several}, exponent(v), v, sense=">="),
        ),
        Step(exponent(iterated_several.definition), by=definition),
        Step(
            exponent(first + (several - 1) * later),
            by=Rising(qgamma_large_step, {often: several}, exponent(v), v),
        ),
    ),
)

factor = Real("c", at_least=1, meaning="how many times larger a step", grid=(1, 2, 10))
softer = Iterate(q + gamma / (1 + exp(factor * q) / K), (q, 0, n))

iterated_larger = Observable(
    "iterated_larger",
    (few, factor, K, n),
    latex="q_n(c \\gamma)",
    meaning="n-th iterate from 0 of the map with steps c gamma",
    definition=iterate.subs(gamma.symbol, factor * few),
)

qgamma_flattening = Claim(
    id="assoc-scaling.qgamma-flattening",
    title="Larger steps flatten the weights",
    says=(
        "With steps c times as large, a weight is at most c times as large, for step sizes up to 4 "
        "before the change. The weight of an input seen n times, relative to that of an input seen "
        "once, falls with the step size, and so does the effective exponent."
    ),
    statement=Bound(iterated_larger(few, factor, K, n), "<=", factor * iterated(few, K, n)),
    domain=Domain(few, factor, K, n),
    source=EXPONENTS,
    observables=(iterated_larger, iterated),
    derivation=Derivation(
        Step(iterated_larger.definition, by=definition),
        Step(factor * softer, by=Conjugated(factor)),
        Step(factor * iterate, by=Compared("<=")),
    ),
)

N = Natural("N", at_least=1, meaning="number of inputs")
d = Natural("d", at_least=1, meaning="embedding dimension")
T = Natural("T", meaning="number of steps")
size = Natural("size", at_least=1, latex=r"|B|", meaning="size of a batch")
x = Integer("x", at_least=1, meaning="the input that is asked for")
y = Integer("y", at_least=1, meaning="a class")
state, logits = (Symbol(name, real=True) for name in ("W", "S"))
first_state = Symbol("W_0", real=True)
step_memory, step_logits, logits_of = (Function(name, real=True) for name in ("Phi", "Psi", "pi"))

memory_logit = Observable(
    "memory_logit",
    (N, M, d, T, size, gamma, x, y),
    latex=r"u_y^\top W_T e_x",
    meaning=(
        "logit after T gradient steps on W, where pi gives the logits of all inputs under W and "
        "Phi is one such step"
    ),
    definition=logits_of(Iterate(step_memory(state), (state, first_state, T))),
)
gram_logit = Observable(
    "gram_logit",
    (N, M, d, T, size, gamma, x, y),
    latex=r"(S_T)_{xy}",
    meaning=(
        "same entry of the table of logits that makes the T steps without W, Psi being one such "
        "step"
    ),
    definition=Iterate(step_logits(logits), (logits, logits_of(first_state), T)),
)


gram_sgd = Claim(
    id="assoc-scaling.gram-sgd",
    title="Stochastic gradient descent without the matrix",
    says=(
        "Stochastic gradient descent on W can be followed in the table of logits with the Gram "
        "matrices of fixed embeddings, whatever these are: the logits after any number of steps "
        "are the same. A step costs nothing that grows with the dimension."
    ),
    statement=Identity(memory_logit(), gram_logit()),
    domain=Domain(
        N,
        M,
        d,
        T,
        size,
        gamma,
        x,
        y,
        where=(x <= N, y <= M),
        remarks=("$E$, $U$, $W_0$ and the batches are arbitrary and the same for both",),
    ),
    source=DERIVED,
    observables=(memory_logit, gram_logit),
    derivation=Derivation(
        Step(memory_logit.definition, by=definition),
        Step(
            gram_logit.definition,
            by=Intertwined(gram_sgd_step, state=W, is_view=is_logit),
            note="$\\pi(\\Phi(W)) = \\Psi(\\pi(W))$ for every batch",
        ),
    ),
)

SETTING = (
    "$N = 100$ inputs in $M = 5$ classes, $f_*(x) = x \\bmod M$, Zipf exponent $2$; "
    "$e_x \\sim \\mathcal{N}(0, I/d)$, $u_y$ uniform on the unit sphere, $W_0 = 0$; the weights "
    "of the approximation are those of the published map with level $M - 1$, on the same samples"
)


def runs(*choices: str) -> Categorical:
    """Settings of training, by name."""
    return Categorical(
        "run", latex="r", meaning="dimension, batches and step size", choices=choices
    )


roomy = runs(
    "d 100, 1000 batches of 1, step 1",
    "d 100, 1000 batches of 1, step 10",
    "d 400, 1000 batches of 1, step 1",
    "d 400, 1000 batches of 1, step 10",
    "d 100, 100 batches of 1000, step 1",
)
crowded = runs("d 10, 1000 batches of 1, step 1", "d 10, 1000 batches of 1, step 10")
difference = r"\left|\mathcal{E}(W_T) - \mathcal{E}(W_{q_\gamma})\right|"
approximation_gap = Observable(
    "approximation_gap",
    (roomy,),
    latex=rf"\mathbb{{E}}{difference}",
    meaning="mean absolute difference of the errors of the trained memory and of the approximation",
)
approximation_excess = Observable(
    "approximation_excess",
    (crowded,),
    latex=r"\mathbb{E}\left[\mathcal{E}(W_{q_\gamma}) - \mathcal{E}(W_T)\right]",
    meaning="mean of the error of the approximation minus that of the trained memory",
)

sgd_approx_error = Claim(
    id="assoc-scaling.sgd-approx-error",
    title="In enough dimensions the approximate weights err like the trained memory",
    says=(
        "Where the dimension is at least the number of inputs, the memory with the weights of the "
        "published map has, on the same samples, the error of the trained one to within one point "
        "in a hundred on average."
    ),
    statement=Bound(approximation_gap(roomy), "<=", Rational(1, 100)),
    domain=Domain(roomy, remarks=(SETTING,)),
    source=Source(PAPER, "approximate dynamics", seen=Seen.REPOSITORY, standing=Standing.SHARPENED),
    observables=(approximation_gap,),
)

sgd_approx_breakdown = Claim(
    id="assoc-scaling.sgd-approx-breakdown",
    title="In few dimensions the approximation breaks down",
    says=(
        "With ten times more inputs than dimensions and batches of one, the memory with the "
        "weights of the published map errs on average at least five points in a hundred more "
        "than the trained one, which learns to make inputs not disturb one another."
    ),
    statement=Bound(approximation_excess(crowded), ">=", Rational(5, 100)),
    domain=Domain(crowded, remarks=(SETTING,)),
    source=DERIVED,
    observables=(approximation_excess,),
)
