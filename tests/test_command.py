"""The command: what it prints where, its exit codes, and one clear line for every mistake."""

import html
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from theory.core import catalogue
from theory.core.errors import AssayError
from verify.command import main
from verify.core.document_pdf import compile_pdf

ROOT = Path(__file__).parent.parent
TOPIC = "assoc-scaling"
IDENTITY = f"{TOPIC}.finite-data-minimax-attained"
RATE = f"{TOPIC}.finite-data-rate"
COUPONS = str(ROOT / "docs" / "examples" / "coupons.py")
HOW = {"proved", "certified", "exhaustive", "exact", "statistical", "rate", "trained"}
COUNTS = {"proved", "certified", "cited", "undecided", "refuted"}


@pytest.fixture(scope="module")
def ledger(tmp_path_factory):
    return tmp_path_factory.mktemp("ledger") / "ledger.sqlite"


@pytest.fixture(scope="module")
def assay(ledger):
    def run(*arguments):
        environment = {"ASSAY_LEDGER": str(ledger)}
        return CliRunner().invoke(main, list(map(str, arguments)), env=environment)

    return run


def process(ledger, *arguments, program="-m verify", **environment):
    return subprocess.run(
        [sys.executable, *program.split(), *arguments],
        cwd=ROOT,
        env=os.environ | {"ASSAY_LEDGER": str(ledger)} | environment,
        capture_output=True,
        text=True,
    )


def no_constants(name):
    pytest.fail(f"{name} is no JSON")


# --------------------------------------------------------------------------- help


