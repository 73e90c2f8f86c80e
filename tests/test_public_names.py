"""The public namespaces: every name resolves, is documented whole, and costs nothing to name."""

import enum
import importlib
import inspect
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parent.parent
NAMESPACES = ("theory", "theory.rules", "verify", "verify.strategies", "numerics")
NAMES = [
    (space, name)
    for space in NAMESPACES
    for name in importlib.import_module(space).__all__
    if not isinstance(getattr(importlib.import_module(space), name), ModuleType)
]

SECTION = r"^{}\n-+\n(.*?)(?=^\S[\w ]*\n-{{3,}}$|\Z)"


def documented(thing):
    """The names that the sections on parameters of a docstring have, with those of base classes."""
    docs = [vars(base).get("__doc__") for base in getattr(thing, "__mro__", ())]
    found = set()
    for doc in filter(None, [*docs, thing.__doc__]):
        for head in ("Parameters", "Attributes"):
            section = re.search(SECTION.format(head), inspect.cleandoc(doc), re.M | re.S)
            entries = re.findall(r"^(\S.*)$", section[1], re.M) if section else []
            found |= {name.strip(" *()") for e in entries for name in e.split(" : ")[0].split(",")}
    return found


def parameters(thing):
    """What a class or function takes; for a class of SymPy's this is not known from outside."""
    if isinstance(thing, type) and issubclass(thing, (enum.Enum, Exception)):
        return set()
    if isinstance(thing, type) and thing.__init__ is object.__init__:
        return {"at least something"} if not documented(thing) else set()
    taken = inspect.signature(getattr(thing, "py_func", thing)).parameters
    return {name for name in taken if name != "self"}


@pytest.mark.parametrize(("space", "name"), NAMES)
def test_a_public_name_is_documented(space, name):
    thing = getattr(importlib.import_module(space), name)
    if not callable(thing):
        return  # a value, such as `algebra`; its class or a comment says what it is
    doc = inspect.cleandoc(thing.__doc__ or "")
    assert re.match(r"\S.*[.?!]$", doc.partition("\n\n")[0], re.S), "no first sentence"
    missing = parameters(thing) - documented(thing)
    assert not missing, f"{space}.{name} does not say what it takes: {missing}"


def test_no_name_has_two_homes():
    names = [name for _, name in NAMES]
    twice = {name for name in names if names.count(name) > 1}
    assert not twice


@pytest.mark.parametrize("space", NAMESPACES)
def test_a_namespace_lists_its_names_in_order_and_refuses_others(space):
    module = importlib.import_module(space)
    assert list(module.__all__) == sorted(module.__all__)
    assert set(module.__all__) <= set(dir(module))
    with pytest.raises(AttributeError, match=f"module '{space}' has no attribute 'nothing'"):
        _ = module.nothing


def test_importing_the_packages_loads_nothing_heavy():
    code = (
        "import sys, theory, theory.rules, numerics, verify; dir(theory); dir(verify); "
        "heavy = {'sympy', 'numpy', 'scipy', 'numba', 'jax', 'flint', 'hypothesis', 'rich', "
        "'click', 'jinja2', 'latex2mathml', 'IPython'}; print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_a_star_brings_in_exactly_the_public_names():
    for space in ("theory", "theory.rules", "verify"):
        scope = {}
        exec(f"from {space} import *", scope)
        assert set(scope) - {"__builtins__"} == set(importlib.import_module(space).__all__)
