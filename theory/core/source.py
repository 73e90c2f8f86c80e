"""Where a claim comes from, and how it stands to what is written there."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Paper", "Seen", "Source", "Standing"]


class Standing(StrEnum):
    """How our statement relates to the published one."""

    AS_STATED = "as stated"
    SHARPENED = "sharpened"
    CORRECTED = "corrected"
    DERIVED_HERE = "derived here"


class Seen(StrEnum):
    """What of the source was in front of us when the claim was written."""

    PAPER = "paper text"
    ABSTRACT = "abstract"
    REPOSITORY = "repository"
    SUMMARY = "third-party summary"
    RECOLLECTION = "recollection"
    NOTHING = "nothing"


@dataclass(frozen=True)
class Paper:
    """A paper: what a bibliography entry needs.

    Parameters
    ----------
    key : str
        BibTeX key.
    title, authors, venue : str
        Authors as BibTeX writes them, ``Family, Given and ...``.
    year : int
    arxiv : str
        arXiv id, or empty.
    """

    key: str
    title: str
    authors: str
    venue: str
    year: int
    arxiv: str = ""

    @property
    def short(self) -> str:
        """Family names and year."""
        families = [author.split(",")[0].strip() for author in self.authors.split(" and ")]
        if len(families) > 3:
            return f"{families[0]} et al. ({self.year})"
        *head, last = families
        return f"{', '.join(head)} and {last} ({self.year})" if head else f"{last} ({self.year})"


@dataclass(frozen=True)
class Source:
    """A paper, the place in it, what was seen of that place, and the standing of our statement.

    A claim is the paper's own theorem only where its text was seen and the standing is
    ``as stated``; everything else is shown with what it rests on.

    Parameters
    ----------
    paper : Paper or None
        None for what is no paper's.
    place : str
        Where in the paper, or who found it; LaTeX text.
    seen : Seen
    standing : Standing
    """

    paper: Paper | None
    place: str
    seen: Seen
    standing: Standing

    def words(self) -> str:
        """One line for people."""
        if self.paper is None:
            return f"{self.standing}; {self.place}" if self.place else str(self.standing)
        place = f", {self.place}" if self.place else ""
        return f"{self.paper.short}{place}; seen: {self.seen}; {self.standing}"
