"""Every mistake is told in one line that says what is allowed, and nothing is lost."""

import json
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from verify.command import main
from verify.core.ledger import Ledger, LedgerError

ROOT = Path(__file__).parent.parent
TOPIC = "assoc-scaling"
IDENTITY = f"{TOPIC}.finite-data-minimax-attained"
RATE = f"{TOPIC}.finite-data-rate"
COUPONS = str(ROOT / "docs" / "examples" / "coupons.py")
TEXT = Path(COUPONS).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def assay(tmp_path_factory):
    ledger = tmp_path_factory.mktemp("ledger") / "ledger.sqlite"

    def run(*arguments):
        environment = {"ASSAY_LEDGER": str(ledger)}
        return CliRunner().invoke(main, list(map(str, arguments)), env=environment)

    return run


def told(done):
    """The one line on standard error, of a command that ended as it does for a mistake."""
    assert done.exit_code == 2, done.output
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert line.startswith("assay: ")
    return line


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["runn"], "did you mean run?"),
        (["list", "assoc-scalling"], "did you mean assoc-scaling"),
        (["run", "assoc-scaling.finite-data-rat"], "did you mean assoc-scaling.finite-data-rate"),
        (["show", "assoc-scaling.finite-data-rat"], "did you mean"),
        (["mutants", "nothing.at-all"], "unknown claim 'nothing.at-all'"),
        (["run", "zzz*"], "no claim matches zzz*"),
        (["latex", "assoc-scaling.zzz*"], "no claim matches"),
        (["run", "--teir", "quick"], "Did you mean '--tier'?"),
        (["run", "--tier", "quik"], "'quick', 'full', 'large'"),
        (["run", "--seed", "-1"], "-1 is not between 0 and 2^63 - 1"),
        (["run", "--seed", str(2**63)], "is not between"),
        (["run", "--seed", "x"], "'x' is not a valid integer"),
        (["run", "--jobs", "0"], "0 is not in the range"),
        (["run", "--jobs", "two"], "'two' is not a valid integer"),
        (["show"], "Missing argument 'ID'"),
        (["run", "--ledger", "."], "is a directory"),
        (["latex", "--out", "."], "is a directory"),
        (["report", "assoc-scaling.zzz*", "--out", "x"], "no claim matches"),
        (["report", "--out", "pyproject.toml"], "is a file"),
        (["report"], "Missing option '--out'"),
        (["latex", RATE, "--pdf"], "a PDF needs a file"),
        (["latex", "--out", "no/such/folder/x.tex"], "does not exist"),
        (["run", ""], "unknown claim ''"),
        (["list", "--nonsense"], "No such option"),
        (["run", "no_file.py"], "there is no file no_file.py"),
        (["run", f"{COUPONS}::zz"], "there are coupons.missing-probability"),
        (["show", COUPONS], "name one after ::, of coupons.missing-probability, "),
        (["run", "--time-limit", "0"], "is not in the range x>0"),
        (["run", RATE, "--junit", "no/such/folder/x.xml"], "does not exist"),
        (["refute", RATE, "--quiet"], "is about a limit"),
        (["refute", IDENTITY, "--examples", "0"], "is not in the range"),
        (["figure", "assoc-scaling/nothing"], "unknown figure"),
        (["figure", "assoc-scaling/sign-desc"], "did you mean assoc-scaling/sign-descent?"),
        (["figure", "assoc-scaling", "--out", "/proc/x"], "cannot be written"),
        (["list", "assoc_scaling"], "unknown topic 'assoc_scaling'; did you mean assoc-scaling?"),
        (["list", "finite-data-rate"], f"did you mean {RATE}?"),
        (["list", "assoc-scaling.finit-*"], "did you mean assoc-scaling.finite-*?"),
        (["list", "ünïcode"], "unknown topic 'ünïcode'; there are assoc-dynamics"),
        (["list", "a" * 5000], "aaa...'; there are"),
        (["list", "docs"], "docs is a folder; name a file in it, such as docs/*.py"),
        (["list", "README.md"], "README.md is no Python file"),
        (["list", "::x"], "unknown claim '::x'"),
        (["list", f"{COUPONS}:coupons.upper-bound"], "coupons.py::coupons.upper-bound?"),
        (["list", COUPONS.replace("coupons", "coupon")], "did you mean"),
        (["show", "assoc-scaling"], "assoc-scaling is a topic; name one of its claims"),
        (["show", "assoc-scaling.f*"], "is a pattern; name one claim"),
        (["show", RATE, IDENTITY], "unexpected extra argument"),
        (["run", "--time-limit", "nan"], "nan is not a number of seconds"),
        (["run", "--time-limit", "inf"], "inf is not a number of seconds"),
        (["run", "--ledger", ""], "the name is empty"),
        (["run", "--junit", ""], "the name is empty"),
        (["run", "--junit", "/proc/x.xml"], "cannot be written"),
        (["latex", "--out", ""], "the name is empty"),
        (["latex", "--out", "x.tex", "--bib", "./x.tex"], "is the file of --out"),
        (["latex", RATE, "--no-run", "--quiet", "--out", "/dev/full"], "No space left on device"),
        (["report", RATE, "--no-run", "--out", "/proc/x"], "cannot be written"),
        (["blueprint", RATE, "--out", "README.md/x"], "cannot be written"),
        (["calibration", "--repetitions", "5"], "5 is not in the range"),
        (["completion", "tcsh"], "'tcsh' is not one of 'bash', 'zsh', 'fish'"),
        (["help", "runn"], "did you mean run?"),
    ],
)
def test_a_mistake_is_told_in_one_line(assay, arguments, message, monkeypatch):
    monkeypatch.chdir(ROOT)
    assert message in told(assay(*arguments))


