"""Judging for a command: the plan, workers that start early, and progress."""

from __future__ import annotations

import fnmatch
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext, redirect_stdout, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from verify.command import index
from verify.command.group import complain

if TYPE_CHECKING:
    from verify.core.ledger import Ledger
    from verify.core.runner import Plan
    from verify.core.verdict import Verdict
    from verify.core.workers import Worker

__all__ = ["early_workers", "judged", "judged_mutants", "planned", "verdicts_for"]


def planned(
    ids: tuple[str, ...],
    tier: str,
    seed: int,
    jobs: int,
    fresh: bool,
    time_limit: float | None,
    quiet: bool,
) -> Plan:
    """What is to be judged, and how."""
    from verify.command.references import chosen_claims

    _take_digests(ids)
    claims = chosen_claims(ids, quiet)
    from verify.core.runner import Plan

    return Plan(claims, tier, seed, jobs, fresh, time_limit)


def _take_digests(ids: tuple[str, ...]) -> None:
    """Of topics and files before they are loaded: what is edited meanwhile is not what ran."""
    from verify.core.sources import as_found

    for one in ids or index.topics():
        path = Path(one.partition("::")[0])
        if path.suffix == ".py":
            with suppress(OSError, RuntimeError):  # loading the file tells of it
                as_found("", path.resolve())
        for topic in fnmatch.filter(index.topics(), one.partition(".")[0]):
            as_found(topic)


@contextmanager
def early_workers(
    ids: tuple[str, ...],
    tier: str,
    seed: int,
    jobs: int,
    fresh: bool,
    ledger: Ledger,
    kind: str,
) -> Iterator[list[Worker]]:
    """Workers that load their topics while this process loads the claims; none if none is sure.

    That there is work for them is sure where the ledger holds nothing of the code as it is.
    """
    topics = _topics(ids) if jobs > 1 else ()
    if not topics or not (fresh or _nothing_held(topics, tier, seed, ledger, kind)):
        yield []
        return
    _take_digests(ids)
    from verify.core.workers import workers

    with workers(jobs, topics) as crew:
        yield crew


def _topics(ids: tuple[str, ...]) -> tuple[str, ...]:
    """The topics of which several claims are named; none if that cannot be told from the names."""
    heads = [one.partition(".")[0] for one in ids] or ["*"]
    if len(ids) == 1 and "." in ids[0] and not any(letter in ids[0] for letter in "*?["):
        return ()
    found = [[name for name in index.topics() if fnmatch.fnmatchcase(name, h)] for h in heads]
    return tuple(dict.fromkeys(name for some in found for name in some)) if all(found) else ()


def _nothing_held(topics: tuple[str, ...], tier: str, seed: int, ledger: Ledger, kind: str) -> bool:
    from verify.core.sources import as_found

    return not any(ledger.holds_any(kind, as_found(topic)[0], seed, tier) for topic in topics)


def judged(
    plan: Plan, ledger: Ledger, crew: list[Worker] | None, quiet: bool
) -> dict[str, Verdict]:
    """The verdict of every claim of a plan."""
    from verify.core.runner import run_claims

    verdicts: dict[str, Verdict] = {}
    with (
        _kept_if_possible(verdicts, plan),
        _counting(plan, ledger, "judging", quiet) as tell,
        redirect_stdout(sys.stderr),
    ):
        for verdict, held in run_claims(plan, ledger, crew):
            verdicts[verdict.id] = verdict
            tell(verdict.id, _line(f"{verdict.verdict} {verdict.id}", held), held)
    return verdicts


def judged_mutants(
    plan: Plan, ledger: Ledger, crew: list[Worker] | None, quiet: bool
) -> dict[str, list[dict[str, str]]]:
    """The outcomes of the mutants of every claim of a plan."""
    from verify.core.runner import run_mutants

    found: dict[str, list[dict[str, str]]] = {}
    with (
        _kept_if_possible(found, plan),
        _counting(plan, ledger, "judging mutants", quiet) as tell,
        redirect_stdout(sys.stderr),
    ):
        for claim_id, outcomes, held in run_mutants(plan, ledger, crew):
            found[claim_id] = outcomes
            tell(claim_id, _line(claim_id, held), held)
    return found


def verdicts_for(
    plan: Plan, ledger: Ledger, no_run: bool, quiet: bool
) -> dict[str, Verdict | None]:
    """The verdicts that a document shows; what the ledger does not hold is judged or left out."""
    from verify.core.runner import held_verdicts

    return held_verdicts(plan, ledger) if no_run else {**judged(plan, ledger, None, quiet)}


@contextmanager
def _kept_if_possible(found: Mapping[str, Any], plan: Plan) -> Iterator[None]:
    """A ledger that cannot be written to spoils nothing of what was found."""
    from verify.core.ledger import LedgerError

    try:
        yield
    except LedgerError as problem:
        if len(found) < len(plan.claims):
            raise
        complain(f"{problem}; what was found is shown, and not kept")


def _counting(plan: Plan, ledger: Ledger, what: str, quiet: bool) -> Any:
    from verify.core.progress import counting

    if quiet:
        return nullcontext(lambda name, words, held: None)
    names = [claim.id for claim in plan.claims]
    known = ledger.seconds(plan.tier)
    return counting(names, what, known=known, lanes=plan.jobs)


def _line(words: str, held: bool) -> str:
    return f"{words} (from the ledger)" if held else words
