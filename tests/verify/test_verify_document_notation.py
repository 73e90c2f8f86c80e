"""What a printed claim says about sets, symbols and steps, in small examples."""

import sympy

from tests.verify.made_up import a, claim, size
from theory import (
    ByClaim,
    Cited,
    Derivation,
    Domain,
    Identity,
    Integer,
    Natural,
    Observable,
    Real,
    Simplex,
    Step,
    algebra,
    definition,
)
from theory.core.shorthand import Shorthand
from verify.core.document import document
from verify.core.document_layout import _lines
from verify.core.document_verdict import printed_number
from verify.core.verdict import Decision, How, Verdict


def printed(*claims, verdicts=None, standalone=False):
    return document(claims, verdicts or {}, standalone)


def bare(domain):
    return printed(claim(domain=domain, derivation=Derivation()))


def test_few_integers_are_listed():
    n, m = Integer("n", at_least=2, at_most=3), Integer("m", at_least=1, at_most=9)
    text = bare(Domain(a, n, m))
    assert r"$n \in \{2, 3\}$" in text and r"$m \in \{1, \dots, 9\}$" in text


def test_a_condition_that_leaves_a_few_integers_lists_them():
    n = Natural("n")
    product = sympy.Eq((n - 1) * (n - 10) * (n - 20), 0)
    either = sympy.Or(sympy.Eq(n.symbol, 81), sympy.Eq(n.symbol, 39))
    assert r"Assume $n \in \{1, 10, 20\}$." in bare(Domain(a, n, where=(product,)))
    assert r"Assume $n \in \{39, 81\}$." in bare(Domain(a, n, where=(either,)))
    assert "Assume $n = 3$." in bare(Domain(a, n, where=(sympy.Eq(n.symbol, 3),)))
    m = Natural("m")
    assert "Assume $n = m$." in bare(Domain(a, n, m, where=(sympy.Eq(n.symbol, m.symbol),)))


def test_probability_vectors_without_zeros_are_told_from_others():
    p = Simplex("p", length=2, entry=Real("p", above=0, at_most=1))
    q = Simplex("q", length=2)
    text = bare(Domain(a, p, q))
    assert r"$p \in \Delta^{+}_{2}$ and $q \in \Delta_{2}$" in text
    assert r"$\Delta^{+}_{2}$ is the set of positive probability vectors of length $2$" in text
    assert r"$\Delta_{2}$ is the set of probability vectors of length $2$" in text


def test_lambert_is_named():
    text = printed(claim(statement=Identity(size(a), sympy.LambertW(a)), derivation=Derivation()))
    assert r"Here $W(\cdot)$ is Lambert's function, $W(z) e^{W(z)} = z$." in text


def test_numbers_of_a_closest_call():
    worst = {
        "point": {"a": 1e-06},
        "measured": "[+/- 1.02e-11]",
        "predicted": "= 0",
        "strain": 0.5,
    }
    verdict = Verdict(
        "made-up.thing", Decision.CONFIRMED, How.EXACT, 0.0, 0.0, 1, 0, 0.1, {}, worst=worst
    )
    text = printed(claim(), verdicts={"made-up.thing": verdict})
    assert r"At $a = 10^{-6}$, measured $0 \pm 1.02 \times 10^{-11}$, claimed $0$." in text


def test_numbers_within_words():
    def shown(text):
        return printed_number(text, "a test")

    assert shown("<= [+/- 3e-20]") == r"\ensuremath{\le}~$0 \pm 3 \times 10^{-20}$"
    assert shown("[+/- 3e-20] is not = [1.5 +/- 1e-9]") == (
        r"$0 \pm 3 \times 10^{-20}$ is not = $1.5$"
    )
    assert shown("1/2") == "1/2"


def test_a_step_that_prints_as_the_line_before_is_left_out():
    whole = a**2 + 2 * a + 1
    steps = (Step((a + 1) ** 2, by=definition), Step(whole, by=algebra))
    again = printed(claim(derivation=Derivation(*steps, Step(whole, by=algebra))))
    assert again == printed(claim(derivation=Derivation(*steps)))


def test_a_claim_whose_proof_cites_is_not_called_cited_itself():
    cited = Cited("a theorem", "a book")
    first = claim(
        "first",
        derivation=Derivation(Step((a + 1) ** 2, by=definition), Step(a**2 + 2 * a + 1, by=cited)),
    )
    second = claim(
        "second",
        derivation=Derivation(
            Step((a + 1) ** 2, by=definition), Step(a**2 + 2 * a + 1, by=ByClaim(first))
        ),
    )
    text = printed(first, second)
    assert r"a theorem [a book] [\emph{cited}, not proved here]" in text
    assert r"Theorem~\ref{assay:made-up.first} [with a \emph{cited} step]" in text


def test_a_derivative_is_not_parted_from_what_it_is_of():
    tail = " + ".join(rf"\frac{{x^{{{power}}}}}{{{power}}}" for power in range(2, 40))
    for operator in (r"\frac{\partial}{\partial x}", r"\frac{d^{2}}{d x^{2}}"):
        lines = _lines(rf"f {operator} \left({tail}\right)", 200)
        assert len(lines) > 1
        assert not any(line.rstrip().endswith(operator) for line in lines)
    inside = rf"\left. \frac{{\partial}}{{\partial u}} \left({tail}\right) \right|_{{u=0}}"
    assert not _lines(inside, 200)[0].rstrip().endswith(r"\biggl.")


def test_what_a_shorthand_is_defined_by_is_defined_too():
    z, k, n = sympy.symbols("z k n", integer=True, positive=True)
    total = Shorthand("Z", (z,), "Z(@)", "a sum", sympy.Sum(z**k, (k, 1, n)))
    ratio = Shorthand("P", (z,), "P(@)", "a ratio", 1 / total(z))
    count, row = Natural("n", at_least=1), Natural("z", at_least=1)
    shown = Observable("shown", (count, row), "X", "a double ratio", definition=2 * ratio(z))
    text = printed(
        claim(
            statement=Identity(shown(count, row), 2 * ratio(z)),
            domain=Domain(count, row),
            observables=(shown, ratio, total),
            derivation=Derivation(),
        )
    )
    assert "$P(z) = 1/Z(z)$ for the ratio" not in text  # the articles are the meanings' own
    assert "P(z) = 1/Z(z)$ for a ratio" in text
    assert "Write $Z(z)$ for a sum" in text


def test_an_observable_taken_elsewhere_is_defined_with_its_arguments():
    b = Real("b", above=0, meaning="another number")
    power = Observable("power", (b,), "Q", "square of a number", definition=b**2)
    text = printed(
        claim(
            statement=Identity(power(a + 1), (a + 1) ** 2),
            observables=(power,),
            derivation=Derivation(),
        )
    )
    assert r"Write $Q\left[b\right]$ ($b$: another number) for the square of a number" in text
    assert r"Q\left[b\right] = b^{2}." in text and r"Q[a + 1] = (a + 1)^{2}." in text


def test_the_legend_explains_the_notation_that_a_document_has():
    assert "Notation" not in printed(claim(), standalone=True)
    mark = Observable("mark", (a,), r"\left(q \mapsto q\right)^{\circ 2}(a)", "what is left of a")
    other = claim(
        statement=Identity(mark(a), a.symbol), observables=(mark,), derivation=Derivation()
    )
    assert r"\textbf{Notation.} $(x \mapsto F(x))^{\circ k}(a)$ is" in printed(
        other, standalone=True
    )
