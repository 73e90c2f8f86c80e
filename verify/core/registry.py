"""Which check belongs to which claim: topics are loaded on demand, user files by path."""

from __future__ import annotations

import fnmatch
import importlib
import importlib.util
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from theory.core import catalogue
from theory.core.claim import Claim
from theory.core.errors import CatalogueError
from verify.core.check import Check, registered
from verify.core.findings import one_line
from verify.core.userfile import claims_of_file, file_of

__all__ = [
    "check_of",
    "find",
    "judge_by_reference",
    "measure",
    "mutants_by_reference",
    "remember",
    "select",
]

_AT_PROMPT: dict[str, Claim] = {}


def remember(claim: Claim) -> None:
    """Let a claim that was written at a prompt be found by its id, in this process."""
    if file_of(claim) is None and claim.topic not in catalogue.topics():
        _AT_PROMPT[claim.id] = claim


def find(reference: str) -> Claim:
    """A claim of the catalogue by its id, or one of a user's by ``FILE.py::ID``.

    Raises
    ------
    CatalogueError
        There is no such claim or file.
    """
    if reference in _AT_PROMPT:
        return _AT_PROMPT[reference]
    path, claim_id = _split(reference)
    if path is None:
        return catalogue.find(claim_id)
    claims = claims_of_file(path)
    for claim in claims:
        if claim_id == claim.id or (not claim_id and len(claims) == 1):
            return claim
    known = ", ".join(claim.id for claim in claims)
    if not claim_id:
        raise CatalogueError(f"{path} has several claims: name one after ::, of {known}")
    raise CatalogueError(f"{path} has no claim {claim_id}; there are {known}")


def select(references: Iterable[str]) -> tuple[Claim, ...]:
    """Claims by id, topic, pattern, ``FILE.py`` or ``FILE.py::PATTERN``; the catalogue for none.

    Raises
    ------
    CatalogueError
        Something named does not exist, or claims rest on one another in a circle.
    """
    references = tuple(references)
    chosen: dict[str, Claim] = {}
    related: dict[str, Claim] = {}
    for one in references or catalogue.topics():
        path, pattern = _split(one)
        if path is None:
            claims = (_AT_PROMPT[one],) if one in _AT_PROMPT else catalogue.select((one,))
            related |= {claim.id: claim for claim in claims}
        else:
            every = claims_of_file(path)
            related |= {claim.id: claim for claim in every}
            claims = tuple(c for c in every if fnmatch.fnmatchcase(c.id, pattern or "*"))
            if not claims:
                raise CatalogueError(
                    f"no claim of {path} matches {pattern}; there are "
                    f"{', '.join(claim.id for claim in every)}"
                )
        chosen |= {claim.id: claim for claim in claims}
    catalogue.require_acyclic(related.values())
    return tuple(chosen.values())


def _split(reference: str) -> tuple[Path | None, str]:
    path, _, claim_id = reference.partition("::")
    return (Path(path), claim_id) if path.endswith(".py") else (None, reference)


@cache
def _load(topic: str) -> str:
    """Import the sections of a topic's checks, which register themselves; what went wrong, if so.

    A topic is loaded once: a second attempt would find half of its checks registered already.
    """
    name = f"verify.{topic.replace('-', '_')}"
    if importlib.util.find_spec(name) is None:
        return f"the topic {topic} has no checks"
    try:
        for section in importlib.import_module(name.replace("verify", "theory", 1)).SECTIONS:
            importlib.import_module(f"{name}.{section}")
    except Exception as problem:
        reason = f"{type(problem).__name__}: {problem}"
        return one_line(f"the checks of {topic} cannot be loaded: {reason}")
    return ""


def check_of(claim: Claim) -> Check | None:
    """The check of a claim, or None for a claim that is judged by its derivation alone.

    Parameters
    ----------
    claim : Claim

    Returns
    -------
    Check or None

    Raises
    ------
    CatalogueError
        The checks of its topic cannot be loaded.
    """
    if claim.topic in catalogue.topics() and (problem := _load(claim.topic)):
        raise CatalogueError(problem)
    return registered(claim)


def judge_by_reference(
    reference: str, tier: str, seed: int, time_limit: float | None
) -> dict[str, Any]:
    """Judge a claim; plain values, so that it can run in another process."""
    from verify.core.judge import judge, stopped_verdict

    try:
        claim = find(reference)  # a user's file is run again here, or may have changed
        check = check_of(claim)
    except CatalogueError as problem:
        return stopped_verdict(_split(reference)[1], str(problem)).stored()
    return judge(claim, check, tier=tier, seed=seed, time_limit=time_limit).stored()


def mutants_by_reference(
    reference: str, tier: str, seed: int, time_limit: float | None
) -> list[dict[str, str]]:
    """Judge the mutants of a claim; plain values."""
    from verify.core.mutants import judge_mutants

    claim = find(reference)
    check = check_of(claim)
    if check is None:
        return []
    outcomes = judge_mutants(claim, check, tier=tier, seed=seed, time_limit=time_limit)
    return [vars(outcome) for outcome in outcomes]


def measure(
    reference: Claim | str,
    point: dict[str, Any],
    *,
    tier: str = "quick",
    seed: int = 0,
    mutant: str = "",
) -> Any:
    """What theory predicts and the simulator measures at one point of a claim's domain.

    Parameters
    ----------
    reference : Claim or str
        A claim, the id of one in the catalogue, or ``FILE.py::ID``.
    point : dict
        A value for every parameter of the claim. For a limit or a rate, that of the growing
        parameter is not used: the check goes along its ladder.
    tier, seed
        As for `judge`.
    mutant : str
        The name of a wrong version of the claim, to measure that instead.

    Returns
    -------
    dict
        ``finding``, ``predicted``, ``measured``, ``samples`` and ``reason``.

    Raises
    ------
    CatalogueError
        There is no such claim, check or mutant, or nothing was found at the point.
    DomainError
        The point is outside the domain of the claim.
    """
    from dataclasses import replace

    from verify.core.judge import judge

    claim = reference if isinstance(reference, Claim) else find(reference)
    check = check_of(claim)
    if check is None:
        raise CatalogueError(f"{claim.id} has no check: it is judged by its derivation")
    if mutant:
        check = _wrong_version(claim, check, mutant, tier)
        claim = check.claim
    claim.domain.require(point)
    verdict = judge(claim, replace(check, points=[point]), tier=tier, seed=seed)
    if not verdict.evidence:
        raise CatalogueError(f"{claim.id}: {verdict.reason}")
    keys = ("finding", "predicted", "measured", "samples", "reason")
    return {key: verdict.evidence[0][key] for key in keys}


def _wrong_version(claim: Claim, check: Check, name: str, tier: str) -> Check:
    from verify.core.mutants import mutants_of

    known = {wrong.name: wrong for wrong in mutants_of(claim, check, tier)}
    if name not in known:
        raise CatalogueError(f"{claim.id} has no mutant {name!r}; there are {', '.join(known)}")
    return check.as_mutant(known[name])
