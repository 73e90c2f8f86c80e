"""Running many claims: any order, any number of workers, killed and resumed, the same report.

The runs happen in a copy of the three cores with a made-up topic, so that its files can be edited.
"""

import ast
import json
import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from theory.core.catalogue import section_of
from verify.command import references
from verify.command.work import early_workers, planned
from verify.core import runner, sources, workers
from verify.core.ledger import Ledger
from verify.core.registry import select
from verify.core.runner import Plan, run_claims
from verify.core.sources import source_files

ROOT = Path(__file__).parents[2]
CLAIMS = 6

THEORY = """
from theory import Claim, Domain, Identity, Natural, Observable, Seen, Source, Standing
from theory.core.source import Paper

PAPER = Paper("doe2020", "On Things", "Doe, Jane", "Journal", 2020)
n = Natural("n", at_least=1, grid=(1, 2, 3))
square = Observable("square", (n,), "n^2", "a square")


def stated(name, rhs):
    return Claim(
        id=f"made-up.{name}", title=name, says=name, statement=Identity(square(), rhs),
        domain=Domain(n), observables=(square,),
        source=Source(PAPER, "", seen=Seen.NOTHING, standing=Standing.DERIVED_HERE),
    )


"""
VERIFY = """
import os, time
import numpy as np
from theory.made_up import one as theory
from verify import Exact, Sampled, check_for

SLOW = float(os.environ.get("MADE_UP_SECONDS", "0"))


def exact(n):
    time.sleep(SLOW)
    with open(os.environ.get("MADE_UP_LOG", os.devnull), "a") as log:
        log.write("measured\\n")
    return Exact(n * n)


def drawn(n, stream):
    def draw(first, count):
        return np.array([stream.numpy(k).random() < 0.5 for k in range(first, first + count)])
    return Sampled(draw, bernoulli=True)


def fails(n):
    raise RuntimeError("on purpose\\nin two lines")


def dies(n):
    os._exit(5)


"""


def write_topic(root, claims):
    """``claims``: names with the right side of the claim and the measurement."""
    for column in ("theory", "numerics", "verify"):
        folder = root / column / "made_up"
        folder.mkdir(exist_ok=True)
        sections = "SECTIONS = ('one',)" if column == "theory" else ""
        (folder / "__init__.py").write_text(f'"""Made up."""\n{sections}\n')
    stated = [f"{name} = stated({name!r}, {rhs})" for name, (rhs, _) in claims.items()]
    text = f"__all__ = {list(claims)!r}\n{THEORY}" + "\n".join(stated) + "\n"
    (root / "theory" / "made_up" / "one.py").write_text(text)
    bound = [
        f"check_for(theory.{name}, resolution={0.1 if measure == 'drawn' else 1e-9})({measure})"
        for name, (_, measure) in claims.items()
    ]
    (root / "verify" / "made_up" / "one.py").write_text(VERIFY + "\n".join(bound) + "\n")


TRUE = {f"claim{k}": ("n**2", "exact") for k in range(CLAIMS)}
MIXED = {
    "true": ("n**2", "exact"),
    "false": ("n**2 + n", "exact"),
    "coin": ("n / (2 * n)", "drawn"),
    "loaded": ("n / n", "drawn"),
    "failing": ("n**2", "fails"),
}


@pytest.fixture(scope="module")
def cores(tmp_path_factory):
    """A copy of the cores without any topic; compiled kernels come along."""
    root = tmp_path_factory.mktemp("copy")
    for column in ("theory", "numerics", "verify"):
        (root / column).mkdir()
        for path in (ROOT / column).glob("*.py"):
            shutil.copy2(path, root / column)
        shutil.copytree(ROOT / column / "core", root / column / "core")
    shutil.copytree(ROOT / "verify" / "command", root / "verify" / "command")
    return root


@pytest.fixture
def copy(cores):
    """The same with a made-up topic of true claims."""
    write_topic(cores, TRUE)
    return cores


def assay(root, ledger, *arguments, **environment):
    return subprocess.run(
        [sys.executable, "-m", "verify", *map(str, arguments), "--ledger", str(ledger)],
        cwd=root,
        env=os.environ | {"PYTHONPATH": str(root)} | environment,
        capture_output=True,
        text=True,
    )


