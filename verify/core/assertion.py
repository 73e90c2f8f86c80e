"""Claims as tests of a user's own suite."""

from __future__ import annotations

from theory.core.claim import Claim
from verify.core.registry import check_of, find
from verify.core.verdict import Decision, Verdict

__all__ = ["assert_claim"]


def assert_claim(claim: Claim | str, *, tier: str = "quick", seed: int = 0) -> Verdict:
    """Judge a claim, and fail unless it is confirmed; for use in pytest.

    Parameters
    ----------
    claim : Claim or str
        A claim, the id of one in the catalogue, or ``FILE.py::ID``.
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
    """
    from verify.core.judge import judge

    if isinstance(claim, str):
        claim = find(claim)
    verdict = judge(claim, check_of(claim), tier=tier, seed=seed)
    if verdict.verdict is not Decision.CONFIRMED or verdict.derivation_refuted:
        program = verdict.counterexample["program"] if verdict.counterexample else ""
        raise AssertionError(f"{claim.id} is {verdict.verdict}: {verdict.reason}\n{program}")
    return verdict
