"""Claims and checks from a user's own file.

Such a claim is referred to as ``FILE.py::ID``; a claim of the catalogue by its id alone.
"""

from __future__ import annotations

import importlib.util
import sys
import traceback
from collections.abc import Iterable
from pathlib import Path
from types import ModuleType

from theory.core import catalogue
from theory.core.claim import Claim
from theory.core.errors import AssayError, CatalogueError
from verify.core.check import forget, registered

__all__ = ["claims_of_file", "file_of", "reference"]

_FILES: dict[str, Path] = {}
_LOADED: dict[Path, tuple[int, tuple[Claim, ...]]] = {}


def file_of(claim: Claim) -> Path | None:
    """The user's file that defines a claim; None for a claim of the catalogue."""
    return _FILES.get(claim.id)


def reference(claim: Claim) -> str:
    """The name under which a claim is found again: its id, after its file if it is a user's."""
    path = file_of(claim)
    return claim.id if path is None else f"{path}::{claim.id}"


def claims_of_file(path: Path) -> tuple[Claim, ...]:
    """Run a user's file and return the claims that it defines, in order.

    It is run once, and again when it has changed. Checks and mutants in the file register
    themselves as they are defined. As for a script, modules in the folder of the file can be
    imported; these are not run again.

    Parameters
    ----------
    path : Path

    Raises
    ------
    CatalogueError
        The file cannot be read, stops with an error, defines no claim, or an id is given twice
        or belongs to a topic of the catalogue.
    """
    if not path.is_file():
        raise CatalogueError(f"there is no file {path}")
    path = path.resolve()
    written = path.stat().st_mtime_ns
    if path in _LOADED and _LOADED[path][0] != written:
        _, claims = _LOADED.pop(path)
        _forget(claims, path)
    if path not in _LOADED:
        _LOADED[path] = written, _claims_of(path)
    return _LOADED[path][1]


def _module_name(path: Path) -> str:
    return f"assay_user_{path.stem}"


def _forget(claims: Iterable[Claim], path: Path) -> None:
    """Drop what a file has registered, so that it can be run again."""
    for claim in claims:
        check = registered(claim)
        home = None if check is None else getattr(check.measure, "__module__", None)
        own = check is None or check.claim is claim  # and not that of another claim of this id
        if own and home in (None, _module_name(path)):
            forget((claim.id,))
        if _FILES.get(claim.id) == path:
            del _FILES[claim.id]


def _claims_of(path: Path) -> tuple[Claim, ...]:
    name = _module_name(path)
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise CatalogueError(f"{path} is not a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses and pickling look the module up by name
    if str(path.parent) not in sys.path:
        sys.path.insert(0, str(path.parent))
    try:
        spec.loader.exec_module(module)
    except AssayError as problem:
        _forget(_own(module), path)
        raise CatalogueError(f"{path}: {problem}") from None
    except SystemExit:
        _forget(_own(module), path)
        words = "the file ended Python (sys.exit) while it was loaded"
        raise CatalogueError(f"{path}: {words}") from None
    except Exception as problem:
        _forget(_own(module), path)
        frames = [f for f in traceback.extract_tb(problem.__traceback__) if f.filename == str(path)]
        line = f", line {frames[-1].lineno}" if frames else ""
        reason = str(problem).splitlines()[0] if str(problem) else ""
        raise CatalogueError(f"{path}{line}: {type(problem).__name__}: {reason}") from None
    claims = _own(module)
    try:
        _register(claims, path)
    except CatalogueError:
        _forget(claims, path)
        raise
    return tuple(claims)


def _register(claims: list[Claim], path: Path) -> None:
    """Note where claims are from, if their ids can be told from all others."""
    if not claims:
        raise CatalogueError(f"{path} defines no claim")
    catalogue.require_unique(claims)
    for claim in claims:
        if claim.topic in catalogue.topics():
            raise CatalogueError(
                f"{path}: {claim.id} uses the topic of the catalogue {claim.topic}"
            )
        if _FILES.setdefault(claim.id, path) != path:
            raise CatalogueError(f"{claim.id} is defined in {_FILES[claim.id]} and in {path}")


def _own(module: ModuleType) -> list[Claim]:
    """The claims of a module that are not the catalogue's."""
    return [
        claim
        for claim in catalogue.claims_of(module)
        if claim.topic not in catalogue.topics() or not _in_catalogue(claim)
    ]


def _in_catalogue(claim: Claim) -> bool:
    return any(claim is known for known in catalogue.claims_in(claim.topic))
