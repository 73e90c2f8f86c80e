"""How far a command is: the estimate of what is left, and what is told on and off terminals."""

import os
import pty
import select
import subprocess
import sys
import time
from pathlib import Path

import pytest

from verify.core import progress
from verify.core.progress import TimeLeft, counting, known_paces, time_left_words, timed, waiting

ROOT = Path(__file__).parents[2]


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture(autouse=True)
def empty_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


# --------------------------------------------------------------------------- the estimate


def test_nothing_is_said_before_anything_is_known():
    left = TimeLeft(["a", "b"], clock=Clock())
    assert left.seconds() is None and time_left_words(None) == ""


def test_the_pace_so_far_is_carried_on():
    clock = Clock()
    left = TimeLeft(["a", "b", "c", "d"], clock=clock)
    clock.now = 10
    left.finished("a", False)
    assert left.seconds() == pytest.approx(30)
    clock.now = 16
    assert left.seconds() == pytest.approx(24)
    clock.now = 1000
    assert left.seconds() == 0


def test_what_is_known_from_before_is_where_it_begins():
    clock = Clock()
    left = TimeLeft(["a", "b", "new"], {"a": 100, "b": 20, "other": 1e6}, clock=clock)
    assert left.seconds() == pytest.approx(180)  # the new one is taken for an average one
    clock.now = 200
    left.finished("a", False)  # twice as slow as before
    assert 140 < left.seconds() < 160


def test_two_lanes_take_half_the_time():
    known = {"a": 30, "b": 30}
    assert TimeLeft("ab", known, lanes=2, clock=Clock()).seconds() == pytest.approx(30)
    assert TimeLeft("ab", known, lanes=9, clock=Clock()).seconds() == pytest.approx(30)


def test_what_the_ledger_holds_says_nothing_about_the_pace():
    clock = Clock()
    left = TimeLeft("abc", clock=clock)
    clock.now = 1
    left.finished("a", True)
    assert left.seconds() is None
    clock.now = 11
    left.finished("b", False)
    assert left.seconds() == pytest.approx(10)
    left.finished("unheard of", False)
    assert left.seconds() == pytest.approx(10)


@pytest.mark.parametrize(
    "seconds, words",
    [
        (0, "a few seconds left"),
        (42, "about 40 s left"),
        (240, "about 4 min left"),
        (9000, "about 2.5 h left"),
    ],
)
def test_times_are_rough(seconds, words):
    assert time_left_words(seconds) == words


# --------------------------------------------------------------------------- without a terminal


def test_each_finished_task_is_a_line(capsys):
    with counting(["a", "b"], "judging") as tell:
        tell("a", "confirmed a", False)
    out, err = capsys.readouterr()
    assert out == "" and err.endswith(" confirmed a\n")
    with counting(["a", "b"], "writing", each=False) as tell:
        tell("a", "a", False)
    with counting(["a", "b"], "judging", quiet=True) as tell:
        tell("a", "confirmed a", False)
    with counting([], "judging") as tell:
        pass
    assert capsys.readouterr() == ("", "")


def test_now_and_then_it_says_how_far_it_is(capsys, monkeypatch):
    monkeypatch.setattr(progress, "EVERY", 0)
    with counting(["a", "b"], "writing", each=False) as tell:
        tell("a", "a", False)
        tell("b", "b", False)
    (line,) = capsys.readouterr().err.splitlines()
    assert line.endswith("writing: 1 of 2, a few seconds left")


def test_what_takes_long_is_told_once(capsys, monkeypatch):
    monkeypatch.setattr(progress, "WORTH_TELLING", 0.02)
    for quiet, plain in ((False, True), (True, True), (False, False)):
        with waiting("compiling", quiet, plain=plain):
            time.sleep(0.1)
    with waiting("compiling", plain=True):
        pass
    out, err = capsys.readouterr()
    assert out == "" and err.count("compiling") == 1


def test_a_pace_is_kept_for_the_next_time(monkeypatch):
    monkeypatch.setattr(progress, "WORTH_TELLING", 0.04)
    with waiting("printing", pace="print", units=10):
        time.sleep(0.1)
    assert known_paces()["print"] == pytest.approx(0.01, rel=0.5)
    with timed("figure one"):
        time.sleep(0.02)
    with timed("figure two"):
        pass  # too short to be worth it
    assert list(known_paces("figure ")) == ["one"]
    with pytest.raises(ValueError), timed("figure three"):
        raise ValueError
    assert list(known_paces("figure ")) == ["one"]


# --------------------------------------------------------------------------- on a terminal


def screen(command, **environment):
    """What a command writes on a terminal that is its standard error, and its standard output."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", command],
        cwd=ROOT,
        env=os.environ | {"TERM": "xterm", "COLUMNS": "100"} | environment,
        stdout=subprocess.PIPE,
        stderr=theirs,
        text=True,
    )
    os.close(theirs)
    seen = b""
    while select.select([ours], [], [], 30)[0]:
        try:
            seen += os.read(ours, 65536)
        except OSError:  # the other end is closed
            break
    os.close(ours)
    return seen.decode(), process.communicate()[0]


BAR = """
from verify.core.progress import counting, waiting
import time
with waiting("thinking", pace="x"): time.sleep(.3)
with counting(["one", "two"], "judging", known={"one": 100}) as tell:
    time.sleep(.3)
    tell("one", "confirmed one", False)
    time.sleep(.3)
"""


def test_a_bar_is_drawn_on_a_terminal_and_nothing_on_standard_output():
    seen, out = screen(BAR)
    assert out == ""
    for words in ("thinking", "about 3 min left", "1/2", "judging one"):
        assert words in seen
    assert "confirmed one" not in seen


def test_a_terminal_that_cannot_move_gets_lines():
    seen, _ = screen(BAR, TERM="dumb")
    assert "confirmed one" in seen and "\x1b" not in seen
