"""What notebooks show: rendered by IPython as in a cell, whole, and safe whatever claims say."""

import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest
from IPython.core.formatters import DisplayFormatter
from IPython.core.interactiveshell import InteractiveShell

import verify
from tests.verify import made_up
from tests.verify.made_up import a, size
from theory import Bound, Derivation, Domain, ForAll, Real, Step, Trend, definition, find
from theory.core.derivation import DerivationReport
from theory.core.rules.elementary import Algebra
from verify import Exact, check_for
from verify.core.check import forget

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "docs" / "examples"
HTML, LATEX, PLAIN = "text/html", "text/latex", "text/plain"


def shown(thing):
    data, _ = DisplayFormatter().format(thing)
    return data


class _Balance(HTMLParser):
    """Every tag that is opened is closed, in order."""

    empty = frozenset({"br", "circle", "line", "path", "polyline", "rect"})

    def __init__(self):
        super().__init__()
        self.open, self.tags, self.words = [], set(), []

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        if tag not in self.empty:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag not in self.empty:
            assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] != "style":
            self.words.append(data)


def read(thing):
    """The tags and the words of what a notebook shows."""
    reader = _Balance()
    reader.feed(shown(thing)[HTML])
    reader.close()
    assert reader.open == []
    return reader.tags, " ".join(" ".join(reader.words).split())


def test_a_claim_shows_statement_hypotheses_and_source():
    data = shown(made_up.claim())
    assert data[PLAIN] == "<Claim made-up.thing (identity, sharpened): A square>"
    assert r"$a \in (0, \infty)$ (a positive number)" in data[LATEX]
    assert data[LATEX].endswith(r"$$\displaystyle \|a\| = a^{2} + 2 a + 1$$")
    tags, words = read(made_up.claim())
    assert "math" in tags
    assert words.startswith("A square made-up.thing (identity, sharpened) Let")
    assert "(a positive number)" in words
    assert "Sharpens Doe and Roe (2020), Section 2" in words
    assert "Derivation of 2 steps" in words
    assert "Verdict" not in words


def test_a_derivation_shows_each_step_with_its_status():
    doubtful = Derivation(Step((a + 1) ** 2, by=definition), Step(a**2, by=Algebra()))
    claim = made_up.claim(derivation=doubtful)
    _, words = read(claim.derivation_report())
    assert words.startswith("Derivation: 1 proved, 2 refuted") or "1 refuted" in words
    assert "definition proved" in words
    assert "algebra refuted" in words
    assert "The derivation is not seen to reach the statement" in words
    assert (
        r"2. $\displaystyle = a^{2}$ (algebra): refuted" in shown(claim.derivation_report())[LATEX]
    )


def test_a_derivation_is_shown_as_it_was_checked_not_as_it_would_be_now():
    claim = made_up.claim()
    stored = claim.derivation_report().stored()
    stored[1] |= {"status": "undecided", "reason": "nobody knows"}
    report = DerivationReport.restored(stored, claim)
    assert "nobody knows" in read(report)[1]
    assert HTML not in shown(DerivationReport.restored(stored))


def test_a_verdict_shows_claim_evidence_and_derivation():
    claim = made_up.claim("in-notebook")
    check_for(claim, resolution=1e-9, points=[{"a": 1}, {"a": 2}])(lambda a: Exact((a + 1) ** 2))
    try:
        verdict = verify.check(claim)
    finally:
        forget([claim.id])
    assert LATEX not in shown(verdict)
    assert shown(verdict)[PLAIN] == repr(verdict)
    tags, words = read(verdict)
    assert {"math", "svg", "table", "details"} <= tags
    assert "confirmed exact: ±1e-09, 2 points" in words
    assert "Evidence: 2 points" in words
    assert "agrees" in words
    assert "Derivation: 2 proved" in words


def test_a_refutation_shows_its_counterexample():
    _, words = read(verify.check(f"{EXAMPLES / 'fermat.py'}::fermat.converse"))
    assert "refuted exhaustive: every input, 1 point fails on 341" in words
    assert 'print(measure("' in words
    assert "No derivation is given." in words


