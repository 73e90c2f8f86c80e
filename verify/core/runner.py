"""Running many claims: what the ledger holds is reused, the rest is judged, here or in workers."""

from __future__ import annotations

import multiprocessing
import multiprocessing.connection
import os
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from theory.core.catalogue import section_of
from theory.core.claim import Claim
from theory.core.errors import AssayError
from theory.core.statement import Trend
from verify.core.ledger import Ledger
from verify.core.registry import judge_by_reference, mutants_by_reference, source_files
from verify.core.sources import digest
from verify.core.userfile import file_of, reference
from verify.core.verdict import Verdict

__all__ = [
    "Plan",
    "RunError",
    "digest_of",
    "held_mutants",
    "held_verdicts",
    "run_claims",
    "run_mutants",
]


_GRACE = 30.0  # seconds beyond the time limit: for imports, and for code that returns late
_PAUSE = 1.0  # seconds between two looks for workers that do not return


class RunError(AssayError):
    """The run cannot go on."""


@dataclass(frozen=True)
class Plan:
    """What is to be run, and how.

    Attributes
    ----------
    jobs : int
        Worker processes; 1 judges in this process. Verdicts do not depend on it.
    fresh : bool
        Judge again what the ledger holds.
    time_limit : float or None
        Seconds after which a claim, or one of its mutants, is given up as inconclusive. In this
        process, and for mutants, compiled code that never returns is waited for; a worker that
        judges a claim is ended.
    """

    claims: Sequence[Claim]
    tier: str = "quick"
    seed: int = 0
    jobs: int = 1
    fresh: bool = False
    time_limit: float | None = None


def digest_of(claim: Claim) -> str:
    """Digest of the code that a claim's verdict depends on."""
    return _state(claim.topic, file_of(claim))[0]


@cache
def _state(topic: str, file: Path | None) -> tuple[str, tuple[tuple[int, int], ...]]:
    """The digest of the code as this process found it, and when its files were written."""
    files = source_files(topic, file)
    stamps = _stamps(files)
    return digest(files), stamps


def _stamps(files: Sequence[Any]) -> tuple[tuple[int, int], ...]:
    return tuple((status.st_mtime_ns, status.st_size) for status in map(os.stat, files))


def _unchanged(claim: Claim) -> bool:
    """Whether the code is still what its digest was taken of, so that this is what ran."""
    home = claim.topic, file_of(claim)
    try:
        return _stamps(source_files(*home)) == _state(*home)[1]
    except OSError:
        return False


def run_claims(plan: Plan, ledger: Ledger) -> Iterator[tuple[Verdict, bool]]:
    """Verdicts as they are reached, each with whether it came from the ledger.

    A verdict is kept unless its check was stopped by an exception, which may be gone next time, or
    its code was edited while it ran.
    """
    digests = {claim.id: digest_of(claim) for claim in plan.claims}
    waiting: list[Claim] = []
    for claim in plan.claims:
        key = (claim.id, digests[claim.id], plan.seed, plan.tier)
        held = None if plan.fresh else ledger.verdict(*key)
        if held is None:
            waiting.append(claim)
        else:
            yield held, True
    for claim, content in _computed(judge_by_reference, waiting, plan, _given_up):
        verdict = Verdict.restored(content)
        if not verdict.stopped and _unchanged(claim):
            ledger.store_verdict(verdict, digests[claim.id], plan.seed, plan.tier)
        yield verdict, False


def held_verdicts(plan: Plan, ledger: Ledger) -> dict[str, Verdict | None]:
    """What the ledger holds of the plan's claims; None for a claim that it does not hold."""
    return {
        claim.id: ledger.verdict(claim.id, digest_of(claim), plan.seed, plan.tier)
        for claim in plan.claims
    }


def held_mutants(plan: Plan, ledger: Ledger) -> dict[str, list[Any] | None]:
    """The mutant outcomes that the ledger holds; None for a claim that it does not hold."""
    return {
        claim.id: ledger.mutants(claim.id, digest_of(claim), plan.seed, plan.tier)
        for claim in plan.claims
    }


def run_mutants(plan: Plan, ledger: Ledger) -> Iterator[tuple[str, list[dict[str, str]], bool]]:
    """Mutant outcomes claim by claim, each with whether they came from the ledger."""
    digests = {claim.id: digest_of(claim) for claim in plan.claims}
    waiting: list[Claim] = []
    for claim in plan.claims:
        key = (claim.id, digests[claim.id], plan.seed, plan.tier)
        held = None if plan.fresh else ledger.mutants(*key)
        if held is None:
            waiting.append(claim)
        else:
            yield claim.id, held, True
    for claim, outcomes in _computed(mutants_by_reference, waiting, plan):
        if _unchanged(claim):
            ledger.store_mutants(claim.id, outcomes, digests[claim.id], plan.seed, plan.tier)
        yield claim.id, outcomes, False


