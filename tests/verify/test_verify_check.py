"""One claim judged from a prompt: which claim is meant, what is shown, and what a mistake says."""

import os
import pickle
import subprocess
import sys
from pathlib import Path

import pytest

import verify
from tests.verify import made_up
from tests.verify.made_up import a, size
from theory import CatalogueError, ClaimError, Derivation, Identity, Step, find
from theory.core.rules.elementary import Cited
from verify import Decision, Exact, How, Mutant, Verdict, check_for, mutate
from verify.core import ledger
from verify.core.check import forget

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "docs" / "examples"


@pytest.fixture
def claim():
    """A claim as one would write it at a prompt, bound to a check."""
    written = made_up.claim("at-prompt")

    @check_for(written, resolution=1e-9, points=[{"a": 1}, {"a": 2}])
    def _(a):
        return Exact((a + 1) ** 2)

    yield written
    forget([written.id])


def test_three_lines_at_a_prompt():
    lines = ["import verify", f"v = verify.check({str(EXAMPLES / 'wilson.py')!r})", "v"]
    done = subprocess.run(
        [sys.executable, "-i", "-q"],
        input="\n".join(lines) + "\n",
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.stdout.splitlines()[:4] == [
        "wilson.theorem: confirmed (exhaustive)",
        "  n divides (n - 1)! + 1 exactly if n is prime",
        "  certainty   every input, 1 point",
        "  derivation  none",
    ], done.stderr


def test_a_claim_of_the_catalogue_by_its_id():
    verdict = verify.check("assoc-scaling.finite-data-binomial")
    assert verdict.verdict is Decision.CONFIRMED
    assert verdict.claim is find("assoc-scaling.finite-data-binomial")


def test_a_confirmed_verdict_in_a_few_lines(claim):
    *lines, took = repr(verify.check(claim)).splitlines()
    assert lines == [
        "made-up.at-prompt: confirmed (exact)",
        "  A square",
        "  certainty   ±1e-09, 2 points",
        "  derivation  2 proved",
    ]
    assert took.startswith("  took        ")


def test_a_refuted_verdict_has_its_counterexample():
    verdict = verify.check(f"{EXAMPLES / 'fermat.py'}::fermat.converse")
    lines = repr(verdict).splitlines()
    assert lines[:1] == ["fermat.converse: refuted (exhaustive)"]
    assert lines[4:8] == [
        "  reason      fails on 341",
        "  at          largest = 2000",
        "  predicted   holds",
        "  measured    69 inputs tried; fails on 341",
    ]
    assert lines[8:10] == [
        "  again       from verify import measure",
        f'              print(measure("{EXAMPLES / "fermat.py"}::fermat.converse", '
        '{"largest": 2000}))',
    ]


def test_a_claim_without_a_check_is_judged_by_its_derivation():
    verdict = verify.check(made_up.claim("derived"))
    assert (verdict.verdict, verdict.how) == (Decision.CONFIRMED, How.PROVED)
    assert "certainty   by its derivation" in repr(verdict)
    nothing = verify.check(made_up.claim("bare", derivation=Derivation()))
    assert nothing.verdict is Decision.INCONCLUSIVE
    assert "reason      the claim has neither a check nor a derivation" in repr(nothing)


def test_after_a_check_a_claim_of_the_prompt_is_known_by_its_id(claim):
    first = verify.check(claim)
    again = verify.check("made-up.at-prompt")
    assert again == first.timed(again.seconds)
    assert verify.measure("made-up.at-prompt", {"a": 3})["finding"] == "agrees"
    assert verify.measure(claim, {"a": 3})["finding"] == "agrees"


def test_what_became_of_the_published_form_is_told():
    source = made_up.claim("published", derivation=Derivation())
    check_for(source, resolution=1e-9, points=[{"a": 1}])(lambda a: Exact((a + 1) ** 2))
    mutate(source, Mutant("a square less", Identity(size(a), a**2), published=True))
    try:
        assert "  published   refuted: a square less" in repr(verify.check(source)).splitlines()
    finally:
        forget([source.id])


def test_the_seed_decides_and_the_ledger_is_left_alone(monkeypatch):
    def refuse(*_):
        raise AssertionError("the ledger was opened")

    monkeypatch.setattr(ledger.Ledger, "__init__", refuse)
    coins = f"{EXAMPLES / 'hoeffding.py'}::hoeffding.coins"
    first, second, other = (verify.check(coins, seed=seed) for seed in (1, 1, 2))
    assert first == second.timed(first.seconds)
    assert first.samples != other.samples


@pytest.mark.parametrize(
    ("named", "kind", "message"),
    [
        ("assoc-scaling.rho-rat", CatalogueError, "did you mean assoc-scaling.rho-rate"),
        ("assoc-scaling", CatalogueError, r"names \d+ claims \(.*, \.\.\.\): name one"),
        (f"{EXAMPLES / 'fermat.py'}", CatalogueError, "names 2 claims .fermat.little, fermat.conv"),
        ("assoc-scaling.no-such-*", CatalogueError, "no claim matches"),
        ("nowhere.py::a.b", CatalogueError, "there is no file nowhere.py"),
        (3, ClaimError, "a claim or the id of one, not of type int"),
        (None, ClaimError, "not of type NoneType"),
    ],
)
def test_what_names_no_single_claim_is_told_in_a_line(named, kind, message):
    with pytest.raises(kind, match=message) as problem:
        verify.check(named)
    assert "\n" not in str(problem.value)


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ({"tier": "fast"}, "unknown tier 'fast'; there are quick, full, large"),
        ({"seed": 0.5}, "a seed is a whole number, not 0.5"),
        ({"seed": True}, "a seed is a whole number"),
        ({"time_limit": 0}, "a time limit is a positive number of seconds, not 0"),
        ({"time_limit": float("nan")}, "a time limit is a positive number"),
        ({"time_limit": "1"}, "a time limit is a positive number"),
    ],
)
def test_settings_without_sense_are_refused(claim, setting, message):
    with pytest.raises(ClaimError, match=message):
        verify.check(claim, **setting)