# a background job of a shell script has SIGINT ignored, and hands that on
INTERRUPTIBLE = """
import runpy, signal
signal.signal(signal.SIGINT, signal.default_int_handler)
runpy.run_module("verify", run_name="__main__")
"""


def started(root, ledger, *arguments, **environment):
    return subprocess.Popen(
        [sys.executable, "-c", INTERRUPTIBLE, *map(str, arguments), "--ledger", str(ledger)],
        cwd=root,
        env=os.environ | {"PYTHONPATH": str(root)} | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def timeless(report):
    claims = json.loads(report)["claims"]
    return {claim["id"]: {k: v for k, v in claim.items() if k != "seconds"} for claim in claims}


def wait_for_lines(log, count):
    for _ in range(600):
        if log.exists() and len(log.read_text().splitlines()) >= count:
            return
        time.sleep(0.05)
    pytest.fail("the run did not get going")


def members(session):
    """Living processes of a session."""
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[3]) == session and fields[0] != "Z":
            found.append(int(status.parent.name))
    return found


def gone(session):
    for _ in range(100):
        if not members(session):
            return True
        time.sleep(0.05)
    return False


# --------------------------------------------------------------------------- the same report


def test_report_and_exit_codes_do_not_depend_on_workers_or_order(cores, tmp_path):
    write_topic(cores, MIXED)
    ids = [f"made-up.{name}" for name in MIXED]
    runs = [
        assay(cores, tmp_path / "1", "run", "--json"),
        assay(cores, tmp_path / "2", "run", "--json", "--jobs", 2),
        assay(cores, tmp_path / "3", "run", "--json", *ids[::-1]),
        assay(cores, tmp_path / "2", "run", "--json"),  # from the ledger
    ]
    assert {run.returncode for run in runs} == {1}
    reports = [timeless(run.stdout) for run in runs]
    assert all(report == reports[0] for report in reports)
    assert list(reports[0]) == ids and list(reports[2]) == ids[::-1]
    verdicts = {name: reports[0][f"made-up.{name}"]["verdict"] for name in MIXED}
    assert verdicts == {
        "true": "confirmed",
        "false": "refuted",
        "coin": "confirmed",
        "loaded": "refuted",
        "failing": "inconclusive",
    }
    reason = reports[0]["made-up.failing"]["reason"]
    assert "RuntimeError: on purpose in two lines (one.py, line" in reason
    assert [run.stderr for run in runs] == [""] * 4
    for ids_, code in (
        (["made-up.true", "made-up.coin"], 0),
        (["made-up.true", "made-up.failing"], 3),
        (["made-up.failing", "made-up.false"], 1),
    ):
        assert assay(cores, tmp_path / "1", "run", "--quiet", *ids_).returncode == code


def test_what_stopped_is_tried_again_and_what_was_reached_is_not(cores, tmp_path):
    write_topic(cores, MIXED)
    log, ledger = tmp_path / "log", tmp_path / "ledger"
    first = assay(cores, ledger, "run", MADE_UP_LOG=str(log))
    measured = log.read_text()
    second = assay(cores, ledger, "run", MADE_UP_LOG=str(log))
    assert log.read_text() == measured
    assert first.stdout.splitlines()[-1] == second.stdout.splitlines()[-1]
    assert second.stderr.count("from the ledger") == len(MIXED) - 1
    assay(cores, ledger, "run", "--fresh", "made-up.true", MADE_UP_LOG=str(log))
    assert len(log.read_text()) > len(measured)


def test_checks_that_cannot_be_loaded_are_inconclusive_and_told_once(copy, tmp_path):
    path = copy / "verify" / "made_up" / "one.py"
    path.write_text(path.read_text() + "\nraise ImportError('no such thing')\n")
    done = assay(copy, tmp_path / "ledger", "run", "--json")
    assert done.returncode == 3 and done.stderr == ""
    for claim in json.loads(done.stdout)["claims"]:
        assert claim["reason"] == (
            "the checks of made-up cannot be loaded: ImportError: no such thing"
        )
    done = assay(copy, tmp_path / "ledger", "mutants")
    assert done.returncode == 2 and len(done.stderr.splitlines()) == 1


