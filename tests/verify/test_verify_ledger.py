"""The ledger: nothing lost, nothing stale, and one clear line when it cannot be used."""

import json
import sqlite3
import subprocess
import sys
import threading
from dataclasses import replace

import pytest

from theory import AssayError
from verify.core.ledger import Ledger, LedgerError
from verify.core.verdict import Decision, How, Verdict

NO_STEPS = dict.fromkeys(["proved", "certified", "cited", "undecided", "refuted"], 0)
VERDICT = Verdict(
    id="made-up.thing",
    verdict=Decision.REFUTED,
    how=How.STATISTICAL,
    resolution=0.01,
    error_probability=1e-4,
    points=2,
    samples=1234,
    seconds=0.25,
    derivation=NO_STEPS,
    counterexample={"point": {"a": "1/3", "v": [1, 2.5]}, "predicted": "= 1", "measured": "2"},
    reason="the mean is ≠ what was said",
    worst={"point": {"a": "1/3"}, "strain": 3.5, "tightness": None},
    tightness=0.1 + 0.2,
    evidence=({"point": {}, "finding": "agrees"}, {"point": {"a": 1}, "finding": "contradicts"}),
)
KEY = ("made-up.thing", "digest", 0, "quick")


def rows(path):
    connection = sqlite3.connect(path)
    try:
        return connection.execute("SELECT kind, claim, digest, seed, tier FROM entries").fetchall()
    finally:
        connection.close()


def test_a_verdict_comes_back_as_it_was(tmp_path):
    path = tmp_path / "some" / "folder" / "ledger.sqlite"
    with Ledger(path) as ledger:
        assert ledger.verdict(*KEY) is None
        ledger.store_verdict(VERDICT, "digest", 0, "quick")
        assert ledger.verdict(*KEY) == VERDICT
    with Ledger(path) as ledger:
        assert ledger.verdict(*KEY) == VERDICT


@pytest.mark.parametrize(
    "key",
    [
        ("made-up.other", "digest", 0, "quick"),
        ("made-up.thing", "another", 0, "quick"),
        ("made-up.thing", "digest", 1, "quick"),
        ("made-up.thing", "digest", 0, "full"),
    ],
)
def test_every_part_of_the_key_counts(tmp_path, key):
    with Ledger(tmp_path / "ledger") as ledger:
        ledger.store_verdict(VERDICT, "digest", 0, "quick")
        assert ledger.verdict(*key) is None


def test_seeds_of_any_size(tmp_path):
    with Ledger(tmp_path / "ledger") as ledger:
        for seed in (0, 2**63 - 1):
            ledger.store_verdict(VERDICT, "digest", seed, "quick")
            assert ledger.verdict("made-up.thing", "digest", seed, "quick") == VERDICT


def test_mutants_are_kept_apart_from_verdicts(tmp_path):
    outcomes = [{"claim": "made-up.thing", "mutant": "m", "outcome": "killed", "reason": "r"}]
    with Ledger(tmp_path / "ledger") as ledger:
        ledger.store_mutants("made-up.thing", outcomes, "digest", 0, "quick")
        assert ledger.verdict(*KEY) is None
        assert ledger.mutants(*KEY) == outcomes
        ledger.store_mutants("made-up.thing", [], "digest", 0, "quick")
        assert ledger.mutants(*KEY) == []


def test_new_code_replaces_what_the_old_code_said(tmp_path):
    path = tmp_path / "ledger"
    with Ledger(path) as ledger:
        ledger.store_verdict(VERDICT, "old", 0, "quick")
        ledger.store_verdict(VERDICT, "old", 1, "quick")
        ledger.store_mutants("made-up.thing", [], "old", 0, "quick")
        ledger.store_verdict(VERDICT, "new", 0, "quick")
    assert sorted(rows(path)) == [
        ("mutants", "made-up.thing", "old", 0, "quick"),
        ("verdict", "made-up.thing", "new", 0, "quick"),
        ("verdict", "made-up.thing", "old", 1, "quick"),
    ]


def test_each_verdict_is_on_disk_before_the_next(tmp_path):
    """Another connection sees it while the ledger is still open and no one said goodbye."""
    path = tmp_path / "ledger"
    with Ledger(path) as ledger:
        ledger.store_verdict(VERDICT, "digest", 0, "quick")
        with Ledger(path) as reader:
            assert reader.verdict(*KEY) == VERDICT
        journal = sqlite3.connect(path).execute("PRAGMA journal_mode").fetchone()
    assert journal == ("wal",)


