"""Blueprints: every claim after what it rests on, in LaTeX that compiles."""

import re
import shutil
import subprocess

import pytest

from tests.verify import made_up
from theory import Derivation, select
from theory.core.errors import AssayError
from verify.core.blueprint import in_order, write_blueprint

PRINT = r"""\documentclass{article}
\usepackage{amsmath,amssymb,amsthm,mathtools,graphicx}
\newcommand{\uses}[1]{}
\input{common}
\begin{document}
\input{content}
\end{document}
"""
CLAIMS = select(["iteration-head.construct-layer*"])


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("blueprint")
    write_blueprint(tuple(reversed(CLAIMS)), {}, made)
    return made


def test_a_claim_comes_after_its_grounds():
    ordered = [claim.id for claim in in_order(tuple(reversed(CLAIMS)))]
    assert sorted(ordered) == sorted(claim.id for claim in CLAIMS)
    for claim in CLAIMS:
        grounds = set(claim.uses) & set(ordered)
        assert all(ordered.index(used) < ordered.index(claim.id) for used in grounds)


def test_labels_and_uses_agree(folder):
    text = (folder / "content.tex").read_text(encoding="utf-8")
    labels = re.findall(r"\\label\{assay:([^}]*)\}", text)
    assert sorted(labels) == sorted(claim.id for claim in CLAIMS)
    used = {
        one.strip() for line in re.findall(r"\\uses\{([^}]*)\}", text) for one in line.split(",")
    }
    assert used and used <= {f"assay:{label}" for label in labels}
    assert r"\assayfit" not in text and r"\assayloose" not in text


def test_what_a_claim_without_derivation_rests_on_is_kept(tmp_path):
    base = made_up.claim()
    later = made_up.claim("later", uses=(base.id,), derivation=Derivation())
    write_blueprint([later, base], {}, tmp_path)
    text = (tmp_path / "content.tex").read_text(encoding="utf-8")
    assert "\\label{assay:made-up.later}\n\\uses{assay:made-up.thing}\n" in text
    assert r"\section{made-up}" in text and text.count(r"\section") == 1


def test_the_graph_has_every_claim_and_every_use(folder):
    graph = (folder / "graph.dot").read_text(encoding="utf-8")
    ids = {claim.id for claim in CLAIMS}
    assert set(re.findall(r'^  "([^"]*)" \[', graph, re.MULTILINE)) == ids
    edges = {(used, claim.id) for claim in CLAIMS for used in claim.uses if used in ids}
    assert edges and set(re.findall(r'"([^"]*)" -> "([^"]*)"', graph)) == edges


def test_the_roadmap_ticks_what_is_derived(folder):
    roadmap = (folder / "roadmap.md").read_text(encoding="utf-8")
    for claim in CLAIMS:
        worst = str(claim.derivation_report().worst) if claim.derivation.steps else ""
        box = {"proved": "x", "certified": "x", "cited": "~"}.get(worst, " ")
        assert f"- [{box}] `{claim.id}`: {claim.title}" in roadmap


def test_it_compiles(folder):
    if shutil.which("pdflatex") is None:
        pytest.skip("pdflatex is not installed")
    (folder / "print.tex").write_text(PRINT)
    command = ["pdflatex", "-no-shell-escape", "-interaction=nonstopmode", "-halt-on-error"]
    run = subprocess.run([*command, "print.tex"], cwd=folder, capture_output=True, check=False)
    assert run.returncode == 0, run.stdout.decode(errors="replace")[-2000:]


def test_no_claims_and_a_folder_that_is_a_file_are_errors(tmp_path):
    with pytest.raises(AssayError, match="no claims"):
        write_blueprint([], {}, tmp_path)
    (tmp_path / "file").write_text("")
    with pytest.raises(AssayError, match="cannot write"):
        write_blueprint(CLAIMS[:1], {}, tmp_path / "file")
