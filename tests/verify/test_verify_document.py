"""The LaTeX of claims: nothing is lost, and nothing passes for more than it is."""

import random
import re
import shutil
import string
import subprocess
from dataclasses import replace
from itertools import pairwise

import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st

from tests.verify.made_up import PAPER, a, claim, size
from theory import (
    ByClaim,
    Categorical,
    Cited,
    Derivation,
    Domain,
    Equivalent,
    Exchange,
    ForAll,
    Identity,
    Labels,
    Natural,
    Real,
    Seen,
    Simplex,
    Source,
    Standing,
    Step,
    Trend,
    Vector,
    algebra,
    definition,
    select,
    topics,
)
from theory.core.decision import Finding, Status
from theory.core.derivation import DerivationReport, StepReport
from theory.core.errors import AssayError
from theory.core.shorthand import Shorthand
from verify.core.document import document
from verify.core.document_layout import _lines
from verify.core.document_style import STYLE
from verify.core.document_text import AS_THEY_ARE, latex_text, plain
from verify.core.verdict import Decision, How, Verdict

n = Natural("n", at_least=1)


def verdict(decision=Decision.CONFIRMED, **changes):
    fields = {
        "id": "made-up.thing",
        "verdict": decision,
        "how": How.STATISTICAL,
        "resolution": 1e-6,
        "error_probability": 1e-3,
        "points": 12,
        "samples": 34567,
        "seconds": 1.0,
        "derivation": {"proved": 2},
        "reason": "",
    }
    return Verdict(**{**fields, **changes})


# ------------------------------------------------------------------------------- compiling

HOST = r"""\documentclass[10pt]{article}
\usepackage[T1]{fontenc}
\usepackage{lmodern,assay}
\newtheorem{theorem}{Theorem}
\begin{document}
\input{fragment}
\end{document}
"""


def compiled(folder, text, standalone):
    """The log of a second run of pdflatex, which knows all references."""
    if shutil.which("pdflatex") is None:
        pytest.skip("pdflatex is not installed")
    if standalone:
        (folder / "main.tex").write_text(text, encoding="utf-8")
    else:
        (folder / "main.tex").write_text(HOST, encoding="utf-8")
        (folder / "fragment.tex").write_text(text, encoding="utf-8")
        (folder / "assay.sty").write_text(STYLE, encoding="utf-8")
    command = ["pdflatex", "-no-shell-escape", "-interaction=nonstopmode", "-halt-on-error"]
    for _ in range(2):
        run = subprocess.run(
            [*command, "-draftmode", "main.tex"],
            cwd=folder,
            capture_output=True,
            timeout=300,
            check=False,
        )
        assert run.returncode == 0, run.stdout.decode(errors="replace")[-3000:]
    return (folder / "main.log").read_text(encoding="utf-8", errors="replace")


def assert_clean(log, most=15.0):
    excess = [float(width) for width in re.findall(r"Overfull \\hbox \(([\d.]+)pt", log)]
    assert max(excess, default=0.0) <= most, [line for line in log.splitlines() if "Over" in line]
    log = log.replace("\n", "")
    assert "undefined references" not in log
    assert "multiply" not in log
    assert not re.search(r"(Reference|Citation) `[^']*' on page \d+ undefined", log)


def taken_as_derived(one):
    """A verdict for which no derivation was checked: that would take most of a test's time."""
    proved = [StepReport(1, Status.PROVED, "", "=", "", {})] * len(one.derivation.steps)
    report = DerivationReport(tuple(proved), Finding(Status.PROVED, ""))
    return verdict(id=one.id, steps=tuple(report.stored()))