def test_readers_and_writers_at_once(tmp_path):
    path, failures = tmp_path / "ledger", []

    def work(worker):
        try:
            with Ledger(path) as ledger:
                for seed in range(10):
                    mine = replace(VERDICT, id=f"made-up.{worker}")
                    ledger.store_verdict(mine, "digest", seed, "quick")
                    assert ledger.verdict(f"made-up.{worker}", "digest", seed, "quick") == mine
        except BaseException as problem:
            failures.append(problem)

    threads = [threading.Thread(target=work, args=(k,)) for k in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(rows(path)) == 60


def test_a_writer_killed_in_the_middle_leaves_a_good_ledger(tmp_path):
    path = tmp_path / "ledger"
    program = (
        "import os, signal, sys\n"
        "from pathlib import Path\n"
        "from verify.core.ledger import Ledger\n"
        "ledger = Ledger(Path(sys.argv[1]))\n"
        "ledger.store_mutants('made-up.thing', [1], 'digest', 0, 'quick')\n"
        "ledger._connection.execute('BEGIN')\n"
        "ledger._connection.execute('DELETE FROM entries')\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = subprocess.run([sys.executable, "-c", program, str(path)], check=False)
    assert done.returncode == -9
    with Ledger(path) as ledger:
        assert ledger.mutants(*KEY) == [1]


# --------------------------------------------------------------------------- what cannot be used


def unusable(path):
    with pytest.raises(LedgerError) as caught:
        Ledger(path)
    text = str(caught.value)
    assert isinstance(caught.value, AssayError)
    assert str(path) in text and "\n" not in text
    return text


def test_a_folder(tmp_path):
    unusable(tmp_path)


def test_a_path_below_a_file(tmp_path):
    (tmp_path / "file").write_text("x")
    unusable(tmp_path / "file" / "ledger")


def test_a_place_where_nothing_can_be_written():
    unusable(__import__("pathlib").Path("/proc/nowhere/ledger"))


@pytest.mark.parametrize("content", [b"not a database", b"SQLite format 3\0" + b"\xff" * 500])
def test_a_corrupt_file(tmp_path, content):
    path = tmp_path / "ledger"
    path.write_bytes(content)
    unusable(path)
    assert path.read_bytes() == content


def test_another_database(tmp_path):
    path = tmp_path / "ledger"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE entries (name TEXT)")
    assert "another kind of database" in unusable(path)


def test_damage_that_shows_only_later(tmp_path):
    path = tmp_path / "ledger"
    with Ledger(path) as ledger:
        for seed in range(200):
            ledger.store_verdict(VERDICT, "digest", seed, "quick")
    damaged = bytearray(path.read_bytes())
    damaged[8192:] = b"\xff" * (len(damaged) - 8192)
    path.write_bytes(damaged)
    with pytest.raises(LedgerError), Ledger(path) as ledger:
        for seed in range(200):
            ledger.verdict("made-up.thing", "digest", seed, "quick")
            ledger.store_verdict(VERDICT, "digest", 1000 + seed, "quick")


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"id": 3}', "null", "7", b"\xff"])
def test_an_entry_that_makes_no_sense_is_judged_again(tmp_path, content):
    path = tmp_path / "ledger"
    with Ledger(path) as ledger:
        ledger.store_verdict(VERDICT, "digest", 0, "quick")
        ledger._connection.execute("UPDATE entries SET content = ?", (content,))
        ledger._connection.commit()
        assert ledger.verdict(*KEY) is None
        ledger.store_verdict(VERDICT, "digest", 0, "quick")
        assert ledger.verdict(*KEY) == VERDICT


def test_what_is_stored_is_valid_json(tmp_path):
    path = tmp_path / "ledger"
    with Ledger(path) as ledger:
        ledger.store_verdict(VERDICT, "digest", 0, "quick")
        (text,) = ledger._connection.execute("SELECT content FROM entries").fetchone()
        json.loads(text, parse_constant=lambda name: pytest.fail(name))
        with pytest.raises(ValueError):
            ledger.store_verdict(replace(VERDICT, tightness=float("nan")), "digest", 0, "quick")
        assert ledger.verdict(*KEY) == VERDICT
