"""How far a command is, and how long it will take: on standard error, and never in JSON.

On a terminal a line is drawn and taken away again. Elsewhere finished claims are told one by one,
and what takes long says how far it is now and then.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from verify.core.kept import read_kept, write_kept

__all__ = [
    "TimeLeft",
    "counting",
    "known_paces",
    "on_terminal",
    "say",
    "time_left_words",
    "timed",
    "waiting",
]

WORTH_TELLING = 2.0  # seconds: what is shorter is over before it could be read
EVERY = 30.0  # seconds between two lines where there is no terminal
_PRIOR = 10.0  # so many expected seconds weigh as much as what was measured in this run


def on_terminal() -> bool:
    """Whether standard error is a terminal that can take a line away again."""
    return sys.stderr.isatty() and os.environ.get("TERM") != "dumb"


def say(words: str) -> None:
    """A line with the time of day."""
    print(f"{time.strftime('%H:%M:%S')} {words}", file=sys.stderr, flush=True)


def time_left_words(seconds: float | None) -> str:
    """A rough time, in words; an empty text where nothing is known."""
    if seconds is None:
        return ""
    if seconds < 5:
        return "a few seconds left"
    if seconds < 90:
        return f"about {5 * round(seconds / 5)} s left"
    if seconds < 90 * 60:
        return f"about {round(seconds / 60)} min left"
    return f"about {seconds / 3600:.1f} h left"


class TimeLeft:
    """How long a number of tasks will still take.

    Parameters
    ----------
    tasks : sequence of str
        Their names.
    known : mapping from name to seconds
        What they took before; the others are taken for average ones.
    lanes : int
        How many are worked on at the same time.
    clock : function
        Gives the time in seconds.
    """

    def __init__(
        self,
        tasks: Sequence[str],
        known: Mapping[str, float] | None = None,
        lanes: int = 1,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        seen = {name: known[name] for name in tasks if name in known} if known else {}
        average = sum(seen.values()) / len(seen) if seen else 1.0
        self._costs = {name: max(seen.get(name, average), 1e-3) for name in tasks}
        self._waiting = sum(self._costs.values())
        self._done = 0.0
        self._prior = _PRIOR if seen else 0.0
        self._lanes = max(1, min(lanes, len(tasks)))
        self._clock = clock
        self._since = self._last = clock()

    def finished(self, name: str, held: bool) -> None:
        """Take note of a finished task; one that was ``held`` took no time."""
        cost = self._costs.pop(name, 0.0)
        self._waiting -= cost
        self._last = self._clock()
        if held and not self._done:
            self._since = self._last
        elif not held:
            self._done += cost

    def seconds(self) -> float | None:
        """What is left, at the pace so far; None before anything is known about it."""
        weight = self._done + self._prior
        if not weight:
            return None
        worked = self._last - self._since
        pace = (worked + self._prior / self._lanes) / weight
        return max(self._waiting * pace - (self._clock() - self._last), 0.0)


@contextmanager
def counting(
    tasks: Sequence[str],
    what: str,
    *,
    quiet: bool = False,
    known: Mapping[str, float] | None = None,
    lanes: int = 1,
    each: bool = True,
) -> Iterator[Callable[[str, str, bool], None]]:
    """Tell of each finished task: a bar on a terminal, plain lines elsewhere, or nothing.

    The function that is given takes the name of a task, words about how it ended, and whether that
    was known from before. Where there is no terminal it prints these words for ``each`` task.
    """
    left = TimeLeft(tasks, known, lanes)
    if quiet or not tasks:
        yield lambda name, words, held: None
    elif on_terminal():
        with _bar(what, len(tasks), left.seconds) as advance:

            def draw(name: str, words: str, held: bool) -> None:
                left.finished(name, held)
                advance(name)

            yield draw
    else:
        yield _lines(len(tasks), what, left, each)


def _lines(number: int, what: str, left: TimeLeft, each: bool) -> Callable[[str, str, bool], None]:
    count, told = 0, time.monotonic()

    def tell(name: str, words: str, held: bool) -> None:
        nonlocal count, told
        left.finished(name, held)
        count += 1
        if each:
            say(words)
        if time.monotonic() - told > EVERY and count < number:
            told = time.monotonic()
            say(f"{what}: {count} of {number}, {time_left_words(left.seconds())}")

    return tell


def known_paces(kind: str = "") -> dict[str, float]:
    """Seconds that tasks took before, by their names without the kind that these begin with."""
    return {
        name.removeprefix(kind): float(seconds)
        for name, seconds in read_kept("paces").items()
        if name.startswith(kind) and isinstance(seconds, (int, float))
    }


@contextmanager
def timed(name: str, units: float = 1.0) -> Iterator[None]:
    """Keep the seconds that something takes, each of its units, for the next estimate."""
    began = time.monotonic()
    yield
    took = time.monotonic() - began
    if name and took > WORTH_TELLING / 4:
        write_kept("paces", read_kept("paces") | {name: round(took / units, 6)})


@contextmanager
def waiting(
    what: str, quiet: bool = False, *, pace: str = "", units: float = 1.0, plain: bool = False
) -> Iterator[None]:
    """Tell that something is going on which does not say how far it is.

    Parameters
    ----------
    what : str
        In words.
    quiet : bool
        Tell nothing.
    pace : str
        The name under which the seconds for each of the ``units`` are kept, so that the next time
        begins with an estimate.
    plain : bool
        Also tell it where there is no terminal, if it takes more than two seconds.
    """
    known = known_paces().get(pace)
    expected = None if known is None else known * units
    with timed(pace, units), _shown(what, expected, quiet, plain):
        yield


@contextmanager
def _shown(what: str, expected: float | None, quiet: bool, plain: bool) -> Iterator[None]:
    began = time.monotonic()

    def left() -> float | None:
        return None if expected is None else max(expected - (time.monotonic() - began), 0.0)

    if quiet or not (on_terminal() or plain):
        yield
    elif on_terminal():
        with _bar(what, None, left):
            yield
    else:
        words = time_left_words(left())
        timer = threading.Timer(WORTH_TELLING, say, [f"{what}{words and ', '}{words}"])
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()


@contextmanager
def _bar(
    what: str, total: int | None, left: Callable[[], float | None]
) -> Iterator[Callable[[str], None]]:
    """A line at the foot of the terminal; the function that is given advances it by one."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        ProgressColumn,
        SpinnerColumn,
        TextColumn,
        TimeElapsedColumn,
    )
    from rich.text import Text

    class Left(ProgressColumn):
        def render(self, task: Any) -> Text:
            return Text(time_left_words(left()))

    shown = TextColumn("{task.description}")
    columns: list[ProgressColumn] = (
        [SpinnerColumn(), shown, TimeElapsedColumn(), Left()]
        if total is None
        else [BarColumn(30), MofNCompleteColumn(), Left(), shown]
    )
    console = Console(stderr=True, highlight=False, emoji=False)
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task(what, total=total)
        yield lambda name: progress.update(task, advance=1, description=f"{what} {name}")
