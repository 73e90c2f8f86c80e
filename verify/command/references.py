"""The claims that a command is to work on, found by what was typed."""

from __future__ import annotations

import difflib
import sys
from collections.abc import Iterable
from contextlib import redirect_stdout, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from verify.command import index

if TYPE_CHECKING:
    from theory.core.claim import Claim

__all__ = ["chosen_claims", "one_claim"]


def chosen_claims(ids: Iterable[str], quiet: bool = False) -> tuple[Claim, ...]:
    """Claims by id, topic, pattern or file; the whole catalogue for none."""
    ids = tuple(ids)
    for reference in ids:
        _require_plausible(reference)
    from verify.core.progress import waiting

    with waiting("loading claims", quiet), redirect_stdout(sys.stderr):  # a user's file may print
        from theory.core.errors import CatalogueError
        from verify.core.registry import select

        try:
            claims = select(ids)
        except CatalogueError as problem:
            _, found, pattern = str(problem).rpartition("no claim matches ")
            hint = nearest(pattern, _families()) if found else ""
            raise click.UsageError(f"{problem}{hint}") from None
        _remember(claims)
    return claims


def one_claim(reference: str, quiet: bool = False) -> Claim:
    """The claim of this id, or of ``FILE.py::ID``."""
    _require_plausible(reference)
    if reference in index.topics():
        raise click.UsageError(
            f"{reference} is a topic; name one of its claims: assay list {reference}"
        )
    if _is_pattern(reference) and ".py" not in reference:
        raise click.UsageError(f"{reference} is a pattern; name one claim: assay list {reference}")
    from verify.core.progress import waiting

    with waiting("loading claims", quiet), redirect_stdout(sys.stderr):  # a user's file may print
        from verify.core.registry import find

        claim = find(reference)
        _remember((claim,))
    return claim


def nearest(name: str, known: Iterable[str]) -> str:
    """The end of a message: the nearest known name, or nothing if none is near."""
    near = difflib.get_close_matches(name, [one for one in known if one != name], 1, cutoff=0.75)
    return f"; did you mean {near[0]}?" if near else ""


def _is_pattern(reference: str) -> bool:
    return any(character in reference for character in "*?[")


def _families() -> set[str]:
    """The patterns that match ids by their first word."""
    return {
        f"{topic}.{claim_id.removeprefix(f'{topic}.').partition('-')[0]}-*"
        for topic in index.topics()
        for claim_id, _ in index.claims_in(topic)
    }


def _require_plausible(reference: str) -> None:
    """Tell what cannot be found at once, and not after seconds of loading."""
    path, _, _ = reference.partition("::")
    if path.endswith(".py"):
        if not Path(path).exists():
            beside = (str(other) for other in Path(path).parent.glob("*.py"))
            raise click.UsageError(f"there is no file {path}{nearest(path, beside)}")
        return
    topics = index.topics()
    topic, dot, _ = reference.partition(".")
    if topic in topics or _is_pattern(topic):
        return
    shown = repr(reference if len(reference) <= 80 else f"{reference[:77]}...")
    if not path.strip():
        raise click.UsageError(f"unknown claim {shown}; there are {', '.join(topics)}")
    with suppress(OSError):  # a name that is too long for a file
        if Path(path).is_dir():
            some = Path(path) / "*.py"
            raise click.UsageError(f"{path} is a folder; name a file in it, such as {some}")
        if Path(path).exists():
            raise click.UsageError(f"{path} is no Python file: its name ends in .py")
    file, colon, claim_id = reference.partition(".py:")
    if colon:
        raise click.UsageError(f"unknown claim {shown}; did you mean {file}.py::{claim_id}?")
    known = index.known_ids()
    if not dot:
        ends = [claim_id for claim_id in known if claim_id.partition(".")[2] == reference]
        hint = f"; did you mean {ends[0]}?" if ends else nearest(reference, [*topics, *known])
        what = "claim" if ends else "topic"
        hint = hint or f"; there are {', '.join(topics)}"
        raise click.UsageError(f"unknown {what} {shown}{hint}")
    hint = nearest(reference, known) or f"; there are the topics {', '.join(topics)}"
    raise click.UsageError(f"unknown claim {shown}{hint}")


def _remember(claims: Iterable[Claim]) -> None:
    """Keep the ids of the topics and files that were loaded, which are loaded whole."""
    from theory.core import catalogue
    from verify.core.userfile import claims_of_file, file_of

    for home in dict.fromkeys(file_of(claim) or claim.topic for claim in claims):
        whole = catalogue.claims_in(home) if isinstance(home, str) else claims_of_file(home)
        index.remember(home, whole)
