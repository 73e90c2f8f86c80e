"""What this installation has and can do: versions, threads, accelerators, programs, folders."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import platform
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from verify.core.ledger import default_path

__all__ = ["Finding", "examination"]

PACKAGES = ("sympy", "python-flint", "numpy", "scipy", "numba", "jax", "optax", "hypothesis")
OPTIONAL = {"matplotlib": "assay figure: pip install 'assay[figures]'"}
PROGRAMS = {"pdflatex": "to compile what assay latex --standalone writes"}


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Attributes
    ----------
    name, found : str
    good : bool or None
        None where it is only missed by some commands, or merely told.
    """

    name: str
    found: str
    good: bool | None = None


def examination() -> Iterator[Finding]:
    """Look at everything, one finding after another; nothing is changed."""
    yield Finding("assay", _version("assay") or "a checkout that is not installed")
    yield Finding("python", f"{platform.python_version()} on {platform.platform()}")
    for name in PACKAGES:
        version = _version(name)
        yield Finding(name, version or "missing: pip install assay", version is not None)
    for name, use in OPTIONAL.items():
        yield Finding(name, _version(name) or f"missing; wanted by {use}")
    yield from _machine()
    for name, use in PROGRAMS.items():
        yield Finding(name, shutil.which(name) or f"not found; wanted {use}")
    for name, folder in _folders():
        problem = _cannot_write(folder)
        yield Finding(name, f"{folder}{f': {problem}' if problem else ''}", not problem)


def _version(package: str) -> str | None:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def _machine() -> Iterator[Finding]:
    yield Finding("processors", f"{os.cpu_count()}")
    if importlib.util.find_spec("numba") is not None:
        import numba

        yield Finding("threads of kernels", f"{numba.get_num_threads()}")
    if importlib.util.find_spec("jax") is not None:
        import jax

        devices = ", ".join(sorted({f"{d.platform} ({d.device_kind})" for d in jax.devices()}))
        yield Finding("devices of JAX", devices)


def _folders() -> Iterator[tuple[str, Path]]:
    import numba

    ledger = os.environ.get("ASSAY_LEDGER")
    yield "ledger", (Path(ledger) if ledger else default_path()).parent
    yield "cache of kernels", Path(getattr(numba.config, "CACHE_DIR", "") or default_path().parent)


def _cannot_write(folder: Path) -> str:
    """Why nothing can be written to a folder, or an empty text; folders above it may be made."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    try:
        with tempfile.TemporaryFile(dir=folder):
            return ""
    except OSError as problem:
        return f"cannot be written: {problem.strerror}"
