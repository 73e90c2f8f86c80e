"""One claim judged from a prompt or a notebook, or as a test of a user's own suite."""

from __future__ import annotations

import math
from dataclasses import replace
from numbers import Integral, Real

from theory.core.claim import Claim
from theory.core.errors import CatalogueError, ClaimError
from verify.core.check import TIERS
from verify.core.registry import check_of, remember, select
from verify.core.verdict import Decision, Verdict

__all__ = ["assert_claim", "check"]


def check(
    claim: Claim | str, *, tier: str = "quick", seed: int = 0, time_limit: float | None = None
) -> Verdict:
    """Judge one claim, now and in this process.

    The ledger of ``assay run`` is neither read nor written: the verdict is on the claim and the
    code as this session has loaded them, which need not be what the files hold by now.

    Parameters
    ----------
    claim : Claim or str
        A claim: of the catalogue, or one's own, with a check bound by `check_for` or with a
        derivation alone. Or the id of one, ``FILE.py::ID``, or a pattern, topic or ``FILE.py`` that
        names exactly one.
    tier : {"quick", "full", "large"}
        How hard to look.
    seed : int
        With the same seed the verdict is the same.
    time_limit : float, optional
        Seconds after which the claim is given up as inconclusive. Only the main thread can be
        interrupted, and compiled code is left to end first.

    Returns
    -------
    Verdict
        It shows itself: a few lines at a prompt; claim, derivation and evidence in a notebook.

    Raises
    ------
    CatalogueError
        Nothing has that name, or several claims have; the message suggests what may be meant.
    ClaimError
        The tier, the seed or the time limit makes no sense; or the claim was defined anew and its
        check still belongs to the earlier one.

    Examples
    --------
    >>> import verify
    >>> verify.check("assoc-scaling.rho-rate")  # doctest: +SKIP
    """
    _require_settings(tier, seed, time_limit)
    chosen = claim if isinstance(claim, Claim) else _named(claim)
    bound = check_of(chosen)
    if bound is not None and bound.claim is not chosen:
        raise ClaimError(
            f"the check of {chosen.id} belongs to another claim of that id: bind it anew with "
            "check_for"
        )
    remember(chosen)
    from verify.core.judge import judge

    verdict = judge(chosen, bound, tier=tier, seed=seed, time_limit=time_limit)
    return replace(verdict, claim=chosen)


def _require_settings(tier: str, seed: int, time_limit: float | None) -> None:
    """Before a topic is loaded for nothing."""
    if tier not in TIERS:
        raise ClaimError(f"unknown tier {tier!r}; there are {', '.join(TIERS)}")
    if isinstance(seed, bool) or not isinstance(seed, Integral):
        raise ClaimError(f"a seed is a whole number, not {seed!r}")
    known = time_limit is None or isinstance(time_limit, Real)
    if not known or not 0 < (1 if time_limit is None else time_limit) < math.inf:
        raise ClaimError(f"a time limit is a positive number of seconds, not {time_limit!r}")


def _named(reference: str) -> Claim:
    if not isinstance(reference, str):
        kind = type(reference).__name__
        raise ClaimError(f"what is checked is a claim or the id of one, not of type {kind}")
    found = select((reference,))
    if len(found) > 1:
        some = ", ".join(claim.id for claim in found[:3])
        raise CatalogueError(
            f"{reference} names {len(found)} claims ({some}{', ...' * (len(found) > 3)}): name one"
        )
    return found[0]


def assert_claim(claim: Claim | str, *, tier: str = "quick", seed: int = 0) -> Verdict:
    """Judge a claim, and fail unless it is confirmed; for use in pytest.

    Parameters
    ----------
    claim : Claim or str
        As for `check`: a claim, the id of one in the catalogue, or ``FILE.py::ID``.
    tier : {"quick", "full", "large"}
    seed : int
        With the same seed the outcome is the same.

    Returns
    -------
    Verdict

    Raises
    ------
    AssertionError
        The claim is refuted or inconclusive, or a step of its derivation is wrong. The message has
        the reason and, for a refutation, a program that shows the counterexample.
    CatalogueError, ClaimError
        As for `check`.
    """
    verdict = check(claim, tier=tier, seed=seed)
    if verdict.verdict is not Decision.CONFIRMED or verdict.derivation_refuted:
        program = verdict.counterexample["program"] if verdict.counterexample else ""
        raise AssertionError(f"{verdict.id} is {verdict.verdict}: {verdict.reason}\n{program}")
    return verdict