# --------------------------------------------------------------------------- killed, interrupted


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_run_that_is_killed_resumes(copy, tmp_path, jobs):
    log, ledger = tmp_path / "log", tmp_path / "ledger"
    slow = {"MADE_UP_SECONDS": "0.15", "MADE_UP_LOG": str(log)}
    run = started(copy, ledger, "run", "--jobs", jobs, **slow)
    wait_for_lines(log, 10)
    os.kill(run.pid, signal.SIGKILL)
    run.communicate()
    assert gone(run.pid), "workers outlive a run that was killed"
    before = len(log.read_text().splitlines())
    resumed = assay(copy, ledger, "run", "--json", MADE_UP_LOG=str(log))
    held = CLAIMS - (len(log.read_text().splitlines()) - before) // 3
    assert 1 <= held < CLAIMS
    fresh = assay(copy, tmp_path / "other", "run", "--json")
    assert resumed.returncode == fresh.returncode == 0
    assert timeless(resumed.stdout) == timeless(fresh.stdout)


@pytest.mark.parametrize("jobs, group", [(1, False), (2, False), (2, True)])
def test_ctrl_c_ends_cleanly(copy, tmp_path, jobs, group):
    """Sent to the process alone, or as a terminal does to all processes of the group."""
    log, ledger = tmp_path / "log", tmp_path / "ledger"
    slow = {"MADE_UP_SECONDS": "0.4", "MADE_UP_LOG": str(log)}
    run = started(copy, ledger, "run", "--quiet", "--jobs", jobs, **slow)
    wait_for_lines(log, 4 * jobs)
    (os.killpg if group else os.kill)(run.pid, signal.SIGINT)
    out, err = run.communicate(timeout=60)
    assert run.returncode == 130
    assert err == "assay: interrupted; what was finished is kept\n"
    assert out == ""
    assert gone(run.pid), "workers are left behind"
    again = assay(copy, ledger, "run", MADE_UP_LOG=str(log))
    assert again.returncode == 0
    assert 1 <= again.stderr.count("from the ledger") < CLAIMS


def test_a_worker_that_dies_is_told_in_one_line(cores, tmp_path):
    write_topic(cores, {**TRUE, "deadly": ("n**2", "dies")})
    done = assay(cores, tmp_path / "ledger", "run", "--quiet", "--jobs", 2)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1 and "worker process ended" in done.stderr


# --------------------------------------------------------------------------- the digest


@pytest.fixture
def digest(copy, monkeypatch):
    """The digest of the made-up topic as its files are now, as a new process would find it."""

    def now():
        for function in (sources._folders, sources._place, sources._names, sources.core_files):
            function.cache_clear()
        return sources.digest(source_files("made-up"))

    found = sources._folders

    class Folders:
        cache_clear = staticmethod(found.cache_clear)

        def __call__(self, column):
            return (copy / column,)

    with monkeypatch.context() as patch:
        patch.setattr(sources, "_folders", Folders())
        yield now
    for function in (found, sources._place, sources._names, sources.core_files):
        function.cache_clear()


def test_an_edit_changes_the_digest_and_a_touch_does_not(copy, digest):
    before = digest()
    for place, matters in {
        "verify/made_up/one.py": True,
        "theory/made_up/one.py": True,
        "verify/core/growth.py": True,
        "verify/core/sequential.py": True,
        "theory/core/rules/elementary.py": True,
        "numerics/core/streams.py": True,
        "verify/core/display.py": False,
        "verify/core/ledger.py": False,
        "verify/core/workers.py": False,
        "verify/command/judging.py": False,
        "numerics/core/zipf.py": False,  # the made-up topic does not import it
    }.items():
        path = copy / place
        path.touch()
        assert digest() == before, f"{place} was only touched"
        text = path.read_text()
        path.write_text(text + "\n# another comment\n")
        assert (digest() != before) is matters, f"{place} was edited"
        path.write_text(text)
        assert digest() == before
    for place in ("numerics/made_up/data.json", "verify/made_up/broken.py"):
        (copy / place).write_text("{ this is no Python")
        assert digest() != before
        (copy / place).unlink()


def test_an_edit_invalidates_what_was_held(copy, tmp_path):
    def held():
        return assay(copy, tmp_path / "ledger", "run", "made-up.claim0").stderr.count("ledger")

    assert [held(), held()] == [0, 1]
    path = copy / "verify" / "made_up" / "one.py"
    path.write_text(path.read_text() + "\n# edited\n")
    assert [held(), held()] == [0, 1]