def test_a_pattern_may_name_exactly_one():
    assert verify.check(f"{EXAMPLES / 'fermat.py'}::*little").id == "fermat.little"


def test_a_claim_written_anew_wants_its_check_anew(claim):
    with pytest.raises(ClaimError, match="belongs to another claim of that id: bind it anew"):
        verify.check(made_up.claim("at-prompt"))


def test_time_runs_out():
    slow = made_up.claim("slow", derivation=Derivation())

    def wait(a):
        while True:
            pass

    check_for(slow, resolution=1e-9, points=[{"a": 1}])(wait)
    try:
        verdict = verify.check(slow, time_limit=0.1)
    finally:
        forget([slow.id])
    assert "given up at the time limit of 0.1 seconds" in repr(verdict)


def test_the_claim_is_neither_stored_nor_compared(claim):
    verdict = verify.check(claim)
    stored = verdict.stored()
    assert "claim" not in stored
    assert Verdict.restored(stored) == verdict
    assert Verdict.restored(stored).claim is None
    assert pickle.loads(pickle.dumps(Verdict.restored(stored))) == verdict


def test_assert_claim_says_why(claim):
    assert verify.assert_claim(claim).points == 2
    cited = Derivation(Step((a + 1) ** 2, by=Cited("a theorem", "a book")))
    with pytest.raises(AssertionError, match="inconclusive: a step of the derivation is undecided"):
        verify.assert_claim(made_up.claim("asserted", derivation=cited))


def test_claims_show_themselves_in_a_line_and_print_in_three():
    claim = made_up.claim()
    assert repr(claim) == "<Claim made-up.thing (identity, sharpened): A square>"
    assert str(claim).splitlines() == [
        "made-up.thing: A square",
        "  size(a) = a**2 + 2*a + 1",
        "  for a in (0, inf)",
    ]
    assert repr(claim.domain) == "<Domain: a in (0, inf)>"
    assert repr(claim.derivation).splitlines() == [
        "Derivation, not checked:",
        "  1. = (a + 1)**2  [definition]",
        "  2. = a**2 + 2*a + 1  [algebra]",
    ]
    assert repr(claim.derivation.steps[1]) == "<Step = a**2 + 2*a + 1  [algebra]>"
    report = repr(claim.derivation_report()).splitlines()
    assert report[0] == "Derivation: 2 proved"
    assert report[1:3] == ["  1. = (a + 1)**2", "     proved by definition: by definition"]
    assert report[-1] == "  conclusion proved: the chain reaches the statement"


def test_a_cell_can_be_run_again(monkeypatch):
    cell = """
from tests.verify import made_up
from theory import Derivation, Identity
from verify import Exact, Mutant, check_for, mutate
again = made_up.claim("again", derivation=Derivation())
check_for(again, resolution=1e-9, points=[{"a": 1}])(lambda a: Exact((a + 1) ** 2))
mutate(again, Mutant("less", Identity(made_up.size(made_up.a), made_up.a)))
"""
    scope = {"__name__": "__main__"}
    monkeypatch.setattr(sys, "ps1", ">>> ", raising=False)
    try:
        exec(cell, scope)
        exec(cell, scope)
        check = verify.check_of(scope["again"])
        assert [mutant.name for mutant in check.mutants] == ["less"]
        assert verify.check(scope["again"]).verdict is Decision.CONFIRMED
        with pytest.raises(ClaimError, match="has two checks"):
            exec(cell, {"__name__": "a_module"})
        monkeypatch.delattr(sys, "ps1")
        with pytest.raises(ClaimError, match="has two checks"):
            exec(cell, scope)
    finally:
        forget(["made-up.again"])


def test_a_file_that_changed_is_run_again(tmp_path):
    path = tmp_path / "own_wilson.py"
    text = (EXAMPLES / "wilson.py").read_text(encoding="utf-8").replace("wilson.", "own-wilson.")
    path.write_text(text + "\n1 / 0\n", encoding="utf-8")
    with pytest.raises(CatalogueError, match="ZeroDivisionError"):
        verify.check(str(path))
    path.write_text(text, encoding="utf-8")
    os.utime(path, ns=(1, 1))
    first = verify.check(str(path))
    assert first.claim is verify.check(str(path)).claim
    path.write_text(text.replace("title=", "title='New: ' + "), encoding="utf-8")
    os.utime(path, ns=(2, 2))
    second = verify.check(str(path))
    assert second.claim.title.startswith("New: ")
    assert second.verdict is Decision.CONFIRMED
