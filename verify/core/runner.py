"""Running many claims: what the ledger holds is reused, the rest is judged, here or in workers."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from theory.core.catalogue import section_of
from theory.core.claim import Claim
from theory.core.errors import AssayError
from theory.core.statement import Trend
from verify.core.ledger import Ledger, LedgerError
from verify.core.registry import judge_by_reference, mutants_by_reference
from verify.core.sources import as_found, is_as_found
from verify.core.userfile import file_of, reference
from verify.core.verdict import Verdict
from verify.core.workers import Worker, workers

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
    return as_found(*_home(claim))[0]


def _unchanged(claim: Claim) -> bool:
    """Whether the code is still what its digest was taken of, so that this is what ran."""
    return is_as_found(*_home(claim))


def _home(claim: Claim) -> tuple[str, Path | None]:
    """The topic of a claim of the catalogue, or a user's file."""
    file = file_of(claim)
    return (claim.topic, None) if file is None else ("", file)


def run_claims(
    plan: Plan, ledger: Ledger, crew: list[Worker] | None = None
) -> Iterator[tuple[Verdict, bool]]:
    """Verdicts as they are reached, each with whether it came from the ledger.

    A ``crew`` that was started before is used in place of new workers, and left to the caller.

    A verdict is kept unless its check was stopped by an exception, which may be gone next time, or
    its code was edited while it ran. Where verdicts cannot be kept, `LedgerError` is raised after
    the last one.
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
    store = _Store(ledger)
    for claim, content in _computed(judge_by_reference, waiting, plan, crew, _given_up):
        verdict = Verdict.restored(content)
        if not verdict.stopped and _unchanged(claim):
            store.verdict(verdict, digests[claim.id], plan.seed, plan.tier)
        yield verdict, False
    store.close()


class _Store:
    """A ledger that is written to until that fails, which is told at the end."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._problem: LedgerError | None = None

    def verdict(self, *entry: Any) -> None:
        self._keep(self._ledger.store_verdict, *entry)

    def mutants(self, *entry: Any) -> None:
        self._keep(self._ledger.store_mutants, *entry)

    def _keep(self, store: Callable[..., None], *entry: Any) -> None:
        if self._problem is None:
            try:
                store(*entry)
            except LedgerError as problem:
                self._problem = problem

    def close(self) -> None:
        if self._problem is not None:
            raise self._problem


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


def run_mutants(
    plan: Plan, ledger: Ledger, crew: list[Worker] | None = None
) -> Iterator[tuple[str, list[dict[str, str]], bool]]:
    """Mutant outcomes claim by claim, each with whether they came from the ledger.

    The ``crew`` is as for `run_claims`.
    """
    digests = {claim.id: digest_of(claim) for claim in plan.claims}
    waiting: list[Claim] = []
    for claim in plan.claims:
        key = (claim.id, digests[claim.id], plan.seed, plan.tier)
        held = None if plan.fresh else ledger.mutants(*key)
        if held is None:
            waiting.append(claim)
        else:
            yield claim.id, held, True
    store = _Store(ledger)
    for claim, outcomes in _computed(mutants_by_reference, waiting, plan, crew):
        if _unchanged(claim):
            store.mutants(claim.id, outcomes, digests[claim.id], plan.seed, plan.tier)
        yield claim.id, outcomes, False
    store.close()


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
    crew: list[Worker] | None,
    given_up: Callable[[Claim, float], Any] | None = None,
) -> Iterator[tuple[Claim, Any]]:
    """Claims with what the task returns; workers that do not return are ended, if that is told."""
    settings = plan.tier, plan.seed, plan.time_limit
    names = {claim.id: reference(claim) for claim in claims}  # now: a file may lose some meanwhile
    if plan.jobs == 1 or len(claims) < 2:
        for claim in claims:
            yield claim, task(names[claim.id], *settings)
        return
    patience = plan.time_limit + _GRACE if plan.time_limit and given_up else None
    number = min(plan.jobs, len(claims))
    with nullcontext(crew) if crew else workers(number) as hired:
        shares = _shares(claims, min(number, len(hired)))
        running: dict[Future[Any], tuple[int, Claim, float]] = {}

        def feed(index: int) -> None:
            if claim := _next(shares, index):
                with _told_abrupt_ends():
                    future = hired[index].submit(task, names[claim.id], *settings)
                running[future] = index, claim, time.monotonic()

        for index in range(len(shares)):
            feed(index)
        while running:
            done, _ = wait(running, _PAUSE if patience else None, FIRST_COMPLETED)
            for future in done:
                index, claim, _ = running.pop(future)
                with _told_abrupt_ends():
                    content = future.result()
                feed(index)
                yield claim, content
            for future, (index, claim, since) in list(running.items()):
                begun = max(since, hired[index].loaded or time.monotonic())
                if patience and given_up and time.monotonic() - begun > patience:
                    del running[future]
                    hired[index].end()
                    hired[index] = Worker()
                    feed(index)
                    yield claim, given_up(claim, plan.time_limit or 0.0)


@contextmanager
def _told_abrupt_ends() -> Iterator[None]:
    """A worker that is gone is found out when it is given a claim, or does not return one."""
    try:
        yield
    except BrokenProcessPool:
        raise RunError(
            "a worker process ended abruptly, perhaps for want of memory; what was "
            "finished is kept: run again, with fewer --jobs"
        ) from None


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
