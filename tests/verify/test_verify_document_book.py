"""What makes printed claims a document: symbols, evidence, works cited, headings, a style."""

import re
import shutil
import subprocess

import pytest
import sympy
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from tests.verify.made_up import a, claim
from tests.verify.test_verify_document import (
    assert_clean,
    compiled,
    n,
    taken_as_derived,
    verdict,
)
from theory import Cited, Derivation, Domain, Identity, Real, Step, algebra, definition, select
from theory.core.decision import Finding, Status
from theory.core.derivation import DerivationReport, StepReport
from theory.core.rule import rules_in
from theory.core.shorthand import Shorthand
from theory.references import REFERENCES
from verify.command import main
from verify.core.document import _bookmark, document
from verify.core.document_bibliography import bibliography, bibtex, cited, with_citations
from verify.core.document_evidence import evidence, overview, power_of_ten
from verify.core.document_layout import _lines, lines_of, room
from verify.core.document_style import STYLE
from verify.core.document_symbols import index_of_symbols, symbols
from verify.core.document_text import plain
from verify.core.verdict import Decision, How

# -------------------------------------------------------------------------------- symbols


def test_every_symbol_is_in_the_index_with_the_first_claim_that_has_it():
    claims = select(["iteration-head", "mode-estimation"])
    text = index_of_symbols(claims)
    found = {(symbol.latex, symbol.meaning): symbol.claim for symbol in symbols(claims)}
    assert len(found) == len(symbols(claims))
    seen = set()
    for one in claims:
        named = [(p.latex, p.meaning) for p in one.domain.parameters]
        for o in one.observables:
            latex = one.latex(o.named()) if isinstance(o, Shorthand) else o.latex
            named.append((latex, o.meaning))
        for latex, meaning in named:
            key = latex, plain(meaning)
            assert f"{{${latex}$}}" in text
            assert found[key] == one.id or key in seen
            seen.add(key)
    assert set(re.findall(r"\\ref\{assay:([^}]*)\}", text)) == set(found.values())


def test_symbols_come_by_their_letters_and_well_known_functions_are_among_them():
    parts = [r"\overline{B}", r"\mathcal{E}", "b", r"\beta", r"\lVert W \rVert", r"\alpha", "B"]
    parameters = [Real(f"x{i}", latex=part, meaning="a number") for i, part in enumerate(parts)]
    one = claim(
        statement=Identity(a + sympy.zeta(a), sympy.zeta(a) + a),
        domain=Domain(a, n, *parameters),
        observables=(),
        derivation=Derivation(),
    )
    order = [symbol.latex for symbol in symbols([one])]
    greek = [r"\alpha", r"\beta", r"\zeta"]
    assert order == [
        "a",
        "B",
        r"\overline{B}",
        "b",
        r"\mathcal{E}",
        "n",
        r"\lVert W \rVert",
        *greek,
    ]
    assert symbols([one])[-1].meaning == "the Riemann zeta function"


# ------------------------------------------------------------------------------- evidence


@given(st.floats(min_value=1e-290, max_value=1e290))
def test_figures_keep_two_digits_and_stand_at_their_points(value):
    whole, decimals, power = power_of_ten(value)
    assert re.fullmatch(r"[1-9]", whole) and re.fullmatch(r"(\.[1-9])?", decimals)
    exponent = re.fullmatch(r"(?:\$\{\}\\cdot10\^\{(-?\d+)\}\$)?", power)
    shown = float(f"{whole}{decimals}e{exponent[1] or 0}")
    assert abs(shown - value) <= 0.051 * 10.0 ** int(exponent[1] or 0)


