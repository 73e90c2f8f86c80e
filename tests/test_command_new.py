"""``assay new``: a file of each kind that runs as it stands, one clear line for every mistake."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from theory.core.errors import AssayError
from verify.command import main
from verify.core.new_theorem import KINDS, topic_of, write_new_theorem

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def assay(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def run(*arguments, **options):
        environment = {"ASSAY_LEDGER": str(tmp_path / "ledger.sqlite")}
        return CliRunner().invoke(main, list(map(str, arguments)), env=environment, **options)

    return run


@pytest.mark.parametrize("kind", KINDS)
def test_a_new_file_is_confirmed_and_its_mutants_are_killed(assay, kind):
    name = f"new_{kind}_of_mine.py"  # claims of one id stand in one file of a process
    done = assay("new", name, "--kind", kind)
    assert done.exit_code == 0 and done.stdout == ""
    assert done.stderr == f"wrote {name}; judge it with: assay run {name}\n"
    (claim,) = json.loads(assay("run", name, "--json").stdout)["claims"]
    assert (claim["verdict"], claim["reason"][:9]) == ("confirmed", "agreed at")
    assert claim["id"].startswith(f"new-{kind}-of-mine.")
    assert claim["derivation"]["undecided"] == claim["derivation"]["refuted"] == 0
    mutants = json.loads(assay("mutants", name, "--json").stdout)["mutants"]
    assert len(mutants) >= 2 and {mutant["outcome"] for mutant in mutants} == {"killed"}
    (listed,) = json.loads(assay("list", name, "--json").stdout)
    assert listed["kind"] == kind


@pytest.mark.parametrize("kind", KINDS)
def test_a_new_file_has_the_style_of_the_repository(tmp_path, kind):
    path = tmp_path / "styled_here.py"
    assert write_new_theorem(path, kind) == "styled-here"
    text = path.read_text(encoding="utf-8")
    assert "TOPIC" not in text and "FILE" not in text
    assert max(map(len, text.splitlines())) <= 100
    compile(text, str(path), "exec")


def test_a_file_that_is_there_is_overwritten_only_by_force(assay, tmp_path):
    path = tmp_path / "mine.py"
    path.write_text("precious")
    done = assay("new", "mine.py", "--kind", "rate")
    assert done.exit_code == 2 and "--force overwrites it" in done.stderr
    assert path.read_text() == "precious"
    assert assay("new", "mine.py", "--kind", "rate", "--force").exit_code == 0
    assert "Rate(" in path.read_text()


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["mine.py"], "say what the claim is: --kind identity, bound, equivalent, rate, forall"),
        (["mine.py", "--kind", "lemma"], "'lemma' is not one of 'identity'"),
        (["mine.txt", "--kind", "rate"], "mine.txt is no Python file"),
        (["mine", "--kind", "rate"], "its name ends in .py"),
        (["My.py", "--kind", "rate"], "lower-case words"),
        (["1st.py", "--kind", "rate"], "lower-case words"),
        (["my-own.py", "--kind", "rate"], "lower-case words"),
        (["my__own.py"], "lower-case words"),
        (["for.py", "--kind", "rate"], "lower-case words"),
        (["mode_estimation.py", "--kind", "rate"], "mode-estimation, which the catalogue has"),
        (["random.py", "--kind", "rate"], "would hide the Python module random"),
        (["sympy.py", "--kind", "rate"], "would hide the Python module sympy"),
        (["no/such/folder/mine.py", "--kind", "rate"], "No such file or directory"),
        ([".", "--kind", "rate"], "is a directory"),
        ([], "Missing argument 'FILE.py'"),
    ],
)
def test_a_mistake_is_told_in_one_line_and_writes_nothing(assay, tmp_path, arguments, message):
    done = assay("new", *arguments)
    assert done.exit_code == 2 and done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert line.startswith("assay: ") and message in line
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_kind_is_told_from_python_too(tmp_path):
    with pytest.raises(AssayError, match="there are identity, bound"):
        write_new_theorem(tmp_path / "mine.py", "lemma")


def test_the_topic_is_the_name_of_the_file():
    assert topic_of(Path("a/b/own_theorem2.py")) == "own-theorem2"


def on_a_terminal(folder, answers):
    """The exit code and the screen of ``assay new mine.py``, with answers typed in."""
    ours, theirs = pytest.importorskip("pty").openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "verify", "new", "mine.py"],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    os.close(theirs)
    os.write(ours, answers)
    screen, _ = process.communicate(timeout=60)
    os.close(ours)
    return process.returncode, screen


def test_a_terminal_is_asked_for_the_kind(tmp_path):
    code, screen = on_a_terminal(tmp_path, b"lemma\ntrend\n")
    assert code == 0
    assert all(words in screen for words in KINDS.values())
    assert "'lemma' is not one of" in screen and "wrote mine.py" in screen
    assert "Trend(" in (tmp_path / "mine.py").read_text()


def test_a_terminal_where_nothing_is_answered(tmp_path):
    code, _ = on_a_terminal(tmp_path, b"\x04")  # the end of the input
    assert code == 130
    assert list(tmp_path.iterdir()) == []
