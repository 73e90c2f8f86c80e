"""The catalogue: where claims are found by id, loading only the topic that is asked for."""

from __future__ import annotations

import difflib
import fnmatch
import importlib
import pkgutil
from collections.abc import Iterable
from functools import cache
from types import ModuleType

from theory.core.claim import Claim
from theory.core.errors import CatalogueError

__all__ = ["claims_in", "find", "require_acyclic", "section_of", "select", "topics"]


def topics() -> tuple[str, ...]:
    """Names of all topics, with hyphens, without loading any."""
    import theory

    names = (module.name for module in pkgutil.iter_modules(theory.__path__) if module.ispkg)
    return tuple(sorted(name.replace("_", "-") for name in names if name != "core"))


def claims_in(topic: str) -> tuple[Claim, ...]:
    """The claims of one topic, in the order of its sections.

    Parameters
    ----------
    topic : str
        With hyphens, as `topics` has it.

    Raises
    ------
    CatalogueError
        The topic is unknown, or an id is given twice or belongs to another topic.
    """
    if topic not in topics():
        raise CatalogueError(_unknown("topic", topic, topics()))
    package = importlib.import_module(f"theory.{topic.replace('-', '_')}")
    claims: list[Claim] = []
    for section in package.SECTIONS:
        claims += claims_of(importlib.import_module(f"{package.__name__}.{section}"))
    require_unique(claims)
    for claim in claims:
        if claim.topic != topic:
            raise CatalogueError(f"{claim.id} is written in the topic {topic}")
    return tuple(claims)


def section_of(claim: Claim) -> str:
    """The section of the catalogue that defines a claim; an empty text for one of one's own."""
    return _sections(claim.topic).get(claim.id, "") if claim.topic in topics() else ""


@cache
def _sections(topic: str) -> dict[str, str]:
    package = importlib.import_module(f"theory.{topic.replace('-', '_')}")
    return {
        claim.id: section
        for section in package.SECTIONS
        for claim in claims_of(importlib.import_module(f"{package.__name__}.{section}"))
    }


def claims_of(module: ModuleType) -> list[Claim]:
    """The claims that a module defines, each once, in the order in which it names them."""
    public = getattr(module, "__all__", vars(module))
    named = (value for name, value in vars(module).items() if name in public)
    return list({id(value): value for value in named if isinstance(value, Claim)}.values())


def require_unique(claims: Iterable[Claim]) -> None:
    """Raise `CatalogueError` when two claims share an id."""
    seen: set[str] = set()
    for claim in claims:
        if claim.id in seen:
            raise CatalogueError(f"the id {claim.id} is given twice")
        seen.add(claim.id)


def find(claim_id: str) -> Claim:
    """The claim of this id; loads its topic only.

    Parameters
    ----------
    claim_id : str
        ``topic.short-name``.

    Raises
    ------
    CatalogueError
        There is none; the message names the nearest ids.
    """
    topic, _, name = claim_id.partition(".")
    if topic not in topics() or not name:
        raise CatalogueError(_unknown("claim", claim_id, [c.id for c in select(())]))
    for claim in claims_in(topic):
        if claim.id == claim_id:
            return claim
    raise CatalogueError(_unknown("claim", claim_id, [claim.id for claim in claims_in(topic)]))


def select(patterns: Iterable[str]) -> tuple[Claim, ...]:
    """Claims by id, topic or pattern (``assoc-scaling.finite-*``); all of them for no pattern.

    Parameters
    ----------
    patterns : iterable of str

    Raises
    ------
    CatalogueError
        A pattern matches nothing, or there is no claim or topic of a name.
    """
    patterns = tuple(patterns)
    chosen: dict[str, Claim] = {}
    for pattern in patterns or topics():
        if pattern in topics():
            found: Iterable[Claim] = claims_in(pattern)
        elif any(character in pattern for character in "*?["):
            head = pattern.partition(".")[0]
            among = [topic for topic in topics() if fnmatch.fnmatchcase(topic, head)]
            found = [
                claim
                for topic in among
                for claim in claims_in(topic)
                if fnmatch.fnmatchcase(claim.id, pattern)
            ]
            if not found:
                raise CatalogueError(f"no claim matches {pattern}")
        else:
            found = (find(pattern),)
        chosen |= {claim.id: claim for claim in found}
    return tuple(chosen.values())


def require_acyclic(claims: Iterable[Claim]) -> None:
    """Raise `CatalogueError` when claims rest on one another in a circle, or on unknown ids."""
    by_id = {claim.id: claim for claim in claims}
    done: set[str] = set()

    def visit(claim_id: str, path: tuple[str, ...]) -> None:
        if claim_id in path:
            raise CatalogueError(f"circular use: {' -> '.join((*path, claim_id))}")
        if claim_id in done:
            return
        claim = by_id.get(claim_id) or find(claim_id)
        for used in claim.uses:
            visit(used, (*path, claim_id))
        done.add(claim_id)

    for claim_id in by_id:
        visit(claim_id, ())


def _unknown(what: str, name: str, known: Iterable[str]) -> str:
    known = list(known)
    near = difflib.get_close_matches(name, known, n=3, cutoff=0.5)
    if near:
        return f"unknown {what} {name!r}; did you mean {', '.join(near)}?"
    return f"unknown {what} {name!r}; there are {', '.join(known[:12])}"
