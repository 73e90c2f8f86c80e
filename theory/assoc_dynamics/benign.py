"""Large steps are benign: on data that some memory answers rightly, all errors together are few.

The argument is that of the perceptron. Every error turns the memory towards the max-margin memory,
while its norm grows slowly, whatever the step size.
"""

from __future__ import annotations

from sympy import E as EULER
from sympy import LambertW, Sum, exp, sqrt

from theory import (
    Bound,
    ByClaim,
    Cited,
    Claim,
    Derivation,
    Domain,
    Integer,
    Natural,
    Observable,
    Real,
    Step,
    Termwise,
    Vector,
    algebra,
    definition,
)
from theory.assoc_dynamics.descent import ExponentialTangent, LambertEquation
from theory.assoc_dynamics.large_steps import (
    CAUCHY,
    DERIVED,
    PAIRS,
    PLACE,
    E,
    M,
    N,
    R,
    U,
    W,
    d,
    error,
    eta,
    f,
    instance,
    interaction,
    j,
    k,
    l,
    margin,
    mass,
    mean_over_errors,
    odds,
    over_tokens,
    p,
    pushed,
    radius,
    rival,
    token,
    total_one,
    x,
    y,
    z,
)
from theory.assoc_dynamics.perceptron import (
    FROM_ZERO,
    CountedCosts,
    ForEntries,
    InProportion,
    PerceptronArgument,
    SeparatedRoot,
)
from theory.core.rules.finite_sums import FiniteSums
from theory.core.rules.monotone import (
    ByOneLink,
    ByRemark,
    Chained,
    EachTerm,
    OneSign,
    Replaced,
    SplitOff,
)

__all__ = [
    "benign",
    "benign_aligned",
    "benign_growth",
    "benign_mistake",
    "benign_mistakes",
    "benign_pull",
]

rivals = Natural("r", at_least=1, meaning="number of wrong labels", grid=(1, 2, 5))
margins = Vector("m", length=rivals, entry=Real("m"), meaning="margins over the wrong labels")
weighted = Sum(margins[j] * exp(-margins[j]), (j, 1, rivals))
weights = Sum(exp(-margins[j]), (j, 1, rivals))
most_pull = LambertW(rivals / EULER)

benign_pull = Claim(
    id="assoc-dynamics.benign-pull",
    title="One token pulls its margins up by no more than a constant",
    says=(
        "The margins of a token over its wrong labels, weighted by the probabilities of these, sum "
        "to at most Lambert's function of the number of wrong labels over e. So a memory grows "
        "slowly however large its steps are."
    ),
    statement=Bound(weighted / (1 + weights), "<=", most_pull),
    domain=Domain(rivals, margins),
    source=DERIVED,
    derivation=Derivation(
        Step(weighted / (1 + weights), by=definition),
        Step(
            Sum(most_pull * exp(-margins[j]) + exp(-1 - most_pull), (j, 1, rivals)) / (1 + weights),
            by=Replaced(
                weighted,
                Sum(most_pull * exp(-margins[j]) + exp(-1 - most_pull), (j, 1, rivals)),
                by=EachTerm(
                    ExponentialTangent(
                        of=margins[j] - 1 - most_pull,
                        times=exp(-margins[j]),
                    )
                ),
            ),
        ),
        Step((most_pull * weights + rivals * exp(-1 - most_pull)) / (1 + weights), by=FiniteSums()),
        Step(most_pull, by=LambertEquation(rivals / EULER)),
    ),
)

target_margin = Observable(
    "target_margin",
    (token, rival),
    latex="m^*",
    meaning="margin of a token over its y-th wrong label under the fixed memory of norm 1",
)
max_margin = Observable(
    "max_margin",
    (E, U, f),
    latex=r"\gamma",
    meaning="largest margin of a memory of norm 1",
)
gamma = max_margin()
TARGET = (
    "some memory of Frobenius norm 1 has all margins at least $\\gamma > 0$, "
    "the largest such number"
)
aligned_rise = Observable(
    "aligned_rise",
    (W, eta),
    latex=r"\langle W' - W, W_* \rangle",
    meaning="what a gradient step adds to the inner product with the max-margin memory of norm 1",
    definition=eta * over_tokens(mean_over_errors(x, target_margin)),
)