def test_code_that_is_edited_during_a_run_is_not_blamed_for_its_verdicts(copy, tmp_path):
    log, ledger = tmp_path / "log", tmp_path / "ledger"
    run = started(copy, ledger, "run", MADE_UP_SECONDS="0.2", MADE_UP_LOG=str(log))
    wait_for_lines(log, 2)
    path = copy / "verify" / "made_up" / "one.py"
    text = path.read_text()
    path.write_text(text + "\n# edited\n")
    _, err = run.communicate()
    assert run.returncode == 0 and err.count("confirmed") == CLAIMS
    path.write_text(text)
    assert "from the ledger" not in assay(copy, ledger, "run", "made-up.claim5").stderr


def test_the_digest_covers_what_judges():
    files = source_files("assoc-scaling")
    places = {"/".join(path.parts[-3:]) for path in files}
    for needed in (
        "theory/assoc_scaling/finite_data.py",
        "numerics/assoc_scaling/finite_data.py",
        "numerics/core/power_law_sums.py",
        "verify/assoc_scaling/finite_data.py",
        "verify/core/judge.py",
        "verify/core/growth.py",
        "verify/core/sequential.py",
        "verify/core/balls.py",
        "verify/core/mutants.py",
        "core/rules/elementary.py",
    ):
        assert needed in places
    for shown in ("display", "ledger", "runner", "document"):
        assert f"verify/core/{shown}.py" not in places
    digest = sources.digest(files)
    assert sources.digest(files[::-1]) == digest != sources.digest(files[:-1])