def test_a_verdict_whose_claim_is_not_known_is_plain():
    _, words = read(verify.judge(made_up.claim(), None))
    assert words.startswith("made-up.thing: confirmed (proved)")


def test_parts_of_a_claim_show_themselves():
    claim = made_up.claim()
    for part in (claim.domain, claim.statement, claim.derivation, claim.derivation.steps[0]):
        assert "math" in read(part)[0], part
        assert "$" in shown(part)[LATEX]
    assert HTML not in shown(Derivation())
    every = ForAll("prime $p$", "$p$ divides $2^p - 2$")
    assert "for every prime" in read(every)[1]
    assert "loss is lower with A than with B" in read(Trend("loss", "A", "B", "lower"))[1]


def test_what_claims_say_is_no_markup():
    claim = made_up.claim(title="<script>alert(1)</script> & <b>", says="<i>")
    tags, words = read(claim)
    assert not {"script", "b", "i"} & tags
    assert "<script>alert(1)</script> & <b>" in words


def test_what_cannot_be_typeset_is_plain_with_the_reason():
    claim = made_up.claim(domain=Domain(a, remarks=(r"a \strange{word}",)))
    _, words = read(claim)
    assert words.startswith("<Claim made-up.thing")
    assert "cannot be typeset: a report has no words for the command \\strange" in words


def test_long_tables_are_folded():
    claim = made_up.claim("folded", statement=Bound(size(a), ">=", a), derivation=Derivation())
    points = [{"a": n} for n in range(1, 15)]
    check_for(claim, resolution=1e-9, points=points)(lambda a: Exact((a + 1) ** 2))
    try:
        html = shown(verify.check(claim))[HTML]
    finally:
        forget([claim.id])
    assert "<details>\n<summary>Evidence: 14 points" in html


def test_the_theme_is_that_of_the_notebook():
    html = shown(made_up.claim())[HTML]
    assert '[data-jp-theme-light="false"] .assay' in html
    assert ".vscode-dark .assay" in html
    assert "prefers-color-scheme" not in html


def test_theory_alone_shows_latex_and_knows_nothing_of_verify():
    code = (
        "import sys, theory; c = theory.find('assoc-scaling.finite-data-binomial'); "
        "assert c._repr_html_() is None and '$$' in c._repr_latex_(); "
        "assert 'verify' not in sys.modules; import verify; assert '<math' in c._repr_html_()"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_cells_run_as_in_a_notebook(capsys):
    shell = InteractiveShell.instance()
    try:
        cells = (
            "import theory, verify",
            f"v = verify.check({str(EXAMPLES / 'wilson.py')!r})",
            "v",
            "theory.find('assoc-scaling.finite-data-binomial')",
            "verify.check('assoc-scaling.finite-data-binomia')",
        )
        _, _, verdict, claim, mistaken = [shell.run_cell(cell) for cell in cells]
        verdict, claim = (shell.display_formatter.format(r.result)[0] for r in (verdict, claim))
    finally:
        InteractiveShell.clear_instance()
    assert "every input, 1 point" in verdict[HTML]
    assert "<math" in claim[HTML]
    assert claim[LATEX].count("$$") == 2
    assert "did you mean assoc-scaling.finite-data-binomial" in str(mistaken.error_in_exec)
    assert "wilson.theorem: confirmed (exhaustive)" in capsys.readouterr().out


@pytest.mark.parametrize("topic", ["assoc-scaling", "iteration-head"])
def test_claims_of_the_catalogue_can_be_shown(topic):
    for claim in verify.core.registry.catalogue.claims_in(topic)[::20]:
        assert "cannot be typeset" not in shown(claim)[HTML], claim.id
        assert str(claim).startswith(claim.id)


def test_a_domain_in_words():
    domain = Domain(Real("x", at_least=0, meaning="share, 5%"), where=(), remarks=("it is fair",))
    assert str(domain) == "x in [0, inf); it is fair"
    assert "it is fair" in read(domain)[1]
    assert find("assoc-scaling.finite-data-rate").domain._repr_latex_().count("\n\n") == 1