def test_every_row_of_the_evidence_has_every_column(tmp_path):
    verdicts = {
        "made-up.exact": verdict(how=How.EXACT, samples=0, error_probability=0.0),
        "made-up.tight": verdict(how=How.EXACT, resolution=0.0, samples=0, error_probability=0.0),
        "made-up.sampled": verdict(),
        "made-up.false": verdict(Decision.REFUTED),
        "made-up.open": verdict(Decision.INCONCLUSIVE),
    }
    claims = [claim(one.partition(".")[2]) for one in verdicts] + [claim("unjudged")]
    table = evidence([("A heading", claims)], verdicts)
    rows = re.findall(r"^\\ref.*$", table, re.MULTILINE)
    assert len(rows) == 6 and all(row.count("&") == 12 for row in rows)
    assert table.count("{13}") == 1  # a heading spans them
    assert r"computed & 1 &  & ${}\cdot10^{-6}$ & rel. & 12 &" in rows[0]
    assert "computed & 0 &  &  &  & 12 &" in rows[1]
    assert (
        r"sampled & 1 &  & ${}\cdot10^{-6}$ & abs. & 12 & 34\,567 & 1 &  & ${}\cdot10^{-3}$"
        in (rows[2])
    )
    marks = [re.search(r"\\assaymark\{([^}]*)\}", row)[1] for row in rows]
    assert marks == [*["confirmed"] * 3, "refuted", "inconclusive", "not judged"]
    counts = overview({"A topic": claims, "Another": []}, verdicts)
    assert re.search(r"In all & 6 & 5 & 1 & 6 & 3 & 1 & 1 & 1 ", counts)
    assert_clean(compiled(tmp_path, document(claims, verdicts, True), True))


# -------------------------------------------------------------------------------- works

_ELEMENTARY = {  # cited by what they say: no book need be asked
    "a mean is at most the largest value",
    "a union is at least as likely as each of its events",
    "gradient flow of a convex function",
    "triangle inequality",
}


def test_every_theorem_that_the_catalogue_cites_has_a_work():
    keys = set()
    for one in select(()):
        for step in one.derivation.steps:
            for rule in rules_in(step.by):
                if isinstance(rule, Cited):
                    works = cited(with_citations(rule.words), ())
                    keys |= {work.key for work in works}
                    assert works or rule.theorem in _ELEMENTARY, rule
    others = {"coppel1955", "nagumo1942", "stolz1885"}  # by rules that find them themselves
    assert {work.key for work in REFERENCES} == keys | others


def test_a_work_is_cited_once_where_it_is_named_last():
    text = with_citations("Boole's inequality, see Boole 1854; Lang, Algebra, chapter I")
    assert text == (
        r"Boole's inequality, see \assaycite{boole1854}{Boole 1854}; "
        r"\assaycite{lang2002}{Lang, Algebra}, chapter I"
    )
    assert with_citations("Boolean, Langlands and Algebra") == "Boolean, Langlands and Algebra"
    assert cited(text, ()) == sorted(cited(text, ()), key=lambda work: work.authors)


def test_entries_are_what_bibtex_takes(tmp_path):
    entries = bibtex(REFERENCES)
    keys = re.findall(r"^@\w+\{(\w+),$", entries, re.MULTILINE)
    assert len(set(keys)) == len(keys) == len(REFERENCES)
    assert all(rf"\bibitem{{{key}}}" in bibliography(REFERENCES) for key in keys)
    if shutil.which("bibtex") is None:
        pytest.skip("bibtex is not installed")
    (tmp_path / "works.bib").write_text(entries, encoding="utf-8")
    lines = [r"\relax", r"\citation{*}", r"\bibstyle{plain}", r"\bibdata{works}"]
    (tmp_path / "main.aux").write_text("\n".join(lines) + "\n")
    run = subprocess.run(["bibtex", "main"], cwd=tmp_path, capture_output=True, check=False)
    assert run.returncode == 0 and b"Warning" not in run.stdout


def test_a_theorem_that_a_rule_cites_itself_is_named():
    one = claim()
    steps = [
        StepReport(1, Status.PROVED, "", "=", "", {}),
        StepReport(2, Status.CITED, "", "=", "cited: Nagumo's theorem", {}),
    ]
    report = DerivationReport(tuple(steps), Finding(Status.PROVED, ""))
    text = document([one], {one.id: verdict(steps=tuple(report.stored()))}, False)
    nagumo = r"\assaycite{nagumo1942}{Nagumo's theorem}"
    assert rf"algebra [\emph{{cited}}, not proved here: {nagumo}]" in text