def test_help_loads_nothing_heavy():
    program = (
        "import sys\n"
        "from verify.command import main\n"
        "for arguments in (['--help'], ['run', '--help'], ['--version']):\n"
        "    try:\n"
        "        main(arguments)\n"
        "    except SystemExit as end:\n"
        "        assert end.code == 0, end.code\n"
        "heavy = {'sympy', 'numba', 'numpy', 'scipy', 'flint', 'rich', 'jax',\n"
        "         'theory.core.claim', 'numerics', 'matplotlib', 'hypothesis', 'sqlite3'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "Exit code 0: all confirmed" in " ".join(done.stdout.split())


def test_nothing_to_do_shows_the_help(assay):
    done = assay()
    assert done.exit_code == 0 and done.stderr == ""
    assert "To begin:" in done.stdout
    assert done.stdout == assay("--help").stdout == assay("help").stdout


def test_every_command_is_under_a_heading_and_has_examples(assay):
    text = assay("--help").stdout
    for heading in ("Look:", "Judge:", "Write:", "Your own claims:", "This installation:"):
        assert heading in text
    for name, command in main.commands.items():
        assert re.search(rf"^  {name} ", text, re.MULTILINE), name
        shown = assay("help", name).stdout
        assert shown == assay(name, "--help").stdout and f"assay {name}" in shown
        assert command.get_short_help_str(100).endswith(".")
        assert command.examples
        assert all("assay " in typed and words for typed, words in command.examples)


# --------------------------------------------------------------------------- list, show, latex


def test_list_in_json_and_in_text(assay):
    done = assay("list", "--json")
    assert done.exit_code == 0
    rows = json.loads(done.stdout)
    assert [row["id"] for row in rows] == [claim.id for claim in catalogue.select(())]
    for row in rows:
        assert list(row) == ["id", "topic", "title", "kind", "standing"]
    text = assay("list", IDENTITY, RATE).stdout.splitlines()
    assert len(text) == 3
    assert text[1].split()[:2] == [IDENTITY, "identity"]


def test_show_tells_statement_derivation_and_verdict(assay):
    assay("run", RATE)
    text = assay("show", RATE).stdout
    for word in ("Statement", "Hypotheses", "alpha: in (1, inf)", "Derivation", "confirmed (rate)"):
        assert word in text
    data = json.loads(assay("show", RATE, "--json").stdout, parse_constant=no_constants)
    assert data["schema"] == 1
    claim = data["claim"]
    assert claim["id"] == RATE and claim["verdict"]["verdict"] == "confirmed"
    assert [step["status"] for step in claim["derivation"]] == ["proved"] * 3
    other = json.loads(assay("show", RATE, "--json", "--seed", 7).stdout)
    assert other["claim"]["verdict"] is None
    assert "not judged yet" in assay("show", RATE, "--seed", 7).stdout


def test_every_claim_can_be_shown(assay):
    for claim in catalogue.select([f"{TOPIC}.finite-*"]):
        done = assay("show", claim.id)
        assert done.exit_code == 0 and claim.title in done.stdout


def test_latex_to_a_file_and_to_standard_output(assay, tmp_path):
    done = assay("latex", RATE, "--quiet")
    assert done.exit_code == 0 and "\\sim" in done.stdout
    out = tmp_path / "claims.tex"
    written = assay("latex", RATE, "--quiet", "--no-run", "--out", out)
    assert written.exit_code == 0 and written.stdout == ""
    assert out.read_text(encoding="utf-8") == done.stdout
    assert (tmp_path / "assay.sty").is_file()
    assert assay("latex", RATE, "--quiet", "--no-run", "--out", "/dev/null").exit_code == 0
    assert not Path("/dev/assay.sty").exists()


def test_a_report_is_written_with_what_the_ledger_holds(assay, tmp_path):
    assay("run", RATE, "--quiet")
    done = assay("report", RATE, IDENTITY, "--quiet", "--no-run", "--out", tmp_path / "site")
    assert done.exit_code == 0 and "2 claims" in done.stderr
    page = (tmp_path / "site" / "claims" / f"{RATE}.html").read_text(encoding="utf-8")
    assert "confirmed" in page and "<math" in page
    assert "Not judged" in (tmp_path / "site" / "claims" / f"{IDENTITY}.html").read_text("utf-8")


def test_commands_that_are_printed_reproduce(assay, tmp_path):
    own = tmp_path / "a folder" / "coupons.py"
    own.parent.mkdir()
    text = Path(COUPONS).read_text(encoding="utf-8").replace("coupons.", "printed.")
    own.write_text(text, encoding="utf-8")
    one = f"{own}::printed.too-good"
    settings = ("--tier", "full", "--seed", 3)
    assert assay("show", one, *settings).stdout.endswith(
        f"not judged yet: assay run '{one}' --tier full --seed 3\n"
    )
    assert assay("show", one).stdout.endswith(f"not judged yet: assay run '{one}'\n")
    site = tmp_path / "site"
    done = assay("report", own, *settings, "--no-run", "--quiet", "--out", site)
    assert done.exit_code == 0
    page = html.unescape((site / "claims" / "printed.too-good.html").read_text(encoding="utf-8"))
    for word in ("run", "mutants", "refute"):
        assert f"assay {word} '{one}' --tier full --seed 3" in page


def test_a_pdf_is_compiled_or_said_to_be_impossible(assay, tmp_path, monkeypatch):
    out = tmp_path / "claims.pdf"
    if shutil.which("pdflatex"):
        done = assay("latex", RATE, "--quiet", "--pdf", "--out", out)
        assert done.exit_code == 0 and out.read_bytes().startswith(b"%PDF")
    monkeypatch.setenv("PATH", str(tmp_path))
    done = assay("latex", RATE, "--quiet", "--pdf", "--out", tmp_path / "other.pdf")
    assert done.exit_code == 2 and "pdflatex is not installed" in done.stderr
    assert not (tmp_path / "other.pdf").exists()


def test_an_error_of_latex_is_told_and_leaves_nothing(tmp_path):
    if not shutil.which("pdflatex"):
        pytest.skip("pdflatex is not installed")
    with pytest.raises(AssayError, match="Undefined control sequence"):
        compile_pdf(r"\documentclass{article}\begin{document}\nosuch\end{document}", tmp_path / "x")
    assert list(tmp_path.iterdir()) == []


def test_doctor_finds_what_is_needed(assay):
    done = assay("doctor", "--json")
    assert done.exit_code == 0
    findings = {entry["name"]: entry for entry in json.loads(done.stdout)["findings"]}
    assert findings["sympy"]["good"] and findings["ledger"]["good"]
    assert "python" in assay("doctor").stdout


# --------------------------------------------------------------------------- run, mutants


def test_run_in_json(assay):
    done = assay("run", "--json", "--seed", 3, IDENTITY, RATE)
    assert done.exit_code == 0 and done.stderr == ""
    report = json.loads(done.stdout, parse_constant=no_constants)
    assert {key: report[key] for key in ("schema", "seed", "tier")} == {
        "schema": 1,
        "seed": 3,
        "tier": "quick",
    }
    assert [claim["id"] for claim in report["claims"]] == [IDENTITY, RATE]
    for claim in report["claims"]:
        assert {
            *("id", "verdict", "how", "resolution", "error_probability", "points", "samples"),
            *("seconds", "derivation", "counterexample"),
        } <= set(claim)
        assert claim["verdict"] in ("confirmed", "refuted", "inconclusive")
        assert claim["how"] in HOW
        assert set(claim["derivation"]) == COUNTS
        assert claim["counterexample"] is None
        assert "evidence" not in claim
        assert len(json.dumps(claim)) < 5000


def test_run_in_text(assay):
    done = assay("run", IDENTITY, RATE)
    assert done.exit_code == 0
    lines = done.stdout.splitlines()
    assert lines[0].split() == ["claim", "verdict", "how", "certainty", "derivation", "s"]
    assert lines[1].startswith(IDENTITY) and lines[2].startswith(RATE)
    assert lines[-1] == "2 confirmed"
    progress = done.stderr.splitlines()
    assert len(progress) == 2
    for line in progress:
        assert re.fullmatch(r"\d\d:\d\d:\d\d confirmed \S+( \(from the ledger\))?", line)


def test_quiet(assay):
    assert assay("run", "--quiet", IDENTITY).stderr == ""
    assert assay("mutants", "--quiet", RATE).stderr == ""


def test_fresh_judges_again(assay):
    assert "from the ledger" in assay("run", IDENTITY).stderr
    assert "from the ledger" not in assay("run", "--fresh", IDENTITY).stderr


def test_mutants_in_json_and_in_text(assay):
    done = assay("mutants", "--json", RATE)
    assert done.exit_code == 0 and done.stderr == ""
    report = json.loads(done.stdout, parse_constant=no_constants)
    assert report["schema"] == 1 and len(report["mutants"]) > 3
    for mutant in report["mutants"]:
        assert {"claim", "mutant", "outcome", "reason"} <= set(mutant)
        assert mutant["outcome"] in ("killed", "survived", "equivalent")
    text = assay("mutants", RATE).stdout.splitlines()
    assert len(text) == len(report["mutants"]) + 3
    assert text[-1] == f"{len(report['mutants'])} killed"


def test_off_a_terminal_lines_are_plain_and_whole(ledger, monkeypatch):
    for columns in ("20", "80"):
        done = process(ledger, "mutants", RATE, COLUMNS=columns)
        assert "\x1b" not in done.stdout + done.stderr
        assert all(line.split()[0] in ("claim", RATE) for line in done.stdout.splitlines()[:-2])
    done = process(ledger, "list", COLUMNS="30")
    assert len(done.stdout.splitlines()) == 1 + len(catalogue.select(()))
    longest = max(catalogue.select(()), key=lambda claim: len(claim.title))
    assert longest.title in done.stdout


def test_a_terminal_that_knows_no_unicode(ledger):
    done = process(ledger, "run", "--quiet", IDENTITY, PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert done.returncode == 0 and "Traceback" not in done.stderr
    done = process(ledger, "run", "--json", RATE, PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert done.returncode == 0 and json.loads(done.stdout)["claims"]


@pytest.mark.parametrize("command", ["list --json", f"mutants --json {RATE}", "list", "--help"])
def test_a_reader_that_leaves_gets_no_traceback(ledger, command):
    """The pipe is closed before anything is written to it."""
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [sys.executable, "-m", "verify", *command.split(), *(["--quiet"] * ("mut" in command))],
        cwd=ROOT,
        env=os.environ | {"ASSAY_LEDGER": str(ledger)},
        stdout=writer,
        stderr=subprocess.PIPE,
        text=True,
    )
    os.close(writer)
    assert done.stderr == ""
    if command != "--help":
        assert done.returncode == 141


# --------------------------------------------------------------------------- own files


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_users_file_is_run_like_a_topic(assay, tmp_path, jobs):
    report = tmp_path / "report.xml"
    done = assay("run", COUPONS, "--fresh", "--json", "--jobs", jobs, "--junit", report)
    assert done.exit_code == 1
    verdicts = {claim["id"]: claim for claim in json.loads(done.stdout)["claims"]}
    assert [claim["verdict"] for claim in verdicts.values()] == [
        "confirmed",
        "confirmed",
        "refuted",
    ]
    program = verdicts["coupons.too-good"]["counterexample"]["program"]
    shown = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True
    )
    assert "contradicts" in shown.stdout
    assert 'failures="1"' in report.read_text()


def test_part_of_a_users_file(assay):
    done = assay("run", f"{COUPONS}::coupons.upper-*", "--json")
    assert done.exit_code == 0
    (claim,) = json.loads(done.stdout)["claims"]
    assert claim["id"] == "coupons.upper-bound"
    assert "exp(-m/n)" in assay("show", f"{COUPONS}::coupons.upper-bound").stdout
    assert "coupons.too-good" in assay("list", COUPONS).stdout


def test_an_edited_module_beside_the_file_invalidates_what_was_held(tmp_path):
    text = Path(COUPONS).read_text()
    (tmp_path / "own.py").write_text(text.replace("coupons.", "vouchers.") + "\nimport beside_it\n")
    (tmp_path / "beside_it.py").write_text("x = 1\n")
    ledger = tmp_path / "ledger.sqlite"

    def run():
        done = process(ledger, "run", str(tmp_path / "own.py"))
        assert done.returncode == 1, done.stderr
        return done.stderr.count("from the ledger")

    assert [run(), run()] == [0, 3]
    (tmp_path / "beside_it.py").write_text("x = 2\n")
    assert run() == 0


def test_a_claim_beyond_its_time_limit_is_inconclusive_and_the_run_goes_on(assay, tmp_path):
    path = tmp_path / "slow.py"
    text = Path(COUPONS).read_text().replace("coupons.", "slow.")
    path.write_text(
        text.replace("        draws = gen", "        while True: pass\n        draws = gen")
    )
    done = assay("run", path, "--json", "--time-limit", "0.5")
    assert done.exit_code == 1
    first, second, third = json.loads(done.stdout)["claims"]
    assert (first["verdict"], second["verdict"]) == ("inconclusive", "confirmed")
    assert "time limit of 0.5 seconds" in first["reason"] and third["verdict"] == "refuted"


# --------------------------------------------------------------------------- counterexamples


def test_refute_prints_a_program_that_shows_the_simplest_counterexample(assay):
    done = assay("refute", f"{COUPONS}::coupons.too-good")
    assert done.exit_code == 1
    assert "n = 2, m = 1" in done.stdout
    program = done.stdout[done.stdout.index("from verify") :]
    shown = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True
    )
    assert "contradicts" in shown.stdout


