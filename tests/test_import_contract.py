"""Who may import whom, read from the source: theory and numerics never see each other, nor verify.

import-linter checks the static part of this in CI. This test is independent of it, and also sees
imports by name at run time. The second half plants violations, to show that the test can fail.
"""

import ast
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FORBIDDEN = {
    "theory": {"numerics", "verify"},
    "numerics": {"theory", "verify"},
    "verify": set[str](),
}

# Calls whose string argument names a module, or is source text.
IMPORTERS = {
    "__import__",
    "find_spec",
    "import_module",
    "importorskip",
    "resolve_name",
    "run_module",
}
EXECUTORS = {"compile", "eval", "exec"}


def leading_text(node: ast.expr | None) -> str | None:
    """The text that a string expression certainly begins with."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=[first, *_]):
            return leading_text(first)
        case ast.BinOp(left=left, op=ast.Add() | ast.Mod()):
            return leading_text(left)
        case ast.Call(func=ast.Attribute(value=text, attr="format")):
            return leading_text(text)
    return None


def absolute(node: ast.ImportFrom, package: list[str]) -> str:
    """The module that `from ... import` names, as seen from a file of the package."""
    if not node.level:
        return node.module or ""
    base = package[: len(package) - node.level + 1]
    return ".".join([*base, *([node.module] if node.module else [])])


def imports(tree: ast.AST, package: list[str]) -> Iterator[tuple[int, str]]:
    """Every (line, module) imported anywhere in the file: in functions, by name, in source text."""
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                for alias in names:
                    yield node.lineno, alias.name
            case ast.ImportFrom(names=names):
                module = absolute(node, package)
                for alias in names:
                    yield node.lineno, f"{module}.{alias.name}"
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
                given = [*node.args, *(keyword.value for keyword in node.keywords)]
                texts = [text for text in map(leading_text, given) if text is not None]
                if name in IMPORTERS:
                    for text in texts:
                        if text.startswith("."):  # import_module(".x", package)
                            text = ".".join([*package, text.lstrip(".")])
                        yield node.lineno, text.replace(":", ".")
                elif name in EXECUTORS:
                    for text in texts:
                        try:
                            inner = ast.parse(text.strip())
                        except SyntaxError:
                            continue
                        yield from ((node.lineno, found) for _, found in imports(inner, package))
            case ast.Subscript(value=ast.Attribute(attr="modules") | ast.Name(id="modules")):
                if (text := leading_text(node.slice)) is not None:  # sys.modules["verify"]
                    yield node.lineno, text


def topics(root: Path) -> set[str]:
    """A topic is a row: a folder of one name in two columns or more, other than core."""
    columns = [
        {file.parent.name for file in (root / column).glob("*/*.py")} for column in FORBIDDEN
    ]
    rows = Counter(name for column in columns for name in column)
    return {name for name, count in rows.items() if count > 1 and name != "core"}


def complaint(importer: list[str], imported: list[str], known: set[str]) -> str | None:
    """Why a module may not import another, or None."""
    column, column_of = importer[0], imported[0]
    if column_of in FORBIDDEN[column]:
        return f"{column} must not see {column_of}"
    if column_of not in FORBIDDEN or len(imported) < 2 or imported[1] not in known:
        return None
    topic = imported[1]
    # A topic's own modules, and theory's to each other, are free. A module directly in a column,
    # such as verify.command, is no topic and may look topics up; core and __init__ may not.
    if len(importer) == 1 or importer[1] == "core":
        return f"{'.'.join(importer[:2])} serves every topic, so it must know none"
    if importer[1] in known and importer[1] != topic and column_of != "theory":
        return f"topic {importer[1]} must not import topic {topic}: share through {column_of}.core"
    return None


def violations(root: Path) -> list[str]:
    known = topics(root)
    found = []
    for column in FORBIDDEN:
        for path in sorted((root / column).rglob("*.py")):
            parts = list(path.relative_to(root).with_suffix("").parts)
            package = parts[:-1]
            importer = package if parts[-1] == "__init__" else parts
            tree = ast.parse(path.read_text("utf-8"), filename=str(path))
            for line, module in imports(tree, package):
                if why := complaint(importer, module.split("."), known):
                    where = path.relative_to(root).as_posix()
                    found.append(f"{where}:{line}: imports {module}: {why}")
    return found


def test_there_is_something_to_read() -> None:
    for column in FORBIDDEN:
        assert list((ROOT / column).rglob("*.py")), f"no module in {column}"
    assert topics(ROOT)


def test_the_contract_holds() -> None:
    assert violations(ROOT) == []


# ---------------------------------------------------------------- the test can fail


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A small lawful project with two topics."""
    for column in FORBIDDEN:
        for package in ("", "core", "one", "two"):
            folder = tmp_path / column / package
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "__init__.py").write_text(f'"""Package {column}.{package}."""\n')
        (tmp_path / column / "one" / "section.py").write_text(f"from {column}.core import x\n")
    (tmp_path / "theory" / "two" / "section.py").write_text("from theory.one.section import x\n")
    (tmp_path / "verify" / "two" / "section.py").write_text(
        "import numpy\nfrom theory.two import section\nfrom numerics.two import section as s\n"
        "from verify import check_for\nfrom verify.core.engine import bind\nfrom . import other\n"
    )
    (tmp_path / "verify" / "command.py").write_text(
        "import importlib\nfrom verify.one import section\nimportlib.import_module('verify.two')\n"
    )
    return tmp_path