benign_aligned = Claim(
    id="assoc-dynamics.benign-aligned",
    title="Every error turns the memory towards the max-margin memory",
    says=(
        "A gradient step adds to the inner product with the max-margin memory of norm 1 at least "
        "the step size times the margin times the mean probability of the wrong labels."
    ),
    statement=Bound(eta * gamma * error(), "<=", aligned_rise()),
    domain=Domain(*instance, W, eta, remarks=(PAIRS, TARGET)),
    source=DERIVED,
    observables=(error, aligned_rise, max_margin, margin, target_margin, odds),
    derivation=Derivation(
        Step(eta * gamma * error.definition, by=definition),
        Step(eta * over_tokens(mean_over_errors(x, lambda *_: gamma)), by=algebra),
        Step(
            aligned_rise.definition,
            by=Replaced(
                gamma, target_margin(x, y), by=ByRemark(TARGET, bound=(gamma, target_margin(x, y)))
            ),
        ),
    ),
)

omega = LambertW((M - 1) / EULER)
own_pull = over_tokens(mean_over_errors(x, margin))
norm_rise = Observable(
    "norm_rise",
    (W, eta),
    latex=r"\lVert W' \rVert^2 - \lVert W \rVert^2",
    meaning="what a gradient step adds to the squared norm of the memory",
    definition=2 * eta * own_pull + eta**2 * over_tokens(mean_over_errors(x, lambda *_: pushed)),
)
all_pushed = pushed.xreplace({interaction(x, y, k, z): R**2})
radius_times_errors = eta**2 * over_tokens(mean_over_errors(x, lambda *_: R**2))

benign_growth = Claim(
    id="assoc-dynamics.benign-growth",
    title="The squared norm grows slowly, at every step size",
    says=(
        "A gradient step of size eta adds to the squared norm of the memory at most twice eta "
        "times Lambert's function of the number of wrong labels over e, plus eta squared times "
        "the squared radius times the mean probability of the wrong labels."
    ),
    statement=Bound(norm_rise(), "<=", 2 * eta * omega + eta**2 * R**2 * error()),
    domain=Domain(*instance, W, eta, remarks=(PAIRS,)),
    source=DERIVED,
    observables=(norm_rise, error, radius, margin, interaction, odds),
    derivation=Derivation(
        Step(norm_rise.definition, by=definition),
        Step(
            norm_rise.definition - 2 * eta * own_pull + 2 * eta * over_tokens(omega),
            by=Replaced(
                own_pull,
                over_tokens(omega),
                by=Termwise(
                    ForEntries(
                        benign_pull,
                        {rivals: M - 1},
                        entries={margins: lambda j: margin(x, j)},
                        times=p[x],
                    )
                ),
            ),
        ),
        Step(norm_rise.definition - 2 * eta * own_pull + 2 * eta * omega, by=total_one),
        Step(
            2 * eta * omega + eta**2 * over_tokens(mean_over_errors(x, lambda *_: all_pushed)),
            by=Replaced(interaction(x, y, k, z), R**2, by=Cited(CAUCHY, PLACE, sense="<=")),
        ),
        Step(
            2 * eta * omega + radius_times_errors,
            by=Replaced(
                all_pushed,
                R**2,
                by=Chained(
                    (Sum(p[k] * R**2 * mass(k) / (1 + mass(k)), (k, 1, N)), algebra),
                    (Sum(p[k] * R**2, (k, 1, N)), Termwise(OneSign())),
                    (R**2, total_one),
                ),
            ),
        ),
        Step(2 * eta * omega + eta**2 * R**2 * error.definition, by=algebra),
    ),
    uses=("assoc-dynamics.particle-system",),
)

steps = Natural("k", at_least=0, latex="k", meaning="number of steps", grid=(1, 10, 100))
error_sum = Observable(
    "error_sum",
    (eta, steps),
    latex=r"\sum_{i < k} G(W_i)",
    meaning="sum of the mean probabilities of the wrong labels over the first k steps from W = 0",
)
largest_root = (eta**2 * R**2 + sqrt(eta**4 * R**4 + 8 * eta**3 * gamma**2 * omega * steps)) / (
    2 * eta**2 * gamma**2
)
two_terms = R**2 / gamma**2 + sqrt(2 * omega * steps / eta) / gamma
ZERO = FROM_ZERO
running = (N, M, d, l, E, U, f, p, eta, steps)
SIGNS = {R: PAIRS, gamma: TARGET, omega: ""}