@pytest.mark.parametrize("command", ["run", "mutants", "latex", "show"])
@pytest.mark.parametrize("content", [None, b"not a database"])
def test_a_ledger_that_cannot_be_used(assay, tmp_path, command, content):
    path = tmp_path / "file" / "ledger"
    if content is None:
        (tmp_path / "file").write_text("x")
    else:
        path.parent.mkdir()
        path.write_bytes(content)
    line = told(assay(command, RATE, "--ledger", path))
    assert line.startswith(f"assay: cannot use the ledger {path}")


def test_a_place_that_cannot_be_written(assay):
    line = told(assay("latex", RATE, "--no-run", "--out", "/proc/self/nothing.tex"))
    assert "--out" in line


@pytest.mark.parametrize(
    "name, text, message",
    [
        ("syntax", "def f(:", "SyntaxError: invalid syntax (syntax.py, line 1)"),
        ("raises", "x = 1\nraise ValueError('one\\ntwo')", "raises.py, line 2: ValueError: one"),
        ("empty", "", "empty.py defines no claim"),
        ("exits", "import sys\nsys.exit(0)", "exits.py: the file ended Python (sys.exit)"),
        ("endless", "def f(): f()\nf()", "RecursionError"),
        ("absent", "import no_such_module", "No module named 'no_such_module'"),
        ("nul", "x\0", "null bytes"),
        ("twice", TEXT.replace("coupons.", "twice.").replace('"too-good"', '"upper-bound"'), "two"),
        ("stolen", TEXT.replace("coupons.", f"{TOPIC}."), "uses the topic of the catalogue"),
        ("shape", TEXT.replace("coupons.", "Coupons "), "is not of the form topic.short-name"),
    ],
)
def test_a_users_file_that_cannot_be_used(assay, tmp_path, name, text, message):
    path = tmp_path / f"{name}.py"
    path.write_text(text, encoding="utf-8")
    assert message in told(assay("run", path))


def test_what_a_users_file_prints_is_not_taken_for_the_result(assay, tmp_path):
    path = tmp_path / "talks.py"
    path.write_text(f"print('hello')\n{TEXT.replace('coupons.', 'talks.')}", encoding="utf-8")
    done = assay("list", path, "--json")
    assert json.loads(done.stdout) and done.stderr == "hello\n"


def test_a_ledger_that_fills_up_costs_no_verdict(assay, tmp_path, monkeypatch):
    def full(*entry):
        raise LedgerError("cannot use the ledger x: database or disk is full")

    monkeypatch.setattr(Ledger, "_write", full)
    done = assay("run", COUPONS, "--fresh", "--quiet", "--json")
    assert done.exit_code == 1 and len(json.loads(done.stdout)["claims"]) == 3
    (line,) = done.stderr.splitlines()
    assert "disk is full; what was found is shown, and not kept" in line
    done = assay("mutants", COUPONS, "--fresh", "--quiet")
    assert "killed" in done.stdout and "not kept" in done.stderr
    site = tmp_path / "site"
    assay("report", COUPONS, "--mutants", "--seed", 5, "--quiet", "--out", site)
    assert "killed" in (site / "claims" / "coupons.upper-bound.html").read_text(encoding="utf-8")


def test_a_report_for_a_build_that_cannot_be_written_costs_no_verdict(assay):
    done = assay("run", COUPONS, "--quiet", "--junit", "/dev/full")
    assert done.exit_code == 2 and "2 confirmed, 1 refuted" in done.stdout
    (line,) = done.stderr.splitlines()
    assert "/dev/full cannot be written: No space left on device" in line


def test_another_database_is_no_ledger(assay, tmp_path):
    path = tmp_path / "other.sqlite"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE entries (a)")
    assert "it is another kind of database" in told(assay("show", RATE, "--ledger", path))


def at_a_shell(command):
    """The exit code and standard error of a line that a shell runs; ``assay`` is the command."""
    script = f'assay() {{ "{sys.executable}" -m verify "$@"; }}\n{command}'
    done = subprocess.run(["bash", "-c", script], cwd=ROOT, capture_output=True, text=True)
    return done.returncode, done.stdout, done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
@pytest.mark.parametrize("command", ["--help", "completion bash", "list docs/examples/coupons.py"])
def test_a_full_disk(command):
    code, _, err = at_a_shell(f"assay {command} > /dev/full")
    assert (code, err) == (2, "assay: the output cannot be written: No space left on device\n")


def test_closed_streams():
    assert at_a_shell("assay list docs/examples/coupons.py >&-") == (0, "", "")
    code, out, err = at_a_shell("assay list docs/examples/coupons.py 2>&- | head -1")
    assert (code, out.split()[:2], err) == (0, ["claim", "kind"], "")


# --------------------------------------------------------------------------- colours


def test_colours_are_for_terminals_and_for_those_who_ask(monkeypatch, capsys):
    from verify.core.display import _coloured, _console

    def printed(**environment):
        for name in ("NO_COLOR", "FORCE_COLOR", "TERM", "COLORTERM"):
            monkeypatch.delenv(name, raising=False)
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        _console().print(_coloured("refuted"))
        return capsys.readouterr().out

    assert printed() == printed(TERM="xterm") == "refuted\n"
    assert "\x1b[1;31mrefuted" in printed(FORCE_COLOR="1", TERM="xterm")
    assert printed(FORCE_COLOR="1", NO_COLOR="1", TERM="xterm") == "refuted\n"