@pytest.mark.parametrize("topic", topics())
def test_a_topic_is_printed_whole_and_compiles(topic, tmp_path):
    claims = select([topic])
    whole = document(claims, {one.id: taken_as_derived(one) for one in claims}, True)
    squeezed = re.sub(r"\s+", "", whole)
    for one in claims:
        label = rf"\label{{assay:{one.id}}}"
        assert whole.count(label) == 1
        start = whole.index(label)
        part = whole[start : whole.find(r"\label{assay:", start + 1)]
        assert r"\textbf{Verdict.} Confirmed" in part
        if one.derivation.steps:
            proof = part[part.index(r"\begin{proof}") : part.index(r"\end{proof}")]
            signs = re.findall(r"\\le\b|\\ge\b|\\sim\b|=", proof)
            starts = sum(step.by == definition for step in one.derivation.steps)
            short = [one.latex(step.expression) for step in one.derivation.steps]
            twice = sum(first == second for first, second in pairwise(short))  # printed once
            assert len(signs) >= len(one.derivation.steps) - starts - twice
            assert all(re.sub(r"\s+", "", s) in squeezed for s in short if len(s) < 60)
        assert whole.count(rf"\ref{{assay:{one.id}}} & ") == 1  # its row of evidence
    refers, labels, works, entries = (
        set(re.findall(rf"\\{command}\{{([^}}]*)\}}", whole))
        for command in ("(?:page)?ref", "label", "assaycite", "bibitem")
    )
    assert refers <= labels and works == entries
    assert_clean(compiled(tmp_path, whole, True))


def test_a_fragment_compiles_in_a_document_of_others(tmp_path):
    some = [claim for topic in topics() for claim in select([topic])[::12]]
    verdicts = {one.id: taken_as_derived(one) for one in some}
    assert_clean(compiled(tmp_path, document(some, verdicts, False), False))


# ------------------------------------------------------------------------------- structure


def test_a_document_has_sections_bibliography_and_legend():
    others = claim(id="other-topic.thing")
    text = document([claim(), others, claim("two")], {}, True)
    assert text.index("section{made-up}") < text.index("{assay:made-up.two}")
    assert text.index("{assay:made-up.two}") < text.index("section{other-topic}")
    assert text.count(r"\bibitem{doe2020}") == 1
    assert r"\assaycite{doe2020}{Doe and Roe (2020)}" in text
    assert r"Jané Doe and R.~Roe. \emph{On Things \& Others}. Journal\_of \#1, 2020." in text
    assert "How to read this" in text and "error probability" in text
    assert r"\documentclass" not in document([claim()], {}, False)


def test_no_claims_and_the_same_claim_twice_are_errors():
    with pytest.raises(AssayError, match="no claims"):
        document([], {}, True)
    with pytest.raises(AssayError, match="given twice"):
        document([claim(), claim()], {}, True)


def test_hypotheses_are_written_out():
    q = Simplex("q", length=n)
    f = Labels("f", length=n, classes=2, latex="f_*")
    w = Vector("w", length=n, entry=Real("entry"))
    kind = Categorical("kind", choices=("one_way", "other"), latex=r"\kappa", meaning="which way")
    one = claim(
        statement=Identity(a + n, n + a),
        domain=Domain(a, n, q, f, w, kind, where=(a <= n,), remarks=("draws are i.i.d.",)),
        observables=(),
        derivation=Derivation(),
    )
    text = document([one], {}, False)
    assert r"$a \in (0, \infty)$ (a positive number)" in text
    assert r"$f_* \colon \{1, \dots, n\} \to \{1, 2\}$" in text
    assert r"\mathbb{R}^{n}" in text
    assert r"Let $\kappa$ (which way) be one of one\_way or other." in text
    assert r"Assume $a \leq n$." in text and "Draws are i.i.d.\n" in text
    assert r"$\Delta_{n}$ is the set of probability vectors" in text


# ------------------------------------------------------------------------------- verdicts


def test_an_unjudged_claim_says_so():
    for verdicts in ({}, {"made-up.thing": None}):
        assert r"\textbf{Verdict.} Not judged." in document([claim()], verdicts, False)


