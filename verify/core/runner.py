"""Running many claims: what the ledger holds is reused, the rest is judged, here or in workers."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass
from functools import cache
from typing import Any

from theory.core.claim import Claim
from verify.core.ledger import Ledger
from verify.core.registry import judge_by_id, mutants_by_id, source_files
from verify.core.sources import digest
from verify.core.verdict import Verdict

__all__ = ["Plan", "run_claims", "run_mutants"]


@dataclass(frozen=True)
class Plan:
    """What is to be run, and how.

    Attributes
    ----------
    jobs : int
        Worker processes; 1 judges in this process. Verdicts do not depend on it.
    fresh : bool
        Judge again what the ledger holds.
    """

    claims: Sequence[Claim]
    tier: str = "quick"
    seed: int = 0
    jobs: int = 1
    fresh: bool = False


def digest_of(claim: Claim) -> str:
    """Digest of the code that a claim's verdict depends on."""
    return _topic_digest(claim.topic)


@cache
def _topic_digest(topic: str) -> str:
    return digest(source_files(topic))


def run_claims(plan: Plan, ledger: Ledger) -> Iterator[tuple[Verdict, bool]]:
    """Verdicts as they are reached, each with whether it came from the ledger."""
    waiting: list[str] = []
    digests = {claim.id: digest_of(claim) for claim in plan.claims}
    for claim in plan.claims:
        key = (claim.id, digests[claim.id], plan.seed, plan.tier)
        held = None if plan.fresh else ledger.verdict(*key)
        if held is None:
            waiting.append(claim.id)
        else:
            yield held, True
    for claim_id, content in _computed(judge_by_id, waiting, plan):
        verdict = Verdict.restored(content)
        ledger.store_verdict(verdict, digests[claim_id], plan.seed, plan.tier)
        yield verdict, False


def run_mutants(plan: Plan, ledger: Ledger) -> Iterator[tuple[str, list[dict[str, str]], bool]]:
    """Mutant outcomes claim by claim, each with whether they came from the ledger."""
    waiting: list[str] = []
    digests = {claim.id: digest_of(claim) for claim in plan.claims}
    for claim in plan.claims:
        key = (claim.id, digests[claim.id], plan.seed, plan.tier)
        held = None if plan.fresh else ledger.mutants(*key)
        if held is None:
            waiting.append(claim.id)
        else:
            yield claim.id, held, True
    for claim_id, outcomes in _computed(mutants_by_id, waiting, plan):
        ledger.store_mutants(claim_id, outcomes, digests[claim_id], plan.seed, plan.tier)
        yield claim_id, outcomes, False


def _computed(
    task: Callable[[str, str, int], Any], claim_ids: list[str], plan: Plan
) -> Iterator[tuple[str, Any]]:
    if plan.jobs == 1 or len(claim_ids) < 2:
        for claim_id in claim_ids:
            yield claim_id, task(claim_id, plan.tier, plan.seed)
        return
    with _thread_share(plan.jobs):
        pool = ProcessPoolExecutor(plan.jobs, mp_context=multiprocessing.get_context("spawn"))
        pending: dict[Future[Any], str] = {
            pool.submit(task, claim_id, plan.tier, plan.seed): claim_id for claim_id in claim_ids
        }
        try:
            while pending:
                done, _ = wait(pending, return_when=FIRST_COMPLETED)
                for future in done:
                    yield pending.pop(future), future.result()
        finally:
            pool.shutdown(wait=not pending, cancel_futures=True)


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
