"""The exceptions that the theory side raises, each with one clear line."""

from __future__ import annotations

__all__ = ["AssayError", "CatalogueError", "ClaimError", "DomainError", "NotEnclosable"]


class AssayError(Exception):
    """Base of every error that Assay raises on purpose; its text is one line for the user."""


class ClaimError(AssayError):
    """A claim, statement, domain or derivation is put together wrongly."""


class DomainError(AssayError):
    """A parameter value lies outside the domain of a claim."""


class CatalogueError(AssayError):
    """An id is unknown, given twice, or the ``uses`` graph has a cycle."""


class NotEnclosable(AssayError):
    """An expression has no enclosure here: an unknown function, a free symbol, a divergent sum."""