def test_a_confirmed_claim_shows_its_figures():
    text = document([claim()], {"made-up.thing": verdict(tightness=0.5)}, False)
    assert "Confirmed by a sequential test on independent samples" in text
    assert "resolution $10^{-6}$ (absolute)" in text
    assert "error probability at most $0.001$" in text
    assert r"12 points, 34\,567 samples, tightness $0.5$" in text
    assert r"\begin{theorem}" in text


def test_a_closest_call_is_told_in_the_claim_s_own_notation():
    worst = {
        "point": {"a": 1.23456789},
        "measured": "[2.41421356237 +/- 3e-12]",
        "predicted": "<= 2.5",
        "strain": 0.9,
        "reason": "",
    }
    text = document([claim()], {"made-up.thing": verdict(worst=worst)}, False)
    shown = r"At $a = 1.23457$, measured $2.4142136$, claimed \ensuremath{\le}~$2.5$."
    assert rf"\textbf{{Closest call.}} {shown}" in text
    text = document([claim()], {"made-up.thing": verdict(worst=worst | {"point": {}})}, False)
    assert r"\textbf{Closest call.} Measured $2.4142136$" in text
    exact = verdict(how=How.EXACT, resolution=0.0, error_probability=0.0, samples=0, points=1)
    text = document([claim()], {"made-up.thing": replace(exact, worst={"strain": 0.0})}, False)
    assert (
        "error bound: no tolerance, 1 point.\n" in text and "Closest" not in text.split("proof")[0]
    )


def test_a_refuted_claim_is_no_theorem_and_shows_its_counterexample(tmp_path):
    bad = verdict(
        Decision.REFUTED,
        counterexample={
            "point": {"a": 2, "b_c": 0.5},
            "predicted": 1.25,
            "measured": "[1.5 +/- 1e-9]",
            "program": 'import theory\nfor x in range(3):\n    print(f"{x}_%#&\\\\ {x:<5}")\n',
        },
        reason="at a = 2 the two sides differ by 50%",
    )
    text = document([claim()], {"made-up.thing": bad}, False)
    assert r"\begin{theorem}" not in text and r"\begin{assayrefuted}" in text
    assert r"\textbf{REFUTED}" in text and r"differ by 50\%" in text
    shown = r"At $a = 2$, b\_c = 0.5, measured $1.5$, claimed $1.25$."
    assert rf"\textbf{{Counterexample.}} {shown}" in text and r"\textless{}5\}" in text
    assert "contradicted by the verdict" in text and "one of the two is wrong" in text
    assert r"\renewcommand{\qedsymbol}{}" in text
    assert_clean(compiled(tmp_path, text, False))


def test_an_inconclusive_claim_shows_the_reason():
    open_ = verdict(Decision.INCONCLUSIVE, reason="the budget of 1_000 samples ran out")
    text = document([claim()], {"made-up.thing": open_}, False)
    assert r"\textbf{INCONCLUSIVE} (neither confirmed nor refuted) by" in text
    assert r"\textbf{Reason:} The budget of 1\_000 samples ran out." in text
    assert "Confirmed" not in text


# ------------------------------------------------------------------------------- standing


@pytest.mark.parametrize("standing", list(Standing))
@pytest.mark.parametrize("seen", list(Seen))
@pytest.mark.parametrize("paper", [PAPER, None])
def test_only_a_seen_text_is_presented_as_the_paper_s_own(standing, seen, paper):
    text = document([claim(source=Source(paper, "Theorem 1", seen, standing))], {}, False)
    own = "as stated there" in text
    assert own == (paper is not None and standing is Standing.AS_STATED and seen is Seen.PAPER)
    fails = re.search(r"\\textbf\{Corrected: .*fails", text) is not None
    assert fails == (standing is Standing.CORRECTED)
    if paper is not None and standing is Standing.AS_STATED and seen is not Seen.PAPER:
        assert "not offered as the paper's own theorem" in text


