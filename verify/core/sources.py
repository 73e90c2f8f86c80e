"""Which source files a verdict depends on, and their digest."""

from __future__ import annotations

import ast
import hashlib
import importlib.metadata
import importlib.util
import platform
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

__all__ = [
    "as_found",
    "beside",
    "closure",
    "core_files",
    "digest",
    "imported_by",
    "is_as_found",
    "source_files",
]

COLUMNS = ("theory", "numerics", "verify")
_LIBRARIES = ("sympy", "numpy", "scipy", "numba", "python-flint", "mpmath", "jax", "optax")
_JUDGES = ("verify.core.judge", "verify.core.mutants", "verify.core.registry")


@cache
def _folders(package: str) -> tuple[Path, ...]:
    spec = importlib.util.find_spec(package)
    assert spec is not None and spec.submodule_search_locations is not None
    return tuple(Path(folder) for folder in spec.submodule_search_locations)


def source_files(topic: str, file: Path | None = None) -> list[Path]:
    """The files that verdicts depend on: the judging core and the modules of a topic.

    They are found by following imports among the three packages, so that editing one topic leaves
    the verdicts of the others standing. For a user's ``file``: itself, the modules beside it that
    it imports, and what these import of the three packages.
    """
    if file is not None:
        own = beside(file)
        return sorted({*core_files(), *own, *imported_by(own)})
    start = [f"{column}.{topic.replace('-', '_')}" for column in COLUMNS]
    return sorted({*core_files(), *closure(start)})


@cache
def core_files() -> tuple[Path, ...]:
    """The theory core, and the modules that judge with all that they import.

    Modules of ``verify.core`` that only show or store verdicts are not among them.
    """
    return tuple(sorted({*_files_in("theory.core"), *_following(_JUDGES)}))


@cache
def as_found(topic: str, file: Path | None = None) -> tuple[str, tuple[tuple[int, int], ...]]:
    """The digest of the files when this was first asked, with their times and sizes.

    To be asked before the files are loaded: what is edited afterwards is not what runs.
    """
    files = source_files(topic, file)
    stamps = _stamps(files)
    return digest(files), stamps


def is_as_found(topic: str, file: Path | None = None) -> bool:
    """Whether the files are still those that the digest was taken of."""
    try:
        return _stamps(source_files(topic, file)) == as_found(topic, file)[1]
    except OSError:
        return False


def _stamps(files: Iterable[Path]) -> tuple[tuple[int, int], ...]:
    return tuple((status.st_mtime_ns, status.st_size) for status in map(Path.stat, files))


def _files_in(package: str) -> list[Path]:
    """Every file of a package, its folders and its data included."""
    column, *rest = package.split(".")
    return [
        path
        for folder in _folders(column)
        for path in sorted(folder.joinpath(*rest).rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    ]


def _file_of(module: str) -> Path | None:
    column, *rest = module.split(".")
    for folder in _folders(column):
        base = folder.joinpath(*rest)
        for candidate in (base.with_suffix(".py"), base / "__init__.py"):
            if candidate.is_file():
                return candidate
    return None


@cache
def _place(path: Path) -> tuple[str, ...]:
    """Where a file lies within the three columns, wherever these are installed."""
    for column in COLUMNS:
        for folder in _folders(column):
            if path.is_relative_to(folder):
                return (column, *path.relative_to(folder).parts)
    return path.parts


def _module_of(path: Path) -> str:
    """The name under which a file of the three columns is imported."""
    return ".".join(_place(path.with_suffix(""))).removesuffix(".__init__")


def closure(packages: Iterable[str]) -> set[Path]:
    """Files of some topic packages and of whatever they import among the three columns."""
    own = {path for package in packages for path in _files_in(package)}
    modules = [_module_of(path) for path in own if path.suffix == ".py"]
    return own | _following(modules)


def imported_by(files: Iterable[Path]) -> set[Path]:
    """Whatever files from elsewhere import among the three columns, directly or not."""
    return _following(module for path in files for module in _imports(path))


def _following(modules: Iterable[str]) -> set[Path]:
    waiting = list(modules)
    seen: set[str] = set()
    files: set[Path] = set()
    while waiting:
        module = waiting.pop()
        if module in seen:
            continue
        seen.add(module)
        path = _file_of(module)
        if path is not None:
            files.add(path)
            if not module.startswith("theory.core."):  # it imports itself alone, and is all there
                waiting += _imports(path)
    return files


def beside(path: Path) -> set[Path]:
    """A user's file and the modules in its folder that it imports, directly or not."""
    waiting, files = [path], set[Path]()
    while waiting:
        file = waiting.pop()
        if file not in files and file.is_file():
            files.add(file)
            waiting += [file.parent / f"{name.partition('.')[0]}.py" for name in _names(file)]
    return files


def _imports(path: Path) -> tuple[str, ...]:
    """Modules of the three columns that a file imports, as far as they can be read off it."""
    return tuple(name for name in _names(path) if name.partition(".")[0] in COLUMNS)


@cache
def _names(path: Path) -> tuple[str, ...]:
    """Modules that a file imports, and what might be modules."""
    found: list[str] = []
    package = _module_of(path).split(".")
    if path.name != "__init__.py":
        package = package[:-1]
    try:
        body = ast.parse(path.read_bytes(), filename=str(path)).body
    except (SyntaxError, ValueError):
        return ()  # it cannot be imported, and importing it says so better
    for node in _statements(body):
        if isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            home = ".".join([*above, *filter(None, [node.module])])
            found += [home, *(f"{home}.{alias.name}" for alias in node.names)]
        elif isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
    return tuple(found)


def _statements(body: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """Statements at every depth; expressions, where most of the nodes are, hold no imports."""
    waiting = list(body)
    while waiting:
        node = waiting.pop()
        yield node
        for name in ("body", "orelse", "finalbody", "handlers", "cases"):
            inner = getattr(node, name, None)
            if isinstance(inner, list):
                waiting += inner


def digest(files: Iterable[Path]) -> str:
    """Hash of file contents and of the versions of what computes."""
    hasher = hashlib.blake2b(digest_size=16)
    for place, path in sorted((_place(path), path) for path in files):
        hasher.update("/".join(place).encode() + b"\0" + path.read_bytes() + b"\0")
    hasher.update(_versions().encode())
    return hasher.hexdigest()


@cache
def _versions() -> str:
    found = [platform.machine(), platform.python_version()]
    for name in _LIBRARIES:
        try:
            found.append(f"{name} {importlib.metadata.version(name)}")
        except importlib.metadata.PackageNotFoundError:
            found.append(f"no {name}")
    return " ".join(found)
