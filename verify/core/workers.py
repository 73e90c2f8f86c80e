"""Worker processes, each judging claim after claim, which can be ended at any moment.

Only the standard library is imported here: workers are started before anything else is.
"""

from __future__ import annotations

import multiprocessing
import multiprocessing.connection
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from typing import Any

__all__ = ["Worker", "workers"]


class Worker:
    """One process that judges, claim after claim.

    Parameters
    ----------
    topics : sequence of str
        What it loads before its first claim.

    Attributes
    ----------
    loaded : float or None
        When it was done with that.
    """

    def __init__(self, topics: Sequence[str] = ()) -> None:
        spawn = multiprocessing.get_context("spawn")
        self._pool = ProcessPoolExecutor(1, mp_context=spawn, initializer=_begin)
        with _no_interrupt():  # the process starts here, and inherits it
            self._process = self._pool.submit(os.getpid)
        self._used = False
        self.loaded: float | None = None
        self._pool.submit(_load, tuple(topics)).add_done_callback(self._note_loaded)

    def _note_loaded(self, _: Future[None]) -> None:
        self.loaded = time.monotonic()

    def submit(self, task: Callable[..., Any], *arguments: Any) -> Future[Any]:
        """Do something after what was submitted before."""
        self._used = True
        return self._pool.submit(task, *arguments)

    def end(self) -> None:
        """End the process, whatever it is doing."""
        with suppress(ProcessLookupError, BrokenProcessPool, CancelledError):
            os.kill(self._process.result(), getattr(signal, "SIGKILL", signal.SIGTERM))
        self._pool.shutdown(wait=False, cancel_futures=True)

    def finish(self) -> None:
        """Wait until everything submitted is done; a worker that had nothing to do is ended."""
        if not self._used:
            self.end()
        self._pool.shutdown(wait=True)

    def abandon(self) -> None:
        """Forget what was submitted."""
        self._pool.shutdown(wait=False, cancel_futures=True)


@contextmanager
def workers(jobs: int, topics: Sequence[str] = ()) -> Iterator[list[Worker]]:
    """Processes that end with this context, at once if it is left by an exception.

    Each loads the one of the ``topics`` that it will begin with, if claims are given out in order.
    """
    others = multiprocessing.active_children()
    with _thread_share(jobs):
        firsts = [len(topics) * index // jobs for index in range(jobs)]
        crew: list[Worker] = []
        try:
            for first in firsts:
                crew.append(Worker(topics[first : first + 1]))
            yield crew
        except BaseException:
            for worker in crew:
                worker.abandon()
            for child in multiprocessing.active_children():
                if child not in others:
                    child.terminate()
            raise
        finally:
            for worker in crew:
                worker.finish()


def _load(topics: Sequence[str]) -> None:
    """Import what judging claims of these topics needs; what goes wrong is told when it is used."""
    with suppress(Exception):
        for topic in topics:
            import verify.core.judge  # noqa: F401
            from theory.core import catalogue
            from verify.core.registry import check_of

            for claim in catalogue.claims_in(topic)[:1]:
                check_of(claim)


def _begin() -> None:
    """Leave standard output to the process that started this one, and end when that is gone.

    It may be gone because it was killed.
    """
    os.dup2(2, 1)
    parent = multiprocessing.parent_process()
    assert parent is not None

    def watch() -> None:
        multiprocessing.connection.wait([parent.sentinel])
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


@contextmanager
def _no_interrupt() -> Iterator[None]:
    """Hold back Ctrl-C; processes started meanwhile never see it, and leave it to this one."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class _thread_share:
    """Workers share the cores: each gets its part, set before numerical libraries load."""

    _NAMES = ("NUMBA_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")

    def __init__(self, jobs: int) -> None:
        self._threads = str(max(1, (os.cpu_count() or 1) // jobs))
        self._before: dict[str, str | None] = {}

    def __enter__(self) -> None:
        self._before = {name: os.environ.get(name) for name in self._NAMES}
        os.environ.update(dict.fromkeys(self._NAMES, self._threads))

    def __exit__(self, *_: object) -> None:
        for name, value in self._before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
