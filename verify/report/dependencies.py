"""What rests on what: a claim rests on those whose statements its derivation applies."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from theory.core.claim import Claim

__all__ = ["Dependencies"]


class Dependencies:
    """The graph of claims; an edge goes from a claim to one that it rests on.

    Parameters
    ----------
    claims : iterable of Claim
        Edges to other claims are left out.
    """

    def __init__(self, claims: Iterable[Claim]) -> None:
        claims = list(claims)
        ids = {claim.id for claim in claims}
        self._grounds = {
            claim.id: tuple(used for used in claim.uses if used in ids) for claim in claims
        }
        self._used_by: dict[str, list[str]] = {claim_id: [] for claim_id in self._grounds}
        for claim_id, grounds in self._grounds.items():
            for ground in grounds:
                self._used_by[ground].append(claim_id)

    def rests_on(self, claim_id: str) -> tuple[str, ...]:
        """The claims that it applies."""
        return self._grounds[claim_id]

    def would_fall(self, claim_id: str) -> tuple[str, ...]:
        """All claims whose derivations would have a gap without it, in the order of claims."""
        return self._reached(claim_id, self._used_by)

    def grounds_of(self, claim_id: str) -> tuple[str, ...]:
        """All claims that its derivation needs, those of its grounds included."""
        return self._reached(claim_id, self._grounds)

    def _reached(self, start: str, edges: Mapping[str, Iterable[str]]) -> tuple[str, ...]:
        found: set[str] = set()
        waiting = [start]
        while waiting:
            for following in edges[waiting.pop()]:
                if following not in found:
                    found.add(following)
                    waiting.append(following)
        return tuple(claim_id for claim_id in self._grounds if claim_id in found - {start})

    @property
    def edges(self) -> dict[str, tuple[str, ...]]:
        """For each claim, what it rests on."""
        return dict(self._grounds)
