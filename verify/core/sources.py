"""Which source files a verdict depends on, and their digest."""

from __future__ import annotations

import ast
import hashlib
import importlib.metadata
import importlib.util
import platform
from collections.abc import Iterable
from functools import cache
from pathlib import Path

__all__ = ["closure", "core_files", "digest"]

COLUMNS = ("theory", "numerics", "verify")
_LIBRARIES = ("sympy", "numpy", "scipy", "numba", "python-flint", "mpmath")
_NOT_JUDGING = {"document.py", "ledger.py", "runner.py", "display.py", "calibration.py"}
"""Modules of verify/core that show or store verdicts and cannot change them."""


def _folder(package: str) -> Path:
    spec = importlib.util.find_spec(package)
    assert spec is not None and spec.submodule_search_locations is not None
    return Path(next(iter(spec.submodule_search_locations)))


@cache
def core_files() -> tuple[Path, ...]:
    """Every module of the three shared cores that can change a verdict."""
    return tuple(
        path
        for column in COLUMNS
        for path in sorted((_folder(column) / "core").glob("*.py"))
        if path.name not in _NOT_JUDGING
    )


def _file_of(module: str) -> Path | None:
    column, *rest = module.split(".")
    base = _folder(column).joinpath(*rest)
    for candidate in (base.with_suffix(".py"), base / "__init__.py"):
        if candidate.is_file():
            return candidate
    return None


def _sections(module: str) -> list[str]:
    """Modules of a package folder: a topic depends on all of its own."""
    column, *rest = module.split(".")
    folder = _folder(column).joinpath(*rest)
    return [f"{module}.{path.stem}" for path in sorted(folder.glob("*.py"))]


def closure(packages: Iterable[str]) -> set[Path]:
    """Files of some topic packages and of whatever they import among the three columns."""
    waiting = [module for package in packages for module in _sections(package)]
    waiting = [module.removesuffix(".__init__") for module in waiting]
    seen: set[str] = set()
    files: set[Path] = set()
    while waiting:
        module = waiting.pop()
        if module in seen:
            continue
        seen.add(module)
        path = _file_of(module)
        if path is None:
            continue
        files.add(path)
        waiting += imports(path)
    return files


def imports(path: Path) -> list[str]:
    """Modules of the three columns that a file imports, as far as they can be read off it."""
    found: list[str] = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            found += [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        elif isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
    return [name for name in found if name.partition(".")[0] in COLUMNS]


def digest(files: Iterable[Path]) -> str:
    """Hash of file contents and of the versions of the libraries that compute."""
    hasher = hashlib.blake2b(digest_size=16)
    for path in sorted(files):
        hasher.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    versions = [f"{name} {importlib.metadata.version(name)}" for name in _LIBRARIES]
    hasher.update(" ".join([*versions, platform.machine()]).encode())
    return hasher.hexdigest()