def test_imports_are_found_wherever_they_stand():
    text = """
import numerics.core.streams as s, os
from theory import Bound
from verify.core import (balls,
    check)
def f():
    try:
        from numerics.core import zipf
    except ImportError:
        import theory.core.signs
    match 1:
        case 1:
            from verify.core.growth import extrapolate
"""
    body = ast.parse(text).body
    found = {
        name
        for node in sources._statements(body)
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [f"{node.module}.{alias.name}" for alias in node.names]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    assert found == {
        "numerics.core.streams",
        "os",
        "theory.Bound",
        "verify.core.balls",
        "verify.core.check",
        "numerics.core.zipf",
        "theory.core.signs",
        "verify.core.growth.extrapolate",
    }


# ------------------------------------------------------------------------------- time limits


def test_a_worker_that_never_returns_is_ended_and_the_run_goes_on(tmp_path, monkeypatch, capfd):
    text = (ROOT / "docs/examples/coupons.py").read_text().replace("coupons.", "deaf.")
    text = f"import os\nos.write(1, b'a worker talks')\n{text}"
    deaf = "        import signal, time\n        signal.pthread_sigmask(signal.SIG_BLOCK, {14})\n"
    path = tmp_path / "deaf.py"
    path.write_text(
        text.replace("        draws = gen", f"{deaf}        time.sleep(1e6)\n        draws = gen")
    )
    monkeypatch.setattr(runner, "_GRACE", 10.0)
    claims = select([str(path)])
    assert "a worker talks" in capfd.readouterr().out
    verdicts = list(
        run_claims(Plan(claims, jobs=2, time_limit=0.5), Ledger(tmp_path / "ledger.sqlite"))
    )
    assert capfd.readouterr().out == "", "standard output is not for workers"
    assert sorted(verdict.id for verdict, _ in verdicts) == sorted(claim.id for claim in claims)
    reasons = [verdict.reason for verdict, _ in verdicts]
    assert any("compiled code did not return" in reason for reason in reasons), reasons


# ------------------------------------------------------------------------------- early workers


@pytest.fixture
def hired(monkeypatch):
    """Numbers of workers that were asked for, with the topics they were to load."""
    asked = []

    @contextmanager
    def crew(jobs, topics=()):
        asked.append((jobs, tuple(topics)))
        yield ["worker"] * jobs

    monkeypatch.setattr(workers, "workers", crew)
    return asked


@pytest.mark.parametrize(
    "ids, jobs, topics",
    [
        (("assoc-scaling",), 2, ("assoc-scaling",)),
        (("assoc-scaling.finite-*",), 2, ("assoc-scaling",)),
        (("assoc-scaling.a", "mode-estimation.b"), 2, ("assoc-scaling", "mode-estimation")),
        ((), 3, ("assoc-dynamics", "assoc-scaling", "iteration-head", "mode-estimation")),
        (("assoc-scaling",), 1, None),
        (("assoc-scaling.finite-data-rate",), 2, None),
        (("own.py",), 2, None),
        (("assoc-scaling", "own.py"), 2, None),
        (("no-such-topic",), 2, None),
    ],
)
def test_workers_start_early_where_there_is_work_for_several(tmp_path, hired, ids, jobs, topics):
    with Ledger(tmp_path / "ledger") as ledger:
        with early_workers(ids, "quick", 0, jobs, False, ledger, "verdict") as crew:
            assert len(crew) == (jobs if topics else 0)
    assert hired == ([(jobs, topics)] if topics else [])


def test_workers_do_not_start_early_where_the_ledger_may_hold_everything(tmp_path, hired):
    with Ledger(tmp_path / "ledger") as ledger:
        code = sources.digest(sources.source_files("assoc-scaling"))
        ledger.store_mutants("assoc-scaling.x", [], code, 0, "quick")
        for seed, fresh, kind in (
            (0, False, "mutants"),
            (1, False, "mutants"),
            (0, True, "mutants"),
        ):
            with early_workers(("assoc-scaling",), "quick", seed, 2, fresh, ledger, kind):
                pass
        assert len(hired) == 2


def test_workers_that_had_nothing_to_do_are_gone_at_once():
    began = time.monotonic()
    with workers.workers(2, ["assoc-scaling", "no-such-topic"]) as crew:
        assert crew[1].submit(os.getpid).result() != os.getpid()
    assert time.monotonic() - began < 60
    assert not [child for child in multiprocessing.active_children() if child.is_alive()]


def test_a_worker_that_is_gone_before_it_has_begun_is_told_in_one_line(tmp_path):
    claims = select([str(ROOT / "docs/examples/coupons.py")])
    with Ledger(tmp_path / "ledger") as ledger, workers.workers(2) as crew:
        assert crew[0].submit(os._exit, 1).exception() is not None
        with pytest.raises(runner.RunError, match="ended abruptly"):
            list(run_claims(Plan(claims, jobs=2), ledger, crew))


# ------------------------------------------------------------------------------- edits meanwhile


def test_digests_are_taken_before_anything_is_loaded(monkeypatch):
    asked = []

    def loading(ids, quiet):
        assert asked == [("assoc-scaling",), ("", ROOT / "docs/examples/coupons.py")]
        return ()

    monkeypatch.setattr(sources, "as_found", lambda *home: asked.append(home))
    monkeypatch.setattr(references, "chosen_claims", loading)
    ids = ("assoc-scaling.finite-*", str(ROOT / "docs/examples/coupons.py::coupons.x"))
    assert planned(ids, "quick", 0, 1, False, None, True).claims == ()


def test_a_file_that_loses_a_claim_during_a_run_stops_that_claim_alone(tmp_path):
    path = tmp_path / "loses.py"
    text = (ROOT / "docs/examples/coupons.py").read_text().replace("coupons.", "loses.")
    path.write_text(text)
    plan = Plan(select([str(path)]))
    path.write_text(text.replace('"too-good"', '"renamed"'))
    os.utime(path, ns=(1, 1))
    with Ledger(tmp_path / "ledger") as ledger:
        verdicts = {verdict.id: verdict for verdict, _ in run_claims(plan, ledger)}
        assert len(verdicts) == len(plan.claims)
        lost = verdicts["loses.too-good"]
        assert lost.stopped and "has no claim loses.too-good; there are" in lost.reason


# ------------------------------------------------------------------------------- who does what


@given(st.lists(st.integers(0, 2), min_size=60, max_size=60), st.integers(1, 4))
def test_every_claim_is_given_out_once_and_trends_of_a_section_to_one_worker(order, workers):
    claims = select(["assoc-scaling.learned*", "assoc-scaling.role-of-M*"])
    trends = {claim.id for claim in claims if claim.kind == "trend"}
    assert trends and len(trends) < len(claims)
    shares = runner._shares(claims, workers)
    given_out = {}
    for index in [*order, *range(workers)]:
        worker = index % workers
        while (claim := runner._next(shares, worker)) is not None:
            assert claim.id not in given_out
            given_out[claim.id] = worker
            if index in order:
                break
    assert set(given_out) == {claim.id for claim in claims}
    for section in {section_of(claim) for claim in claims}:
        own = [claim.id for claim in claims if section_of(claim) == section]
        assert len({given_out[one] for one in own if one in trends}) <= 1