def test_refute_tells_how_close_a_true_claim_came(assay):
    arguments = ("refute", f"{COUPONS}::coupons.upper-bound", "--examples", 10)
    done = assay(*arguments)
    assert done.exit_code == 0 and "no counterexample" in done.stdout
    found = json.loads(assay(*arguments, "--json").stdout)
    assert found["verdict"] is None and found["strain"] == pytest.approx(1)


# --------------------------------------------------------------------------- figures


def test_figures_are_listed_and_drawn(assay, tmp_path):
    names = assay("figure").stdout.split()
    assert f"{TOPIC}/sign-descent" in names
    done = assay("figure", f"{TOPIC}/sign-descent", "--out", tmp_path / "new")
    assert done.exit_code == 0
    assert {path.suffix for path in (tmp_path / "new").iterdir()} == {".svg", ".png"}


# --------------------------------------------------------------------------- calibration


def test_calibration_tells_what_is_promised_and_what_is_kept(assay):
    done = assay("calibration", "--repetitions", 100, "--json")
    assert done.exit_code == 0
    found = json.loads(done.stdout)
    assert found["kept"] and len(found["alarms"]) == 42
    assert all(law["ratios"]["0"] < 1 for law in found["power"])
    assert "BROKEN" not in assay("calibration", "--repetitions", 100).stdout
