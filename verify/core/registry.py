"""Which check belongs to which claim: topics are loaded on demand, user files by path."""

from __future__ import annotations

import importlib
import importlib.util
from functools import cache
from pathlib import Path
from typing import Any

from theory.core import catalogue
from theory.core.claim import Claim
from theory.core.errors import CatalogueError
from verify.core.check import Check, registered
from verify.core.findings import one_line

__all__ = ["check_of", "judge_by_id", "measure"]


@cache
def _load(topic: str) -> str:
    """Import the sections of a topic's checks, which register themselves; what went wrong, if so.

    A topic is loaded once: a second attempt would find half of its checks registered already.
    """
    name = f"verify.{topic.replace('-', '_')}"
    if importlib.util.find_spec(name) is None:
        return f"the topic {topic} has no checks"
    try:
        for section in importlib.import_module(name).SECTIONS:
            importlib.import_module(f"{name}.{section}")
    except Exception as problem:
        reason = f"{type(problem).__name__}: {problem}"
        return one_line(f"the checks of {topic} cannot be loaded: {reason}")
    return ""


def check_of(claim: Claim) -> Check | None:
    """The check of a claim, or None for a claim that is judged by its derivation alone.

    Raises
    ------
    CatalogueError
        The checks of its topic cannot be loaded.
    """
    if claim.topic in catalogue.topics() and (problem := _load(claim.topic)):
        raise CatalogueError(problem)
    return registered(claim)


def judge_by_id(claim_id: str, tier: str, seed: int) -> dict[str, Any]:
    """Judge a claim of the catalogue; plain values, so that it can run in another process."""
    from verify.core.judge import judge, stopped_verdict

    claim = catalogue.find(claim_id)
    try:
        check = check_of(claim)
    except CatalogueError as problem:
        return stopped_verdict(claim_id, str(problem)).stored()
    return judge(claim, check, tier=tier, seed=seed).stored()


def mutants_by_id(claim_id: str, tier: str, seed: int) -> list[dict[str, str]]:
    """Judge the mutants of a claim of the catalogue; plain values."""
    from verify.core.mutants import judge_mutants

    claim = catalogue.find(claim_id)
    check = check_of(claim)
    if check is None:
        return []
    return [vars(outcome) for outcome in judge_mutants(claim, check, tier=tier, seed=seed)]


def source_files(topic: str) -> list[Path]:
    """The files that the verdicts of a topic depend on: the judging core and its own modules.

    They are found by following imports among the three packages, so that editing one topic leaves
    the verdicts of the others standing.
    """
    from verify.core.sources import COLUMNS, closure, core_files

    start = [f"{column}.{topic.replace('-', '_')}" for column in COLUMNS]
    return sorted({*core_files(), *closure(start)})


def measure(claim_id: str, point: dict[str, Any], *, tier: str = "quick", seed: int = 0) -> Any:
    """What theory predicts and the simulator measures at one point of a claim's domain.

    Parameters
    ----------
    claim_id : str
    point : dict
        A value for every parameter of the claim. For a limit or a rate, that of the growing
        parameter is not used: the check goes along its ladder.
    tier, seed
        As for `judge`.

    Returns
    -------
    dict
        ``finding``, ``predicted``, ``measured``, ``samples`` and ``reason``.

    Raises
    ------
    CatalogueError, DomainError
    """
    from dataclasses import replace

    from verify.core.judge import judge

    claim = catalogue.find(claim_id)
    claim.domain.require(point)
    check = check_of(claim)
    if check is None:
        raise CatalogueError(f"{claim_id} has no check: it is judged by its derivation")
    verdict = judge(claim, replace(check, points=[point]), tier=tier, seed=seed)
    if not verdict.evidence:
        raise CatalogueError(f"{claim_id}: {verdict.reason}")
    keys = ("finding", "predicted", "measured", "samples", "reason")
    return {key: verdict.evidence[0][key] for key in keys}
