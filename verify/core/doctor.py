"""What this installation has and can do: versions, threads, accelerators, programs, folders."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from verify.core.ledger import Ledger, LedgerError, default_path

__all__ = ["Finding", "cannot_write", "examination"]

PACKAGES = (
    "sympy",
    "python-flint",
    "numpy",
    "scipy",
    "numba",
    "jax",
    "optax",
    "hypothesis",
    "jinja2",
)
OPTIONAL = {"matplotlib": "assay figure"}


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
        yield Finding(name, version or f"missing: pip install {name}", version is not None)
    for name, use in OPTIONAL.items():
        yield Finding(name, _version(name) or f"missing; wanted by {use}: pip install {name}")
    yield from _machine()
    yield from _latex()
    yield from _folders()


def _version(package: str) -> str | None:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def _machine() -> Iterator[Finding]:
    yield Finding("processors", f"{os.cpu_count()}")
    for name, look in {"threads of kernels": _threads, "devices of JAX": _devices}.items():
        try:
            yield Finding(name, look())
        except Exception as problem:  # a library that does not load says why
            yield Finding(name, f"{type(problem).__name__}: {problem}".splitlines()[0], False)


def _threads() -> str:
    import numba

    return f"{numba.get_num_threads()}"


def _devices() -> str:
    import jax

    return ", ".join(sorted({f"{d.platform} ({d.device_kind})" for d in jax.devices()}))


def _latex() -> Iterator[Finding]:
    """The program that compiles documents, and the packages that they load."""
    program = shutil.which("pdflatex")
    yield Finding("pdflatex", program or "not found; wanted by assay latex --pdf")
    if program and shutil.which("kpsewhich"):
        files = [f"{name}.sty" for name in _packages()]
        run = subprocess.run(["kpsewhich", *files], capture_output=True, text=True, check=False)
        found = {Path(line).name for line in run.stdout.splitlines()}
        missing = ", ".join(Path(file).stem for file in files if file not in found)
        words = f"missing: {missing}" if missing else f"all {len(files)} that documents load"
        yield Finding("LaTeX packages", words)


def _packages() -> list[str]:
    """Packages that documents cannot do without, read off the modules that write documents."""
    texts = [path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("document*")]
    needed = re.sub(r"\\IfFileExists.*", "", "\n".join(texts))
    loaded = re.findall(r"\\(?:usepackage|RequirePackage)(?:\[[^]]*\])?\{([^}]*)\}", needed)
    return sorted({name.strip() for names in loaded for name in names.split(",")})


def _folders() -> Iterator[Finding]:
    chosen = os.environ.get("ASSAY_LEDGER")
    ledger = Path(chosen) if chosen else default_path()
    problem = cannot_write(ledger.parent)
    if not problem and ledger.exists():
        try:
            Ledger(ledger).__exit__(None, None, None)
        except LedgerError as error:
            problem = str(error)
    yield _place("ledger", ledger, problem)
    try:
        from numba import config

        kernels = Path(getattr(config, "CACHE_DIR", "") or default_path().parent)
    except Exception:  # which the versions have told
        return
    yield _place("cache of kernels", kernels, cannot_write(kernels))


def _place(name: str, path: Path, problem: str) -> Finding:
    return Finding(name, f"{path}: {problem}" if problem else f"{path}", not problem)


def cannot_write(folder: Path) -> str:
    """Why nothing can be written to a folder, or an empty text; folders above it may be made."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    try:
        with tempfile.TemporaryFile(dir=folder):
            return ""
    except OSError as problem:
        return f"cannot be written: {problem.strerror}"