# ------------------------------------------------------------------------------- proofs


def test_shorthands_are_defined_where_they_are_first_seen(tmp_path):
    z, k = (sympy.Symbol(name, integer=True, positive=True) for name in "zk")
    total = Shorthand("total", (z,), "S_{@}", "sum of powers", sympy.Sum(k**z, (k, 1, 9)))
    root = Shorthand("root", (), r"\rho", "root of a sum", a + 1, power=2)
    twice = Shorthand("twice", (), r"\delta", "double of a", 2 * a)
    one = claim(
        statement=Identity(size(a), (a + 1) ** 2 + total(a) - total(a.symbol)),
        domain=Domain(a, where=(a + 1 < 9,)),
        observables=(size, total, root, twice),
        derivation=Derivation(
            Step((a + 1) ** 2, by=definition),
            Step((a + 1) ** 2 + total(2) - 285, by=algebra),
            Step(1 + 2 * a + a**2, by=algebra),
        ),
    )
    text = document([one], {}, False)
    stated, proved = text.split(r"\begin{proof}")
    assert r"Write $\rho^{2} = a + 1$ for the root of a sum." in stated
    assert r"Assume $\rho^{2} < 9$." in stated and r"\|a\| = \rho^{4}" in stated
    assert r"\delta" not in stated and r"Write $\delta = 2 a$ for the double of a." in proved
    assert r"S_{z} = \sum_{k=1}^{9} k^{z}" in proved and r"S_{2}" in proved
    assert_clean(compiled(tmp_path, text, False))


def test_statuses_of_steps_are_marked(tmp_path):
    x = sympy.Symbol("x", positive=True)
    hard = Step(a**2 + 2 * a + 1, by=Exchange())
    wrong = Step(a**2 + 2 * a + 2, by=algebra)
    cited = Step(a**2 + 2 * a + 1, by=Cited("A & B's theorem", "Doe 2020, p. 5"), note="as $a>0$")
    first = Step((a + 1) ** 2, by=definition)
    lemma = Step(sympy.Eq(x * (x + 1), x**2 + x, evaluate=False), by=algebra)
    claims = [
        claim("hard", derivation=Derivation(first, hard)),
        claim("wrong", derivation=Derivation(first, wrong)),
        claim("cited", derivation=Derivation(first, cited)),
        claim("lemma", derivation=Derivation(lemma, first, Step(a**2 + 2 * a + 1, by=algebra))),
    ]
    texts = {one.id: document([one], {}, False) for one in claims}
    hard_text, wrong_text = texts["made-up.hard"], texts["made-up.wrong"]
    assert r"\overset{\text{(a)?}}{=}" in hard_text and r"\textbf{[UNDECIDED:}" in hard_text
    assert r"\overset{\text{(a)!}}{=}" in wrong_text and r"\textbf{[REFUTED:}" in wrong_text
    for text in (hard_text, wrong_text):
        assert r"\begin{theorem}" not in text and r"\begin{assayclaim}" in text
        assert r"\renewcommand{\qedsymbol}{}" in text
    assert "not seen to conclude the statement" in wrong_text
    assert "if every step holds" in hard_text
    cited_text = texts["made-up.cited"]
    assert r"as $a>0$ (A \& B's theorem [Doe 2020, p. 5]) [\emph{cited}, not" in cited_text
    assert "a step is cited" in cited_text and r"\begin{theorem}" in cited_text
    lemma_text = texts["made-up.lemma"]
    assert lemma_text.index("Side calculation:") < lemma_text.index(r"\|a\| & =")
    assert_clean(compiled(tmp_path, document(claims, {}, True), True))