# ------------------------------------------------------------------------- headings, layout


def test_sections_of_the_catalogue_are_subsections_and_titles_bookmarks():
    claims = select(["assoc-scaling.finite-data-rate"])
    verdicts = {one.id: taken_as_derived(one) for one in claims}
    text = document(claims, verdicts, True, "Made by 5% of us.")
    assert r"Made by 5\% of us." in text.split(r"\tableofcontents")[0]
    assert "\n% Made by 5\\% of us.\n" in document(claims, verdicts, False, "Made by 5% of us.")
    assert r"\section{Scaling laws of associative memories}" in text
    assert r"\subsection{How fast does an infinite memory learn from Zipf samples?}" in text
    title = re.search(r"\\assaybookmark\{([^}]*)\}\{([^}]*)\}", text)
    assert title[1] == claims[0].title and title[2] == claims[0].id
    assert r"\tableofcontents" in text and "How to read this" in text


@given(st.text())
def test_a_bookmark_holds_nothing_that_latex_reads(title):
    assert re.fullmatch(r"[^\\{}$&#%_^~\n\r\x00-\x1f\x7f-\U0010ffff]*", _bookmark(title))


def test_a_standalone_document_has_longer_lines():
    assert room() == 345
    with lines_of(400):
        assert room() == 400
    assert room() == 345
    formula = " + ".join(rf"\frac{{a_{{{i}}}}}{{{i}}}" for i in range(1, 17))
    assert len(_lines(formula, 345)) == 2 and len(_lines(formula, 425)) == 1


def test_an_accent_is_not_parted_from_its_letter():
    lines = _lines(r"\left(" + r" \dot m\left[x\right]" * 30 + r"\right)", 100)
    assert len(lines) > 5 and not any(re.search(r"\\dot\}?$", line) for line in lines)


# ----------------------------------------------------------------------------- fragments


def test_a_fragment_cites_with_the_bibliography_of_its_host(tmp_path):
    steps = [Step((a + 1) ** 2, by=definition), Step(a**2 + 2 * a + 1, by=algebra)]
    by = Cited("a theorem", "Lang, Algebra, chapter I")
    one = claim(derivation=Derivation(steps[0], Step(steps[1].expression, by=by)))
    text = document([one], {}, False)
    works = bibliography(cited(text, [one]))
    host = [
        r"\documentclass{article}\usepackage[T1]{fontenc}\usepackage{lmodern}",
        r"\usepackage{amsthm}\newtheorem{theorem}{Satz}\usepackage[cite]{assay}\begin{document}",
        rf"{text}{works}\end{{document}}",
    ]
    (tmp_path / "assay.sty").write_text(STYLE, encoding="utf-8")
    log = compiled(tmp_path, "\n".join(host), True)
    assert_clean(log)
    assert r"a theorem, see \assaycite{lang2002}{Lang, Algebra}, chapter I [\emph{cited}" in text
    assert works.count(r"\bibitem") == 2


def test_a_style_and_works_are_written_beside_a_fragment(tmp_path):
    one = "assoc-scaling.finite-data-correction"
    options = ["--no-run", "--quiet", "--ledger", tmp_path / "ledger", "--out", tmp_path / "f.tex"]
    run = CliRunner().invoke(
        main, list(map(str, ["latex", one, *options, "--bib", tmp_path / "f.bib"]))
    )
    assert run.exit_code == 0
    assert (tmp_path / "assay.sty").read_text(encoding="utf-8") == STYLE
    assert "@book{dlmf2010," in (tmp_path / "f.bib").read_text(encoding="utf-8")
    assert r"\usepackage{assay}" in (tmp_path / "f.tex").read_text(encoding="utf-8")
