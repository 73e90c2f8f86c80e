"""Two tokens: limits of functions of both margins along the gradient flow, and of their gap.

The margins settle by the theorem of `margin_limits`, whose hypotheses are decided here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sympy
from sympy.core.function import AppliedUndef

from theory.assoc_dynamics.coordinates import are_coordinates
from theory.assoc_dynamics.descent import seen_real
from theory.assoc_dynamics.margin_limits import are_lemmas, only_flow
from theory.core.decision import Finding, Status, decide_equal, decide_positive
from theory.core.domain import Domain
from theory.core.printing import latex
from theory.core.rising import is_bound_inside
from theory.core.rule import Rule, undecided, worst

if TYPE_CHECKING:
    from theory.core.claim import Claim

__all__ = ["GapByRates", "GapByResidue", "PairFlow", "PairSettles"]


class PairFlow(sympy.Function):
    """A function of x, y and t along the solution of x' = F(x, y), y' = G(x, y), at a time.

    ``PairFlow(observed, x, y, F, G, x0, y0, time)``.
    """

    nargs = (8,)
    followed = 1

    @property
    def observed(self) -> sympy.Expr:
        """The function that is followed."""
        return self.args[0]

    @property
    def time(self) -> sympy.Expr:
        """For how long it flows."""
        return self.args[7]

    @property
    def field(self) -> dict[sympy.Symbol, sympy.Expr]:
        """The rates of the two variables."""
        _, x, y, F, G, *_ = self.args
        return {x: F, y: G}

    def _eval_is_real(self) -> bool | None:
        return True if all(part.is_extended_real for part in self.args) else None

    def _eval_simplify(self, **_: Any) -> sympy.Expr:
        return self

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        observed, x, y, F, G, x0, y0, time = (printer._print(argument) for argument in self.args)
        power = f"^{{{exp}}}" if exp else ""
        system = rf"\dot{{{x}}} = {F},\ \dot{{{y}}} = {G},\ ({x}, {y})(0) = ({x0}, {y0})"
        return rf"\left({observed} \mid {system}\right){power}\left({time}\right)"


def decide_nonzero(value: sympy.Expr, domain: Domain) -> Finding:
    """Whether an expression has one strict sign on the domain."""
    found = [decide_positive(sympy.factor(sign * value), domain) for sign in (1, -1)]
    return next((f for f in found if f.status is Status.PROVED), undecided(f"{value} may be 0"))


class _FarOut:
    """Functions of two margins and time where the exponentials of the margins are r t and s t.

    They become quotients of polynomials in h = 1 / t, but for a power of h in front, with
    coefficients in r and s: as r and s converge and h goes to 0, such a quotient tends to the
    quotient of the lowest coefficients, if that of the denominator does not vanish.
    """

    def __init__(self, x: Any, y: Any, time: Any) -> None:
        self.x, self.y, self.time = x, y, time
        self.r, self.s, self.h = (sympy.Dummy(name, positive=True) for name in "rsh")
        self.fractional: dict[Any, sympy.Symbol] = {}

    def limit(self, expression: Any, growth: Any, domain: Domain) -> sympy.Expr | None:
        """The limit as r and s go to what ``growth`` says, and h to 0; None if it is not seen."""
        written = sympy.expand_power_base(sympy.sympify(expression).subs(self.time, 1 / self.h))
        written = written.replace(sympy.exp, self._exponential)
        written = written.replace(sympy.Pow, self._power)
        if written.has(self.x, self.y):
            return None
        roots = [sign for (base, _), sign in self.fractional.items() if base == self.h]
        parts = []
        for part in sympy.fraction(sympy.together(written)):
            try:
                polynomial = sympy.Poly(sympy.expand(part), self.h, *roots)
            except sympy.PolynomialError:
                return None
            inside = (self.r, self.s, *self.fractional.values())
            if not all(c.is_polynomial(*inside) for c in polynomial.coeffs()):
                return None  # it may jump where r and s end
            lowest = min(powers[0] for powers in polynomial.monoms())
            if len({powers[1:] for powers in polynomial.monoms()}) != 1:
                return None
            powers = (lowest, *polynomial.monoms()[0][1:])
            parts.append((powers, polynomial.coeff_monomial(powers)))
        (above, leading), (below, divisor) = parts
        fractions = [e for (base, e), _ in self.fractional.items() if base == self.h]
        order = above[0] - below[0]
        order += sum((n - k) * e for n, k, e in zip(above[1:], below[1:], fractions, strict=True))
        back = {sign: base**e for (base, e), sign in self.fractional.items()}
        at = dict(zip((self.r, self.s), growth, strict=True))
        leading, divisor = (
            sympy.factor(coefficient.xreplace(back).subs(at, simultaneous=True))
            for coefficient in (leading, divisor)
        )
        if decide_nonzero(divisor, domain).status is not Status.PROVED:
            return None
        if sympy.simplify(order) == 0:
            value = sympy.powsimp(leading / divisor)
            return value.replace(sympy.Pow, lambda base, power: base ** sympy.factor(power))
        falls = decide_positive(sympy.factor(order), domain).status is Status.PROVED
        return sympy.S.Zero if falls else None

    def _exponential(self, argument: sympy.Expr) -> sympy.Expr:
        argument = sympy.expand(argument)
        one, two = argument.coeff(self.x), argument.coeff(self.y)
        rest = sympy.exp(sympy.expand(argument - one * self.x - two * self.y))
        powers = self._power(self.r, one) * self._power(self.s, two)
        return rest * powers * self._power(self.h, -one - two)

    def _power(self, base: Any, exponent: Any) -> sympy.Expr:
        """A power with the integer part of its exponent apart: -a / (1 + a) is 1 / (1 + a) - 1."""
        if base not in (self.r, self.s, self.h):
            return base**exponent
        above, below = sympy.fraction(sympy.together(exponent))
        symbols = sorted(exponent.free_symbols, key=str)
        if not symbols:
            return base**exponent
        whole, rest = sympy.div(sympy.expand(above), sympy.expand(below), *symbols)
        if not whole.is_Integer:
            return base**exponent
        key = (base, sympy.factor(rest / below))
        sign = self.fractional.setdefault(key, sympy.Dummy("power", positive=True))
        return base**whole * sign


@dataclass(frozen=True, eq=False)
class PairSettles(Rule):
    """The theorem of `margin_limits` for two tokens, whose matrix c K is written out.

    Nothing is presumed: that c K is symmetric and positive definite, and that the weights are
    positive, is decided here.

    Parameters
    ----------
    mobility : matrix, 2 by 2
        c K.
    probabilities : pair of expressions
    gradient, potential : Claim
        As for `MarginsSettle`.
    time : parameter
    """

    mobility: Any
    probabilities: tuple[Any, Any]
    gradient: Claim
    potential: Claim
    time: Any

    @property
    def relation(self) -> str:
        return "~"

    @property
    def words(self) -> str:
        lemmas = rf"\texttt{{{self.gradient.id}}} and \texttt{{{self.potential.id}}}"
        return f"a function that falls along the flow in logarithmic time: {lemmas}"

    def tends(self) -> tuple[sympy.Symbol, sympy.Expr]:
        return sympy.sympify(self.time), sympy.oo

    def growth(self) -> tuple[sympy.Expr, sympy.Expr]:
        """What e^m of the two margins is over time, in the limit: p / (c K)^{-1} 1."""
        (k11, k12), (_, k22) = self.mobility
        det = k11 * k22 - k12**2
        p1, p2 = self.probabilities
        return sympy.factor(p1 * det / (k22 - k12)), sympy.factor(p2 * det / (k11 - k12))

    def hypotheses(self, flow: PairFlow, domain: Domain) -> list[Finding]:
        """That the flow is one of those that the theorem is about."""
        (k11, k12), (k21, k22) = self.mobility
        p1, p2 = self.probabilities
        x, y = flow.field
        pull1, pull2 = p1 / (1 + sympy.exp(x)), p2 / (1 + sympy.exp(y))
        signs = [k11, k11 * k22 - k12 * k21, k22 - k12, k11 - k12, p1, p2]
        lemmas = [c.derivation_report().worst for c in (self.gradient, self.potential)]
        moving = (flow.observed, *flow.field.values())
        fixed = (*flow.args[5:7], *signs, k12, k21)
        if not are_lemmas(self.gradient, self.potential):
            return [undecided("the two claims are not those that the proof rests on")]
        return [
            are_coordinates((x, y), domain, *fixed, seen=moving),
            *(seen_real(start, domain) for start in flow.args[5:7]),
            decide_equal(flow.field[x], k11 * pull1 + k12 * pull2, domain),
            decide_equal(flow.field[y], k21 * pull1 + k22 * pull2, domain),
            decide_equal(k12, k21, domain),
            *(decide_positive(sympy.factor(sign), domain) for sign in signs),
            *(Finding(status, "a claim that the proof rests on") for status in lemmas),
        ]

    def limit(self, expression: Any, flow: PairFlow, domain: Domain) -> sympy.Expr | None:
        """The limit of an expression in both margins and time along the flow, if it is seen."""
        x, y = flow.field
        return _FarOut(x, y, self.time).limit(expression, self.growth(), domain)

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        flow = only_flow(PairFlow, before, after)
        if flow is None or flow.time != self.time:
            return undecided("the rule takes a function of both margins to one of time")
        hole = sympy.Dummy("flow", real=True)
        around = sympy.sympify(before).xreplace({flow: hole})
        if around.has(*flow.field) or after.has(*flow.field) or is_bound_inside(flow, around):
            return undecided("the margins are followed outside the flow")
        observed = around.xreplace({hole: flow.observed})
        value = self.limit(observed / after, flow, domain)
        if value is None:
            return undecided("the ratio is not seen to be continuous where time is infinite")
        return worst(*self.hypotheses(flow, domain), decide_equal(value, 1, domain))


@dataclass(frozen=True, eq=False)
class GapByRates(Rule):
    """A gap between two margins that closes like one over time, by l'Hopital's rule.

    With e^gap - 1 = H / E and D = E / t: where the gap tends to 0 and D to infinity, t times the
    gap tends to the limit of H' / D', if there is one.

    Parameters
    ----------
    settled : PairSettles
    numerator, denominator : expressions in the two margins
        H and E.
    """

    settled: PairSettles
    numerator: Any
    denominator: Any

    @property
    def relation(self) -> str:
        return "~"

    @property
    def words(self) -> str:
        return r"l'H\^opital's rule"

    def tends(self) -> tuple[sympy.Symbol, sympy.Expr]:
        return self.settled.tends()

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        flow = only_flow(PairFlow, before, after)
        if flow is None or before != flow or flow.time != self.settled.time:
            return undecided("the rule takes a function of both margins to one of time")
        time = flow.time
        constant = sympy.simplify(after * time)
        if constant.has(time):
            return undecided(f"{after} is not in proportion to 1 / {time}")
        top, bottom = (sympy.sympify(e) for e in (self.numerator, self.denominator))
        divisor = bottom / time
        growth = time * _rate(divisor, flow) / divisor
        wanted = [
            self.settled.limit(e, flow, domain)
            for e in (growth, 1 / divisor, _rate(top, flow) / _rate(divisor, flow))
        ]
        if any(value is None for value in wanted):
            return undecided("a limit is not seen")
        pace, nothing, limit = wanted
        return worst(
            *_small_gap(flow, top / bottom, self.settled, domain),
            decide_equal(nothing, 0, domain),
            decide_positive(sympy.factor(pace), domain),
            decide_equal(limit, constant, domain),
            decide_nonzero(constant, domain),
        )


@dataclass(frozen=True, eq=False)
class GapByResidue(Rule):
    """A gap between two margins that closes like a power of time below 1.

    With e^gap - 1 = H / E: where H' = O(t^(-1 - decay)), H converges; if its limit is not 0, the
    gap is asymptotic to that limit over E.

    Parameters
    ----------
    settled : PairSettles
    numerator, denominator : expressions in the two margins
        H and E.
    residue : expression
        The limit of H.
    decay : expression
        Positive.
    remark : str
        The remark of the domain that says that the residue is the limit of H, and not 0; with H
        as a formula, as `latex` prints it.
    """

    settled: PairSettles
    numerator: Any
    denominator: Any
    residue: Any
    decay: Any
    remark: str

    @property
    def relation(self) -> str:
        return "~"

    @property
    def words(self) -> str:
        return "what an exponential loss would conserve converges"

    def tends(self) -> tuple[sympy.Symbol, sympy.Expr]:
        return self.settled.tends()

    def check(self, before: sympy.Expr | None, after: sympy.Expr, domain: Domain) -> Finding:
        flow = only_flow(PairFlow, before, after)
        if flow is None or before != flow or flow.time != self.settled.time:
            return undecided("the rule takes a function of both margins to one of time")
        if self.remark not in domain.remarks:
            return undecided(f"the domain does not say: {self.remark}")
        top, bottom = (sympy.sympify(e) for e in (self.numerator, self.denominator))
        if f"${latex(top, domain)}$" not in self.remark:
            return undecided(f"the remark does not speak of {top}")
        shrinking = after / self.residue
        if shrinking.has(self.residue) or after.has(*flow.field):
            return undecided("the line after is not in proportion to the residue")
        moving = sympy.Tuple(self.residue, self.decay)
        if not isinstance(self.residue, AppliedUndef) or moving.has(flow.time, *flow.field):
            return undecided(f"{self.residue} is no constant for a remark to speak of")
        pace = self.settled.limit(flow.time ** (1 + self.decay) * _rate(top, flow), flow, domain)
        share = self.settled.limit(bottom * shrinking, flow, domain)
        if pace is None or share is None:
            return undecided("a limit is not seen")
        return worst(
            *_small_gap(flow, top / bottom, self.settled, domain),
            decide_positive(self.decay, domain),
            decide_equal(share, 1, domain),
        )


def _rate(function: sympy.Expr, flow: PairFlow) -> sympy.Expr:
    """The derivative of a function of both margins and time along the flow."""
    terms = [sympy.diff(function, v) * rate for v, rate in flow.field.items()]
    return sympy.diff(function, flow.time) + sympy.Add(*terms)


def _joined(expression: sympy.Expr) -> sympy.Expr:
    """Products of exponentials as exponentials of simplified sums."""
    whole = sympy.powsimp(sympy.expand(expression), combine="exp")
    return sympy.expand(whole.replace(sympy.exp, lambda e: sympy.exp(sympy.factor(e))))


def _small_gap(
    flow: PairFlow, quotient: sympy.Expr, settled: PairSettles, domain: Domain
) -> list[Finding]:
    """That e^gap - 1 is the quotient, and that the gap tends to 0."""
    exponential = sympy.exp(flow.observed)
    limit = settled.limit(exponential, flow, domain)
    tends = undecided("the limit of the gap is not seen")
    if limit is not None:
        tends = decide_equal(limit, 1, domain)
    return [
        *settled.hypotheses(flow, domain),
        decide_equal(_joined(exponential - 1 - quotient), 0, domain),
        tends,
    ]