def test_a_remainder_stays_until_it_is_negligible():
    k = sympy.Symbol("k", integer=True, positive=True)
    half = sympy.Rational(1, 2)

    def proof(within):
        steps = [
            Step((a + 1) ** 2, by=definition),
            Step(a**2, by=Cited("a formula", "a book", sense="+-", within=within)),
            Step(a * a.symbol, by=algebra),
        ]
        return document([claim(derivation=Derivation(*steps))], {}, False)

    assert proof(half).count(r"+ \vartheta \, \frac{1}{2}") == 2
    assert r"Here $|\vartheta| \le 1$." in proof(half)
    long = (2 * a + 1) ** 2 / (a + 7) + sympy.exp(a) * sympy.log(a + 3)
    assert proof(long).count(r"+ \vartheta \, R \\") == 1
    assert re.search(r"Here \$\|\\vartheta\| \\le 1\$ and \$R = .*\$\.", proof(long))
    assert proof(a**-k).count(r"O(a^{- k})") == 2
    assert "of this order for every $k$" in proof(a**-k)


def test_uses_are_references_inside_and_names_outside():
    base = claim()
    later = claim(
        "later",
        derivation=Derivation(
            Step((a + 1) ** 2, by=definition), Step(a**2 + 2 * a + 1, by=ByClaim(base))
        ),
    )
    assert r"Uses Theorem~\ref{assay:made-up.thing}." in document([base, later], {}, False)
    alone = document([later], {}, False)
    assert r"\ref{" not in alone and r"made-\allowbreak{}up.\allowbreak{}thing" in alone


def test_statements_in_words_and_odd_kinds(tmp_path):
    claims = [
        claim(
            "all",
            statement=ForAll("bit string $w$ of length $\\le 5$", "the output is even"),
            observables=(),
            derivation=Derivation(),
        ),
        claim(
            "trend",
            statement=Trend("loss_% at end", "Adam & co", "SGD #1", "lower"),
            observables=(),
            derivation=Derivation(),
        ),
        claim(
            "growing",
            statement=Equivalent(n + 1, n, as_=(n, sympy.oo), order=1),
            domain=Domain(n),
            observables=(),
            derivation=Derivation(),
        ),
    ]
    text = document(claims, {}, False)
    assert r"For every bit string $w$ of length $\le 5$: the output is even." in text
    assert r"loss\_\% at end is \emph{lower} with Adam \& co than with SGD \#1." in text
    assert r"\begin{assayobservation}" in text and r"\begin{theorem}" not in text
    assert text.count("No derivation is given") == 2
    assert_clean(compiled(tmp_path, text, False))


def test_long_expressions_are_broken(tmp_path):
    letters = [sympy.Symbol(f"{c}_{i}", positive=True) for i in range(3) for c in "abcdefgh"]
    j = sympy.Symbol("j", integer=True, positive=True)
    terms = sum((s**2 / (1 + s) for s in letters), a.symbol)
    product = sympy.Mul(*((1 + s / a) ** n for s in letters[:14]))
    inside = sympy.Sum(sum((s**j for s in letters), sympy.S.One), (j, 1, n))
    claims = [
        claim(
            f"long{i}",
            statement=Identity(left, right),
            domain=Domain(a, n),
            observables=(),
            derivation=Derivation(Step(left, by=definition), Step(right, by=algebra)),
        )
        for i, (left, right) in enumerate(
            [(a.symbol, terms), (terms, product), (a.symbol, inside), (product, inside**2)]
        )
    ]
    text = document(claims, {}, False)
    assert_clean(compiled(tmp_path, text, False))


def test_a_line_broken_after_a_comma_gets_no_multiplication_sign():
    start = r"q_{0} = \frac{a}{b}"
    parts = [rf"{letter} = {letter} {letter}_{{1}}" for letter in "abcdefghijklmnopqrstuvw"]
    lines = _lines(r"\left[" + r",\; ".join([*parts, start]) + r"\right]", 200)
    assert len(lines) > 2 and not any(line.startswith(r"\times") for line in lines)
    assert any(line.startswith(r"\times") for line in _lines(" ".join("abcdefgh" * 6), 100))