def test_a_lawful_tree_passes(tree: Path) -> None:
    assert violations(tree) == []


@pytest.mark.parametrize(
    "source",
    [
        "import {other}",
        "import {other}.core.streams as streams",
        "import os, {other}",
        "from {other} import core",
        "from {other}.one.section import x",
        "def f():\n    import {other}.one\n",
        "def f():\n    def g():\n        from {other}.one import x\n",
        "class A:\n    from {other} import x\n",
        "try:\n    import {other}\nexcept ImportError:\n    pass\n",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from {other} import x\n",
        "import importlib\nm = importlib.import_module('{other}.one')",
        "from importlib import import_module\nm = import_module(name='{other}')",
        "from importlib import import_module\nf = lambda t: import_module(f'{other}.{{t}}')",
        "from importlib import import_module\nf = lambda t: import_module('{other}.' + t)",
        "from importlib import import_module\nf = lambda t: import_module('{other}.%s' % t)",
        "from importlib import import_module\nm = import_module('{other}.{{}}'.format(1))",
        "m = __import__('{other}')",
        "from importlib.util import find_spec\ns = find_spec('{other}.core')",
        "import pkgutil\nm = pkgutil.resolve_name('{other}.one:x')",
        "import runpy\nrunpy.run_module('{other}.one')",
        "import sys\nm = sys.modules['{other}']",
        "exec('import {other}')",
        "exec('def f():\\n    from {other} import x')",
    ],
)
@pytest.mark.parametrize(
    ("column", "other"),
    [(column, other) for column in FORBIDDEN for other in sorted(FORBIDDEN[column])],
)
@pytest.mark.parametrize("place", ["one/planted.py", "core/planted.py", "__init__.py"])
def test_a_planted_leak_is_caught(
    tree: Path, column: str, other: str, place: str, source: str
) -> None:
    (tree / column / place).write_text(source.format(other=other))
    found = violations(tree)
    assert found
    assert all(line.startswith(f"{column}/{place}:") for line in found)
    assert f"{column} must not see {other}" in found[0]


@pytest.mark.parametrize(
    ("place", "source"),
    [
        ("numerics/one/planted.py", "from numerics.two import section"),
        ("numerics/one/planted.py", "from ..two.section import x"),
        ("numerics/one/planted.py", "from .. import two"),
        ("numerics/core/planted.py", "from numerics import two"),
        ("numerics/__init__.py", "from . import one"),
        ("theory/core/planted.py", "import theory.one.section"),
        ("theory/__init__.py", "from theory.one import section"),
        ("verify/one/planted.py", "from verify.two.section import x"),
        ("verify/one/planted.py", "from numerics.two import section"),
        ("verify/one/planted.py", "import importlib\nimportlib.import_module('verify.two')"),
        ("verify/core/planted.py", "def f():\n    from verify.two import section"),
        ("verify/core/planted.py", "import numerics.one"),
    ],
)
def test_a_planted_tangle_is_caught(tree: Path, place: str, source: str) -> None:
    (tree / place).write_text(source)
    (found,) = violations(tree)
    assert found.startswith(f"{place}:")


@pytest.mark.parametrize(
    "source",
    [
        "import numpy\nimport theory_of_everything\nimport verifying",
        "from theory.two.section import x",
        "from .section import x\nfrom ..core import y\nfrom .. import core",
        "'''Prose about verify and numerics: import verify.'''",
        "x = Symbol('verify')",
        "exec('not python')",
    ],
)
def test_an_innocent_file_is_left_alone(tree: Path, source: str) -> None:
    (tree / "theory" / "one" / "planted.py").write_text(source)
    assert violations(tree) == []
