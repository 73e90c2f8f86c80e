"""A made-up claim that is true and derived, for tests of what is printed about claims."""

from theory import (
    Claim,
    Derivation,
    Domain,
    Identity,
    Observable,
    Real,
    Seen,
    Source,
    Standing,
    Step,
    algebra,
    definition,
)
from theory.core.source import Paper

PAPER = Paper("doe2020", "On Things & Others", "Doe, Jané and Roe, R.", "Journal_of #1", 2020)
SOURCE = Source(PAPER, "Section 2", seen=Seen.RECOLLECTION, standing=Standing.SHARPENED)
a = Real("a", above=0, meaning="a positive number")
size = Observable("size", (a,), r"\|a\|", "size of a", definition=(a + 1) ** 2)


def claim(short="thing", **changes):
    """The claim, with some fields changed."""
    fields = {
        "id": f"made-up.{short}",
        "title": "A square",
        "says": "The square of a sum.",
        "statement": Identity(size(a), a**2 + 2 * a + 1),
        "domain": Domain(a),
        "source": SOURCE,
        "observables": (size,),
        "derivation": Derivation(
            Step((a + 1) ** 2, by=definition), Step(a**2 + 2 * a + 1, by=algebra)
        ),
    }
    return Claim(**{**fields, **changes})