# ------------------------------------------------------------------------------- escaping

_ESCAPES = re.compile(
    r"\\(textbackslash|textasciicircum|textasciitilde|textless|textgreater|textbar|textasciigrave)\{\}"
    r"|\\symbol\{34\}|\\[{}$&#%_]|\{\}"
)


@given(st.text(alphabet=string.printable))
def test_plain_text_holds_no_unescaped_special(text):
    assert not re.search(r"[\\{}$&#%_^~<>|\"`]", _ESCAPES.sub("", plain(text)))


@given(st.text())
def test_any_text_is_printed_with_known_characters_or_refused_by_name(text):
    try:
        printed = plain(text, "the title")
    except AssayError as error:
        assert "the title" in str(error) and "U+" in str(error)
    else:
        assert all(c.isascii() or c in AS_THEY_ARE for c in printed) and "\n" not in printed


@given(st.text(alphabet=string.printable))
def test_latex_text_balances_or_is_refused(text):
    try:
        printed = latex_text(text)
    except AssayError:
        return
    bare = re.sub(r"\\.", "", printed)
    assert bare.count("{") == bare.count("}") and bare.count("$") % 2 == 0
    assert not re.search(r"[%#&]", re.sub(r"\$[^$]*\$|\\\(.*?\\\)", "", bare))


def test_latex_text_keeps_formulas_and_commands():
    assert latex_text(r"$x_1 & y$ of \emph{a_b} 5% #1") == r"$x_1 & y$ of \emph{a\_b} 5\% \#1"
    assert latex_text("$α ≤ β$ – Erdős") == r"${\alpha} {\le} {\beta}$ – Erdős"
    for broken in ("$x", "a}", "{a", "${$", "$$x$$", "a\\"):
        with pytest.raises(AssayError):
            latex_text(broken, "a remark")


def test_unicode_is_mapped_or_refused():
    assert plain("α ≤ ½".replace("½", "1/2")) == r"\ensuremath{\alpha} \ensuremath{\le} 1/2"
    assert plain("naïve – “T²”") == r"naïve – “T\ensuremath{^{2}}”"
    with pytest.raises(AssayError, match=r"made-up.thing, the title: .*U\+1F600"):
        document([claim(title="A \U0001f600")], {}, False)


@pytest.mark.parametrize("standalone", [True, False])
def test_hostile_words_compile(standalone, tmp_path):
    chance = random.Random(0)
    greek = "αβγδεζηθικλμνξοπρςστυφχψωΓΔΘΛΞΠΣΥΦΨΩϕεϑϱ"
    signs = "≤≥≠≈∼≡≪≫∞×·±∓÷−∗∘→←↦⇒⇔↔∈∉⊂⊆∪∩∅∀∃¬∑∏∫√∂∇∝≍⊤⊥‖⌊⌋⌈⌉⟨⟩ℓ"
    signs += "ℝℕℤℚℂℙ𝔼⁻′°✓⁰¹²³₀₁₂" + "".join(sorted(AS_THEY_ARE))
    words = ["]", "[", "\\end{theorem}", "\\input{x}", "^^M", "??!!", "--->", greek, signs]
    for _ in range(40):
        words.append("".join(chance.choices(string.punctuation + " aT1", k=30)))
    hostile = " ".join(words)
    kind = Categorical("kind", choices=("a_b", "c%d"), meaning=hostile)
    bad = verdict(
        Decision.REFUTED,
        reason=hostile,
        counterexample={hostile[:40]: hostile, "program": "\n".join(words)},
    )
    size_ = replace(size, meaning=hostile)
    one = claim(title=hostile, says=hostile, domain=Domain(a, kind), observables=(size_,))
    text = document([one, claim("two")], {"made-up.thing": bad}, standalone)
    assert_clean(compiled(tmp_path, text, standalone), most=1000)
