"""Completion: what a shell is offered, without importing the catalogue or running a file."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from theory.core import catalogue
from verify.command import index, main
from verify.command.references import nearest
from verify.core import figures

ROOT = Path(__file__).resolve().parent.parent
TOPIC = "assoc-scaling"
RATE = f"{TOPIC}.finite-data-rate"
COUPONS = "docs/examples/coupons.py"


@pytest.fixture(autouse=True)
def checkout(monkeypatch, tmp_path):
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def offered(words, position=None, shell="bash", kind=None):
    """What is offered for the last of the words, or for the one at a position."""
    if position is None:
        position = len(words.split(" ")) - 1
    environment = {
        "_ASSAY_COMPLETE": f"{shell}_complete",
        "COMP_WORDS": words,
        "COMP_CWORD": words.split(" ")[position] if shell == "fish" else str(position),
    }
    done = CliRunner().invoke(main, [], prog_name="assay", env=environment)
    assert done.exit_code == 0 and done.stderr == "", done.output
    if shell == "zsh":
        lines = done.stdout.splitlines()
        return list(zip(lines[::3], lines[1::3], lines[2::3], strict=True))
    pairs = [line.partition(",")[::2] for line in done.stdout.splitlines() if line]
    return [value for found, value in pairs if kind in (None, found)]


# --------------------------------------------------------------------------- what is offered


def test_commands_and_options():
    assert offered("assay re") == ["refute", "report"]
    assert offered("assay help mu") == ["mutants"]
    assert offered("assay run --t") == ["--tier", "--time-limit"]
    assert offered("assay run --tier ") == ["quick", "full", "large"]
    assert offered("assay new x.py --kind r") == ["rate"]
    assert offered("assay completion z") == ["zsh"]
    assert offered("assay nonsense x") == []


def test_topics_then_families_then_claims():
    assert set(catalogue.topics()) <= set(offered("assay run ", kind="plain"))
    assert offered("assay run assoc-sc") == [TOPIC, f"{TOPIC}."]
    assert offered("assay show assoc-sc") == [f"{TOPIC}."]
    families = offered(f"assay run {TOPIC}.", kind="open")
    assert f"{TOPIC}.finite-" in families and len(families) == len(set(families))
    assert RATE not in offered(f"assay run {TOPIC}.")
    claims = offered(f"assay run {TOPIC}.finite-")
    assert claims[0] == f"{TOPIC}.finite-\\*"  # a pattern, which the shell is not to expand
    assert RATE in claims and all(claim.startswith(f"{TOPIC}.finite-") for claim in claims)
    assert not any("*" in claim for claim in offered(f"assay show {TOPIC}.finite-"))
    assert offered(f"assay run {RATE} --jobs 2 {TOPIC}.finite-data-r") == [RATE]


def test_files_and_folders():
    assert offered("assay run docs/ex") == ["docs/examples/"]
    found = offered("assay run docs/examples/")
    assert COUPONS in found and not any("__pycache__" in one for one in found)
    assert offered("assay run no/such/folder/") == []
    assert offered("assay run --junit READ", kind="file") == ["READ"]  # the shell does it
    assert offered("assay report --out do", kind="dir") == ["do"]


def test_ids_in_a_users_file_which_is_not_run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    text = (ROOT / COUPONS).read_text(encoding="utf-8")
    (tmp_path / "own.py").write_text(f"raise SystemExit\n{text}", encoding="utf-8")
    whole = "own.py::coupons.missing-probability"
    assert offered("assay show own.py::coup", shell="fish") == [whole]
    assert offered("assay show own.py::coup", shell="zsh") == [("plain", whole, "_")]
    # bash breaks the word at the colons, and replaces what stands after them
    assert offered("assay show own.py :: coup") == ["coupons.missing-probability"]
    assert offered("assay show own.py ::") == ["coupons.missing-probability"]
    assert offered("assay show own.py :: x") == offered("assay show none.py :: x") == []


def test_a_file_that_was_run_is_known_with_all_of_its_claims(tmp_path):
    path = tmp_path / "vouchers.py"
    text = (ROOT / COUPONS).read_text(encoding="utf-8").replace("coupons.", "vouchers.")
    path.write_text(text, encoding="utf-8")
    assert CliRunner().invoke(main, ["list", str(path)]).exit_code == 0
    assert len(offered(f"assay show {path} ::")) == 3
    path.write_text(f"{text}\n# edited\n", encoding="utf-8")
    assert len(offered(f"assay show {path} ::")) == 1


def test_figures():
    assert offered("assay figure assoc-scaling/sign") == [f"{TOPIC}/sign-descent"]
    assert TOPIC in offered("assay figure ass")
    assert sorted(index.figures()) == sorted(figures.names())


def test_words_that_are_not_whole_yet():
    assert offered('assay run "assoc-sc') == [TOPIC, f"{TOPIC}."]
    assert offered("assay run --tier=qu") == ["quick"]


# --------------------------------------------------------------------------- the index


def test_the_source_tells_nearly_all_ids_and_a_loaded_topic_all():
    for topic in catalogue.topics():
        claims = catalogue.claims_in(topic)
        read = dict(index.claims_in(topic))
        assert set(read) <= {claim.id for claim in claims}
        assert len(read) >= 0.9 * len(claims)
    assert CliRunner().invoke(main, ["list", TOPIC]).exit_code == 0
    assert index.claims_in(TOPIC) == [(c.id, c.title) for c in catalogue.claims_in(TOPIC)]
    assert ("plain", RATE) in {item[:2] for item in offered(f"assay show {RATE}", shell="zsh")}


@pytest.mark.parametrize("content", ["", "[]", '{"x": 1}', '{"x": {"stamps": 1, "claims": 2}}'])
def test_an_index_that_is_broken_is_not_used(tmp_path, content):
    (tmp_path / "cache" / "assay").mkdir(parents=True)
    (tmp_path / "cache" / "assay" / "index.json").write_text(content)
    assert offered(f"assay show {TOPIC}.finite-data-r") == [RATE]


def test_an_index_that_cannot_be_written_does_no_harm(tmp_path):
    (tmp_path / "cache").write_text("no folder")
    assert CliRunner().invoke(main, ["list", RATE]).exit_code == 0
    assert offered(f"assay show {TOPIC}.finite-data-r") == [RATE]


def test_nothing_heavy_is_imported():
    program = (
        "import sys\n"
        "from verify.command import main\n"
        "try:\n"
        "    main([], prog_name='assay')\n"
        "except SystemExit as end:\n"
        "    assert not end.code\n"
        "heavy = {'sympy', 'numpy', 'rich', 'theory.core.claim', 'numerics'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
    )
    words = {"COMP_WORDS": f"assay run {TOPIC}.finite-data-r", "COMP_CWORD": "2"}
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=os.environ | {"_ASSAY_COMPLETE": "bash_complete"} | words,
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout) == (0, f"plain,{RATE}\n"), done.stderr


# --------------------------------------------------------------------------- scripts


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_of_a_shell_calls_back(shell):
    done = CliRunner().invoke(main, ["completion", shell], prog_name="assay")
    assert done.exit_code == 0 and f"_ASSAY_COMPLETE={shell}_complete" in done.stdout
    assert "open" in done.stdout
    if shutil.which(shell):
        option = "--no-execute" if shell == "fish" else "-n"
        checked = subprocess.run([shell, option], input=done.stdout, text=True, capture_output=True)
        assert (checked.returncode, checked.stderr) == (0, "")


def test_bash_completes_a_word(tmp_path):
    """The script as bash runs it, with the words as bash would break them."""
    program = tmp_path / "assay"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m verify "$@"\n')
    program.chmod(0o755)
    script = CliRunner().invoke(main, ["completion", "bash"], prog_name="assay").stdout
    asked = (
        f"{script}\nCOMP_WORDS=(assay show {COUPONS} :: coup) COMP_CWORD=4\n"
        'compopt() { echo "option $*"; }\n_assay_completion assay\necho "${COMPREPLY[@]}"\n'
    )
    done = subprocess.run(
        ["bash", "-c", asked],
        env=os.environ | {"PATH": f"{tmp_path}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
    )
    assert (done.stdout, done.stderr) == ("coupons.missing-probability\n", "")


# --------------------------------------------------------------------------- suggestions


@pytest.mark.parametrize(
    "name, known, hint",
    [
        ("runn", ["run", "report"], "; did you mean run?"),
        ("run", ["run"], ""),
        ("xyz", ["run", "report"], ""),
    ],
)
def test_the_nearest_name_is_suggested(name, known, hint):
    assert nearest(name, known) == hint