benign = Claim(
    id="assoc-dynamics.benign",
    title="Large steps are benign: the errors of all steps together are bounded",
    says=(
        "On data that some memory answers rightly, gradient descent from 0 with any step size errs "
        "little: the mean probabilities of the wrong labels over k steps sum to at most the "
        "squared radius over the squared margin, as for the perceptron, plus a term in the square "
        "root of k over the step size. So the running mean error tends to 0 at every step size, "
        "and larger steps lower the bound."
    ),
    statement=Bound(error_sum(), "<=", largest_root, "<=", two_terms),
    domain=Domain(*running, remarks=(PAIRS, TARGET, ZERO)),
    source=DERIVED,
    observables=(error_sum, error, radius, max_margin, margin, odds),
    derivation=Derivation(
        Step(error_sum(), by=definition),
        Step(
            largest_root,
            by=PerceptronArgument(
                aligned=ByClaim(benign_aligned),
                squared=ByClaim(benign_growth),
                total=error_sum(),
                error=error(),
                steps=steps,
                positive=SIGNS,
            ),
        ),
        Step(largest_root, by=definition),
        Step(
            two_terms,
            by=SeparatedRoot(
                root=sqrt(eta**4 * R**4 + 8 * eta**3 * gamma**2 * omega * steps),
                first=eta**2 * R**2,
                second=eta * gamma * sqrt(8 * eta * omega * steps),
                positive=SIGNS,
            ),
        ),
    ),
)

mistaken = Integer("t", at_least=1, latex="x_0", meaning="a token")
preferred = Integer("w", at_least=1, latex="y_0", meaning="one of its wrong labels, by number")
MISTAKE = "the margin of the token $x_0$ over its $y_0$-th wrong label is at most 0"

benign_mistake = Claim(
    id="assoc-dynamics.benign-mistake",
    title="A wrong answer costs half the probability of its token",
    says=(
        "If the right label of a token does not have a higher score than some wrong label, the "
        "mean probability of the wrong labels is at least half the probability of the token."
    ),
    statement=Bound(p[mistaken] / 2, "<=", error()),
    domain=Domain(
        *instance,
        W,
        mistaken,
        preferred,
        where=(mistaken <= N, preferred <= M - 1),
        remarks=(PAIRS, MISTAKE),
    ),
    source=DERIVED,
    observables=(error, margin, odds),
    derivation=Derivation(
        Step(error.definition, by=definition),
        Step(p[mistaken] * mass(mistaken) / (1 + mass(mistaken)), by=SplitOff(mistaken, drop=True)),
        Step(p[mistaken] * (1 - 1 / (1 + mass(mistaken))), by=algebra),
        Step(
            p[mistaken] * (1 - 1 / (1 + exp(-margin(mistaken, preferred)))),
            by=Replaced(
                mass(mistaken),
                exp(-margin(mistaken, preferred)),
                by=SplitOff(preferred, drop=True),
                sense=">=",
            ),
        ),
        Step(
            p[mistaken] / 2,
            by=Replaced(
                margin(mistaken, preferred),
                0,
                by=ByRemark(MISTAKE, bound=(margin(mistaken, preferred), 0)),
                sense=">=",
            ),
        ),
    ),
)

mistake_count = Observable(
    "mistake_count",
    (eta, steps),
    latex=r"\#\{i < k : W_i \text{ errs}\}",
    meaning="how many of the memories at the first k steps answer some token wrongly, or tie",
)
rarest = Observable(
    "rarest", (p,), latex=r"p_{\min}", meaning="probability of the least frequent token"
)
RAREST = "a memory errs if some margin of some token is at most 0; $0 < p_{\\min} \\le p(x)$"

benign_mistakes = Claim(
    id="assoc-dynamics.benign-mistakes",
    title="Large steps are benign: the number of memories that err is bounded",
    says=(
        "The number of steps among the first k at which the memory answers some token wrongly is "
        "at most twice the bound on the sum of the mean probabilities of the wrong labels, over "
        "the probability of the least frequent token."
    ),
    statement=Bound(mistake_count(), "<=", 2 / rarest() * two_terms),
    domain=Domain(*running, remarks=(PAIRS, TARGET, ZERO, RAREST)),
    source=DERIVED,
    observables=(mistake_count, rarest, error_sum, error, radius, max_margin, margin, odds),
    derivation=Derivation(
        Step(mistake_count(), by=definition),
        Step(
            2 / rarest() * error_sum(),
            by=CountedCosts(
                ByClaim(benign_mistake),
                count=mistake_count(),
                total=error_sum(),
                error=error(),
                least={p[mistaken]: rarest()},
                remark=RAREST,
            ),
            note="a memory that errs has a pair of margin at most $0$, and the claim is for each",
            granting=benign_mistake.domain.remarks,
        ),
        Step(
            2 / rarest() * largest_root,
            by=InProportion(2 / rarest(), ByOneLink(benign, link=1), positive={rarest(): RAREST}),
        ),
        Step(
            2 / rarest() * two_terms,
            by=InProportion(2 / rarest(), ByOneLink(benign, link=2), positive={rarest(): RAREST}),
        ),
    ),
)