def _given_up(claim: Claim, seconds: float) -> dict[str, Any]:
    from verify.core.judge import stopped_verdict

    reason = (
        f"given up {_GRACE:g} seconds after the time limit of {seconds:g} seconds: compiled code "
        "did not return"
    )
    return stopped_verdict(claim.id, reason).stored()


def _computed(
    task: Callable[[str, str, int, float | None], Any],
    claims: list[Claim],
    plan: Plan,
    given_up: Callable[[Claim, float], Any] | None = None,
) -> Iterator[tuple[Claim, Any]]:
    """Claims with what the task returns; workers that do not return are ended, if that is told."""
    settings = plan.tier, plan.seed, plan.time_limit
    if plan.jobs == 1 or len(claims) < 2:
        for claim in claims:
            yield claim, task(reference(claim), *settings)
        return
    patience = plan.time_limit + _GRACE if plan.time_limit and given_up else None
    with _workers(min(plan.jobs, len(claims))) as workers:
        shares = _shares(claims, len(workers))
        running: dict[Future[Any], tuple[int, Claim, float]] = {}

        def feed(index: int) -> None:
            if claim := _next(shares, index):
                future = workers[index].pool.submit(task, reference(claim), *settings)
                running[future] = index, claim, time.monotonic()

        for index in range(len(workers)):
            feed(index)
        while running:
            done, _ = wait(running, _PAUSE if patience else None, FIRST_COMPLETED)
            for future in done:
                index, claim, _ = running.pop(future)
                try:
                    content = future.result()
                except BrokenProcessPool:
                    raise RunError(
                        "a worker process ended abruptly, perhaps for want of memory; what was "
                        "finished is kept: run again, with fewer --jobs"
                    ) from None
                feed(index)
                yield claim, content
            for future, (index, claim, since) in list(running.items()):
                if patience and given_up and time.monotonic() - since > patience:
                    del running[future]
                    workers[index].end()
                    workers[index] = _Worker()
                    feed(index)
                    yield claim, given_up(claim, plan.time_limit or 0.0)


class _Share:
    """What one worker is to judge: the group that it is at, and those that it has not begun."""

    def __init__(self, groups: Sequence[list[Claim]]) -> None:
        self.current: deque[Claim] = deque()
        self.groups = deque(groups)


def _shares(claims: Sequence[Claim], workers: int) -> list[_Share]:
    """Neighbouring claims for each worker: they rest on one another, and use the same kernels."""
    groups = _together(claims)
    size = -(-len(groups) // workers)
    return [_Share(groups[size * index : size * (index + 1)]) for index in range(workers)]


def _together(claims: Sequence[Claim]) -> list[list[Claim]]:
    """Claims that one worker judges: trends of a section, which share their trained models."""
    groups: list[list[Claim]] = []
    before = ""
    for claim in claims:
        trained = isinstance(claim.statement, Trend)
        home = f"{claim.topic} {section_of(claim)}" if trained else ""
        if home and home == before:
            groups[-1].append(claim)
        else:
            groups.append([claim])
        before = home
    return groups


def _next(shares: list[_Share], index: int) -> Claim | None:
    """The next claim of a worker, who takes over half of the longest share when its own is done."""
    own = shares[index]
    if not own.current and not own.groups:
        longest = max(shares, key=lambda share: len(share.groups)).groups
        own.groups.extendleft(longest.pop() for _ in range((len(longest) + 1) // 2))
    if not own.current and own.groups:
        own.current.extend(own.groups.popleft())
    return own.current.popleft() if own.current else None


class _Worker:
    """One process that judges, claim after claim."""

    def __init__(self) -> None:
        spawn = multiprocessing.get_context("spawn")
        self.pool = ProcessPoolExecutor(1, mp_context=spawn, initializer=_end_with_parent)
        with _no_interrupt():  # the process starts here, and inherits it
            self._process = self.pool.submit(os.getpid)

    def end(self) -> None:
        """End the process, whatever it is doing."""
        os.kill(self._process.result(), getattr(signal, "SIGKILL", signal.SIGTERM))
        self.pool.shutdown(wait=False, cancel_futures=True)


@contextmanager
def _workers(jobs: int) -> Iterator[list[_Worker]]:
    """Processes that end with this context, at once if it is left by an exception."""
    others = multiprocessing.active_children()
    with _thread_share(jobs):
        workers = [_Worker() for _ in range(jobs)]
        try:
            yield workers
        except BaseException:
            for worker in workers:
                worker.pool.shutdown(wait=False, cancel_futures=True)
            for child in multiprocessing.active_children():
                if child not in others:
                    child.terminate()
            raise
        finally:
            for worker in workers:
                worker.pool.shutdown(wait=True)


def _end_with_parent() -> None:
    """End this worker when the process that started it is gone, even if that was killed."""
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
